"""The tables of games: what each brought, next to its earlier self and to the others, and single rounds."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core import formats
from dashboard.core.codes import type_text
from dashboard.core.frames import UNLISTED_SO_FAR, game_ids, local_times, row_totals, sum_totals
from dashboard.core.markdown import safe_url
from dashboard.core.metrics import METRIC, Change, Number, Totals, change
from dashboard.core.text import later, listed, plural, text
from dashboard.games.days import GameDays

_TOLD: Final = {
    "bets": later("bets {amount}"),
    "bet_amount": later("bet amount {amount}"),
    "company_gain": later("company gain {amount}"),
}
_SUMMED: Final = ("company_gain", "bet_amount", "bets", "hold", "rtp", "average_bet")
_PICTURE: Final = re.compile(r"data:image/(svg\+xml|png|jpeg|webp);base64,[A-Za-z0-9+/=]{1,20000}")


def with_players(games: pd.DataFrame, players: Mapping[int, int | None]) -> pd.DataFrame:
    """Add Int64 `players` to `games` (`frames.games_frame`): distinct ones, NA where that is not known."""
    known = [None if game_id is None else players.get(game_id) for game_id in game_ids(games)]
    return games.assign(players=_whole(known))


def game_table(
    games: pd.DataFrame, before: pd.DataFrame | None, icons: Mapping[int, str | None]
) -> pd.DataFrame:
    """Add to `games` (`frames.games_frame`) what the sums say, and how they moved against `before`.

    Float64 `rtp`, `share` (of the gain of all known games; NA where that is not above
    zero), `bet_change` (relative);
    Int64 `average_bet_li` (to the li) and `gain_change_li`; text `icon`. NA where a number has no
    denominator or is not known.
    """
    rows = row_totals(games)
    earlier, ids = _by_id(before), game_ids(games)
    befores = [earlier.get(game_id) for game_id in ids]
    gains = [None if row is None else row.company_gain_li for row in rows]
    total = sum(gain for gain in gains if gain is not None)
    bet_changes = [_change("bet_amount", row, old) for row, old in zip(rows, befores, strict=True)]
    gain_changes = [_change("company_gain", row, old) for row, old in zip(rows, befores, strict=True)]
    return games.assign(
        rtp=_ratios([None if row is None else METRIC["rtp"].of(row) for row in rows]),
        share=_ratios([Fraction(gain, total) if total > 0 and gain is not None else None for gain in gains]),
        average_bet_li=_whole([None if row is None else METRIC["average_bet"].of(row) for row in rows]),
        bet_change=_ratios([moved.value for moved in bet_changes]),
        gain_change_li=_whole([moved.difference for moved in gain_changes]),
        icon=pd.Series([None if game_id is None else icons.get(game_id) for game_id in ids], dtype="object"),
    )


def with_lines(games: pd.DataFrame, days: GameDays | None) -> pd.DataFrame:
    """Add `by_day`, the bet amount of each finished day for a small line; None where no day is known."""
    lines = [days.line(game_id) if days and game_id is not None else None for game_id in game_ids(games)]
    return games.assign(by_day=pd.Series(lines, index=games.index, dtype="object"))


def of_type(games: pd.DataFrame, wanted: str | None) -> pd.DataFrame:
    """Games of one type, or all, from the largest gain to the largest loss; what is not known comes last."""
    kept = games if wanted is None else games[games["type"] == wanted]
    return kept.sort_values("company_gain_li", ascending=False, na_position="last", ignore_index=True)


def total_text(games: pd.DataFrame, currency: str | None) -> str:
    """What the games (`frames.games_frame`) come to together; "" where none of them is known."""
    total = sum_totals(games)
    if total is None:
        return ""
    sums = [
        text("{what} {amount}", what=metric.label, amount=formats.exact(metric, metric.of(total), currency))
        for metric in (METRIC[key] for key in _SUMMED)
    ]
    return plural("{n} game: {sums}", "{n} games: {sums}", len(games), sums=listed(sums))


def unlisted_text(games: pd.DataFrame, currency: str | None, only: str | None = None) -> str:
    """Say by how much the provider's total of all games differs from those of its list; "" where it does not.

    `games` is `frames.games_frame` of all types, whichever type `only` leaves on view.
    """
    rows = zip(game_ids(games), games["name"].tolist(), row_totals(games), strict=True)
    found = [(name, row) for game_id, name, row in rows if game_id is None and row is not None]
    if not found:
        return ""
    ((name, rest),) = found
    amounts = [(metric, metric.of(rest)) for metric in (METRIC[key] for key in _TOLD)]
    told = listed(
        text(_TOLD[metric.key].key, amount=formats.with_plus(formats.exact(metric, more, currency)))
        for metric, more in amounts
        if more
    )
    said = [
        text(
            "The provider's total of all games has more (+) or less (−) than the games of its list: {sums}.",
            sums=told,
        )
    ]
    if only:
        said.append(text("That is of all types, not of {type} alone.", type=type_text(only)))
    if name == UNLISTED_SO_FAR:
        said.append(text("While a period runs, a round may be in one of them and not yet in the other."))
    return " ".join(said)


def round_table(rounds: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """Add what a table shows: `time` in the business zone."""
    return rounds.assign(time=local_times(rounds["start_at"], zone)).reset_index(drop=True)


def safe_icon(url: str) -> str | None:
    """Return the address of an icon if browsers may show it, else None.

    It is fetched over https from a named host, or is a picture itself.
    """
    return url if _PICTURE.fullmatch(url) else safe_url(url)


def _by_id(games: pd.DataFrame | None) -> dict[int | None, Totals | None]:
    return {} if games is None else dict(zip(game_ids(games), row_totals(games), strict=True))


def _change(key: str, now: Totals | None, before: Totals | None) -> Change:
    return change(METRIC[key], now, before)


def _ratios(values: Sequence[Number | None]) -> "pd.Series[float]":
    return pd.Series([None if value is None else float(value) for value in values], dtype="Float64")


def _whole(values: Sequence[Number | None]) -> "pd.Series[int]":
    rounded = [None if value is None else _half_away(Fraction(value)) for value in values]
    return pd.Series(pd.array(rounded, dtype="Int64"))


def _half_away(value: Fraction) -> int:
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole
