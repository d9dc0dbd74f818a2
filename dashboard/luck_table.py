"""The judgements on RTPs as a table, and what they come to in words."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import pandas as pd

from dashboard.formats import percent
from dashboard.luck import OUTSIDE_95, OUTSIDE_998, Luck, Verdict

OWN: Final = "its own days before"
OF_TYPE: Final = "its type"
_ORDER: Final = (Verdict.OUTSIDE_998, Verdict.OUTSIDE_95, Verdict.INSIDE, Verdict.NOT_ENOUGH)


def luck_frame(lucks: Mapping[int, Luck], games: pd.DataFrame) -> pd.DataFrame:
    """One row a judged game of `games` (`frames.games_frame`), what is outside its bands first.

    `game_id`, `name`, `type`, `verdict`, `bet` (units of money, for drawing), and ratios as Float64: `rtp`,
    `expected`, `low_95`, `high_95`, `low_998`, `high_998` (NA without a band); `source` says where the
    expectation is from; `effective` and `needed` are effective rounds.
    """
    known = games[games["game_id"].isin(list(lucks))]
    found = [lucks[game_id] for game_id in known["game_id"].tolist()]
    bands = {
        "low_95": [luck.band_95 and luck.band_95[0] for luck in found],
        "high_95": [luck.band_95 and luck.band_95[1] for luck in found],
        "low_998": [luck.band_998 and luck.band_998[0] for luck in found],
        "high_998": [luck.band_998 and luck.band_998[1] for luck in found],
    }
    frame = pd.DataFrame(
        {
            "game_id": known["game_id"].tolist(),
            "name": known["name"].tolist(),
            "type": known["type"].tolist(),
            "verdict": [luck.verdict for luck in found],
            "bet": [luck.period.bet for luck in found],
            "rtp": pd.array([luck.rtp for luck in found], dtype="Float64"),
            "expected": pd.array([luck.expected for luck in found], dtype="Float64"),
            **{name: pd.array(values, dtype="Float64") for name, values in bands.items()},
            "source": [OF_TYPE if luck.of_type else OWN for luck in found],
            "effective": [round(luck.effective) for luck in found],
            "needed": [round(luck.needed) for luck in found],
        }
    )
    order = {verdict: place for place, verdict in enumerate(_ORDER)}
    places = sorted(
        range(len(frame)), key=lambda place: (order[found[place].verdict], -found[place].period.bet)
    )
    return frame.iloc[places].reset_index(drop=True)


def expected_outside(frame: pd.DataFrame) -> str:
    """How many of the judged games luck alone leaves outside, in words."""
    judged = int((frame["verdict"] != Verdict.NOT_ENOUGH).sum())
    games = "game has" if judged == 1 else "games have"
    return (
        f"{judged} {games} enough play to tell. By luck alone {judged * OUTSIDE_95:.1f} of them fall outside"
        f" the 95 % band and {judged * OUTSIDE_998:.2f} outside the 99.8 % band."
    )


def ratio(value: float) -> str:
    """A ratio known only as a float, as percent."""
    return percent(Fraction(value))
