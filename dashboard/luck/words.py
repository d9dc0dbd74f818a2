"""Why the gain moved, how much of it is luck, how few players it is of: in sentences."""

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Final

from dashboard.core.codes import type_text
from dashboard.core.formats import UNKNOWN, count, day_text, decimal, money_short, percent, with_plus
from dashboard.core.markdown import escaped
from dashboard.core.text import later, plural, text
from dashboard.luck.adjusted_gain import AdjustedGain
from dashboard.luck.changes import Finding, What
from dashboard.luck.concentration import OfFew
from dashboard.luck.explained import Explained, Movement, PeriodSums
from dashboard.luck.month_end import MonthEnd

_TOPS: Final = (
    later("Of {players} players the top one made {one} of the bet amount."),
    later("Of {players} players the top one made {one} of the bet amount, the top ten {ten}."),
    later(
        "Of {players} players the top one made {one} of the bet amount, the top ten {ten}, the top hundred"
        " {hundred}."
    ),
)
_OF_BETS: Final = later(
    "Bet amount: of {players} players the top one has {one}, ten {ten}, a hundred {hundred}; as few as"
    " {effective} of equal bets (Gini {gini})."
)
_OF_LOSSES: Final = later(
    "Losses: of {players} players the top one has {one}, ten {ten}, a hundred {hundred}; as few as"
    " {effective} of equal losses (Gini {gini})."
)
_OF_WINS: Final = later(
    "Wins: of {players} players the top one has {one}, ten {ten}, a hundred {hundred}; as few as"
    " {effective} of equal wins (Gini {gini})."
)


def movement_text(movement: Movement, currency: str | None) -> str:
    """Say by how much the gain moved and what moved it, as Markdown."""
    by = movement.by
    places = {
        "total": _signed(movement.now_li - movement.before_li, currency),
        "volume": _signed(by.volume_li, currency),
        "mix": _signed(by.mix_li, currency),
        "luck": _signed(by.luck_li, currency),
    }
    said = text(
        "Company gain moved by **{total}**: {volume} by volume, {mix} by the mix of games, {luck} by luck.",
        **places,
    )
    if not by.unknown_li:
        return said
    unknown = text(
        "{amount} is the change of games whose RTP to expect is not known.",
        amount=_signed(by.unknown_li, currency),
    )
    return f"{said} {unknown}"


def gain_text(gain: AdjustedGain, currency: str | None) -> str:
    """Say what was to be expected of a period's bets and what of its gain is luck, as Markdown."""
    multiple = gain.multiple
    said = text(
        "Luck-adjusted gain is **{theo}**: what these bets were to bring. {luck} is luck, {multiple} standard"
        " errors of {error}.",
        theo=money_short(gain.theo_li, currency),
        luck=_signed(gain.luck_li, currency),
        multiple=UNKNOWN if multiple is None else with_plus(decimal(Fraction(multiple), 1)),
        error=money_short(round(gain.error_li), currency),
    )
    if not gain.unknown_games:
        return said
    unknown = plural(
        "{n} game, of which nothing is known to expect, gained {amount} beside.",
        "{n} games, of which nothing is known to expect, gained {amount} beside.",
        gain.unknown_games,
        amount=money_short(gain.unknown_li, currency),
    )
    return f"{said} {unknown}"


def adjusted_text(gain: AdjustedGain, currency: str | None) -> str:
    """Say in one line what of the gain is luck, as Markdown; "" where nothing is known to expect."""
    multiple = gain.multiple
    if multiple is None:
        return ""
    return text(
        "Luck-adjusted gain **{theo}**: {luck} of company gain is luck, {multiple} standard errors.",
        theo=money_short(gain.theo_li, currency),
        luck=_signed(gain.luck_li, currency),
        multiple=with_plus(decimal(Fraction(multiple), 1)),
    )


def top_player_text(sums: PeriodSums, currency: str | None) -> str:
    """Say in one line how much is of one player, as Markdown; "" where that says nothing."""
    if sums.stakes is None or sums.without_li is None or sums.stakes.tops[0] is None:
        return ""
    return text(
        "Top player {share} of the bet amount, {effective} effective players; without the one who moved it"
        " most, company gain **{gain}**.",
        share=percent(sums.stakes.tops[0], 1),
        effective=decimal(sums.stakes.effective, 0),
        gain=money_short(sums.without_li, currency),
    )


def few_text(found: OfFew, currency: str | None) -> str:
    """Say how few players have how much of the bet amount, of losses and of wins, as Markdown."""
    said = []
    for of, sentence in (
        (found.bets, _OF_BETS),
        (found.losses, _OF_LOSSES),
        (found.wins, _OF_WINS),
    ):
        if of:
            told = of[0]
            shares = [UNKNOWN if share is None else percent(share, 1) for share in told.tops]
            places = dict(zip(("one", "ten", "hundred"), shares, strict=True))
            said.append(
                text(
                    sentence.key,
                    players=count(told.players),
                    effective=decimal(told.effective, 0),
                    gini=UNKNOWN if told.gini is None else decimal(told.gini, 2),
                    **places,
                )
            )
    if found.without_li is not None:
        gain = money_short(found.without_li, currency)
        said.append(text("Without the player who moved it most, company gain is **{gain}**.", gain=gain))
    if found.forgotten:
        said.append(text("Forgotten players are not among these."))
    return "\n\n".join(said)


def players_text(sums: PeriodSums, currency: str | None) -> str:
    """Say how few players the bet amount and the gain are of, as Markdown; "" where nothing was bet."""
    stakes, without_li = sums.stakes, sums.without_li
    if stakes is None:
        return ""
    shares = [percent(share, 1) for share in stakes.tops if share is not None]
    said = []
    if shares:
        names = dict(zip(("one", "ten", "hundred"), shares, strict=False))
        said.append(text(_TOPS[len(shares) - 1].key, players=count(stakes.players), **names))
        said.append(
            text(
                "It is as concentrated as if {effective} had bet the same each (Gini {gini}).",
                effective=decimal(stakes.effective, 1),
                gini=decimal(stakes.gini or 0, 2),
            )
        )
    if without_li is not None:
        gain = money_short(without_li, currency)
        said.append(text("Without the player who moved it most, company gain is **{gain}**.", gain=gain))
    if sums.players is None:
        said.append(text("Forgotten players are not among these."))
    return " ".join(said)


def month_text(first_day: date, told: MonthEnd, currency: str | None) -> str:
    """Say where the month ends, as Markdown."""
    places = {
        "month": day_text(first_day, "yMMMM"),
        "gain": money_short(told.expected_li, currency),
        "low": money_short(told.low_li, currency),
        "high": money_short(told.high_li, currency),
    }
    if told.coverage is None:
        said = text(
            "Company gain of {month} should end near **{gain}**, in 80 of 100 such months from {low} to"
            " {high}; too few days are held to check that against the past.",
            **places,
        )
    else:
        said = text(
            "Company gain of {month} should end near **{gain}**, in 80 of 100 such months from {low} to"
            " {high}; in the past such bands held {coverage}.",
            **places,
            coverage=percent(Fraction(told.coverage), 0),
        )
    if told.skill is not None and told.skill > 0:
        skill = text("It was {skill} less off than the pace so far.", skill=percent(Fraction(told.skill), 0))
        said = f"{said} {skill}"
    if told.one_decides:
        decides = text("One player decides: half of what luck can do here is theirs.")
        said = f"{said} {decides}"
    return said


def finding_text(found: Finding, names: Mapping[int, str], currency: str | None) -> str:
    """Say in a sentence what changed, as Markdown."""
    if found.what is What.RTP:
        name = escaped(names.get(int(found.of), found.of))
        if found.now > 0:
            return text("**{game} pays too much**, says the RTP monitor.", game=name)
        return text("**{game} pays too little**, says the RTP monitor.", game=name)
    if found.what is What.LUCK:
        return _luck_text(found, currency)
    if found.what is What.PLAYER:
        return text(
            "**One player made {share} of the bet amount**, {times} times as much as one usually does.",
            share=percent(Fraction(found.now), 1),
            times=decimal(Fraction(found.ratio or 0), 1),
        )
    if found.what is What.HOUR:
        at = datetime.fromisoformat(found.of)
        return text(
            "**Bets {change}** on {day} from {hour}, against the usual of that hour.",
            change=with_plus(percent(Fraction(found.ratio or 0) - 1, 0)),
            day=day_text(at.date(), "MMMEd"),
            hour=f"{at:%H:%M}",
        )
    return _volume_text(found, names, currency)


def _volume_text(found: Finding, names: Mapping[int, str], currency: str | None) -> str:
    change = with_plus(percent(Fraction(found.ratio or 0) - 1, 0))
    if found.what is What.BETS:
        return text("**Bets {change}** against the usual of the weeks before.", change=change)
    money = _signed(found.money_li, currency)
    if not found.of:
        return text(
            "**Bet amount {change}** against the usual of the weeks before: {money}.",
            change=change,
            money=money,
        )
    name = escaped(names.get(int(found.of), found.of)) if found.of.isdecimal() else type_text(found.of)
    return text(
        "**Bet amount of {name} {change}** against the usual of the weeks before: {money}.",
        name=name,
        change=change,
        money=money,
    )


def _luck_text(found: Finding, currency: str | None) -> str:
    places = {
        "money": money_short(abs(found.money_li), currency),
        "multiple": decimal(Fraction(abs(found.now)), 1),
    }
    if found.of:
        places["type"] = type_text(found.of)
        if found.now < 0:
            return text(
                "**{type}: players won {money} more than was to be expected**, {multiple} standard errors.",
                **places,
            )
        return text(
            "**{type}: players lost {money} more than was to be expected**, {multiple} standard errors.",
            **places,
        )
    if found.now < 0:
        return text(
            "**Players won {money} more than was to be expected**, {multiple} standard errors.", **places
        )
    return text(
        "**Players lost {money} more than was to be expected**, {multiple} standard errors.", **places
    )


def origins_text(explained: Explained) -> str:
    """Say where the RTPs to expect are from, or that there are none."""
    if not any(explained.origins):
        return text(
            "What is luck is not known: the archive holds too few bets from before the period, and no"
            " theoretical RTPs are set (TWOJ_RTP)."
        )
    theoretical, own, of_type = map(count, explained.origins)
    return text(
        "For luck in the gain the RTPs to expect are theoretical for {theoretical} games, their own of up to"
        " 60 days before for {own} (known within a percentage point, or as well as their type's), and of all"
        " games of their type for {of_type}. The bands of single games have a rule of their own.",
        theoretical=theoretical,
        own=own,
        of_type=of_type,
    )


def _signed(li: int, currency: str | None) -> str:
    return with_plus(money_short(li, currency))
