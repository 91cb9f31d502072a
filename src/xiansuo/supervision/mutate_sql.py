"""Small wrong versions of one SQL file: what a mutant is, which there are, how each is written and named.

Belongs here: walking the tree and writing mutants. What is changed into what is ``mutate_kinds``; running them is
``mutants``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xiansuo.core.naming import digest
from xiansuo.supervision.mutate_kinds import Change, changes
from xiansuo.supervision.sql_tree import HITS_NAME, SqlFile, parse_sql

if TYPE_CHECKING:
    from sqlglot import exp

_SHOWN = 160
_ID_LENGTH = 8


@dataclass(frozen=True)
class Mutant:
    """One wrong version of a SQL file.

    ``id`` is made of the kind and a digest of the changed text with its surroundings, so that it survives edits
    elsewhere. ``line`` and ``column`` say where the changed text begins. ``sql`` reads ``{{hits}}`` and ``$names``
    like the file itself, and ``$name__above`` and ``$name__below`` for a value nudged by one step.
    """

    id: str
    kind: str
    file: Path
    line: int
    column: int
    original: str
    mutated: str
    advice: str
    sql: str


def mutants_of(
    path: Path, text: str, *, nudges: Mapping[str, str], exclusions: Collection[str] = (), prefix: str = ""
) -> list[Mutant]:
    """Every mutant of one file, in the order of the text. InputError when the file is not one SELECT.

    ``nudges`` maps the names of nudged parameters that exist, such as ``gap__above``, to their values as shown.
    """
    source = parse_sql(path, text)
    writer = _Writer(source.tree)
    seen: Counter[str] = Counter()
    found = []
    for change in changes(source.tree, frozenset(exclusions), nudges):
        key = "|".join((change.kind, _scope(change.node), change.anchor, change.original, change.mutated))
        seen[key] += 1
        line, column = _place(source, change.node if change.at is None else change.at)
        mutant = Mutant(
            id=f"{prefix}{change.kind}-{digest(f'{key}|{seen[key]}', _ID_LENGTH)}",
            kind=change.kind,
            file=path,
            line=line,
            column=column,
            original=_short(change.original),
            mutated=_short(change.mutated),
            advice=_short(change.advice),
            sql=writer.changed(change),
        )
        found.append(mutant)
    return sorted(found, key=lambda mutant: (mutant.line, mutant.column))


def rewritten(path: Path, text: str) -> str:
    """The file as the mutants are written, unchanged in meaning: what tells a bad rewriting from a mutation."""
    return _Writer(parse_sql(path, text).tree).whole()


class _Writer:
    """Writes a tree again and again; parts no change touches, CTE by CTE, are written once."""

    def __init__(self, tree: exp.Query) -> None:
        with_ = tree.args.get("with_")
        self._tree = tree
        self._ctes = list(with_.expressions) if with_ is not None else []
        self._head = "WITH RECURSIVE " if with_ is not None and with_.args.get("recursive") else "WITH "
        self._written = [_sql(cte) for cte in self._ctes]
        self._body = self._main()

    def whole(self) -> str:
        """The tree as it is."""
        return self._joined(self._written, self._body)

    def changed(self, change: Change) -> str:
        """The tree with one change; the tree itself stays as it is."""
        top = self._cte_of(change.node)
        if change.node is self._tree:
            return self._replaced_whole(change)
        change.node.replace(change.replacement)
        try:
            if top is None:
                return self._joined(self._written, self._main())
            pieces = [_sql(cte) if cte is top else text for cte, text in zip(self._ctes, self._written, strict=True)]
            return self._joined(pieces, self._body)
        finally:
            change.replacement.replace(change.node)

    def _replaced_whole(self, change: Change) -> str:
        change.replacement.set("with_", None)
        return self._joined(self._written, _sql(change.replacement))

    def _main(self) -> str:
        with_ = self._tree.args.get("with_")
        self._tree.args["with_"] = None
        try:
            return _sql(self._tree)
        finally:
            self._tree.args["with_"] = with_

    def _joined(self, ctes: Sequence[str], body: str) -> str:
        return (self._head + ",\n".join(ctes) + "\n" + body) if ctes else body

    def _cte_of(self, node: exp.Expr) -> exp.Expr | None:
        around: exp.Expr | None = node
        while around is not None:
            if any(around is cte for cte in self._ctes):
                return around
            around = around.parent
        return None


def _sql(node: exp.Expr) -> str:
    return str(node.sql(dialect="duckdb", comments=False)).replace(HITS_NAME, "{{hits}}")


def _short(text: str) -> str:
    plain = " ".join(text.split()).replace(HITS_NAME, "{{hits}}")
    return plain if len(plain) <= _SHOWN else plain[: _SHOWN - 1] + "…"


def _scope(node: exp.Expr) -> str:
    """The name of the CTE the node stands in, empty in the outermost SELECT."""
    from sqlglot import exp

    cte = node.find_ancestor(exp.CTE)
    return "" if cte is None else cte.alias


def _place(source: SqlFile, node: exp.Expr) -> tuple[int, int]:
    """Line and column where the node's own text begins, or the place of what surrounds it."""
    around: exp.Expr | None = node
    while around is not None:
        start = min(_starts(around), default=None)
        if start is not None:
            return source.text.count("\n", 0, start) + 1, start - source.text.rfind("\n", 0, start)
        around = around.parent
    return 1, 1


def _starts(node: exp.Expr) -> Iterator[int]:
    for part in node.walk():
        start = part.meta.get("start")
        if start is not None:
            yield int(start)
