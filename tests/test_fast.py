"""What keeps the server fast, without a look at the clock: calls, bytes, settings."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import pytest
from pandas.io.formats.style import Styler
from streamlit import config
from streamlit.testing.v1 import AppTest

from tests.browser import dashboard
from tests.pages.test_calls import PAGES, STAGE
from tests.streamlit_client import Tab, opened

PEOPLE = 100
OTHER_GAMES = 30
"""Of the made-up world; slots are one answer."""


async def crowd(url: str) -> list[list[str]]:
    """What stands on a cold Overview for each of many who open it at once; then all draw it again."""
    async with AsyncExitStack() as stack:
        tabs: list[Tab] = await asyncio.gather(
            *(stack.enter_async_context(opened(url)) for _ in range(PEOPLE))
        )
        await asyncio.gather(*(tab.rerun() for tab in tabs))
        assert not any(tab.errors for tab in tabs)
        return [tab.texts for tab in tabs]


@pytest.mark.servers
def test_a_hundred_people_at_a_cold_overview_cost_the_provider_the_calls_of_one(sandbox, tmp_path):
    settings = {
        "TWOJ_SUMMARY_URL": sandbox.url,
        "TWOJ_MCH_ID": str(sandbox.mch_id),
        "TWOJ_KEY": sandbox.key,
        "TWOJ_LEDGER_URL": f"sqlite:///{tmp_path}/ledger",
    }
    with dashboard(tmp_path, module="tests.stopped_clock", **settings) as running:
        seen = asyncio.run(crowd(running.url))
    assert "Bet amount" in "".join(seen[0])
    assert all(texts == seen[0] for texts in seen)
    calls = Counter(call["path"] for call in sandbox.calls())
    overview = PAGES[0]
    assert overview.name == "overview"
    # Without an archive, games are asked of the provider; with one they are not (tests/pages/test_calls.py).
    games = {"/api/slots/game/stage/summary": 1, "/api/games/game/stage/summary": OTHER_GAMES}
    # One person's page asks for the days of the period, those compared and this month. Whichever part comes
    # first spares the others what it brings, or none does.
    windows = [str(call["data"]) for call in sandbox.calls() if call["path"] == STAGE]
    assert 2 <= len(set(windows)) == len(windows) <= 4
    assert calls | {STAGE: 3} == overview.cold | games


def table() -> None:
    import pandas as pd

    from dashboard.core import tables
    from dashboard.kit import table as kit_table

    rows = pd.DataFrame({column.field: [1, -2] for column in tables.LUCK})
    kit_table.render_table(rows, tables.LUCK, "luck", None)


def test_the_same_table_is_the_same_message_so_that_browsers_get_it_once():
    app = AppTest.from_function(table).run()
    first = app.dataframe[0].proto.SerializeToString(deterministic=True)
    assert first == app.run().dataframe[0].proto.SerializeToString(deterministic=True)


def kept_table() -> None:
    import pandas as pd

    from dashboard.core import tables
    from dashboard.core.memo import memo
    from dashboard.kit import table as kit_table

    rows = memo(pd.DataFrame, tuple(range(-3, 3)), None, tuple(column.field for column in tables.LUCK[:1]))
    kit_table.render_table(rows, tables.LUCK[:1], "kept", None)


def test_the_cells_of_the_same_table_are_written_once(monkeypatch):
    tables = []
    write = Styler._translate

    def counted(table, *options, **more):
        tables.append(table)
        return write(table, *options, **more)

    monkeypatch.setattr(Styler, "_translate", counted)
    app = AppTest.from_function(kept_table).run()
    assert not app.exception
    app.run()
    assert len(app.dataframe[0].value) == 6
    assert len(tables) == 1


def test_no_garbage_is_collected_by_force_after_each_run():
    assert config.get_option("runner.postScriptGC") is False
