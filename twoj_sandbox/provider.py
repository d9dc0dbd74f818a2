"""What a running sandbox serves: the world, the wallet with what callers moved, and how it answers what is not written."""

from dataclasses import dataclass, field
from typing import Literal

from twoj_sandbox.clock import Clock
from twoj_sandbox.wallet import Wallet
from twoj_sandbox.world import World

Manner = Literal["newest", "oldest", "random"]


@dataclass
class HistoryManner:
    """What the documents do not say about a history cut at its limit: which rows it keeps, in what order they come."""

    keep: Manner = "newest"
    order: Manner = "newest"


@dataclass
class Provider:
    """Everything the endpoints answer from."""

    world: World
    clock: Clock
    manner: HistoryManner = field(default_factory=HistoryManner)
    wallet: Wallet = field(init=False)

    def __post_init__(self) -> None:
        self.wallet = Wallet(self.world, self.clock)
