"""The merchant whose numbers are asked for. Whoever asks is handed one: no module holds it."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from archive import pieces
from archive.archive import Archive
from dashboard.core.roles import LOCAL, Person, Roles, person
from dashboard.provider.jobs import Jobs
from ledger.database import Ledger, LedgerAway
from ledger.transfers import TransferJournal
from twoj_client import TwoJ, TwoJError
from twoj_client.cache.memory import Memory
from twoj_client.windows import hour_of

S = TypeVar("S")

ProviderFailed = TwoJError
"""What pages catch: the provider's answer is not to be had; `sentence` and `what_to_do` are for people."""
LedgerFailed = LedgerAway
"""What pages catch: the ledger's database cannot be used."""


@dataclass(frozen=True, eq=False)
class Merchant:
    """A merchant of the provider, for as long as the server runs, with all that is kept of its answers.

    Nothing of it is shared with another merchant but the ledger's database and the client's cache, whose keys
    name the merchant.
    """

    mch_id: int
    twoj: TwoJ
    zone: ZoneInfo
    currency: str | None
    demo: bool
    clock: Callable[[], float]
    pool: ThreadPoolExecutor
    jobs: Jobs
    ledger: Ledger
    """Where the audit log, the screens and what was seen of the pots are."""
    book: TransferJournal | None
    """Where transfers are written down before they are sent; None where none may be sent."""
    roles: Roles | None
    """Who has which role; None where nobody signs in."""
    rtps: Mapping[int, float]
    """The theoretical RTPs that are configured, by game id; 0.965 is 96.5 %."""
    currencies: set[str]
    """What rounds were seen to carry since the start, a few at most."""
    player_currencies: Memory[tuple[str, ...]]
    """The same of single players, by op_id, those seen last (`currencies.currency_names`)."""
    archive: Archive | None
    """Every bet for good; None where that is switched off."""
    services: Mapping[type, Any]
    """What subjects keep for it (`running`)."""
    public_url: str | None
    """Where people open the dashboard; None where that is not set."""

    def link(self, page: str, query: Mapping[str, str]) -> str:
        """The address of a page for a message; "" where none is known."""
        return f"{self.public_url}/{page}?{urlencode(query)}".rstrip("?") if self.public_url else ""

    def running(self, kind: type[S]) -> S:
        """What a subject keeps for this merchant while the server runs, by its class."""
        found: S = self.services[kind]
        return found

    def now(self) -> datetime:
        """The time, aware and in UTC."""
        return datetime.fromtimestamp(self.clock(), UTC)

    def asked_again(self, start: datetime, end: datetime) -> int:
        """A number that changes once somebody wants a part of the window asked again.

        It belongs into the name of all that is kept of the provider's answers.
        """
        return self.twoj.asked_again(start=start, end=end) if start < end else 0

    def ask_again(self, start: datetime, end: datetime) -> None:
        """Have what is kept of a window asked again when next wanted, and the archive's hours read again.

        Where the ledger is away, the archive's are not.
        """
        self.twoj.ask_again(start=start, end=end)
        if self.archive:
            with suppress(LedgerAway), self.archive.ledger.writing() as books:
                pieces.due_again(books, hour_of(start.timestamp()), int(end.timestamp()))

    def person(self, claims: Mapping[str, Any]) -> Person | None:
        """Whoever has these claims by the sign-in, as of now; None where that is nobody, or not any more."""
        return LOCAL if self.roles is None else person(claims, self.roles, self.clock())


class Merchants(dict[int, Merchant]):
    """The merchants that a server runs, by id. Several are not offered yet."""

    @property
    def first(self) -> Merchant:
        """The one that is shown where nothing says which."""
        if not self:
            raise RuntimeError(
                "The pages were started without a provider; start them with: streamlit run app.py"
            )
        return next(iter(self.values()))
