"""The ways senders lay out a table as text files: separators, quotes, encodings, headers, broken lines.

A layout takes a ``Job`` (text columns in contract order) and returns what it wrote with the reader options the receiver
needs. Spreadsheets and dBase files are in ``workbooks``; which delivery gets which layout is decided in ``deliver``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.spec import TableSpec

REPEAT_EVERY = 500


@dataclass(frozen=True, slots=True)
class Job:
    """One chunk of one table to be written into ``folder``.

    ``frame`` holds text columns named as in the contract, in contract order. The last ``broken`` rows are copies that
    get a surplus field where the layout can express one.
    """

    frame: pl.DataFrame
    spec: TableSpec
    folder: Path
    stem: str
    broken: int = 0

    @property
    def names(self) -> list[str]:
        """Technical column names."""
        return [column.name for column in self.spec.columns]

    @property
    def titles(self) -> list[str]:
        """Chinese column titles."""
        return [column.title for column in self.spec.columns]


@dataclass(frozen=True, slots=True)
class Written:
    """Files written (name, data rows) and the reader options that differ from a plain UTF-8 csv."""

    files: tuple[tuple[str, int], ...]
    reader: dict[str, Any] = field(default_factory=dict)


Layout = Callable[[Job], Written]


def csv_plain(job: Job) -> Written:
    """UTF-8, comma, technical names."""
    return _text(job, job.names, "csv", ",", "utf-8", ending="\n")


def csv_bom(job: Job) -> Written:
    """UTF-8 with byte order mark, every value quoted, Chinese titles: what Excel saves."""
    return _text(job, job.titles, "csv", ",", "utf-8-sig", every=True)


def csv_gb18030(job: Job) -> Written:
    """GB18030, comma, Chinese titles; rare characters need four bytes."""
    return _text(job, job.titles, "csv", ",", "gb18030")


def txt_utf16_tab(job: Job) -> Written:
    """UTF-16 with byte order mark, tabs: Excel's 'Unicode text'."""
    return _text(job, job.titles, "txt", "\t", "utf-16")


def txt_pipe(job: Job) -> Written:
    """UTF-8, ``|``, nothing quoted."""
    return _text(job, job.names, "txt", "|", "utf-8", quote=None, ending="\n")


def txt_soh(job: Job) -> Written:
    """UTF-8, control character 1 between fields: a Hive export."""
    return _text(job, job.names, "txt", "\x01", "utf-8", quote=None, ending="\n")


def txt_at(job: Job) -> Written:
    """GB18030, ``@!@`` between fields."""
    return _text(job, job.titles, "txt", "@!@", "gb18030", quote=None)


def csv_oracle(job: Job) -> Written:
    """Oracle unload: upper-case names, single quotes around every value, CRLF, trailing nulls left out."""
    names = [name.upper() for name in job.names]
    return _text(job, names, "csv", ",", "utf-8", quote="'", every=True, trim=True)


def csv_repeated(job: Job) -> Written:
    """GB18030, the header again every few hundred lines, as a paged printout gives it."""
    return _text(job, job.titles, "csv", ",", "gb18030", repeat=REPEAT_EVERY)


def jsonl(job: Job) -> Written:
    """One JSON object a line, Chinese titles as keys."""
    name = f"{job.stem}.jsonl"
    job.frame.rename(dict(zip(job.names, job.titles, strict=True))).write_ndjson(job.folder / name)
    return Written(((name, job.frame.height),), {"format": "jsonl"})


def parquet(job: Job) -> Written:
    """A Parquet file of text columns."""
    name = f"{job.stem}.parquet"
    job.frame.write_parquet(job.folder / name)
    return Written(((name, job.frame.height),), {"format": "parquet"})


TEXT_LAYOUTS: dict[str, Layout] = {
    "csv_gb18030": csv_gb18030,
    "csv_plain": csv_plain,
    "csv_bom": csv_bom,
    "txt_utf16_tab": txt_utf16_tab,
    "txt_pipe": txt_pipe,
    "txt_soh": txt_soh,
    "txt_at": txt_at,
    "csv_oracle": csv_oracle,
    "csv_repeated": csv_repeated,
    "jsonl": jsonl,
    "parquet": parquet,
}


def _text(
    job: Job,
    header: list[str],
    suffix: str,
    separator: str,
    encoding: str,
    *,
    quote: str | None = '"',
    ending: str = "\r\n",
    every: bool = False,
    trim: bool = False,
    repeat: int = 0,
) -> Written:
    """Write one delimited file; ``every`` quotes all values, ``trim`` drops trailing empty fields."""
    lines = _lines(job.frame, separator, quote, every)
    if trim:
        lines = lines.str.replace(r",+$", "")
    if job.broken:
        lines = _widened(lines, job.broken, separator)
    head = separator.join(header)
    body = lines.to_list()
    if repeat:
        body = [line for at, text in enumerate(body) for line in ((head, text) if at and at % repeat == 0 else (text,))]
    name = f"{job.stem}.{suffix}"
    text = ending.join([head, *body, ""])
    (job.folder / name).write_bytes(text.encode(encoding))
    options: dict[str, Any] = {"format": "csv", "delimiter": separator, "quote": quote, "trailing_nulls": trim}
    return Written(((name, job.frame.height),), options)


def _lines(frame: pl.DataFrame, separator: str, quote: str | None, every: bool) -> pl.Series:
    import polars as pl

    fields = []
    for name in frame.columns:
        value = pl.col(name)
        if quote:
            wrapped = quote + value.str.replace_all(quote, quote * 2, literal=True) + quote
            special = value.str.contains(separator, literal=True) | value.str.contains(quote, literal=True)
            value = wrapped if every else pl.when(special).then(wrapped).otherwise(value)
        fields.append(value.fill_null("").alias(name))
    return frame.select(line=pl.concat_str(fields, separator=separator))["line"]


def _widened(lines: pl.Series, count: int, separator: str) -> pl.Series:
    """The last ``count`` lines get a field too many."""
    import polars as pl

    frame = pl.DataFrame({"x": lines}).with_row_index("n")
    late = pl.col("n") >= len(lines) - count
    return frame.select(x=pl.when(late).then(pl.col("x") + separator + "多出一列").otherwise("x"))["x"]
