"""The Wallet page: its numbers against the world's own stays, its faces, and orders that are sent once."""

import csv
from datetime import UTC, datetime

import pytest

from dashboard.core.files import csv_bytes
from dashboard.core.formats import money
from dashboard.core.tables import TRANSFERS
from dashboard.wallet import data as wallet_data
from dashboard.wallet.transfers import TransferQuery
from tests.merchants import merchant
from tests.provider import CLOCK
from twoj_client.windows import utc_day_of
from twoj_sandbox import BURST, GRINDER, PRANKSTER, QUIET, UNICODE, WHALE
from twoj_sandbox.world.day import DAY_S

BALANCE = "/open2j/w/transfer/balance"
RECORDS = "/open2j/w/transfer/records"
FIRST_DAY = CLOCK // DAY_S - 400
"""The world remembers so far back, in days since 1970."""
S = "\u00a0"


@pytest.fixture
def open_wallet(open_page):
    def open_wallet(op_id=None, **query):
        settings = query.pop("settings", {})
        return open_page(query | ({"op_id": op_id} if op_id else {}), page="wallet", **settings)

    return open_wallet


def said(page):
    """Every sentence of warnings, errors and notes on the page."""
    assert not page.exception
    return "\n".join(each.value for each in (*page.error, *page.warning, *page.info))


def cards(page):
    return {card.label: card.value for card in page.metric}


def captions(page):
    return "\n".join(caption.value for caption in page.caption)


def labels(page):
    return [button.label for button in page.button]


def press(page, label):
    (button,) = [button for button in page.button if button.label == label]
    button.click()
    page.run()
    assert not page.exception


def shown(page):
    """The rows of the table of transfers: time, type, amount, balance before, after, and between."""
    if not page.dataframe:
        return []
    frame = page.dataframe[-1].value
    times = [int(at.timestamp()) for at in frame["at"]]
    amounts = [
        [None if cell is None else int(cell * 1000) for cell in frame[name].tolist()]
        for name in ("amount_li", "before_li", "after_li", "between_li")
    ]
    numbers = (frame["ref_id"].tolist(), frame["trans_no"].tolist())
    return list(zip(times, frame["type"].tolist(), *amounts, *numbers, strict=True))


def moves(truth, player, start, end):
    """Every transfer that the world made for a player in a window, newest first, as `shown` gives them.

    Between a deposit and the next transfer lies what the player won at the tables, summed up bet by bet.
    Where all was lost there is no withdrawal, and that next transfer is a deposit.
    """
    found, won = [], 0
    for day in range(max(start // DAY_S - 2, FIRST_DAY), end // DAY_S + 1):
        for _, sat_down, deposited, left, withdrawn in truth.stays(day, player).tolist():
            number = f"D{sat_down}P{player}"
            row = (sat_down, "Deposit", deposited, 0, deposited, won, number, f"101-{number}-{sat_down}")
            found.append(row)
            won = sum(truth.bets_of_player(player, sat_down, left, CLOCK)["gain_amount"].tolist())
            if withdrawn:
                number = f"W{left}P{player}"
                row = (left, "Withdrawal", withdrawn, withdrawn, 0, won, number, f"101-{number}-{left}")
                found.append(row)
                won = 0
    return [row for row in sorted(found, reverse=True) if start <= row[0] < end and row[0] <= CLOCK]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Manila"])
def test_the_newest_transfers_and_the_running_balance_are_the_worlds_own(open_wallet, truth, zone):
    page = open_wallet(GRINDER.op_id, settings={"timezone": zone})
    expected = moves(truth, GRINDER.index, CLOCK - 40 * DAY_S, CLOCK + 1)[:100]
    rows = shown(page)
    assert rows == expected
    assert sum(row[5] != 0 for row in rows) > 30
    sums = {kind: sum(row[2] for row in expected if row[1] == kind) for kind in ("Deposit", "Withdrawal")}
    assert f"deposits of {money(sums['Deposit'])} · " in captions(page)
    assert f"withdrawals of {money(sums['Withdrawal'])} · net " in captions(page)
    assert said(page) == ""


def test_where_all_was_lost_the_next_deposit_follows_a_gap(open_wallet, truth):
    page = open_wallet(GRINDER.op_id, before="2025-03-20T00:00")
    rows = shown(page)
    assert rows == moves(truth, GRINDER.index, 0, 1_742_428_800)[: len(rows)]
    assert any(row[1] == "Deposit" and row[5] == -row[2] for row in rows)
    assert len(rows) == 100


@pytest.mark.parametrize("character", [WHALE, BURST, UNICODE, PRANKSTER])
def test_every_character_has_a_wallet(open_wallet, truth, character):
    page = open_wallet(character.op_id, before="2026-03-15T00:00")
    rows = shown(page)
    assert rows[:10] == moves(truth, character.index, CLOCK - 60 * DAY_S, utc_day_of(CLOCK))[:10]
    assert cards(page)["Balance"] == "0"
    assert said(page) == ""


def seated(truth):
    """A player who sits at a table now, and what the rounds begun so far have left."""
    day = truth.day(CLOCK // DAY_S)
    for stay in day.stays:
        if stay["deposit_at"] < CLOCK < stay["withdraw_at"] and truth.players.op_ids[stay["player"]]:
            begun = day.rounds[day.rounds["player"] == stay["player"]]
            begun = begun[(begun["start_at"] >= stay["deposit_at"]) & (begun["start_at"] <= CLOCK)]
            if len(begun):
                last = begun[-1]
                left = (
                    last["credit"]
                    if last["end_at"] <= CLOCK
                    else last["credit_before_bet"] - last["bet_amount"]
                )
                return truth.players.op_ids[stay["player"]], int(left)
    raise AssertionError("nobody sits at a table")


def test_the_balance_is_what_the_last_round_left(open_wallet, truth):
    op_id, credit_li = seated(truth)
    page = open_wallet(op_id, settings={"currency": "PHP"})
    assert credit_li
    assert cards(page)["Balance"] == money(credit_li, "PHP")
    assert page.caption[0].value == "As of 09:30 UTC · just now"


def test_the_frozen_part_is_not_known_where_no_withdrawal_told_it(open_wallet, sandbox):
    page = open_wallet(WHALE.op_id)
    frozen = page.metric[1]
    assert (frozen.label, frozen.value) == ("Frozen", "–")
    assert frozen.help == (
        "Not known: the provider tells it only in its answer to a withdrawal, and here none are made."
    )


def test_pages_lead_to_older_ones_and_back(open_wallet, truth):
    before = 1_742_428_800
    expected = moves(truth, GRINDER.index, 0, before)
    page = open_wallet(GRINDER.op_id, before="2025-03-20T00:00")
    assert {"Newest", "Newer"}.isdisjoint(labels(page))
    press(page, "Older")
    assert shown(page) == expected[100:200]
    second = page.query_params["next_id"]
    press(page, "Older")
    assert shown(page) == expected[200:300]
    press(page, "Newer")
    assert shown(page) == expected[100:200]
    assert page.query_params["next_id"] == second
    press(page, "Newest")
    assert shown(page) == expected[:100]
    assert "next_id" not in page.query_params


def test_a_link_to_an_older_page_opens_it(open_wallet, truth):
    at = 1_742_000_000
    page = open_wallet(GRINDER.op_id, next_id=str(at * 1000))
    assert shown(page) == moves(truth, GRINDER.index, 0, at)[:100]
    assert "Newest" in labels(page)
    assert "Newer" not in labels(page)


def test_a_file_holds_all_pages(open_wallet, truth):
    before = datetime(2025, 3, 10, tzinfo=UTC)
    page = open_wallet(GRINDER.op_id, before="2025-03-10")
    expected = moves(truth, GRINDER.index, 0, int(before.timestamp()))
    assert not page.get("download_button")
    press(page, "Read all for a file")
    assert f"All {len(expected)} transfers as a file" in captions(page)
    assert {button.proto.label for button in page.get("download_button")} == {
        *("CSV", "XLSX", "Parquet", "About")
    }
    whole = wallet_data.all_transfers(merchant(), TransferQuery(GRINDER.op_id, before=before))
    rows = list(csv.DictReader(csv_bytes(TRANSFERS, whole.value).decode("utf-8-sig").splitlines()))
    assert [
        (row["Type"], row["Amount"], row["Balance after"], row["Your number"], row["Provider's number"])
        for row in rows
    ] == [
        (kind, f"{amount / 1000:.3f}", f"{after / 1000:.3f}", *numbers)
        for _, kind, amount, _, after, _, *numbers in expected
    ]
    assert len(rows) > 300


def test_what_is_filtered_is_what_the_file_holds(open_wallet, truth, sandbox):
    page = open_wallet(GRINDER.op_id, before="2025-03-10", type="3")
    press(page, "Read all for a file")
    expected = moves(truth, GRINDER.index, 0, int(datetime(2025, 3, 10, tzinfo=UTC).timestamp()))
    left = [row for row in expected if row[1] == "Withdrawal"]
    assert f"All {len(left)} transfers as a file" in captions(page)
    press(page, "Older")
    assert f"All {len(left)} transfers as a file" in captions(page)
    page.query_params["type"] = "4"
    page.run()
    assert not page.get("download_button")


def test_a_page_that_fails_leaves_no_file_that_looks_whole(open_wallet, sandbox):
    page = open_wallet(GRINDER.op_id, before="2025-03-10")
    last = sandbox.calls(RECORDS)[-1]["data"]["next_id"]
    assert last
    sandbox.fault(RECORDS, "http_500", where={"next_id": last})
    press(page, "Read all for a file")
    assert "The file: not known now. The provider answered with HTTP status 500." in said(page)
    assert not page.get("download_button")


def test_records_that_lead_in_a_circle_are_named(open_wallet, sandbox):
    sandbox.fault(RECORDS, "answer", where={"op_id": "quiet"}, result={"next_id": 7, "records": []})
    page = open_wallet("quiet")
    assert "The transfers: not known now. The provider's records lead from page to page in a circle." in said(
        page
    )


def test_only_one_type(open_wallet, truth):
    expected = moves(truth, GRINDER.index, CLOCK - 40 * DAY_S, CLOCK + 1)
    for kind, name in (("4", "Deposit"), ("3", "Withdrawal")):
        page = open_wallet(GRINDER.op_id, type=kind)
        rows = shown(page)
        assert rows == [row for row in expected if row[1] == name][: len(rows)]
        assert len(rows) >= 50
        assert not page.get("plotly_chart")


def test_one_transfer_by_either_number(open_wallet, truth):
    *row, ours, theirs = moves(truth, GRINDER.index, CLOCK - 3 * DAY_S, CLOCK)[0]
    row[5] = None
    for number in (ours, theirs):
        assert shown(open_wallet(GRINDER.op_id, trans_no=number)) == [(*row, ours, theirs)]
    page = open_wallet(GRINDER.op_id, trans_no="nothing-like-it")
    assert said(page) == "No transfer fits the filters."


def test_a_filter_is_kept_by_the_address_and_begins_at_the_newest(open_wallet):
    page = open_wallet(GRINDER.op_id, next_id="1742000000000")
    (types,) = [one for one in page.button_group if one.label == "Type"]
    types.set_value(4)
    page.run()
    assert (page.query_params["type"], "next_id" in page.query_params) == ("4", False)
    page.text_input(key="wallet-op_id").set_value(" whale ").run()
    assert page.query_params == {"op_id": "whale", "type": "4"}
    press(page, "Show all")
    assert page.query_params == {"op_id": "whale"}


def test_without_a_player_it_asks_for_one(open_wallet, sandbox):
    page = open_wallet()
    assert said(page).startswith("Enter the op_id of a player: the wallet knows players by your own id only.")
    assert not page.metric
    assert not sandbox.calls()


@pytest.mark.parametrize("op_id", ["nobody", "WHALE", "<img src=x onerror=alert(1)>", "=1+1"])
def test_an_unknown_player_gets_one_sentence(open_wallet, op_id):
    page = open_wallet(op_id)
    assert said(page) == (
        "The provider knows no account of this player. Check the op_id: capital letters count."
    )
    assert "Without an account there are none." in captions(page)


def test_a_player_without_transfers(open_wallet, sandbox):
    sandbox.fault(RECORDS, "answer", result={"next_id": 0, "records": []})
    page = open_wallet(QUIET.op_id)
    assert cards(page)["Balance"] == "0"
    assert said(page) == "No transfers yet."
    assert not page.get("download_button")


def test_a_wrong_address_is_one_sentence(open_wallet, truth):
    page = open_wallet(GRINDER.op_id, type="gift")
    assert said(page) == "The type must be 4 (deposit) or 3 (withdrawal); both are shown."
    assert len(shown(page)) == 100


def test_a_user_id_leads_to_the_players(open_wallet):
    assert "The wallet knows players by the op_id only." in said(open_wallet(user_id="101100000000"))


def test_failing_records_leave_the_balance_alive_and_the_other_way_round(open_wallet, sandbox, tmp_path):
    sandbox.fault(RECORDS, "http_500")
    page = open_wallet(GRINDER.op_id)
    assert cards(page)["Balance"] == "0"
    assert said(page).startswith("The transfers: not known now. The provider answered with HTTP status 500.")
    sandbox.clear_faults()
    sandbox.fault(BALANCE, "cut_json")
    page = open_wallet(GRINDER.op_id, settings={"cache_url": str(tmp_path / "nothing said yet")})
    assert not page.metric
    assert len(shown(page)) == 100
    assert said(page).startswith("The balance: not known now.")


def test_the_last_good_values_stay_with_their_age(open_wallet, sandbox, clock):
    page = open_wallet(GRINDER.op_id)
    balance, rows = cards(page), shown(page)
    sandbox.fault("*", "http_500")
    clock[0] += 1800
    page.run()
    assert (cards(page), shown(page)) == (balance, rows)
    sentence = (
        "The provider answered with HTTP status 500."
        " These are the last numbers it gave, as of 09:30 UTC (30 min ago)."
    )
    assert said(page).count(sentence) == 2
    page.query_params["op_id"] = WHALE.op_id
    page.run()
    assert "The balance: not known now." in said(page)
    page.query_params["op_id"] = GRINDER.op_id
    clock[0] += DAY_S
    page.run()
    assert not page.metric
    assert not page.dataframe


def test_a_refusal_is_no_reason_to_show_old_numbers(open_wallet, sandbox):
    page = open_wallet(GRINDER.op_id)
    sandbox.fault(BALANCE, "code", code=500_009)
    page.run()
    assert "The balance: not known now. This merchant has no permission for this endpoint" in said(page)
