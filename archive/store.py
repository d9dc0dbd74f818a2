"""Where the files of the archive are: a folder. Files are written once, whole, and never changed."""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

OFF: Final = "off"
"""The setting under which there is no archive."""
ROW_GROUP: Final = 20_000
_MOST_CHECKED: Final = 50_000
_PASSING: Final = (errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
"""Errors that say nothing of the file itself."""
CHUNK: Final = 2**20


class FileDamaged(Exception):
    """A file is not there, or not as it was written. Its text is one line that names it."""


class ArchiveOff(Exception):
    """There is no archive, by the settings, or not where they say. Its text is one line that says so."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file as it was written: its path below the archive's place, its SHA-256 in hex, its size."""

    path: str
    sha256: str
    size_bytes: int


class Folder:
    """Files below a folder of this machine, or of a disk that servers share."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._checked: dict[str, tuple[str | int, ...]] = {}

    @property
    def place(self) -> str:
        """Where they are, for people."""
        return str(self.root)

    def write(self, path: str, table: pa.Table, row_group: int = ROW_GROUP) -> WrittenFile:
        """Write a table as Parquet; it is on disk, whole, when this returns. Raises OSError."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, new = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                write_parquet(table, file, row_group)
                file.flush()
                os.fsync(file.fileno())
            found = sha256(Path(new))
            size_bytes = Path(new).stat().st_size
            Path(new).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(new).unlink()
            raise
        _sync_folder(target.parent)
        return WrittenFile(path, found, size_bytes)

    def read(self, path: str) -> pa.Table:
        """Return a file's table. Raises FileDamaged."""
        return parquet_table(path, self.root / path)

    def check(self, file: WrittenFile) -> None:
        """Raise FileDamaged where a file is not what was written, OSError where it may not be read now."""
        try:
            found = sha256(self.root / file.path)
        except OSError as error:
            if error.errno in _PASSING:
                raise
            raise FileDamaged(f"{file.path} cannot be read: {error.strerror}") from None
        if found != file.sha256:
            raise FileDamaged(f"{file.path} is not the file that was written: its SHA-256 differs.")

    def paths(self, below: str) -> Iterator[str]:
        """Yield the paths of all files below a folder, those included that nobody knows of."""
        for path in sorted((self.root / below).rglob("*")):
            if path.is_file():
                yield path.relative_to(self.root).as_posix()

    def there(self, paths: Sequence[str]) -> int:
        """Return how many of these files are there."""
        return sum((self.root / path).is_file() for path in paths)

    def places(self, files: Sequence[WrittenFile]) -> list[str]:
        """Return where the engine finds files. Each is hashed at its first use, and after each change of it.

        Raises FileDamaged where one is not what was written, OSError where it may not be read just now.
        """
        for file in files:
            seen = self._seen(file)
            if seen is None or self._checked.get(file.path) != seen:
                self.check(file)
                if len(self._checked) >= _MOST_CHECKED:
                    self._checked.clear()
                self._checked[file.path] = seen or ()
        return [str(self.root / file.path) for file in files]

    def _seen(self, file: WrittenFile) -> tuple[str | int, ...] | None:
        with suppress(OSError):
            found = (self.root / file.path).stat()
            return file.sha256, found.st_size, found.st_mtime_ns, found.st_ino
        return None

    def unlink(self, path: str) -> None:
        """Take a file away, if it is there."""
        with suppress(FileNotFoundError):
            (self.root / path).unlink()

    def clean(self, below: str, before_s: float) -> None:
        """Take away what writers that ended in the middle left behind before a time."""
        for path in (self.root / below).rglob(".*.part"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before_s:
                    path.unlink()

    def free_bytes(self) -> int:
        """Return how much room there is."""
        self.root.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.root).free


def write_parquet(table: pa.Table, file: BinaryIO, row_group: int = ROW_GROUP) -> None:
    """Write a table as the archive's files are: 22 bytes a bet. Raises OSError."""
    pq.write_table(
        table,
        file,
        row_group_size=row_group,
        compression="zstd",
        compression_level=3,
        use_dictionary=[name for name in ("op_id", "game_id", "draw_id") if name in table.column_names],
        column_encoding={
            name: "DELTA_BINARY_PACKED"
            for name in table.column_names
            if name != "game_id" and pa.types.is_int64(table.schema.field(name).type)
        },
        store_schema=False,
    )


def parquet_table(path: str, source: "Path | pa.BufferReader") -> pa.Table:
    """Return the table of a file of the archive. Raises FileDamaged, which names it by its `path`."""
    try:
        with pq.ParquetFile(source) as file:
            return file.read(use_threads=False)  # half the CPU of threads for files as small as roll-ups
    except (OSError, pa.ArrowException) as error:
        raise FileDamaged(f"{path} cannot be read: {str(error).partition(chr(10))[0]}") from None


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hex. Raises OSError."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Have the folder itself on disk, or the file's new name may be gone with the power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
