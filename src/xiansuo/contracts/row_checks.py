"""Vetting of row-check expressions: one pure boolean expression over the contract's own columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xiansuo.core.errors import InputError

_IMPURE = {"now", "today", "random", "uuid", "gen_random_uuid", "current_setting", "getenv", "nextval", "txid_current"}


def check_expression(expression: str, columns: Sequence[str], *, path: Path, where: str) -> None:
    """Refuse what is no boolean expression of one row: InputError names the part that does not belong."""
    from sqlglot import exp, parse
    from sqlglot.errors import SqlglotError

    def refuse(message: str, value: str, fix: str) -> InputError:
        return InputError(message, file=path, field=where, value=value, fix=fix)

    try:
        statements = parse(f"SELECT ({expression})", dialect="duckdb")
    except SqlglotError as error:
        raise refuse(f"not SQL: {error}", expression, "write one boolean SQL expression") from None
    statement = statements[0] if len(statements) == 1 else None
    if not isinstance(statement, exp.Select) or len(statement.expressions) != 1 or statement.args.get("from_"):
        raise refuse("not a single expression", expression, "write one boolean SQL expression")
    root = statement.expressions[0].unnest()
    for node in root.walk():
        if isinstance(node, exp.Query | exp.AggFunc | exp.Window | exp.Star | exp.Parameter | exp.Placeholder):
            raise refuse("a row check sees one row only", node.sql("duckdb"), "use columns and row functions")
        if isinstance(node, exp.CurrentDate | exp.CurrentTimestamp | exp.CurrentTime | exp.Rand) or (
            isinstance(node, exp.Anonymous) and node.name.lower() in _IMPURE
        ):
            raise refuse("the result would change from run to run", node.sql("duckdb"), "compare with fixed values")
        if isinstance(node, exp.Column) and (node.table or node.name not in columns):
            raise refuse("no such column", node.sql("duckdb"), "use one of " + ", ".join(columns))
