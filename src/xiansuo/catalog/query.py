"""Free SQL over the catalogue, safely: one SELECT over its views, read-only, nothing else on the machine in reach.

The statement is parsed by DuckDB itself before it runs; every relation and table function in it must be known. The
session may read the lake folder only, and its settings are locked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xiansuo.catalog.build import ensure_catalog
from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.naming import quote_literal
from xiansuo.core.settings import Settings

if TYPE_CHECKING:
    import duckdb
    import polars as pl

TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series"})
_FORBIDDEN_FUNCTION = re.compile(
    r"(read_|getenv|getvariable|current_setting|query|glob$|sniff_|parquet_|pragma_|duckdb_)"
)
_SYSTEM_SCHEMAS = frozenset({"information_schema"})
_SHOWN = frozenset({'"tables"', "__show_tables_expanded"})
_PLAIN_NAME = re.compile(r"\w+")
_ONLY_SELECT = "write one SELECT over the catalogue's views; SHOW ALL TABLES lists them"


def query(settings: Settings, sql: str) -> pl.DataFrame:
    """The result of one SELECT. UsageError for anything else, InputError when DuckDB refuses it."""
    import duckdb

    con = open_catalog(settings)
    try:
        check(con, sql)
        result: pl.DataFrame = con.sql(sql).pl()
        return result
    except duckdb.Error as error:
        raise InputError(f"the query fails: {error}", fix="SHOW ALL TABLES; DESCRIBE domain.dataset") from error
    finally:
        con.close()


def open_catalog(settings: Settings) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the current catalogue that can read the lake and nothing else."""
    import duckdb

    path = ensure_catalog(settings)
    spill = settings.home / "tmp"
    spill.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(
        str(path),
        read_only=True,
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "temp_directory": str(spill),
            "memory_limit": settings.memory_limit,
            "threads": str(settings.threads),
        },
    )
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"SET allowed_directories = [{quote_literal(str(settings.lake) + '/')}]")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
    return con


def check(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    """UsageError unless ``sql`` is one SELECT (or DESCRIBE, SHOW) over relations of this catalogue."""
    tree = _parse(con, sql)
    known = {
        (row[0], row[1])
        for row in con.execute(
            "SELECT schema_name, view_name FROM duckdb_views() UNION ALL "
            "SELECT schema_name, table_name FROM duckdb_tables()"
        ).fetchall()
    }
    nodes = list(_nodes(tree))
    local = {item["key"] for node in nodes for item in _map(node)}
    odd = sorted(name for name in local if not _PLAIN_NAME.fullmatch(name))
    if odd:
        raise UsageError("a WITH name must be a plain word", field="sql", value=odd[0], fix="rename it")
    for node in nodes:
        _check_node(node, known, local)


def _parse(con: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    row = con.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone()
    tree: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    if tree.get("error_type") == "parser":
        raise UsageError(f"not SQL: {tree['error_message']}", field="sql", value=sql, fix=_ONLY_SELECT)
    if tree.get("error"):
        raise UsageError("only SELECT is allowed here", field="sql", value=sql, fix=_ONLY_SELECT)
    if len(tree["statements"]) != 1:
        raise UsageError("one statement at a time", field="sql", value=sql, fix=_ONLY_SELECT)
    return tree


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from _nodes(part)


def _map(node: dict[str, Any]) -> list[dict[str, Any]]:
    found = node.get("cte_map")
    return found["map"] if isinstance(found, dict) else []


def _check_node(node: dict[str, Any], known: set[tuple[str, str]], local: set[str]) -> None:
    kind = node.get("type")
    if kind == "BASE_TABLE":
        _check_table(node, known, local)
    elif kind == "TABLE_FUNCTION" and node["function"]["function_name"].lower() not in TABLE_FUNCTIONS:
        _refuse("table function", node["function"]["function_name"])
    elif kind == "SHOW_REF" and node.get("table_name") and node["table_name"] not in _SHOWN:
        _check_table(node, known, local)
    elif kind == "FUNCTION" and _FORBIDDEN_FUNCTION.match(node["function_name"].lower()):
        _refuse("function", node["function_name"])


def _check_table(node: dict[str, Any], known: set[tuple[str, str]], local: set[str]) -> None:
    schema, table = node.get("schema_name") or "", node["table_name"]
    if (schema, table) in known or schema in _SYSTEM_SCHEMAS or (not schema and table in local):
        return
    _refuse("table", f"{schema}.{table}" if schema else table)


def _refuse(kind: str, name: str) -> None:
    raise UsageError(f"no such {kind} in the catalogue", field="sql", value=name, fix=_ONLY_SELECT)
