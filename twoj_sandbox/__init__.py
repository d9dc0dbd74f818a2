"""A local stand-in for the game provider: all 17 endpoints over one made-up world.

It reads the provider's documents by itself and shares no code with `twoj_client`, so that each checks the
other.
"""

from twoj_sandbox.characters import (
    BURST,
    CHARACTERS,
    GRINDER,
    NAMELESS,
    PRANKSTER,
    QUIET,
    UNICODE,
    WHALE,
    Character,
)

MCH_ID = 101
"""The demo merchant."""

SUB_MCH_ID = 114
"""A merchant below the demo merchant: the bonus summary may ask for it."""

KEY = "sandbox-demo-key-no-secret"
"""The demo merchant's key. Not a secret: it opens nothing but this made-up world."""

__all__ = [
    "BURST",
    "CHARACTERS",
    "GRINDER",
    "KEY",
    "MCH_ID",
    "NAMELESS",
    "PRANKSTER",
    "QUIET",
    "SUB_MCH_ID",
    "UNICODE",
    "WHALE",
    "Character",
]
