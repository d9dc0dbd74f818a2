"""Each endpoint, answered with the documents' own example."""

import datetime as dt
import json
from decimal import Decimal
from urllib.parse import parse_qs

import pytest

from tests.twoj_client.conftest import KEY, MCH_ID, NOW, sample, utc
from twoj_client import models
from twoj_client.endpoints import ENDPOINTS, Family
from twoj_client.signing import canonical_json, sign

NAMES = [endpoint.name for endpoint in ENDPOINTS]
WINDOW = {"start": 1741588087, "end": 1742452087}


def ask(twoj, name, **arguments):
    group, method = name.split(".")
    return getattr(getattr(twoj, group), method)(**arguments)


CALLS = {
    "all.list": {},
    "all.stage_summary": {"start": 1742365687, "end": 1742452087},
    "all.history": {"start": 1744790100, "end": 1744790200, "game_ids": [2000, 3015]},
    "all.bonus_summary": {
        "mch_id": 114,
        "user_id": 102115212044,
        "op_id": "21312312",
        "game_ids": [1033, 1062],
        "create_types": [1, 2, 3],
        "states": [1, 2, 3, 4, 5],
        "start": 1744790000,
        "end": 1744990439,
    },
    "games.user_history": {"user_id": 101106411105, "op_id": "1234", **WINDOW},
    "games.game_history": {"game_id": 3011, **WINDOW},
    "games.user_stage_summary": {"user_id": 101115163288, "op_id": "1234", **WINDOW},
    "games.game_stage_summary": {"game_id": 2011, **WINDOW},
    "slots.user_history": {"user_id": 101106411105, "op_id": "1234", **WINDOW},
    "slots.user_stage_summary": {"user_id": 101115163288, "op_id": "1234", **WINDOW},
    "slots.game_stage_summary": WINDOW,
    "slots.detail_url": {"game_id": 1044, "draw_id": "1044-2-685-1742794635-0"},
    "jackpot.pool": {},
    "transfer.deposit": {"op_id": "string", "amount": 1000, "trans_no": "string"},
    "transfer.withdraw": {"op_id": "string", "amount": 1000, "trans_no": "string"},
    "transfer.balance": {"op_id": "string"},
    "transfer.records": {
        "op_id": "string",
        "next_id": 1709716095516,
        "page_size": 10,
        "created_at": 1737009390,
        "trans_no": "string",
    },
}
# What the client asks for otherwise than the examples: whole pages, and windows of its own.
OWN = {"page", "page_size", "limit", "time_start", "time_end"}


@pytest.fixture
def documented(provider):
    for name in NAMES:
        example = sample(name)
        body = json.dumps(example["response"]).encode()
        provider.answers[example["path"]] = lambda _call, body=body: (200, {}, body)
    provider.says("/api/all/history", sample("all.history")["response"]["data"] | {"total": 2})
    return provider


def test_there_are_17_endpoints():
    assert len(NAMES) == 17
    assert set(NAMES) == set(CALLS)
    assert [endpoint.path for endpoint in ENDPOINTS] == [sample(name)["path"] for name in NAMES]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=NAMES)
def test_requests_are_the_documents_own_and_signed(documented, twoj, endpoint):
    reply = ask(twoj, endpoint.name, **CALLS[endpoint.name])
    assert reply.complete
    assert not reply.stale
    assert reply.as_of == dt.datetime.fromtimestamp(NOW, dt.UTC)
    call = documented.calls[0]
    assert call.path == endpoint.path
    assert call.headers["Content-Type"] == "application/json"
    example = sample(endpoint.name)["request"]
    asked = {name: value for name, value in call.data.items() if name not in OWN}
    assert asked == {name: value for name, value in example.items() if name not in OWN}
    if endpoint.family is Family.SUMMARY:
        envelope = json.loads(call.body)
        assert envelope["ts"] == NOW
        assert envelope["mch_id"] == MCH_ID
        assert envelope["sign"] == sign(canonical_json(call.data), NOW, KEY)
    else:
        query = {name: value for name, (value,) in parse_qs(call.query).items()}
        signature = sign(call.body, NOW * 1000, KEY)
        assert query == {"mch": str(MCH_ID), "ts": str(NOW * 1000), "sign": signature}


def test_games(documented, twoj):
    games = twoj.all.list().data
    assert [(game.game_id, game.game_name, game.game_type) for game in games] == [
        (1006, "Elves", "Slots"),
        (1007, "777-fruit", "Slots"),
    ]
    assert games[0].resource_with_name_url == "https://www.google.com"


def test_stage_summary_is_oldest_first(documented, twoj):
    data = twoj.all.stage_summary(start=1742365687, end=1742452087).data
    assert data.days == [
        models.StageDay(dt.date(2025, 3, 19), 278, 255164400, -36218400, 36218400),
        models.StageDay(dt.date(2025, 3, 20), 102, 38388400, -19038400, 19038400),
    ]
    assert data.summary == models.StageTotal(380, 293552800, -55256800, 55256800)


def test_bets(documented, twoj):
    bets = twoj.all.history(**CALLS["all.history"]).data
    assert bets[0] == models.Bet(
        event_id="8234c460-481e-11f0-a82e-12cf39a4209e",
        draw_id="1062-0-311-1744790148-0",
        game_id=1062,
        user_id=102115212044,
        op_id="",
        bet_amount=100000,
        gain_amount=-100000,
        credit_before_bet=120589196,
        credit=120489196,
        start_at=1744790148,
        end_at=1744790148,
    )
    assert [bet.credit for bet in bets] == [120489196, 120389196]


def test_bonus_summary_is_exact(documented, twoj):
    data = twoj.all.bonus_summary(**CALLS["all.bonus_summary"]).data
    assert data == models.BonusSummary(
        71, 45, Decimal("24109360.0"), Decimal("1205500.0"), 21055500, -8534000
    )


def test_bonus_summary_asks_for_the_own_merchant(documented, twoj):
    twoj.all.bonus_summary(start=utc(2026, 3, 1), end=utc(2026, 3, 2))
    twoj.all.bonus_summary()
    assert [call.data for call in documented.calls] == [
        {"mch_id": MCH_ID, "time_start": 1772323200, "time_end": 1772409600},
        {"mch_id": MCH_ID},
    ]


def test_games_rounds(documented, twoj):
    (of_player,) = twoj.games.user_history(user_id=1, **WINDOW).data
    assert (of_player.credit_before_bet, of_player.credit) == (7764606460, 7767156460)
    assert (of_player.bet_areas, of_player.win_areas, of_player.game_result) == ([78, 144], [107, 125], 25)
    assert of_player.award_odds is None
    assert of_player.user_id is None
    (of_game,) = twoj.games.game_history(game_id=2011, **WINDOW).data
    assert (of_game.user_id, of_game.op_id, of_game.credit) == (101115163288, "", None)


def test_games_summaries(documented, twoj):
    assert twoj.games.user_stage_summary(user_id=1, **WINDOW).data == models.GamesUserSummary(
        bet_amount=266200000, gain_amount=-259940000, credit_before_game=7764606460, credit=7503186460
    )
    assert twoj.games.game_stage_summary(game_id=2011, **WINDOW).data == models.GameSummary(
        bet_amount=330400880,
        gain_amount=-31202080,
        bet_count=451,
        user_count=16,
        win_user_count=8,
        lose_user_count=8,
    )


def test_slots(documented, twoj):
    (spin,) = twoj.slots.user_history(op_id="1234", **WINDOW).data
    assert spin.extra_business["base_amount"] == 12000
    assert (spin.currency, spin.feature, spin.is_buy) == ("$", 0, False)
    assert twoj.slots.user_stage_summary(user_id=1, **WINDOW).data[1] == models.SlotsUserRow(
        user_id=101106411105,
        op_id="",
        game_id=1019,
        bet_count=15,
        bet_amount=1350000,
        gain_amount=-1070000,
        currency="$",
    )
    assert twoj.slots.game_stage_summary(**WINDOW).data[0] == models.SlotsGameRow(
        game_id=1041, bet_count=3, bet_amount=300000, gain_amount=825000, company_gain_amount=-825000
    )
    assert twoj.slots.detail_url(game_id=1044, draw_id="x").data.url == "https://www.google.com"


def test_jackpot_pool_is_exact(documented, twoj):
    pool = twoj.jackpot.pool().data
    assert pool.super == models.Pot(pot=Decimal("8580.123"), next_pot=Decimal(3600), next_hour=0)
    assert pool.hourly == models.Pot(pot=Decimal(31500), next_pot=Decimal(0), next_hour=1768802400000)
    assert pool.timestamp == 1709716095516


def test_wallet(documented, twoj):
    arguments = CALLS["transfer.deposit"]
    assert twoj.transfer.deposit(**arguments).data == models.TransferResult("string", 2000)
    assert twoj.transfer.withdraw(**arguments).data == models.TransferResult("string", 2000, 1)
    assert twoj.transfer.balance(op_id="string").data.balance == 1000
    records = twoj.transfer.records(op_id="string").data
    assert records.next_id == 1709716095516
    assert records.records[0] == models.TransferRecord(
        id=1709716095515,
        type=3,
        amount=1000,
        after_balance=2000,
        ref_id="string",
        trans_no="string",
        created_at=1737009390,
    )


def test_a_transfer_number_is_made_and_returned(documented, twoj):
    first = twoj.transfer.deposit(op_id="a", amount=1).data.trans_no
    second = twoj.transfer.deposit(op_id="a", amount=1).data.trans_no
    assert first != second
    assert [call.data["trans_no"] for call in documented.calls] == [first, second]


def test_unicode_op_id_arrives_whole(documented, twoj):
    twoj.transfer.balance(op_id="玩家 🎰")
    twoj.slots.user_history(op_id="玩家 🎰", **WINDOW)
    assert [call.data["op_id"] for call in documented.calls] == ["玩家 🎰", "玩家 🎰"]
    assert all(call.body.isascii() for call in documented.calls)
