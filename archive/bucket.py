"""Files of the archive in an S3 bucket; a server keeps copies of what it reads and asks the bucket once."""

import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import BinaryIO, Final

import platformdirs
import pyarrow as pa
from pyarrow import fs

from archive.store import (
    CHUNK,
    OFF,
    ROW_GROUP,
    ArchiveOff,
    FileDamaged,
    Folder,
    WrittenFile,
    parquet_table,
    sha256,
    write_parquet,
)

_MOST_BYTES: Final = 10 * 2**30
_IN_USE_S: Final = 600
"""So long a copy stays after somebody was told where it is: a question may be reading it."""
_AT_ONCE: Final = 8
_DENIED: Final = "ACCESS_DENIED|SIGNATURE|ACCESS_KEY|TOKEN|CREDENTIALS|AUTHENTICATION"


class BucketAway(OSError):
    """The bucket cannot be used just now. Its text is one line: what, where, what to do; no secrets."""


class Copies:
    """Copies of files on this machine, by their SHA-256, the longest unused go first; for many processes."""

    def __init__(self, folder: Path, most_bytes: int = _MOST_BYTES) -> None:
        self.folder = folder
        self._most_bytes = most_bytes
        self._whole: set[str] = set()
        """What this process has seen to be as it was written."""

    def path(self, file: WrittenFile) -> Path:
        """Return where the copy of a file is, or would be."""
        return self.folder / f"{file.sha256}.parquet"

    def has(self, file: WrittenFile) -> bool:
        """Whether the copy is there, as it was written; it then stays for some minutes. Raises OSError."""
        path = self.path(file)
        try:
            os.utime(path)
            if file.sha256 not in self._whole and sha256(path) != file.sha256:
                path.unlink()
                return False
        except FileNotFoundError:
            return False
        self._whole.add(file.sha256)
        return True

    @contextmanager
    def new(self) -> Iterator[Path]:
        """Have a path of its own for a file that is being written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f".{token_hex(8)}.part"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def held(self) -> list[tuple[float, int, Path]]:
        """Return when each was used, its size and its path, the longest unused first."""
        found = []
        for path in self.folder.glob("*.parquet"):
            with suppress(FileNotFoundError):
                known = path.stat()
                found.append((known.st_mtime, known.st_size, path))
        return sorted(found)

    def room(self) -> int:
        """Return how many bytes there is room for, with what may be taken away."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.folder).free + sum(size for _, size, _ in self.held())

    def tidy(self) -> None:
        """Take away what is too much: of half the room at most, and of what nobody just reads."""
        most, held = min(self._most_bytes, self.room() // 2), self.held()
        total = sum(size for _, size, _ in held)
        for used_s, size, path in held:
            if total <= most or used_s > time.time() - _IN_USE_S:
                break
            path.unlink(missing_ok=True)
            self._whole.discard(path.stem)
            total -= size

    def clean(self, before_s: float) -> None:
        """Take away what writers that ended in the middle left behind before a time."""
        for path in self.folder.glob(".*.part"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before_s:
                    path.unlink()


class Bucket:
    """Files below `s3://bucket/prefix`. Keys, region and endpoint are those of the AWS_ environment.

    All methods raise BucketAway, and OSError where this machine's disk is full.
    """

    def __init__(self, url: str, copies: Copies) -> None:
        self.place = url
        self._root = url.removeprefix("s3://").strip("/")
        self._copies = copies
        self._fetching = Lock()
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        self._s3 = fs.S3FileSystem(
            endpoint_override=endpoint,
            tls_ca_file_path=os.environ.get("AWS_CA_BUNDLE"),
            connect_timeout=5,
            request_timeout=60,
            allow_delayed_open=True,  # a small file is one request, and none is there before it is whole
        )

    def write(self, path: str, table: pa.Table, row_group: int = ROW_GROUP) -> WrittenFile:
        """Write a table as Parquet; it is in the bucket, whole, when this returns."""
        with self._copies.new() as new:
            with new.open("wb") as file:
                write_parquet(table, file, row_group)
            written = WrittenFile(path, sha256(new), new.stat().st_size)
            with self._spoken(), self._s3.open_output_stream(self._key(path)) as stream:
                stream.write(new.read_bytes())
            new.replace(self._copies.path(written))
        return written

    def read(self, path: str) -> pa.Table:
        """Return a file's table, from the bucket. Raises FileDamaged."""
        content = pa.BufferOutputStream()
        self._download(path, content)
        return parquet_table(path, pa.BufferReader(content.getvalue()))

    def check(self, file: WrittenFile) -> None:
        """Raise FileDamaged where a file of the bucket is not what was written."""
        if self._download(file.path, None) != file.sha256:
            raise FileDamaged(f"{file.path} is not the file that was written: its SHA-256 differs.")

    def paths(self, below: str) -> Iterator[str]:
        """Yield the paths of all files below a prefix, those included that nobody knows of."""
        with self._spoken():
            wanted = fs.FileSelector(self._key(below).rstrip("/"), recursive=True, allow_not_found=True)
            found = self._s3.get_file_info(wanted)
        for each in sorted(found, key=lambda each: each.path):
            if each.is_file:
                yield each.path.removeprefix(f"{self._root}/")

    def there(self, paths: Sequence[str]) -> int:
        """Return how many of these files are there: one request for a thousand files of the bucket."""
        return len({*paths}.intersection(self.paths("")))

    def places(self, files: Sequence[WrittenFile]) -> list[str]:
        """Return where the engine finds files: copies of them, fetched where they are not here yet.

        Raises FileDamaged where one is not what was written.
        """
        missing = [file for file in files if not self._copies.has(file)]
        if missing:
            with self._fetching, ThreadPoolExecutor(_AT_ONCE) as workers:
                list(workers.map(self._fetch, missing))
                self._copies.tidy()
        return [str(self._copies.path(file)) for file in files]

    def unlink(self, path: str) -> None:
        """Take a file away, if it is there."""
        with suppress(FileNotFoundError), self._spoken():
            self._s3.delete_file(self._key(path))

    def clean(self, below: str, before_s: float) -> None:  # noqa: ARG002 - a bucket shows whole files alone
        """Take away what writers that ended in the middle left behind before a time."""
        self._copies.clean(before_s)

    def free_bytes(self) -> int:
        """Return how much room there is for copies."""
        return self._copies.room()

    def _fetch(self, file: WrittenFile) -> None:
        if self._copies.has(file):  # another was quicker
            return
        with self._copies.new() as new:
            with new.open("wb") as target:
                found = self._download(file.path, target)
                target.flush()
                os.fsync(target.fileno())
            if found != file.sha256:
                raise FileDamaged(f"{file.path} is not the file that was written: its SHA-256 differs.")
            new.replace(self._copies.path(file))

    def _download(self, path: str, target: "BinaryIO | pa.BufferOutputStream | None") -> str:
        """Return the SHA-256, in hex, of a file in the bucket. Raises FileDamaged where there is none."""
        found = hashlib.sha256()
        try:
            with self._spoken(), self._s3.open_input_stream(self._key(path)) as stream:
                while chunk := stream.read(CHUNK):
                    found.update(chunk)
                    if target is not None:
                        target.write(chunk)
        except FileNotFoundError:
            raise FileDamaged(f"{path} is not in {self.place}.") from None
        return found.hexdigest()

    def _key(self, path: str) -> str:
        return f"{self._root}/{path}"

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        """Say in one line what keeps the bucket from being used; no file of it is told from no bucket."""
        try:
            yield
        except FileNotFoundError:
            with self._spoken():
                bucket = self._s3.get_file_info(self._root.partition("/")[0])
            if bucket.type is fs.FileType.NotFound:
                raise self._away("NO_SUCH_BUCKET") from None
            raise
        except OSError as error:
            code = re.search(r"AWS Error (\w+)", str(error))
            if code is None:
                raise
            raise self._away(code[1]) from None

    def _away(self, code: str) -> BucketAway:
        if code == "NO_SUCH_BUCKET":
            return BucketAway(f"{self.place}: there is no such bucket. Make it, or correct TWOJ_ARCHIVE_URL.")
        if code == "NETWORK_CONNECTION":
            return BucketAway(
                f"{self.place} cannot be reached. Check AWS_ENDPOINT_URL, AWS_REGION and the network."
            )
        if re.search(_DENIED, code):
            return BucketAway(
                f"{self.place}: access is refused ({code}). Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"
                " and what they may do there."
            )
        return BucketAway(f"{self.place} answers {code}. Try again; if it stays so, check AWS_REGION.")


def archive_place(setting: str | None) -> Folder | Bucket:
    """Return where the files are; None: a folder in the user's data directory. Raises ArchiveOff."""
    if setting is None:
        return Folder(platformdirs.user_data_path("twoj", "twoj") / "archive")
    if setting == OFF:
        raise ArchiveOff("TWOJ_ARCHIVE_URL is off: there is no archive")
    if setting.startswith("s3://"):
        return Bucket(setting, Copies(platformdirs.user_cache_path("twoj", "twoj") / "archive"))
    return Folder(Path(setting))
