"""Turns rounds of the world into the rows that the documents show."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from twoj_sandbox.world.day import DAY_S, Rounds
from twoj_sandbox.world.draws import Whole
from twoj_sandbox.world.games import GAMES
from twoj_sandbox.world.making import AREAS_A_SIZE, WHEEL_SIZES

CURRENCY = "$"
_COMMON = ("event_id", "draw_id", "game_id", "bet_amount", "gain_amount", "start_at", "end_at")


class AllBet(msgspec.Struct):
    """A row of `/api/all/history`."""

    event_id: str
    draw_id: str
    game_id: int
    user_id: int
    op_id: str
    bet_amount: int
    gain_amount: int
    credit_before_bet: int
    credit: int
    start_at: int
    end_at: int


# Times of version 1 UUIDs count 100 nanoseconds from the start of the Gregorian calendar.
_UUID_EPOCH = 0x01B21DD213814000
_UUID_TAIL = "-a82e-12cf39a4209e"
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_NIBBLES_OF_TIME = (7, 6, 5, 4, 3, 2, 1, 0, None, 11, 10, 9, 8, None, None, 14, 13, 12)


def event_ids(rounds: Rounds) -> list[str]:
    """Return a version 1 UUID per round, made of its start and its position in the day: always the same."""
    time = rounds["start_at"] * 10_000_000 + rounds["position"] + _UUID_EPOCH
    letters = np.empty((len(rounds), 36), np.uint8)
    letters[:, 18:] = np.frombuffer(_UUID_TAIL.encode(), np.uint8)
    letters[:, (8, 13)] = ord("-")
    letters[:, 14] = ord("1")
    for column, nibble in enumerate(_NIBBLES_OF_TIME):
        if nibble is not None:
            letters[:, column] = _HEX[time >> 4 * nibble & 15]
    ids: list[str] = letters.view("S36")[:, 0].astype("U36").tolist()
    return ids


def draw_ids(rounds: Rounds) -> list[str]:
    """Return the documents' `draw_id` per round; for slots it can be found again with `place_of_draw`."""
    columns = (rounds[name].tolist() for name in ("game", "game_id", "player", "start_at", "position"))
    return [
        f"{game_id}-{player % 3}-{player}-{start_at}-{position}"
        if GAMES[game].is_slots
        else str(start_at // 20 * 100 + game)
        if GAMES[game].game_type == "Multiplayer" or GAMES[game].pays == "crash"
        else f"{start_at // DAY_S}{position:07d}"
        for game, game_id, player, start_at, position in zip(*columns, strict=True)
    ]


def place_of_draw(draw_id: str) -> tuple[int, int] | None:
    """Return day number and position that a slots `draw_id` names, None where it names none."""
    parts = draw_id.split("-")
    if len(parts) != 5 or not all(part.isascii() and part.isdigit() and len(part) < 12 for part in parts):
        return None
    return int(parts[3]) // DAY_S, int(parts[4])


def all_bets(rounds: Rounds, moved: Whole, op_ids: Sequence[str]) -> list[AllBet]:
    """Return rows of `/api/all/history`; `moved` is what the credits of each round are changed by."""
    columns = _columns(rounds, moved, op_ids)
    return [*map(AllBet, *(columns[name] for name in AllBet.__struct_fields__))]


def slots_rounds(rounds: Rounds, moved: Whole, op_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows of `/api/slots/user/history`."""
    shown = (*_COMMON, "user_id", "op_id", "credit_before_bet", "credit")
    return [_shown(row, shown) | _slots_of(row) for row in _rows(rounds, moved, op_ids)]


def games_user_rounds(rounds: Rounds, moved: Whole, op_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows of `/api/games/user/history`."""
    shown = (*_COMMON, "credit_before_bet", "credit")
    return [_shown(row, shown) | _table_of(row) for row in _rows(rounds, moved, op_ids)]


def games_game_rounds(rounds: Rounds, moved: Whole, op_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows of `/api/games/game/history`."""
    shown = (*_COMMON, "user_id", "op_id")
    return [_shown(row, shown) | _table_of(row) for row in _rows(rounds, moved, op_ids)]


def _columns(rounds: Rounds, moved: Whole, op_ids: Sequence[str]) -> dict[str, list[Any]]:
    arrays: dict[str, npt.NDArray[Any]] = {name: rounds[name] for name in rounds.dtype.names or ()}
    arrays["credit_before_bet"] = arrays["credit_before_bet"] + moved
    arrays["credit"] = arrays["credit"] + moved
    columns: dict[str, list[Any]] = {name: column.tolist() for name, column in arrays.items()}
    columns["event_id"], columns["draw_id"] = event_ids(rounds), draw_ids(rounds)
    return columns | {"op_id": [op_ids[player] for player in columns["player"]]}


def _rows(rounds: Rounds, moved: Whole, op_ids: Sequence[str]) -> list[dict[str, Any]]:
    columns = _columns(rounds, moved, op_ids)
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _shown(row: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _table_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return what was bet on and what came; what a game does not have is null, as in the documents."""
    game = GAMES[row["game"]]
    shown: dict[str, Any] = {"bet_areas": None, "win_areas": None, "game_result": None, "award_odds": None}
    if game.pays.startswith("wheel"):
        shown["bet_areas"] = [row["choice"]]
        shown["win_areas"] = _winning_areas(row["outcome"])
        if game.game_type == "Multiplayer":
            shown["game_result"] = row["outcome"]
    elif game.pays == "crash":
        shown["award_odds"] = row["outcome"] / 100
    elif game.pays == "casual":
        shown["bet_areas"] = [1 + row["outcome"] % 9]
    return shown


def _winning_areas(number: int) -> list[int]:
    if number == 0:
        return []
    return [place * AREAS_A_SIZE + (number - 1) // size + 1 for place, size in enumerate(WHEEL_SIZES)]


def _slots_of(row: dict[str, Any]) -> dict[str, Any]:
    bet, gain, outcome, is_buy = row["bet_amount"], row["gain_amount"], row["outcome"], bool(row["choice"])
    feature = _feature(is_buy, (bet + gain) // bet, outcome)
    return {
        "currency": CURRENCY,
        "feature": feature,
        "extra_business": _extra_business(feature, bet + gain, bet, outcome),
        "is_buy": is_buy,
    }


def _feature(is_buy: bool, times_bet: int, outcome: int) -> int:
    """Return 0 base game, 1 free games, 2 bonus game, 3 jackpot."""
    if is_buy:
        return 1
    if times_bet >= 100:
        return 3
    return 1 + outcome % 2 if times_bet >= 10 else 0


def _extra_business(feature: int, win: int, bet: int, outcome: int) -> dict[str, int]:
    """Return where the win came from. `multiplier` is in no document: providers add fields."""
    base = win if feature == 0 else min(win, bet // 2)
    rest = win - base
    return {
        "award_type": feature if feature < 3 else 0,
        "base_amount": base,
        "free_amount": rest if feature == 1 else 0,
        "bonus_amount": rest if feature == 2 else 0,
        "jackpot_amount": rest if feature == 3 else 0,
        "extra_spins": outcome % 11 if feature == 1 else 0,
        "multiplier": 1 + outcome % 5,
    }
