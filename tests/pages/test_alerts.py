"""The Alerts page: what fires, how rules stand, the form, its preview, channels, and who may do what."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from dashboard.alerts import data_store
from dashboard.alerts.data_evaluator import Evaluator
from dashboard.alerts.data_values import Measured
from dashboard.alerts.machine import NEVER, AlertVerdict, step
from dashboard.alerts.rules import READY, AlertRule, AlertScope, AlertSide, RuleError
from ledger import outbox
from ledger.schema import audit
from tests.merchants import merchant
from tests.provider import CLOCK

CHANNELS = {"ops": "webhook+http://hush-hush@127.0.0.1:9/"}


def words(app):
    return " ".join(
        str(each.value)
        for kind in ("markdown", "caption", "success", "info", "warning", "error", "subheader")
        for each in app.get(kind)
    )


def press(app, label):
    return next(each for each in app.button if each.label == label).click().run()


def deeds():
    with merchant().ledger.reading() as books:
        return [tuple(row) for row in books.execute(select(audit.c.who, audit.c.what).order_by(audit.c.id))]


def test_all_ready_alerts_are_there_and_nothing_fires(open_page):
    app = open_page(page="alerts")
    said = words(app)
    assert "Nothing fires." in said
    for ready in READY.values():
        assert f"**{ready.name.key}**" in said
    assert (
        "None is set. TWOJ\\_CHANNELS names them" in said or "None is set. TWOJ_CHANNELS names them" in said
    )
    assert not app.exception


def test_where_some_are_not_known_it_says_so(open_page):
    app = open_page(page="alerts", archive_url="off")
    merchant().running(Evaluator).work()
    assert "Nothing fires, as far as is known." in words(app.run())


def test_what_fires_is_on_top_and_somebody_can_say_that_they_have_seen_it(open_page):
    app = open_page(page="alerts", channels=CHANNELS)
    rule = AlertRule("bets", AlertSide.ABOVE, 10, window_min=60)
    data_store.save(merchant().ledger, None, "Many bets", rule, "ann")
    merchant().running(Evaluator).work()
    app.run()
    said = words(app)
    assert "Firing" in [each.value for each in app.subheader]
    assert said.index("**Many bets**") < said.index("**Broken game**")
    assert "Alert: Many bets" in [*app.dataframe[0].value["subject"]]
    press(app, "I have seen this")
    assert "Seen by local." in words(app)
    assert deeds() == [("ann", "alert made"), ("local", "alert acknowledged")]
    assert "hush" not in words(app)


def test_an_alert_is_made_from_a_lead_tried_and_saved(open_page):
    app = open_page({"watch": "gain", "game_id": "1041"}, page="alerts")
    (of,) = [each for each in app.selectbox if each.label == "Of"]
    assert of.value == ("game", "1041")
    app.text_input(key="alert-form--gain-game-1041-limit").set_value("1,000,000")
    app.selectbox(key="alert-form--gain-game-1041-side").set_value(AlertSide.BELOW)
    app.text_input(key="alert-form--gain-game-1041-name").set_value("Koi")
    press(app, "Try on the last 60 days")
    assert "It would have fired 1 time in the last 60 days" in words(app)
    press(app, "Save")
    with merchant().ledger.reading() as books:
        (made,) = [each for each in data_store.rules(books) if each.ready is None]
    assert (made.name, made.rule.limit, made.rule.scope_id, made.who) == ("Koi", 10**9, "1041", "local")
    assert deeds() == [("local", "alert made")]


def test_a_limit_that_is_none_is_said(open_page):
    app = open_page({"watch": "bets"}, page="alerts")
    app.text_input(key="alert-form--bets-whole--name").set_value("x")
    for typed in ("", "many", "1.5", "nan", "1e99", "1e999999", "2,5", "1.000,5", "12,34", "-3"):
        app.text_input(key="alert-form--bets-whole--limit").set_value(typed)
        press(app, "Save")
        assert "The limit must be a number" in words(app), typed
    assert deeds() == []


def test_an_alert_is_changed_muted_switched_off_and_removed(open_page):
    app = open_page(page="alerts")
    rule = AlertRule("bets", AlertSide.ABOVE, 10**6, window_min=60)
    mine = data_store.save(merchant().ledger, None, "Many bets", rule, "ann")
    app.run()
    app.button(key=f"alerts-mute-{mine}").click().run()
    assert "muted until" in words(app)
    app.button(key=f"alerts-mute-{mine}").click().run()
    app.button(key=f"alerts-switch-{mine}").click().run()
    app.button(key=f"change-{mine}").click().run()
    assert app.query_params["alert"] in (str(mine), [str(mine)])
    key = f"alert-form-{mine}-bets-whole--"
    assert app.text_input(key=f"{key}limit").value == "1000000"
    app.text_input(key=f"{key}limit").set_value("7")
    press(app, "Save")
    with merchant().ledger.reading() as books:
        (found,) = [each for each in data_store.rules(books) if each.id == mine]
    assert (found.rule.limit, found.is_on) == (7, False)
    app.button(key=f"alerts-remove-{mine}").click().run()
    assert "Many bets" not in words(app).split("Change “")[0]
    assert [what for _, what in deeds()] == [
        *("alert made", "alert muted", "alert unmuted", "alert switched off"),
        *("alert changed", "alert removed"),
    ]


def test_a_channel_can_be_tried(open_page):
    app = open_page(page="alerts", channels=CHANNELS)
    press(app, "Send a test")
    with merchant().ledger.reading() as books:
        (sent,) = outbox.newest(books, 9)
    assert (sent.channel, sent.about) == ("ops", "test")
    assert deeds() == [("local", "channel tested")]


@pytest.mark.parametrize(
    ("email", "buttons"),
    [
        ("own@casino.example", set()),
        ("ann@casino.example", {"Mute 8 h", "Switch off", "Change", "Save", "Try on the last 60 days"}),
    ],
)
def test_owners_look_and_analysts_change(open_page, email, buttons):
    roles = {"owner": ["own@casino.example"], "analyst": ["ann@casino.example"]}
    claims = {"sub": "x", "email": email, "exp": CLOCK + 60}
    app = open_page(page="alerts", user=claims, channels=CHANNELS, roles=roles)
    assert {each.label for each in app.button} - {"Sign out", "Search"} == buttons
    rule = AlertRule("top_player", AlertSide.ABOVE, 0)
    mine = data_store.save(merchant().ledger, None, "Anybody", rule, "x")
    standing, _ = step(NEVER, AlertVerdict.BAD, CLOCK, rule.timing)
    told = {"user_id": 7, "op_id": "whale", "bet_li": 1000, "day": "2026-03-15"}
    with merchant().ledger.writing() as books:
        measured = Measured(5000, CLOCK, told)
        assert data_store.keep(books, (mine, ""), None, standing, measured, [], CLOCK * 1000)
    app.run()
    assert "**Anybody**" in words(app)
    assert ("whale" in words(app) + app.dataframe[-1].value.to_csv()) is (email == "ann@casino.example")


def test_the_form_is_first_for_who_comes_by_tell_me_when_and_else_below_the_alerts(open_page):
    def order(**query):
        said = [each.value for each in open_page(query, page="alerts").subheader]
        return said.index("Tell me when…") < said.index("Alerts")

    assert [order(), order(watch="gain"), order(watch="pot", pot="hourly")] == [False, True, True]


def test_what_fires_is_on_the_overview_with_the_way_to_it(open_page):
    app = open_page(page="alerts", channels=CHANNELS)
    rule = AlertRule("bets", AlertSide.ABOVE, 10, window_min=60, scope=AlertScope.TYPE, scope_id="Slots")
    data_store.save(merchant().ledger, None, "Many bets", rule, "ann")
    merchant().running(Evaluator).work()
    (line,) = [
        each for each in open_page({"period": "today"}).get("page_link") if "Many bets" in each.proto.label
    ]
    assert line.proto.label.startswith("Many bets: Slots · ")
    assert "since" in line.proto.label
    assert (line.proto.page, line.proto.query_string) == ("games", "period=today&type=Slots")
    assert not app.exception


def test_two_people_who_change_one_alert_do_not_overwrite_each_other_unseen(open_page):
    app = open_page(page="alerts")
    ledger, rule = merchant().ledger, AlertRule("bets", AlertSide.ABOVE, 5, window_min=60)
    mine = data_store.save(ledger, None, "Many bets", rule, "ann")
    app = open_page({"alert": str(mine)}, page="alerts")
    limit = f"alert-form-{mine}-bets-whole--limit"
    data_store.save(ledger, mine, "Many bets", replace(rule, limit=9), "bob")
    app.text_input(key=limit).set_value("7")
    press(app, "Save")
    assert "bob has changed it meanwhile. This is how it is now." in words(app)
    assert app.text_input(key=limit).value == "9"
    app.text_input(key=limit).set_value("7")
    press(app, "Save")
    assert "Saved." in words(app)
    app.text_input(key=limit).set_value("8")
    press(app, "Save")
    assert "meanwhile" not in words(app)
    with ledger.reading() as books:
        assert [each.rule.limit for each in data_store.rules(books) if each.id == mine] == [8]


def test_an_alert_that_somebody_has_removed_is_not_changed_any_more(open_page):
    open_page(page="alerts")
    ledger, rule = merchant().ledger, AlertRule("bets", AlertSide.ABOVE, 5, window_min=60)
    mine = data_store.save(ledger, None, "Many bets", rule, "ann")
    data_store.remove(ledger, mine, "bob", CLOCK * 1000)
    before = deeds()
    with pytest.raises(RuleError, match="removed this alert meanwhile"):
        data_store.save(ledger, mine, "Many", rule, "ann")
    data_store.mute(ledger, mine, CLOCK * 1000, "ann")
    data_store.remove(ledger, mine, "ann", CLOCK * 1000)
    assert deeds() == before
    with ledger.writing() as books:  # who looked at it had read it before
        assert not data_store.keep(books, (mine, ""), None, NEVER, Measured(1, CLOCK), [], CLOCK * 1000)


@pytest.mark.parametrize("typed", ["", " ", "\x00", "\ud800", "x" * 121])
def test_a_name_that_is_none_is_said(open_page, typed):
    open_page(page="alerts")
    with pytest.raises(RuleError, match="name"):
        data_store.save(
            merchant().ledger, None, typed, AlertRule("bets", AlertSide.ABOVE, 5, window_min=60), "a"
        )
