"""The lineage of one model as an offline page in Chinese: an overview, and one picture per rule down to the columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from xiansuo.catalog.boxes import Box, Edge, draw

if TYPE_CHECKING:
    from xiansuo.catalog.column_lineage import Source
    from xiansuo.catalog.discover import Units
    from xiansuo.catalog.trace import ModelTrace, RuleTrace
    from xiansuo.supervision.model import Subject

CLUE = "clue"
CLUE_TITLES = {
    "clue_id": "线索编号",
    "subject_id": "主体编号",
    "subject_name": "主体名称",
    "region_code": "行政区划",
    "occurred_from": "发生起",
    "occurred_to": "发生止",
    "amount": "金额",
    "score": "评分",
    "severity": "等级",
    "explanation": "说明",
    "exclusions_tested": "已排查的合理解释",
    "legal_basis": "法律依据",
    "limitation_date": "时效届满日",
}


def lineage_page(units: Units, trace: ModelTrace) -> str:
    """One self-contained HTML page; opens from disk without network."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    environment = Environment(loader=PackageLoader("xiansuo.catalog", "pages"), autoescape=True)
    environment.filters["clue_title"] = lambda name: CLUE_TITLES.get(name, name)
    return environment.get_template("lineage.html").render(
        trace=trace,
        overview=Markup(overview(units, trace)),
        rules=[{"trace": rule, "picture": Markup(rule_picture(units, trace, rule))} for rule in trace.rules],
        titles=lambda source: _column_title(units, source),
    )


def overview(units: Units, trace: ModelTrace) -> str:
    """SVG: which datasets and marts each rule reads."""
    edges: set[Edge] = set()
    for rule in trace.rules:
        for relation in sorted({name for name, _ in rule.mentions | rule.evidence}):
            edges.add(Edge((relation, None), (rule.rule, None)))
        edges.add(Edge((rule.rule, None), (CLUE, None)))
        edges.add(Edge((_subject(units, trace, rule).source, None), (rule.rule, None), "decides"))
    for mart in trace.marts:
        edges |= {Edge((name, None), (mart, None)) for direct in trace.marts[mart].values() for name, _ in direct}
    drawn = _ordered(edges)
    used = {edge.start[0] for edge in drawn} - {rule.rule for rule in trace.rules}
    rules = [Box(rule.rule, f"{rule.code} {rule.title}", rule.rule, kind="rule") for rule in trace.rules]
    clue = [Box(CLUE, "线索", trace.model, kind="clue")]
    return draw([*_inputs(units, used, {}), rules, clue], drawn, f"{trace.title}：总览")


def rule_picture(units: Units, trace: ModelTrace, rule: RuleTrace) -> str:
    """SVG: every column one rule reads, its output columns, the clue fields they fill."""
    edges = {Edge(source, (rule.rule, field.name)) for field in rule.fields for source in field.direct} | {
        Edge((rule.rule, field.name), (CLUE, name)) for field in rule.fields for name in field.clue_fields
    }
    valued = {source for field in rule.fields for source in field.direct}
    edges |= {Edge(source, (rule.rule, None), "decides") for source in rule.mentions - valued}
    of = _subject(units, trace, rule)
    named = {"subject_name": of.name, "region_code": of.region}
    edges |= {Edge((of.source, column), (CLUE, name)) for name, column in named.items() if column}
    edges |= _mart_edges(trace, {edge.start for edge in edges})
    listed: dict[str, set[str]] = {}
    for edge in edges:
        for name, column in (edge.start, edge.end):
            if column is not None:
                listed.setdefault(name, set()).add(column)
    outputs = tuple((field.name, field.name) for field in rule.fields)
    filled = [name for name in CLUE_TITLES if name in listed.get(CLUE, set())]
    clue = Box(CLUE, "线索", "clues", tuple((name, f"{CLUE_TITLES[name]} {name}") for name in filled), "clue")
    drawn = _ordered(edges)
    relations = {edge.start[0] for edge in drawn} - {rule.rule}
    own = Box(rule.rule, f"{rule.code} {rule.title}", rule.rule, outputs, "rule")
    return draw([*_inputs(units, relations, listed), [own], [clue]], drawn, own.title)


def _subject(units: Units, trace: ModelTrace, rule: RuleTrace) -> Subject:
    model = units.models[trace.model]
    found = model.rule(rule.rule)
    return model.spec.subject if found is None else model.subject_of(found)


def _mart_edges(trace: ModelTrace, reached: set[tuple[str, str | None]]) -> set[Edge]:
    """The edges behind the mart columns reached, through further marts."""
    found: set[Edge] = set()
    waiting = [(name, column) for name, column in reached if name in trace.marts and column is not None]
    seen: set[Source] = set()
    while waiting:
        name, column = waiting.pop()
        if (name, column) in seen:
            continue
        seen.add((name, column))
        for source in trace.marts[name].get(column, set()):
            found.add(Edge(source, (name, column)))
            if source[0] in trace.marts:
                waiting.append(source)
    return found


def _inputs(units: Units, used: Iterable[str], listed: dict[str, set[str]]) -> list[list[Box]]:
    """A column of datasets and, when there are any, one of marts and graphs."""
    datasets = [
        Box(
            name,
            units.contracts[name].title,
            name,
            tuple(
                (column.name, f"{column.title} {column.name}")
                for column in units.contracts[name].columns
                if column.name in listed.get(name, set())
            ),
            "dataset",
        )
        for name in sorted(used)
        if name in units.contracts
    ]
    derived = [
        Box(name, _derived_title(units, name), name, tuple((c, c) for c in sorted(listed.get(name, set()))), "mart")
        for name in sorted(used)
        if name not in units.contracts
    ]
    return [column for column in (datasets, derived) if column]


def _derived_title(units: Units, name: str) -> str:
    return units.marts[name].title if name in units.marts else "关联成组"


def _ordered(edges: Iterable[Edge]) -> list[Edge]:
    return sorted(edges, key=lambda edge: [*(part or "" for part in (*edge.start, *edge.end)), edge.kind])


def _column_title(units: Units, source: Source) -> str:
    """The Chinese name of a contract column with the other headers it may arrive under."""
    contract = units.contracts.get(source[0])
    if contract is None or source[1] not in {column.name for column in contract.columns}:
        return ""
    column = contract.column(source[1])
    others = f"（送来的表头也可写作：{'、'.join(column.synonyms)}）" if column.synonyms else ""
    return f"{contract.title}·{column.title}{others}"
