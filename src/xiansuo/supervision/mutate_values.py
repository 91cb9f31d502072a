"""Changes to what is computed: parameters, numbers, arithmetic, aggregates, joins, windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xiansuo.supervision.mutate_change import Change, swapped, text_of

ABOVE, BELOW = "__above", "__below"


def fallback(node: Any) -> list[Change]:
    """coalesce loses its last value."""
    fallback = node.expressions[-1]
    smaller = node.copy()
    smaller.set("expressions", smaller.expressions[:-1])
    shown = smaller if smaller.expressions else smaller.this
    advice = f"no case has a NULL in {text_of(shown)} where {text_of(fallback)} makes a difference"
    return [Change("drop-fallback", node, shown.copy(), text_of(node), text_of(shown), advice)]


def join(node: Any) -> list[Change]:
    """LEFT JOIN and JOIN change places."""
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
    return [Change("join", node, made, texts[0], texts[1], advice, text_of(node), node.this)]


def parameter(node: Any, nudges: Mapping[str, str]) -> list[Change]:
    """A parameter is one step larger or smaller; ``nudges`` maps nudged names to values as shown."""
    from sqlglot import exp

    if not isinstance(node, exp.Placeholder):
        return []
    surrounding = node.find_ancestor(exp.Predicate, exp.Alias)
    around = text_of(surrounding) if surrounding is not None else ""
    name = str(node.this)
    made = []
    for ending in (ABOVE, BELOW):
        if name + ending in nudges:
            value = nudges[name + ending]
            advice = f"no case tells ${name} from {value}: {around}"
            replacement = exp.Placeholder(this=name + ending)
            made.append(Change("parameter", node, replacement, f"${name}", value, advice, around))
    return made


def constant(node: Any) -> list[Change]:
    """A number or an interval is larger or smaller by one."""
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
        advice = f"no case lies where {text} and {value} differ: {text_of(around)}"
        made.append(Change("constant", node, replacement, text, value, advice, text_of(around)))
    return made


def _in_interval(node: Any) -> bool:
    from sqlglot import exp

    return isinstance(node.parent, exp.Interval)


def arithmetic(node: Any) -> list[Change]:
    """+ and -, * and / change places."""
    from sqlglot import exp

    others: dict[type[Any], type[Any]] = {exp.Add: exp.Sub, exp.Sub: exp.Add, exp.Mul: exp.Div, exp.Div: exp.Mul}
    right = text_of(node.expression)
    neutral = "0" if isinstance(node, exp.Add | exp.Sub) else "1"
    advice = f"no case has another {right} than {neutral} where it counts"
    made = swapped("arithmetic", node, others[type(node)], advice)
    return [made]


def aggregate(node: Any) -> list[Change]:
    """An aggregate becomes its neighbour."""
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
    advice = f"no case has several different values in {text_of(node)}"
    return [swapped("aggregate", node, others[type(node)], advice)]


def count(node: Any) -> list[Change]:
    """count(x) and count(DISTINCT x) change places."""
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
    advice = f"no case has the same value twice in {text_of(node)}"
    return [Change("aggregate", node, other, text_of(node), text_of(other), advice)]


def distinct(node: Any) -> list[Change]:
    """SELECT DISTINCT becomes SELECT."""
    from sqlglot import exp

    select = node.parent
    if not isinstance(select, exp.Select):
        return []
    whole = select.copy()
    whole.set("distinct", None)
    shown = ", ".join(text_of(item) for item in select.expressions)
    advice = f"no case gives the same row twice: {shown}"
    return [Change("distinct", select, whole, "SELECT DISTINCT", "SELECT", advice, text_of(select), select)]


def union(node: Any) -> list[Change]:
    """UNION and UNION ALL change places."""
    keeps = not node.args.get("distinct")
    other = node.copy()
    other.set("distinct", keeps)
    texts = ("UNION ALL", "UNION") if keeps else ("UNION", "UNION ALL")
    return [Change("distinct", node, other, *texts, "no case gives the same row in both halves", text_of(node))]


def partition(node: Any) -> list[Change]:
    """A window loses one column of its PARTITION BY."""
    made = []
    columns = node.args.get("partition_by") or []
    for position, column in enumerate(columns):
        smaller = node.copy()
        kept = [item for number, item in enumerate(smaller.args["partition_by"]) if number != position]
        smaller.set("partition_by", kept)
        advice = f"no case has rows with different {text_of(column)} that the window must keep apart"
        made.append(Change("partition", node, smaller, text_of(node), text_of(smaller), advice, at=column))
    return made


def frame(node: Any) -> list[Change]:
    """A window loses its frame."""
    if node.args.get("spec") is None:
        return []
    smaller = node.copy()
    smaller.set("spec", None)
    advice = "no case has rows just outside the window's frame"
    return [Change("frame", node, smaller, text_of(node), text_of(smaller), advice)]


def order(node: Any) -> list[Change]:
    """An order runs the other way."""
    other = node.copy()
    other.set("desc", not node.args.get("desc"))
    advice = f"no case has rows that differ in {text_of(node.this)}"
    around = node.find_ancestor(*_windows())
    anchor = "" if around is None else text_of(around)
    return [Change("order", node, other, text_of(node), text_of(other), advice, anchor)]


def _windows() -> Iterator[type[Any]]:
    from sqlglot import exp

    yield exp.Window
