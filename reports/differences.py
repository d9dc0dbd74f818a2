"""What differs between two files of a pack, named as people can find it. Pure."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq

MOST_NAMED: Final = 20
"""So many differences of one file are named one by one."""
_ROOM: Final = 2**20
_UNREADABLE: Final = (
    *(ValueError, LookupError, TypeError, ArithmeticError, OSError, SyntaxError, RuntimeError),
    *(pa.ArrowException, zipfile.BadZipFile),
)
_SHEET: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATED: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
Cells = Mapping[str, str]


def differences(name: str, told: bytes, made: bytes) -> list[str]:
    """Say how a file differs from what was made again, in its contents; nothing where only its bytes do."""
    kind = name.rpartition(".")[2]
    read = _READERS.get(kind)
    if read is None:
        return [] if told == made else [f"{name} differs."]
    try:
        if _room(kind, told) > 2 * _room(kind, made) + _ROOM:
            return [f"{name} holds far more than what was made."]
        before = read(told)
    except _UNREADABLE:
        return [f"{name} cannot be read."]
    after = read(made)
    found = [
        f"{name}, {place}: {_shown(before.get(place))} instead of {_shown(after.get(place))}."
        for place in sorted(before.keys() | after.keys(), key=_order)
        if before.get(place) != after.get(place)
    ]
    if len(found) > MOST_NAMED:
        found = [*found[:MOST_NAMED], f"{name}: and {len(found) - MOST_NAMED} more differences."]
    return found


def _room(kind: str, content: bytes) -> int:
    """How much there is to read: bytes of a sheet's XML, values of a table; a few bytes may hold too much."""
    if kind == "xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return sum(info.file_size for info in book.infolist())
    if kind == "parquet":
        with pq.ParquetFile(pa.BufferReader(content)) as file:
            return int(file.metadata.num_rows * file.metadata.num_columns)
    return len(content)


def _order(place: str) -> list[Any]:
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", place)]


def _shown(value: str | None) -> str:
    if value is None:
        return "nothing"
    return f"“{value if len(value) <= 80 else value[:80] + '…'}”"


def _parquet_cells(content: bytes) -> Cells:
    with pq.ParquetFile(pa.BufferReader(content)) as file:
        table = file.read(use_threads=False)
    told = {
        f"“{key.decode()}” of the file": value.decode()
        for key, value in (table.schema.metadata or {}).items()
        if not key.startswith(b"ARROW:")
    }
    heads = [str(head) for head in table.column_names]
    # What a row is of is said beside its number: two columns name it everywhere.
    named = [_first_words(row, heads) for row in table.to_pylist()]
    for place, head in enumerate(heads):
        for row, value in enumerate(table.column(place).to_pylist()):
            told[f"row {row + 1} ({named[row]}), {head}"] = "" if value is None else str(value)
    told["number of rows"] = str(len(table))
    return told


def _first_words(row: Mapping[str, Any], heads: list[str]) -> str:
    return ", ".join(str(row[head]) for head in heads[:2])


def _sheet_cells(content: bytes) -> Cells:
    """Read a workbook's cells, as text: its sheets are XML in a zip."""
    found: dict[str, str] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        texts = []
        if "xl/sharedStrings.xml" in book.namelist():
            for item in _tree(book, "xl/sharedStrings.xml"):
                texts.append("".join(part.text or "" for part in item.iter(f"{_SHEET}t")))
        targets = {each.get("Id"): each.get("Target") for each in _tree(book, "xl/_rels/workbook.xml.rels")}
        for sheet in _tree(book, "xl/workbook.xml").iter(f"{_SHEET}sheet"):
            target = str(targets[sheet.get(_RELATED)]).removeprefix("/xl/")
            for cell in _tree(book, f"xl/{target}").iter(f"{_SHEET}c"):
                value = cell.findtext(f"{_SHEET}v") or cell.findtext(f"{_SHEET}is/{_SHEET}t") or ""
                if cell.get("t") == "s" and value:
                    value = texts[int(value)]
                elif cell.get("t") in (None, "n") and value:
                    value = str(Decimal(value).normalize())
                found[f"sheet “{sheet.get('name')}”, cell {cell.get('r')}"] = value
        found |= {f"part {name}": str(len(book.read(name))) for name in book.namelist() if "/charts/" in name}
    return found


def _tree(book: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(book.read(name))  # noqa: S314 - expat 2.4.1 and later limits what grows


def _json_cells(content: bytes) -> Cells:
    return dict(_leaves("", json.loads(content)))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, each)
    elif isinstance(value, list):
        for number, each in enumerate(value, start=1):
            yield from _leaves(f"{path} {number}", each)
        yield f"{path}, how many", str(len(value))
    else:
        yield path, "" if value is None else str(value)


def _lines(content: bytes) -> Cells:
    lines = content.decode().split("\n")
    return {f"line {number}": line for number, line in enumerate(lines, start=1)}


_READERS: Final[Mapping[str, Callable[[bytes], Cells]]] = {
    "parquet": _parquet_cells,
    "xlsx": _sheet_cells,
    "json": _json_cells,
    "html": _lines,
}
