"""Window functions: partition, order with explicit places for NULLs, and the frames both engines cut alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from xiansuo.supervision.spark.casting import cast
from xiansuo.supervision.spark.refused import Refused
from xiansuo.supervision.spark.types import INTEGERS, Value

if TYPE_CHECKING:
    from xiansuo.supervision.spark.values import Context

_RANKS: dict[type[exp.Expr], str] = {exp.RowNumber: "row_number", exp.Rank: "rank", exp.DenseRank: "dense_rank"}
_SHIFTS: dict[type[exp.Expr], str] = {exp.Lag: "lag", exp.Lead: "lead"}
_EDGES: dict[type[exp.Expr], str] = {exp.FirstValue: "first_value", exp.LastValue: "last_value"}
_AGGREGATES = (exp.Sum, exp.Count, exp.Min, exp.Max, exp.Filter, exp.ArgMax, exp.ArgMin)
_OPEN = ("UNBOUNDED", "CURRENT ROW")


def window(context: Context, node: exp.Window) -> Value:
    """One function with its OVER clause; a named window is written out where it is used."""
    over = _over(context, node)
    function = node.this
    if type(function) in _RANKS:
        return Value(f"CAST({_RANKS[type(function)]}() OVER ({over}) AS BIGINT)", "BIGINT")
    if type(function) in _SHIFTS:
        return _shifted(context, function, over)
    if type(function) in _EDGES:
        value = context.value(function.this)
        return Value(f"{_EDGES[type(function)]}({value.text}) OVER ({over})", value.type)
    if isinstance(function, _AGGREGATES):
        return context.value(function).inside(f" OVER ({over})")
    raise Refused("IGNORE NULLS" if isinstance(function, exp.IgnoreNulls) else "function", node)


def ordered(context: Context, order: exp.Order) -> str:
    """The items of an ORDER BY; NULLs stand where DuckDB puts them."""
    return ", ".join(one_ordered(context.value(item.this).text, item) for item in order.expressions)


def one_ordered(text: str, item: exp.Ordered) -> str:
    """One item with its direction and the place of NULLs."""
    places = "FIRST" if item.args.get("nulls_first") else "LAST"
    return f"{text} {'DESC' if item.args.get('desc') else 'ASC'} NULLS {places}"


def _shifted(context: Context, function: exp.Lag | exp.Lead, over: str) -> Value:
    value = context.value(function.this)
    offset = _constant(context, function.args["offset"]) if function.args.get("offset") else 1
    if offset is None or offset < 0:
        raise Refused("function", function)
    default = function.args.get("default")
    last = f", {cast(context.value(default), value.type, function)}" if default is not None else ""
    return Value(f"{_SHIFTS[type(function)]}({value.text}, {offset}{last}) OVER ({over})", value.type)


def _over(context: Context, node: exp.Window) -> str:
    alias = node.args.get("alias")
    named = context.scope.windows.get(alias.name.lower()) if alias is not None else None
    if alias is not None and named is None:
        raise Refused("construct", node)
    definition = named if named is not None else node
    parts = []
    partition = definition.args.get("partition_by")
    if partition:
        parts.append("PARTITION BY " + ", ".join(context.value(item).text for item in partition))
    order = definition.args.get("order")
    if order is not None:
        parts.append("ORDER BY " + ordered(context, order))
    spec = definition.args.get("spec")
    if spec is not None:
        parts.append(_frame(context, spec, order))
    return " ".join(parts)


def _frame(context: Context, spec: exp.WindowSpec, order: exp.Order | None) -> str:
    kind = str(spec.args.get("kind") or "").upper()
    if kind not in ("ROWS", "RANGE") or spec.args.get("exclude"):
        raise Refused("window frame", spec)
    ends = [_edge(context, spec, side, kind, order) for side in ("start", "end")]
    return f"{kind} BETWEEN {ends[0]} AND {ends[1]}"


def _edge(context: Context, spec: exp.WindowSpec, side: str, kind: str, order: exp.Order | None) -> str:
    given = spec.args.get(side)
    if given is None:
        return "CURRENT ROW"
    direction = str(spec.args.get(f"{side}_side") or "").upper()
    if isinstance(given, str):
        if given.upper() not in _OPEN:
            raise Refused("window frame", spec)
        return f"{given.upper()} {direction}".strip()
    if isinstance(given, exp.Interval):
        return f"{_days(given, kind, context, order)} {direction}"
    number = _constant(context, given)
    if number is None or number < 0 or (kind == "RANGE" and _order_type(context, order) not in INTEGERS):
        raise Refused("window frame", spec)
    return f"{number} {direction}"


def _constant(context: Context, node: exp.Expr) -> int | None:
    """A number given by literals alone, such as a bound parameter less one."""
    if any(not isinstance(part, exp.Literal | exp.Paren | exp.Add | exp.Sub | exp.Mul) for part in node.walk()):
        return None
    return context.oracle.whole(node.sql(dialect="duckdb"))


def _order_type(context: Context, order: exp.Order | None) -> str | None:
    if order is None or len(order.expressions) != 1:
        return None
    return context.value(order.expressions[0].this).type


def _days(given: exp.Interval, kind: str, context: Context, order: exp.Order | None) -> str:
    """An interval of whole days before or after a DATE."""
    unit = str(given.args.get("unit") or "").upper().removesuffix("S")
    count = str(given.this.unnest().this) if isinstance(given.this.unnest(), exp.Literal) else ""
    if kind != "RANGE" or unit != "DAY" or not count.isdigit() or _order_type(context, order) != "DATE":
        raise Refused("window frame", given)
    return f"INTERVAL '{count}' DAY"
