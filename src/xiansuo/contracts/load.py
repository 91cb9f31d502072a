"""ODCS v3.1 YAML -> Contract. Keys that ODCS knows but nothing here obeys are refused too: a contract promises no more
than is checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from xiansuo.contracts.model import DELIVERY_FIELDS, Column, Contract, RowCheck, content_hash
from xiansuo.contracts.row_checks import check_expression
from xiansuo.contracts.strict import from_validation, known_keys, read_yaml
from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.naming import split_dataset
from xiansuo.core.semantic import semantic_type

DEFAULT_MAX_QUARANTINED_RATIO: Final = 0.05
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LOGICAL = {"VARCHAR": "string", "BIGINT": "integer", "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "timestamp"}
_CLASSES = ("L1", "L2", "L3", "L4")
_ROOT = {
    "apiVersion",
    "kind",
    "id",
    "name",
    "version",
    "status",
    "domain",
    "description",
    "schema",
    "tags",
    "customProperties",
}
_TABLE = {"name", "physicalType", "description", "businessName", "tags", "properties", "quality"}
_PROPERTY = {
    "name",
    "businessName",
    "semanticType",
    "logicalType",
    "physicalType",
    "required",
    "primaryKey",
    "primaryKeyPosition",
    "classification",
    "synonyms",
    "enum",
    "logicalTypeOptions",
    "description",
    "examples",
    "tags",
    "customProperties",
}
_QUALITY = {"id", "type", "engine", "implementation", "description", "name", "severity", "dimension"}
_OPTIONS = {"minimum", "maximum", "pattern"}


def load_contracts(project: Path) -> dict[str, Contract]:
    """Every contract under ``project/data_contracts`` by dataset id, sorted."""
    paths = sorted((project / "data_contracts").glob("*/*.yml"))
    return {contract.dataset: contract for contract in map(load_contract, paths)}


def load_contract(path: Path, *, in_place: bool = True) -> Contract:
    """The contract in ``path``; InputError naming file, field, value and fix.

    ``in_place`` asks that it lies under its id, ``<domain>/<dataset>.yml``; a proposed one may lie anywhere.
    """
    raw = read_yaml(path)
    _check_keys(raw, path)
    _check_standard(raw, path)
    dataset = _dataset(raw, path, in_place=in_place)
    table = _only_table(raw, dataset, path)
    columns = tuple(_column(entry, path) for entry in table["properties"])
    _check_columns(columns, path)
    checks = tuple(_row_check(entry, columns, path) for entry in table.get("quality") or [])
    _check_codes(checks, path)
    ratio = _ratio(raw, path)
    description = raw.get("description") or {}
    return Contract(
        dataset=dataset,
        title=_text(raw, "name", path),
        description=str(description.get("purpose") or ""),
        version=_text(raw, "version", path),
        columns=columns,
        row_checks=checks,
        max_quarantined_ratio=ratio,
        path=path,
        content_hash=content_hash(dataset, columns, checks, ratio),
    )


def _check_keys(raw: Mapping[str, Any], path: Path) -> None:
    known_keys(raw, _ROOT, path=path, where="")
    if isinstance(raw.get("description"), dict):
        known_keys(raw["description"], {"purpose", "usage", "limitations"}, path=path, where="description")
    for entry in _mappings(raw, "customProperties", path, ""):
        known_keys(entry, {"property", "value", "description"}, path=path, where="customProperties")
    for table in _mappings(raw, "schema", path, ""):
        known_keys(table, _TABLE, path=path, where="schema")
        for check in _mappings(table, "quality", path, "schema"):
            known_keys(check, _QUALITY, path=path, where="schema.quality")
        for entry in _mappings(table, "properties", path, "schema"):
            _check_property_keys(entry, path)


def _check_property_keys(entry: Mapping[str, Any], path: Path) -> None:
    where = f"schema.properties.{entry.get('name')}"
    known_keys(entry, _PROPERTY, path=path, where=where)
    known_keys(entry.get("logicalTypeOptions") or {}, _OPTIONS, path=path, where=f"{where}.logicalTypeOptions")
    for key, allowed in (
        ("synonyms", {"synonym", "description", "source", "locale"}),
        ("enum", {"value", "label", "description"}),
        ("customProperties", {"property", "value", "description"}),
    ):
        for item in _mappings(entry, key, path, where):
            known_keys(item, allowed, path=path, where=f"{where}.{key}")


def _mappings(parent: Mapping[str, Any], key: str, path: Path, where: str) -> list[dict[str, Any]]:
    entries = parent.get(key) or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(
            "must be a list of mappings",
            file=path,
            field=f"{where}.{key}".lstrip("."),
            value=entries,
            fix="write - {key: value} lines",
        )
    return entries


def _check_standard(raw: Mapping[str, Any], path: Path) -> None:
    from open_data_contract_standard.model import OpenDataContractStandard
    from pydantic import ValidationError

    try:
        OpenDataContractStandard.model_validate(raw)
    except ValidationError as error:
        raise from_validation(error, path) from None
    for key, wanted in (("kind", "DataContract"), ("apiVersion", "v3.1.0")):
        if raw.get(key) != wanted:
            raise InputError(
                "not the standard expected", file=path, field=key, value=raw.get(key), fix=f"write {wanted}"
            )


def _dataset(raw: Mapping[str, Any], path: Path, *, in_place: bool) -> str:
    dataset = _text(raw, "id", path)
    try:
        domain, name = split_dataset(dataset)
    except UsageError as error:
        raise InputError(error.message, file=path, field="id", value=dataset, fix=error.fix) from None
    if in_place and (domain, name) != (path.parent.name, path.stem):
        raise InputError(
            "the id does not match the file's place",
            file=path,
            field="id",
            value=dataset,
            fix=f"write {path.parent.name}.{path.stem} or move the file",
        )
    if raw.get("domain") != domain:
        raise InputError(
            "the domain does not match the id",
            file=path,
            field="domain",
            value=raw.get("domain"),
            fix=f"write {domain}",
        )
    return dataset


def _only_table(raw: Mapping[str, Any], dataset: str, path: Path) -> dict[str, Any]:
    tables = raw.get("schema") or []
    name = split_dataset(dataset)[1]
    if len(tables) != 1 or tables[0].get("name") != name:
        raise InputError(
            "the contract must describe exactly its own table",
            file=path,
            field="schema",
            value=[table.get("name") for table in tables],
            fix=f"keep one entry named {name}",
        )
    if not tables[0].get("properties"):
        raise InputError("the table has no columns", file=path, field="schema.properties", fix="list the columns")
    return dict(tables[0])


def _column(entry: Mapping[str, Any], path: Path) -> Column:
    name = str(entry.get("name"))
    where = f"schema.properties.{name}"
    if not _NAME.fullmatch(name):
        raise InputError(
            "not a column name",
            file=path,
            field=where,
            value=name,
            fix="use lower-case letters, digits and _, a letter first",
        )
    semantic = str(entry.get("semanticType"))
    try:
        kind = semantic_type(semantic)
    except UsageError as error:
        raise InputError(
            error.message, file=path, field=f"{where}.semanticType", value=semantic, fix=error.fix
        ) from None
    _one_of(entry.get("logicalType"), (None, _LOGICAL.get(kind.duckdb_type, "number")), path, f"{where}.logicalType")
    level = entry.get("classification", kind.classification)
    _one_of(level, _CLASSES, path, f"{where}.classification")
    options = entry.get("logicalTypeOptions") or {}
    return Column(
        name=name,
        title=str(entry.get("businessName") or name),
        semantic=semantic,
        required=bool(entry.get("required")),
        key_position=_key_position(entry, path, where),
        enum=tuple(_scalar(item.get("value")) for item in entry.get("enum") or []),
        minimum=_bound(options, "minimum", kind.duckdb_type, path, where),
        maximum=_bound(options, "maximum", kind.duckdb_type, path, where),
        pattern=_pattern(options, kind.duckdb_type, path, where),
        synonyms=tuple(str(item["synonym"]) for item in entry.get("synonyms") or []),
        classification=level,
        description=str(entry.get("description") or ""),
        from_delivery=_from_delivery(entry, path, where),
    )


def _key_position(entry: Mapping[str, Any], path: Path, where: str) -> int | None:
    position = entry.get("primaryKeyPosition")
    if bool(entry.get("primaryKey")) != (position is not None):
        raise InputError(
            "primaryKey and primaryKeyPosition belong together",
            file=path,
            field=where,
            value=position,
            fix="write both, or neither",
        )
    if position is not None and not entry.get("required"):
        raise InputError("a key column must be required", file=path, field=where, fix="add required: true")
    return position


def _bound(options: Mapping[str, Any], key: str, duckdb_type: str, path: Path, where: str) -> str | None:
    value = options.get(key)
    if value is None:
        return None
    text = _scalar(value)
    parsers: dict[str, Any] = {"DATE": date.fromisoformat, "TIMESTAMP": datetime.fromisoformat, "BIGINT": int}
    parse = Decimal if duckdb_type.startswith("DECIMAL") else parsers.get(duckdb_type)
    try:
        if parse is None:
            raise ValueError(duckdb_type)
        parse(text)
    except (ValueError, InvalidOperation):
        raise InputError(
            f"not a bound for {duckdb_type}",
            file=path,
            field=f"{where}.logicalTypeOptions.{key}",
            value=value,
            fix="give a number or date of the column's type, or remove the bound",
        ) from None
    return text


def _pattern(options: Mapping[str, Any], duckdb_type: str, path: Path, where: str) -> str | None:
    pattern = options.get("pattern")
    if pattern is None:
        return None
    try:
        re.compile(str(pattern))
    except re.error as error:
        raise InputError(
            f"not a regular expression: {error}",
            file=path,
            field=f"{where}.logicalTypeOptions.pattern",
            value=pattern,
            fix="mend the expression",
        ) from None
    if duckdb_type != "VARCHAR":
        raise InputError(
            "a pattern fits only text columns",
            file=path,
            field=f"{where}.logicalTypeOptions.pattern",
            value=pattern,
            fix="use minimum and maximum, or a row check",
        )
    return str(pattern)


def _from_delivery(entry: Mapping[str, Any], path: Path, where: str) -> str | None:
    source = None
    for item in entry.get("customProperties") or []:
        _one_of(item.get("property"), ("fromDelivery",), path, f"{where}.customProperties.property")
        source = str(item.get("value"))
        _one_of(source, DELIVERY_FIELDS, path, f"{where}.customProperties.fromDelivery")
    return source


def _check_columns(columns: tuple[Column, ...], path: Path) -> None:
    names = [column.name for column in columns]
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InputError("a column stands twice", file=path, field="schema.properties", value=twice, fix="keep one")
    positions = sorted(column.key_position for column in columns if column.key_position is not None)
    if positions != list(range(1, len(positions) + 1)):
        raise InputError(
            "key positions must be 1, 2, 3, ...",
            file=path,
            field="primaryKeyPosition",
            value=positions,
            fix="number the key columns without gaps",
        )


def _row_check(entry: Mapping[str, Any], columns: tuple[Column, ...], path: Path) -> RowCheck:
    code = _text(entry, "id", path, "schema.quality")
    where = f"schema.quality.{code}"
    for key, wanted in (("type", "custom"), ("engine", "xiansuo"), ("severity", "error")):
        _one_of(entry.get(key), (wanted,), path, f"{where}.{key}")
    expression = _text(entry, "implementation", path, where)
    check_expression(expression, [column.name for column in columns], path=path, where=f"{where}.implementation")
    return RowCheck(code, expression, _text(entry, "description", path, where), _text(entry, "name", path, where))


def _check_codes(checks: tuple[RowCheck, ...], path: Path) -> None:
    codes = [check.code for check in checks]
    for code in codes:
        if not _NAME.fullmatch(code) or codes.count(code) > 1:
            raise InputError(
                "not a usable check id",
                file=path,
                field="schema.quality.id",
                value=code,
                fix="use lower-case letters, digits and _, and each id once",
            )


def _ratio(raw: Mapping[str, Any], path: Path) -> float:
    ratio: Any = DEFAULT_MAX_QUARANTINED_RATIO
    for item in raw.get("customProperties") or []:
        _one_of(item.get("property"), ("maxQuarantinedRatio",), path, "customProperties.property")
        ratio = item.get("value")
    if isinstance(ratio, bool) or not isinstance(ratio, int | float) or not 0 <= ratio <= 1:
        raise InputError(
            "not a ratio",
            file=path,
            field="customProperties.maxQuarantinedRatio",
            value=ratio,
            fix="write a number from 0 to 1",
        )
    return float(ratio)


def _one_of(value: Any, allowed: tuple[Any, ...], path: Path, field: str) -> None:
    if value not in allowed:
        wanted = ", ".join(str(choice) for choice in allowed if choice is not None)
        raise InputError("not an allowed value", file=path, field=field, value=value, fix=f"write {wanted}")


def _text(raw: Mapping[str, Any], key: str, path: Path, where: str = "") -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InputError(
            "text is missing here",
            file=path,
            field=f"{where}.{key}".lstrip("."),
            value=value,
            fix="write text; quote what YAML would read as a number",
        )
    return value


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value)
