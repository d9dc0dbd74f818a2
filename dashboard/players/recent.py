"""The players whom a person has looked at lately."""

from collections import OrderedDict
from threading import Lock
from typing import Final

from dashboard.players.player import Player

MOST: Final = 8
_MOST_PERSONS: Final = 1000


class Recent:
    """Remembers for each person the last few players, newest first. For many threads; bounded."""

    def __init__(self) -> None:
        self._by_person: OrderedDict[str, list[Player]] = OrderedDict()
        self._lock = Lock()

    def add(self, person: str, player: Player) -> None:
        """Put a player first."""
        with self._lock:
            others = [each for each in self._by_person.pop(person, []) if not each.is_same(player)]
            self._by_person[person] = [player, *others][:MOST]
            while len(self._by_person) > _MOST_PERSONS:
                self._by_person.popitem(last=False)

    def of(self, person: str) -> list[Player]:
        """Return a person's players, newest first."""
        with self._lock:
            return list(self._by_person.get(person, []))
