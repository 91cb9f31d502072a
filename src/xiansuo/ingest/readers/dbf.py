"""dBase files as text. dbfread takes the header apart; records are read here to keep their numbers and deletions."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xiansuo.ingest.readers.base import Furniture, ReadContext, TextUnit, relation_names
from xiansuo.ingest.readers.staging import Stage
from xiansuo.ingest.refusal import Refused
from xiansuo.ingest.vault import Stored

_PLAIN = "CNFDL"
_DELETED, _END = b"*", b"\x1a"
_LOGICAL = {"T": "true", "Y": "true", "F": "false", "N": "false"}
_CODECS = ("utf-8", "gb18030")


@dataclass(frozen=True)
class _Field:
    name: str
    kind: str
    start: int
    end: int


def read(stored: Stored, context: ReadContext) -> list[TextUnit]:
    """The file as one unit. Records marked deleted are furniture; record numbers count from 1."""
    header, fields = _layout(stored)
    data = stored.path.read_bytes()[header.headerlen :]
    _check_length(stored, data, header.numrecords, header.recordlen)
    codec = _codec(stored, data, context.options.encoding)
    columns = context.match([[field.name] for field in fields])
    furniture: list[Furniture] = []
    with Stage(context.scratch / f"{stored.file_id}.parquet", relation_names(columns)) as stage:
        for row, record in _records(data, header.numrecords, header.recordlen):
            texts = [_text(record[field.start : field.end], field.kind, codec) for field in fields]
            if record.startswith(_DELETED):
                furniture.append(Furniture(row, "deleted: " + ", ".join(texts)))
            else:
                stage.add(row, texts)
    return [
        TextUnit(
            stored=stored,
            file_id=stored.file_id,
            format="dbf",
            encoding=codec,
            sheet=None,
            header_row=None,
            headers=[field.name for field in fields],
            columns=columns,
            relation=stage.relation,
            records=stage.rows,
            furniture=furniture,
        )
    ]


def _layout(stored: Stored) -> tuple[Any, list[_Field]]:
    import dbfread

    try:
        table = dbfread.DBF(str(stored.path), encoding="latin-1", ignore_missing_memofile=True)
    except (dbfread.DBFNotFound, dbfread.MissingMemoFile, struct.error, ValueError, IndexError, OSError) as error:
        raise Refused("file:damaged", f"not a dBase file: {error}", file=stored.name) from error
    fields, start = [], 1
    for found in table.fields:
        if found.type not in _PLAIN:
            raise Refused(
                "file:nested",
                "a dBase field type that is kept outside the file or is binary",
                file=stored.name,
                field=found.name,
                value=found.type,
                fix="ask for an export without memo and binary fields",
            )
        name = found.name.encode("latin-1")
        fields.append(_Field(_field_name(name, stored), found.type, start, start + found.length))
        start += found.length
    if not fields or start != table.header.recordlen:
        raise Refused("file:damaged", "the field lengths do not add up to the record length", file=stored.name)
    return table.header, fields


def _field_name(raw: bytes, stored: Stored) -> str:
    for codec in _CODECS:
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    raise Refused("encoding:undecodable", "a field name does not decode", file=stored.name, value=raw)


def _check_length(stored: Stored, data: bytes, records: int, length: int) -> None:
    body = data[:-1] if len(data) == records * length + 1 and data.endswith(_END) else data
    if len(body) != records * length:
        raise Refused(
            "file:record_count",
            f"the header announces {records} records of {length} bytes, the file holds {len(data) / length:.2f}",
            file=stored.name,
            fix="ask the sender for the file again",
        )


def _codec(stored: Stored, data: bytes, declared: str) -> str:
    for codec in _CODECS if declared == "auto" else (declared,):
        try:
            data.decode(codec)
        except UnicodeDecodeError as error:
            offset = error.start
            continue
        return codec
    raise Refused(
        "encoding:undecodable",
        f"bytes that decode neither as UTF-8 nor as GB18030: record area, byte {offset}",
        file=stored.name,
        field="encoding",
        fix="ask the sender for the file again",
    )


def _records(data: bytes, count: int, length: int) -> Iterator[tuple[int, bytes]]:
    for number in range(count):
        yield number + 1, data[number * length : (number + 1) * length]


def _text(raw: bytes, kind: str, codec: str) -> str:
    text = raw.decode(codec, "replace").strip("\x00 ")
    return _LOGICAL.get(text.upper(), "") if kind == "L" else text
