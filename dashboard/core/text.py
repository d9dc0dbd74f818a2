"""The one door for words: each sentence that people read, in the language of whoever reads it.

A key is the English sentence, whole, with named places: "No bets in {period}." Translations are gettext
catalogs, `locale/LANGUAGE/LC_MESSAGES/messages.mo`. English needs none: its sentences are the keys.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Final, Literal, TypeVar

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.lists import format_list
from babel.numbers import format_decimal

K = TypeVar("K")

ENGLISH: Final = "en"
FOLDER: Final = Path(__file__).parents[2] / "locale"
_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence or a label that is put into words only where somebody reads it: `str` of it, or a place.

    For what stands in a table of the program, and for what readings and errors carry from one person's
    question to another's screen. Two are equal where key and fields are.
    """

    key: str
    fields: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return text(self.key, **self.fields)


def kept(message: Message) -> str:
    """Return a sentence as the ledger keeps it: a line of JSON, its key and what fills its places."""
    return json.dumps([message.key, message.fields], default=_kept)


def _kept(field: object) -> object:
    return {"key": field.key, "fields": field.fields} if isinstance(field, Message) else str(field)


def sentences(lines: str) -> str:
    """Return the sentences of some lines, each `kept`, or English as older versions wrote them."""
    return " ".join(map(_said, lines.splitlines()))


def _said(line: str) -> str:
    if not line.startswith("["):
        return text(line)
    key, fields = json.loads(line)
    return text(key, **{name: _place(value) for name, value in fields.items()})


def _place(value: object) -> object:
    return text(value["key"], **value["fields"]) if isinstance(value, dict) else value


@dataclass(frozen=True, slots=True)
class Deferred:
    """Words that `make` makes of `args` only where somebody reads them: a plural, a list, an amount."""

    make: Callable[..., str]
    args: tuple[object, ...] = field(hash=False)

    def __str__(self) -> str:
        return self.make(*self.args)


Words = str | Message | Deferred
"""What `str` makes words of in the reader's language; a name or an id is there already."""


class WordTable(Mapping[K, str]):
    """A table of words, each put into the reader's language where it is looked up."""

    def __init__(self, messages: Mapping[K, Message]) -> None:
        self._messages = messages

    def __getitem__(self, key: K) -> str:
        return str(self._messages[key])

    def __iter__(self) -> Iterator[K]:
        return iter(self._messages)

    def __len__(self) -> int:
        return len(self._messages)


def text(key: str, /, **places: object) -> str:
    """Return the sentence `key` in the reader's language, its places filled."""
    return _filled(_catalog(_language.get()).gettext(key), places)


def plural(one: str, many: str, n: int, /, **places: object) -> str:
    """Return the form that the reader's language has for `n` things; `{n}` is the number, written there."""
    sentence = _catalog(_language.get()).ngettext(one, many, n)
    return _filled(sentence, {"n": format_decimal(n, locale=locale()), **places})


def later(key: str, /, **fields: object) -> Message:
    """Return the sentence `key` for whoever reads it later."""
    return Message(key, fields)


def listed(words: Iterable[object], last: Literal["or", "standard", "unit"] = "unit") -> str:
    """Return words in a row: "a, b, c"; with `last` "or" it is "a, b or c", with "standard" "a, b and c"."""
    return format_list([str(word) for word in words], style=last, locale=locale())


def use_language(*wanted: str | None) -> None:
    """From here on speak the first of these languages (BCP 47, as "de-AT") that there is a catalog for."""
    asked = [each.replace("-", "_") for each in wanted if each]
    _language.set(negotiate_locale(asked, _available()) or ENGLISH)


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Speak a language while the context lasts, then the one of before."""
    before = _language.get()
    use_language(wanted)
    try:
        yield
    finally:
        _language.set(before)


def languages() -> list[str]:
    """Return the languages that there is a catalog for, English first."""
    return _available()


def language() -> str:
    """Return the language that is spoken here."""
    return _language.get()


def locale() -> Locale:
    """Return whose numbers and dates are written: those of the language, British ones for English."""
    return _locale(_language.get())


def _filled(sentence: str, places: Mapping[str, object]) -> str:
    return sentence.format_map(places) if places else sentence


@lru_cache
def _catalog(code: str) -> NullTranslations:
    return translation("messages", FOLDER, [code], fallback=True)


@lru_cache
def _locale(code: str) -> Locale:
    try:
        return Locale.parse("en_GB" if code == ENGLISH else code)
    except UnknownLocaleError:
        return Locale("en", "GB")


@lru_cache
def _available() -> list[str]:
    return [ENGLISH, *(path.parts[-3] for path in FOLDER.glob("*/LC_MESSAGES/messages.mo"))]
