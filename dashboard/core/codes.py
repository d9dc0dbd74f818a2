"""The numbers that the provider's documents give to kinds and states, in words."""

from typing import Final

SLOTS: Final = "Slots"
"""The type of game that has endpoints of its own."""
FEATURES: Final = {0: "Base game", 1: "Free games", 2: "Bonus game", 3: "Jackpot"}
"""Which part of a slots game a round was (Summary API, "feature")."""
CREATE_TYPES: Final = {1: "API created", 2: "Backend created", 3: "Officially created"}
STATES: Final = {1: "Active", 2: "Wagering", 3: "Completed", 4: "Cancelled", 5: "Expired"}
"""Creation types and states of a bonus (Summary API, 1.4)."""
OPEN_STATES: Final = (1, 2)
"""States in which a bonus still changes: it waits to be used, or is being wagered."""
DEPOSIT: Final = 4
WITHDRAWAL: Final = 3
TRANSFER_TYPES: Final = {DEPOSIT: "Deposit", WITHDRAWAL: "Withdrawal"}
"""Types of a transfer's record (Open API)."""
