"""Whether an order decides every row's place: windows, LIMIT, aggregates over rows as they come, positions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from xiansuo.supervision.findings import Finding, Severity
from xiansuo.supervision.sql_tree import SqlFile

if TYPE_CHECKING:
    from sqlglot import exp

Keys = Mapping[str, Sequence[str]]
_NOTE = "-- unique:"
_WORDS = {"arrayagg": "list", "anyvalue": "any_value", "groupconcat": "string_agg"}


def lint_order(sql: SqlFile, keys: Keys) -> list[Finding]:
    """All findings of XS031, XS032, XS036 and XS037. ``keys`` gives the key columns of tables by two-part name."""
    return [*_aggregates(sql), *_windows(sql, keys), *_limits(sql, keys), *_positions(sql)]


def _at(
    sql: SqlFile, node: exp.Expr, code: str, message: str, fix: str, word: str, severity: Severity = "error"
) -> Finding:
    line, column = sql.place(node, word)
    return Finding(sql.path, line, column, code, message, fix, severity)


def _aggregates(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for node in sql.find(exp.First, exp.Last, exp.AnyValue, exp.ArrayAgg, exp.GroupConcat):
        above = (node.parent, node.parent.parent if node.parent else None)
        ordered = isinstance(node.this, exp.Order)
        if not ordered and not any(isinstance(item, exp.Window) for item in above):
            word = _WORDS.get(node.key, node.key)
            yield _at(sql, node, "XS031", f"{word} takes whichever row comes first", "use min or max", word)


def _windows(sql: SqlFile, keys: Keys) -> Iterator[Finding]:
    from sqlglot import exp

    ranked = (exp.RowNumber, exp.Lead, exp.Lag, exp.FirstValue, exp.LastValue, exp.NthValue, exp.Ntile)
    for window in sql.find(exp.Window):
        function = window.this.this if isinstance(window.this, exp.IgnoreNulls) else window.this
        if not isinstance(function, ranked) or window.args.get("alias"):
            continue
        word = function.sql_name().lower()
        order = window.args.get("order")
        if not order:
            fix = "order the window by columns that tell every two rows apart"
            yield _at(sql, window, "XS031", f"{word} without ORDER BY takes rows as they come", fix, word)
            continue
        placed = [*(window.args.get("partition_by") or []), *(item.this for item in order.expressions)]
        select = window.find_ancestor(exp.Select)
        if isinstance(select, exp.Select) and not _decides(sql, select, placed, keys):
            yield from _ties(sql, window, word)


def _limits(sql: SqlFile, keys: Keys) -> Iterator[Finding]:
    from sqlglot import exp

    for limit in sql.find(exp.Limit, exp.Offset):
        select = limit.parent
        order = select.args.get("order") if select is not None else None
        if not order:
            yield _at(sql, limit, "XS032", "which rows stay depends on row order", "add ORDER BY", "limit")
            continue
        placed = [item.this for item in order.expressions]
        if isinstance(select, exp.Select) and not _decides(sql, select, placed, keys):
            yield from _ties(sql, limit, "limit")


def _ties(sql: SqlFile, node: exp.Expr, word: str) -> Iterator[Finding]:
    line, column = sql.place(node, word)
    if not any(_NOTE in text for text in sql.lines[max(0, line - 1) : line]):
        message = f"the order of {word} may leave ties"
        fix = "add columns until no two rows are alike, or end the line with -- unique: why there are none"
        yield Finding(sql.path, line, column, "XS036", message, fix, "warning")


def _decides(sql: SqlFile, select: exp.Select, placed: Sequence[exp.Expr], keys: Keys) -> bool:
    """Whether rows alike in ``placed`` are alike in all the SELECT gives, or cannot be two."""
    from sqlglot import exp

    named = {(item.table.lower(), item.name.lower()) for item in placed if isinstance(item, exp.Column)}
    names = {name for _, name in named}
    given = [column for item in select.expressions for column in item.find_all(exp.Column)]
    if all(column.name.lower() in names for column in given):
        return True
    sources = _sources(select)
    for alias, source in sources.items():
        own = {name for table, name in named if table == alias or (not table and len(sources) == 1)}
        if not any(key <= own for key in _keys(sql, source, keys)):
            return False
    return bool(sources)


def _sources(select: exp.Select) -> dict[str, exp.Expr]:
    from sqlglot import exp

    tables = [select.args.get("from_"), *(select.args.get("joins") or [])]
    found = [item.this for item in tables if item is not None]
    return {item.alias_or_name.lower(): item for item in found if isinstance(item, exp.Table | exp.Subquery)}


def _keys(sql: SqlFile, source: exp.Expr, keys: Keys, depth: int = 0) -> list[frozenset[str]]:
    """Sets of columns that tell the rows of a source apart; empty when none is certain."""
    from sqlglot import exp

    if isinstance(source, exp.Table) and source.db:
        own = keys.get(f"{source.db}.{source.name}".lower(), ())
        return [*([frozenset(own)] if own else []), frozenset({"_file", "_row"})]
    query = source.this if isinstance(source, exp.Subquery) else _cte(sql, source.name)
    if not isinstance(query, exp.Select) or depth > _DEEP:
        return []
    outputs = {item.alias_or_name.lower(): item.unalias() for item in query.expressions}
    found = [frozenset(outputs)] if query.args.get("distinct") else []
    group = query.args.get("group")
    if group and group.expressions:
        found.append(_projected(outputs, group.expressions))
    sources = _sources(query)
    if not group and len(sources) == 1:
        inner = _keys(sql, next(iter(sources.values())), keys, depth + 1)
        plain = {item.name.lower(): name for name, item in outputs.items() if isinstance(item, exp.Column)}
        found += [frozenset(plain[name] for name in key) for key in inner if key <= set(plain)]
    return [key for key in found if key]


_DEEP = 8


def _projected(outputs: Mapping[str, exp.Expr], expressions: Sequence[exp.Expr]) -> frozenset[str]:
    """The output names of grouping expressions; empty when one of them is not put out."""
    names = [next((name for name, item in outputs.items() if item == wanted), "") for wanted in expressions]
    return frozenset(names) if all(names) else frozenset()


def _cte(sql: SqlFile, name: str) -> exp.Expr | None:
    from sqlglot import exp

    return next((cte.this for cte in sql.find(exp.CTE) if cte.alias.lower() == name.lower()), None)


def _positions(sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for group in sql.find(exp.Group):
        numbers = [item for item in group.expressions if isinstance(item, exp.Literal) and not item.is_string]
        if numbers or group.args.get("all"):
            message = "GROUP BY names columns by position" if numbers else "GROUP BY ALL groups by what is put out"
            yield _at(sql, group, "XS037", message, "write the columns", "group")
    for order in sql.find(exp.Order):
        for item in order.expressions:
            if isinstance(item.this, exp.Literal) and not item.this.is_string:
                yield _at(sql, item, "XS037", "ORDER BY names a column by position", "write the column", "order")
