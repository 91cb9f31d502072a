"""How the same value gets written in many ways: typed columns become text with recoverable dirt.

Everything here must be read back to the same value by the semantic type of the column; what cannot be recovered
lives in ``junk``. The dirt is drawn per column and cell from the generator passed in, after the truth was planted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from xiansuo.synth.spec import ColumnSpec, TableSpec

HALF = "0123456789"
FULL = "０１２３４５６７８９"
DATE_STYLES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日")
MINOR = 0.004
BIG_ROWS = 15_000


def spell(frame: pl.DataFrame, spec: TableSpec, rng: np.random.Generator, *, dirty: bool) -> pl.DataFrame:
    """The frame as text, one way of writing per value; nulls stay null. ``dirty`` mixes the ways."""
    return frame.select(_column(frame[column.name], column, rng, dirty).alias(column.name) for column in spec.columns)


def plain(series: pl.Series) -> pl.Series:
    """The canonical text of a typed column: ISO dates, no exponents, no trailing .0."""
    import polars as pl

    kind = series.dtype
    if kind == pl.Date:
        return series.dt.strftime("%Y-%m-%d")
    if isinstance(kind, pl.Datetime):
        return series.dt.strftime("%Y-%m-%d %H:%M:%S")
    if kind == pl.Boolean:
        return series.cast(pl.Int8).cast(pl.String)
    if kind.is_float():
        return series.round(6).cast(pl.Decimal(38, 6)).cast(pl.String).str.replace(r"\.?0+$", "")
    return series.cast(pl.String)


def _column(series: pl.Series, column: ColumnSpec, rng: np.random.Generator, dirty: bool) -> pl.Series:
    text = plain(series)
    writer = _WRITERS.get(column.semantic)
    if not dirty or writer is None or text.is_empty():
        return text
    return writer(series, text, rng)


def _some(text: pl.Series, rng: np.random.Generator, share: float, change: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """Change a random share of the cells."""
    import polars as pl

    frame = pl.DataFrame({"x": text, "m": rng.random(len(text)) < share})
    return frame.select(x=pl.when("m").then(change(pl.col("x"))).otherwise("x"))["x"]


def _full_width(x: pl.Expr) -> pl.Expr:
    return x.str.replace_many(list(HALF), list(FULL))


def _blank_after(x: pl.Expr) -> pl.Expr:
    return x + " "


def _id_number(_: pl.Series, text: pl.Series, rng: np.random.Generator) -> pl.Series:
    import polars as pl

    def fifteen(x: pl.Expr) -> pl.Expr:
        short = x.str.slice(0, 6) + x.str.slice(8, 9)
        return pl.when(x.str.contains(r"^\d{6}19\d{9}[\dX]$")).then(short).otherwise(x)

    text = _some(text, rng, MINOR, fifteen)
    text = _some(text, rng, 0.3, lambda x: x.str.replace("X", "x", literal=True))
    text = _some(text, rng, MINOR, _full_width)
    text = _some(text, rng, MINOR, lambda x: pl.lit("'") + x)
    text = _some(text, rng, MINOR, lambda x: x + "\u200b")
    return _some(text, rng, MINOR, _blank_after)


def _date(series: pl.Series, text: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Three formats in one column: one dominant, two others. Big tables come from systems and mix less."""
    import polars as pl

    if series.dtype != pl.Date:
        return text
    order = [0, 1, 2] if len(series) > BIG_ROWS else rng.permutation(len(DATE_STYLES))[:3]
    draw = rng.random(len(series))
    frame = pl.DataFrame({"d": series, "u": draw})
    styled = [pl.col("d").dt.strftime(DATE_STYLES[i]) for i in order]
    main, second = (0.98, 0.99) if len(series) > BIG_ROWS else (0.67, 0.9)
    chosen = pl.when(pl.col("u") < main).then(styled[0]).when(pl.col("u") < second).then(styled[1])
    return frame.select(x=chosen.otherwise(styled[2]))["x"]


def _timestamp(series: pl.Series, text: pl.Series, rng: np.random.Generator) -> pl.Series:
    return _some(
        text, rng, 0.02 if len(series) > BIG_ROWS else 0.2, lambda x: x.str.replace_all("-", "/", literal=True)
    )


def _money(_: pl.Series, text: pl.Series, rng: np.random.Generator) -> pl.Series:
    import polars as pl

    def grouped(x: pl.Expr) -> pl.Expr:
        reverse = x.str.extract(r"^-?(\d+)", 1).str.reverse().str.replace_all(r"(\d{3})", "$1,").str.reverse()
        body = reverse.str.strip_chars_start(",") + x.str.extract(r"(\.\d+)$", 1).fill_null("")
        return pl.when(x.str.starts_with("-")).then(pl.lit("-") + body).otherwise(body)

    text = _some(text, rng, 0.05, grouped)
    return _some(text, rng, 0.01, lambda x: pl.when(x.str.starts_with("-")).then(x).otherwise(pl.lit("￥") + x))


def _phone(_: pl.Series, text: pl.Series, rng: np.random.Generator) -> pl.Series:
    import polars as pl

    return _some(text, rng, 0.02, lambda x: pl.lit("+86") + x)


def _name(_: pl.Series, text: pl.Series, rng: np.random.Generator) -> pl.Series:
    return _some(text, rng, MINOR, _blank_after)


def _code(_: pl.Series, text: pl.Series, rng: np.random.Generator) -> pl.Series:
    return _some(_some(text, rng, MINOR / 2, _full_width), rng, MINOR, _blank_after)


_WRITERS: dict[str, Callable[[pl.Series, pl.Series, np.random.Generator], pl.Series]] = {
    "cn.id_number": _id_number,
    "cn.phone": _phone,
    "cn.uscc": _code,
    "code": _code,
    "date": _date,
    "timestamp": _timestamp,
    "money.yuan": _money,
    "person_name": _name,
    "org_name": _name,
}
