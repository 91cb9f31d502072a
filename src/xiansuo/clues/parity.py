"""The same run on two engines, nothing published: do hits, evidence and clues agree to the last digit, and how fast."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from xiansuo.clues.engine import DuckEngine, Engine
from xiansuo.clues.run import Plan, find_clues, plan_run
from xiansuo.clues.tables import EVIDENCE, FOUND, HITS
from xiansuo.core.naming import quote_ident, quote_literal
from xiansuo.core.progress import NullProgress, Progress
from xiansuo.core.settings import Settings
from xiansuo.lake.session import connect
from xiansuo.supervision.load import find_model

if TYPE_CHECKING:
    import duckdb

_TABLES = {"hit": HITS, "evidence": EVIDENCE, "clue_found": FOUND}


@dataclass(frozen=True)
class RuleParity:
    """One rule on both engines: hits in DuckDB, rows (hits and evidence) that only one engine has, seconds each."""

    rule_id: str
    code: str
    hits: int
    evidence_rows: int
    unlike: int
    seconds: dict[str, float]


@dataclass(frozen=True)
class ModelParity:
    """One model on both engines. ``equal`` means hits, evidence and clues agree in every column."""

    model_id: str
    as_of: date
    clues: int
    hashes: dict[str, str]
    rules: tuple[RuleParity, ...]

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return len(set(self.hashes.values())) == 1 and not any(rule.unlike for rule in self.rules)


class _Watch:
    """Progress that adds up the seconds between steps under their labels, and passes them on."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._last = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def step(self, label: str, done: int, total: int | None) -> None:
        now = time.perf_counter()
        self.seconds[label] = self.seconds.get(label, 0.0) + now - self._last
        self._last = now
        self._progress.step(label, done, total)


def compare_engines(
    settings: Settings, model_id: str, engine: Engine, *, as_of: date | None = None, progress: Progress | None = None
) -> ModelParity:
    """Run a model on DuckDB and on ``engine`` over the same pinned inputs; publishes nothing."""
    model = find_model(settings.project, model_id)
    plan = plan_run(settings, model, None, as_of)
    watches = {item.name: _Watch(progress or NullProgress()) for item in (DuckEngine(), engine)}
    with connect(settings) as con, connect(settings) as other:
        hashes = {
            "duckdb": find_clues(con, plan, DuckEngine(), watches["duckdb"]),
            engine.name: find_clues(other, plan, engine, watches[engine.name]),
        }
        with TemporaryDirectory(dir=settings.home / "tmp") as folder:
            _bring(other, con, Path(folder))
        rules = tuple(_rule(con, plan, rule.id, rule.spec.code, watches) for rule in model.rules)
        return ModelParity(model_id, plan.as_of, _count(con, "clue_found"), hashes, rules)


def _bring(source: duckdb.DuckDBPyConnection, target: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Copy the other session's tables into this one under ``other_...``."""
    for name, columns in _TABLES.items():
        listed = ", ".join(quote_ident(column) for column in columns)
        path = quote_literal(str(folder / f"{name}.parquet"))
        source.execute(f"COPY (SELECT {listed} FROM {name}) TO {path} (FORMAT parquet)").fetchall()
        target.execute(f"CREATE TEMP TABLE other_{name} AS SELECT * FROM read_parquet({path})").fetchall()


def _rule(
    con: duckdb.DuckDBPyConnection, plan: Plan, rule_id: str, code: str, watches: dict[str, _Watch]
) -> RuleParity:
    only = f"rule_id = {quote_literal(rule_id)}"
    unlike = sum(_unlike(con, name, only) for name in ("hit", "evidence"))
    labels = (f"rule {code}", f"evidence {code}")
    seconds = {name: sum(watch.seconds[label] for label in labels) for name, watch in watches.items()}
    return RuleParity(rule_id, code, _count(con, "hit", only), _count(con, "evidence", only), unlike, seconds)


def _unlike(con: duckdb.DuckDBPyConnection, name: str, only: str) -> int:
    listed = ", ".join(quote_ident(column) for column in _TABLES[name])
    one, other = (f"SELECT {listed} FROM {table} WHERE {only}" for table in (name, f"other_{name}"))
    return sum(_count(con, f"({left} EXCEPT ALL {right})", "true") for left, right in ((one, other), (other, one)))


def _count(con: duckdb.DuckDBPyConnection, source: str, only: str = "true") -> int:
    row = con.execute(f"SELECT count(*) FROM {source} WHERE {only}").fetchall()
    return int(row[0][0])
