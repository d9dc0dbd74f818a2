"""Channels: what arrives at a real mail server and at a webhook, and that no address is ever said."""

import base64
import email
import hmac
import logging
import socket
import socketserver
import threading
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime

import pytest

from dashboard.channels import data_channels, data_sender
from dashboard.channels.data_channels import ChannelFailed, channels
from dashboard.channels.data_sender import Sender
from dashboard.core.text import sentences
from dashboard.server import log
from ledger import outbox
from ledger.database import Database, Ledger, ledger_url
from ledger.outbox import Attachment, ClaimedMessage, OutboxMessage
from tests.channels import mailbox, webhook
from tests.dashboard.server.logs import log_streams

FILE = Attachment("März.xlsx", "application/vnd.ms-excel", bytes(range(256)) * 9)
MESSAGE = OutboxMessage(
    "alert-7-1:ops",
    "ops",
    "alert 7",
    "Bets fell silent\r\nBcc: x@y.z",
    "No bets.",
    "<p>No bets.</p>",
    (FILE,),
)
MADE_AT = datetime(2026, 3, 15, 9, 30, tzinfo=UTC)
CLAIMED = ClaimedMessage(1, MESSAGE, MADE_AT, 1, "h")
SECRET = "s3cr3t/+"


@pytest.fixture(scope="module")
def post():
    with mailbox() as box:
        yield box


@pytest.fixture(autouse=True)
def _empty(post):
    post.answer, post.refuses = lambda _mail: "250 OK", set()
    post.mails.clear()
    post.receivers.clear()


def one(url, clock=lambda: 1_773_567_000):
    return channels({"ops": url}, clock)["ops"]


def test_a_mail_is_whole_and_has_the_same_id_each_time(post):
    to = "ops@casino.example,ann@casino.example&cc=cc@casino.example&bcc=bcc@casino.example"
    channel = one(post.url.replace("ops@casino.example", to))
    for _ in range(2):
        assert channel.send(CLAIMED) is None
    first, again = post.mails
    assert first["Message-ID"] == again["Message-ID"]
    assert first["Message-ID"].endswith("@casino.example>")
    assert first["Subject"] == "Bets fell silent Bcc: x@y.z"
    assert first["From"] == "Dashboard <dash@casino.example>"
    assert (first["To"], first["Cc"], first["Bcc"]) == (
        "ops@casino.example, ann@casino.example",
        "cc@casino.example",
        None,
    )
    assert first["Date"].datetime == MADE_AT
    names = ["ann", "bcc", "cc", "ops"]
    assert post.receivers == [[f"{name}@casino.example" for name in names]] * 2
    assert first.get_body(["plain"]).get_content().strip() == "No bets."
    assert first.get_body(["html"]).get_content().strip() == "<p>No bets.</p>"
    (attached,) = first.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("März.xlsx", FILE.content)
    other = ClaimedMessage(2, OutboxMessage("other", "ops", "a", "s", "b"), MADE_AT, 1, "h")
    channel.send(other)
    assert post.mails[2]["Message-ID"] != first["Message-ID"]


def test_what_the_mail_server_says_is_told_and_its_address_is_not(post):
    channel = one(post.url.replace("mailto://", "mailto://u:hush@"))
    with pytest.raises(ChannelFailed) as failed:  # it knows no login
        channel.send(CLAIMED)
    assert "hush" not in str(failed.value)
    channel = one(post.url)
    post.answer = lambda _mail: "451 later"
    with pytest.raises(ChannelFailed, match="refused it with code 451"):
        channel.send(CLAIMED)
    post.refuses = {"ops@casino.example"}
    with pytest.raises(ChannelFailed, match="takes mail for none"):
        channel.send(CLAIMED)
    post.answer = lambda _mail: "250 OK"
    both = one(post.url.replace("ops@casino.example", "ops@casino.example,ann@casino.example"))
    assert str(both.send(CLAIMED)) == "The mail server took it, but not for 1 of the receivers."
    with pytest.raises(ChannelFailed, match="does not answer"):
        one("mailto://127.0.0.1:9/?from=a@b.example&to=c@d.example").send(CLAIMED)


def test_a_webhook_is_signed_over_its_id_time_and_body():
    with webhook() as sink:
        address = sink.url.replace("http://", "webhook+http://s3cr3t%2F%2B@") + "/alerts?x=1"
        assert one(address).send(CLAIMED) is None
        path, headers, body = sink.posts[0]
        (said,) = sink.bodies()
    assert path == "/alerts?x=1"
    assert headers["idempotency-key"] == headers["webhook-id"] == "alert-7-1:ops"
    signed = b"alert-7-1:ops.1773567000." + body
    expected = base64.b64encode(hmac.digest(SECRET.encode(), signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert "authorization" not in headers
    assert (said["subject"], said["text"], said["html"]) == (MESSAGE.subject, "No bets.", "<p>No bets.</p>")
    assert base64.b64decode(said["files"][0]["base64"]) == FILE.content
    assert said["made_at"] == "2026-03-15T09:30:00+00:00"


@pytest.mark.parametrize("status", [301, 404, 500])
def test_a_webhook_that_answers_anything_else_has_not_taken_it(status):
    with webhook() as sink:
        sink.answer = lambda _number: status
        with pytest.raises(ChannelFailed, match=f"HTTP status {status}"):
            one(sink.url.replace("http://", "webhook+http://k@")).send(CLAIMED)


def test_a_service_of_apprise_gets_the_text(caplog):
    with webhook() as sink:
        address = sink.url.replace("http://", "json://u:hush@")
        channel = one(address)
        assert channel.kind == "JSON"
        sink.answer = lambda _number: 200
        assert channel.send(CLAIMED) is None
        assert sink.bodies()[0]["title"].startswith("Bets fell silent")
        sink.answer = lambda _number: 500
        with pytest.raises(ChannelFailed, match="did not take") as failed:
            channel.send(CLAIMED)
    assert "hush" not in str(failed.value) + repr(channel)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        "https://hush.example",
        "webhook+ftp://k@h",
        "webhook+https://h/",
        "webhook+https://k@",
        "webhook+https://whsec_%%%@h",
        "mailto://",
    ],
)
@pytest.mark.parametrize("name", ["ops", "a,b", "n" * 41, " ops", ""])
def test_what_is_no_address_is_refused_without_saying_it(name, address):
    with pytest.raises(ValueError, match="expects URLs of Apprise") as refused:
        one(address) if name == "ops" else channels({name: "json://localhost"})
    assert "hush" not in str(refused.value)


@pytest.fixture
def book(tmp_path):
    with closing(Database(ledger_url(f"sqlite:///{tmp_path / 'ledger.sqlite3'}"))) as database:
        yield Ledger(database, 101)


def put(book, *messages):
    with book.writing() as books:
        for message in messages:
            outbox.put(books, message)


def due_now(book):
    """What was put off, or is being sent, is due by the clock of the database."""
    with book.writing() as books:
        books.execute(outbox.outbox.update().values(due_at_ms=0))


def told(book):
    """How each message stands, in the order in which they were put, and why."""
    with book.reading() as books:
        return [(each.state, sentences(each.reason)) for each in outbox.newest(books, 9)][::-1]


def of_sink(sink):
    return sink.url.replace("http://", "webhook+http://k@")


def test_a_webhook_that_fails_once_has_each_message_once_with_one_key(book):
    with webhook() as sink:
        sink.answer = lambda number: 500 if number == 0 else 200
        sender = Sender(book, channels({"ops": of_sink(sink)}))
        assert sender.turn() > 0
        put(book, MESSAGE)
        assert sender.turn() == 0
        assert told(book) == [("pending", "The channel answered with HTTP status 500.")]
        assert sender.turn() > 0
        for _ in range(2):
            due_now(book)
            sender.turn()
        with book.reading() as books:
            (last,) = outbox.newest(books, 1)
        assert (last.state, last.attempts, last.reason) == ("sent", 2, "")
        assert sink.keys() == ["alert-7-1:ops"] * 2


def test_a_channel_that_never_answers_holds_up_no_other_and_stays_this_server_s_to_tell(book):
    with webhook() as sink, socket.create_server(("127.0.0.1", 0)) as silent:
        addresses = {"ops": of_sink(sink), "hung": f"webhook+http://k@127.0.0.1:{silent.getsockname()[1]}/"}
        sender, other = (Sender(book, channels(addresses)) for _ in range(2))
        put(book, OutboxMessage("h1", "hung", "a", "s", "b"), OutboxMessage("h2", "hung", "a", "s", "b"))
        put(book, OutboxMessage("m1", "ops", "a", "s", "b"))
        assert sender.turn() == 0
        accepted, _ = silent.accept()
        assert sink.keys() == ["m1"]
        assert told(book) == [("sending", ""), ("pending", ""), ("sent", "")]
        with book.writing() as books:  # a while later
            hung = outbox.outbox.c.key == "h1"
            books.execute(outbox.outbox.update().where(hung).values(due_at_ms=0))
            books.execute(outbox.outbox.delete().where(outbox.outbox.c.key == "h2"))
        sender._kept_at = float("-inf")
        put(book, OutboxMessage("m2", "ops", "a", "s", "b"))
        assert sender.turn() == 0
        assert other.turn() > 0
        assert sink.keys() == ["m1", "m2"]
        accepted.close()
        assert sender.turn() == 0
        assert told(book)[0] == ("pending", "The channel does not answer.")


@pytest.mark.parametrize(
    ("address", "begins"),
    [
        ("webhook+http://k@127.0.0.1:{}/", b"HTTP/1.1 200 OK\r\nx-slow: "),
        ("mailto://127.0.0.1:{}/?from=a@casino.example&to=b@casino.example", b"220 a\r\n250-"),
        ("json://127.0.0.1:{}/", b"HTTP/1.1 200 OK\r\nx-slow: "),
    ],
)
def test_an_answer_that_drips_a_byte_at_a_time_has_an_end(book, monkeypatch, address, begins):
    monkeypatch.setattr(data_sender, "LONGEST_S", 0.2)
    dripped, left = [], threading.Event()

    class Drips(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.sendall(begins)
            with suppress(OSError):
                while not left.wait(0.01):
                    self.request.sendall(b"a")
                    dripped.append(1)
            left.set()

    with socketserver.TCPServer(("127.0.0.1", 0), Drips) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        put(book, MESSAGE)
        sender = Sender(book, channels({"ops": address.format(server.server_address[1])}))
        for _ in range(9):
            if sender.turn() > 0 or told(book)[0][0] != "sending":
                break
        assert left.wait(30)  # the connection is closed
    assert told(book) == [("pending", "The channel does not answer.")]
    assert len(dripped) > 5
    monkeypatch.setattr(data_sender, "LONGEST_S", 30)
    with webhook() as sink:  # its thread sends on
        sender.channels = channels({"ops": of_sink(sink)})
        due_now(book)
        sender.turn()
        assert told(book) == [("sent", "")]


def test_a_server_that_ends_waits_for_what_is_on_its_way(book, monkeypatch):
    monkeypatch.setattr(data_sender, "_IDLE_S", 0)
    held = threading.Event()

    def answer(_number):
        held.set()
        for each in threading.enumerate():
            if each.name == "sender":
                each.join(30)
        return 204

    put(book, MESSAGE)
    with webhook() as sink:
        sink.answer = answer
        with Sender(book, channels({"ops": of_sink(sink)})).running():
            assert held.wait(30)
        assert told(book) == [("sent", "")]


def test_what_a_channel_fails_by_is_not_said_and_it_is_tried_again(book, capsys, monkeypatch):
    def fails(*_, **__):
        error = RuntimeError("https://hush.example/token")
        error.why = "https://hush.example/token"  # type: ignore[attr-defined] # as a library may have it
        raise error

    monkeypatch.setattr(data_channels.httpx, "post", fails)
    put(book, MESSAGE)
    assert Sender(book, channels({"ops": "webhook+http://k@127.0.0.1:9/"})).turn() == 0
    assert told(book) == [("pending", "The channel did not take the message.")]
    said = capsys.readouterr()
    assert "RuntimeError" in said.out
    assert "hush" not in said.out + said.err


@contextmanager
def dropping(until):
    """A mail server that goes away once it has read that much of a mail; yields its address and the mails."""
    mails = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 here\r\n")
            while self.rfile.readline().strip() != b"data":
                self.wfile.write(b"250 OK\r\n")
            self.wfile.write(b"354 go on\r\n")
            mail = b""
            while until not in mail:
                mail += self.rfile.readline()
            mails.append(mail)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"mailto://127.0.0.1:{server.server_address[1]}/?from=a@b.example&to=c@d.example", mails
        finally:
            server.shutdown()


@pytest.mark.parametrize("until", [b"Auto-Submitted", b"\r\n.\r\n"])
def test_a_mail_whose_connection_breaks_in_the_middle_is_sent_again_with_its_id(book, post, until):
    put(book, MESSAGE)
    with dropping(until) as (address, begun):
        assert Sender(book, channels({"ops": address})).turn() == 0
    assert told(book) == [("pending", "The channel does not answer.")]
    due_now(book)
    again = Sender(book, channels({"ops": post.url.replace("dash@casino.example", "a@b.example")}))
    for _ in range(2):
        again.turn()
        due_now(book)
    assert told(book) == [("sent", "")]
    (mail,) = post.mails
    assert email.message_from_bytes(begun[0])["Message-ID"] == mail["Message-ID"]


def test_a_ledger_that_is_away_is_tried_again_later(book):
    book.database.url = book.database.url.set(database="/nowhere/ledger.sqlite3")
    with closing(Database(book.database.url)) as away:
        assert Sender(Ledger(away, 101), {}).turn() == 15


def test_libraries_that_log_addresses_are_silent():
    with log_streams() as (out, _):
        log.configure(out)
        logging.getLogger("apprise").warning("https://hush.example/token")
        logging.getLogger("urllib3.connectionpool").warning("https://hush.example/token")
        assert "hush" not in out.getvalue()
