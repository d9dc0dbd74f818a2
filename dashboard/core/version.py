"""Which software this is, for files that say what made them."""

import platform
import zlib
from importlib.metadata import version
from typing import Final

VERSION: Final = "0.2.0"
"""Of the dashboard, as in pyproject.toml."""
_WRITERS: Final = ("babel", "pandas", "pyarrow", "tzdata", "xlsxwriter")
"""The libraries that the bytes of a file depend on."""


def software() -> dict[str, str]:
    """Return the versions of all that writes files."""
    return {
        "dashboard": VERSION,
        "python": platform.python_version(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        **{name: version(name) for name in _WRITERS},
    }
