"""What pages ask of the archive: answers with their age, and with what they lack in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import structlog

from archive.archive import Archive, Held
from archive.collector import Collector
from archive.engine import Engine
from archive.pieces import Piece
from archive.store import FileDamaged
from dashboard.core import formats
from dashboard.core.text import Deferred, Message, Words, later, plural, text
from dashboard.provider.failures import listed, window_text
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading, covered
from ledger.database import LedgerAway
from twoj_client import TwoJError, Window
from twoj_client.windows import HOUR_S

R = TypeVar("R")
log = structlog.get_logger(__name__)

FRESH_S: Final = 120
"""So old the running hour may be: it is read every 30 s."""
_MOST_NAMED: Final = 3


class NotArchived(Exception):
    """The archive cannot answer; `sentence` says why, for people."""

    def __init__(self, sentence: Message) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class ProofLine:
    """What a page's one line says of the bets of a window; parts say only what it does not.

    `as_of` is None where nothing of it is held. `stale_reason`: how the provider fails, where the window goes
    on after the last reading, or nothing of it was read. `failures`: what lacks, in the words of
    `Reading.failures`.
    """

    sentence: Words
    as_of: datetime | None = None
    stale_reason: TwoJError | None = None
    failures: tuple[Words, ...] = ()


def proof_line(merchant: Merchant, start: datetime, end: datetime) -> ProofLine:
    """Say how complete and how proven the bets of a window are. Asks no network. Raises LedgerAway."""
    if merchant.archive is None:
        return ProofLine(later("Bets are not proven: the archive is switched off."))
    start_s, end_s = epoch_s(start), epoch_s(end)
    held = merchant.archive.held(start_s, end_s, FRESH_S)
    if held is None:
        nothing = later("Bets are not proven: nothing of these days is in the archive yet.")
        return ProofLine(nothing, stale_reason=_provider_failure(merchant))
    as_of = datetime.fromtimestamp(held.as_of_ms / 1000, UTC)
    return ProofLine(
        Deferred(_proof_text, (merchant, held, start_s, end_s)),
        as_of,
        _provider_failure(merchant) if as_of < end else None,
        _lacking(merchant, held),
    )


def _proof_text(merchant: Merchant, held: Held, start_s: int, end_s: int) -> str:
    as_of, until = (
        formats.moment(datetime.fromtimestamp(time_s, UTC), merchant.zone, merchant.now())
        for time_s in (held.as_of_ms // 1000, held.proven_until_s)
    )
    odd = []
    if held.differing:
        odd.append(
            plural(
                "Bets of {n} hour differ from the provider's own sums: the Data page says why.",
                "Bets of {n} hours differ from the provider's own sums: the Data page says why.",
                len(held.differing),
            )
        )
    if held.lacking:
        windows = listed([window_text(window, merchant.zone) for window in held.lacking], _MOST_NAMED)
        odd.append(text("Bets are not complete: {windows} not read.", windows=windows))
    if odd:
        return " ".join([*odd, text("As of {as_of}.", as_of=as_of)])
    if held.proven_until_s == end_s:
        return text("Bets are complete and proven, as of {as_of}.", as_of=as_of)
    if held.proven_until_s > start_s:
        return text("Bets are complete, proven until {until}, as of {as_of}.", until=until, as_of=as_of)
    return text("Bets are complete, not old enough to be proven, as of {as_of}.", as_of=as_of)


def lacking(merchant: Merchant, start: datetime, end: datetime) -> tuple[tuple[int, int], ...]:
    """Return what of a window is not in the archive, as windows of epoch s. Raises LedgerAway."""
    start_s, end_s = epoch_s(start), epoch_s(end)
    held = merchant.archive.held(start_s, end_s, FRESH_S) if merchant.archive else None
    return tuple((each.start, each.end) for each in held.lacking) if held else ((start_s, end_s),)


def archive_of(merchant: Merchant) -> Archive:
    """Return the archive of a merchant. Raises NotArchived where it is switched off."""
    if merchant.archive is None:
        raise NotArchived(
            later(
                "The archive is switched off (TWOJ_ARCHIVE_URL is off), and this is read from nowhere else."
            )
        )
    return merchant.archive


def first_held(merchant: Merchant) -> datetime:
    """When the first hour that was read begins; where none was, an hour ago."""
    extent = merchant.archive.extent() if merchant.archive else None
    return datetime.fromtimestamp(extent[0], UTC) if extent else merchant.now() - timedelta(hours=1)


def held_of(merchant: Merchant, start: datetime, end: datetime) -> Held:
    """Return how well a window is held. Raises NotArchived where nothing of it is, LedgerAway."""
    held = archive_of(merchant).held(epoch_s(start), epoch_s(end), FRESH_S) if start < end else None
    if held is None:
        raise NotArchived(
            later("Nothing of these days is in the archive yet. It is filled from today backwards.")
        )
    return held


def from_archive(
    merchant: Merchant,
    start: datetime,
    end: datetime,
    ask: Callable[[Engine, int, int], R],
    held: Held | None = None,
) -> Reading[R]:
    """Return what `ask` makes of the engine and a window in epoch s, with what of it is not there.

    `held` is how the window is held, where that is known. Asks no network. Raises NotArchived where there is
    nothing of the window, LedgerAway.
    """
    held = held or held_of(merchant, start, end)
    end_s = epoch_s(end)
    try:
        value = ask(merchant.running(Engine), epoch_s(start), end_s)
    except FileDamaged as error:
        log.warning("archive not read", error=str(error))
        raise NotArchived(
            later(
                "A file of the archive cannot be read: python -m archive verify names it and reads it again."
            )
        ) from None
    as_of = datetime.fromtimestamp(held.as_of_ms / 1000, UTC)
    return Reading(
        value,
        as_of,
        _stale_reason(merchant, held, end_s),
        _lacking(merchant, held),
        _differing(merchant, held),
        covered(start, end, as_of),
        settled=held.proven_until_s == end_s,
    )


def whole_from_archive(
    merchant: Merchant, start: datetime, end: datetime, ask: Callable[[Engine, int, int], R]
) -> Reading[R] | None:
    """Return what `from_archive` does; None, to ask the provider, where it is not all there or not readable.

    What is later than the last reading may lack: the answer covers the window as far as that.
    """
    try:
        held = held_of(merchant, start, end)
        if held.lacking and held.lacking[0].start < held.as_of_ms // 1000:
            return None
        return from_archive(merchant, start, end, ask, held)
    except (NotArchived, LedgerAway):
        return None


def lacks(held: Held, part: Window, *, is_over: bool) -> bool:
    """Whether some of a day or an hour is not there; of one that runs, more than what will come."""
    lacking = [window for window in held.lacking if window.start < part.end and part.start < window.end]
    return any(
        is_over or window.start <= part.start or window.start < held.as_of_ms // 1000 for window in lacking
    )


def _stale_reason(merchant: Merchant, held: Held, end_s: int) -> TwoJError | None:
    """Why the end of a window is not there, where the provider is why."""
    lacks_end = held.lacking and held.lacking[-1].end == end_s
    return _provider_failure(merchant) if lacks_end else None


def _provider_failure(merchant: Merchant) -> TwoJError | None:
    """How the provider fails whoever reads its bets; None where it does not."""
    stopped_by = merchant.running(Collector).state.stopped_by
    return stopped_by if isinstance(stopped_by, TwoJError) else None


def _lacking(merchant: Merchant, held: Held) -> tuple[Words, ...]:
    if not held.lacking:
        return ()
    windows = [Deferred(window_text, (window, merchant.zone)) for window in held.lacking]
    return (
        later("{windows} (not in the archive).", windows=Deferred(listed, (tuple(windows), _MOST_NAMED))),
    )


def _differing(merchant: Merchant, held: Held) -> tuple[Words, ...]:
    """Say by how much the provider's sums of hours differ from their bets, and where to look."""
    if not held.differing:
        return ()
    hours = [
        Deferred(_difference_text, (piece, merchant.zone, merchant.currency)) for piece in held.differing
    ]
    return (
        later(
            "Bets and the provider's own sums differ in some hours: {hours}. The Data page says why.",
            hours=Deferred(listed, (tuple(hours), _MOST_NAMED)),
        ),
    )


def _difference_text(piece: Piece, zone: ZoneInfo, currency: str | None) -> str:
    window = Window(piece.hour_s, piece.hour_s + HOUR_S)
    when = window_text(window, zone)
    if piece.theirs is None:
        return when
    more = piece.theirs - piece.ours
    return text(
        "{when} (in its sums bets {bets}, bet amount {bet}, company gain {gain})",
        when=when,
        bets=formats.with_plus(formats.count(more.count)),
        bet=formats.with_plus(formats.money(more.bet_li, currency)),
        gain=formats.with_plus(formats.money(-more.gain_li, currency)),
    )


def epoch_s(moment: datetime) -> int:
    """Return the second of a time, as the archive counts."""
    return int(moment.timestamp())
