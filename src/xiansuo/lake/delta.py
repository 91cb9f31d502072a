"""Delta tables of the lake: DuckDB writes the Parquet files, delta-rs commits them. Nothing here knows what rows mean.

The partition column lives in the folder name and in the Delta log, not inside the Parquet files, as the Delta
protocol has it: Polars and Spark take it from the log, DuckDB from the folder name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from xiansuo.core.errors import EnvironmentProblem, InputError, UsageError
from xiansuo.core.files import locked
from xiansuo.core.naming import canonical_json, digest, quote_ident, quote_literal, split_dataset
from xiansuo.core.settings import Settings
from xiansuo.lake.schema import delta_schema, stats_json

if TYPE_CHECKING:
    import duckdb
    from deltalake import DeltaTable

_PARTITION_VALUE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]*")
_METADATA_PREFIX = "xiansuo."
_NO_PARTITION = "-"  # matches no value that _PARTITION_VALUE allows
_LOCK_TIMEOUT_SECONDS = 600.0
_CONFIGURATION = {"delta.logRetentionDuration": "interval 36500 days"}  # old versions must stay readable


@dataclass(frozen=True)
class PartFile:
    """One Parquet file written for a table and not yet committed; ``size`` in bytes, ``stats`` per quoted column."""

    path: Path
    rows: int
    size: int
    partition: dict[str, str]
    stats: dict[str, dict[str, Any]]


def write_part(
    con: duckdb.DuckDBPyConnection, query: str, directory: Path, *, name: str, partition: Mapping[str, str]
) -> PartFile:
    """Write the rows of ``query`` as ``directory/<partition>/name.parquet``.

    ``directory`` is the table's root. The file appears whole or not at all; one of the same name is replaced. The
    query must not return the partition columns.
    """
    folder = directory / _partition_folder(partition)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.parquet"
    temporary = folder / f".{name}.parquet.part"
    target = quote_literal(str(temporary))
    row = con.execute(f"COPY ({query}) TO {target} (FORMAT parquet, COMPRESSION zstd, RETURN_STATS)").fetchone()
    if row is None:
        raise EnvironmentProblem("DuckDB reported nothing about the file it wrote", file=path)
    temporary.replace(path)
    return PartFile(path=path, rows=row[1], size=row[2], partition=dict(partition), stats=row[4] or {})


def _partition_folder(partition: Mapping[str, str]) -> str:
    for column, value in partition.items():
        if not _PARTITION_VALUE.fullmatch(value):
            raise UsageError("not usable as a folder name", field=column, value=value, fix="use letters, digits, _ . -")
    return "/".join(f"{column}={value}" for column, value in partition.items())


class Table:
    """The Delta table in one folder. Every call reads the log afresh; ``version=None`` means the newest."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def exists(self) -> bool:
        """Whether anything was ever committed."""
        log = self.root / "_delta_log"
        return log.is_dir() and any(log.glob("*.json"))

    def version(self) -> int | None:
        """The newest version, None for a table without commits."""
        table = self._open(None)
        return None if table is None else table.version()

    def files(self, version: int | None = None) -> list[Path]:
        """The active Parquet files, sorted."""
        table = self._open(version)
        return [] if table is None else [Path(file) for file in _active(table)]

    def partitions(self, column: str, version: int | None = None) -> set[str]:
        """The values of the partition column that have active files."""
        table = self._open(version)
        if table is None:
            return set()
        return {str(values[column]) for values in table.partitions()}

    def fingerprint(self, version: int | None = None) -> str:
        """A digest of the active files' relative paths and sizes; ``"empty"`` when there are none."""
        table = self._open(version)
        if table is None:
            return "empty"
        actions = table.get_add_actions(flatten=True)
        pairs = zip(actions["path"].to_pylist(), actions["size_bytes"].to_pylist(), strict=True)
        found = sorted([path, size] for path, size in pairs)
        return digest(canonical_json(found)) if found else "empty"

    def relation(self, columns: Mapping[str, str], version: int | None = None) -> str:
        """SQL text ``(SELECT ...)`` that reads ``columns`` (name -> DuckDB type) of the active files.

        A column no file ever had reads as typed NULL, a table without files as a typed relation without rows.
        """
        table = self._open(version)
        files = [] if table is None else _active(table)
        if table is None or not files:
            empty = ", ".join(f"CAST(NULL AS {kind}) AS {quote_ident(name)}" for name, kind in columns.items())
            return f"(SELECT {empty} WHERE false)"
        known = {field.name for field in table.schema().fields}
        picked = ", ".join(_pick(name, kind, name in known) for name, kind in columns.items())
        listed = ", ".join(quote_literal(file) for file in files)
        hive = ", ".join(f"{quote_ident(name)}: VARCHAR" for name in table.metadata().partition_columns)
        return (
            f"(SELECT {picked} FROM read_parquet([{listed}], union_by_name = true, "
            f"hive_partitioning = true, hive_types = {{{hive}}}))"
        )

    def commit(
        self,
        parts: Sequence[PartFile],
        *,
        schema: Mapping[str, str],
        partition_by: str,
        remove: Collection[str] = (),
        metadata: Mapping[str, str],
    ) -> int:
        """Add ``parts`` and drop the partitions ``remove`` in one Delta commit; returns the new version.

        ``schema`` (name -> DuckDB type) holds every column, the partition column too. Writers wait for each other; one
        that outside tools still get in the way of fails whole with EnvironmentProblem. InputError when a column would
        change its type under rows that stay.
        """
        with locked(self.root / ".lock", timeout=_LOCK_TIMEOUT_SECONDS):
            table = self._open(None)
            try:
                self._transact(table, parts, schema, partition_by, remove, metadata)
            except _delta_errors() as error:
                raise EnvironmentProblem(
                    f"the commit failed, nothing was published: {error}",
                    file=self.root,
                    fix="something else wrote this table at the same time; repeat the command",
                ) from error
            version = self.version()
        if version is None:
            raise EnvironmentProblem("the commit left no log", file=self.root)
        return version

    def commit_metadata(self, limit: int) -> list[dict[str, str]]:
        """The ``metadata`` of the newest ``limit`` commits, newest first, with ``version`` added."""
        table = self._open(None)
        if table is None:
            return []
        return [_own_metadata(entry) for entry in table.history(limit)]

    def _open(self, version: int | None) -> DeltaTable | None:
        from deltalake import DeltaTable

        if not self.exists():
            return None
        try:
            return DeltaTable(str(self.root), version=version)
        except _delta_errors() as error:
            raise EnvironmentProblem(f"cannot read the table: {error}", file=self.root, value=version) from error

    def _transact(
        self,
        table: DeltaTable | None,
        parts: Sequence[PartFile],
        schema: Mapping[str, str],
        partition_by: str,
        remove: Collection[str],
        metadata: Mapping[str, str],
    ) -> None:
        from deltalake import CommitProperties
        from deltalake.transaction import create_table_with_add_actions

        adds = [self._add_action(part, schema) for part in parts]
        properties = CommitProperties(custom_metadata={_METADATA_PREFIX + key: text for key, text in metadata.items()})
        if table is None:
            create_table_with_add_actions(
                str(self.root),
                delta_schema(schema),
                adds,
                mode="error",
                partition_by=[partition_by],
                configuration=_CONFIGURATION,
                commit_properties=properties,
            )
            return
        merged = self._merged_schema(table, schema, partition_by, remove)
        changed = merged.to_json() != table.schema().to_json()
        mode, filters = (
            ("append", None)
            if not remove and not changed
            else ("overwrite", [(partition_by, "in", sorted(remove) or [_NO_PARTITION])])
        )
        table.create_write_transaction(
            adds,
            mode=mode,
            schema=merged,
            partition_by=[partition_by],
            partition_filters=filters,
            commit_properties=properties,
        )

    def _merged_schema(
        self, table: DeltaTable, schema: Mapping[str, str], partition_by: str, remove: Collection[str]
    ) -> Any:
        from deltalake import Schema

        wanted = delta_schema(schema)
        staying = {str(values[partition_by]) for values in table.partitions()} - set(remove)
        if not staying:
            return wanted
        types = {field.name: field.type for field in wanted.fields}
        old = table.schema().fields
        for field in old:
            if field.name in types and types[field.name] != field.type:
                raise InputError(
                    f"the type of a column changed from {field.type} to {types[field.name]} and older rows stay",
                    file=self.root,
                    field=field.name,
                    fix="give the new column a new name, or remove the older deliveries in the same commit",
                )
        return Schema(wanted.fields + [field for field in old if field.name not in types])

    def _add_action(self, part: PartFile, schema: Mapping[str, str]) -> Any:
        from deltalake.transaction import AddAction

        return AddAction(
            path=part.path.relative_to(self.root).as_posix(),
            size=part.size,
            partition_values=part.partition,
            modification_time=int(part.path.stat().st_mtime * 1000),
            data_change=True,
            stats=stats_json(part.rows, part.stats, schema),
        )


class Lake:
    """Finds the tables of the lake under the settings' home."""

    def __init__(self, settings: Settings) -> None:
        self.root = settings.lake

    def dataset(self, dataset: str) -> Table:
        """Accepted rows of a dataset."""
        return Table(self.root.joinpath(*split_dataset(dataset)))

    def quarantine(self, dataset: str) -> Table:
        """Rejected rows of a dataset with their original text and the reasons."""
        return Table(self.root.joinpath("_quarantine", *split_dataset(dataset)))

    def mart(self, name: str) -> Table:
        """A materialised mart; ``name`` without the ``marts.`` prefix or with it."""
        return Table(self.root / "marts" / name.removeprefix("marts."))

    def model(self, model_id: str, kind: str) -> Table:
        """One of a model's tables: hits, evidence, clues or runs."""
        return Table(self.root / "models" / model_id / kind)


def _active(table: DeltaTable) -> list[str]:
    """Paths of the active files; delta-rs writes blanks, Chinese and other characters of the folder as %XX."""
    return sorted(unquote(uri) for uri in table.file_uris())


def _pick(name: str, kind: str, known: bool) -> str:
    quoted = quote_ident(name)
    return f"CAST({quoted if known else 'NULL'} AS {kind}) AS {quoted}"


def _own_metadata(entry: Mapping[str, Any]) -> dict[str, str]:
    own = {key.removeprefix(_METADATA_PREFIX): text for key, text in entry.items() if key.startswith(_METADATA_PREFIX)}
    return {**own, "version": str(entry["version"])}


def _delta_errors() -> tuple[type[Exception], ...]:
    from deltalake.exceptions import DeltaError

    return (DeltaError, OSError)
