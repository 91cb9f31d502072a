"""How well the rules find what was planted: recall, precision and look-alike leak per rule and overall."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiansuo.clues.publish import latest_run, rows_of, run_relation, standing_runs
from xiansuo.clues.query import models_with_runs
from xiansuo.clues.tables import RUN
from xiansuo.core.errors import InputError
from xiansuo.core.naming import quote_literal
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake
from xiansuo.lake.session import connect
from xiansuo.supervision.load import load_models

if TYPE_CHECKING:
    import duckdb

_COUNTS = ("violations", "found", "violations_a", "found_a", "hits", "hits_right", "lookalikes", "leaked")
_LIVE = "model_id VARCHAR, rule_id VARCHAR, hit_id VARCHAR, subject_id VARCHAR, occurred_from DATE, occurred_to DATE"


@dataclass(frozen=True)
class RuleScore:
    """One rule (or everything, under the id ``*``) against the planted cases. Shares are None over nothing."""

    model_id: str
    rule_id: str
    strength: str
    violations: int
    found: int
    violations_a: int
    found_a: int
    hits: int
    hits_right: int
    lookalikes: int
    leaked: int

    @property
    def recall(self) -> float | None:
        """Planted violations found."""
        return _share(self.found, self.violations)

    @property
    def recall_a(self) -> float | None:
        """Planted violations of strength A found."""
        return _share(self.found_a, self.violations_a)

    @property
    def precision(self) -> float | None:
        """Hits that overlap a planted violation."""
        return _share(self.hits_right, self.hits)

    @property
    def lookalike_leak(self) -> float | None:
        """Planted look-alikes that a hit overlaps."""
        return _share(self.leaked, self.lookalikes)


@dataclass(frozen=True)
class EvaluationReport:
    """Scores per rule and pooled, and the planted cases that went wrong: ``misses`` and ``leaks`` by case id."""

    rules: tuple[RuleScore, ...]
    overall: RuleScore
    misses: tuple[dict[str, Any], ...]
    leaks: tuple[dict[str, Any], ...]
    false_hits: tuple[dict[str, Any], ...]


def evaluate(settings: Settings, truth_dir: Path, *, model: str | None = None) -> EvaluationReport:
    """Compare the newest runs with ``truth_dir``/cases.parquet; InputError when the truth is not there.

    A violation is found when a hit of its rule that no explanation drops has its subject and overlaps its days.
    """
    cases = _cases(truth_dir)
    con = connect(settings)
    try:
        _load(con, settings, cases, model)
        _match(con)
        scores = tuple(_scores(con, settings, model))
        return EvaluationReport(
            rules=scores,
            overall=_pooled(scores),
            misses=_wrong(con, "violation", "NOT matched"),
            leaks=_wrong(con, "lookalike", "matched"),
            false_hits=_false_hits(con),
        )
    finally:
        con.close()


def score_hits(
    con: duckdb.DuckDBPyConnection, truth_dir: Path, model_id: str, hits: Iterable[Mapping[str, Any]]
) -> RuleScore:
    """The pooled score of one model's hits that are in no run; InputError when the truth is not there."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE planted AS SELECT * FROM {_cases(truth_dir)} WHERE model_id = ?", [model_id]
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE live ({_LIVE})")
    names = ("rule_id", "hit_id", "subject_id", "occurred_from", "occurred_to")
    rows = [[model_id, *(hit[name] for name in names)] for hit in hits if hit["exclusion_effect"] != "drop"]
    if rows:
        con.executemany("INSERT INTO live VALUES (?, ?, ?, ?, ?, ?)", rows)
    _match(con)
    counts = con.execute(
        "SELECT count(*) FILTER (label = 'violation'), count(*) FILTER (label = 'violation' AND matched), "
        "count(*) FILTER (label = 'violation' AND strength = 'A'), "
        "count(*) FILTER (label = 'violation' AND strength = 'A' AND matched), "
        "(SELECT count(*) FROM weighed), (SELECT count(*) FILTER (is_right) FROM weighed), "
        "count(*) FILTER (label = 'lookalike'), count(*) FILTER (label = 'lookalike' AND matched) FROM judged"
    ).fetchone()
    return RuleScore(model_id, "*", "*", *(counts or (0,) * len(_COUNTS)))


def _cases(truth_dir: Path) -> str:
    cases = truth_dir / "cases.parquet"
    if not cases.is_file():
        raise InputError("no planted truth here", file=cases, fix="point --truth at the truth folder of synth")
    return f"read_parquet({quote_literal(str(cases))})"


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _load(con: duckdb.DuckDBPyConnection, settings: Settings, cases: str, model: str | None) -> None:
    chosen = "" if model is None else f" WHERE model_id = {quote_literal(model)}"
    con.execute(f"CREATE TEMP TABLE planted AS SELECT * FROM {cases}{chosen}")
    con.execute(f"CREATE TEMP TABLE live ({_LIVE})")
    lake = Lake(settings)
    for model_id in models_with_runs(lake):
        newest = latest_run(standing_runs(con, lake, model_id), None)
        if newest is not None and model in (None, model_id):
            con.execute(
                f"INSERT INTO live SELECT {quote_literal(model_id)}, rule_id, hit_id, subject_id, occurred_from, "
                f"occurred_to FROM {run_relation(lake, model_id, 'hits')} "
                f"WHERE {RUN} = {quote_literal(newest['run_id'])} AND exclusion_effect IS DISTINCT FROM 'drop'"
            )


def _match(con: duckdb.DuckDBPyConnection) -> None:
    overlap = (
        "c.model_id = h.model_id AND c.rule_id = h.rule_id AND c.subject_id = h.subject_id "
        "AND h.occurred_from <= c.occurred_to AND h.occurred_to >= c.occurred_from"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE judged AS SELECT c.*, EXISTS (SELECT 1 FROM live AS h WHERE {overlap}) "
        "AS matched FROM planted AS c"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE weighed AS SELECT h.*, EXISTS (SELECT 1 FROM planted AS c "
        f"WHERE c.label = 'violation' AND {overlap}) AS is_right FROM live AS h"
    )


def _scores(con: duckdb.DuckDBPyConnection, settings: Settings, model: str | None) -> list[RuleScore]:
    cases = {
        (row[0], row[1]): row[2:]
        for row in con.execute(
            "SELECT model_id, rule_id, "
            "count(*) FILTER (label = 'violation'), count(*) FILTER (label = 'violation' AND matched), "
            "count(*) FILTER (label = 'violation' AND strength = 'A'), "
            "count(*) FILTER (label = 'violation' AND strength = 'A' AND matched), "
            "count(*) FILTER (label = 'lookalike'), count(*) FILTER (label = 'lookalike' AND matched) "
            "FROM judged GROUP BY ALL"
        ).fetchall()
    }
    hits = {
        (row[0], row[1]): row[2:]
        for row in con.execute(
            "SELECT model_id, rule_id, count(*), count(*) FILTER (is_right) FROM weighed GROUP BY ALL"
        ).fetchall()
    }
    strengths = {
        (found.id, rule.id): rule.spec.strength
        for found in load_models(settings.project).values()
        for rule in found.rules
        if model in (None, found.id)
    }
    scores = []
    for key in sorted({*cases, *hits, *strengths}):
        planted, right = cases.get(key, (0,) * 6), hits.get(key, (0, 0))
        scores.append(RuleScore(*key, strengths.get(key, "?"), *planted[:4], *right, *planted[4:]))
    return scores


def _pooled(scores: tuple[RuleScore, ...]) -> RuleScore:
    return RuleScore("*", "*", "*", *(sum(getattr(score, name) for score in scores) for name in _COUNTS))


def _wrong(con: duckdb.DuckDBPyConnection, label: str, condition: str) -> tuple[dict[str, Any], ...]:
    sql = (
        "SELECT case_id, model_id, rule_id, strength, kind, at_threshold, subject_id, occurred_from, "
        "occurred_to, exclusion_code, note "
        f"FROM judged WHERE label = '{label}' AND {condition} ORDER BY case_id"
    )
    return tuple(rows_of(con, sql))


def _false_hits(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, Any], ...]:
    sql = (
        "SELECT model_id, rule_id, hit_id, subject_id, occurred_from, occurred_to FROM weighed "
        "WHERE NOT is_right ORDER BY model_id, rule_id, subject_id, hit_id"
    )
    return tuple(rows_of(con, sql))
