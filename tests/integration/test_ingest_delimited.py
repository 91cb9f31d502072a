"""The two ways to read delimited text agree wherever the fast one speaks, and records are numbered exactly."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiansuo.contracts.asset import ReaderOptions
from xiansuo.ingest.readers import delimited
from xiansuo.ingest.readers.base import Columns, ReadContext, TextUnit
from xiansuo.ingest.readers.records import Record, Splitter, bare, lines
from xiansuo.ingest.vault import Vault

CELLS = st.text(alphabet='ab1,"\n\r ;中\u3000', max_size=5)


def _match(delivered: Sequence[Sequence[str]]) -> Columns:
    return [spellings[0] for spellings in delivered]


def _rows(unit: TextUnit, con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    named = ", ".join(f"coalesce({name}, '')" for name in unit.names)
    return sorted(con.execute(f"SELECT _row, {named} FROM {unit.relation}").fetchall())


def _both(content: bytes, options: ReaderOptions) -> tuple[list[tuple[object, ...]] | None, list[tuple[object, ...]]]:
    """Rows by the fast path (None where it gives up) and by the strict one."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        path = Path(folder) / "a.csv"
        path.write_bytes(content)
        stored = Vault(Path(folder) / "vault", Path(folder)).store(path, "a.csv")
        context = ReadContext(options, _match, con, Path(folder), 2)
        fast: list[tuple[object, ...]] | None = None
        unit = delimited.read(stored, context)[0]
        if unit.provisional:
            try:
                fast = _rows(unit, con)
            except duckdb.Error:
                fast = None
            if fast is not None and len(fast) != unit.records:
                fast = None
        strict = delimited.read(stored, replace(context, fast=False))[0]
        assert len(_rows(strict, con)) == strict.records
        return fast, _rows(strict, con)


@given(cells=st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6), quote=st.sampled_from(['"', "'", None]))
@settings(max_examples=150, deadline=None)
def test_raw_text_reads_the_same_on_both_paths(cells: list[list[str]], quote: str | None) -> None:
    content = "x,y,z\n" + "\n".join(",".join(line) for line in cells)
    fast, strict = _both(content.encode(), ReaderOptions(quote=quote, footer_patterns=["^1"]))
    assert fast is None or fast == strict


@given(cells=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6), end=st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=100, deadline=None)
def test_well_quoted_text_comes_back_whole(cells: list[tuple[str, str, str]], end: str) -> None:
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in cells)
    fast, strict = _both(end.join(["x,y,z", *quoted]).encode(), ReaderOptions())
    expected = [(row, *line) for row, line in enumerate(cells, start=2) if "".join(line).strip()]
    assert strict == expected
    assert fast is None or fast == strict


def test_a_plain_file_takes_the_fast_path() -> None:
    fast, strict = _both("x,y\n1,中\n2,b\n".encode(), ReaderOptions())
    assert fast == strict == [(2, "1", "中"), (3, "2", "b")]


@given(text=st.text(alphabet="a\r\n", max_size=20), cuts=st.lists(st.integers(0, 20), max_size=4))
def test_lines_do_not_depend_on_blocks(text: str, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    blocks = [text[start:end] for start, end in pairwise(edges)]
    assert list(lines(blocks)) == list(lines([text]))
    assert "".join(lines(blocks)) == text
    assert all("\r" not in bare(line) and "\n" not in bare(line) for line in lines([text]))


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"a""b",c', ['a"b', "c"]),
        ('a"b,c', ['a"b', "c"]),
        ('"a" ,c', ["a", "c"]),
        ('"",', ["", ""]),
    ],
)
def test_quotes(line: str, cells: list[str]) -> None:
    assert list(Splitter(",", '"').records([line])) == [Record(1, cells, line)]


def test_a_runaway_quote_costs_one_record() -> None:
    records = list(Splitter(",", '"').records(['"a,b\n', "c,d\n", "e,f\n"]))
    assert [(record.row, record.cells, record.problem) for record in records] == [
        (1, None, "row:quote_run_on"),
        (2, ["c", "d"], None),
        (3, ["e", "f"], None),
    ]
