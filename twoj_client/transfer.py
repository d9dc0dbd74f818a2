"""Methods of the transfer wallet: ``twoj.transfer``. Amounts in li.

Money moves once or not at all. A transfer is sent once. If anything but a success comes back, the player's
records decide what happened, as an answer may be lost after the money moved.
"""

import re
from typing import Any, TypeVar

from twoj_client import arguments, endpoints
from twoj_client.arguments import When
from twoj_client.core import Core
from twoj_client.endpoints import Endpoint
from twoj_client.errors import (
    BadArgument,
    DuplicateTransfer,
    HttpStatus,
    NoAnswer,
    NotPermitted,
    OutcomeUnknown,
    ProviderError,
    ServiceFailed,
    SignatureRefused,
    TwoJError,
)
from twoj_client.models import (
    DEPOSIT,
    WITHDRAWAL,
    Balance,
    TransferAnswer,
    TransferRecord,
    TransferRecords,
    TransferResult,
)
from twoj_client.reply import Answer, Reply, reply_of

T = TypeVar("T")

# A transfer whose answer was lost may still be under way: look again after these pauses.
_LOOK_AFTER_S = (0.0, 1.0, 3.0)
_MOST_PAGES = 5
_LARGEST_PAGE = 100


class TransferWallet:
    """Deposits, withdrawals, balances and their records. A transfer is never repeated by itself."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def deposit(self, *, op_id: str, amount: int, trans_no: str | None = None) -> Reply[TransferResult]:
        """Move `amount` li to the player. `trans_no` has 6 to 64 characters; one is made if absent.

        A number that was used before for the very same transfer returns that transfer's outcome, so a caller
        may ask again with it.

        Raises:
            BadArgument: nothing was sent.
            OutcomeUnknown: the money may have moved. Ask again with the number that the error carries.
            TwoJError: no money moved.

        """
        return self._move(endpoints.TRANSFER_DEPOSIT, DEPOSIT, _transfer(op_id, amount, trans_no))

    def withdraw(self, *, op_id: str, amount: int, trans_no: str | None = None) -> Reply[TransferResult]:
        """Move `amount` li back from the player; else like :meth:`deposit`."""
        return self._move(endpoints.TRANSFER_WITHDRAW, WITHDRAWAL, _transfer(op_id, amount, trans_no))

    def balance(self, *, op_id: str, stale_ok: bool = False) -> Reply[Balance]:
        """Return the player's balance in li, always asked anew.

        With `stale_ok` an answer of the last day stands in, and says so, where the provider fails.
        """
        params = {"op_id": arguments.text("op_id", op_id)}
        return self._ask(endpoints.TRANSFER_BALANCE, params, stale_ok=stale_ok)

    def latest_balance(self, *, op_id: str) -> Reply[Balance] | None:
        """Return what :meth:`balance` with `stale_ok` was told within the last day; asks nobody."""
        params = {"op_id": arguments.text("op_id", op_id)}
        answer = self._core.cache.stale(endpoints.TRANSFER_BALANCE, params, None)
        return answer and reply_of(answer.value, [answer])

    def records(
        self,
        *,
        op_id: str,
        next_id: int = 0,
        page_size: int = 100,
        created_at: When | None = None,
        trans_no: str | None = None,
        stale_ok: bool = False,
    ) -> Reply[TransferRecords]:
        """Return a page of the player's transfers, newest first, always asked anew.

        `next_id` is that of the page before (0 for the first), `page_size` 10 to 100, `created_at` leaves out
        what is not older, `trans_no` picks one transfer by the operator's number.
        `stale_ok` is that of :meth:`balance`.
        """
        params: dict[str, Any] = {
            "op_id": arguments.text("op_id", op_id),
            "next_id": arguments.whole("next_id", next_id),
            "page_size": arguments.whole("page_size", page_size),
        }
        if not 10 <= page_size <= _LARGEST_PAGE:
            raise BadArgument(
                "page_size must be from 10 to {most}, not {value}.", most=_LARGEST_PAGE, value=page_size
            )
        if created_at is not None:
            params["created_at"] = arguments.epoch_s("created_at", created_at)
        if trans_no is not None:
            params["trans_no"] = arguments.transfer_no(trans_no)
        return self._ask(endpoints.TRANSFER_RECORDS, params, stale_ok=stale_ok)

    def _ask(self, endpoint: Endpoint[T], params: dict[str, Any], *, stale_ok: bool) -> Reply[T]:
        answer = (self._core.cache.read if stale_ok else self._core.ask)(endpoint, params)
        return reply_of(answer.value, [answer])

    def find(self, *, op_id: str, trans_no: str) -> Reply[TransferRecord | None]:
        """Return the player's transfer with the operator's number `trans_no`, None if there is none (yet)."""
        answer = self._find(arguments.text("op_id", op_id), arguments.transfer_no(trans_no))
        return reply_of(answer.value, [answer])

    def _find(self, op_id: str, trans_no: str, *, hurried: bool = False) -> Answer[TransferRecord | None]:
        params = {"op_id": op_id, "trans_no": trans_no, "next_id": 0, "page_size": _LARGEST_PAGE}
        for _ in range(_MOST_PAGES):
            page = self._core.ask(endpoints.TRANSFER_RECORDS, params, hurried=hurried)
            found = [record for record in page.value.records if _is_numbered(record, trans_no)]
            params["next_id"] = page.value.next_id
            if found or not page.value.next_id:
                break
        return Answer(found[0] if found else None, page.as_of, ended=False)

    def _move(
        self, endpoint: Endpoint[TransferAnswer], kind: int, asked: dict[str, Any]
    ) -> Reply[TransferResult]:
        try:
            answer = self._core.ask(endpoint, asked)
            result = TransferResult(asked["trans_no"], answer.value.balance, answer.value.freeze_amount)
            return reply_of(result, [answer])
        except (SignatureRefused, NotPermitted):
            raise
        except TwoJError as error:
            if isinstance(error, BadArgument) or (isinstance(error, NoAnswer) and not error.was_sent):
                raise
            failure = error
        resolved = self._resolve(endpoint, kind, asked, failure)
        return reply_of(resolved.value, [resolved])

    def _resolve(
        self, endpoint: Endpoint[Any], kind: int, asked: dict[str, Any], failure: TwoJError
    ) -> Answer[TransferResult]:
        """Return the outcome of a transfer whose answer was no success, by the player's records."""
        refused = _is_refusal(failure)
        for pause_s in _LOOK_AFTER_S[:1] if refused else _LOOK_AFTER_S:
            self._core.sleep(pause_s)
            try:
                found = self._find(asked["op_id"], asked["trans_no"], hurried=True)
            except TwoJError:
                continue
            record = found.value
            if record is None:
                continue
            if (record.type, abs(record.amount)) != (kind, asked["amount"]):
                raise DuplicateTransfer(
                    "it belongs to another transfer", endpoint=endpoint.path, code=500101
                ) from None
            result = TransferResult(asked["trans_no"], record.after_balance)
            return Answer(result, found.as_of, ended=True)
        if refused:
            raise failure
        raise OutcomeUnknown(failure.with_traceback(None), endpoint=endpoint.path, **asked)


def _is_refusal(failure: TwoJError) -> bool:
    """Whether the provider says that it did not act on the request at all."""
    if isinstance(failure, HttpStatus):
        return failure.code is not None and 400 <= failure.code < 500 and failure.code != 408
    return isinstance(failure, ProviderError) and not isinstance(failure, ServiceFailed | DuplicateTransfer)


def _is_numbered(record: TransferRecord, trans_no: str) -> bool:
    """Whether `trans_no` is the operator's number of the record: the provider's own holds it as a part."""
    as_a_part = rf"(?<![A-Za-z0-9]){re.escape(trans_no)}(?![A-Za-z0-9])"
    return record.ref_id == trans_no or re.search(as_a_part, record.trans_no) is not None


def _transfer(op_id: object, amount: object, trans_no: object) -> dict[str, Any]:
    return {
        "op_id": arguments.text("op_id", op_id),
        "amount": arguments.positive("amount", amount),
        "trans_no": arguments.transfer_no(trans_no),
    }
