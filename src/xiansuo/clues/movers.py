"""What moved a hit between two versions of a rule: each difference is tried alone, or where needed left out.

Belongs here: listing the differences of two sides rule by rule and telling which one makes a hit come, go or change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiansuo.clues.what_if import HitKey, Laboratory, State
from xiansuo.core.progress import Progress
from xiansuo.supervision.bind import parameter_names
from xiansuo.supervision.graphs import graphs_read
from xiansuo.supervision.model import EFFECTS, Model, Parameter, Rule
from xiansuo.supervision.sql_edits import BODY, SqlEdit, edits, without

_WHOLE = "规则语句整体改写"
_TOGETHER = "多处改动共同作用"
_GRAPHS = "关联关系（graphs）口径"
_EVENT_DATE = "参数取值所依日期（event_date）"
_CLAUSES = {
    "where": "条件",
    "joins": "连接",
    "from": "来源",
    "group": "分组",
    "having": "分组条件",
    "qualify": "窗口条件",
    "windows": "窗口",
    "distinct": "去重",
    "order": "排序",
    "limit": "条数",
    "offset": "起始条",
    BODY: "整段语句",
}


@dataclass(frozen=True)
class Side:
    """One version of the model with the parameters and weights to run it with."""

    model: Model
    parameters: Mapping[str, Parameter]
    scoring: Mapping[str, Parameter]


@dataclass(frozen=True)
class _Edit:
    """One difference of a rule: a parameter by name, or a piece of SQL. ``label`` is Chinese."""

    label: str
    parameter: str | None = None
    sql: SqlEdit | None = None


def moved_keys(lab: Laboratory, before: Side, after: Side, progress: Progress) -> dict[tuple[Any, ...], str]:
    """(rule, subject, first day, last day) of every hit that moved -> what moved it, in Chinese."""
    names = sorted({rule.id for side in (before, after) for rule in side.model.rules})
    found: dict[tuple[Any, ...], str] = {}
    for place, name in enumerate(names):
        progress.step("compare rules", place, len(names))
        for key, label in _rule_moves(lab, before, after, name).items():
            found[(name, *key)] = label
    progress.step("compare rules", len(names), len(names))
    return found


def _rule_moves(lab: Laboratory, before: Side, after: Side, name: str) -> dict[HitKey, str]:
    old, new = before.model.rule(name), after.model.rule(name)
    if old is None or new is None:
        rule, side = (old, before) if old is not None else (new, after)
        assert rule is not None  # one of the two sides named it
        word = "去掉规则" if old is not None else "新增规则"
        states = lab.states(side.model, rule, side.parameters)
        return dict.fromkeys(states, f"{word} {rule.spec.code} {rule.spec.title}")
    effects = _effects(old, new)
    listed = _edits(before, after, old, new)
    beside = _beside(before.model, after.model, old, new)
    if not listed and not effects and beside is None:
        return {}
    one, other = lab.states(before.model, old, before.parameters), lab.states(after.model, new, after.parameters)
    moved = [key for key in {**one, **other} if one.get(key) != other.get(key)]
    labels = _Trials(lab, before, after, old, new, listed, beside or _WHOLE, one, other).labels(moved) if moved else {}
    return {**_by_effect(other, effects), **labels}


def _edits(before: Side, after: Side, old: Rule, new: Rule) -> list[_Edit]:
    graphs = [*graphs_read(before.model.graphs, [old]), *graphs_read(after.model.graphs, [new])]
    used = set().union(
        *(parameter_names(sql) for sql in (old.hits_sql, new.hits_sql, *(graph.sql for graph in graphs)))
    )
    found = []
    for name in sorted(used):
        one, other = before.parameters.get(name), after.parameters.get(name)
        if one is not None and other is not None and one.values != other.values:
            found.append(_Edit(f"参数「{other.title}」（{name}）{_values(one, other)}", parameter=name))
    if old.hits_sql != new.hits_sql:
        pieces = edits(old.hits_sql, new.hits_sql)
        code = new.spec.code
        if pieces is None:
            found.append(_Edit(f"{code} {_WHOLE}"))
        else:
            found += [_Edit(f"{code} {_piece(piece)}", sql=piece) for piece in pieces]
    return found


def _values(one: Parameter, other: Parameter) -> str:
    """What changed: the values, with the day each holds from when there are several."""
    before = {dated.start: _shown(dated.value) for dated in one.values}
    after = {dated.start: _shown(dated.value) for dated in other.values}
    if len(before) == len(after) == 1:
        return f"{next(iter(before.values()))} → {next(iter(after.values()))}"
    return "，".join(
        f"{day} 起 {before.get(day, '无')} → {after.get(day, '无')}"
        for day in sorted({*before, *after})
        if before.get(day) != after.get(day)
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _piece(edit: SqlEdit) -> str:
    where = f"（{edit.part}）" if edit.part else ""
    kind = _CLAUSES.get(edit.clause, f"输出列 {edit.clause}")
    if not edit.before:
        return f"新增{kind}{where}：{edit.after}"
    if not edit.after:
        return f"去掉{kind}{where}：{edit.before}"
    return f"{kind}{where}：{edit.before} → {edit.after}"


def _beside(before: Model, after: Model, old: Rule, new: Rule) -> str | None:
    """What can move hits beside parameters and the rule's own SQL, in Chinese; None when it is alike on both sides."""
    one = {graph.name: graph.sql for graph in graphs_read(before.graphs, [old])}
    differ = one != {graph.name: graph.sql for graph in graphs_read(after.graphs, [new])}
    named = [(_GRAPHS, differ), (_EVENT_DATE, old.spec.event_date != new.spec.event_date)]
    return " 或 ".join(label for label, wrong in named if wrong) or None


def _effects(old: Rule, new: Rule) -> dict[str, str]:
    """Exclusion code -> label, for codes whose effect on the clue differs."""
    before = {item.code: item for item in old.spec.exclusions}
    code = new.spec.code
    return {
        item.code: f"{code} 排除项「{item.name}」由{EFFECTS[before[item.code].effect]}改为{EFFECTS[item.effect]}"
        for item in new.spec.exclusions
        if item.code in before and before[item.code].effect != item.effect
    }


def _by_effect(states: Mapping[HitKey, State], effects: Mapping[str, str]) -> dict[HitKey, str]:
    found = {}
    for key, rows in states.items():
        for row in rows:
            code = next((text.partition("=")[2] for text in row if text.startswith("exclusion_code=")), "")
            if code in effects:
                found[key] = effects[code]
    return found


@dataclass
class _Trials:
    """One rule with its differences; every trial runs the rule with a choice of them."""

    lab: Laboratory
    before: Side
    after: Side
    old: Rule
    new: Rule
    edits: Sequence[_Edit]
    beside: str
    one: Mapping[HitKey, State]
    other: Mapping[HitKey, State]

    def labels(self, moved: Collection[HitKey]) -> dict[HitKey, str]:
        """Per moved hit: the edits that move it each by itself, else those without which it would not move."""
        if not self.edits:
            return dict.fromkeys(moved, self.beside)
        if any(edit.sql is None and edit.parameter is None for edit in self.edits):
            return dict.fromkeys(moved, _WHOLE if len(self.edits) == 1 and self.beside == _WHOLE else _TOGETHER)
        base = self._states(())
        if base is None:
            return dict.fromkeys(moved, _TOGETHER)
        found = {key: self.beside for key in moved if base.get(key) == self.other.get(key)}
        found |= {key: _TOGETHER for key in moved if key not in found and base.get(key) != self.one.get(key)}
        return found | self._told_apart([key for key in moved if key not in found])

    def _told_apart(self, moved: Sequence[HitKey]) -> dict[HitKey, str]:
        """The same for hits that the edits alone move."""
        if len(self.edits) == 1:
            return dict.fromkeys(moved, self.edits[0].label)
        alone = {edit.label: self._states((edit,)) for edit in self.edits}
        found = {}
        for key in moved:
            single = [
                label
                for label, states in alone.items()
                if states is not None and states.get(key) == self.other.get(key)
            ]
            if single:
                found[key] = " 或 ".join(single)
        rest = [key for key in moved if key not in found]
        if rest:
            found |= self._needed(rest)
        return found

    def _needed(self, moved: Collection[HitKey]) -> dict[HitKey, str]:
        lacking = {
            edit.label: self._states(tuple(other for other in self.edits if other is not edit)) for edit in self.edits
        }
        found = {}
        for key in moved:
            needed = [
                label for label, states in lacking.items() if states is None or states.get(key) != self.other.get(key)
            ]
            found[key] = " 且 ".join(needed) or _TOGETHER
        return found

    def _states(self, chosen: Collection[_Edit]) -> dict[HitKey, State] | None:
        """The rule with these edits only; None when DuckDB refuses the mixture: it moves nothing and cannot stand."""
        import duckdb

        names = {edit.parameter for edit in chosen}
        parameters = {
            name: self.before.parameters[name]
            if name in self.before.parameters and name not in names
            else self.after.parameters.get(name, self.before.parameters.get(name))
            for name in {*self.before.parameters, *self.after.parameters}
        }
        undone = [edit.sql for edit in self.edits if edit.sql is not None and edit not in chosen]
        sql = without(self.old.hits_sql, self.new.hits_sql, undone) if undone else self.new.hits_sql
        known = {name: parameter for name, parameter in parameters.items() if parameter is not None}
        try:
            return self.lab.states(self.after.model, self.new, known, sql)
        except duckdb.Error:
            return None
