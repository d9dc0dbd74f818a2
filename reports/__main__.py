"""``python -m reports``: makes monthly packs and verifies them, with the application's settings."""

import argparse
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from archive.archive import Archive
from dashboard.core.text import ENGLISH
from dashboard.server.opened import archive_of, run
from dashboard.server.settings import Settings
from reports.container import MOST_BYTES
from reports.facts import month_of
from reports.gather import MonthNotBegun, PackSource
from reports.made import make
from reports.verify import NotVerified, verify


def main() -> int:
    """Return the exit status: 0 all right, 1 something is not as it should be, 2 it could not be done."""
    chosen = _arguments().parse_args()
    return run(lambda settings: _done(settings, chosen), MonthNotBegun, NotVerified)


def _done(settings: Settings, chosen: argparse.Namespace) -> int:
    command: Callable[[Settings, Archive, argparse.Namespace], int] = chosen.does
    with archive_of(settings) as archive:
        return command(settings, archive, chosen)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reports", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    pack = commands.add_parser("make", help="make the pack of a month, and keep it")
    pack.add_argument("--month", required=True, type=_month, metavar="MONTH", help="such as 2026-10")
    pack.add_argument("--zone", type=_zone, help="of the days; the application's where it is not named")
    pack.add_argument("--language", default=ENGLISH, help="of its words (%(default)s)")
    pack.add_argument("--to", type=Path, metavar="FILE", help="where to write it; else it is named by itself")
    pack.set_defaults(does=_make)
    check = commands.add_parser("verify", help="make a pack again, and name whatever differs")
    check.add_argument("file", type=Path, metavar="FILE")
    check.set_defaults(does=_verify)
    return parser


def _month(text: str) -> str:
    try:
        month_of(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no month such as 2026-10") from None
    return text


def _zone(text: str) -> str:
    with suppress(ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(text).key
    raise argparse.ArgumentTypeError(f"{text!r} is no time zone such as Asia/Manila")


def _make(settings: Settings, archive: Archive, chosen: argparse.Namespace) -> int:
    zone = chosen.zone or settings.timezone
    with settings.model_copy(update={"timezone": zone}).client() as twoj:
        source = PackSource(
            archive,
            twoj,
            ZoneInfo(zone),
            settings.currency or "",
            settings.brand,
            {game: str(rtp) for game, rtp in settings.rtp.items()},
            chosen.language,
        )
        made = make(source, chosen.month, f"{getuser()} (command)")
    target = chosen.to or Path(made.file)
    target.write_bytes(made.content)
    print(target)
    for warning in made.report.warnings:
        print(warning, file=sys.stderr)
    return 0 if made.report.is_whole else 1


def _verify(settings: Settings, archive: Archive, chosen: argparse.Namespace) -> int:  # noqa: ARG001
    with chosen.file.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise NotVerified("It is larger than a pack can be.")
    found = verify(archive, content)
    made_at = datetime.fromtimestamp(found.made_at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    print(f"Pack {found.pack}: {found.month}, {found.zone}, made at {made_at} of {found.pieces} hours.")
    for note in found.notes:
        print(note)
    for sentence in found.wrong:
        print(sentence)
    if found.wrong:
        print("The pack DIFFERS from what it was.")
    elif found.is_same_software:
        print("It was made again from the archive as it was known then, byte for byte the same.")
    else:
        print("It was made again from the archive as it was known then: all values are the same.")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
