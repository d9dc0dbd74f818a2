"""Exports on disk: a folder each, with its order as JSON, the pieces read so far, and the finished file.

Every file appears whole or not at all, so that whatever kills the server, the next one goes on from here.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final, NamedTuple

import msgspec
import structlog

from dashboard.bets.export import Export
from twoj_client import Window

log = structlog.get_logger(__name__)

_ORDER: Final = "order.json"
_PARTS: Final = "parts"
_DELETED: Final = ".deleted-"


class Part(NamedTuple):
    """A piece that was read: its window, its rows, its file."""

    window: Window
    rows: int
    path: Path


class ExportFolder:
    """Keeps exports under `root`, which only its owner may read. For all threads and processes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def all(self) -> list[Export]:
        """Return all exports, the newest first."""
        found = [self.get(path.parent.name) for path in self._root.glob(f"[!.]*/{_ORDER}")]
        return sorted((each for each in found if each), key=lambda export: -export.ordered_at)

    def get(self, export_id: str) -> Export | None:
        """Return one export, None where there is none of this id, or none that can be read."""
        try:
            return msgspec.json.decode((self._root / export_id / _ORDER).read_bytes(), type=Export)
        except FileNotFoundError:
            return None
        except msgspec.MsgspecError as error:
            log.warning("export not readable", export=export_id, error=str(error))
            return None

    def save(self, export: Export) -> None:
        """Keep what became of an export. Raises FileNotFoundError where it was deleted."""
        _write(self._root / export.id / _ORDER, lambda file: file.write(msgspec.json.encode(export)))

    def add(self, export: Export) -> None:
        """Keep a new export."""
        self._root.mkdir(parents=True, exist_ok=True)
        self._root.chmod(0o700)
        (self._root / export.id / _PARTS).mkdir(parents=True)
        self.save(export)

    def delete(self, export_id: str) -> None:
        """Delete an export and all its files; nothing where there is none."""
        gone = self._root / f"{_DELETED}{export_id}"
        with suppress(FileNotFoundError):
            (self._root / export_id).rename(gone)
            shutil.rmtree(gone)

    def parts(self, export: Export) -> list[Part]:
        """Return the pieces that were read, in the order of their time."""
        paths = (self._root / export.id / _PARTS).glob("*.parquet")
        found = ((path, [int(number) for number in path.stem.split("-")]) for path in paths)
        return sorted(Part(Window(start, end), rows, path) for path, (start, end, rows) in found)

    def add_part(
        self, export: Export, window: Window, rows: int, fill: Callable[[IO[bytes]], object]
    ) -> None:
        """Keep a piece. Raises FileNotFoundError where the export was deleted."""
        name = f"{window.start}-{window.end}-{rows}.parquet"
        _write(self._root / export.id / _PARTS / name, fill)

    def drop_parts(self, export: Export) -> None:
        """Delete the pieces, which the finished file holds."""
        shutil.rmtree(self._root / export.id / _PARTS, ignore_errors=True)

    def write_file(self, export: Export, name: str, fill: Callable[[IO[bytes]], object]) -> int:
        """Keep the finished file, and return its bytes. Raises FileNotFoundError where it was deleted."""
        path = self._root / export.id / name
        _write(path, fill)
        return path.stat().st_size

    def drop_file(self, export: Export) -> None:
        """Delete the finished file."""
        if export.file:
            self.path(export).unlink(missing_ok=True)

    def path(self, export: Export) -> Path:
        """Where the finished file is."""
        return self._root / export.id / export.file

    @contextmanager
    def claimed(self) -> Iterator[bool]:
        """Whether this process, and no other, may work on the exports while the context lasts."""
        if not self._root.is_dir():
            yield False
            return
        # A lock that ends with its process, however that ends, on every system that Python knows.
        lock = sqlite3.connect(self._root / "worker.lock", timeout=0, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            yield False
        else:
            for left in self._root.glob(f"{_DELETED}*"):
                shutil.rmtree(left, ignore_errors=True)
            yield True
        finally:
            lock.close()


def _write(path: Path, fill: Callable[[IO[bytes]], object]) -> None:
    unfinished = path.with_name(path.name + ".tmp")
    with unfinished.open("wb") as file:
        fill(file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
