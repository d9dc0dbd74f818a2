"""Of how few players the play of a period is, from the archive."""

from datetime import datetime
from typing import Final

from archive.engine import Engine, RollUp, Sources
from archive.questions import question
from dashboard.core.memo import memo
from dashboard.luck.concentration import Concentration, Curve, OfFew, concentration, lorenz, without_top
from dashboard.provider.archived import from_archive
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading

_MOST_POINTS: Final = 200


def of_few(merchant: Merchant, start: datetime, end: datetime) -> Reading[OfFew]:
    """Say of how few players the play of a window is. Raises NotArchived, LedgerAway."""

    def ask(engine: Engine, start_s: int, end_s: int) -> OfFew:
        # Files never change: of the same ones it is the same.
        return memo(_of_few, engine, engine.sources(start_s, end_s, RollUp.PLAYERS), start_s, end_s)

    return from_archive(merchant, start, end, ask)


def _of_few(engine: Engine, _files: Sources, start_s: int, end_s: int) -> OfFew:
    table = engine.table(question("players", start_s, end_s))
    rows = zip(*(table[name].to_pylist() for name in ("user_id", "bet_li", "gain_li")), strict=True)
    known = [(bet_li, gain_li) for user_id, bet_li, gain_li in rows if user_id is not None]
    gains = [gain_li for _, gain_li in known]
    return OfFew(
        _told([bet_li for bet_li, _ in known]),
        _told([max(-gain_li, 0) for gain_li in gains]),
        _told([max(gain_li, 0) for gain_li in gains]),
        without_top(gains),
        len(known) < len(table),
    )


def _told(amounts_li: list[int]) -> tuple[Concentration, Curve] | None:
    found = concentration(amounts_li)
    if found is None:
        return None
    points = lorenz(amounts_li)
    step = -(-len(points) // _MOST_POINTS)
    # The end is where few have much: of it each point is drawn.
    kept = [*points[:-_MOST_POINTS:step], *points[-_MOST_POINTS:]]
    return found, tuple((float(players), float(share)) for players, share in kept)
