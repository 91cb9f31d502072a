"""Which tables and columns SQL reads, against what the model declares and what contracts hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xiansuo.supervision.findings import Finding
from xiansuo.supervision.project import PROVENANCE
from xiansuo.supervision.sql_tree import SqlFile

if TYPE_CHECKING:
    from sqlglot.optimizer.scope import Scope


@dataclass(frozen=True)
class Tables:
    """By two-part name: columns ``known`` from contracts and marts, ``declared`` in model.yml, and ``keys``."""

    known: Mapping[str, Mapping[str, str]]
    declared: Mapping[str, frozenset[str]]
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)


def lint_tables(sql: SqlFile, tables: Tables) -> list[Finding]:
    """Undeclared and unknown tables and columns, every one with its place."""
    found = []
    for name, line, column in sql.tables:
        if name not in tables.declared:
            if name in tables.known:
                found.append(
                    Finding(
                        sql.path,
                        line,
                        column,
                        "XS011",
                        f"{name} is not among the model's inputs",
                        "declare it with its columns under inputs in model.yml",
                    )
                )
            else:
                found.append(unknown_table(sql, name, line, column))
    for table, name, line, column in columns_read(sql):
        if table in tables.declared and table in tables.known and name not in tables.declared[table]:
            found.append(_column(sql, tables, table, name, line, column))
    return sorted(set(found))


def unknown_table(sql: SqlFile, name: str, line: int, column: int) -> Finding:
    """The finding for a table nobody defines."""
    fix = "write sql/marts/" if name.startswith("marts.") else "write data_contracts/"
    return Finding(sql.path, line, column, "XS012", f"there is no {name}", f"mend the name, or {fix}...")


def _column(sql: SqlFile, tables: Tables, table: str, name: str, line: int, column: int) -> Finding:
    if name in tables.known[table]:
        return Finding(
            sql.path,
            line,
            column,
            "XS013",
            f"{table}.{name} is not declared",
            f"add {name} to inputs.{table} in model.yml",
        )
    return Finding(
        sql.path, line, column, "XS014", f"{table} has no column {name}", f"it has {', '.join(tables.known[table])}"
    )


def columns_read(sql: SqlFile) -> Iterator[tuple[str, str, int, int]]:
    """(table, column, line, column number) for every column whose table is certain without a catalogue."""
    from sqlglot.optimizer.scope import traverse_scope

    for scope in traverse_scope(sql.tree):
        physical = _physical(scope)
        single = next(iter(physical.values())) if len(scope.sources) == 1 and physical else None
        outputs = {item.alias for item in getattr(scope.expression, "expressions", []) if item.alias}
        for column in scope.columns:
            table = physical.get(column.table) if column.table else single
            if table and column.name and not (column.table == "" and column.name in outputs):
                yield table, column.name, *sql.place(column)


def _physical(scope: Scope) -> dict[str, str]:
    from sqlglot import exp

    return {
        alias: f"{source.db}.{source.name}"
        for alias, source in scope.sources.items()
        if isinstance(source, exp.Table) and source.db
    }


def columns_maybe_read(sql: SqlFile) -> set[tuple[str, str]]:
    """(table, column) for every column SQL reads or, where the table is not certain, may read."""
    from sqlglot import exp
    from sqlglot.optimizer.scope import traverse_scope

    found: set[tuple[str, str]] = set()
    for scope in traverse_scope(sql.tree):
        physical = _physical(scope)
        outer = _physical(scope.parent) if scope.parent else {}
        using = [name.name for join in sql.find(exp.Join) for name in join.args.get("using") or ()]
        found |= {(table, name) for table in physical.values() for name in using}
        for column in scope.columns:
            tables = {**outer, **physical}
            named = [tables[column.table]] if column.table in tables else [] if column.table else [*tables.values()]
            found |= {(table, column.name) for table in named}
    return found


def declared_columns(inputs: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
    """The declared columns with the provenance columns, which are always allowed."""
    return {name: frozenset({*columns, *PROVENANCE}) for name, columns in inputs.items()}
