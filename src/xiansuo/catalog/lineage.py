"""What is made from what: datasets -> marts -> models.

Derived from the unit folders alone; no data is read. Columns are followed in ``column_lineage``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from xiansuo.catalog.discover import Units

Kind = Literal["dataset", "mart", "model"]


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
