"""The judgements on RTPs as a table, and what they come to in words."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import pandas as pd

from dashboard.core.formats import percent
from dashboard.core.markdown import escaped
from dashboard.games.luck import OUTSIDE_95, OUTSIDE_998, UNJUDGED, Luck, Origin, RtpVerdict

_ORDER: Final = (RtpVerdict.OUTSIDE_998, RtpVerdict.OUTSIDE_95, RtpVerdict.INSIDE, *UNJUDGED)


def luck_frame(lucks: Mapping[int, Luck], games: pd.DataFrame) -> pd.DataFrame:
    """One row a judged game of `games` (`frames.games_frame`), what is outside its bands first.

    `game_id`, `name`, `type`, `verdict`, `bet` (units of money, for drawing), and ratios as Float64: `rtp`,
    `expected`, `low_95`, `high_95`, `low_998`, `high_998` (NA where there is none); `source` says
    where the expectation is from; `effective` and `needed` are effective rounds.
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
            "source": [luck.origin or "" for luck in found],
            "effective": [round(luck.effective) for luck in found],
            "needed": [round(luck.needed) for luck in found],
        }
    )
    order = {verdict: place for place, verdict in enumerate(_ORDER)}
    places = sorted(
        range(len(frame)), key=lambda place: (order[found[place].verdict], -found[place].period.bet)
    )
    return frame.iloc[places].reset_index(drop=True)


def in_words(frame: pd.DataFrame) -> str:
    """What the judgements (`luck_frame`) come to, as Markdown."""
    judged = int((~frame["verdict"].isin(UNJUDGED)).sum())
    games = "1 game has" if judged == 1 else f"{judged} games have"
    by_luck = (
        f"By luck alone {judged * OUTSIDE_95:.1f} would fall outside the 95 % band and"
        f" {judged * OUTSIDE_998:.2f} outside the 99.8 % band."
    )
    lines = [f"{games} enough play to tell, {len(frame) - judged} not. {by_luck}"]
    for verdict, low, high in (
        (RtpVerdict.OUTSIDE_998, "low_998", "high_998"),
        (RtpVerdict.OUTSIDE_95, "low_95", "high_95"),
    ):
        outside = frame[frame["verdict"] == verdict]
        columns = (outside[field].tolist() for field in ("name", "rtp", low, high))
        named = [
            f"**{escaped(name)}** with {ratio(rtp)} (luck leaves it from {ratio(bottom)} to {ratio(top)})"
            for name, rtp, bottom, top in zip(*columns, strict=True)
        ]
        if named:
            lines.append(f"{verdict.capitalize()}: {'; '.join(named)}.")
    return "\n\n".join(lines)


def sources(frame: pd.DataFrame) -> str:
    """Where the expectations of the judgements (`luck_frame`) are from."""
    own = int((frame["source"] == Origin.OWN).sum())
    configured = int((frame["source"] == Origin.CONFIGURED).sum())
    theory = f"the theoretical one where it is configured (so for {configured}), else " if configured else ""
    return (
        f"The RTP to expect is {theory}that of the game's own days before the period where these hold enough"
        f" play (so for {own} of {len(frame)} games), else that of its type."
        + ("" if configured else " No theoretical RTP is configured.")
    )


def one_in_words(luck: Luck) -> str:
    """What the judgement on one game comes to, as Markdown."""
    begin = f"RTP **{ratio(luck.rtp)}**"
    if luck.expected is not None:
        begin += f", expected {ratio(luck.expected)} (from {luck.origin})"
    if luck.verdict is RtpVerdict.NO_SAMPLE:
        return (
            f"{begin}. {luck.verdict.capitalize()}: the sample holds {luck.effective:,.0f} effective rounds"
            f" of its type, a judgement needs {luck.needed:,.0f}."
        )
    if luck.band_95 is None or luck.band_998 is None:
        return (
            f"{begin}. Not enough play to tell: {luck.effective:,.0f} effective rounds, a fair band needs"
            f" {luck.needed:,.0f}."
        )
    low_95, high_95 = luck.band_95
    low_998, high_998 = luck.band_998
    return (
        f"{begin}. Luck leaves 95 of 100 honest games with this much play from {ratio(low_95)} to"
        f" {ratio(high_95)}, and all but one of 500 from {ratio(low_998)} to {ratio(high_998)}: it is"
        f" **{luck.verdict}**."
    )


def ratio(value: float) -> str:
    """A ratio known only as a float, as percent."""
    return percent(Fraction(value))
