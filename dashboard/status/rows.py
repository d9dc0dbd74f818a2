"""How the server and what it depends on are doing, and what to do about what is not well. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from dashboard.core import formats
from dashboard.core.currencies import is_code
from dashboard.jackpots.screens import Condition

CLOCK_WATCHED_S: Final = 30
"""From this difference on somebody should set the clock."""
CLOCK_LIMIT_S: Final = 240
"""From here the provider may refuse signatures: usual is 300 s, the documents do not say."""
SLOW_S: Final = 1.0
_WAITS_LONG_MS: Final = 600_000
OK: Final = "ok"


class HealthState(StrEnum):
    """How something is doing, in the words that people read."""

    WELL = "Works"
    WATCH = "Needs a look"
    FAILING = "Failing"
    UNKNOWN = "Not known"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the page: of what, how it is doing, what was seen, and what to do about it."""

    what: str
    state: HealthState
    said: str
    to_do: str = ""


@dataclass(frozen=True, slots=True)
class ApiSeen:
    """What the last call to one of the provider's APIs showed; `age_s` is how long ago that was.

    `signed`: whether the signature was accepted, None where that is not known. `ahead_s`: how far the
    provider's clock is before ours, None where it did not say. `failure` is a sentence, empty where there is
    none; `advice` and `code` belong to it.
    """

    api: str
    reachable: bool
    signed: bool | None
    ahead_s: float | None
    took_s: float
    age_s: float
    failure: str = ""
    advice: str = ""
    code: int | None = None


@dataclass(frozen=True, slots=True)
class CacheSeen:
    """The cache: where it is (without a password), whether it can be read and written, how full it is."""

    place: str
    works: bool
    size_bytes: int | None
    limit_bytes: int


@dataclass(frozen=True, slots=True)
class LedgerSeen:
    """The ledger's database: where it is, the version of its tables and that of this server's.

    `trouble` says why it cannot be written, empty where it can.
    """

    place: str
    version: str | None = None
    newest: str | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class PayoutsSeen:
    """What the ledger knows of payouts; times in epoch ms, None where there was none."""

    last_payout_ms: int | None
    last_call_ms: int | None
    last_outcome: str
    waiting: int
    oldest_waiting_ms: int | None


@dataclass(frozen=True, slots=True)
class RefusedSeen:
    """Calls of one kind that were not credited, of which `unseen` were seen by nobody; times in epoch ms."""

    kind: str
    total: int
    unseen: int
    last_at_ms: int
    seen_by: str | None
    seen_at_ms: int | None


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a server should get requests, and in words for anybody how its parts are."""

    ready: bool
    provider: str
    cache: str
    ledger: str


def api_row(api: str, seen: ApiSeen | None, ahead_s: float | None) -> Row:
    """Return the line about an API. `ahead_s` is what any of them told of the provider's clock."""
    if seen is None:
        return Row(api, HealthState.UNKNOWN, "The check has not been answered.")
    when = f"Checked {seconds(seen.age_s)} ago."
    code = "" if seen.code is None else f" (code {seen.code})"
    if not seen.reachable:
        return Row(
            api,
            HealthState.FAILING,
            f"Does not answer. {seen.failure} {when}",
            "Pages show the last numbers with their age. Check the network and the address in the settings;"
            " if both are right, call the provider.",
        )
    if seen.signed is False:
        return Row(
            api, HealthState.FAILING, f"Refuses the signature{code}. {when}", _signature_advice(ahead_s)
        )
    if seen.failure:
        state = HealthState.WATCH if seen.signed else HealthState.FAILING
        return Row(api, state, f"{seen.failure} {when}", seen.advice)
    took = f"Answered in {milliseconds(seen.took_s)} ms, signature accepted. {when}"
    if seen.took_s >= SLOW_S:
        return Row(api, HealthState.WATCH, took, "It is slow. If that stays, tell the provider.")
    return Row(api, HealthState.WELL, took)


def clock_row(ahead_s: float | None) -> Row:
    """Return the line about the provider's clock against ours."""
    what = "Clock"
    if ahead_s is None:
        return Row(
            what,
            HealthState.UNKNOWN,
            "No answer told the provider's time. Those of the Open API do, those of the Summary API never.",
        )
    side = "ahead of" if ahead_s > 0 else "behind"
    off = abs(ahead_s)
    said = f"The provider's clock is {seconds(off)} {side} this server's."
    if off < 1:
        return Row(what, HealthState.WELL, "The provider's clock and this server's are less than 1 s apart.")
    if off < CLOCK_WATCHED_S:
        return Row(what, HealthState.WELL, said)
    if off < CLOCK_LIMIT_S:
        return Row(what, HealthState.WATCH, said, "Let a time service (NTP) set this server's clock.")
    return Row(
        what,
        HealthState.FAILING,
        f"{said} Signatures carry the time, and are refused if it is too far off.",
        "Set this server's clock, and let a time service (NTP) keep it.",
    )


def ahead_of(seen: Iterable[ApiSeen | None]) -> float | None:
    """Return how far the provider's clock is ahead, by the freshest answer that told its time."""
    told = [each for each in seen if each is not None and each.ahead_s is not None]
    return min(told, key=lambda each: each.age_s).ahead_s if told else None


def currency_row(setting: str | None, seen: Iterable[str]) -> Row:
    """Whether rounds carry another currency than the setting."""
    what, named = "Currency", sorted(seen)
    if not named:
        return Row(
            what, HealthState.UNKNOWN, f"The setting is {setting or 'none'}. No round has named one yet."
        )
    said = f"The setting is {setting or 'none'}. Rounds seen since the start: {', '.join(named)}."
    if len(named) > 1 or (setting and any(is_code(name) and name != setting for name in named)):
        advice = "Sums of all players may add up several currencies; a player's own page does not."
        return Row(what, HealthState.WATCH, said, advice)
    return Row(what, HealthState.WELL, said)


def cache_row(seen: CacheSeen | None) -> Row:
    """Return the line about where answers are kept."""
    what = "Store"
    if seen is None:
        return Row(what, HealthState.UNKNOWN, "The check has not been answered.")
    if not seen.works:
        advice = (
            "Check that Redis runs and that TWOJ_CACHE_URL leads to it."
            if seen.place.startswith("Redis")
            else "Check that the disk has room, and that the folder belongs to the server's user."
        )
        return Row(
            what,
            HealthState.FAILING,
            f"{seen.place} cannot be read and written. Pages work, and ask the provider more often.",
            advice,
        )
    size = "size not known" if seen.size_bytes is None else _size(seen.size_bytes)
    return Row(what, HealthState.WELL, f"{seen.place}. {size} of at most {_size(seen.limit_bytes)}.")


def answers_row(hits: int, misses: int, stale: int) -> Row:
    """Return the line about what the cache answered since the start."""
    what, asked = "Answers", hits + misses
    if not asked:
        return Row(what, HealthState.UNKNOWN, "Nothing has been asked for since the start.")
    return Row(
        what,
        HealthState.WELL,
        f"Hit rate {formats.percent(Fraction(hits, asked), 1)} of {formats.many(asked, 'answer')}."
        f" {formats.count(stale)} were old, because the provider failed. Counted since the start.",
    )


def ledger_row(seen: LedgerSeen | None) -> Row:
    """Return the line about the ledger's database."""
    what = "Database"
    if seen is None:
        return Row(what, HealthState.FAILING, "The check has not been answered.", _LEDGER_ADVICE)
    if seen.trouble:
        return Row(what, HealthState.FAILING, f"{seen.place}. {seen.trouble}", _LEDGER_ADVICE)
    if seen.version != seen.newest:
        return Row(
            what,
            HealthState.WATCH,
            f"{seen.place}. Its tables are of version {seen.version}, this server's of {seen.newest}.",
            "Another server is newer: update this one.",
        )
    return Row(
        what,
        HealthState.WELL,
        f"{seen.place}. It can be written; its tables are up to date ({seen.version}).",
    )


def payouts_row(seen: PayoutsSeen | None, now_ms: int) -> Row:
    """Return the line about the payouts that the provider asked for."""
    what = "Payouts"
    if seen is None:
        return Row(what, HealthState.UNKNOWN, "The ledger does not say.")
    last = (
        "No payout was received yet."
        if seen.last_payout_ms is None
        else f"The last payout was received {_ago(seen.last_payout_ms, now_ms)}."
    )
    if seen.last_call_ms is not None:
        last += f" The last call came {_ago(seen.last_call_ms, now_ms)}, outcome: {seen.last_outcome}."
    if seen.waiting and seen.oldest_waiting_ms is not None:
        waits_ms = now_ms - seen.oldest_waiting_ms
        return Row(
            what,
            HealthState.FAILING if waits_ms >= _WAITS_LONG_MS else HealthState.WATCH,
            f"{formats.many(seen.waiting, 'payout')} wait for your wallet to confirm them, the oldest for"
            f" {seconds(waits_ms / 1000)}. {last}",
            "Look at the wallet service of TWOJ_PAYOUT_WALLET_URL; the server's log says what it answered"
            ' ("payout waits for the wallet").',
        )
    return Row(what, HealthState.WELL, last)


class _Words(NamedTuple):
    said: str
    to_do: str


REFUSED: Final = {
    "conflict": _Words(
        "with a known number for another player or amount",
        "Ask the provider which money is right; it does not repeat these.",
    ),
    "failed": _Words("that the database would not hold", "Run: python -m ledger check"),
    "mismatch": _Words(
        "with a signature that does not match",
        "If they are the provider's, TWOJ_KEY is not its key: correct it, and it repeats them.",
    ),
    "unreadable": _Words(
        "signed, in which no payout can be read",
        "Ask the provider about them; it repeats them only for a while.",
    ),
    "unsigned": _Words("without a signature", ""),
    "refused": _Words("refused by an older version", ""),
}
"""What is said of payout calls of each kind that were not credited, and what to do about it."""


def refused_row(seen: Sequence[RefusedSeen] | None, now_ms: int) -> Row:
    """Return the line about payout calls that were not credited: failing until somebody has seen them."""
    what = "Refused payouts"
    if seen is None:
        return Row(what, HealthState.UNKNOWN, "The ledger does not say.")
    if not seen:
        return Row(what, HealthState.WELL, "Every call was credited.")
    unseen = [each for each in seen if each.unseen]
    if not unseen:
        told = [f"{formats.many(each.total, 'call')} {REFUSED[each.kind].said}" for each in seen]
        return Row(what, HealthState.WELL, f"In all: {'; '.join(told)}. {_last_seen(seen, now_ms)}".strip())
    told = [
        f"{formats.many(each.unseen, 'call')} {REFUSED[each.kind].said},"
        f" the last {_ago(each.last_at_ms, now_ms)}"
        for each in unseen
    ]
    return Row(
        what,
        HealthState.FAILING,
        f"Not credited: {'; '.join(told)}.",
        f"{' '.join(REFUSED[each.kind].to_do for each in unseen)} Then press “I have seen this” below.",
    )


def _last_seen(seen: Sequence[RefusedSeen], now_ms: int) -> str:
    looked = [(each.seen_at_ms, each.seen_by) for each in seen if each.seen_at_ms is not None]
    if not looked:
        return ""
    at_ms, who = max(looked)
    return f"Last seen by {who} {_ago(at_ms, now_ms)}."


def screens_row(conditions: Sequence[Condition]) -> Row:
    """Return the line about the televisions."""
    what, counted = "Screens", Counter(conditions)
    used = [each for each in Condition if each not in {Condition.NEW, Condition.REVOKED}]
    if not any(counted[each] for each in used):
        return Row(what, HealthState.WELL, "No screen is in use.")
    words = "On", "Older build", "Old numbers", "Frozen", "Off"
    assert {each.value for each in used} == set(words)  # noqa: S101 - a new condition must get its words
    said = ", ".join(
        f"{counted[Condition(word)]} {word.lower()}" for word in words if counted[Condition(word)]
    )
    if counted[Condition.STILL] or counted[Condition.OFF]:
        return Row(
            what,
            HealthState.WATCH,
            f"{said.capitalize()}.",
            "The Jackpots page says which. Reload the page on a frozen one; switch one on that is off, or"
            " revoke its link.",
        )
    return Row(what, HealthState.WELL, f"{said.capitalize()}.")


def readiness(
    apis: Mapping[str, ApiSeen | None], cache: CacheSeen | None, ledger: LedgerSeen | None
) -> Readiness:
    """Say whether this server should get requests.

    Only the ledger decides. Without it payouts cannot be taken, and the provider should try another server. A
    provider that fails fails for all servers: each still shows its last numbers and says how old they are,
    which is better than an error page of the proxy's. Without the cache a server is slower, and right.

    The words are for anybody: they name no place, no version and no account.
    """
    wrong = [f"{api}: {problem}" for api, seen in apis.items() if (problem := _problem(seen)) != OK]
    ledger_works = ledger is not None and not ledger.trouble
    return Readiness(
        ready=ledger_works,
        provider="; ".join(wrong) or OK,
        cache=OK
        if cache and cache.works
        else "away: answers take longer"
        if cache
        else "has not answered yet",
        ledger=OK if ledger_works else "away: payouts cannot be taken",
    )


def _problem(seen: ApiSeen | None) -> str:
    if seen is None:
        return "has not answered yet"
    if not seen.reachable:
        return "does not answer"
    if seen.signed is False:
        return "refuses the signature"
    return "fails" if seen.failure and not seen.signed else OK


_LEDGER_ADVICE: Final = (
    "Payouts are answered so that the provider repeats them; no transfer and no screen can be made. Check the"
    " database server or the disk, and TWOJ_LEDGER_URL."
)


def _signature_advice(ahead_s: float | None) -> str:
    if ahead_s is None:
        return "Check TWOJ_KEY, TWOJ_MCH_ID and this server's clock."
    if abs(ahead_s) >= CLOCK_LIMIT_S:
        return "Set this server's clock (see below); key and merchant id may be right."
    return "The clock is right: check TWOJ_KEY and TWOJ_MCH_ID."


def seconds(span_s: float) -> str:
    """Return a span of time in words: "12 s", "3 min", "2 h", "5 d"."""
    for unit_s, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if span_s >= 2 * unit_s:
            return f"{span_s / unit_s:.0f} {name}"
    return f"{span_s:.0f} s"


def milliseconds(span_s: float) -> str:
    """Return a span of time as whole milliseconds, at least 1."""
    return formats.count(max(round(span_s * 1000), 1))


def _ago(at_ms: int, now_ms: int) -> str:
    return f"{seconds(max(now_ms - at_ms, 0) / 1000)} ago"


def _size(size_bytes: int) -> str:
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1000:.0f} kB"
    return f"{size_bytes / 1e6:.0f} MB" if size_bytes < 1_000_000_000 else f"{size_bytes / 1e9:.1f} GB"
