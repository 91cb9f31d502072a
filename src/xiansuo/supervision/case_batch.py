"""All cases of one rule run at once, each seeing its own rows only; in a tenth of the time of one after the other.

Belongs here: filling the tables with numbered rows, and running a rule's statements on them. What a case expects is
``cases``; running cases one by one, for whatever cannot be run at once, is ``case_plan``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from xiansuo.core.naming import quote_ident
from xiansuo.supervision.bind import AS_OF, bind, parameter_uses
from xiansuo.supervision.case_plan import Row, rows_of
from xiansuo.supervision.case_sql import NUMBER, SCHEMA, for_cases, table_of
from xiansuo.supervision.graphs import COLUMNS as GRAPH_COLUMNS
from xiansuo.supervision.graphs import EDGE_COLUMNS, GraphBinding, bound_graph, components, graphs_read
from xiansuo.supervision.hits import EVIDENCE_COLUMNS, hits_select
from xiansuo.supervision.model import Case, Model, Parameter, Rule
from xiansuo.supervision.sandbox import Sandbox, insert_rows

if TYPE_CHECKING:
    from xiansuo.supervision.model import Graph

FOUND, HITS = "xs.found", "xs.hits"
_NODE_AFTER = chr(31)


class CaseBatch:
    """One rule with the rows of all its cases in place, in tables beside those of the sandbox; close it after use.

    InputError when a case does not fit the model, duckdb.Error when a statement does not run for all cases together:
    both mean that the cases must run one by one.
    """

    def __init__(self, sandbox: Sandbox, model: Model, rule: Rule, cases: Sequence[Case]) -> None:
        self.sandbox, self.model, self.rule, self.cases = sandbox, model, rule, cases
        self.con = sandbox.con
        self.columns: dict[str, str] = {}
        self._graphs = graphs_read(model.graphs, [rule])
        texts = [rule.hits_sql, rule.evidence_sql, *(graph.sql for graph in self._graphs)]
        self._dated = any(name == AS_OF for text in texts for name, _ in parameter_uses(text))
        self.relations = {*sandbox.columns, *(graph.sql_name for graph in self._graphs), FOUND, HITS}
        self.con.execute(f"CREATE SCHEMA {SCHEMA}")
        try:
            self._fill("".join(texts))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Take everything away."""
        self.con.execute(f"DROP SCHEMA {SCHEMA} CASCADE")

    def hits(self) -> list[list[Row]]:
        """The hits of every case, ``hit_id`` first, ordered by their values."""
        self.keep(FOUND, self.queries(self.rule.hits_sql))
        self.columns = self.sandbox.describe(f"SELECT * EXCLUDE ({NUMBER}) FROM {table_of(FOUND)}")
        select = hits_select(self.model.id, self.rule.id, f"SELECT * FROM {FOUND}", self.columns, distinct=False)
        self._store(HITS, self._for(range(len(self.cases)), select), first=True)
        return self._by_case([f"SELECT * FROM {table_of(HITS)}"])

    def evidence(self) -> list[list[Row]]:
        """The evidence rows of the hits just found, for every case, ordered by their values."""
        listed = ", ".join([NUMBER, *EVIDENCE_COLUMNS])
        found = self.queries(self.rule.evidence_sql)
        return self._by_case([f"SELECT DISTINCT {listed} FROM ({query})" for _, query in found])

    def queries(
        self,
        sql: str,
        parameters: Callable[[date | None], Mapping[str, Parameter]] | None = None,
        own: Collection[str] = (),
    ) -> Iterator[tuple[list[int], str]]:
        """For each as-of day the numbers of its cases, and their statement, case 0 first.

        The statement gives ``_case`` and the columns of ``sql``, which may read ``$names`` and ``{{hits}}``.
        ``parameters`` gives other values than the model's for an as-of day; ``own`` are kept relations to be read from
        CTEs of ``sql`` instead.
        """
        for as_of, numbers in self._days():
            bound = bind(
                sql,
                self.model.parameters if parameters is None else parameters(as_of),
                as_of=as_of,
                event_date=self.rule.spec.event_date,
                hits=HITS,
                unit=f"{self.model.id}.{self.rule.id}",
            )
            yield numbers, self._for(numbers, bound, own)

    def keep(self, relation: str, queries: Iterable[tuple[list[int], str]]) -> None:
        """Store what statements give for all cases, to be read under that name."""
        self.relations.add(relation)
        for numbers, query in queries:
            self._store(relation, query, first=numbers[0] == 0)

    def drop(self, relation: str) -> None:
        """Forget what was kept under that name."""
        self.relations.discard(relation)
        self.con.execute(f"DROP TABLE {table_of(relation)}")

    def _days(self) -> list[tuple[date | None, list[int]]]:
        """The as-of days with the numbers of their cases; all together where no SQL asks for the day."""
        days: dict[date | None, list[int]] = {}
        for number, case in enumerate(self.cases):
            days.setdefault(case.as_of if self._dated else None, []).append(number)
        return list(days.items())

    def _for(self, numbers: Iterable[int], sql: str, own: Collection[str] = ()) -> str:
        return for_cases(sql, self.relations, numbers, own)

    def _store(self, relation: str, query: str, *, first: bool) -> None:
        action = "CREATE TABLE {} AS {}" if first else "INSERT INTO {} {}"
        self.con.execute(action.format(table_of(relation), query))

    def _by_case(self, queries: Iterable[str]) -> list[list[Row]]:
        found: list[list[Row]] = [[] for _ in self.cases]
        for query in queries:
            for row in rows_of(self.con, query):
                found[row.pop(NUMBER)].append(row)
        return [sorted(rows, key=lambda row: [str(value) for value in row.values()]) for rows in found]

    def _fill(self, text: str) -> None:
        marts = self.sandbox.marts_behind(text)
        text += "".join(self.sandbox.mart_sql(mart) for mart in marts)
        given = {relation for case in self.cases for relation in case.given}
        for relation, columns in self.sandbox.columns.items():
            if relation in given or relation in text:
                self._create(relation, columns)
        self._insert()
        for mart in marts:
            self._derive(mart)
        for graph in self._graphs:
            self._walk(graph)

    def _create(self, relation: str, columns: Mapping[str, str]) -> None:
        listed = ", ".join(f"{quote_ident(name)} {kind}" for name, kind in {NUMBER: "INTEGER", **columns}.items())
        self.con.execute(f"CREATE TABLE {table_of(relation)} ({listed})")

    def _insert(self) -> None:
        """All given rows, as few statements as there are sets of columns."""
        together: dict[tuple[str, ...], list[list[Any]]] = {}
        for number, case in enumerate(self.cases):
            for relation, given in case.given.items():
                names, values = self.sandbox.completed(relation, given.columns, given.rows)
                together.setdefault((relation, NUMBER, *names), []).extend([number, *row] for row in values)
        for (relation, *names), rows in together.items():
            insert_rows(self.con, table_of(relation), names, rows)

    def _derive(self, mart: str) -> None:
        """Compute a mart for the cases that do not give it."""
        numbers = [number for number, case in enumerate(self.cases) if mart not in case.given]
        if numbers:
            self._store(mart, self._for(numbers, self.sandbox.mart_sql(mart)), first=False)

    def _walk(self, graph: Graph) -> None:
        """Compute a graph for every case at once: nodes carry the number of their case while they are walked."""
        self._create(graph.sql_name, GRAPH_COLUMNS)
        for as_of, numbers in self._days():
            links = self._for(numbers, bound_graph(graph, GraphBinding(self.model.id, self.model.parameters, as_of)))
            ends = ", ".join(f"{NUMBER} || '{_NODE_AFTER}' || {end} AS {end}" for end in EDGE_COLUMNS)
            self.con.register("_walked", components(self.con.sql(f"SELECT {ends} FROM ({links})").to_arrow_table()))
            number, node, component = (
                f"CAST(split_part(node, '{_NODE_AFTER}', 1) AS INTEGER)",
                *(f"substr({end}, strpos({end}, '{_NODE_AFTER}') + 1)" for end in ("node", "component")),
            )
            self._store(graph.sql_name, f"SELECT {number}, {node}, {component}, size FROM _walked", first=False)
            self.con.unregister("_walked")
