"""The pots: exact numbers, growing with the clock, falling when they are won."""

import re

import pytest

from tests.provider import CLOCK
from twoj_sandbox import NAMELESS, QUIET
from twoj_sandbox.world import World

HOUR_MS = 3_600_000
NOW_MS = CLOCK * 1000


def test_the_pool_as_the_document_shows_it(sandbox):
    answer = sandbox.open_answer("/open2j/g/gjp/pool", b"{}")
    assert answer.text == (
        '{"header":{"code":0,"msg":"","timestamp":1773567000000},"result":{'
        '"hourly_group":{"next_hour":1773568800000,"next_pot":0,"pot":2356.410},'
        '"super_group":{"next_hour":0,"next_pot":3600,"pot":5392.865}}}'
    )


def test_a_pot_is_the_exact_text_of_a_decimal_number(sandbox):
    shapes = set()
    for second in range(0, 3000, 37):
        sandbox.set_clock(CLOCK + second)
        text = sandbox.open_answer("/open2j/g/gjp/pool", b"{}").text
        for pot in re.findall(r'"pot":([^,}]*)', text):
            assert re.fullmatch(r"\d{4,6}(\.\d{3})?", pot)
            shapes.add("." in pot)
    assert True in shapes


@pytest.mark.slow
def test_pots_never_fall_but_by_a_hit(truth):
    jackpots = truth.jackpots
    hits = {(hit.pot, hit.at_ms): hit for hit in jackpots.hits(NOW_MS, NOW_MS + 30 * HOUR_MS)}
    before = jackpots.pots(NOW_MS)
    for at_ms in range(NOW_MS + 1000, NOW_MS + 30 * HOUR_MS, 1000):
        pots = jackpots.pots(at_ms)
        for name, now_li, was_li, base_li in (
            ("hourly", pots.hourly_li, before.hourly_li, 2_000_000),
            ("super", pots.super_li, before.super_li, 3_600_000),
        ):
            hit = hits.pop((name, at_ms), None)
            if hit:
                assert now_li == base_li
                assert was_li <= hit.amount_li
            else:
                assert was_li <= now_li < was_li + 2000
        assert at_ms < pots.next_hour_ms <= at_ms + HOUR_MS
        before = pots
    assert not hits


def test_the_hits(truth):
    hits = truth.jackpots.hits(NOW_MS - 240 * HOUR_MS, NOW_MS)
    hourly = [hit for hit in hits if hit.pot == "hourly"]
    assert [hit.at_ms % HOUR_MS for hit in hourly] == [0] * 240
    assert 18 <= len(hits) - len(hourly) <= 22
    assert len({hit.trans_no for hit in hits}) == len(hits)
    for hit in hits:
        assert truth.players.by_op_id[hit.op_id] == truth.players.by_user_id[hit.user_id]
        assert 1000 <= hit.game_id < 2000
        assert 6 <= len(hit.trans_no) <= 64
        assert hit.amount_li > 2_000_000
    assert len({hit.amount_li // 100_000 for hit in hourly}) > 5


@pytest.mark.slow
def test_every_winner_has_an_op_id_to_be_paid_by(truth):
    winners = {hit.op_id for hit in truth.jackpots.hits(NOW_MS - 400 * 24 * HOUR_MS, NOW_MS)}
    assert len(winners) > 1000
    assert not winners & {NAMELESS.op_id, QUIET.op_id}


def test_hits_belong_to_half_open_windows(truth):
    hits = truth.jackpots.hits(NOW_MS - 48 * HOUR_MS, NOW_MS)
    middle = hits[len(hits) // 2].at_ms
    parts = truth.jackpots.hits(NOW_MS - 48 * HOUR_MS, middle) + truth.jackpots.hits(middle, NOW_MS)
    assert parts == hits


@pytest.mark.parametrize(("seed", "hourly_li", "super_li"), [(1, 2_356_410, 5_392_865)])
def test_pots_are_the_same_on_every_machine(seed, hourly_li, super_li):
    pots = World(seed).jackpots.pots(NOW_MS)
    assert (pots.hourly_li, pots.super_li) == (hourly_li, super_li)
