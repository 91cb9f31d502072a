"""Small wrong versions of one SQL file: what a mutant is, which there are, how each is written and named.

Belongs here: walking the tree and writing mutants. What is changed into what is ``mutate_kinds``; running them is
``mutants``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xiansuo.core.naming import digest
from xiansuo.supervision.mutate_change import Change
from xiansuo.supervision.mutate_kinds import changes
from xiansuo.supervision.sql_tree import HITS_NAME, SqlFile, parse_sql

if TYPE_CHECKING:
    from sqlglot import exp

_SHOWN = 160
_ID_LENGTH = 8
_CTE = "xs_cte"
_WORD = re.compile(r"[A-Za-z_][\w.]*")


@dataclass(frozen=True)
class Mutant:
    """One wrong version of a SQL file.

    ``id`` is made of the kind and a digest of the changed text with its surroundings, so that it survives edits
    elsewhere. ``line`` and ``column`` say where the changed text begins. ``part`` is the CTE that is changed, empty for
    the outermost SELECT, and ``sql`` its text as in ``SqlParts``, which may read ``$name__above`` and ``$name__below``
    for a value nudged by one step.
    """

    id: str
    kind: str
    file: Path
    line: int
    column: int
    original: str
    mutated: str
    advice: str
    part: str
    sql: str


@dataclass(frozen=True)
class SqlParts:
    """A SQL file taken apart: the text of each CTE, in order, and of the outermost SELECT under the empty name.

    CTEs are named ``xs_cte.<name>`` where they are read. Recursive SQL is one part.
    """

    texts: dict[str, str]

    def after(self, part: str) -> list[str]:
        """The CTEs that rest on ``part``, in order."""
        touched = [part]
        for name, text in self.texts.items():
            if name and name not in touched and any(cte_relation(other) in _words(text) for other in touched):
                touched.append(name)
        return touched[1:]


def cte_relation(name: str) -> str:
    """The name under which a CTE is read."""
    return f"{_CTE}.{name}"


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text))


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
        key = key.replace(f"{_CTE}.", "")
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
            part=writer.part_of(change.node),
            sql=writer.changed(change),
        )
        found.append(mutant)
    return sorted(found, key=lambda mutant: (mutant.line, mutant.column))


def parts_of(path: Path, text: str) -> SqlParts:
    """The file as the mutants are written, unchanged in meaning."""
    return SqlParts(_Writer(parse_sql(path, text).tree).parts())


class _Writer:
    """Writes the parts of a tree again and again. CTE names are qualified in the tree where they are read."""

    def __init__(self, tree: exp.Query) -> None:
        with_ = tree.args.get("with_")
        self._tree = tree
        recursive = with_ is not None and bool(with_.args.get("recursive"))
        self._ctes: dict[str, exp.CTE] = (
            {} if recursive or with_ is None else {cte.alias: cte for cte in with_.expressions}
        )
        self._qualify()

    def parts(self) -> dict[str, str]:
        """The text of every part."""
        return {name: _sql(cte.this) for name, cte in self._ctes.items()} | {"": self._main()}

    def part_of(self, node: exp.Expr) -> str:
        """The name of the CTE a node stands in."""
        around: exp.Expr | None = node
        while around is not None:
            for name, cte in self._ctes.items():
                if around is cte:
                    return name
            around = around.parent
        return ""

    def changed(self, change: Change) -> str:
        """The part of the node with one change; the tree itself stays as it is."""
        part = self.part_of(change.node)
        if change.node is self._tree:
            return _without_ctes(change.replacement, bool(self._ctes))
        change.node.replace(change.replacement)
        try:
            return _sql(self._ctes[part].this) if part else self._main()
        finally:
            change.replacement.replace(change.node)

    def _main(self) -> str:
        return _without_ctes(self._tree, bool(self._ctes))

    def _qualify(self) -> None:
        from sqlglot import exp

        nested = {cte.alias for cte in self._tree.find_all(exp.CTE) if self._ctes.get(cte.alias) is not cte}
        if nested & set(self._ctes):
            self._ctes = {}  # names that mean two things: leave the file whole
        for table in self._tree.find_all(exp.Table):
            if not table.db and table.name in self._ctes:
                table.set("db", exp.to_identifier(_CTE))


def _without_ctes(tree: exp.Expr, has_parts: bool) -> str:
    with_ = tree.args.get("with_")
    if has_parts:
        tree.args["with_"] = None
    try:
        return _sql(tree)
    finally:
        tree.args["with_"] = with_


def _sql(node: exp.Expr) -> str:
    return str(node.sql(dialect="duckdb", comments=False)).replace(HITS_NAME, "{{hits}}")


def _short(text: str) -> str:
    plain = " ".join(text.split()).replace(HITS_NAME, "{{hits}}").replace(f"{_CTE}.", "")
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
