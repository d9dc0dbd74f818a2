"""Who may see what: one table, and the way from an identity's claims to a role in it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from dashboard.core.text import WordTable, later


class Role(StrEnum):
    """What somebody is here. Each may all that those before it may."""

    OWNER = "owner"
    ANALYST = "analyst"
    CASHIER = "cashier"
    ADMIN = "admin"

    def may(self, what: str) -> bool:
        """Whether the role may see or do something of `LEAST`."""
        return _ORDER.index(self) >= _ORDER.index(LEAST[what])


ROLES: Final = WordTable(
    {
        Role.OWNER: later("owners"),
        Role.ANALYST: later("analysts"),
        Role.CASHIER: later("cashiers"),
        Role.ADMIN: later("admins"),
    }
)
ONE_OF_ROLE: Final = WordTable(
    {
        Role.OWNER: later("an owner"),
        Role.ANALYST: later("an analyst"),
        Role.CASHIER: later("a cashier"),
        Role.ADMIN: later("an admin"),
    }
)
_ORDER: Final = tuple(Role)
BETS: Final = "bets"
TRANSFERS: Final = "transfers"
SCREENS: Final = "screens"
AUDIT_LOG: Final = "audit log"
ASK_AGAIN: Final = "ask again"
REFUSED_PAYOUTS: Final = "refused payouts"
NOTES: Final = "notes"
INVESTIGATIONS: Final = "investigations"
PLAN_REPORTS: Final = "plan reports"
CHANGE_ALERTS: Final = "change alerts"
TRY_CHANNELS: Final = "try channels"
CARE: Final = "care"
LEAST: Final[Mapping[str, Role]] = {
    # pages, by the name of their file
    "overview": Role.OWNER,
    "games": Role.OWNER,
    "bonus": Role.OWNER,
    "jackpots": Role.OWNER,
    "alerts": Role.OWNER,
    "players": Role.ANALYST,
    BETS: Role.ANALYST,
    "wallet": Role.ANALYST,
    "data": Role.ANALYST,
    "reports": Role.ANALYST,
    SCREENS: Role.ADMIN,
    "status": Role.ADMIN,
    # parts of pages
    TRANSFERS: Role.CASHIER,
    AUDIT_LOG: Role.ADMIN,
    ASK_AGAIN: Role.ANALYST,
    REFUSED_PAYOUTS: Role.ADMIN,
    NOTES: Role.ANALYST,
    INVESTIGATIONS: Role.ANALYST,
    CARE: Role.ADMIN,
    PLAN_REPORTS: Role.ADMIN,
    CHANGE_ALERTS: Role.ANALYST,
    TRY_CHANNELS: Role.ADMIN,
}
"""The least role for each page and each part of one."""

Roles = Mapping[Role, Sequence[str]]
"""Who has which role: e-mail addresses and `@domain`s in lower case, and groups (what has no @)."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who uses the pages. `name` is for the audit log; without a role nothing is shown.

    `until_s` is when the identity expires, in epoch seconds; None where nobody signs in.
    """

    name: str
    role: Role | None
    until_s: float | None = None

    def is_signed_in(self, now_s: float) -> bool:
        """Whether the identity has not expired."""
        return self.until_s is None or now_s < self.until_s

    def may(self, what: str) -> bool:
        """Whether the person may see or do something of `LEAST`."""
        return self.role is not None and self.role.may(what)


LOCAL: Final = Person("local", Role.ADMIN)
"""Whoever uses a server without sign-in."""


def person(claims: Mapping[str, Any], roles: Roles, now_s: float) -> Person | None:
    """Return who the claims of an ID token speak of; None where they have expired or name nobody.

    Source: OpenID Connect Core 1.0, sections 2 (`sub`, `exp`) and 5.1 (`email`, `email_verified`). `groups`
    is what providers commonly call theirs.
    """
    subject, until_s = claims.get("sub"), claims.get("exp")
    if not isinstance(subject, str) or not subject or not isinstance(until_s, int | float):
        return None
    if not until_s > now_s:  # so that "not a number" has expired, too
        return None
    email = _email(claims)
    return Person(email or subject, _role(email, claims.get("groups"), roles), until_s)


def _email(claims: Mapping[str, Any]) -> str | None:
    """The address in lower case, unless the provider says that it is not verified.

    Only plain ASCII: lower case makes some other letters into ASCII ones, and so one domain of another.
    """
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified", True) not in (True, "true"):
        return None
    plain = email.isascii() and email.isprintable() and "@" in email
    return email.lower() if plain else None


def _role(email: str | None, groups: Any, roles: Roles) -> Role | None:
    """The highest role that is given to the address, its domain or one of the groups."""
    held = {group for group in groups if isinstance(group, str)} if isinstance(groups, list) else set()
    # What looks like an address or a domain is never a group: people may name groups as they like.
    names = {group for group in held if "@" not in group}
    if email:
        names |= {email, email[email.index("@") :]}
    given = [role for role in Role if names & set(roles.get(role, ()))]
    return given[-1] if given else None
