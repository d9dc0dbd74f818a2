"""The catalog of sentences is made of literal keys, by the command that CONTRIBUTING.md names."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords

from twoj_client import errors
from twoj_client.errors import HttpStatus, OutcomeUnknown, ProviderError, TwoJError

ROOT = Path(__file__).parents[1]
COMMAND = re.search(r"^pybabel extract .*$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)[0]
KEYWORDS = re.findall(r"-k (\S+)", COMMAND)
ERRORS = {
    name: kind for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, TwoJError)
}
"""All errors of the client; those of `OWN_WORDS` know their sentences themselves, as literals too."""
OWN_WORDS = (HttpStatus, OutcomeUnknown, ProviderError)


@pytest.fixture(scope="module")
def catalog() -> set[str | tuple[str, ...]]:
    rooms = COMMAND.rpartition(".pot ")[2].split()
    return {
        message
        for room in rooms
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / room, keywords=parse_keywords(KEYWORDS)
        )
    }


@pytest.mark.parametrize(
    "key",
    [
        "The provider's answer leaves out, or tells in no known form: {fields}.",
        "{names}: {sentence}",
        ("{names} and {n} more", "{names} and {n} more"),
        (
            "The provider changed {n} day since it was first read: {what}.",
            "The provider changed {n} days since they were first read: {what}.",
        ),
        "bonuses used",
        "Players' net result",
        "Conversion rate",
        "Converted to cash ÷ bonus amount (of used bonuses). Winnings can carry it over 100\u00a0%.",
        "The provider took too long.",
        "{name} must be a whole number, not {kind} {value}.",
        "The provider did not let this server in (HTTP status {status}).",
        'The provider failed inside: "{message}".',
        "Set TWOJ_OPEN_URL to the new address.",
        "Correct the call.",
        "The ledger's database cannot be used: {reason}",
        "Too many calls wait for the ledger.",
        "SQLite file {path}",
    ],
)
def test_the_catalog_has_sentences_of_all_kinds(catalog, key):
    assert key in catalog


def calls(room: str, names: set[str]) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call of one of the functions `names`, and where it is."""
    for path in sorted((ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def is_literal(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)


def test_each_sentence_is_in_the_catalog(catalog):
    """What stands inside an f-string is not found by whoever makes the catalog."""
    said = [
        (where, ast.literal_eval(call.args[0]))
        for room in ("dashboard", "pages", "reports")
        for where, call in calls(room, {"text", "later"})
        if is_literal(call)
    ]
    assert len(said) > 500
    assert [(where, key) for where, key in said if key not in catalog] == []


def test_each_error_of_the_client_is_made_with_a_literal_key():
    told = {name for name, kind in ERRORS.items() if not issubclass(kind, OWN_WORDS)} | {"gettext_noop"}
    found = [
        (where, is_literal(call))
        for room in ("twoj_client", "dashboard")
        for where, call in calls(room, told)
    ]
    assert len(found) > 60
    assert [where for where, literal in found if not literal] == []
    assert {call.func.id for _, call in calls("twoj_client", told)} <= set(KEYWORDS)


@pytest.mark.parametrize("kind", ERRORS.values())
def test_advice_has_no_places_and_is_in_the_catalog(catalog, kind):
    assert "{" not in kind.what_to_do
    assert kind.what_to_do in catalog


@pytest.mark.parametrize("kind", [kind for kind in ERRORS.values() if issubclass(kind, ProviderError)])
def test_what_a_providers_error_says_is_in_the_catalog(catalog, kind):
    assert {kind.meaning, kind.quoting} <= catalog
    assert kind.meaning != ProviderError.meaning or kind is ProviderError
