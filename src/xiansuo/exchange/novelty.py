"""Which known rules a model resembles: the same data, the same joins, the same query under other names.

Belongs here: comparing rules by what they read and how they are built. Nothing is decided: people look at the pairs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from xiansuo.catalog.column_lineage import qualified, resolve
from xiansuo.catalog.discover import discover
from xiansuo.catalog.trace import Relations, relations, with_graphs
from xiansuo.core.errors import InputError
from xiansuo.supervision.load import find_model
from xiansuo.supervision.model import Model, Rule

Likeness = Literal["same", "renamed", "same_data"]
TITLES: dict[Likeness, str] = {
    "same": "几乎同一条规则",
    "renamed": "换了表名列名的同一条规则",
    "same_data": "同样的数据、同样的碰撞",
}
_SHAPE, _DATA, _JOINS = 0.8, 0.75, 0.6
_LENGTH = 6


@dataclass(frozen=True)
class Resemblance:
    """Two rules and how much they share: of query shape, of columns read, of columns joined (0 to 1)."""

    rule: str
    other: str
    likeness: Likeness
    shape: float
    columns: float
    joins: float


@dataclass(frozen=True)
class _Print:
    unit: str
    shape: Counter[tuple[str, ...]]
    columns: frozenset[tuple[str, str]]
    joins: frozenset[tuple[Any, Any]]


def resemblances(project: Path, model_id: str) -> list[Resemblance]:
    """Pairs of a rule of this model and another rule of the project that resemble each other, closest first."""
    find_model(project, model_id)
    units = discover(project)
    known = relations(units)
    prints = [_print(known, model, rule) for model in units.models.values() for rule in model.rules]
    own = [item for item in prints if item.unit.startswith(f"{model_id}.")]
    found = []
    for one in own:
        for other in prints:
            if other.unit != one.unit and not (other.unit.startswith(f"{model_id}.") and other.unit < one.unit):
                found += _compare(one, other)
    return sorted(found, key=lambda item: (-item.shape - item.columns - item.joins, item.rule, item.other))


def _compare(one: _Print, other: _Print) -> list[Resemblance]:
    shape = _overlap(one.shape, other.shape)
    columns, joins = _share(one.columns, other.columns), _share(one.joins, other.joins)
    likeness: Likeness | None = None
    if shape >= _SHAPE:
        likeness = "same" if columns >= _DATA else "renamed"
    elif columns >= _DATA and joins >= _JOINS and one.joins:
        likeness = "same_data"
    if likeness is None:
        return []
    return [Resemblance(one.unit, other.unit, likeness, round(shape, 3), round(columns, 3), round(joins, 3))]


def _overlap(one: Counter[Any], other: Counter[Any]) -> float:
    whole = (one | other).total()
    return (one & other).total() / whole if whole else 0.0


def _share(one: frozenset[Any], other: frozenset[Any]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def _print(known: Relations, model: Model, rule: Rule) -> _Print:
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.scope import build_scope

    try:
        tree = qualified(rule.hits_sql, with_graphs(known, model).columns)
    except SqlglotError as error:
        fix = "xiansuo check names the place"
        raise InputError(f"the rule's SQL does not bind: {error}", file=rule.hits_file, fix=fix) from error
    scope = build_scope(tree)
    columns, joins = set(), set()
    for part in scope.traverse() if scope else ():
        columns |= set(filter(None, (_origin(part, column, known.behind) for column in part.columns)))
        joins |= set(_joined(part, known.behind))
    unit = f"{model.id}.{rule.id}"
    return _Print(unit, Counter(_shingles(tree)), frozenset(columns), frozenset(joins))


def _origin(scope: Any, column: Any, behind: Mapping[str, Mapping[str, Any]]) -> tuple[str, str] | None:
    """The contract column a column of a physical table is, through marts when it comes from one alone."""
    from sqlglot import exp

    source = scope.sources.get(column.table)
    if not isinstance(source, exp.Table) or not source.db:
        return None
    pair = (f"{source.db}.{source.name}", column.name)
    ends = resolve([pair], behind)
    return next(iter(ends)) if len(ends) == 1 else pair


def _joined(scope: Any, behind: Mapping[str, Mapping[str, Any]]) -> Iterable[tuple[Any, Any]]:
    from sqlglot import exp

    for equality in scope.find_all(exp.EQ):
        sides = [side for side in (equality.this, equality.expression) if isinstance(side, exp.Column)]
        if len(sides) == 2 and sides[0].table != sides[1].table:
            ends = [end for end in (_origin(scope, side, behind) for side in sides) if end is not None]
            if len(ends) == 2:
                yield min(ends), max(ends)


def _shingles(tree: Any) -> Iterable[tuple[str, ...]]:
    """Runs of node kinds in reading order: names, aliases and values left out, so that renaming changes nothing."""
    from sqlglot import exp

    kinds = [
        type(node).__name__
        for node in tree.walk(bfs=False)
        if not isinstance(node, exp.Identifier | exp.TableAlias | exp.Alias)
    ]
    return [tuple(kinds[at : at + _LENGTH]) for at in range(max(0, len(kinds) - _LENGTH + 1))]
