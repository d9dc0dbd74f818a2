"""The watch over RTPs on the Games page and on one game, and an investigation from its alarm to its end."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.kit.current import merchants
from dashboard.luck import data_investigations
from dashboard.luck.data_monitor import RtpMonitor
from dashboard.provider.game_list import game_names

pytestmark = pytest.mark.slow
BROKEN = "1041"


def said(app: AppTest) -> str:
    return "\n".join(each.value for kind in (app.markdown, app.caption, app.warning) for each in kind)


def figure(app: AppTest, key: str) -> dict:
    (found,) = (each for each in app.get("plotly_chart") if each.proto.id.endswith(key))
    return json.loads(found.proto.spec)


def test_before_any_hour_was_watched_it_says_so(open_page):
    app = open_page({"tab": "luck"}, page="games")
    assert not app.exception
    assert "No hour has been watched yet." in said(app)
    assert not any(each.proto.id.endswith("-monitor") for each in app.get("plotly_chart"))


def test_a_broken_game_stands_out_is_looked_into_and_closed(open_page):
    app = open_page({"tab": "luck"}, page="games")
    merchants.first.running(RtpMonitor).update()
    app.run()
    name = game_names(merchants.first)[int(BROKEN)]
    assert f"**1 stands out today: {name} pays too much.**" in said(app)
    assert "An alarm needs evidence of 87,600" in said(app)
    drawn = figure(app, "-monitor")
    assert [trace["line"]["width"] for trace in drawn["data"]].count(2) == 1
    assert drawn["layout"]["annotations"][0]["text"] == "Alarm at 87,600"

    leads_to = {way for trace in drawn["data"] for way in trace.get("meta", ())}
    assert f"game_id={BROKEN}&game_tab=luck" in leads_to
    app.query_params["game_id"], app.query_params["game_tab"] = BROKEN, "luck"
    app.run()
    assert not app.exception
    assert "It is watched against its own past: 9" in said(app)
    assert "30 days of such play would have shown a game that pays" in said(app)
    assert "it pays too much, since about" in said(app)
    assert "Nobody has looked into it yet." in said(app)
    next(each for each in app.button if each.label == "I look into it").click().run()
    assert "local looks into it." in said(app)
    close = next(each for each in app.button if each.label == "Close the investigation")
    close.click().run()
    assert "Say what was found before you close it." in said(app)
    app.text_area[0].input("Wrong paytable.")
    next(each for each in app.button if each.label == "Close the investigation").click().run()
    (found,) = data_investigations.of_merchant(merchants.first)
    assert (found.found, found.closed_by) == ("Wrong paytable.", "local")
    app.run()
    assert "Closed by local on" in said(app)
    assert not app.text_area


def test_an_owner_sees_investigations_and_closes_none(open_page):
    roles = {"owner": ["@casino.example"]}
    user = {
        "is_logged_in": True,
        "sub": "1",
        "exp": 10**11,
        "email": "o@casino.example",
        "email_verified": True,
    }
    app = open_page({"game_id": BROKEN, "game_tab": "luck"}, page="games", user=user, roles=roles)
    merchants.first.running(RtpMonitor).update()
    app.run()
    assert "Nobody has looked into it yet." in said(app)
    app.query_params["period"] = "2024-01-01..2024-01-02"  # without bets it is there all the same
    app.run()
    assert "Nobody has looked into it yet." in said(app)
    assert not app.text_area
    assert not [each for each in app.button if each.label == "I look into it"]
