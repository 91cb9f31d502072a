"""A model's columns end to end: contract column -> mart column -> rule output -> field of the clue.

Belongs here: the trace of one model as data. Its picture is ``lineage_page``, what a change breaks is ``impact``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xiansuo.catalog.column_lineage import Reading, Source, mart_sources, read_query, resolve
from xiansuo.supervision.graphs import COLUMNS as GRAPH_COLUMNS
from xiansuo.supervision.graphs import EDGE_COLUMNS
from xiansuo.supervision.mart_files import in_order
from xiansuo.supervision.template import fields

if TYPE_CHECKING:
    from xiansuo.catalog.discover import Units
    from xiansuo.supervision.model import Model, Rule

HITS = "rule.hits"
# Where an output column every rule has goes in the clue (clues.compose); measures go into the explanation only.
CLUE_FIELDS: dict[str, tuple[str, ...]] = {
    "subject_id": ("clue_id", "subject_id", "subject_name", "region_code"),
    "occurred_from": ("clue_id", "occurred_from", "limitation_date", "legal_basis"),
    "occurred_to": ("occurred_to", "limitation_date", "legal_basis", "score"),
    "amount": ("amount", "score"),
    "exclusion_code": ("exclusions_tested", "severity", "score"),
}


@dataclass(frozen=True)
class FieldTrace:
    """One output column of a rule: its direct sources, the contract columns behind them, the clue fields it fills."""

    name: str
    direct: frozenset[Source]
    columns: frozenset[Source]
    clue_fields: tuple[str, ...]


@dataclass(frozen=True)
class RuleTrace:
    """One rule: its output columns, every column its hits.sql and its evidence.sql mention."""

    rule: str
    code: str
    title: str
    fields: tuple[FieldTrace, ...]
    mentions: frozenset[Source]
    evidence: frozenset[Source]


@dataclass(frozen=True)
class ModelTrace:
    """One model: its rules, and the direct sources of each column of the marts and graphs they read."""

    model: str
    title: str
    rules: tuple[RuleTrace, ...]
    marts: dict[str, dict[str, set[Source]]]
    subject: frozenset[Source]


@dataclass(frozen=True)
class Relations:
    """What SQL may name: columns by relation; of marts and graphs also what they read, and the contract columns."""

    columns: dict[str, list[str]]
    marts: dict[str, Reading]
    behind: dict[str, dict[str, set[Source]]]


def relations(units: Units) -> Relations:
    """Every dataset and mart by two-part name, read once; marts' columns are those of their SQL."""
    columns = {name: [column.name for column in contract.columns] for name, contract in units.contracts.items()}
    marts: dict[str, Reading] = {}
    for mart in in_order(units.marts, units.marts):
        marts[mart.sql_name] = read_query(mart.sql, columns)
        columns[mart.sql_name] = list(marts[mart.sql_name].outputs)
    return Relations(columns, marts, mart_sources(units))


def with_graphs(known: Relations, model: Model) -> Relations:
    """The same with the model's own ``graphs.<name>``: a component comes from both ends of every link."""
    graphs = {}
    for graph in model.graphs:
        reading = read_query(graph.sql, known.columns)
        ends = set().union(*(reading.outputs.get(name, set()) for name in EDGE_COLUMNS))
        graphs[graph.sql_name] = Reading(dict.fromkeys(GRAPH_COLUMNS, ends), reading.mentions)
    behind = {
        name: {column: resolve(direct, known.behind) for column, direct in reading.outputs.items()}
        for name, reading in graphs.items()
    }
    columns = {name: list(GRAPH_COLUMNS) for name in graphs}
    return Relations(known.columns | columns, known.marts | graphs, known.behind | behind)


def trace_model(known: Relations, model: Model) -> ModelTrace:
    """Follow every output column of every rule of ``model`` to the contracts."""
    known = with_graphs(known, model)
    rules = tuple(_rule(rule, known) for rule in model.rules)
    waiting = [source for rule in rules for source, _ in rule.mentions | rule.evidence]
    waiting += [model.subject_of(rule).source for rule in model.rules]
    marts: dict[str, dict[str, set[Source]]] = {}
    while waiting:
        name = waiting.pop()
        if name in known.marts and name not in marts:
            marts[name] = known.marts[name].outputs
            waiting += [source for source, _ in known.marts[name].mentions]
    of = [model.subject_of(rule) for rule in model.rules]
    subject = {(item.source, name) for item in of for name in (item.id, item.name, item.region) if name}
    return ModelTrace(model.id, model.spec.title, rules, dict(sorted(marts.items())), frozenset(subject))


def clue_columns(known: Relations, model: Model) -> dict[str, set[Source]]:
    """Each field of the model's clues with the dataset and mart columns it is made from, one step back."""
    trace = trace_model(known, model)
    ends = {graph.sql_name: with_graphs(known, model).marts[graph.sql_name].outputs for graph in model.graphs}
    found: dict[str, set[Source]] = {}
    for rule in trace.rules:
        for field in rule.fields:
            for name in field.clue_fields:
                found.setdefault(name, set()).update(resolve(field.direct, ends))
    for of in (model.subject_of(rule) for rule in model.rules):
        for name, column in (("subject_name", of.name), ("region_code", of.region)):
            found.setdefault(name, set()).update({(of.source, column)} if column else set())
    return dict(sorted(found.items()))


def read_rule(rule: Rule, columns: Mapping[str, list[str]]) -> tuple[Reading, Reading]:
    """What hits.sql and evidence.sql read; ``columns`` knows every relation they may name."""
    hits = read_query(rule.hits_sql, columns)
    own = {HITS: ["hit_id", *hits.outputs]}
    evidence = read_query(rule.evidence_sql.replace("{{hits}}", HITS), {**columns, **own})
    return hits, Reading(evidence.outputs, {source for source in evidence.mentions if source[0] != HITS})


def _rule(rule: Rule, known: Relations) -> RuleTrace:
    hits, evidence = read_rule(rule, known.columns)
    told = {field.name for field in fields(rule.spec.explanation)}
    traced = tuple(
        FieldTrace(name, frozenset(direct), frozenset(resolve(direct, known.behind)), _clue_fields(name, told))
        for name, direct in hits.outputs.items()
    )
    spec = rule.spec
    return RuleTrace(rule.id, spec.code, spec.title, traced, frozenset(hits.mentions), frozenset(evidence.mentions))


def _clue_fields(name: str, told: set[str]) -> tuple[str, ...]:
    return (*CLUE_FIELDS.get(name, ()), *(("explanation",) if name in told else ()))
