"""What reads a column: marts, graphs, rules, evidence, mappings, and the clue fields it ends in.

Belongs here: following names, no change at hand. Whether a change breaks them is ``breakage``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from xiansuo.catalog.column_lineage import Source, read_query
from xiansuo.catalog.trace import Relations, trace_model
from xiansuo.core.errors import UsageError
from xiansuo.supervision.graphs import COLUMNS as GRAPH_COLUMNS
from xiansuo.supervision.mart_files import in_order

if TYPE_CHECKING:
    from xiansuo.catalog.discover import Units
    from xiansuo.supervision.model import Model

Kind = Literal["mart", "graph", "rule", "evidence", "mapping", "subject"]


@dataclass(frozen=True)
class Touch:
    """One place that reads what changes.

    ``fields`` are the output columns whose value comes from it, ``clue_fields`` what those fill in the clue;
    ``decides`` says that it also takes part in choosing rows (a join, a condition, a window). ``error`` is why the
    place no longer works, None when it still binds or no change was proposed.
    """

    kind: Kind
    unit: str
    file: Path
    line: int
    columns: tuple[str, ...]
    fields: tuple[str, ...] = ()
    clue_fields: tuple[str, ...] = ()
    decides: bool = False
    error: str | None = None


def sources(known: Relations, target: str) -> set[Source]:
    """The columns a target names: ``domain.dataset``, ``domain.dataset.column`` or the same of a mart."""
    columns = known.columns
    relation, _, column = target.partition(".")[2].partition(".")
    name = f"{target.partition('.')[0]}.{relation}"
    if name not in columns:
        near = ", ".join(sorted(item for item in columns if relation and relation in item)[:5])
        raise UsageError("no such dataset or mart", field="target", value=target, fix=near or "see xiansuo status")
    if column and column not in columns[name]:
        raise UsageError("no such column", unit=name, field="column", value=column, fix=", ".join(columns[name]))
    return {(name, item) for item in columns[name] if column in ("", item)}


def touched(units: Units, known: Relations, changed: Iterable[Source]) -> list[Touch]:
    """Every mart, rule, mapping and subject that reads one of the columns, directly or through marts."""
    reached: set[Source] = set(changed)
    shifted: set[str] = set()
    found: list[Touch] = []
    for mart in in_order(units.marts, units.marts):
        reading = known.marts[mart.sql_name]
        seen = reading.mentions & reached
        if seen or any(name in shifted for name in mart.inputs):
            fields = tuple(name for name, direct in reading.outputs.items() if direct & reached)
            reached |= {(mart.sql_name, name) for name in fields}
            shifted.add(mart.sql_name)
            names = _names(seen)
            found.append(Touch("mart", mart.sql_name, mart.path, _line(mart.sql, names), names, fields, decides=True))
    for model in units.models.values():
        found += _of_model(known, model, reached, shifted)
    return found


def _of_model(known: Relations, model: Model, reached: set[Source], shifted: set[str]) -> list[Touch]:
    read = {*model.spec.inputs, *(model.subject_of(rule).source for rule in model.rules)}
    if not read & (shifted | {relation for relation, _ in reached}):
        return _mappings(model, reached)
    traced = {rule.rule: rule for rule in trace_model(known, model).rules}
    found, reached, shifted = _graphs(known, model, reached, shifted)
    for rule in model.rules:
        unit = f"{model.id}.{rule.id}"
        trace = traced[rule.id]
        seen = trace.mentions & reached
        rows = any(name in shifted for name, _ in trace.mentions)
        if seen or rows:
            fields = [field for field in trace.fields if field.direct & reached]
            filled = tuple(dict.fromkeys(name for field in fields for name in field.clue_fields))
            valued = {source for field in fields for source in field.direct}
            names = _names(seen)
            found.append(
                Touch(
                    kind="rule",
                    unit=unit,
                    file=rule.hits_file,
                    line=_line(rule.hits_sql, names),
                    columns=names,
                    fields=tuple(field.name for field in fields),
                    clue_fields=filled,
                    decides=rows or bool(seen - valued) or not fields,
                )
            )
        if trace.evidence & reached:
            names = _names(trace.evidence & reached)
            found.append(Touch("evidence", unit, rule.evidence_file, _line(rule.evidence_sql, names), names))
    return found + _subjects(model, reached) + _mappings(model, reached)


def _graphs(
    known: Relations, model: Model, reached: set[Source], shifted: set[str]
) -> tuple[list[Touch], set[Source], set[str]]:
    """The graphs that are touched, and what rules reach when their components shift."""
    found, reached, shifted = [], set(reached), set(shifted)
    for graph in model.graphs:
        mentions = read_query(graph.sql, known.columns).mentions
        seen = mentions & reached
        if seen or any(name in shifted for name, _ in mentions):
            names = _names(seen)
            reached |= {(graph.sql_name, column) for column in GRAPH_COLUMNS}
            shifted.add(graph.sql_name)
            line = _line(graph.sql, names)
            found.append(
                Touch("graph", f"{model.id}.{graph.name}", graph.path, line, names, tuple(GRAPH_COLUMNS), decides=True)
            )
    return found, reached, shifted


def _subjects(model: Model, reached: set[Source]) -> list[Touch]:
    found: dict[str, Touch] = {}
    for rule in model.rules:
        of = model.subject_of(rule)
        read = {"subject_id": of.id, "subject_name": of.name, "region_code": of.region}
        filled = tuple(field for field, name in read.items() if name and (of.source, name) in reached)
        if filled:
            names = tuple(f"{of.source}.{read[field]}" for field in filled)
            owner, file = (f"{model.id}.{rule.id}", rule.folder / "rule.yml") if rule.spec.subject else (model.id, None)
            path = file or model.folder / "model.yml"
            found[owner] = Touch("subject", owner, path, 1, names, (), filled)
    return list(found.values())


def _mappings(model: Model, reached: set[Source]) -> list[Touch]:
    found = []
    for mapping in model.mappings.values():
        for name, given in mapping.inputs.items():
            text = " ".join([*given.columns.values(), *given.collapse])
            words = set(re.findall(r"\w+", text))
            hit = tuple(sorted(f"{rel}.{col}" for rel, col in reached if rel == given.source and col in words))
            if hit:
                file = model.folder / "mappings" / f"{mapping.id}.yml"
                found.append(Touch("mapping", f"{model.id}@{mapping.id}", file, 1, hit, (name,)))
    return found


def _names(found: Iterable[Source]) -> tuple[str, ...]:
    return tuple(sorted(f"{relation}.{column}" for relation, column in found))


def _line(sql: str, names: Iterable[str]) -> int:
    """The first line, comments left out, that holds one of the columns."""
    words = {name.rpartition(".")[2] for name in names}
    for number, line in enumerate(sql.splitlines(), start=1):
        if words & set(re.findall(r"\w+", line.partition("--")[0])):
            return number
    return 1
