"""A player's wallet as the provider knows it: the balance, and the records of all transfers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import pandas as pd

from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading, stale_reason_of
from dashboard.wallet.transfers import TransferQuery, transfers_frame, type_name
from twoj_client import Reply
from twoj_client.errors import AccountUnknown, WrongShape
from twoj_client.models import TransferRecord, TransferRecords

PAGE_ROWS: Final = 50
"""A page has at least so many transfers, if there are so many."""
_ASKED_ROWS: Final = 100
_FEWEST_ROWS: Final = 10
_MOST_ANSWERS: Final = 10

NoSuchPlayer = AccountUnknown
"""The provider knows no account of the player."""


@dataclass(frozen=True, slots=True)
class TransferPage:
    """Some of a player's transfers (`wallet.transfers_frame`), newest first.

    `next_id` asks for the page after it, 0 where there is none. So many transfers were `looked_at` for these.
    """

    transfers: pd.DataFrame
    next_id: int
    looked_at: int


def balance(merchant: Merchant, op_id: str) -> Reading[int]:
    """The player's balance in li, asked anew; where that fails, what was said last. Raises TwoJError."""
    reply = merchant.twoj.transfer.balance(op_id=op_id, stale_ok=True)
    return Reading(reply.data.balance, reply.as_of, stale_reason_of([reply]))


def fresh_balance(merchant: Merchant, op_id: str) -> Reading[int]:
    """The player's balance in li as of now, never an older one. Raises TwoJError."""
    reply = merchant.twoj.transfer.balance(op_id=op_id)
    return Reading(reply.data.balance, reply.as_of)


def transfers(merchant: Merchant, wanted: TransferQuery) -> Reading[TransferPage]:
    """A page of the transfers that are wanted; where it fails, what was said last. Raises TwoJError."""
    replies: list[Reply[TransferRecords]] = []
    for reply in _replies(merchant, wanted, stale_ok=True):
        replies.append(reply)
        fitting = sum(wanted.type in (None, record.type) for record in _records(replies))
        if len(replies) == _MOST_ANSWERS or fitting >= PAGE_ROWS:
            break
    records, next_id = _records(replies), replies[-1].data.next_id
    # How much the balance changed before the last row, only the transfer before it can tell.
    older: list[TransferRecord] = []
    if next_id:
        before = _ask(merchant, replace(wanted, next_id=next_id), _FEWEST_ROWS, stale_ok=True)
        older = before.data.records[:1]
    page = TransferPage(
        _chosen(transfers_frame(records, merchant.zone, *older), wanted), next_id, len(records)
    )
    return Reading(page, _as_of(merchant, replies), stale_reason_of(replies))


def all_transfers(merchant: Merchant, wanted: TransferQuery) -> Reading[pd.DataFrame]:
    """All transfers that are wanted, from the newest. Raises TwoJError where one answer fails."""
    replies = [*_replies(merchant, replace(wanted, next_id=0), stale_ok=False)]
    frame = transfers_frame(_records(replies), merchant.zone)
    return Reading(_chosen(frame, wanted), _as_of(merchant, replies))


def _records(replies: Sequence[Reply[TransferRecords]]) -> list[TransferRecord]:
    """What was read so far, each record once: pages may overlap where transfers are made meanwhile."""
    records: dict[int | TransferRecord, TransferRecord] = {}
    for record in (record for reply in replies for record in reply.data.records):
        records.setdefault(record if record.id is None else record.id, record)
    return [*records.values()]


def _as_of(merchant: Merchant, replies: Sequence[Reply[TransferRecords]]) -> datetime:
    return min(merchant.now(), *(reply.as_of for reply in replies))


def _replies(
    merchant: Merchant, wanted: TransferQuery, *, stale_ok: bool
) -> Iterator[Reply[TransferRecords]]:
    """Ask page after page, as long as each leads to one that was not asked for yet."""
    asked = set()
    next_id = wanted.next_id
    while next_id not in asked:
        asked.add(next_id)
        reply = _ask(merchant, replace(wanted, next_id=next_id), _ASKED_ROWS, stale_ok=stale_ok)
        yield reply
        next_id = reply.data.next_id
        if not next_id:
            return
    raise WrongShape("The provider's records lead from page to page in a circle.")


def _ask(merchant: Merchant, wanted: TransferQuery, rows: int, *, stale_ok: bool) -> Reply[TransferRecords]:
    assert wanted.op_id is not None  # noqa: S101 - pages ask for a player first
    return merchant.twoj.transfer.records(
        op_id=wanted.op_id,
        next_id=wanted.next_id,
        page_size=rows,
        created_at=wanted.before,
        trans_no=wanted.number,
        stale_ok=stale_ok,
    )


def _chosen(frame: pd.DataFrame, wanted: TransferQuery) -> pd.DataFrame:
    """Only the type that is wanted; the provider has no filter for it."""
    if wanted.type is None:
        return frame
    return frame[frame["type"] == type_name(wanted.type)].reset_index(drop=True)
