"""Who may see what, and whom an identity's claims name."""

import math

import pytest

from dashboard.core.roles import LEAST, LOCAL, Person, Role, person
from dashboard.server.settings import Settings

NOW_S = 1_773_567_000
ROLES = {
    Role.OWNER: ("@casino.example", "@kasino.example"),
    Role.ANALYST: ("ann@casino.example", "analysts"),
    Role.CASHIER: ("cashiers",),
    Role.ADMIN: ("it@casino.example",),
}


def named(**claims):
    return person({"sub": "7", "exp": NOW_S + 1, **claims}, ROLES, NOW_S)


def role(**claims):
    found = named(**claims)
    return found and found.role


@pytest.mark.parametrize(
    ("role", "what"),
    [
        (Role.OWNER, {"overview", "games", "bonus", "jackpots", "alerts"}),
        (
            Role.ANALYST,
            {
                "players",
                "bets",
                "wallet",
                "reports",
                "data",
                "ask again",
                "notes",
                "investigations",
                "change alerts",
            },
        ),
        (Role.CASHIER, {"transfers"}),
        (
            Role.ADMIN,
            {"status", "screens", "audit log", "refused payouts", "plan reports", "try channels", "care"},
        ),
    ],
)
def test_each_role_may_what_the_one_before_may_not(role, what):
    roles = list(Role)
    before = roles[: roles.index(role)]
    assert {each for each in LEAST if role.may(each) and not any(less.may(each) for less in before)} == what
    assert all(role.may(each) for each in LEAST if any(less.may(each) for less in before))


def test_the_settings_know_the_same_roles():
    everybody = {name.value: ["@casino.example"] for name in Role}
    assert set(Settings(roles=everybody).roles) == set(Role)


def test_a_role_comes_from_the_address_its_domain_or_a_group_and_the_highest_counts():
    assert role(email="bo@casino.example") is Role.OWNER
    assert role(email="Ann@Casino.EXAMPLE") is Role.ANALYST
    assert role(groups=["kitchen", "cashiers"]) is Role.CASHIER
    assert role(email="ann@casino.example", groups=["cashiers"]) is Role.CASHIER
    assert role(email="it@casino.example", groups=["analysts"]) is Role.ADMIN


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": "bo@elsewhere.example"},
        {"email": "bo@casino.example.evil.example"},
        {"email": "bo@sub.casino.example"},
        {"email": "it@casino.example@evil.example"},
        {"email": "it@evil.example@casino.example"},
        {"email": "bo@\u212aasino.example"},  # the sign of Kelvin, a k in lower case
        {"email": "casino.example"},
        {"email": "x\n@casino.example"},
        {"email": "it@casino.example", "email_verified": False},
        {"email": "it@casino.example", "email_verified": "false"},
        {"email": ["it@casino.example"]},
        {"groups": "cashiers"},
        {"groups": ["Cashiers", "it@casino.example", "@casino.example", None, {"cashiers": 1}]},
        {"groups": {"cashiers": True}},
        {"role": "admin", "roles": ["admin"]},
    ],
    ids=str,
)
def test_nothing_else_gives_a_role(claims):
    assert named(**claims) is not None
    assert role(**claims) is None


def test_a_verified_address_counts():
    assert role(email="it@casino.example", email_verified=True) is Role.ADMIN
    assert role(email="it@casino.example", email_verified="true") is Role.ADMIN


def test_a_person_is_named_by_the_address_that_counts_else_by_the_subject():
    assert named(email="It@casino.example", name="Boss").name == "it@casino.example"
    assert named(email="it@casino.example", email_verified=False, name="it@casino.example").name == "7"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW_S},
        {"exp": NOW_S - 0.1},
        {"exp": math.nan},
        {"exp": str(NOW_S + 60)},
        {"exp": None},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
    ],
    ids=str,
)
def test_an_identity_that_has_expired_or_names_nobody_is_none(claims):
    assert named(email="it@casino.example", **claims) is None


def test_an_identity_lasts_until_it_expires():
    found = named(email="it@casino.example")
    assert found == Person("it@casino.example", Role.ADMIN, NOW_S + 1)
    assert found.is_signed_in(NOW_S)
    assert not found.is_signed_in(NOW_S + 1)
    assert LOCAL.is_signed_in(math.inf)


def test_without_a_role_nothing_is_seen():
    assert not any(Person("bo", None).may(what) for what in LEAST)
