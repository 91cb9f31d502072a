"""A toy project small enough to reason about: deliveries are written as CSV and go through the real ingest."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from xiansuo.core.settings import Settings
from xiansuo.ingest.pipeline import ingest
from xiansuo.ingest.receipts import Receipt

SOURCE = Path(__file__).parent / "toy_project"
NOW = datetime(2026, 2, 1, 8, tzinfo=UTC)
RECEIVED = date(2026, 1, 31)
HEADERS = {
    "toy.reading": ["station_id", "read_date", "litres"],
    "toy.declaration": ["station_id", "month_start", "litres", "approval_no"],
    "toy.station": ["station_id", "name", "region_code"],
    "toy.claim": ["claim_no", "shop", "sold_on", "volume"],
}


class Toy:
    """A copy of the toy project with its own home."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        self.project = folder / "project"
        shutil.copytree(SOURCE, self.project)
        self.settings = Settings(project=self.project, home=folder / "home", threads=threads, memory_limit="1GiB")
        self.letters = folder / "letters"

    @classmethod
    def copy_of(cls, other: Toy, folder: Path) -> Toy:
        """The other toy's project and home in another folder."""
        made = cls.__new__(cls)
        made.project = folder / "project"
        shutil.copytree(other.project, made.project)
        shutil.copytree(other.settings.home, folder / "home")
        made.settings = replace(other.settings, project=made.project, home=folder / "home")
        made.letters = folder / "letters"
        return made

    def deliver(
        self, dataset: str, rows: Sequence[Sequence[Any]], *, corrects: str | None = None, name: str | None = None
    ) -> Receipt:
        """Hand over one CSV file."""
        folder = self.letters / (name or f"{dataset}.{len(list(self.letters.glob('*')))}")
        folder.mkdir(parents=True)
        path = folder / "data.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(HEADERS[dataset])
            writer.writerows(rows)
        receipt = ingest(self.settings, path, dataset=dataset, corrects=corrects, received=RECEIVED, now=NOW)
        assert receipt.status == "accepted", receipt
        return receipt

    def deliver_all(self, readings: Sequence[Sequence[Any]] | None = None) -> Receipt:
        """Stations, declarations and readings; returns the receipt of the readings."""
        self.deliver("toy.station", STATIONS)
        self.deliver("toy.declaration", DECLARATIONS)
        return self.deliver("toy.reading", READINGS if readings is None else readings)

    def edit(self, path: str, old: str, new: str) -> None:
        """Change one place in a project file."""
        file = self.project / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, (path, old)
        file.write_text(text.replace(old, new), encoding="utf-8")


STATIONS = [[f"S{number}", f"站点{number}", "330106"] for number in range(1, 7)]
# S1 pumps 300 a month and declares 100; S2 declares all; S3 pumps much but its own use is approved; S4 declares
# nothing; S5 declares zero; S6 is on the edge.
DECLARATIONS = (
    [["S1", f"2025-{month:02}", 100, ""] for month in range(1, 7)]
    + [["S2", f"2025-{month:02}", 300, ""] for month in range(1, 7)]
    + [["S3", f"2025-{month:02}", 100, f"批{month}"] for month in range(1, 7)]
    + [["S5", f"2025-{month:02}", 0, ""] for month in range(1, 7)]
    + [["S6", f"2025-{month:02}", 200, ""] for month in range(1, 7)]
)
READINGS = [
    [f"S{station}", f"2025-{month:02}-{day:02}", 10]
    for station in range(1, 7)
    for month in range(1, 7)
    for day in range(1, 29)
] + [
    [f"S{station}", f"2025-{month:02}-{day:02}", 10]
    for station in range(1, 7)
    for month in (1, 3, 5)
    for day in (29, 30)
]
