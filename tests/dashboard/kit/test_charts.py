"""Figures on screen: whose points lead on, and to whom."""

from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
import streamlit as st

from dashboard.core.roles import Person, Role
from dashboard.kit import charts, guard

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("role", "opens", "key"),
    [
        (Role.OWNER, "games", "opens-games-gains"),
        (Role.OWNER, "players", "gains"),
        (Role.ANALYST, "players", "opens-players-gains"),
        (Role.ANALYST, "", "gains"),
        (None, "games", "gains"),
    ],
)
def test_a_chart_leads_only_to_pages_that_somebody_may_see(
    monkeypatch: pytest.MonkeyPatch, role: Role | None, opens: str, key: str
) -> None:
    drawn: list[dict[str, Any]] = []
    monkeypatch.setattr(guard, "person", lambda: Person("ann", role))
    monkeypatch.setattr(st, "plotly_chart", lambda _figure, **options: drawn.append(options))
    charts.show(go.Figure(layout={"height": 300}), "gains", opens)
    assert [each["key"] for each in drawn] == [key]
    assert "on_select" not in drawn[0]


def test_every_chart_is_drawn_here_so_that_each_has_its_sentence_and_its_table() -> None:
    sources = [*(ROOT / "dashboard").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    drawing = [each.name for each in sources if "st.plotly_chart(" in each.read_text("utf-8")]
    assert drawing == ["charts.py"]
