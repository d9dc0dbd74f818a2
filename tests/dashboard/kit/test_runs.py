"""Whose line of the log it is: a page's run, and a part's that is drawn by itself."""

import pytest
from prometheus_client import generate_latest
from structlog.contextvars import get_contextvars

from dashboard.kit import runs
from dashboard.kit.runs import Visit

OWNER = Visit("games", "owner")


def test_a_page_has_one_id_with_all_its_parts():
    with runs.page(OWNER):
        whole = get_contextvars()
        with runs.part("luck", OWNER):
            assert get_contextvars() == whole | {"part": "luck"}
            assert runs.request_id() == whole["request_id"]
    assert (whole["page"], whole["role"]) == ("games", "owner")
    assert get_contextvars() == {}
    assert runs.request_id() == ""


def test_a_part_by_itself_has_a_new_id_each_time():
    ids = []
    for _ in range(2):
        with runs.part("luck", Visit("games", None)):
            ids.append(runs.request_id())
            bound = get_contextvars()
            assert (bound["part"], bound["page"], bound["role"]) == ("luck", "games", None)
    assert len(set(ids)) == 2
    assert get_contextvars() == {}


def test_an_error_ends_a_run_too():
    with pytest.raises(ValueError, match="broken"), runs.page(OWNER):
        raise ValueError("broken")
    assert get_contextvars() == {}


def test_pages_that_browsers_make_up_are_one_label():
    for name in ("x" * 1000, "games?a=b", "../etc", "screens"):
        with runs.page(Visit(name, None)):
            pass
    told = generate_latest(runs.REGISTRY).decode()
    assert "x" * 1000 not in told
    assert 'page="other",what="page"' in told


@pytest.mark.parametrize(
    ("given", "bound"), [("nginx-1", "nginx-1"), ("a b", None), ("x" * 65, None), ("", None)]
)
def test_a_proxys_id_of_the_websocket_stands_beside_the_runs_own(given, bound):
    with runs.page(Visit("games", "owner", given)):
        assert get_contextvars().get("connection") == bound
        assert len(runs.request_id()) == 16
