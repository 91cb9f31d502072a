"""Excel workbooks (xlsx, xls) as text. Which sheet, which cells may be trusted, and how a cell is written as text."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from xiansuo.ingest.readers.base import ReadContext, TextUnit
from xiansuo.ingest.readers.records import Record
from xiansuo.ingest.readers.tabular import read_header, tabulate
from xiansuo.ingest.readers.zipguard import ZipLimits, check_zip
from xiansuo.ingest.refusal import Refused
from xiansuo.ingest.vault import Stored

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_EXACT = 2**53
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_BLOCK = 2**20
_ZIP_MAGIC = b"PK\x03\x04"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read(stored: Stored, context: ReadContext, limits: ZipLimits | None = None) -> list[TextUnit]:
    """One unit per sheet asked for; Refused when the workbook is locked, damaged, or its sheets are not as expected."""
    zipped = _is_zip(stored)
    if zipped:
        check_zip(stored, limits or ZipLimits())
    elif _ENCRYPTED in stored.path.read_bytes():
        raise _locked(stored)
    book = _open(stored)
    names = _sheets(book, stored, context)
    if zipped and context.options.formulas == "refuse":
        _refuse_formulas(stored, names)
    several = context.options.sheet == "*"
    return [_unit(book, stored, name, context, several) for name in names]


def cell_text(value: Any) -> str:
    """A cell as text: whole numbers plain while doubles are exact, larger ones in scientific notation.

    A double holds integers up to 2^53; an 18-digit id stored as a number has lost its last digits, and the scientific
    notation lets the contract's check say so.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, datetime):
        whole_day = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if whole_day else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return _number_text(float(value)) if abs(value) >= _EXACT else str(value)


def _number_text(value: float) -> str:
    if abs(value) >= _EXACT:
        return f"{value:.14E}"
    if value == int(value):
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def _is_zip(stored: Stored) -> bool:
    with stored.path.open("rb") as file:
        return file.read(4) == _ZIP_MAGIC


def _open(stored: Stored) -> CalamineWorkbook:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with stored.path.open("rb") as file:
            return CalamineWorkbook.from_filelike(file)
    except PasswordError as error:
        raise _locked(stored) from error
    except CalamineError as error:
        raise Refused(
            "file:damaged",
            f"the workbook cannot be opened: {error}",
            file=stored.name,
            fix="open it in a spreadsheet program and save it as xlsx, or ask for a csv export",
        ) from error


def _locked(stored: Stored) -> Refused:
    return Refused(
        "file:encrypted",
        "the workbook is protected by a password",
        file=stored.name,
        fix="ask the sender for an unprotected copy, or save one after opening it with the password",
    )


def _sheets(book: CalamineWorkbook, stored: Stored, context: ReadContext) -> list[str]:
    from python_calamine import SheetVisibleEnum

    wanted = context.options.sheet
    names = list(book.sheet_names)
    if isinstance(wanted, int):
        if not 1 <= wanted <= len(names):
            raise _no_sheet(stored, wanted, names)
        return [names[wanted - 1]]
    if wanted not in (None, "*"):
        if wanted not in names:
            raise _no_sheet(stored, wanted, names)
        return [str(wanted)]
    filled = [name for name in names if book.get_sheet_by_name(name).start is not None]
    hidden = {sheet.name for sheet in book.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible}
    if not filled:
        raise Refused("file:empty", "no sheet of the workbook holds anything", file=stored.name)
    if hidden & set(filled):
        raise Refused(
            "sheet:hidden",
            "a hidden sheet holds data",
            file=stored.name,
            field="sheet",
            value=sorted(hidden & set(filled)),
            fix="name the sheet that counts in the reader options",
        )
    if wanted is None and len(filled) > 1:
        raise Refused(
            "sheet:several",
            "several sheets hold data",
            file=stored.name,
            field="sheet",
            value=filled,
            fix="set reader.sheet to one of them, or to '*' when all have the same header",
        )
    return filled


def _no_sheet(stored: Stored, wanted: str | int, names: list[str]) -> Refused:
    return Refused(
        "sheet:missing",
        "the workbook has no such sheet",
        file=stored.name,
        field="sheet",
        value=wanted,
        fix=f"its sheets are {', '.join(names)}",
    )


def _unit(book: CalamineWorkbook, stored: Stored, name: str, context: ReadContext, several: bool) -> TextUnit:
    options = context.options
    records = _records(book, name)
    header, before = read_header(records, options, context.match, f"{stored.name} [{name}]")
    position = book.sheet_names.index(name)
    stage_path = context.scratch / f"{stored.file_id}.{position}.parquet"
    table = tabulate(records, header, options, pad=True, stage_path=stage_path)
    return TextUnit(
        stored=stored,
        file_id=f"{stored.file_id}#{name}" if several else stored.file_id,
        format="xlsx" if _is_zip(stored) else "xls",
        encoding=None,
        sheet=name,
        header_row=options.header_row,
        headers=header.texts,
        columns=header.columns,
        relation=table.relation,
        records=table.rows,
        rejects=table.rejects,
        furniture=before + table.furniture,
    )


def _records(book: CalamineWorkbook, name: str) -> Iterator[Record]:
    for row, values in enumerate(book.get_sheet_by_name(name).iter_rows(), start=1):
        cells = [cell_text(value) for value in values]
        text = "\t".join(cells).rstrip("\t")
        nul = "\x00" in text
        yield Record(row, None if nul else cells, text, "row:nul_byte" if nul else None)


def _refuse_formulas(stored: Stored, names: list[str]) -> None:
    with zipfile.ZipFile(stored.path) as archive:
        members = _sheet_members(archive)
        for name in names:
            member = members.get(name)
            if member is not None and _holds_formula(archive, member):
                raise Refused(
                    "sheet:formulas",
                    "cells are formulas; what they show may be stale or depend on other files",
                    file=stored.name,
                    field="sheet",
                    value=name,
                    fix="ask for values, or accept the stored results with reader.formulas: cached",
                )


def _holds_formula(archive: zipfile.ZipFile, member: str) -> bool:
    tail = b""
    with archive.open(member) as file:
        for block in chain(iter(lambda: file.read(_BLOCK), b"")):
            if _FORMULA.search(tail + block):
                return True
            tail = block[-16:]
    return False


def _sheet_members(archive: zipfile.ZipFile) -> dict[str, str]:
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {item.get("Id"): (item.get("Target") or "").removeprefix("/") for item in relations}
    found = {}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_RELATION), "")
        member = target if target.startswith("xl/") else f"xl/{target}"
        if member in names:
            found[sheet.get("name") or ""] = member
    return found
