"""Exports of whole days of bets, made in the background one after the other, piece by piece."""

import secrets
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import structlog

from dashboard.bets.data_export_store import ExportFolder, Part
from dashboard.bets.export import Export, ExportState, Format, days_that_differ, write_csv, write_parquet
from dashboard.core.frames import game_names, game_type
from dashboard.core.periods import day_end
from dashboard.core.text import Deferred, Message, language, later, text, use_language
from dashboard.provider.failures import by_time, failures, window_text
from dashboard.rounds.filter import RoundQuery
from twoj_client import Reply, TwoJ, TwoJError, Window
from twoj_client.models import Game
from twoj_client.windows import HOUR_S, cut

log = structlog.get_logger(__name__)

# Pieces on their way at once: enough for a provider far away, and so few that they fit the memory.
_AHEAD: Final = 3
_ROUNDS: Final = 3
_PAUSE_S: Final = 20
# So many pieces that fail in a row mean that the provider is away, not that it lacks them.
_AWAY: Final = 6
_WRITE: Final = {Format.PARQUET: write_parquet, Format.CSV: write_csv}
_AS_OF, _WHOLE = b"as_of_s", b"whole"

# Whole parts of the hour, which is the provider's longest window.
_PIECES_S: Final = (HOUR_S, 1800, 900, 600, 300)
_MOST_BETS: Final = 100_000
_BUSIEST: Final = 3

_Failures = dict[Window, TwoJError]


def less_than_counted(window: Window, zone: ZoneInfo) -> Message:
    """Say of a window that it was not read wholly."""
    when = Deferred(window_text, (window, zone))
    return later("{when}: the provider counts more bets than its pages hold.", when=when)


def piece_s(bets: int | None, window_s: int) -> int:
    """How long a piece of a window with so many bets may be, so that it fits the memory at busy times too.

    None for `bets` where nobody knows.
    """
    if bets is None:
        return _PIECES_S[-1]
    busiest_a_s = _BUSIEST * bets / max(window_s, 1)
    return next((piece for piece in _PIECES_S if busiest_a_s * piece <= _MOST_BETS), _PIECES_S[-1])


class ExportProgress(NamedTuple):
    """An export with how far it is: `read` of `pieces`, `rows` so far.

    `stale_reason` is why it waits for the provider.
    """

    export: Export
    read: int
    pieces: int
    rows: int
    stale_reason: TwoJError | None


class Exports:
    """The exports of a server, kept under `folder` until somebody deletes them. For all threads.

    `provider` is the name under which other providers' exports are told from this one's. `pause_s` passes
    before pieces that failed are asked for again.
    """

    def __init__(
        self,
        folder: Path,
        twoj: TwoJ,
        provider: str,
        zone: ZoneInfo,
        currency: str | None,
        clock: Callable[[], float],
        pause_s: float = _PAUSE_S,
    ) -> None:
        self._folder = ExportFolder(folder)
        self._twoj = twoj
        self._provider = provider
        self._zone = zone
        self._currency = currency or ""
        self._clock = clock
        self._pause_s = pause_s
        # Arrow's own allocator keeps what its threads let go: half as much memory again.
        pa.set_memory_pool(pa.system_memory_pool())
        self._closing = Event()
        self._wake = Event()
        self._stale_reasons: dict[str, TwoJError] = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Work in the background while the context lasts."""
        thread = Thread(target=self._run, name="exports", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._closing.set()
            self._wake.set()
            thread.join()

    def order(self, first_day: date, last_day: date, wanted: RoundQuery, only: str, form: Format) -> None:
        """Have whole business days exported; `only` says `wanted` in words.

        Raises ValueError where the last day is not over.
        """
        if day_end(last_day, self._zone).timestamp() > self._clock():
            raise ValueError(text("Only days that are over can be exported."))
        # Whoever has the address of a file may fetch it, so nobody must be able to guess one.
        export = Export(
            *(secrets.token_hex(16), form, first_day, last_day, self._zone.key, self._currency),
            *(self._provider, self._clock(), wanted.types, wanted.game_ids, only),
            language=language(),
        )
        self._folder.add(export)
        self._wake.set()

    def seen(self) -> list[ExportProgress]:
        """All exports, the newest first, with how far they are."""
        return [self._seen(export) for export in self._mine()]

    def finished(self, export_id: str) -> tuple[Export, Path] | None:
        """An export with its file; None where there is none yet, or none any more."""
        found = next((export for export in self._mine() if export.id == export_id and export.file), None)
        return (found, self._folder.path(found)) if found else None

    def delete(self, export_id: str) -> None:
        """Delete an export with all its files, whether it is finished or not."""
        self._folder.delete(export_id)

    def again(self, export_id: str) -> None:
        """Ask once more for what an export lacks; what it has is kept."""
        export = self._folder.get(export_id)
        if export and export.state is not ExportState.WAITING:
            for part in self._folder.parts(export):
                if any(start <= part.window.start < end for start, end in export.doubtful):
                    part.path.unlink(missing_ok=True)
            self._folder.drop_file(export)
            waiting = {"state": ExportState.WAITING, "file": "", "lacking": (), "doubtful": ()}
            self._folder.save(msgspec.structs.replace(export, **waiting))
            self._wake.set()

    def work(self) -> None:
        """Make the exports that wait, the oldest first, unless another process does."""
        with self._folder.claimed() as is_ours:
            while is_ours and not self._closing.is_set():
                waiting = [export for export in self._mine() if export.state is ExportState.WAITING]
                if not waiting or not self._make(waiting[-1]):
                    return

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self.work()
            except Exception:  # whatever it was, the other exports go on, and the next time may do better
                log.exception("exports not made")
            self._wake.wait(self._pause_s)
            self._wake.clear()

    def _mine(self) -> list[Export]:
        return [export for export in self._folder.all() if export.provider == self._provider]

    def _seen(self, export: Export) -> ExportProgress:
        if export.state is not ExportState.WAITING:
            return ExportProgress(export, 0, 0, export.rows, None)
        parts = self._folder.parts(export)
        pieces = len(_windows(export)) if export.piece_s else 0
        rows = sum(part.rows for part in parts)
        return ExportProgress(export, len(parts), pieces, rows, self._stale_reasons.get(export.id))

    def _make(self, export: Export) -> bool:
        """Make one export; False where it has to wait for the provider."""
        use_language(export.language)
        try:
            return self._made(export)
        except TwoJError as error:
            self._stale_reasons[export.id] = error.with_traceback(None)
            return False
        except OSError as error:
            if self._folder.get(export.id) is None:  # deleted meanwhile
                return True
            log.warning("export failed", export=export.id, error=str(error))
            self._fail(export, text("The file could not be written: {reason}.", reason=error.strerror))
        except Exception:
            log.exception("export failed", export=export.id)
            self._fail(export, text("It could not be made; the server's log says why."))
        return True

    def _fail(self, export: Export, sentence: str) -> None:
        self._folder.save(msgspec.structs.replace(export, state=ExportState.FAILED, lacking=(sentence,)))

    def _made(self, export: Export) -> bool:
        games = {game.game_id: game for game in self._twoj.all.list().data}
        start, end = export.window(export.first_day)[0], export.window(export.last_day)[1]
        said = self._twoj.all.stage_summary(start=start, end=end).data
        if not export.piece_s:
            export = msgspec.structs.replace(export, piece_s=piece_s(said.summary.bet_count, end - start))
            self._folder.save(export)
        failed = self._read(export, games)
        for _ in range(_ROUNDS - 1):
            if not failed or self._closing.wait(self._pause_s):
                break
            failed = self._read(export, games)
        if self._closing.is_set():
            return False
        self._finish(export, games, {day.date: day.bet_count for day in said.days}, failed)
        self._stale_reasons.pop(export.id, None)
        return True

    def _read(self, export: Export, games: Mapping[int, Game]) -> _Failures:
        """Read the pieces that are not there yet, and return those that failed.

        Raises the failure where the provider is away.
        """
        there = {part.window for part in self._folder.parts(export) if _is_sound(part)}
        todo = deque(window for window in _windows(export) if window not in there)
        begun: deque[tuple[Window, Future[Reply[pa.Table]]]] = deque()
        failed: _Failures = {}
        in_a_row = 0
        with ThreadPoolExecutor(_AHEAD, thread_name_prefix="export") as pool:
            while (todo or begun) and not self._closing.is_set():
                while todo and len(begun) < _AHEAD:
                    begun.append((todo[0], pool.submit(self._ask, export, games, todo.popleft())))
                window, asked = begun.popleft()
                try:
                    self._keep(export, window, asked.result())
                    in_a_row = 0
                    self._stale_reasons.pop(export.id, None)
                except TwoJError as error:
                    failed[window] = error
                    in_a_row += 1
                    if in_a_row == _AWAY and error.retry_may_help:
                        raise
        return failed

    def _ask(self, export: Export, games: Mapping[int, Game], window: Window) -> Reply[pa.Table]:
        reply = self._twoj.all.history_table(start=window.start, end=window.end, game_ids=export.game_ids)
        if not export.types:
            return reply
        ids = [
            game_id
            for game_id in pc.unique(reply.data["game_id"]).to_pylist()
            if game_type(game_id, games.get(game_id)) in export.types
        ]
        return msgspec.structs.replace(reply, data=reply.data.filter(pc.field("game_id").isin(ids)))

    def _keep(self, export: Export, window: Window, reply: Reply[pa.Table]) -> None:
        said = {_AS_OF: str(reply.as_of.timestamp()), _WHOLE: str(int(reply.complete))}
        table = reply.data.replace_schema_metadata(said)
        self._folder.add_part(
            export, window, len(table), lambda file: pq.write_table(table, file, compression="zstd")
        )

    def _finish(
        self, export: Export, games: Mapping[int, Game], said: Mapping[date, int], failed: _Failures
    ) -> None:
        zone = ZoneInfo(export.zone)
        parts = self._folder.parts(export)
        heads = [pq.read_schema(part.path).metadata for part in parts]
        rows = sum(part.rows for part in parts)
        doubtful = [part.window for part, head in zip(parts, heads, strict=True) if head[_WHOLE] != b"1"]
        differ: dict[date, str] = {}
        if not export.game_ids and not export.types and not failed:
            differ = days_that_differ(said, _rows_by_day(export, parts))
        lacking = (
            *map(str, failures(by_time(failed, zone), most=len(failed))),
            *(str(less_than_counted(window, zone)) for window in doubtful),
            *differ.values(),
        )
        as_of = min((float(head[_AS_OF]) for head in heads), default=self._clock())
        export = msgspec.structs.replace(
            export, lacking=lacking, doubtful=(*doubtful, *map(export.window, differ)), rows=rows, as_of=as_of
        )
        names = game_names(games.values())
        fill = partial(
            _WRITE[export.format],
            about=export.about,
            tables=(pq.read_table(part.path) for part in parts),
            game=lambda game_id: (names.get(game_id, str(game_id)), game_type(game_id, games.get(game_id))),
        )
        name = export.file_name()
        size = self._folder.write_file(export, name, fill)
        state = ExportState.INCOMPLETE if lacking else ExportState.DONE
        self._folder.save(msgspec.structs.replace(export, state=state, file=name, size=size))
        if not lacking:
            self._folder.drop_parts(export)


def _windows(export: Export) -> list[Window]:
    return [piece for day in export.days for piece in cut(Window(*export.window(day)), export.piece_s)]


def _rows_by_day(export: Export, parts: list[Part]) -> dict[date, int]:
    found = dict.fromkeys(export.days, 0)
    zone = ZoneInfo(export.zone)
    for part in parts:
        found[datetime.fromtimestamp(part.window.start, zone).date()] += part.rows
    return found


def _is_sound(part: Part) -> bool:
    """Whether a piece holds what its name says; after a power cut it may not, and is deleted."""
    with suppress(pa.ArrowInvalid):
        if pq.read_metadata(part.path).num_rows == part.rows:
            return True
    part.path.unlink()
    return False
