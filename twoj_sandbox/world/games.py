"""The games: what the list shows of them, how often they are played, how they pay."""

from dataclasses import dataclass

import numpy as np

from twoj_sandbox.world.draws import Whole
from twoj_sandbox.world.stories import GENEROUS_GAME_ID

# Wins as (hundredths of the bet, relative frequency). The share of losing rounds follows from the RTP.
_CALM = ((50, 3000), (100, 3000), (200, 4000), (500, 2000), (1000, 300))
_LIVELY = ((50, 3000), (100, 2000), (200, 2000), (500, 1200), (1000, 500), (2500, 120), (10_000, 8))
_WILD = (*_LIVELY, (50_000, 1))
_FISH = ((50, 2500), (150, 2500), (300, 1500), (800, 500), (3000, 60))
_CASUAL = ((110, 3000), (150, 2000), (200, 1500), (500, 300), (1000, 80))
_BOUGHT = ((10, 3000), (30, 3000), (60, 2000), (120, 1200), (300, 600), (1000, 100))

SHARED_PERIOD_S = 20
"""Multiplayer and crash games: everybody's bets within one such period take part in one draw."""


@dataclass(frozen=True)
class WorldGame:
    """A game. `rtp` in hundredths of a percent; `pays` names a table of wins, a wheel or the crash game.

    The number of a wheel is that of its numbers; every bet loses on its zero besides, so its RTP follows.
    """

    game_id: int
    name: str
    game_type: str
    popularity: int
    rtp: int
    pays: str

    @property
    def is_slots(self) -> bool:
        """Whether the slots endpoints report this game."""
        return self.game_type == "Slots"


GAMES = tuple(
    WorldGame(*row)
    for row in (
        (1006, "Elves", "Slots", 150, 9620, "lively"),
        (1007, "777 Fruit", "Slots", 170, 9600, "calm"),
        (1011, "Dragon Pearl", "Slots", 130, 9650, "lively"),
        (1012, "Golden Pagoda", "Slots", 90, 9580, "lively"),
        (1014, "Sakura Nights", "Slots", 70, 9610, "calm"),
        (1016, "Pharaoh's Vault", "Slots", 110, 9640, "wild"),
        (1019, "Fortune Ox", "Slots", 160, 9660, "lively"),
        (1021, "麻将来了", "Slots", 200, 9690, "lively"),
        (1023, "Pirate Queen", "Slots", 60, 9570, "lively"),
        (1024, "Neon Tiger", "Slots", 80, 9630, "wild"),
        (1027, "Rock & Roll <777>", "Slots", 70, 9590, "lively"),
        (1030, "Wild Buffalo", "Slots", 95, 9600, "wild"),
        (1033, "Candy Cascade", "Slots", 140, 9650, "calm"),
        (1036, "Samba Carnival", "Slots", 50, 9560, "lively"),
        (1038, "Viking Forge", "Slots", 60, 9620, "wild"),
        (GENEROUS_GAME_ID, "Lucky Koi 锦鲤", "Slots", 260, 9600, "calm"),
        (1044, "Moon Rabbit", "Slots", 85, 9610, "lively"),
        (1047, "Aztec Sun", "Slots", 75, 9640, "lively"),
        (1049, "Crystal Mine", "Slots", 45, 9580, "lively"),
        (1052, "Jungle Drums", "Slots", 40, 9600, "calm"),
        (1056, "Emperor's Court", "Slots", 120, 9670, "lively"),
        (1058, "Frost Giant", "Slots", 35, 9590, "wild"),
        (1062, "Lantern Festival", "Slots", 110, 9630, "calm"),
        (1065, "Panda Garden", "Slots", 90, 9650, "lively"),
        (1068, "Desert Rose", "Slots", 30, 9570, "lively"),
        (1071, "Robo Reels", "Slots", 30, 9600, "lively"),
        (1074, "Tesoro Ñandú", "Slots", 25, 9610, "lively"),
        (1077, "Opera Ghost", "Slots", 20, 9620, "wild"),
        (1080, "Clockwork City", "Slots", 20, 9580, "lively"),
        (1083, "Bamboo Breeze", "Slots", 15, 9640, "calm"),
        (1099, "Retired Reels", "Slots", 12, 9600, "calm"),
        (2000, "Zoo Party", "Multiplayer", 70, 9600, "wheel24"),
        (2003, "Andar Bahar", "Multiplayer", 60, 9600, "wheel24"),
        (2005, "Sic Bo Live", "Multiplayer", 80, 9729, "wheel36"),
        (2008, "Dragon Tiger", "Multiplayer", 70, 9729, "wheel36"),
        (2011, "Roulette Royale", "Multiplayer", 130, 9729, "wheel36"),
        (2014, "7 Up Down", "Multiplayer", 50, 9600, "wheel24"),
        (2017, "Color Prediction", "Multiplayer", 60, 9729, "wheel36"),
        (2020, "Lucky Wheel", "Multiplayer", 40, 9600, "wheel24"),
        (3001, "Baccarat", "Table", 90, 9729, "wheel36"),
        (3003, "Blackjack", "Table", 60, 9729, "wheel36"),
        (3005, "Three Card Poker", "Table", 35, 9600, "wheel24"),
        (3007, "Teen Patti", "Table", 55, 9600, "wheel24"),
        (3009, "European Roulette", "Table", 60, 9729, "wheel36"),
        (3011, "斗牛 Bull Bull", "Table", 70, 9600, "wheel24"),
        (3013, "Fan Tan", "Table", 20, 9729, "wheel36"),
        (3015, "Sic Bo", "Table", 45, 9729, "wheel36"),
        (3017, "Pai Gow", "Table", 20, 9600, "wheel24"),
        (3019, "Casino War", "Table", 15, 9729, "wheel36"),
        (4001, "Ocean King", "Fish", 90, 9650, "fish"),
        (4003, "Fishing God", "Fish", 70, 9620, "fish"),
        (4005, "Deep Sea Hunter", "Fish", 40, 9600, "fish"),
        (4007, "Golden Toad", "Fish", 25, 9640, "fish"),
        (4009, "Mermaid Bay", "Fish", 20, 9610, "fish"),
        (6001, "Crash I", "Crypto", 110, 9600, "crash"),
        (6002, "Crash II", "Crypto", 60, 9600, "crash"),
        (6005, "Mines", "Crypto", 70, 9700, "casual"),
        (6007, "Plinko", "Crypto", 60, 9680, "casual"),
        (6009, "Dice", "Crypto", 45, 9700, "casual"),
        (6011, "Hi-Lo", "Crypto", 25, 9660, "casual"),
        (6013, "Limbo", "Crypto", 20, 9690, "casual"),
    )
)

INDEX_OF = {game.game_id: index for index, game in enumerate(GAMES)}
GAME_IDS: Whole = np.array([game.game_id for game in GAMES], np.int64)
IS_SLOTS = np.array([game.is_slots for game in GAMES])
IS_CRASH = np.array([game.pays == "crash" for game in GAMES])
IS_WHEEL = np.array([game.pays.startswith("wheel") for game in GAMES])
IS_SHARED = np.array([game.game_type == "Multiplayer" or game.pays == "crash" for game in GAMES])
WHEEL_NUMBERS: Whole = np.array(
    [int(game.pays.removeprefix("wheel")) if game.pays.startswith("wheel") else 36 for game in GAMES],
    np.int64,
)
"""How many numbers a wheel has beside its zero, on which every bet loses."""

SLOTS_RUNNING: Whole = np.cumsum([game.popularity if game.is_slots else 0 for game in GAMES]).astype(np.int64)


def popularity_running(*, crowd_at_generous: bool) -> Whole:
    """Return the running sum of the games' popularity, with or without the crowd at the generous game."""
    weights = [game.popularity for game in GAMES]
    if crowd_at_generous:
        weights[INDEX_OF[GENEROUS_GAME_ID]] *= 4
    return np.cumsum(weights).astype(np.int64)


_WINS = {"calm": _CALM, "lively": _LIVELY, "wild": _WILD, "fish": _FISH, "casual": _CASUAL}


class WinTables:
    """The tables of wins of all games as one sorted array, so that one search answers for all rows."""

    def __init__(self) -> None:
        self._bounds: list[int] = []
        self._hundredths: list[int] = []
        self._tables = 0
        self.of_game = np.array(
            [self._add(_WINS[game.pays], game.rtp) if game.pays in _WINS else 0 for game in GAMES], np.int64
        )
        self.generous = self._add(_CALM, 13_000)
        self.bought = self._add(_BOUGHT, 9600)
        self._sorted_bounds: Whole = np.array(self._bounds, np.int64)
        self._wins: Whole = np.array(self._hundredths, np.int64)

    def _add(self, wins: tuple[tuple[int, int], ...], rtp: int) -> int:
        first = self._tables << 32
        mean = sum(hundredths * frequency for hundredths, frequency in wins)
        bound = first
        for hundredths, frequency in reversed(wins):
            bound += (frequency * rtp << 32) // (mean * 100)
            self._bounds.append(bound)
            self._hundredths.append(hundredths)
        self._bounds.append(first + (1 << 32))
        self._hundredths.append(0)
        self._tables += 1
        return self._tables - 1

    def wins(self, table: Whole, luck: Whole) -> Whole:
        """Return each row's win in hundredths of its bet, from its table and its 32 bits of luck."""
        return self._wins[np.searchsorted(self._sorted_bounds, (table << 32) + luck, side="right")]


WIN_TABLES = WinTables()
