"""The page of the pots for the office: numbers against the world, hits against payouts, screens."""

import re
from decimal import Decimal

import pandas as pd
import pytest

from dashboard.core import formats
from dashboard.jackpots.data_store import add_hits, add_samples
from dashboard.jackpots.data_watch import Watch
from dashboard.jackpots.pots import Hit, PotNow, Pots
from dashboard.kit import downloads
from ledger.database import Ledger, LedgerAway
from ledger.payouts.ledger import PayoutLedger as Payouts
from ledger.payouts.payout_call import MerchantKey, examine
from tests.ledger.payouts.provider import order, signed
from tests.merchants import merchant
from tests.pages.game_truth import leads_to, shown_text
from tests.parts import ledger_at
from tests.provider import CLOCK
from twoj_sandbox import KEY, MCH_ID
from twoj_sandbox.payouts import order as payout_of

NOW_MS = CLOCK * 1000
HOUR_MS, MINUTE_MS = 3_600_000, 60_000
POOL = "/open2j/g/gjp/pool"


def said(page):
    """Every sentence on the page."""
    return "\n".join(
        each.value for kind in (page.caption, page.info, page.warning, page.error) for each in kind
    )


@pytest.fixture
def cache_folder(tmp_path):
    """A place of each test's own: it also says who watches the pots, for a while after the page is gone."""
    return tmp_path / "cache"


@pytest.fixture
def opened(open_page, tmp_path):
    """Open the page over a ledger that `fill` has filled."""

    def opened(fill=None, query=None, **settings):
        if fill:
            with ledger_at(f"sqlite:///{tmp_path / 'ledger'}", MCH_ID) as ledger, ledger.writing() as books:
                fill(books)
        return open_page(query or {}, "jackpots", **settings)

    return opened


@pytest.fixture
def pay(tmp_path):
    """Have the receiver's ledger take calls, each a body."""

    def pay(*bodies):
        with ledger_at(f"sqlite:///{tmp_path / 'ledger'}", MCH_ID) as ledger:
            for body in bodies:
                call = signed(body, key=KEY, mch_id=MCH_ID)
                delivery = examine(call.query.encode(), call.body, MerchantKey(MCH_ID, KEY))
                Payouts(ledger).settle([delivery])

    return pay


def seen(truth, start_ms, end_ms, step_ms=MINUTE_MS):
    """What a watch over the world's pots would have kept."""
    answers = []
    for at_ms in range(start_ms, end_ms, step_ms):
        pots = truth.jackpots.pots(at_ms)
        hourly, high = (
            PotNow(Decimal(li).scaleb(-3), Decimal(0), 0) for li in (pots.hourly_li, pots.super_li)
        )
        answers.append(Pots(hourly, high, at_ms))
    return answers


def cards(page):
    return {card.label: card for card in page.metric}


def test_the_pots_now_are_the_worlds(opened, truth):
    pots = truth.jackpots.pots(NOW_MS)
    page = opened(currency="PHP", timezone="Asia/Manila")
    shown = cards(page)
    assert shown["Hourly jackpot"].value == formats.money(pots.hourly_li, "PHP") == "2,356.41\u00a0PHP"
    assert shown["Super jackpot"].value == formats.money(pots.super_li, "PHP") == "5,392.865\u00a0PHP"
    assert shown["Hourly jackpot"].delta == "next draw 18:00 Asia/Manila"
    assert shown["Super jackpot"].delta == "next pot 3,600\u00a0PHP"
    assert "As of 17:30 Asia/Manila" in said(page)
    assert "Bets are" not in said(page)
    assert "Ask again" not in [each.label for each in page.button]


def test_growth_is_what_came_in_while_somebody_watched(opened, truth):
    answers = seen(truth, NOW_MS - 90 * MINUTE_MS, NOW_MS - 31 * MINUTE_MS)
    page = opened(lambda books: add_samples(books, answers))
    grown = (answers[-1].hourly.li - answers[0].hourly.li) * HOUR_MS // (58 * MINUTE_MS)
    card = cards(page)["Hourly jackpot"]
    assert card.proto.delta_description == f"+{formats.money(round(grown, -1))} an hour"
    assert "An interval needs 5 blocks" in card.help
    assert "(58 minutes of the period)" in card.help


def test_five_quarters_of_an_hour_make_an_interval(opened, truth):
    answers = seen(truth, NOW_MS - 29 * HOUR_MS, NOW_MS - 24 * HOUR_MS - MINUTE_MS)
    page = opened(lambda books: add_samples(books, answers))
    assert re.search(r"95 %: [\d,.]+ to [\d,.]+, from", cards(page)["Super jackpot"].help)


@pytest.mark.parametrize(("values", "curves"), [(0, 0), (1, 0), (2, 1)])
def test_a_curve_begins_with_the_second_value(opened, truth, values, curves):
    answers = seen(truth, NOW_MS - 9 * MINUTE_MS, NOW_MS)[:values]
    page = opened(lambda books: add_samples(books, answers))
    assert len(page.get("plotly_chart")) == curves
    assert ("not watched for a minute in this period yet" in page.info[0].value) == (not curves)


def test_without_samples_one_sentence_stands_for_growth_and_curve(opened):
    page = opened()
    assert not cards(page)["Hourly jackpot"].proto.delta_description
    assert "nobody watched it" in cards(page)["Hourly jackpot"].help
    assert "The pots were not watched for a minute in this period yet" in page.info[0].value
    assert "No pot was seen to fall in this period, and no payout was received." in said(page)


def test_hits_and_payouts_are_matched_and_the_others_named(opened, pay, truth):
    paid, unseen, unwatched = truth.jackpots.hits(NOW_MS - 8 * HOUR_MS, NOW_MS)[-3:][::-1]
    pay(payout_of(paid), payout_of(unseen), payout_of(unwatched))
    unpaid = Hit("super", NOW_MS - 10 * MINUTE_MS - 2000, NOW_MS - 10 * MINUTE_MS, 5_392_000, 3_600_000)

    def fill(books):
        add_samples(books, seen(truth, unseen.at_ms - 30 * MINUTE_MS, NOW_MS))
        add_hits(
            books,
            [Hit(paid.pot, paid.at_ms - 1900, paid.at_ms + 100, paid.amount_li - 300, 2_000_001), unpaid],
        )

    page = opened(fill)
    table = page.dataframe[0].value
    assert table["verdict"].tolist() == [
        "🔴 No payout received",
        "🟢 Paid",
        "🟠 Not seen in the pots",
        "⚪ The pots were not watched then",
    ]
    winners, games = table["op_id"].tolist(), table["game_id"].tolist()
    won = [paid, unseen, unwatched]
    assert [shown_text(cell) for cell in winners[1:]] == [win.op_id for win in won]
    assert [leads_to(cell) for cell in winners[1:]] == [f"players?op_id={win.op_id}" for win in won]
    assert [leads_to(cell) for cell in games[1:]] == [f"games?game_id={win.game_id}" for win in won]
    assert pd.isna(winners[0])
    assert pd.isna(games[0])
    assert table["trans_no"].tolist()[1] == paid.trans_no
    assert str(table["paid_li"].tolist()[1]) == str(Decimal(paid.amount_li).scaleb(-3))
    assert str(table["before_li"].tolist()[0]) == "5392.000"
    page.query_params["hit"] = "unpaid,unseen"
    page.run()
    assert page.dataframe[0].value["verdict"].tolist() == ["🔴 No payout received", "🟠 Not seen in the pots"]
    page.query_params["hit"] = "awaited"
    page.run()
    assert not page.dataframe


@pytest.mark.parametrize(("role", "sees"), [("owner", False), ("analyst", True)])
def test_who_won_is_sent_only_to_people_who_may_see_players(opened, pay, monkeypatch, role, sees):
    offered = []
    monkeypatch.setattr(downloads, "offer", lambda _about, columns, *_: offered.append(columns))
    pay(order("x-1", op_id="winner-1") | {"timestamp": CLOCK - 600})
    ann = {"sub": "ann", "email": "ann@casino.example", "exp": CLOCK + 60, "is_logged_in": True}
    page = opened(user=ann, roles={role: ["ann@casino.example"]})
    assert page.dataframe[0].value["trans_no"].tolist() == ["x-1"]
    assert ("op_id" in page.dataframe[0].value) == sees
    assert ("winner-1" in str(page.dataframe[0].value.to_dict())) == sees
    assert ["op_id" in [column.field for column in columns] for columns in offered] == [sees]


def test_the_table_holds_to_the_period(opened, pay):
    inside = order("inside-1") | {"timestamp": CLOCK - 86_400}
    before = order("before-1") | {"timestamp": CLOCK - 3 * 86_400}
    pay(inside, before)
    page = opened(query={"period": "yesterday"})
    assert page.dataframe[0].value["trans_no"].tolist() == ["inside-1"]


def test_names_that_look_like_markup_are_shown_as_they_are(opened, pay):
    pay(order("x-1", op_id="=1+1<b>x</b>") | {"timestamp": CLOCK - 600})
    page = opened()
    (winner,) = page.dataframe[0].value["op_id"].tolist()
    assert shown_text(winner) == "=1+1<b>x</b>"


def test_a_failing_provider_leaves_the_rest_alive(opened, sandbox, pay):
    pay(order("x-1") | {"timestamp": CLOCK - 600})
    sandbox.fault(POOL, "code", code=500_000)
    page = opened()
    assert "The pots: not known now." in said(page)
    assert len(page.dataframe) == 1


def test_the_last_pots_stay_with_their_age(opened, sandbox, clock):
    good = cards(opened())["Hourly jackpot"].value
    sandbox.fault("*", "http_500")
    clock[0] += 1800
    sandbox.set_clock(clock[0])
    page = opened()
    assert cards(page)["Hourly jackpot"].value == good
    assert "These are the last numbers it gave, as of 09:30 UTC (30 min ago)." in said(page)


def test_a_ledger_that_is_away_leaves_the_pots_alive(opened, monkeypatch):
    def away(_self):
        raise LedgerAway("secret place")

    monkeypatch.setattr(Ledger, "reading", away)
    page = opened()
    assert len(page.metric) == 2
    for part in ("The pots over time", "Hits and payouts"):
        assert f"{part}: not known now. The ledger's database does not answer" in said(page)
    assert "secret" not in said(page)


def test_with_a_screen_in_the_address_there_is_the_wall_and_nothing_else(opened, sandbox):
    page = opened(query={"screen": "whatever"})
    assert not page.metric
    assert not page.button
    assert not page.title
    assert not sandbox.calls(POOL)


def test_the_office_alone_keeps_the_watch_awake(opened):
    opened()
    assert merchant().running(Watch).poller.turn() is not None
