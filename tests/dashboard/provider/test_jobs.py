"""Loads: what has arrived is there at once, what is old is renewed unseen, what nobody waits for ends."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Event, Timer

import pytest

from dashboard.provider.failures import stale_text
from dashboard.provider.jobs import KEPT_ROWS, LEFT_AFTER_S, Job, Jobs
from twoj_client import Reply, TwoJError
from twoj_client.errors import TimedOut

SOON_S = 10.0
"""So long a test waits at most for other threads; it never waits that long where nothing is wrong."""


def reply(value: int) -> Reply[int]:
    return Reply(value, datetime.fromtimestamp(value, UTC))


def failing() -> Reply[int]:
    raise TwoJError("The provider failed.")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(clock: Clock) -> Iterator[Jobs]:
    with Jobs(clock) as jobs:
        yield jobs


Calls = dict[str, Callable[[], Reply[int]]]


@pytest.fixture
def look(jobs: Jobs, clock: Clock) -> Callable[..., Job[str, int]]:
    """Look for a load of these calls, one after the other, called "it"."""
    jobs.quick._max_workers = 1

    def look(calls: Calls, patience_s: float = SOON_S) -> Job[str, int]:
        return jobs.look("it", calls, 60, patience_s)

    return look


def test_what_has_arrived_is_there_before_the_slowest(look):
    gate = Event()
    load = look({"quick": lambda: reply(1), "slow": lambda: gate.wait(SOON_S) and reply(2)}, patience_s=0.05)
    assert not load.finished
    assert load.waiting()[-1] == "slow"
    assert (load.asked, load.errors()) == (2, {})
    gate.set()
    load.look(SOON_S)
    assert load.finished
    assert {key: each.data for key, each in load.replies().items()} == {"quick": 1, "slow": 2}
    assert (load.answered, load.waiting()) == (2, [])


def test_everyone_who_looks_shares_one_load(look):
    asked = []
    calls = {"a": lambda: asked.append("a") or reply(1)}
    assert look(calls) is look(calls)
    assert asked == ["a"]


def test_an_old_load_stays_on_view_until_the_new_one_is_whole(look, clock):
    gate = Event()
    old = look({"a": lambda: reply(1)})
    clock.now += 59
    assert look({"a": lambda: reply(2)}) is old
    clock.now += 1
    assert look({"a": lambda: gate.wait(SOON_S) and reply(3)}, patience_s=0) is old
    gate.set()
    new = look({})
    assert new.replies()["a"].data == 3


def test_failures_are_kept_apart_and_asked_again_sooner(jobs, clock):
    def look(calls: Calls) -> Job[str, int]:
        return jobs.look("rare", calls, 3600, SOON_S)

    load = look({"good": lambda: reply(1), "bad": failing})
    assert list(load.replies()) == ["good"]
    assert {key: error.sentence for key, error in load.errors().items()} == {"bad": "The provider failed."}
    load.raise_if_all_failed()
    clock.now += 60
    assert not look({"good": lambda: reply(1), "bad": lambda: reply(2)}).errors()
    clock.now += 60
    assert look({"bad": failing}).replies()["bad"].data == 2


def test_where_all_failed_the_failure_is_raised(look):
    with pytest.raises(TwoJError, match="The provider failed"):
        look({"a": failing, "b": failing}).raise_if_all_failed()


def test_after_a_load_without_answers_the_next_is_seen_in_parts(look, clock):
    look({"a": failing})
    clock.now += 60
    gate = Event()
    new = look({"b": lambda: reply(1), "slow": lambda: gate.wait(SOON_S) and reply(2)}, patience_s=0.05)
    waiting, errors = new.waiting(), new.errors()
    gate.set()
    assert "slow" in waiting
    assert not errors


def test_a_provider_that_only_fails_is_left_alone(look):
    asked = []
    load = look({str(n): lambda: asked.append(1) or failing() for n in range(50)})
    assert len(asked) == 8
    assert len(load.errors()) == 50


def test_a_failure_now_and_then_stops_nothing(look):
    calls: Calls = {str(n): (lambda: reply(1)) if n % 8 == 7 else failing for n in range(50)}
    assert len(look(calls).replies()) == 6


def test_what_is_no_failure_of_the_provider_is_not_hidden(look):
    def broken() -> Reply[int]:
        raise KeyError("a mistake of ours")

    with pytest.raises(KeyError, match="a mistake of ours"):
        look({"a": broken, "b": lambda: reply(1)}).replies()


def test_a_load_that_everyone_has_left_ends_and_begins_anew_when_someone_comes(look, jobs, clock):
    gate, first, asked = Event(), Event(), []

    def slow() -> Reply[int]:
        first.set()
        gate.wait(SOON_S)
        return reply(1)

    calls: Calls = {"slow": slow, **{str(n): lambda: asked.append(1) or reply(2) for n in range(5)}}
    left = look(calls, patience_s=0)
    assert first.wait(SOON_S)
    clock.now += LEFT_AFTER_S + 1
    gate.set()
    jobs.quick.submit(int).result(SOON_S)  # waits its turn behind the load's calls
    assert asked == []
    assert look(calls) is not left
    assert len(asked) == 5


def test_someone_who_still_looks_keeps_it_going(look, clock):
    gate, asked = Event(), []
    calls: Calls = {
        "slow": lambda: gate.wait(SOON_S) and reply(1),
        "next": lambda: asked.append(1) or reply(2),
    }
    look(calls, patience_s=0)
    clock.now += LEFT_AFTER_S
    look(calls, patience_s=0)
    clock.now += LEFT_AFTER_S
    gate.set()
    assert look(calls).finished
    assert asked == [1]


def test_what_is_made_of_a_whole_load_is_made_once(look):
    load, made = look({"a": lambda: reply(1)}), []
    assert [load.made(lambda: made.append(1) or len(made)) for _ in range(3)] == [1, 1, 1]


@pytest.mark.slow
def test_the_end_of_the_server_does_not_wait_for_what_has_not_begun(clock):
    gate, asked = Event(), []
    with Jobs(clock) as jobs:
        calls: Calls = {f"slow {n}": lambda: gate.wait(SOON_S) and reply(1) for n in range(8)}
        calls |= {str(n): lambda: asked.append(1) or reply(1) for n in range(1000)}
        Job(calls, jobs.quick, clock)
        Timer(0.1, gate.set).start()
    assert asked == []


def test_of_what_is_whole_only_so_many_rows_are_kept(jobs, clock):
    begun = []

    def look(name: str, rows: int) -> Job[str, list[int]]:
        def call() -> Reply[list[int]]:
            begun.append(name)
            return Reply([0] * rows, datetime.now(UTC))

        return jobs.look(name, {"a": call}, 60, SOON_S)

    for name in ("first", "second", "first"):
        look(name, KEPT_ROWS // 2)
    assert begun == ["first", "second"]
    look("third", KEPT_ROWS // 2)
    look("first", KEPT_ROWS // 2)
    assert begun == ["first", "second", "third"]
    look("second", KEPT_ROWS // 2)
    assert begun == ["first", "second", "third", "second"]


def test_a_load_of_more_rows_than_are_kept_is_kept_alone(jobs, clock):
    def look() -> Job[str, list[int]]:
        calls = {"a": lambda: Reply([0] * (KEPT_ROWS + 1), datetime.now(UTC))}
        return jobs.look("long", calls, 60, SOON_S)

    assert look() is look() is look()


def test_a_load_of_old_answers_is_asked_again_after_a_minute(jobs, clock):
    failure = TimedOut("The provider failed.")
    answers = [Reply(1, datetime.fromtimestamp(1, UTC), stale=True, stale_reason=failure), reply(2)]

    def look():
        return jobs.look("it", {"a": lambda: answers.pop(0)}, renew_s=600, patience_s=SOON_S)

    assert look().replies()["a"].stale
    clock.now += 59
    assert look().replies()["a"].stale
    clock.now += 1
    assert look().replies()["a"].data == 2
    clock.now += 599
    assert look().replies()["a"].data == 2


def test_what_was_answered_last_stands_in_for_a_day_and_says_why(jobs, clock):
    def away() -> Reply[int]:
        raise TimedOut("The provider took too long.")

    def whole(call: Callable[[], Reply[int]], patience_s: float = SOON_S) -> tuple[int, str]:
        load, reason = jobs.whole("it", {"a": call}, 60, patience_s, TimedOut("It is late."))
        return load.replies()["a"].data, stale_text(reason) if reason else ""

    assert whole(lambda: reply(1)) == (1, "")
    gate = Event()
    for call, patience_s, trouble in (
        (away, SOON_S, "The provider took too long."),
        (away, SOON_S, "The provider took too long."),  # however often it fails
        (lambda: gate.wait(SOON_S) and reply(2), 0.05, "It is late."),
    ):
        clock.now += 60
        assert whole(call, patience_s) == (1, trouble)
    gate.set()
    assert whole(away) == (2, "")  # the late one
    clock.now += 60
    assert whole(away) == (2, "The provider took too long.")
    clock.now += 60
    with pytest.raises(TwoJError, match=r"The provider failed\."):  # a refusal: no older answer will do
        whole(failing)
    clock.now += 60
    assert whole(away)[0] == 2
    clock.now += 86_400 - 4 * 60 + 1
    assert whole(away)[0] == 2
    clock.now += 86_400
    with pytest.raises(TimedOut):
        whole(away)
