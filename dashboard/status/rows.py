"""How the server and what it depends on are doing, and what to do about what is not well. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final, Generic, NamedTuple, TypeVar

from dashboard.core.currencies import is_code
from dashboard.core.formats import about_duration, count, percent, size
from dashboard.core.text import Message, later, listed, plural, text
from dashboard.jackpots.screens import Condition
from dashboard.provider.failures import sentence
from ledger.outbox import Sent
from ledger.payouts.refusals import RefusalCount
from twoj_client.cache.store import CacheState
from twoj_client.health import ApiHealth

T = TypeVar("T")

CLOCK_WATCHED_S: Final = 30
"""From this difference on somebody should set the clock."""
CLOCK_LIMIT_S: Final = 240
"""From here the provider may refuse signatures: usual is 300 s, the documents do not say."""
SLOW_S: Final = 1.0
_WAITS_LONG_MS: Final = 600_000
OK: Final = "ok"


class HealthState(StrEnum):
    """How something is doing."""

    WELL = "well"
    WATCH = "watch"
    FAILING = "failing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the page: of what, how it is doing, what was seen, and what to do about it."""

    what: Message
    state: HealthState
    said: str
    to_do: str = ""

    @property
    def id(self) -> str:
        """What it is of, the same in each language."""
        return self.what.key.format_map(self.what.fields)


class Checked(NamedTuple, Generic[T]):
    """An answer, and how old it is."""

    value: T
    age_s: float


ApiSeen = Checked[ApiHealth]


class LedgerSeen(NamedTuple):
    """The ledger's database: where it is, the version of its tables and that of this server's.

    `failure` says why it cannot be written, empty where it can.
    """

    place: Message | str
    version: str | None = None
    newest: str | None = None
    failure: Message | str = ""


class PayoutsSeen(NamedTuple):
    """What the ledger knows of payouts; times in epoch ms, None where there was none."""

    last_payout_ms: int | None
    last_call_ms: int | None
    last_outcome: str
    waiting: int
    oldest_waiting_ms: int | None


class MessagesSeen(NamedTuple):
    """By channel: the newest message that it was given, and how many are not sent yet."""

    latest: Mapping[str, Sent]
    waiting: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a server should get requests, and in words for anybody how its parts are."""

    ready: bool
    provider: str
    cache: str
    ledger: str


def api_row(api: Message, seen: ApiSeen | None, ahead_s: float | None) -> Row:
    """Return the line about an API. `ahead_s` is what any of them told of the provider's clock."""
    if seen is None:
        return Row(api, HealthState.UNKNOWN, text("The check has not been answered."))
    health, age, error = seen.value, about_duration(seen.age_s), seen.value.error
    if error and not health.reachable:
        said = text("Does not answer. {failure} Checked {age} ago.", failure=sentence(error), age=age)
        advice = text(
            "Pages show the last numbers with their age. Check the network and the address in the settings;"
            " if both are right, call the provider."
        )
        return Row(api, HealthState.FAILING, said, advice)
    if error and health.signed is False:
        code = error.code
        refuses = text("Refuses the signature (code {code}). Checked {age} ago.", code=code, age=age)
        return Row(api, HealthState.FAILING, refuses, _signature_advice(ahead_s))
    if error:
        state = HealthState.WATCH if health.signed else HealthState.FAILING
        failed = text("{failure} Checked {age} ago.", failure=sentence(error), age=age)
        return Row(api, state, failed, text(error.what_to_do))
    took = text(
        "Answered in {ms} ms, signature accepted. Checked {age} ago.",
        ms=count(max(round(health.took_s * 1000), 1)),
        age=age,
    )
    if health.took_s >= SLOW_S:
        return Row(api, HealthState.WATCH, took, text("It is slow. If that stays, tell the provider."))
    return Row(api, HealthState.WELL, took)


def clock_row(ahead_s: float | None) -> Row:
    """Return the line about the provider's clock against ours."""
    what = later("Clock")
    if ahead_s is None:
        unknown = text(
            "No answer told the provider's time. Those of the Open API do, those of the Summary API never."
        )
        return Row(what, HealthState.UNKNOWN, unknown)
    off = about_duration(abs(ahead_s))
    said = (
        text("The provider's clock is {off} ahead of this server's.", off=off)
        if ahead_s > 0
        else text("The provider's clock is {off} behind this server's.", off=off)
    )
    if abs(ahead_s) < 1:
        said = text("The provider's clock and this server's are less than 1 s apart.")
    if abs(ahead_s) < CLOCK_WATCHED_S:
        return Row(what, HealthState.WELL, said)
    if abs(ahead_s) < CLOCK_LIMIT_S:
        return Row(what, HealthState.WATCH, said, text("Let a time service (NTP) set this server's clock."))
    return Row(
        what,
        HealthState.FAILING,
        text("{said} Signatures carry the time, and are refused if it is too far off.", said=said),
        text("Set this server's clock, and let a time service (NTP) keep it."),
    )


def ahead_of(seen: Iterable[ApiSeen | None]) -> float | None:
    """Return how far the provider's clock is ahead, by the freshest answer that told its time."""
    told = [each for each in seen if each is not None and each.value.ahead_s is not None]
    return min(told, key=lambda each: each.age_s).value.ahead_s if told else None


def currency_row(setting: str | None, seen: Iterable[str]) -> Row:
    """Whether rounds carry another currency than the setting."""
    what, named, set_to = later("Currency"), sorted(seen), setting or text("none")
    if not named:
        said = text("The setting is {setting}. No round has named one yet.", setting=set_to)
        return Row(what, HealthState.UNKNOWN, said)
    said = text(
        "The setting is {setting}. Rounds seen since the start: {currencies}.",
        setting=set_to,
        currencies=listed(named),
    )
    if len(named) > 1 or (setting and any(is_code(name) and name != setting for name in named)):
        advice = text("Sums of all players may add up several currencies; a player's own page does not.")
        return Row(what, HealthState.WATCH, said, advice)
    return Row(what, HealthState.WELL, said)


def cache_row(seen: CacheState | None) -> Row:
    """Return the line about where answers are kept."""
    what = later("Store")
    if seen is None:
        return Row(what, HealthState.UNKNOWN, text("The check has not been answered."))
    place = Message(*seen.place)
    if not seen.works:
        advice = (
            text("Check that Redis runs and that TWOJ_CACHE_URL leads to it.")
            if place.key.startswith("Redis")
            else text("Check that the disk has room, and that the folder belongs to the server's user.")
        )
        said = text(
            "{place} cannot be read and written. Pages work, and ask the provider more often.",
            place=place,
        )
        return Row(what, HealthState.FAILING, said, advice)
    limit = _size(seen.limit_bytes)
    said = (
        text("{place}. size not known of at most {limit}.", place=place, limit=limit)
        if seen.size_bytes is None
        else text(
            "{place}. {size} of at most {limit}.", place=place, size=_size(seen.size_bytes), limit=limit
        )
    )
    return Row(what, HealthState.WELL, said)


def answers_row(hits: int, misses: int, stale: int) -> Row:
    """Return the line about what the cache answered since the start."""
    what, asked = later("Answers"), hits + misses
    if not asked:
        return Row(what, HealthState.UNKNOWN, text("Nothing has been asked for since the start."))
    said = plural(
        "Hit rate {rate} of {n} answer. {stale} were old, because the provider failed. Counted since the"
        " start.",
        "Hit rate {rate} of {n} answers. {stale} were old, because the provider failed. Counted since the"
        " start.",
        asked,
        rate=percent(Fraction(hits, asked), 1),
        stale=count(stale),
    )
    return Row(what, HealthState.WELL, said)


def ledger_row(seen: LedgerSeen | None) -> Row:
    """Return the line about the ledger's database."""
    what = later("Database")
    advice = text(
        "Payouts are answered so that the provider repeats them; no transfer and no screen can be made. Check"
        " the database server or the disk, and TWOJ_LEDGER_URL."
    )
    if seen is None:
        return Row(what, HealthState.FAILING, text("The check has not been answered."), advice)
    if seen.failure:
        said = text("{place}. {reason}", place=seen.place, reason=seen.failure)
        return Row(what, HealthState.FAILING, said, advice)
    if seen.version != seen.newest:
        said = text(
            "{place}. Its tables are of version {version}, this server's of {newest}.", **seen._asdict()
        )
        return Row(what, HealthState.WATCH, said, text("Another server is newer: update this one."))
    said = text("{place}. It can be written; its tables are up to date ({version}).", **seen._asdict())
    return Row(what, HealthState.WELL, said)


def payouts_row(seen: PayoutsSeen | None, now_ms: int) -> Row:
    """Return the line about the payouts that the provider asked for."""
    what = later("Payouts")
    if seen is None:
        return Row(what, HealthState.UNKNOWN, text("The ledger does not say."))
    last = text("No payout was received yet.")
    if seen.last_payout_ms is not None:
        last = text("The last payout was received {age} ago.", age=_since(seen.last_payout_ms, now_ms))
    if seen.last_call_ms is not None:
        last = text(
            "{last_payout} The last call came {age} ago, outcome: {outcome}.",
            last_payout=last,
            age=_since(seen.last_call_ms, now_ms),
            outcome=seen.last_outcome,
        )
    if not seen.waiting or seen.oldest_waiting_ms is None:
        return Row(what, HealthState.WELL, last)
    is_long = now_ms - seen.oldest_waiting_ms >= _WAITS_LONG_MS
    said = plural(
        "{n} payout waits for your wallet to confirm it, for {age}. {last_payout}",
        "{n} payouts wait for your wallet to confirm them, the oldest for {age}. {last_payout}",
        seen.waiting,
        age=_since(seen.oldest_waiting_ms, now_ms),
        last_payout=last,
    )
    advice = text(
        "Look at the wallet service of TWOJ_PAYOUT_WALLET_URL; the server's log says what it answered"
        ' ("payout waits for the wallet").'
    )
    return Row(what, HealthState.FAILING if is_long else HealthState.WATCH, said, advice)


REFUSED: Final = {
    "conflict": (
        later("with a known number for another player or amount"),
        later("Ask the provider which money is right; it does not repeat these."),
    ),
    "failed": (later("that the database would not hold"), later("Run: python -m ledger check")),
    "mismatch": (
        later("with a signature that does not match"),
        later("If they are the provider's, TWOJ_KEY is not its key: correct it, and it repeats them."),
    ),
    "unreadable": (
        later("signed, in which no payout can be read"),
        later("Ask the provider about them; it repeats them only for a while."),
    ),
    "unsigned": (later("without a signature"), ""),
    "refused": (later("refused by an older version"), ""),
}
"""What is said of payout calls of each kind that were not credited, and what to do about it."""


def refused_row(seen: Sequence[RefusalCount] | None, now_ms: int) -> Row:
    """Return the line about payout calls that were not credited: failing until somebody has seen them."""
    what = later("Refused payouts")
    if seen is None:
        return Row(what, HealthState.UNKNOWN, text("The ledger does not say."))
    if not seen:
        return Row(what, HealthState.WELL, text("Every call was credited."))
    unseen = [each for each in seen if each.unseen]
    if not unseen:
        told = [
            plural("{n} call {fault}", "{n} calls {fault}", each.total, fault=REFUSED[each.kind][0])
            for each in seen
        ]
        said = text("In all: {calls}.", calls="; ".join(told))
        looked = [(each.seen_at_ms, each.seen_by) for each in seen if each.seen_at_ms is not None]
        if looked:
            at_ms, who = max(looked)
            age = _since(at_ms, now_ms)
            said = text("{calls} Last seen by {person} {age} ago.", calls=said, person=who, age=age)
        return Row(what, HealthState.WELL, said)
    told = [
        plural(
            "{n} call {fault}, the last {age} ago",
            "{n} calls {fault}, the last {age} ago",
            each.unseen,
            fault=REFUSED[each.kind][0],
            age=_since(each.last_at_ms, now_ms),
        )
        for each in unseen
    ]
    advice = " ".join(str(REFUSED[each.kind][1]) for each in unseen)
    return Row(
        what,
        HealthState.FAILING,
        text("Not credited: {calls}.", calls="; ".join(told)),
        text("{advice} Then press “I have seen this” below.", advice=advice),
    )


_SCREENS: Final = {
    Condition.ON: later("{n} on"),
    Condition.OLD_BUILD: later("{n} older build"),
    Condition.OLD_NUMBERS: later("{n} old numbers"),
    Condition.STILL: later("{n} frozen"),
    Condition.OFF: later("{n} off"),
    Condition.DARK: later("{n} switched off here"),
    Condition.CLOSED: later("{n} closed"),
}
"""How many screens are so; those that are new or revoked are not in use."""


def screens_row(conditions: Sequence[Condition]) -> Row:
    """Return the line about the televisions."""
    what, counted = later("Screens"), Counter(conditions)
    used = [text(words.key, n=count(counted[each])) for each, words in _SCREENS.items() if counted[each]]
    if not used:
        return Row(what, HealthState.WELL, text("No screen is in use."))
    said = text("{counts}.", counts=listed(used))
    if not counted[Condition.STILL] and not counted[Condition.OFF]:
        return Row(what, HealthState.WELL, said)
    advice = text(
        "The Jackpots page says which. Reload the page on a frozen one; switch one on that is off, or revoke"
        " its link."
    )
    return Row(what, HealthState.WATCH, said, advice)


def channel_rows(
    kinds: Mapping[str, str], seen: MessagesSeen | None, why: Mapping[str, str], now_ms: int
) -> list[Row]:
    """Return a line for each channel, of which `kinds` says what it is, and `why` what was last said of it.

    Those that messages wait for, and that are not in the settings any more, are failing.
    """
    if seen is None:
        return [Row(later("Channels"), HealthState.UNKNOWN, text("The ledger does not say."))]
    if not kinds and not seen.waiting:
        none = text("None is set (TWOJ_CHANNELS): alerts and reports are told to nobody.")
        return [Row(later("Channels"), HealthState.UNKNOWN, none)]
    lost = [
        Row(
            later("Channel {name}", name=name),
            HealthState.FAILING,
            plural("{n} message waits for it.", "{n} messages wait for it.", seen.waiting[name]),
            text("TWOJ_CHANNELS does not name it any more: name it again."),
        )
        for name in sorted(seen.waiting.keys() - kinds.keys())
    ]
    found = [
        _channel_row(name, kind, seen.latest.get(name), why.get(name, ""), now_ms)
        for name, kind in kinds.items()
    ]
    return found + lost


def _channel_row(name: str, kind: str, last: Sent | None, why: str, now_ms: int) -> Row:
    what, advice = later("Channel {name}", name=name), text("The Alerts page can send a test.")
    if last is None:
        nothing = text("{kind}. Nothing was sent yet.", kind=kind)
        return Row(what, HealthState.UNKNOWN, nothing, advice)
    if last.acknowledged_at_ms is not None:
        age = _since(last.acknowledged_at_ms, now_ms)
        said = text("{kind}. The last message was taken {age} ago.", kind=kind, age=age)
        if why:
            return Row(what, HealthState.WATCH, text("{said} {why}", said=said, why=why))
        return Row(what, HealthState.WELL, said)
    said = plural(
        "{kind}. {why} Tried {n} time; the message is of {age} ago.",
        "{kind}. {why} Tried {n} times; the message is of {age} ago.",
        last.attempts,
        kind=kind,
        why=why,
        age=_since(last.made_at_ms, now_ms),
    )
    to_do = text("Look at its address in TWOJ_CHANNELS. {advice}", advice=advice)
    return Row(what, HealthState.FAILING, said, to_do)


def readiness(
    apis: Mapping[str, ApiSeen | None], cache: CacheState | None, ledger: LedgerSeen | None
) -> Readiness:
    """Say whether this server should get requests.

    Only the ledger decides. Without it payouts cannot be taken, and the provider should try another server. A
    provider that fails fails for all servers: each still shows its last numbers and says how old they are,
    which is better than an error page of the proxy's. Without the cache a server is slower, and right.

    The words are for programs and for anybody: English, and they name no place, no version and no account.
    """
    wrong = [f"{api}: {problem}" for api, seen in apis.items() if (problem := _problem(seen)) != OK]
    ledger_works = ledger is not None and not ledger.failure
    cache_works = "has not answered yet" if cache is None else "away: answers take longer"
    return Readiness(
        ready=ledger_works,
        provider="; ".join(wrong) or OK,
        cache=OK if cache and cache.works else cache_works,
        ledger=OK if ledger_works else "away: payouts cannot be taken",
    )


def _problem(seen: ApiSeen | None) -> str:
    if seen is None:
        return "has not answered yet"
    if not seen.value.reachable:
        return "does not answer"
    if seen.value.signed is False:
        return "refuses the signature"
    return "fails" if seen.value.error and not seen.value.signed else OK


def _signature_advice(ahead_s: float | None) -> str:
    if ahead_s is None:
        return text("Check TWOJ_KEY, TWOJ_MCH_ID and this server's clock.")
    if abs(ahead_s) >= CLOCK_LIMIT_S:
        return text("Set this server's clock (see below); key and merchant id may be right.")
    return text("The clock is right: check TWOJ_KEY and TWOJ_MCH_ID.")


def _since(at_ms: int, now_ms: int) -> str:
    return about_duration(max(now_ms - at_ms, 0) / 1000)


def _size(size_bytes: int) -> str:
    """As sizes of files, but in whole MB: a cache is never still."""
    if 10**6 <= size_bytes < 10**9:
        return text("{number} MB", number=count(round(size_bytes / 1e6)))
    return size(size_bytes)
