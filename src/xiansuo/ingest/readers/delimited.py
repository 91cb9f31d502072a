"""Delimited text (csv, txt) read strictly in Python, for every layout; `delimited_fast` takes over what DuckDB can."""

from __future__ import annotations

from collections.abc import Iterator

from xiansuo.ingest.encodings import Encoding, decide, text_blocks
from xiansuo.ingest.readers.base import ReadContext, TextUnit
from xiansuo.ingest.readers.delimited_fast import fast_unit
from xiansuo.ingest.readers.records import Record, Splitter, lines
from xiansuo.ingest.readers.tabular import read_header, tabulate
from xiansuo.ingest.vault import Stored


def read(stored: Stored, context: ReadContext) -> list[TextUnit]:
    """The file as one unit; provisional when the fast path took it."""
    fast = fast_unit(stored, context) if context.fast else None
    return [fast or _strict_unit(stored, context)]


def _strict_unit(stored: Stored, context: ReadContext) -> TextUnit:
    options = context.options
    encoding = decide(stored.path, options.encoding, stored.name)
    records = _records(stored, encoding, context)
    header, before = read_header(records, options, context.match, stored.name)
    table = tabulate(records, header, options, pad=False, stage_path=context.scratch / f"{stored.file_id}.parquet")
    return TextUnit(
        stored=stored,
        file_id=stored.file_id,
        format="csv",
        encoding=encoding.label,
        sheet=None,
        header_row=options.header_row,
        headers=header.texts,
        columns=header.columns,
        relation=table.relation,
        records=table.rows,
        rejects=table.rejects,
        furniture=before + table.furniture,
    )


def _records(stored: Stored, encoding: Encoding, context: ReadContext) -> Iterator[Record]:
    splitter = Splitter(context.options.delimiter, context.options.quote)
    return splitter.records(lines(text_blocks(stored.path, encoding)))
