"""The operator's own wallet service, credited over HTTP.

`POST` to `TWOJ_PAYOUT_WALLET_URL` with ``Idempotency-Key: <trans_no>`` and the JSON ``{"trans_no", "op_id",
"amount", "draw_id", "game_id"}``, amount in li. Any 2xx status says that the wallet has credited this key,
now or before; its JSON may tell ``availableAmount``, in li. Until then the same call is repeated.
"""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import quote

import httpx

from ledger.payouts.payout_call import Payout
from twoj_client.network import certificates_for, proxy_for

_ANSWER_WITHIN_S = 3
"""Less than the ledger's lease, so that no payout is asked for twice at the same moment."""

_ENCODED: Final = "UTF-8''"


class WalletAway(Exception):
    """The wallet did not confirm a payout. Perhaps it was credited; the same key may be sent again."""


class WalletClient:
    """The wallet at `url`. `transport` is for tests."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._url = url
        self._client = httpx.AsyncClient(
            transport=transport,
            proxy=proxy_for(url),
            verify=certificates_for(url) or True,
            trust_env=False,  # or this machine's own wallet might be asked through a proxy
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def credit(self, payout: Payout) -> int | None:
        """Have a payout credited once; return what the player has (li), None where the wallet does not say.

        Raises WalletAway where the wallet does not confirm in time.
        """
        order = {
            "trans_no": payout.trans_no,
            "op_id": payout.op_id,
            "amount": payout.amount_li,
            "draw_id": payout.draw_id,
            "game_id": payout.game_id,
        }
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                response = await self._client.post(
                    self._url, json=order, headers={"Idempotency-Key": _key(payout.trans_no)}
                )
        except (httpx.HTTPError, TimeoutError) as error:
            raise WalletAway(f"No answer from the wallet ({type(error).__name__}).") from None
        if not response.is_success:
            raise WalletAway(f"The wallet answered HTTP {response.status_code}.")
        return _available_li(response)


def _key(trans_no: str) -> str:
    """Return the number as a header can hold it: as it is, or where it needs that, encoded as by RFC 8187."""
    plain = trans_no.isascii() and trans_no.isprintable() and " " not in trans_no
    return trans_no if plain and not trans_no.startswith(_ENCODED) else _ENCODED + quote(trans_no, safe="")


def _available_li(response: httpx.Response) -> int | None:
    try:
        told = response.json()
    except (ValueError, RecursionError):
        return None
    value = told.get("availableAmount") if isinstance(told, dict) else None
    return value if type(value) is int and -(2**63) <= value < 2**63 else None
