"""The table of all games: what each brought, next to its earlier self and to the others."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final
from urllib.parse import urlsplit

import pandas as pd

from dashboard.frames import row_totals
from dashboard.game_days import GameDays
from dashboard.metrics import METRIC, Change, Number, Totals, change

_PICTURE: Final = re.compile(r"data:image/(svg\+xml|png|jpeg|webp);base64,[A-Za-z0-9+/=]{1,20000}")


def game_table(
    games: pd.DataFrame,
    before: pd.DataFrame | None,
    players: Mapping[int, int | None],
    icons: Mapping[int, str | None],
) -> pd.DataFrame:
    """Add to `games` (`frames.games_frame`) what the sums say, and how they moved against `before`.

    Float64 `rtp`, `share` (of the gain of all known games; NA where that is not above
    zero), `bet_change` (relative);
    Int64 `average_bet_li` (to the li), `gain_change_li` and `players`; text `icon`. NA where a number has no
    denominator or is not known.
    """
    rows = row_totals(games)
    earlier = _by_id(before)
    befores = [earlier.get(game_id) for game_id in games["game_id"].tolist()]
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
        players=_whole([players.get(game_id) for game_id in games["game_id"].tolist()]),
        icon=pd.Series([icons.get(game_id) for game_id in games["game_id"].tolist()], dtype="object"),
    )


def with_lines(games: pd.DataFrame, days: GameDays | None) -> pd.DataFrame:
    """Add `by_day`, the bet amount of each finished day for a small line; None where no day is known."""
    lines = [days.line(game_id) if days else None for game_id in games["game_id"].tolist()]
    return games.assign(by_day=pd.Series(lines, index=games.index, dtype="object"))


def of_type(games: pd.DataFrame, wanted: str | None) -> pd.DataFrame:
    """Games of one type, or all, from the largest gain to the largest loss; what is not known comes last."""
    kept = games if wanted is None else games[games["type"] == wanted]
    return kept.sort_values("company_gain_li", ascending=False, na_position="last", ignore_index=True)


def safe_icon(url: str) -> str | None:
    """Return the address of an icon if browsers may show it, else None.

    It is fetched over https from a named host, or is a picture itself.
    """
    if _PICTURE.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme == "https" and parts.hostname else None


def _by_id(games: pd.DataFrame | None) -> dict[int, Totals | None]:
    if games is None:
        return {}
    return dict(zip(games["game_id"].tolist(), row_totals(games), strict=True))


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
