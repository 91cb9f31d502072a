"""Explanation templates: every format as Chinese text, unknown fields and formats refused."""

from __future__ import annotations

import duckdb
import pytest

from xiansuo.core.errors import InputError
from xiansuo.supervision.template import FORMATS, Field, fields, template_sql

VALUES = {
    "text": ("'汽油'", "汽油"),
    "date": ("DATE '2026-03-05'", "2026年3月5日"),
    "month": ("DATE '2026-03-01'", "2026年3月"),
    "number": ("CAST(1234.5000 AS DECIMAL(18, 4))", "1,234.5"),
    "yuan": ("CAST(1234.5 AS DECIMAL(18, 2))", "1,234.50元"),
    "percent": ("CAST(0.1234 AS DECIMAL(18, 6))", "12.3%"),
    "days": ("15", "15天"),
}


def written(template: str, **columns: str) -> str:
    rows = duckdb.sql(f"SELECT {template_sql(template, columns)}").fetchall()
    return str(rows[0][0])


def test_every_format_has_an_example() -> None:
    assert set(VALUES) == set(FORMATS)


@pytest.mark.parametrize("kind", FORMATS)
def test_format_writes(kind: str) -> None:
    sql, text = VALUES[kind]
    assert written(f"前{{x:{kind}}}后", x=sql) == f"前{text}后"


@pytest.mark.parametrize("kind", FORMATS)
def test_missing_values_read_as_unknown(kind: str) -> None:
    typed = {"text": "VARCHAR", "date": "DATE", "month": "DATE"}.get(kind, "DECIMAL(18, 2)")
    assert written(f"{{x:{kind}}}", x=f"CAST(NULL AS {typed})") == "不详"


@pytest.mark.parametrize(("value", "text"), [("0", "0"), ("100", "100"), ("1000000", "1,000,000"), ("0.05", "0.05")])
def test_numbers_are_trimmed_only_after_the_point(value: str, text: str) -> None:
    assert written("{x:number}", x=value) == text


def test_quotes_and_no_fields_are_plain_text() -> None:
    assert written("it's 100%") == "it's 100%"


@pytest.mark.parametrize("template", ["{a:money}", "{a b}", "{a", "a}", "{}", "{a{b}}"])
def test_malformed_templates_are_refused(template: str) -> None:
    with pytest.raises(InputError):
        fields(template)


def test_fields_come_in_order() -> None:
    assert fields("{b:yuan}于{a}") == [Field("b", "yuan"), Field("a", "text")]


def test_unknown_field_lists_the_known() -> None:
    with pytest.raises(InputError) as caught:
        template_sql("{y}", {"x": "1"})
    assert "x" in str(caught.value.fix)
