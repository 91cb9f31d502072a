"""Which reader reads a file: by the reader option, the suffix and what the first bytes say."""

from __future__ import annotations

from pathlib import PurePath

from xiansuo.ingest.readers.base import ReadContext, TextUnit
from xiansuo.ingest.refusal import Refused
from xiansuo.ingest.vault import Stored

_SUFFIXES = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".dat": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".dbf": "dbf",
}
_MAGIC = ((b"PK\x03\x04", "zip"), (b"\xd0\xcf\x11\xe0", "ole"), (b"PAR1", "parquet"))
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml")
_HELD_IN = {"xlsx": ("zip", "ole"), "xls": ("ole", "zip"), "parquet": ("parquet",)}


def read_file(stored: Stored, context: ReadContext) -> list[TextUnit]:
    """The file's tables as text; Refused when it is not what its name or the reader option says."""
    kind = _kind(stored, context.options.format)
    _check_content(stored, kind)
    if kind == "csv":
        from xiansuo.ingest.readers import delimited

        return delimited.read(stored, context)
    if kind in ("xlsx", "xls"):
        from xiansuo.ingest.readers import workbook

        return workbook.read(stored, context)
    if kind == "jsonl":
        from xiansuo.ingest.readers import jsonl

        return jsonl.read(stored, context)
    if kind == "parquet":
        from xiansuo.ingest.readers import parquet

        return parquet.read(stored, context)
    from xiansuo.ingest.readers import dbf

    return dbf.read(stored, context)


def _kind(stored: Stored, declared: str) -> str:
    if declared != "auto":
        return declared
    suffix = PurePath(stored.name).suffix.lower()
    if suffix not in _SUFFIXES:
        raise Refused(
            "file:unknown_suffix",
            "the file name does not tell the format",
            file=stored.name,
            field="format",
            value=suffix or "no suffix",
            fix=f"set reader.format, or use one of {', '.join(sorted(_SUFFIXES))}",
        )
    return _SUFFIXES[suffix]


def _check_content(stored: Stored, kind: str) -> None:
    if stored.size == 0:
        raise Refused("file:empty", "the file is empty", file=stored.name, fix="ask the sender for the file again")
    with stored.path.open("rb") as file:
        head = file.read(512)
    found = next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    if found is None and kind != "jsonl" and head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_MARKUP):
        found = "markup (HTML or XML)"
    wanted = _HELD_IN.get(kind)
    if (wanted and found not in wanted) or (wanted is None and found is not None):
        raise Refused(
            "file:other_format",
            f"the file is no {kind}: its content is {found or 'something else'}",
            file=stored.name,
            field="format",
            value=kind,
            fix="ask for a true export, or set reader.format",
        )
