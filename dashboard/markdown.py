"""Text of the provider's among our own words."""

import re

_MARKUP = re.compile(r"([\\`*_\[\]<>$~#|&]|:(?=[A-Za-z]))")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is: no markup, links, formulas, icons or colours come of it."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
