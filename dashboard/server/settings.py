"""The one table of settings: environment, then `[twoj]` in `.streamlit/secrets.toml`, then the default."""

import base64
import json
import os
import re
import string
import tomllib
import unicodedata
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.numbers import UnknownCurrencyError, validate_currency
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from archive.store import OFF
from dashboard.channels.data_channels import channels
from dashboard.core.setting_errors import SettingsError
from twoj_client import TwoJ
from twoj_client.network import UnusableEnvironment, certificates_for

SECRETS_FILE = Path(".streamlit/secrets.toml")
PREFIX = "TWOJ_"
LOGO_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
# White space, and what marks the beginning of a file or the order of its bytes.
_AROUND = string.whitespace + "\u00a0\u200b\ufeff\x00"
_QUOTES = {('"', '"'), ("'", "'"), ("`", "`"), ("\u201c", "\u201d"), ("\u2018", "\u2019")}
_BUCKET = r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/(?!\.\.?(/|$))[\w!*'(). -]+)*/?"
"""A bucket, and names of folders in it, none of them `.` or `..`."""
_JSON = {"roles", "rtp", "channels"}
_LARGEST_LOGO = 512 * 2**10


def _base_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        usable = usable and not (parts.query or parts.fragment or re.search(r"\s", text))
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("expects a base URL such as https://api.example.com")
    return text.rstrip("/")


def _tidied(name: str, value: object) -> object:
    """Return a value without what an editor or a shell left around it."""
    if not isinstance(value, str):
        return value
    text = value.strip(_AROUND)
    if len(text) > 1 and (text[0], text[-1]) in _QUOTES:
        raise ValueError(f"{PREFIX}{name.upper()}: expects its value without quotes around it")
    if name not in _JSON and any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError(f"{PREFIX}{name.upper()}: expects one line")
    return text


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("expects an IANA time zone such as Asia/Manila") from None


def _currency(text: str) -> str:
    try:
        validate_currency(text)
    except UnknownCurrencyError:
        raise ValueError("expects an ISO 4217 currency code such as PHP") from None
    return text


def _archive(text: str) -> str:
    if text.lower() == OFF:
        return OFF
    kind = re.match(r"([a-z][\w+.-]+):", text, re.IGNORECASE)
    if kind is None or re.fullmatch(_BUCKET, text):
        return text
    if kind[1].lower() == "clickhouse":
        raise ValueError(
            "ClickHouse is on paper only, see docs/scale.md; expects a folder, s3://bucket or off"
        )
    raise ValueError("expects a folder, s3://bucket, s3://bucket/prefix or off")


def _logo(path: Path) -> Path:
    if path.suffix.lower() in LOGO_TYPES and path.is_file() and path.stat().st_size <= _LARGEST_LOGO:
        return path
    raise ValueError("expects the path of an SVG, PNG, JPEG or WebP file of at most 512 KiB")


def _from_json(value: object) -> object:
    with suppress(ValueError):
        return json.loads(value) if isinstance(value, str) else value
    return value


def _holder(text: str) -> str:
    if "@" not in text and text.strip() == text != "":
        return text
    if re.fullmatch(r"[^@\s]*@[^@\s]+", text, re.ASCII) and text.isascii():
        return text.lower()
    raise ValueError("expects an e-mail address, a domain such as @example.com, or the name of a group")


def _addresses(found: dict[str, SecretStr]) -> dict[str, SecretStr]:
    channels({name: address.get_secret_value() for name, address in found.items()})
    return found


BaseUrl = Annotated[str, AfterValidator(_base_url)]
RoleName = Literal["owner", "analyst", "cashier", "admin"]
Holder = Annotated[str, AfterValidator(_holder)]
Percent = Annotated[Decimal, Field(ge=10, le=100)]


class Settings(BaseSettings):
    """What the operator may set; the README says what each means. Without `summary_url` it is demo mode.

    Field names are those of the `[twoj]` section; in the environment they are upper case with `TWOJ_` before.
    The description of a field is what it expects, for an error that pydantic finds.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    summary_url: BaseUrl | None = None
    open_url: BaseUrl | None = None
    mch_id: int | None = Field(None, gt=0, description="a whole number above 0")
    key: SecretStr | None = Field(None, min_length=1, description="the merchant key as text, not empty")
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    currency: Annotated[str, AfterValidator(_currency)] | None = None
    cache_url: str | None = None
    ledger_url: str | None = None
    archive_url: Annotated[str, AfterValidator(_archive)] | None = None
    archive_days: int = Field(93, ge=1, le=3650, description="a whole number of days from 1 to 3650")
    archive_keep_days: int | None = Field(None, ge=1, description="a whole number of days above 0")
    archive_calls_per_s: float = Field(
        2, gt=0, le=1000, description="a number of calls a second above 0, of at most 1000"
    )
    cashier: bool = Field(False, description="true or false")
    payout_wallet_url: BaseUrl | None = None
    public_url: BaseUrl | None = None
    brand: str = Field("Jackpots", min_length=1, max_length=40, description="a name of 1 to 40 characters")
    logo: Annotated[Path, AfterValidator(_logo)] | None = None
    roles: Annotated[dict[RoleName, tuple[Holder, ...]], NoDecode, BeforeValidator(_from_json)] = Field(
        {}, description='lists for owner, analyst, cashier, admin, such as {"owner": ["ann@example.com"]}'
    )
    rtp: Annotated[dict[int, Percent], NoDecode, BeforeValidator(_from_json)] = Field(
        {}, description='percent from 10 to 100 by game id, such as {"1041": 96.5}'
    )
    channels: Annotated[
        dict[str, SecretStr], NoDecode, BeforeValidator(_from_json), AfterValidator(_addresses)
    ] = Field({}, description='URLs of Apprise by a name, such as {"ops": "mailtos://…"}')
    trust_network: bool = Field(False, description="true or false")
    jackpot_poll_s: int = Field(2, ge=2, le=10, description="a whole number of seconds from 2 to 10")

    def merchant(self) -> tuple[int, str]:
        """Return the merchant's id and key. Raises SettingsError where they are not set."""
        if self.mch_id is None or self.key is None:
            raise SettingsError(
                "TWOJ_MCH_ID and TWOJ_KEY: are needed, to know whose bets and payouts these are"
            )
        return self.mch_id, self.key.get_secret_value()

    def client(self, **how: Any) -> TwoJ:
        """Return the provider's client; `how` is what settings do not say. Raises SettingsError."""
        if self.summary_url is None:
            raise SettingsError("TWOJ_SUMMARY_URL: is needed to ask the provider")
        mch_id, key = self.merchant()
        return TwoJ(
            summary_url=self.summary_url,
            open_url=self.open_url,
            mch_id=mch_id,
            key=key,
            cache_url=self.cache_url,
            timezone=self.timezone,
            **how,
        )

    def logo_url(self) -> str:
        """Return the logo as a `data:` URL, empty where there is none."""
        if self.logo is None:
            return ""
        kind = LOGO_TYPES[self.logo.suffix.lower()]
        return f"data:{kind};base64,{base64.b64encode(self.logo.read_bytes()).decode()}"

    @model_validator(mode="before")
    @classmethod
    def _without_surroundings(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {name: _tidied(name, value) for name, value in values.items()}

    @model_validator(mode="after")
    def _whole_provider(self) -> Self:
        if self.summary_url is None and self.open_url is not None:
            raise ValueError("TWOJ_SUMMARY_URL: is needed beside TWOJ_OPEN_URL")
        if self.summary_url is not None:
            for name in ("mch_id", "key"):
                if getattr(self, name) is None:
                    raise ValueError(f"{PREFIX}{name.upper()}: is needed once TWOJ_SUMMARY_URL is set")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before the file."""
        return init_settings, env_settings, InitSettingsSource(settings_cls, _section(SECRETS_FILE))


def _section(path: Path) -> dict[str, Any]:
    try:
        section = tomllib.loads(path.read_text("utf-8")).get("twoj", {})
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: expects readable TOML, {_without_values(error)}") from None
    if not isinstance(section, dict):
        raise SettingsError(f"{path}: twoj expects a table, written as [twoj]")
    return section


def _without_values(error: Exception) -> str:
    """Name the failure only: a parser's message may quote the file, and the file holds the key."""
    line = getattr(error, "lineno", None)
    return f"{type(error).__name__}" + (f" at line {line}" if line else "")


def load_settings() -> Settings:
    """Read and check all settings.

    Raises SettingsError with one line naming the first wrong setting. It never quotes a value: that may be
    the key.
    """
    for name in os.environ:
        if name.startswith(PREFIX) and name.removeprefix(PREFIX).lower() not in Settings.model_fields:
            raise SettingsError(f"{name}: there is no such setting; the README lists them")
    try:
        settings = Settings()  # type: ignore[call-arg]  # pydantic fills every field from its sources
        for url in (settings.summary_url, settings.open_url, settings.payout_wallet_url):
            if url:
                certificates_for(url)
    except ValidationError as error:
        raise SettingsError(_one_line(error)) from None
    except UnusableEnvironment as error:
        raise SettingsError(str(error)) from None
    return settings


def _one_line(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return message
    field = str(first["loc"][0]).removeprefix(PREFIX.lower())
    name = f"{PREFIX}{field.upper()}"
    if first["type"] == "extra_forbidden":
        return f"{name}: there is no such setting; the README lists them"
    if first["type"] != "value_error":
        message = f"expects {Settings.model_fields[field].description or message}"
    return f"{name}: {message}"
