"""Constructs that DuckDB and Spark do not read alike. What depends on the order of rows is ``lint_order``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xiansuo.supervision.findings import Finding
from xiansuo.supervision.sql_tree import SqlFile

if TYPE_CHECKING:
    from sqlglot import exp

_INTEGERS = {"TINYINT", "SMALLINT", "INT", "BIGINT", "INT128", "UINT", "UBIGINT"}
_LISTS = ("builds or takes apart lists, which the engines order and count differently", "output one row per item")
_BYTES = ("compares bytes, and Chinese text has three to a character", "compare exactly, or normalised")
_FORMATS = ("knows other format letters on Spark", "use year(), month(), day(), or let the contract type the column")
_PATTERN = ("has another meaning on Spark", "use regexp_matches, starts_with, contains or replace")
_MATHS = ("interpolates or adds floats in the order of rows", "write it with sum, count, min and max over DECIMAL")
_WEEKDAYS = ("numbers weekdays differently on Spark", "join a calendar dataset")
_FUNCTIONS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("levenshtein", "damerau_levenshtein", "editdist3", "hamming", "mismatches"), _BYTES),
    **dict.fromkeys(("jaccard", "jaro_similarity", "jaro_winkler_similarity"), _BYTES),
    **dict.fromkeys(("unnest", "explode", "flatten", "list_sort", "sort_array", "list_transform", "transform"), _LISTS),
    **dict.fromkeys(("string_split", "str_split", "split", "range", "generate_series"), _LISTS),
    **dict.fromkeys(("strftime", "time_to_str", "strptime", "str_to_time", "printf", "format"), _FORMATS),
    **dict.fromkeys(("glob", "regexp_split_to_array", "regexp_split", "similar_to"), _PATTERN),
    **dict.fromkeys(("median", "quantile", "quantile_cont", "quantile_disc", "percentile_cont"), _MATHS),
    **dict.fromkeys(("percentile_disc", "stddev", "variance", "corr", "fsum"), _MATHS),
    **dict.fromkeys(("isodow", "dayofweek_iso", "day_of_week_iso"), _WEEKDAYS),
    "hash": ("is another function on Spark", "compare the values themselves"),
    "age": ("gives an interval, which Spark has not", "count days with datediff"),
    "mode": ("takes whichever of equals comes first", "count, then take the smallest of the most frequent"),
}


def lint_portable(sql: SqlFile) -> list[Finding]:
    """All findings of XS033."""
    return [*_joins(sql), *_queries(sql), *_dates(sql), *_casts(sql), *_functions(sql), *_collations(sql)]


def _at(sql: SqlFile, node: exp.Expr, message: str, fix: str, word: str | None = None) -> Finding:
    line, column = sql.place(node, word)
    return Finding(sql.path, line, column, "XS033", message, fix)


def _joins(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for join in sql.find(exp.Join):
        method = (join.args.get("method") or "").upper()
        if method == "ASOF":
            yield _at(sql, join, "Spark has no ASOF JOIN", "use a window function with QUALIFY", "asof")
        elif method == "NATURAL":
            yield _at(sql, join, "NATURAL JOIN joins by whatever names agree", "name the columns", "natural")
    for lateral in sql.find(exp.Lateral):
        yield _at(sql, lateral, "LATERAL is planned differently on Spark", "join, or use a window function", "lateral")


def _queries(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for pivot in sql.find(exp.Pivot):
        yield _at(sql, pivot, "PIVOT differs on Spark", "use sum(CASE ...) per column", "pivot")
    for clause in sql.find(exp.With):
        if clause.args.get("recursive"):
            yield _at(sql, clause, "Spark stops recursion after some rounds", "use graphs/<name>.sql", "recursive")
    for distinct in sql.find(exp.Distinct):
        if distinct.args.get("on") is not None:
            yield _at(sql, distinct, "DISTINCT ON takes whichever row comes first", "use QUALIFY row_number()", "on")
    for kind in (exp.GroupingSets, exp.Rollup, exp.Cube):
        for node in sql.find(kind):
            yield _at(sql, node, "grouping sets mark missing groups differently", "write one SELECT per grouping")


def _dates(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for diff in sql.find(exp.DateDiff):
        unit = str(diff.args.get("unit") or "DAY").upper()
        if unit in ("WEEK", "MONTH", "QUARTER", "YEAR"):
            message = f"date_diff by {unit.lower()} counts differently on Spark"
            yield _at(sql, diff, message, "compare dates plus an interval, or count days", "datediff")
    for extract in sql.find(exp.Extract):
        if extract.name.upper() == "ISODOW":
            yield _at(sql, extract, "isodow numbers weekdays differently on Spark", "join a calendar dataset", "isodow")


def _casts(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for cast in sql.find(exp.TryCast):
        if cast.to.this.name in _INTEGERS:
            message = "try_cast of '12.7' to an integer rounds here and is NULL on Spark"
            yield _at(sql, cast, message, "let the contract type the column", "try_cast")


def _functions(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for node in sql.find(exp.Func):
        name = node.name.lower() if isinstance(node, exp.Anonymous) else node.sql_name().lower()
        if name in _FUNCTIONS:
            message, fix = _FUNCTIONS[name]
            yield _at(sql, node, f"{name} {message}", fix, name)
    for node in sql.find(exp.ArrayAgg, exp.GroupConcat):
        if isinstance(node.this, exp.Order):
            word = "list" if isinstance(node, exp.ArrayAgg) else "string_agg"
            fix = "output one row per item, or use min, max, count or sum"
            yield _at(sql, node, f"{word}(x ORDER BY y) differs on Spark", fix, word)
    for similar in sql.find(exp.SimilarTo):
        yield _at(sql, similar, "SIMILAR TO has another meaning on Spark", "use regexp_matches", "similar")


def _collations(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for node in sql.find(exp.Collate):
        yield _at(
            sql, node, "collations differ from engine to engine", "compare lower(x), or the text itself", "collate"
        )
