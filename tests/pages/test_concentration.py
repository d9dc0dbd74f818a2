"""Of how few players a period is: asked for only once it is unfolded, and the numbers of the world."""

import json

from dashboard.luck import data_concentration
from tests.pages.game_truth import midnight
from tests.provider import CLOCK

WEEK = {"period": "7d"}


def test_it_asks_nothing_while_it_is_folded_and_draws_the_worlds_curves_then(open_page, truth, monkeypatch):
    asked, of_few = [], data_concentration.of_few

    def counted(*of):
        asked.append(of)
        return of_few(*of)

    monkeypatch.setattr(data_concentration, "of_few", counted)
    page = open_page(WEEK, page="players")
    assert not page.exception
    assert not asked
    page.session_state["few-open"] = True
    page.run()
    rounds = truth.bets(midnight("2026-03-09", "UTC"), CLOCK, CLOCK)
    bets: dict[int, int] = {}
    for player, bet in zip(rounds["player"].tolist(), rounds["bet_amount"].tolist(), strict=True):
        bets[player] = bets.get(player, 0) + bet
    top = max(bets.values()) / sum(bets.values())
    said = "\n".join(each.value for each in page.markdown)
    assert f"Bet amount: of {len(bets)} players the top one has {top:.1%}".replace("%", "\u00a0%") in said
    assert "Wins: of " in said
    (drawn,) = (each.proto for each in page.get("plotly_chart") if each.proto.id.endswith("-lorenz"))
    even, curve, *_ = json.loads(drawn.spec)["data"]
    assert even["line"]["dash"] == "dash"
    assert curve["name"] == "Bet amount"
