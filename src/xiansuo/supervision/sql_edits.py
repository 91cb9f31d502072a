"""The differences of two versions of one SELECT as single edits, each of which can be left out.

Belongs here: finding edits and writing the SQL with some of them only. An edit is a condition, an arm of a CASE, an
output column or a clause of one named part (common table expression) of the query.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp

_CLAUSES = ("joins", "from_", "group", "having", "qualify", "windows", "distinct", "order", "limit", "offset")
BODY = "body"
_FINAL = ""


@dataclass(frozen=True)
class SqlEdit:
    """One difference. ``part`` names the common table expression (empty: the final SELECT), ``before`` and ``after``
    the SQL on both sides (empty: not there)."""

    part: str
    clause: str
    before: str
    after: str
    undo: Callable[[dict[str, exp.Select]], None]


def edits(old: str, new: str) -> list[SqlEdit] | None:
    """The edits from ``old`` to ``new``; None when the two are built too differently to tell edits apart."""
    from sqlglot import exp

    before, after = _parts(old), _parts(new)
    if not isinstance(before[_FINAL], exp.Select) or not isinstance(after[_FINAL], exp.Select):
        return None
    found: list[SqlEdit] = []
    for name in after.keys() & before.keys():
        if isinstance(before[name], exp.Select) and isinstance(after[name], exp.Select):
            found += _select_edits(name, before[name], after[name])
        else:
            found += _body_edits(name, before[name], after[name])
    return sorted(found, key=lambda edit: (edit.part, edit.clause, edit.before, edit.after))


def without(old: str, new: str, undone: Collection[SqlEdit]) -> str:
    """``new`` with some of its edits undone, with the parts of either side that are then referred to."""
    import sqlglot

    tree = sqlglot.parse_one(new, dialect="duckdb")
    parts = _by_name(tree)
    for edit in undone:
        edit.undo(parts)
    _add_parts(tree, sqlglot.parse_one(old, dialect="duckdb"))
    return tree.sql(dialect="duckdb")


def _parts(sql: str) -> dict[str, Any]:
    import sqlglot

    return _by_name(sqlglot.parse_one(sql, dialect="duckdb"))


def _by_name(tree: Any) -> dict[str, Any]:
    return {**{cte.alias: cte.this for cte in tree.ctes}, _FINAL: tree}


def _add_parts(tree: Any, old: Any) -> None:
    """Keep the common table expressions the query needs, those that only ``old`` has among them, in order of need."""
    from sqlglot import exp

    have = {cte.alias for cte in tree.ctes}
    extra = [cte.copy() for cte in old.ctes if cte.alias not in have]
    listed = {cte.alias: cte for cte in [*extra, *(cte.copy() for cte in tree.ctes)]}
    if not listed:
        return
    ordered: list[Any] = []

    def visit(name: str) -> None:
        cte = listed.pop(name, None)
        if cte is not None:
            for table in cte.find_all(exp.Table):
                if not table.db:
                    visit(table.name)
            ordered.append(cte)

    clauses = tree.args.get("with_")
    tree.set("with_", None)
    needed: set[str] = set()
    waiting: list[Any] = [tree]
    while waiting:
        names = {table.name for table in waiting.pop().find_all(exp.Table) if not table.db}
        waiting += [listed[name] for name in names - needed if name in listed]
        needed |= names
    for name in [name for name in listed if name in needed]:
        visit(name)
    recursive = any(item is not None and item.args.get("recursive") for item in (clauses, old.args.get("with_")))
    tree.set("with_", exp.With(expressions=ordered, recursive=recursive) if ordered else None)


def _select_edits(part: str, old: exp.Select, new: exp.Select) -> list[SqlEdit]:
    found = _where_edits(part, old, new) + _projection_edits(part, old, new)
    for clause in _CLAUSES:
        before, after = _clause_sql(old, clause), _clause_sql(new, clause)
        if before != after:
            found.append(SqlEdit(part, clause.rstrip("_"), before, after, _restore_clause(part, clause, old)))
    return found


def _body_edits(part: str, old: Any, new: Any) -> list[SqlEdit]:
    """A part that is a union on one of the sides is one edit as a whole."""
    before, after = old.sql(dialect="duckdb"), new.sql(dialect="duckdb")

    def undo(parts: dict[str, Any]) -> None:
        parts[part].replace(old.copy())

    return [] if before == after else [SqlEdit(part, BODY, before, after, undo)]


def _clause_sql(select: exp.Select, clause: str) -> str:
    value = select.args.get(clause)
    items = value if isinstance(value, list) else [value]
    return " ".join(item.sql(dialect="duckdb") for item in items if item is not None)


def _restore_clause(part: str, clause: str, old: exp.Select) -> Callable[[dict[str, exp.Select]], None]:
    def undo(parts: dict[str, exp.Select]) -> None:
        value = old.args.get(clause)
        copied = [item.copy() for item in value] if isinstance(value, list) else value.copy() if value else None
        parts[part].set(clause, copied)

    return undo


def _conjuncts(select: exp.Select) -> list[Any]:
    from sqlglot import exp

    where = select.args.get("where")
    if where is None:
        return []
    return list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]


def _where_edits(part: str, old: exp.Select, new: exp.Select) -> list[SqlEdit]:
    before = {item.sql(dialect="duckdb"): item for item in _conjuncts(old)}
    after = {item.sql(dialect="duckdb"): item for item in _conjuncts(new)}
    come = [text for text in after if text not in before]
    pairs: list[tuple[str, str]] = []
    for gone in (text for text in before if text not in after):
        like = next((text for text in come if _columns(after[text]) == _columns(before[gone])), "")
        come = [text for text in come if text != like]
        pairs.append((gone, like))
    pairs += [("", text) for text in come]
    return [SqlEdit(part, "where", a, b, _restore_condition(part, before.get(a), b)) for a, b in pairs]


def _columns(condition: Any) -> set[str]:
    from sqlglot import exp

    return {column.sql() for column in condition.find_all(exp.Column)}


def _restore_condition(part: str, before: Any, after: str) -> Callable[[dict[str, exp.Select]], None]:
    def undo(parts: dict[str, exp.Select]) -> None:
        from sqlglot import exp

        kept = [item.copy() for item in _conjuncts(parts[part]) if item.sql(dialect="duckdb") != after]
        kept += [before.copy()] if before is not None else []
        parts[part].set("where", exp.Where(this=exp.and_(*kept, copy=False)) if kept else None)

    return undo


def _projection_edits(part: str, old: exp.Select, new: exp.Select) -> list[SqlEdit]:
    before = {item.alias_or_name: item for item in old.expressions}
    after = {item.alias_or_name: item for item in new.expressions}
    found: list[SqlEdit] = []
    for name in [*before, *(name for name in after if name not in before)]:
        one, other = before.get(name), after.get(name)
        if one is None or other is None or one.sql(dialect="duckdb") != other.sql(dialect="duckdb"):
            found += _column_edits(part, name, one, other)
    return found


def _column_edits(part: str, name: str, one: Any, other: Any) -> list[SqlEdit]:
    from sqlglot import exp

    if one is not None and other is not None:
        cases = one.unalias(), other.unalias()
        if all(isinstance(case, exp.Case) for case in cases):
            arms = _arm_edits(part, name, *cases)
            if arms:
                return arms
    texts = ["" if item is None else item.unalias().sql(dialect="duckdb") for item in (one, other)]
    return [SqlEdit(part, name, texts[0], texts[1], _restore_column(part, name, one))]


def _restore_column(part: str, name: str, one: Any) -> Callable[[dict[str, exp.Select]], None]:
    def undo(parts: dict[str, exp.Select]) -> None:
        items = [item for item in parts[part].expressions if one is not None or item.alias_or_name != name]
        if one is not None and any(item.alias_or_name == name for item in items):
            items = [one.copy() if item.alias_or_name == name else item for item in items]
        elif one is not None:
            items.append(one.copy())
        parts[part].set("expressions", items)

    return undo


def _arm_edits(part: str, name: str, one: exp.Case, other: exp.Case) -> list[SqlEdit]:
    """Arms that differ when the two cases agree in everything else and in the order of what they share."""
    before = [arm.sql(dialect="duckdb") for arm in one.args["ifs"]]
    after = [arm.sql(dialect="duckdb") for arm in other.args["ifs"]]
    if len(before) != len(after) or _clause_sql_of(one) != _clause_sql_of(other):
        return []
    return [
        SqlEdit(part, name, text, after[place], _restore_arm(part, name, place, one.args["ifs"][place]))
        for place, text in enumerate(before)
        if text != after[place]
    ]


def _clause_sql_of(case: exp.Case) -> list[str]:
    return ["" if case.args.get(key) is None else case.args[key].sql(dialect="duckdb") for key in ("this", "default")]


def _restore_arm(part: str, name: str, place: int, arm: Any) -> Callable[[dict[str, exp.Select]], None]:
    def undo(parts: dict[str, exp.Select]) -> None:
        column = next(item for item in parts[part].expressions if item.alias_or_name == name)
        column.unalias().args["ifs"][place].replace(arm.copy())

    return undo
