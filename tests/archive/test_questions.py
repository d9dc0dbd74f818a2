"""Each question says the same from files and roll-ups, in ClickHouse's dialect, and by brute force."""

import json
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import chdb
import numpy as np
import pyarrow as pa
import pytest

from archive.bets import STORED
from archive.clickhouse import clickhouse_sql
from archive.engine import MADE, Asked, Engine, RollUp, Row
from archive.questions import QUESTIONS, question
from archive.sizes import EDGES_LI
from archive.store import FileDamaged
from tests.archive.conftest import FILLED, Filled
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S, hour_of, utc_day_of
from twoj_sandbox.rows import AllBet, all_bets
from twoj_sandbox.world import World

pytestmark = pytest.mark.slow
AUTUMN, SPRING = date(2025, 11, 1), date(2026, 3, 7)
WINDOWS = [
    ("UTC", SPRING),
    ("Asia/Manila", SPRING),
    ("Asia/Kolkata", SPRING),
    ("Asia/Kathmandu", SPRING),
    ("America/New_York", SPRING),
    ("America/New_York", AUTUMN),
]
SESSION_S = 1800


@dataclass(frozen=True)
class AskedWindow:
    """The rounds of a window, and what a question is asked with."""

    rounds: list[AllBet]
    start_s: int
    end_s: int
    days: list[tuple[int, int]]
    games: list[int]
    values: Mapping[str, Any]

    def values_of(self, name: str) -> dict[str, Any]:
        return {key: self.values[key] for key in re.findall(r"\$(\w+)", QUESTIONS[name].sql)}

    def by(self, key: Callable[[AllBet], Any], rounds: Sequence[AllBet] | None = None) -> "Groups":
        groups = defaultdict(list)
        for each in self.rounds if rounds is None else rounds:
            groups[key(each)].append(each)
        return sorted(groups.items())

    def by_day(self) -> "Groups":
        found = [(day, [of for of in self.rounds if day <= of.start_at < end]) for day, end in self.days]
        return [(day, of) for day, of in found if of]

    def only(self, **values: Any) -> list[AllBet]:
        return [each for each in self.rounds if all(getattr(each, k) == v for k, v in values.items())]


Groups = list[tuple[Any, list[AllBet]]]


def sums(rounds: Sequence[AllBet]) -> tuple[int, int, int]:
    return len(rounds), sum(of.bet_amount for of in rounds), sum(of.gain_amount for of in rounds)


def won(of: AllBet) -> int:
    return of.bet_amount + of.gain_amount


def squares(rounds: Sequence[AllBet]) -> tuple[int, int, int]:
    return (
        sum(of.bet_amount**2 for of in rounds),
        sum(of.bet_amount * won(of) for of in rounds),
        sum(won(of) ** 2 for of in rounds),
    )


def squares_of_quarters(asked: AskedWindow, rounds: Sequence[AllBet]) -> tuple[int, int, int]:
    each = [sums(of)[1:] for _, of in asked.by(quarter, rounds)]
    return (
        sum(bet**2 for bet, _ in each),
        sum(bet * (bet + gain) for bet, gain in each),
        sum((bet + gain) ** 2 for bet, gain in each),
    )


def players(rounds: Sequence[AllBet]) -> int:
    return len({of.user_id for of in rounds})


def won_and_lost(asked: AskedWindow, rounds: Sequence[AllBet]) -> tuple[int, int, int]:
    gains = [sum(each.gain_amount for each in of) for _, of in asked.by(user, rounds)]
    return len(gains), sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)


def player(user_id: int, of: Sequence[AllBet]) -> Row:
    times = [each.start_at for each in of]
    return (user_id, max(each.op_id for each in of), *sums(of), min(times), max(times))


def row(of: AllBet) -> Row:
    return tuple(getattr(of, name) for name in STORED.names)


def sessions(asked: AskedWindow, rounds: Sequence[AllBet]) -> int:
    found = 0
    for _, of in asked.by(lambda each: (each.user_id, each.start_at // DAY_S), rounds):
        times = sorted(each.start_at for each in of)
        gaps = (after - before for before, after in pairwise(times))
        found += 1 + sum(gap > SESSION_S for gap in gaps)
    return found


def game(of: AllBet) -> int:
    return of.game_id


def quarter(of: AllBet) -> int:
    return of.start_at // 900 * 900


def user(of: AllBet) -> int:
    return of.user_id


def oldest(rounds: Sequence[AllBet]) -> list[Row]:
    return [row(of) for of in sorted(rounds, key=lambda of: (of.start_at, of.event_id))]


def wins(rounds: Sequence[AllBet], least_li: int) -> list[AllBet]:
    found = [of for of in rounds if won(of) >= least_li]
    return sorted(found, key=lambda of: (-won(of), -of.start_at, of.event_id))


def days_of_wins(asked: AskedWindow, most: int) -> list[Row]:
    of_days = asked.by(lambda each: (utc_day_of(each.start_at), each.user_id, each.game_id))
    found = [(day, max(map(won, of))) for (day, *_), of in of_days]
    return sorted((each for each in found if each[1] > 0), key=lambda each: (-each[1], -each[0]))[:most]


def sized(what: str, amounts: Sequence[int]) -> list[Row]:
    found = [(low, [li for li in amounts if low <= li < high]) for low, high in pairwise(EDGES_LI)]
    return [(what, low, len(of), sum(of)) for low, of in found if of]


def top_players(asked: AskedWindow, rank: str, most: int) -> list[Row]:
    found = [
        (user_id, max(each.op_id for each in of), *sums(of), max(map(won, of)))
        for user_id, of in asked.by(user)
    ]
    signs = {"bet": (3, -1), "won": (4, -1), "lost": (4, 1)}
    place, sign = signs[rank]
    kept = [each for each in found if rank == "bet" or each[place] * sign < 0]
    return sorted(kept, key=lambda each: (each[place] * sign, each[0]))[:most]


def found_players(asked: AskedWindow, part: str, most: int) -> list[Row]:
    found = [
        (user_id, max(each.op_id for each in of), len(of), max(each.start_at for each in of))
        for user_id, of in asked.by(user)
        if part.lower() in of[0].op_id.lower() or part in str(user_id)
    ]
    found.sort(key=lambda each: (part.lower() != each[1].lower() and part != str(each[0]), -each[2], each[0]))
    return found[:most]


RANKS: Mapping[str, Callable[[Row], bool | int]] = {
    "bet": lambda each: -each[3],
    "won": lambda each: -each[4],
    "lost": lambda each: each[4],
    "unseen": lambda each: each[6],
}


def ranked_players(asked: AskedWindow, by: str, since_s: int, most: int) -> list[Row]:
    found = [player(key, of) for key, of in asked.by(user)]
    found = [each for each in found if each[5] >= since_s]
    found = [each for each in found if (by != "won" or each[4] > 0) and (by != "lost" or each[4] < 0)]
    found.sort(key=lambda each: (RANKS[by](each), each[0]))
    return [(*each, len(found)) for each in found[:most]]


def standing_of_player(asked: AskedWindow, user_id: int) -> list[Row]:
    of_all = {key: sums(of) for key, of in asked.by(user)}
    if user_id not in of_all:
        return []
    mine = of_all[user_id]
    ranks = [1 + sum(of[place] > mine[place] for of in of_all.values()) for place in (1, 2)]
    return [(*mine, *ranks, len(of_all), sum(of[1] for of in of_all.values()))]


def draws_squared(rounds: Sequence[AllBet]) -> int:
    draws: dict[str, int] = defaultdict(int)
    for of in rounds:
        draws[of.draw_id or of.event_id] += of.bet_amount
    return sum(bet**2 for bet in draws.values())


def cohorts(asked: AskedWindow) -> list[Row]:
    played = {key: [day for day, of in asked.by_day() if key in map(user, of)] for key, _ in asked.by(user)}
    pairs = [(days[0], day) for days in played.values() for day in days]
    return [(*pair, pairs.count(pair)) for pair in sorted(set(pairs))]


def sorted_sample(rounds: Iterable[AllBet]) -> list[Row]:
    ordered = sorted(rounds, key=lambda of: (of.start_at // 3600, of.game_id, of.draw_id, of.event_id))
    return [(hour_of(of.start_at), of.game_id, of.draw_id, of.bet_amount, of.gain_amount) for of in ordered]


BRUTE_FORCE: Mapping[str, Callable[..., list[Row]]] = {
    "sums": lambda asked: [sums(asked.rounds)],
    "games": lambda asked: [(key, *sums(of)) for key, of in asked.by(game)],
    "days": lambda asked: [(day, *sums(of)) for day, of in asked.by_day()],
    "days_of_games": lambda asked: sorted(
        (key, day, *sums(of)) for day, of_day in asked.by_day() for key, of in asked.by(game, of_day)
    ),
    "squares_of_days": lambda asked: sorted(
        (key, day, *sums(of), squares(of)[0])
        for day, of_day in asked.by_day()
        for key, of in asked.by(game, of_day)
    ),
    "quarters": lambda asked: [(at, *sums(of)) for at, of in asked.by(quarter)],
    "spreads": lambda asked: [
        (key, *sums(of), *squares(of), *squares_of_quarters(asked, of)) for key, of in asked.by(game)
    ],
    "players_of_games": lambda asked: [(key, *won_and_lost(asked, of)) for key, of in asked.by(game)],
    "player_count": lambda asked: [(players(asked.rounds),)],
    "players_of_days": lambda asked: [(day, players(of)) for day, of in asked.by_day()],
    "players": lambda asked: [player(key, of) for key, of in asked.by(user)],
    "top_players": top_players,
    "games_of_player": lambda asked, user_id: [
        (key, *sums(of), sessions(asked, of)) for key, of in asked.by(game, asked.only(user_id=user_id))
    ],
    "player_of_user_id": lambda asked, user_id: [
        player(key, of)[:2] for key, of in asked.by(user, asked.only(user_id=user_id))
    ],
    "players_of_op_id": lambda asked, op_id: [
        player(key, of)[:2] for key, of in asked.by(user, asked.only(op_id=op_id))
    ],
    "find_players": found_players,
    "ranked_players": ranked_players,
    "standing_of_player": standing_of_player,
    "plays_of_players": lambda asked: [
        (*key, *sums(of), draws_squared(of))
        for key, of in asked.by(lambda each: (each.user_id, each.game_id))
    ],
    "cohorts": cohorts,
    "round": lambda asked, **of: [row(each) for each in asked.only(event_id=of["id"])],
    "rounds_of_id": lambda asked, **of: [
        (each.event_id, each.game_id, each.start_at)
        for each in sorted(asked.rounds, key=lambda one: (-one.start_at, one.event_id))
        if of["id"] in (each.event_id, each.draw_id)
    ][: of["most"]],
    "rounds": lambda asked: oldest(asked.rounds),
    "rounds_of_player": lambda asked, user_id: oldest(asked.only(user_id=user_id)),
    "rounds_of_some": lambda asked, every, user_id: [
        (of.user_id, of.start_at, of.game_id, of.bet_amount, of.gain_amount, of.credit_before_bet, of.credit)
        for of in sorted(asked.rounds, key=lambda one: (one.user_id, one.start_at, one.event_id))
        if of.user_id % every == 0 or of.user_id == user_id
    ],
    "newest_rounds": lambda asked, most: oldest(asked.rounds)[::-1][:most],
    "biggest_wins": lambda asked, least_li, most: [row(of) for of in wins(asked.rounds, least_li)[:most]],
    "days_of_wins": days_of_wins,
    "luck_sample": lambda asked, first_s, stride, all_s, some_s: sorted_sample(
        of for of in asked.rounds if (hour_of(of.start_at) - first_s) * stride % all_s < some_s
    ),
    "returns": lambda asked: [
        (of.game_id, of.draw_id, of.user_id, of.start_at, of.bet_amount, of.gain_amount)
        for of in sorted(
            asked.rounds,
            key=lambda one: (
                *(one.start_at, one.user_id, one.game_id),
                *(-one.bet_amount, one.gain_amount, one.draw_id),
            ),
        )
    ],
    "steps": lambda asked, step_s: [
        (at, *sums(of)) for at, of in asked.by(lambda each: each.start_at // step_s * step_s)
    ],
    "sizes": lambda asked: [
        *sized("bet", [of.bet_amount for of in asked.rounds]),
        *sized("win", [won(of) for of in asked.rounds]),
    ],
}
"""Each question as plain Python over the world's rounds. A new question needs a row here."""


def asked_of(truth: World, zone: str, first: date, games: Sequence[int] = ()) -> AskedWindow:
    """Three business days of a zone and a piece of the fourth; the most that a question can be asked with."""
    at = datetime.combine(first, time(), ZoneInfo(zone))
    edges = [int((at + timedelta(days=n)).timestamp()) for n in range(5)]
    start_s, end_s = edges[0], edges[3] + 5021
    rounds = truth.bets(start_s, end_s, CLOCK)
    bets = all_bets(rounds, np.zeros(len(rounds), np.int64), truth.players.op_ids)
    bets = [each for each in bets if not games or each.game_id in games]
    one = bets[len(bets) // 3]
    values = {"game_id": one.game_id, "user_id": one.user_id, "part": one.op_id[1:4].upper()}
    values |= {"by": "lost", "since_s": start_s + 3600}
    values |= {"op_id": one.op_id, "id": one.event_id, "step_s": 600, "most": 9, "least_li": 50_000}
    values |= {"first_s": start_s - start_s % 3600, "stride": 137, "all_s": 74 * 3600, "some_s": 20 * 3600}
    values |= {"rank": "won", "every": 7}
    return AskedWindow(bets, start_s, end_s, [*pairwise(edges)], [*games], values)


def by_duckdb(filled: Filled, name: str, asked: AskedWindow) -> list[Row]:
    found = filled.engine.rows(
        question(
            name, asked.start_s, asked.end_s, days=asked.days, games=asked.games, **asked.values_of(name)
        )
    )
    return list(found)


def by_clickhouse(filled: Filled, name: str, asked: AskedWindow) -> list[Row]:
    files = filled.engine.places(filled.engine.sources(asked.start_s, asked.end_s).bets)
    bets = " UNION ALL ".join(f"SELECT * FROM file('{path}', Parquet)" for path in files)
    given = {"start_s": asked.start_s, "end_s": asked.end_s, **asked.values_of(name)}
    sql = clickhouse_sql(name, bets, asked.days, given, asked.games)
    params = {key: str(value) for key, value in given.items()}
    answer = chdb.query(sql, "JSONCompactEachRowWithNamesAndTypes", params=params)
    _names, types, *rows = map(json.loads, str(answer).splitlines())
    is_text = ["String" in of for of in types]
    return [
        tuple(value if text else int(value) for value, text in zip(row, is_text, strict=True)) for row in rows
    ]


def test_every_question_has_its_brute_force():
    assert BRUTE_FORCE.keys() == QUESTIONS.keys()


@pytest.mark.parametrize(
    ("zone", "first", "games"),
    [(*window, ()) for window in WINDOWS] + [("America/New_York", SPRING, (2011, 1041, 3001))],
    ids=str,
)
def test_duckdb_and_clickhouse_say_what_brute_force_says(
    over_clock_changes: Filled, truth: World, zone: str, first: date, games: tuple[int, ...]
):
    asked = asked_of(truth, zone, first, games)
    lengths = {end - start for start, end in asked.days}
    assert lengths == {DAY_S} | ({23 * 3600, 25 * 3600} & lengths)
    assert (len(lengths) == 2) == (zone == "America/New_York")
    for name, brute_force in BRUTE_FORCE.items():
        truly = brute_force(asked, **asked.values_of(name))
        assert truly, name
        assert by_duckdb(over_clock_changes, name, asked) == truly, name
        assert by_clickhouse(over_clock_changes, name, asked) == truly, name


@pytest.mark.parametrize("rank", ["bet", "won", "lost"])
def test_players_are_ranked_by_what_they_bet_won_and_lost(
    over_clock_changes: Filled, truth: World, rank: str
):
    asked = asked_of(truth, "Asia/Kolkata", SPRING)
    asked = replace(asked, values={**asked.values, "rank": rank})
    truly = top_players(asked, rank, 9)
    assert len(truly) == 9
    assert by_duckdb(over_clock_changes, "top_players", asked) == truly
    assert by_clickhouse(over_clock_changes, "top_players", asked) == truly


def test_days_with_roll_ups_are_answered_from_these(over_clock_changes: Filled, truth: World):
    asked = asked_of(truth, "UTC", SPRING)
    for each in QUESTIONS.values():
        sources = over_clock_changes.engine.sources(asked.start_s, asked.end_s, each.of)
        assert (len(sources.bets), len(sources.rolled)) == ((2, 3) if each.of else (5, 0))


def test_large_answers_come_as_exact_arrow_tables_and_in_batches_and_are_not_kept(
    over_clock_changes: Filled, truth: World, monkeypatch: pytest.MonkeyPatch
):
    asked, engine = asked_of(truth, "Asia/Kolkata", SPRING), over_clock_changes.engine
    monkeypatch.setattr("archive.engine._BATCH_ROWS", 500)
    for name in QUESTIONS:
        how = {"days": asked.days, "games": [2011], **asked.values_of(name)}
        table = engine.table(question(name, asked.start_s, asked.end_s, **how))
        squared = ("bet_bet", "bet_won", "won_won")
        of_squares = {*squared, *(f"quarters_{name}" for name in squared)}
        for field in table.schema:
            exact = pa.decimal128(38, 0) if field.name in of_squares else pa.int64()
            assert field.type in (exact, pa.string()), (name, field)
        told = [tuple(row.values()) for row in table.to_pylist()]
        assert tuple(told) == engine.rows(question(name, asked.start_s, asked.end_s, **how))
        batches = list(engine.batches(question(name, asked.start_s, asked.end_s, **how)))
        assert pa.Table.from_batches(batches, table.schema) == table
        assert all(len(batch) <= 2048 for batch in batches)
    assert all(isinstance(rows, tuple) for rows in engine._answer.cache.values())


def test_batches_come_before_the_answer_is_whole_and_may_be_left_early(over_clock_changes: Filled):
    engine, (start_s, _) = over_clock_changes.engine, FILLED[0]
    endless = "SELECT bets.*, n FROM bets, range(1000000000) AS numbers(n)"
    with closing(engine.batches(Asked(endless, start_s, start_s + DAY_S))) as batches:
        first = [next(batches) for _ in range(3)]
    assert all(len(batch) == 100_000 for batch in first)
    assert engine.numbers(question("sums", start_s, start_s + 60, games=[-1])) == ((0, 0, 0),)


def test_what_does_not_fit_in_memory_is_sorted_on_disk_and_leaves_nothing(
    over_clock_changes: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("archive.engine._SETTINGS", {"memory_limit": "60MB", "threads": 1})
    engine = Engine(over_clock_changes.archive)
    text = "SELECT repeat('a', 40) || n AS a FROM range(3000000) AS numbers(n) ORDER BY hash(n)"
    with closing(engine.batches(Asked(text, *FILLED[0]))) as batches:
        assert len(next(batches)) == 100_000
        (folder,) = (tmp_path / "cache/twoj").iterdir()
        assert list(folder.iterdir())
    engine.close()
    assert list((tmp_path / "cache/twoj").iterdir()) == []


def test_games_are_whole_numbers_and_other_games_are_another_answer(over_clock_changes: Filled, truth: World):
    asked, engine = asked_of(truth, "UTC", SPRING), over_clock_changes.engine
    told = {
        games: engine.numbers(question("games", asked.start_s, asked.end_s, games=games))
        for games in ((), (2011,), (1041, 2011), (2011, 1041, 2011), (-1,))
    }
    assert [[row[0] for row in rows] for rows in [*told.values()][1:]] == [
        [2011],
        [1041, 2011],
        [1041, 2011],
        [],
    ]
    assert {*told[2011,], *told[1041, 2011]} < {*told[()]}
    assert engine.numbers(question("sums", asked.start_s, asked.end_s, games=[-1])) == ((0, 0, 0),)
    for wrong in ("2011", 2011.0, "1) OR (1=1", None):
        with pytest.raises(TypeError):
            engine.rows(question("games", asked.start_s, asked.end_s, games=[wrong]))  # type: ignore[list-item]


def test_a_file_that_is_cut_says_so_however_it_is_asked(make: Callable[..., Filled]):
    filled = make(days=1)
    filled.fill()
    path = next(filled.archive.folder.root.rglob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-100])
    engine, asked = filled.engine, question("rounds", utc_day_of(CLOCK), CLOCK)
    for answer in (engine.rows, engine.table, lambda asked: list(engine.batches(asked))):
        with pytest.raises(
            FileDamaged, match=r"\.parquet is not the file that was written: its SHA-256 differs\.$"
        ):
            answer(asked)


def test_nothing_is_there_before_anything_was_read(make: Callable[..., Filled]):
    window = CLOCK - DAY_S, CLOCK
    assert make().engine.rows(question("games", *window)) == ()
    assert make().engine.rows(question("player_count", *window)) == ((0,),)
    assert make().engine.table(question("rounds_of_player", *window, user_id=1)).schema.names == STORED.names


def test_the_same_question_over_the_same_files_is_answered_once(
    make: Callable[..., Filled], monkeypatch: pytest.MonkeyPatch
):
    filled = make(days=1)
    filled.fill()
    start_s = utc_day_of(CLOCK)
    told = filled.engine.rows(question("games", start_s, CLOCK))
    with monkeypatch.context() as patch:
        patch.delattr(filled.engine, "_connection")
        assert filled.engine.rows(question("games", start_s, CLOCK)) is told
        with pytest.raises(AttributeError):
            filled.engine.rows(question("games", start_s, CLOCK, games=[2011]))
    filled.wait(60)
    filled.fill()  # the running hour is another file
    assert sum(row[1] for row in filled.engine.rows(question("games", start_s, CLOCK + 60))) > sum(
        row[1] for row in told
    )


def test_roll_ups_of_games_are_read_once_and_are_another_answer_when_others_count(
    over_clock_changes: Filled, truth: World, monkeypatch: pytest.MonkeyPatch
):
    asked, engine = asked_of(truth, "UTC", SPRING), Engine(over_clock_changes.archive)
    names = [name for name, question in QUESTIONS.items() if question.of in (RollUp.GAMES, RollUp.SIZES)]

    def told(start_s: int, end_s: int) -> list[list[Row]]:
        return [list(engine.rows(question(name, start_s, end_s, days=asked.days))) for name in names]

    truly = [BRUTE_FORCE[name](asked) for name in names]
    assert told(asked.start_s, asked.end_s) == truly
    with monkeypatch.context() as patch:
        patch.setattr("archive.engine.parquet_table", None)
        before = told(asked.start_s, asked.end_s - 1)  # other SQL over the same three days
        assert told(asked.start_s, asked.end_s) == truly
        assert len(told(*asked.days[1])[0]) == 1
    engine._answer.cache.clear()
    engine._sums_of.cache.clear()
    assert told(asked.start_s, asked.end_s - 1) == before
    assert told(asked.start_s, asked.end_s) == truly


def test_a_roll_up_that_is_made_in_another_way_is_made_anew(
    make: Callable[..., Filled], monkeypatch: pytest.MonkeyPatch
):
    filled = make(days=2)
    filled.fill()
    engine, day_s = filled.engine, utc_day_of(CLOCK) - DAY_S
    window = day_s, day_s + DAY_S, RollUp.SIZES
    assert (len(engine.sources(*window).rolled), engine.roll_up(day_s)) == (1, False)
    monkeypatch.setitem(MADE, RollUp.SIZES, f"SELECT * FROM ({MADE[RollUp.SIZES]})")
    filled.wait(5)  # so long is kept which files there are
    assert engine.sources(*window).rolled == ()
    assert engine.roll_up(day_s)
    assert (len(engine.sources(*window).rolled), engine.roll_up(day_s)) == (1, False)


def test_what_many_ask_at_the_same_time_is_asked_once(
    over_clock_changes: Filled, truth: World, monkeypatch: pytest.MonkeyPatch
):
    asked, engine = asked_of(truth, "UTC", SPRING), Engine(over_clock_changes.archive)
    times, all_wait = [], threading.Barrier(2)
    really = engine._asked

    def counted(query: Any) -> Any:
        times.append(query)
        all_wait.wait(10)  # until another thread is about to ask
        return really(query)

    monkeypatch.setattr(engine, "_asked", counted)

    def ask_it() -> tuple[Row, ...]:
        return engine.rows(question("games", asked.start_s, asked.end_s))

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(ask_it)
        others = [pool.submit(ask_it) for _ in range(3)]
        all_wait.wait(10)
        answers = [each.result() for each in (first, *others)]
    assert len(times) == 1
    assert all(answer is answers[0] for answer in answers)


def test_the_whole_hours_of_a_day_that_runs_are_summed_up_once(
    make: Callable[..., Filled], monkeypatch: pytest.MonkeyPatch
):
    filled = make(days=1)
    filled.fill()
    engine, start_s, summed = filled.engine, utc_day_of(CLOCK), list[str]()
    really = engine._of_file
    monkeypatch.setattr(engine, "_of_file", lambda made, place: summed.append(place) or really(made, place))
    for end_s in (CLOCK - 60, CLOCK, CLOCK - 3 * HOUR_S - 1):
        of_bets = engine.table(question("rounds", start_s, end_s)).to_pydict()
        amounts = [sum(of_bets[name]) for name in ("bet_amount", "gain_amount")]
        assert engine.rows(question("sums", start_s, end_s)) == ((len(of_bets["event_id"]), *amounts),)
    assert len(summed) == len(set(summed)) == (CLOCK - start_s) // HOUR_S
