"""The files of a pack, made of a report: bytes that depend on it alone. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from archive.archive import hour_text
from dashboard.core import formats
from dashboard.core.files import Column, Kind, Sheet, book_bytes, parquet_bytes
from dashboard.core.metrics import METRICS, Unit
from dashboard.core.text import text
from reports.container import zip_bytes
from reports.facts import Facts, json_bytes, pack_id
from reports.pages import Report, ReportPage, page_about

MANIFEST: Final = "manifest.json"
FACTS: Final = "facts.json"
SUMMARY: Final = "summary.json"
WORKBOOK: Final = "report.xlsx"
DOCUMENT: Final = "report.html"
_LONG: Final = ("pieces",)
"""Pages that are in the workbook and in Parquet alone."""
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    keep_trailing_newline=True,
)
_AS_WORDS: Final = (Kind.TEXT, Kind.DAY, Kind.TIME, Kind.NUMBER)


def pack_bytes(made: Report) -> bytes:
    """Return the whole pack."""
    return zip_bytes(pack_files(made))


def pack_files(made: Report) -> dict[str, bytes]:
    """Return the files of a pack by name, the manifest first, in the language that is spoken."""
    facts = made.facts.as_bytes()
    sheets = [Sheet(page.title, page.columns, page.frame) for page in made.pages]
    files = {
        FACTS: facts,
        DOCUMENT: _document(made),
        SUMMARY: json_bytes(_summary(made)),
        WORKBOOK: book_bytes(made.about, sheets),
    }
    for page in made.pages:
        files[f"{page.name}.parquet"] = parquet_bytes(page_about(made, page), page.columns, page.frame)
    return {MANIFEST: json_bytes(_manifest(made.facts, pack_id(facts), files)), **files}


def _manifest(facts: Facts, name: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "pack": name,
        "report_definition": facts.format,
        "software": facts.software,
        "merchant": facts.mch_id,
        "month": facts.month,
        "zone": facts.zone,
        "language": facts.language,
        "made_at": _iso(facts.made_at_ms),
        "files": [
            {"name": each, "bytes": len(content), "sha256": sha256(content).hexdigest()}
            for each, content in files.items()
        ],
        "pieces": [
            {"hour": hour_text(each.hour_s), "version": each.version, "sha256": each.digest}
            for each in facts.pieces
        ],
    }


def _summary(made: Report) -> dict[str, Any]:
    facts, about = made.facts, made.about
    start_s, end_s = facts.window_s
    return {
        "title": about.title,
        "operator": facts.brand,
        "merchant": facts.mch_id,
        "software": facts.software["dashboard"],
        "report_definition": facts.format,
        "period": about.period,
        "from": _iso(start_s * 1000),
        "to": _iso(end_s * 1000),
        "zone": facts.zone,
        "currency": facts.currency or None,
        "made_at": _iso(facts.made_at_ms),
        "filters": about.only,
        "activity": None if made.whole.bet_count else text("No activity"),
        "totals": {metric.key: _exact(metric.unit, metric.of(made.whole)) for metric in METRICS},
        "completeness": about.completeness,
        "complete": made.is_whole,
        "pages": [
            {
                "page": number,
                "of": len(made.pages),
                "title": page.title,
                "file": f"{page.name}.parquet",
                "rows": len(page.frame),
                "activity": None if len(page.frame) else text("No activity"),
                "totals": {
                    column.field: _exact_cell(column, page.totals[column.field])
                    for column in page.columns
                    if column.field in page.totals
                },
                "notes": list(page.notes),
            }
            for number, page in enumerate(made.pages, start=1)
        ],
    }


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()


def _exact(unit: Unit, value: Any) -> str | int | None:
    """A number for machines: money in units as a decimal, ratios with nine digits."""
    if value is None:
        return None
    if unit is Unit.MONEY:
        return str(Decimal(round(value)).scaleb(-3))
    return int(value) if unit is Unit.COUNT else f"{float(value):.9f}"


def _exact_cell(column: Column, value: Any) -> str | int | None:
    units = {Kind.MONEY: Unit.MONEY, Kind.RATIO: Unit.RATIO}
    return _exact(units.get(column.kind, Unit.COUNT), value)


def _document(made: Report) -> bytes:
    facts, currency = made.facts, made.facts.currency or None
    pages = [page for page in made.pages if page.name not in _LONG]
    lines = [
        *made.about.lines(),
        (text("Merchant"), str(facts.mch_id)),
        (text("Software"), f"2J dashboard {facts.software['dashboard']}"),
        (text("Report definition"), str(facts.format)),
        (text("Pack"), pack_id(facts.as_bytes())),
        (text("Made at"), _iso(facts.made_at_ms)),
        (text("Hours of the archive"), text("{n}, in report.xlsx", n=formats.count(len(facts.pieces)))),
    ]
    document = _TEMPLATES.get_template("report.html").render(
        language=facts.language,
        title=made.about.title,
        brand=facts.brand,
        lines=lines,
        totals=[(metric.label, formats.exact(metric, metric.of(made.whole), currency)) for metric in METRICS]
        if made.whole.bet_count
        else [(text("Bets"), text("No activity"))],
        pages=[_told(page, currency) for page in pages],
        nothing=text("No activity"),
        number_text=lambda number: text("Page {number} of {pages}", number=number, pages=len(pages) + 1),
    )
    return document.encode()


def _told(page: ReportPage, currency: str | None) -> dict[str, Any]:
    columns = [_cells(column, page.frame[column.field].tolist(), currency) for column in page.columns]
    foot = [
        _cells(column, [page.totals[column.field]], currency)[0] if column.field in page.totals else ""
        for column in page.columns
    ]
    if page.totals:
        foot[0] = text("Total")
    return {
        "title": page.title,
        "notes": page.notes,
        "heads": [(column.title, column.kind not in _AS_WORDS) for column in page.columns],
        "rows": list(zip(*columns, strict=True)),
        "foot": foot if page.totals else [],
    }


def _cells(column: Column, values: Sequence[Any], currency: str | None) -> list[str]:
    known = [None if _is_none(value) else value for value in values]
    if column.kind is Kind.MONEY:
        places = formats.money_places((value for value in known if value is not None), currency)
        return [
            formats.UNKNOWN if value is None else formats.money_texts([value], places)[0] for value in known
        ]
    return [formats.UNKNOWN if value is None else _words(column.kind, value) for value in known]


def _is_none(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT


def _words(kind: Kind, value: Any) -> str:
    if kind is Kind.DAY:
        return str(value.date())
    if kind is Kind.TIME:
        return formats.clock(value)
    if kind is Kind.RATIO:
        return formats.percent(value)
    return formats.count(value) if kind is Kind.COUNT else str(value)


def file_name(facts: Facts) -> str:
    """Return how the file of a pack is called."""
    return f"report-{facts.mch_id}-{facts.month}-{pack_id(facts.as_bytes())}.zip"
