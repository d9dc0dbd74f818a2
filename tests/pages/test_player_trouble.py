"""The Players page where something is missing: gaps in the balance, failures, a reading that is stopped."""

from datetime import UTC, datetime
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboard.core import formats
from tests.pages.clicks import press
from tests.pages.game_truth import leads_to, shown_text
from tests.pages.player_truth import (
    CLOCK,
    GAMES,
    GAPS,
    ROUNDS,
    cards,
    head,
    midnight,
    open_tab,
    plain,
    read,
    rounds_of,
    said,
    sums,
    table,
)
from twoj_sandbox import BURST, GRINDER, UNICODE, WHALE

SLOTS, OTHERS = "/api/slots/user/history", "/api/games/user/history"
SLOTS_SUMS, OTHERS_SUMS = "/api/slots/user/stage/summary", "/api/games/user/stage/summary"
DEPOSIT, BALANCE, RECORDS = (f"/open2j/w/transfer/{name}" for name in ("deposit", "balance", "records"))
DETAIL = "/api/slots/detail/url"
TODAY = {"op_id": "grinder", "period": "today"}


@pytest.fixture
def players(open_page):
    return lambda query, **settings: read(open_page(query, "players", **settings))


@pytest.fixture
def unarchived(players):
    """The page where the provider's own histories are read, because no archive is there."""
    return lambda query: players(query, archive_url="off")


def jumps(app) -> str:
    """What the page says of the balance's jumps."""
    (found,) = [each.value for each in app.markdown if each.value.startswith("The balance ")]
    return found


def test_every_jump_of_a_sound_balance_is_a_transfer(players):
    app = players({"op_id": "grinder", "period": "7d"})
    words = jumps(app)
    assert words.startswith("The balance jumps ")
    assert words.endswith(" by transfers.")
    assert "," not in words.replace(",0", "")
    assert not [each for each in app.dataframe if GAPS in each.value]


def gaps_of(bets) -> int:
    return int((bets["credit"][:-1] != bets["credit_before_bet"][1:]).sum())


def in_play(bets) -> int:
    """A moment between two rounds that lie close together, in the middle of the day."""
    starts = bets["start_at"].tolist()
    pairs = [(start, then) for start, then in pairwise(starts) if 8 < then - start < 60]
    return pairs[len(pairs) // 2][0] + 4


def test_a_transfer_through_the_api_is_found_between_two_rounds(unarchived, sandbox, truth):
    bets = rounds_of(truth, GRINDER, "2026-03-15", CLOCK)
    sandbox.set_clock(in_play(bets))
    sandbox.open(DEPOSIT, op_id="grinder", amount=123_457, trans_no="odd-amount")
    sandbox.set_clock(CLOCK)
    app = unarchived(TODAY)
    count = gaps_of(bets) + 1
    assert jumps(app) == f"The balance jumps {count} times between two rounds: {count} by transfers."
    assert sums(app) == head(bets)


def test_without_its_record_the_same_jump_is_unexplained(unarchived, sandbox, truth):
    bets = rounds_of(truth, GRINDER, "2026-03-15", CLOCK)
    at = in_play(bets)
    sandbox.set_clock(at)
    sandbox.open(DEPOSIT, op_id="grinder", amount=123_457, trans_no="odd-amount")
    sandbox.set_clock(CLOCK)
    records = sandbox.open(RECORDS, op_id="grinder", next_id=0, page_size=100)["result"]["records"]
    kept = [record for record in records if record["ref_id"] != "odd-amount"]
    sandbox.fault(RECORDS, "answer", result={"next_id": 0, "records": kept})
    app = unarchived(TODAY)
    assert "1 unexplained (+123.457 in sum)." in jumps(app)
    (gap,) = table(app, GAPS).to_dict("records")
    after = int(bets["start_at"][bets["start_at"] > at].min())
    assert gap["at"] == datetime.fromtimestamp(after, UTC)
    assert (gap["cause"], f"{gap['amount_li']:.3f}") == ("unexplained", "123.457")


DAY = {"op_id": "grinder", "period": "2026-03-10..2026-03-10"}


def slots_rows(sandbox):
    """The provider's own rows of that day, oldest first."""
    window = {"time_start": midnight("2026-03-10"), "time_end": midnight("2026-03-11")}
    rows = sandbox.summary(SLOTS, op_id="grinder", limit=500, **window)["data"][::-1]
    assert 20 < len(rows) < 500
    return rows


def answer_with(sandbox, rows):
    sandbox.fault(SLOTS, "answer", result=rows[::-1])


def test_a_round_that_the_provider_left_out_is_found(unarchived, sandbox):
    rows = slots_rows(sandbox)
    place = next(n for n, row in enumerate(rows) if row["gain_amount"] and n > 5)
    answer_with(sandbox, rows[:place] + rows[place + 1 :])
    lost = rows[place]
    app = unarchived(DAY)
    amount = formats.money(lost["gain_amount"])
    sign = "+" if lost["gain_amount"] > 0 else ""
    assert f"1 where rounds are missing ({sign}{amount} in sum)." in jumps(app)
    (gap,) = table(app, GAPS).to_dict("records")
    assert gap["cause"] == "rounds missing"
    assert gap["why"].startswith("the provider's summary has more of ")
    (differing,) = [
        row for row in table(app, GAMES).to_dict("records") if row["difference"].startswith("bets")
    ]
    bet = formats.money(lost["bet_amount"])
    assert differing["difference"] == f"bets +1, bet amount +{bet}, net result {sign}{amount}"
    assert f": bets +1, bet amount +{bet}" in said(app)


def test_without_the_summaries_the_same_jump_is_unexplained(unarchived, sandbox):
    rows = slots_rows(sandbox)
    place = next(n for n, row in enumerate(rows) if row["gain_amount"] < 0 and n > 5)
    answer_with(sandbox, rows[:place] + rows[place + 1 :])
    for path in (SLOTS_SUMS, OTHERS_SUMS):
        sandbox.fault(path, "code_500")
    app = unarchived(DAY)
    assert "1 unexplained" in jumps(app)
    assert "The provider's summaries: The provider failed inside" in said(app)
    open_tab(app, "games")
    assert "Games of this player: not known now." in said(app)


def money_came(rows, place, amount):
    """The same rows with money that came after one of them, from nowhere."""
    later = [
        row | {"credit_before_bet": row["credit_before_bet"] + amount, "credit": row["credit"] + amount}
        for row in rows[place + 1 :]
    ]
    return rows[: place + 1] + later


def slots_only(rows):
    """Places of rounds that another slots round follows with no game of another type between."""
    return [n for n, (row, then) in enumerate(pairwise(rows)) if row["credit"] == then["credit_before_bet"]]


@pytest.mark.parametrize(
    ("jackpot", "cash", "cause", "why"),
    [
        (777_000, 0, "jackpot", "as much as the jackpot of the round before"),
        (0, 777_000, "bonus", "as much cash as the bonuses of 9 March 2026 became"),
        (0, 776_999, "unexplained", ""),
    ],
)
def test_money_that_came_is_named(unarchived, sandbox, jackpot, cash, cause, why):
    rows = slots_rows(sandbox)
    place = slots_only(rows)[0]
    rows = money_came(rows, place, 777_000)
    rows[place]["extra_business"] |= {"jackpot_amount": jackpot}
    # Alone, so that no round of another game stands between with its own credits.
    sandbox.fault(OTHERS, "answer", result=[])
    sandbox.fault(RECORDS, "answer", result={"next_id": 0, "records": []})
    answer_with(sandbox, rows)
    summary = {"release_count": 1, "used_count": 1, "release_bonus": 1.0, "bet_amount": 1, "win_amount": 1}
    sandbox.fault(
        "/api/all/bonus/summary",
        "answer",
        result=summary | {"converted_cash": float(cash)},
        where={"time_start": midnight("2026-03-09")},
    )
    found = table(unarchived(DAY), GAPS).to_dict("records")
    (named,) = [gap for gap in found if f"{gap['amount_li']:.3f}" == "777.000"]
    assert (named["cause"], named["why"]) == (cause, why)


def test_more_rounds_in_a_second_than_the_provider_gives(unarchived, truth):
    bets = rounds_of(truth, BURST, "2026-02-14", "2026-02-21")
    second = midnight("2026-02-20") + 12 * 3600
    places = (bets["start_at"] == second).nonzero()[0]
    assert len(places) == 640
    kept = [place for place in range(len(bets)) if place not in set(places[:140].tolist())]
    app = unarchived({"op_id": "burst", "period": "2026-02-14..2026-02-20"})
    assert sums(app) == head(bets[kept])
    cut = "Some rounds of 12:00:00 on 20 February 2026: the provider gives no more than 500 of one second."
    assert said(app).count(f"Not included: {cut}") == 1
    assert "where rounds are missing" in jumps(app)
    assert len(table(app, ROUNDS)) == len(kept)
    for tab in ("sessions", "rounds", "balance", "games"):  # each says so
        open_tab(app, tab)
        assert sum("without the rounds named above" in each.value for each in app.caption) == 1
    assert "bets +140" in said(app)


def test_a_provider_that_answers_nothing(unarchived, sandbox):
    sandbox.fault("*", "code_500")
    app = unarchived({"op_id": "whale"})
    assert said(app).startswith("The rounds of this player: not known now. The provider failed inside")
    assert not app.metric


def test_with_a_wrong_key_the_player_is_not_called_unknown(unarchived, sandbox):
    sandbox.fault("*", "wrong_key")
    words = said(unarchived({"op_id": "whale"}))
    assert words.startswith(
        "The rounds of this player: not known now. The provider refused a parameter or the"
    )
    assert "no player" not in words


def test_a_failing_history_leaves_the_other_alive_and_is_named(unarchived, sandbox, truth):
    sandbox.fault(OTHERS, "code_500")
    app = unarchived({"op_id": "grinder"})
    bets = rounds_of(truth, GRINDER, "2026-03-09", CLOCK)
    assert sums(app) == head(bets[bets["game_id"] < 2000])
    assert "Not included: Other games, 9–15 March 2026: The provider failed inside" in said(app)
    # Whatever the balance did meanwhile, the missing rounds are to blame.
    assert "unexplained" not in jumps(app)


def test_a_failing_wallet_leaves_the_rounds_alive(players, sandbox, truth):
    sandbox.fault(BALANCE, "code_500")
    sandbox.fault(RECORDS, "code_500")
    app = players({"op_id": "grinder"})
    assert sums(app) == head(rounds_of(truth, GRINDER, "2026-03-09", CLOCK))
    assert cards(app)["Balance now"] == "Not known"
    assert "Not known: Transfers: The provider failed inside" in said(app)


def test_a_failing_summary_is_not_compared(players, sandbox):
    sandbox.fault(SLOTS_SUMS, "code_500")
    app = players({"op_id": "grinder", "tab": "games"})
    assert "Not included: The provider's summary of slots: The provider failed inside" in said(app)
    assert table(app, GAMES)["summary_bet_count"].isna().all()


MORE = "The provider's summary has more (+) or less (−) than the rounds."
LATE = "While a period runs, a round may be in one of them and not yet in the other."


def test_bets_of_the_summary_alone_are_named_where_there_are_no_rounds(players, sandbox):
    """Of a game that the list lacks, by its id."""
    row = {"user_id": 5, "op_id": "quiet", "game_id": 1777, "bet_count": 3, "bet_amount": 4500}
    sandbox.fault(SLOTS_SUMS, "answer", result=[row | {"gain_amount": -1500, "currency": ""}])
    app = players({"op_id": "quiet", "period": "30d", "tab": "games"})
    assert f"{MORE} 1777: bets +3, bet amount +4.50, net result −1.50. {LATE}" in said(app)
    (shown,) = table(app, GAMES).to_dict("records")
    assert (shown["bet_count"], shown["summary_bet_count"]) == (0, 3)


def test_of_a_final_period_no_round_is_on_its_way(players, sandbox):
    sandbox.fault(SLOTS_SUMS, "answer", result=[])
    app = players({"op_id": "grinder", "period": "2026-03-10..2026-03-12", "tab": "games"})
    assert MORE in said(app)
    assert LATE not in said(app)


def test_games_without_the_list_of_games_have_their_ids(players, sandbox):
    sandbox.fault("/api/all/list", "code_500")
    app = players({"op_id": "grinder"})
    assert "Not included: The names of the games: The provider failed inside" in said(app)
    assert all(shown_text(cell).isdigit() for cell in table(app, ROUNDS)["game"].unique())


def test_the_last_good_rounds_stay_with_their_age(players, sandbox, clock):
    good = sums(players({"op_id": "whale"}))
    sandbox.fault("*", "http_500")
    clock[0] += 1800
    sandbox.set_clock(clock[0])
    app = players({"op_id": "whale"})
    assert sums(app) == good
    assert "These are the last numbers it gave, as of 09:30 UTC (30 min ago)." in said(app)


def test_a_day_that_has_just_begun_says_so(players, sandbox, clock):
    clock[0] = midnight("2026-03-16") + 20
    sandbox.set_clock(clock[0])
    assert "Today has just begun" in said(players(TODAY))


def test_ids_that_belong_to_another_player_are_refused(unarchived, sandbox):
    rows = slots_rows(sandbox)
    answer_with(sandbox, rows)
    sandbox.fault(OTHERS, "answer", result=[])
    app = unarchived({"op_id": "whale", "period": "2026-03-10..2026-03-10"})
    assert said(app) == (
        "The provider's rounds of op\\_id “whale” belong to op\\_id “grinder” and user\\_id"
        f" {GRINDER.user_id}: two different players."
    )


def test_a_player_whom_only_the_wallet_does_not_know(unarchived, sandbox):
    for path in (SLOTS, OTHERS):
        sandbox.fault(path, "answer", result=[])
    app = unarchived({"op_id": "nobody"})
    assert said(app) == "The provider knows no player with op\\_id “nobody”."


def test_a_player_of_other_games_alone_is_named_by_a_game(unarchived, sandbox):
    sandbox.fault(SLOTS, "answer", result=[])
    app = unarchived({"user_id": str(WHALE.user_id)})
    assert plain(app)[0] == f"op_id whale · user_id {WHALE.user_id}"


def test_a_cold_reading_shows_how_far_it_is_and_can_be_stopped(open_page, sandbox, truth):
    sandbox.fault(SLOTS, "slow", delay_s=1.5, times=8)
    app = open_page({"op_id": "whale", "period": "90d"}, "players", archive_url="off")
    (progress,) = app.get("progress")
    assert progress.proto.text.startswith("Reading the rounds: ")
    assert progress.proto.text.endswith("of 26 parts of the period.")
    assert not app.metric

    press(app, "Stop")
    assert "The reading of the rounds was stopped." in said(app)
    asked = len(sandbox.calls(SLOTS)) + len(sandbox.calls(OTHERS))
    assert asked < 26

    sandbox.clear_faults()
    press(app, "Read on")
    assert sums(read(app)) == head(rounds_of(truth, WHALE, "2025-12-16", CLOCK))


def selected(app, number: int):
    """The page once the link of this row is followed."""
    link = urlsplit(leads_to(table(app, ROUNDS)["start"].iat[number]))
    query = dict(parse_qsl(link.query))
    # The round alone: what else the page's address says, the script in the page adds.
    assert (link.path, list(query)) == ("players", ["round"])
    app.query_params["round"] = query["round"]
    return app.run()


def all_about_it(app) -> dict[str, str]:
    """Every field of the round that is selected."""
    tables = [each.value for each in app.dataframe if " " in each.value]
    return {name: value for frame in tables for name, value in frame.itertuples(index=False)}


def test_a_slots_round_in_full_with_its_link(players, sandbox, truth):
    app = players({"op_id": UNICODE.op_id, "result": "won", "type": "Slots"})
    shown = selected(app, 0)
    fields = all_about_it(shown)
    bets = rounds_of(truth, UNICODE, "2026-03-09", CLOCK)
    bet = bets[(bets["game_id"] < 2000) & (bets["gain_amount"] > 0)][-1]
    assert fields["Net result"] == formats.money(int(bet["gain_amount"]))
    assert fields["Balance after"] == formats.money(int(bet["credit"]))
    # In no document: providers add fields.
    assert fields["multiplier"] == str(1 + int(bet["outcome"]) % 5)
    (link,) = shown.get("link_button")
    draw_id = fields["Round id"]
    assert link.proto.url == f"https://rounds.example/slots/{bet['game_id']}/{draw_id}"


@pytest.mark.parametrize("url", ["http://rounds.example/", "javascript:alert(1)"])
def test_a_link_that_is_not_https_is_not_offered(players, sandbox, url):
    sandbox.fault(DETAIL, "answer", result={"url": url})
    app = selected(players({"op_id": "grinder", "type": "Slots"}), 3)
    assert not app.get("link_button")
    assert "is not an https link, so it is not offered" in said(app)


def test_a_failing_link_leaves_the_round_alive(players, sandbox):
    sandbox.fault(DETAIL, "code_500")
    app = selected(players({"op_id": "grinder", "type": "Slots"}), 3)
    assert "The provider's page of this round: not known now." in said(app)
    assert len([each for each in app.dataframe if " " in each.value]) == 2


def test_a_round_of_another_game_in_full(players, truth):
    app = selected(players({"op_id": "grinder", "type": "Multiplayer"}), 0)
    bets = rounds_of(truth, GRINDER, "2026-03-09", CLOCK)
    bet = bets[(bets["game_id"] >= 2000) & (bets["game_id"] < 3000)][-1]
    fields = all_about_it(app)
    assert fields["Bet areas"] == str(bet["choice"])
    assert fields["Result"] == str(bet["outcome"])
    assert fields["Odds"] == "–"
    assert not app.get("link_button")
