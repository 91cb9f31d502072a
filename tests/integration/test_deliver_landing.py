"""A small synthetic province goes through ingest whole: nothing refused, nothing unaccounted for, no truth lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest

from xiansuo.contracts.load import load_contracts
from xiansuo.core.settings import Settings
from xiansuo.ingest.landing import ingest_landing
from xiansuo.ingest.receipts import Receipt
from xiansuo.lake.delta import Lake
from xiansuo.lake.session import connect
from xiansuo.synth.generate import SynthReport, generate
from xiansuo.synth.names import RARE
from xiansuo.synth.spec import read_specs
from xiansuo.synth.spelling import plain

PROJECT = Path(__file__).parents[2]
PERSONS = 4_000
FOUR_BYTES = 4
BULKY = {"fuel.totalizer_read", "fuel.veh_track", "cert.attendance"}


@dataclass(frozen=True)
class Landed:
    """What was sent, what came in, and the truth beside it."""

    sent: SynthReport
    receipts: list[Receipt]
    truth: Path
    landing: Path
    settings: Settings
    con: duckdb.DuckDBPyConnection

    @property
    def by_folder(self) -> dict[tuple[str, str], Receipt]:
        """Receipts by dataset and delivery folder, matched by the delivered file's hash."""
        hashes = {file["sha256"]: receipt for receipt in self.receipts for file in receipt.files}
        found = {}
        for letter in sorted(self.landing.glob("*/*/delivery.yml")):
            files = [line.split()[-1] for line in letter.read_text(encoding="utf-8").splitlines() if "sha256:" in line]
            found[letter.parts[-3], letter.parts[-2]] = hashes[files[0]]
        return found


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landed]:
    out = tmp_path_factory.mktemp("province")
    wanted = frozenset(read_specs(PROJECT)) - BULKY
    sent = generate(out, persons=PERSONS, seed=5, project=PROJECT, datasets=wanted)
    settings = Settings.discover(project=PROJECT, home=out / "home")
    receipts = ingest_landing(settings, out / "landing")
    with connect(settings) as con:
        yield Landed(sent, receipts, out / "truth", out / "landing", settings, con)


def test_every_delivery_is_accepted(landed: Landed) -> None:
    refused = [(receipt.dataset, receipt.refusal) for receipt in landed.receipts if receipt.status != "accepted"]
    assert refused == []
    assert len(landed.receipts) == landed.sent.deliveries


def test_every_delivered_row_is_in_the_lake_in_quarantine_or_a_duplicate(landed: Landed) -> None:
    for receipt in landed.receipts:
        assert receipt.rows_delivered == receipt.rows_lake + receipt.rows_quarantined + receipt.rows_duplicate
    assert sum(receipt.rows_delivered for receipt in landed.receipts) == landed.sent.rows


def test_exactly_the_unreadable_rows_are_quarantined_and_all_fresh_rows_reach_the_lake(landed: Landed) -> None:
    receipts = landed.by_folder
    for sent in landed.sent.written:
        receipt = receipts[sent.dataset, sent.name]
        counts = (receipt.rows_delivered, receipt.rows_lake, receipt.rows_quarantined)
        assert counts == (sent.rows, sent.fresh, sent.junk), (sent, receipt.files)


def test_at_least_fourteen_layouts_are_met_and_four_byte_names_arrive_in_gb18030(landed: Landed) -> None:
    assert len({sent.layout for sent in landed.sent.written}) >= 14
    texts = [path.read_bytes() for path in landed.landing.rglob("*.csv")]
    rare = [name for name in (char.encode("gb18030") for char in RARE) if len(name) == FOUR_BYTES]
    assert any(name in text for name in rare for text in texts)


def test_no_planted_row_is_lost_on_the_way_to_the_lake(landed: Landed) -> None:
    contracts = load_contracts(PROJECT)
    lake = Lake(landed.settings)
    rows = pl.read_parquet(landed.truth / "rows.parquet").filter(~pl.col("dataset").is_in(BULKY))
    assert rows.height > 0
    assert landed.sent.cases == pl.read_parquet(landed.truth / "cases.parquet").height
    for (dataset,), planted in rows.group_by("dataset"):
        keys = [json.loads(text) for text in planted["key"].unique().to_list()]
        types = {column.name: column.type for column in contracts[str(dataset)].columns}
        have = landed.con.sql(f"FROM {lake.dataset(str(dataset)).relation(types)}").pl()
        for names in {tuple(key) for key in keys}:
            text = have.select(plain(have[name]).alias(name) for name in names)
            asked = [[str(key[name]) for name in names] for key in keys if tuple(key) == names]
            lost = pl.DataFrame(asked, schema=list(names), orient="row").join(text, on=list(names), how="anti")
            assert lost.is_empty(), (dataset, lost)
