"""Makes a day of rounds from seed, load and day number: no other day has a part in it, nor the time now.

The way: sessions (who sits down when, at which games) → rounds one after the other → stakes → luck → credits.
Until the last step the rounds stand player by player.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from twoj_sandbox import BURST, WHALE
from twoj_sandbox.world import games, stories
from twoj_sandbox.world.day import (
    DAY_S,
    EVEN_PLAYERS_FROM_S,
    ODD_PLAYERS_FROM_S,
    ODD_PLAYERS_TO_S,
    ROUND,
    STAY,
    Rounds,
    WorldDay,
)
from twoj_sandbox.world.draws import Draws, Whole, mix_array
from twoj_sandbox.world.games import INDEX_OF, SHARED_PERIOD_S
from twoj_sandbox.world.players import LADDER_LI, Players

_SESSIONS, _PACES, _STAKES, _LUCK, _WHALE = range(5)

# How busy each UTC hour is. Most players live eight hours east: their evening is 11 to 15 UTC.
_HOURS = (30, 32, 34, 36, 40, 38, 36, 38, 44, 54, 66, 80, 92, 98, 94, 80, 58, 40, 28, 20, 16, 15, 18, 24)
_WEEKDAYS_PERMILLE = (900, 900, 920, 950, 1060, 1180, 1120)
_SESSION_ROUNDS = ((3, 10), (8, 18), (15, 22), (25, 20), (40, 15), (70, 10), (120, 5))
_STAKE_SHIFT = ((-1, 20), (0, 60), (1, 20))

_GROWTH_FROM_DAY = 20_544  # 2026-04-01: there the load is what was asked for
_GROWTH_PERMILLE_A_YEAR = 350

# Seconds from one round of a player to the next: at least, and how many more.
_PACE_S = {"Slots": (4, 6), "Multiplayer": (20, 10), "Table": (25, 20), "Fish": (5, 8), "Crypto": (20, 10)}
_PACE_LEAST: Whole = np.array([_PACE_S[game.game_type][0] for game in games.GAMES], np.int64)
_PACE_MORE: Whole = np.array([_PACE_S[game.game_type][1] for game in games.GAMES], np.int64)

_WHEEL_SIZES: Whole = np.array((1, 2, 4, 6, 12), np.int64)
_WHEEL_SIZES_RUNNING: Whole = np.cumsum((3, 6, 13, 18, 60)).astype(np.int64)
AREAS_A_SIZE = 40
"""Betting areas are numbered: this times the place of their size among `WHEEL_SIZES`, plus 1, 2, 3 …"""
WHEEL_SIZES = tuple(_WHEEL_SIZES.tolist())

_CRASH_TARGETS: Whole = np.array((120, 150, 200, 300, 500, 1000), np.int64)
_CRASH_RUNNING: Whole = np.cumsum((20, 25, 30, 15, 8, 2)).astype(np.int64)
_CRASH_HIGHEST = 100_000

_PAUSE_ENDS_STAY_S = 1800
_BUY_TIMES = 20
_BURST_ROUNDS = 640
_DENSE_ROUNDS = 1200
_WHALE_ROUNDS = 600


@dataclass(frozen=True)
class _Plan:
    """Rounds yet without luck, player by player and in time; `start` is the second of the day."""

    player: Whole
    game: Whole
    start: Whole
    pace: Whole
    bet: Whole
    bought: npt.NDArray[np.bool_]

    def at(self, rows: npt.NDArray[np.bool_] | Whole) -> "_Plan":
        return _Plan(**{name: column[rows] for name, column in vars(self).items()})

    def joined(self, other: "_Plan") -> "_Plan":
        both: dict[str, Any] = {
            name: np.concatenate((column, getattr(other, name))) for name, column in vars(self).items()
        }
        order = np.lexsort((both["start"], both["player"]))
        return _Plan(**{name: column[order] for name, column in both.items()})


class DayMaker:
    """Makes the days of one world."""

    def __init__(self, seed: int, bets_per_hour: int, players: Players) -> None:
        self._key = (seed, bets_per_hour)
        self._players = players

    def make(self, day: int) -> WorldDay:
        """Return the day with this number (days since 1970-01-01)."""
        date = stories.date_of(day)
        plan = self._one_after_the_other(self._seated(day))
        if date.day == stories.DARK_DAY_OF_MONTH:
            plan = plan.at((plan.start < stories.DARK_FROM_S) | (plan.start >= stories.DARK_TO_S))
        if date.day == stories.BURST_DAY_OF_MONTH:
            plan = plan.at(plan.player != BURST.index).joined(_burst())
        if date.day == stories.WHALE_DAY_OF_MONTH:
            plan = plan.at(plan.player != WHALE.index)
            plan = plan.joined(_whale(self._draws(day, _WHALE), int(plan.bet.sum())))
        return _finished(day, self._played(day, plan))

    def _draws(self, day: int, stream: int) -> Draws:
        return Draws(*self._key, day, stream)

    def _seated(self, day: int) -> _Plan:
        """Let players sit down at two games each for a session; say when each of its rounds would begin."""
        draws = self._draws(day, _SESSIONS)
        count = self._session_count(day, draws)
        player = draws.pick(count, self._players.activity_running)
        begin = draws.pick(count, np.cumsum(_HOURS).astype(np.int64)) * 3600 + draws.below(count, 3600)
        crowd = stories.date_of(day).day in stories.GENEROUS_DAYS_OF_MONTH
        popularity = games.popularity_running(crowd_at_generous=crowd)
        first_game, second_game = draws.pick(count, popularity), draws.pick(count, popularity)
        switch_percent = draws.below(count, 200)
        length = _pick_from(draws, count, _SESSION_ROUNDS)
        step = self._players.step[player] + _pick_from(draws, count, _STAKE_SHIFT)

        session = np.repeat(np.arange(count), length)
        first_round = np.cumsum(length) - length
        nth = np.arange(len(session)) - first_round[session]
        game = np.where(
            nth * 100 < (switch_percent * length)[session], first_game[session], second_game[session]
        )
        draws = self._draws(day, _PACES)
        pace = _PACE_LEAST[game] + draws.below(len(game), _PACE_MORE[game])
        since = np.cumsum(pace) - pace
        start = begin[session] + since - since[first_round[session]]
        bet, bought = self._stakes(day, step[session], game)
        return _Plan(player[session], game, start, pace, bet, bought)

    def _session_count(self, day: int, draws: Draws) -> int:
        growth = 1000 + _GROWTH_PERMILLE_A_YEAR * (day - _GROWTH_FROM_DAY) // 365
        weekday = _WEEKDAYS_PERMILLE[stories.date_of(day).weekday()]
        luck = 900 + int(draws.below(1, 200)[0])
        rounds_millionfold = self._key[1] * 24 * min(max(growth, 500), 2000) * weekday * luck // 1000
        frequencies = sum(frequency for _, frequency in _SESSION_ROUNDS)
        rounds_a_session = sum(length * frequency for length, frequency in _SESSION_ROUNDS)
        return rounds_millionfold * frequencies // (rounds_a_session * 1_000_000)

    def _stakes(self, day: int, step: Whole, game: Whole) -> tuple[Whole, npt.NDArray[np.bool_]]:
        """Return each round's stake in li, and whether it buys free games (dear, so only at small stakes)."""
        draws = self._draws(day, _STAKES)
        wobble = np.array((-1, 0, 0, 0, 0, 0, 0, 0, 0, 1), np.int64)[draws.below(len(step), 10)]
        bet = LADDER_LI[np.clip(step + wobble, 0, len(LADDER_LI) - 1)]
        bought = games.IS_SLOTS[game] & (bet <= 5000) & (draws.below(len(step), 1000) < 4)
        return np.where(bought, bet * _BUY_TIMES, bet), bought

    @staticmethod
    def _one_after_the_other(plan: _Plan) -> _Plan:
        """Put rounds into order by player and start none before the player's round before it is over."""
        odd = plan.player % 2 == 1
        start = np.maximum(plan.start, np.where(odd, ODD_PLAYERS_FROM_S, EVEN_PLAYERS_FROM_S))
        order = np.lexsort((start, plan.player))
        plan = replace(plan, start=start).at(order)
        since = np.cumsum(plan.pace) - plan.pace
        apart = plan.player << 40
        start = since + np.maximum.accumulate(plan.start - since + apart) - apart
        last = np.where(plan.player % 2 == 1, ODD_PLAYERS_TO_S, DAY_S - 1)
        return replace(plan, start=start).at(start <= last)

    def _played(self, day: int, plan: _Plan) -> Rounds:
        """Let each round have its luck."""
        draws = self._draws(day, _LUCK)
        rounds = np.zeros(len(plan.player), ROUND)
        luck = (draws.words(len(rounds)) >> np.uint64(32)).astype(np.int64)
        shared = games.IS_SHARED[plan.game]
        begun = (day * DAY_S + plan.start) // SHARED_PERIOD_S
        drawn = (mix_array(self._key[0], plan.game, begun) >> np.uint64(32)).astype(np.int64)
        luck = np.where(shared, drawn, luck)
        choice, outcome, win_hundredths = _outcomes(day, plan, luck, draws)

        rounds["start_at"] = day * DAY_S + plan.start
        quick = np.where(games.IS_SLOTS[plan.game], plan.pace // 3, np.maximum(plan.pace - 3, 0))
        rounds["end_at"] = np.where(shared, (begun + 1) * SHARED_PERIOD_S, rounds["start_at"] + quick)
        rounds["game"], rounds["game_id"] = plan.game, games.GAME_IDS[plan.game]
        rounds["player"], rounds["user_id"] = plan.player, self._players.user_ids[plan.player]
        rounds["bet_amount"] = plan.bet
        rounds["gain_amount"] = plan.bet * win_hundredths // 100 - plan.bet
        rounds["choice"], rounds["outcome"] = choice, outcome
        return rounds


def _pick_from(draws: Draws, count: int, table: tuple[tuple[int, int], ...]) -> Whole:
    values = np.array([value for value, _ in table], np.int64)
    return values[draws.pick(count, np.cumsum([frequency for _, frequency in table]).astype(np.int64))]


def _outcomes(day: int, plan: _Plan, luck: Whole, draws: Draws) -> tuple[Whole, Whole, Whole]:
    """Return for each round what was chosen, what came, and the win in hundredths of the bet."""
    count = len(luck)
    wheel, crash = games.IS_WHEEL[plan.game], games.IS_CRASH[plan.game]

    size_place = draws.pick(count, _WHEEL_SIZES_RUNNING)
    numbers, size = games.WHEEL_NUMBERS[plan.game], _WHEEL_SIZES[size_place]
    area = draws.below(count, numbers // size)
    number = luck * (numbers + 1) >> 32
    # Zero lies in area -1, which nobody can bet on.
    wheel_win = np.where((number - 1) // size == area, numbers // size * 100, 0)

    target = _CRASH_TARGETS[draws.pick(count, _CRASH_RUNNING)]
    height = np.clip((96 << 32) // (luck + 1), 100, _CRASH_HIGHEST)
    crash_win = np.where(height >= target, target, 0)

    table = games.WIN_TABLES.of_game[plan.game]
    if stories.date_of(day).day in stories.GENEROUS_DAYS_OF_MONTH:
        table = np.where(plan.game == INDEX_OF[stories.GENEROUS_GAME_ID], games.WIN_TABLES.generous, table)
    table = np.where(plan.bought, games.WIN_TABLES.bought, table)
    table_win = games.WIN_TABLES.wins(table, luck)

    choice = np.where(wheel, size_place * AREAS_A_SIZE + area + 1, np.where(crash, target, plan.bought))
    outcome = np.where(wheel, number, np.where(crash, height, luck & 0xFFFF))
    return choice, outcome, np.where(wheel, wheel_win, np.where(crash, crash_win, table_win))


def _finished(day: int, rounds: Rounds) -> WorldDay:
    """Add stays and credits, and put the rounds into order by time."""
    if not len(rounds):
        return WorldDay(day, rounds, np.zeros(0, STAY))
    player, gain, bet = rounds["player"].astype(np.int64), rounds["gain_amount"], rounds["bet_amount"]
    begins = np.ones(len(rounds), np.bool_)
    begins[1:] = (player[1:] != player[:-1]) | (
        rounds["start_at"][1:] - rounds["end_at"][:-1] > _PAUSE_ENDS_STAY_S
    )
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(rounds)) - 1
    stay = np.cumsum(begins) - 1
    running = np.cumsum(gain) - gain
    running -= running[first][stay]

    stays = np.zeros(len(first), STAY)
    stays["player"] = player[first]
    stays["deposit_at"] = rounds["start_at"][first] - 2 - player[first] % 3
    # Some bring just what they will need, others up to twice as much.
    needed = np.maximum.reduceat(bet - running, first)
    stays["deposit_amount"] = _round_up(needed + needed * (rounds["start_at"][first] // 7 % 8) // 7)
    stays["withdraw_at"] = rounds["end_at"][last] + 5 + player[first] % 20
    rounds["credit_before_bet"] = stays["deposit_amount"][stay] + running
    rounds["credit"] = rounds["credit_before_bet"] + gain
    stays["withdraw_amount"] = rounds["credit"][last]

    rounds = rounds[np.argsort(rounds["start_at"], kind="stable")]
    rounds["position"] = np.arange(len(rounds))
    return WorldDay(day, rounds, stays)


_POWERS: Whole = 10 ** np.arange(19, dtype=np.int64)


def _round_up(needed: Whole) -> Whole:
    """Return deposits as people make them: two leading digits, the rest zeros, at least 10 units of money."""
    unit = np.maximum(_POWERS[np.searchsorted(_POWERS, needed, side="right") - 1] // 10, 10_000)
    return -(-needed // unit) * unit


def _burst() -> _Plan:
    """Return the burst player's rounds: many within one second, then a dense minute."""
    count = _BURST_ROUNDS + _DENSE_ROUNDS
    dense = 60 + np.arange(_DENSE_ROUNDS) * 60 // _DENSE_ROUNDS
    start = stories.BURST_SECOND_OF_DAY + np.concatenate((np.zeros(_BURST_ROUNDS, np.int64), dense))
    return _Plan(
        player=np.full(count, BURST.index),
        game=np.full(count, INDEX_OF[1007]),
        start=start,
        pace=np.zeros(count, np.int64),
        bet=np.full(count, LADDER_LI[0]),
        bought=np.zeros(count, np.bool_),
    )


def _whale(draws: Draws, others_bet: int) -> _Plan:
    """Return the whale's rounds, whose bets make the same sum as everybody else's (to a hundredth)."""
    each = others_bet // _WHALE_ROUNDS
    bet = each * np.array((50, 100, 150), np.int64)[draws.below(_WHALE_ROUNDS, 3)] // 100
    bet = (bet + (others_bet - int(bet.sum())) // _WHALE_ROUNDS + 500) // 1000 * 1000
    table, reels = (INDEX_OF[3009], 30), (INDEX_OF[1056], 8)
    half = _WHALE_ROUNDS // 2
    pace = np.repeat((table[1], reels[1]), half).astype(np.int64)
    return _Plan(
        player=np.full(_WHALE_ROUNDS, WHALE.index),
        game=np.repeat((table[0], reels[0]), half).astype(np.int64),
        start=11 * 3600 + np.cumsum(pace) - pace,
        pace=pace,
        bet=bet,
        bought=np.zeros(_WHALE_ROUNDS, np.bool_),
    ).at(bet > 0)
