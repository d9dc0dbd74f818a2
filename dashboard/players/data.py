"""One player: all rounds of a period, and the provider's own sums beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
import pandas as pd

from dashboard.core.codes import SLOTS
from dashboard.core.currencies import NOT_KNOWN, currency_name, currency_names, unit
from dashboard.core.formats import offset_text
from dashboard.core.periods import business_day, day_start, days_label
from dashboard.core.query import View
from dashboard.core.text import Deferred, Words, later, text
from dashboard.players.games import player_games
from dashboard.players.player import Player, PlayerProblem
from dashboard.provider.asking import gather, reading_of
from dashboard.provider.failures import failures, listed, sentence
from dashboard.provider.jobs import Job
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Progressive, Reading
from dashboard.rounds.frame import rounds_frame, together, with_games
from twoj_client import Reply, TwoJError
from twoj_client.errors import AccountUnknown, ParameterRefused
from twoj_client.models import Game

PATIENCE_S: Final = 0.7
"""So long a page waits for a player's rounds before it shows how far they are."""
_RENEW_S: Final = 60
_RENEW_FINISHED_S: Final = 1800
_MOST_CURRENCIES: Final = 20
_OTHERS: Final = "others"
_SUMMARIES: Final = {
    SLOTS: later("The provider's summary of slots"),
    _OTHERS: later("The provider's summary of other games"),
}

Part = tuple[str, datetime, datetime]
"""Slots or other games, and the window of one call."""


@dataclass(frozen=True, slots=True)
class PlayerHistory:
    """A player's rounds (`rounds.with_games`, oldest first) of a window, and the player with both ids.

    `missing` are windows in epoch seconds in which rounds are known to be missing. `currencies` are all of
    the player's (`currencies.currency_names`): where there are several, `in_currency` leaves the rounds of
    `currency` alone, as amounts of two are never added.
    """

    player: Player
    rounds: pd.DataFrame
    start: datetime
    end: datetime
    missing: tuple[tuple[int, int], ...]
    games: tuple[Game, ...]
    currencies: tuple[str, ...] = ()
    currency: str = ""
    setting: str | None = None
    """How amounts of no other currency are called."""

    @property
    def unit(self) -> str | None:
        """How its amounts are called."""
        return unit(self.currency, self.setting, alone=len(self.currencies) < 2)

    def holds(self, currency: str | None) -> bool:
        """Whether amounts of this currency, as the provider gives it, are of this history."""
        if len(self.currencies) < 2:
            return currency_name(currency) in (None, self.currency) or not self.currency
        return (currency_name(currency) or NOT_KNOWN) == self.currency


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryProgress(Progressive[PlayerHistory]):
    """How far the reading of a history is: `rows` rounds so far. `known` is there once all parts are."""

    rows: int


def player_history(
    merchant: Merchant, player: Player, view: View, patience_s: float = PATIENCE_S
) -> HistoryProgress:
    """All rounds of a player in a period of any length, read in the background week by week.

    Waits `patience_s` for the whole. Raises PlayerProblem where the provider knows no such player, TwoJError
    where it answers nothing.
    """
    load = _look(merchant, player, view, patience_s)
    replies = load.replies()
    rows = sum(len(reply.data) for reply in replies.values())
    if load.left or not load.finished:
        return HistoryProgress(None, load.answered, load.asked, rows=rows)
    errors = load.errors()
    if not replies and all(isinstance(error, ParameterRefused) for error in errors.values()):
        _raise_if_unknown(merchant, player)
    load.raise_if_all_failed()
    if errors and not any(len(reply.data) for reply in replies.values()):
        raise next(iter(errors.values()))  # none of those that are known is not none
    known = load.made(partial(_history, merchant, player, replies, errors))
    return HistoryProgress(known, load.answered, load.asked, rows=rows)


def give_up(merchant: Merchant, player: Player, view: View) -> None:
    """Leave out what has not been asked yet of a player's history."""
    _look(merchant, player, view, 0).give_up()


def in_currency(known: Reading[PlayerHistory], wanted: str | None) -> Reading[PlayerHistory]:
    """Only the rounds of one currency, where a player has several: that which is `wanted`, else the first."""
    history = known.value
    names = history.currencies
    history = replace(history, currency=wanted if wanted in names else names[0] if names else "")
    if len(names) > 1:
        kept = [
            history.holds(None if pd.isna(text) else text) for text in history.rounds["currency"].tolist()
        ]
        history = replace(history, rounds=history.rounds[kept].reset_index(drop=True))
    return replace(known, value=history, currency=history.unit or history.currency)


def player_sums(merchant: Merchant, history: PlayerHistory) -> Reading[pd.DataFrame]:
    """Each game's rounds beside the provider's summary of the same window (`player_games.player_games`).

    A summary whose answer failed is named in `failures`. Raises TwoJError where both failed.
    """
    twoj = merchant.twoj
    asked = {"start": history.start, "end": history.end, **asdict(history.player)}
    calls: dict[str, Callable[[], Reply[Any]]] = {
        SLOTS: partial(twoj.slots.user_stage_summary, **asked),
        _OTHERS: partial(twoj.games.user_stage_summary, **asked),
    }
    replies, errors = gather(merchant, calls)
    slots, others = (replies[name].data if name in replies else None for name in (SLOTS, _OTHERS))
    if slots is not None:
        slots = [row for row in slots if history.holds(row.currency)]
    if len(history.currencies) > 1 and history.currency != NOT_KNOWN:
        others = None  # of no currency that the provider says
    return reading_of(
        merchant,
        player_games(history.rounds, slots, others, history.games),
        replies.values(),
        (history.start, history.end),
        failures((_SUMMARIES[name], error) for name, error in errors.items()),
    )


def _look(merchant: Merchant, player: Player, view: View, patience_s: float) -> Job[Part, pd.DataFrame]:

    def start() -> Job[Part, pd.DataFrame]:
        parts = [
            (kind, *window)
            for window in reversed(_weeks(merchant, view.start, view.end))
            for kind in (SLOTS, _OTHERS)
        ]
        return Job(
            {part: partial(_read, merchant, player, part) for part in parts},
            merchant.jobs.quick,
            merchant.clock,
        )

    # A day that is over is not what was there of it while it ran.
    number = merchant.asked_again(view.start, view.end)
    name = ("player", player, view.period.first_day, view.period.last_day, view.is_running, number)
    renew_s = _RENEW_S if view.is_running else _RENEW_FINISHED_S
    return merchant.jobs.look(name, start, renew_s, patience_s)


def _weeks(merchant: Merchant, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Cut a window at the Mondays of the business zone: periods that share weeks share answers."""
    zone = merchant.zone
    day = business_day(start, zone)
    cuts = []
    while True:
        day += timedelta(days=7 - day.weekday())
        if day_start(day, zone) >= end:
            break
        cuts.append(day_start(day, zone))
    return list(zip([start, *cuts], [*cuts, end], strict=True))


def _read(merchant: Merchant, player: Player, part: Part) -> Reply[pd.DataFrame]:
    kind, start, end = part
    twoj, ids = merchant.twoj, asdict(player)
    reply: Reply[Any] = (
        twoj.slots.user_history(start=start, end=end, **ids)
        if kind == SLOTS
        else twoj.games.user_history(start=start, end=end, **ids)
    )
    return msgspec.structs.replace(reply, data=rounds_frame(reply.data))


def _history(
    merchant: Merchant,
    player: Player,
    replies: Mapping[Part, Reply[pd.DataFrame]],
    errors: Mapping[Part, TwoJError],
) -> Reading[PlayerHistory]:
    in_order = sorted(replies, key=lambda part: part[1])
    rounds = together([replies[part].data for part in in_order])
    games, unnamed = _games(merchant)
    cut = sorted({window for part in in_order for window in replies[part].missing})
    history = PlayerHistory(
        _identified(merchant, player, rounds),
        with_games(rounds, games),
        min(start for _, start, _ in (*replies, *errors)),
        max(end for _, _, end in (*replies, *errors)),
        tuple(sorted([*cut, *((int(start.timestamp()), int(end.timestamp())) for _, start, end in errors)])),
        tuple(games),
        currency_names([None if pd.isna(text) else text for text in rounds["currency"].tolist()]),
        setting=merchant.currency,
    )
    seen = merchant.currencies
    if history.player.op_id and history.currencies:
        merchant.player_currencies.put(history.player.op_id, history.currencies)
    seen.update(history.currencies[: max(0, _MOST_CURRENCIES - len(seen))])
    # Finished weeks were said long ago and are still true: the age is that of the latest one.
    latest = max(end for _, _, end in replies)
    as_of = min(reply.as_of for (_, _, end), reply in replies.items() if end == latest)
    return reading_of(
        merchant,
        history,
        replies.values(),
        (history.start, history.end),
        (
            *failures((_part_words(merchant, part), error) for part, error in errors.items()),
            *([Deferred(_cut_text, (tuple(start for start, _ in cut), merchant.zone))] if cut else []),
            *unnamed,
        ),
        as_of,
    )


def _cut_text(seconds: Sequence[int], zone: ZoneInfo) -> str:
    """A sentence for the seconds (epoch) that hold more rounds than one answer of the provider."""
    local = [datetime.fromtimestamp(second, zone) for second in seconds]
    when = listed(
        text(
            "{time} on {day}",
            time=f"{second:%H:%M:%S}{offset_text(second)}",
            day=days_label(second.date(), second.date()),
        )
        for second in local
    )
    return text("Some rounds of {when}: the provider gives no more than 500 of one second.", when=when)


def _part_words(merchant: Merchant, part: Part) -> Words:
    kind, start, end = part
    days = business_day(start, merchant.zone), business_day(end - timedelta(seconds=1), merchant.zone)
    label = Deferred(days_label, days)
    return later("Slots, {days}", days=label) if kind == SLOTS else later("Other games, {days}", days=label)


def _games(merchant: Merchant) -> tuple[list[Game], tuple[Words, ...]]:
    try:
        return merchant.twoj.all.list().data, ()
    except TwoJError as error:
        return [], (later("The names of the games: {sentence}", sentence=sentence(error)),)


def _identified(merchant: Merchant, player: Player, rounds: pd.DataFrame) -> Player:
    """Add the id that the rounds say. Raises PlayerProblem where they are of another player."""
    found = rounds[["user_id", "op_id"]].dropna().drop_duplicates()
    if found.empty and not rounds.empty:
        found = _named_by_a_game(merchant, rounds)
    if rounds.empty:
        _raise_if_no_account(merchant, player)
    # The documents' own example answers with an op_id that is empty.
    owners = [
        Player(op_id or player.op_id, user_id)
        for user_id, op_id in zip(found["user_id"].tolist(), found["op_id"].tolist(), strict=True)
    ]
    for owner in owners:
        if player.op_id not in (None, owner.op_id) or player.user_id not in (None, owner.user_id):
            raise PlayerProblem(
                text(
                    "The provider's rounds of {player} belong to {owner}: two different players.",
                    player=player.named,
                    owner=owner.named,
                )
            )
    return owners[0] if owners else player


def _named_by_a_game(merchant: Merchant, rounds: pd.DataFrame) -> pd.DataFrame:
    """Find the ids in the history of a game: a player's own history of games other than slots has none."""
    event_id, game_id, start = (rounds[name].tolist()[-1] for name in ("event_id", "game_id", "start_at"))
    try:
        reply = merchant.twoj.games.game_history(start=start, end=start + 1, game_id=game_id)
    except TwoJError:
        return rounds_frame(())
    return rounds_frame([row for row in reply.data if row.event_id == event_id])


def _raise_if_unknown(merchant: Merchant, player: Player) -> None:
    """Ask by each id alone, to say what is wrong with a player whom the provider refuses.

    Raises TwoJError where the provider refuses whatever is asked: then it is not the player.
    """
    now = merchant.now()
    merchant.twoj.all.stage_summary(start=now - timedelta(hours=1), end=now)
    unknown = []
    alone = [each for each in (Player(op_id=player.op_id), Player(user_id=player.user_id)) if each.named]
    for each in alone:
        try:
            merchant.twoj.slots.user_stage_summary(start=now - timedelta(days=1), end=now, **asdict(each))
        except ParameterRefused:
            unknown.append(each.named)
    if unknown:
        ids = text("{id} or {other_id}", id=unknown[0], other_id=unknown[1]) if unknown[1:] else unknown[0]
        raise _unknown_player(ids)
    if len(alone) == 2:
        raise PlayerProblem(text("The {ids} name two different players.", ids=player.named))


def _raise_if_no_account(merchant: Merchant, player: Player) -> None:
    """Tell a player without rounds from none at all, where the wallet knows."""
    try:
        if player.op_id is not None:
            merchant.twoj.transfer.balance(op_id=player.op_id)
    except AccountUnknown:
        raise _unknown_player(player.named) from None
    except TwoJError:
        return


def _unknown_player(ids: str) -> PlayerProblem:
    return PlayerProblem(text("The provider knows no player with {ids}.", ids=ids))
