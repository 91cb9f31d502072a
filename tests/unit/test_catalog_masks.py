"""Masks: what is personal is hidden, NULL stays NULL, what is computed from a person is judged by its type."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from xiansuo.catalog.masks import column_mask, derived_mask, masked, masked_text, over
from xiansuo.contracts.model import Column
from xiansuo.core.semantic import SEMANTIC_TYPES

GROUP_OF_DISEASES = "I10"  # three characters name a group, which the mask of icd10 shows


def _column(semantic: str, classification: str, name: str = "c") -> Column:
    return Column(
        name=name, title=name, semantic=semantic, required=False, key_position=None, enum=(), minimum=None,
        maximum=None, pattern=None, synonyms=(), classification=classification, description="",
    )  # fmt: skip


def _shown(mask: str | None, value: str, kind: str = "VARCHAR") -> object:
    row = duckdb.sql(f"SELECT {masked('c', mask)} FROM (SELECT CAST(? AS {kind}) AS c)", params=[value]).fetchall()[0]
    return row[0]


@pytest.mark.parametrize(
    ("semantic", "value", "shown"),
    [
        ("cn.id_number", "11010519491231002X", "110105********002X"),
        ("cn.phone", "13812345678", "138****5678"),
        ("person_name", "欧阳锋", "欧阳*"),
        ("person_name", "张三", "张*"),
        ("code", "T11010519491231002X", "T1***************2X"),
    ],
)
def test_a_personal_column_is_shortened(semantic: str, value: str, shown: str) -> None:
    assert _shown(column_mask(_column(semantic, "L3")), value) == shown


def test_a_sensitive_text_is_hidden_and_a_sensitive_day_keeps_its_year() -> None:
    assert _shown(column_mask(_column("text", "L4")), "肝硬化") == "***"
    assert str(_shown(column_mask(_column("date", "L4")), "2025-06-07", "DATE")) == "2025-01-01"


@pytest.mark.parametrize("semantic", sorted(SEMANTIC_TYPES))
def test_every_mask_leaves_null_and_runs_on_its_own_good_values(semantic: str) -> None:
    kind = SEMANTIC_TYPES[semantic].duckdb_type
    mask = column_mask(_column(semantic, "L3"))
    row = duckdb.sql(f"SELECT {masked('c', mask)} FROM (SELECT CAST(NULL AS {kind}) AS c)").fetchall()[0]
    assert row == (None,)
    for _, typed in SEMANTIC_TYPES[semantic].good:
        if mask is not None and kind == "VARCHAR" and typed != GROUP_OF_DISEASES:
            assert _shown(mask, typed, kind) != typed


def test_a_public_column_is_left_but_numbers_of_people_in_text_are_not() -> None:
    assert column_mask(_column("org_name", "L1")) is None
    text = column_mask(_column("url", "L2"))
    assert _shown(text, "https://a.cn/?c=T11010519491231002X") == "https://a.cn/?c=T110105********002X"
    assert _shown(text, "电话13812345678") == "电话138****5678"


def test_only_the_placeholder_is_replaced() -> None:
    assert over("left(x, 3) || 'x'", '"c"') == "left(\"c\", 3) || 'x'"


def test_a_value_of_a_personal_type_keeps_its_mask_through_a_computation() -> None:
    person = _column("cn.id_number", "L3")
    assert derived_mask([_column("org_name", "L1"), person], "VARCHAR") == column_mask(person)
    assert derived_mask([_column("date", "L4")], "VARCHAR") == "'***'"
    assert derived_mask([person], "BIGINT") is None
    assert derived_mask([], "VARCHAR") is None


def test_a_list_of_personal_texts_is_hidden_and_a_day_cut_from_a_number_keeps_its_year() -> None:
    person = _column("cn.id_number", "L3")
    assert derived_mask([person], "VARCHAR[]") == "'***'"
    assert _shown(derived_mask([person], "DATE"), "1949-12-31", "DATE") == date(1949, 1, 1)


def test_numbers_in_a_sentence_are_shortened() -> None:
    given = "证号110105194912310021，手机13912345678。"
    row = duckdb.sql(f"SELECT {masked_text('t')} FROM (SELECT ? AS t)", params=[given]).fetchall()[0]
    assert row == ("证号110105********0021，手机139****5678。",)
