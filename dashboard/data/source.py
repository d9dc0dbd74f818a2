"""The connection to the provider, and how its answers are passed on."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar
from zoneinfo import ZoneInfo

import platformdirs

from dashboard.access import LOCAL, Person, Role, Roles, person
from dashboard.data.exports import Exports
from dashboard.data.ledger import Ledger
from dashboard.data.loads import Loads
from payouts.database import ledger_url
from payouts.transfers import TransferBook
from twoj_client import Reply, TwoJ, TwoJError
from twoj_client.cache.memory import Memory
from twoj_client.settings import Settings
from twoj_client.threads import Workers

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

ProviderFailed = TwoJError
"""What pages catch: the provider's answer is not to be had; `sentence` and `what_to_do` are for people."""


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
    last_good: "Memory[Known[Any]]"
    """What the provider said last, where nothing else keeps it."""
    book: TransferBook | None
    """Where transfers are written down before they are sent; None where none may be sent."""
    exports: Exports
    ledger: Ledger
    """Where the audit log is."""
    roles: Roles | None
    """Who has which role; None where nobody signs in."""
    rtps: Mapping[int, float]
    """The theoretical RTPs that are configured, by game id; 0.965 is 96.5 %."""

    def now(self) -> datetime:
        """The time, aware and in UTC."""
        return datetime.fromtimestamp(self.clock(), UTC)

    def person(self, claims: Mapping[str, Any]) -> Person | None:
        """Whoever has these claims by the sign-in, as of now; None where that is nobody, or not any more."""
        return LOCAL if self.roles is None else person(claims, self.roles, self.clock())


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A value with its age: `as_of` is when the provider said the oldest part of it that may still change.

    `stale`: the provider failed, and this is what it said last. `failed`: a sentence for each part that the
    value lacks because its answer failed.
    """

    value: T
    as_of: datetime
    stale: bool = False
    failed: tuple[str, ...] = ()


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


_LAST_GOOD: Final = 256
_source: Source | None = None


@contextmanager
def connected(
    settings: Settings,
    *,
    demo: bool,
    sign_in: bool = False,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Connect the pages to the provider of `settings` while the context lasts.

    With `sign_in` only people with a role see anything. `clock` returns epoch seconds, `sleep` waits between
    repeated questions; both are for tests.
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
            clock=clock,
            sleep=sleep,
        ) as twoj,
        Workers(max_workers=8, thread_name_prefix="data") as pool,
        Loads(clock) as loads,
        ExitStack() as stack,
    ):
        book = None
        if settings.cashier:
            book = TransferBook(ledger_url(settings.ledger_url), clock)
            stack.callback(book.close)
        ledger = Ledger(settings.ledger_url)
        stack.callback(ledger.close)
        zone = ZoneInfo(settings.timezone)
        last_good: Memory[Known[Any]] = Memory(_LAST_GOOD)
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
            last_good,
            book,
            exports,
            ledger,
            {Role(name): holders for name, holders in settings.roles.items()} if sign_in else None,
            {game_id: float(percent / 100) for game_id, percent in settings.rtp.items()},
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
    """Ask all at once; answers and errors by key. Raises an error only where there is no answer at all."""
    futures = {key: source().pool.submit(call) for key, call in calls.items()}
    replies: dict[K, Reply[V]] = {}
    errors: dict[K, TwoJError] = {}
    for key, future in futures.items():
        try:
            replies[key] = future.result()
        except TwoJError as error:
            errors[key] = error
    if errors and not replies:
        raise next(iter(errors.values()))
    return replies, errors
