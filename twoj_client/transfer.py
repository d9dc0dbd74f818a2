"""Methods of the transfer wallet: ``twoj.transfer``. Amounts in li."""

from __future__ import annotations

from typing import Any, TypeVar

from twoj_client import arguments, endpoints
from twoj_client.arguments import When
from twoj_client.core import Core
from twoj_client.endpoints import Endpoint
from twoj_client.errors import BadAnswer, BadArgument, HttpStatus, NoAnswer, OutcomeUnknown
from twoj_client.models import Balance, TransferRecords, TransferResult
from twoj_client.reply import Answer, Reply, reply_of

T = TypeVar("T")


class Transfer:
    """Deposits, withdrawals, balances and their records. A transfer is never repeated by itself."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def deposit(self, *, op_id: str, amount: int, trans_no: str | None = None) -> Reply[TransferResult]:
        """Move `amount` li to the player. `trans_no` has 6 to 64 characters; one is made if absent.

        Raises:
            BadArgument: nothing was sent.
            OutcomeUnknown: the answer was lost; the money may have moved.
            TwoJError: the provider refused, and no money moved.

        """
        asked = _transfer(op_id, amount, trans_no)
        answer = self._move(endpoints.TRANSFER_DEPOSIT, asked)
        return reply_of(TransferResult(asked["trans_no"], answer.value.balance), [answer])

    def withdraw(self, *, op_id: str, amount: int, trans_no: str | None = None) -> Reply[TransferResult]:
        """Move `amount` li back from the player; else like :meth:`deposit`."""
        asked = _transfer(op_id, amount, trans_no)
        answer = self._move(endpoints.TRANSFER_WITHDRAW, asked)
        result = TransferResult(asked["trans_no"], answer.value.balance, answer.value.freeze_amount)
        return reply_of(result, [answer])

    def balance(self, *, op_id: str) -> Reply[Balance]:
        """Return the player's balance in li, always asked anew."""
        answer = self._core.ask(endpoints.TRANSFER_BALANCE, {"op_id": arguments.text("op_id", op_id)})
        return reply_of(answer.value, [answer])

    def records(
        self,
        *,
        op_id: str,
        next_id: int = 0,
        page_size: int = 100,
        created_at: When | None = None,
        trans_no: str | None = None,
    ) -> Reply[TransferRecords]:
        """Return a page of the player's transfers, newest first, always asked anew.

        `next_id` is that of the page before (0 for the first), `page_size` 10 to 100, `created_at` leaves out
        what is not older, `trans_no` picks one transfer by the operator's number.
        """
        params: dict[str, Any] = {
            "op_id": arguments.text("op_id", op_id),
            "next_id": arguments.whole("next_id", next_id),
            "page_size": arguments.whole("page_size", page_size),
        }
        if not 10 <= page_size <= 100:
            raise BadArgument(f"page_size must be from 10 to 100, not {page_size}.")
        if created_at is not None:
            params["created_at"] = arguments.epoch_s("created_at", created_at)
        if trans_no is not None:
            params["trans_no"] = arguments.transfer_no(trans_no)
        answer = self._core.ask(endpoints.TRANSFER_RECORDS, params)
        return reply_of(answer.value, [answer])

    def _move(self, endpoint: Endpoint[T], asked: dict[str, Any]) -> Answer[T]:
        try:
            return self._core.ask(endpoint, asked)
        except (NoAnswer, HttpStatus, BadAnswer) as error:
            if isinstance(error, NoAnswer) and not error.was_sent:
                raise
            reason = error.sentence
        raise OutcomeUnknown(
            endpoint=endpoint.path,
            op_id=asked["op_id"],
            trans_no=asked["trans_no"],
            amount=asked["amount"],
            reason=reason,
        )


def _transfer(op_id: object, amount: object, trans_no: object) -> dict[str, Any]:
    return {
        "op_id": arguments.text("op_id", op_id),
        "amount": arguments.positive("amount", amount),
        "trans_no": arguments.transfer_no(trans_no),
    }
