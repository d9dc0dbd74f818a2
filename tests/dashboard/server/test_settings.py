"""Settings: where they come from, and the one line said of a wrong one."""

import json
import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.core.setting_errors import SettingsError
from dashboard.server.settings import Settings, load_settings

REAL = {"TWOJ_SUMMARY_URL": "https://api.example.com/", "TWOJ_MCH_ID": "101", "TWOJ_KEY": "hush-hush"}
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TWOJ_{name.upper()}", raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


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


AROUND = ["\n", "\r\n", " ", "\t", "\ufeff", "\u00a0", "\u200b"]
TEXTS = {
    "summary_url": "http://api.example.com",
    "open_url": "http://open.example.com",
    "mch_id": "101",
    "key": "hush-hush",
    "timezone": "Asia/Manila",
    "currency": "PHP",
    "cache_url": "/tmp/cache",
    "ledger_url": "sqlite:////tmp/ledger.db",
    "cashier": "true",
    "payout_wallet_url": "http://wallet.example.com",
    "public_url": "https://dash.example.com/2j",
    "brand": "Lucky Palace",
    "roles": '{"owner": ["ann@example.com"]}',
    "rtp": '{"1041": 96.5}',
    "trust_network": "true",
    "jackpot_poll_s": "3",
}


def plain(settings):
    return settings.model_dump() | {"key": settings.key.get_secret_value()}


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("name", TEXTS)
def test_what_an_editor_or_a_shell_leaves_around_a_value_is_left_out(monkeypatch, tmp_path, name, around):
    others = {f"TWOJ_{other.upper()}": value for other, value in TEXTS.items() if other != name}
    wanted = plain(load(monkeypatch, **others, **{f"TWOJ_{name.upper()}": TEXTS[name]}))
    for value in (around + TEXTS[name], TEXTS[name] + around, around + TEXTS[name] + around):
        assert plain(load(monkeypatch, **{f"TWOJ_{name.upper()}": value})) == wanted
        monkeypatch.delenv(f"TWOJ_{name.upper()}")
        (tmp_path / ".streamlit").mkdir(exist_ok=True)
        (tmp_path / ".streamlit/secrets.toml").write_text(f"[twoj]\n{name} = {json.dumps(value)}\n", "utf-8")
        assert plain(load_settings()) == wanted
        (tmp_path / ".streamlit/secrets.toml").unlink()


@pytest.mark.parametrize("quotes", ['""', "''", "``", "\u201c\u201d"])
@pytest.mark.parametrize("name", TEXTS)
def test_quotes_around_a_value_are_one_line(monkeypatch, name, quotes):
    values = {f"TWOJ_{other.upper()}": value for other, value in TEXTS.items()}
    values[f"TWOJ_{name.upper()}"] = f"{quotes[0]}{TEXTS[name]}{quotes[1]}"
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **values)
    assert str(caught.value) == f"TWOJ_{name.upper()}: expects its value without quotes around it"


@pytest.mark.parametrize("url", ["https://api.example.com/a b", "https://api.example.com:99999", "https://["])
def test_an_address_with_something_odd_inside_is_one_line(monkeypatch, url):
    with pytest.raises(SettingsError, match=r"^TWOJ_SUMMARY_URL: expects a base URL such as"):
        load(monkeypatch, **(REAL | {"TWOJ_SUMMARY_URL": url}))


def test_a_key_of_two_lines_is_one_line_without_the_key(monkeypatch):
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **(REAL | {"TWOJ_KEY": "hush\nhush"}))
    assert str(caught.value) == "TWOJ_KEY: expects one line"


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({"ALL_PROXY": "socks5://127.0.0.1:1"}, "ALL_PROXY: expects an HTTP proxy"),
        ({"SSL_CERT_FILE": "/nowhere"}, "SSL_CERT_FILE: expects a file"),
    ],
)
@pytest.mark.parametrize("name", ["summary_url", "open_url", "payout_wallet_url"])
def test_an_environment_that_cannot_be_used_stops_the_start(monkeypatch, environment, line, name):
    urls = dict.fromkeys(("summary_url", "open_url", "payout_wallet_url"), "http://127.0.0.1:1")
    urls[name] = "https://far.example"
    values = {f"TWOJ_{url.upper()}": value for url, value in urls.items()}
    with pytest.raises(SettingsError, match=f"^{line}"):
        load(monkeypatch, **(REAL | values), **environment)
    assert load(monkeypatch, **{f"TWOJ_{name.upper()}": "http://127.0.0.1:1"})


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


def test_the_receiver_of_payouts_is_told_for_whom_it_receives():
    assert Settings(mch_id=7, key="hush").merchant() == (7, "hush")
    for half in ({}, {"mch_id": 7}, {"key": "hush"}):
        with pytest.raises(SettingsError, match="TWOJ_MCH_ID and TWOJ_KEY"):
            Settings(**half).merchant()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("/srv/bets", "/srv/bets"),
        ("bets", "bets"),
        ("C:/bets", "C:/bets"),
        ("off", "off"),
        ("Off", "off"),
        ("s3://my-bets", "s3://my-bets"),
        ("s3://my.bets/casino 1/..archive./", "s3://my.bets/casino 1/..archive./"),
    ],
)
def test_the_archive_is_a_folder_a_bucket_or_off(monkeypatch, text, place):
    assert load(monkeypatch, TWOJ_ARCHIVE_URL=text).archive_url == place


@pytest.mark.parametrize(
    "text",
    [
        "ftp://host/bets",
        "file:///srv/bets",
        "https://s3.example.com/bets",
        "s3:/bets",
        "s3:bets",
        "s3://",
        "s3://b",
        "S3://bets",
        "s3://Bets",
        "s3://bets//a",
        "s3://bets/../a",
        "s3://bets/a/.",
        "s3://bets/a/..",
        "s3://bets/a?region=x",
        "s3://key:secret@bets",
        "s3://bets:9000/a",
    ],
)
def test_the_archive_is_nothing_else(monkeypatch, text):
    with pytest.raises(SettingsError) as refused:
        load(monkeypatch, TWOJ_ARCHIVE_URL=text)
    expects = "expects a folder, s3://bucket, s3://bucket/prefix or off"
    assert str(refused.value) == f"TWOJ_ARCHIVE_URL: {expects}"


def test_clickhouse_is_refused_and_points_to_what_is_on_paper(monkeypatch):
    with pytest.raises(SettingsError) as refused:
        load(monkeypatch, TWOJ_ARCHIVE_URL="clickhouse://user:secret@host/bets")
    assert str(refused.value) == (
        "TWOJ_ARCHIVE_URL: ClickHouse is on paper only, see docs/scale.md;"
        " expects a folder, s3://bucket or off"
    )
    assert (ROOT / "docs/scale.md").is_file()
