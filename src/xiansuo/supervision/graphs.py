"""Connected components over a model's inputs: graphs/<name>.sql gives links, rules read ``graphs.<name>``.

SQL engines differ in how (and whether) they recurse, so the walk is done here, once per run, on any engine's edges.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from xiansuo.core.errors import InputError
from xiansuo.core.naming import quote_ident
from xiansuo.supervision.bind import bind
from xiansuo.supervision.model import Graph, Parameter, Rule

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

PREFIX = "graphs."
EDGE_COLUMNS = {"left_id": "VARCHAR", "right_id": "VARCHAR"}
COLUMNS = {"node": "VARCHAR", "component": "VARCHAR", "size": "BIGINT"}
_FEW = 20_000  # so many links are walked before scipy is imported


@dataclass(frozen=True)
class GraphBinding:
    """What a graph's SQL is bound to."""

    model_id: str
    parameters: Mapping[str, Parameter]
    as_of: date | None


def graphs_read(graphs: Collection[Graph], rules: Collection[Rule]) -> list[Graph]:
    """The graphs that the SQL of ``rules`` mentions."""
    text = " ".join(rule.hits_sql + rule.evidence_sql for rule in rules).lower()
    return [graph for graph in graphs if graph.sql_name.lower() in text]


def create_graphs(con: duckdb.DuckDBPyConnection, graphs: Collection[Graph]) -> None:
    """Create the empty relations ``graphs.<name>``, so that rule SQL binds."""
    if graphs:
        con.execute("CREATE SCHEMA IF NOT EXISTS graphs")
    listed = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    for graph in graphs:
        con.execute(f"CREATE TABLE graphs.{quote_ident(graph.name)} ({listed})")


def drop_graphs(con: duckdb.DuckDBPyConnection, graphs: Collection[Graph]) -> None:
    """Undo ``create_graphs``."""
    for graph in graphs:
        con.execute(f"DROP TABLE graphs.{quote_ident(graph.name)}")


def fill_graphs(
    con: duckdb.DuckDBPyConnection,
    graphs: Collection[Graph],
    binding: GraphBinding,
    links: Callable[[Graph, str], pa.Table] | None = None,
) -> None:
    """Compute the created, empty relations from the inputs ``con`` holds. InputError names the file that fails.

    ``links`` runs the bound SELECT of a graph elsewhere than in ``con``.
    """
    import duckdb

    for graph in graphs:
        bound = f"SELECT left_id, right_id FROM ({bound_graph(graph, binding)}\n)"
        try:
            edges = links(graph, bound) if links else con.sql(bound).to_arrow_table()
        except duckdb.Error as error:
            raise InputError(
                f"the graph's SQL fails: {str(error).strip()}",
                file=graph.path,
                unit=f"{binding.model_id}.{graph.sql_name}",
                fix="mend the line named above",
            ) from error
        con.register("_components", components(edges))
        con.execute(f"INSERT INTO graphs.{quote_ident(graph.name)} SELECT node, component, size FROM _components")
        con.unregister("_components")


def bound_graph(graph: Graph, binding: GraphBinding) -> str:
    """The graph's SELECT with its parameters put in; dated parameters need an event, which links have not."""
    unit = f"{binding.model_id} {graph.path.name}"
    return bind(graph.sql, binding.parameters, as_of=binding.as_of, unit=unit)


def components(edges: pa.Table) -> pa.Table:
    """Connected components of undirected links: columns left_id, right_id (strings) in; node, component, size out.

    A component is called after its smallest node in code point order. A link to NULL puts its other end in alone.
    Rows come sorted by node, whatever the order of the links, so every engine that brings equal links gets equal
    tables.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    left, right = (pc.cast(edges[name], pa.string()).combine_chunks() for name in EDGE_COLUMNS)
    nodes = pc.unique(pa.chunked_array([left, right])).drop_null()
    nodes = nodes.take(pc.sort_indices(nodes))  # Arrow sorts UTF-8 bytes, which is code point order
    starts = pc.fill_null(pc.index_in(left, nodes), pc.index_in(right, nodes))
    ends = pc.fill_null(pc.index_in(right, nodes), starts)
    known = pc.is_valid(starts)
    starts, ends = starts.filter(known), ends.filter(known)
    walk = _walk if len(starts) <= _FEW else _walk_many
    roots = pa.array(walk(starts, ends, len(nodes)), pa.int64())
    counted = pc.value_counts(roots)
    sizes = counted.field("counts").take(pc.index_in(roots, counted.field("values")))
    return pa.table({"node": nodes, "component": nodes.take(roots), "size": pc.cast(sizes, pa.int64())})


def _walk(starts: pa.Array, ends: pa.Array, count: int) -> list[int]:
    """The smallest position of each position's component, by joining sets: no import needed."""
    parent = list(range(count))

    def root(position: int) -> int:
        while parent[position] != position:
            parent[position] = parent[parent[position]]
            position = parent[position]
        return position

    for start, end in zip(starts.to_pylist(), ends.to_pylist(), strict=True):
        one, other = root(start), root(end)
        parent[max(one, other)] = min(one, other)
    return [root(position) for position in range(count)]


def _walk_many(starts: pa.Array, ends: pa.Array, count: int) -> pa.Array:
    """The same by scipy, for many links."""
    import numpy as np
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(starts))
    matrix = coo_matrix((ones, (starts.to_numpy(), ends.to_numpy())), shape=(count, count))
    labels = connected_components(matrix, directed=False)[1]
    return np.unique(labels, return_index=True)[1][labels]
