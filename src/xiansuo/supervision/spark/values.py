"""Expressions: from a node of sqlglot's DuckDB tree to Spark text with the DuckDB type of its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from xiansuo.supervision.spark.casting import aligned, cast, spelled
from xiansuo.supervision.spark.functions import HANDLERS, anonymous
from xiansuo.supervision.spark.refused import FUNCTIONS, Refused
from xiansuo.supervision.spark.scope import Scope
from xiansuo.supervision.spark.types import INTEGERS, NULL, TypeOracle, Value, decimal_parts, is_number, spark_type
from xiansuo.supervision.spark.windows import window

if TYPE_CHECKING:
    from xiansuo.supervision.spark.query import QueryWriter

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.NullSafeEQ: "<=>",
}  # fmt: skip
_ARITHMETIC: dict[type[exp.Expr], tuple[str, str]] = {
    exp.Add: ("{} + {}", "+"), exp.Sub: ("{} - {}", "-"), exp.Mul: ("{} * {}", "*"), exp.Mod: ("{} % {}", "%"),
    exp.IntDiv: ("{} // {}", "DIV"),
}  # fmt: skip
_DATES = ("DATE", "TIMESTAMP")


class Context:
    """Writes the expressions of one scope."""

    def __init__(self, scope: Scope, oracle: TypeOracle, queries: QueryWriter) -> None:
        self.scope = scope
        self.oracle = oracle
        self.queries = queries

    def value(self, node: exp.Expr) -> Value:
        """The expression for Spark. Refused with the construct that cannot be proven equal."""
        if type(node) in _COMPARISONS:
            return self._comparison(node)
        if type(node) in _ARITHMETIC:
            return self._arithmetic(node)
        writer = _WRITERS.get(type(node))
        if writer is not None:
            return writer(self, node)
        handler = HANDLERS.get(type(node))
        if handler is not None:
            return handler(self, node)
        name = node.sql_name().lower() if isinstance(node, exp.Func) else node.key
        raise Refused(name if name in FUNCTIONS else "function" if isinstance(node, exp.Func) else "construct", node)

    def boolean(self, node: exp.Expr) -> str:
        """A condition's text; Refused for numbers and texts standing as conditions."""
        value = self.value(node)
        if value.type not in ("BOOLEAN", NULL):
            raise Refused("comparison of unlike types", node)
        return value.text if value.type == "BOOLEAN" else "CAST(NULL AS BOOLEAN)"

    def type_of(self, template: str, values: Sequence[Value], node: exp.Expr) -> str:
        """What DuckDB says the operation yields."""
        import duckdb

        try:
            return self.oracle.of(template, values)
        except duckdb.Error as error:
            raise Refused("construct", node) from error

    def as_type(self, text: str, kind: str) -> str:
        """The text with a cast that pins width and scale; the value must fit."""
        return f"CAST({text} AS {spark_type(kind)})"

    def joined(self, name: str, nodes: Sequence[exp.Expr], node: exp.Expr) -> Value:
        """A function over values that DuckDB brings to one type."""
        values = [self.value(item) for item in nodes]
        kind = self.type_of(f"{name}({', '.join('{}' for _ in values)})", values, node)
        return Value(f"{name}({', '.join(cast(item, kind, node) for item in values)})", kind)

    def branches(self, whens: Sequence[tuple[Any, exp.Expr]], default: exp.Expr | None, node: exp.Expr) -> Value:
        """CASE with conditions given as nodes or as Spark text."""
        results = [self.value(result) for _, result in whens]
        last = self.value(default) if default is not None else Value("NULL", NULL, "NULL")
        cases = " ".join("WHEN true THEN {}" for _ in results)
        kind = self.type_of(f"CASE {cases} ELSE {{}} END", [*results, last], node)
        written = " ".join(
            f"WHEN {condition if isinstance(condition, str) else self.boolean(condition)} "
            f"THEN {cast(result, kind, node)}"
            for (condition, _), result in zip(whens, results, strict=True)
        )
        return Value(f"(CASE {written} ELSE {cast(last, kind, node)} END)", kind)

    def _comparison(self, node: Any) -> Value:
        left, right = aligned([self.value(node.left), self.value(node.right)], node)
        return Value(f"({left} {_COMPARISONS[type(node)]} {right})", "BOOLEAN")

    def _arithmetic(self, node: Any) -> Value:
        left, right = self.value(node.left), self.value(node.right)
        if "INTERVAL" in (left.type, right.type):
            return self._moved(node, left, right)
        template, sign = _ARITHMETIC[type(node)]
        if left.type in _DATES or right.type in _DATES:
            return self._dated(node, sign, left, right)
        kind = self.type_of(template, [left, right], node)
        whole = {left.type, right.type} <= {*INTEGERS, NULL}
        if not is_number(kind) or (sign == "DIV" and not whole) or (sign == "%" and kind == "DOUBLE"):
            raise Refused("construct", node)
        if kind == "DOUBLE":
            return Value(f"({cast(left, kind, node)} {sign} {cast(right, kind, node)})", kind)
        if decimal_parts(kind):
            return Value(self.as_type(f"{left.text} {sign} {right.text}", kind), kind)
        first, second = (cast(item, kind, node) for item in (left, right))
        return Value(self.as_type(f"{first} {sign} {second}", kind), kind)

    def _dated(self, node: exp.Expr, sign: str, left: Value, right: Value) -> Value:
        if left.type == right.type == "DATE" and sign == "-":
            return Value(f"CAST(datediff({left.text}, {right.text}) AS BIGINT)", "BIGINT")
        if left.type == "DATE" and right.type in INTEGERS and sign in "+-":
            name = "date_add" if sign == "+" else "date_sub"
            return Value(f"{name}({left.text}, CAST({right.text} AS INT))", "DATE")
        if right.type == "DATE" and left.type in INTEGERS and sign == "+":
            return Value(f"date_add({right.text}, CAST({left.text} AS INT))", "DATE")
        raise Refused("interval arithmetic", node)

    def _moved(self, node: exp.Expr, left: Value, right: Value) -> Value:
        sign = "+" if isinstance(node, exp.Add) else "-"
        if left.type == "INTERVAL" and sign == "+":
            left, right = right, left
        if left.type not in _DATES or right.type != "INTERVAL" or not isinstance(node, exp.Add | exp.Sub):
            raise Refused("interval arithmetic", node)
        return Value(f"({cast(left, 'TIMESTAMP', node)} {sign} {right.text})", "TIMESTAMP")


def _column(context: Context, node: exp.Column) -> Value:
    if node.args.get("db"):
        raise Refused("construct", node)
    found = context.scope.column(node.name, node.table)
    if found is None:
        raise Refused("construct", node)
    return found


def _literal(context: Context, node: exp.Literal) -> Value:
    if node.is_string:
        text = "'" + str(node.this).replace("'", "''") + "'"
        return Value(text, "VARCHAR", text)
    kind = context.oracle.of(str(node.this), [])
    text = f"CAST('{node.this}' AS {spark_type(kind)})" if kind in ("DOUBLE", "HUGEINT") else str(node.this)
    return Value(text, kind, str(node.this))


def _null(_: Context, node: exp.Expr) -> Value:
    return Value("NULL", NULL, "NULL")


def _truth(_: Context, node: exp.Boolean) -> Value:
    return Value("true" if node.this else "false", "BOOLEAN")


def _paren(context: Context, node: exp.Paren) -> Value:
    value = context.value(node.this)
    return Value(f"({value.text})", value.type, value.literal)


def _negative(context: Context, node: exp.Neg) -> Value:
    value = context.value(node.this)
    literal = f"-{value.literal}" if value.literal and value.literal[0].isdigit() else None
    return Value(f"(-{value.text})", context.type_of("-{}", [value], node), literal)


def _connected(context: Context, node: exp.And | exp.Or) -> Value:
    sign = "AND" if isinstance(node, exp.And) else "OR"
    kind = type(node)
    parts = [context.boolean(part) for part in node.flatten() if not isinstance(part, kind)]
    return Value("(" + f" {sign} ".join(parts) + ")", "BOOLEAN")


def _not(context: Context, node: exp.Not) -> Value:
    return Value(f"(NOT {context.boolean(node.this)})", "BOOLEAN")


def _is(context: Context, node: exp.Is) -> Value:
    value = context.value(node.this)
    if isinstance(node.expression, exp.Null):
        return Value(f"({value.text} IS NULL)", "BOOLEAN")
    if isinstance(node.expression, exp.Boolean) and value.type == "BOOLEAN":
        return Value(f"({value.text} <=> {'true' if node.expression.this else 'false'})", "BOOLEAN")
    raise Refused("construct", node)


def _distinct_from(context: Context, node: exp.NullSafeNEQ) -> Value:
    left, right = aligned([context.value(node.left), context.value(node.right)], node)
    return Value(f"(NOT ({left} <=> {right}))", "BOOLEAN")


def _between(context: Context, node: exp.Between) -> Value:
    if node.args.get("symmetric"):
        raise Refused("construct", node)
    parts = [context.value(item) for item in (node.this, node.args["low"], node.args["high"])]
    value, low, high = aligned(parts, node)
    return Value(f"({value} BETWEEN {low} AND {high})", "BOOLEAN")


def _in(context: Context, node: exp.In) -> Value:
    wanted = context.value(node.this)
    inner = node.args.get("query")
    if inner is not None:
        text, columns = context.queries.write(inner.unnest(), context.scope)
        kind, *more = columns.values()
        if more or wanted.type != kind:
            raise Refused("comparison of unlike types", node)
        return Value(f"({wanted.text} IN ({text}))", "BOOLEAN")
    if not node.expressions:
        raise Refused("list column", node)
    value, *listed = aligned([wanted, *(context.value(item) for item in node.expressions)], node)
    return Value(f"({value} IN ({', '.join(listed)}))", "BOOLEAN")


def _exists(context: Context, node: exp.Exists) -> Value:
    text, _ = context.queries.write(node.this.unnest(), context.scope)
    return Value(f"EXISTS ({text})", "BOOLEAN")


def _scalar(context: Context, node: exp.Subquery) -> Value:
    text, columns = context.queries.write(node.unnest(), context.scope)
    if len(columns) != 1:
        raise Refused("construct", node)
    return Value(f"({text})", next(iter(columns.values())))


def _case(context: Context, node: exp.Case) -> Value:
    whens: list[tuple[Any, exp.Expr]] = []
    for branch in node.args["ifs"]:
        condition: Any = branch.this
        if node.this is not None:
            left, right = aligned([context.value(node.this), context.value(branch.this)], node)
            condition = f"({left} = {right})"
        whens.append((condition, branch.args["true"]))
    return context.branches(whens, node.args.get("default"), node)


def _cast(context: Context, node: exp.Cast) -> Value:
    value = context.value(node.this)
    target = context.oracle.of(f"CAST(NULL AS {node.to.sql(dialect='duckdb')})", [])
    return Value(cast(value, target, node), target)


def _try_cast(context: Context, node: exp.TryCast) -> Value:
    value = context.value(node.this)
    if node.to.sql(dialect="duckdb") != "DATE" or value.type != "VARCHAR":
        raise Refused("TRY_CAST", node)
    return Value(f"try_cast({spelled(value.text, 'DATE')} AS DATE)", "DATE")


def _division(context: Context, node: exp.Div) -> Value:
    left, right = context.value(node.left), context.value(node.right)
    if context.type_of("{} / {}", [left, right], node) != "DOUBLE":
        raise Refused("construct", node)
    over, under = cast(left, "DOUBLE", node), cast(right, "DOUBLE", node)
    if _never_zero(node.right, right):
        return Value(f"({over} / {under})", "DOUBLE")
    endless = f"{over} * CAST('Infinity' AS DOUBLE)"  # DuckDB: x / 0 is infinite with the sign of x, 0 / 0 is NaN
    return Value(f"(CASE WHEN {under} = 0 THEN {endless} ELSE {over} / nullif({under}, 0) END)", "DOUBLE")


def _never_zero(node: exp.Expr, value: Value) -> bool:
    inner = node.unnest()
    if isinstance(inner, exp.Nullif):
        return isinstance(inner.expression, exp.Literal) and inner.expression.this == "0"
    return value.literal is not None and any(digit in "123456789" for digit in value.literal)


def _concatenated(context: Context, node: exp.DPipe) -> Value:
    parts = [context.value(part) for part in node.flatten()]
    return Value("(" + " || ".join(cast(part, "VARCHAR", node) for part in parts) + ")", "VARCHAR")


def _like(context: Context, node: exp.Like) -> Value:
    text, pattern = (cast(context.value(item), "VARCHAR", node) for item in (node.this, node.expression))
    word = "NOT LIKE" if node.args.get("negate") else "LIKE"
    return Value(f"({text} {word} {pattern} ESCAPE '\x01')", "BOOLEAN")  # DuckDB escapes nothing, Spark the backslash


def _interval(context: Context, node: exp.Interval) -> Value:
    unit = str(node.args.get("unit") or "").upper()
    given = node.this
    if isinstance(given, exp.Literal) and given.is_string and str(given.this).lstrip("-").isdigit():
        count = str(given.this)
    else:
        value = context.value(given)
        if value.type not in INTEGERS:
            raise Refused("interval arithmetic", node)
        count = f"CAST({value.text} AS INT)"
    singular = unit.removesuffix("S")
    if singular not in _INTERVALS:
        raise Refused("interval arithmetic", node)
    return Value(_INTERVALS[singular].format(count), "INTERVAL")


_INTERVALS = {
    "YEAR": "make_ym_interval({}, 0)", "QUARTER": "make_ym_interval(0, 3 * {})", "MONTH": "make_ym_interval(0, {})",
    "WEEK": "make_dt_interval(7 * {}, 0, 0, 0)", "DAY": "make_dt_interval({}, 0, 0, 0)",
    "HOUR": "make_dt_interval(0, {}, 0, 0)", "MINUTE": "make_dt_interval(0, 0, {}, 0)",
    "SECOND": "make_dt_interval(0, 0, 0, {})",
}  # fmt: skip


def _filtered(context: Context, node: exp.Filter) -> Value:
    if isinstance(node.this, exp.ArgMax | exp.ArgMin):
        raise Refused("construct", node)
    return context.value(node.this).inside(f" FILTER (WHERE {context.boolean(node.expression.this)})")


_WRITERS: dict[type[exp.Expr], Callable[[Context, Any], Value]] = {
    exp.Column: _column, exp.Literal: _literal, exp.Null: _null, exp.Boolean: _truth, exp.Paren: _paren,
    exp.Neg: _negative, exp.And: _connected, exp.Or: _connected, exp.Not: _not, exp.Is: _is,
    exp.NullSafeNEQ: _distinct_from, exp.Between: _between, exp.In: _in, exp.Exists: _exists, exp.Subquery: _scalar,
    exp.Case: _case, exp.Cast: _cast, exp.TryCast: _try_cast, exp.Div: _division, exp.DPipe: _concatenated,
    exp.Like: _like, exp.Interval: _interval, exp.Filter: _filtered, exp.Window: window, exp.Anonymous: anonymous,
}  # fmt: skip
