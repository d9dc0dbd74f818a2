"""Whether people sign in, whom a request's cookies name, and where a server without sign-in listens."""

from hashlib import sha256

import pytest
from streamlit import config
from streamlit.auth_util import set_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dashboard.access import sign_in
from dashboard.access.loopback import keep_to_this_machine
from dashboard.core.setting_errors import SettingsError
from dashboard.kit.compat import sign_in_claims
from dashboard.server.settings import Settings

AUTH = {
    "redirect_uri": "https://dashboard.example/oauth2callback",
    "cookie_secret": "x" * 32,
    "client_id": "twoj",
    "client_secret": "hush-hush",
    "server_metadata_url": "https://login.example/.well-known/openid-configuration",
}
ROLES = {"owner": ["@casino.example"]}


class Secrets(dict):
    """What Streamlit read from its file."""

    def load_if_toml_exists(self):
        return bool(self)


@pytest.fixture
def is_set_up(monkeypatch):
    def is_set_up(secrets, roles):
        monkeypatch.setattr(sign_in.st, "secrets", Secrets(secrets))
        return sign_in.is_set_up(Settings(roles=roles).roles)

    return is_set_up


def test_sign_in_needs_its_section_and_roles(is_set_up):
    assert is_set_up({"auth": AUTH}, ROLES) is True
    assert is_set_up({}, {}) is False
    assert is_set_up({"twoj": {}}, {}) is False


@pytest.mark.parametrize(
    ("secrets", "roles", "line"),
    [
        ({}, ROLES, "TWOJ_ROLES: needs sign-in, the section [auth] of .streamlit/secrets.toml"),
        ({"aut": AUTH}, ROLES, "TWOJ_ROLES: needs sign-in, the section [auth] of .streamlit/secrets.toml"),
        ({"auth": AUTH}, {}, "TWOJ_ROLES: is needed with sign-in; without a role nobody sees anything"),
        ({"auth": AUTH}, {"admin": []}, "TWOJ_ROLES: is needed with sign-in; without a role nobody sees"),
        *(
            ({"auth": half}, ROLES, "[auth] of .streamlit/secrets.toml: expects redirect_uri, cookie_secret")
            for half in ({}, "yes", *(AUTH | {name: ""} for name in AUTH))
        ),
        (
            {"auth": AUTH | {"cookie_secret": "x" * 31}},
            ROLES,
            "[auth] cookie_secret: expects at least 32 random characters",
        ),
    ],
)
def test_sign_in_that_is_set_up_by_half_stops_the_start(is_set_up, secrets, roles, line):
    with pytest.raises(SettingsError) as caught:
        is_set_up(secrets, roles)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)
    assert "hush" not in str(caught.value)


def signed_in(claims, secret=None):
    """The cookies that Streamlit gives to somebody who signed in."""
    cookies = {}

    def sign(name, value):
        return create_signed_value(secret or get_cookie_secret(), name, value)

    def keep(name, value):
        cookies[name] = sign(name, value).decode()

    set_cookie_with_chunks(keep, sign, USER_COOKIE_NAME, claims, cookie_attr_size=80)
    return cookies


def test_the_cookies_of_a_request_name_who_signed_in():
    claims = {"sub": "7", "email": "ann@casino.example", "exp": 1}
    assert sign_in_claims(signed_in(claims)) == claims


def test_claims_that_fill_several_cookies_are_put_together():
    # Names that cannot be squeezed, as those of some providers are.
    groups = [sha256(bytes([number])).hexdigest() for number in range(150)]
    claims = {"sub": "7", "groups": groups}
    cookies = signed_in(claims)
    assert len(cookies) > 1
    assert sign_in_claims(cookies) == claims
    del cookies[f"{USER_COOKIE_NAME}_1"]
    assert sign_in_claims(cookies) == {}


@pytest.mark.parametrize(
    "cookies",
    [
        {},
        {USER_COOKIE_NAME: ""},
        {USER_COOKIE_NAME: '{"sub": "7"}'},
        {USER_COOKIE_NAME: "\xff\xfe"},
        signed_in({"sub": "7"}, secret="of another server"),
        {USER_COOKIE_NAME: "x" + signed_in({"sub": "7"})[USER_COOKIE_NAME]},
        {f"{USER_COOKIE_NAME}_tokens": signed_in({"sub": "7"})[USER_COOKIE_NAME]},
    ],
)
def test_other_cookies_name_nobody(cookies):
    assert sign_in_claims(cookies) == {}


@pytest.fixture
def listen():
    """Look at a server that would listen on this address."""
    before = {name: config.get_option(name) for name in ("server.address", "server.allowedHosts")}

    def listen(address):
        config.set_option("server.address", address)
        keep_to_this_machine()
        return config.get_option("server.allowedHosts")

    yield listen
    for name, value in before.items():
        config.set_option(name, value, "<default>")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost", "127.0.0.53"])
def test_without_sign_in_the_server_listens_to_this_machine(listen, address):
    assert {"localhost", "127.0.0.1", "::1", address} == set(listen(address))


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("0.0.0.0", "0.0.0.0"),
        ("::", "::"),
        (None, "every address"),
        ("", "every address"),
        ("10.0.0.7", "10.0.0.7"),
        ("192.168.1.20", "192.168.1.20"),
        ("casino.example", "casino.example"),
        ("localhost.evil.example", "localhost.evil.example"),
        ("::ffff:10.0.0.7", "::ffff:10.0.0.7"),
        ("128.0.0.1", "128.0.0.1"),
    ],
)
def test_and_to_no_other(listen, address, named):
    with pytest.raises(SettingsError) as caught:
        listen(address)
    assert str(caught.value).startswith(
        f"TWOJ_TRUST_NETWORK: without sign-in the dashboard listens on 127.0.0.1 only, and not on {named}."
    )
