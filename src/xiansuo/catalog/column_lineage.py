"""Which columns a column comes from: through common table expressions, subqueries and unions of one SELECT, through
marts and graphs, from a delivered table to the field of a clue.

Belongs here: reading SQL. Who is told about it (pages, Dagster, impact) is elsewhere. No data is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xiansuo.supervision.mart_files import in_order
from xiansuo.supervision.project import PROVENANCE

if TYPE_CHECKING:
    from sqlglot.optimizer.scope import Scope

    from xiansuo.catalog.discover import Units

Source = tuple[str, str]
Known = Mapping[str, Mapping[str, set[Source]]]


@dataclass(frozen=True)
class Reading:
    """What one SELECT reads: the (relation, column) behind each output column, and every one it mentions anywhere."""

    outputs: dict[str, set[Source]]
    mentions: set[Source]


def read_query(sql: str, columns: Mapping[str, Collection[str]]) -> Reading:
    """The direct sources of one SELECT; ``columns`` lists the columns of every two-part relation it may name."""
    direct = {name: {column: {(name, column)} for column in listed} for name, listed in columns.items()}
    scope = _scope(sql, direct)
    if scope is None:
        return Reading({}, set())
    return Reading(dict(_outputs(scope, direct)), _mentions(scope, direct))


def query_sources(sql: str, known: Known) -> dict[str, set[Source]]:
    """Each output column of one SELECT with the contract columns behind it; ``known`` gives those of its tables."""
    scope = _scope(sql, known)
    return {} if scope is None else dict(_outputs(scope, known))


def mart_sources(units: Units) -> dict[str, dict[str, set[Source]]]:
    """For every mart, each output column with the contract columns its expression mentions, through other marts too."""
    known: dict[str, dict[str, set[Source]]] = {
        name: {column.name: {(name, column.name)} for column in contract.columns}
        for name, contract in units.contracts.items()
    }
    found: dict[str, dict[str, set[Source]]] = {}
    for mart in in_order(units.marts, units.marts):
        found[mart.sql_name] = known[mart.sql_name] = query_sources(mart.sql, known)
    return found


def resolve(sources: Iterable[Source], through: Known) -> set[Source]:
    """Direct sources followed to their ends: a source ``through`` knows is replaced by what lies behind it."""
    found: set[Source] = set()
    for relation, column in sources:
        behind = through.get(relation)
        found |= {(relation, column)} if behind is None else behind.get(column, set())
    return found


def qualified(sql: str, columns: Mapping[str, Iterable[str]]) -> Any:
    """The tree of one SELECT in which every column names its table; ``columns`` by two-part relation.

    Raises SqlglotError when the SQL does not parse or bind.
    """
    import sqlglot
    from sqlglot.optimizer.qualify import qualify

    schema: dict[str, Any] = {}
    for name, listed in columns.items():
        domain, table = name.split(".")
        schema.setdefault(domain, {})[table] = dict.fromkeys([*listed, *PROVENANCE], "VARCHAR")
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    return qualify(tree, schema=schema, dialect="duckdb", validate_qualify_columns=False, identify=False)


def _scope(sql: str, known: Known) -> Scope | None:
    from sqlglot.optimizer.scope import build_scope

    return build_scope(qualified(sql, known))


def _mentions(scope: Scope, known: Known) -> set[Source]:
    from sqlglot import exp

    found: set[Source] = set()
    for part in scope.traverse():
        for column in part.columns:
            source = part.sources.get(column.table)
            if isinstance(source, exp.Table):
                name = f"{source.db}.{source.name}"
                found |= known.get(name, {}).get(column.name, set())
    return found


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
