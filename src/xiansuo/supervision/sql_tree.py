"""A SQL file as a tree: parsed once, with positions, tables, aliases and lineage by name. For the linter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from xiansuo.core.errors import InputError

if TYPE_CHECKING:
    from sqlglot import exp

_Node = TypeVar("_Node", bound="exp.Expr")
HITS_NAME = "xs__hits"  # as long as {{hits}}, so that positions stay
_LITERAL_NOTE = "-- literal:"


@dataclass(frozen=True)
class SqlFile:
    """One parsed SQL file. ``tree`` is a query; ``{{hits}}`` reads as a table called xs__hits."""

    path: Path
    text: str
    tree: exp.Query

    @cached_property
    def _nodes(self) -> dict[type[exp.Expr], list[exp.Expr]]:
        found: dict[type[exp.Expr], list[exp.Expr]] = {}
        for node in self.tree.walk():
            found.setdefault(type(node), []).append(node)
        return found

    def find(self, *kinds: type[_Node]) -> list[_Node]:
        """Every node of these kinds, subclasses included, from one walk over the tree."""
        return [node for kind, nodes in self._nodes.items() if issubclass(kind, kinds) for node in nodes]  # type: ignore[misc]

    @cached_property
    def lines(self) -> list[str]:
        """The source lines."""
        return self.text.splitlines()

    @cached_property
    def tables(self) -> list[tuple[str, int, int]]:
        """Two-part table names with line and column; CTE names and {{hits}} left out."""
        from sqlglot import exp

        return [(f"{table.db}.{table.name}", *self.place(table)) for table in self.find(exp.Table) if table.db]

    @cached_property
    def aliases(self) -> dict[str, list[exp.Expr]]:
        """Every projected expression of every SELECT by its output name."""
        from sqlglot import exp

        found: dict[str, list[exp.Expr]] = {}
        for select in self.find(exp.Select):
            for item in select.expressions:
                if not isinstance(item, exp.Column):
                    found.setdefault(item.alias_or_name.lower(), []).append(item.unalias())
        return found

    def outputs(self, name: str) -> list[exp.Expr]:
        """The expressions behind one output column, one per branch of a UNION."""
        return [
            item.unalias()
            for select in self.branches()
            for item in select.expressions
            if item.alias_or_name.lower() == name
        ]

    def branches(self) -> list[exp.Select]:
        """The outermost SELECTs."""
        return list(_branches(self.tree))

    def lineage(self, start: exp.Expr) -> Iterator[exp.Expr]:
        """``start`` and every expression its columns come from, followed by name through CTEs."""
        from sqlglot import exp

        seen: set[str] = set()
        waiting = [start]
        while waiting:
            current = waiting.pop()
            yield current
            for column in current.find_all(exp.Column):
                name = column.name.lower()
                if name not in seen:
                    seen.add(name)
                    waiting += self.aliases.get(name, [])

    def place(self, node: exp.Expr, word: str | None = None) -> tuple[int, int]:
        """Line and column of a node: its own, its first descendant's, else where ``word`` stands."""
        for part in node.walk():
            start = part.meta.get("start")  # its "line" is not to be trusted after comments
            if start is not None:
                return self.text.count("\n", 0, start) + 1, start - self.text.rfind("\n", 0, start)
        if word:
            for number, line in enumerate(self.lines, start=1):
                match = re.search(rf"\b{re.escape(word)}\b", line.split("--")[0], re.IGNORECASE)
                if match:
                    return number, match.start() + 1
        return 1, 1

    def noted(self, line: int) -> bool:
        """Whether the line explains its literal."""
        return 0 < line <= len(self.lines) and _LITERAL_NOTE in self.lines[line - 1]


def _branches(query: Any) -> Iterator[exp.Select]:
    from sqlglot import exp

    if isinstance(query, exp.Select):
        yield query
    elif isinstance(query, exp.SetOperation):
        yield from _branches(query.this)
        yield from _branches(query.expression)
    elif isinstance(query, exp.Subquery):
        yield from _branches(query.this)


def parse_sql(path: Path, text: str) -> SqlFile:
    """Parse one file holding one SELECT; InputError with the parser's line otherwise."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    plain = text.replace("{{hits}}", HITS_NAME)
    try:
        parsed = [tree for tree in sqlglot.parse(plain, dialect="duckdb") if tree is not None]
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        line = details[0].get("line") or 1
        raise InputError(
            str(details[0].get("description") or error), file=path, field=f"line {line}", value=line, fix="mend the SQL"
        ) from error
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Query):
        raise InputError("the file must hold exactly one SELECT", file=path, value=1, fix="keep one SELECT with CTEs")
    return SqlFile(path, plain, parsed[0])
