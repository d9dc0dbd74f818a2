"""A player whose rounds are in two currencies: they are never added up, on the page and in files."""

from decimal import Decimal

from dashboard.kit import downloads
from tests.merchants import merchant
from tests.pages.player_truth import GAMES, ROUNDS, cards, head, read, rounds_of, said, sums, table
from twoj_sandbox import GRINDER

SLOTS, OTHERS = "/api/slots/user/history", "/api/games/user/history"
SUMS = "/api/slots/user/stage/summary"
QUERY = {"op_id": "grinder", "period": "2026-03-10..2026-03-10"}


def a_round(number, currency, bet, gain):
    at = 1_773_100_800 + number
    return {
        "event_id": f"e{number}",
        "draw_id": f"d{number}",
        "user_id": GRINDER.user_id,
        "op_id": "grinder",
        "currency": currency,
        "game_id": 1006,
        "bet_amount": bet,
        "gain_amount": gain,
        "credit_before_bet": 0,
        "credit": 0,
        "start_at": at,
        "end_at": at,
        "feature": 0,
        "is_buy": False,
    }


def in_two(sandbox):
    rounds = [
        *(a_round(1, "PHP", 5000, -5000), a_round(2, "PHP", 7000, 1000), a_round(3, "EUR", 900, -900)),
        a_round(4, "", 11_000, 0),
    ]
    sandbox.fault(SLOTS, "answer", result=rounds)
    sandbox.fault(OTHERS, "answer", result=[])
    row = {"user_id": GRINDER.user_id, "op_id": "grinder", "game_id": 1006, "bet_count": 1, "gain_amount": 0}
    rows = [row | {"currency": "PHP", "bet_amount": 12_000}, row | {"currency": "EUR", "bet_amount": 900}]
    sandbox.fault(SUMS, "answer", result=rows)


def test_amounts_of_two_currencies_are_never_added(open_page, sandbox, monkeypatch):
    files = {}
    monkeypatch.setattr(
        downloads, "offer", lambda about, columns, frame, *_: files.update({about.title: (about, frame)})
    )
    in_two(sandbox)
    app = read(open_page(QUERY, "players", currency="PHP"))
    assert (
        "This player's rounds are in PHP, EUR, not known. Amounts of two currencies are never added"
        in said(app)
    )
    assert (cards(app)["Bets"], cards(app)["Bet amount"]) == ("2", "12\u00a0PHP")
    assert len(table(app, ROUNDS)) == 2
    sums = table(app, GAMES).to_dict("records")
    assert [(row["bet_amount_li"], row["summary_bet_amount_li"]) for row in sums] == [(Decimal(12),) * 2]
    assert files["All rounds"][0].currency == "PHP"
    assert files["All rounds"][1]["bet_amount_li"].tolist() == [7000, 5000]

    app.query_params["currency"] = "EUR"
    app.run()
    assert (cards(app)["Bets"], cards(app)["Bet amount"]) == ("1", "0.90\u00a0EUR")
    assert files["All rounds"][0].currency == "EUR"

    app.query_params["currency"] = "not known"
    app.run()
    assert (cards(app)["Bets"], cards(app)["Bet amount"]) == ("1", "11")
    assert files["All rounds"][0].currency == "not known"
    assert app.session_state["player-currency"] == "not known"

    app.query_params["currency"] = "USD"
    app.run()
    assert cards(app)["Bet amount"] == "12\u00a0PHP", "one that the player has not"
    app.query_params["currency"] = "EUR"
    app.text_input(key="player-op_id").set_value("whale").run()
    assert "currency" not in app.query_params, "another player has other currencies"


def test_one_other_currency_is_called_by_its_name(open_page, sandbox):
    sandbox.fault(SLOTS, "answer", result=[a_round(1, "jpy", 5000, -5000)])
    sandbox.fault(OTHERS, "answer", result=[])
    app = read(open_page(QUERY, "players", currency="PHP", archive_url="off"))
    assert "This player's rounds are in JPY; the dashboard's setting is PHP." in said(app)
    assert cards(app)["Bet amount"] == "5\u00a0JPY"


def sums_in(sandbox, *currencies):
    """Have the provider's summary of slots say these, of a game each."""
    row = {"user_id": GRINDER.user_id, "op_id": "grinder", "bet_count": 1, "bet_amount": 1, "gain_amount": 0}
    rows = [row | {"game_id": 1006 + n, "currency": each} for n, each in enumerate(currencies)]
    sandbox.fault(SUMS, "answer", result=rows)


def test_the_archives_rounds_are_of_the_one_currency_of_the_summary(open_page, sandbox, truth):
    """The list of all bets, which the archive is made of, says none."""
    sums_in(sandbox, "jpy", "JPY")
    app = read(open_page(QUERY, "players", currency="PHP"))
    assert "This player's rounds are in JPY; the dashboard's setting is PHP." in said(app)
    bets = rounds_of(truth, GRINDER, "2026-03-10", "2026-03-11")
    assert sums(app) == head(bets, "JPY")
    assert sandbox.calls(SLOTS) == []


def test_without_the_summary_of_slots_the_page_says_that_the_currency_is_not_known(open_page, sandbox, truth):
    sandbox.fault(SUMS, "code_500")
    app = read(open_page(QUERY, "players", currency="PHP"))
    words = "Whether all rounds are of one currency is not known: The provider failed inside"
    assert said(app).count(words) == 1
    assert sums(app) == head(rounds_of(truth, GRINDER, "2026-03-10", "2026-03-11"), "PHP")


def test_with_two_currencies_and_no_history_there_is_no_sum(open_page, sandbox):
    sums_in(sandbox, "PHP", "EUR")
    for path in (SLOTS, OTHERS):
        sandbox.fault(path, "code_500")
    app = read(open_page(QUERY, "players", currency="PHP"))
    assert said(app).startswith("The rounds of this player: not known now. The provider failed inside")
    assert not app.metric


def test_the_wallet_says_that_the_rounds_are_in_another_currency(open_page, sandbox):
    sums_in(sandbox, "jpy")
    read(open_page(QUERY, "players", currency="PHP"))
    assert merchant().player_currencies.get("grinder") == ("JPY",)
    words = "This player's rounds are in JPY; amounts here are called by the dashboard's setting, PHP"
    for player, is_other in (("grinder", True), ("whale", False)):
        app = open_page({"op_id": player}, "wallet", currency="PHP")
        merchant().player_currencies.put("grinder", ("JPY",))
        app.run()
        assert (words in said(app)) is is_other
