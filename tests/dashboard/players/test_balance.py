"""Why a balance jumps between two rounds: each cause by written examples, and what is never invented."""

from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.players import data_balance
from dashboard.players.balance import (
    Cause,
    Gap,
    SummaryExcess,
    Transfer,
    by_other_causes,
    by_transfers,
    gaps,
    gaps_text,
    transfers,
)
from tests.dashboard.made_rounds import chain, rounds, slots, table
from twoj_client import Reply
from twoj_client.models import TransferRecord, TransferRecords

UTC = ZoneInfo("UTC")
# Two jumps: 50 come between 100 and 110, 20 go between 120 and 130.
TWICE = (100, (90, 140), 130, (120, 100), 95)


def moved(at_s: int, amount_li: int) -> Transfer:
    return Transfer(at_s, amount_li, 0, f"no-{at_s}")


def named(frame, known=(), missing=(), lacking=(), converted=None):
    found = by_transfers(gaps(frame), known)
    return by_other_causes(found, frame, missing, lacking, converted or {}, UTC)


def test_a_balance_that_runs_on_has_no_gap():
    assert gaps(chain(100, 90, 95, 95)) == []
    assert gaps(chain(100, 90)) == []
    assert gaps(rounds()) == []


def test_gaps_say_where_and_how_much():
    first, second = gaps(chain(*TWICE))
    assert (first.row, first.from_s, first.to_s, first.before_li, first.after_li) == (1, 100, 110, 90, 140)
    assert (first.amount_li, second.amount_li) == (50, -20)
    assert (second.row, second.from_s, second.to_s) == (3, 120, 130)


def test_a_gap_of_one_li_beyond_what_a_float_holds():
    (gap,) = gaps(chain(2**53, (2**53, 2**53 + 1), 0))
    assert gap.amount_li == 1


def test_a_round_without_credits_says_nothing():
    frame = rounds(
        slots(1, credit=5), table(2, credit_before_bet=None, credit=None), slots(3, credit_before_bet=9)
    )
    assert gaps(frame) == []


def test_transfers_explain_gaps():
    first, second = named(chain(*TWICE), [moved(105, 50), moved(125, -20)])
    assert (first.cause, first.unexplained_li, first.why) == (Cause.TRANSFER, 0, "deposit of 0.05")
    assert (second.cause, second.unexplained_li, second.why) == (Cause.TRANSFER, 0, "withdrawal of 0.02")


def test_all_taken_out_and_other_money_brought_in_is_one_gap():
    (gap,) = named(chain(100, (90, 40), 30), [moved(103, -90), moved(108, 40)])
    assert gap.cause is Cause.TRANSFER
    assert gap.why == "withdrawal of 0.09, deposit of 0.04"


@pytest.mark.parametrize("at_s", [100, 105, 110])
def test_a_transfer_in_the_second_of_a_round_may_lie_on_either_side(at_s):
    (gap,) = named(chain(100, (90, 140), 130), [moved(at_s, 50)])
    assert gap.cause is Cause.TRANSFER


@pytest.mark.parametrize("at_s", [99, 111])
def test_a_transfer_of_another_time_explains_nothing(at_s):
    (gap,) = named(chain(100, (90, 140), 130), [moved(at_s, 50)])
    assert (gap.cause, gap.unexplained_li) == (Cause.UNEXPLAINED, 50)


def test_a_transfer_explains_one_gap_only():
    first, second = named(chain(100, (90, 140), (130, 180), 170), [moved(110, 50)])
    assert (first.cause, second.cause) == (Cause.TRANSFER, Cause.UNEXPLAINED)


def test_what_transfers_explain_in_part_is_said_and_the_rest_is_named():
    (gap,) = named(chain(100, (90, 140), 130), [moved(105, 45)])
    assert (gap.cause, gap.amount_li, gap.transferred_li, gap.unexplained_li) == (
        Cause.UNEXPLAINED,
        50,
        45,
        5,
    )
    assert gap.why == "deposit of 0.045"
    (gap,) = named(chain(100, (90, 140), 130), [moved(105, 45)], lacking=[SummaryExcess("Elves", 5)])
    assert (gap.cause, gap.why) == (
        Cause.MISSING,
        "deposit of 0.045; the provider's summary has more of Elves",
    )


def test_rounds_that_are_known_to_be_missing():
    first, second = named(chain(*TWICE), missing=[(105, 106)])
    assert (first.cause, second.cause) == (Cause.MISSING, Cause.UNEXPLAINED)
    assert first.why == "the provider did not give all rounds of this time"


@pytest.mark.parametrize(("window", "touches"), [((109, 111), True), ((111, 112), False), ((90, 100), False)])
def test_a_missing_window_touches_a_gap_or_not(window, touches):
    (gap,) = named(chain(100, (90, 140), 130), missing=[window])
    assert (gap.cause is Cause.MISSING) == touches


def test_rounds_that_only_the_summary_knows():
    (gap,) = named(chain(100, (90, 40), 30), lacking=[SummaryExcess("Elves", -50), SummaryExcess("Mines", 7)])
    assert gap.cause is Cause.MISSING
    assert gap.why == "the provider's summary has more of Elves"


def test_several_gaps_that_together_are_what_the_summaries_have_more():
    first, second = named(chain(*TWICE), lacking=[SummaryExcess("Elves", 25), SummaryExcess("Mines", 5)])
    assert {first.cause, second.cause} == {Cause.MISSING}
    assert first.why == "the provider's summary has more of Elves, Mines"


def test_summaries_that_differ_otherwise_explain_nothing():
    found = named(chain(*TWICE), lacking=[SummaryExcess("Elves", 24)])
    assert {gap.cause for gap in found} == {Cause.UNEXPLAINED}


def test_a_jackpot_of_the_round_before():
    extra = {"jackpot_amount": 50}
    (gap,) = named(chain(100, (90, 140), 130, extra_business=extra))
    assert (gap.cause, gap.why) == (Cause.JACKPOT, "as much as the jackpot of the round before")
    (gap,) = named(chain(100, (90, 139), 130, extra_business=extra))
    assert gap.cause is Cause.UNEXPLAINED


def test_a_bonus_created_before_the_gap():
    (gap,) = named(chain(100, (90, 140), 130), converted={date(1969, 12, 30): 50, date(1969, 12, 31): 50})
    assert (gap.cause, gap.why) == (Cause.BONUS, "as much cash as the bonuses of 31 December 1969 became")


def test_neither_a_later_bonus_nor_money_that_went_is_a_bonus():
    (later,) = named(chain(100, (90, 140), 130), converted={date(1970, 1, 2): 50})
    (gone,) = named(chain(100, (90, 40), 130), converted={date(1969, 12, 31): -50})
    assert {later.cause, gone.cause} == {Cause.UNEXPLAINED}


def test_records_become_signed_transfers_oldest_first():
    def record(kind, at):
        return TransferRecord(at, kind, 1000, 5, f"ref-{at}", f"no-{at}", at)

    assert transfers([record(3, 30), record(9, 20), record(4, 10)]) == [
        Transfer(10, 1000, 5, "ref-10"),
        Transfer(30, -1000, 5, "ref-30"),
    ]


def test_jumps_in_words():
    assert gaps_text([], None) == "The balance runs on from round to round without a jump."
    assert gaps_text(named(chain(*TWICE), [moved(105, 50)]), "PHP") == (
        "The balance jumps 2 times between two rounds: 1 by transfers, 1 unexplained (−0.02\u00a0PHP in sum)."
    )
    assert gaps_text(named(chain(100, (90, 140), 130)), None) == (
        "The balance jumps once between two rounds: 1 unexplained (+0.05 in sum)."
    )


@settings(deadline=None)  # a law of numbers, not of a machine's speed
@given(
    st.lists(
        st.tuples(st.integers(-5, 5), st.lists(st.integers(-4, 4).filter(bool), max_size=3)),
        min_size=1,
        max_size=12,
    )
)
@pytest.mark.slow
def test_a_balance_that_only_rounds_and_transfers_changed_is_explained(steps):
    """Rounds ten seconds apart; the transfers between two of them happen within."""
    steps_of_balance, known, credit = [100], [], 100
    for place, (gain, amounts) in enumerate(steps):
        after = credit + gain
        credit = after + sum(amounts)
        known += [moved(101 + 10 * place + n, amount) for n, amount in enumerate(amounts)]
        steps_of_balance.append((after, credit))
    found = named(chain(*steps_of_balance), known)
    assert {gap.cause for gap in found} <= {Cause.TRANSFER}
    assert [gap.unexplained_li for gap in found] == [0] * len(found)


def test_rounds_of_a_second_without_an_order_make_no_jumps() -> None:
    """Three of a burst of rounds are missing: each credit differs from the one before, and nothing jumped."""
    starts = [10, 20, 20, 20, 30]
    befores, afters = [1000, 900, 500, 700, 600], [900, 800, 400, 600, 500]
    frame = pd.DataFrame({"start_at": starts, "credit_before_li": befores, "credit_li": afters})
    assert gaps(frame) == [], "900 − 3 · 100 is the 600 before the next"
    later = frame.assign(credit_before_li=[1000, 900, 500, 700, 650])
    assert gaps(later) == [Gap(4, 20, 30, 600, 650)]


@pytest.mark.parametrize("told", [0, -1, 1_773_567_000_000, 2**63 - 1])
def test_a_record_whose_time_is_none_hides_no_other_and_is_said(told):
    def record(number, at):
        return TransferRecord(number, 4, 1000, 5, "ref", "no", at)

    start, now = datetime(2026, 3, 15, tzinfo=UTC), datetime(2026, 3, 15, 12, tzinfo=UTC)
    first_s = int(start.timestamp())
    pages = {
        0: TransferRecords(7, [record(9, first_s + 60), record(8, told)]),
        7: TransferRecords(0, [record(7, first_s + 30)]),
    }
    transfer = SimpleNamespace(records=lambda next_id, **_rest: Reply(pages[next_id], now))
    here = SimpleNamespace(twoj=SimpleNamespace(transfer=transfer))
    reply = data_balance._records(here, "op", start, now)
    assert [each.created_at - first_s for each in reply.data.rows] == [60, 30]
    load, unknown = SimpleNamespace(replies=lambda: {"op": reply}), []
    merchant = SimpleNamespace(
        jobs=SimpleNamespace(whole=lambda *_: (load, None)), zone=UTC, currency=None, now=lambda: now
    )
    history = SimpleNamespace(player=SimpleNamespace(op_id="op"), currencies=(), start=start, end=now)
    data_balance._transfers(merchant, history, unknown)
    assert unknown == ["Transfers: without 1 whose time is none."]
