"""Casts and coercions: from a Value of one DuckDB type to Spark text that yields exactly DuckDB's value of another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xiansuo.supervision.spark.refused import Refused
from xiansuo.supervision.spark.types import INTEGERS, NULL, Value, decimal_parts, is_exact, is_number, spark_type

if TYPE_CHECKING:
    from sqlglot import exp

_DAY = re.compile(r"'\d{4}-\d{2}-\d{2}'")
_MOMENT = re.compile(r"'\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?'")
_SPELLINGS = {
    "DATE": "^(?:[0-9]{4}-[0-9]{2}-[0-9]{2})?\\z",
    "INTEGER": "^-?[0-9]+\\z",
    "BIGINT": "^-?[0-9]+\\z",
}


def cast(value: Value, target: str, node: exp.Expr) -> str:
    """Spark text of ``CAST(value AS target)`` as DuckDB casts. Refused where the engines differ."""
    wanted = spark_type(target)
    if wanted is None:
        raise Refused("type", node)
    if value.type == target:
        return value.text
    if value.type == NULL:
        return f"CAST(NULL AS {wanted})"
    if value.is_text_literal:
        return _literal(value, target, node)
    if value.type == "DOUBLE":
        return _from_double(value.text, target, node)
    if decimal_parts(value.type) is not None and target in INTEGERS:
        return f"CAST(round({value.text}, 0) AS {wanted})"  # DuckDB rounds, Spark cuts off
    if _plain(value.type, target):
        return f"CAST({value.text} AS {wanted})"
    if value.type == "VARCHAR" and target in _SPELLINGS:
        return f"CAST({spelled(value.text, target)} AS {wanted})"
    raise Refused("VARCHAR to number or date" if value.type == "VARCHAR" else "comparison of unlike types", node)


def spelled(text: str, target: str) -> str:
    """A text that both engines read alike; any other spelling stops the run."""
    stop = f"CAST(raise_error('a text is cast to {target} that the engines may read differently') AS STRING)"
    return f"(CASE WHEN {text} IS NULL OR {text} RLIKE '{_SPELLINGS[target]}' THEN {text} ELSE {stop} END)"


def _plain(source: str, target: str) -> bool:
    if is_exact(source) or source == "BOOLEAN":
        return is_number(target) or target == "VARCHAR"
    return source in ("DATE", "TIMESTAMP") and target in ("DATE", "TIMESTAMP", "VARCHAR")


def _literal(value: Value, target: str, node: exp.Expr) -> str:
    text = value.literal or ""
    if target == "DATE" and _DAY.fullmatch(text):
        return f"DATE {text}"
    if target == "TIMESTAMP" and (_DAY.fullmatch(text) or _MOMENT.fullmatch(text)):
        return f"TIMESTAMP_NTZ {text}"
    if is_number(target) and re.fullmatch(r"'-?\d+(\.\d+)?'", text) and (target not in INTEGERS or "." not in text):
        return f"CAST({text} AS {spark_type(target)})"
    raise Refused("VARCHAR to number or date", node)


def _from_double(text: str, target: str, node: exp.Expr) -> str:
    """DuckDB multiplies by the power of ten and rounds half away from zero; to integers it rounds half to even."""
    parts = decimal_parts(target)
    if parts is not None:
        scaled = f"CAST(round({text} * {10 ** parts[1]}E0) AS BIGINT)"
        unit = f"CAST({_unit(parts[1])} AS DECIMAL({parts[1] + 1},{parts[1]}))"
        return f"CAST(CAST({scaled} AS DECIMAL(19,0)) * {unit} AS {spark_type(target)})"
    if target in INTEGERS:
        return f"CAST(rint({text}) AS {spark_type(target)})"
    raise Refused("DOUBLE to VARCHAR" if target == "VARCHAR" else "comparison of unlike types", node)


def _unit(scale: int) -> str:
    return "1" if scale == 0 else "0." + "0" * (scale - 1) + "1"


def aligned(values: Sequence[Value], node: exp.Expr) -> list[str]:
    """The values' texts, brought to one family so that Spark compares them as DuckDB does."""
    types = {item.type for item in values} - {NULL}
    typed = [item for item in values if item.type != NULL and not item.is_text_literal]
    others = {item.type for item in typed}
    if len(types) <= 1 or all(is_exact(kind) for kind in types):
        return [item.text for item in values]
    if all(is_number(kind) for kind in types):
        return [item.text if item.type == NULL else cast(item, "DOUBLE", node) for item in values]
    if others and others <= {"DATE", "TIMESTAMP"}:
        target = "TIMESTAMP" if "TIMESTAMP" in others else "DATE"
        return [item.text if item.type == NULL else cast(item, target, node) for item in values]
    raise Refused("comparison of unlike types", node)
