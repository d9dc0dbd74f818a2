"""What failed, in the words of whoever reads it."""

import gettext
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from dashboard.core import text as core_text
from dashboard.core.text import later
from dashboard.provider.asking import warnings_of
from dashboard.provider.changes import changed
from dashboard.provider.failures import failure_text, failures, sentence, stale_text
from twoj_client import Reply
from twoj_client.changes import Restatement
from twoj_client.errors import HttpStatus, OutcomeUnknown, TimedOut
from twoj_client.windows import Window

LATE = TimedOut("The provider took too long.")
REFUSED = HttpStatus(403, endpoint="/api/all/list")


class Accented(gettext.NullTranslations):
    """Says each sentence between brackets, and no letter of it otherwise."""

    def gettext(self, message: str) -> str:
        return f"[{message}]"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return f"[{one if n == 1 else many}]"


@pytest.fixture
def accented(monkeypatch):
    monkeypatch.setattr(core_text, "_catalog", lambda code: Accented())


def test_a_failure_says_what_happened_and_what_to_do():
    assert failure_text(LATE) == "The provider took too long. Try again in a moment."
    assert stale_text(LATE) == "The provider took too long."
    assert stale_text(REFUSED) == (
        "The provider did not let this server in (HTTP status 403). Ask the provider to put this server's"
        " address on its allow list; check the merchant id and the key."
    )


def test_a_failure_inside_of_another_is_said_in_the_readers_language_too(accented):
    error = OutcomeUnknown(LATE, endpoint="/x", op_id="a", trans_no="no-123", amount=5)
    assert error.sentence == (
        "Nobody can say yet whether transfer no-123 happened. The provider took too long."
    )
    assert str(sentence(error)) == (
        "[Nobody can say yet whether transfer no-123 happened. [The provider took too long.]]"
    )


def test_failures_of_one_kind_are_one_sentence():
    said = failures([("b", LATE), ("Slots", REFUSED), ("a", LATE)])
    assert list(map(str, said)) == [
        "Slots: The provider did not let this server in (HTTP status 403).",
        "b; a: The provider took too long.",
    ]
    many = failures((str(n), LATE) for n in range(7))
    assert list(map(str, many)) == ["0; 1; 2; 3; 4 and 2 more: The provider took too long."]


def test_what_is_made_once_for_all_is_said_in_the_language_of_each(monkeypatch):
    (said,) = failures([(later("Slots"), LATE)] * 6)
    day = Window(0, 86_400)
    (told,) = changed([Restatement(day, {"bet_count": Decimal(3)})], ZoneInfo("UTC"), None)
    assert str(said) == "Slots; Slots; Slots; Slots; Slots and 1 more: The provider took too long."
    assert str(told).startswith("The provider changed 1 day since")
    monkeypatch.setattr(core_text, "_catalog", lambda code: Accented())
    assert str(said) == "[" + "[" + "[Slots]; " * 4 + "[Slots] and 1 more]: [The provider took too long.]]"
    assert str(told).startswith("[The provider changed 1 day since")
    assert said == failures([(later("Slots"), LATE)] * 6)[0]


def test_what_the_answers_left_unknown_is_said_in_one_sentence():
    merchant = SimpleNamespace(zone=UTC, currency=None)
    reply = Reply(None, datetime(2026, 3, 15, tzinfo=UTC), unknown={"resource_url": 1200, "op_id": 1})
    said = warnings_of(merchant, [reply, reply])
    assert list(map(str, said)) == [
        "The provider's answer leaves out, or tells in no known form: resource_url 1,200 times, op_id."
    ]
