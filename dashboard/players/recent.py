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
            others = [each for each in self._by_person.pop(person, []) if not _same(each, player)]
            self._by_person[person] = [player, *others][:MOST]
            while len(self._by_person) > _MOST_PERSONS:
                self._by_person.popitem(last=False)

    def of(self, person: str) -> list[Player]:
        """Return a person's players, newest first."""
        with self._lock:
            return list(self._by_person.get(person, []))


def _same(one: Player, other: Player) -> bool:
    """Whether two players have an id in common: a link by one id and a link by both lead to the same."""
    return (one.op_id is not None and one.op_id == other.op_id) or (
        one.user_id is not None and one.user_id == other.user_id
    )
