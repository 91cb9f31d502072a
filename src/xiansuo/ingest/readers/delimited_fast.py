"""Delimited text through DuckDB's parallel strict CSV reader, with exact record numbers.

The data part is cut at line ends into one piece per thread; inside a piece a streaming row number counts from the
number of lines before it. That is exact only while every line is one record, so the unit is provisional: when DuckDB
refuses the file, or yields another number of rows than there are lines, the strict reader decides.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

from xiansuo.core.naming import quote_ident, quote_literal
from xiansuo.ingest.encodings import Encoding, guess, text_blocks
from xiansuo.ingest.readers.base import ROW, Furniture, ReadContext, TextUnit, relation_names
from xiansuo.ingest.readers.records import Record, Splitter, lines
from xiansuo.ingest.readers.tabular import Header, read_header
from xiansuo.ingest.vault import Stored

_BLOCK = 4 * 2**20
_COPY = 64 * 2**20
_SMALLEST_PIECE = 8 * 2**20
_BOM = b"\xef\xbb\xbf"
_FIRST_HAN, _AFTER_HAN = "\u3400", "\ua000"  # no space between them
_HAN_FIRST = re.compile(r"\^[\u3400-\u9fff]+$")  # a footer that no text beginning with ASCII can be
_SPACES = "".join(character for character in map(chr, range(1, 0x3001)) if character.isspace())


@dataclass(frozen=True)
class _Piece:
    path: Path
    lines: int


def fast_unit(stored: Stored, context: ReadContext) -> TextUnit | None:
    """A provisional unit, or None when the layout or the bytes are beyond the fast path."""
    if not _expressible(context):
        return None
    encoding = guess(stored.path, context.options.encoding, stored.name)
    path, mark = stored.path, encoding.mark
    try:
        if encoding.codec != "utf-8":
            path, mark = _transcoded(stored, encoding, context.scratch), 0
        found = _header(stored, path, mark, context)
    except UnicodeDecodeError:
        return None
    if found is None:
        return None
    header, offset, before = found
    pieces = _pieces(path, offset, context, stored.file_id)
    if pieces is None or len(header.texts) < 2:
        return None
    return TextUnit(
        stored=stored,
        file_id=stored.file_id,
        format="csv",
        encoding=encoding.label,
        sheet=None,
        header_row=context.options.header_row,
        headers=header.texts,
        columns=header.columns,
        relation=_relation(pieces, header, context),
        records=sum(piece.lines for piece in pieces),
        provisional=True,
        furniture=before,
    )


def _expressible(context: ReadContext) -> bool:
    options = context.options
    quote = options.quote or ""
    return (
        len(options.delimiter.encode()) == 1
        and options.delimiter not in "\r\n\x00"
        and len(quote.encode()) <= 1
        and quote != options.delimiter
        and not options.fill_down
        and all(row <= options.header_row for row in options.skip_rows)
    )


def _transcoded(stored: Stored, encoding: Encoding, scratch: Path) -> Path:
    path = scratch / f"{stored.file_id}.utf8"
    with path.open("wb") as file:
        for block in text_blocks(stored.path, encoding):
            file.write(block.encode("utf-8"))
    return path


def _header(stored: Stored, path: Path, mark: int, context: ReadContext) -> tuple[Header, int, list[Furniture]] | None:
    """Header, byte offset of the data and what stood before; None when a header line is not a record of its own."""
    options = context.options
    splitter = Splitter(options.delimiter, options.quote)
    blocks = text_blocks(path, Encoding("utf-8", mark))
    records: list[Record] = list(islice(splitter.records(lines(blocks)), options.header_row))
    with path.open("rb") as file:
        file.seek(mark)
        for record in records:
            line = file.readline().decode("utf-8").removesuffix("\n").removesuffix("\r")
            if line != record.text:
                return None
        offset = file.tell()
    header, before = read_header(records, options, context.match, stored.name)
    return header, offset, before


def _pieces(path: Path, offset: int, context: ReadContext, file_id: str) -> list[_Piece] | None:
    size = path.stat().st_size
    wanted = max(1, min(context.threads, (size - offset) // _SMALLEST_PIECE))
    with path.open("rb") as file:
        cuts = [offset]
        for number in range(1, wanted):
            file.seek(max(offset + (size - offset) * number // wanted, cuts[-1]))
            file.readline()
            cuts.append(file.tell())
        cuts.append(size)
        pieces = []
        for number, (start, end) in enumerate(pairwise(cuts)):
            if start == end:
                continue
            counted = _count_lines(file.fileno(), start, end)
            if counted is None:
                return None
            piece = context.scratch / f"{file_id}.{number}.csv"
            _copy_range(file.fileno(), start, end, piece)
            pieces.append(_Piece(piece, counted))
    return pieces


def _count_lines(descriptor: int, start: int, end: int) -> int | None:
    """Lines between two offsets; None when bytes occur that lines and records may disagree about."""
    feeds = returns = pairs = 0
    last = b""
    position = start
    while position < end:
        block = os.pread(descriptor, min(_BLOCK, end - position), position)
        if position == start and block.startswith(_BOM):
            return None
        feeds += block.count(b"\n")
        if block.find(b"\x00") >= 0:
            return None
        if block.find(b"\r") >= 0 or last == b"\r":
            returns += block.count(b"\r")
            pairs += block.count(b"\r\n") + (last == b"\r" and block.startswith(b"\n"))
        last = block[-1:]
        position += len(block)
    if returns and not returns == pairs == feeds:
        return None
    return feeds + (last != b"\n")


def _copy_range(descriptor: int, start: int, end: int, target: Path) -> None:
    with target.open("wb") as file:
        position = start
        while position < end:
            wanted = min(_COPY, end - position)
            try:
                position += os.copy_file_range(descriptor, file.fileno(), wanted, position)
            except OSError:
                position += os.write(file.fileno(), os.pread(descriptor, wanted, position))


def _relation(pieces: list[_Piece], header: Header, context: ReadContext) -> str:
    names = relation_names(header.columns)
    if not pieces:
        empty = ", ".join(f"CAST(NULL AS VARCHAR) AS {quote_ident(name)}" for name in names)
        return f"(SELECT {empty}, CAST(NULL AS BIGINT) AS {ROW} WHERE false)"
    listed = ", ".join(quote_ident(name) for name in names)
    scans = []
    base = context.options.header_row
    for piece in pieces:
        scans.append(f"SELECT {listed}, row_number() OVER () + {base} AS {ROW} FROM {_scan(piece, names, context)}")
        base += piece.lines
    return f"(SELECT * FROM ({' UNION ALL '.join(scans)}) WHERE {_is_data(names, header, context)})"


def _scan(piece: _Piece, names: list[str], context: ReadContext) -> str:
    quote = quote_literal(context.options.quote or "")
    columns = ", ".join(f"{quote_literal(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({quote_literal(str(piece.path))}, columns = {{{columns}}}, auto_detect = false, header = false, "
        f"delim = {quote_literal(context.options.delimiter)}, quote = {quote}, escape = {quote}, strict_mode = true)"
    )


def _is_data(names: list[str], header: Header, context: ReadContext) -> str:
    """What keeps blank rows, repeated headers and footers out; their number then no longer agrees with the lines."""
    columns = [quote_ident(name) for name in names]
    spaces = quote_literal(_SPACES)
    filled = ", ".join(f"nullif(trim({column}, {spaces}), '')" for column in columns)
    begins_ascii = f"{columns[0]} >= '!' AND {columns[0]} < chr(127)"
    filled_first = f"{begins_ascii} OR {columns[0]} >= '{_FIRST_HAN}' AND {columns[0]} < '{_AFTER_HAN}'"
    first = f"CASE WHEN {filled_first} THEN {columns[0]} ELSE coalesce({filled}) END"
    kept = [f"CASE WHEN {filled_first} THEN true ELSE coalesce({filled}) IS NOT NULL END"]
    for pattern in context.options.footer_patterns:
        other = f"NOT regexp_matches({first}, {quote_literal(pattern)})"
        kept.append(f"CASE WHEN {begins_ascii} THEN true ELSE {other} END" if _HAN_FIRST.match(pattern) else other)
    for raw in header.raw:
        same = " AND ".join(
            f"coalesce({column}, '') = {quote_literal(text)}" for column, text in zip(columns, raw, strict=False)
        )
        kept.append(f"NOT ({same})")
    return " AND ".join(kept)
