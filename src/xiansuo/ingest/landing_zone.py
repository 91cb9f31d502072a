"""One delivery's rows on their way into the lake: part files, quarantined rows, counts. Publishes nothing itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from xiansuo.core.errors import EnvironmentProblem
from xiansuo.core.naming import quote_ident, quote_literal
from xiansuo.ingest import duplicates, quarantine
from xiansuo.ingest.casting import DELIVERY, FAILED, FILE, typed, typed_with_original
from xiansuo.ingest.readers.base import ROW, ReadContext, TextUnit
from xiansuo.ingest.reading import read_file
from xiansuo.ingest.refusal import Refused
from xiansuo.ingest.vault import Stored
from xiansuo.lake.delta import PartFile, write_part

if TYPE_CHECKING:
    import duckdb

    from xiansuo.contracts.model import Contract

_CAST, _CAST_ONCE = "cast_rows", 20_000  # units of at most so many rows are cast into this temp table
_PLAN_PLAIN = 2_000  # and of at most so many without optimising the plan, which would take longer than the rows


class _LinesAreNotRecords(Exception):
    """The fast path counted other records than lines."""


@dataclass
class Landed:
    """What one unit (file or sheet) gave."""

    unit: TextUnit
    part: PartFile

    @property
    def rows(self) -> int:
        """Data rows delivered, the ones that cannot be taken apart included."""
        return self.unit.records + len(self.unit.rejects)


@dataclass
class LandingZone:
    """Lands files one by one with `add`, then settles repeated keys with `settle`."""

    con: duckdb.DuckDBPyConnection
    contract: Contract
    root: Path
    delivery_id: str
    filling: dict[str, str]
    landed: list[Landed] = field(default_factory=list)
    rows_duplicate: int = 0

    def add(self, stored: Stored, context: ReadContext) -> None:
        """Read, cast and check one file; good rows become part files, failing rows wait in quarantine."""
        import duckdb

        units = read_file(stored, context)
        try:
            landed = [self._land(unit, f"{number:03d}") for number, unit in enumerate(units)]
        except (duckdb.Error, _LinesAreNotRecords) as error:
            if not any(unit.provisional for unit in units):
                raise EnvironmentProblem(f"DuckDB cannot read the rows: {error}", file=stored.name) from error
            units = read_file(stored, replace(context, fast=False))
            landed = [self._land(unit, f"{number:03d}") for number, unit in enumerate(units)]
        self.landed += landed

    @property
    def rows_delivered(self) -> int:
        """Data rows of all files."""
        return sum(landed.rows for landed in self.landed)

    @property
    def rows_lake(self) -> int:
        """Rows that go to the lake."""
        return sum(landed.part.rows for landed in self.landed)

    def settle(self, lake: str | None) -> None:
        """Take duplicates and contradictions out of the part files; ``lake`` as for `duplicates.judge`."""
        parts = [
            duplicates.LandedPart(landed.part.path, landed.unit.file_id, landed.part.rows) for landed in self.landed
        ]
        verdicts = duplicates.judge(self.con, self.contract, parts, lake)
        self.rows_duplicate = verdicts.get(duplicates.DUPLICATE, 0)
        if not verdicts:
            return
        for landed in self.landed:
            if verdicts.get(duplicates.CONFLICT):
                originals = typed_with_original(landed.unit, self.contract, self.filling)
                quarantine.add_conflicts(self.con, originals, landed.unit.file_id)
            landed.part = self._without_judged(landed)

    def check_ratio(self) -> None:
        """Refused when more rows are quarantined than the contract allows."""
        failed = quarantine.count(self.con)
        limit = self.contract.max_quarantined_ratio
        if failed > limit * self.rows_delivered:
            reasons = ", ".join(f"{code} {rows}" for code, rows in quarantine.by_code(self.con)[:8])
            raise Refused(
                "rows:too_many_quarantined",
                f"{failed} of {self.rows_delivered} rows fail, more than the allowed share of {limit:g}: {reasons}",
                field="maxQuarantinedRatio",
                value=limit,
                fix="ask the sender for a correct delivery, or correct the contract and deliver again",
            )

    def lake_parts(self) -> list[PartFile]:
        """The part files that hold rows; empty ones are removed."""
        for landed in self.landed:
            if landed.part.rows == 0:
                landed.part.path.unlink(missing_ok=True)
        return [landed.part for landed in self.landed if landed.part.rows]

    def discard(self) -> None:
        """Remove the part files; nothing was published."""
        for path in self.root.glob(f"{DELIVERY}={self.delivery_id}/*"):
            path.unlink(missing_ok=True)

    def _land(self, unit: TextUnit, suffix: str) -> Landed:
        small = unit.records <= _CAST_ONCE
        rows = self._cast_once(unit) if small else typed(unit, self.contract, self.filling)
        part = self._write(
            f"SELECT {self._columns()}, {quote_literal(unit.file_id)} AS {FILE}, {ROW} FROM {rows} WHERE {FAILED} = 0",
            f"{unit.stored.file_id}-{suffix}",
        )
        if part.rows != unit.records:
            with_original = rows if small else typed_with_original(unit, self.contract, self.filling)
            failing = quarantine.collect_failing(self.con, with_original)
            if part.rows + failing != unit.records:
                raise _LinesAreNotRecords
            quarantine.add_failing(self.con, self.contract, unit.file_id)
        quarantine.add_rejects(self.con, unit.rejects, unit.file_id)
        return Landed(unit, part)

    def _cast_once(self, unit: TextUnit) -> str:
        """A temp table of the cast rows, good and failing: planning the cast again would cost more than the rows."""
        query = typed_with_original(unit, self.contract, self.filling)
        plain = unit.records <= _PLAN_PLAIN
        if plain:
            self.con.execute("PRAGMA disable_optimizer")
        try:
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE {_CAST} AS SELECT * FROM {query}")
        finally:
            self.con.execute("PRAGMA enable_optimizer")
        return _CAST

    def _without_judged(self, landed: Landed) -> PartFile:
        source = f"read_parquet({quote_literal(str(landed.part.path))}, hive_partitioning = false)"
        judged = f"(SELECT {FILE}, {ROW} FROM {duplicates.VERDICTS})"
        return self._write(
            f"SELECT {self._columns()}, {FILE}, {ROW} FROM {source} ANTI JOIN {judged} USING ({FILE}, {ROW})",
            landed.part.path.stem,
        )

    def _columns(self) -> str:
        return ", ".join(quote_ident(column.name) for column in self.contract.columns)

    def _write(self, query: str, name: str) -> PartFile:
        return write_part(self.con, query, self.root, name=name, partition={DELIVERY: self.delivery_id})
