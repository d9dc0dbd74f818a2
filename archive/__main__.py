"""``python -m archive COMMAND``: fills, proves and searches the archive, with the application's settings."""

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from getpass import getuser
from typing import Any

from archive import pieces
from archive.archive import Archive, hour_text
from archive.bets import utc_day_start
from archive.collector import Collector
from archive.engine import Engine
from archive.erasure import forget
from archive.proof import FINISHED
from archive.sql import SqlRefused, select
from archive.store import ArchiveOff
from archive.verify import give_up, verify
from dashboard.server.opened import archive_of, run
from dashboard.server.settings import Settings
from twoj_client.windows import DAY_S, HOUR_S, hour_of, utc_day_of


@dataclass(frozen=True)
class OpenedArchive:
    """The archive, what answers from it, and what is asked for."""

    archive: Archive
    engine: Engine
    settings: Settings
    chosen: argparse.Namespace

    @contextmanager
    def collector(self, calls_per_s: float) -> Iterator[Collector]:
        """What fills it from the provider. Raises SettingsError where none is set."""
        with self.settings.client() as twoj, ThreadPoolExecutor(4) as workers:
            yield Collector(self.archive, self.engine, twoj, workers, calls_per_s=calls_per_s)


def main() -> int:
    """Return the exit status: 0 all right, 1 something is not as it should be, 2 it could not be done."""
    chosen = _arguments().parse_args()
    return run(lambda settings: _done(settings, chosen), SqlRefused)


def _done(settings: Settings, chosen: argparse.Namespace) -> int:
    command: Callable[[OpenedArchive], int] = chosen.does
    with archive_of(settings) as archive:
        if not getattr(chosen, "lost", False):
            _refuse_elsewhere(archive)
        with closing(Engine(archive)) as engine:
            return command(OpenedArchive(archive, engine, settings, chosen))


def _refuse_elsewhere(archive: Archive) -> None:
    """Raise ArchiveOff where the setting leads to another place: nothing is to be written, or given up."""
    if archive.is_elsewhere():
        raise ArchiveOff(
            f"TWOJ_ARCHIVE_URL: most files that the ledger names are not in {archive.folder.place}. Set it to"
            " where they are; if they are gone for good: python -m archive verify --lost"
        )


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m archive", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, does: Callable[[OpenedArchive], int], about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        added.set_defaults(does=does)
        return added

    fill = command("fill", _fill, "fetch and prove what is missing, newest first")
    fill.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY", help="first UTC day")
    fill.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY", help="last UTC day")
    fill.add_argument("--calls-per-s", type=float, metavar="N", help="calls a second at most")
    command("status", _status, "say what is there").add_argument("--json", action="store_true")
    check = command("check", _check, "compare with the provider's sums, and read what differs again")
    check.add_argument("--json", action="store_true")
    check.add_argument("--days", type=int, default=60, metavar="N", help="how far back (%(default)s)")
    check = command("verify", _verify, "hash every file, and sum it against its row")
    check.add_argument(
        "--lost", action="store_true", help="although most files are gone: read their hours again"
    )
    sql = command("sql", _sql, "answer one SELECT over bets, games_15min and players_daily")
    sql.add_argument("text", metavar="SELECT")
    sql.add_argument("--format", choices=["table", "csv", "json"], default="table")
    erase = command("forget", _forget, "take a player's ids out of the archive; the amounts stay")
    whom = erase.add_mutually_exclusive_group(required=True)
    whom.add_argument("--op-id", metavar="X")
    whom.add_argument("--user-id", type=int, metavar="N")
    return parser


def _fill(opened: OpenedArchive) -> int:
    chosen, settings, archive = opened.chosen, opened.settings, opened.archive
    now_s = int(archive.clock())
    first_s = (
        utc_day_start(chosen.first)
        if chosen.first
        else utc_day_of(now_s) - (settings.archive_days - 1) * DAY_S
    )
    end_s = min(utc_day_start(chosen.last) + DAY_S if chosen.last else now_s, hour_of(now_s))
    wanted = max(0, (end_s - first_s) // HOUR_S)
    with opened.collector(chosen.calls_per_s or settings.archive_calls_per_s) as collector:
        for done in collector.fill(first_s, end_s):
            if sys.stderr.isatty():
                print(f"\r{done} of {wanted} hours", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    proven = {piece.hour_s for piece in archive.pieces(first_s, end_s) if piece.state in FINISHED}
    still_open = now_s - 3 * HOUR_S
    missing = [hour_s for hour_s in range(first_s, min(end_s, still_open), HOUR_S) if hour_s not in proven]
    for hour_s in missing:
        print(f"{hour_text(hour_s)} is not proven")
    return 1 if missing else 0


def _status(opened: OpenedArchive) -> int:
    with opened.archive.ledger.reading() as books:
        found = pieces.latest(books)
        size = sum(each.file.size_bytes for each in pieces.all_files(books))
    states = Counter(str(piece.state) for piece in found)
    with_bets = [piece.hour_s for piece in found if piece.ours.count]
    said: dict[str, Any] = {
        "rows": sum(piece.ours.count for piece in found),
        "bytes": size,
        "first_hour": found[0].hour_s if found else None,
        "last_hour": found[-1].hour_s if found else None,
        "hours": {state: states[state] for state in ("proven", "open", "differs", "missing")},
        "remembers_from": min(with_bets, default=None),
    }
    if opened.chosen.json:
        print(json.dumps(said))
    else:
        for name, value in said.items():
            print(f"{name}: {value}")
    return 0


def _check(opened: OpenedArchive) -> int:
    with opened.archive.ledger.reading() as books:
        last_id = max((row.id for row in pieces.restated(books, most=1)), default=0)
    with opened.collector(opened.settings.archive_calls_per_s) as collector:
        calls, _ = collector.compare(opened.chosen.days)
    with opened.archive.ledger.reading() as books:
        rows = pieces.restated(books, last_id, most=1_000_000)
    changed = [
        {
            "hour": row.hour_s,
            "event_id": row.event_id,
            "change": row.change,
            "before": row.before and json.loads(row.before),
            "after": row.after and json.loads(row.after),
        }
        for row in rows
    ]
    if opened.chosen.json:
        print(json.dumps({"calls": calls, "restatements": changed}))
    else:
        print(f"{calls} calls, {len(changed)} bets differ from what was read before")
        for each in changed:
            print(f"{hour_text(each['hour'])} {each['event_id']}: {each['change']}")
    return 1 if changed else 0


def _verify(opened: OpenedArchive) -> int:
    found = list(verify(opened.archive))
    for damage in found:
        print(damage.sentence)
    again = give_up(opened.archive, found)
    print(f"{again} hours are to be read again." if again else "" if found else "All files are as written.")
    return 1 if found else 0


def _sql(opened: OpenedArchive) -> int:
    answer = select(opened.engine, _who(), opened.chosen.text)
    if opened.chosen.format == "json":
        rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        print(json.dumps(rows))
    elif opened.chosen.format == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerows([answer.columns, *answer.rows])
    else:
        for row in (answer.columns, *answer.rows):
            print("\t".join("" if value is None else str(value) for value in row))
    if answer.has_more:
        print(f"There are more than {len(answer.rows)} rows.", file=sys.stderr)
    return 0


def _forget(opened: OpenedArchive) -> int:
    chosen = opened.chosen
    count = forget(opened.archive, _who(), user_id=chosen.user_id, op_id=chosen.op_id)
    print(f"{count} bets no longer say whose they were.")
    return 0


def _who() -> str:
    """Return who is at it, for the audit log."""
    return f"{getuser()} (command)"


if __name__ == "__main__":
    sys.exit(main())
