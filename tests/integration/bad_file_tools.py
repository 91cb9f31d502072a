"""What bad_files.py builds its cases from: a small contract, rows of it, and writers for every file format."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {dataset}
name: 测试名册
version: 1.0.0
status: active
domain: test
description: {{purpose: 坏文件测试, usage: 只用于测试}}
schema:
  - name: {name}
    physicalType: table
    properties:
      - {{name: seq, businessName: 编号, semanticType: code, logicalType: string, required: true, primaryKey: true,
         primaryKeyPosition: 1}}
      - {{name: id_number, businessName: 身份证号, semanticType: cn.id_number, logicalType: string, required: true}}
      - {{name: name, businessName: 姓名, semanticType: person_name, logicalType: string,
         synonyms: [{{synonym: 人员姓名}}]}}
      - {{name: day, businessName: 日期, semanticType: date, logicalType: date}}
      - {{name: amount, businessName: 金额, semanticType: money.yuan, logicalType: number}}
customProperties:
  - {{property: maxQuarantinedRatio, value: {ratio}}}
"""
ASSET = """\
dataset: {dataset}
sender: 测试局
frequency: once
mode: append
description: 坏文件测试
ignore_columns: [备用]
"""
LENIENT, STRICT = "test.lenient", "test.strict"
HEADER = "编号,身份证号,姓名,日期,金额"
TITLES = HEADER.split(",")


def make_project(root: Path) -> Path:
    """A project folder with two datasets of one shape; one lets every row be quarantined, the other none."""
    for dataset, ratio in ((LENIENT, 1.0), (STRICT, 0.05)):
        name = dataset.split(".")[1]
        for folder, text in (("data_contracts", CONTRACT), ("assets", ASSET)):
            path = root / folder / "test" / f"{name}.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.format(dataset=dataset, name=name, ratio=ratio), encoding="utf-8")
    return root


def id_number(number: int) -> str:
    """A synthetic identity number with a right check digit (GB 11643)."""
    body = f"11010519491231{number:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def row(number: int, **changes: str) -> list[str]:
    """A good row of texts; ``changes`` by column."""
    cells = {
        "seq": f"A{number}",
        "id_number": id_number(number),
        "name": "张三",
        "day": "2025-03-05",
        "amount": "12.50",
    }
    return list((cells | changes).values())


def landed(number: int, **changes: Any) -> tuple[Any, ...]:
    """What the lake holds of `row`."""
    cells = {
        "seq": f"A{number}",
        "id_number": id_number(number),
        "name": "张三",
        "day": date(2025, 3, 5),
        "amount": "12.50",
    }
    return tuple((cells | changes).values())


def table(*rows: list[str], header: str = HEADER, end: str = "\n") -> str:
    """Comma-separated text."""
    return end.join([header, *(",".join(cells) for cells in rows)]) + end


@dataclass(frozen=True)
class Refusal:
    """The whole delivery is refused with this code; the error text holds ``says``."""

    code: str
    says: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"refused: `{self.code}`"


@dataclass(frozen=True)
class Taken:
    """Lake rows in order of ``seq``, quarantined record numbers with their codes, and counts."""

    lake: tuple[tuple[Any, ...], ...] = ()
    quarantined: dict[int, tuple[str, ...]] = field(default_factory=dict)
    duplicates: int = 0
    furniture: tuple[int, ...] = ()

    def __str__(self) -> str:
        parts = [f"{len(self.lake)} rows taken"]
        if self.quarantined:
            reasons = ", ".join(sorted({f"`{code}`" for codes in self.quarantined.values() for code in codes}))
            parts.append(f"{len(self.quarantined)} quarantined ({reasons})")
        if self.duplicates:
            parts.append(f"{self.duplicates} counted as duplicates")
        if self.furniture:
            parts.append(f"{len(self.furniture)} records are furniture")
        return ", ".join(parts)


@dataclass(frozen=True)
class BadFile:
    """One case; ``content`` is the file's bytes or a function that makes them."""

    kind: str
    title: str
    name: str
    content: bytes | Callable[[], bytes]
    outcome: Refusal | Taken
    reader: dict[str, Any] = field(default_factory=dict)
    declared: dict[str, Any] = field(default_factory=dict)
    dataset: str = LENIENT
    letter: str | None = None

    def write(self, folder: Path) -> None:
        """Write file and letter into ``folder``."""
        folder.mkdir(parents=True)
        content = self.content() if callable(self.content) else self.content
        (folder / self.name).write_bytes(content)
        letter = {"dataset": self.dataset, "files": [{"name": self.name} | self.declared], "reader": self.reader}
        text = self.letter or json.dumps(letter, ensure_ascii=False)
        (folder / "delivery.yml").write_text(text, encoding="utf-8")


def workbook(
    *sheets: tuple[str, list[list[Any]]],
    hide: str = "",
    merge: tuple[int, int, int, int, str] | None = None,
    formula: tuple[int, int, str, Any] | None = None,
) -> bytes:
    """An xlsx file; cells by Python type."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_numbers": False, "default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for at, cells in enumerate(rows):
            sheet.write_row(at, 0, cells)
        if name == hide:
            sheet.hide()
        if merge:
            sheet.merge_range(*merge)
        if formula:
            sheet.write_formula(formula[0], formula[1], formula[2], None, formula[3])
    book.close()
    return buffer.getvalue()


def old_workbook(rows: list[list[Any]]) -> bytes:
    """An xls file."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("数据")
    for at, cells in enumerate(rows):
        for column, value in enumerate(cells):
            sheet.write(at, column, value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def locked_workbook() -> bytes:
    """An xlsx file behind a password."""
    from msoffcrypto.format.ooxml import OOXMLFile

    plain = io.BytesIO(workbook(("数据", [TITLES, row(1)])))
    locked = io.BytesIO()
    OOXMLFile(plain).encrypt("secret", locked)
    return locked.getvalue()


def bomb(forged: bool = False) -> bytes:
    """An xlsx whose sheet unpacks to 64 MB of spaces; ``forged`` hides the size in the directory."""
    source = zipfile.ZipFile(io.BytesIO(workbook(("数据", [TITLES, row(1)]))))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            padding = b" " * (64 * 2**20) if name == "xl/worksheets/sheet1.xml" else b""
            target.writestr(name, source.read(name) + padding)
    content = bytearray(buffer.getvalue())
    if forged:
        size = struct.pack("<I", len(source.read("xl/worksheets/sheet1.xml")) + 64 * 2**20)
        while (at := content.find(size)) >= 0:
            content[at : at + 4] = struct.pack("<I", 1000)
    return bytes(content)


def parquet(columns: dict[str, list[Any]]) -> bytes:
    """A Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def dbf(
    rows: list[list[str]], *, announced: int | None = None, deleted: tuple[int, ...] = (), kind: str = "C"
) -> bytes:
    """A dBase III file with GB18030 character fields."""
    names = ["seq", "id_number", "name", "day", "amount"]
    head = bytes([3, 125, 1, 1]) + struct.pack("<IHH", len(rows) if announced is None else announced, 32 * 6 + 1, 101)
    fields = b"".join(
        name.upper().encode().ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([20]) + bytes(15) for name in names
    )
    body = b"".join(
        (b"*" if number in deleted else b" ") + b"".join(cell.encode("gb18030").ljust(20) for cell in cells)
        for number, cells in enumerate(rows)
    )
    return head + bytes(20) + fields + b"\r" + body + b"\x1a"


def lines_of_json(*rows: list[str]) -> list[str]:
    """One object per row."""
    names = ["seq", "id_number", "name", "day", "amount"]
    return [json.dumps(dict(zip(names, cells, strict=True)), ensure_ascii=False) for cells in rows]
