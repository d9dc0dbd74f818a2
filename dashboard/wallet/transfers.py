"""A player's wallet: which transfers are asked for, and a table of them with the balance around each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core.codes import TRANSFER_TYPES
from dashboard.core.formats import moment, money, with_plus
from dashboard.core.frames import local_times
from dashboard.core.query import BEFORE, NEXT_ID, OP_ID, TRANS_NO, TRANSFER_TYPE, Query
from dashboard.core.text import later, listed, plural, text
from twoj_client.models import DEPOSIT, WITHDRAWAL, TransferRecord

_SIGNS: Final = {DEPOSIT: 1, WITHDRAWAL: -1}
_ONLY: Final = {DEPOSIT: later("deposits"), WITHDRAWAL: later("withdrawals")}
FILTERS: Final = (TRANSFER_TYPE, TRANS_NO, BEFORE)
"""What of the address narrows down the transfers."""


@dataclass(frozen=True, slots=True)
class TransferQuery:
    """Whose transfers are asked for, and which; what is None is not narrowed down.

    `number` is the operator's or the provider's number of one transfer, `before` the moment before which they
    were made. `next_id` is where the page begins, as the provider named it; 0: at the newest.
    """

    op_id: str | None = None
    type: int | None = None
    number: str | None = None
    before: datetime | None = None
    next_id: int = 0


def read_wanted(query: Query) -> TransferQuery:
    """Read from an address which transfers it asks for."""
    return TransferQuery(
        query.value(OP_ID),
        query.value(TRANSFER_TYPE),
        query.value(TRANS_NO),
        query.value(BEFORE),
        query.value(NEXT_ID),
    )


def described(wanted: TransferQuery, zone: ZoneInfo) -> str:
    """The filters in words, empty where there are none: what a file says about itself."""
    filters = (
        str(_ONLY[wanted.type]) if wanted.type else "",
        text("number {number}", number=wanted.number) if wanted.number else "",
        text("created before {time}", time=moment(wanted.before, zone)) if wanted.before else "",
    )
    return listed(filter(None, filters))


def transfers_frame(
    records: Sequence[TransferRecord], zone: ZoneInfo, older: TransferRecord | None = None
) -> pd.DataFrame:
    """One row a transfer, in the order of `records`, which is newest first; amounts in Int64 li.

    The document does not say whether a withdrawal's amount has a sign: none is shown, the type says it.

    `at` (aware, in `zone`), `type` in words, `amount_li`, and the running balance: `before_li`, `after_li`,
    and `between_li`, by which the balance had changed since the transfer before (rounds, bonuses, jackpots,
    or a transfer that is not among the records). `older` is the transfer before the last of `records`. NA is
    not known: before the first transfer of all, and around a type that the document does not name.
    """
    before_li = [
        record.after_balance - _SIGNS[record.type] * abs(record.amount) if record.type in _SIGNS else None
        for record in records
    ]
    earlier = [*records[1:], older]
    between_li = [
        None if before is None or one is None else before - one.after_balance
        for before, one in zip(before_li, earlier[: len(records)], strict=True)
    ]
    created = pd.Series([record.created_at for record in records], dtype="int64")
    return pd.DataFrame(
        {
            "at": local_times(created, zone),
            "type": pd.Series([type_name(record.type) for record in records], dtype="object"),
            "amount_li": pd.array([abs(record.amount) for record in records], dtype="Int64"),
            "before_li": pd.array(before_li, dtype="Int64"),
            "after_li": pd.array([record.after_balance for record in records], dtype="Int64"),
            "between_li": pd.array(between_li, dtype="Int64"),
            "ref_id": pd.Series([record.ref_id for record in records], dtype="object"),
            "trans_no": pd.Series([record.trans_no for record in records], dtype="object"),
        }
    )


def type_name(number: int) -> str:
    """The type of a transfer in words; a number that the document does not name stays one."""
    return str(TRANSFER_TYPES.get(number) or text("Type {number}", number=number))


def in_words(frame: pd.DataFrame, currency: str | None) -> str:
    """How many transfers of each type these are (`transfers_frame`), and what they moved, in one line."""
    ins, outs = (
        frame.loc[frame["type"] == type_name(kind), "amount_li"].tolist() for kind in (DEPOSIT, WITHDRAWAL)
    )
    came, went = money(sum(ins), currency), money(sum(outs), currency)
    parts = []
    if ins:
        parts.append(plural("{n} deposit of {amount}", "{n} deposits of {amount}", len(ins), amount=came))
    if outs:
        parts.append(
            plural("{n} withdrawal of {amount}", "{n} withdrawals of {amount}", len(outs), amount=went)
        )
    if ins and outs:
        parts.append(text("net {amount}", amount=with_plus(money(sum(ins) - sum(outs), currency))))
    return " · ".join(parts)
