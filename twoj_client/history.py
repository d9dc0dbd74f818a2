"""Histories without pages: whole lists of one player's or one game's rounds."""

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from twoj_client import arguments
from twoj_client.arguments import When
from twoj_client.core import Core
from twoj_client.endpoints import Endpoint
from twoj_client.models import Bet, GamesRound, SlotsRound
from twoj_client.reply import Answer, Reply, reply_of
from twoj_client.window_splitting import SplitPlan
from twoj_client.windows import Window, blocks, business_days

R = TypeVar("R", GamesRound, SlotsRound, Bet)


def whole_history(
    core: Core, endpoint: Endpoint[list[R]], params: dict[str, Any], start: When, end: When
) -> Reply[list[R]]:
    """Return all rounds of a window of any length, oldest first, from an endpoint that cuts its answers.

    ``missing`` names the seconds that hold more rounds than one answer.
    """
    assert endpoint.longest_s is not None, endpoint.name  # noqa: S101
    assert endpoint.row_limit is not None, endpoint.name  # noqa: S101
    window = arguments.window(start, end)
    asked = params | {"limit": endpoint.row_limit}
    windows = blocks(business_days(window, core.zone), endpoint.longest_s)
    plan = SplitPlan(windows, limit=endpoint.row_limit, most_at_once=core.max_in_flight)
    whole: dict[Window, Answer[list[R]]] = {}
    while batch := plan.next():
        answers = core.each(lambda part: core.cache.read(endpoint, asked, part), batch)
        for part, answer in zip(batch, answers, strict=True):
            plan.record(part, [row.start_at for row in answer.value])
            if len(answer.value) < endpoint.row_limit or part in plan.cut:
                whole[part] = answer
    in_order = [whole[part] for part in sorted(whole)]
    rows = oldest_first(row for answer in in_order for row in forwards(answer.value))
    reply = reply_of(rows, in_order, sorted(plan.cut))
    if not reply.complete:
        return reply
    return msgspec.structs.replace(
        reply, changes=core.cache.compared(endpoint, asked, window, rows, in_order)
    )


def oldest_first(rows: Iterable[R]) -> list[R]:
    """Return the rows once each, oldest first.

    Rows of the same second keep their order: a player's balance runs from one to the next.
    """
    once: dict[str, R] = {}
    for row in rows:
        once.setdefault(row.event_id, row)
    return sorted(once.values(), key=lambda row: row.start_at)


def forwards(rows: list[R]) -> list[R]:
    """Return an answer's rows, turned round if it is newest first."""
    return rows[::-1] if rows and rows[0].start_at > rows[-1].start_at else rows
