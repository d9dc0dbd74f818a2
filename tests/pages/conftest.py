"""A page as a script, over the local provider, with the clock standing still."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr
from streamlit.testing.v1 import AppTest

from dashboard import data
from twoj_client.settings import Settings

MAIN = Path(__file__).parents[2] / "dashboard/ui/main.py"


@pytest.fixture
def open_page(sandbox, tmp_path) -> Callable[..., AppTest]:
    """Open the dashboard at a query string, as `open_page(period="30d")`; the sandbox's faults end after."""
    with ExitStack() as stack:
        stack.callback(sandbox.clear_faults)

        def open_page(query: dict[str, str] | None = None, **settings: str) -> AppTest:
            connection = data.connected(
                Settings(
                    summary_url=sandbox.url,
                    mch_id=sandbox.mch_id,
                    key=SecretStr(sandbox.key),
                    cache_url=str(tmp_path / "cache"),
                    **settings,
                ),
                demo=True,
                clock=lambda: CLOCK_S,
            )
            stack.enter_context(connection)
            page = AppTest.from_file(str(MAIN), default_timeout=30)
            page.query_params.update(query or {})
            return page.run()

        yield open_page
