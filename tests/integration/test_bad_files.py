"""Every nasty file of bad_files.py ends as the table says, and the published table is current."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from bad_file_tools import BadFile, Refusal, Taken, make_project
from bad_files import CASES, DOCUMENT, document

from xiansuo.core.settings import Settings
from xiansuo.ingest.pipeline import ingest
from xiansuo.ingest.receipts import Receipt
from xiansuo.lake.delta import Lake

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.title}")
def test_bad_file_ends_as_documented(case: BadFile, tmp_path: Path) -> None:
    settings = Settings(make_project(tmp_path / "project"), tmp_path / "home", 2, "1GiB")
    case.write(tmp_path / "delivery")
    receipt = ingest(settings, tmp_path / "delivery", dataset=case.dataset, now=NOW)
    for file in receipt.files:
        assert (settings.vault / file["sha256"][:2] / file["sha256"]).is_file()
    if isinstance(case.outcome, Refusal):
        _check_refusal(settings, receipt, case.outcome)
    else:
        _check_taken(settings, receipt, case.outcome)


def _check_refusal(settings: Settings, receipt: Receipt, expected: Refusal) -> None:
    assert receipt.status == "refused"
    assert receipt.refusal is not None
    assert receipt.refusal["code"] == expected.code, receipt.refusal
    said = " ".join(receipt.refusal.values())
    assert [part for part in expected.says if part not in said] == []
    assert Lake(settings).dataset(receipt.dataset).files() == []
    assert not list(settings.lake.rglob("*.parquet"))


def _check_taken(settings: Settings, receipt: Receipt, expected: Taken) -> None:
    assert receipt.status == "accepted", receipt.refusal
    lake = Lake(settings)
    columns = {"seq": "VARCHAR", "id_number": "VARCHAR", "name": "VARCHAR", "day": "DATE", "amount": "DECIMAL(18,2)"}
    found = duckdb.sql(
        f"SELECT * REPLACE (amount::VARCHAR AS amount) FROM {lake.dataset(receipt.dataset).relation(columns)}"
    )
    assert sorted(found.fetchall()) == sorted(expected.lake)
    rejected = lake.quarantine(receipt.dataset).relation({"_row": "BIGINT", "failed": "VARCHAR[]"})
    assert {row: tuple(failed) for row, failed in duckdb.sql(f"FROM {rejected}").fetchall()} == expected.quarantined
    assert receipt.rows_duplicate == expected.duplicates
    assert tuple(item["row"] for file in receipt.files for item in file["furniture"]) == expected.furniture
    assert receipt.rows_lake == len(expected.lake)
    assert receipt.rows_delivered == receipt.rows_lake + receipt.rows_quarantined + receipt.rows_duplicate


def test_there_are_enough_kinds_and_no_title_twice() -> None:
    titles = [(case.kind, case.title) for case in CASES]
    assert len(titles) == len(set(titles)) >= 60


def test_the_document_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python tests/integration/bad_files.py"
