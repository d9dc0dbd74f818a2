"""Which build of the dashboard this is: screens reload themselves when it changes."""

from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def build_id(*settings: object) -> str:
    """Return 12 hexadecimal digits, the same wherever the same code runs with the same `settings`."""
    digest = blake2b(digest_size=6)
    for folder in ("dashboard", "pages"):
        for path in sorted((_ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".js", ".css"}:
                digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    digest.update(repr((version("streamlit"), settings)).encode())
    return digest.hexdigest()
