"""The connection to the provider, and how its answers are passed on."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar
from zoneinfo import ZoneInfo

import platformdirs

from dashboard.bets.data_exports import Exports
from dashboard.core.roles import LOCAL, Person, Role, Roles, person
from dashboard.provider.changes import changed_text
from dashboard.provider.loads import Load, Loads
from dashboard.server.settings import Settings
from dashboard.status.data_checks import Checks
from ledger.database import Database, LedgerAway
from ledger.transfers import TransferJournal
from twoj_client import Reply, TwoJ, TwoJError
from twoj_client.at_hand import at_hand
from twoj_client.cache.memory import Memory
from twoj_client.errors import TimedOut
from twoj_client.threads import Workers

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

ProviderFailed = TwoJError
"""What pages catch: the provider's answer is not to be had; `sentence` and `what_to_do` are for people."""
LedgerFailed = LedgerAway
"""What pages catch: the ledger's database cannot be used."""


@dataclass(frozen=True)
class Source:
    """The provider that the pages show, for as long as the server runs."""

    twoj: TwoJ
    mch_id: int
    zone: ZoneInfo
    currency: str | None
    demo: bool
    clock: Callable[[], float]
    pool: ThreadPoolExecutor
    loads: Loads
    book: TransferJournal | None
    """Where transfers are written down before they are sent; None where none may be sent."""
    exports: Exports
    ledger: Database
    """Where the audit log, the screens and what was seen of the pots are."""
    roles: Roles | None
    """Who has which role; None where nobody signs in."""
    rtps: Mapping[int, float]
    """The theoretical RTPs that are configured, by game id; 0.965 is 96.5 %."""
    checks: Checks
    """How provider, cache and ledger are."""
    currencies: set[str]
    """What rounds were seen to carry since the start, a few at most."""
    player_currencies: "Memory[tuple[str, ...]]"
    """The same of single players, by op_id, those seen last (`currencies.currency_names`)."""

    def now(self) -> datetime:
        """The time, aware and in UTC."""
        return datetime.fromtimestamp(self.clock(), UTC)

    def asked_again(self, start: datetime, end: datetime) -> int:
        """A number that changes once somebody wants a part of the window asked again.

        It belongs into the name of all that is kept of the provider's answers.
        """
        return self.twoj.asked_again(start=start, end=end) if start < end else 0

    def person(self, claims: Mapping[str, Any]) -> Person | None:
        """Whoever has these claims by the sign-in, as of now; None where that is nobody, or not any more."""
        return LOCAL if self.roles is None else person(claims, self.roles, self.clock())


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A value with its age: `as_of` is when the provider said the oldest part of it that may still change.

    `trouble`: how the provider failed, where this is what it said last. `failed`: a sentence for each part
    that the value lacks because its answer failed. `warnings`: what else a reader must know of it, a sentence
    each. `window` is what the value covers (half open), `compared` with what it is compared, in words: an
    answer may be older than the question of the moment, and whoever shows it takes these words, not those of
    the question.
    """

    value: T
    as_of: datetime
    trouble: str = ""
    failed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    window: tuple[datetime, datetime] | None = None
    compared: str = ""
    currency: str = ""
    """Of its amounts, where that is not the setting's."""
    settled: bool = False
    """Whether by the provider's clock all of it is final: its age says nothing then."""

    @property
    def stale(self) -> bool:
        """Whether the provider failed, and this is what it said last."""
        return bool(self.trouble)


@dataclass(frozen=True, slots=True)
class Arriving(Generic[T]):
    """What is known of something that takes many answers; `known` is None until there is anything to show.

    `answered` of `asked` calls are over; `waiting` names what is not, where names help; `step` says which
    calls these are, where others will follow.
    """

    known: Known[T] | None
    answered: int
    asked: int
    waiting: tuple[str, ...] = ()
    step: str = ""

    @property
    def finished(self) -> bool:
        """Whether nothing more will come."""
        return self.answered == self.asked and not self.step


PATIENCE_S: Final = 8
"""So long people wait at most for the provider, however often it is asked meanwhile."""
_NETWORK_S: Final = 6
"""So long for one answer: what was lost on the way is asked for once more."""
_PLAYERS: Final = 256
LATE: Final = "The provider has not answered yet."
_source: Source | None = None


@contextmanager
def connected(
    settings: Settings,
    ledger: Database,
    *,
    demo: bool,
    sign_in: bool = False,
    clock: Callable[[], float] = time.time,
    timer: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Connect the pages to the provider of `settings`, and to the ledger, while the context lasts.

    With `sign_in` only people with a role see anything. `clock` returns epoch seconds, `timer` seconds of a
    clock that never jumps, `sleep` waits between repeated questions; all are for tests.
    """
    global _source  # noqa: PLW0603 - one server shows one provider; its pages have no other way to meet it
    assert settings.summary_url and settings.mch_id and settings.key  # noqa: S101, PT018 - settings hold this
    with (
        TwoJ(
            summary_url=settings.summary_url,
            open_url=settings.open_url,
            mch_id=settings.mch_id,
            key=settings.key.get_secret_value(),
            cache_url=settings.cache_url,
            timezone=settings.timezone,
            timeout_s=_NETWORK_S,
            budget_s=PATIENCE_S,
            clock=clock,
            timer=timer,
            sleep=sleep,
        ) as twoj,
        Workers(max_workers=8, thread_name_prefix="data") as pool,
        Loads(clock) as loads,
        ExitStack() as stack,
    ):
        checks = Checks(twoj, ledger)
        stack.enter_context(checks.running())
        zone = ZoneInfo(settings.timezone)
        exports = Exports(
            platformdirs.user_data_path("twoj", "twoj") / "exports",
            twoj,
            "demo" if demo else f"{settings.mch_id} at {settings.summary_url}",
            zone,
            settings.currency,
            clock,
        )
        stack.enter_context(exports.running())
        _source = Source(
            twoj,
            settings.mch_id,
            zone,
            settings.currency,
            demo,
            clock,
            pool,
            loads,
            TransferJournal(ledger, clock) if settings.cashier else None,
            exports,
            ledger,
            {Role(name): holders for name, holders in settings.roles.items()} if sign_in else None,
            {game_id: float(percent / 100) for game_id, percent in settings.rtp.items()},
            checks,
            set(),
            Memory(_PLAYERS),
        )
        try:
            yield
        finally:
            _source = None


def source() -> Source:
    """The provider that the pages show."""
    if _source is None:
        raise RuntimeError("The pages were started without a provider; start them with: streamlit run app.py")
    return _source


def gather(
    calls: Mapping[K, Callable[[], Reply[V]]],
) -> tuple[dict[K, Reply[V]], dict[K, TwoJError]]:
    """Ask all at once; answers and errors by key. Raises an error only where there is no answer at all.

    What has not been answered in time is an error too. What was asked goes on: its answer is for next time.
    """
    # Most often all is at hand: then threads would wait for each other longer than for the answers.
    found = {key: at_hand(call) for key, call in calls.items()}
    load = Load(
        {key: call for key, call in calls.items() if found[key] is None}, source().pool, source().clock
    )
    load.look(PATIENCE_S)
    load.give_up()
    replies = {key: reply for key, reply in found.items() if reply is not None} | load.replies()
    errors = load.errors()
    errors |= {key: TimedOut(LATE) for key in calls if key not in replies and key not in errors}
    if errors and not replies:
        raise next(iter(errors.values()))
    return replies, errors


def trouble_of(parts: Iterable[Reply[Any] | Known[Any]]) -> str:
    """How the provider failed, where a part is what it said last; empty where none is."""
    return next((part.trouble or "The provider does not answer." for part in parts if part.stale), "")


def is_settled(parts: Iterable[Reply[Any]]) -> bool:
    """Whether what is made of all these parts is final."""
    return all(part.settled and part.complete for part in parts)


def covered(start: datetime, end: datetime, as_of: datetime) -> tuple[datetime, datetime]:
    """What an answer about a window covers: up to `end`, or to the full minute of `as_of` before it."""
    return start, max(start, min(end, as_of.replace(second=0, microsecond=0)))


def may_differ(replies: Iterable[Reply[Any]], start: datetime, end: datetime) -> bool:
    """Whether a total and its parts may be held against each other: all whole, and said up to the same time.

    What is in one and not in the other is no game that the list lacks where one was said earlier.
    """
    parts = list(replies)
    return all(part.complete and not part.stale for part in parts) and (
        len({covered(start, end, part.as_of) for part in parts}) == 1
    )


def warnings_of(parts: Iterable[Reply[Any] | Known[Any]]) -> tuple[str, ...]:
    """What a reader must know of what is made of the parts, each sentence once.

    What the provider changed of them is added up: parts must lie beside each other.
    """
    parts = list(parts)
    changes = [change for part in parts if isinstance(part, Reply) for change in part.changes]
    said = changed_text(changes, source().zone, source().currency)
    return (*dict.fromkeys(warning for part in parts for warning in part.warnings), *said)
