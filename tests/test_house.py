"""The house's rules that a reader would otherwise have to trust: who imports whom, and what is pinned."""

import ast
import re
from collections import Counter
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from streamlit import config

ROOT = Path(__file__).parents[1]
OURS = {"app", "pages", "dashboard", "twoj_client", "twoj_sandbox", "ledger", "archive", "reports"}
DEMO = "dashboard/server/demo.py"
"""The one place that starts demo mode."""
PRIVATE_NAMES = "dashboard/kit/compat.py"
"""The one place that knows what Streamlit and pandas do not promise to keep."""
SERVERS = {"app.py", "ledger/__main__.py", "archive/__main__.py"}
PACKS = {"core", "bonus", "jackpots"}
"""The rooms of `dashboard` that packs are made with."""
"""What is started: they read the settings and write the log."""
DOCUMENTED = {"pandas.io.formats.style.Styler", "streamlit.errors.StreamlitDuplicateElementKey"}
OWN_OR_PROMISED = {"self", "cls", "other"}, {"_replace", "_asdict", "_fields", "_mapping"}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, with dots: `from dashboard import data` is `dashboard.data`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def private_names(path: Path) -> set[str]:
    """Names with an underscore that a file takes from things of other modules."""
    owners, promised = OWN_OR_PROMISED
    return {
        node.attr
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and re.match(r"_[^_]", node.attr) and node.attr not in promised
        if not (isinstance(node.value, ast.Name) and node.value.id in owners)
    }


SCREEN_LINES = 60
LAYERS = (
    {"core"},
    {"charts"},
    {"provider"},
    {"channels"},
    {"access"},
    {"kit"},
    {
        "overview",
        "games",
        "bonus",
        "rounds",
        "players",
        "bets",
        "wallet",
        "jackpots",
        "proof",
        "luck",
        "reports",
        "status",
    },
    {"alerts"},
    {"server"},
)
"""The rooms of `dashboard`, lowest first: one imports from those below it, never from one above."""
SUBJECTS = {
    "overview": {"bonus", "luck"},
    "players": {"rounds", "luck"},
    "games": {"rounds", "overview", "players", "luck"},
    "bets": {"rounds", "players"},
    "wallet": {"players"},
    "status": {"bets", "jackpots"},
    # Mails tell what pages tell.
    "reports": {"overview", "games", "bonus", "players", "jackpots", "proof", "luck"},
}
"""Which subjects a subject may import from."""


def layer(room: str) -> int:
    """How high a room of `dashboard` lies."""
    return next(index for index, rooms in enumerate(LAYERS) if room in rooms)


@pytest.mark.parametrize(
    ("document", "heading"),
    [("README.md", "## How the house is laid out"), ("docs/architecture.md", "## The rooms")],
)
def test_a_picture_of_the_house_has_all_its_rooms(document, heading):
    section = (ROOT / document).read_text("utf-8").split(heading)[1].split("\n## ")[0]
    assert (OURS | set.union(*LAYERS)) - set(re.findall(r"[a-z_]+", section)) == set()


def permitted(path: Path) -> set[str]:
    """The rooms of ours, and Streamlit, that a file may import from."""
    room, name = path.parts[0], path.stem
    if room in {"twoj_client", "twoj_sandbox"}:
        return {room}
    if path.as_posix() in SERVERS:
        return {"dashboard", "archive", "ledger", "twoj_client", "streamlit"}
    if room == "ledger":
        return {"ledger", "twoj_client"}
    if room == "archive":
        return {"archive", "ledger", "twoj_client"}
    if room == "reports":
        return {"reports", "dashboard", "archive", "ledger", "twoj_client"}
    if room == "pages":
        return {"dashboard", "streamlit"}
    if path.as_posix() == DEMO:
        return {"dashboard", "twoj_client", "twoj_sandbox"}
    if path.parts[1] in {"access", "provider", "server"} or name.startswith(("data", "route")):
        # The ledger's database holds more than payouts: screens, pot samples, transfers, the audit log.
        return {"dashboard", "twoj_client", "ledger", "archive", "reports", "streamlit"}
    if path.parts[1] == "kit" or path.parts[-2].startswith("parts") or name.startswith("parts"):
        return {"dashboard", "streamlit"}
    return {"dashboard"}


FILES = sorted(
    path.relative_to(ROOT)
    for room in OURS
    for path in (*(ROOT / room).rglob("*.py"), *ROOT.glob(f"{room}.py"))
)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_file_imports_only_from_the_rooms_it_may(path):
    named = imports(ROOT / path)
    # The types of the provider's rows and of the ledger's are data, and may be known anywhere; so may hours.
    data = re.compile(
        r"twoj_client\.(models|windows)\.|twoj_client\.cache\.store\.CacheState$"
        r"|ledger\.transfers\.(CashierTransfer|Transfer(Kind|Order|State))$"
        r"|twoj_client\.health\.ApiHealth$|ledger\.payouts\.refusals\.RefusalCount$|ledger\.outbox\.Sent$"
        r"|archive\.(pieces\.(Piece|DaySums)|proof\.(PieceState|FINISHED)|archive\.Archive)$"
    )
    known = {name for name in named if not data.match(name)}
    rooms = {name.split(".")[0] for name in known} & (OURS | {"streamlit"})
    assert rooms <= permitted(path)
    if path.parts[0] in {"ledger", "archive"} and "dashboard" in rooms:
        lent = {"dashboard.server.opened", "dashboard.server.settings", "dashboard.server"}
        assert {name.rpartition(".")[0] for name in named if name.startswith("dashboard")} <= lent
    if path.parts[0] == "reports" and path.name != "__main__.py":
        assert {name.split(".")[1] for name in named if name.startswith("dashboard.")} <= PACKS
    plotly = any(name.startswith("plotly") for name in named)
    assert not plotly or path.parts[1] in {"charts", "kit"} or path.stem.startswith("figures")
    if path.as_posix() != PRIVATE_NAMES:
        inner = {name for name in named if name.startswith(("streamlit.", "pandas.")) and name.count(".") > 1}
        assert inner <= DOCUMENTED
        assert not private_names(ROOT / path)
    # It takes twenty times as long for a figure as graph_objects does.
    assert not any(name.startswith("plotly.express") for name in named)
    if path.parts[0] == "twoj_client":
        assert not any(name.split(".")[0] == "pandas" for name in named)


@pytest.mark.parametrize("path", [path for path in FILES if path.parts[0] == "dashboard"], ids=str)
def test_a_room_imports_only_from_rooms_below_it_and_subjects_from_a_list(path):
    if len(path.parts) < 3:
        return
    room = path.parts[1]
    for name in imports(ROOT / path):
        if name.startswith("dashboard."):
            other = name.split(".")[1]
            if layer(other) == layer(room):
                assert other == room or other in SUBJECTS.get(room, ())
            else:
                assert layer(other) < layer(room)


def test_only_pages_and_their_parts_take_the_merchant_from_the_session():
    takers = {path for path in FILES if "dashboard.kit.current" in " ".join(imports(ROOT / path))}
    assert {path.parts[0] for path in takers} == {"app.py", "dashboard", "pages"}
    for path in takers:
        assert path.parts[0] != "dashboard" or "kit" in path.parts or "parts" in path.as_posix()


def test_a_class_name_stands_for_one_thing():
    classes = [
        node.name
        for path in FILES
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    assert [name for name, times in Counter(classes).items() if times > 1] == []


def test_games_of_one_name_are_told_apart_in_one_place():
    readers = {
        path.as_posix()
        for path in FILES
        if path.parts[0] in ("dashboard", "pages", "reports", "archive")
        and re.search(r"\.game_name\b", (ROOT / path).read_text("utf-8"))
    }
    assert readers == {"dashboard/core/frames.py", "reports/gather.py"}, "frames.game_names says each its own"


def test_no_part_of_a_page_is_drawn_for_somebody_whose_sign_in_has_ended():
    uses = {
        path.name
        for room in ("pages", "dashboard")
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"st\.(fragment|dialog)", path.read_text("utf-8"))
    }
    assert uses == {"guard.py"}, "guard.fragment and guard.dialog ask who is there, Streamlit's do not"


def pinned(*names: str) -> list[Requirement]:
    """What the requirement files name, each pinned to one version."""
    found = []
    for name in names:
        for line in (ROOT / name).read_text().splitlines():
            if line and not line.startswith(("#", "-r ")):
                requirement = Requirement(line)
                assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), f"{name}: {line}"
                found.append(requirement)
    return found


def brought_along(requirements: list[Requirement]) -> set[str]:
    """Every package that these need on this machine, by its canonical name."""
    found: set[tuple[str, frozenset[str]]] = set()
    todo = [(canonicalize_name(each.name), frozenset(each.extras)) for each in requirements]
    while todo:
        name, extras = todo.pop()
        if (name, extras) not in found:
            found.add((name, extras))
            for needed in map(Requirement, requires(name) or ()):
                if not needed.marker or any(
                    needed.marker.evaluate({"extra": each}) for each in extras or {""}
                ):
                    todo.append((canonicalize_name(needed.name), frozenset(needed.extras)))
    return {name for name, _ in found}


@pytest.mark.parametrize("names", [("requirements.txt",), ("requirements.txt", "requirements-dev.txt")])
def test_every_package_is_pinned_exactly_once_and_so_is_what_it_brings_along(names):
    requirements = pinned(*names)
    named = [canonicalize_name(each.name) for each in requirements]
    assert len(named) == len(set(named))
    assert set(named) == brought_along(requirements)


def test_streamlit_still_has_the_options_that_the_configuration_sets():
    import tomllib

    sections = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
    for section in ("server", "browser", "client", "runner", "logger"):
        for option in sections[section]:
            assert config.get_option(f"{section}.{option}") is not None, f"{section}.{option}"


def test_a_page_is_a_screen_at_most():
    lines = {path.name: len(path.read_text("utf-8").splitlines()) for path in ROOT.glob("pages/*.py")}
    assert {name: count for name, count in lines.items() if count > SCREEN_LINES} == {}
