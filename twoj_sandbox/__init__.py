"""A local stand-in for the game provider: all 17 endpoints over one made-up world.

It reads the provider's documents by itself and shares no code with `twoj_client`, so that each checks the
other.
"""

from dataclasses import dataclass

MCH_ID = 101
"""The demo merchant."""

SUB_MCH_ID = 114
"""A merchant below the demo merchant: the bonus summary may ask for it."""

KEY = "sandbox-demo-key-no-secret"
"""The demo merchant's key. Not a secret: it opens nothing but this made-up world."""


def user_id_of(index: int) -> int:
    """Return the provider's 12-digit user id of the player with this index (a distinct one for each)."""
    return 101_100_000_000 + index * 7_919_317 % 99_999_989


def op_id_of(index: int) -> str:
    """Return the operator's id of an ordinary player with this index."""
    return f"pl{100_000 + index}"


@dataclass(frozen=True)
class Character:
    """A player with fixed ids: `index` in the world, `user_id` at the provider, `op_id` at the operator."""

    index: int
    op_id: str

    @property
    def user_id(self) -> int:
        """The provider's id of this player."""
        return user_id_of(self.index)


WHALE = Character(0, "whale")
"""Makes half of the bet amount on each 17th."""

BURST = Character(1, "burst")
"""640 rounds within one second, then 1 200 within a minute, on each 20th at 12:00 UTC."""

UNICODE = Character(2, "玩家-Žofie-🎲")
"""An op_id outside ASCII: signatures and URLs must survive it."""

QUIET = Character(3, "quiet")
"""Exists, has a wallet, never bets."""

GRINDER = Character(4, "grinder")
"""More than 10 000 rounds in 60 days in the default world."""

NAMELESS = Character(5, "")
"""Has no op_id, as in the documents' own examples: reached by user_id only, has no wallet."""

PRANKSTER = Character(6, "=1+1<b>x</b>")
"""An op_id that a spreadsheet would take for a formula and a browser for markup."""

CHARACTERS = (WHALE, BURST, UNICODE, QUIET, GRINDER, NAMELESS, PRANKSTER)
