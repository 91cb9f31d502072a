"""Nasty deliveries and what becomes of them: the table behind test_bad_files.py and docs/bad-input.md.

Every case builds its file by code. ``python tests/integration/bad_files.py`` writes the document.
"""

from __future__ import annotations

import gzip
from datetime import date, datetime
from pathlib import Path

from bad_file_tools import (
    HEADER,
    STRICT,
    TITLES,
    BadFile,
    Refusal,
    Taken,
    bomb,
    dbf,
    id_number,
    landed,
    lines_of_json,
    locked_workbook,
    old_workbook,
    parquet,
    row,
    table,
    workbook,
)

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "bad-input.md"

GOOD = (landed(1), landed(2))
TWO = table(row(1), row(2))
CSV = "delimited"
TEXT = "encoding"
BOOK = "workbook"
OTHER = "other formats"
VALUE = "values"
LETTER = "letter"
NAMES = "三四五六七八九十百"


def encodings() -> list[BadFile]:
    """Bytes that are not what they seem."""
    chinese = table(row(1), row(2, name=NAMES))
    taken = Taken((landed(1), landed(2, name=NAMES)))
    return [
        BadFile(TEXT, "GB18030 without any mark", "a.csv", chinese.encode("gb18030"), taken),
        BadFile(
            TEXT,
            "GB18030 with four-byte characters in a name (𠮷)",
            "a.csv",
            table(row(1, name="𠮷田"), row(2)).encode("gb18030"),
            Taken((landed(1, name="𠮷田"), landed(2))),
        ),
        BadFile(TEXT, "UTF-8 with a byte order mark", "a.csv", chinese.encode("utf-8-sig"), taken),
        BadFile(TEXT, "UTF-16 with a byte order mark", "a.csv", chinese.encode("utf-16"), taken),
        BadFile(
            TEXT,
            "UTF-16 without a byte order mark",
            "a.csv",
            chinese.encode("utf-16-le"),
            Refusal("encoding:no_mark", ("byte order mark",)),
        ),
        BadFile(
            TEXT,
            "UTF-8 cut inside a character at the end",
            "a.csv",
            table(row(1), row(2, amount=NAMES)).encode()[:-2],
            Refusal("encoding:truncated", ("byte offset",)),
        ),
        BadFile(
            TEXT,
            "GB18030 cut inside a character at the end",
            "a.csv",
            (table(row(1)) + "A2," + id_number(2) + ",张三,,三").encode("gb18030")[:-1],
            Refusal("encoding:truncated", ("byte offset",)),
        ),
        BadFile(
            TEXT,
            "UTF-8, then lines of GB18030",
            "a.csv",
            chinese.encode() + ",".join(row(3)).encode("gb18030") + b"\n",
            Refusal("encoding:undecodable", ("UTF-8", "byte offset")),
        ),
        BadFile(
            TEXT,
            "GB18030, then lines of UTF-8 that do not decode as GB18030",
            "a.csv",
            chinese.encode("gb18030") + "A3,x,三,,\n".encode(),
            Refusal("encoding:undecodable", ("byte offset",)),
        ),
        BadFile(
            TEXT,
            "GB18030 declared as utf-8",
            "a.csv",
            chinese.encode("gb18030"),
            Refusal("encoding:undecodable", ("UTF-8",)),
            reader={"encoding": "utf-8"},
        ),
        BadFile(
            TEXT,
            "UTF-8 mark, declared as gb18030",
            "a.csv",
            chinese.encode("utf-8-sig"),
            Refusal("encoding:contradiction", ("gb18030",)),
            reader={"encoding": "gb18030"},
        ),
        BadFile(
            TEXT,
            "byte order mark in the middle (two files joined)",
            "a.csv",
            table(row(1)).encode() + b"\xef\xbb\xbf" + ",".join(row(2)).encode() + b"\n",
            Taken(GOOD),
        ),
    ]


def delimited() -> list[BadFile]:
    """Records that are not what the header promises."""
    first, second = ",".join(row(1)), ",".join(row(2))
    return [
        BadFile(CSV, "an empty file", "a.csv", b"", Refusal("file:empty")),
        BadFile(
            CSV, "only a byte order mark and blank lines", "a.csv", b"\xef\xbb\xbf\n\n", Refusal("header:mismatch")
        ),
        BadFile(CSV, "only a header", "a.csv", HEADER.encode(), Refusal("delivery:no_rows")),
        BadFile(
            CSV,
            "only a header, and the letter announces no rows",
            "a.csv",
            HEADER.encode(),
            Taken(),
            declared={"rows": 0},
        ),
        BadFile(
            CSV, "header row beyond the end", "a.csv", TWO.encode(), Refusal("file:no_header"), reader={"header_row": 9}
        ),
        BadFile(
            CSV,
            "a row with too few fields",
            "a.csv",
            f"{HEADER}\n{first}\nA9,x\n{second}\n".encode(),
            Taken(GOOD, {3: ("row:too_few_fields",)}),
        ),
        BadFile(
            CSV,
            "a row with too many fields",
            "a.csv",
            f"{HEADER}\n{first},extra\n{second}\n".encode(),
            Taken(GOOD[1:], {2: ("row:too_many_fields",)}),
        ),
        BadFile(
            CSV,
            "a delimiter at the end of every row but not of the header",
            "a.csv",
            f"{HEADER}\n{first},\n{second},\n".encode(),
            Taken(GOOD),
        ),
        BadFile(
            CSV,
            "trailing fields left out where the sender does that",
            "a.csv",
            f"{HEADER}\nA1,{id_number(1)},张三\n{second}\n".encode(),
            Taken((landed(1, day=None, amount=None), GOOD[1])),
            reader={"trailing_nulls": True},
        ),
        BadFile(
            CSV,
            "a quote opened and never closed",
            "a.csv",
            f'{HEADER}\n{first}\n"A9,x,y\n{second}\n'.encode(),
            Taken(GOOD, {3: ("row:quote_run_on",)}),
        ),
        BadFile(
            CSV,
            "text after a closing quote",
            "a.csv",
            f'{HEADER}\n{first}\n"A9"x,1,2,3,4\n{second}\n'.encode(),
            Taken(GOOD, {3: ("row:text_after_quote",)}),
        ),
        BadFile(
            CSV,
            "a line end inside quotes",
            "a.csv",
            f'{HEADER}\nA1,{id_number(1)},"张\n三",2025-03-05,12.50\n{second}\n'.encode(),
            Taken(GOOD),
        ),
        BadFile(
            CSV,
            "an unquoted comma shifts the columns",
            "a.csv",
            f"{HEADER}\nA1,{id_number(1)},张三,2025-03-05,1,234.50\n{second}\n".encode(),
            Taken(GOOD[1:], {2: ("row:too_many_fields",)}),
        ),
        BadFile(
            CSV,
            "columns shifted by one without a trace in the number of fields",
            "a.csv",
            f"{HEADER}\n{id_number(1)},张三,2025-03-05,12.50,\n{second}\n".encode(),
            Taken(GOOD[1:], {2: ("id_number:cast", "day:cast")}),
        ),
        BadFile(
            CSV,
            "NUL bytes in a row",
            "a.csv",
            f"{HEADER}\nA9,\0\0,,,\n{second}\n".encode(),
            Taken(GOOD[1:], {2: ("row:nul_byte",)}),
        ),
        BadFile(
            CSV, "lone carriage returns as line ends", "a.csv", table(row(1), row(2), end="\r").encode(), Taken(GOOD)
        ),
        BadFile(
            CSV, "Windows and Unix line ends mixed", "a.csv", f"{HEADER}\r\n{first}\n{second}\r\n".encode(), Taken(GOOD)
        ),
        BadFile(
            CSV,
            "blank lines between rows",
            "a.csv",
            f"{HEADER}\n{first}\n\n,,,,\n{second}\n".encode(),
            Taken(GOOD, furniture=(3, 4)),
        ),
        BadFile(
            CSV,
            "the header repeated on every page",
            "a.csv",
            f"{HEADER}\n{first}\n{HEADER}\n{second}\n".encode(),
            Taken(GOOD, furniture=(3,)),
        ),
        BadFile(
            CSV,
            "footers below the data",
            "a.csv",
            f"{TWO}合计,2,,,25.00\n备注：以上均为元\n".encode(),
            Taken(GOOD, furniture=(4, 5)),
            reader={"footer_patterns": ["^合计", "^备注"]},
        ),
        BadFile(
            CSV,
            "one line of 10 MB",
            "a.csv",
            lambda: f"{HEADER}\n{first}\n{'x' * 10_000_000}\n{second}\n".encode(),
            Taken(GOOD, {3: ("row:too_few_fields",)}),
        ),
        BadFile(
            CSV,
            "two header columns of one meaning (姓名, 人员姓名)",
            "a.csv",
            f"{HEADER},人员姓名\n{first},李四\n".encode(),
            Refusal("header:duplicate", ("人员姓名",)),
        ),
        BadFile(
            CSV, "a header column twice", "a.csv", f"{HEADER},金额\n{first},1\n".encode(), Refusal("header:duplicate")
        ),
        BadFile(
            CSV,
            "a column nobody knows",
            "a.csv",
            f"{HEADER},电话\n{first},1\n".encode(),
            Refusal("header:mismatch", ("unknown columns", "电话")),
        ),
        BadFile(
            CSV, "a column the asset file ignores", "a.csv", f"{HEADER},备用\n{first},1\n".encode(), Taken(GOOD[:1])
        ),
        BadFile(
            CSV,
            "a column lacking",
            "a.csv",
            f"编号,身份证号,姓名,日期\n{','.join(row(1)[:4])}\n".encode(),
            Refusal("header:mismatch", ("lacking columns", "金额")),
        ),
        BadFile(
            CSV, "no header at all", "a.csv", f"{first}\n{second}\n".encode(), Refusal("header:mismatch", ("unknown",))
        ),
        BadFile(
            CSV,
            "header with spaces, line ends, full-width letters and zero-width characters",
            "a.csv",
            ('"编\n号", 身份证号 ,\u200b姓名,日 期,金额　\n' + first + "\n").encode(),
            Taken(GOOD[:1]),
        ),
        BadFile(
            CSV,
            "another delimiter than the reader expects",
            "a.csv",
            TWO.replace(",", ";").encode(),
            Refusal("header:mismatch"),
        ),
        BadFile(
            CSV,
            "a delimiter of several characters",
            "a.txt",
            TWO.replace(",", "@!@").encode(),
            Taken(GOOD),
            reader={"delimiter": "@!@"},
        ),
        BadFile(
            CSV,
            "single quotes around every field",
            "a.csv",
            "\n".join(",".join(f"'{cell}'" for cell in cells) for cells in (TITLES, row(1), row(2))).encode(),
            Taken(GOOD),
            reader={"quote": "'"},
        ),
        BadFile(
            CSV, "a gzip file named csv", "a.csv", gzip.compress(TWO.encode(), mtime=0), Refusal("encoding:undecodable")
        ),
        BadFile(CSV, "a suffix nobody knows", "a.pdf", b"%PDF-1.7", Refusal("file:unknown_suffix", (".pdf",))),
        BadFile(
            CSV,
            "an xlsx workbook named csv",
            "a.csv",
            lambda: workbook(("数据", [TITLES, row(1)])),
            Refusal("file:other_format"),
        ),
    ]


def values() -> list[BadFile]:
    """Cells that are not what the column promises."""

    def one(title: str, outcome: Taken, **changes: str) -> BadFile:
        return BadFile(VALUE, title, "a.csv", table(row(1, **changes), row(2)).encode(), outcome)

    def good(**changes: object) -> Taken:
        return Taken((landed(1, **changes), landed(2)))

    def bad(*codes: str) -> Taken:
        return Taken(GOOD[1:], {2: codes})

    return [
        one("a day that does not exist: 2023-02-30", bad("day:cast"), day="2023-02-30"),
        one("a date written 2025年3月5日", good(), day="2025年3月5日"),
        one("a date as a spreadsheet serial: 45721", good(), day="45721"),
        one("the sentinel 9999-12-31", good(day=date(9999, 12, 31)), day="9999-12-31"),
        one("an 18-digit id in scientific notation", bad("id_number:cast"), id_number="1.10105194912310E+17"),
        one("an id with a wrong check digit", bad("id_number:valid"), id_number="110105194912310021"),
        one("an id in full-width digits", good(), id_number="".join(chr(ord(c) + 0xFEE0) for c in id_number(1))),
        one("an id with an apostrophe before it", good(), id_number="'" + id_number(1)),
        one(
            "an id with zero-width characters",
            good(),
            id_number=id_number(1)[:6] + "\u200b" + id_number(1)[6:] + "\ufeff",
        ),
        one("an id left blank", bad("id_number:required"), id_number="  "),
        one("a boolean in the id column", bad("id_number:cast"), id_number="TRUE"),
        BadFile(
            VALUE,
            "thousands separators inside quotes",
            "a.csv",
            f'{HEADER}\nA1,{id_number(1)},张三,2025-03-05,"￥1,234.50"\n'.encode(),
            Taken((landed(1, amount="1234.50"),)),
        ),
        one("a separator in the wrong place: 12_34", bad("amount:cast"), amount="12_34"),
        one("an amount in 万元", bad("amount:cast"), amount="1.2万元"),
        one("a negative refund", good(amount="-12.50"), amount="-12.50"),
        one("a third decimal in yuan", bad("amount:cast"), amount="12.505"),
        one("NaN as an amount", bad("amount:cast"), amount="NaN"),
        one("a name with inner blanks", good(), name="张　三 "),
        BadFile(
            VALUE, "the same row twice", "a.csv", table(row(1), row(2), row(1)).encode(), Taken(GOOD, duplicates=1)
        ),
        BadFile(
            VALUE,
            "the same key with different content",
            "a.csv",
            table(row(1), row(2), row(1, amount="9")).encode(),
            Taken(GOOD[1:], {2: ("key:conflict",), 4: ("key:conflict",)}),
        ),
        BadFile(
            VALUE,
            "more bad rows than the contract allows",
            "a.csv",
            table(row(1, day="x"), row(2)).encode(),
            Refusal("rows:too_many_quarantined", ("1 of 2", "day:cast 1")),
            dataset=STRICT,
        ),
    ]


def workbooks() -> list[BadFile]:
    """Excel."""
    plain = [TITLES, row(1), row(2)]

    def book(title: str, outcome: Refusal | Taken, *sheets: tuple[str, list[list[object]]], **more: object) -> BadFile:
        reader = more.pop("reader", {})
        return BadFile(BOOK, title, "a.xlsx", lambda: workbook(*sheets, **more), outcome, reader=reader)

    number = float(id_number(1)[:17] + "0")
    return [
        book(
            "an 18-digit id stored as a number",
            Taken(GOOD[1:], {2: ("id_number:cast",)}),
            ("数据", [TITLES, ["A1", number, "张三", "2025-03-05", 12.5], row(2)]),
        ),
        book(
            "numbers, dates and times as such",
            Taken(GOOD),
            (
                "数据",
                [
                    TITLES,
                    ["A1", id_number(1), "张三", date(2025, 3, 5), 12.5],
                    ["A2", id_number(2), "张三", datetime(2025, 3, 5), 12.50],
                ],
            ),
        ),
        book(
            "whole numbers in a code column",
            Taken((landed(1, seq="1"), landed(2, seq="20250001"))),
            ("数据", [TITLES, [1, *row(1)[1:]], [20250001.0, *row(2)[1:]]]),
        ),
        book(
            "a boolean in the id column",
            Taken(GOOD[1:], {2: ("id_number:cast",)}),
            ("数据", [TITLES, ["A1", True, "张三", "2025-03-05", 1], row(2)]),
        ),
        book(
            "an error cell: #REF!",
            Taken(GOOD[1:], {2: ("amount:cast",)}),
            ("数据", [TITLES, ["A1", id_number(1), "张三", "2025-03-05", "#REF!"], row(2)]),
        ),
        book(
            "formula cells", Refusal("sheet:formulas", ("formulas",)), ("数据", plain), formula=(1, 4, "=10+2.5", 12.5)
        ),
        book(
            "formula cells whose stored results the asset accepts",
            Taken(GOOD),
            ("数据", plain),
            formula=(1, 4, "=10+2.5", 12.5),
            reader={"formulas": "cached"},
        ),
        BadFile(
            BOOK, "a workbook behind a password", "a.xlsx", locked_workbook, Refusal("file:encrypted", ("password",))
        ),
        BadFile(BOOK, "a zip bomb", "a.xlsx", bomb, Refusal("file:zip_bomb")),
        BadFile(
            BOOK, "a zip bomb that lies about its size", "a.xlsx", lambda: bomb(forged=True), Refusal("file:damaged")
        ),
        BadFile(
            BOOK, "a workbook cut off", "a.xlsx", lambda: workbook(("数据", plain))[:-300], Refusal("file:damaged")
        ),
        BadFile(
            BOOK,
            "a workbook with a flipped byte",
            "a.xlsx",
            lambda: _flipped(workbook(("数据", plain))),
            Refusal("file:damaged"),
        ),
        BadFile(BOOK, "an xls file named xlsx", "a.xlsx", lambda: old_workbook(plain), Taken(GOOD)),
        BadFile(
            BOOK,
            "a web page named xls",
            "a.xls",
            b"<html><table><tr><td>1</td></tr></table></html>",
            Refusal("file:other_format", ("markup",)),
        ),
        BadFile(BOOK, "a csv file named xlsx", "a.xlsx", TWO.encode(), Refusal("file:other_format")),
        book("no sheet with anything on it", Refusal("file:empty"), ("空", [])),
        book(
            "the sheet asked for is missing",
            Refusal("sheet:missing", ("一月",)),
            ("数据", plain),
            reader={"sheet": "一月"},
        ),
        book(
            "two filled sheets and no word which counts",
            Refusal("sheet:several", ("二月",)),
            ("一月", plain),
            ("二月", [TITLES, row(3)]),
        ),
        book(
            "one sheet a month, all wanted",
            Taken((*GOOD, landed(3))),
            ("一月", plain),
            ("二月", [TITLES, row(3)]),
            reader={"sheet": "*"},
        ),
        book(
            "all sheets wanted and one has another header",
            Refusal("header:mismatch"),
            ("一月", plain),
            ("说明", [["此表仅供参考"]]),
            reader={"sheet": "*"},
        ),
        book(
            "a hidden sheet with data",
            Refusal("sheet:hidden", ("旧",)),
            ("数据", plain),
            ("旧", [TITLES, row(3)]),
            hide="旧",
        ),
        book("an empty second sheet", Taken(GOOD), ("数据", plain), ("住院SQL语句", [])),
        book(
            "instructions and a type row above the header",
            Taken(GOOD, furniture=(1, 2)),
            ("数据", [["填表说明：请勿改动表头"], ["字符型"] * 5, *plain]),
            reader={"header_row": 3},
        ),
        book(
            "merged cells down a column",
            Taken((landed(1), landed(2))),
            ("数据", [TITLES, row(1), [*row(2)[:2], None, *row(2)[3:]]]),
            merge=(1, 2, 2, 2, "张三"),
            reader={"fill_down": ["name"]},
        ),
        book(
            "a two-row merged header",
            Taken(GOOD),
            ("数据", [["编号", "人员", None, "日期", "金额"], [None, "身份证号", "姓名", None, None], row(1), row(2)]),
            merge=(0, 1, 0, 2, "人员"),
            reader={"header_row": 2, "header_rows": 2},
        ),
        book(
            "totals and remarks below the data",
            Taken(GOOD, furniture=(4, 5)),
            ("数据", [*plain, ["合计", None, None, None, 25], ["备注：单位为元"]]),
            reader={"footer_patterns": ["^合计", "^备注"]},
        ),
        book(
            "values beyond the last header cell",
            Taken(GOOD[1:], {2: ("row:too_many_fields",)}),
            ("数据", [TITLES, [*row(1), "?"], row(2)]),
        ),
    ]


def others() -> list[BadFile]:
    """JSON lines, Parquet, dBase."""
    one, two = lines_of_json(row(1), row(2))
    names = ["seq", "id_number", "name", "day", "amount"]
    columns = {name: [row(1)[at], row(2)[at]] for at, name in enumerate(names)}
    whole = parquet(columns)

    def jsonl(title: str, text: str, outcome: Refusal | Taken) -> BadFile:
        return BadFile(OTHER, title, "a.jsonl", text.encode(), outcome)

    return [
        jsonl("JSON lines: one broken line", f'{one}\n{{"seq": "A9\n{two}\n', Taken(GOOD, {2: ("json:broken",)})),
        jsonl(
            "JSON lines: a nested value", f'{one}\n{{"seq": {{"a": 1}}}}\n{two}\n', Taken(GOOD, {2: ("json:nested",)})
        ),
        jsonl(
            "JSON lines: a key twice in one line",
            f'{one}\n{{"seq": "1", "seq": "2"}}\n',
            Taken(GOOD[:1], {2: ("json:repeated_key",)}),
        ),
        jsonl(
            "JSON lines: a list instead of an object", f"{one}\n[1, 2]\n", Taken(GOOD[:1], {2: ("json:not_object",)})
        ),
        jsonl("JSON lines: a key nobody knows", one.replace('"seq"', '"no"'), Refusal("header:mismatch", ("'no'",))),
        jsonl(
            "JSON lines: an 18-digit id as a number keeps its digits",
            one.replace(f'"{id_number(1)}"', id_number(1)),
            Taken(GOOD[:1]),
        ),
        jsonl(
            "JSON lines: an amount in scientific notation",
            one.replace('"12.50"', "1.25e1"),
            Taken((), {1: ("amount:cast",)}),
        ),
        BadFile(OTHER, "Parquet cut off", "a.parquet", whole[:-20], Refusal("file:damaged")),
        BadFile(
            OTHER,
            "Parquet: an id column of doubles",
            "a.parquet",
            parquet(columns | {"id_number": [1.1010519491231e17, 1.1010519491231e17]}),
            Taken((), {1: ("id_number:cast",), 2: ("id_number:cast",)}),
        ),
        BadFile(
            OTHER,
            "Parquet: a column of lists",
            "a.parquet",
            parquet(columns | {"name": [["张"], ["三"]]}),
            Refusal("file:nested", ("name",)),
        ),
        BadFile(
            OTHER,
            "Parquet: dates as dates",
            "a.parquet",
            parquet(columns | {"day": [date(2025, 3, 5)] * 2}),
            Taken(GOOD),
        ),
        BadFile(
            OTHER,
            "dBase: more records announced than there are",
            "a.dbf",
            dbf([row(1), row(2)], announced=3),
            Refusal("file:record_count", ("3 records",)),
        ),
        BadFile(
            OTHER,
            "dBase: records marked deleted",
            "a.dbf",
            dbf([row(1), row(9), row(2)], deleted=(1,)),
            Taken(GOOD, furniture=(2,)),
        ),
        BadFile(OTHER, "dBase: a memo field", "a.dbf", dbf([row(1)], kind="M"), Refusal("file:nested")),
        BadFile(OTHER, "something else named dbf", "a.dbf", b"hello", Refusal("file:damaged")),
    ]


def letters() -> list[BadFile]:
    """What the letter says against what was delivered."""
    return [
        BadFile(
            LETTER,
            "another number of rows than announced",
            "a.csv",
            TWO.encode(),
            Refusal("declared:rows", ("announces 3", "holds 2")),
            declared={"rows": 3},
        ),
        BadFile(
            LETTER,
            "another hash than announced",
            "a.csv",
            TWO.encode(),
            Refusal("declared:hash"),
            declared={"sha256": "0" * 64},
        ),
        BadFile(
            LETTER,
            "a file announced and not delivered",
            "a.csv",
            TWO.encode(),
            Refusal("delivery:inventory", ("b.csv",)),
            letter="dataset: test.lenient\nfiles: [{name: a.csv}, {name: b.csv}]",
        ),
        BadFile(
            LETTER,
            "a letter with an unknown key",
            "a.csv",
            TWO.encode(),
            Refusal("letter:invalid", ("sendr",)),
            letter="dataset: test.lenient\nsendr: 某局",
        ),
        BadFile(
            LETTER,
            "a letter with an unknown reader option",
            "a.csv",
            TWO.encode(),
            Refusal("letter:invalid", ("delimeter",)),
            reader={"delimeter": ";"},
        ),
        BadFile(
            LETTER,
            "a letter that is no YAML",
            "a.csv",
            TWO.encode(),
            Refusal("letter:unreadable"),
            letter="a: [1\nb: }",
        ),
        BadFile(
            LETTER,
            "a correction of a delivery nobody knows",
            "a.csv",
            TWO.encode(),
            Refusal("delivery:corrects"),
            letter="dataset: test.lenient\ncorrects: 0123456789abcdef",
        ),
    ]


def _flipped(content: bytes) -> bytes:
    at = content.index(b"xl/worksheets/sheet1.xml") + 40
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


CASES = [*encodings(), *delimited(), *values(), *workbooks(), *others(), *letters()]


def document() -> str:
    """docs/bad-input.md."""
    lines = [
        "# What happens to bad input",
        "",
        "Generated by `python tests/integration/bad_files.py`; `tests/integration/test_bad_files.py` runs every line",
        "and checks that this page is current. A refused delivery publishes nothing: its bytes stay in the vault, its",
        "receipt says why. Quarantined rows keep their original text and their reasons; the rest of the delivery is",
        "taken unless the contract's `maxQuarantinedRatio` is exceeded. Furniture (blank lines, repeated headers,",
        "footers) is counted and listed in the receipt.",
        "",
        f"{len(CASES)} cases, one file each.",
        "",
        "| kind | the file | what happens |",
        "|---|---|---|",
    ]
    lines += [f"| {case.kind} | {case.title} | {case.outcome} |" for case in CASES]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
