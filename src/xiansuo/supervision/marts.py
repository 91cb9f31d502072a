"""Marts as tables: build what is out of date, in dependency order, and leave alone what is not.

A mart's fingerprint covers its SQL and the fingerprints of all it reads; equal fingerprint, no work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xiansuo.core.errors import InputError
from xiansuo.core.files import locked
from xiansuo.core.naming import canonical_json, digest, quote_ident, split_dataset
from xiansuo.core.progress import NullProgress, Progress
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake, Table, write_part
from xiansuo.lake.session import connect
from xiansuo.supervision.mart_files import Mart
from xiansuo.supervision.project import Project
from xiansuo.supervision.sandbox import sql_name

if TYPE_CHECKING:
    import duckdb

PARTITION = "_build"
STORED_AS = {"HUGEINT": "BIGINT", "UBIGINT": "BIGINT", "UHUGEINT": "BIGINT", "FLOAT": "DOUBLE"}


@dataclass(frozen=True)
class Snapshot:
    """The state of datasets at one moment: Delta version (None before the first commit) and content fingerprint."""

    versions: dict[str, int | None]
    fingerprints: dict[str, str]


@dataclass(frozen=True)
class BuiltMart:
    """A mart as it stands: ``version`` is None for marts kept as views."""

    name: str
    fingerprint: str
    version: int | None
    rebuilt: bool


def snapshot(settings: Settings, datasets: Collection[str]) -> Snapshot:
    """Pin the newest version of every dataset."""
    lake = Lake(settings)
    versions = {name: lake.dataset(name).version() for name in sorted(datasets)}
    prints = {name: lake.dataset(name).fingerprint(version) for name, version in versions.items()}
    return Snapshot(versions, prints)


def mart_fingerprints(marts: Collection[Mart], fingerprints: Mapping[str, str]) -> dict[str, str]:
    """The fingerprint of each mart, given in dependency order, from those of the datasets."""
    known = dict(fingerprints)
    for mart in marts:
        known[mart.sql_name] = digest(canonical_json([mart.sql, {name: known[name] for name in mart.inputs}]))
    return {mart.sql_name: known[mart.sql_name] for mart in marts}


def register_dataset(
    con: duckdb.DuckDBPyConnection, settings: Settings, project: Project, dataset: str, version: int | None
) -> None:
    """Make the dataset readable in ``con`` under its two-part name, at that version."""
    table = Lake(settings).dataset(dataset)
    if version is None:
        table = Table(table.root / "_nothing_yet")
    _view(con, dataset, table.relation(project.columns(dataset), version))


def build_marts(
    settings: Settings,
    names: Collection[str] | None = None,
    *,
    project: Project | None = None,
    pinned: Snapshot | None = None,
    con: duckdb.DuckDBPyConnection | None = None,
    progress: Progress | None = None,
) -> dict[str, BuiltMart]:
    """Bring marts (default: all) and the marts they read up to date; leaves them readable in ``con``.

    InputError names the mart whose SQL fails. Two builds of one mart wait for each other.
    """
    project = project or Project(settings.project)
    closure = project.closure(set(project.marts) if names is None else names)
    pinned = pinned or snapshot(settings, closure.datasets)
    own = con is None
    con = con or connect(settings)
    watch = progress or NullProgress()
    prints = mart_fingerprints(closure.marts, pinned.fingerprints)
    built: dict[str, BuiltMart] = {}
    try:
        for dataset in closure.datasets:
            register_dataset(con, settings, project, dataset, pinned.versions[dataset])
        for position, mart in enumerate(closure.marts, start=1):
            built[mart.sql_name] = _build(con, settings, mart, prints[mart.sql_name])
            watch.step(f"mart {mart.name}", position, len(closure.marts))
    finally:
        if own:
            con.close()
    return built


def _build(con: duckdb.DuckDBPyConnection, settings: Settings, mart: Mart, fingerprint: str) -> BuiltMart:
    if mart.materialise == "view":
        _view(con, mart.sql_name, mart.sql)
        return BuiltMart(mart.sql_name, fingerprint, None, False)
    table = Lake(settings).mart(mart.name)
    schema = _schema(con, mart)
    with locked(table.root.parent / f".{mart.name}.build.lock"):
        rebuilt = table.partitions(PARTITION) != {fingerprint}
        version = _materialise(con, table, mart, fingerprint, schema) if rebuilt else table.version()
    _view(con, mart.sql_name, table.relation(schema, version))
    return BuiltMart(mart.sql_name, fingerprint, version, rebuilt)


def _schema(con: duckdb.DuckDBPyConnection, mart: Mart) -> dict[str, str]:
    import duckdb

    try:
        described = con.execute(f"DESCRIBE {mart.sql}").fetchall()
    except duckdb.Error as error:
        raise InputError(f"the mart's SQL fails: {error}", file=mart.path, unit=mart.sql_name) from error
    return {row[0]: STORED_AS.get(row[1], row[1]) for row in described}


def _materialise(
    con: duckdb.DuckDBPyConnection, table: Table, mart: Mart, fingerprint: str, schema: Mapping[str, str]
) -> int:
    import duckdb

    picked = ", ".join(f"CAST({quote_ident(name)} AS {kind}) AS {quote_ident(name)}" for name, kind in schema.items())
    query = f"SELECT {picked} FROM (\n{mart.sql}\n)"
    try:
        part = write_part(con, query, table.root, name="part-0", partition={PARTITION: fingerprint})
    except duckdb.Error as error:
        raise InputError(f"the mart's SQL fails: {error}", file=mart.path, unit=mart.sql_name) from error
    return table.commit(
        [part],
        schema={**schema, PARTITION: "VARCHAR"},
        partition_by=PARTITION,
        remove=table.partitions(PARTITION) - {fingerprint},
        metadata={"fingerprint": fingerprint},
    )


def _view(con: duckdb.DuckDBPyConnection, name: str, body: str) -> None:
    con.execute(f"CREATE SCHEMA IF NOT EXISTS {quote_ident(split_dataset(name)[0])}")
    con.execute(f"CREATE OR REPLACE VIEW {sql_name(name)} AS {body}")
