"""`GET /tv` and what it asks: a code for anybody, a wall only once somebody at the office entered it."""

import re

import pytest

from dashboard.jackpots import route_live, route_tv
from dashboard.jackpots.data_pairing import enter
from dashboard.jackpots.route_tv import Gate
from ledger.database import LedgerAway
from tests.dashboard.jackpots.test_route_live import Hall

JPEG = b"\xff\xd8\xff\xe0"


class Television(Hall):
    """A hall whose clients may also pair."""

    def __init__(self, folder):
        super().__init__(folder)
        self.gate = Gate(3, self.clock)
        self.app.routes.extend(route_tv.routes(self.merchants, self.gate))

    def code(self, **headers):
        return self.call("POST", "/tv/code", headers)

    def state(self, token):
        return self.call("GET", "/tv/state", {"Authorization": f"Bearer {token}"})

    def send(self, token, picture):
        return self.call("POST", "/live/picture", {"Authorization": f"Bearer {token}"}, content=picture)


@pytest.fixture
def hall(tmp_path):
    hall = Television(tmp_path)
    yield hall
    hall.watch._keeper.close()
    hall.watch.ledger.database.close()


def test_a_code_opens_the_wall_once_somebody_entered_it_and_not_before(hall):
    answer = hall.code(Origin="http://hall")
    told = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert re.fullmatch(r"[A-Z2-9]{6}", told["code"])
    assert (told["place"], told["ends_in_s"]) == ("hall/screens", 600)
    assert (hall.state(told["token"]).status_code, hall.get(told["token"]).status_code) == (401, 401)
    enter(hall.ledger, told["code"], "Lobby", "dark", "ada")
    hall.now += 6
    assert (hall.state(told["token"]).json(), hall.get(told["token"]).status_code) == ({"paired": True}, 200)


@pytest.mark.parametrize(
    ("origin", "place"),
    [
        ("https://hall", "https://hall/screens"),
        ("http://hall", "http://hall/screens"),
        ("https://evil.example", "http://hall/screens"),
        ("null", "http://hall/screens"),
        ("", "http://hall/screens"),
    ],
)
def test_the_picture_leads_a_phone_to_this_server_as_the_television_knows_it(
    hall, monkeypatch, origin, place
):
    drawn = []
    make = route_tv.segno.make_qr
    monkeypatch.setattr(
        route_tv.segno, "make_qr", lambda text, **how: drawn.append(text) or make(text, **how)
    )
    told = hall.code(Origin=origin).json()
    assert drawn == [f"{place}?code={told['code']}"]
    assert told["picture"].startswith("data:image/svg+xml")


def test_one_address_gets_only_so_many_codes_a_minute(hall):
    assert [hall.code().status_code for _ in range(4)] == [200, 200, 200, 429]
    hall.now += 60
    assert hall.code().status_code == 200


def test_the_page_says_nothing_but_the_brand_and_runs_no_script_of_its_own(hall):
    page = hall.call("GET", "/tv", {})
    assert page.status_code == 200
    assert "Pair this screen" in page.text
    assert "<header>Jackpots</header>" in page.text
    assert re.findall(r"<script[^>]*>", page.text) == ['<script src="tv/tv.js" defer>']
    assert hall.call("GET", "/tv/tv.js", {}).headers["content-type"].startswith("text/javascript")
    assert hall.call("GET", "/tv/tv.css", {}).headers["content-type"].startswith("text/css")
    assert hall.asked == 0  # and the provider is asked for nothing


def test_a_ledger_that_is_away_is_an_answer_to_try_again(hall, monkeypatch):
    def away():
        raise LedgerAway("secret place")

    monkeypatch.setattr(hall.ledger, "writing", away)
    answer = hall.code()
    assert (answer.status_code, "secret" in answer.text) == (503, False)


def test_a_picture_is_taken_where_one_was_asked_for_and_of_nothing_else(hall):
    screens = hall.watch.screens
    token = screens.make("Lobby", "dark", "ada")
    assert hall.send("nobody", JPEG).status_code == 401
    assert hall.send(token, JPEG).status_code == 409
    screens.ask_for_picture(1)
    asked = hall.told(token)["screen"]["picture"]
    assert asked == screens.all()[0].picture_asked_at_ms
    assert hall.send(token, b"<svg onload=alert(1)>").status_code == 415
    assert hall.send(token, JPEG + bytes(route_live.MOST_PICTURE_BYTES)).status_code == 413
    assert screens.picture(screens.all()[0]) is None
    assert hall.send(token, JPEG + b"1").status_code == 204
    assert screens.picture(screens.all()[0]) == JPEG + b"1"
    assert hall.told(token)["screen"]["picture"] is None
    assert hall.send(token, JPEG + b"2").status_code == 409
