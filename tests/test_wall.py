"""The jackpot wall in a browser: honest numbers, a right countdown, a screen that nobody needs to touch."""

import csv
import os
import re
import signal
import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.jackpots.data_screens import Screens
from tests.browser import dashboard, downloaded
from tests.ledger.payouts.provider import order, signed
from tests.parts import free_port, ledger_at
from tests.provider import start_sandbox
from tests.wall import HOUR_MS, NOON_MS, PlayedServer, amount, state
from twoj_sandbox import MCH_ID

POOL = "/open2j/g/gjp/pool"


class Hall:
    """A dashboard over its own sandbox that pays out to it, and a link for one screen."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ledger_url = f"sqlite:///{folder / 'ledger'}"
        with ledger_at(self.ledger_url, MCH_ID) as ledger:
            self.token = Screens(ledger).make("Lobby", "dark", "ada")
        self.link = f"{self.url}/jackpots?screen={self.token}"
        self.sandbox = None

    def start(self, **settings):
        return dashboard(
            self.folder,
            self.port,
            TWOJ_SUMMARY_URL=self.sandbox.url,
            TWOJ_MCH_ID=str(self.sandbox.mch_id),
            TWOJ_KEY=self.sandbox.key,
            TWOJ_LEDGER_URL=self.ledger_url,
            TWOJ_CURRENCY="PHP",
            **settings,
        )


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    hall = Hall(tmp_path_factory.mktemp("hall"))
    with start_sandbox() as hall.sandbox, hall.start():
        yield hall


@pytest.fixture(autouse=True)
def _works(request):
    """The provider of the hall works, whatever a test before has left."""
    if "hall" in request.fixturenames:
        request.getfixturevalue("hall").sandbox.clear_faults()


@pytest.fixture(scope="module")
def build(hall):
    headers = {"Authorization": f"Bearer {hall.token}"}
    return httpx.get(f"{hall.url}/live/jackpot", headers=headers).json()["build"]


@pytest.fixture
def page(browser: Browser):
    # A quarter of a hall's screen: what is painted costs most here. Tests of the layout set their own size.
    page = browser.new_page(viewport={"width": 960, "height": 540})
    yield page
    page.close()


@pytest.fixture
def played(page: Page, hall, build):
    """A wall whose clock stands still, and the server that the test plays to it."""
    page.clock.install(time=NOON_MS / 1000 + 86_400)
    played = PlayedServer(page, build)
    page.goto(hall.link)
    state(page, "live", 30_000)
    page.clock.pause_at(NOON_MS / 1000 + 2 * 86_400)
    played.answered(page)
    return played


def test_numbers_roll_and_never_show_what_is_not_in_the_pot(page, played):
    shown = [amount(page)]
    for pot in ("2358.810", "2361.209", "2361.209", "9999.999"):
        played.tell(hourly=pot)
        played.answered(page)
        for _ in range(12):
            page.clock.run_for(150)
            shown.append(amount(page))
            assert float(shown[-1].replace(",", "")) <= float(pot)
    values = [float(each.replace(",", "")) for each in shown]
    assert values == sorted(values)
    assert len(set(values)) > 15
    page.clock.run_for(500)
    assert amount(page) == "9,999.99"


def seconds_left(page):
    minutes, seconds = page.locator(".countdown").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def test_the_countdown_runs_on_the_providers_clock_though_the_screens_is_days_off(page, played):
    left = seconds_left(page)
    assert 597 <= left <= 600  # an answer is heard at any moment of its two seconds
    played.told, told = None, played.told
    page.clock.run_for(5000)
    assert seconds_left(page) == left - 5
    played.told = told
    played.tell(provider_ms=NOON_MS - 61_000, age_ms=500)
    played.answered(page)
    assert 58 <= seconds_left(page) <= 61


def test_at_zero_the_draw_is_on_until_an_answer_brings_the_next_hour(page, played):
    played.tell(provider_ms=NOON_MS - 3000)
    played.answered(page)
    seen = set()
    played.told, told = None, played.told
    for _ in range(8):
        page.clock.run_for(500)
        seen.add(page.locator(".countdown").inner_text())
    assert seen <= {"00:03", "00:02", "00:01", "The draw is on"}
    expect(page.locator(".countdown")).to_have_text("The draw is on")
    played.told = told
    played.tell(provider_ms=NOON_MS + 1000, hourly="2000.100")
    played.told["hourly"]["next_hour"] = NOON_MS + HOUR_MS
    played.answered(page)
    assert 3595 <= seconds_left(page) <= 3599


@pytest.mark.parametrize(
    ("left_ms", "text"), [(72 * HOUR_MS, "3 d 0 h"), (24 * HOUR_MS - 1000, "23:59:59"), (HOUR_MS, "1:00:00")]
)
@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1920, 200)])
def test_a_countdown_of_any_length_stays_in_its_ring(page, played, left_ms, text, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    told = played.told["hourly"] | {"next_hour": played.told["provider_ms"] + left_ms}
    played.told["hourly"] = told
    played.answered(page)
    countdown = page.locator(".countdown")
    words = countdown.inner_text()
    assert len(words) == len(text) if ":" in text else words in {text, "2 d 23 h"}
    box, place = countdown.bounding_box(), page.locator(".draw").bounding_box()
    assert box["width"] <= 0.8 * min(place["width"], place["height"]) or size[1] == 200
    assert place["x"] <= box["x"]
    assert box["x"] + box["width"] <= place["x"] + place["width"] + 1


def test_a_draw_that_is_long_past_is_counted_down_to_no_more(page, played):
    played.told["hourly"] |= {"next_hour": NOON_MS - 1_300_000}
    played.answered(page)
    expect(page.locator(".draw")).to_be_hidden()


def test_without_a_draw_there_is_no_countdown(page, played):
    played.told["hourly"]["next_hour"] = 0
    played.answered(page)
    expect(page.locator(".draw")).to_be_hidden()


def test_a_wall_without_answers_says_so_and_ends_as_a_brand_screen(page, played):
    played.told, told = None, played.told
    page.clock.fast_forward(12_000)
    page.clock.run_for(100)
    state(page, "late")
    expect(page.locator("footer .age")).to_have_text(re.compile(r"Late: 1[2-4] s old"))
    expect(page.locator(".countdown")).to_be_visible()
    page.clock.fast_forward(60_000)
    page.clock.run_for(100)
    state(page, "last_known")
    expect(page.locator("footer .age")).to_have_text("Last known at 11:50")
    expect(page.locator(".draw")).to_be_hidden()
    page.clock.fast_forward(3_600_000)
    page.clock.run_for(100)
    state(page, "brand")
    expect(page.locator(".neutral .brand")).to_have_text("Jackpots")
    expect(page.locator(".shown")).to_be_hidden()
    played.told = told
    played.answered(page)
    state(page, "live")


HIT = {"id": "hourly-1", "pot": "hourly", "at": NOON_MS - 599_000, "amount": "2356.410", "winners": []}


def test_a_hit_fills_the_screen_for_eight_seconds_and_names_the_winner_once_known(page, played):
    played.tell(hourly="2000.100", hits=[HIT])
    played.answered(page)
    hit = page.locator(".hit")
    expect(hit).to_be_visible()
    expect(hit.locator(".title")).to_have_text("Hourly jackpot won")
    expect(hit.locator(".amount")).to_have_attribute("data-shown", "2,356.41")
    expect(hit.locator(".winner")).to_have_text("")
    assert amount(page) == "2,000.10"
    played.tell(hourly="2000.500", hits=[HIT | {"amount": "2356.477", "winners": ["pl…42"]}])
    played.answered(page)
    expect(hit.locator(".winner")).to_have_text("pl…42")
    expect(hit.locator(".amount")).to_have_attribute("data-shown", "2,356.47")
    # An answer is heard at any moment of its two seconds: the hit has been shown for 2 to 4.1 s by now.
    page.clock.run_for(3700)
    expect(hit).to_be_visible()
    page.clock.run_for(2400)
    expect(hit).to_be_hidden()
    played.answered(page)
    expect(hit).to_be_hidden()
    assert amount(page) == "2,000.50"


def test_a_hit_from_before_the_screen_was_on_or_long_past_is_no_news(page, played, hall):
    played.tell(hits=[HIT | {"at": NOON_MS - 700_000}])
    played.answered(page)
    expect(page.locator(".hit")).to_be_hidden()
    played.tell(hits=[HIT])
    page.clock.resume()
    page.goto(hall.link)
    state(page, "live", 30_000)
    expect(page.locator(".hit")).to_be_hidden()


def test_two_hits_at_once_are_shown_one_after_the_other(page, played):
    played.tell(hits=[HIT, HIT | {"id": "super-1", "pot": "super", "amount": "6000.000"}])
    played.answered(page)
    expect(page.locator(".hit .title")).to_have_text("Hourly jackpot won")
    page.clock.run_for(8100)
    expect(page.locator(".hit .title")).to_have_text("Super jackpot won")


def test_names_are_text_and_winners_are_listed(page, played):
    wins = [
        {"pots": ["hourly"], "at": NOON_MS - 1000 * n, "amount": "2556.933", "winner": "<b>…x>"}
        for n in range(6)
    ]
    played.tell(winners=wins)
    played.answered(page)
    rows = page.locator(".winners li")
    expect(rows.first).to_contain_text("<b>…x>")
    expect(rows.first).to_contain_text("2,556.93")
    assert sum(row.is_visible() for row in rows.all()) == 4


def test_a_link_that_was_revoked_leaves_the_brand_and_a_sentence(page, played):
    played.status = 401
    played.answered(page)
    state(page, "brand")
    expect(page.locator(".note")).to_contain_text("This screen's link is not valid.")
    played.status = 200
    played.answered(page)
    state(page, "live")


def test_amounts_of_more_than_53_bits_are_exact(page, played):
    played.tell(hourly="9007199254740993.005")
    played.answered(page)
    page.clock.run_for(2500)
    assert amount(page) == "9,007,199,254,740,993.00"


def test_ten_minutes_in_fast_time_leave_memory_flat(page, played):
    session = page.context.new_cdp_session(page)

    def used():
        session.send("HeapProfiler.collectGarbage")
        return (
            session.send("Runtime.getHeapUsage")["usedSize"],
            session.send("Memory.getDOMCounters")["nodes"],
        )

    def run(minutes):
        for n in range(minutes * 30):
            li = 2_356_410 + n * 413
            hits = [HIT | {"id": f"h{n}", "at": played.told["provider_ms"]}] if n % 60 == 30 else []
            played.tell(hourly=f"{li / 1000:.3f}", hits=hits, provider_ms=played.told["provider_ms"] + 100)
            page.clock.run_for(2000)
        return used()

    heap, nodes = run(1)
    later_heap, later_nodes = run(10)
    assert played.asked > 200
    assert later_heap - heap < 300_000
    assert later_nodes < nodes + 100  # one for each answer would be 300


@pytest.mark.parametrize(
    ("width", "height", "least"), [(1920, 1080, 0.2), (1080, 1920, 0.08), (1920, 200, 0.4), (3840, 2160, 0.2)]
)
def test_every_layout_is_large_and_cuts_nothing_off(page, played, width, height, least):
    played.tell(winners=[{"pots": [], "at": NOON_MS, "amount": "1234567.125", "winner": "pl…42"}] * 6)
    page.set_viewport_size({"width": width, "height": height})
    for pot in ("2356.410", "98765432.123"):
        played.tell(hourly=pot)
        played.answered(page)
        page.clock.run_for(2500)
        for selector in (
            "[data-pot=hourly] .amount",
            "[data-pot=super] .amount",
            ".winners",
            "footer",
            ".draw",
        ):
            box = page.locator(selector).bounding_box()
            assert box["x"] >= 0, selector
            assert box["y"] >= 0, selector
            assert box["x"] + box["width"] <= width, selector
            assert box["y"] + box["height"] <= height, selector
        pots = [page.locator(f"[data-pot={name}]").bounding_box() for name in ("hourly", "super")]
        digits = page.locator("[data-pot=hourly] .digit").last.bounding_box()
        assert digits["x"] + digits["width"] <= pots[0]["x"] + pots[0]["width"] + 1
        if pot == "2356.410":
            first = page.locator("[data-pot=hourly] .digit").first.bounding_box()
            assert first["height"] >= least * height


def test_with_reduced_motion_numbers_step_and_nothing_moves(browser, hall, build):
    page = browser.new_page(reduced_motion="reduce")
    page.clock.install(time=NOON_MS / 1000)
    played = PlayedServer(page, build)
    page.goto(hall.link)
    state(page, "live", 30_000)
    played.tell(hourly="2400.000", hits=[HIT])
    played.answered(page)
    assert amount(page) == "2,400.00"
    moving = page.locator(".wall").evaluate(
        "wall => wall.getAnimations({subtree: true}).map(each => each.animationName ?? 'roll')"
    )
    assert set(moving) <= {"drift"}
    page.close()


def test_the_screen_is_kept_awake(page, hall):
    page.add_init_script("navigator.wakeLock.request = async kind => { window.awake = kind; };")
    page.goto(hall.link)
    state(page, "live", 30_000)
    assert page.evaluate("window.awake") == "screen"


def test_the_token_is_in_the_address_of_the_page_and_nowhere_else(page, hall):
    requests = []
    page.on("request", lambda request: requests.append((request.url, request.headers.get("referer", ""))))
    page.goto(hall.link)
    state(page, "live", 30_000)
    assert [url for url, _ in requests if hall.token in url] == [hall.link]
    # Chromium tells where a font is used, whatever the page's policy says.
    told = [url for url, referer in requests if hall.token in referer and not url.endswith(".woff2")]
    assert told == []
    assert hall.token not in (hall.folder / "server.log").read_text()


def pool(hourly):
    """What the provider says of its pots."""
    return {
        "hourly_group": {"pot": hourly, "next_pot": 0, "next_hour": 0},
        "super_group": {"pot": 99999, "next_pot": 3600, "next_hour": 0},
    }


def test_a_hit_of_the_provider_is_celebrated_with_its_winner_and_told_to_the_office(page, hall):
    hall.sandbox.fault(POOL, "answer", result=pool(92356.41))
    page.goto(hall.link)
    expect(page.locator("[data-pot=hourly] .amount")).to_have_attribute(
        "data-shown", "92,356.41", timeout=30_000
    )
    hall.sandbox.clear_faults()
    hall.sandbox.fault(POOL, "answer", result=pool(2000.1))
    number = f"hit-{time.time_ns()}"  # of this try alone
    body = order(number, op_id="player42", amount=92_356_477) | {"timestamp": hall.sandbox.now()}
    body["order"]["extra_business"] = {"hourly_amount": 92_356_477, "super_amount": 0}
    call = signed(body, key=hall.sandbox.key, mch_id=hall.sandbox.mch_id)
    paid = httpx.post(f"{hall.url}/order/jackpot?{call.query}", content=call.body)
    assert paid.json()["header"]["code"] == 0
    hit = page.locator(".hit")
    expect(hit).to_be_visible(timeout=25_000)
    expect(hit.locator(".winner")).to_have_text("pl…42")
    expect(hit.locator(".amount")).to_have_attribute("data-shown", "92,356.47")
    expect(hit).to_be_hidden(timeout=10_000)
    assert amount(page) == "2,000.10"
    hall.sandbox.clear_faults()

    page.goto(f"{hall.url}/jackpots?period=today")
    with Path(downloaded(page, ".st-key-box-hits", "CSV").path()).open(
        encoding="utf-8-sig", newline=""
    ) as file:
        (line,) = [line for line in csv.DictReader(file) if line["Transaction number"] == number]
    assert (line["Pot"], line["What is known"], line["Winner (op_id)"]) == ("Hourly", "Paid", "player42")
    assert line["Last seen in the pot"] == "92356.410"
    assert line["Paid from it"] == line["Payout in all"] == "92356.477"
    page.goto(f"{hall.url}/screens")
    expect(page.locator(".st-key-screen-1")).to_contain_text("Lobby")


def test_a_provider_that_fails_is_late_and_found_again(page, hall):
    page.goto(hall.link)
    state(page, "live", 30_000)
    hall.sandbox.fault(POOL, "http_500")
    state(page, "late", 25_000)
    hall.sandbox.clear_faults()
    state(page, "live", 15_000)


def test_a_server_that_is_killed_and_comes_back_as_a_new_build_is_found_without_a_hand(browser, tmp_path):
    hall = Hall(tmp_path)
    with start_sandbox() as hall.sandbox:
        with hall.start() as running:
            page = browser.new_page()
            page.goto(hall.link)
            state(page, "live", 30_000)
            os.kill(running.process.pid, signal.SIGKILL)
        state(page, "late", 20_000)
        expect(page.get_by_test_id("stDialog")).to_be_hidden()
        assert (
            page.get_by_text("Connection error").count() == 0
            or not page.get_by_text("Connection error").is_visible()
        )
        with hall.start(TWOJ_BRAND="Grand Casino"):
            state(page, "live", 10_000)
            expect(page.locator("footer .brand")).to_have_text("Grand Casino", timeout=15_000)
            state(page, "live", 15_000)
        page.close()


def test_a_television_is_paired_by_its_code_and_then_does_what_the_office_wants(browser, hall):
    office = browser.new_page(viewport={"width": 1280, "height": 900})
    television = browser.new_page(viewport={"width": 1920, "height": 1080})
    problems = []
    television.on("pageerror", lambda error: problems.append(str(error)))
    television.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    television.goto(f"{hall.url}/tv")
    code = television.locator(".code")
    expect(code).to_have_text(re.compile(r"^[A-Z2-9]{6}$"))
    expect(television.locator(".place")).to_have_text(f"127.0.0.1:{hall.port}/screens")
    expect(television.get_by_role("status")).to_have_text(re.compile(r"The next code comes in (9:5|10:0)\d"))
    shown = code.inner_text().replace("\n", "")
    office.goto(f"{hall.url}/screens?code={shown}")  # as the picture for phones has it
    expect(office.get_by_label("Code that it shows")).to_have_value(shown)
    office.get_by_label("Name of a new screen").fill(f"Bar {shown}")
    office.get_by_role("button", name="Pair").click()
    expect(office.get_by_text(f"The screen “Bar {shown}” is paired")).to_be_visible()
    state(television, "live", 20_000)
    assert re.search(r"/jackpots\?screen=[\w-]{32}$", television.url)
    problems = [each for each in problems if "401" not in each]  # "not yet" is an answer
    assert problems == []

    tile = office.locator("[class*='st-key-screen-']").filter(has_text=f"Bar {shown}")
    expect(tile.get_by_text("On", exact=True)).to_be_visible()
    tile.get_by_role("button", name="Ask for a picture").click()
    picture = tile.locator("img.screen-picture")
    expect(picture).to_have_attribute("alt", f"What the screen “Bar {shown}” showed", timeout=30_000)
    assert picture.evaluate(
        "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"
    ) == [
        480,
        270,
    ]
    tile.get_by_text("Settings").click()
    expect(tile.get_by_role("button", name="Save")).to_be_visible()
    tile.get_by_test_id("stCheckbox").first.locator("label").click()
    tile.get_by_role("button", name="Save").click()
    expect(television.locator(".cover")).to_have_css("opacity", "1", timeout=15_000)
    expect(tile.get_by_text("Switched off here")).to_be_visible()

    television.goto(f"{hall.url}/tv")  # as after a power cut: the page that it begins with goes on
    television.wait_for_url("**/jackpots?screen=*")
    television.context.close()
    office.context.close()


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1280, 720)])
def test_the_code_fits_a_television_that_stands_or_lies(browser, hall, size):
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(f"{hall.url}/tv")
    expect(page.locator(".code")).to_have_text(re.compile(r"^[A-Z2-9]{6}$"))
    page.evaluate("document.fonts.ready")
    boxes = [page.locator(each).bounding_box() for each in (".code", ".picture", ".way", ".said")]
    for box in boxes:
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= size[0]
        assert box["y"] + box["height"] <= size[1]
    assert boxes[0]["height"] > size[1] / 16
    page.context.close()
