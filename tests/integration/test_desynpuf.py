"""The insurance rules, unchanged, on real-format foreign claims: CMS DE-SynPUF samples through ingest and mapped run.

The expected pairs are computed here with Polars from the rules' wording in the model's README, not from their SQL.
"""

from __future__ import annotations

import csv
import gzip
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from xiansuo.clues.run import run_model
from xiansuo.clues.verify import verify
from xiansuo.core.settings import Settings
from xiansuo.ingest.pipeline import ingest
from xiansuo.ingest.receipts import Receipt
from xiansuo.lake.delta import Lake
from xiansuo.lake.session import connect

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared" / "real" / "desynpuf"
PACKED = PROJECT / "tests" / "data" / "desynpuf"
NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)
CLAIMS, PEOPLE = "us_cms.inpatient_claim", "us_cms.beneficiary"
MODEL, MAPPING = "medins_fraud", "us_cms"
GAP_DAYS, STRONG_GAP_DAYS = 15, 2
EXCUSED = (
    ("CHEMO_CYCLE", ("V580", "V5811", "V5812")),
    ("DIALYSIS_TRANSFUSION", ("V56", "585")),
    ("DELIVERY", ("650",)),
)


@dataclass(frozen=True)
class Landed:
    """A home into which samples were delivered, and the run over it."""

    settings: Settings
    receipts: list[Receipt]
    counts: dict[str, int]

    def hits(self, rule: str) -> list[dict[str, Any]]:
        """The rule's hits, measures unpacked."""
        con = connect(self.settings)
        try:
            relation = (
                Lake(self.settings)
                .model(MODEL, "hits")
                .relation(
                    {"rule_id": "VARCHAR", "subject_id": "VARCHAR", "exclusion_code": "VARCHAR", "measures": "VARCHAR"}
                )
            )
            rows = con.execute(
                f"SELECT subject_id, exclusion_code, measures FROM {relation} WHERE rule_id = ?", [rule]
            ).fetchall()
        finally:
            con.close()
        return [{"subject_id": subject, "exclusion_code": code, **json.loads(text)} for subject, code, text in rows]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The delivered files, all samples."""
    if SHARED.is_dir():
        return sorted(SHARED.glob("sample_*/*.csv"))
    if not PACKED.is_dir():
        pytest.skip("the DE-SynPUF samples are not on this machine")
    folder = tmp_path_factory.mktemp("unpacked")
    for packed in sorted(PACKED.glob("*.csv.gz")):
        with gzip.open(packed) as source, (folder / packed.stem).open("wb") as target:
            shutil.copyfileobj(source, target)
    return sorted(folder.glob("*.csv"))


def deliver(settings: Settings, folder: Path, dataset: str, files: list[Path], year: int | None) -> Receipt:
    folder.mkdir(parents=True)
    for file in files:
        shutil.copyfile(file, folder / file.name)
    first, last = (year, year) if year else (2008, 2010)
    return ingest(
        settings,
        folder,
        dataset=dataset,
        period=(date(first, 1, 1), date(last, 12, 31)),
        received=date(2026, 10, 1),
        now=NOW,
    )


def land(home: Path, files: list[Path]) -> Landed:
    """Deliver claims once and beneficiaries once a year, then run the mapped model."""
    settings = Settings(project=PROJECT, home=home / "home", threads=2, memory_limit="2GiB")
    claims = [file for file in files if "Inpatient" in file.name]
    receipts = [deliver(settings, home / "letters" / "claims", CLAIMS, claims, None)]
    for year in (2008, 2009, 2010):
        people = [file for file in files if f"{year}_Beneficiary" in file.name]
        receipts.append(deliver(settings, home / "letters" / str(year), PEOPLE, people, year))
    return Landed(settings, receipts, run_model(settings, MODEL, mapping=MAPPING, now=NOW).counts)


@pytest.fixture(scope="module")
def landed(samples: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Landed:
    return land(tmp_path_factory.mktemp("cms"), samples)


@pytest.fixture(scope="module")
def claims(samples: list[Path]) -> pl.DataFrame:
    """One row per claim, of its first segment: person, provider, begin, end, payment, diagnosis."""
    parts = [pl.read_csv(file, infer_schema=False) for file in samples if "Inpatient" in file.name]
    return (
        pl.concat(parts)
        .filter(pl.col("SEGMENT") == "1")
        .select(
            person="DESYNPUF_ID",
            claim="CLM_ID",
            provider="PRVDR_NUM",
            begin=pl.col("CLM_FROM_DT").str.to_date("%Y%m%d"),
            end=pl.col("CLM_THRU_DT").str.to_date("%Y%m%d"),
            paid=pl.col("CLM_PMT_AMT").cast(pl.Float64),
            diagnosis=pl.col("ICD9_DGNS_CD_1").fill_null(""),
        )
        .filter(pl.col("paid") > 0)
    )


def excuse(first_end: date, begin: date, diagnosis: str) -> str | None:
    """The explanation of a readmission, in the order of the README."""
    if (first_end.month, first_end.day, begin.month, begin.day) == (12, 31, 1, 1) and begin.year == first_end.year + 1:
        return "YEAR_END"
    for code, prefixes in EXCUSED:
        if diagnosis[:3] in prefixes or diagnosis[:5] in prefixes:
            return code
    return "WIDE_GAP" if (begin - first_end).days > STRONG_GAP_DAYS else None


def readmissions(claims: pl.DataFrame) -> set[tuple[str, str, str | None]]:
    """M1: each stay and the person's next one at the same provider, soon after and for the same disease."""
    found = set()
    for _, group in claims.sort("begin", "end", "claim").group_by("person", "provider", maintain_order=True):
        rows = group.to_dicts()
        for first, second in pairwise(rows):
            gap = (second["begin"] - first["end"]).days
            same = first["diagnosis"] and first["diagnosis"][:3] == second["diagnosis"][:3]
            if same and 0 <= gap <= GAP_DAYS:
                found.add((first["claim"], second["claim"], excuse(first["end"], second["begin"], second["diagnosis"])))
    return found


def overlaps(claims: pl.DataFrame) -> set[tuple[str, str]]:
    """P6: two stays of one person at different providers that share more than a day of change-over."""
    found = set()
    for _, group in claims.sort("begin", "claim").group_by("person", maintain_order=True):
        rows = group.to_dicts()
        for place, first in enumerate(rows):
            for second in rows[place + 1 :]:
                shared = second["begin"] < first["end"] and second["end"] > first["begin"]
                if shared and first["provider"] != second["provider"]:
                    found.add((first["claim"], second["claim"]))
    return found


def test_every_delivered_row_is_accounted_for(landed: Landed, samples: list[Path]) -> None:
    delivered = 0
    for receipt in landed.receipts:
        assert receipt.status == "accepted", receipt.refusal
        assert receipt.rows_quarantined == 0 and receipt.rows_duplicate == 0
        assert receipt.rows_delivered == receipt.rows_lake
        delivered += receipt.rows_delivered
    lines = sum(len(file.read_bytes().splitlines()) - 1 for file in samples)
    assert delivered == lines


def test_readmissions_are_those_of_the_rule_text(landed: Landed, claims: pl.DataFrame) -> None:
    expected = readmissions(claims)
    found = {
        (hit["first_mdtrt_id"], hit["second_mdtrt_id"], hit["exclusion_code"]) for hit in landed.hits("split_admission")
    }
    assert {code for _, _, code in expected} >= {None, "WIDE_GAP"}
    assert found == expected


def test_overlapping_stays_are_those_of_the_rule_text(landed: Landed, claims: pl.DataFrame) -> None:
    expected = overlaps(claims)
    hits = landed.hits("overlapping_visits")
    assert len(expected) > 20
    assert {(hit["stay_mdtrt_id"], hit["other_mdtrt_id"]) for hit in hits} == expected
    assert {hit["exclusion_code"] for hit in hits} == {None}


def test_nobody_is_billed_after_death_in_the_public_samples(landed: Landed) -> None:
    assert landed.hits("settled_after_death") == []


def test_evidence_of_mapped_clues_stands_in_the_delivered_bytes(landed: Landed) -> None:
    report = verify(landed.settings)
    assert report.evidence_rows > 0
    assert report.failures == ()


def test_two_claims_planted_after_a_death_are_found(samples: list[Path], tmp_path: Path) -> None:
    first = [file for file in samples if "Sample_1" in file.name]
    people = pl.concat([pl.read_csv(file, infer_schema=False) for file in first if "Beneficiary" in file.name])
    dead = people.filter(pl.col("BENE_DEATH_DT").is_not_null()).sort("DESYNPUF_ID").head(2)
    planted = tmp_path / "planted"
    planted.mkdir()
    copies = [Path(shutil.copyfile(file, planted / file.name)) for file in first]
    bills = next(file for file in copies if "Inpatient" in file.name)
    with bills.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with bills.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        for number, (person, died) in enumerate(dead.select("DESYNPUF_ID", "BENE_DEATH_DT").iter_rows(), start=1):
            writer.writerow(claim_after(person, died, number))
    hits = land(tmp_path / "run", copies).hits("settled_after_death")
    assert {(hit["subject_id"], hit["setl_id"], hit["exclusion_code"]) for hit in hits} == {
        (person, f"99999999999999{number}", None) for number, person in enumerate(dead["DESYNPUF_ID"], start=1)
    }
    assert len(hits) == 2


def claim_after(person: str, died: str, number: int) -> dict[str, str]:
    """A paid stay from the 10th to the 14th of the month of death; the samples date deaths to the 1st."""
    month = died[:6]
    return {
        "DESYNPUF_ID": person,
        "CLM_ID": f"99999999999999{number}",
        "SEGMENT": "1",
        "CLM_FROM_DT": f"{month}10",
        "CLM_THRU_DT": f"{month}14",
        "PRVDR_NUM": "3900XX",
        "CLM_PMT_AMT": "4000.00",
        "CLM_ADMSN_DT": f"{month}10",
        "CLM_UTLZTN_DAY_CNT": "4",
        "NCH_BENE_DSCHRG_DT": f"{month}14",
        "ICD9_DGNS_CD_1": "4280",
    }
