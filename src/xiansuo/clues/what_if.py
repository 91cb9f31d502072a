"""Run a model without publishing: other parameters, another version, on the data of a standing run.

Belongs here: one session over pinned inputs and the outcome of a model in it. What two outcomes differ in is ``diff``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from xiansuo.clues.compose import compose
from xiansuo.clues.engine import DuckEngine
from xiansuo.clues.find import Search, count_evidence, find_hits
from xiansuo.clues.publish import rows_of
from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.naming import quote_ident, split_dataset
from xiansuo.core.progress import NullProgress
from xiansuo.core.settings import Settings
from xiansuo.lake.session import connect
from xiansuo.supervision.bind import bind
from xiansuo.supervision.graphs import GraphBinding, create_graphs, drop_graphs, fill_graphs, graphs_read
from xiansuo.supervision.hits import HIT_COLUMNS, hits_select
from xiansuo.supervision.marts import register_dataset
from xiansuo.supervision.model import DatedValue, Model, Parameter, Rule, Scalar
from xiansuo.supervision.project import Closure, Project
from xiansuo.supervision.sandbox import sql_name

if TYPE_CHECKING:
    import duckdb

HitKey = tuple[str, date, date]
State = tuple[tuple[str, ...], ...]
_CLUE = (
    "clue_id, subject_id, subject_name, region_code, occurred_from, occurred_to, amount, score, severity, rules, "
    "explanation, evidence_count, content_hash"
)
_HIT = (
    "hit_id, bucket_id AS clue_id, rule_id, rule_code, subject_id, occurred_from, occurred_to, amount, "
    "exclusion_code, exclusion_effect, measures"
)


@dataclass(frozen=True)
class Outcome:
    """What a model found: clues by id, and every hit, dropped ones under the clue they would have joined.

    ``clues_hash`` is the digest a published run of the same content would carry.
    """

    clues: dict[str, dict[str, Any]]
    hits: list[dict[str, Any]]
    clues_hash: str


class Laboratory:
    """A session over inputs pinned once, in which models run as often as wanted. Nothing is written to the lake."""

    def __init__(self, settings: Settings, models: Iterable[Model], versions: Mapping[str, int | None], as_of: date):
        self.as_of = as_of
        project = Project(settings.project)
        closure = project.closure({name for model in models for name in relations_of(model)})
        self.con = connect(settings)
        for dataset in closure.datasets:
            register_dataset(self.con, settings, project, dataset, versions.get(dataset))
        _compute_marts(self.con, closure)

    def close(self) -> None:
        """End the session."""
        self.con.close()

    def run(self, model: Model, parameters: Mapping[str, Parameter], scoring: Mapping[str, Parameter]) -> Outcome:
        """Hits and clues of the model with these parameters. InputError names the rule whose SQL fails."""
        con = self.con.cursor()
        search = Search(con, model, model.rules, parameters, self.as_of, model.id, DuckEngine())
        try:
            find_hits(search, NullProgress())
            count_evidence(search)
            clues_hash = compose(search, scoring)
            clues = {row["clue_id"]: row for row in rows_of(con, f"SELECT {_CLUE} FROM clue_found ORDER BY clue_id")}
            return Outcome(clues, rows_of(con, f"SELECT {_HIT} FROM hit ORDER BY hit_id"), clues_hash)
        finally:
            drop_graphs(con, graphs_read(model.graphs, model.rules))
            con.close()

    def states(
        self, model: Model, rule: Rule, parameters: Mapping[str, Parameter], sql: str | None = None
    ) -> dict[HitKey, State]:
        """What one rule says of every subject and period, with other parameters or other SQL than its own."""
        con = self.con.cursor()
        unit = f"{model.id}.{rule.id}"
        graphs = graphs_read(model.graphs, [rule])
        try:
            create_graphs(con, graphs)
            fill_graphs(con, graphs, GraphBinding(model.id, parameters, self.as_of))
            text = rule.hits_sql if sql is None else sql
            body = bind(text, parameters, as_of=self.as_of, event_date=rule.spec.event_date, unit=unit)
            columns = {row[0]: row[1] for row in con.execute(f"DESCRIBE {body}").fetchall()}
            return rule_states(rows_of(con, hits_select(model.id, rule.id, body, columns)))
        finally:
            drop_graphs(con, graphs)
            con.close()


@contextmanager
def laboratory(
    settings: Settings, models: Iterable[Model], versions: Mapping[str, int | None], as_of: date
) -> Iterator[Laboratory]:
    """A ``Laboratory`` that is closed at the end."""
    opened = Laboratory(settings, models, versions, as_of)
    try:
        yield opened
    finally:
        opened.close()


def rule_states(rows: Iterable[Mapping[str, Any]]) -> dict[HitKey, State]:
    """Raw hit rows gathered by subject and period: sorted texts of everything else they say."""
    found: dict[HitKey, list[tuple[str, ...]]] = {}
    for row in rows:
        key = (row["subject_id"], row["occurred_from"], row["occurred_to"])
        rest = [name for name in row if name not in ("hit_id", "subject_id", "occurred_from", "occurred_to")]
        ordered = [*(name for name in HIT_COLUMNS if name in rest), *sorted(set(rest) - set(HIT_COLUMNS))]
        found.setdefault(key, []).append(tuple(f"{name}={row[name]}" for name in ordered))
    return {key: tuple(sorted(states)) for key, states in found.items()}


def relations_of(model: Model) -> set[str]:
    """Every dataset and mart a model's rules and subjects read."""
    return {*model.spec.inputs, *(model.subject_of(rule).source for rule in model.rules)}


def _compute_marts(con: duckdb.DuckDBPyConnection, closure: Closure) -> None:
    import duckdb

    for mart in closure.marts:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {quote_ident(split_dataset(mart.sql_name)[0])}")
        try:
            con.execute(f"CREATE TABLE {sql_name(mart.sql_name)} AS {mart.sql}")
        except duckdb.Error as error:
            raise InputError(f"the mart's SQL fails: {error}", file=mart.path, unit=mart.sql_name) from error


def with_values(model: Model, given: Mapping[str, str]) -> dict[str, Parameter]:
    """The model's parameters with other values, written as text; of a dated parameter the last value changes."""
    changed = dict(model.parameters)
    for name, text in given.items():
        if name not in changed:
            known = ", ".join(sorted(changed))
            raise UsageError("no such parameter", unit=model.id, field=name, value=text, fix=f"it has {known}")
        parameter = changed[name]
        last = parameter.values[-1]
        value = like(last.value, text, name)
        values = [*parameter.values[:-1], DatedValue.model_validate({"from": last.start, "value": value})]
        changed[name] = parameter.model_copy(update={"values": values})
    return changed


def like(standing: Scalar | list[Scalar], text: str, name: str) -> Scalar | list[Scalar]:
    """``text`` as a value of the standing one's kind; lists are written with commas."""
    if isinstance(standing, list):
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return [_scalar(standing[0] if standing else "", part, name) for part in parts]
    return _scalar(standing, text, name)


def _scalar(standing: Scalar, text: str, name: str) -> Scalar:
    try:
        if isinstance(standing, bool):
            return {"true": True, "false": False}[text.lower()]
        if isinstance(standing, int):
            return int(text)
        if isinstance(standing, Decimal):
            number = Decimal(text)
            if not number.is_finite():
                raise ValueError(text)
            return number
        if isinstance(standing, date):
            return date.fromisoformat(text)
    except (ValueError, KeyError, InvalidOperation):
        raise UsageError(
            "not a value of this parameter's kind", field=name, value=text, fix=f"write it like {standing}"
        ) from None
    return text
