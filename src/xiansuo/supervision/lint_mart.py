"""Checks of one mart: header, determinism, tables against the header, and that it binds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xiansuo.core.errors import InputError
from xiansuo.supervision.findings import Finding
from xiansuo.supervision.mart_files import Mart

Columns = Mapping[str, str]


def lint_mart(
    mart: Mart, known: Mapping[str, Columns], keys: Mapping[str, Sequence[str]]
) -> tuple[list[Finding], dict[str, str] | None]:
    """The findings, and output column -> DuckDB type; None when the SQL does not bind."""
    import duckdb

    from xiansuo.supervision.lint_rule import sql_error
    from xiansuo.supervision.lint_sql import lint_tree
    from xiansuo.supervision.lint_tables import unknown_table
    from xiansuo.supervision.sandbox import Sandbox
    from xiansuo.supervision.sql_tree import parse_sql

    try:
        sql = parse_sql(mart.path, mart.sql)
    except InputError as error:
        return [Finding(mart.path, int(error.value or 1), 1, "XS010", error.message, error.fix or "mend the SQL")], None
    found = lint_tree(sql, rule_sql=False, keys=keys)
    read = {name: (line, column) for name, line, column in sql.tables}
    for name, (line, column) in read.items():
        if name not in known:
            found.append(unknown_table(sql, name, line, column))
        elif name not in mart.inputs:
            fix = "add it to -- inputs:"
            found.append(Finding(mart.path, line, column, "XS061", f"the header does not name {name}", fix))
    line = next((number for number, text in enumerate(sql.lines, start=1) if text.startswith("-- inputs:")), 1)
    for name in mart.inputs:
        if name not in read:
            fix = "remove it from -- inputs:"
            found.append(Finding(mart.path, line, 1, "XS061", f"the SQL never reads {name}", fix))
    sandbox = Sandbox()
    for name in read:
        if name in known:
            sandbox.add_table(name, known[name])
    try:
        return found, sandbox.describe(mart.sql)
    except duckdb.Error as error:
        return [*found, sql_error(mart.path, error)], None
