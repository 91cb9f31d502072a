"""From numbered records to a header, data rows, rejects and furniture. Shared by delimited text and workbooks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from xiansuo.ingest.readers.base import Columns, Furniture, HeaderMatcher, Reject, relation_names
from xiansuo.ingest.readers.records import Record
from xiansuo.ingest.readers.staging import Stage
from xiansuo.ingest.refusal import Refused

if TYPE_CHECKING:
    from xiansuo.contracts.asset import ReaderOptions


@dataclass
class Header:
    """The delivered header: texts, the columns they mean, and the raw header records to recognise repeats by."""

    texts: list[str]
    columns: Columns
    raw: list[list[str]]


@dataclass
class Table:
    """What `tabulate` found."""

    header: Header
    relation: str
    rows: int
    rejects: list[Reject] = field(default_factory=list)
    furniture: list[Furniture] = field(default_factory=list)


def read_header(
    records: Iterable[Record], options: ReaderOptions, match: HeaderMatcher, name: str
) -> tuple[Header, list[Furniture]]:
    """Consume ``records`` up to the header row; Refused when the file ends before it or the header is unusable."""
    first = options.header_row - options.header_rows + 1
    furniture, raw = [], []
    for record in records:
        if record.row < first:
            furniture.append(Furniture(record.row, record.text))
        else:
            raw.append(_header_cells(record, name))
        if record.row >= options.header_row:
            break
    if len(raw) < options.header_rows:
        raise Refused(
            "file:no_header",
            "the file ends before its header row",
            file=name,
            field="header_row",
            value=options.header_row,
            fix="ask for the whole file, or correct the reader option",
        )
    names = _known_as(raw)
    texts = [spellings[0] for spellings in names]
    return Header(texts, match(names), [_trimmed(cells) for cells in raw]), furniture


def tabulate(
    records: Iterable[Record], header: Header, options: ReaderOptions, *, pad: bool, stage_path: Path
) -> Table:
    """Sort ``records`` after the header into data, rejects and furniture. ``pad`` fills missing trailing cells."""
    sorter = _Sorter(header, options, pad)
    with Stage(stage_path, relation_names(header.columns)) as stage:
        for record in records:
            cells = sorter.sort(record)
            if cells is not None:
                stage.add(record.row, cells)
    return Table(header, stage.relation, stage.rows, sorter.rejects, sorter.furniture)


class _Sorter:
    def __init__(self, header: Header, options: ReaderOptions, pad: bool) -> None:
        self.rejects: list[Reject] = []
        self.furniture: list[Furniture] = []
        self._width = len(header.texts)
        self._headers = header.raw
        self._pad = pad or options.trailing_nulls
        self._skip = set(options.skip_rows)
        self._footers = [re.compile(pattern) for pattern in options.footer_patterns]
        self._fill = [header.columns.index(name) for name in options.fill_down if name in header.columns]
        self._above: list[str] = []

    def sort(self, record: Record) -> list[str] | None:
        """The cells of a data row, None for everything else (which is noted)."""
        cells = record.cells
        if record.row in self._skip:
            self.furniture.append(Furniture(record.row, record.text))
            return None
        if cells is None:
            self.rejects.append(Reject(record.row, record.text, record.problem or "row:unreadable"))
            return None
        if self._is_furniture(cells):
            self.furniture.append(Furniture(record.row, record.text))
            return None
        fitted = self._fit(cells)
        if fitted is None:
            code = "row:too_many_fields" if len(cells) > self._width else "row:too_few_fields"
            self.rejects.append(Reject(record.row, record.text, code))
            return None
        return self._filled(fitted) if self._fill else fitted

    def _is_furniture(self, cells: list[str]) -> bool:
        first = next((cell.strip() for cell in cells if cell and not cell.isspace()), None)
        if first is None:
            return True
        if any(pattern.search(first) for pattern in self._footers):
            return True
        return any(cells[0] == raw[0] and _trimmed(cells) == raw for raw in self._headers)

    def _fit(self, cells: list[str]) -> list[str] | None:
        missing = self._width - len(cells)
        if missing == 0:
            return cells
        if missing > 0:
            return cells + [""] * missing if self._pad else None
        return None if any(cell.strip() for cell in cells[self._width :]) else cells[: self._width]

    def _filled(self, cells: list[str]) -> list[str]:
        filled = list(cells)
        for position in self._fill:
            if self._above and not filled[position].strip():
                filled[position] = self._above[position]
        self._above = filled
        return filled


def _header_cells(record: Record, name: str) -> list[str]:
    if record.cells is None:
        raise Refused(
            "header:unreadable",
            "the header row cannot be taken apart",
            file=name,
            field="header_row",
            value=f"record {record.row}: {record.problem}",
            fix="correct delimiter, quote or header_row",
        )
    return record.cells


def _trimmed(cells: Sequence[str]) -> list[str]:
    kept = list(cells)
    while len(kept) > 1 and not kept[-1].strip():
        kept.pop()
    return kept


def _known_as(raw: list[list[str]]) -> list[list[str]]:
    """Per column the texts it may go by; merged upper cells reach to the right, the joined text comes first."""
    width = max(len(_trimmed(cells)) for cells in raw)
    padded = [cells[:width] + [""] * (width - len(cells)) for cells in raw]
    for upper, lower in pairwise(padded):
        for position in range(1, width):
            if not upper[position].strip() and lower[position].strip():
                upper[position] = upper[position - 1]
    return [_spellings([cells[position] for cells in padded]) for position in range(width)]


def _spellings(stacked: list[str]) -> list[str]:
    parts = [part for part in stacked if part.strip()]
    if not parts:
        return [""]
    joined = "".join(parts)
    return [joined] if len(parts) == 1 else [joined, parts[-1]]
