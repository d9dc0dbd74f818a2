"""The client against the local provider, over real HTTP: each endpoint, each fault, whole and to the li."""

import datetime as dt
import subprocess
import sys
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.provider import CLOCK, ROOT
from tests.twoj_client.conftest import Clock, utc
from twoj_client import OutcomeUnknown, TwoJ, TwoJError, Window
from twoj_client.errors import BadAnswer, HttpStatus, NoAnswer, ParameterRefused, ServiceFailed
from twoj_sandbox import BURST, GRINDER, UNICODE, WHALE

DAY_S, HOUR_S = 86_400, 3600
TODAY = CLOCK - CLOCK % DAY_S
STAGE, DEPOSIT, WITHDRAW = (
    "/api/all/stage/summary",
    "/open2j/w/transfer/deposit",
    "/open2j/w/transfer/withdraw",
)
LAST_WEEK = {"start": TODAY - 7 * DAY_S, "end": TODAY}


@pytest.fixture
def clock():
    return Clock(CLOCK)


@pytest.fixture
def make_client(sandbox, clock, tmp_path):
    made = []

    def make(**options):
        defaults = {"clock": clock, "timer": clock, "sleep": clock.sleep, "cache_url": tmp_path / "cache"}
        made.append(
            TwoJ(summary_url=sandbox.url, mch_id=sandbox.mch_id, key=sandbox.key, **(defaults | options))
        )
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def twoj(make_client):
    return make_client()


def sums(bets):
    return len(bets), int(bets["bet_amount"].sum()), int(bets["gain_amount"].sum())


class TestEachEndpoint:
    @pytest.mark.slow
    def test_400_days_are_the_sum_of_their_bets(self, twoj, truth, sandbox):
        start = CLOCK - 400 * DAY_S
        reply = twoj.all.stage_summary(start=start, end=CLOCK)
        total = reply.data.summary
        assert (total.bet_count, total.bet_amount, total.gain_amount) == sums(truth.bets(start, CLOCK, CLOCK))
        assert total.company_gain_amount == -total.gain_amount
        assert reply.as_of == dt.datetime.fromtimestamp(CLOCK, dt.UTC)
        assert all(other.date - one.date == dt.timedelta(days=1) for one, other in pairwise(reply.data.days))
        windows = [(call["data"]["time_start"], call["data"]["time_end"]) for call in sandbox.calls(STAGE)]
        assert all(end - start <= 60 * DAY_S for start, end in windows)
        assert max(call["in_flight"] for call in sandbox.calls(STAGE)) <= 8

    def test_local_days(self, make_client, truth):
        twoj = make_client(timezone="Asia/Kathmandu")
        start = int(utc(2026, 3, 9, 18, 15).timestamp())
        days = twoj.all.stage_summary(start=start, end=start + 3 * DAY_S).data.days
        for i, day in enumerate(days):
            midnight = start + i * DAY_S
            assert day.date == dt.date(2026, 3, 10 + i)
            bets = truth.bets(midnight, midnight + DAY_S, CLOCK)
            assert (day.bet_count, day.bet_amount, day.gain_amount) == sums(bets)

    @pytest.mark.slow
    def test_history_in_two_ways(self, twoj, truth):
        window = {"start": TODAY - 2 * DAY_S + 77, "end": TODAY - DAY_S + 4000}
        bets = truth.bets(window["start"], window["end"], CLOCK)
        rows = twoj.all.history(**window)
        assert rows.complete
        assert [row.start_at for row in rows.data] == bets["start_at"].tolist()
        assert sum(row.gain_amount for row in rows.data) == bets["gain_amount"].sum()
        table = twoj.all.history_table(**window).data
        assert table["event_id"].to_pylist() == [row.event_id for row in rows.data]

    def test_history_of_some_games(self, twoj, truth):
        bets = truth.bets(TODAY, CLOCK, CLOCK)
        wanted = {1041, 2011}
        rows = twoj.all.history(start=TODAY, end=CLOCK, game_ids=wanted).data
        assert {row.game_id for row in rows} <= wanted
        assert len(rows) == sum(int(game) in wanted for game in bets["game_id"])

    @pytest.mark.parametrize("keep", ["newest", "oldest", "random"])
    @pytest.mark.slow
    def test_a_busy_players_history(self, twoj, truth, sandbox, keep):
        sandbox.set_manner(keep, "random")
        window = {"start": CLOCK - 60 * DAY_S, "end": CLOCK}
        slots = twoj.slots.user_history(user_id=GRINDER.user_id, **window)
        games = twoj.games.user_history(user_id=GRINDER.user_id, **window)
        assert slots.complete
        assert games.complete
        bets = truth.bets(window["start"], window["end"], CLOCK)
        own = bets[bets["user_id"] == GRINDER.user_id]
        found = [*slots.data, *games.data]
        assert len(found) == len({row.event_id for row in found}) == len(own)
        assert sum(row.gain_amount for row in found) == own["gain_amount"].sum()
        assert [row.start_at for row in slots.data] == sorted(row.start_at for row in slots.data)
        for rows, path in ((slots.data, "/api/slots/user/history"), (games.data, "/api/games/user/history")):
            assert len(sandbox.calls(path)) <= 2.5 * len(rows) / 500 + 4

    def test_a_burst_is_reported_to_the_second(self, twoj, sandbox):
        noon = int(utc(2026, 2, 20, 12).timestamp())
        window = {"start": noon - HOUR_S, "end": noon + HOUR_S}
        replies = [group.user_history(op_id=BURST.op_id, **window) for group in (twoj.slots, twoj.games)]
        missing = [second for reply in replies for second in reply.missing]
        assert missing == [Window(noon, noon + 1)]
        assert sum(len(reply.data) for reply in replies) >= 500 + 1200

    def test_summaries_of_players_and_games_agree_with_the_bets(self, twoj, truth):
        bets = truth.bets(LAST_WEEK["start"], LAST_WEEK["end"], CLOCK)
        slots = bets[bets["game_id"] < 2000]
        rows = twoj.slots.game_stage_summary(**LAST_WEEK).data
        assert sum(row.bet_amount for row in rows) == slots["bet_amount"].sum()
        one = twoj.games.game_stage_summary(game_id=2011, **LAST_WEEK).data
        of_game = bets[bets["game_id"] == 2011]
        assert (one.bet_count, one.bet_amount, one.gain_amount) == sums(of_game)
        assert one.user_count == len(set(of_game["user_id"].tolist()))
        whale = bets[bets["user_id"] == WHALE.user_id]
        by_game = twoj.slots.user_stage_summary(op_id=WHALE.op_id, **LAST_WEEK).data
        others = twoj.games.user_stage_summary(op_id=WHALE.op_id, **LAST_WEEK).data
        assert sum(row.bet_amount for row in by_game) + others.bet_amount == whale["bet_amount"].sum()

    @pytest.mark.slow
    def test_over_60_days_players_are_not_counted(self, twoj, truth):
        window = {"start": CLOCK - 150 * DAY_S, "end": CLOCK}
        long = twoj.games.game_stage_summary(game_id=2011, **window).data
        bets = truth.bets(window["start"], window["end"], CLOCK)
        assert (long.bet_count, long.bet_amount, long.gain_amount) == sums(bets[bets["game_id"] == 2011])
        assert (long.user_count, long.win_user_count, long.lose_user_count) == (None, None, None)
        rows = twoj.slots.game_stage_summary(**window).data
        assert len({row.game_id for row in rows}) == len(rows)
        assert sum(row.bet_amount for row in rows) == bets[bets["game_id"] < 2000]["bet_amount"].sum()

    def test_the_rest(self, twoj):
        assert len(twoj.all.list().data) == 60
        bonus = twoj.all.bonus_summary(**LAST_WEEK).data
        assert bonus.release_count > 0
        assert isinstance(bonus.converted_cash, Decimal)
        rounds = twoj.games.game_history(game_id=2011, start=CLOCK - DAY_S, end=CLOCK).data
        assert {row.game_id for row in rounds} == {2011}
        spin = twoj.slots.user_history(op_id=UNICODE.op_id, start=CLOCK - 60 * DAY_S, end=CLOCK).data[0]
        url = twoj.slots.detail_url(game_id=spin.game_id, draw_id=spin.draw_id).data.url
        assert url.startswith("http")
        assert twoj.jackpot.pool().data.hourly.pot > 0

    def test_an_op_id_outside_ascii(self, twoj):
        rows = twoj.slots.user_history(op_id=UNICODE.op_id, start=CLOCK - 60 * DAY_S, end=CLOCK).data
        assert {row.op_id for row in rows} == {UNICODE.op_id}
        before = twoj.transfer.balance(op_id=UNICODE.op_id).data.balance
        moved = twoj.transfer.deposit(op_id=UNICODE.op_id, amount=1234, trans_no="玩家-transfer")
        assert moved.data.balance == before + 1234
        assert twoj.transfer.find(op_id=UNICODE.op_id, trans_no="玩家-transfer").data.amount == 1234


DOWN = {
    "http_500": HttpStatus,
    "http_502_html": HttpStatus,
    "http_429": HttpStatus,
    "hang": NoAnswer,
    "reset": NoAnswer,
    "cut_body": NoAnswer,
    "cut_json": BadAnswer,
    "empty_body": BadAnswer,
    "html_200": BadAnswer,
    "wrong_types": BadAnswer,
    "nulls": BadAnswer,
    "missing_data": BadAnswer,
    "huge": BadAnswer,
    "code_500": ServiceFailed,
}


class TestFaults:
    @pytest.mark.parametrize("kind", DOWN)
    @pytest.mark.slow
    def test_each_fault_is_its_own_error_and_an_old_answer_stands_in(self, make_client, sandbox, clock, kind):
        twoj, hasty = make_client(), make_client(timeout_s=0.2 if kind == "hang" else 8)
        sandbox.fault(STAGE, kind)
        with pytest.raises(DOWN[kind]) as caught:
            hasty.all.stage_summary(start=TODAY, end=CLOCK)
        assert caught.value.endpoint == STAGE
        assert caught.value.sentence
        assert caught.value.what_to_do
        sandbox.clear_faults()
        good = twoj.all.stage_summary(start=TODAY, end=TODAY + DAY_S)
        sandbox.fault(STAGE, kind)
        clock.now += 1000
        sandbox.advance_clock(1000)
        old = hasty.all.stage_summary(start=TODAY, end=TODAY + DAY_S)
        assert old.stale
        assert (old.data, old.as_of) == (good.data, good.as_of)

    @pytest.mark.parametrize("kind", ["http_500", "http_429", "reset", "cut_json", "code_500"])
    def test_a_passing_fault_is_not_noticed(self, twoj, sandbox, kind):
        sandbox.fault(STAGE, kind, times=2)
        assert not twoj.all.stage_summary(start=TODAY, end=CLOCK).stale
        assert len(sandbox.calls(STAGE)) == 3

    def test_a_400_is_asked_once_and_said(self, twoj, sandbox):
        sandbox.fault(STAGE, "code_400")
        with pytest.raises(ParameterRefused):
            twoj.all.stage_summary(start=TODAY, end=CLOCK)
        assert len(sandbox.calls(STAGE)) == 1

    def test_retry_after(self, twoj, sandbox, clock):
        sandbox.fault(STAGE, "http_429", times=1, retry_after_s=7)
        twoj.all.stage_summary(start=TODAY, end=CLOCK)
        assert clock.slept == [7]

    def test_a_slow_answer_is_waited_for(self, twoj, sandbox):
        sandbox.fault(STAGE, "slow", delay_s=0.3)
        assert twoj.all.stage_summary(start=TODAY, end=CLOCK).data.summary.bet_count > 0


class TestMoneyWithFaults:
    """Each fault, before and after the money moved: it moved once or not, and the caller knows which."""

    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize("kind", [*DOWN, "code_400"])
    @pytest.mark.parametrize("method", ["deposit", "withdraw"])
    @pytest.mark.slow
    def test_it(self, make_client, sandbox, kind, after, method):
        twoj, hasty = make_client(), make_client(timeout_s=0.2 if kind == "hang" else 8)
        player = UNICODE.op_id
        twoj.transfer.deposit(op_id=player, amount=10_000)
        before = twoj.transfer.balance(op_id=player).data.balance
        sandbox.fault({"deposit": DEPOSIT, "withdraw": WITHDRAW}[method], kind, times=1, after=after)
        signed = {"deposit": 500, "withdraw": -500}[method]
        number = f"{method}-{kind}-{after}"
        try:
            reply = getattr(hasty.transfer, method)(op_id=player, amount=500, trans_no=number)
        except OutcomeUnknown:
            known = None
        except TwoJError:
            known = False
        else:
            known = True
            assert reply.data.balance == before + signed
        moved = twoj.transfer.balance(op_id=player).data.balance - before
        assert moved in (0, signed)
        assert (moved == signed) == after
        assert known is after or (known is None and not after)
        # Asked again with its number it has moved once, whatever happened before.
        again = getattr(twoj.transfer, method)(op_id=player, amount=500, trans_no=number)
        assert again.data.trans_no == number
        assert twoj.transfer.balance(op_id=player).data.balance == before + signed


ASKERS = """
import sys, threading
from twoj_client import TwoJ
url, mch_id, key, cache_url = sys.argv[1:]
with TwoJ(summary_url=url, mch_id=int(mch_id), key=key, cache_url=cache_url, clock=lambda: {clock}) as twoj:
    start = threading.Barrier(50)
    failed = []
    def ask(i):
        start.wait()
        try:
            for day in range(5):
                at = {today} - (day + 10) * 86400
                twoj.all.stage_summary(start=at, end=at + 86400)
                twoj.games.game_stage_summary(start=at, end=at + 86400, game_id=2011)
            twoj.all.list()
            twoj.all.stage_summary(start={today}, end={clock})
        except Exception as error:
            failed.append(error)
    print("ready", flush=True)
    sys.stdin.readline()
    threads = [threading.Thread(target=ask, args=(i,)) for i in range(50)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    print(failed, flush=True)
"""


@pytest.mark.parametrize("store", ["folder", "redis"])
@pytest.mark.slow
def test_two_processes_of_50_threads_ask_for_each_window_once(sandbox, tmp_path, store, request):
    cache_url = str(tmp_path / "cache") if store == "folder" else request.getfixturevalue("redis_url")
    script = ASKERS.format(clock=CLOCK, today=TODAY)
    command = [sys.executable, "-c", script, sandbox.url, str(sandbox.mch_id), sandbox.key, cache_url]
    sandbox.fault("*", "slow", delay_s=0.05)
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        assert process.communicate(timeout=60)[0] == "[]\n"
        assert process.returncode == 0
    asked = [(call["path"], str(call["data"])) for call in sandbox.calls()]
    assert len(asked) == len(set(asked)) == 5 + 5 + 1 + 1
