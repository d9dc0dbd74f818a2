"""What a running sandbox serves: the world, and the wallet with what callers moved."""

from dataclasses import dataclass, field
from typing import Literal

from twoj_sandbox.rules import Clock
from twoj_sandbox.wallet import Wallet
from twoj_sandbox.world import World

Manner = Literal["newest", "oldest", "random"]


@dataclass
class HistoryManner:
    """What the documents leave open: which rows a history cut at its limit keeps, and in what order."""

    keep: Manner = "newest"
    order: Manner = "newest"


@dataclass
class SandboxProvider:
    """Everything the endpoints answer from."""

    world: World
    clock: Clock
    manner: HistoryManner = field(default_factory=HistoryManner)
    wallet: Wallet = field(init=False)

    def __post_init__(self) -> None:
        self.forget_transfers()

    def forget_transfers(self) -> None:
        """Undo all transfers that callers made."""
        self.wallet = Wallet(self.world, self.clock)
