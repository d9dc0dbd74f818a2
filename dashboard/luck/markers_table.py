"""The markers of a player in words: what each is, and what it cannot know."""

from collections.abc import Callable
from fractions import Fraction
from math import exp
from typing import Any, Final

import pandas as pd

from dashboard.core.formats import count, decimal, money, percent, with_plus
from dashboard.core.text import Message, later, text
from dashboard.luck.markers import Care, Marker


def _share(value: float) -> str:
    return percent(Fraction(value), 1)


def _change(value: float) -> str:
    # Less than half a percent is none.
    return with_plus(percent(Fraction(round((exp(value) - 1) * 100), 100), 0))


def _hours(value: float) -> str:
    return text("{hours} h", hours=decimal(Fraction(value), 1))


def _number(value: float) -> str:
    return decimal(Fraction(value), 2)


def _count(value: float) -> str:
    return count(round(value))


def _evidence(value: float) -> str:
    return count(round(exp(min(value, 27.0))))


_SAID: Final[dict[Marker, tuple[Message, Callable[[float], str], Message]]] = {
    Marker.DEPOSITS: (
        later("Money that comes in inside a session, of rounds"),
        _share,
        later("A jackpot or a bonus raises the balance too."),
    ),
    Marker.CHASING: (
        later("Stake after a loss, against after a win"),
        _change,
        later("Some games force the stake; a system is no loss of control."),
    ),
    Marker.SPEED: (
        later("Pause after a win, against after a loss"),
        _change,
        later("Wins are shown for longer by some games; pauses are known to the second."),
    ),
    Marker.LOSSES: (
        later("Largest loss of a day"),
        _count,
        later("What the player can afford, and plays elsewhere, is not known."),
    ),
    Marker.EMPTIED: (
        later("Sessions that end with less than the last stake"),
        _share,
        later("The money may lie in another wallet, or have been taken out."),
    ),
    Marker.NIGHT: (
        later("Rounds between midnight and six"),
        _share,
        later("Where the player is, and when they work, is not known."),
    ),
    Marker.LONGER: (
        later("Sessions grow longer (rank correlation with time)"),
        _number,
        later("Ten sessions or more; play elsewhere is not seen."),
    ),
    Marker.SAME_GAP: (
        later("Rounds that follow in the most common gap"),
        _share,
        later("The game's own autoplay is as even as a program."),
    ),
    Marker.SPAN: (
        later("Longest time without two hours' pause"),
        _hours,
        later("Several people may share an account."),
    ),
    Marker.HOURS: (
        later("Hours of the day with a round, of 24"),
        _count,
        later("Long periods cover more of them."),
    ),
    Marker.ADVANTAGE: (
        later("Evidence of getting back more than should be"),
        _evidence,
        later("Luck, a broken game and an advantage look alike from here."),
    ),
}


def markers_table(care: Care, currency: str | None) -> pd.DataFrame:
    """One row a marker that is known, those highest among peers first, for `tables.MARKERS`."""
    rows: list[dict[str, Any]] = [
        {
            "marker": text(_SAID[marker][0].key),
            "value": money(round(value), currency) if marker is Marker.LOSSES else _SAID[marker][1](value),
            "percentile": care.percentiles.get(marker),
            "cannot": text(_SAID[marker][2].key),
        }
        for marker, value in care.values.items()
    ]
    rows.sort(key=lambda row: -(row["percentile"] or 0.0))
    return pd.DataFrame(rows)


def care_text(care: Care) -> str:
    """Say among whom it is measured, and what it is not."""
    said = text(
        "Among {peers} peers of the same time, of {players} players. One in 100 honest players lies above 99"
        " % of their peers in any of these: it is a reason to look, never a diagnosis.",
        peers=count(care.peers),
        players=count(care.players),
    )
    if care.advantage:
        more = text("**What this player gets back is more than luck explains, of all who are looked at.**")
        return f"{said} {more}"
    return said
