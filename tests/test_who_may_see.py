"""People, screens and attackers before a real server: who gets in, what they see, and what nobody does.

The provider's answers come with names that attack (`between`), and its key is a real one to the server.
"""

import csv
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import openpyxl
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from dashboard.core.roles import Role
from ledger import schema
from ledger.check import check
from ledger.database import ledger_url, open_engine
from tests.between import FORMULA, LINKS, LONG, MARKUP, NAMES, TURNED, WHALE, Between, between
from tests.browser import LOG, Dashboard, dashboard, downloaded
from tests.identity import identity_provider, sign_in
from tests.provider import Sandbox, start_sandbox
from twoj_sandbox import KEY, MCH_ID, QUIET
from twoj_sandbox import WHALE as WHALE_PLAYER

DOMAIN = "casino.example"
ROLES = {
    "owner": [f"@{DOMAIN}"],
    "analyst": ["analysts"],
    "cashier": [f"cashier@{DOMAIN}"],
    "admin": [f"admin@{DOMAIN}"],
}
PEOPLE = {
    "owner": {"email": f"owner@{DOMAIN}"},
    "analyst": {"email": f"analyst@{DOMAIN}", "groups": ["analysts"]},
    "cashier": {"email": f"cashier@{DOMAIN}"},
    "admin": {"email": f"admin@{DOMAIN}"},
    "nobody": {"email": "nobody@elsewhere.example", "groups": ["kitchen"]},
}
CHANNEL_SECRET = "hush-hush-hush"
NOT_OPEN, ENDED = "This page is not open to you", "Your sign-in has ended"
PAGES = sorted(path.stem for path in (Path(__file__).parents[1] / "pages").glob("*.py"))
QUIET_WALLET = f"/wallet?op_id={QUIET.op_id}&before=2025-02-10"


@dataclass
class Site:
    """A dashboard with all that is around it."""

    dashboard: Dashboard
    folder: Path
    sandbox: Sandbox
    between: Between
    identity_provider: str
    people: dict[str, Page] = field(default_factory=dict)
    """Who has signed in, by name: the page of each."""

    @property
    def url(self) -> str:
        return self.dashboard.url

    def audit_log(self) -> list[tuple[str, str, dict[str, object], str]]:
        """Who, what, about what, with which outcome."""
        url = ledger_url(f"sqlite:///{self.folder / 'twoj/ledger.sqlite3'}")
        engine = open_engine(url)
        with engine.connect() as connection:
            rows = connection.execute(select(schema.audit).order_by(schema.audit.c.id)).all()
        engine.dispose()
        assert check(url)[0] == []
        return [(row.who, row.what, json.loads(row.about), row.outcome) for row in rows]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("home")
    with (
        start_sandbox() as sandbox,
        between(sandbox) as provider,
        identity_provider(folder, PEOPLE) as people,
        dashboard(
            folder,
            TWOJ_SUMMARY_URL=provider.url,
            TWOJ_MCH_ID=str(MCH_ID),
            TWOJ_KEY=KEY,
            TWOJ_CASHIER="true",
            TWOJ_CHANNELS=json.dumps(
                {"ops": f"webhook+http://{CHANNEL_SECRET}@127.0.0.1:9/{CHANNEL_SECRET}"}
            ),
            TWOJ_ROLES=json.dumps(ROLES),
            TWOJ_ARCHIVE_URL=str(folder / "archive"),
            TWOJ_ARCHIVE_DAYS="2",
            STREAMLIT_SECRETS_FILES=str(folder / "secrets.toml"),
            STREAMLIT_SERVER_ADDRESS="0.0.0.0",  # with sign-in it may
        ) as running,
    ):
        yield Site(running, folder, sandbox, provider, people)


@pytest.fixture(scope="module")
def signed_in(browser: Browser, site: Site) -> Callable[[str], Page]:
    """The page of somebody who is signed in."""

    def signed_in(name: str) -> Page:
        if name not in site.people:
            site.people[name] = sign_in(browser, site.url + QUIET_WALLET, name)
            expect(site.people[name].get_by_role("button", name="Sign out")).to_be_visible(timeout=30_000)
        return site.people[name]

    return signed_in


def title(page: Page, text: str) -> Locator:
    return page.get_by_role("heading", name=text, exact=True)


def has_bar(page: Page, role: Role | None) -> None:
    """Wait for the bar to lead to exactly the pages of the role."""
    pages = {page for page in PAGES if role and role.may(page)}
    links = page.get_by_role("navigation", name="Pages").get_by_role("link")
    expect(links).to_have_count(len(pages))
    assert {link.inner_text().lower() for link in links.all()} == pages


@pytest.mark.parametrize(
    ("name", "place", "shown"),
    [
        ("owner", f"/players?op_id={QUIET.op_id}&period=7d", NOT_OPEN),
        ("analyst", QUIET_WALLET, "quiet"),
        ("cashier", QUIET_WALLET, "Deposit or withdraw"),
        ("admin", "/screens", "Screens"),
        ("nobody", "/", NOT_OPEN),
    ],
)
def test_each_role_comes_back_to_the_page_it_asked_for_and_sees_its_own(browser, site, name, place, shown):
    earlier = len(site.audit_log())
    page = site.people[name] = sign_in(browser, site.url + place, name)
    expect(title(page, shown)).to_be_visible(timeout=30_000)
    expect(page).to_have_url(site.url + place)
    has_bar(page, Role(name) if name in ROLES else None)
    if name == "analyst":
        assert title(page, "Deposit or withdraw").count() == 0
    email = PEOPLE[name]["email"]
    expect(page.get_by_text(email.replace("@", "@\u2060")).first).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0
    rows = [("sign-in", {"subject": name}, name if name in ROLES else "no role")]
    if place == QUIET_WALLET:
        rows.append(("player looked at", {"op_id": QUIET.op_id}, "done"))
    new = site.audit_log()[earlier:]
    assert [row for who, *row in new if who == email] == [list(row) for row in rows]


def test_who_signs_out_is_out(signed_in, site):
    page = signed_in("nobody")
    del site.people["nobody"]
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{site.identity_provider}/**")
    page.goto(site.url)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert not [each for each in page.context.cookies() if each["name"] == "_streamlit_user"]


def test_an_identity_that_expires_is_out_at_once(browser, site):
    expires = int(time.time()) + 8
    claims = {"email": f"admin@{DOMAIN}", "exp": expires}
    httpx.put(f"{site.identity_provider}/users/soon", json=claims).raise_for_status()
    page = sign_in(browser, f"{site.url}/screens", "soon")
    expect(page.get_by_label("Name of a new screen")).to_be_visible()
    page.wait_for_function("expires => Date.now() / 1000 > expires", arg=expires)
    page.get_by_role("button", name="Make a link").click()
    expect(title(page, ENDED)).to_be_visible()
    has_bar(page, None)
    assert page.get_by_test_id("stMetric").count() == 0
    page.reload()
    expect(title(page, ENDED)).to_be_visible(timeout=15_000)
    page.context.close()


@pytest.fixture(scope="module")
def screen(signed_in: Callable[[str], Page], site: Site) -> str:
    """The link of a screen that an admin made."""
    page = signed_in("admin")
    page.goto(f"{site.url}/screens")
    page.get_by_label("Name of a new screen").fill(MARKUP[:80])
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_test_id("stCode").inner_text().strip()
    expect(page.get_by_text(MARKUP[:80], exact=True)).to_be_visible()
    page.get_by_role("button", name="I have it").click()
    made = (f"admin@{DOMAIN}", "screen made", {"name": MARKUP[:80], "screen": 1}, "done")
    assert made in site.audit_log()
    return link


def token_of(link: str) -> str:
    return link.partition("screen=")[2]


def test_a_screens_link_opens_the_wall_and_nothing_else(browser, screen, site):
    assert screen.startswith(f"{site.url}/jackpots?screen=")
    hall = browser.new_context().new_page()
    hall.goto(screen)
    expect(hall.locator(".wall")).to_have_attribute("data-state", "live", timeout=20_000)
    for place in ("/", "/players", "/wallet"):
        hall.goto(f"{site.url}{place}?screen={token_of(screen)}")
        expect(hall.get_by_role("button", name="Sign in")).to_be_visible()
    hall.context.close()


def test_each_route_has_a_guard_of_its_own(signed_in, screen, site):
    def get(path: str, who: str | None = None, **headers: str) -> int:
        cookies = {each["name"]: each["value"] for each in signed_in(who).context.cookies()} if who else {}
        return httpx.get(site.url + path, cookies=cookies, headers=headers).status_code

    export = f"/exports/{MCH_ID}/bets.csv?type=none"
    assert get("/healthz") == get("/readyz") == get("/metrics") == 200
    assert get("/metrics", **{"X-Forwarded-For": "10.0.0.7"}) == 404
    assert get("/live/jackpot") == get("/live/jackpot", "admin") == 401
    assert get("/live/jackpot", Authorization="Bearer wrong") == 401
    assert get("/live/jackpot", Authorization=f"Bearer {token_of(screen)}") == 200
    assert get(export) == get(export, "owner") == 403
    assert get(export, Authorization=f"Bearer {token_of(screen)}") == 403
    assert get(export, "analyst") == get(export, "admin") == 400
    unsigned = httpx.post(f"{site.url}/order/jackpot?mch={MCH_ID}&ts=1&sign={'0' * 32}", json={"action": 2})
    assert unsigned.json()["header"]["code"] != 0


def no_attack(page: Page) -> None:
    """Nothing of the provider's was obeyed: no script ran, no picture was fetched, no link leads away."""
    assert page.evaluate("window.struck") is None
    links = page.eval_on_selector_all("a[href]", "all => all.map(each => each.href)")
    fetched = page.eval_on_selector_all("img, iframe", "all => all.map(each => each.src)")
    here = urlsplit(page.url).netloc
    away = [each for each in map(urlsplit, (*links, *fetched)) if each.netloc != here]
    assert not [each for each in away if each.scheme != "https" or "evil" in each.netloc]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.get_by_test_id("stException").count() == 0


CUT = re.compile(r"^(<img src=x o…|www\.evil\.exa…|=cmd\(\)\|' /C…|(long){3}…)\s*\d{4}$")
"""The names as they stand beside a chart, each with its game id: several games have the same."""


@pytest.mark.parametrize(
    ("place", "there"),
    [
        ("/?period=today", lambda page: page.get_by_text(CUT)),
        ("/games?period=yesterday&tab=map", lambda page: page.get_by_text(CUT)),
        ("/games?game_id=1006&period=yesterday", lambda page: title(page, f"{MARKUP} (1006)")),
        ("/bonus?period=yesterday", lambda page: title(page, "Bonuses by state and creation type")),
        (
            f"/players?user_id={WHALE_PLAYER.user_id}&period=7d",
            lambda page: page.get_by_text(f"op_id {FORMULA}{MARKUP}"[:60]),
        ),
        ("/bets?period=today", lambda page: page.locator(".st-key-box-bet-tail .stDataFrame")),
        (f"/wallet?op_id={quote(WHALE[:190])}", lambda page: page.get_by_text("knows no account")),
        ("/screens", lambda page: page.get_by_text(MARKUP[:80])),
        ("/alerts?watch=gain&game_id=1006", lambda page: title(page, "Tell me when…")),
    ],
)
def test_names_that_attack_are_shown_as_text(signed_in, screen, site, place, there):
    asked = []
    page = signed_in("admin")
    page.on("request", lambda request: asked.append(urlsplit(request.url.removeprefix("blob:")).netloc))
    page.goto(site.url + place)
    expect(there(page).first).to_be_visible(timeout=30_000)
    no_attack(page)
    assert set(asked) == {urlsplit(site.url).netloc}, "nothing is fetched from where the provider says"


def without_id(name: object) -> str:
    """Each name is that of several games here, and has its game id behind it."""
    return re.sub(r" \(\d{4}\)$", "", str(name))


def test_names_that_attack_leave_the_house_as_text_and_the_log_says_how_many(signed_in, site):
    page = signed_in("owner")
    earlier = len(site.audit_log())
    page.goto(f"{site.url}/games?period=yesterday&compare=none")
    rows = list(
        csv.reader(
            io.StringIO(
                Path(downloaded(page, ".st-key-part-all-games", "CSV").path())
                .read_bytes()
                .decode("utf-8-sig")
            )
        )
    )
    table = rows[[row[:2] for row in rows].index(["Game id", "Game"]) + 1 :]
    names = {without_id(row[1]) for row in table}
    assert {MARKUP, LINKS, f"'{FORMULA}", TURNED, LONG} <= names

    sheet = openpyxl.load_workbook(
        io.BytesIO(Path(downloaded(page, ".st-key-part-all-games", "XLSX").path()).read_bytes())
    ).active
    cells = {
        name: cell.data_type
        for row in sheet.iter_rows()
        for cell in row
        if (name := without_id(cell.value)) in NAMES
    }
    assert cells == dict.fromkeys(NAMES, "s")

    parquet = pq.read_table(
        io.BytesIO(Path(downloaded(page, ".st-key-part-all-games", "Parquet").path()).read_bytes())
    )
    assert set(NAMES) <= {without_id(name) for name in parquet["Game"].to_pylist()}
    new = site.audit_log()[earlier:]
    exports = [(who, about["rows"]) for who, what, about, _ in new if what == "export"]
    assert exports == [(f"owner@{DOMAIN}", len(table))] * 3


KINDS = (
    *("http_500", "http_502_html", "http_429", "reset", "cut_json", "cut_body", "empty_body", "code_400"),
    *("code_500", "wrong_types", "nulls", "missing_data", "html_200"),
)


def test_after_faults_no_secret_stands_anywhere(signed_in, screen, site):
    heard = bytearray()
    page = signed_in("admin").context.new_page()
    page.on(
        "websocket", lambda socket: socket.on("framereceived", lambda frame: heard.extend(as_bytes(frame)))
    )
    for kind in KINDS:
        site.sandbox.fault("*", kind, times=1)
    site.sandbox.fault("*", "code_400")
    for place in (
        "/?period=2026-01-01..2026-01-02",
        "/games?period=2026-01-03..2026-01-04",
        "/bonus?period=2026-01-05..2026-01-06",
        "/bets?period=2026-01-07..2026-01-07",
        f"/players?user_id={WHALE_PLAYER.user_id}&period=2026-01-08..2026-01-09",
        "/wallet?op_id=grinder",
        "/jackpots",
        "/status",
        "/alerts",
    ):
        page.goto(site.url + place)
        # What the alerts say was found out before, whatever the provider says now.
        said = page.get_by_text("Payout refused") if place == "/alerts" else page.get_by_test_id("stAlert")
        expect(said.first).to_be_visible(timeout=40_000)
        no_attack(page)
        heard.extend(page.content().encode())
    site.sandbox.clear_faults()
    assert b"The provider refused a parameter or the signature" in heard

    assert site.between.signatures
    secrets = [
        KEY.encode(),
        CHANNEL_SECRET.encode(),
        token_of(screen).encode(),
        *(each.encode() for each in site.between.signatures),
    ]
    told = {path: httpx.get(site.url + path).content for path in ("/metrics", "/readyz")}
    for place, content in {**written(site), **told, "a page": bytes(heard)}.items():
        assert not [each for each in secrets if each in content], f"a secret stands in {place}"


def as_bytes(frame: bytes | str) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


def written(site: Site) -> dict[str, bytes]:
    """All that the server left in files, and how it and its children were called."""
    files = [path for path in site.folder.rglob("*") if path.is_file() and path.name != "secrets.toml"]
    assert {LOG, "ledger.sqlite3", "cache.db"} <= {path.name for path in files}
    assert b"part failed" in (site.folder / LOG).read_bytes()
    calls = {f"/proc/{pid}/cmdline": Path(f"/proc/{pid}/cmdline").read_bytes() for pid in family(site)}
    return {str(path): path.read_bytes() for path in files} | calls


def family(site: Site) -> list[int]:
    found = [site.dashboard.process.pid]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found
