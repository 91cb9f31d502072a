"""Run a model's rules: hits per rule, their evidence, their subjects, gathered into the session's temp tables.

``hit``, ``evidence``, ``subject`` and the small ``*_info`` tables are what ``compose`` and ``history`` read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from xiansuo.clues.engine import DuckEngine, Engine, Statement
from xiansuo.clues.tables import EVIDENCE, HITS, clue_id_sql
from xiansuo.core.errors import InputError
from xiansuo.core.naming import canonical_json, quote_ident, quote_literal
from xiansuo.core.progress import Progress
from xiansuo.supervision.bind import bind, dated_sql, parameter_names
from xiansuo.supervision.graphs import EDGE_COLUMNS, GraphBinding, create_graphs, fill_graphs, graphs_read
from xiansuo.supervision.hits import EVIDENCE_COLUMNS, HIT_COLUMNS, hits_select, measures
from xiansuo.supervision.model import Graph, Model, Parameter, Rule
from xiansuo.supervision.sandbox import sql_name
from xiansuo.supervision.template import FIXED_FIELDS, template_sql

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


@dataclass(frozen=True)
class Search:
    """One run's rules with everything their SQL is bound to. ``owner`` identifies whose clues these are."""

    con: duckdb.DuckDBPyConnection
    model: Model
    rules: tuple[Rule, ...]
    parameters: Mapping[str, Parameter]
    as_of: date
    owner: str
    engine: Engine = field(default_factory=DuckEngine)

    def unit(self, rule: Rule) -> str:
        """How messages name a rule."""
        return f"{self.model.id}.{rule.id}"


def find_hits(search: Search, progress: Progress) -> None:
    """Fill the temp tables ``hit``, ``evidence`` and ``subject``. InputError names model, rule and SQL line."""
    graphs = graphs_read(search.model.graphs, search.rules)
    create_graphs(search.con, graphs)
    binding = GraphBinding(search.model.id, search.parameters, search.as_of)
    fill_graphs(search.con, graphs, binding, lambda graph, sql: _links(search, graph, sql))
    columns = {rule.id: _rule_hits(search, rule, position, progress) for position, rule in enumerate(search.rules, 1)}
    _subjects(search)
    _create(search, "hit", {**HITS, "bucket_id": "VARCHAR", "text": "VARCHAR"})
    _create(search, "evidence", EVIDENCE)
    for rule in search.rules:
        _gather(search, rule, columns[rule.id])
    for position, rule in enumerate(search.rules, 1):
        _evidence(search, rule)
        progress.step(f"evidence {rule.spec.code}", position, len(search.rules))


def rule_table(rule: Rule) -> str:
    """The temp table with the raw hits of a rule."""
    return quote_ident(f"hits_{rule.id}")


def count_evidence(search: Search) -> None:
    """Write each hit's number of evidence rows."""
    search.con.execute(
        "UPDATE hit SET evidence_count = e.n FROM "
        "(SELECT hit_id, count(*) AS n FROM evidence GROUP BY hit_id) AS e WHERE e.hit_id = hit.hit_id"
    )


def _create(search: Search, name: str, columns: Mapping[str, str]) -> None:
    listed = ", ".join(f"{quote_ident(column)} {kind}" for column, kind in columns.items())
    search.con.execute(f"CREATE TEMP TABLE {name} ({listed})")


def _rule_hits(search: Search, rule: Rule, position: int, progress: Progress) -> dict[str, str]:
    body = _bound(search, rule, "hits.sql")
    described = _execute(search, rule, "hits.sql", f"DESCRIBE {body}").fetchall()
    columns = {row[0]: row[1] for row in described}
    missing = [name for name in HIT_COLUMNS if name not in columns]
    if missing:
        raise InputError(
            "hits.sql lacks an output column",
            file=rule.hits_file,
            unit=search.unit(rule),
            field=missing[0],
            fix="output it",
        )
    with search.engine.rows(search.con, _statement(search, rule, "hits.sql", body, columns)) as rows:
        select = hits_select(search.owner, rule.id, rows, columns)
        _execute(search, rule, "hits.sql", f"CREATE TEMP TABLE {rule_table(rule)} AS {select}")
    _check(search, rule)
    progress.step(f"rule {rule.spec.code}", position, len(search.rules))
    return columns


def _check(search: Search, rule: Rule) -> None:
    codes = [item.code for item in rule.spec.exclusions]
    row = search.con.execute(
        f"SELECT count(*) FILTER (subject_id IS NULL OR occurred_from IS NULL OR occurred_to IS NULL), "
        f"min(exclusion_code) FILTER (NOT list_contains($codes::VARCHAR[], exclusion_code)) FROM {rule_table(rule)}",
        {"codes": codes},
    ).fetchone()
    incomplete, unknown = row or (0, None)
    if incomplete:
        raise InputError(
            f"{incomplete} hits lack subject_id, occurred_from or occurred_to",
            file=rule.hits_file,
            unit=search.unit(rule),
            fix="leave out rows without a subject or a date in hits.sql",
        )
    if unknown is not None:
        raise InputError(
            "hits.sql outputs an exclusion code rule.yml does not declare",
            file=rule.hits_file,
            unit=search.unit(rule),
            field="exclusion_code",
            value=unknown,
            fix="declare it under exclusions",
        )


def _subjects(search: Search) -> None:
    _create(search, "subject", {name: "VARCHAR" for name in ("rule_id", "subject_id", "subject_name", "region_code")})
    groups: dict[tuple[str, str, str | None, str | None], list[Rule]] = {}
    for rule in search.rules:
        of = search.model.subject_of(rule)
        groups.setdefault((of.source, of.id, of.name, of.region), []).append(rule)
    for (source, key, name, region), rules in groups.items():
        wanted = " UNION ".join(
            f"SELECT {quote_literal(rule.id)} AS rule_id, subject_id FROM {rule_table(rule)}" for rule in rules
        )
        columns = ", ".join(f"min(s.{quote_ident(item)})" if item else "NULL" for item in (name, region))
        search.con.execute(
            f"INSERT INTO subject SELECT w.rule_id, w.subject_id, {columns} FROM ({wanted}) AS w "
            f"JOIN {sql_name(source)} AS s ON s.{quote_ident(key)} = w.subject_id GROUP BY w.rule_id, w.subject_id"
        )


def _gather(search: Search, rule: Rule, columns: Mapping[str, str]) -> None:
    own = measures(columns)
    packed = ", ".join(f"{quote_ident(name)} := h.{quote_ident(name)}" for name in own)
    packed_json = f"CAST(to_json(struct_pack({packed})) AS VARCHAR)" if own else quote_literal("{}")
    effects = " ".join(
        f"WHEN {quote_literal(item.code)} THEN {quote_literal(item.effect)}" for item in rule.spec.exclusions
    )
    effect = f"CASE h.exclusion_code {effects} END" if effects else "CAST(NULL AS VARCHAR)"
    drop = f"({effect}) IS NOT DISTINCT FROM 'drop'"
    clue_id = clue_id_sql(search.owner, search.model.grain_of(rule))
    _execute(
        search,
        rule,
        "rule.yml",
        f"INSERT INTO hit SELECT hit_id, CASE WHEN {drop} THEN NULL ELSE {clue_id} END, "
        f"{quote_literal(rule.id)}, {quote_literal(rule.spec.code)}, "
        f"{quote_literal(search.model.subject_of(rule).type)}, subject_id, occurred_from, occurred_to, amount, "
        f"exclusion_code, {effect}, {packed_json}, "
        f"{_parameters_sql(search, rule, columns)}, 0, {clue_id}, {_text_sql(rule, columns)} "
        f"FROM (SELECT h.*, s.subject_name AS _subject_name FROM {rule_table(rule)} AS h LEFT JOIN subject AS s "
        f"ON s.rule_id = {quote_literal(rule.id)} AND s.subject_id = h.subject_id) AS h",
    )


def _text_sql(rule: Rule, columns: Mapping[str, str]) -> str:
    names = {name: f"h.{quote_ident(name)}" for name in (*FIXED_FIELDS, *columns)}
    names["subject_name"] = "coalesce(h._subject_name, h.subject_id)"
    text = f"rtrim({template_sql(rule.spec.explanation, names)}, '。；')"
    noted = [item for item in rule.spec.exclusions if item.note is not None]
    notes = " ".join(
        f"WHEN {quote_literal(item.code)} THEN '（' || {quote_literal(item.name + '：')} "
        f"|| {template_sql(item.note or '', names)} || '）'"
        for item in noted
    )
    return f"{text} || coalesce(CASE h.exclusion_code {notes} END, '')" if noted else text


def _parameters_sql(search: Search, rule: Rule, columns: Mapping[str, str]) -> str:
    """The values in force for each hit as JSON text: one literal, or a CASE over the dates on which a value changes."""
    used = {name: search.parameters[name] for name in sorted(parameter_names(rule.hits_sql))}
    starts = sorted({dated.start for item in used.values() if len(item.values) > 1 for dated in item.values})
    event = rule.spec.event_date
    column = quote_ident(event) if event is not None and event in columns else "occurred_from"
    branches = " ".join(
        f"WHEN {column} >= DATE '{start}' THEN {_values_json(used, start)}" for start in reversed(starts)
    )
    first = _values_json(used, date.min)
    return f"CASE {branches} ELSE {first} END" if branches else first


def _values_json(used: Mapping[str, Parameter], day: date) -> str:
    return quote_literal(parameters_json({name: item.at(day) for name, item in used.items()}))


def parameters_json(values: Mapping[str, object]) -> str:
    """Parameter values as canonical JSON; decimals and dates as text with their digits as written."""
    return canonical_json({name: _plain(value) for name, value in values.items()})


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _evidence(search: Search, rule: Rule) -> None:
    body = _bound(search, rule, "evidence.sql")
    listed = ", ".join(EVIDENCE_COLUMNS)
    with search.engine.rows(search.con, _statement(search, rule, "evidence.sql", body, EVIDENCE_COLUMNS)) as rows:
        _execute(
            search,
            rule,
            "evidence.sql",
            f"INSERT INTO evidence SELECT h.clue_id, e.hit_id, h.rule_id, e.dataset, e._file, e._row, e.role "
            f"FROM (SELECT DISTINCT {listed} FROM ({rows}\n)) AS e JOIN hit AS h ON h.hit_id = e.hit_id",
        )


def _links(search: Search, graph: Graph, sql: str) -> pa.Table:
    return search.engine.links(
        search.con, Statement(sql, graph.path, f"{search.model.id}.{graph.sql_name}", EDGE_COLUMNS)
    )


def _statement(search: Search, rule: Rule, name: str, body: str, columns: Mapping[str, str]) -> Statement:
    return Statement(body, rule.folder / name, search.unit(rule), columns)


def _bound(search: Search, rule: Rule, name: str) -> str:
    hits = name == "hits.sql"
    return bind(
        rule.hits_sql if hits else rule.evidence_sql,
        search.parameters,
        as_of=search.as_of,
        event_date=rule.spec.event_date,
        hits=None if hits else rule_table(rule),
        unit=f"{search.unit(rule)} {name}",
    )


def _execute(search: Search, rule: Rule, name: str, sql: str) -> duckdb.DuckDBPyConnection:
    import duckdb

    try:
        return search.con.execute(sql)
    except duckdb.Error as error:
        raise InputError(
            f"the rule's SQL fails: {str(error).strip()}",
            file=rule.folder / name,
            unit=search.unit(rule),
            fix="mend the line named above; xiansuo test shows the rule on small rows",
        ) from error


def dated_or_null(parameter: Parameter | None, column: str) -> str:
    """SQL for a parameter in force on a date column, NULL when the model names none."""
    return "CAST(NULL AS DECIMAL(18,2))" if parameter is None else dated_sql(parameter, column)
