"""A page as a script, over the local provider, with both clocks standing still."""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from streamlit.testing.v1 import AppTest

from archive.collector import Collector
from archive.engine import Engine, Sources
from dashboard.games import data_luck
from dashboard.games.data_luck import LuckSample
from dashboard.kit.current import merchants
from dashboard.provider.jobs import Job
from dashboard.server.connect import connected
from dashboard.server.settings import Settings
from ledger.database import Database, ledger_url
from tests import archived
from tests.parts import new_ledger
from tests.provider import CLOCK, Sandbox
from twoj_sandbox import MCH_ID

MAIN = Path(__file__).parents[2] / "dashboard/kit/main.py"
OpenPage = Callable[..., AppTest]


@pytest.fixture
def clock() -> list[int]:
    """The dashboard's time in epoch seconds, to be moved by hand."""
    return [CLOCK]


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def cache_folder(request: pytest.FixtureRequest, tmp_path: Path, shared_folder: Path) -> Path:
    """Where the client keeps answers: one place for all tests that only look, so that they ask once.

    Whoever takes the provider, the clock or a patch, itself or by a fixture, may count calls, strike faults
    or change what is true: it has a place of its own, empty at first.
    """
    looks_only = {"sandbox", "clock", "monkeypatch"}.isdisjoint(request.node.fixturenames)
    return shared_folder if looks_only else tmp_path / "cache"


@pytest.fixture
def patient() -> Iterator[None]:
    """Pages wait for all that is on its way, so that each is drawn once."""
    look = Job.look
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Job, "look", lambda load, patience_s: look(load, max(patience_s, 60)))
        yield


@pytest.fixture(scope="session", autouse=True)
def _luck_is_measured_once_of_the_same_files() -> Iterator[None]:
    """Each test opens another copy of the archive: measured anew, that were a third of the Games page's."""
    measured, known = data_luck._measured, dict[tuple[object, ...], LuckSample]()

    def measure(engine: Engine, files: Sources, *of: Any) -> LuckSample:
        names = [each.file.path for each in (*files.bets, *files.rolled)]  # hold a digest of what is in it
        key = (*names, data_luck._SAMPLE_BETS, *map(repr, of))
        if key not in known:
            known[key] = measured(engine, files, *of)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data_luck, "_measured", measure)
        yield


@pytest.fixture
def open_page(
    request: pytest.FixtureRequest, cache_folder: Path, filled: Path, tmp_path: Path
) -> Iterator[OpenPage]:
    """Open a page by its deep link, name and query string, with these settings beside the provider's.

    With `user` people sign in; these are the claims of whoever is there, none of nobody. The archive holds
    sixty days and is not read on; with an `archive_url` of a test's own it is empty at first, and is.
    """
    # Not named as arguments: then every test would count as one that may change them (`cache_folder`).
    sandbox: Sandbox = request.getfixturevalue("sandbox")
    clock: list[int] = request.getfixturevalue("clock")
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

        def open_page(
            query: Mapping[str, str] = {},
            page: str = "overview",
            user: dict[str, Any] | None = None,
            **settings: Any,
        ) -> AppTest:
            if not (tmp_path / "ledger").exists():
                if "archive_url" in settings:
                    with new_ledger(tmp_path / "ledger", MCH_ID):
                        pass
                else:
                    shutil.copy(filled / "ledger", tmp_path / "ledger")
                    archived.copy(filled / "archive", tmp_path / "filled")
            places = {"cache_url": str(cache_folder), "ledger_url": f"sqlite:///{tmp_path / 'ledger'}"}
            if "ledger_url" not in settings:
                places["archive_url"] = str(tmp_path / "filled")
            if "archive_url" not in settings:
                patch.setattr(Collector, "running", lambda _: nullcontext())
            wanted = Settings(
                summary_url=sandbox.url,
                mch_id=sandbox.mch_id,
                key=SecretStr(sandbox.key),
                **(places | settings),
            )
            ledger = Database(ledger_url(wanted.ledger_url))
            stack.callback(ledger.close)
            connection = connected(
                merchants,
                wanted,
                ledger,
                demo=True,
                sign_in=user is not None,
                clock=lambda: clock[0],
                timer=lambda: time.monotonic() + clock[0],
                sleep=lambda seconds: time.sleep(seconds / 100),
            )
            stack.enter_context(connection)
            app = AppTest.from_file(str(MAIN), default_timeout=30)
            app.user = user or {}
            for name, value in query.items():
                app.query_params[name] = value
            if page != "overview":
                app.switch_page(f"../../pages/{page}.py")
            return app.run()

        yield open_page
