"""Text of the provider's among our own words."""

import re
from typing import Final
from urllib.parse import urlsplit

_MARKUP = re.compile(r"([\\`*_\[\]<>$~#|&]|:(?=[A-Za-z]))")
# What looks like an address becomes a link, escaped or not, unless something stands in it: this has no width.
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)
_WORD_JOINER = "\u2060"
# They turn what follows them to read from the right, our own words too, or hide where one ends.
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_TURNED: Final = "\ufffd"
LONGEST: Final = 80


def short(name: str) -> str:
    """A name as it may stand in a heading or on a button: cut, and turning no word of ours around."""
    still = _TURNING.sub(_TURNED, name)
    return still if len(still) <= LONGEST else still[: LONGEST - 1].rstrip() + "…"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is: no markup, links, formulas, icons or colours come of it."""
    text = _TURNING.sub(_TURNED, text)
    return _ADDRESS.sub(_WORD_JOINER, _MARKUP.sub(r"\\\1", " ".join(text.split())))


def safe_url(url: str) -> str | None:
    """Return an address of the provider's if a link may lead there: https and a named host; else None."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    plain = url.isprintable() and " " not in url
    return url if plain and parts.scheme == "https" and parts.hostname else None
