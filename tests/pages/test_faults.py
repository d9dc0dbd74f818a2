"""Every page under every fault of the provider: what it says, what it still shows, and how it heals."""

import re
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

import pytest
import structlog

from dashboard.core import formats
from dashboard.jackpots.data_screens import Orders
from dashboard.jackpots.data_watch import Brand, Watch
from dashboard.jackpots.screens import ScreenSetup
from tests.merchants import merchant
from twoj_sandbox import KEY

STEP_S = 61
# In the half hour from then on no round starts and no bonus is made: what is true at first is so to the end.
QUIET = int(datetime(2026, 3, 23, 2, 27, 40, tzinfo=UTC).timestamp())
DAYS = {"period": "2026-03-22..2026-03-23", "compare": "none"}

FAULTS = {
    "HTTP 500": {"kind": "http_500"},
    "HTML instead of JSON": {"kind": "html_200"},
    "HTTP 429": {"kind": "http_429"},
    "a hang": {"kind": "hang"},
    "a reset": {"kind": "reset"},
    "cut JSON": {"kind": "cut_json"},
    "wrong types": {"kind": "wrong_types"},
    "nulls": {"kind": "nulls"},
    "missing data": {"kind": "missing_data"},
    "a wrong key": {"kind": "wrong_key"},
    "a wrong clock": {},
}
START = QUIET - len(FAULTS) * STEP_S


class Opened(NamedTuple):
    """A page, what its address asks for, and its parts that show the provider's numbers."""

    page: str
    query: dict[str, str]
    parts: tuple[str, ...]


PAGES = {
    "overview": Opened(
        "overview",
        DAYS,
        ("Today so far", "Figures of the period", "Net gain after bonus", "Games of the period"),
    ),
    "games": Opened(
        "games",
        DAYS,
        ("What luck explains", "Table of games"),
    ),
    "a game": Opened(
        "games",
        DAYS | {"game_id": "1041"},
        ("The list of games", "Figures of the game"),
    ),
    "bonus": Opened(
        "bonus",
        DAYS,
        (
            "Figures of the bonuses",
            "From issued to used to converted",
            "Bonuses by day of creation",
            "Bonuses by state and creation type",
        ),
    ),
    "a player": Opened("players", DAYS | {"op_id": "pl100153"}, ("The rounds of this player",)),
    "a wallet": Opened("wallet", {"op_id": "grinder"}, ("The balance", "The transfers")),
    "jackpots": Opened("jackpots", DAYS, ("The pots",)),
}


class Trouble:
    """The provider of a page, to be broken and mended, and the time that goes by meanwhile."""

    def __init__(self, sandbox, clock):
        self._sandbox = sandbox
        self._clock = clock
        self._clock[0] = START
        sandbox.set_clock(START)

    def begins(self, fault: str, path: str = "*") -> None:
        """Let a minute go by, then break the provider."""
        self.ends()
        if FAULTS[fault]:
            self._sandbox.fault(path, **FAULTS[fault])
        else:
            self._sandbox.set_clock(self._clock[0] + 3600)

    def ends(self) -> None:
        """Let a minute go by with a provider that is sound."""
        self._sandbox.clear_faults()
        self._clock[0] += STEP_S
        self._sandbox.set_clock(self._clock[0])


@pytest.fixture
def trouble(sandbox, clock):
    return Trouble(sandbox, clock)


@pytest.fixture
def quiet(monkeypatch):
    """No log: on a full disk it could not be written either."""
    configured = structlog.get_config()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), cache_logger_on_first_use=False)
    yield
    structlog.configure(**configured)


@contextmanager
def gone(folder) -> Iterator[None]:
    """The folder is deleted under the running server."""
    shutil.rmtree(folder, ignore_errors=True)  # a wallet keeps nothing there
    yield


@contextmanager
def full(folder) -> Iterator[None]:
    """No file can grow: what an operating system does with a full disk, without one."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, usual[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            (folder.parent / "more").write_bytes(b"more")
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@contextmanager
def blamed(*what: str) -> Iterator[None]:
    """Name what was tried where it fails."""
    try:
        yield
    except BaseException as error:
        error.add_note(", ".join(what))
        raise


def hurried(fault: str) -> None:
    """Let nobody wait long for a provider that hangs."""
    wire = merchant().twoj._wire
    wire._timeout_s, wire._budget_s = (0.2, 0.3) if fault == "a hang" else (6, 8)


def everything(node) -> Iterator[str]:
    """All that a page hands to the browser."""
    for child in node.children.values():
        if hasattr(child, "children"):
            yield from everything(child)
        yield str(child.proto)


def numbers(page):
    """The numbers on a page: cards, tables, and how many pictures."""
    cards = {
        card.label: (card.value, card.help.split("\n")[0]) for card in page.metric if card.label not in GROW
    }
    tables = [table.value.astype(str).to_dict("list") for table in page.dataframe]
    return cards, tables, len(page.get("plotly_chart"))


GROW = ("Hourly jackpot", "Super jackpot")
"""The pots grow by the second, and how fast is known better with every minute."""
LAST = re.compile(r"These are the last numbers it gave, as of \d\d:\d\d UTC \(\d+ min ago\)\.")


def captions(page):
    return [each.value for each in page.caption]


def is_unknown(page, parts) -> None:
    """Each part says in words that it is not known, why, and what to do; there is no number at all."""
    assert not page.exception
    said = [each.value for each in page.error]
    assert [each.partition(": not known now. ")[0] for each in said] == list(parts)
    for sentence in said:
        assert re.fullmatch(r"[^:]+: not known now\. (The|No) .+\. (Try|Check|Report) .+\.", sentence)
    assert {card.value for card in page.metric} <= {formats.UNKNOWN}
    assert not page.dataframe
    assert not page.get("plotly_chart")
    assert "just now" not in "".join(captions(page))


def is_old(page) -> None:
    """The page says that its numbers are old, and how old; nothing is said to be new."""
    assert not page.exception
    assert not page.error
    assert any(LAST.search(each.value) for each in page.warning)
    assert "just now" not in "".join(captions(page))


def is_sound(page) -> None:
    assert not page.exception
    assert not page.error
    assert not page.warning
    assert any("just now" in each for each in captions(page))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_through_all_faults(
    open_page, cache_folder, sandbox, trouble, patient, quiet, truth, clock, name
):
    asked, page = PAGES[name], None
    for fault in FAULTS:
        with blamed(name, fault, "nothing known"):
            trouble.begins(fault)
            if page is None:
                page = open_page(asked.query, asked.page)
            else:
                hurried(fault)
                page.run()
            is_unknown(page, asked.parts)

    with blamed(name, "all well"):
        trouble.ends()
        is_sound(page.run())
        good = numbers(page)

    for fault in FAULTS:
        with blamed(name, fault, "numbers known"):
            trouble.begins(fault)
            hurried(fault)
            is_old(page.run())
            assert numbers(page) == good
        with blamed(name, fault, "healed"):
            trouble.ends()
            is_sound(page.run())
            assert numbers(page) == good
            if name == "jackpots":
                pots = truth.jackpots.pots(clock[0] * 1000)
                shown = {card.label: card.value for card in page.metric}
                assert shown["Hourly jackpot"] == formats.money(pots.hourly_li)

    for fault, cut_off, works in (("no cache folder", gone, True), ("a full cache folder", full, False)):
        with blamed(name, fault), cut_off(cache_folder):
            trouble.ends()
            is_sound(page.run())
            assert numbers(page) == good
            assert merchant().twoj.cache_state().works is works
        trouble.ends()
        is_sound(page.run())
        assert merchant().twoj.cache_state().works

    text = "".join(everything(page.main))
    assert KEY not in text
    assert "sign=" not in text


@pytest.mark.parametrize("page", ["alerts", "reports"])
def test_a_page_without_numbers_of_the_provider_is_whole_through_all_faults(
    open_page, trouble, patient, quiet, page
):
    trouble.ends()
    shown = open_page({}, page, channels={"ops": f"webhook+http://{KEY}@127.0.0.1:9/"})
    whole = [each.label for each in shown.button]
    for fault in FAULTS:
        with blamed(page, fault):
            trouble.begins(fault)
            hurried(fault)
            shown.run()
            assert not shown.exception
            assert not shown.error
            assert not shown.warning
            assert [each.label for each in shown.button] == whole
    assert KEY not in "".join(everything(shown.main))


@pytest.mark.parametrize("fault", FAULTS)
def test_the_status_page_names_what_fails(open_page, trouble, fault):
    trouble.begins(fault)
    page = open_page({}, "status")
    assert not page.exception
    (summary,) = [each.value for each in page.error]
    assert summary.startswith("Failing: ")
    assert "Summary API" in summary
    assert "Jackpot API" in summary
    assert "Store" not in summary
    assert KEY not in "".join(everything(page.main))


def test_the_wall_through_all_faults(open_page, tmp_path, trouble, truth, clock):
    trouble.begins("HTTP 500")
    open_page({}, "jackpots")
    wall = Watch(
        merchant().twoj.jackpot,
        Brand("Jackpots", ""),
        merchant().ledger,
        currency=None,
        timezone="UTC",
        poll_s=2,
        clock=lambda: clock[0],
        timer=lambda: clock[0],
    )

    def told():
        wall.poller.look()
        wall.poller.turn()
        return wall.told(Orders(1, ScreenSetup("dark"), None))

    for fault in FAULTS:
        with blamed(fault, "nothing known"):
            trouble.begins(fault)
            hurried(fault)
            shown = told()
            assert (shown["state"], shown["hourly"], shown["super"]) == ("brand", None, None)
    trouble.ends()
    good = told()
    for fault in FAULTS:
        with blamed(fault, "pots known"):
            trouble.begins(fault)
            hurried(fault)
            aged = {"state": "last_known", "age_ms": STEP_S * 1000}
            assert told() == good | aged
        with blamed(fault, "healed"):
            trouble.ends()
            good = told()
            assert (good["state"], good["age_ms"]) == ("live", 0)
            pots = truth.jackpots.pots(clock[0] * 1000)
            assert good["hourly"]["pot"] == format(Decimal(pots.hourly_li).scaleb(-3), "f")
