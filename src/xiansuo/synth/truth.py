"""What was planted: the truth of a synthetic province. Models never read it; tests and ``xiansuo evaluate`` do.

Belongs here: the shape of a planted case and of a generator's output, and the two tables they become.
Does not belong here: how a violation is built (the domain generators) and how recall is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import polars as pl

Label = Literal["violation", "lookalike"]
Strength = Literal["A", "B", "C"]
RowKey = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class TruthCase:
    """One planted violation, or one innocent look-alike of it.

    ``rows`` lists (dataset id, {key column: value}) of the rows that make the case.
    ``exclusion_code`` is the innocent explanation a rule should name; None on a look-alike means no hit at all.
    ``at_threshold`` marks cases put just over or just under a legal or tuning number.
    """

    case_id: str
    model_id: str
    rule_id: str
    label: Label
    strength: Strength
    kind: str
    at_threshold: bool
    subject_id: str
    occurred_from: date
    occurred_to: date
    exclusion_code: str | None = None
    note: str = ""
    rows: list[RowKey] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DomainOutput:
    """Tables by dataset id (contract column names, typed values) and the cases planted in them."""

    tables: dict[str, pl.DataFrame]
    cases: list[TruthCase] = field(default_factory=list)


CASE_COLUMNS = (
    "case_id",
    "model_id",
    "rule_id",
    "label",
    "strength",
    "kind",
    "at_threshold",
    "subject_id",
    "occurred_from",
    "occurred_to",
    "exclusion_code",
    "note",
)


def case_table(cases: Iterable[TruthCase]) -> pl.DataFrame:
    """One row per case, in the order of ``CASE_COLUMNS``, sorted by case id; a repeated case id is an error."""
    import polars as pl

    from xiansuo.core.errors import InputError

    schema: dict[str, Any] = {name: pl.String for name in CASE_COLUMNS}
    schema |= {"at_threshold": pl.Boolean, "occurred_from": pl.Date, "occurred_to": pl.Date}
    frame = pl.DataFrame(
        [tuple(getattr(case, name) for name in CASE_COLUMNS) for case in cases], schema=schema, orient="row"
    ).sort("case_id")
    repeated = frame.filter(pl.col("case_id").is_duplicated())["case_id"].unique().sort().to_list()
    if repeated:
        raise InputError(
            "two planted cases share one case id",
            field="case_id",
            value=", ".join(repeated[:5]),
            fix="put the domain, the rule and a running number into the id",
        )
    return frame


def row_table(cases: Iterable[TruthCase]) -> pl.DataFrame:
    """One row per planted source row: case_id, dataset, key (canonical JSON of its key columns)."""
    import polars as pl

    from xiansuo.core.naming import canonical_json

    rows = [
        (case.case_id, dataset, canonical_json({name: _plain(value) for name, value in key.items()}))
        for case in cases
        for dataset, key in case.rows
    ]
    schema = {"case_id": pl.String, "dataset": pl.String, "key": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("case_id", "dataset", "key")


def _plain(value: object) -> object:
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
