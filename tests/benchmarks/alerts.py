"""How often the ready alerts fire though all is honest, and how soon an outage is found.

`just bench alerts [SEEDS] [BETS_AN_HOUR]`: each seed is a world without planted stories, of which a month is
watched after two others. The rules about the ledger and the servers cannot fire in it.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from dashboard.alerts import series
from dashboard.alerts.machine import NEVER, step
from dashboard.alerts.rules import READY
from dashboard.alerts.series import QUARTER_S, UNKNOWN, Quarters
from dashboard.core.frames import game_type
from dashboard.luck.course import Course
from dashboard.luck.data_monitor import WATCHED_DAYS
from dashboard.luck.hours import by_game, draws_of, observed, yardsticks
from twoj_sandbox.rows import draw_ids
from twoj_sandbox.world import World, stories
from twoj_sandbox.world.day import Rounds

DAY_S, HOUR_S = 86_400, 3600
END_S = 20_500 * DAY_S
BEFORE_DAYS, MONTH_DAYS = 60, 30
OUTAGE_MIN = 30
SEEN_AFTER_MIN = 2
"""So much later at most a rule knows of what there is: bets are read and rules looked at every 30 s."""


@contextmanager
def honest() -> Iterator[None]:
    """Worlds without planted stories."""
    names = "DARK_DAY_OF_MONTH WHALE_DAY_OF_MONTH BURST_DAY_OF_MONTH GENEROUS_DAYS_OF_MONTH".split()
    planted = {name: getattr(stories, name) for name in names}
    for name in names:
        setattr(stories, name, () if name.endswith("DAYS_OF_MONTH") else 0)
    try:
        yield
    finally:
        for name, value in planted.items():
            setattr(stories, name, value)


def firings(ready: str, ends_s: np.ndarray, values: np.ndarray) -> int:
    """How often a rule fires in the last month, by the state machine that pages use."""
    rule, standing, found = READY[ready].rule, NEVER, 0
    for at_s, value in zip(ends_s.tolist(), values.tolist(), strict=True):
        before = standing
        standing, _ = step(standing, rule.verdict(None if value == UNKNOWN else value), at_s, rule.timing)
        fires = before.firing_since_s is None and standing.firing_since_s is not None
        found += fires and at_s > END_S - MONTH_DAYS * DAY_S
    return found


def month(seed: int, bets_an_hour: int) -> tuple[Counter[str], dict[int, list[int]]]:
    """False alarms of an honest month by rule, and after how many minutes outages were found, by hour."""
    first_s = END_S - (BEFORE_DAYS + MONTH_DAYS) * DAY_S
    with honest():
        rounds = World(seed=seed, bets_per_hour=bets_an_hour).bets(first_s, END_S, END_S + DAY_S)
    at, bet = rounds["start_at"] - first_s, rounds["bet_amount"]
    count = (END_S - first_s) // QUARTER_S
    of = at // QUARTER_S
    quarters = Quarters(
        first_s,
        np.bincount(of, minlength=count).astype(np.int64),
        np.bincount(of, bet, count).astype(np.int64),
        -np.bincount(of, rounds["gain_amount"], count).astype(np.int64),
        np.ones(count, np.bool_),
    )
    ends_s = quarters.ends_s()
    found = Counter({"gain-low": firings("gain-low", ends_s, series.gain_noise(quarters, 96))})
    minutes = np.bincount(at // 60, minlength=count * 15).astype(np.int64)
    expected = np.repeat(series.usual_minutes(quarters), 15)
    silent = series.silences(minutes, expected)
    ends_min = first_s + 60 * np.arange(1, len(minutes) + 1)
    found["silence"] = firings("silence", ends_min, silent)
    found["top-player"] = sum(_top(rounds["player"], bet, at // DAY_S, day) for day in range(BEFORE_DAYS, 90))
    found["broken-game"] = _broken(rounds, first_s)
    return found, _outages(seed, minutes, expected)


def _broken(rounds: Rounds, first_s: int) -> int:
    """How many games give an alarm in the last month, each hour judged by the days before its own."""
    names = ("game_id", "user_id", "start_at", "bet_amount", "gain_amount")
    columns = {name: rounds[name].astype(np.int64) for name in names}
    columns["draw_id"] = np.unique(draw_ids(rounds), return_inverse=True)[1]
    days, course = list[dict[int, tuple[float, ...]]](), Course({})
    for day_s in range(first_s, END_S, DAY_S):
        of_day = slice(*np.searchsorted(rounds["start_at"], (day_s, day_s + DAY_S)))
        past = days[-WATCHED_DAYS:]
        types = {game: game_type(game, None) for game in {game for day in past for game in day}}
        hours = range(day_s, day_s + DAY_S, HOUR_S)
        draws = draws_of({name: column[of_day] for name, column in columns.items()})
        found = observed(draws, hours, yardsticks(past, types, {}))
        for hour_s in hours:
            course.add(hour_s, found[hour_s])
        days.append(by_game(found.values()))
    since_s = END_S - MONTH_DAYS * DAY_S
    return len({alarm.of.game_id for alarm in course.alarms if alarm.hour_s >= since_s})


def _top(player: np.ndarray, bet: np.ndarray, day: np.ndarray, this: int) -> bool:
    """Whether one player has more than the share in the second half of a day's bets, at any time of it."""
    usual = np.median([bet[day == each].sum() for each in range(this - 14, this)])
    today, whose = bet[day == this], player[day == this]
    running = np.cumsum(today)
    for until in np.flatnonzero(running * 2 >= usual)[::200]:
        top = np.bincount(whose[: until + 1], today[: until + 1]).max()
        if top * 10_000 > READY["top-player"].rule.limit * running[until]:
            return True
    return False


def _outages(seed: int, minutes: np.ndarray, expected: np.ndarray) -> dict[int, list[int]]:
    """Outages in each second hour of each day; after how many minutes each is found, 99: never."""
    draws, found = np.random.default_rng(seed), dict[int, list[int]]()
    lacked, busy = series.lacking(minutes, expected), expected
    ends = np.flatnonzero((minutes[1:] > 0) & (minutes[:-1] == 0))
    for day in range(BEFORE_DAYS, BEFORE_DAYS + MONTH_DAYS):
        for hour in range(0, 24, 2):
            at = (day * 24 + hour) * 60 + int(draws.integers(0, 60 - OUTAGE_MIN))
            before = ends[: np.searchsorted(ends, at)]
            limit = series.silence_limit(lacked[before], busy[before], at, float(expected[at]))
            out = minutes[at - 240 : at + OUTAGE_MIN].copy()
            out[240:] = 0
            short = series.lacking(out, expected[at - 240 : at + OUTAGE_MIN])[240:]
            late = np.flatnonzero(short > limit)
            found.setdefault(hour, []).append(int(late[0]) + 1 + SEEN_AFTER_MIN if len(late) else 99)
    return found


def say(line: str) -> None:
    """Write a line."""
    sys.stdout.write(line + "\n")


def main() -> None:
    """Print what came of so many months."""
    seeds, bets_an_hour = (int(each) for each in (*sys.argv[1:], "100", "400")[:2])
    alarms, outages = Counter[str](), dict[int, list[int]]()
    for seed in range(1, seeds + 1):
        found, late = month(seed, bets_an_hour)
        alarms += found
        for hour, each in late.items():
            outages.setdefault(hour, []).extend(each)
    say(f"{seeds} honest months of {bets_an_hour} bets an hour")
    for name in ("broken-game", "gain-low", "silence", "top-player"):
        say(f"  {name}: {alarms[name] / seeds:.2f} false alarms a month")
    say(f"  all: {alarms.total() / seeds:.2f}")
    for hour, each in sorted(outages.items()):
        share = np.mean(np.array(each) <= 20)
        say(f"  outage at {hour:02}:00 UTC: {share:.1%} within 20 min, half within {np.median(each):.0f}")


if __name__ == "__main__":
    main()
