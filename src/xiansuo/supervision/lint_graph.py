"""Checks of a model's graph files: the rules for SQL, the two link columns, and that some rule reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from xiansuo.core.errors import InputError, XiansuoError
from xiansuo.supervision.findings import Finding
from xiansuo.supervision.graphs import COLUMNS, EDGE_COLUMNS, GraphBinding, bound_graph, graphs_read
from xiansuo.supervision.lint_rule import lint_parameters, sql_error
from xiansuo.supervision.lint_sql import lint_tree
from xiansuo.supervision.lint_tables import Tables, lint_tables
from xiansuo.supervision.model import Graph, Model
from xiansuo.supervision.sandbox import Sandbox
from xiansuo.supervision.sql_tree import SqlFile, parse_sql

_ANY_DAY = date(2026, 1, 1)


def with_graphs(tables: Tables, model: Model) -> Tables:
    """What rule SQL may read: the model's inputs and the components of its graphs."""
    own = {graph.sql_name: COLUMNS for graph in model.graphs}
    return replace(
        tables,
        known={**tables.known, **own},
        declared={**tables.declared, **{name: frozenset(columns) for name, columns in own.items()}},
    )


def lint_graphs(model: Model, tables: Tables, sandbox: Sandbox) -> tuple[list[Finding], list[SqlFile]]:
    """All findings of the graph files, and their parsed SQL. ``tables`` are the inputs only: graphs read no graphs."""
    found: list[Finding] = []
    parsed: list[SqlFile] = []
    for graph in model.graphs:
        try:
            sql = parse_sql(graph.path, graph.sql)
        except InputError as error:
            found.append(
                Finding(graph.path, int(error.value or 1), 1, "XS010", error.message, error.fix or "mend the SQL")
            )
            continue
        parsed.append(sql)
        own = lint_tree(sql, rule_sql=True, keys=tables.keys) + lint_tables(sql, tables)
        own += lint_parameters(graph.path, graph.sql, model.parameters, None)
        found += own if any(item.severity == "error" for item in own) else own + _output(model, graph, sandbox)
    return found + list(_unread(model)), parsed


def _output(model: Model, graph: Graph, sandbox: Sandbox) -> list[Finding]:
    import duckdb

    try:
        shape = sandbox.describe(bound_graph(graph, GraphBinding(model.id, model.parameters, _ANY_DAY)))
    except (duckdb.Error, XiansuoError) as error:
        return [sql_error(graph.path, error)]
    if shape == EDGE_COLUMNS:
        return []
    fix = "output exactly left_id VARCHAR, right_id VARCHAR"
    return [Finding(graph.path, 1, 1, "XS057", f"the links are {', '.join(shape)}", fix)]


def _unread(model: Model) -> Iterator[Finding]:
    read = graphs_read(model.graphs, model.rules)
    for graph in model.graphs:
        if graph not in read:
            yield Finding(graph.path, 1, 1, "XS057", f"no rule reads {graph.sql_name}", "remove the file")
