"""The ways senders lay out a table as spreadsheets and dBase files: instructions, merged headers, totals, sheets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiansuo.synth.layouts import Layout, Written

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.layouts import Job

NUMERIC = ("quantity", "money.yuan", "integer", "ratio")
NUMBER = re.compile(r"-?\d{1,13}(\.\d{1,4})?")
DBF_NAME_BYTES, DBF_TEXT_BYTES = 10, 254
INSTRUCTIONS = (
    "数据提取说明",
    "一、本表由提供单位从业务系统导出，未作加工。",
    "二、日期类字段为文本，格式不统一，请以原值为准。",
    "三、金额单位为元，数量单位见字段名称。",
    "四、空单元格表示业务系统中无此项。",
    "五、同一记录可能因补传出现两次。",
    "六、联系人：信息科，电话见函件。",
    "七、请勿修改第十二行表头。",
    "八、本表仅用于所附函件载明的用途。",
    "九、以下第十一行为字段类型。",
)


def xlsx_plain(job: Job) -> Written:
    """One sheet, Chinese titles, numbers as numbers."""
    with _Book(job) as book:
        sheet = book.add_worksheet("数据")
        sheet.write_row(0, 0, job.titles)
        _fill(sheet, job, job.frame, 1, numbers=True)
    return Written(((_name(job), job.frame.height),), {"format": "xlsx"})


def xlsx_template(job: Job) -> Written:
    """Rows 1-10 instructions, row 11 field types, row 12 the header, and an empty second sheet."""
    with _Book(job) as book:
        sheet = book.add_worksheet("数据模板")
        for row, text in enumerate(INSTRUCTIONS):
            sheet.write_string(row, 0, text)
        kinds = ["日期型" if c.semantic in ("date", "timestamp") else "字符型" for c in job.spec.columns]
        sheet.write_row(10, 0, kinds)
        sheet.write_row(11, 0, job.titles)
        _fill(sheet, job, job.frame, 12)
        book.add_worksheet("提取语句")
    return Written(((_name(job), job.frame.height),), {"format": "xlsx", "sheet": "数据模板", "header_row": 12})


def xlsx_merged(job: Job) -> Written:
    """A header of two rows with vertical and horizontal merges, then 合计 and 备注 rows below the data."""
    with _Book(job) as book:
        sheet = book.add_worksheet("Sheet1")
        centred = book.add_format({"align": "center", "valign": "vcenter"})
        _two_row_header(sheet, job.titles, centred)
        _fill(sheet, job, job.frame, 2)
        end = job.frame.height + 2
        sheet.write_string(end, 0, "合计")
        sheet.write_number(end, 1, job.frame.height)
        sheet.write_string(end + 1, 0, "备注：以上数据由系统导出，如有疑问请与经办人联系。")
    options = {"format": "xlsx", "header_row": 2, "header_rows": 2, "footer_patterns": ["^合计", "^备注"]}
    return Written(((_name(job), job.frame.height),), options)


def _two_row_header(sheet: Any, titles: list[str], style: Any) -> None:
    """The first column's title spans both rows; the others stand below two group titles, each merged across."""
    sheet.merge_range(0, 0, 1, 0, titles[0], style)
    half = (len(titles) + 2) // 2
    for name, low, high in (("基本信息", 1, half), ("其他信息", half, len(titles))):
        if high - low > 1:
            sheet.merge_range(0, low, 0, high - 1, name, style)
        elif high > low:
            sheet.write_string(0, low, name, style)
    for column, title in enumerate(titles[1:], start=1):
        sheet.write_string(1, column, title, style)


def xlsx_sheets(job: Job) -> Written:
    """The rows split over four sheets of the same header, as offices keep one sheet a period."""
    size = -(-job.frame.height // 4)
    with _Book(job) as book:
        for number in range(4):
            part = job.frame.slice(number * size, size)
            if number and not part.height:
                break
            sheet = book.add_worksheet(f"第{number + 1}部分")
            sheet.write_row(0, 0, job.titles)
            _fill(sheet, job, part, 1)
    return Written(((_name(job), job.frame.height),), {"format": "xlsx", "sheet": "*"})


def dbf_aliases(job: Job) -> list[str] | None:
    """A name of at most ten bytes for every column, or None when names or values do not fit dBase."""
    chosen = []
    for column in job.spec.columns:
        names = [n for n in (column.name, *column.synonyms) if n.isascii() and len(n) <= DBF_NAME_BYTES]
        longest = job.frame[column.name].fill_null("").str.len_bytes().max() if names else 0
        if not names or (isinstance(longest, int) and longest > DBF_TEXT_BYTES):
            return None
        chosen.append(names[0])
    return chosen


def dbf(job: Job) -> Written:
    """dBase III with character fields in GB18030, as older social-security systems export."""
    aliases = dbf_aliases(job) or []
    cells = [[(value or "").encode("gb18030") for value in job.frame[name]] for name in job.names]
    widths = [max([1, *map(len, column)]) for column in cells]
    header = bytearray([3, 126, 1, 10])
    header += job.frame.height.to_bytes(4, "little")
    header += (32 + 32 * len(aliases) + 1).to_bytes(2, "little") + (sum(widths) + 1).to_bytes(2, "little")
    header += bytes(20)
    for alias, width in zip(aliases, widths, strict=True):
        header += alias.upper().encode("ascii").ljust(11, b"\0") + b"C" + bytes(4) + bytes([width]) + bytes(15)
    header += b"\r"
    rows = (
        b" " + b"".join(value.ljust(width) for value, width in zip(row, widths, strict=True))
        for row in zip(*cells, strict=True)
    )
    name = f"{job.stem}.dbf"
    (job.folder / name).write_bytes(bytes(header) + b"".join(rows) + b"\x1a")
    return Written(((name, job.frame.height),), {"format": "dbf", "encoding": "gb18030"})


WORKBOOK_LAYOUTS: dict[str, Layout] = {
    "xlsx_plain": xlsx_plain,
    "xlsx_template": xlsx_template,
    "xlsx_merged": xlsx_merged,
    "xlsx_sheets": xlsx_sheets,
}


class _Book:
    """An xlsx file with a fixed creation date, so that the same rows give the same bytes."""

    def __init__(self, job: Job) -> None:
        self.path: Path = job.folder / _name(job)
        self.book: Any = None

    def __enter__(self) -> Any:
        from datetime import UTC, datetime

        import xlsxwriter

        self.book = xlsxwriter.Workbook(str(self.path), {"strings_to_numbers": False, "strings_to_urls": False})
        self.book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        return self.book

    def __exit__(self, *_: object) -> None:
        self.book.close()


def _name(job: Job) -> str:
    return f"{job.stem}.xlsx"


def _fill(sheet: Any, job: Job, frame: pl.DataFrame, start: int, *, numbers: bool = False) -> None:
    """Write the rows from row ``start`` on; text cells unless ``numbers`` and the value is a plain number."""
    numeric = [numbers and column.semantic in NUMERIC for column in job.spec.columns]
    for offset, row in enumerate(frame.iter_rows()):
        for column, value in enumerate(row):
            if value is None:
                continue
            if numeric[column] and NUMBER.fullmatch(value):
                sheet.write_number(start + offset, column, float(value))
            else:
                sheet.write_string(start + offset, column, value)
