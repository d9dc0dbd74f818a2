"""The wallet: every change of a balance is a round or a record, and a transfer happens once or not at all."""

import numpy as np
import pytest

from tests.provider import CLOCK
from twoj_sandbox import GRINDER, PRANKSTER, QUIET, UNICODE
from twoj_sandbox.server import Limiter
from twoj_sandbox.world.day import DAY_S

DUPLICATE, LOCKED, TOO_LOW = 500_101, 500_102, 500_103


def transfer(sandbox, name, op_id, amount, trans_no):
    return sandbox.open(f"/open2j/w/transfer/{name}", op_id=op_id, amount=amount, trans_no=trans_no)


def moved(sandbox, name, op_id, amount, trans_no):
    answer = transfer(sandbox, name, op_id, amount, trans_no)
    assert answer["header"]["code"] == 0, answer
    return answer["result"]


def balance(sandbox, op_id):
    return sandbox.open("/open2j/w/transfer/balance", op_id=op_id)["result"]["balance"]


def records(sandbox, op_id, **asked):
    return sandbox.open("/open2j/w/transfer/records", **{"op_id": op_id, "next_id": 0} | asked)["result"]


def all_records(sandbox, op_id, page_size=100):
    found, next_id = [], 0
    while True:
        page = records(sandbox, op_id, next_id=next_id, page_size=page_size)
        found += page["records"]
        next_id = page["next_id"]
        if not next_id:
            return found


def player_rounds(sandbox, character, start, end):
    """All rounds of a player, both families, oldest first."""
    window = {"time_start": start, "time_end": end, "limit": 500, "op_id": character.op_id}
    answers = [sandbox.summary(f"/api/{name}/user/history", **window)["data"] for name in ("slots", "games")]
    assert all(len(rounds) < 500 for rounds in answers)
    return sorted((row for rounds in answers for row in rounds[::-1]), key=lambda row: row["start_at"])


def stay_at(truth, moment):
    """A stay under way at this moment that ends with money left, and the rounds of it still to come."""
    day = truth.day(moment // DAY_S)
    for stay in day.stays:
        if stay["deposit_at"] < moment < stay["withdraw_at"]:
            coming = day.shown_of_player(stay["player"], moment, stay["withdraw_at"], 2**40)
            if len(coming) >= 10 and stay["withdraw_amount"] and truth.players.op_ids[stay["player"]]:
                return stay, day.rounds[coming]
    raise AssertionError("nobody plays at this moment")


def test_money_goes_in_and_out(sandbox):
    assert balance(sandbox, "quiet") == 0
    assert moved(sandbox, "deposit", "quiet", 5000, "order-1") == {"balance": 5000}
    assert moved(sandbox, "deposit", "quiet", 1, "order-2") == {"balance": 5001}
    assert moved(sandbox, "withdraw", "quiet", 2001, "order-3") == {"balance": 3000, "freeze_amount": 0}
    assert balance(sandbox, "quiet") == 3000
    found = records(sandbox, "quiet")
    assert found["next_id"] == 0
    shown = ("type", "amount", "after_balance", "ref_id", "created_at")
    assert [tuple(record[name] for name in shown) for record in found["records"]] == [
        (3, 2001, 3000, "order-3", CLOCK),
        (4, 1, 5001, "order-2", CLOCK),
        (4, 5000, 5000, "order-1", CLOCK),
    ]
    assert all(record["ref_id"] in record["trans_no"] != record["ref_id"] for record in found["records"])


def test_an_order_number_is_good_once_for_all_players_and_both_ways(sandbox):
    moved(sandbox, "deposit", "quiet", 5000, "order-1")
    for name, op_id in (("deposit", "quiet"), ("withdraw", "quiet"), ("deposit", UNICODE.op_id)):
        assert transfer(sandbox, name, op_id, 10, "order-1")["header"]["code"] == DUPLICATE
    assert balance(sandbox, "quiet") == 5000
    assert len(records(sandbox, "quiet")["records"]) == 1


def test_a_refused_withdrawal_moves_nothing_and_leaves_its_number_free(sandbox):
    moved(sandbox, "deposit", "quiet", 5000, "order-1")
    assert transfer(sandbox, "withdraw", "quiet", 5001, "order-2")["header"]["code"] == TOO_LOW
    assert balance(sandbox, "quiet") == 5000
    assert moved(sandbox, "withdraw", "quiet", 5000, "order-2")["balance"] == 0


@pytest.mark.parametrize("character", [UNICODE, PRANKSTER])
def test_odd_names_have_wallets_too(sandbox, character):
    before = balance(sandbox, character.op_id)
    assert moved(sandbox, "deposit", character.op_id, 7, "order-1")["balance"] == before + 7


def test_amounts_past_the_exact_range_of_floats(sandbox):
    amount = 10**15
    for number in range(1, 11):
        moved(sandbox, "deposit", "quiet", amount, f"order-{number}")
    assert moved(sandbox, "deposit", "quiet", 1, "order-last")["balance"] == 10**16 + 1


def test_a_transfer_shows_in_every_later_credit_and_in_no_earlier_one(sandbox, truth):
    stay, coming = stay_at(truth, CLOCK)
    op_id, user_id = truth.players.op_ids[stay["player"]], int(coming["user_id"][0])
    moved(sandbox, "deposit", op_id, 123_456_789, "order-1")
    sandbox.set_clock(CLOCK + 12 * 3600)
    window = {"user_id": user_id, "time_start": CLOCK - DAY_S, "time_end": CLOCK + 12 * 3600, "limit": 500}
    seen = 0
    for family in ("slots", "games"):
        for row in sandbox.summary(f"/api/{family}/user/history", **window)["data"]:
            after = 123_456_789 if row["start_at"] > CLOCK else 0
            rounds = truth.bets_of_player(
                int(stay["player"]), row["start_at"], row["start_at"] + 1, CLOCK + DAY_S
            )
            assert row["credit_before_bet"] == rounds["credit_before_bet"][0] + after
            assert row["credit"] == rounds["credit"][0] + after
            seen += after > 0
    assert seen >= 10
    hour = CLOCK // 3600 * 3600
    items = sandbox.summary("/api/all/history", time_start=hour, time_end=hour + 3600)["data"]["items"]
    expected = truth.bets(hour, hour + 3600, CLOCK + 12 * 3600)
    for item, each in zip(items, expected, strict=True):
        own = item["user_id"] == user_id and item["start_at"] > CLOCK
        assert item["credit"] == each["credit"] + (123_456_789 if own else 0)


def test_a_transfer_shows_in_the_summarys_credits(sandbox, truth):
    rounds = truth.bets_of_player(GRINDER.index, CLOCK - 2 * DAY_S, CLOCK, CLOCK)
    rounds = rounds[rounds["game_id"] >= 2000]
    start, between = (int(rounds["start_at"][place]) for place in (0, -1))
    sandbox.set_clock(between - 1)
    moved(sandbox, "deposit", GRINDER.op_id, 1000, "order-1")
    sandbox.set_clock(CLOCK)

    def credits_from(time_start):
        asked = {"op_id": GRINDER.op_id, "time_start": time_start, "time_end": CLOCK}
        summary = sandbox.summary("/api/games/user/stage/summary", **asked)["data"]
        return summary["credit_before_game"], summary["credit"]

    after = int(rounds["credit"][-1]) + 1000
    assert credits_from(start) == (rounds["credit_before_bet"][0], after)
    assert credits_from(between) == (rounds["credit_before_bet"][-1] + 1000, after)


def test_every_change_of_a_credit_is_a_round_or_a_record(sandbox):
    """The grinder's last two days over HTTP alone, with transfers by callers between."""
    for step, (name, amount) in enumerate([("deposit", 50_000), ("deposit", 7), ("withdraw", 30_000)]):
        sandbox.set_clock(CLOCK + step * 4 * 3600)
        moved(sandbox, name, GRINDER.op_id, amount, f"order-{step}")
    end = CLOCK + 12 * 3600
    sandbox.set_clock(end)
    changes = [
        (record["created_at"], 0, -record["amount"] if record["type"] == 3 else record["amount"], record)
        for record in all_records(sandbox, GRINDER.op_id)[::-1]
    ]
    rounds = player_rounds(sandbox, GRINDER, CLOCK // DAY_S * DAY_S - DAY_S, end)
    first = rounds[0]["start_at"]
    changes = [change for change in changes if change[0] >= first - 10]
    changes += [(row["start_at"], 1, row["gain_amount"], row) for row in rounds]
    credit = 0
    for _, is_round, amount, shown in sorted(changes, key=lambda change: change[:2]):
        if is_round:
            assert shown["credit_before_bet"] == credit
        credit += amount
        assert credit >= 0
        assert credit == shown["credit" if is_round else "after_balance"]
    assert balance(sandbox, GRINDER.op_id) == credit
    assert len(rounds) > 200


def test_money_at_play_is_locked(sandbox, truth):
    stay, coming = stay_at(truth, CLOCK)
    op_id = truth.players.op_ids[stay["player"]]
    before_a_round = int(coming["start_at"][1]) - 1
    assert before_a_round >= coming["end_at"][0]
    sandbox.set_clock(before_a_round)
    at_play = int(coming["credit"][0])
    assert balance(sandbox, op_id) == at_play
    assert transfer(sandbox, "withdraw", op_id, 1, "order-1")["header"]["code"] == LOCKED
    assert transfer(sandbox, "withdraw", op_id, at_play + 1, "order-1")["header"]["code"] == TOO_LOW
    moved(sandbox, "deposit", op_id, 1000, "order-1")
    assert balance(sandbox, op_id) == at_play + 1000
    assert moved(sandbox, "withdraw", op_id, 400, "order-2") == {
        "balance": at_play + 600,
        "freeze_amount": at_play,
    }


def test_a_running_round_locks_everything_and_its_bet_is_gone(sandbox, truth):
    stay, coming = stay_at(truth, CLOCK)
    op_id = truth.players.op_ids[stay["player"]]
    moved(sandbox, "deposit", op_id, 1000, "order-1")
    running = coming[np.flatnonzero(coming["end_at"] > coming["start_at"])[1]]
    sandbox.set_clock(int(running["start_at"]))
    assert balance(sandbox, op_id) == running["credit_before_bet"] - running["bet_amount"] + 1000
    assert transfer(sandbox, "withdraw", op_id, 1, "order-2")["header"]["code"] == LOCKED


def test_after_the_stay_everything_is_withdrawn(sandbox, truth):
    stay, _ = stay_at(truth, CLOCK)
    op_id = truth.players.op_ids[stay["player"]]
    sandbox.set_clock(int(stay["withdraw_at"]))
    assert balance(sandbox, op_id) == 0
    latest = records(sandbox, op_id)["records"][0]
    assert (latest["type"], latest["amount"], latest["after_balance"]) == (3, stay["withdraw_amount"], 0)


@pytest.mark.parametrize("page_size", [10, 37, 100])
@pytest.mark.slow
def test_pages_of_records_are_one_list_newest_first(sandbox, page_size):
    for number in range(25):
        moved(sandbox, "deposit", GRINDER.op_id, 1, f"order-{number}")
    found = all_records(sandbox, GRINDER.op_id, page_size)
    assert len(found) > 500
    ids = [record["id"] for record in found]
    assert ids == sorted(set(ids), reverse=True)
    assert found == all_records(sandbox, GRINDER.op_id)


def test_records_before_a_time(sandbox):
    before = CLOCK - 5 * DAY_S
    expected = [record for record in all_records(sandbox, GRINDER.op_id) if record["created_at"] < before][
        :10
    ]
    assert records(sandbox, GRINDER.op_id, created_at=before)["records"] == expected


def test_a_record_is_found_by_either_number(sandbox):
    moved(sandbox, "deposit", "quiet", 5000, "order-1")
    (own,) = records(sandbox, "quiet", trans_no="order-1")["records"]
    world_made = all_records(sandbox, GRINDER.op_id)[200]
    for op_id, record in (("quiet", own), (GRINDER.op_id, world_made)):
        for name in ("ref_id", "trans_no"):
            answer = records(sandbox, op_id, trans_no=record[name])
            assert answer == {"next_id": 0, "records": [record]}
        other = UNICODE.op_id
        assert records(sandbox, other, trans_no=record["ref_id"])["records"] == []
    for unknown in ("order-2", "D1773100000P4", "D9999999999P4"):
        assert records(sandbox, GRINDER.op_id, trans_no=unknown)["records"] == []


def test_a_player_who_never_played_has_no_records(sandbox):
    assert records(sandbox, QUIET.op_id) == {"next_id": 0, "records": []}


def test_the_wallets_limit_is_5000_requests_in_10_seconds():
    limiter = Limiter()
    assert all(limiter.allows("/deposit", 100 + number / 1000) for number in range(5000))
    assert not limiter.allows("/deposit", 109.9)
    assert limiter.allows("/withdraw", 109.9)
    assert limiter.allows("/deposit", 110.0)
    assert not limiter.allows("/deposit", 110.0005)


def test_a_reset_undoes_whatever_was_ordered_and_done(sandbox):
    hour = {"time_start": CLOCK - 3600, "time_end": CLOCK}

    def seen():
        bets = sandbox.summary("/api/all/history", limit=2000, **hour)["data"]
        manner = sandbox.http.get("/_sandbox/state").json()["manner"]
        return balance(sandbox, GRINDER.op_id), bets, sandbox.now(), manner

    before = seen()
    moved(sandbox, "deposit", GRINDER.op_id, 5000, "reset-1")
    sandbox.correct(CLOCK - 3600, CLOCK, bet_li=1000)
    sandbox.set_manner(order="oldest")
    sandbox.advance_clock(1)
    assert not any(now == was for now, was in zip(seen(), before, strict=True))
    sandbox.tolerate(90 * DAY_S)
    sandbox.fault("*", "http_500")
    sandbox.reset(CLOCK)
    assert sandbox.calls() == []
    assert seen() == before
    body = sandbox.summary_body(hour | {"limit": 1}, ts=CLOCK - 3600)
    assert sandbox.http.post("/api/all/history", content=body).json()["code"] != 200
