"""Text of the provider's among our own words."""

import re

_MARKUP = re.compile(r"([\\`*_\[\]<>$~#|&]|:(?=[A-Za-z]))")
# What looks like an address becomes a link, escaped or not, unless something stands in it: this has no width.
_ADDRESS = re.compile(r"(?<=://)|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is: no markup, links, formulas, icons or colours come of it."""
    return _ADDRESS.sub(_WORD_JOINER, _MARKUP.sub(r"\\\1", " ".join(text.split())))
