"""A corrected delivery moves exactly the clues that rested on the wrong rows, also when the machine dies on the way."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from acceptance import linked_copy, rows, settings_of

from xiansuo.clues.query import list_clues, list_runs
from xiansuo.clues.run import run_model
from xiansuo.clues.verify import verify
from xiansuo.contracts.load import load_contracts
from xiansuo.core.naming import quote_literal
from xiansuo.core.settings import Settings
from xiansuo.ingest.pipeline import ingest
from xiansuo.ingest.receipts import Receipt, receipt, receipts
from xiansuo.lake.delta import Lake

if TYPE_CHECKING:
    from conftest import Demo

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
INGEST_POINTS = {
    "stored": "old",
    "landed": "old",
    "before quarantine": "old",
    "quarantine written": "old",
    "before lake": "old",
    "before receipt": "new",
    "before superseding": "new",
    "done": "new",
}
COMMITS = ("hits", "evidence", "clues", "runs")
KILLED_INGEST = """
import json, os, signal, sys
from pathlib import Path
from test_acceptance_correction import Correction, settings_of
home, point, words = sys.argv[1:]
Correction.from_json(words).ingest(
    settings_of(Path(home)), lambda passed: os.kill(os.getpid(), signal.SIGKILL) if passed == point else None
)
"""
KILLED_RUN = """
import os, signal, sys
from pathlib import Path
from test_acceptance_correction import settings_of
from xiansuo.clues.run import run_model
from xiansuo.lake.delta import Table
home, model, side, kind = sys.argv[1:]
commit = Table.commit
def deadly(self, *args, **kwargs):
    last = self.root.parts[-3:] == ("models", model, kind)
    if last and side == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    version = commit(self, *args, **kwargs)
    if last:
        os.kill(os.getpid(), signal.SIGKILL)
    return version
Table.commit = deadly
run_model(settings_of(Path(home)), model)
"""


@dataclass(frozen=True)
class Repair:
    """Which rows of a planted violation the sender puts right, and how."""

    model: str
    rule: str
    dataset: str
    column: str
    value: str


REPAIRS = (
    Repair("fuel_tax", "waybill_without_invoice", "fuel.haz_waybill", "status", "作废"),
    Repair("medins_fraud", "settled_after_death", "person.death", "death_date", "2025-12-31"),
    Repair("special_op_cert", "fake_verification_site", "cert.cert_presented", "qr_url", "https://cx.mem.gov.cn"),
)


@dataclass(frozen=True)
class Correction:
    """A file that replaces an earlier delivery."""

    path: str
    dataset: str
    corrects: str
    period: tuple[str, str] | None
    received: str

    @classmethod
    def from_json(cls, text: str) -> Correction:
        return cls(**json.loads(text))

    def ingest(self, settings: Settings, checkpoint: Any = None) -> Receipt:
        period = None if self.period is None else tuple(date.fromisoformat(day) for day in self.period)
        return ingest(
            settings,
            Path(self.path),
            dataset=self.dataset,
            corrects=self.corrects,
            period=period,
            now=NOW,
            received=date.fromisoformat(self.received),
            checkpoint=checkpoint,
        )


def planted(demo: Demo, repair: Repair) -> tuple[str, list[dict[str, Any]]]:
    """Subject of the first planted violation of a rule, and the keys of its rows in the dataset to repair."""
    case_id, subject = rows(
        "SELECT case_id, subject_id FROM read_parquet($cases) WHERE model_id = $model AND rule_id = $rule "
        "AND label = 'violation' AND NOT at_threshold ORDER BY case_id LIMIT 1",
        cases=str(demo.truth / "cases.parquet"),
        model=repair.model,
        rule=repair.rule,
    )[0]
    keys = rows(
        "SELECT key FROM read_parquet($rows) WHERE case_id = $case AND dataset = $dataset ORDER BY key",
        rows=str(demo.truth / "rows.parquet"),
        case=case_id,
        dataset=repair.dataset,
    )
    assert keys
    return subject, [json.loads(key) for (key,) in keys]


def correct(demo: Demo, repair: Repair, keys: Sequence[dict[str, Any]], folder: Path) -> Correction:
    """What the sender hands over again: the whole delivery of those rows as it is in the lake, with them put right."""
    settings = settings_of(demo.home)
    contract = load_contracts(settings.project)[repair.dataset]
    columns = {column.name: column.type for column in contract.columns}
    table = Lake(settings).dataset(repair.dataset).relation({**columns, "_delivery": "VARCHAR"})
    wrong = " OR ".join(
        "(" + " AND ".join(f"{name} = {quote_literal(str(value))}" for name, value in key.items()) + ")" for key in keys
    )
    found = rows(f"SELECT _delivery, count(*) FROM {table} WHERE {wrong} GROUP BY ALL")
    assert [count for _, count in found] == [len(keys)]
    old = receipt(settings, found[0][0])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{repair.dataset}.csv"
    right = f"CASE WHEN {wrong} THEN {quote_literal(repair.value)} ELSE {repair.column}::VARCHAR END AS {repair.column}"
    rows(
        f"COPY (SELECT {', '.join(columns)} FROM (SELECT * REPLACE ({right}) FROM {table} "
        f"WHERE _delivery = {quote_literal(old.delivery_id)})) TO {quote_literal(str(path))} (HEADER)"
    )
    period = (old.period_from, old.period_to) if old.period_from and old.period_to else None
    return Correction(str(path), repair.dataset, old.delivery_id, period, old.received or "")


def hits_on(settings: Settings, repair: Repair, subject: str) -> dict[str, str]:
    """Hit id -> clue id for the hits of the rule on the subject in the newest run."""
    run = list_runs(settings, repair.model)[-1]["run_id"]
    files = settings.lake / "models" / repair.model / "hits" / f"_run={run}" / "*.parquet"
    return dict(
        rows(
            f"SELECT hit_id, clue_id FROM read_parquet('{files}') WHERE rule_id = $rule AND subject_id = $subject "
            "AND clue_id IS NOT NULL",
            rule=repair.rule,
            subject=subject,
        )
    )


@pytest.mark.parametrize("repair", REPAIRS, ids=lambda repair: repair.model)
def test_corrected_rows_move_exactly_the_clue_that_rested_on_them(demo: Demo, tmp_path: Path, repair: Repair) -> None:
    settings = settings_of(linked_copy(demo.home, tmp_path / "home", "landing"))
    run_model(settings, repair.model)  # skipped, unless somebody edits the model while the tests run
    before = list_clues(settings, repair.model)
    subject, keys = planted(demo, repair)
    hits = hits_on(settings, repair, subject)
    assert len({*hits.values()}) == 1
    taken = correct(demo, repair, keys, tmp_path / "letters").ingest(settings)
    assert (taken.status, taken.rows_quarantined) == ("accepted", 0)
    run = run_model(settings, repair.model)
    after = list_clues(settings, repair.model)
    assert set(after["clue_id"]) == set(before["clue_id"])
    moved = after.filter(pl.col("change") != "same")
    assert set(moved["clue_id"]) == {*hits.values()}, moved.select("clue_id", "change", "changed_why")
    ((change, why),) = moved.select("change", "changed_why").rows()
    left = hits_on(settings, repair, subject)
    assert len(left) < len(hits)
    assert change in (("changed",) if left else ("changed", "withdrawn"))
    assert why.startswith(f"更正数据（{load_contracts(settings.project)[repair.dataset].title}）")
    assert run.counts["clues_same"] == len(after) - 1 > 0
    assert verify(settings, [*hits.values()]).failed == ()


@pytest.fixture(scope="module")
def correction(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Correction:
    """The last repair, with one unreadable line more, so that quarantine has something to write."""
    repair = REPAIRS[-1]
    made = correct(demo, repair, planted(demo, repair)[1], tmp_path_factory.mktemp("letters"))
    with Path(made.path).open("a", encoding="utf-8") as file:
        width = len(load_contracts(settings_of(demo.home).project)[repair.dataset].columns)
        file.write("," * (width - 2) + "不详,\n")
    return made


@pytest.fixture(scope="module")
def corrected(demo: Demo, correction: Correction, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with the correction taken in and no new run."""
    settings = settings_of(linked_copy(demo.home, tmp_path_factory.mktemp("corrected") / "home", "landing"))
    passed: list[str] = []
    taken = correction.ingest(settings, passed.append)
    assert (taken.status, taken.rows_quarantined) == ("accepted", 1)
    assert passed == list(INGEST_POINTS)
    return settings


@pytest.fixture(scope="module")
def rerun(corrected: Settings, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """The clues after an undisturbed run over the correction."""
    settings = settings_of(linked_copy(corrected.home, tmp_path_factory.mktemp("rerun") / "home"))
    run_model(settings, REPAIRS[-1].model)
    return list_clues(settings, REPAIRS[-1].model)


def killed(script: str, *words: str) -> None:
    """Run the script in a process that ends itself with SIGKILL."""
    child = subprocess.run(
        [sys.executable, "-c", script, *words], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    assert child.returncode == -signal.SIGKILL, child.stderr


def lake_rows(settings: Settings, dataset: str) -> list[tuple[Any, ...]]:
    """The rows a reader of the dataset sees."""
    names = [column.name for column in load_contracts(settings.project)[dataset].columns]
    columns = {name: "VARCHAR" for name in (*names, "_delivery", "_file")} | {"_row": "BIGINT"}
    return rows(f"SELECT * FROM {Lake(settings).dataset(dataset).relation(columns)} ORDER BY ALL")


@pytest.mark.parametrize("point", INGEST_POINTS)
def test_ingest_killed_at_any_point_shows_old_or_new_rows_and_completes(
    demo: Demo, corrected: Settings, correction: Correction, tmp_path: Path, point: str
) -> None:
    settings = settings_of(linked_copy(demo.home, tmp_path / "home", "landing"))
    states = {name: lake_rows(seen, correction.dataset) for name, seen in (("old", settings), ("new", corrected))}
    assert states["old"] != states["new"]
    killed(KILLED_INGEST, str(settings.home), point, json.dumps(correction.__dict__))
    assert lake_rows(settings, correction.dataset) == states[INGEST_POINTS[point]]
    assert correction.ingest(settings).status == "accepted"
    assert lake_rows(settings, correction.dataset) == states["new"]
    assert receipts(settings, correction.dataset) == receipts(corrected, correction.dataset)


@pytest.mark.parametrize("kind", COMMITS)
@pytest.mark.parametrize("side", ["before", "after"])
def test_run_killed_at_any_commit_shows_old_or_new_clues_and_completes(
    corrected: Settings, rerun: pl.DataFrame, tmp_path: Path, kind: str, side: str
) -> None:
    model = REPAIRS[-1].model
    settings = settings_of(linked_copy(corrected.home, tmp_path / "home"))
    old = list_clues(settings, model)
    assert not old.equals(rerun)
    killed(KILLED_RUN, str(settings.home), model, side, kind)
    finished = (side, kind) == ("after", "runs")
    assert list_clues(settings, model).equals(rerun if finished else old)
    assert run_model(settings, model).skipped == finished
    assert list_clues(settings, model).equals(rerun)
    standing = {run["run_id"] for run in list_runs(settings, model)}
    for table in COMMITS:
        assert Lake(settings).model(model, table).partitions("_run") == standing
