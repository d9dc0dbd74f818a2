"""The admin routes under `/_sandbox/`: they need no signature, the server listens on loopback alone."""

from collections.abc import MutableSequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from twoj_sandbox.answer import SandboxAnswer
from twoj_sandbox.faults import Fault
from twoj_sandbox.provider import HistoryManner, SandboxProvider
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
        match order:
            case "POST faults":
                self._faults.append(msgspec.json.decode(body, type=Fault))
            case "GET calls":
                return list(self._calls)
            case "POST clock":
                self._set_clock(msgspec.json.decode(body, type=ClockOrder))
            case "POST manner":
                self._provider.manner = msgspec.json.decode(body, type=HistoryManner)
            case "POST corrections":
                self._provider.world.correct(
                    *self._provider.world.corrections, msgspec.json.decode(body, type=Correction)
                )
            case "GET state":
                return {"now_ms": self._provider.clock.now_ms(), "manner": asdict(self._provider.manner)}
            case _:
                self._delete(order)
        return {}

    def _delete(self, order: str) -> None:
        match order:
            case "DELETE faults":
                self._faults.clear()
            case "DELETE calls":
                self._calls.clear()
            case "DELETE corrections":
                self._provider.world.correct()
            case "DELETE transfers":
                self._provider.forget_transfers()
            case _:
                raise LookupError(f"no such admin route: {order}")

    def _set_clock(self, order: ClockOrder) -> None:
        clock = self._provider.clock
        if order.tolerance_s is not None:
            clock.tolerance_s = order.tolerance_s
        elif order.advance_s:
            clock.stopped_at = clock.now() + order.advance_s
        else:
            clock.stopped_at = order.now
