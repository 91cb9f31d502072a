"""Writes ``catalog.duckdb``: views over the lake as it stands now, with Chinese comments and personal columns masked.

One schema per domain, ``marts``, ``clues`` (one view per model on its latest run), ``meta`` (deliveries, datasets,
models, runs). The file is written beside the old one and renamed, so readers see the old or the new catalogue.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xiansuo.catalog import meta
from xiansuo.catalog.column_lineage import mart_sources
from xiansuo.catalog.discover import Units, discover
from xiansuo.catalog.marts import dataset_types, mart_relations
from xiansuo.catalog.masks import column_mask, derived_mask, is_personal, masked
from xiansuo.core.files import locked
from xiansuo.core.naming import canonical_json, digest, quote_ident, quote_literal, split_dataset
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake
from xiansuo.supervision.project import PROVENANCE

if TYPE_CHECKING:
    import duckdb

    from xiansuo.contracts.model import Column, Contract

PROVENANCE_TITLES = {"_delivery": "移送批次", "_file": "文件（散列值前16位）", "_row": "文件内行号"}
STATE = "catalog.state"


@dataclass(frozen=True)
class View:
    """One view of the catalogue: its SELECT and its Chinese comments."""

    name: str
    sql: str
    title: str
    columns: Mapping[str, str]


def build_catalog(settings: Settings) -> Path:
    """Write the catalogue anew and return its path."""
    units = discover(settings.project)
    settings.home.mkdir(parents=True, exist_ok=True)
    with locked(settings.home / ".catalog.lock"):
        state = current_state(settings)
        folder = Path(tempfile.mkdtemp(dir=settings.home, prefix=".catalog-"))
        try:
            new = folder / settings.catalog.name
            _write(new, settings, units)
            new.replace(settings.catalog)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        (settings.home / STATE).write_text(state, encoding="utf-8")
    return settings.catalog


def ensure_catalog(settings: Settings) -> Path:
    """The catalogue, written anew when the lake or the unit folders changed since the last time."""
    mark = settings.home / STATE
    written = settings.catalog.is_file() and mark.is_file()
    if written and mark.read_text(encoding="utf-8") == current_state(settings):
        return settings.catalog
    return build_catalog(settings)


def current_state(settings: Settings) -> str:
    """A digest that changes with every commit in the lake, every receipt and every changed unit file."""
    logs = sorted(settings.lake.glob("**/_delta_log/*.json"))
    texts = {folder: _sizes(settings.project / folder) for folder in ("data_contracts", "sql", "models", "assets")}
    receipts = _sizes(settings.receipts)
    return digest(canonical_json([str(settings.home), [str(log) for log in logs], texts, receipts]))


def _sizes(folder: Path) -> list[list[str | int]]:
    found = ((path, path.stat()) for path in sorted(folder.rglob("*")) if path.is_file())
    return [[path.relative_to(folder).as_posix(), stat.st_size, stat.st_mtime_ns] for path, stat in found]


def _write(path: Path, settings: Settings, units: Units) -> None:
    import duckdb

    con = duckdb.connect(str(path), config={"autoinstall_known_extensions": "false"})
    try:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("BEGIN")
        for name in sorted({split_dataset(dataset)[0] for dataset in units.contracts} | {"marts", "clues", "meta"}):
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {quote_ident(name)}")
        for view in _dataset_views(settings, units):
            _create(con, view)
        for view in _mart_views(con, settings, units):
            _create(con, view)
        for clue_view in meta.clue_views(settings, units):
            _create(con, View(*clue_view))
        meta.write_tables(con, settings, units)
        con.execute("COMMIT")
    finally:
        con.close()


def _dataset_views(settings: Settings, units: Units) -> list[View]:
    lake = Lake(settings)
    return [_dataset_view(lake, contract) for _, contract in sorted(units.contracts.items())]


def _dataset_view(lake: Lake, contract: Contract) -> View:
    items = [masked(column.name, column_mask(column)) for column in contract.columns]
    items += [quote_ident(name) for name in PROVENANCE]
    relation = lake.dataset(contract.dataset).relation(dataset_types(contract))
    comments = {column.name: _comment(column) for column in contract.columns} | PROVENANCE_TITLES
    return View(contract.dataset, f"SELECT {', '.join(items)} FROM {relation}", contract.title, comments)


def _comment(column: Column) -> str:
    hidden = "（已脱敏）" if is_personal(column) else ""
    more = f"：{column.description}" if column.description else ""
    return f"{column.title}{hidden}{more}"


def _mart_views(con: duckdb.DuckDBPyConnection, settings: Settings, units: Units) -> list[View]:
    columns = {(name, column.name): column for name, contract in units.contracts.items() for column in contract.columns}
    relations = mart_relations(con, settings, units)
    made = []
    for name, outputs in sorted(mart_sources(units).items()):
        relation, types = relations[name]
        masks = {
            column: derived_mask((columns[s] for s in outputs.get(column, set()) if s in columns), kind)
            for column, kind in types.items()
        }
        items = ", ".join(masked(column, mask) for column, mask in masks.items())
        titles = {column: _derived_comment(outputs.get(column, set()), columns) for column in types}
        made.append(View(name, f"SELECT {items} FROM {relation}", units.marts[name].title, titles))
    return made


def _derived_comment(sources: set[tuple[str, str]], columns: Mapping[tuple[str, str], Column]) -> str:
    named = sorted(
        f"{dataset}.{column}（{columns[dataset, column].title}）"
        for dataset, column in sources
        if (dataset, column) in columns
    )
    return "来源：" + "、".join(named) if named else ""


def _create(con: duckdb.DuckDBPyConnection, view: View) -> None:
    name = ".".join(quote_ident(part) for part in view.name.split("."))
    con.execute(f"CREATE VIEW {name} AS {view.sql}")
    con.execute(f"COMMENT ON VIEW {name} IS {quote_literal(view.title)}")
    for column, text in view.columns.items():
        if text:
            con.execute(f"COMMENT ON COLUMN {name}.{quote_ident(column)} IS {quote_literal(text)}")
