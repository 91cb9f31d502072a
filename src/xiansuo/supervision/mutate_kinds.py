"""What the mutants of a SQL tree change: one function per kind of mutation, each with advice for the missing case.

docs/testing.md explains every kind; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp

ABOVE, BELOW = "__above", "__below"
KINDS: dict[str, str] = {
    "compare": "a comparison takes in or leaves out its limit, or is turned round",
    "between": "BETWEEN loses one of its ends",
    "drop-and": "one arm of an AND, or a lone condition, always holds",
    "drop-or": "one arm of an OR never holds",
    "drop-case": "one arm of a CASE is gone",
    "drop-exclusion": "the arm of a CASE that names an exclusion code is gone",
    "drop-item": "one item of an IN list is gone",
    "drop-fallback": "coalesce loses its last value",
    "join": "LEFT JOIN becomes JOIN and the other way round",
    "exists": "EXISTS or IN (SELECT ...) is turned round",
    "not": "NOT is gone",
    "null": "IS NULL becomes IS NOT NULL and the other way round",
    "parameter": "a parameter is one step larger or smaller, a list empty",
    "constant": "a number or an interval is larger or smaller by one",
    "arithmetic": "+ and -, * and / change places",
    "aggregate": "an aggregate becomes its neighbour, as sum becomes max",
    "distinct": "DISTINCT is gone, or a UNION keeps doubles",
    "partition": "a window loses one column of its PARTITION BY",
    "frame": "a window loses its frame",
    "order": "an order runs the other way",
}


@dataclass(frozen=True)
class Change:
    """One change: ``node`` of the tree becomes ``replacement``.

    ``original`` and ``mutated`` are texts for people; ``anchor`` is surrounding text that tells it from others.
    """

    kind: str
    node: exp.Expr
    replacement: exp.Expr
    original: str
    mutated: str
    advice: str
    anchor: str = ""
    at: exp.Expr | None = None


def changes(tree: exp.Expr, exclusions: Collection[str], nudges: Mapping[str, str]) -> list[Change]:
    """Every change of a tree.

    ``exclusions`` are the codes by which an arm of a CASE is told as an exclusion; ``nudges`` maps the names of nudged
    parameters that exist to their values as shown.
    """
    found: list[Change] = []
    for node in list(tree.walk(bfs=False)):
        for kind in _table().get(type(node), ()):
            found += kind(node)
        found += _case(node, exclusions) + _conditions(node) + _parameter(node, nudges)
    return found


@lru_cache(maxsize=1)
def _table() -> dict[type[Any], tuple[Callable[[Any], list[Change]], ...]]:
    """Node class -> the functions that change it."""
    from sqlglot import exp

    comparisons = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ)
    aggregates = (exp.Sum, exp.Max, exp.Min, exp.Avg, exp.ArgMax, exp.ArgMin, exp.LogicalAnd, exp.LogicalOr)
    named: dict[type[Any], tuple[Callable[[Any], list[Change]], ...]] = {
        exp.Between: (_between,),
        exp.In: (_items, _membership),
        exp.Exists: (_membership,),
        exp.Coalesce: (_fallback,),
        exp.Join: (_join,),
        exp.Not: (_not,),
        exp.Is: (_null,),
        exp.Literal: (_constant,),
        exp.Count: (_count,),
        exp.Distinct: (_distinct,),
        exp.Union: (_union,),
        exp.Window: (_partition, _frame),
        exp.Ordered: (_order,),
    }
    named |= dict.fromkeys(comparisons, (_compare,))
    named |= dict.fromkeys((*aggregates, exp.Greatest, exp.Least), (_aggregate,))
    named |= dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div), (_arithmetic,))
    return named


def _text(node: Any) -> str:
    return str(node.sql(dialect="duckdb", comments=False))


def _as(kind: type[exp.Expr], node: exp.Expr) -> exp.Expr:
    """A copy of the node as another class."""
    made = node.copy()
    return kind(**made.args)


def _swapped(kind: str, node: exp.Expr, other: type[exp.Expr], advice: str) -> Change:
    replacement = _as(other, node)
    return Change(kind, node, replacement, _text(node), _text(replacement), advice)


def _compare(node: Any) -> list[Change]:
    from sqlglot import exp

    others: dict[type[Any], type[Any]] = {
        exp.GT: exp.GTE,
        exp.GTE: exp.GT,
        exp.LT: exp.LTE,
        exp.LTE: exp.LT,
        exp.EQ: exp.NEQ,
        exp.NEQ: exp.EQ,
        exp.NullSafeEQ: exp.NullSafeNEQ,
        exp.NullSafeNEQ: exp.NullSafeEQ,
    }
    left, right = _text(node.this), _text(node.expression)
    if isinstance(node, exp.EQ | exp.NEQ | exp.NullSafeEQ | exp.NullSafeNEQ):
        advice = f"no case depends on {left} = {right}"
    else:
        advice = f"no case has exactly {left} = {right}"
    return [_swapped("compare", node, others[type(node)], advice)]


def _between(node: Any) -> list[Change]:
    from sqlglot import exp

    made = []
    for end, low, high in (("low", exp.GT, exp.LTE), ("high", exp.GTE, exp.LT)):
        both = exp.And(
            this=low(this=node.this.copy(), expression=node.args["low"].copy()),
            expression=high(this=node.this.copy(), expression=node.args["high"].copy()),
        )
        advice = f"no case has exactly {_text(node.this)} = {_text(node.args[end])}"
        made.append(Change("between", node, exp.Paren(this=both), _text(node), _text(both), advice))
    return made


def _conditions(node: Any) -> list[Change]:
    """Arms of AND and OR, and conditions that stand alone in WHERE, HAVING, QUALIFY, ON or FILTER."""
    from sqlglot import exp

    if isinstance(node, exp.And | exp.Or):
        if isinstance(node.parent, type(node)):
            return []
        return [_arm(arm, isinstance(node, exp.And)) for arm in node.flatten(unnest=False)]
    if isinstance(node, exp.Where | exp.Having | exp.Qualify) and not isinstance(node.this, exp.And):
        return [_arm(node.this, True)]
    if isinstance(node, exp.Join) and node.args.get("on") and not isinstance(node.args["on"], exp.And):
        return [_arm(node.args["on"], True)]
    return []


def _arm(arm: Any, is_and: bool) -> Change:
    from sqlglot import exp

    text = _text(arm)
    if not is_and:
        return Change("drop-or", arm, exp.false(), text, "FALSE", f"no case is let in by ({text}) alone")
    holds: exp.Expr = exp.true()
    if arm.find(exp.Window):  # QUALIFY must keep its window function
        holds = exp.Paren(this=exp.Or(this=exp.Paren(this=arm.copy()), expression=exp.true()))
    return Change("drop-and", arm, holds, text, "TRUE", f"no case is turned away by ({text}) alone")


def _case(node: Any, exclusions: Collection[str]) -> list[Change]:
    from sqlglot import exp

    if not isinstance(node, exp.Case):
        return []
    made = []
    for position, branch in enumerate(node.args["ifs"]):
        value = branch.args["true"]
        is_code = isinstance(value, exp.Literal) and value.is_string and value.this in exclusions
        kind = "drop-exclusion" if is_code else "drop-case"
        advice = f"no case depends on {_text(value)} because ({_text(branch.this)})"
        text = f"WHEN {_text(branch.this)} THEN {_text(value)}"
        made.append(Change(kind, node, _without(node, position), text, "no such arm", advice, at=branch))
    default = node.args.get("default")
    if default is not None and not isinstance(default, exp.Null):
        smaller = node.copy()
        smaller.set("default", None)
        advice = f"no case falls through to ELSE {_text(default)}"
        place = default if default.find(exp.Column, exp.Literal) else node
        whens = " ".join(_text(branch.this) for branch in node.args["ifs"])
        made.append(Change("drop-case", node, smaller, f"ELSE {_text(default)}", "no ELSE", advice, whens, place))
    return made


def _without(case: Any, position: int) -> exp.Expr:
    """The CASE without one arm; its ELSE, or NULL, when it was the only one."""
    from sqlglot import exp

    if len(case.args["ifs"]) == 1:
        default = case.args.get("default")
        return exp.Paren(this=default.copy()) if default is not None else exp.Null()
    smaller = case.copy()
    smaller.set("ifs", [branch for number, branch in enumerate(smaller.args["ifs"]) if number != position])
    return smaller  # type: ignore[no-any-return]


def _items(node: Any) -> list[Change]:
    items = node.expressions
    if len(items) < 2:
        return []
    made = []
    for position, item in enumerate(items):
        smaller = node.copy()
        smaller.set("expressions", [kept for number, kept in enumerate(smaller.expressions) if number != position])
        advice = f"no case depends on {_text(node.this)} = {_text(item)}"
        made.append(Change("drop-item", node, smaller, _text(node), _text(smaller), advice))
    return made


def _membership(node: Any) -> list[Change]:
    from sqlglot import exp

    if isinstance(node.parent, exp.Not):
        return []  # removing the NOT is the same change
    turned = exp.Not(this=node.copy())
    return [Change("exists", node, exp.Paren(this=turned), _text(node), _text(turned), f"no case needs {_text(node)}")]


def _fallback(node: Any) -> list[Change]:
    fallback = node.expressions[-1]
    smaller = node.copy()
    smaller.set("expressions", smaller.expressions[:-1])
    shown = smaller if smaller.expressions else smaller.this
    advice = f"no case has a NULL in {_text(shown)} where {_text(fallback)} makes a difference"
    return [Change("drop-fallback", node, shown.copy(), _text(node), _text(shown), advice)]


def _join(node: Any) -> list[Change]:
    side, kind = node.side.upper(), node.kind.upper()
    if kind == "CROSS" or not (node.args.get("on") or node.args.get("using")):
        return []
    table = node.this.alias_or_name
    made = node.copy()
    if kind in ("SEMI", "ANTI"):
        made.set("kind", "ANTI" if kind == "SEMI" else "SEMI")
    else:
        made.set("side", {"": "LEFT", "LEFT": None, "RIGHT": None, "FULL": "LEFT"}[side])
        made.set("kind", None)
    texts = [" ".join(part for part in (item.side, item.kind, "JOIN", table) if part) for item in (node, made)]
    advice = f"no case has a row without partner in {table}"
    return [Change("join", node, made, texts[0], texts[1], advice, _text(node), node.this)]


def _not(node: Any) -> list[Change]:
    from sqlglot import exp

    if isinstance(node.this, exp.Is):
        return []  # IS NOT NULL
    inner = exp.Paren(this=node.this.copy())
    advice = f"no case depends on {_text(node)}"
    return [Change("not", node, inner, _text(node), _text(node.this), advice)]


def _null(node: Any) -> list[Change]:
    from sqlglot import exp

    negated = isinstance(node.parent, exp.Not)
    target = node.parent if negated else node
    made = node.copy() if negated else exp.Not(this=node.copy())
    advice = f"no case depends on whether {_text(node.this)} is {_text(node.expression)}"
    return [Change("null", target, exp.Paren(this=made), _text(target), _text(made), advice)]


def _parameter(node: Any, nudges: Mapping[str, str]) -> list[Change]:
    from sqlglot import exp

    if not isinstance(node, exp.Placeholder):
        return []
    surrounding = node.find_ancestor(exp.Predicate, exp.Alias)
    around = _text(surrounding) if surrounding is not None else ""
    name = str(node.this)
    made = []
    for ending in (ABOVE, BELOW):
        if name + ending in nudges:
            value = nudges[name + ending]
            advice = f"no case tells ${name} from {value}: {around}"
            replacement = exp.Placeholder(this=name + ending)
            made.append(Change("parameter", node, replacement, f"${name}", value, advice, around))
    return made


def _constant(node: Any) -> list[Change]:
    from sqlglot import exp

    around = node.parent
    inside = (exp.Add, exp.Sub, exp.Interval, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.WindowSpec)
    text = str(node.this)
    if not isinstance(around, inside) or not text.isdecimal() or (node.is_string and not _in_interval(node)):
        return []
    made = []
    for step in (1, -1):
        value = str(int(text) + step)
        replacement = exp.Literal.string(value) if node.is_string else exp.Literal.number(value)
        advice = f"no case lies where {text} and {value} differ: {_text(around)}"
        made.append(Change("constant", node, replacement, text, value, advice, _text(around)))
    return made


def _in_interval(node: Any) -> bool:
    from sqlglot import exp

    return isinstance(node.parent, exp.Interval)


def _arithmetic(node: Any) -> list[Change]:
    from sqlglot import exp

    others: dict[type[Any], type[Any]] = {exp.Add: exp.Sub, exp.Sub: exp.Add, exp.Mul: exp.Div, exp.Div: exp.Mul}
    right = _text(node.expression)
    neutral = "0" if isinstance(node, exp.Add | exp.Sub) else "1"
    advice = f"no case has another {right} than {neutral} where it counts"
    made = _swapped("arithmetic", node, others[type(node)], advice)
    return [made]


def _aggregate(node: Any) -> list[Change]:
    from sqlglot import exp

    others: dict[type[Any], type[Any]] = {
        exp.Sum: exp.Max,
        exp.Max: exp.Min,
        exp.Min: exp.Max,
        exp.Avg: exp.Max,
        exp.ArgMax: exp.ArgMin,
        exp.ArgMin: exp.ArgMax,
        exp.LogicalAnd: exp.LogicalOr,
        exp.LogicalOr: exp.LogicalAnd,
        exp.Greatest: exp.Least,
        exp.Least: exp.Greatest,
    }
    advice = f"no case has several different values in {_text(node)}"
    return [_swapped("aggregate", node, others[type(node)], advice)]


def _count(node: Any) -> list[Change]:
    from sqlglot import exp

    counted = node.this
    if counted is None or isinstance(counted, exp.Star):
        return []
    other = node.copy()
    if isinstance(counted, exp.Distinct):
        if len(counted.expressions) != 1:
            return []
        other.set("this", counted.expressions[0].copy())
    else:
        other.set("this", exp.Distinct(expressions=[counted.copy()]))
    advice = f"no case has the same value twice in {_text(node)}"
    return [Change("aggregate", node, other, _text(node), _text(other), advice)]


def _distinct(node: Any) -> list[Change]:
    from sqlglot import exp

    select = node.parent
    if not isinstance(select, exp.Select):
        return []
    whole = select.copy()
    whole.set("distinct", None)
    shown = ", ".join(_text(item) for item in select.expressions)
    advice = f"no case gives the same row twice: {shown}"
    return [Change("distinct", select, whole, "SELECT DISTINCT", "SELECT", advice, _text(select), select)]


def _union(node: Any) -> list[Change]:
    keeps = not node.args.get("distinct")
    other = node.copy()
    other.set("distinct", keeps)
    texts = ("UNION ALL", "UNION") if keeps else ("UNION", "UNION ALL")
    return [Change("distinct", node, other, *texts, "no case gives the same row in both halves", _text(node))]


def _partition(node: Any) -> list[Change]:
    made = []
    columns = node.args.get("partition_by") or []
    for position, column in enumerate(columns):
        smaller = node.copy()
        kept = [item for number, item in enumerate(smaller.args["partition_by"]) if number != position]
        smaller.set("partition_by", kept)
        advice = f"no case has rows with different {_text(column)} that the window must keep apart"
        made.append(Change("partition", node, smaller, _text(node), _text(smaller), advice, at=column))
    return made


def _frame(node: Any) -> list[Change]:
    if node.args.get("spec") is None:
        return []
    smaller = node.copy()
    smaller.set("spec", None)
    advice = "no case has rows just outside the window's frame"
    return [Change("frame", node, smaller, _text(node), _text(smaller), advice)]


def _order(node: Any) -> list[Change]:
    other = node.copy()
    other.set("desc", not node.args.get("desc"))
    advice = f"no case has rows that differ in {_text(node.this)}"
    around = node.find_ancestor(*_windows())
    anchor = "" if around is None else _text(around)
    return [Change("order", node, other, _text(node), _text(other), advice, anchor)]


def _windows() -> Iterator[type[Any]]:
    from sqlglot import exp

    yield exp.Window
