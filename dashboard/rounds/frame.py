"""All rounds of one player as one table: slots and the Games types together, each documented field kept.

Amounts are Int64 li. A field that a round does not have is NA: the provider gives other fields for slots than
for the Games types. Rounds stand oldest first.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
import pandas as pd
import pyarrow as pa

from dashboard.core.frames import TIMES_S, game_names, game_types, local_times
from dashboard.core.text import later, plural
from twoj_client.models import Game, GamesRound, SlotsRound
from twoj_client.windows import DAY_S

AWARD_TYPES: Final = {0: later("Normal"), 1: later("Free games"), 2: later("Bonus")}
"""The provider's numbers of a slots round's award, as its document names them (3.1)."""
EXTRA_AMOUNTS: Final = ("base_amount", "free_amount", "bonus_amount", "jackpot_amount")
"""Amounts within `extra_business`, in li."""
_LONGEST_ROUND_S: Final = 31 * DAY_S

_WHOLE: Final = {
    "game_id": "game_id",
    "user_id": "user_id",
    "start_at": "start_at",
    "bet_amount_li": "bet_amount",
    "gain_li": "gain_amount",
    "credit_before_li": "credit_before_bet",
    "credit_li": "credit",
    "feature": "feature",
}
"""Whole numbers, and the provider's fields that they are."""
_IN_EXTRA: Final = {"award_type": "award_type", "extra_spins": "extra_spins"} | {
    f"{name}_li": name for name in EXTRA_AMOUNTS
}
"""Whole numbers, and the fields of `extra_business` that they are."""
_TEXTS: Final = ("event_id", "draw_id", "op_id", "currency")
ARROW_DTYPES: Final[Mapping[pa.DataType, Any]] = {
    pa.int64(): pd.Int64Dtype(),
    pa.string(): pd.StringDtype(),
}
"""The columns of frames that the archive's become."""
_JSONS: Final = ("extra_business", "bet_areas", "win_areas", "game_result")


def rounds_frame(rows: Sequence[GamesRound | SlotsRound]) -> pd.DataFrame:
    """One row a round, in the order given, with a column for each documented field of any kind of round.

    `win_li` is what the player got back: bet + net result (`gain_li`). What `extra_business` documents has
    columns of its own; the column `extra_business` is the whole of it as JSON, unknown fields included. Lists
    and results of the Games types are JSON too, as the provider gave them.
    """
    extras = _of(rows, "extra_business")
    whole = {name: _of(rows, field) for name, field in _WHOLE.items()}
    whole |= {name: _of_extras(extras, field) for name, field in _IN_EXTRA.items()}
    whole["end_at"] = [_end_at(row) for row in rows]
    whole["win_li"] = [row.bet_amount + row.gain_amount for row in rows]
    texts = {name: _of(rows, name) for name in _TEXTS}
    texts |= {name: [_json(value) for value in _of(rows, name)] for name in _JSONS}
    texts["award_odds"] = [None if odds is None else str(odds) for odds in _of(rows, "award_odds")]
    columns: dict[str, Any] = {name: pd.array(values, dtype="Int64") for name, values in whole.items()}
    columns |= {name: pd.array(values, dtype="string") for name, values in texts.items()}
    columns["is_buy"] = pd.array(_of(rows, "is_buy"), dtype="boolean")
    return pd.DataFrame(columns)


def archived_rounds(bets: pa.Table) -> pd.DataFrame:
    """The same columns of bets of the archive; what its bets do not say is NA."""
    told = bets.to_pandas(types_mapper=ARROW_DTYPES.get)
    rounds = rounds_frame(()).reindex(told.index)
    for name, field in _WHOLE.items():
        if field in told:
            rounds[name] = told[field]
    for name in ("event_id", "draw_id", "op_id"):
        rounds[name] = told[name]
    rounds["win_li"] = rounds["bet_amount_li"] + rounds["gain_li"]
    is_known = (told["end_at"] - told["start_at"]).abs() <= _LONGEST_ROUND_S
    rounds["end_at"] = told["end_at"].where(is_known)
    return rounds


def _end_at(row: GamesRound | SlotsRound) -> int | None:
    """When it ended; not known, too, where no round lasts so long."""
    is_known = row.end_at is not None and abs(row.end_at - row.start_at) <= _LONGEST_ROUND_S
    return row.end_at if is_known else None


def dated(rounds: pd.DataFrame) -> pd.DataFrame:
    """The rounds whose start can be a time: what is made of times is made of these."""
    can_be = rounds["start_at"].between(TIMES_S.start, TIMES_S.stop - 1)
    return rounds if can_be.all() else rounds[can_be].reset_index(drop=True)


def undated_text(rounds: pd.DataFrame) -> str:
    """How many rounds are missing where times count, in a sentence; empty where none is."""
    if not (lacking := len(rounds) - len(dated(rounds))):
        return ""
    return plural(
        "Without {n} round whose start is no time.", "Without {n} rounds whose start is no time.", lacking
    )


def together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put rounds from several answers into one table, oldest first, each once.

    Rounds that start in the same second are put into the order in which the credit runs from one to the next,
    where there is one; else they stay in the order given.
    """
    rounds = pd.concat([rounds_frame(()), *parts], ignore_index=True)
    rounds = rounds.drop_duplicates("event_id").sort_values("start_at", kind="stable", ignore_index=True)
    places = _chained(
        rounds["start_at"].tolist(), rounds["credit_before_li"].tolist(), rounds["credit_li"].tolist()
    )
    return rounds if places is None else rounds.iloc[places].reset_index(drop=True)


def with_games(rounds: pd.DataFrame, games: Sequence[Game]) -> pd.DataFrame:
    """Add the `game`'s name and its `type`; a game that the list lacks has its id for a name."""
    ids = rounds["game_id"].unique().tolist()
    told_apart = game_names(games)
    names = {game_id: told_apart.get(game_id, str(game_id)) for game_id in ids}
    types = game_types(ids, games)
    return rounds.assign(
        game=rounds["game_id"].map(names).astype("string"), type=rounds["game_id"].map(types).astype("string")
    )


def by_weekday_and_hour(rounds: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """One row per weekday (0 is Monday) and hour of the business zone: `bet_count` and the sums, in li.

    All 168 are there; without rounds the numbers are 0. A round counts where it started.
    """
    return sums_by_weekday_and_hour(rounds.assign(bet_count=1), zone)


def sums_by_weekday_and_hour(sums: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """The same of rows that hold sums of rounds: of quarters of an hour, say, that begin at `start_at`."""
    local = local_times(sums["start_at"], zone)
    cells = pd.MultiIndex.from_product([range(7), range(24)], names=["weekday", "hour"])
    grouped = sums.assign(weekday=local.dt.day_of_week, hour=local.dt.hour).groupby(["weekday", "hour"])
    found = grouped[["bet_count", "bet_amount_li", "gain_li"]].sum()
    return found.reindex(cells, fill_value=0).astype("Int64").reset_index()


def _of_extras(extras: Sequence[Any], name: str) -> list[int | None]:
    """Read a documented field of `extra_business`; what is not a whole number is left to the JSON column."""
    found = [extra.get(name) if isinstance(extra, dict) else None for extra in extras]
    return [value if type(value) is int and -(2**63) <= value < 2**63 else None for value in found]


def _of(rows: Sequence[GamesRound | SlotsRound], name: str) -> list[Any]:
    return [getattr(row, name, None) for row in rows]


def _json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _chained(starts: list[int], before: list[int | None], after: list[int | None]) -> list[int] | None:
    """Return the places of the rounds in the order of their credits; None where they stand in it already."""
    seconds = [[place for place, _ in group] for _, group in groupby(enumerate(starts), lambda pair: pair[1])]
    if len(seconds) == len(starts):
        return None
    places: list[int] = []
    none: list[int] = []
    for second, following in zip(seconds, [*seconds[1:], none], strict=True):
        if len(second) == 1:
            places += second
            continue
        held = after[places[-1]] if places else None
        befores, afters = [before[place] for place in second], [after[place] for place in second]
        begin = _begin(befores, afters, [held, *(before[place] for place in following)])
        is_chained = begin == befores[0] and befores[1:] == afters[:-1]
        walk = None if is_chained or begin is None else _walk(befores, afters, begin)
        places += [second[step] for step in walk or range(len(second))]
    return places


def _begin(before: list[int | None], after: list[int | None], wanted: list[int | None]) -> int | None:
    """Return the credit at which a walk over all these rounds must begin, None where there is no such walk.

    Where the rounds are a circle it may begin at any of them: at the first that is `wanted`.
    """
    surplus = Counter(before)
    surplus.subtract(Counter(after))
    begins = list(surplus.elements())
    if begins:
        return begins[0] if len(begins) == 1 else None
    return next((credit for credit in wanted if credit in before), before[0])


def _walk(before: list[int | None], after: list[int | None], begin: int) -> list[int] | None:
    """Walk all edges of a graph in one go (Hierholzer 1873); None where that is not possible.

    A round is an edge from the credit before it to the credit after it.
    """
    leaving: dict[int | None, list[int]] = {}
    for place in reversed(range(len(before))):
        leaving.setdefault(before[place], []).append(place)
    stack: list[tuple[int | None, int | None]] = [(begin, None)]
    walked: list[int] = []
    while stack:
        credit, arrived_by = stack[-1]
        if leaving.get(credit):
            place = leaving[credit].pop()
            stack.append((after[place], place))
        else:
            stack.pop()
            if arrived_by is not None:
                walked.append(arrived_by)
    return walked[::-1] if len(walked) == len(before) else None
