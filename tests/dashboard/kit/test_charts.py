"""Figures on screen: whose points lead on, and to whom."""

from typing import Any

import plotly.graph_objects as go
import pytest
import streamlit as st

from dashboard.core.roles import Person, Role
from dashboard.kit import charts, guard


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
