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


def gettext_noop(key: str) -> str:
    """Return `key`; whoever makes a catalog of translations finds it by this name."""
    return key


class TwoJError(Exception):
    """Base of all errors of this client.

    ``sentence`` says what happened, ``what_to_do`` what the reader can do about it; both are for people.
    Translations are found by ``key``, the sentence with named places, which ``fields`` fill (where one is
    another error, with its sentence), and by ``what_to_do``, which has none.
    ``endpoint`` is the path that was asked ("" if none), ``code`` the provider's code or the HTTP status.
    ``retry_may_help`` says whether the same *read* may succeed later; it is no advice to repeat a transfer.
    ``older_will_do`` says whether an older answer to the same question may stand in.
    """

    is_answer = False
    """Whether it answers the question, so that the call did not fail."""
    what_to_do = gettext_noop("Report this with the time it happened.")
    retry_may_help = False
    older_will_do = False

    def __init__(self, key: str, /, *, endpoint: str = "", code: int | None = None, **fields: object) -> None:
        super().__init__(key)
        self.key = key
        self.fields = fields
        self.endpoint = endpoint
        self.code = code

    @property
    def sentence(self) -> str:
        """What happened, in English."""
        filled = {
            name: field.sentence if isinstance(field, TwoJError) else field
            for name, field in self.fields.items()
        }
        return self.key.format_map(filled)

    def __str__(self) -> str:
        where = self.endpoint and f" [{self.endpoint}{'' if self.code is None else f', code {self.code}'}]"
        return f"{self.sentence}{where} {self.what_to_do}"


class BadArgument(TwoJError, ValueError):
    """A caller's mistake, found before anything was sent."""

    what_to_do = gettext_noop("Correct the call.")


class NoAnswer(TwoJError):
    """No answer arrived, so nobody knows whether the provider acted on the request."""

    what_to_do = gettext_noop("Check the network and the provider's address, then try again.")
    retry_may_help = True
    older_will_do = True

    def __init__(self, key: str, /, *, endpoint: str = "", was_sent: bool = True) -> None:
        super().__init__(key, endpoint=endpoint)
        self.was_sent = was_sent


class ConnectionFailed(NoAnswer):
    """No connection to the provider, or it broke. ``was_sent`` is False if the request never left."""


class TimedOut(NoAnswer):
    """The provider took too long. ``was_sent`` is False if the request never left."""

    what_to_do = gettext_noop("Try again in a moment.")


class HttpStatus(TwoJError):
    """The provider, or something on the way to it, answered with an HTTP status other than 200.

    ``moved_to`` is the scheme and host of a redirect that leads to another server, "" without one. It is not
    followed: a signed request is for whom it was set up for.
    """

    what_to_do = gettext_noop("Try again in a moment; if it stays, ask the provider.")
    older_will_do = True

    def __init__(
        self, status: int, *, endpoint: str, retry_after_s: float | None = None, moved_to: str = ""
    ) -> None:
        key, place = gettext_noop("The provider answered with HTTP status {status}."), _is_open(endpoint)
        if status in (401, 403):
            key = gettext_noop("The provider did not let this server in (HTTP status {status}).")
            self.what_to_do = gettext_noop(
                "Ask the provider to put this server's address on its allow list; check the merchant id and"
                " the key."
            )
        elif moved_to:
            key = gettext_noop("The provider's address has moved to {moved_to} (HTTP status {status}).")
            self.what_to_do = _SET_ADDRESS[place]
        elif 300 <= status < 400 or status in (404, 405, 410):
            key = gettext_noop("The provider has no API at this address (HTTP status {status}).")
            self.what_to_do = _CHECK_ADDRESS[place]
        super().__init__(key, endpoint=endpoint, code=status, status=status, moved_to=moved_to)
        self.retry_after_s = retry_after_s
        self.retry_may_help = status in {408, 425, 429} or status >= 500


# Of the Summary API, and of the Open API.
_SET_ADDRESS = (
    gettext_noop("Set TWOJ_SUMMARY_URL to the new address."),
    gettext_noop("Set TWOJ_OPEN_URL to the new address."),
)
_CHECK_ADDRESS = (
    gettext_noop("Check TWOJ_SUMMARY_URL, the base of the API's address."),
    gettext_noop("Check TWOJ_OPEN_URL, the base of the API's address."),
)
_PERHAPS_ADDRESS = (
    gettext_noop("Try again in a moment; if it stays, check TWOJ_SUMMARY_URL."),
    gettext_noop("Try again in a moment; if it stays, check TWOJ_OPEN_URL."),
)


def _is_open(endpoint: str) -> bool:
    return endpoint.startswith("/open2j/")


class BadAnswer(TwoJError):
    """An answer arrived that cannot be read."""

    what_to_do = gettext_noop("Try again in a moment; if it stays, report it to the provider.")
    retry_may_help = True
    older_will_do = True


class NotJson(BadAnswer):
    """The body is not JSON, is cut off, is empty or too large.

    ``is_page`` says that it is a page for people: of a server on the way, or of another one altogether.
    """

    def __init__(self, key: str, /, *, endpoint: str, is_page: bool = False) -> None:
        super().__init__(key, endpoint=endpoint)
        if is_page:
            self.what_to_do = _PERHAPS_ADDRESS[_is_open(endpoint)]


class WrongShape(BadAnswer):
    """The body is JSON, but lacks a documented field or holds another type."""

    what_to_do = gettext_noop("Report it to the provider.")
    retry_may_help = False


class ProviderError(TwoJError):
    """The provider answered with an error code.

    ``provider_ms`` is the provider's time (epoch ms), None where its answer did not tell it.
    """

    provider_ms: int | None = None
    meaning = gettext_noop("The provider reported an error.")
    quoting = gettext_noop('The provider reported an error: "{message}".')

    def __init__(self, message: str, *, endpoint: str, code: int) -> None:
        super().__init__(
            self.quoting if message else self.meaning, endpoint=endpoint, code=code, message=message
        )


class ParameterRefused(ProviderError):
    """A parameter was refused, or (Summary API) the signature did not match."""

    meaning = gettext_noop("The provider refused a parameter or the signature.")
    quoting = gettext_noop('The provider refused a parameter or the signature: "{message}".')
    what_to_do = gettext_noop("Check the request, the merchant id, the key and this computer's clock.")
    older_will_do = True  # the same question was right before: it is the signature


class ServiceFailed(ProviderError):
    """The provider failed inside."""

    meaning = gettext_noop("The provider failed inside.")
    quoting = gettext_noop('The provider failed inside: "{message}".')
    what_to_do = gettext_noop("Try again in a moment; if it stays, report it to the provider.")
    retry_may_help = True
    older_will_do = True


class SignatureRefused(ProviderError):
    """The signature did not match."""

    meaning = gettext_noop("The provider refused the signature.")
    quoting = gettext_noop('The provider refused the signature: "{message}".')
    what_to_do = gettext_noop("Check the merchant id, the key and this computer's clock.")
    older_will_do = True


class NotPermitted(ProviderError):
    """The merchant may not use this endpoint."""

    meaning = gettext_noop("This merchant has no permission for this endpoint.")
    quoting = gettext_noop('This merchant has no permission for this endpoint: "{message}".')
    what_to_do = gettext_noop("Ask the provider to permit it.")


class AccountUnknown(ProviderError):
    """The player has no account at the provider."""

    is_answer = True
    meaning = gettext_noop("The provider knows no account of this player.")
    quoting = gettext_noop('The provider knows no account of this player: "{message}".')
    what_to_do = gettext_noop("Check the player's id.")


class AccountExists(ProviderError):
    """The player has an account already."""

    is_answer = True
    meaning = gettext_noop("The provider has an account of this player already.")
    quoting = gettext_noop('The provider has an account of this player already: "{message}".')
    what_to_do = gettext_noop("Nothing needs to be done.")


class DuplicateTransfer(ProviderError):
    """The transfer number was used before."""

    is_answer = True
    meaning = gettext_noop("This transfer number was used before.")
    quoting = gettext_noop('This transfer number was used before: "{message}".')
    what_to_do = gettext_noop("Look the number up in the records before anything else.")


class WithdrawalLocked(ProviderError):
    """The player is in a game, or another withdrawal is running."""

    is_answer = True
    meaning = gettext_noop("Withdrawals of this player are locked: a game or another withdrawal is running.")
    quoting = gettext_noop(
        'Withdrawals of this player are locked: a game or another withdrawal is running: "{message}".'
    )
    what_to_do = gettext_noop("Try again later.")


class BalanceTooLow(ProviderError):
    """The balance does not cover the withdrawal."""

    is_answer = True
    meaning = gettext_noop("The withdrawal failed: the balance is too low.")
    quoting = gettext_noop('The withdrawal failed: the balance is too low: "{message}".')
    what_to_do = gettext_noop("Withdraw a smaller amount.")


class OutcomeUnknown(TwoJError):
    """A transfer that may or may not have happened. Ask again with ``trans_no``; do not send a new one."""

    what_to_do = gettext_noop("Do not repeat the transfer. Look its number up in the player's records.")

    def __init__(self, reason: TwoJError, *, endpoint: str, op_id: str, trans_no: str, amount: int) -> None:
        key = gettext_noop("Nobody can say yet whether transfer {trans_no} happened. {reason}")
        super().__init__(key, endpoint=endpoint, trans_no=trans_no, reason=reason)
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
