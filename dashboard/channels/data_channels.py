"""The channels by which people are told: each a name of the settings, and an address that is a secret.

An address is a URL of Apprise (https://appriseit.com/services), or of a webhook of the operator's own:
`webhook+https://SECRET@host/path`, which is signed as Standard Webhooks says. E-mail is sent here, by the
account that Apprise reads of its URL, so that a message has one Message-ID however often it is sent.
"""

import base64
import hmac
import json
import re
import smtplib
import ssl
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

from dashboard.core.text import Message, later
from ledger.outbox import ClaimedMessage

if TYPE_CHECKING:
    from apprise.plugins.email.base import NotifyEmail

TIMEOUT_S: Final = 10
"""So long for each step of talking to a channel."""
_WEBHOOK: Final = "webhook+"
_NAME: Final = re.compile(r"[\w.-]([\w .-]{0,38}[\w.-])?")
_NOT_AN_ADDRESS: Final = (
    "expects URLs of Apprise by a name of up to 40 letters and digits, such as"
    ' {{"ops": "mailtos://…"}}; that of {name} is none'
)
NOT_TAKEN: Final = later("The channel did not take the message.")
AWAY: Final = later("The channel does not answer.")


class ChannelFailed(Exception):
    """A channel has not taken a message. `why` is a sentence for people, without the channel's address."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.key.format_map(why.fields))
        self.why = why


def channels(addresses: Mapping[str, str], clock: Callable[[], float] = time.time) -> "dict[str, Channel]":
    """Return the channels at these addresses. Raises ValueError for one that is none; it says no address."""
    return {name: _channel(name, address, clock) for name, address in addresses.items()}


def _channel(name: str, address: str, clock: Callable[[], float]) -> "Channel":
    problem = ValueError(_NOT_AN_ADDRESS.format(name=name if _NAME.fullmatch(name) else "one"))
    if not _NAME.fullmatch(name):
        raise problem
    if address.startswith(_WEBHOOK):
        with suppress(ValueError):
            return _webhook(address.removeprefix(_WEBHOOK), clock)
        raise problem
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of what it loads
        # It takes half a second to load, and only who has channels needs it.
        from apprise import Apprise  # noqa: PLC0415
        from apprise.plugins.email.base import NotifyEmail  # noqa: PLC0415

        plugin = Apprise.instantiate(address, suppress_exceptions=True)
    if plugin is None:
        raise problem
    return Email(plugin) if type(plugin) is NotifyEmail else Service(plugin)


class Service:
    """A service that Apprise knows."""

    def __init__(self, plugin: Any) -> None:
        self.kind = str(plugin.service_name)
        self._plugin = plugin

    def send(self, claimed: ClaimedMessage) -> Message | None:
        """Send it as text, with its files where the service takes any."""
        from apprise import AppriseAttachment  # noqa: PLC0415
        from apprise.attachment.memory import AttachMemory  # noqa: PLC0415

        message, files = claimed.message, AppriseAttachment()
        for each in message.files if self._plugin.attachment_support else ():
            files.add(
                AttachMemory(  # type: ignore[no-untyped-call]
                    content=each.content, name=each.name, mimetype=each.media_type
                )
            )
        try:
            taken = self._plugin.notify(
                body=message.body, title=message.subject, body_format="text", attach=files or None
            )
        except Exception:  # noqa: BLE001 - plugins raise what they like, and their texts may hold secrets
            raise ChannelFailed(NOT_TAKEN) from None
        if not taken:
            raise ChannelFailed(NOT_TAKEN)
        if message.files and not self._plugin.attachment_support:
            return later("It was sent without its files: {kind} takes none.", kind=self.kind)
        return None


class Email:
    """A mail account. All its receivers get one message, in one go."""

    def __init__(self, account: "NotifyEmail") -> None:
        self.kind = "E-mail"
        self._account = account
        self._from = str(account.from_addr[1])

    def send(self, claimed: ClaimedMessage) -> Message | None:
        """Send it as text and HTML, with its files. Its Message-ID is made of its key."""
        account, mail = self._account, self._mail(claimed)
        people = {*(address for _, address in account.targets), *account.cc, *account.bcc}
        server: smtplib.SMTP | None = None
        try:
            server = _logged_in(account)
            refused = server.send_message(mail, self._from, sorted(people))
        except smtplib.SMTPRecipientsRefused:
            raise ChannelFailed(later("The mail server takes mail for none of the receivers.")) from None
        except smtplib.SMTPResponseException as error:
            said = later("The mail server refused it with code {code}.", code=error.smtp_code)
            raise ChannelFailed(said) from None
        except (OSError, smtplib.SMTPException):
            raise ChannelFailed(AWAY) from None
        finally:
            if server is not None:  # its answer to a goodbye is not waited for: what it took it has
                with suppress(OSError, smtplib.SMTPException):
                    server.putcmd("quit")
                server.close()
        if refused:
            return later("The mail server took it, but not for {count} of the receivers.", count=len(refused))
        return None

    def _mail(self, claimed: ClaimedMessage) -> EmailMessage:
        message, account, mail = claimed.message, self._account, EmailMessage()
        mail["Subject"] = " ".join(message.subject.split())
        mail["From"] = formataddr((str(account.from_addr[0] or ""), self._from))
        mail["To"] = ", ".join(formataddr((str(name or ""), address)) for name, address in account.targets)
        if account.cc:
            mail["Cc"] = ", ".join(sorted(account.cc))
        if account.reply_to:
            mail["Reply-To"] = ", ".join(sorted(account.reply_to))
        mail["Date"] = format_datetime(claimed.made_at)
        mail["Message-ID"] = f"<{_digest(message.key)}@{self._from.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body)
        if message.html is not None:
            mail.add_alternative(message.html, subtype="html")
        for file in message.files:
            main, _, sub = file.media_type.partition("/")
            mail.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
        return mail


def _logged_in(account: "NotifyEmail") -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if not account.verify_certificate:
        trusted.check_hostname, trusted.verify_mode = False, ssl.CERT_NONE
    host, port, timeout_s = account.smtp_host, account.port or 0, TIMEOUT_S
    if account.secure_mode == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=timeout_s, context=trusted)
    else:
        server = smtplib.SMTP(host, port, timeout=timeout_s)
    try:
        if account.secure_mode == "starttls":
            server.starttls(context=trusted)
        if account.user and account.password:
            server.login(account.user, account.password)
    except BaseException:
        server.close()
        raise
    return server


def _digest(key: str) -> str:
    return hmac.digest(b"2j", key.encode(), "sha256").hex()[:40]


@dataclass(frozen=True, slots=True, repr=False)
class Webhook:
    """An address of the operator's own; `clock` returns epoch seconds.

    Source: https://www.standardwebhooks.com: the signature is base64 of HMAC-SHA256 over "id.timestamp.body".
    """

    url: str
    secret: bytes
    clock: Callable[[], float]
    kind: str = "Webhook"

    def send(self, claimed: ClaimedMessage) -> Message | None:
        """Post it as JSON; any 2xx says that it was taken."""
        message, at_s = claimed.message, int(self.clock())
        body = json.dumps(
            {
                "id": message.key,
                "about": message.about,
                "subject": message.subject,
                "text": message.body,
                "html": message.html,
                "made_at": claimed.made_at.isoformat(),
                "files": [
                    {
                        "name": file.name,
                        "type": file.media_type,
                        "base64": base64.b64encode(file.content).decode(),
                    }
                    for file in message.files
                ],
            }
        ).encode()
        headers = {
            "content-type": "application/json",
            "idempotency-key": message.key,
            "webhook-id": message.key,
            "webhook-timestamp": str(at_s),
            "webhook-signature": signature(self.secret, message.key, at_s, body),
        }
        try:
            answer = httpx.post(self.url, content=body, headers=headers, timeout=TIMEOUT_S)
        except httpx.HTTPError:
            raise ChannelFailed(AWAY) from None
        if not answer.is_success:
            said = later("The channel answered with HTTP status {status}.", status=answer.status_code)
            raise ChannelFailed(said)
        return None


Channel = Service | Email | Webhook
"""A way to people: `kind` is what it is, `send` returns what is to be known of a message that was taken."""


def signature(secret: bytes, key: str, at_s: int, body: bytes) -> str:
    """Return the `webhook-signature` of a body that is posted at a time, in epoch s."""
    signed = f"{key}.{at_s}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(secret, signed, 'sha256')).decode()}"


def _webhook(url: str, clock: Callable[[], float]) -> Webhook:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not parts.username or parts.port == 0:
        raise ValueError
    secret = unquote(parts.username)
    coded = secret.removeprefix("whsec_")
    key = base64.b64decode(coded, validate=True) if coded != secret else secret.encode()
    without = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    return Webhook(urlunsplit(without), key, clock)
