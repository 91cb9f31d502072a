"""Changes to conditions: comparisons, AND and OR, CASE, IN, EXISTS, NOT, NULL."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from xiansuo.supervision.mutate_change import Change, swapped, text_of

if TYPE_CHECKING:
    from sqlglot import exp


def compare(node: Any) -> list[Change]:
    """A comparison takes in or leaves out its limit, or is turned round."""
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
    left, right = text_of(node.this), text_of(node.expression)
    if isinstance(node, exp.EQ | exp.NEQ | exp.NullSafeEQ | exp.NullSafeNEQ):
        advice = f"no case depends on {left} = {right}"
    else:
        advice = f"no case has exactly {left} = {right}"
    return [swapped("compare", node, others[type(node)], advice)]


def between(node: Any) -> list[Change]:
    """BETWEEN loses one end."""
    from sqlglot import exp

    made = []
    for end, low, high in (("low", exp.GT, exp.LTE), ("high", exp.GTE, exp.LT)):
        both = exp.And(
            this=low(this=node.this.copy(), expression=node.args["low"].copy()),
            expression=high(this=node.this.copy(), expression=node.args["high"].copy()),
        )
        advice = f"no case has exactly {text_of(node.this)} = {text_of(node.args[end])}"
        made.append(Change("between", node, exp.Paren(this=both), text_of(node), text_of(both), advice))
    return made


def conditions(node: Any) -> list[Change]:
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

    text = text_of(arm)
    if not is_and:
        return Change("drop-or", arm, exp.false(), text, "FALSE", f"no case is let in by ({text}) alone")
    holds: exp.Expr = exp.true()
    if arm.find(exp.Window):  # QUALIFY must keep its window function
        holds = exp.Paren(this=exp.Or(this=exp.Paren(this=arm.copy()), expression=exp.true()))
    return Change("drop-and", arm, holds, text, "TRUE", f"no case is turned away by ({text}) alone")


def case(node: Any, exclusions: Collection[str]) -> list[Change]:
    """Arms of a CASE are gone; those that give an exclusion code are told apart."""
    from sqlglot import exp

    if not isinstance(node, exp.Case):
        return []
    made = []
    for position, branch in enumerate(node.args["ifs"]):
        value = branch.args["true"]
        is_code = isinstance(value, exp.Literal) and value.is_string and value.this in exclusions
        kind = "drop-exclusion" if is_code else "drop-case"
        advice = f"no case depends on {text_of(value)} because ({text_of(branch.this)})"
        text = f"WHEN {text_of(branch.this)} THEN {text_of(value)}"
        made.append(Change(kind, node, _without(node, position), text, "no such arm", advice, at=branch))
    default = node.args.get("default")
    if default is not None and not isinstance(default, exp.Null):
        smaller = node.copy()
        smaller.set("default", None)
        advice = f"no case falls through to ELSE {text_of(default)}"
        place = default if default.find(exp.Column, exp.Literal) else node
        whens = " ".join(text_of(branch.this) for branch in node.args["ifs"])
        made.append(Change("drop-case", node, smaller, f"ELSE {text_of(default)}", "no ELSE", advice, whens, place))
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


def items(node: Any) -> list[Change]:
    """Items of an IN list are gone."""
    items = node.expressions
    if len(items) < 2:
        return []
    made = []
    for position, item in enumerate(items):
        smaller = node.copy()
        smaller.set("expressions", [kept for number, kept in enumerate(smaller.expressions) if number != position])
        advice = f"no case depends on {text_of(node.this)} = {text_of(item)}"
        made.append(Change("drop-item", node, smaller, text_of(node), text_of(smaller), advice))
    return made


def membership(node: Any) -> list[Change]:
    """EXISTS and IN (SELECT ...) are turned round."""
    from sqlglot import exp

    if isinstance(node.parent, exp.Not):
        return []  # removing the NOT is the same change
    turned = exp.Not(this=node.copy())
    advice = f"no case needs {text_of(node)}"
    return [Change("exists", node, exp.Paren(this=turned), text_of(node), text_of(turned), advice)]


def negation(node: Any) -> list[Change]:
    """NOT is gone."""
    from sqlglot import exp

    if isinstance(node.this, exp.Is):
        return []  # IS NOT NULL
    inner = exp.Paren(this=node.this.copy())
    advice = f"no case depends on {text_of(node)}"
    return [Change("not", node, inner, text_of(node), text_of(node.this), advice)]


def null(node: Any) -> list[Change]:
    """IS NULL and IS NOT NULL change places."""
    from sqlglot import exp

    negated = isinstance(node.parent, exp.Not)
    target = node.parent if negated else node
    made = node.copy() if negated else exp.Not(this=node.copy())
    advice = f"no case depends on whether {text_of(node.this)} is {text_of(node.expression)}"
    return [Change("null", target, exp.Paren(this=made), text_of(target), text_of(made), advice)]
