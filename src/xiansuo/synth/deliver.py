"""From tables to deliveries: which rows go into which folder, in which layout, with which letter.

The plan is derived, not listed: a table's delivery mode, its first date column and its size decide how it is cut, and
the layouts are dealt out in turn, so a new dataset needs no entry here. Dirt is added after the cut.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiansuo.core.files import sha256_file
from xiansuo.synth import junk
from xiansuo.synth.layouts import TEXT_LAYOUTS, Job, Layout, Written
from xiansuo.synth.spelling import spell
from xiansuo.synth.workbooks import WORKBOOK_LAYOUTS, dbf, dbf_aliases

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.core.progress import Progress
    from xiansuo.synth.spec import TableSpec
    from xiansuo.synth.world import World

MONTHLY_ROWS, QUARTERLY_ROWS = 60_000, 15_000
SMALL_ROWS, DIRT_ROWS = 4_000, 150
BROKEN_LINES = 2
# What systems export in bulk; printouts, quoted unloads and spreadsheets come from offices and stay small.
LARGE = ("csv_gb18030", "csv_plain", "txt_pipe", "parquet", "csv_bom", "txt_utf16_tab", "txt_soh")
LATE_ROWS = 20
REGULAR = ("daily", "weekly", "monthly", "quarterly")
READER: dict[str, Any] = {
    "format": "csv",
    "delimiter": ",",
    "quote": '"',
    "encoding": "auto",
    "header_row": 1,
    "header_rows": 1,
    "skip_rows": [],
    "footer_patterns": [],
    "sheet": None,
    "fill_down": [],
    "trailing_nulls": False,
    "formulas": "refuse",
}


@dataclass(frozen=True, slots=True)
class Chunk:
    """The rows one delivery covers."""

    name: str
    first: date
    last: date
    rows: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivery as written: rows declared, among them readable ones sent for the first time and unreadable ones."""

    dataset: str
    name: str
    layout: str
    rows: int
    fresh: int
    junk: int


def deliver(
    tables: Mapping[str, pl.DataFrame], specs: Mapping[str, TableSpec], world: World, landing: Path, progress: Progress
) -> list[Delivered]:
    """Write every table below ``landing``; the same tables and world give the same bytes."""
    post = _Post(world, landing)
    done = []
    for number, (dataset, frame) in enumerate(sorted(tables.items())):
        progress.step("deliver", number, len(tables))
        late: pl.DataFrame | None = None
        for chunk in chunks(frame, specs[dataset], world):
            rows = chunk.rows if late is None else _with_late(chunk.rows, late, specs[dataset])
            sent = post.send(specs[dataset], replace(chunk, rows=rows))
            done.append(replace(sent, fresh=chunk.rows.height))
            late = chunk.rows
    progress.step("deliver", len(tables), len(tables))
    return done


def chunks(frame: pl.DataFrame, spec: TableSpec, world: World) -> Iterator[Chunk]:
    """Cut a table by month or quarter of its first date column when it is big, else keep it whole."""
    import polars as pl

    column = _event_column(frame, spec)
    months = 1 if frame.height >= MONTHLY_ROWS else 3 if frame.height >= QUARTERLY_ROWS else 12
    if spec.mode == "snapshot" or spec.frequency not in REGULAR or column is None or months == 12:
        if frame.height:
            yield Chunk(str(world.year), world.first, world.last, frame)
        return
    month = frame[column].dt.month().clip(1, 12)
    year = frame[column].dt.year()
    place = pl.DataFrame({"y": year, "m": month}).select(
        p=pl.when(pl.col("y") < world.year).then(0).when(pl.col("y") > world.year).then(11).otherwise(pl.col("m") - 1)
    )["p"]
    slot = place.fill_null(11) // months
    for at in range(12 // months):
        part = frame.filter(slot == at)
        if part.height:
            end = (at + 1) * months
            last = date(world.year, end, calendar.monthrange(world.year, end)[1])
            yield Chunk(f"{world.year}-{end:02d}", date(world.year, at * months + 1, 1), last, part)


def _event_column(frame: pl.DataFrame, spec: TableSpec) -> str | None:
    """The first date among the keys, else the first required one."""
    dated = [
        column for column in spec.columns if column.name in frame.columns and frame[column.name].dtype.is_temporal()
    ]
    for wanted in ([c for c in dated if c.key], [c for c in dated if c.required]):
        if wanted:
            return wanted[0].name
    return None


def _with_late(rows: pl.DataFrame, earlier: pl.DataFrame, spec: TableSpec) -> pl.DataFrame:
    """Append tables resend a few rows of the delivery before: duplicates across deliveries."""
    import polars as pl

    return pl.concat([rows, earlier.tail(LATE_ROWS)]) if spec.mode == "append" and spec.keys else rows


class _Post:
    """Deals out layouts and letter numbers in order, and writes delivery folders."""

    def __init__(self, world: World, landing: Path) -> None:
        self.world, self.landing, self.letters = world, landing, 0
        self.owed = 0  # dBase deliveries that wait for a table whose names are short enough
        self.small: Iterator[tuple[str, Layout]] = cycle({**WORKBOOK_LAYOUTS, **TEXT_LAYOUTS, "dbf": dbf}.items())
        self.large: Iterator[tuple[str, Layout]] = cycle([(name, TEXT_LAYOUTS[name]) for name in LARGE])

    def send(self, spec: TableSpec, chunk: Chunk) -> Delivered:
        """Write one delivery folder with its data file and delivery.yml."""
        folder = self.landing / spec.dataset / chunk.name
        folder.mkdir(parents=True, exist_ok=True)
        job, bad = self._job(spec, chunk, folder)
        name, layout = self._layout(job)
        written = layout(job)
        received = min(chunk.last + timedelta(days=10), date(self.world.year + 1, 1, 10))
        self._letter(spec, chunk, written, folder, received)
        return Delivered(spec.dataset, chunk.name, name, job.frame.height, chunk.rows.height, bad)

    def _job(self, spec: TableSpec, chunk: Chunk, folder: Path) -> tuple[Job, int]:
        import polars as pl

        rng = self.world.rng(f"dirt {spec.dataset} {chunk.name}")
        dirty = chunk.rows.height >= DIRT_ROWS
        text = spell(chunk.rows, spec, rng, dirty=dirty)
        if not dirty:
            return Job(text, spec, folder, spec.dataset.replace(".", "_")), 0
        bad = junk.junk_rows(text, spec, rng)
        again = junk.repeated(text, rng) if spec.keys else text.head(0)
        everything = pl.concat([text, again, bad])
        broken = min(BROKEN_LINES, bad.height) if text.height <= SMALL_ROWS else 0
        return Job(everything, spec, folder, spec.dataset.replace(".", "_"), broken), bad.height

    def _layout(self, job: Job) -> tuple[str, Layout]:
        if job.frame.height > SMALL_ROWS:
            return next(self.large)
        name, layout = next(self.small)
        if name == "dbf" and dbf_aliases(job) is None:
            self.owed += 1
            name, layout = next(self.small)
        elif self.owed and dbf_aliases(job) is not None:
            self.owed -= 1
            return "dbf", dbf
        return name, layout

    def _letter(self, spec: TableSpec, chunk: Chunk, written: Written, folder: Path, received: date) -> None:
        self.letters += 1
        files = [{"name": name, "rows": rows, "sha256": sha256_file(folder / name)} for name, rows in written.files]
        write_letter(
            folder,
            {
                "dataset": spec.dataset,
                "sender": spec.sender,
                "letter_no": f"杭检数调〔{received.year}〕{self.letters:03d}号",
                "period": {"from": chunk.first, "to": chunk.last},
                "received": received,
                "files": files,
                "reader": READER | written.reader,
            },
        )


def write_letter(folder: Path, content: Mapping[str, Any]) -> None:
    """Write delivery.yml with the keys in the order given."""
    import yaml

    text = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False)
    (folder / "delivery.yml").write_text(text, encoding="utf-8")
