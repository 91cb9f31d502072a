"""Real public files of the CMS land whole and typed: every row in the lake, none rejected."""

from __future__ import annotations

import csv
import gzip
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from xiansuo.core.settings import Settings
from xiansuo.ingest.pipeline import ingest
from xiansuo.lake.delta import Lake
from xiansuo.lake.session import connect

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "real" / "desynpuf"
KEPT = ROOT / "tests" / "data" / "desynpuf"
YEARS = (2008, 2009, 2010)


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one delivery per year of beneficiaries and one of claims, all samples in each."""
    root = tmp_path_factory.mktemp("desynpuf")
    sources = sorted(SHARED.glob("sample_*/*.csv")) or sorted(KEPT.glob("*.csv.gz"))
    for source in sources:
        folder = root / ("claims" if "Claims" in source.name else f"beneficiary_{source.name[6:10]}")
        folder.mkdir(exist_ok=True)
        opener = gzip.open if source.suffix == ".gz" else Path.open
        with opener(source, "rb") as packed, (folder / source.name.removesuffix(".gz")).open("wb") as plain:
            shutil.copyfileobj(packed, plain)
    return root


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(project=ROOT, home=tmp_path_factory.mktemp("home"), threads=2, memory_limit="1GiB")


def records(folder: Path) -> list[dict[str, str]]:
    found = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="", encoding="ascii") as file:
            found += list(csv.DictReader(file))
    return found


def test_beneficiaries_of_three_years_land_whole(settings: Settings, delivered: Path) -> None:
    given = {year: records(delivered / f"beneficiary_{year}") for year in YEARS}
    for year in YEARS:
        receipt = ingest(
            settings,
            delivered / f"beneficiary_{year}",
            dataset="us_cms.beneficiary",
            sender="CMS",
            period=(date(year, 1, 1), date(year, 12, 31)),
        )
        assert (receipt.status, receipt.rows_lake, receipt.rows_quarantined, receipt.rows_duplicate) == (
            "accepted",
            len(given[year]),
            0,
            0,
        )
    columns = {
        "desynpuf_id": "VARCHAR",
        "summary_from": "DATE",
        "bene_death_dt": "DATE",
        "sp_state_code": "VARCHAR",
        "medreimb_car": "DECIMAL(18,4)",
    }
    with connect(settings) as con:
        relation = Lake(settings).dataset("us_cms.beneficiary").relation(columns)
        totals = con.execute(
            f"SELECT summary_from, count(*), count(DISTINCT desynpuf_id), count(bene_death_dt), sum(medreimb_car), "
            f"min(sp_state_code) FROM {relation} GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    assert totals == [
        (
            date(year, 1, 1),
            len(rows),
            len(rows),
            sum(row["BENE_DEATH_DT"] != "" for row in rows),
            sum(Decimal(row["MEDREIMB_CAR"]) for row in rows),
            "01",
        )
        for year, rows in given.items()
    ]


def test_claims_of_several_segments_land_whole(settings: Settings, delivered: Path) -> None:
    given = records(delivered / "claims")
    receipt = ingest(settings, delivered / "claims", dataset="us_cms.inpatient_claim", sender="CMS")
    assert (receipt.status, receipt.rows_lake, receipt.rows_quarantined) == ("accepted", len(given), 0)
    columns = {
        "clm_id": "VARCHAR",
        "segment": "BIGINT",
        "clm_from_dt": "DATE",
        "icd9_dgns_cd_1": "VARCHAR",
        "clm_pmt_amt": "DECIMAL(18,4)",
    }
    with connect(settings) as con:
        relation = Lake(settings).dataset("us_cms.inpatient_claim").relation(columns)
        rows = con.execute(f"SELECT * FROM {relation} ORDER BY ALL").fetchall()
    wanted = sorted(
        (
            row["CLM_ID"],
            int(row["SEGMENT"]),
            date.fromisoformat(row["CLM_FROM_DT"]) if row["CLM_FROM_DT"] else None,
            row["ICD9_DGNS_CD_1"] or None,
            Decimal(row["CLM_PMT_AMT"]),
        )
        for row in given
    )
    assert rows == wanted
