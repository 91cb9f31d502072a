"""The generated cast: which bits a row gets, in what order, and that passing columns pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from xiansuo.contracts.casting import bits, cast_query, reasons
from xiansuo.contracts.model import Column, Contract, RowCheck
from xiansuo.core.errors import InputError

COLUMNS = (
    Column("id", "证件号", "cn.id_number", required=True),
    Column("kind", "类别", "code", enum=("甲（一）", "乙")),
    Column("day", "日期", "date", minimum="2020-01-01", maximum="2030-12-31"),
    Column("amount", "金额", "money.yuan"),
    Column("unit", "单位", "text", pattern="[A-Z]+"),
    Column("select", "保留字", "integer"),
)
CHECKS = (RowCheck("paid", "amount > 0 OR kind = '乙'", "未付", "not paid"),)
GOOD = ("11010519491231002X", "甲(一)", "2024/3/5", "1,000.5", "KG", "7")


def contract(columns: tuple[Column, ...] = COLUMNS, checks: tuple[RowCheck, ...] = CHECKS) -> Contract:
    return Contract("a.b", "t", "", "1.0.0", columns, checks, 0.05, Path("b.yml"), "h")


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def cast(con: duckdb.DuckDBPyConnection, *row: str | None) -> tuple[Any, ...]:
    names = ", ".join(f'${place} AS "{column.name}"' for place, column in enumerate(COLUMNS, 1))
    source = f"(SELECT 5 AS _row, {names})"
    return con.execute(cast_query(contract(), source, keep=["_row"]), list(row)).fetchone() or ()


def failed(con: duckdb.DuckDBPyConnection, **changed: str | None) -> list[str]:
    row = dict(zip([column.name for column in COLUMNS], GOOD, strict=True)) | changed
    return [check.code for check in reasons(contract(), cast(con, *row.values())[-1])]


def test_a_good_row_is_typed_in_contract_order_and_keeps_what_it_is_told(con: duckdb.DuckDBPyConnection) -> None:
    assert cast(con, *GOOD) == (
        5,
        "11010519491231002X",
        "甲(一)",
        date(2024, 3, 5),
        Decimal("1000.50"),
        "KG",
        7,
        0,
    )


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"id": " "}, ["id:required"]),
        ({"id": "1.10105E+17"}, ["id:cast"]),
        ({"id": "110105194912310021"}, ["id:valid"]),
        ({"kind": "丙"}, ["kind:enum"]),
        ({"kind": "甲（一） "}, []),
        ({"kind": None}, []),
        ({"day": "2019-12-31"}, ["day:min"]),
        ({"day": "2031-01-01"}, ["day:max"]),
        ({"day": "2023-02-30"}, ["day:cast"]),
        ({"amount": "0"}, ["paid"]),
        ({"amount": "0", "kind": "乙"}, []),
        ({"amount": None}, []),
        ({"amount": "1.005"}, ["amount:cast"]),
        ({"unit": "kg"}, ["unit:pattern"]),
        ({"select": "12.7"}, ["select:cast"]),
        ({"id": None, "day": "x", "unit": "1"}, ["id:required", "day:cast", "unit:pattern"]),
    ],
)
def test_each_fault_sets_its_bits_and_no_other(
    con: duckdb.DuckDBPyConnection, changed: dict[str, str | None], codes: list[str]
) -> None:
    assert failed(con, **changed) == codes


def test_reasons_are_chinese_sentences_without_values() -> None:
    told = {check.code: (check.zh, check.en) for check in bits(contract())}
    assert told["id:required"] == ("证件号为空", "id is blank")
    assert told["day:cast"] == ("日期不是有效的日期", "day is not a date")
    assert told["id:valid"][0] == "证件号出生日期或校验码不符"
    assert told["paid"] == ("未付", "not paid")


def test_a_row_check_that_overflows_rejects_its_row(con: duckdb.DuckDBPyConnection) -> None:
    checked = contract((Column("n", "数", "integer"),), (RowCheck("square", "n * n >= 0", "负", "negative"),))
    rows = con.execute(cast_query(checked, "(SELECT unnest(['3', '9000000000000000000']) AS n)")).fetchall()
    assert rows == [(3, 0), (9000000000000000000, 2)]


def test_many_checks_use_a_wider_mask_and_too_many_are_refused(con: duckdb.DuckDBPyConnection) -> None:
    wide = tuple(Column(f"c{place}", "列", "integer") for place in range(100))
    names = ", ".join(f"'x' AS c{place}" for place in range(100))
    row = con.execute(cast_query(contract(wide, ()), f"(SELECT {names})")).fetchone()
    assert row is not None and row[-1] == 2**100 - 1
    assert len(reasons(contract(wide, ()), row[-1])) == 100
    wider = tuple(Column(f"c{place}", "列", "integer") for place in range(127))
    with pytest.raises(InputError, match="127 checks"):
        cast_query(contract(wider, ()), "t")


def test_a_contract_without_checks_passes_everything(con: duckdb.DuckDBPyConnection) -> None:
    free = contract((Column("note", "备注", "text"),), ())
    assert con.execute(cast_query(free, "(SELECT ' a ' AS note)")).fetchall() == [("a", 0)]


def test_a_validated_column_may_have_aid_in_its_name() -> None:
    from xiansuo.core.semantic_sql import with_aid

    assert with_aid("aid % 11 = 1 AND length(x) = 18", '"paid_id"', '"_aid_paid_id"') == (
        '"_aid_paid_id" % 11 = 1 AND length("paid_id") = 18'
    )
