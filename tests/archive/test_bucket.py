"""The archive in an S3 bucket: the same numbers, each file asked for once, plain words where it is away."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import fs

from archive.bets import EMPTY
from archive.bucket import Bucket, BucketAway, Copies
from archive.engine import Engine
from archive.erasure import forget
from archive.questions import question
from archive.store import FileDamaged, Folder
from archive.verify import verify
from tests.archive.conftest import Filled
from tests.archive.test_breaking import HOUR, bet, read
from tests.parts import S3Server, s3_server
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S, utc_day_of

pytestmark = [pytest.mark.slow, pytest.mark.servers]
TODAY = utc_day_of(CLOCK)
WINDOW = TODAY - DAY_S, CLOCK


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture
def s3(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture
def bucket(s3: S3Server, tmp_path: Path) -> Bucket:
    """A place of its own in the bucket, and a folder of its own for copies."""
    return Bucket(f"s3://bets/{tmp_path.name}/below", Copies(tmp_path / "copies"))


def another(bucket: Bucket, copies: Path) -> Bucket:
    return Bucket(bucket.place, Copies(copies))


def overwrite(bucket: Bucket, path: str, content: bytes) -> None:
    with bucket._s3.open_output_stream(bucket._key(path)) as stream:
        stream.write(content)


def test_it_says_what_a_folder_says_and_asks_the_bucket_for_each_file_once(
    make: Callable[..., Filled], s3: S3Server, bucket: Bucket, tmp_path: Path
):
    filled = make(place=bucket)
    filled.fill()
    assert list(verify(filled.archive)) == []
    # The one that wrote them has them.
    s3.requests.clear()
    told = filled.engine.rows(question("games", *WINDOW))
    assert sum(row[1] for row in told) > 10_000
    assert s3.requests == []

    other = make(place=another(bucket, tmp_path / "other"))
    sources = filled.engine.sources(*WINDOW)
    assert other.engine.rows(question("rounds", *WINDOW)) == filled.engine.rows(question("rounds", *WINDOW))
    assert Counter(s3.requests) == {"HEAD": len(sources.bets), "GET": len(sources.bets)}
    s3.requests.clear()
    assert other.engine.rows(question("steps", *WINDOW, step_s=60)) == filled.engine.rows(
        question("steps", *WINDOW, step_s=60)
    )
    again = make(place=another(bucket, tmp_path / "other"))  # the server was started anew
    assert again.engine.rows(question("rounds", *WINDOW)) == filled.engine.rows(question("rounds", *WINDOW))
    assert s3.requests == []


def test_what_a_folder_holds_and_a_bucket_holds_are_the_same_bytes(bucket: Bucket, tmp_path: Path):
    table = pa.Table.from_pylist([bet(n) for n in range(50)], schema=EMPTY.schema)
    in_folder, in_bucket = (place.write("a/b.parquet", table) for place in (Folder(tmp_path / "f"), bucket))
    assert in_folder == in_bucket
    assert Folder(tmp_path / "f").read("a/b.parquet") == bucket.read("a/b.parquet") == table


def test_files_are_listed_taken_away_and_counted(bucket: Bucket, tmp_path: Path):
    for path in ("7/days/a.parquet", "7/days/b.parquet", "7/hours/c.parquet", "70/days/d.parquet"):
        bucket.write(path, EMPTY)
    assert list(bucket.paths("7")) == ["7/days/a.parquet", "7/days/b.parquet", "7/hours/c.parquet"]
    assert bucket.there(["7/days/a.parquet", "7/days/z.parquet"]) == 1
    for _ in range(2):
        bucket.unlink("7/hours/c.parquet")
    assert list(bucket.paths("7")) == ["7/days/a.parquet", "7/days/b.parquet"]
    bucket.write("7/hours/c.parquet", EMPTY)
    assert bucket.there(["7/hours/c.parquet"]) == 1
    left = tmp_path / "copies/.left.part"
    left.write_bytes(b"half")
    bucket.clean("7", time.time() - 60)
    assert left.exists()
    bucket.clean("7", time.time() + 60)
    assert not left.exists()
    assert bucket.free_bytes() > 2**20


def test_what_was_damaged_in_the_bucket_is_named_and_never_read(
    make: Callable[..., Filled], bucket: Bucket, tmp_path: Path
):
    archive = make(place=bucket).archive
    archive.keep([read(bet(1)), read(bet(2, HOUR + HOUR_S), hour_s=HOUR + HOUR_S)])
    damaged, gone = bucket.paths("")
    overwrite(bucket, damaged, b"PAR1")
    bucket.unlink(gone)
    assert [damage.sentence for damage in verify(archive)] == [
        f"{damaged} is not the file that was written: its SHA-256 differs.",
        f"{gone} is not in {bucket.place}.",
    ]
    other = make(place=another(bucket, tmp_path / "other"))
    for start_s in (HOUR, HOUR + HOUR_S):
        with pytest.raises(FileDamaged, match=r"SHA-256 differs|is not in s3://"):
            other.engine.rows(question("sums", start_s, start_s + HOUR_S))
    assert list((tmp_path / "other").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"PAR1 of something else"])
def test_a_copy_that_was_damaged_is_fetched_again(
    make: Callable[..., Filled], s3: S3Server, bucket: Bucket, content: bytes
):
    filled = make(place=bucket)
    filled.archive.keep([read(bet(1))])
    (copy,) = (bucket._copies.folder).iterdir()
    copy.write_bytes(content)
    s3.requests.clear()
    again = make(place=another(bucket, bucket._copies.folder))
    assert again.engine.rows(question("sums", HOUR, HOUR + HOUR_S)) == ((1, 1000, -1000),)
    assert s3.requests == ["HEAD", "GET"]


def test_copies_are_bounded_and_the_longest_unused_go_first_but_never_one_in_use(
    bucket: Bucket, tmp_path: Path
):
    files = [
        bucket.write(f"{n}.parquet", pa.Table.from_pylist([bet(n)], schema=EMPTY.schema)) for n in range(6)
    ]
    copies = Copies(tmp_path / "few", most_bytes=3 * files[0].size_bytes + 30)
    few = Bucket(bucket.place, copies)
    few.places(files[:4])  # all in use
    assert len(copies.held()) == 4
    for age, file in enumerate(files[:4]):
        at = time.time() - 3600 + age
        os.utime(copies.path(file), (at, at))
    few.places([files[0]])  # used again
    few.places([files[4]])
    assert {path.stem for _, _, path in copies.held()} == {files[n].sha256 for n in (0, 3, 4)}
    assert [Path(path).exists() for path in few.places(files)] == [True] * 6


def test_a_player_is_taken_out_of_the_bucket(make: Callable[..., Filled], bucket: Bucket):
    filled = make(place=bucket)
    filled.archive.keep([read(bet(1), bet(2, user_id=8))])
    (before,) = bucket.paths("")
    assert forget(filled.archive, "test", user_id=8) == 1
    (after,) = bucket.paths("")
    assert after != before
    assert bucket.read(after)["user_id"].to_pylist() == [7, None]
    assert list(verify(filled.archive)) == []


class TestWhereItIsAway:
    """One line that says what, where and what to do; nothing is given up for it."""

    @pytest.fixture
    def archive(self, make: Callable[..., Filled], bucket: Bucket):
        archive = make(place=bucket).archive
        archive.keep([read(bet(1))])
        return archive

    @pytest.fixture(
        params=[
            ("s3://bets/{name}/below", {"AWS_SECRET_ACCESS_KEY": "also-secret"}, "access is refused"),
            ("s3://bets/{name}/below", {"AWS_ACCESS_KEY_ID": "nobody"}, "access is refused"),
            ("s3://bets/{name}/below", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "cannot be reached"),
            ("s3://others/{name}", {}, "there is no such bucket"),
        ],
        ids=["wrong secret", "wrong key", "endpoint away", "no bucket"],
    )
    def away(
        self, request: pytest.FixtureRequest, archive: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> tuple[Bucket, str]:
        url, environment, says = request.param
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return Bucket(url.format(name=tmp_path.name), Copies(tmp_path / "elsewhere")), says

    def test_it_says_so_in_one_line(self, away: tuple[Bucket, str]):
        place, says = away
        does: list[Callable[[], object]] = [
            lambda: place.write("a.parquet", EMPTY),
            lambda: place.read("a.parquet"),
            lambda: place.unlink("a.parquet"),
        ]
        if "no such" not in says:
            does.append(lambda: list(place.paths("")))
        for do in does:
            with pytest.raises(BucketAway) as told:
                do()
            assert says in str(told.value)
            assert str(told.value).startswith(place.place)
            assert "\n" not in str(told.value)
            assert "secret" not in str(told.value).replace("AWS_SECRET_ACCESS_KEY", "")
        assert not list(place._copies.folder.iterdir())

    def test_no_hour_is_given_up_for_it(self, archive, away: tuple[Bucket, str]):
        archive.folder = away[0]
        with pytest.raises(BucketAway):
            list(verify(archive))
        (piece,) = archive.pieces()
        assert (piece.state, piece.ours.count) == ("proven", 1)

    def test_a_question_cannot_be_answered_and_the_collector_waits(
        self, make: Callable[..., Filled], away: tuple[Bucket, str]
    ):
        filled = make(place=away[0])
        with pytest.raises(FileDamaged) as told:
            Engine(filled.archive).rows(question("sums", HOUR, HOUR + HOUR_S))
        assert away[1] in str(told.value)
        assert filled.collector.turn() > 0
        assert str(filled.collector.state.stopped_by)
        assert len(filled.archive.pieces()) == 1


def test_a_bucket_of_another_place_is_not_written_to(
    make: Callable[..., Filled], bucket: Bucket, s3: S3Server
):
    make(place=bucket).archive.keep([read(bet(1))])
    other = make(place=Bucket("s3://bets/another", bucket._copies))
    assert other.collector.turn() > 0
    assert "are not in s3://bets/another." in str(other.collector.state.stopped_by)
    keys = fs.FileSelector("bets/another", allow_not_found=True)
    assert bucket._s3.get_file_info(keys) == []
