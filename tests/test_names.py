"""docs/names.md, and what other documents say of the code: names, links, versions."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dashboard.core.version import VERSION
from dashboard.kit.navigation import NAMES
from twoj_client import TwoJ
from twoj_client.endpoints import ENDPOINTS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/names.md").read_text("utf-8")
TEXTS = sorted(path for path in ROOT.rglob("*.md") if not {".venv", "venv", "build"} & set(path.parts))
COMMANDS = sorted(set(re.findall(r"`python -m ([a-z_ ]+)`", PAGE)))


def test_the_table_of_methods_is_that_of_the_endpoints():
    rows = re.findall(r"^\| `([a-z_.]+)` \| `(/[^`]+)` \|", PAGE, re.M)
    assert rows == [(each.name, each.path) for each in ENDPOINTS]


def test_every_method_is_there(tmp_path):
    with TwoJ(summary_url="http://127.0.0.1:9", mch_id=1, key="k", cache_url=str(tmp_path)) as twoj:
        for endpoint in ENDPOINTS:
            group, method = endpoint.name.split(".")
            assert callable(getattr(getattr(twoj, group), method))


def test_the_pages_are_those_of_the_navigation():
    (line,) = re.findall(r"^\*\*Pages\*\*: (.*?)\. Each", PAGE, re.M)
    assert re.findall(r"`/([a-z]*)`", line) == ["", *NAMES[1:]]


def test_the_routes_beside_the_pages_are_there():
    code = "".join(
        path.read_text("utf-8")
        for room in ("dashboard", "ledger")
        for path in [ROOT / "app.py", *(ROOT / room).rglob("*.py")]
    )
    named = re.findall(r"`(?:GET|POST) (/[a-z/]+)`", PAGE)
    routes = {"/healthz", "/readyz", "/metrics", "/live/jackpot", "/live/picture", "/order/jackpot"}
    assert routes == set(named)
    assert set(named) <= set(re.findall(r'Route\("(/[a-z/]+)"', code))


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_how_it_is_used(command):
    module, *rest = command.split()
    asked = [sys.executable, "-m", module, *rest, "--help"]
    answer = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0
    assert f"python -m {module}" in answer.stdout


def test_the_changelog_begins_with_the_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    first = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert first
    assert first[1] == version == VERSION


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_between_documents_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)#\s]*)(?:#[^)]*)?\)", path.read_text("utf-8")):
        assert "://" in target or (path.parent / target).exists(), target


def test_every_decision_is_in_the_list():
    folder = ROOT / "docs/decisions"
    listed = re.findall(r"\]\(([a-z-]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert sorted(listed) == sorted(each.name for each in folder.glob("*.md") if each.name != "README.md")
