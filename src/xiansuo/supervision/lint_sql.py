"""Checks of one SQL tree that need no contract: literals, determinism, portability, stars, floats in amounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from xiansuo.supervision.findings import Finding
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
_BYTE_DISTANCES = {
    "levenshtein",
    "damerau_levenshtein",
    "editdist3",
    "hamming",
    "mismatches",
    "jaccard",
    "jaro_similarity",
    "jaro_winkler_similarity",
}
_WEEKDAYS = {"isodow", "dayofweek_iso", "day_of_week_iso"}
_FLOATS = {"DOUBLE", "FLOAT"}
_INTEGERS = {"TINYINT", "SMALLINT", "INT", "BIGINT", "INT128", "UINT", "UBIGINT"}


def lint_tree(sql: SqlFile, *, rule_sql: bool) -> list[Finding]:
    """All findings of one file. ``rule_sql`` adds the check on literals, which marts do not need."""
    found = [*_clock(sql), *_order(sql), *_limits(sql), *_portable(sql), *_stars(sql)]
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


def _order(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for node in sql.find(exp.First, exp.Last, exp.AnyValue, exp.ArrayAgg, exp.GroupConcat):
        if isinstance(node.parent, exp.Window) or isinstance(node.parent.parent if node.parent else None, exp.Window):
            continue
        word = {"arrayagg": "list", "anyvalue": "any_value", "groupconcat": "string_agg"}.get(node.key, node.key)
        if isinstance(node, exp.ArrayAgg | exp.GroupConcat) and isinstance(node.this, exp.Order):
            yield _finding(
                sql,
                node,
                "XS033",
                f"{word}(x ORDER BY y) differs on Spark",
                "output one row per item, or use min, max, count or sum",
                word,
            )
        else:
            yield _finding(sql, node, "XS031", f"{word} takes whichever row comes first", "use min or max", word)
    for window in sql.find(exp.Window):
        function = window.this.this if isinstance(window.this, exp.IgnoreNulls) else window.this
        ranked = (exp.RowNumber, exp.Lead, exp.Lag, exp.FirstValue, exp.LastValue, exp.NthValue, exp.Ntile)
        if isinstance(function, ranked) and not window.args.get("order") and not window.args.get("alias"):
            word = function.sql_name().lower()
            yield _finding(
                sql,
                window,
                "XS031",
                f"{word} without ORDER BY takes rows as they come",
                "order the window by columns that tell every two rows apart",
                word,
            )


def _limits(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for limit in sql.find(exp.Limit, exp.Offset):
        if limit.parent is not None and not limit.parent.args.get("order"):
            yield _finding(sql, limit, "XS032", "which rows stay depends on row order", "add ORDER BY", "limit")


def _portable(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for join in sql.find(exp.Join):
        if (join.args.get("method") or "").upper() == "ASOF":
            yield _finding(sql, join, "XS033", "Spark has no ASOF JOIN", "use a window function with QUALIFY", "asof")
    for pivot in sql.find(exp.Pivot):
        yield _finding(sql, pivot, "XS033", "PIVOT differs on Spark", "use sum(CASE ...) per column", "pivot")
    for diff in sql.find(exp.DateDiff):
        unit = str(diff.args.get("unit") or "DAY").upper()
        if unit in ("WEEK", "MONTH", "QUARTER", "YEAR"):
            yield _finding(
                sql,
                diff,
                "XS033",
                f"date_diff by {unit.lower()} counts differently on Spark",
                "compare dates plus an interval, or count days",
                "datediff",
            )
    for cast in sql.find(exp.TryCast):
        if cast.to.this.name in _INTEGERS:
            yield _finding(
                sql,
                cast,
                "XS033",
                "try_cast of '12.7' to an integer rounds here and is NULL on Spark",
                "let the contract type the column",
                "try_cast",
            )
    yield from _portable_functions(sql)


def _portable_functions(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for node in sql.find(exp.Func):
        name = node.name.lower() if isinstance(node, exp.Anonymous) else node.sql_name().lower()
        if name in _BYTE_DISTANCES:
            yield _finding(
                sql,
                node,
                "XS033",
                f"{name} compares bytes, and Chinese text has three to a character",
                "compare exactly, or normalised",
                name,
            )
        elif name in _WEEKDAYS or (isinstance(node, exp.Extract) and node.name.upper() == "ISODOW"):
            yield _finding(
                sql, node, "XS033", "isodow numbers weekdays differently on Spark", "join a calendar dataset", "isodow"
            )


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
