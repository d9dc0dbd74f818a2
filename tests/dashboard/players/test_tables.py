"""The tables of a player's page: exact on screen, whole in files."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from dashboard.core.files import Kind
from dashboard.core.markdown import safe_url
from dashboard.kit import table_cells
from dashboard.kit.table_cells import decimals, on_screen, texts
from dashboard.players.balance import Cause, Gap
from dashboard.players.sessions import sessions_frame
from dashboard.players.tables import GAPS, SESSIONS, gaps_table, sessions_table
from dashboard.rounds.detail import facts, games_fields, slots_fields
from dashboard.rounds.tables import ROUNDS, ROUNDS_ON_SCREEN, rounds_table
from tests.dashboard.made_rounds import rounds, slots, table

MANILA = ZoneInfo("Asia/Manila")
BIG = 2**53 + 1
NOON = 1_773_567_000


def one(**changes):
    return rounds_table(rounds(slots(NOON, **changes)), MANILA)


def row(frame):
    return frame.to_dict("records")[0]


def test_rounds_stand_newest_first_in_local_time():
    frame = rounds_table(rounds(slots(NOON), table(NOON + 60, end_at=NOON + 90)), MANILA)
    assert frame["event_id"].tolist() == [f"e{NOON + 60}", f"e{NOON}"]
    assert str(frame["start"].iat[0]) == "2026-03-15 17:31:00+08:00"
    shown = on_screen(frame, ROUNDS)
    assert str(shown["start"].iat[0]) == "2026-03-15 17:31:00"
    assert str(shown["end"].iat[0]) == "2026-03-15 17:31:30"


def test_numbers_of_the_provider_are_words_and_unknown_ones_stay_numbers():
    frame = rounds_table(
        rounds(slots(1, feature=3, extra_business={"award_type": 2}), slots(2, feature=7), table(3)), MANILA
    )
    names = frame[["feature_name", "award_name"]].astype(object).where(frame["feature_name"].notna(), None)
    assert names.to_numpy().tolist()[1][0] == "7"
    assert names.to_numpy().tolist()[2] == ["Jackpot", "Bonus"]
    assert names["feature_name"].tolist()[0] is None


def test_every_documented_field_has_a_column():
    documented = {
        "event_id", "draw_id", "game_id", "user_id", "op_id", "currency", "feature_name", "extra_business",
        "award_name", "base_amount_li", "free_amount_li", "bonus_amount_li", "jackpot_amount_li",
        "extra_spins",
        "bet_amount_li", "gain_li", "credit_before_li", "credit_li", "start_at", "end_at", "is_buy",
        "bet_areas", "win_areas", "game_result", "award_odds",
    }  # fmt: skip
    assert documented <= {column.field for column in ROUNDS}
    hidden = {column.field for column in ROUNDS} - {column.field for column in ROUNDS_ON_SCREEN}
    assert hidden == {"start_at", "end_at", "extra_business"}


@pytest.mark.parametrize("li", [0, 1, -1, 999, 123_456_789_012, 8 * 10**15 - 1, 1 - 8 * 10**15])
def test_amounts_on_screen_are_numbers_as_long_as_they_are_exact(li):
    shown = on_screen(one(bet_amount=li), ROUNDS)["bet_amount_li"]
    assert shown.dtype == "Float64"
    assert f"{shown.iat[0]:.3f}" == str(Decimal(li).scaleb(-3))


def test_an_amount_that_no_float_holds_is_text():
    shown = on_screen(one(bet_amount=BIG, gain_amount=-BIG), ROUNDS)
    assert shown["bet_amount_li"].tolist() == ["9,007,199,254,740.993"]
    assert shown["gain_li"].tolist() == ["−9,007,199,254,740.993"]
    assert shown["win_li"].dtype == "Float64"


def test_cells_of_amounts_read_as_everywhere_with_the_decimals_that_the_table_needs():
    lost, won = (
        slots(1, bet_amount=1_234_560, gain_amount=-1_234_560),
        table(2, bet_amount=5, gain_amount=10**10),
    )
    shown = texts(rounds_table(rounds(lost, won), MANILA), ROUNDS, "PHP")
    assert shown["gain_li"].tolist() == ["10,000,000.000", "−1,234.560"]
    assert shown["bet_amount_li"].tolist() == ["0.005", "1,234.560"]
    assert shown["base_amount_li"].tolist()[0] is None, "not known stays not known"
    assert shown["start"].tolist() == shown["event_id"].tolist() == [None, None]
    assert list(shown) == [column.field for column in ROUNDS]
    yen = texts(one(bet_amount=7000, gain_amount=-7000), ROUNDS, "JPY")
    assert (yen["bet_amount_li"].tolist(), yen["gain_li"].tolist()) == (["7"], ["−7"])


def test_an_id_that_no_float_holds_is_text():
    assert on_screen(one(user_id=BIG), ROUNDS)["user_id"].tolist() == [str(BIG)]
    assert on_screen(one(user_id=101_100_000_000), ROUNDS)["user_id"].dtype == "Int64"


@pytest.mark.parametrize(("li", "places"), [(0, 0), (5000, 0), (5010, 2), (5001, 3)])
def test_as_many_decimals_as_the_amounts_need(li, places):
    assert decimals(one(bet_amount=li, gain_amount=0), ROUNDS) == places


def test_a_flag_is_a_word_and_not_a_box_to_tick():
    frame = rounds_table(rounds(slots(1, is_buy=True), slots(2), table(3)), MANILA)
    shown = on_screen(frame, ROUNDS)["is_buy"]
    assert shown.astype(object).where(shown.notna(), None).tolist() == [None, "no", "yes"]


def test_repeated_text_is_sent_once():
    shown = on_screen(rounds_table(rounds(slots(1), slots(2)), MANILA), ROUNDS)
    assert isinstance(shown["game"].dtype, pd.CategoricalDtype)
    assert shown["game"].tolist() == ["Elves", "Elves"]


def test_sessions_and_gaps_have_what_their_columns_say():
    found = sessions_table(sessions_frame(rounds(slots(NOON, end_at=NOON + 65))), MANILA)
    assert str(row(found)["begun"]) == "2026-03-15 17:30:00+08:00"
    assert row(found)["length"] == "1 min"
    assert {column.field for column in SESSIONS} <= set(found)
    gaps = gaps_table(
        [Gap(1, 0, NOON, 5, BIG, 2, Cause.JACKPOT, "why"), Gap(2, NOON, NOON + 1, 0, 1)], MANILA
    )
    assert [str(at) for at in gaps["at"]] == ["2026-03-15 17:30:01+08:00", "2026-03-15 17:30:00+08:00"]
    assert gaps["amount_li"].tolist() == [1, BIG - 5]
    assert gaps["unexplained_li"].tolist() == [1, BIG - 7]
    assert gaps["cause"].tolist() == ["unexplained", "jackpot"]
    assert {column.field for column in GAPS} == set(gaps)
    assert gaps_table([], MANILA).empty


def test_all_about_a_slots_round():
    extra = {
        "award_type": 1, "base_amount": 1500, "free_amount": BIG, "jackpot_amount": "soon",
        "extra_spins": 3, "multiplier": 5, "note": "=1+1<b>", "deep": [1, {"ä": None}],
    }  # fmt: skip
    found = row(one(feature=1, is_buy=True, extra_business=extra))
    assert slots_fields(found, "PHP") == [
        ("Feature", "Free games"),
        ("Free games bought", "yes"),
        ("Award", "Free games"),
        ("Base game win", "1.50\u00a0PHP"),
        ("Free games win", "9,007,199,254,740.993\u00a0PHP"),
        ("Jackpot win", "soon"),
        ("Extra spins", "3"),
        ("multiplier", "5"),
        ("note", "=1+1<b>"),
        ("deep", '[1, {"ä": null}]'),
    ]
    assert slots_fields(row(one(extra_business=None)), None) == [
        ("Feature", "Base game"), ("Free games bought", "no"),
    ]  # fmt: skip


def test_all_about_a_round_of_another_game():
    found = rounds_table(
        rounds(table(1, bet_areas=[78, 144], win_areas=[], game_result=25, award_odds=Decimal("1.10"))),
        MANILA,
    )
    assert games_fields(row(found)) == [
        ("Bet areas", "78, 144"), ("Win areas", "none"), ("Result", "25"), ("Odds", "1.10"),
    ]  # fmt: skip
    assert [value for _, value in games_fields(row(rounds_table(rounds(table(1)), MANILA)))] == ["–"] * 4


def test_the_facts_of_every_round():
    found = dict(facts(row(one(credit_before_bet=None, bet_amount=BIG, gain_amount=-1)), None))
    assert found["Bet"] == "9,007,199,254,740.993"
    assert found["Win"] == "9,007,199,254,740.992"
    assert found["Balance before"] == "–"
    assert found["Game"] == "Elves (1006)"
    assert found["Start"] == "2026-03-15 17:30:00"


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://rounds.example/slots/1044/1044-2-685-1742794635-0", True),
        ("https://rounds.example/?a=1&b=%20", True),
        ("http://rounds.example/", False),
        ("javascript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("//rounds.example/", False),
        ("https:///path", False),
        ("https://[bad", False),
        ("https://a.example/ javascript:x", False),
        ("https://a.example/\njavascript:x", False),
        ("HTTPS://a.example/", True),
        ("", False),
    ],
)
def test_only_https_links_are_offered(url, is_safe):
    assert safe_url(url) == (url if is_safe else None)


def test_columns_are_told_apart():
    assert len({column.title for column in ROUNDS}) == len(ROUNDS)
    assert {column.kind for column in ROUNDS} <= set(Kind)


def test_types_of_games_are_said_in_the_readers_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_cells, "TYPES", {"Fish": "Fisch"})
    types = pd.Series(["Fish", None, "Deposit", "Fish"], dtype="string")
    said = table_cells.types_said(types)
    assert said.tolist() == ["Fisch", pd.NA, "Deposit", "Fisch"]
    assert said.dtype == types.dtype
