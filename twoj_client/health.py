"""How the provider's APIs do: one brief call to each, past the cache, that moves nothing."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from twoj_client.core import Core
from twoj_client.endpoints import ALL_LIST, JACKPOT_POOL, TRANSFER_BALANCE, Endpoint
from twoj_client.errors import (
    AccountUnknown,
    NoAnswer,
    NotPermitted,
    ParameterRefused,
    ProviderError,
    SignatureRefused,
    TwoJError,
)

NOBODY: Final = "twoj-dashboard-check"
"""The player whose balance is asked for. That there is none is answered only to who signed well."""


class Api(StrEnum):
    """What the provider answers with programs of its own; the last two are parts of its Open API."""

    SUMMARY = "Summary API"
    JACKPOT = "Jackpot API"
    WALLET = "Wallet API"


_ASKED: Final[dict[Api, tuple[Endpoint[Any], dict[str, Any]]]] = {
    Api.SUMMARY: (ALL_LIST, {}),
    Api.JACKPOT: (JACKPOT_POOL, {}),
    Api.WALLET: (TRANSFER_BALANCE, {"op_id": NOBODY}),
}


@dataclass(frozen=True)
class ApiHealth:
    """What one call showed. `error` is None where it was answered as documented.

    `signed` says whether the signature was accepted, None where that is not known. `ahead_s` is how far the
    provider's clock is before ours, None where the answer does not tell its time: those of the Summary API
    never do.
    """

    api: Api
    reachable: bool
    signed: bool | None
    ahead_s: float | None
    took_s: float
    error: TwoJError | None


def ask_api(core: Core, api: Api) -> ApiHealth:
    """Ask once."""
    endpoint, params = _ASKED[api]
    error: TwoJError | None = None
    provider_ms = None
    asked_at = core.clock()
    try:
        answer = core.ask(endpoint, params, hurried=True)
        provider_ms = answer.value.header.timestamp if endpoint.with_header else None
    except TwoJError as failure:
        error = failure
        provider_ms = failure.provider_ms if isinstance(failure, ProviderError) else None
    heard_at = core.clock()
    return ApiHealth(
        api=api,
        reachable=not isinstance(error, NoAnswer),
        signed=_signed(api, error),
        ahead_s=None if provider_ms is None else _ahead_s(provider_ms, asked_at, heard_at),
        took_s=heard_at - asked_at,
        error=None if api is Api.WALLET and isinstance(error, AccountUnknown) else error,
    )


def _ahead_s(provider_ms: int, asked_at: float, heard_at: float) -> float:
    """Return by how much the provider's clock is before ours: it told its time at some moment in between."""
    said_at = provider_ms / 1000
    if asked_at <= said_at <= heard_at:
        return 0.0
    return said_at - (asked_at + heard_at) / 2


def _signed(api: Api, error: TwoJError | None) -> bool | None:
    if error is None or isinstance(error, AccountUnknown | NotPermitted):
        return True
    # The Summary API has one code for everything that it refuses, and no parameter was sent.
    if isinstance(error, SignatureRefused) or (api is Api.SUMMARY and isinstance(error, ParameterRefused)):
        return False
    return None
