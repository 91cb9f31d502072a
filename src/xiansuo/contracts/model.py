"""What a contract says, as frozen values. Loading belongs to ``load``, SQL to ``casting``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xiansuo.core.errors import UsageError
from xiansuo.core.naming import canonical_json, digest
from xiansuo.core.semantic import SEMANTIC_TYPES, SemanticType

DELIVERY_FIELDS: Final = ("period_from", "period_to", "received", "sender", "letter_no")
"""What a column may take from the delivery instead of from its files."""


@dataclass(frozen=True)
class Column:
    """One column. ``minimum`` and ``maximum`` are texts of the typed value; ``key_position`` counts from 1.

    ``from_delivery`` names the delivery's field that fills the column; such a column is not in the files.
    """

    name: str
    title: str
    semantic: str
    required: bool = False
    key_position: int | None = None
    enum: tuple[str, ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    pattern: str | None = None
    synonyms: tuple[str, ...] = ()
    classification: str = "L2"
    description: str = ""
    from_delivery: str | None = None

    @property
    def kind(self) -> SemanticType:
        """The semantic type's registry entry."""
        return SEMANTIC_TYPES[self.semantic]

    @property
    def type(self) -> str:
        """The DuckDB type of the typed value."""
        return self.kind.duckdb_type


@dataclass(frozen=True)
class RowCheck:
    """A boolean SQL expression over the typed columns of one row; NULL passes."""

    code: str
    expression: str
    zh: str
    en: str


@dataclass(frozen=True)
class Contract:
    """What one dataset must be. ``content_hash`` changes with everything that changes a cast or a check."""

    dataset: str
    title: str
    description: str
    version: str
    columns: tuple[Column, ...]
    row_checks: tuple[RowCheck, ...]
    max_quarantined_ratio: float
    path: Path
    content_hash: str

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns in key order; empty when rows have no key."""
        keyed = sorted((column.key_position, column.name) for column in self.columns if column.key_position is not None)
        return tuple(name for _, name in keyed)

    @property
    def schema(self) -> dict[str, str]:
        """Column name -> DuckDB type, in contract order."""
        return {column.name: column.type for column in self.columns}

    def column(self, name: str) -> Column:
        """The column called ``name``; UsageError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise UsageError(
            "the dataset has no such column",
            unit=self.dataset,
            field=name,
            fix="use one of " + ", ".join(column.name for column in self.columns),
        )


def content_hash(
    dataset: str, columns: tuple[Column, ...], row_checks: tuple[RowCheck, ...], max_quarantined_ratio: float
) -> str:
    """Digest of all that decides how delivered text becomes rows, the semantic types' own SQL included."""
    described = [
        [
            column.name,
            column.semantic,
            column.required,
            column.key_position,
            column.enum,
            column.minimum,
            column.maximum,
            column.pattern,
            column.from_delivery,
            column.title,
            column.synonyms,
            column.kind.duckdb_type,
            column.kind.normalise,
            column.kind.cast,
            column.kind.clean,
            column.kind.quick,
            column.kind.validate,
        ]
        for column in columns
    ]
    checks = [[check.code, check.expression] for check in row_checks]
    return digest(canonical_json([dataset, described, checks, max_quarantined_ratio]))
