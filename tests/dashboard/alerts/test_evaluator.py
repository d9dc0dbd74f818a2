"""Rules over an archive and a ledger: what is written, what is told, and what would have been."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select, update

from dashboard.alerts import data_store, data_values
from dashboard.alerts.data_evaluator import EVERY_S, Evaluator, preview
from dashboard.alerts.data_page import scopes
from dashboard.alerts.data_values import Measured, past, values
from dashboard.alerts.rules import READY, AlertRule, AlertScope, AlertSide, RuleError, as_json, from_json
from dashboard.alerts.words import evidence_text
from dashboard.bonus.data import bonuses_and_gain
from dashboard.bonus.numbers import BonusQuery
from dashboard.core.metrics import BONUS_METRIC
from dashboard.core.text import later
from dashboard.jackpots.data_store import add_hits
from dashboard.jackpots.data_watch import Watch
from dashboard.jackpots.pots import Hit
from dashboard.jackpots.screens import OpeningHours
from dashboard.luck import data_investigations
from dashboard.luck.course import Alarm, Watched
from dashboard.status.rows import HealthState, Row
from ledger import outbox
from ledger.database import clock_ms
from ledger.payouts.ledger import PayoutLedger
from ledger.payouts.payout_call import MerchantKey, examine
from ledger.schema import alert_rules, audit, leases
from ledger.schema import screens as table_of_screens
from tests.ledger.payouts.provider import order, signed
from tests.provider import CLOCK
from twoj_sandbox import KEY, MCH_ID
from twoj_sandbox.world import stories


def told(merchant):
    """Of the archive, which stands still here, nobody is told."""
    with merchant.ledger.reading() as books:
        found = [(each.channel, each.subject) for each in outbox.newest(books, 99)]
    return [each for each in found[::-1] if each[1] != "Alert: Provider or archive late"]


def standing(merchant):
    with merchant.ledger.reading() as books:
        names = {rule.id: rule.ready or rule.name for rule in data_store.rules(books)}
        return {
            (names[rule], of): each.standing.state.value
            for (rule, of), each in data_store.states(books).items()
        }


def look(merchant):
    merchant.running(Evaluator).work()


def test_the_ready_rules_are_there_and_honest_numbers_fire_none(merchant):
    look(merchant)
    found = standing(merchant)
    assert {name for name, _ in found} == READY.keys()
    assert set(found.values()) == {"normal"}
    assert told(merchant) == []
    look(merchant)
    with merchant.ledger.reading() as books:
        assert len(data_store.rules(books)) == len(READY)


def test_an_alert_is_told_once_reminded_and_over(merchant, clock):
    rule = AlertRule("bets", AlertSide.ABOVE, 10, window_min=60, recover_min=10, remind_min=10)
    rule_id = data_store.save(merchant.ledger, None, " Many  bets ", rule, "ann")
    for _ in range(3):
        look(merchant)
    assert told(merchant) == [("ops", "Alert: Many bets")]
    clock[0] += 600
    look(merchant)
    assert told(merchant)[1:] == [("ops", "Still: Many bets")]
    assert data_store.acknowledge(merchant.ledger, (rule_id, ""), "bob")
    clock[0] += 600
    look(merchant)
    assert len(told(merchant)) == 2
    data_store.save(
        merchant.ledger,
        rule_id,
        "Many bets",
        AlertRule("bets", AlertSide.ABOVE, 10**6, window_min=60, recover_min=10),
        "ann",
    )
    look(merchant)
    assert standing(merchant)["Many bets", ""] == "recovering"
    clock[0] += 600
    look(merchant)
    assert standing(merchant)["Many bets", ""] == "normal"
    assert told(merchant)[2:] == [("ops", "Over: Many bets")]
    assert not data_store.acknowledge(merchant.ledger, (rule_id, ""), "bob")
    with merchant.ledger.reading() as books:
        changes = [
            (e.before.value, e.after.value, e.messages)
            for e in data_store.events(books, 9)
            if e.rule_id == rule_id
        ]
        deeds = [*books.execute(select(audit.c.who, audit.c.what).order_by(audit.c.id))]
    assert changes[::-1] == [
        ("normal", "firing", 1),
        ("firing", "firing", 1),
        ("firing", "recovering", 0),
        ("recovering", "normal", 1),
    ]
    assert deeds == [("ann", "alert made"), ("bob", "alert acknowledged"), ("ann", "alert changed")]


def test_a_message_says_what_it_was_made_of(merchant):
    rule = AlertRule("gain", AlertSide.BELOW, 10**12, AlertScope.GAME, "1041", window_min=1440)
    data_store.save(merchant.ledger, None, "Koi", rule, "ann")
    look(merchant)
    (claimed,) = [outbox.claim(merchant.ledger, ["ops"])]
    value = values(merchant, rule)[""].value
    assert claimed.message.subject == "Alert: Koi: Lucky Koi 锦鲤"
    lines = claimed.message.body.split("\n")
    assert lines[0] == "Lucky Koi 锦鲤: Company gain below 1,000,000,000\u00a0PHP, over 24 h"
    assert lines[1].startswith("Value: ")
    assert f"{abs(value) // 1000:,}" in lines[1]
    assert "Window: 14 Mar 2026" in lines[3]
    assert lines[-1] == "https://dash.example.com/games?game_id=1041"
    assert replace(merchant, public_url=None).link("games", {}) == ""


def test_two_games_of_one_name_are_told_apart_in_the_form_and_in_messages(merchant, monkeypatch):
    told_games = merchant.twoj.all.list()
    twins = [
        msgspec.structs.replace(game, game_name="Lucky Koi 锦鲤") if game.game_id == 1044 else game
        for game in told_games.data
    ]
    monkeypatch.setattr(merchant.twoj.all, "list", lambda: msgspec.structs.replace(told_games, data=twins))
    offered = scopes(merchant, [AlertScope.GAME])
    assert len({*offered.values()}) == len(offered) == len(twins)
    for game_id in ("1041", "1044"):
        rule = AlertRule("bets", AlertSide.ABOVE, 0, AlertScope.GAME, game_id, window_min=10_080)
        data_store.save(merchant.ledger, None, "Koi", rule, "ann")
    look(merchant)
    assert sorted(subject for _, subject in told(merchant)) == [
        f"Alert: Koi: Lucky Koi 锦鲤 ({game_id})" for game_id in (1041, 1044)
    ]


def test_a_muted_rule_says_nothing_until_it_is_heard_again(merchant, clock):
    rule_id = data_store.save(
        merchant.ledger, None, "Many", AlertRule("bets", AlertSide.ABOVE, 10, window_min=60), "ann"
    )
    data_store.mute(merchant.ledger, rule_id, int(clock[0] * 1000) + 60_000, "ann")
    look(merchant)
    assert (standing(merchant)["Many", ""], told(merchant)) == ("firing", [])
    clock[0] += 60
    look(merchant)
    assert told(merchant) == [("ops", "Alert: Many")]
    data_store.switch(merchant.ledger, rule_id, "ann", is_on=False)
    look(merchant)
    assert ("Many", "") not in standing(merchant)


def test_what_another_server_wrote_meanwhile_is_not_told_twice(merchant, monkeypatch):
    many = AlertRule("bets", AlertSide.ABOVE, 10, window_min=60)
    rule_id = data_store.save(merchant.ledger, None, "Many", many, "ann")

    def look_twice():
        """The second time as a server that fell asleep after it had read."""
        with merchant.ledger.reading() as books:
            old = data_store.states(books)
        look(merchant)
        with monkeypatch.context() as patch:
            patch.setattr(data_store, "states", lambda _: old)
            look(merchant)

    look_twice()
    assert told(merchant) == [("ops", "Alert: Many")]
    data_store.save(merchant.ledger, rule_id, "Many", replace(many, limit=10**6, recover_min=0), "ann")
    look_twice()
    assert told(merchant)[1:] == [("ops", "Over: Many")]
    with merchant.ledger.reading() as books:
        assert len([each for each in data_store.events(books, 9) if each.rule_id == rule_id]) == 2


def test_of_two_servers_one_looks(merchant):
    looked = []

    class Server(Evaluator):
        def work(self):
            looked.append(self)
            return super().work()

    one, other = Server(merchant), Server(merchant)
    assert [each.turn() for each in (one, other, one)] == [EVERY_S] * 3
    assert looked == [one, one]
    with merchant.ledger.writing() as books:
        books.execute(update(leases).values(until_ms=0))
    other.turn()
    one.turn()
    assert looked == [one, one, other]


def test_servers_whose_clocks_differ_tell_once_and_not_before_the_time(merchant, clock):
    rule = AlertRule("bets", AlertSide.ABOVE, 10, window_min=60, hold_min=10, recover_min=10)
    rule_id = data_store.save(merchant.ledger, None, "Many", rule, "ann")
    behind, ahead = (
        Evaluator(replace(merchant, clock=lambda off_s=off_s: clock[0] + off_s)) for off_s in (-300, 300)
    )

    def minutes():
        for number in range(12):
            with merchant.ledger.writing() as books:
                books.execute(update(leases).values(until_ms=0))
            (behind, ahead)[number % 2].turn()
            clock[0] += 60

    minutes()
    data_store.save(merchant.ledger, rule_id, "Many", replace(rule, limit=10**6), "ann")
    minutes()
    assert told(merchant) == [("ops", "Alert: Many"), ("ops", "Over: Many")]
    with merchant.ledger.reading() as books:
        of_rule = [each for each in data_store.events(books, 99) if each.rule_id == rule_id]
    assert [(each.after.value, each.at_ms // 60_000 - CLOCK // 60) for each in of_rule[::-1]] == [
        ("pending", 0),
        ("firing", 10),
        ("recovering", 12),
        ("normal", 22),
    ]


def test_a_rule_that_breaks_says_so_and_the_others_go_on(merchant, monkeypatch):
    from dashboard.alerts import data_values

    data_store.save(
        merchant.ledger, None, "Many", AlertRule("bets", AlertSide.ABOVE, 10, window_min=60), "ann"
    )
    monkeypatch.setitem(data_values._NOW, "disk", lambda *_: 1 / 0)
    look(merchant)
    assert (standing(merchant)["disk", ""], standing(merchant)["Many", ""]) == ("error", "firing")


def test_an_outage_is_silence_and_an_archive_that_is_late_is_not(merchant, clock):
    rule = READY["silence"].rule
    now = values(merchant, rule)[""]
    assert now.value < 10_000
    # What it says of itself: after so many minutes it fires.
    found_after_min = now.evidence["found_after_min"]
    lacks_a_minute = now.evidence["usual_an_hour"] / 60
    assert found_after_min >= 5
    assert evidence_text(now.evidence, merchant.zone, "PHP")[-1].startswith(
        f"At this time of day it fires after {found_after_min} min"
    )
    assert now.evidence["lacking"] < found_after_min * lacks_a_minute + 1
    clock[0] += 301
    assert values(merchant, rule)[""].value is None
    assert values(merchant, READY["archive-late"].rule)[""].value == 5


def test_the_preview_finds_the_dark_hours_and_the_day_of_one_player(merchant):
    dark = [
        datetime.fromtimestamp(each.from_s, UTC) for each in preview(merchant, READY["silence"].rule).firings
    ]
    assert [at for at in dark if (at.month, at.day) == (2, stories.DARK_DAY_OF_MONTH) and at.hour in (2, 3)]
    assert len(dark) <= 2
    whale = preview(merchant, READY["top-player"].rule)
    days = [datetime.fromtimestamp(each.from_s, UTC) - timedelta(seconds=1) for each in whale.firings]
    assert [(at.month, at.day) for at in days] == [
        (1, stories.WHALE_DAY_OF_MONTH),
        (2, stories.WHALE_DAY_OF_MONTH),
    ][-len(days) :]
    assert days


def test_the_past_ends_with_now(merchant):
    for rule in (
        AlertRule("bets", AlertSide.ABOVE, 10, window_min=60),
        AlertRule("gain", AlertSide.BELOW, 10, window_min=1440),
        AlertRule("rtp", AlertSide.ABOVE, 9_000, AlertScope.TYPE, "Slots", 1440),
        AlertRule("gain_noise", AlertSide.BELOW, -700, window_min=1440),
        AlertRule("bets_noise", AlertSide.BELOW, -700, window_min=360),
        AlertRule("bet", AlertSide.ABOVE, 10, AlertScope.PLAYER, "7", 1440),
    ):
        now = values(merchant, rule)[""]
        assert past(merchant, rule)[""][-1] == (now.at_s, now.value), rule


def test_a_rule_is_the_same_after_the_ledger():
    for ready in READY.values():
        assert from_json(as_json(ready.rule)) == ready.rule
    quiet = AlertRule(
        "bets",
        AlertSide.BELOW,
        1,
        window_min=60,
        quiet_from=datetime(2026, 1, 1, 22, tzinfo=UTC).time(),
        quiet_to=datetime(2026, 1, 1, 7, 30, tzinfo=UTC).time(),
        channels=("ops",),
    )
    assert from_json(as_json(quiet)) == quiet
    assert json.loads(as_json(quiet))["quiet_to"] == "07:30:00"


@pytest.mark.parametrize(
    "wrong",
    [
        {"metric": "nothing"},
        {"scope": AlertScope.POT, "scope_id": "hourly"},
        {"scope": AlertScope.GAME},
        {"scope_id": "7"},
        {"window_min": 7},
        {"window_min": 0},
        {"limit": -1},
        {"hold_min": -1},
        {"quiet_from": datetime(2026, 1, 1, tzinfo=UTC).time()},
        dict.fromkeys(("quiet_from", "quiet_to"), datetime(2026, 1, 1, tzinfo=UTC).time()),
        {"scope": AlertScope.PLAYER, "scope_id": str(2**63)},
        {"scope": AlertScope.PLAYER, "scope_id": "٣"},
        {"limit": 2**62},
    ],
)
def test_what_does_not_fit_together_is_no_rule(wrong):
    with pytest.raises(RuleError):
        AlertRule(**{"metric": "bets", "side": AlertSide.ABOVE, "limit": 1, "window_min": 60} | wrong)


@pytest.mark.parametrize(
    ("name", "value"),
    [("metric", "of tomorrow"), ("scope", "moon"), ("side", None), ("more", 1), ("quiet_from", "25:00")],
)
def test_a_rule_that_a_newer_server_wrote_is_left_alone_and_the_others_go_on(merchant, name, value):
    rule = AlertRule("bets", AlertSide.ABOVE, 10, window_min=60)
    many, odd = (data_store.save(merchant.ledger, None, each, rule, "ann") for each in ("Many", "Odd"))
    written = json.dumps(json.loads(as_json(rule)) | {name: value})
    with merchant.ledger.writing() as books:
        books.execute(update(alert_rules).where(alert_rules.c.id == odd).values(rule=written))
    look(merchant)
    assert told(merchant) == [("ops", "Alert: Many")]
    with merchant.ledger.reading() as books:
        found = {each.id for each in data_store.rules(books)}
    assert many in found
    assert odd not in found


def test_a_game_whose_rtp_gave_an_alarm_is_told_until_somebody_looks_into_it(merchant, clock):
    alarms = [Alarm(Watched(1041, 1), CLOCK - 90_000, CLOCK - 7200, 11.5)]
    with merchant.ledger.writing() as books:
        data_investigations.open_for(books, alarms, CLOCK * 1000)
    look(merchant)
    assert told(merchant) == [("ops", "Alert: Broken game: Lucky Koi 锦鲤")]
    assert standing(merchant)["broken-game", "1041"] == "firing"
    (body,) = [outbox.claim(merchant.ledger, ["ops"]).message.body]
    assert "It pays too much, by the alarm of 15 Mar 2026" in body
    (found,) = data_investigations.of_merchant(merchant)
    assert data_investigations.look_into(merchant, found.id, "ann")
    clock[0] += 60
    look(merchant)
    assert told(merchant)[1:] == [("ops", "Over: Broken game: Lucky Koi 锦鲤")]
    assert ("broken-game", "1041") not in standing(merchant)
    (fired,) = preview(merchant, READY["broken-game"].rule).firings
    assert (fired.subject, fired.from_s, fired.until_s) == ("1041", CLOCK - 7200, CLOCK)


def test_hits_and_payouts_that_lack_each_other_are_counted_once_payouts_come_here(merchant):
    rule, now_ms = READY["unmatched-jackpot"].rule, CLOCK * 1000
    falls = [Hit("super", at_ms - 2000, at_ms, 9_000, 1_000) for at_ms in (now_ms - 600_000, now_ms - 60_000)]
    assert values(merchant, rule)[""].value == 0
    with merchant.ledger.writing() as books:
        add_hits(books, falls)
    assert values(merchant, rule)[""].value is None
    body = order("number-1", amount=8) | {"timestamp": CLOCK - 7200}
    query = signed(body, key=KEY, mch_id=MCH_ID)
    call = examine(query.query.encode(), query.body, MerchantKey(MCH_ID, KEY))
    PayoutLedger(merchant.ledger).settle([call])
    # Of the later one a payout may still come; when that of two hours ago came nobody watched.
    assert values(merchant, rule)[""].value == 1


def test_screens_are_watched_in_their_opening_hours(merchant, clock):
    screens = merchant.running(Watch).screens
    screens.make("Lobby", "dark", "ann")
    rule = READY["screen-off"].rule
    assert values(merchant, rule) == {"": Measured(0, CLOCK)}
    (screen,) = screens.all()
    with merchant.ledger.writing() as books:
        long_ago = clock_ms(books.connection) - 20 * 60_000
        books.execute(update(table_of_screens).values(seen_at_ms=long_ago))
    assert values(merchant, rule)[str(screen.id)].value == 20
    local = merchant.now().astimezone(merchant.zone)
    # Open in an hour, since one minute, which a television may need to start, and since ten.
    for opens_in_min, silent_min in ((60, 0), (-1, 0), (-10, 20)):
        opens = local + timedelta(minutes=opens_in_min)
        hours = OpeningHours(opens.time(), (opens + timedelta(hours=1)).time())
        screens.set_up(screen.id, replace(screen.setup, hours=hours), "ann")
        assert values(merchant, rule)[str(screen.id)].value == silent_min


def test_metrics_of_the_same_bets_agree(merchant):
    def value(metric, scope=AlertScope.GAME, scope_id="1041"):
        rule = AlertRule(metric, AlertSide.ABOVE, 0, scope, scope_id, window_min=1440)
        return values(merchant, rule)[""].value

    assert value("rtp") + value("hold") == 10_000
    assert value("average_bet") == value("bet") // value("bets")
    of_player = AlertScope.PLAYER, "101100000000"
    assert value("net_result", *of_player) == -value("gain", *of_player)
    players, winners, losers = map(value, ("players", "winners", "losers"))
    assert min(winners, losers) > 0
    assert players >= winners + losers


def test_bonuses_are_watched_as_the_bonus_page_has_them(merchant):
    def value(metric):
        (measured,) = values(merchant, AlertRule(metric, AlertSide.ABOVE, 0, window_min=10_080)).values()
        return measured.value

    end = merchant.now()
    end -= timedelta(seconds=end.timestamp() % 900)
    known = bonuses_and_gain(merchant, BonusQuery(), end - timedelta(days=7), end).value
    assert value("bonus_issued") == known.release_count > 0
    assert value("net_gain") == known.company_gain_li - known.converted_cash_li
    assert value("use_rate") == known.used_count * 10_000 // known.release_count
    assert [metric for metric in BONUS_METRIC if value(metric) is None] == []


def test_a_line_of_status_is_told_while_it_is_not_well(merchant, clock, monkeypatch):
    line = AlertRule("line", AlertSide.ABOVE, 0, AlertScope.LINE, "Clock", recover_min=0)
    data_store.save(merchant.ledger, None, "Status", line, "ann")
    for state in (HealthState.WELL, HealthState.WATCH, HealthState.UNKNOWN, HealthState.FAILING):
        rows = [("provider", Row(later("Clock"), state, ""))]
        monkeypatch.setattr(data_values, "all_rows", lambda _, rows=rows: rows)
        look(merchant)
        clock[0] += 60
    assert told(merchant) == [("ops", "Alert: Status: Clock")]
    monkeypatch.setattr(data_values, "all_rows", lambda _: [])
    look(merchant)
    assert standing(merchant)["Status", ""] == "no data"
