"""Settings: where they come from, and the one line said of a wrong one."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from twoj_client.settings import Settings, SettingsError, load_settings

REAL = {"TWOJ_SUMMARY_URL": "https://api.example.com/", "TWOJ_MCH_ID": "101", "TWOJ_KEY": "hush-hush"}
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TWOJ_{name.upper()}", raising=False)


def load(monkeypatch, **values):
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def test_nothing_set_is_demo_mode(monkeypatch):
    settings = load(monkeypatch)
    assert settings.summary_url is None
    assert settings.timezone == "UTC"
    assert settings.currency is None


def test_the_environment_comes_before_the_file(monkeypatch, tmp_path):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit/secrets.toml").write_text(
        "[auth]\nx = 1\n"
        '[twoj]\nsummary_url = "https://file.example.com"\nmch_id = 7\nkey = "k"\ncurrency = "PHP"\n'
    )
    settings = load(monkeypatch, TWOJ_MCH_ID="101")
    assert (settings.summary_url, settings.mch_id, settings.currency) == (
        "https://file.example.com",
        101,
        "PHP",
    )


def test_a_real_provider(monkeypatch):
    settings = load(monkeypatch, **REAL)
    assert settings.summary_url == "https://api.example.com"
    assert settings.key is not None
    assert settings.key.get_secret_value() == "hush-hush"
    assert "hush" not in repr(settings)


def test_roles_of_the_environment_replace_those_of_the_file(monkeypatch, tmp_path):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit/secrets.toml").write_text('[twoj.roles]\nadmin = ["old@example.com"]\n')
    assert load_settings().roles == {"admin": ("old@example.com",)}
    roles = load(monkeypatch, TWOJ_ROLES='{"owner": ["@Example.COM", "Ann@example.com", "Owners"]}').roles
    assert roles == {"owner": ("@example.com", "ann@example.com", "Owners")}


@pytest.mark.parametrize(
    "roles", ["everybody", '["ann@example.com"]', '{"boss": ["ann@example.com"]}', '{"owner": "ann"}', "1"]
)
def test_roles_of_a_wrong_shape_are_refused(monkeypatch, roles):
    with pytest.raises(SettingsError, match=r"^TWOJ_ROLES: expects lists for owner, analyst, cashier, admin"):
        load(monkeypatch, TWOJ_ROLES=roles)


def test_a_theoretical_rtp_is_exact(monkeypatch):
    assert load(monkeypatch, TWOJ_RTP='{"1041": 96.5, "2003": "97.123"}').rtp == {
        1041: Decimal("96.5"),
        2003: Decimal("97.123"),
    }


@pytest.mark.parametrize("holder", ["", " admins", "a@b@c", "@", "ann@", "ann @b.c", "ann@bücher.example"])
def test_what_can_hold_no_role_is_refused(monkeypatch, holder):
    with pytest.raises(SettingsError, match=r"^TWOJ_ROLES: expects an e-mail address, a domain such as"):
        load(monkeypatch, TWOJ_ROLES=f'{{"owner": ["{holder}"]}}')


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"TWOJ_TIMEZONE": "Mars/Base"}, "TWOJ_TIMEZONE: expects an IANA time zone such as Asia/Manila"),
        ({"TWOJ_TIMEZONE": "../etc/passwd"}, "TWOJ_TIMEZONE: expects an IANA time zone such as Asia/Manila"),
        ({"TWOJ_CURRENCY": "pesos"}, "TWOJ_CURRENCY: expects an ISO 4217 currency code such as PHP"),
        ({"TWOJ_SUMMARY_URL": "api"}, "TWOJ_SUMMARY_URL: expects a base URL such as https://api.example.com"),
        ({**REAL, "TWOJ_MCH_ID": "abc"}, "TWOJ_MCH_ID: expects a whole number above 0"),
        ({**REAL, "TWOJ_MCH_ID": ""}, "TWOJ_MCH_ID: is needed once TWOJ_SUMMARY_URL is set"),
        ({**REAL, "TWOJ_KEY": ""}, "TWOJ_KEY: is needed once TWOJ_SUMMARY_URL is set"),
        ({"TWOJ_CASHIER": "perhaps"}, "TWOJ_CASHIER: expects true or false"),
        ({"TWOJ_BRAND": "x" * 41}, "TWOJ_BRAND: expects a name of 1 to 40 characters"),
        (
            {"TWOJ_LOGO": "/etc/hostname"},
            "TWOJ_LOGO: expects the path of an SVG, PNG, JPEG or WebP file of at most 512 KiB",
        ),
        (
            {"TWOJ_LOGO": "gone.svg"},
            "TWOJ_LOGO: expects the path of an SVG, PNG, JPEG or WebP file of at most 512 KiB",
        ),
        (
            {"TWOJ_JACKPOT_POLL_S": "1"},
            "TWOJ_JACKPOT_POLL_S: expects a whole number of seconds from 2 to 10",
        ),
        *(
            ({"TWOJ_RTP": rtp}, 'TWOJ_RTP: expects percent from 10 to 100 by game id, such as {"1041": 96.5}')
            for rtp in ("96.5", '{"1041": 0.965}', '{"1041": 9650}', '{"Lucky": 96.5}', '{"1041": "much"}')
        ),
        ({"TWOJ_TRUST_NETWORK": "mostly"}, "TWOJ_TRUST_NETWORK: expects true or false"),
        ({"TWOJ_OPEN_URL": "https://a.example"}, "TWOJ_SUMMARY_URL: is needed beside TWOJ_OPEN_URL"),
        ({"TWOJ_TIMEZON": "UTC"}, "TWOJ_TIMEZON: there is no such setting; the README lists them"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(monkeypatch, values, line):
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **values)
    assert str(caught.value) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[twoj]\ntimezon = "UTC"', "TWOJ_TIMEZON: there is no such setting; the README lists them"),
        ('twoj = "x"', ".streamlit/secrets.toml: twoj expects a table, written as [twoj]"),
        ('[twoj]\nkey = "hush', ".streamlit/secrets.toml: expects readable TOML, TOMLDecodeError"),
    ],
)
def test_a_wrong_file_is_one_line_without_its_values(tmp_path, text, line):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit/secrets.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith(line)
    assert "hush" not in str(caught.value)


def test_the_readme_and_the_example_list_each_setting():
    in_readme = set(re.findall(r"^\| `TWOJ_(\w+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))
    names = set(Settings.model_fields)
    assert {name.lower() for name in in_readme} == names
    assert set(example()["twoj"]) == names


def test_the_example_with_all_its_lines_is_taken(tmp_path):
    (tmp_path / ".streamlit").mkdir()
    logo = tmp_path / "logo.svg"
    logo.touch()
    text = uncommented().replace("/etc/twoj/logo.svg", str(logo))
    (tmp_path / ".streamlit/secrets.toml").write_text(text)
    assert load_settings().roles["owner"] == ("@casino.example",)
    assert load_settings().rtp == {1041: Decimal("96.5")}


def uncommented():
    """The example file with all that it offers."""
    text = (ROOT / ".streamlit/secrets.toml.example").read_text()
    return re.sub(r"^# (?=\w+ = |\[)", "", text, flags=re.MULTILINE)


def example():
    return tomllib.loads(uncommented())
