"""Each question, answered from files and roll-ups, says what brute force over the world's rounds says."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from archive.bets import DAY_S
from archive.questions import QUESTIONS, ask
from tests.archive.conftest import Filled
from tests.provider import CLOCK
from twoj_sandbox.world import World

pytestmark = pytest.mark.slow
TODAY = CLOCK // DAY_S * DAY_S
START, END = TODAY - 2 * DAY_S + 5 * 3600, TODAY + 7 * 3600
ZONES = ["UTC", "Asia/Manila", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York"]


@pytest.fixture
def filled(make: Callable[..., Filled]) -> Filled:
    """Three days, of which two are files with roll-ups and one is hours."""
    made = make(days=3)
    made.fill()
    return made


class Bet:
    """A round of the world, in plain numbers."""

    def __init__(self, row: np.void) -> None:
        self.game = int(row["game"])
        self.player = int(row["player"])
        self.at = int(row["start_at"])
        self.bet = int(row["bet_amount"])
        self.gain = int(row["gain_amount"])


@pytest.fixture
def rounds(truth: World) -> list[Bet]:
    return [Bet(row) for row in truth.bets(START, END, CLOCK)]


def sums(rounds: list[Bet]) -> tuple[int, int, int]:
    return len(rounds), sum(each.bet for each in rounds), sum(each.gain for each in rounds)


def days_of(zone: str) -> list[tuple[int, int]]:
    """The business days of a zone that the window touches."""
    day = datetime.fromtimestamp(START, ZoneInfo(zone)).replace(hour=0, minute=0, second=0)
    found = []
    while day.timestamp() < END:
        after = (day + timedelta(days=1)).replace(hour=0)
        found.append((int(day.timestamp()), int(after.timestamp())))
        day = after
    return found


def grouped(rounds: list[Bet], key: Callable[[Bet], object]) -> Iterator[tuple[object, list[Bet]]]:
    groups = defaultdict(list)
    for each in rounds:
        groups[key(each)].append(each)
    return iter(sorted(groups.items()))


def test_every_question_is_tried():
    here = Path(__file__).read_text("utf-8")
    assert [name for name in QUESTIONS if f'"{name}"' not in here] == []


def test_sums_of_the_window_by_game_and_by_quarter(filled: Filled, rounds: list[Bet]):
    assert ask(filled.engine, "sums", START, END) == [sums(rounds)]
    assert [row[1:] for row in ask(filled.engine, "games", START, END)] == [
        sums(of) for _, of in grouped(rounds, lambda each: each.game)
    ]
    assert ask(filled.engine, "quarters", START, END) == [
        (at, *sums(of)) for at, of in grouped(rounds, lambda each: each.at // 900 * 900)
    ]
    assert ask(filled.engine, "steps", START, END, step_s=300) == [
        (at, *sums(of)) for at, of in grouped(rounds, lambda each: each.at // 300 * 300)
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_business_days_of_any_zone(filled: Filled, rounds: list[Bet], zone: str):
    days = days_of(zone)
    of_days = [(start, [each for each in rounds if start <= each.at < end]) for start, end in days]
    of_days = [(start, of) for start, of in of_days if of]
    assert ask(filled.engine, "days", START, END, days=days) == [(start, *sums(of)) for start, of in of_days]
    assert ask(filled.engine, "players_of_days", START, END, days=days) == [
        (start, len({each.player for each in of})) for start, of in of_days
    ]
    assert sum(row[2] for row in ask(filled.engine, "days_of_games", START, END, days=days)) == len(rounds)
    assert datetime.fromtimestamp(days[0][0], UTC) <= datetime.fromtimestamp(START, UTC)


def test_spreads_are_exact(filled: Filled, rounds: list[Bet]):
    told = ask(filled.engine, "spreads", START, END)
    assert [row[4:] for row in told] == [
        (
            sum(each.bet**2 for each in of),
            sum(each.bet * (each.bet + each.gain) for each in of),
            sum((each.bet + each.gain) ** 2 for each in of),
        )
        for _, of in grouped(rounds, lambda each: each.game)
    ]


def test_players(filled: Filled, rounds: list[Bet]):
    engine = filled.engine
    by_player = dict(grouped(rounds, lambda each: each.player))
    told = ask(engine, "players", START, END)
    assert ask(engine, "player_count", START, END) == [(len(by_player),)]
    assert sorted(row[2:] for row in told) == sorted(
        (*sums(of), min(each.at for each in of), max(each.at for each in of)) for of in by_player.values()
    )
    assert [row[1] for row in ask(engine, "players_of_games", START, END)] == [
        len({each.player for each in of}) for _, of in grouped(rounds, lambda each: each.game)
    ]
    user_id, op_id, count, *_ = max(told, key=lambda row: row[2])
    assert sum(row[1] for row in ask(engine, "games_of_player", START, END, user_id=user_id)) == count
    assert len(ask(engine, "rounds_of_player", START, END, user_id=user_id)) == count
    found = ask(engine, "find_players", START, END, part=str(op_id)[1:].upper(), most=50)
    assert (user_id, op_id) in [row[:2] for row in found]
    assert ask(engine, "find_players", START, END, part="' OR 1=1 --", most=5) == []


def test_a_game(filled: Filled, rounds: list[Bet]):
    engine = filled.engine
    game_id, count, bet_li, gain_li = ask(engine, "games", START, END)[0]
    told = ask(engine, "players_of_game", START, END, game_id=game_id)
    quarters = ask(engine, "quarters_of_game", START, END, game_id=game_id)
    for rows, at in ((told, 2), (quarters, 1)):
        assert tuple(sum(row[at + place] for row in rows) for place in range(3)) == (count, bet_li, gain_li)
    wins = ask(engine, "biggest_wins_of_game", START, END, game_id=game_id, most=3)
    assert all(row[2] == game_id for row in wins)


def test_single_rounds_and_sizes(filled: Filled, rounds: list[Bet]):
    engine = filled.engine
    newest = ask(engine, "newest_rounds", START, END, most=20)
    assert [row[9] for row in newest] == sorted((each.at for each in rounds), reverse=True)[:20]
    assert ask(engine, "find_rounds", START, END, id=newest[3][0], most=5) == [newest[3]]
    wins = ask(engine, "biggest_wins", START, END, most=10)
    assert [row[6] for row in wins] == sorted((each.gain for each in rounds), reverse=True)[:10]
    assert ask(engine, "bet_sizes", START, END) == [
        (bet, *sums(of)) for bet, of in grouped(rounds, lambda each: each.bet)
    ]
    won = [each for each in rounds if each.bet + each.gain > 0]
    assert ask(engine, "win_sizes", START, END) == [
        (back, len(of)) for back, of in grouped(won, lambda each: each.bet + each.gain)
    ]


def test_nothing_is_there_before_anything_was_read(make: Callable[..., Filled]):
    assert ask(make().engine, "games", START, END) == []
    assert ask(make().engine, "player_count", START, END) == [(0,)]


def test_the_same_question_over_the_same_files_is_answered_once(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
):
    told = ask(filled.engine, "games", START, END)
    told_as_list = [*told]
    told.clear()  # the caller's own
    with monkeypatch.context() as patch:
        patch.delattr(filled.engine, "_connection")
        assert ask(filled.engine, "games", START, END) == told_as_list
    filled.wait(60)
    filled.fill()  # the running hour is another file
    assert sum(row[1] for row in ask(filled.engine, "games", START, CLOCK + 60)) > sum(
        row[1] for row in told_as_list
    )
