"""What is made from what: datasets -> marts -> models, and which contract columns a mart's columns come from.

Derived from the unit folders alone; no data is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from xiansuo.catalog.discover import Units
from xiansuo.supervision.mart_files import in_order

if TYPE_CHECKING:
    from sqlglot.optimizer.scope import Scope

Kind = Literal["dataset", "mart", "model"]
Source = tuple[str, str]
Known = Mapping[str, Mapping[str, set[Source]]]


@dataclass(frozen=True, order=True)
class Node:
    """One unit; ``title`` is Chinese."""

    id: str
    kind: Kind
    title: str


@dataclass(frozen=True)
class Lineage:
    """A directed graph without cycles; an edge (a, b) says that b reads a."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]

    def upstream(self, unit: str) -> set[str]:
        """Everything ``unit`` rests on, directly or not."""
        return _reach(unit, [(target, source) for source, target in self.edges])

    def downstream(self, unit: str) -> set[str]:
        """Everything that rests on ``unit``."""
        return _reach(unit, list(self.edges))


def lineage(units: Units) -> Lineage:
    """The graph of all units, sorted by kind and id."""
    nodes = [Node(name, "dataset", contract.title) for name, contract in units.contracts.items()]
    nodes += [Node(name, "mart", mart.title) for name, mart in units.marts.items()]
    nodes += [Node(f"models.{name}", "model", model.spec.title) for name, model in units.models.items()]
    edges = [(source, name) for name, mart in units.marts.items() for source in mart.inputs]
    edges += [(source, f"models.{name}") for name, model in units.models.items() for source in model.spec.inputs]
    return Lineage(tuple(sorted(nodes)), tuple(sorted(edges)))


def _reach(start: str, edges: Iterable[tuple[str, str]]) -> set[str]:
    following: dict[str, list[str]] = {}
    for source, target in edges:
        following.setdefault(source, []).append(target)
    seen: set[str] = set()
    waiting = list(following.get(start, ()))
    while waiting:
        unit = waiting.pop()
        if unit not in seen:
            seen.add(unit)
            waiting += following.get(unit, ())
    return seen


def mart_sources(units: Units) -> dict[str, dict[str, set[Source]]]:
    """For every mart, each output column with the contract columns its expression mentions, through other marts too."""
    schema = {name: [column.name for column in contract.columns] for name, contract in units.contracts.items()}
    known: dict[str, dict[str, set[Source]]] = {
        name: {column: {(name, column)} for column in columns} for name, columns in schema.items()
    }
    found: dict[str, dict[str, set[Source]]] = {}
    for mart in in_order(units.marts, units.marts):
        found[mart.sql_name] = known[mart.sql_name] = query_sources(mart.sql, known)
    return found


def query_sources(sql: str, known: Known) -> dict[str, set[Source]]:
    """Each output column of one SELECT with the contract columns behind it; ``known`` gives those of its tables."""
    import sqlglot
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    schema: dict[str, Any] = {}
    for name, columns in known.items():
        domain, table = name.split(".")
        schema.setdefault(domain, {})[table] = dict.fromkeys([*columns, "_file", "_row", "_delivery"], "VARCHAR")
    tree = qualify(
        sqlglot.parse_one(sql, dialect="duckdb"),
        schema=schema,
        dialect="duckdb",
        validate_qualify_columns=False,
        identify=False,
    )
    scope = build_scope(tree)
    return {} if scope is None else dict(_outputs(scope, known))


def _outputs(scope: Scope, known: Known) -> list[tuple[str, set[Source]]]:
    """Name and sources of each output column; a list, because later branches of a UNION need not name theirs."""
    from sqlglot import exp

    if scope.set_operation_scopes:
        branches = [_outputs(branch, known) for branch in scope.set_operation_scopes]
        merged = [set().union(*(sources for _, sources in column)) for column in zip(*branches, strict=True)]
        return [(name, sources) for (name, _), sources in zip(branches[0], merged, strict=True)]
    selected: list[Any] = getattr(scope.expression, "selects", [])
    used = {column.table for item in selected for column in item.find_all(exp.Column)}
    inner = {name: _of_source(scope.sources[name], known) for name in used if name in scope.sources}
    return [(item.alias_or_name, _mentioned(item, inner, scope, known)) for item in selected]


def _mentioned(
    projection: Any, inner: Mapping[str, Mapping[str, set[Source]]], scope: Scope, known: Known
) -> set[Source]:
    from sqlglot import exp

    mentioned: set[Source] = set()
    for column in projection.find_all(exp.Column):
        mentioned |= inner.get(column.table, {}).get(column.name, set())
    nested = {id(node) for node in projection.walk()}
    for subquery in scope.subquery_scopes:
        if id(subquery.expression) in nested:
            mentioned = mentioned.union(*(sources for _, sources in _outputs(subquery, known)))
    return mentioned


def _of_source(source: Any, known: Known) -> Mapping[str, set[Source]]:
    from sqlglot import exp

    if isinstance(source, exp.Table):
        return known.get(f"{source.db}.{source.name}", {})
    return dict(_outputs(source, known))
