"""DuckDB types <-> Delta schema, and Parquet statistics -> Delta statistics. Pure mappings, no disk."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xiansuo.core.errors import UsageError

if TYPE_CHECKING:
    from deltalake import Schema
    from deltalake.schema import ArrayType, PrimitiveType

_PRIMITIVES = {
    "VARCHAR": "string",
    "BIGINT": "long",
    "INTEGER": "integer",
    "SMALLINT": "short",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_INTEGERS = ("BIGINT", "INTEGER", "SMALLINT")
_DOUBLE_DIGITS = 15
_NULLS, _EXACT = "null_count", "true"


def delta_type(duckdb_type: str) -> PrimitiveType | ArrayType:
    """The Delta type of a DuckDB type; UsageError for types the lake does not store."""
    from deltalake.schema import ArrayType, PrimitiveType

    name = duckdb_type.strip().upper()
    if name.endswith("[]"):
        return ArrayType(delta_type(name[:-2]), contains_null=True)
    if match := _DECIMAL.fullmatch(name):
        return PrimitiveType(f"decimal({match[1]},{match[2]})")
    if name not in _PRIMITIVES:
        raise UsageError(
            "the lake does not store this type", field="type", value=duckdb_type, fix=f"use {', '.join(_PRIMITIVES)}"
        )
    return PrimitiveType(_PRIMITIVES[name])


def delta_schema(schema: Mapping[str, str]) -> Schema:
    """A Delta schema of nullable fields, in the order given."""
    from deltalake import Field, Schema

    return Schema([Field(name, delta_type(kind), nullable=True) for name, kind in schema.items()])


def stats_json(rows: int, stats: Mapping[str, Mapping[str, Any]], schema: Mapping[str, str]) -> str:
    """Delta file statistics from what ``COPY ... RETURN_STATS`` reports per column.

    Bounds that the writer truncated, and numbers a reader would round when it parses JSON into doubles, are left
    out: a missing bound only costs speed, a wrong one costs rows.
    """
    lows: dict[str, Any] = {}
    highs: dict[str, Any] = {}
    nulls: dict[str, int] = {}
    for name, kind in schema.items():
        column = stats.get(f'"{name}"')
        if column is None:
            continue
        if _NULLS in column:
            nulls[name] = int(column[_NULLS])
        low, high = _bound(column, "min", kind), _bound(column, "max", kind)
        if low is not None and high is not None:
            lows[name], highs[name] = low, high
    return json.dumps(
        {"numRecords": rows, "minValues": lows, "maxValues": highs, "nullCount": nulls}, ensure_ascii=False
    )


def _bound(column: Mapping[str, Any], side: str, kind: str) -> Any:
    text = column.get(side)
    if text is None or column.get(f"{side}_is_exact") != _EXACT:
        return None
    if kind in ("VARCHAR", "DATE"):
        return text
    if kind in _INTEGERS:
        return int(text)
    if kind == "TIMESTAMP":
        return text.replace(" ", "T")
    if kind.startswith("DECIMAL") and len(Decimal(text).as_tuple().digits) <= _DOUBLE_DIGITS:
        return float(text)
    return None
