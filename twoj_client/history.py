"""Histories: whole lists of rounds out of answers that are cut."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from twoj_client.core import Core
from twoj_client.endpoints import ALL_HISTORY, Endpoint
from twoj_client.models import Bet, BetPage
from twoj_client.reply import Answer, Reply, reply_of
from twoj_client.windows import Window, blocks, business_days, hours

_PAGE = 2000


class Row(Protocol):
    """What all rounds have in common."""

    @property
    def event_id(self) -> str: ...  # noqa: D102
    @property
    def start_at(self) -> int: ...  # noqa: D102


R = TypeVar("R", bound=Row)


def walk_pages(core: Core, params: dict[str, Any], window: Window) -> Reply[list[Bet]]:
    """Return all bets of a window of any length, hour by hour and page by page."""
    answers: list[Answer[BetPage]] = []
    missing: list[Window] = []
    rows: list[Bet] = []
    parts = hours(window)
    for part, pages in zip(parts, core.each(lambda hour: _pages(core, params, hour), parts), strict=True):
        found = unique(row for page in pages for row in page.value.items)
        if len(found) != pages[-1].value.total:
            missing.append(part)
        rows += found
        answers += pages
    return reply_of(rows, answers, missing)


def _pages(core: Core, params: dict[str, Any], hour: Window) -> list[Answer[BetPage]]:
    pages: list[Answer[BetPage]] = []
    while not pages or len(pages) * _PAGE < pages[-1].value.total:
        asked = params | {"page": len(pages) + 1, "page_size": _PAGE}
        pages.append(core.cache.read(ALL_HISTORY, asked, hour))
    return pages


def harvest(
    core: Core, endpoint: Endpoint[list[R]], params: dict[str, Any], window: Window
) -> Reply[list[R]]:
    """Return all rounds of a window of any length from an endpoint that cuts its answers."""
    answers: list[Answer[list[R]]] = []
    missing: list[Window] = []
    longest_s = endpoint.longest_s or 0
    parts = blocks(business_days(window, core.zone), longest_s)
    for found, cut in core.each(lambda part: _halve(core, endpoint, params, part), parts):
        answers += found
        missing += cut
    return reply_of(unique(row for answer in answers for row in answer.value), answers, missing)


def _halve(
    core: Core, endpoint: Endpoint[list[R]], params: dict[str, Any], window: Window
) -> tuple[list[Answer[list[R]]], list[Window]]:
    limit = endpoint.row_limit or 0
    answers: list[Answer[list[R]]] = []
    cut: list[Window] = []
    todo = [window]
    while todo:
        part = todo.pop()
        answer = core.cache.read(endpoint, params | {"limit": limit}, part)
        answers.append(answer)
        if len(answer.value) < limit:
            continue
        if part.end - part.start == 1:
            cut.append(part)
        else:
            middle = (part.start + part.end) // 2
            todo += [Window(part.start, middle), Window(middle, part.end)]
    return answers, cut


def unique(rows: Iterable[R]) -> list[R]:
    """Return the rows once each, oldest first."""
    once = {row.event_id: row for row in rows}
    return sorted(once.values(), key=lambda row: (row.start_at, row.event_id))
