"""A made-up language, `qps`: every letter has an accent, and each sentence is 30 % longer.

Its catalog is made of what is extracted from the code, as a translator's would be: what passes the door of
`core/text` by, or is not found there, stays English on the screen. As a module in Streamlit's place it starts
the dashboard with it: `python -m tests.pseudo_language run app.py`.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.mofile import write_mo

from dashboard.core import text
from tests.test_catalog import COMMAND, KEYWORDS

ROOT: Final = Path(__file__).parents[1]
CODE: Final = "qps"
FOLDER: Final = "PSEUDO_LANGUAGE"
"""The environment variable that names the folder of the catalog."""
_ACCENTS: Final = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ÀƁÇĎÉƑĜĤÍĴĶĹṀŃÓṔɊŔŠŢÚṼŴẊÝŽàƀçďéƒĝĥíĵķĺṁńóṕɋŕšţúṽŵẋýž",
)
_KEPT: Final = re.compile(
    r"\{[^}]*\}|<[^>]*>|&\w+;|:material/\w+:|\]\([^)]*\)|https?://\S+|TWOJ_\w+|/[a-z/]+\b"
)
_MORE: Final = 0.3


def accented(sentence: str) -> str:
    """Return a sentence in `qps`; places, marks, addresses and names of settings stay."""
    told = "".join(
        part if _KEPT.fullmatch(part) else part.translate(_ACCENTS)
        for part in re.split(f"({_KEPT.pattern})", sentence)
    )
    letters = int(sum(part.isalpha() for part in _KEPT.sub("", sentence)) * _MORE + 0.999)
    more = " ".join("é" * min(5, letters - at) for at in range(0, letters, 5))
    return told + (" " + more if more and " " in sentence else more)


def write_catalog(folder: Path) -> None:
    """Write the catalog of all sentences that are found in the code, by the keywords of `COMMAND`."""
    catalog = Catalog(locale="en")
    for room in COMMAND.rpartition(".pot ")[2].split():
        for _, _, key, _, _ in extract_from_dir(ROOT / room, keywords=parse_keywords(KEYWORDS)):
            catalog.add(key, accented(key) if isinstance(key, str) else tuple(map(accented, key)))
    place = folder / CODE / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "messages.mo").open("wb") as file:
        write_mo(file, catalog)


@contextmanager
def spoken(folder: Path) -> Iterator[None]:
    """Have this process know and speak the language in the context; `folder` takes its catalog."""
    write_catalog(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "FOLDER", folder)
        for kept in (text._catalog, text._available, text._locale):
            kept.cache_clear()
        with text.speaking(CODE):
            yield
    for kept in (text._catalog, text._available, text._locale):
        kept.cache_clear()


if __name__ == "__main__":
    from streamlit.web.cli import main

    text.FOLDER = Path(os.environ[FOLDER])  # type: ignore[misc]
    sys.argv[0] = "streamlit"
    main()
