"""The judgements on RTPs as a table, and what they come to in words."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import pandas as pd

from dashboard.core.codes import type_text
from dashboard.core.formats import count, decimal, percent
from dashboard.core.markdown import escaped
from dashboard.core.text import WordTable, later, plural, text
from dashboard.games.luck import OUTSIDE_95, OUTSIDE_998, UNJUDGED, Luck, Origin, RtpVerdict

ORIGINS: Final = WordTable(
    {
        Origin.CONFIGURED: later("the theoretical RTP"),
        Origin.OWN: later("its own days before"),
        Origin.OF_TYPE: later("its type"),
    }
)
VERDICTS: Final = WordTable(
    {
        RtpVerdict.INSIDE: later("inside the bands"),
        RtpVerdict.OUTSIDE_95: later("outside the 95 % band"),
        RtpVerdict.OUTSIDE_998: later("outside the 99.8 % band"),
        RtpVerdict.NOT_ENOUGH: later("not enough play"),
        RtpVerdict.NO_SAMPLE: later("too few rounds to compare with"),
    }
)
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


def luck_in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """The judgements (`luck_frame`) as tables and files show them."""
    return frame.assign(
        type=[type_text(kind) for kind in frame["type"].tolist()],
        verdict=[VERDICTS[verdict] for verdict in frame["verdict"].tolist()],
        source=[ORIGINS.get(source, "") for source in frame["source"].tolist()],
    )


def luck_text(frame: pd.DataFrame) -> str:
    """What the judgements (`luck_frame`) come to, as Markdown."""
    judged = int((~frame["verdict"].isin(UNJUDGED)).sum())
    enough = plural(
        "{n} game has enough play to tell, {others} not.",
        "{n} games have enough play to tell, {others} not.",
        judged,
        others=count(len(frame) - judged),
    )
    by_luck = text(
        "By luck alone {of_95} would fall outside the 95 % band and {of_998} outside the 99.8 % band.",
        of_95=decimal(Fraction(judged * OUTSIDE_95), 1),
        of_998=decimal(Fraction(judged * OUTSIDE_998), 2),
    )
    lines = [f"{enough} {by_luck}"]
    for verdict, sentence, low, high in (
        (RtpVerdict.OUTSIDE_998, later("Outside the 99.8 % band: {games}."), "low_998", "high_998"),
        (RtpVerdict.OUTSIDE_95, later("Outside the 95 % band: {games}."), "low_95", "high_95"),
    ):
        outside = frame[frame["verdict"] == verdict]
        columns = (outside[field].tolist() for field in ("name", "rtp", low, high))
        named = [
            text(
                "**{game}** with {rtp} (luck leaves it from {low} to {high})",
                game=escaped(name),
                rtp=ratio(rtp),
                low=ratio(bottom),
                high=ratio(top),
            )
            for name, rtp, bottom, top in zip(*columns, strict=True)
        ]
        if named:
            lines.append(text(sentence.key, games="; ".join(named)))
    return "\n\n".join(lines)


def sources_text(frame: pd.DataFrame) -> str:
    """Where the expectations of the judgements (`luck_frame`) are from."""
    configured = int((frame["source"] == Origin.CONFIGURED).sum())
    sentence = later(
        "The RTP to expect is that of the game's own days before the period where these hold enough play (so"
        " for {own} of {games} games), else that of its type. No theoretical RTP is configured."
    )
    if configured:
        sentence = later(
            "The RTP to expect is the theoretical one where it is configured (so for {configured}), else that"
            " of the game's own days before the period where these hold enough play (so for {own} of {games}"
            " games), else that of its type."
        )
    own = int((frame["source"] == Origin.OWN).sum())
    return text(sentence.key, configured=count(configured), own=count(own), games=count(len(frame)))


def one_luck_text(luck: Luck) -> str:
    """What the judgement on one game comes to, as Markdown."""
    begin = text("RTP **{rtp}**.", rtp=ratio(luck.rtp))
    if luck.expected is not None and luck.origin:
        begin = text(
            "RTP **{rtp}**, expected {expected} (from {origin}).",
            rtp=ratio(luck.rtp),
            expected=ratio(luck.expected),
            origin=ORIGINS[luck.origin],
        )
    if luck.band_95 is None or luck.band_998 is None:
        sentence = later("Not enough play to tell: {rounds} effective rounds, a fair band needs {needed}.")
        if luck.verdict is RtpVerdict.NO_SAMPLE:
            sentence = later(
                "Too few rounds to compare with: the sample holds {rounds} effective rounds of its type, a"
                " judgement needs {needed}."
            )
        rounds, needed = count(Fraction(luck.effective)), count(Fraction(luck.needed))
        return f"{begin} {text(sentence.key, rounds=rounds, needed=needed)}"
    bands = text(
        "Luck leaves 95 of 100 honest games with this much play from {low_95} to {high_95}, and all but one"
        " of 500 from {low_998} to {high_998}: it is **{verdict}**.",
        **dict(zip(("low_95", "high_95"), map(ratio, luck.band_95), strict=True)),
        **dict(zip(("low_998", "high_998"), map(ratio, luck.band_998), strict=True)),
        verdict=VERDICTS[luck.verdict],
    )
    return f"{begin} {bands}"


def ratio(value: float) -> str:
    """A ratio known only as a float, as percent."""
    return percent(Fraction(value))
