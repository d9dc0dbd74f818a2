"""Three servers send from one outbox, and one is killed in the middle: every message arrives once."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import update

from ledger import outbox
from ledger.database import Ledger
from ledger.outbox import OutboxMessage
from ledger.schema import outbox as table
from tests.channels import mailbox, webhook
from tests.parts import ledger_at

pytestmark = [pytest.mark.slow, pytest.mark.servers]
ROOT = Path(__file__).parents[3]
MESSAGES = 12


@contextmanager
def sending(url: str, address: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.dashboard.channels.sending", url, address]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "sends\n"
        try:
            yield process
        finally:
            process.kill()


def put(ledger: Ledger, *keys: str) -> None:
    with ledger.writing() as books:
        for key in keys:
            outbox.put(books, OutboxMessage(key, "ops", "test", key, key))


def test_each_message_arrives_once_though_one_is_killed_while_it_sends(url: str):
    taken: list[str] = []
    all_of, held, killed = threading.Semaphore(0), threading.Event(), threading.Event()
    with webhook() as sink, ledger_at(url, 101) as ledger, ExitStack() as running:
        ledger.prepare()

        def answer(number: int) -> int:
            path, headers, _ = sink.posts[number]
            if path == "/0" and not killed.is_set():  # it is killed before it hears
                held.set()
                killed.wait(30)
                return 500
            taken.append(headers["idempotency-key"])
            all_of.release()
            return 204

        sink.answer = answer
        addresses = [sink.url.replace("http://", "webhook+http://k@") + f"/{number}" for number in range(3)]
        first = running.enter_context(sending(url, addresses[0]))
        put(ledger, "m0")
        assert held.wait(30)
        for address in addresses[1:]:
            running.enter_context(sending(url, address))
        put(ledger, *(f"m{number}" for number in range(1, MESSAGES)))
        for _ in range(MESSAGES - 1):
            assert all_of.acquire(timeout=30)
        first.kill()
        first.wait(10)
        killed.set()
        assert sorted(taken) == sorted(f"m{number}" for number in range(1, MESSAGES))
        with ledger.writing() as books:  # its time is over, by the clock of the database
            late = update(table).where(table.c.key == "m0")
            books.execute(late.values(due_at_ms=table.c.due_at_ms - outbox.LASTS_S * 1000))
        assert all_of.acquire(timeout=30)
    assert sorted(taken) == sorted(f"m{number}" for number in range(MESSAGES))


def test_so_does_each_mail_though_its_sender_is_killed_before_the_server_has_answered(url: str):
    all_of, held, killed = threading.Semaphore(0), threading.Event(), threading.Event()
    with mailbox() as post, ledger_at(url, 101) as ledger, ExitStack() as running:
        ledger.prepare()

        def answer(mail: EmailMessage) -> str:
            if mail["From"].startswith("first") and not killed.is_set():
                held.set()
                killed.wait(30)
                return "451 too late"
            all_of.release()
            return "250 OK"

        post.answer = answer
        first = running.enter_context(
            sending(url, f"mailto://127.0.0.1:{post.port}/?from=first@a.example&to=b@a.example")
        )
        put(ledger, "m0")
        assert held.wait(30)
        for _ in range(2):
            running.enter_context(sending(url, post.url))
        put(ledger, *(f"m{number}" for number in range(1, 5)))
        for _ in range(4):
            assert all_of.acquire(timeout=30)
        first.kill()
        first.wait(10)
        killed.set()
        with ledger.writing() as books:
            late = update(table).where(table.c.key == "m0")
            books.execute(late.values(due_at_ms=table.c.due_at_ms - outbox.LASTS_S * 1000))
        assert all_of.acquire(timeout=30)
    assert sorted(mail["Subject"] for mail in post.mails) == [f"m{number}" for number in range(5)]
    assert len({mail["Message-ID"] for mail in post.mails}) == 5
