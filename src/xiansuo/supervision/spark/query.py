"""Whole statements: CTEs, SELECT with all its clauses, set operations, VALUES. Stars and unknown joins are refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sqlglot import exp

from xiansuo.supervision.spark.casting import cast
from xiansuo.supervision.spark.known import refuse_unknown_parts
from xiansuo.supervision.spark.refused import Refused
from xiansuo.supervision.spark.scope import Relation, Relations, Scope, quoted
from xiansuo.supervision.spark.types import NULL, TypeOracle, Value
from xiansuo.supervision.spark.values import Context
from xiansuo.supervision.spark.windows import one_ordered

Columns = dict[str, str]
STEP = "_step_"
_SET_OPERATIONS: dict[type[exp.Expr], str] = {exp.Union: "UNION", exp.Except: "EXCEPT", exp.Intersect: "INTERSECT"}
_SIDES = {"": "INNER", "LEFT": "LEFT", "RIGHT": "RIGHT", "FULL": "FULL"}
_KINDS = ("", "INNER", "OUTER", "CROSS", "SEMI", "ANTI")
_CLAUSES = {
    "with_", "kind", "expressions", "hint", "distinct", "into", "from_", "joins", "where", "group", "having", "qualify",
    "windows", "order", "limit", "offset", "operation_modifiers", "laterals", "pivots", "sample", "match", "exclude",
}  # fmt: skip


class QueryWriter:
    """Writes queries over known relations (lower-case two-part name or bare name -> Relation)."""

    def __init__(self, relations: Relations, oracle: TypeOracle) -> None:
        self.relations = dict(relations)
        self.oracle = oracle
        self.steps: list[tuple[str, str]] = []

    def write_whole(self, node: exp.Expr) -> tuple[str, Columns]:
        """A statement of its own: columns that are NULL throughout come out as INTEGER, as DuckDB has it.

        Spark writes a CTE out wherever it is read, so that a chain of CTEs read twice each doubles with every link.
        Those read more than once become ``steps`` (view name, query), to be computed once each, in order.
        """
        refuse_unknown_parts(node)
        known = dict(self.relations)
        uses = Counter(table.name.lower() for table in node.find_all(exp.Table) if not table.db)
        for name, text, columns in self._written_ctes(node, known, None):
            if uses[name.lower()] > 1:
                self.steps.append((STEP + name, text))
                known[name.lower()] = Relation(quoted(STEP + name), columns)
            else:
                known[name.lower()] = Relation(f"(\n{text}\n)", columns)
        text, columns = self._body(node, known, None)
        kinds = ["INTEGER" if kind == NULL else kind for kind in columns.values()]
        return _typed(text, columns, kinds, node), dict(zip(columns, kinds, strict=True))

    def write(self, node: exp.Expr, parent: Scope | None = None) -> tuple[str, Columns]:
        """Spark text and typed columns of a query."""
        known = dict(parent.relations if parent else self.relations)
        head = self._ctes(node, known, parent)
        text, columns = self._body(node, known, parent)
        return head + text, columns

    def _ctes(self, node: exp.Expr, known: dict[str, Relation], parent: Scope | None) -> str:
        written = []
        for name, text, columns in self._written_ctes(node, known, parent):
            known[name.lower()] = Relation(quoted(name), columns)
            written.append(f"{quoted(name)} AS (\n{text}\n)")
        return "WITH " + ",\n".join(written) + "\n" if written else ""

    def _written_ctes(
        self, node: exp.Expr, known: dict[str, Relation], parent: Scope | None
    ) -> Iterator[tuple[str, str, Columns]]:
        """Name, text and columns of each CTE; the caller makes one known before it asks for the next."""
        given = node.args.get("with_")
        if given is not None and given.args.get("recursive"):
            raise Refused("RECURSIVE", given)
        for cte in given.expressions if given is not None else ():
            text, columns = self._inner(cte.this, known, parent)
            text, columns = _renamed(cte, f"(\n{text}\n)", columns, bare=text)
            yield cte.alias, text, columns

    def _inner(self, node: exp.Expr, known: dict[str, Relation], parent: Scope | None) -> tuple[str, Columns]:
        """A query that sees the relations known so far."""
        return self.write(node, Scope(relations=known, parent=parent))

    def _body(self, node: Any, known: dict[str, Relation], parent: Scope | None) -> tuple[str, Columns]:
        if isinstance(node, exp.Select):
            return self._select(node, known, parent)
        if type(node) in _SET_OPERATIONS:
            return self._set_operation(node, known, parent)
        if isinstance(node, exp.Subquery):
            if node.args.get("joins") or node.alias:
                raise Refused("construct", node)
            text, columns = self._inner(node.this, known, parent)
            return f"({text})", columns
        if isinstance(node, exp.Values):
            return self._values(node, known, parent)
        raise Refused("construct", node)

    def _set_operation(self, node: Any, known: dict[str, Relation], parent: Scope | None) -> tuple[str, Columns]:
        if node.args.get("by_name"):
            raise Refused("construct", node)
        (first, left), (second, right) = (self._inner(side, known, parent) for side in (node.left, node.right))
        kinds = [self.oracle.union(pair) for pair in zip(left.values(), right.values(), strict=True)]
        word = _SET_OPERATIONS[type(node)] + (" DISTINCT" if node.args.get("distinct") else " ALL")
        columns = dict(zip(left, kinds, strict=True))
        text = f"({_typed(first, left, kinds, node)})\n{word}\n({_typed(second, right, kinds, node)})"
        if node.args.get("order") or node.args.get("limit") or node.args.get("offset"):
            scope = Scope(relations=known, parent=parent, sources={"_set": columns})
            listed = ", ".join(quoted(name) for name in columns)
            text = f"SELECT {listed} FROM ({text}) AS `_set`" + self._tail(node, Context(scope, self.oracle, self), {})
        return text, columns

    def _values(self, node: exp.Values, known: dict[str, Relation], parent: Scope | None) -> tuple[str, Columns]:
        context = Context(Scope(relations=known, parent=parent), self.oracle, self)
        rows = [[context.value(item) for item in row.expressions] for row in node.expressions]
        kinds = [self.oracle.union([item.type for item in column]) for column in zip(*rows, strict=True)]
        alias = node.args.get("alias")
        names = [column.name for column in (alias.args.get("columns") or ()) if alias] if alias else []
        names = names or [f"col{position}" for position in range(len(kinds))]
        lines = [
            "(" + ", ".join(cast(item, kind, node) for item, kind in zip(row, kinds, strict=True)) + ")" for row in rows
        ]
        listed = ", ".join(quoted(name) for name in names)
        text = f"SELECT {listed} FROM VALUES {', '.join(lines)} AS `_values` ({listed})"
        return text, {name.lower(): kind for name, kind in zip(names, kinds, strict=True)}

    def _select(self, node: exp.Select, known: dict[str, Relation], parent: Scope | None) -> tuple[str, Columns]:
        _refuse_clauses(node)
        scope = Scope(relations=known, parent=parent)
        context = Context(scope, self.oracle, self)
        source = self._from(node, scope, context)
        for definition in node.args.get("windows") or ():
            scope.windows[definition.name.lower()] = definition
        for item in node.expressions:
            if isinstance(item, exp.Alias):
                scope.aliases[item.alias.lower()] = lambda inner=item.this: context.value(inner)  # type: ignore[misc]
        items, columns = self._items(node, context)
        distinct = "DISTINCT " if node.args.get("distinct") else ""
        aliases = {item.alias.lower(): item.alias for item in node.expressions if isinstance(item, exp.Alias)}
        qualify = node.args.get("qualify")
        if qualify is not None:  # Spark's own QUALIFY does not see grouped columns that are not output
            items.append(f"{context.boolean(qualify.this)} AS `_kept`")
            inner = f"SELECT {', '.join(items)}{source}{self._filters(node, context)}"
            listed = ", ".join(quoted(name) for name in columns)
            text = f"SELECT {distinct}{listed} FROM (\n{inner}\n) AS `_qualified`\nWHERE `_kept`"
            if any(
                not _is_alias(item.this, aliases)
                for item in (node.args["order"].expressions if node.args.get("order") else ())
            ):
                raise Refused("construct", node)
        else:
            text = f"SELECT {distinct}{', '.join(items)}{source}{self._filters(node, context)}"
        return text + self._tail(node, context, aliases), columns

    def _items(self, node: exp.Select, context: Context) -> tuple[list[str], Columns]:
        items: list[str] = []
        columns: Columns = {}
        for position, item in enumerate(node.expressions):
            if isinstance(item, exp.Star) or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star)):
                raise Refused("SELECT *", item)
            value = context.value(item.unalias())
            if value.type == "INTERVAL":
                raise Refused("interval arithmetic", item)
            name = item.alias_or_name
            if not name or name.lower() in columns:  # nobody can refer to it: a later branch of a UNION
                name = f"_column{position}"
            items.append(f"{value.text} AS {quoted(name)}")
            columns[name.lower()] = value.type
        return items, columns

    def _from(self, node: exp.Select, scope: Scope, context: Context) -> str:
        given = node.args.get("from_")
        if given is None:
            return ""
        parts = ["\nFROM " + self._source(given.this, scope)]
        for join in node.args.get("joins") or ():
            parts.append(self._join(join, scope, context))
        return "".join(parts)

    def _join(self, join: exp.Join, scope: Scope, context: Context) -> str:
        side, kind = str(join.args.get("side") or "").upper(), str(join.args.get("kind") or "").upper()
        method = str(join.args.get("method") or "").upper()
        if method:
            raise Refused("ASOF JOIN" if method == "ASOF" else "NATURAL JOIN", join)
        if kind not in _KINDS or side not in _SIDES:
            raise Refused("construct", join)
        before = dict(scope.sources)
        source = self._source(join.this, scope)
        word = f"LEFT {kind}" if kind in ("SEMI", "ANTI") else _SIDES[side]
        condition = self._condition(join, scope, context, before, word)
        return f"\n{word if condition else 'CROSS'} JOIN {source}{condition}"

    def _condition(
        self, join: exp.Join, scope: Scope, context: Context, before: Mapping[str, Mapping[str, str]], word: str
    ) -> str:
        on = join.args.get("on")
        if on is not None:
            return f" ON {context.boolean(on)}"
        using = [item.name for item in join.args.get("using") or ()]
        if using and word in ("RIGHT", "FULL"):
            raise Refused("RIGHT or FULL JOIN USING", join)
        right = next(reversed(scope.sources))
        pairs = []
        for name in using:
            left = next(alias for alias, columns in before.items() if name.lower() in columns)
            pairs.append(f"{quoted(left)}.{quoted(name)} = {quoted(right)}.{quoted(name)}")
        return f" ON {' AND '.join(pairs)}" if pairs else ""

    def _source(self, node: Any, scope: Scope) -> str:
        if node.args.get("pivots") or node.args.get("sample") or node.args.get("ordinality"):
            raise Refused("PIVOT" if node.args.get("pivots") else "TABLESAMPLE", node)
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            name = f"{node.db}.{node.name}".lower() if node.db else node.name.lower()
            relation = scope.relations.get(name)
            if relation is None or node.args.get("joins"):
                raise Refused("construct", node)
            alias, text, columns = node.alias or node.name, relation.text, dict(relation.columns)
        elif isinstance(node, exp.Subquery | exp.Values):
            alias = node.alias or f"_source{len(scope.sources)}"
            inner = node.this if isinstance(node, exp.Subquery) else node
            text, columns = self._inner(inner, scope.relations, scope.parent)
            text = f"(\n{text}\n)"
        else:
            raise Refused("LATERAL" if isinstance(node, exp.Lateral) else "construct", node)
        text, columns = _renamed(node, text, columns)
        scope.sources[alias.lower()] = columns
        return f"{text} AS {quoted(alias)}"

    def _filters(self, node: exp.Select, context: Context) -> str:
        parts = []
        where, having = (node.args.get(name) for name in ("where", "having"))
        if where is not None:
            parts.append(f"\nWHERE {context.boolean(where.this)}")
        if node.args.get("group") is not None:
            parts.append(_grouping(node, context))
        if having is not None:
            parts.append(f"\nHAVING {context.boolean(having.this)}")
        return "".join(parts)

    def _tail(self, node: Any, context: Context, aliases: Mapping[str, str]) -> str:
        order, limit, offset = (node.args.get(name) for name in ("order", "limit", "offset"))
        if (limit is not None or offset is not None) and order is None:
            raise Refused("LIMIT without ORDER BY", limit if limit is not None else offset)
        parts = []
        if order is not None:
            if any(isinstance(item.this, exp.Literal) for item in order.expressions):
                raise Refused("construct", order)
            listed = [one_ordered(_order_item(item.this, context, aliases), item) for item in order.expressions]
            parts.append("\nORDER BY " + ", ".join(listed))
        for word, clause in (("LIMIT", limit), ("OFFSET", offset)):
            if clause is not None:
                number = context.value(clause.expression).whole
                if number is None:
                    raise Refused("construct", clause)
                parts.append(f"\n{word} {number}")
        return "".join(parts)


def _typed(text: str, columns: Columns, kinds: list[str], node: exp.Expr) -> str:
    if list(columns.values()) == kinds:
        return text
    picked = ", ".join(
        f"{cast(Value(quoted(name), kind), wanted, node)} AS {quoted(name)}"
        for (name, kind), wanted in zip(columns.items(), kinds, strict=True)
    )
    return f"SELECT {picked} FROM ({text}) AS `_branch`"


def _renamed(node: Any, text: str, columns: Columns, bare: str | None = None) -> tuple[str, Columns]:
    """A source whose alias names its columns: ``(...) AS v (k)``; ``bare`` is what stands when it names none."""
    alias = node.args.get("alias")
    names = [column.name for column in alias.args.get("columns") or ()] if alias is not None else []
    if not names or [name.lower() for name in names] == list(columns):
        return bare or text, columns
    picked = ", ".join(f"{quoted(old)} AS {quoted(new)}" for old, new in zip(columns, names, strict=True))
    renamed = {name.lower(): kind for name, kind in zip(names, columns.values(), strict=True)}
    query = f"SELECT {picked} FROM {text} AS `_given`"
    return (query if bare else f"({query})"), renamed


def _grouping(node: exp.Select, context: Context) -> str:
    group = node.args["group"]
    if any(group.args.get(name) for name in ("grouping_sets", "cube", "rollup", "totals")):
        raise Refused("GROUPING SETS", group)
    if group.args.get("all"):
        plain = [item.unalias() for item in node.expressions if not _aggregates(item)]
    else:
        plain = [_grouped_item(item, node) for item in group.expressions]
    keys = [context.value(item).text for item in plain if not isinstance(item, exp.Literal | exp.Null)]
    return "\nGROUP BY " + ", ".join(keys) if keys else ""


def _aggregates(item: exp.Expr) -> bool:
    return any(True for _ in item.find_all(exp.AggFunc))


def _grouped_item(item: exp.Expr, node: exp.Select) -> exp.Expr:
    """A number in GROUP BY is the place of an output column."""
    if isinstance(item, exp.Literal) and not item.is_string:
        chosen: exp.Expr = node.expressions[int(item.this) - 1]
        return chosen.unalias()
    return item


def _order_item(item: exp.Expr, context: Context, aliases: Mapping[str, str]) -> str:
    if _is_alias(item, aliases):
        return quoted(aliases[item.name.lower()])
    return context.value(item).text


def _is_alias(item: exp.Expr, aliases: Mapping[str, str]) -> bool:
    return isinstance(item, exp.Column) and not item.table and item.name.lower() in aliases


def _refuse_clauses(node: exp.Select) -> None:
    unknown = [name for name, given in node.args.items() if given and name not in _CLAUSES]
    if unknown or node.args.get("kind") or node.args.get("into") or node.args.get("exclude"):
        raise Refused("construct", node)
    for name, construct in (("laterals", "LATERAL"), ("pivots", "PIVOT"), ("sample", "TABLESAMPLE")):
        if node.args.get(name):
            raise Refused(construct, node)
    distinct = node.args.get("distinct")
    if distinct is not None and distinct.args.get("on") is not None:
        raise Refused("DISTINCT ON", node)
