"""The numbers that the provider's documents give to kinds and states, in words."""

from typing import Final

from dashboard.core.text import WordTable, later, text
from twoj_client.models import DEPOSIT, SLOTS, TYPE_BY_THOUSAND, WITHDRAWAL

GAME_TYPES: Final = (*TYPE_BY_THOUSAND.values(),)
"""The provider's game types, in the order in which every page shows them."""
OTHER_TYPE: Final = "Other"
UNLISTED_TYPE: Final = "unlisted"
TYPES: Final = WordTable(
    {
        SLOTS: later("Slots"),
        "Multiplayer": later("Multiplayer"),
        "Table": later("Table"),
        "Fish": later("Fish"),
        "Crypto": later("Crypto"),
        OTHER_TYPE: later("Other"),
    }
)
"""Types of games as people read them; a frame has them as the provider names them."""
FEATURES: Final = WordTable(
    {0: later("Base game"), 1: later("Free games"), 2: later("Bonus game"), 3: later("Jackpot")}
)
"""Which part of a slots game a round was (Summary API, "feature")."""
CREATE_TYPES: Final = WordTable(
    {1: later("API created"), 2: later("Backend created"), 3: later("Officially created")}
)
STATES: Final = WordTable(
    {
        1: later("Active"),
        2: later("Wagering"),
        3: later("Completed"),
        4: later("Cancelled"),
        5: later("Expired"),
    }
)
"""Creation types and states of a bonus (Summary API, 1.4)."""
OPEN_STATES: Final = (1, 2)
"""States in which a bonus still changes: it waits to be used, or is being wagered."""
TRANSFER_TYPES: Final = WordTable({DEPOSIT: later("Deposit"), WITHDRAWAL: later("Withdrawal")})
"""Types of a transfer's record (Open API)."""


def type_text(name: str) -> str:
    """Return what a type of games, as a frame names it, is called on screen."""
    return TYPES[name] if name in TYPES else text("Not listed")
