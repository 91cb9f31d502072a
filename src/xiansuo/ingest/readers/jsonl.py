"""JSON lines as text: one flat object per line, numbers kept exactly as written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from xiansuo.ingest.encodings import Encoding, decide, text_blocks
from xiansuo.ingest.readers.base import Furniture, ReadContext, Reject, TextUnit, relation_names
from xiansuo.ingest.readers.records import bare, lines
from xiansuo.ingest.readers.staging import Stage
from xiansuo.ingest.refusal import Refused
from xiansuo.ingest.vault import Stored

_Flat = dict[str, str]


class _Nested(ValueError):
    pass


class _RepeatedKey(ValueError):
    pass


def read(stored: Stored, context: ReadContext) -> list[TextUnit]:
    """The file as one unit; its header is every key that occurs, in order of appearance."""
    encoding = decide(stored.path, context.options.encoding, stored.name)
    keys = _keys(stored, encoding)
    if not keys:
        raise Refused("file:no_header", "no line is a JSON object", file=stored.name)
    columns = context.match([[key] for key in keys])
    rejects: list[Reject] = []
    furniture: list[Furniture] = []
    with Stage(context.scratch / f"{stored.file_id}.parquet", relation_names(columns)) as stage:
        for row, text in _numbered(stored, encoding):
            if not text.strip():
                furniture.append(Furniture(row, text))
                continue
            found = parse(text)
            if isinstance(found, str):
                rejects.append(Reject(row, text, found))
            else:
                stage.add(row, [found.get(key) for key in keys])
    return [
        TextUnit(
            stored=stored,
            file_id=stored.file_id,
            format="jsonl",
            encoding=encoding.label,
            sheet=None,
            header_row=None,
            headers=keys,
            columns=columns,
            relation=stage.relation,
            records=stage.rows,
            rejects=rejects,
            furniture=furniture,
        )
    ]


def parse(text: str) -> _Flat | str:
    """The object on one line with every value as text (nulls left out), or the code of what is wrong with it."""
    if "\x00" in text:
        return "row:nul_byte"
    try:
        found = json.loads(
            text, object_pairs_hook=_flat, parse_int=str, parse_float=str, parse_constant=_refuse_constant
        )
    except _Nested:
        return "json:nested"
    except _RepeatedKey:
        return "json:repeated_key"
    except (ValueError, RecursionError):
        return "json:broken"
    if not isinstance(found, dict):
        return "json:not_object"
    if any("\x00" in value for value in found.values()):
        return "row:nul_byte"
    return found if _encodable(found) else "json:broken"


def _encodable(found: _Flat) -> bool:
    try:
        "".join(found.values()).encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair written as an escape
        return False
    return True


def _keys(stored: Stored, encoding: Encoding) -> list[str]:
    keys: dict[str, None] = {}
    for _, text in _numbered(stored, encoding):
        found = parse(text) if text.strip() else "blank"
        if not isinstance(found, str):
            keys.update(dict.fromkeys(found))
    return list(keys)


def _numbered(stored: Stored, encoding: Encoding) -> Iterator[tuple[int, str]]:
    return enumerate((bare(line) for line in lines(text_blocks(stored.path, encoding))), start=1)


def _flat(pairs: list[tuple[str, Any]]) -> _Flat:
    flat: _Flat = {}
    for key, value in pairs:
        if key in flat:
            raise _RepeatedKey
        if isinstance(value, dict | list):
            raise _Nested
        flat[key] = "" if value is None else str(value).lower() if isinstance(value, bool) else value
    return flat


def _refuse_constant(name: str) -> str:
    raise ValueError(name)
