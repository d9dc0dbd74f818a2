"""What the wall keeps in the ledger's database, on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import structlog
from sqlalchemy import func, insert, select, update

from dashboard.jackpots import data_store
from dashboard.jackpots.data_screens import RELOAD_S, Orders, Screens
from dashboard.jackpots.data_watch import BEATS_EVERY_S, Keeper
from dashboard.jackpots.pots import Hit, PotNow, Pots, PotSample, Win
from dashboard.jackpots.screens import Condition, Heartbeat, ScreenSetup, condition
from dashboard.jackpots.wall import limits
from ledger import schema
from ledger.database import LedgerAway
from tests.ledger.conftest import delivery, engine, make_ledger, postgresql, url  # noqa: F401 - fixtures
from tests.ledger.conftest import ledger as payout_ledger  # noqa: F401
from tests.ledger.payouts.provider import MCH_ID, order, payout, signed
from tests.parts import ledger_at

NOW_MS = 1_773_567_000_000
DAY_MS, HOUR_MS, MINUTE_MS = 86_400_000, 3_600_000, 60_000


class Clock:
    def __init__(self):
        self.s = NOW_MS / 1000

    def __call__(self):
        return self.s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def ledger(url):  # noqa: F811
    with ledger_at(url, MCH_ID) as ledger:
        yield ledger


@pytest.fixture
def screens(ledger, clock):
    return Screens(ledger, clock, clock)


@pytest.fixture
def keeper(ledger, screens, clock):
    keeper = Keeper(ledger, screens, clock)
    yield keeper
    keeper.close()


def pots(at_ms, hourly="100", high="200"):
    return Pots(PotNow(Decimal(hourly), Decimal(0), 0), PotNow(Decimal(high), Decimal(0), 0), at_ms)


def read(ledger, work, *arguments):
    with ledger.reading() as books:
        return work(books, *arguments)


def samples(ledger, pot="hourly"):
    return read(ledger, data_store.samples, pot, 0, 2**62)


@pytest.mark.slow
def test_samples_are_exact_and_come_back_oldest_first(ledger):
    with ledger.writing() as books:
        data_store.add_samples(books, [pots(2, "9007199254740.993"), pots(1, "0.001")])
    assert samples(ledger) == [PotSample(1, 1), PotSample(2, 2**53 + 1)]
    assert read(ledger, data_store.samples, "super", 1, 2) == [PotSample(1, 200_000)]


def test_what_another_server_wrote_stays(ledger):
    hit = Hit("hourly", 1, 2, 100, 50)
    for amount in ("1", "2"):
        with ledger.writing() as books:
            data_store.add_samples(books, [pots(1, amount)])
            data_store.add_hits(books, [hit])
    assert samples(ledger) == [PotSample(1, 1000)]
    assert read(ledger, data_store.hits, 2, 3) == [hit]
    assert read(ledger, data_store.hits, 0, 2) == []


def test_old_samples_are_thinned_and_older_ones_deleted(ledger):
    young = [NOW_MS - n * MINUTE_MS for n in range(20)]
    old = [NOW_MS - 3 * DAY_MS + n * MINUTE_MS for n in range(40)]
    ancient = [NOW_MS - 90 * DAY_MS - 1]
    with ledger.writing() as books:
        data_store.add_samples(books, [pots(at) for at in (*young, *old, *ancient)])
    for _ in range(2):
        with ledger.writing() as books:
            data_store.thin(books, NOW_MS)
        left = [sample.at_ms for sample in samples(ledger)]
        assert left == [old[0], old[15], old[30], *reversed(young)]
        assert len(samples(ledger, "super")) == len(left)


def test_payouts_are_read_as_the_ledger_holds_them(ledger, payout_ledger):  # noqa: F811
    for n in range(3):
        body = order(f"number-{n}", amount=5000 + n) | {"timestamp": 1000 + n}
        payout_ledger.settle([delivery(signed(body))])
    newest = read(ledger, data_store.last_wins, 2)
    assert newest == [
        Win("number-2", "player-1", 1006, 5002, 0, 5002, 1_002_000),
        Win("number-1", "player-1", 1006, 5001, 0, 5001, 1_001_000),
    ]
    in_window = read(ledger, data_store.wins, 1_000_000, 1_002_000)
    assert [win.trans_no for win in in_window] == ["number-0", "number-1"]


def test_the_keeper_writes_the_first_answer_of_each_minute_and_all_hits(ledger, keeper):
    hit = Hit("super", NOW_MS, NOW_MS + 2000, 200_000, 100)
    for second in range(0, 130, 2):
        keeper.note(pots(NOW_MS + second * 1000), [hit] if second == 4 else [], writes=True)
    keeper.keep()
    keeper.keep()
    assert [sample.at_ms for sample in samples(ledger)] == [NOW_MS, NOW_MS + 60_000, NOW_MS + 120_000]
    assert read(ledger, data_store.hits, 0, 2**62) == [hit]


def hits(ledger, pot="hourly"):
    return [hit for hit in read(ledger, data_store.hits, 0, 2**62) if hit.pot == pot]


def test_a_hit_that_two_servers_saw_between_different_answers_is_written_once(ledger):
    seen = Hit("hourly", 1000, 3000, 100, 50)
    also = [
        Hit("hourly", 0, 4000, 90, 50),
        Hit("hourly", 2000, 3500, 95, 51),
        Hit("hourly", 1500, 2500, 99, 50),
    ]
    other = [
        Hit("hourly", 3000, 5000, 60, 50),
        Hit("hourly", 0, 1000, 80, 70),
        Hit("super", 1000, 3000, 200, 150),
    ]
    for hit in (seen, *also, *other):
        with ledger.writing() as books:
            data_store.add_hits(books, [hit])
    assert hits(ledger) == [other[1], seen, other[0]]
    assert hits(ledger, "super") == [other[2]]


@pytest.mark.slow
def test_two_servers_that_write_a_hit_at_the_same_moment_write_it_once(ledger, url):  # noqa: F811
    def write(hit):
        with ledger_at(url, MCH_ID) as other, other.writing() as books:
            data_store.add_hits(books, [hit])

    hit = Hit("hourly", 1000, 3000, 100, 50)
    with ThreadPoolExecutor(1) as thread, ledger.writing() as books:
        data_store.add_hits(books, [hit])
        also = thread.submit(write, Hit("hourly", 0, 4000, 90, 50))
        wait([also], 0.3)  # by then it has been written, unless it waits for us
        books.connection.commit()
    also.result()
    assert hits(ledger) == [hit]


def test_what_another_server_writes_is_written_here_once_that_one_is_gone(ledger, keeper, clock):
    old = Hit("hourly", NOW_MS - 4000, NOW_MS - 2000, 100, 50)
    young = Hit("super", NOW_MS + 58_000, NOW_MS + 60_000, 200, 100)
    keeper.note(pots(NOW_MS), [old], writes=False)
    keeper.keep()
    clock.s += 60
    keeper.note(pots(NOW_MS + 60_000), [young], writes=False)
    keeper.keep()
    assert samples(ledger) == []
    clock.s += 8
    keeper.note(pots(NOW_MS + 68_000), [], writes=True)
    keeper.keep()
    assert hits(ledger) == []
    assert hits(ledger, "super") == [young]
    assert [sample.at_ms for sample in samples(ledger)] == [NOW_MS + 60_000]


def test_nothing_is_forgotten_for_another_server_while_the_ledger_is_away(ledger, keeper, clock, monkeypatch):
    def away():
        raise LedgerAway("away")

    hit = Hit("hourly", NOW_MS - 2000, NOW_MS, 100, 50)
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "writing", away)
        keeper.note(pots(NOW_MS), [hit], writes=False)
        for _ in range(20):
            clock.s += 60
            keeper.keep()
    keeper.note(pots(NOW_MS + 1_200_000), [], writes=True)
    keeper.keep()
    assert hits(ledger) == [hit]


def test_while_the_ledger_is_away_what_was_heard_waits(ledger, keeper, monkeypatch):
    def away():
        raise LedgerAway("away")

    keeper.note(pots(NOW_MS), [Hit("hourly", 1, 2, 100, 50)], writes=True)
    with monkeypatch.context() as patch, structlog.testing.capture_logs() as logs:
        patch.setattr(ledger, "writing", away)
        keeper.keep()
        keeper.keep()
    assert [line["event"] for line in logs] == ["jackpot books not kept"]
    assert samples(ledger) == []
    keeper.keep()
    assert len(samples(ledger)) == len(read(ledger, data_store.hits, 0, 2**62)) == 1


def test_the_keeper_knows_the_last_winners(keeper, payout_ledger):  # noqa: F811
    keeper.keep()
    assert keeper.last_wins == []
    payout_ledger.settle([delivery(payout())])
    keeper.keep()
    assert len(keeper.last_wins) == 1


def test_what_is_left_is_written_at_the_end(ledger, screens, clock):
    keeper = Keeper(ledger, screens, clock)
    keeper.keep_soon()
    keeper.note(pots(NOW_MS), [], writes=True)
    keeper.close()
    assert len(samples(ledger)) == 1


def test_a_link_opens_for_who_has_its_token_and_is_stored_as_a_hash(screens, engine):  # noqa: F811
    token = screens.make("Lobby", "light", "ada")
    screens.renew()
    assert screens.orders_of(token) == Orders(1, ScreenSetup("light"), None)
    assert screens.orders_of(token + "x") is None
    assert screens.orders_of("") is None
    with engine.connect() as connection:
        row = connection.execute(select(schema.screens)).one()
    assert len(token) == 32
    assert token not in str(row)
    assert len(row.token_hash) == 64


def test_two_links_never_share_a_token(screens):
    assert len({screens.make("a", "dark", "ada") for _ in range(20)}) == 20


def test_a_revoked_link_is_dead_also_for_another_server(ledger, screens, clock):
    token = screens.make("Lobby", "dark", "ada")
    other = Screens(ledger, clock, clock)
    other.renew()
    assert other.orders_of(token)
    screens.revoke(1, "ada")
    screens.renew()
    assert screens.orders_of(token) is None
    clock.s += RELOAD_S + 0.1
    other.renew()
    assert other.orders_of(token) is None
    assert screens.all()[0].revoked_at_ms == NOW_MS


@pytest.mark.slow
def test_a_second_revocation_changes_nothing(screens, clock):
    screens.make("Lobby", "dark", "ada")
    screens.revoke(1, "ada")
    clock.s += 60
    screens.revoke(1, "ada")
    assert screens.all()[0].revoked_at_ms == NOW_MS


def test_a_heartbeat_reaches_the_office_within_ten_seconds(screens, keeper, clock):
    screens.make("Lobby", "dark", "ada")
    keeper.keep()
    screens.note(1, 16, 1900, "b1")
    clock.s += BEATS_EVERY_S
    keeper.keep()
    beat = screens.all()[0].beat
    assert replace(beat, age_ms=0) == Heartbeat(0, 16, 1900, "b1")
    assert 10_000 <= beat.age_ms < 20_000


def test_a_server_whose_own_clock_is_wrong_counts_a_heartbeat_s_age_by_the_database_s(ledger, screens, clock):
    screens.make("Lobby", "dark", "ada")
    for wrong_s in (NOW_MS / 1000 + 10 * 365 * 86_400, 0):
        other = Screens(ledger, lambda: wrong_s, clock)  # noqa: B023 - used within the turn
        other.note(1, 16, 1900, "b1")
        clock.s += 5
        with ledger.writing() as books:
            other.write_beats(books)
        assert 5000 <= screens.all()[0].beat.age_ms < 15_000
        assert condition(screens.all()[0], limits(2), "b1", datetime.now(UTC)) is Condition.ON


@pytest.mark.parametrize("wrong", [4_102_444_800_000, 1_773_567_000_000_000, 2**63 - 1, -1, -(2**63)])
def test_a_heartbeat_of_a_wrong_clock_keeps_no_screen_on(screens, engine, wrong):  # noqa: F811
    screens.make("Lobby", "dark", "ada")
    with engine.begin() as connection:
        connection.execute(update(schema.screens).values(seen_at_ms=wrong, paint_age_ms=16, data_age_ms=1))
    (screen,) = screens.all()
    assert screen.beat.age_ms is None
    assert condition(screen, limits(2), "b1", datetime.now(UTC)) is Condition.OFF


WRONG_HITS = [
    (NOW_MS - 60_000, NOW_MS * 1000),  # µs
    (NOW_MS - 60_000, NOW_MS * 1_000_000),  # ns
    (NOW_MS - 60_000, NOW_MS + 400 * DAY_MS),
    (0, NOW_MS - 1000),
    (NOW_MS // 1000, NOW_MS - 1000),  # s
    (-(2**62), 2**62),
]


@pytest.mark.parametrize(("before_ms", "seen_ms"), WRONG_HITS)
def test_a_hit_of_a_wrong_clock_stands_for_no_other_and_stretches_no_chart(ledger, before_ms, seen_ms):
    wrong, right = (
        Hit("hourly", before_ms, seen_ms, 100, 50),
        Hit("hourly", NOW_MS - 4000, NOW_MS, 90, 40),
    )
    with ledger.writing() as books:
        books.execute(insert(schema.pot_hits).values(asdict(wrong)))
        data_store.add_hits(books, [right])
    assert hits(ledger) == [right]


def test_samples_of_another_unit_of_time_are_in_no_period(ledger):
    times = [NOW_MS, NOW_MS // 1000, NOW_MS * 1000, NOW_MS * 1_000_000, -1]
    with ledger.writing() as books:
        data_store.add_samples(books, [pots(at) for at in times])
        data_store.thin(books, NOW_MS)
    in_days = read(ledger, data_store.samples, "hourly", NOW_MS - 31 * DAY_MS, NOW_MS + DAY_MS)
    assert [sample.at_ms for sample in in_days] == [NOW_MS]


def test_a_payout_of_a_wrong_clock_s_future_pins_no_winner(ledger, make_ledger):  # noqa: F811
    ahead = make_ledger(clock=lambda: NOW_MS / 1000 + 50 * 365 * 86_400)
    ahead.settle([delivery(signed(order("ahead") | {"timestamp": None}))])
    make_ledger(clock=lambda: NOW_MS / 1000).settle([delivery(payout("now"))])
    assert [win.trans_no for win in read(ledger, data_store.last_wins, 6)] == ["now"]


def test_a_ledger_that_is_away_is_said_and_known_links_stay(screens, ledger, clock, monkeypatch):
    token = screens.make("Lobby", "dark", "ada")
    screens.renew()

    def away():
        raise LedgerAway("away")

    monkeypatch.setattr(ledger, "reading", away)
    clock.s += RELOAD_S + 0.1
    assert screens.outdated
    screens.renew()
    assert not screens.outdated
    assert screens.orders_of(token)
    fresh = Screens(ledger, clock, clock)
    fresh.renew()
    assert not fresh.loaded


@pytest.mark.slow
def test_the_tables_stay_small(ledger, engine):  # noqa: F811
    """A year of one sample a minute leaves what 90 days of quarter hours and 2 days of minutes make."""
    with ledger.writing() as books:
        data_store.add_samples(books, (pots(NOW_MS - n * MINUTE_MS) for n in range(5 * 1440)))
        data_store.thin(books, NOW_MS)
    with engine.connect() as connection:
        rows = connection.scalar(select(func.count()).select_from(schema.pot_samples))
    assert rows <= 2 * (2 * 1440 + 3 * 96 + 2)
