"""Everything that can go wrong, as one tree.

::

    TwoJError
    ├── BadArgument             refused before anything was sent (also a ValueError)
    ├── NoAnswer                no answer arrived
    │   ├── ConnectionFailed    no connection, or it broke
    │   └── TimedOut            the provider took too long
    ├── HttpStatus              an HTTP status other than 200
    ├── BadAnswer               an answer that cannot be read
    │   ├── NotJson             HTML, cut JSON, an empty body, too large
    │   └── WrongShape          JSON without the documented fields or types
    ├── ProviderError           the provider answered with an error code
    │   ├── ParameterRefused    400, 100000
    │   ├── ServiceFailed       500, 500000, 100404 and codes the documents do not name
    │   ├── SignatureRefused    500008
    │   ├── NotPermitted        500009
    │   ├── AccountUnknown      500001
    │   ├── AccountExists       500002
    │   ├── DuplicateTransfer   500101
    │   ├── WithdrawalLocked    500102
    │   └── BalanceTooLow       500103
    └── OutcomeUnknown          a transfer that may or may not have happened

Codes: "5. Error Code" of the Summary API document and the Open API table of the provider's public pages.
No message, repr or attribute holds the merchant key or a signature.
"""

from __future__ import annotations


class TwoJError(Exception):
    """Base of all errors of this client.

    ``sentence`` says what happened, ``what_to_do`` what the reader can do about it; both are for people.
    ``endpoint`` is the path that was asked ("" if none), ``code`` the provider's code or the HTTP status.
    ``retry_may_help`` says whether the same *read* may succeed later; it is no advice to repeat a transfer.
    ``older_will_do`` says whether an older answer to the same question may stand in.
    """

    is_answer = False
    """Whether it answers the question, so that the call did not fail."""
    what_to_do = "Report this with the time it happened."
    retry_may_help = False
    older_will_do = False

    @property
    def trouble(self) -> str:
        """What to say beside an older answer that stands in; a wait needs no advice."""
        return self.sentence if self.retry_may_help else f"{self.sentence} {self.what_to_do}"

    def __init__(self, sentence: str, *, endpoint: str = "", code: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.endpoint = endpoint
        self.code = code

    def __str__(self) -> str:
        where = self.endpoint and f" [{self.endpoint}{'' if self.code is None else f', code {self.code}'}]"
        return f"{self.sentence}{where} {self.what_to_do}"


class BadArgument(TwoJError, ValueError):
    """A caller's mistake, found before anything was sent."""

    what_to_do = "Correct the call."


class NoAnswer(TwoJError):
    """No answer arrived, so nobody knows whether the provider acted on the request."""

    what_to_do = "Check the network and the provider's address, then try again."
    retry_may_help = True
    older_will_do = True

    def __init__(self, sentence: str, *, endpoint: str = "", was_sent: bool = True) -> None:
        super().__init__(sentence, endpoint=endpoint)
        self.was_sent = was_sent


class ConnectionFailed(NoAnswer):
    """No connection to the provider, or it broke. ``was_sent`` is False if the request never left."""


class TimedOut(NoAnswer):
    """The provider took too long. ``was_sent`` is False if the request never left."""

    what_to_do = "Try again in a moment."


class HttpStatus(TwoJError):
    """The provider, or something on the way to it, answered with an HTTP status other than 200.

    ``moved_to`` is the scheme and host of a redirect that leads to another server, "" without one. It is not
    followed: a signed request is for whom it was set up for.
    """

    what_to_do = "Try again in a moment; if it stays, ask the provider."
    older_will_do = True

    def __init__(
        self, status: int, *, endpoint: str, retry_after_s: float | None = None, moved_to: str = ""
    ) -> None:
        sentence = f"The provider answered with HTTP status {status}."
        if status in (401, 403):
            sentence = f"The provider did not let this server in (HTTP status {status})."
            self.what_to_do = (
                "Ask the provider to put this server's address on its allow list; check the merchant id and"
                " the key."
            )
        elif moved_to:
            sentence = f"The provider's address has moved to {moved_to} (HTTP status {status})."
            self.what_to_do = f"Set {_setting(endpoint)} to the new address."
        elif 300 <= status < 400 or status in (404, 405, 410):
            sentence = f"The provider has no API at this address (HTTP status {status})."
            self.what_to_do = f"Check {_setting(endpoint)}, the base of the API's address."
        super().__init__(sentence, endpoint=endpoint, code=status)
        self.retry_after_s = retry_after_s
        self.retry_may_help = status in {408, 425, 429} or status >= 500


def _setting(endpoint: str) -> str:
    return "TWOJ_OPEN_URL" if endpoint.startswith("/open2j/") else "TWOJ_SUMMARY_URL"


class BadAnswer(TwoJError):
    """An answer arrived that cannot be read."""

    what_to_do = "Try again in a moment; if it stays, report it to the provider."
    retry_may_help = True
    older_will_do = True


class NotJson(BadAnswer):
    """The body is not JSON, is cut off, is empty or too large.

    ``is_page`` says that it is a page for people: of a server on the way, or of another one altogether.
    """

    def __init__(self, sentence: str, *, endpoint: str, is_page: bool = False) -> None:
        super().__init__(sentence, endpoint=endpoint)
        if is_page:
            self.what_to_do = f"Try again in a moment; if it stays, check {_setting(endpoint)}."


class WrongShape(BadAnswer):
    """The body is JSON, but lacks a documented field or holds another type."""

    what_to_do = "Report it to the provider."
    retry_may_help = False


class ProviderError(TwoJError):
    """The provider answered with an error code.

    ``provider_ms`` is the provider's time (epoch ms), None where its answer did not tell it.
    """

    provider_ms: int | None = None

    def __init__(self, message: str, *, endpoint: str, code: int) -> None:
        said = f': "{message}"' if message else ""
        super().__init__(f"{self.meaning}{said}.", endpoint=endpoint, code=code)

    meaning = "The provider reported an error"


class ParameterRefused(ProviderError):
    """A parameter was refused, or (Summary API) the signature did not match."""

    meaning = "The provider refused a parameter or the signature"
    what_to_do = "Check the request, the merchant id, the key and this computer's clock."
    older_will_do = True  # the same question was right before: it is the signature


class ServiceFailed(ProviderError):
    """The provider failed inside."""

    meaning = "The provider failed inside"
    what_to_do = "Try again in a moment; if it stays, report it to the provider."
    retry_may_help = True
    older_will_do = True


class SignatureRefused(ProviderError):
    """The signature did not match."""

    meaning = "The provider refused the signature"
    what_to_do = "Check the merchant id, the key and this computer's clock."
    older_will_do = True


class NotPermitted(ProviderError):
    """The merchant may not use this endpoint."""

    meaning = "This merchant has no permission for this endpoint"
    what_to_do = "Ask the provider to permit it."


class AccountUnknown(ProviderError):
    """The player has no account at the provider."""

    is_answer = True

    meaning = "The provider knows no account of this player"
    what_to_do = "Check the player's id."


class AccountExists(ProviderError):
    """The player has an account already."""

    is_answer = True

    meaning = "The provider has an account of this player already"
    what_to_do = "Nothing needs to be done."


class DuplicateTransfer(ProviderError):
    """The transfer number was used before."""

    is_answer = True

    meaning = "This transfer number was used before"
    what_to_do = "Look the number up in the records before anything else."


class WithdrawalLocked(ProviderError):
    """The player is in a game, or another withdrawal is running."""

    is_answer = True

    meaning = "Withdrawals of this player are locked: a game or another withdrawal is running"
    what_to_do = "Try again later."


class BalanceTooLow(ProviderError):
    """The balance does not cover the withdrawal."""

    is_answer = True

    meaning = "The withdrawal failed: the balance is too low"
    what_to_do = "Withdraw a smaller amount."


class OutcomeUnknown(TwoJError):
    """A transfer that may or may not have happened. Ask again with ``trans_no``; do not send a new one."""

    what_to_do = "Do not repeat the transfer. Look its number up in the player's records."

    def __init__(self, *, endpoint: str, op_id: str, trans_no: str, amount: int, reason: str) -> None:
        super().__init__(
            f"Nobody can say yet whether transfer {trans_no} happened. {reason}", endpoint=endpoint
        )
        self.op_id = op_id
        self.trans_no = trans_no
        self.amount = amount


_BY_CODE: dict[int, type[ProviderError]] = {
    400: ParameterRefused,
    100000: ParameterRefused,
    500008: SignatureRefused,
    500009: NotPermitted,
    500001: AccountUnknown,
    500002: AccountExists,
    500101: DuplicateTransfer,
    500102: WithdrawalLocked,
    500103: BalanceTooLow,
}


def for_code(code: int, message: str, *, endpoint: str) -> ProviderError:
    """Return the error of a provider's code other than success; codes nobody documented are failures."""
    return _BY_CODE.get(code, ServiceFailed)(message, endpoint=endpoint, code=code)
