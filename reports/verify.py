"""Makes a pack again from the archive as it was known then, and names whatever differs."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from archive import pieces, pins
from archive.archive import Archive, hour_text
from archive.pieces import Piece
from archive.pins import PinnedPiece
from archive.proof import PieceState
from dashboard.core.text import speaking
from dashboard.core.version import software
from ledger.database import Books
from reports.container import Contents, NotAPack, read_zip
from reports.differences import MOST_NAMED, differences
from reports.facts import Facts, pack_id, read_facts
from reports.gather import payouts_of, restatements_of
from reports.made import KeptPack, kept, noted_digest
from reports.pack import FACTS, MANIFEST, pack_bytes
from reports.pages import report
from reports.sums import add_up
from twoj_client.windows import hour_of


class NotVerified(Exception):
    """A pack cannot be verified here. Its text is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying a pack found: `wrong` in sentences, none where all is as it was; `notes` beside."""

    pack: str
    month: str
    zone: str
    made_at_ms: int
    pieces: int
    is_same_software: bool
    wrong: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class _Found:
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verify(archive: Archive, content: bytes) -> Verdict:
    """Compare a pack's file with what the archive gives for it now. Asks no network but the archive's place.

    Raises NotVerified for a file that is no pack of this merchant, LedgerAway.
    """
    found = _Found()
    try:
        told = read_zip(content)
    except NotAPack as error:
        raise NotVerified(str(error)) from None
    found.wrong += [f"{name} is damaged: it is not what was written into the file." for name in told.damaged]
    manifest = _manifest(told, found)
    original, facts = _facts(archive, told, manifest, found)
    if facts.mch_id != archive.mch_id:
        raise NotVerified(
            f"It is of merchant {facts.mch_id}, and the settings are those of {archive.mch_id}."
        )
    _check_manifest(told, manifest, found)
    is_same = facts.software == software()
    if not is_same:
        found.notes.append(_software_text(facts.software, software()))
    try:
        remade = _again(archive, facts, found)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        if original is not None:
            raise
        raise NotVerified("Its facts.json says what was never said of a month, and no pack is.") from None
    if remade is not None:
        _compare(told, content, remade, found, is_same_software=is_same)
    elif original is not None:  # as it was handed out then
        _compare(told, content, original.content, found, is_same_software=is_same)
    _check_original(archive, original, content, found)
    return Verdict(
        pack_id(facts.as_bytes()),
        facts.month,
        facts.zone,
        facts.made_at_ms,
        len(facts.pieces),
        is_same,
        tuple(dict.fromkeys(found.wrong)),
        tuple(found.notes),
    )


def _manifest(told: Contents, found: _Found) -> Mapping[str, Any]:
    try:
        manifest = json.loads(told.files[MANIFEST])
        if isinstance(manifest, dict):
            return manifest
    except (KeyError, ValueError, RecursionError):
        pass
    if MANIFEST not in told.files and MANIFEST not in told.damaged:
        found.wrong.append(f"{MANIFEST} is not in the file.")
    return {}


def _facts(
    archive: Archive, told: Contents, manifest: Mapping[str, Any], found: _Found
) -> tuple[KeptPack | None, Facts]:
    """Return what the pack was made of: as the ledger keeps it, else as the file says."""
    original = None
    with archive.ledger.reading() as books:
        for name in (manifest.get("pack"), pack_id(told.files.get(FACTS, b""))):
            original = original or (kept(books, name) if isinstance(name, str) else None)
    sources = []
    if original is not None:
        with suppress(NotAPack):  # its digest says so
            sources.append(read_zip(original.content).files)
    else:
        found.notes.append(
            "The ledger knows no such pack: what provider and ledger said is taken from the file itself."
        )
    for files in (*sources, told.files):
        try:
            return original, read_facts(files[FACTS])
        except (KeyError, ValueError):
            continue
    raise NotVerified("It holds no facts.json that can be read, and the ledger knows no such pack.")


def _check_manifest(told: Contents, manifest: Mapping[str, Any], found: _Found) -> None:
    """Compare the files with the digests that the manifest names."""
    listed = manifest.get("files")
    for each in listed if isinstance(listed, list) else []:
        name = str(each.get("name")) if isinstance(each, dict) else ""
        if name not in told.files:
            if name not in told.damaged:
                found.wrong.append(f"{name} is lost: the manifest names it, and it is not in the file.")
        elif sha256(told.files[name]).hexdigest() != each.get("sha256"):
            found.wrong.append(f"{name} is not the file whose SHA-256 the manifest names.")


def _again(archive: Archive, facts: Facts, found: _Found) -> bytes | None:
    """Return the pack made again; None where bets that it is made of are not to be had."""
    name = pack_id(facts.as_bytes())
    with archive.ledger.reading() as books:
        pinned = {each.hour_s: each for each in pins.pinned(books, name)}
        now = {each.hour_s: each for each in pieces.latest(books, *_hours(facts))}
        _check_ledger(books, facts, found)
    of, digests = [], {}
    for fact in facts.pieces:
        path, digest = _where(fact.digest, pinned.get(fact.hour_s), now.get(fact.hour_s))
        if fact.hour_s in pinned and pinned[fact.hour_s].digest != fact.digest:
            found.wrong.append(f"Piece {hour_text(fact.hour_s)}: the ledger noted another digest for it.")
        digests[fact.hour_s] = digest
        of.append(
            Piece(
                fact.hour_s,
                fact.version,
                PieceState(fact.state),
                None,
                fact.ours,
                fact.theirs,
                fact.as_of_ms,
                0,
                digest,
                path if fact.ours.count else None,
            )
        )
    _note_changes(facts, now, digests, found)
    added = add_up(archive, of, digests, facts.period, facts.clock_zone, facts.window_s)
    if added.wrong:
        found.wrong += added.wrong[:MOST_NAMED]
        if (more := len(added.wrong) - MOST_NAMED) > 0:
            found.wrong.append(f"And {more} more pieces.")
        return None
    with speaking(facts.language):
        return pack_bytes(report(facts, added.by_day_and_game))


def _hours(facts: Facts) -> tuple[int, int]:
    start_s, end_s = facts.window_s
    return hour_of(start_s), end_s


def _where(digest: str, pinned: PinnedPiece | None, now: Piece | None) -> tuple[str | None, str]:
    """Return in which file the bets of a piece are, and the digest that they have there."""
    if now is not None and now.digest == digest:
        return now.path, digest
    if pinned is not None:
        return pinned.path, pinned.row_digest
    return None, digest


def _note_changes(facts: Facts, now: Mapping[int, Piece], digests: Mapping[int, str], found: _Found) -> None:
    """Say what became of the pieces since, which changes nothing in the pack."""
    known = {fact.hour_s: fact for fact in facts.pieces}
    later = [hour_s for hour_s, fact in known.items() if hour_s in now and now[hour_s].version > fact.version]
    erased = [hour_s for hour_s, fact in known.items() if digests[hour_s] != fact.digest]
    if later:
        found.notes.append(
            f"{len(later)} hours were changed since, the first {hour_text(later[0])}: the pack is compared"
            " with what they were."
        )
    if erased:
        found.notes.append(
            f"Ids of forgotten players were taken out of {len(erased)} hours since; no amount was changed."
        )


def _check_ledger(books: Books, facts: Facts, found: _Found) -> None:
    """Compare what the pack says of payouts and restatements with the ledger."""
    start_s, end_s = facts.window_s
    paid = payouts_of(books, start_s * 1000, end_s * 1000, facts.made_at_ms)
    versions = {piece.hour_s: piece.version for piece in facts.pieces}
    restated = restatements_of(books, start_s, end_s, facts.made_at_ms, versions)
    told, there = ({each.trans_no: each for each in these} for these in (facts.payouts, paid))
    for trans_no in sorted(told.keys() | there.keys()):
        if told.get(trans_no) != there.get(trans_no):
            found.wrong.append(f"Payout {trans_no}: the ledger does not say of it what the pack says.")
    # Who was forgotten since is not told apart by the game any more.
    known = [replace(each, game_id=None) for each in facts.restatements]
    if known != [replace(each, game_id=None) for each in restated]:
        found.wrong.append("Restatements: the ledger does not say of them what the pack says.")


def _compare(told: Contents, content: bytes, remade: bytes, found: _Found, *, is_same_software: bool) -> None:
    """Name what differs between the file and what was made again."""
    made = read_zip(remade).files
    before = len(found.wrong)
    for name in made:
        if name not in told.files:
            if name not in told.damaged:
                found.wrong.append(f"{name} is lost.")
        elif told.files[name] != made[name]:
            if not is_same_software and name.endswith((".html", MANIFEST)):
                continue
            named = differences(name, told.files[name], made[name])
            if is_same_software and not named:
                named = [f"{name} has the same contents, and is not written as it was made."]
            found.wrong += named
    found.wrong += [f"{name} does not belong to the pack." for name in told.files if name not in made]
    if is_same_software and content != remade and len(found.wrong) == before:
        found.wrong.append("The files are the same, and they are not packed as they were.")


def _check_original(archive: Archive, original: KeptPack | None, content: bytes, found: _Found) -> None:
    """Compare the file with the digests that the ledger noted when it was made."""
    if original is None:
        return
    digest = sha256(content).hexdigest()
    if original.sha256 != digest:
        found.wrong.append("The SHA-256 of the file is not the one that the ledger noted when it was made.")
    if noted_digest(archive.ledger, original.pack) != original.sha256:
        found.wrong.append("The audit log names another SHA-256 for it than the list of packs.")


def _software_text(then: Mapping[str, str], now: Mapping[str, str]) -> str:
    changed = [
        f"{name} {then.get(name, 'unknown')} then, {now.get(name, 'unknown')} now"
        for name in sorted({*then, *now})
        if then.get(name) != now.get(name)
    ]
    return f"It was made by other software ({'; '.join(changed)}): values are compared, not bytes."
