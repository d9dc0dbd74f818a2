"""The file that a pack is: a zip whose bytes depend on its contents alone. Pure."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
MOST_BYTES: Final = 2**29


class NotAPack(Exception):
    """A file is no pack, or not all of one. Its text is one sentence."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The files in a pack by name, and those that are there and cannot be read."""

    files: Mapping[str, bytes]
    damaged: tuple[str, ...] = ()


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """Write files one after the other, as they are: same order, no times, nothing compressed.

    They are compressed by themselves, and so nothing depends on a library's way to do it.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _NO_TIME)
            info.create_system, info.external_attr = 3, 0o644 << 16
            packed.writestr(info, content)
    return out.getvalue()


def read_zip(content: bytes) -> Contents:
    """Return what is in a pack. Raises NotAPack where it cannot be opened at all."""
    found, damaged = {}, []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(info.file_size for info in packed.infolist()) > MOST_BYTES:
                raise NotAPack("It says that it holds more than a pack can.")
            for info in packed.infolist():
                try:
                    found[info.filename] = packed.read(info)
                except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
                    damaged.append(info.filename)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise NotAPack("It is no pack, or it is cut off.") from None
    return Contents(found, tuple(damaged))
