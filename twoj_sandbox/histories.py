"""Histories without pages: what is left of them when they are cut at their limit."""

import random
from collections.abc import Callable

import numpy as np

from twoj_sandbox.provider import SandboxProvider
from twoj_sandbox.rules import RequestWindow
from twoj_sandbox.world.day import ROUND, Rounds, WorldDay
from twoj_sandbox.world.draws import Whole


def cut(
    provider: SandboxProvider, window: RequestWindow, limit: int, positions: Callable[[WorldDay], Whole]
) -> Rounds:
    """Return at most `limit` rounds of the window, those and in the order that the provider's manner says.

    `positions` finds the wanted rounds in a day. Days are read only until there are enough.
    """
    manner = provider.manner
    days = provider.world.day_numbers(window.start, window.end, provider.clock.now())
    pieces: list[Rounds] = []
    found = 0
    for number in reversed(days) if manner.keep == "newest" else days:
        day = provider.world.day(number)
        piece = day.rounds[positions(day)]
        pieces.append(piece)
        found += len(piece)
        if found >= limit and manner.keep != "random":
            break
    if manner.keep == "newest":
        pieces.reverse()
    rounds = np.concatenate([np.zeros(0, ROUND), *pieces])
    return _ordered(provider, _kept(provider, rounds, limit))


def _kept(provider: SandboxProvider, rounds: Rounds, limit: int) -> Rounds:
    if provider.manner.keep == "oldest":
        return rounds[:limit]
    if provider.manner.keep == "newest":
        return rounds[-limit:]
    chosen = random.Random(len(rounds)).sample(range(len(rounds)), min(limit, len(rounds)))
    return rounds[sorted(chosen)]


def _ordered(provider: SandboxProvider, rounds: Rounds) -> Rounds:
    if provider.manner.order == "oldest":
        return rounds
    if provider.manner.order == "newest":
        return rounds[::-1]
    return rounds[random.Random(len(rounds)).sample(range(len(rounds)), len(rounds))]
