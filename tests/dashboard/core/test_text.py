"""Sentences in the language of whoever reads them."""

from collections.abc import Iterator
from decimal import Decimal
from gettext import NullTranslations

import pytest

from dashboard.core import text
from dashboard.core.memo import memo
from dashboard.core.text import Message, language, later, plural, use_language


class German(NullTranslations):
    def gettext(self, message: str) -> str:
        return {"No bets in {period}.": "Keine Einsätze: {period}.", "today": "heute"}[message]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return "{n} Runde" if n == 1 else "{n} Runden"


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(text, "_available", lambda: ["en", "de"])
    monkeypatch.setattr(text, "_catalog", lambda code: German() if code == "de" else NullTranslations())
    yield
    use_language("en")


def test_english_sentences_are_their_keys():
    assert text.text("No bets in {period}.", period="March") == "No bets in March."
    assert text.text("100 % of {x") == "100 % of {x"
    assert plural("{n} round", "{n} rounds", 1) == "1 round"
    assert plural("{n} round of {game}", "{n} rounds of {game}", 1234, game="Dice") == "1,234 rounds of Dice"


def test_the_first_language_with_a_catalog_is_spoken(german: None):
    use_language("fr-FR", "de-AT")
    assert language() == "de"
    assert text.text("No bets in {period}.", period=later("today")) == "Keine Einsätze: heute."
    assert plural("{n} round", "{n} rounds", 1234) == "1.234 Runden"
    for nobody in (None, "", "xx", "fr-FR"):
        use_language(nobody)
        assert language() == "en"


def test_a_message_is_put_into_words_where_it_is_read(german: None):
    message = later("No bets in {period}.", period=later("today"))
    assert str(message) == "No bets in today."
    use_language("de")
    assert f"{message}" == "Keine Einsätze: heute."
    assert message == Message("No bets in {period}.", {"period": later("today")})
    assert hash(message) == hash(later("No bets in {period}.", period=2))


def test_what_is_kept_of_the_same_is_kept_by_language(german: None):
    assert memo(text.text, "today") == "today"
    use_language("de")
    assert memo(text.text, "today") == "heute"


def test_numbers_lists_and_tables_of_words_are_written_where_they_are_read(german: None):
    words = text.WordTable({1: later("today")})
    message = later(
        "No bets in {period}.", period=text.Deferred(text.listed, (["a", later("today"), "b"], "or"))
    )
    assert (words[1], str(message)) == ("today", "No bets in a, today or b.")
    use_language("de")
    assert (words[1], str(message)) == ("heute", "Keine Einsätze: a, heute oder b.")
    assert (list(words), len(words), words.get(2)) == ([1], 1, None)
    assert text.listed(["a", "b"], "standard") == "a und b"


def test_what_the_ledger_keeps_is_said_in_the_language_of_whoever_reads_it(german: None):
    whole = later("No bets in {period}.", period=later("today"), at=Decimal("1.5"))
    lines = f"{text.kept(whole)}\n{text.kept(later('today'))}\ntoday"
    assert text.sentences(lines) == "No bets in today. today today"
    use_language("de")
    assert text.sentences(lines) == "Keine Einsätze: heute. heute heute"
    assert text.sentences("") == ""
