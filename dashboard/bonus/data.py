"""What became of bonuses: in sum, by day of creation, and by state and creation type."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import pandas as pd

from dashboard.bonus.numbers import BonusQuery, bonus_days_frame, bonus_parts_frame, bonus_totals
from dashboard.core.codes import CREATE_TYPES, OPEN_STATES, STATES
from dashboard.core.memo import memo
from dashboard.core.metrics import BonusTotals
from dashboard.core.periods import Period, day_end, day_start, days_label
from dashboard.core.text import Deferred, Message, later, listed
from dashboard.provider.asking import gather, reading_of, warnings_of
from dashboard.provider.failures import failures
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading, covered, is_settled, may_differ, stale_reason_of
from twoj_client import Reply
from twoj_client.endpoints import BONUS
from twoj_client.models import BonusSummary

_ALL: Final = later("The bonuses")
_WHOLE: Final = (0, 0)
"""No state and no creation type: the bonuses of all."""
_OPEN: Final = later("Active or wagering")
_GAIN: Final = later("Company gain")


def bonus_sums(
    merchant: Merchant, wanted: BonusQuery, start: datetime, end: datetime
) -> Reading[BonusTotals]:
    """Sums of the bonuses created in the window. Raises TwoJError."""
    reply = _asking(merchant, wanted, start, end)()
    return reading_of(merchant, bonus_totals(reply.data), [reply], (start, end))


def bonuses_and_gain(
    merchant: Merchant, wanted: BonusQuery, start: datetime, end: datetime
) -> Reading[BonusTotals]:
    """The same, with how many are still open and the company's gain of all games in the window.

    The gain of another merchant is not to be had, so it is None. Raises TwoJError where the bonuses are not
    known; what else failed is named in `failures`.
    """
    open_states = [state for state in OPEN_STATES if not wanted.states or state in wanted.states]
    calls: dict[Message, Callable[[], Reply[Any]]] = {_ALL: _asking(merchant, wanted, start, end)}
    if open_states:
        calls[_OPEN] = _asking(merchant, wanted, start, end, states=open_states)
    if wanted.mch_id in (None, merchant.mch_id):
        calls[_GAIN] = partial(merchant.twoj.all.stage_summary, start=start, end=end)
    replies, errors = gather(merchant, calls)
    if _ALL in errors:
        raise errors[_ALL]
    still_open = replies[_OPEN].data.release_count if _OPEN in replies else None
    totals = bonus_totals(
        replies[_ALL].data,
        still_open if open_states else 0,
        replies[_GAIN].data.summary.company_gain_amount if _GAIN in replies else None,
    )
    return Reading(
        totals,
        replies[_ALL].as_of,
        stale_reason_of(replies.values()),
        failures(errors.items()),
        # Not of those still open: they are among all. The gain is of other sums.
        tuple(
            warning
            for name in (_ALL, _GAIN)
            if name in replies
            for warning in warnings_of(merchant, [replies[name]])
        ),
        covered(start, end, replies[_ALL].as_of),
        settled=is_settled(replies.values()),
    )


def bonus_days(
    merchant: Merchant, wanted: BonusQuery, period: Period, now: datetime
) -> Reading[pd.DataFrame]:
    """One row a business day of `period` (`bonuses.bonus_days_frame`), from one answer a day.

    A day whose answer failed is NA and named in `failures`. Raises TwoJError where no day is known.
    """
    zone = merchant.zone
    ends = {day: day_end(day, zone) for day in period.days()}
    replies, errors = gather(
        merchant,
        {
            day: _asking(merchant, wanted, day_start(day, zone), min(end, now))
            for day, end in ends.items()
            if day_start(day, zone) < min(end, now)
        },
    )
    settles = timedelta(seconds=BONUS.final_after_s)
    # Settled days were said long ago and are still true: the age is that of the days that may still change.
    changing = [reply.as_of for day, reply in replies.items() if reply.as_of < ends[day] + settles]
    as_of = min(changing or [reply.as_of for reply in replies.values()])
    start, end = period.window(zone)
    return reading_of(
        merchant,
        memo(bonus_days_frame, {day: reply.data for day, reply in replies.items()}, period, now, zone),
        replies.values(),
        (start, min(end, now)),
        failures((Deferred(days_label, (day, day)), error) for day, error in sorted(errors.items())),
        as_of,
    )


def bonus_parts(
    merchant: Merchant, wanted: BonusQuery, start: datetime, end: datetime
) -> Reading[pd.DataFrame]:
    """One row a state and creation type (`bonuses.bonus_parts_frame`), from one answer each, and their total.

    A pair whose answer failed is NA and named in `failures`. Raises TwoJError where none is known.
    """
    pairs = [
        (state, create_type)
        for state in wanted.states or STATES
        for create_type in wanted.create_types or CREATE_TYPES
    ]
    replies, errors = gather(
        merchant,
        {
            (state, create_type): _asking(
                merchant, wanted, start, end, states=[state], create_types=[create_type]
            )
            for state, create_type in pairs
        }
        | {_WHOLE: _asking(merchant, wanted, start, end)},
    )
    if replies.keys() <= {_WHOLE}:
        raise next(iter(errors.values()))
    final, whole = is_settled(replies.values()), replies.get(_WHOLE)
    if not may_differ(replies.values(), start, end):
        whole = None
    found = {pair: replies[pair].data if pair in replies else None for pair in pairs}
    return reading_of(
        merchant,
        memo(bonus_parts_frame, found, None if whole is None else whole.data, final),
        replies.values(),
        (start, end),
        failures(
            (_ALL if pair == _WHOLE else Deferred(_kind_text, pair), error)
            for pair, error in sorted(errors.items())
        ),
    )


def _kind_text(state: int, create_type: int) -> str:
    return listed((STATES[state], CREATE_TYPES[create_type]))


def _asking(
    merchant: Merchant, wanted: BonusQuery, start: datetime, end: datetime, **narrower: Iterable[int]
) -> Callable[[], Reply[BonusSummary]]:
    parameters: Mapping[str, Any] = {
        "mch_id": wanted.mch_id,
        "user_id": wanted.user_id,
        "op_id": wanted.op_id,
        "game_ids": wanted.game_ids,
        "create_types": wanted.create_types,
        "states": wanted.states,
        **narrower,
    }
    return partial(merchant.twoj.all.bonus_summary, start=start, end=end, **parameters)
