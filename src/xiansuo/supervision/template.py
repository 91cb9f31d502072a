"""Explanation templates: ``{field:format}`` inside Chinese text, read here and turned into one SQL expression."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from xiansuo.core.errors import InputError
from xiansuo.core.naming import quote_ident, quote_literal

_FIELD = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_]\w*")
FORMATS = ("text", "date", "month", "number", "yuan", "percent", "days")
FIXED_FIELDS = ("subject_id", "subject_name", "occurred_from", "occurred_to", "amount")
UNKNOWN_VALUE = "不详"


@dataclass(frozen=True)
class Field:
    """One field of a template with its format."""

    name: str
    format: str


def parse(template: str) -> list[str | Field]:
    """Texts and fields in order; InputError on a malformed field or an unknown format."""
    parts: list[str | Field] = []
    position = 0
    for match in _FIELD.finditer(template):
        parts.append(template[position : match.start()])
        parts.append(_field(match[1]))
        position = match.end()
    parts.append(template[position:])
    if any(isinstance(part, str) and ("{" in part or "}" in part) for part in parts):
        raise InputError("a brace without its partner", field="explanation", value=template, fix="write {field:format}")
    return [part for part in parts if part != ""]


def fields(template: str) -> list[Field]:
    """The fields a template names."""
    return [part for part in parse(template) if isinstance(part, Field)]


def _field(text: str) -> Field:
    name, _, kind = text.partition(":")
    if not _NAME.fullmatch(name):
        raise InputError("not a field name", field="explanation", value=text, fix="write {measure} or {measure:format}")
    if (kind or "text") not in FORMATS:
        raise InputError("unknown format", field="explanation", value=text, fix=f"use one of {', '.join(FORMATS)}")
    return Field(name, kind or "text")


def template_sql(template: str, columns: Mapping[str, str]) -> str:
    """A SQL expression that writes the template; ``columns`` maps field names to SQL expressions."""
    written = []
    for part in parse(template):
        if isinstance(part, str):
            written.append(quote_literal(part))
            continue
        if part.name not in columns:
            raise InputError(
                "the template names no such field",
                field="explanation",
                value=part.name,
                fix=f"it may use {', '.join(columns)}",
            )
        written.append(f"coalesce({_formatted(columns[part.name], part.format)}, '{UNKNOWN_VALUE}')")
    return "concat(" + ", ".join(written or ["''"]) + ")"


def _formatted(value: str, kind: str) -> str:
    if kind == "text":
        return f"CAST({value} AS VARCHAR)"
    if kind == "month":
        return _month(value)
    if kind == "date":
        return f"{_month(value)} || day(CAST({value} AS DATE)) || '日'"
    if kind == "yuan":
        return f"format('{{:,.2f}}元', CAST({value} AS DOUBLE))"
    if kind == "percent":
        return f"{_trimmed(f'CAST({value} AS DOUBLE) * 100', 1)} || '%'"
    if kind == "days":
        return f"{_trimmed(f'CAST({value} AS DOUBLE)', 1)} || '天'"
    return _trimmed(f"CAST({value} AS DOUBLE)", 4)


def _month(value: str) -> str:
    return f"year(CAST({value} AS DATE)) || '年' || month(CAST({value} AS DATE)) || '月'"


def _trimmed(value: str, places: int) -> str:
    return f"regexp_replace(format('{{:,.{places}f}}', {value}), '\\.?0+$', '')"


def quoted_columns(names: Mapping[str, str] | list[str], alias: str) -> dict[str, str]:
    """Field name -> ``alias."name"``."""
    return {name: f"{alias}.{quote_ident(name)}" for name in names}
