"""The whole synthetic province: world, shared tables, domains, merged tables, deliveries, reference files, truth.

Every subpackage is a domain with ``build(world) -> DomainOutput``; adding one edits nothing here.
"""

from __future__ import annotations

import importlib
import pkgutil
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from xiansuo import synth
from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.files import sha256_file
from xiansuo.core.progress import NullProgress, Progress
from xiansuo.core.settings import Settings
from xiansuo.synth import shared
from xiansuo.synth.deliver import Delivered, deliver, write_letter
from xiansuo.synth.merge import merge
from xiansuo.synth.spec import TableSpec, read_specs
from xiansuo.synth.spelling import plain
from xiansuo.synth.truth import DomainOutput, TruthCase, case_table, row_table
from xiansuo.synth.world import World, make_world

if TYPE_CHECKING:
    import polars as pl

SCALES = {"small": 20_000, "medium": 100_000, "large": 1_000_000}
REFERENCE_RECEIVED = date(2025, 1, 6)
README = """# 真值

`cases.parquet`：每个埋设的案例一行（违法或者相似的正常情形），含模型、规则、主体、起止日期、排除代码。
`rows.parquet`：案例涉及的源数据行（数据集和主键）。

模型不读取本目录；`xiansuo evaluate --truth` 用它计算召回率、精确率和相似情形误报率。人员和企业均为虚构。
"""


@dataclass(frozen=True, slots=True)
class SynthReport:
    """What was written: data rows over all files, deliveries, planted cases, and the layouts by delivery."""

    rows: int
    deliveries: int
    cases: int
    written: tuple[Delivered, ...] = ()


def generate(
    out: Path,
    *,
    scale: str | None = None,
    persons: int | None = None,
    seed: int = 1,
    progress: Progress | None = None,
    project: Path | None = None,
    datasets: frozenset[str] | None = None,
) -> SynthReport:
    """Write ``out/landing`` and ``out/truth`` for a scale (small, medium, large) or a number of persons.

    ``project`` is the folder with contracts and assets (found as everywhere else when not given); ``datasets`` keeps
    only some of them, and the cases that lie wholly in them.
    """
    teller = progress or NullProgress()
    root = project or Settings.discover().project
    specs = read_specs(root)
    world = make_world(_persons(scale, persons), seed)
    outputs = _domains(world, teller)
    background = shared.build(world)
    if datasets is not None:
        background, outputs = _only(background, datasets), {name: _only(o, datasets) for name, o in outputs.items()}
    tables = merge(specs, background, outputs)
    cases = [case for output in outputs.values() for case in output.cases]
    check_rows(tables, cases)
    written = deliver(tables, specs, world, out / "landing", teller)
    written += _reference(root, specs, out / "landing", datasets)
    _truth(cases, out / "truth")
    return SynthReport(sum(item.rows for item in written), len(written), len(cases), tuple(written))


def _only(output: DomainOutput, datasets: frozenset[str]) -> DomainOutput:
    """The wanted tables, and the cases whose rows all lie in them."""
    tables = {name: table for name, table in output.tables.items() if name in datasets}
    cases = [case for case in output.cases if all(dataset in datasets for dataset, _ in case.rows)]
    return DomainOutput(tables, cases)


def _persons(scale: str | None, persons: int | None) -> int:
    if scale is not None and persons is not None:
        raise UsageError("give a scale or a number of persons, not both", fix="drop one of the two")
    if scale is not None and scale not in SCALES:
        raise UsageError("unknown scale", field="scale", value=scale, fix=f"use one of {', '.join(SCALES)}")
    return persons or SCALES[scale or "small"]


def _domains(world: World, progress: Progress) -> dict[str, DomainOutput]:
    present = sorted(found.name for found in pkgutil.iter_modules(synth.__path__) if found.ispkg)
    outputs = {}
    for number, name in enumerate(present):
        progress.step("generate", number, len(present))
        module = importlib.import_module(f"xiansuo.synth.{name}")
        outputs[name] = module.build(world.share(name))
    progress.step("generate", len(present), len(present))
    return outputs


def check_rows(tables: Mapping[str, pl.DataFrame], cases: list[TruthCase]) -> None:
    """Every row a case names must be in the generated tables; InputError names the first that is not."""
    import polars as pl

    wanted: dict[tuple[str, tuple[str, ...]], list[tuple[str, ...]]] = {}
    for case in cases:
        for dataset, key in case.rows:
            values = (case.case_id, *(plain(pl.Series([value]))[0] for value in key.values()))
            wanted.setdefault((dataset, tuple(key)), []).append(values)
    for (dataset, columns), rows in wanted.items():
        if dataset not in tables:
            raise InputError("a case names a dataset nobody generated", field="dataset", value=dataset, unit=rows[0][0])
        have = tables[dataset].select(plain(tables[dataset][name]).alias(name) for name in columns)
        asked = pl.DataFrame(rows, schema=["case_id", *columns], orient="row")
        lost = asked.join(have, on=list(columns), how="anti")
        if lost.height:
            raise InputError(
                f"{lost.height} planted rows are not in the generated table",
                unit=dataset,
                value=str(lost.row(0)),
                fix="plant the row, or correct the key in the case",
            )


def _reference(
    project: Path, specs: Mapping[str, TableSpec], landing: Path, datasets: frozenset[str] | None
) -> list[Delivered]:
    """Deliver the reference files that ship with the project."""
    done = []
    for source in sorted((project / "assets" / "ref" / "files").glob("*.csv")):
        dataset = f"ref.{source.stem}"
        if datasets is not None and dataset not in datasets:
            continue
        folder = landing / dataset / str(REFERENCE_RECEIVED.year)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / source.name)
        rows = source.read_text(encoding="utf-8").count("\n") - 1
        write_letter(
            folder,
            {
                "dataset": dataset,
                "sender": specs[dataset].sender,
                "received": REFERENCE_RECEIVED,
                "files": [{"name": source.name, "rows": rows, "sha256": sha256_file(folder / source.name)}],
            },
        )
        done.append(Delivered(dataset, folder.name, "csv_plain", rows, rows, 0))
    return done


def _truth(cases: list[TruthCase], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    case_table(cases).write_parquet(folder / "cases.parquet")
    row_table(cases).write_parquet(folder / "rows.parquet")
    (folder / "README.md").write_text(README, encoding="utf-8")
