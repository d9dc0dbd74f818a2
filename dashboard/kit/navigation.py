"""The pages, and the bar on top of each that leads to the others."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import streamlit as st

from dashboard.core.markdown import escaped, short
from dashboard.core.metrics import Metric
from dashboard.core.query import WATCH, WATCHED
from dashboard.core.roles import CHANGE_ALERTS, LOCAL, Person
from dashboard.core.text import WordTable, later, text
from dashboard.kit import bar, current, guard
from dashboard.kit import query_params as kit_query_params
from dashboard.kit.compat import StreamlitPage

_WATCHED: Final = {"bet_amount": "bet", "company_gain": "gain"}
"""What alerts call metrics, where it is not the metric's own key."""
_PAGES: Final = Path(__file__).parents[2] / "pages"
_TITLES: Final = WordTable(
    {
        "overview": later("Overview"),
        "games": later("Games"),
        "bonus": later("Bonus"),
        "jackpots": later("Jackpots"),
        "players": later("Players"),
        "bets": later("Bets"),
        "wallet": later("Wallet"),
        "alerts": later("Alerts"),
        "reports": later("Reports"),
        "screens": later("Screens"),
        "data": later("Data"),
        "status": later("Status"),
    }
)
"""The pages by the names of their files, as the bar has them."""
_GROUPS: Final = WordTable(
    {"overview": later("Business"), "players": later("Analysis"), "alerts": later("Operation")}
)
"""What the pages are called together, from this one on."""
NAMES: Final = tuple(_TITLES)
_ON_A_PHONE: Final = ("overview", "games", "players", "bets", "bonus", "jackpots")
"""Those of which a phone always shows the first `_FIRST` that somebody may see."""
_FIRST: Final = 4


def pages() -> dict[str, StreamlitPage]:
    """Every page of the dashboard by its name, the first of them at `/`. Each guards itself."""
    return {
        name: st.Page(_PAGES / f"{name}.py", title=title, default=name == NAMES[0])
        for name, title in _TITLES.items()
    }


def links(person: Person) -> list[bar.Group]:
    """The pages that a person may see, in their groups; a group without any is left out."""
    groups: list[bar.Group] = []
    for name, title in _TITLES.items():
        if name in _GROUPS:
            groups.append({"name": _GROUPS[name], "pages": []})
        if person.may(name):
            groups[-1]["pages"].append({"path": _path(name), "title": title})
    return [group for group in groups if group["pages"]]


def render(shown: str, person: Person, *tools: Callable[[], None]) -> None:
    """Draw the bar, `shown` being the page that is shown. Period and comparison go with its links.

    Each of the `tools` draws what else is on each page.
    """
    with st.container(key="bar", horizontal=True, vertical_alignment="center"):
        bar.render(
            links(person),
            [_path(name) for name in _ON_A_PHONE if person.may(name)][:_FIRST],
            _path(shown),
            kit_query_params.carried(),
            pages=text("Pages"),
            more=text("More"),
        )
        with st.container(key="who", horizontal=True, vertical_alignment="center", width="content"):
            for draw in tools:
                draw()
            if current.merchant().demo:
                st.badge(text("Demo data"), color="orange")
            if person != LOCAL:
                st.caption(escaped(short(person.name)), width="content")
                guard.sign_out()


def name_tab(*about: str) -> None:
    """Name the browser's tab by what the page shows, the most telling part first."""
    st.set_page_config(page_title=" · ".join((*map(short, about), text("2J dashboard"))))


def _path(name: str) -> str:
    """Where a page lies, seen from each of them."""
    return "." if name == NAMES[0] else name


def lead(file: str, label: str, **query: str) -> None:
    """Draw a link to a page of `pages/` with this query, and the period. `label` is shown as it is."""
    st.page_link(
        st.Page(_PAGES / file),
        label=escaped(short(label)),
        icon=":material/arrow_forward:",
        query_params=kit_query_params.carried() | query,
    )


def watched(metrics: Iterable[Metric[Any]], **of: str) -> dict[str, dict[str, str]]:
    """Return what the addresses of alerts of metrics say, by what their cards are called.

    `of` says of what they are; what no alert watches is left out.
    """
    named = {metric.label: _WATCHED.get(metric.key, metric.key) for metric in metrics}
    return {label: {WATCH.name: name, **of} for label, name in named.items() if name in WATCHED}


def tell_me(ways: Mapping[str, Mapping[str, str]]) -> None:
    """Draw the ways to alerts of what stands here, each by its name, for people who may make one."""
    if not guard.may(CHANGE_ALERTS):
        return
    if len(ways) == 1:
        lead("alerts.py", text("Tell me when…"), **next(iter(ways.values())))
        return
    with st.popover(text("Tell me when…"), icon=":material/notifications:", type="tertiary"):
        for label, query in ways.items():
            lead("alerts.py", label, **query)


@contextmanager
def telling(ways: Mapping[str, Mapping[str, str]]) -> Iterator[None]:
    """Draw beside what is drawn in the context, a line above cards, the ways to alerts of them."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(width="content"):
            yield
        tell_me(ways)
