"""A caller's mistake is named before anything is sent."""

import datetime as dt
from decimal import Decimal

import pytest

from tests.twoj_client.conftest import utc
from twoj_client import BadArgument
from twoj_client.arguments import epoch_s, window

W = {"start": 1_700_000_000, "end": 1_700_000_060}
WRONG = [
    ("all.stage_summary", {"start": dt.datetime(2026, 3, 1), "end": utc(2026, 3, 2)}, "time zone"),  # noqa: DTZ001
    ("all.stage_summary", {"start": True, "end": 5}, "start"),
    ("all.stage_summary", {"start": 0, "end": 5.0}, "end"),
    ("all.stage_summary", {"start": 0, "end": Decimal(5)}, "end"),
    ("all.stage_summary", {"start": 0, "end": "5"}, "end"),
    ("all.stage_summary", {"start": 0, "end": None}, "end"),
    ("all.stage_summary", {"start": dt.date(2026, 3, 1), "end": 5}, "start"),
    ("all.stage_summary", {"start": 5, "end": 5}, "empty"),
    ("all.stage_summary", {"start": 6, "end": 5}, "after start"),
    ("all.stage_summary", {"start": -1, "end": 5}, "start"),
    ("all.stage_summary", {"start": 0, "end": 1_700_000_000_000}, "10 digits"),
    ("all.history", {**W, "game_ids": [0]}, "game_ids"),
    ("all.history", {**W, "game_ids": 7}, "game_ids"),
    ("all.history", {**W, "game_ids": "78"}, "game_ids"),
    ("all.history", {**W, "game_ids": [1.0]}, "game_ids"),
    ("all.bonus_summary", {"start": 5}, "both"),
    ("all.bonus_summary", {**W, "mch_id": 0}, "mch_id"),
    ("all.bonus_summary", {**W, "states": [True]}, "states"),
    ("games.user_history", W, "user_id or op_id"),
    ("games.user_history", {**W, "user_id": "7"}, "user_id"),
    ("games.user_history", {**W, "op_id": ""}, "op_id"),
    ("games.user_history", {**W, "op_id": "\ud800"}, "op_id"),
    ("games.user_stage_summary", W, "user_id or op_id"),
    ("games.game_history", {**W, "game_id": -1}, "game_id"),
    ("games.game_stage_summary", {**W, "game_id": 2**63}, "game_id"),
    ("slots.user_history", W, "user_id or op_id"),
    ("slots.user_stage_summary", W, "user_id or op_id"),
    ("slots.detail_url", {"game_id": 1, "draw_id": ""}, "draw_id"),
    ("transfer.deposit", {"op_id": "a", "amount": 0}, "amount"),
    ("transfer.deposit", {"op_id": "a", "amount": -5}, "amount"),
    ("transfer.deposit", {"op_id": "a", "amount": 1.0}, "amount"),
    ("transfer.deposit", {"op_id": "a", "amount": True}, "amount"),
    ("transfer.deposit", {"op_id": "a", "amount": 1, "trans_no": "12345"}, "6 to 64"),
    ("transfer.withdraw", {"op_id": "a", "amount": 1, "trans_no": "x" * 65}, "6 to 64"),
    ("transfer.withdraw", {"op_id": None, "amount": 1}, "op_id"),
    ("transfer.balance", {"op_id": 7}, "op_id"),
    ("transfer.records", {"op_id": "a", "next_id": -1}, "next_id"),
    ("transfer.records", {"op_id": "a", "page_size": 9}, "page_size"),
    ("transfer.records", {"op_id": "a", "page_size": 101}, "page_size"),
    ("transfer.records", {"op_id": "a", "created_at": dt.datetime(2026, 3, 1)}, "created_at"),  # noqa: DTZ001
]


@pytest.mark.parametrize(("name", "arguments", "said"), WRONG)
def test_mistakes_are_refused_before_anything_is_sent(provider, twoj, name, arguments, said):
    group, method = name.split(".")
    with pytest.raises(BadArgument, match=said) as caught:
        getattr(getattr(twoj, group), method)(**arguments)
    assert isinstance(caught.value, ValueError)
    assert provider.calls == []


def test_positional_arguments_are_refused(twoj):
    with pytest.raises(TypeError):
        twoj.all.stage_summary(0, 60)


def test_times():
    manila = dt.timezone(dt.timedelta(hours=8))
    assert epoch_s("t", dt.datetime(2026, 3, 15, 8, tzinfo=manila)) == 1773532800
    assert epoch_s("t", 1773532800) == 1773532800
    assert window(utc(2026, 3, 15), utc(2026, 3, 16)) == (1773532800, 1773619200)


def test_fractions_of_a_second_are_rounded_up():
    """Times of bets are whole seconds: t < 10.5 is t < 11, and t >= 10.5 is t >= 11."""
    assert epoch_s("t", dt.datetime.fromtimestamp(10.5, dt.UTC)) == 11
    assert epoch_s("t", dt.datetime.fromtimestamp(10, dt.UTC)) == 10
