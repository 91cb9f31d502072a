"""Rows that no reader can save, and rows sent twice: what every real delivery also holds.

Unrecoverable dirt sits only on added copies of rows, whose keys are changed so that the copy cannot be mistaken for
the row it came from. So a planted case is never lost to dirt, and the number of bad rows is known before ingest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from xiansuo.synth.spec import TableSpec

JUNK_SHARE, JUNK_CAP, JUNK_FLOOR = 0.003, 40, 150
REPEAT_SHARE, REPEAT_CAP = 0.002, 200
TYPED = ("cn.id_number", "cn.uscc", "date", "timestamp", "money.yuan", "quantity", "integer", "cn.region_code")


def repeated(text: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Some rows once more, as written: exact duplicates."""
    n = min(int(text.height * REPEAT_SHARE), REPEAT_CAP)
    return text[rng.integers(0, text.height, n)] if n else text.head(0)


def junk_rows(text: pl.DataFrame, spec: TableSpec, rng: np.random.Generator) -> pl.DataFrame:
    """Copies of some rows with one value that cannot be read; none for small tables or untyped ones."""
    import polars as pl

    target = _target(spec)
    n = min(int(text.height * JUNK_SHARE) + 1, JUNK_CAP, int(text.height * spec.tolerance / 4))
    if target is None or text.height < JUNK_FLOOR or n == 0:
        return text.head(0)
    rows = text[rng.integers(0, text.height, n)]
    changes = [_BREAK[target[1]](pl.col(target[0])).alias(target[0])]
    changes += [
        (pl.lit("ZZ") + pl.col(column.name)).alias(column.name)
        for column in spec.columns
        if column.key and column.name != target[0] and column.semantic in ("code", "text", "id_document")
    ]
    return rows.with_columns(changes)


def _target(spec: TableSpec) -> tuple[str, str] | None:
    """The column to break: a key no code can mark as a copy, else an id number, else any typed required column."""
    marked = any(column.key and column.semantic in ("code", "text", "id_document") for column in spec.columns)
    keys = [column for column in spec.columns if column.key and column.semantic in TYPED]
    if keys and not marked:
        return keys[0].name, keys[0].semantic
    typed = [column for column in spec.columns if column.semantic in TYPED]
    if not typed or not marked:
        return None
    best = min(typed, key=lambda column: (TYPED.index(column.semantic), column.name))
    return best.name, best.semantic


def _scientific(x: pl.Expr) -> pl.Expr:
    """What a spreadsheet makes of an id number: 1.10105E+17."""
    import polars as pl

    digits = x.str.replace_all(r"\D", "").fill_null("110105194912310021")
    return digits.str.slice(0, 1) + pl.lit(".") + digits.str.slice(1, 5) + pl.lit("E+17")


def _constant(value: str) -> Callable[[pl.Expr], pl.Expr]:
    import polars as pl

    return lambda x: pl.lit(value)


def _off(x: pl.Expr) -> pl.Expr:
    """One character lost."""
    return x.fill_null("?????").str.slice(0, 5)


_BREAK: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "cn.id_number": _scientific,
    "cn.uscc": _off,
    "cn.region_code": lambda x: _off(x) + "O",
    "date": lambda x: _constant("2025-02-30")(x),
    "timestamp": lambda x: _constant("2025-02-30 25:61:00")(x),
    "money.yuan": lambda x: _constant("壹佰元整#")(x),
    "quantity": lambda x: _constant("约300")(x),
    "integer": lambda x: _constant("12.7")(x),
}
