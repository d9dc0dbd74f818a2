"""The admin routes under `/_sandbox/`: they need no signature, the server listens on loopback alone."""

from collections.abc import Callable, MutableSequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import msgspec

from twoj_sandbox.answer import SandboxAnswer
from twoj_sandbox.faults import Fault
from twoj_sandbox.provider import HistoryManner, SandboxProvider
from twoj_sandbox.rules import CLOCK_TOLERANCE_S
from twoj_sandbox.world.day import Correction


class ClockOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Stop the clock at `now`, move a stopped one on by `advance_s`, or let it run (`now` null).

    `tolerance_s`: how far a caller's clock may be off, and nothing else is done.
    """

    now: int | None = None
    advance_s: int = 0
    tolerance_s: int | None = None


@dataclass
class Admin:
    """Sets faults, clock and manner of a running sandbox, and shows the request log."""

    _provider: SandboxProvider
    _faults: list[Fault]
    _calls: MutableSequence[dict[str, Any]]

    def answer(self, method: str, name: str, body: bytes) -> SandboxAnswer:
        """Carry out one order, as JSON in and out; an unknown or malformed one is answered with HTTP 400."""
        try:
            return SandboxAnswer(200, msgspec.json.encode(self._carried_out(f"{method} {name}", body)))
        except (LookupError, msgspec.DecodeError) as error:
            return SandboxAnswer(400, msgspec.json.encode({"error": str(error)}))

    def _carried_out(self, order: str, body: bytes) -> Any:
        provider, world, decode = self._provider, self._provider.world, partial(msgspec.json.decode, body)
        orders: dict[str, Callable[[], Any]] = {
            "POST faults": lambda: self._faults.append(decode(type=Fault)),
            "DELETE faults": self._faults.clear,
            "GET calls": lambda: list(self._calls),
            "DELETE calls": self._calls.clear,
            "POST clock": lambda: self._set_clock(decode(type=ClockOrder)),
            "POST manner": lambda: setattr(provider, "manner", decode(type=HistoryManner)),
            "POST corrections": lambda: world.correct(*world.corrections, decode(type=Correction)),
            "DELETE corrections": world.correct,
            "POST reset": lambda: self._reset(decode(type=ClockOrder)),
            "GET state": lambda: {"now_ms": provider.clock.now_ms(), "manner": asdict(provider.manner)},
        }
        if order not in orders:
            raise LookupError(f"no such admin route: {order}")
        done = orders[order]()
        return {} if done is None else done

    def _reset(self, clock: ClockOrder) -> None:
        """Undo all orders, and all that callers did; the clock is set anew."""
        self._faults.clear()
        self._provider.manner = HistoryManner()
        self._provider.world.correct()
        self._provider.forget_transfers()
        self._set_clock(ClockOrder(tolerance_s=CLOCK_TOLERANCE_S))
        self._set_clock(clock)
        self._calls.clear()

    def _set_clock(self, order: ClockOrder) -> None:
        clock = self._provider.clock
        if order.tolerance_s is not None:
            clock.tolerance_s = order.tolerance_s
        elif order.advance_s:
            clock.stopped_at = clock.now() + order.advance_s
        else:
            clock.stopped_at = order.now
