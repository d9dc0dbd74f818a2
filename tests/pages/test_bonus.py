"""The Bonus page and the Overview's net gain: their numbers against the world's own grants, one by one."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from dashboard.bonus import data as bonus_data
from dashboard.bonus.numbers import BonusQuery
from dashboard.core import formats
from dashboard.core.codes import CREATE_TYPES, OPEN_STATES, STATES
from dashboard.core.metrics import BONUS_METRIC, BONUS_METRICS, BonusTotals
from dashboard.core.periods import Period
from tests.merchants import merchant
from tests.pages.clicks import card_label, press
from tests.provider import CLOCK
from twoj_sandbox import GRINDER, NAMELESS, PRANKSTER, SUB_MCH_ID, UNICODE

BONUS = "/api/all/bonus/summary"
STAGE = "/api/all/stage/summary"
S = "\u00a0"


def midnight(day: str, zone: str = "UTC") -> int:
    return int(datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(zone)).timestamp())


WEEK = (midnight("2026-03-09"), CLOCK)
WEEK_BEFORE = (midnight("2026-03-02"), CLOCK - 7 * 86_400)


def summed(truth, start, end, keep=lambda _: True, *, of_subordinate=False) -> BonusTotals:
    """Sum up every grant of the world in a window that `keep` keeps, one by one."""
    days = range(start // 86_400, (end - 1) // 86_400 + 1)
    totals, still_open = [0, 0, 0, 0, 0, 0], 0
    for grant in truth.bonuses.grants(days, start, end, CLOCK):
        if bool(grant["of_subordinate"]) != of_subordinate or not keep(grant):
            continue
        used = bool(grant["used"])
        amounts = (int(grant[name]) for name in ("converted_cash", "bet_amount", "win_amount"))
        row = (1, used, int(grant["bonus"]) * used, *amounts)
        totals = [total + value for total, value in zip(totals, row, strict=True)]
        still_open += int(grant["state"]) in OPEN_STATES
    issued, used, bonus, converted, bet, win = totals
    gain_li = None if of_subordinate else -sum(truth.bets(start, end, CLOCK)["gain_amount"].tolist())
    return BonusTotals(issued, used, bonus, converted, bet, win, still_open, gain_li)


def exact(totals: BonusTotals, currency: str | None = None) -> dict[str, str]:
    return {each.label: formats.exact(each, each.of(totals), currency) for each in BONUS_METRICS}


def shown(page, labels=None) -> dict[str, str]:
    """The exact value of each card of a bonus metric, from the first line of its tooltip."""
    labels = labels or {metric.label for metric in BONUS_METRICS}
    found = {card_label(card): card.help.split("\n")[0].strip("*") for card in page.metric}
    return {label: value for label, value in found.items() if label in labels}


def ten(totals: BonusTotals, currency: str | None = None) -> dict[str, str]:
    """The cards of the Bonus page: all metrics of bonuses but the net gain."""
    cards = exact(totals, currency)
    del cards["Net gain after bonus"]
    return cards


def said(page) -> str:
    """Every sentence of warnings, errors and notes on the page."""
    assert not page.exception
    return "\n".join(each.value for each in (*page.error, *page.warning, *page.info))


def figure(page, number: int) -> dict:
    """A figure as it goes to the browser."""
    return json.loads(page.get("plotly_chart")[number].proto.spec)


def kinds(page):
    """The table of states and creation types, which stands folded below their matrix."""
    if not page.session_state["bonus-kinds"]:
        page.session_state["bonus-kinds"] = True
        page.run()
    return next(table.value for table in page.dataframe if "create_type" in table.value)


@pytest.mark.parametrize(
    ("query", "zone", "start", "end"),
    [
        ({}, "UTC", *WEEK),
        ({"period": "today"}, "UTC", midnight("2026-03-15"), CLOCK),
        ({"period": "90d", "compare": "none"}, "UTC", midnight("2025-12-16"), CLOCK),
        (
            {"period": "last-month"},
            "Asia/Manila",
            midnight("2026-02-01", "Asia/Manila"),
            midnight("2026-03-01", "Asia/Manila"),
        ),
    ],
)
def test_the_cards_are_the_sums_of_the_grants(open_page, truth, query, zone, start, end):
    page = open_page(query, "bonus", timezone=zone)
    assert shown(page) == ten(summed(truth, start, end))
    assert said(page) == ""


FILTERS = [
    ({"type": "2"}, lambda grant: grant["create_type"] == 2),
    ({"type": "1,3"}, lambda grant: grant["create_type"] in (1, 3)),
    ({"state": "3"}, lambda grant: grant["state"] == 3),
    ({"state": "1,5"}, lambda grant: grant["state"] in (1, 5)),
    ({"game_id": "1041,1021"}, lambda grant: grant["game_id"] in (1041, 1021)),
    ({"user_id": str(GRINDER.user_id)}, lambda grant: grant["player"] == GRINDER.index),
    ({"user_id": str(NAMELESS.user_id)}, lambda grant: grant["player"] == NAMELESS.index),
    ({"op_id": UNICODE.op_id}, lambda grant: grant["player"] == UNICODE.index),
    (
        {"type": "1", "state": "3,5", "game_id": "1041", "op_id": GRINDER.op_id},
        lambda grant: (
            grant["create_type"] == 1
            and grant["state"] in (3, 5)
            and grant["game_id"] == 1041
            and grant["player"] == GRINDER.index
        ),
    ),
]


@pytest.mark.parametrize(("query", "keep"), FILTERS, ids=[str(query) for query, _ in FILTERS])
def test_every_filter_narrows_cards_days_and_kinds(open_page, truth, query, keep):
    page = open_page({"period": "30d", "compare": "none", **query}, "bonus")
    start = midnight("2026-02-14")
    found = summed(truth, start, CLOCK, keep)
    assert found.release_count > 0
    assert shown(page) == ten(found)
    assert sum(figure(page, 1)["data"][0]["y"]) == found.release_count
    assert kinds(page)["release_count"].sum() == found.release_count
    assert said(page) == ""


def test_another_merchant_has_bonuses_but_no_gain_to_share(open_page, truth):
    page = open_page({"mch_id": str(SUB_MCH_ID)}, "bonus")
    cards = shown(page)
    assert cards == ten(summed(truth, *WEEK, of_subordinate=True))
    assert cards["Bonus cost"] == formats.UNKNOWN
    assert cards["Issued"] != "0"


def test_the_own_merchant_by_name_is_the_own_merchant(open_page, truth, sandbox):
    assert shown(open_page({"mch_id": str(sandbox.mch_id)}, "bonus")) == ten(summed(truth, *WEEK))


def test_the_cards_are_compared_with_the_same_elapsed_time(open_page, truth):
    page = open_page({"compare": "previous"}, "bonus")
    before = exact(summed(truth, *WEEK_BEFORE))
    for card in page.metric:
        against = f"against {before[card.label]} (2–8 March 2026, until 09:30, as today)"
        assert against in card.help, card.label


def test_ten_written_days(open_page):
    """Written once, so that page and world cannot drift together."""
    page = open_page({"period": "2026-03-01..2026-03-10", "compare": "none"}, "bonus", currency="PHP")
    assert shown(page) == {
        "Issued": "636",
        "Used": "407",
        "Use rate": f"63.99{S}%",
        "Active or wagering": "86",
        "Bonus amount": f"25,852{S}PHP",
        "Converted to cash": f"11,218.46{S}PHP",
        "Conversion rate": f"43.39{S}%",
        "Wagered": f"284,788{S}PHP",
        "Win during wagering": f"−18,730.94{S}PHP",
        "Bonus cost": f"26.25{S}%",
    }


def test_the_days_are_those_of_creation(open_page, truth):
    page = open_page({"period": "7d"}, "bonus")
    issued, used, amount, converted = figure(page, 1)["data"]
    for number in range(7):
        start = WEEK[0] + number * 86_400
        day = summed(truth, start, min(start + 86_400, CLOCK))
        assert [issued["y"][number], used["y"][number]] == [day.release_count, day.used_count]
        assert amount["y"][number] == float(day.release_bonus_li / 1000)
        assert converted["y"][number] == float(day.converted_cash_li / 1000)


def test_each_business_day_is_asked_for_once(open_page, sandbox):
    """Clocks went forward in New York on 8 March 2026: a day of 23 hours."""
    zone = "America/New_York"
    open_page({"period": "2026-03-07..2026-03-09", "compare": "none"}, "bonus", timezone=zone)
    days = [midnight(f"2026-03-{day:02}", zone) for day in (7, 8, 9, 10)]
    windows = [(call["data"]["time_start"], call["data"]["time_end"]) for call in sandbox.calls(BONUS)]
    assert [windows.count(day) for day in pairwise(days)] == [1, 1, 1]
    assert days[2] - days[1] == 23 * 3600


def test_the_age_is_that_of_the_days_that_can_still_change(open_page, sandbox, clock):
    query = {"period": "90d", "compare": "none"}
    open_page(query, "bonus", archive_url="off")
    clock[0] += 3600
    sandbox.set_clock(clock[0])
    page = open_page(query, "bonus", archive_url="off")
    ages = [each.value for each in page.caption if each.value.startswith("As of")]
    assert ages == ["As of 10:30 UTC · just now"] * 4


def test_the_kinds_are_the_sums_of_their_grants(open_page, truth):
    rows = iter(kinds(open_page({"period": "30d"}, "bonus")).to_dict("records"))
    for state, state_name in STATES.items():
        for create_type, type_name in CREATE_TYPES.items():
            found = summed(
                truth,
                midnight("2026-02-14"),
                CLOCK,
                lambda grant, s=state, t=create_type: (grant["state"], grant["create_type"]) == (s, t),
            )
            row = next(rows)
            assert (row["state"], row["create_type"]) == (state_name, type_name)
            for field in ("release_count", "used_count"):
                assert row[field] == getattr(found, field)
            for field in ("release_bonus_li", "converted_cash_li", "bet_amount_li", "win_amount_li"):
                assert row[field] * 1000 == getattr(found, field)
            for field in ("use_rate", "conversion_rate"):
                rate = BONUS_METRIC[field].of(found)
                assert row[field] == (None if rate is None else pytest.approx(Decimal(float(rate))))


def test_a_day_that_has_just_begun_is_0_and_no_gap(open_page, clock, sandbox):
    clock[0] = midnight("2026-03-16") + 40
    sandbox.set_clock(clock[0])
    open_page({}, "bonus")
    now = datetime.fromtimestamp(midnight("2026-03-16"), UTC)
    days = bonus_data.bonus_days(
        merchant(), BonusQuery(), Period("", date(2026, 3, 15), date(2026, 3, 16)), now
    ).value
    assert days["release_count"].tolist()[1] == 0 < days["release_count"].tolist()[0]


def test_bonuses_of_a_kind_that_nobody_asks_for_are_a_row(open_page, sandbox, truth):
    """Here because one kind is answered with nothing; a sixth state would be one as well."""
    nothing = {"release_count": 0, "used_count": 0, "release_bonus": 0.0, "converted_cash": 0.0}
    nothing |= {"bet_amount": 0, "win_amount": 0}
    where = {"state_list": [5], "create_type_list": [1]}
    page = open_page({"period": "30d"}, "bonus")
    assert len(kinds(page)) == 15
    assert "in two of them" not in "".join(each.value for each in page.caption)
    sandbox.fault(BONUS, "answer", where=where, result=nothing)
    page = open_page({"period": "2026-02-16..2026-03-14"}, "bonus")
    hidden = summed(
        truth,
        midnight("2026-02-16"),
        midnight("2026-03-15"),
        lambda grant: (grant["state"], grant["create_type"]) == (5, 1),
    )
    last = kinds(page).to_dict("records")[-1]
    assert hidden.release_count > 0
    assert (last["state"], last["create_type"]) == ("So far in none of these", "")
    assert last["release_count"] == hidden.release_count
    assert "may be in two of them, or in none" in "".join(each.value for each in page.caption)


def test_the_funnel_is_that_of_the_cards(open_page, truth):
    found = summed(truth, *WEEK)
    (bars,) = figure(open_page({}, "bonus"), 0)["data"]
    assert bars["x"][1] == found.used_count / found.release_count
    assert bars["x"][3] == float(found.converted_cash_li / found.release_bonus_li)


def test_a_period_without_bonuses_has_no_rates(open_page):
    page = open_page({"period": "2024-01-01..2024-01-07"}, "bonus")
    zeros = {metric.label: "0" for metric in BONUS_METRICS}
    zeros |= dict.fromkeys(("Use rate", "Conversion rate", "Bonus cost"), formats.UNKNOWN)
    del zeros["Net gain after bonus"]
    assert shown(page) == zeros
    assert said(page).startswith("No bonuses in 1–7 January 2024.")


def test_a_wrong_filter_is_one_sentence_and_all_bonuses(open_page, truth):
    page = open_page({"type": "7", "user_id": "<b>x</b>"}, "bonus")
    user_id, creation_type = (warning.value for warning in page.warning)
    assert creation_type.startswith("The type must be among 1 (API created), 2 (Backend created)")
    assert user_id == (
        "The user\\_id must be the provider's id of a player, a whole number above 0 such as 101100000000;"
        " it is left out."
    )
    assert shown(page) == ten(summed(truth, *WEEK))


def test_an_unknown_player_is_said_in_the_providers_words(open_page):
    page = open_page({"op_id": "nobody"}, "bonus")
    assert said(page).count("user does not exist") == 4
    assert {card.value for card in page.metric} == {formats.UNKNOWN}


def test_ids_and_names_with_markup_are_shown_as_they_are(open_page):
    page = open_page({"op_id": PRANKSTER.op_id, "game_id": "1027,1021"}, "bonus")
    assert page.text[0].value == f"麻将来了 or Rock & Roll <777> · op id {PRANKSTER.op_id}"
    assert said(page).startswith("No bonuses in ")


def test_a_choice_goes_into_the_address_and_show_all_clears_it(open_page, truth):
    page = open_page({"period": "7d"}, "bonus")
    page.multiselect(key="bonus-game_id").select(1041).run()
    page.text_input(key="bonus-op_id").set_value(f" {GRINDER.op_id} ").run()
    assert page.query_params == {"period": "7d", "game_id": "1041", "op_id": GRINDER.op_id}
    keep = FILTERS[5][1]
    assert shown(page) == ten(summed(truth, *WEEK, lambda grant: keep(grant) and grant["game_id"] == 1041))
    press(page, "Show all")
    assert page.query_params == {"period": "7d"}
    assert shown(page) == ten(summed(truth, *WEEK))


def test_kinds_that_fail_are_named_and_the_others_are_shown(open_page, sandbox, truth):
    for state, create_type in ((3, 2), (5, 1)):
        where = {"state_list": [state], "create_type_list": [create_type]}
        sandbox.fault(BONUS, "code_400", where=where)
    page = open_page({}, "bonus")
    assert shown(page) == ten(summed(truth, *WEEK))
    assert "Not included: Completed, Backend created; Expired, API created: The provider refused" in said(
        page
    )
    unknown = kinds(page)["release_count"].isna()
    assert unknown[unknown].index.tolist() == [7, 12]


def test_days_that_fail_are_gaps_with_a_name(open_page, sandbox):
    start = midnight("2026-03-11")
    sandbox.fault(BONUS, "code_400", where={"time_start": start, "time_end": start + 86_400})
    page = open_page({}, "bonus")
    assert "Not included: 11 March 2026: The provider refused" in said(page)
    chart = figure(page, 1)
    assert [number for number, value in enumerate(chart["data"][0]["y"]) if value is None] == [2]
    assert "no data" in [note["text"] for note in chart["layout"]["annotations"]]


def test_without_the_gain_the_bonuses_are_still_known(open_page, sandbox, truth):
    sandbox.fault(STAGE, "code_400")
    page = open_page({"compare": "none"}, "bonus")
    assert shown(page) == ten(replace(summed(truth, *WEEK), company_gain_li=None))
    assert "Not included: Company gain: The provider refused" in said(page)


def test_without_the_games_the_rest_is_shown(open_page, sandbox, truth):
    sandbox.fault("/api/all/list", "code_400")
    page = open_page({"game_id": "1041"}, "bonus")
    assert page.text[0].value == "1041"
    assert shown(page) == ten(summed(truth, *WEEK, lambda grant: grant["game_id"] == 1041))
    assert any("The names of the games are not known now." in each.value for each in page.caption)


def test_amounts_beyond_what_a_float_holds_are_exact(open_page, sandbox):
    big = 2**53 + 1
    answer = {
        "release_count": 2,
        "used_count": 1,
        "release_bonus": big,
        "converted_cash": big,
        "bet_amount": big,
        "win_amount": -big,
    }
    sandbox.fault(BONUS, "answer", result=answer)
    page = open_page({}, "bonus", currency="PHP")
    words = f"9,007,199,254,740.993{S}PHP"
    cards = shown(page)
    assert [cards[name] for name in ("Bonus amount", "Converted to cash", "Wagered")] == [words] * 3
    assert cards["Win during wagering"] == f"−{words}"
    *known, rest = kinds(page)["release_bonus_li"]
    assert known == [Decimal("9007199254740.993")] * 15
    assert rest == Decimal("-126100789566373.902"), (
        "the total says as much as each of its parts: 14 times less"
    )


def test_the_last_good_numbers_stay_with_their_age(open_page, sandbox, clock):
    good = shown(open_page({}, "bonus"))
    sandbox.fault("*", "http_500")
    clock[0] += 1800
    sandbox.set_clock(clock[0])
    page = open_page({}, "bonus")
    assert shown(page) == good
    assert "These are the last numbers it gave, as of 09:30 UTC (30 min ago)." in said(page)


def test_the_overview_shows_what_bonuses_leave_of_the_gain(open_page, truth):
    page = open_page({}, currency="PHP")
    now, before = (exact(summed(truth, *window), "PHP") for window in (WEEK, WEEK_BEFORE))
    names = ("Net gain after bonus", "Bonus cost")
    assert shown(page) == {name: now[name] for name in names}
    for card in page.metric:
        if (label := card_label(card)) in names:
            assert f"against {before[label]} (2–8 March 2026" in card.help
            assert card.label == f"[{label}](bonus)"
    assert "Leaves out taxes, fees and the provider's share." in BONUS_METRIC["net_gain"].formula


def test_without_the_bonuses_the_net_gain_is_a_dash_with_the_reason(open_page, sandbox):
    sandbox.fault(BONUS, "code_400")
    page = open_page()
    assert set(shown(page).values()) == {"Not known"}
    assert "Net gain after bonus: not known now. The provider refused" in said(page)
    assert len([card for card in page.metric if card.value != formats.UNKNOWN]) == 6 + 4, (
        "and today, the month"
    )


def test_the_matrix_has_a_cell_for_each_state_and_type(open_page, truth):
    page = open_page({"period": "30d"}, "bonus")
    (matrix,) = [table.value for table in page.dataframe]
    rows = kinds(page)
    for row in rows[rows["create_type"] != ""].to_dict("records"):
        cell = matrix.loc[matrix["state"] == row["state"], row["create_type"]].item()
        assert cell.startswith(f"{row['release_count']:,} · ")
