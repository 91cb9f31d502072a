"""Text rows on their way from a Python reader to DuckDB: a scratch Parquet file of VARCHAR columns and ``_row``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from xiansuo.core.naming import quote_ident, quote_literal
from xiansuo.ingest.readers.base import ROW

_BATCH = 50_000


class Stage:
    """Collects rows and writes them in batches; ``relation`` is readable once the block has ended."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self.path = path
        self.names = list(names)
        self.rows = 0
        self._pending: list[Sequence[str | None]] = []
        self._numbers: list[int] = []
        self._writer: Any = None

    def __enter__(self) -> Stage:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._schema = pa.schema([(name, pa.string()) for name in self.names] + [(ROW, pa.int64())])
        self._writer = pq.ParquetWriter(self.path, self._schema, compression="zstd")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def add(self, row: int, cells: Sequence[str | None]) -> None:
        """Add record number ``row``; ``cells`` has one entry per name."""
        self._pending.append(cells)
        self._numbers.append(row)
        self.rows += 1
        if len(self._numbers) >= _BATCH:
            self._flush()

    @property
    def relation(self) -> str:
        """SQL reading the staged rows."""
        listed = ", ".join(quote_ident(name) for name in [*self.names, ROW])
        return f"(SELECT {listed} FROM read_parquet({quote_literal(str(self.path))}))"

    def _flush(self) -> None:
        import pyarrow as pa

        if not self._numbers:
            return
        columns = list(zip(*self._pending, strict=True)) if self.names else []
        arrays = [pa.array(column, pa.string()) for column in columns]
        self._writer.write_batch(pa.record_batch([*arrays, pa.array(self._numbers, pa.int64())], schema=self._schema))
        self._pending.clear()
        self._numbers.clear()
