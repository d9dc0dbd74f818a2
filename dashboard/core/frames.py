"""Tables of what the provider said, ready to draw and to export.

Every frame carries the same four columns of sums: `bet_count`, and in li `bet_amount_li`, `gain_li` (the
players' net result) and `company_gain_li`. They are Int64: exact, and NA (never 0) where the number is not
known.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core.codes import GAME_TYPES, OTHER_TYPE, UNLISTED_TYPE, type_text
from dashboard.core.formats import LI_PER_UNIT
from dashboard.core.metrics import METRIC, BonusTotals, Metric, Totals, Unit
from dashboard.core.periods import Period, day_end, day_start, hour_windows
from dashboard.core.text import WordTable, later, text
from twoj_client.models import (
    SLOTS,
    TYPE_BY_THOUSAND,
    Game,
    GameSummary,
    SlotsGameRow,
    SlotsUserRow,
    StageDay,
    StageTotal,
)

SUMS: Final = ("bet_count", "bet_amount_li", "gain_li", "company_gain_li")
UNLISTED: Final = "unlisted"
"""Stands for all games together that the provider counts and that none of its rows names."""
UNLISTED_SO_FAR: Final = "unlisted so far"
"""The same while a round may be in one answer and not yet in the other."""
NO_GAMES: Final = WordTable(
    {UNLISTED: later("Not in the list"), UNLISTED_SO_FAR: later("Not in list so far")}
)
TIMES_S: Final = range(1, 10**10)
"""The epoch seconds that can be a time, until 2286: ms, µs and what is below 0 are none."""
_MOST_SHORTER: Final = 3
"""By so many days months differ."""


StageSums = StageTotal | StageDay | SlotsGameRow
"""Sums that say what the company gained."""
GameSums = GameSummary | SlotsUserRow
"""Sums that do not."""


def totals(stage: StageSums) -> Totals:
    """Take over the provider's sums."""
    return Totals(stage.bet_count, stage.bet_amount, stage.gain_amount, stage.company_gain_amount)


def game_totals(row: GameSums) -> Totals:
    """Take over the provider's sums of one game of the Games types: the company gains what players lose."""
    return Totals(row.bet_count, row.bet_amount, row.gain_amount, -row.gain_amount)


def sum_totals(frame: pd.DataFrame) -> Totals | None:
    """Add up the known rows of a frame, exactly; None where no row is known."""
    known = row_totals(frame)
    return sum((row for row in known if row is not None), Totals()) if any(known) else None


def row_totals(frame: pd.DataFrame, prefix: str = "") -> list[Totals | None]:
    """Read the sums of each row back as totals, None where not known; the compared have a `prefix`."""
    columns = [frame[prefix + name].array.to_numpy(dtype="object", na_value=None) for name in SUMS]
    return [None if None in row else Totals(*row) for row in zip(*columns, strict=True)]


def totals_frame(rows: Sequence[Totals | BonusTotals | None], names: Sequence[str] = SUMS) -> pd.DataFrame:
    """Write totals as columns of sums, by default the four of rounds; NA where None."""
    return pd.DataFrame(
        {
            name: pd.array([None if row is None else getattr(row, name) for row in rows], dtype="Int64")
            for name in names
        }
    )


def days_frame(
    rows: Iterable[StageDay],
    period: Period,
    now: datetime,
    zone: ZoneInfo,
    missing: Sequence[tuple[int, int]] = (),
) -> pd.DataFrame:
    """One row per business day of the period, oldest first: `date`, the sums, `finished`.

    A day without a row, or that overlaps one of the `missing` windows (epoch seconds), is NA: part of a day
    is not the day. A day of which nothing has passed is 0. `finished` is False on the day that `now` lies in.
    """
    by_day = {row.date: totals(row) for row in rows}
    days = period.days()
    sums = [
        None
        if _overlaps(day, zone, missing)
        else by_day.get(day, Totals() if day_start(day, zone) >= now else None)
        for day in days
    ]
    frame = pd.DataFrame({"date": pd.to_datetime(pd.Series(days))})
    frame[list(SUMS)] = totals_frame(sums)
    frame["finished"] = [day_end(day, zone) <= now for day in days]
    return frame


def hours_frame(
    day: date,
    rows: Mapping[datetime, StageSums],
    before_day: date,
    before_rows: Mapping[datetime, StageSums],
    now: datetime,
    zone: ZoneInfo,
) -> pd.DataFrame:
    """One row per local hour of `day`: `hour` ("14:00"), `start`, sums, `finished`, and these `before_…`.

    The rows are keyed by the hour's start in UTC (`periods.hour_windows`); an hour that is not there is NA.
    Days meet by local time. Where clocks change, an hour that one of them skips is NA there, and the second
    of two equal hours is called "01:00 again". Of an hour that is skipped in part, "02:00" is what is left.
    The aware local `start` tells hours of one name apart as well.
    """
    today = _by_label(day, rows, zone)
    before = _by_label(before_day, before_rows, zone)
    labels = sorted(today | before)
    frame = pd.DataFrame({"hour": labels})
    frame["start"] = _starts(today, labels, zone)
    frame[list(SUMS)] = _sums([today[label][2] if label in today else None for label in labels])
    frame["finished"] = [label not in today or today[label][1] <= now for label in labels]
    earlier = _sums([before[label][2] if label in before else None for label in labels])
    earlier.insert(0, "start", _starts(before, labels, zone))
    return frame.join(earlier.add_prefix("before_"))


def with_comparison(days: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Put the compared days beside the days, by position, as `before_date` and `before_…` sums.

    Where months of other lengths make them more or fewer, by the day of the month: what has none is NA.
    """
    places, last = [], -1
    for place, day in enumerate(days["date"]):
        same = place if len(days) == len(before) else _same_day(before["date"].tolist(), day, last + 1)
        last = last if same is None else same
        places.append(-1 if same is None else same)
    beside = before[["date", *SUMS]].add_prefix("before_").reindex(places)
    return days.join(beside.set_axis(days.index))


def _same_day(dates: Sequence[date], day: date, first: int) -> int | None:
    """The place of the next date, from `first` on, with this day of the month; None where it was left out."""
    near = enumerate(dates[first : first + _MOST_SHORTER + 1], first)
    return next((place for place, each in near if each.day == day.day), None)


def endpoint_sums(
    games: Iterable[Game], slots: Iterable[SlotsGameRow] | None, others: Mapping[int, GameSums | None]
) -> dict[int, Totals | None]:
    """Sums by game id, for `games_frame`, of the answer for all slots games and of those for each other one.

    A game is None where its answer is None (failed), 0 where it came without bets.
    """
    found: dict[int, Totals | None] = {
        game.game_id: None if slots is None else Totals() for game in games if game.game_type == SLOTS
    }
    found |= {row.game_id: totals(row) for row in slots or ()}
    return found | {game_id: None if row is None else game_totals(row) for game_id, row in others.items()}


def games_frame(
    games: Iterable[Game],
    sums: Mapping[int, Totals | None],
    whole: Totals | None = None,
    settled: bool = True,
) -> pd.DataFrame:
    """One row per game: `game_id`, `name`, `type`, the sums, `hold` (Float64, NA without bets), by game id.

    `sums` by game id, None where not known. A game that the list lacks is named by its id and typed by its id
    range. By how much the rows differ from `whole`, the total of all games, stands in a last row, which has
    no `game_id`, where all rows are known; its name says where they have not `settled`.
    """
    listed = {game.game_id: game for game in games}
    names = game_names(listed.values())
    cells: list[tuple[int | None, str, str, Totals | None]] = [
        (i, names.get(i, str(i)), game_type(i, listed.get(i)), sums[i]) for i in sorted(sums)
    ]
    rest = None if whole is None else beyond(whole, list(sums.values()))
    if rest is not None and rest != Totals():
        cells.append((None, UNLISTED if settled else UNLISTED_SO_FAR, UNLISTED_TYPE, rest))
    frame = pd.DataFrame(
        {
            "game_id": pd.array([game_id for game_id, *_ in cells], dtype="Int64"),
            "name": [name for _, name, *_ in cells],
            "type": [kind for _, _, kind, _ in cells],
        }
    )
    rows = [row for *_, row in cells]
    frame[list(SUMS)] = totals_frame(rows)
    frame["hold"] = _holds(rows)
    return frame


def beyond(whole: Totals, parts: Sequence[Totals | None]) -> Totals | None:
    """What the provider's total has beyond its parts (below zero: less); None where a part is not known."""
    known = [part for part in parts if part is not None]
    return whole - sum(known, Totals()) if len(known) == len(parts) else None


def game_ids(games: pd.DataFrame) -> list[int | None]:
    """The id of each row; None for what the list of games lacks."""
    return [None if pd.isna(game_id) else game_id for game_id in games["game_id"].tolist()]


def name_texts(games: pd.DataFrame) -> list[str]:
    """The name of each row (`games_frame`) as people read it; those of games are the provider's."""
    pairs = zip(game_ids(games), games["name"].tolist(), strict=True)
    return [NO_GAMES.get(name, name) if game_id is None else name for game_id, name in pairs]


def in_words(games: pd.DataFrame) -> pd.DataFrame:
    """The rows (`games_frame`) as tables and files show them: names and types as people read them."""
    return games.assign(name=name_texts(games), type=[type_text(kind) for kind in games["type"].tolist()])


def game_names(games: Iterable[Game]) -> dict[int, str]:
    """The name of each game of the provider's list by its id, no two of which read the same.

    A name that several have carries the id: "Fish King (4011)". Spaces, capitals and wide letters make no
    difference to a reader, so they make none here. A game without a name is called by its id.
    """
    named = {game.game_id: game.game_name.strip() or str(game.game_id) for game in games}
    times = Counter(_read(name) for name in named.values())
    return {
        game_id: f"{name} ({game_id})" if times[_read(name)] > 1 else name for game_id, name in named.items()
    }


def _read(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def game_type(game_id: int, game: Game | None) -> str:
    """Type of a game as the list names it, else by its id range, else "Other"."""
    named = game.game_type if game is not None else TYPE_BY_THOUSAND.get(game_id // 1000)
    return named if named in GAME_TYPES else OTHER_TYPE


def game_types(game_ids: Iterable[int], games: Iterable[Game]) -> dict[int, str]:
    """Types (`game_type`) of games by their ids, `games` being the list of them."""
    listed = {game.game_id: game for game in games}
    return {game_id: game_type(game_id, listed.get(game_id)) for game_id in game_ids}


def extremes(games: pd.DataFrame, count: int = 5) -> pd.DataFrame:
    """Up to `count` games that gained the most and up to `count` that lost the most, from gain to loss.

    What the provider's list of games lacks is always among them.
    """
    gains = [(row.company_gain_li, place) for place, row in enumerate(row_totals(games)) if row is not None]
    ranked = sorted(gains, key=lambda pair: -pair[0])
    best = [place for gain, place in ranked if gain > 0][:count]
    worst = [place for gain, place in ranked if gain < 0][-count:]
    unlisted = [place for place, game_id in enumerate(game_ids(games)) if game_id is None]
    places = {*best, *worst, *unlisted}
    return games.iloc[[place for _, place in ranked if place in places]].reset_index(drop=True)


def by_type(games: pd.DataFrame) -> pd.DataFrame:
    """One row per game type with bets: `type`, the sums of its known games, `share` of bet amount, `hold`.

    What the list of games lacks is a type of its own, with or without bets. `share` is NA where the bet
    amount of all is not above zero.
    """
    found = dict.fromkeys((*GAME_TYPES, OTHER_TYPE, UNLISTED_TYPE), Totals())
    for name, row in zip(games["type"].tolist(), row_totals(games), strict=True):
        found[name] += row or Totals()
    rows = {name: total for name, total in found.items() if total != Totals()}
    everything = sum(total.bet_amount_li for total in rows.values())
    shares = [row.bet_amount_li / everything if everything > 0 else None for row in rows.values()]
    frame = pd.DataFrame({"type": list(rows)})
    frame[list(SUMS)] = totals_frame(list(rows.values()))
    frame["share"] = pd.array(shares, dtype="Float64")
    frame["hold"] = _holds(list(rows.values()))
    return frame


def sparklines(frame: pd.DataFrame, metrics: Iterable[Metric[Totals]]) -> list[list[float]]:
    """Values of each metric by row for a card's small line, in units of money, percent or counts.

    Leaves out unknown rows, and the unfinished one, which would look like a fall. For drawing only: floats.
    """
    scale = {Unit.MONEY: Fraction(1, LI_PER_UNIT), Unit.RATIO: Fraction(100), Unit.COUNT: Fraction(1)}
    rows = [row for row in row_totals(frame[frame["finished"]]) if row is not None]
    lines = [(metric, [metric.of(row) for row in rows]) for metric in metrics]
    return [
        [float(value * scale[metric.unit]) for value in values if value is not None]
        for metric, values in lines
    ]


def _by_label(
    day: date, rows: Mapping[datetime, StageSums], zone: ZoneInfo
) -> dict[str, tuple[datetime, datetime, StageSums | None]]:
    """Start, end and sums of each hour, by the words for it."""
    hours: dict[str, tuple[datetime, datetime, StageSums | None]] = {}
    for start, end in hour_windows(day, zone):
        label = f"{start.astimezone(zone):%H}:00"
        label = text("{hour} again", hour=label) if label in hours else label
        hours[label] = (start, end, rows.get(start))
    return hours


def _starts(
    hours: Mapping[str, tuple[datetime, datetime, StageSums | None]], labels: Sequence[str], zone: ZoneInfo
) -> "pd.Series[pd.Timestamp]":
    starts = [hours[label][0] if label in hours else None for label in labels]
    return pd.Series(pd.to_datetime(pd.Series(starts), utc=True)).dt.tz_convert(zone)


def has_no_bets(frame: pd.DataFrame) -> bool:
    """Whether each row (days, games) is known to have no bets."""
    return bool(frame["bet_count"].eq(0).fillna(value=False).all())


def has_no_bets_by_hour(frame: pd.DataFrame) -> bool:
    """Whether no hour (`hours_frame`) that is known has a bet, on either of the two days."""
    return not frame[["bet_count", "before_bet_count"]].fillna(0).any(axis=None)


def _overlaps(day: date, zone: ZoneInfo, windows: Sequence[tuple[int, int]]) -> bool:
    start, end = (edge.timestamp() for edge in Period("", day, day).window(zone))
    return any(missing_start < end and start < missing_end for missing_start, missing_end in windows)


def _sums(stages: Iterable[StageSums | None]) -> pd.DataFrame:
    return totals_frame([None if stage is None else totals(stage) for stage in stages])


def _holds(rows: Sequence[Totals | None]) -> "pd.Series[float]":
    holds = [None if row is None else METRIC["hold"].of(row) for row in rows]
    return pd.Series([None if hold is None else float(hold) for hold in holds], dtype="Float64")


def ledger_times(epoch_ms: Iterable[int | None], zone: ZoneInfo) -> "pd.Series[pd.Timestamp]":
    """Times that the ledger keeps, in the business zone; None is NaT."""
    known: pd.Series[int] = pd.Series(pd.array([*epoch_ms], dtype="Int64"))
    return pd.to_datetime(known, unit="ms", utc=True).dt.tz_convert(zone)


def local_times(epoch_s: "pd.Series[int]", zone: ZoneInfo) -> "pd.Series[pd.Timestamp]":
    """Times in the business zone; what is not known, or no time (ms, say, or less than 0), is NaT."""
    told = epoch_s.astype("Int64")
    known = told.where(told.between(TIMES_S.start, TIMES_S.stop - 1))
    times = pd.to_datetime(known.fillna(0).astype("int64"), unit="s", utc=True).dt.tz_convert(zone)
    return times.mask(known.isna().to_numpy()) if known.hasnans else times
