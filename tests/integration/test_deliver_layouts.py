"""Every layout of the synthetic senders says the same rows, read back by the plainest reader there is for it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from xiansuo.synth.layouts import TEXT_LAYOUTS, Job
from xiansuo.synth.spec import ColumnSpec, TableSpec
from xiansuo.synth.workbooks import WORKBOOK_LAYOUTS, dbf, dbf_aliases

COLUMNS = (
    ColumnSpec("no", "编号", "code", True, True, (), False),
    ColumnSpec("name", "人员姓名", "person_name", False, True, (), False),
    ColumnSpec("amount", "支付金额", "money.yuan", False, False, (), False),
    ColumnSpec("remark", "备注说明", "text", False, False, (), False),
)
SPEC = TableSpec("person.x", "试验表", COLUMNS, 0.05, "某局", "append", "yearly")
ROWS = [
    ["'3301", "赵𠮷", "1,234.50", '说"好",'],
    ["３３０２", "阿卜杜拉·库尔班", "-12", None],
    ["3303", "单'引号", None, None],
    ["3304x", "钱二 ", "0.10", "尾"],
]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    frame = pl.DataFrame(ROWS, schema=[column.name for column in COLUMNS], orient="row")
    return Job(frame, SPEC, tmp_path, "t")


def expected() -> list[list[str]]:
    return [[value or "" for value in row] for row in ROWS]


def delimited(encoding: str, separator: str, quote: str | None) -> Callable[[Path], list[list[str]]]:
    def read(path: Path) -> list[list[str]]:
        text = path.read_bytes().decode(encoding)
        if len(separator) > 1 or quote is None:
            return [line.split(separator) for line in text.splitlines()]
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, quotechar=quote))

    return read


def padded(rows: list[list[str]]) -> list[list[str]]:
    return [row + [""] * (len(COLUMNS) - len(row)) for row in rows]


READERS = {
    "csv_plain": delimited("utf-8", ",", '"'),
    "csv_bom": delimited("utf-8-sig", ",", '"'),
    "csv_gb18030": delimited("gb18030", ",", '"'),
    "csv_repeated": delimited("gb18030", ",", '"'),
    "csv_oracle": delimited("utf-8", ",", "'"),
    "txt_utf16_tab": delimited("utf-16", "\t", '"'),
    "txt_pipe": delimited("utf-8", "|", None),
    "txt_soh": delimited("utf-8", "\x01", None),
    "txt_at": delimited("gb18030", "@!@", None),
}


@pytest.mark.parametrize("layout", sorted(READERS))
def test_text_layouts_say_the_same_rows(job: Job, layout: str) -> None:
    written = TEXT_LAYOUTS[layout](job)
    rows = padded(READERS[layout](job.folder / written.files[0][0]))
    assert rows[1:] == expected()
    assert [cell.lower() for cell in rows[0]] in (job.names, job.titles)
    assert written.files[0][1] == len(ROWS)


def test_json_lines_and_parquet_say_the_same_rows(job: Job) -> None:
    name = TEXT_LAYOUTS["jsonl"](job).files[0][0]
    lines = (job.folder / name).read_text(encoding="utf-8").splitlines()
    assert [list(json.loads(line).values()) for line in lines] == ROWS
    frame = pl.read_parquet(job.folder / TEXT_LAYOUTS["parquet"](job).files[0][0])
    assert [list(row) for row in frame.rows()] == ROWS


@pytest.mark.parametrize(("layout", "start"), [("xlsx_plain", 1), ("xlsx_template", 12), ("xlsx_merged", 2)])
def test_workbooks_say_the_same_rows_below_their_header(job: Job, layout: str, start: int) -> None:
    from python_calamine import CalamineWorkbook

    written = WORKBOOK_LAYOUTS[layout](job)
    book = CalamineWorkbook.from_path(str(job.folder / written.files[0][0]))
    rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    data = [[f"{cell:.2f}" if isinstance(cell, float) else cell for cell in row] for row in rows[start : start + 4]]
    wanted = [["-12.00" if cell == "-12" and layout == "xlsx_plain" else cell for cell in row] for row in expected()]
    assert data == wanted
    assert rows[start - 1][1] == "人员姓名"
    if layout == "xlsx_merged":
        assert [row[0][:2] for row in rows[start + 4 :]] == ["合计", "备注"]


def test_a_table_over_several_sheets_loses_no_row(job: Job) -> None:
    from python_calamine import CalamineWorkbook

    written = WORKBOOK_LAYOUTS["xlsx_sheets"](job)
    book = CalamineWorkbook.from_path(str(job.folder / written.files[0][0]))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert len(sheets) == 4
    assert [row for sheet in sheets for row in sheet[1:]] == expected()


def test_dbase_keeps_four_byte_names(job: Job) -> None:
    from dbfread import DBF

    assert dbf_aliases(job) == ["no", "name", "amount", "remark"]
    written = dbf(job)
    with DBF(str(job.folder / written.files[0][0]), encoding="gb18030", load=True) as table:
        rows = [[value.rstrip() for value in record.values()] for record in table.records]
    assert rows == [[cell.rstrip() for cell in row] for row in expected()]


def test_the_same_rows_give_the_same_workbook_bytes(job: Job, tmp_path: Path) -> None:
    first = (job.folder / WORKBOOK_LAYOUTS["xlsx_plain"](job).files[0][0]).read_bytes()
    assert (job.folder / WORKBOOK_LAYOUTS["xlsx_plain"](job).files[0][0]).read_bytes() == first


def test_broken_lines_have_a_field_too_many_and_only_the_last_ones(job: Job) -> None:
    broken = Job(job.frame, job.spec, job.folder, "b", broken=1)
    rows = READERS["csv_plain"](job.folder / TEXT_LAYOUTS["csv_plain"](broken).files[0][0])
    assert [len(row) for row in rows] == [4, 4, 4, 4, 5]


def test_the_header_comes_again_every_few_hundred_lines(job: Job) -> None:
    long = Job(pl.concat([job.frame] * 300), job.spec, job.folder, "r")
    rows = READERS["csv_repeated"](job.folder / TEXT_LAYOUTS["csv_repeated"](long).files[0][0])
    assert rows.count(long.titles) == 3 and len(rows) == 1203
