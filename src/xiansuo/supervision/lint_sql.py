"""Checks of one SQL tree that need no contract: literals, determinism, portability, stars, floats in amounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from xiansuo.supervision.findings import Finding
from xiansuo.supervision.lint_order import Keys, lint_order
from xiansuo.supervision.lint_portable import lint_portable
from xiansuo.supervision.sql_tree import SqlFile

if TYPE_CHECKING:
    from sqlglot import exp

_FREE_NUMBERS = {Decimal(0), Decimal(1), Decimal(100)}
_DATE_TEXT = re.compile(r"\d{4}[-/.]?\d{1,2}[-/.]?\d{1,2}.*")
_CLOCK_WORDS = {
    "now",
    "today",
    "random",
    "uuid",
    "gen_random_uuid",
    "get_current_timestamp",
    "get_current_time",
    "transaction_timestamp",
    "current_localtime",
    "current_localtimestamp",
    "setseed",
    "nextval",
    "uuidv7",
    "uuidv4",
}
_FLOATS = {"DOUBLE", "FLOAT"}


def lint_tree(sql: SqlFile, *, rule_sql: bool, keys: Keys) -> list[Finding]:
    """All findings of one file. ``rule_sql`` adds the check on literals, which marts do not need; ``keys`` gives the
    key columns of tables."""
    found = [*_clock(sql), *lint_order(sql, keys), *lint_portable(sql), *_stars(sql)]
    return found + (list(_literals(sql)) if rule_sql else [])


def _finding(sql: SqlFile, node: exp.Expr, code: str, message: str, fix: str, word: str | None = None) -> Finding:
    line, column = sql.place(node, word)
    return Finding(sql.path, line, column, code, message, fix)


def _literals(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for literal in sql.find(exp.Literal):
        text = _threshold(literal)
        if text is not None and not sql.noted(sql.place(literal, literal.this)[0]):
            yield _finding(
                sql,
                literal,
                "XS020",
                f"the literal {text} may be a threshold",
                "make it a parameter, or end the line with -- literal: why it is none",
                literal.this,
            )


def _threshold(literal: exp.Literal) -> str | None:
    """The literal's text when it looks like a threshold or a date."""
    from sqlglot import exp

    parent = literal.parent
    text = str(literal.this)
    if isinstance(parent, exp.DataTypeParam) or (isinstance(parent, exp.Round) and parent.args["decimals"] is literal):
        return None
    if isinstance(parent, exp.Interval):
        return text if _number(text) not in _FREE_NUMBERS else None
    if literal.is_string:
        return text if isinstance(parent, exp.Cast) and _DATE_TEXT.fullmatch(text) else None
    return None if _number(text) in _FREE_NUMBERS else text


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.split()[0])
    except (InvalidOperation, IndexError):
        return None


def _clock(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    kinds = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.CurrentDatetime, exp.Rand, exp.Uuid)
    for node in sql.find(exp.Func):
        name = node.name.lower() if isinstance(node, exp.Anonymous) else node.sql_name().lower()
        if isinstance(node, kinds) or name in _CLOCK_WORDS:
            yield _finding(
                sql,
                node,
                "XS030",
                f"{name} gives another value on another day or run",
                "use $as_of, or a column of the data",
                name,
            )
    for sample in sql.find(exp.TableSample):
        yield _finding(sql, sample, "XS030", "a sample differs from run to run", "read the whole table")


def _stars(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for star in sql.find(exp.Star):
        if not isinstance(star.parent, exp.Count):
            yield _finding(sql, star, "XS034", "* takes columns nobody declared", "list the columns", None)


def lint_amount(sql: SqlFile) -> list[Finding]:
    """Floating point behind the output column ``amount``: casts to floats, sums and averages of quotients."""
    from sqlglot import exp

    seen: dict[tuple[int, int], Finding] = {}
    for output in sql.outputs("amount"):
        for expression in sql.lineage(output):
            for cast in expression.find_all(exp.Cast):
                if cast.to.this.name in _FLOATS:
                    found = _finding(
                        sql, cast, "XS035", "a cast to a float behind the amount", "cast to DECIMAL", "double"
                    )
                    seen[(found.line, found.column)] = found
            for total in expression.find_all(exp.Sum, exp.Avg):
                if isinstance(total, exp.Avg) or _adds_quotients(total):
                    found = _finding(
                        sql,
                        total,
                        "XS035",
                        "adding up quotients depends on the order of rows",
                        "round to DECIMAL before sum(); write avg() as sum() / count()",
                        "sum",
                    )
                    seen[(found.line, found.column)] = found
    return list(seen.values())


def _adds_quotients(total: exp.Expr) -> bool:
    """Whether a sum adds quotients as they are, not rounded to an exact type first."""
    from sqlglot import exp

    for quotient in total.find_all(exp.Div):
        above = quotient.parent
        while above is not None and above is not total and not isinstance(above, exp.Cast):
            above = above.parent
        if not isinstance(above, exp.Cast) or above.to.this.name in _FLOATS:
            return True
    return False


def output_codes(sql: SqlFile) -> dict[str, tuple[int, int]]:
    """The texts the output column exclusion_code can take, with their positions.

    A text the file compares with ``<>`` is a mark the rule filters away, not a code.
    """
    from sqlglot import exp

    filtered = {
        str(side.this)
        for node in sql.find(exp.NEQ)
        for side in (node.left, node.right)
        if isinstance(side, exp.Literal)
    }
    codes: dict[str, tuple[int, int]] = {}
    for output in sql.outputs("exclusion_code"):
        seen: set[str] = set()
        for literal in _results(sql, output, seen):
            if literal.this not in filtered:
                codes.setdefault(str(literal.this), sql.place(literal, str(literal.this)))
    return codes


def _results(sql: SqlFile, node: exp.Expr, seen: set[str]) -> Iterator[exp.Literal]:
    """Text literals an expression can evaluate to, columns followed by name."""
    from sqlglot import exp

    if isinstance(node, exp.Literal):
        if node.is_string:
            yield node
    elif isinstance(node, exp.Column):
        if node.name.lower() not in seen:
            seen.add(node.name.lower())
            for source in sql.aliases.get(node.name.lower(), []):
                yield from _results(sql, source, seen)
    else:
        for part in _result_parts(node):
            yield from _results(sql, part, seen)


def _result_parts(node: exp.Expr) -> list[exp.Expr]:
    from sqlglot import exp

    if isinstance(node, exp.Case):
        branches = [branch.args["true"] for branch in node.args["ifs"]]
        return [*branches, *([node.args["default"]] if node.args.get("default") else [])]
    if isinstance(node, exp.Coalesce):
        return [node.this, *node.expressions]
    if isinstance(node, exp.Cast | exp.Paren | exp.Min | exp.Max | exp.Alias | exp.Nullif):
        return [node.this]
    return []
