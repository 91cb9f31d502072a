"""Which kinds of mutants there are, and which node of a SQL tree takes which.

docs/testing.md explains every kind; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from xiansuo.supervision import mutate_logic, mutate_values
from xiansuo.supervision.mutate_change import Change

if TYPE_CHECKING:
    from sqlglot import exp

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


def changes(tree: exp.Expr, exclusions: Collection[str], nudges: Mapping[str, str]) -> list[Change]:
    """Every change of a tree.

    ``exclusions`` are the codes by which an arm of a CASE is told as an exclusion; ``nudges`` maps the names of nudged
    parameters that exist to their values as shown.
    """
    found: list[Change] = []
    for node in list(tree.walk(bfs=False)):
        for kind in _table().get(type(node), ()):
            found += kind(node)
        found += mutate_logic.case(node, exclusions) + mutate_logic.conditions(node)
        found += mutate_values.parameter(node, nudges)
    return found


@lru_cache(maxsize=1)
def _table() -> dict[type[Any], tuple[Callable[[Any], list[Change]], ...]]:
    """Node class -> the functions that change it."""
    from sqlglot import exp

    comparisons = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ)
    aggregates = (exp.Sum, exp.Max, exp.Min, exp.Avg, exp.ArgMax, exp.ArgMin, exp.LogicalAnd, exp.LogicalOr)
    named: dict[type[Any], tuple[Callable[[Any], list[Change]], ...]] = {
        exp.Between: (mutate_logic.between,),
        exp.In: (mutate_logic.items, mutate_logic.membership),
        exp.Exists: (mutate_logic.membership,),
        exp.Coalesce: (mutate_values.fallback,),
        exp.Join: (mutate_values.join,),
        exp.Not: (mutate_logic.negation,),
        exp.Is: (mutate_logic.null,),
        exp.Literal: (mutate_values.constant,),
        exp.Count: (mutate_values.count,),
        exp.Distinct: (mutate_values.distinct,),
        exp.Union: (mutate_values.union,),
        exp.Window: (mutate_values.partition, mutate_values.frame),
        exp.Ordered: (mutate_values.order,),
    }
    named |= dict.fromkeys(comparisons, (mutate_logic.compare,))
    named |= dict.fromkeys((*aggregates, exp.Greatest, exp.Least), (mutate_values.aggregate,))
    named |= dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div), (mutate_values.arithmetic,))
    return named
