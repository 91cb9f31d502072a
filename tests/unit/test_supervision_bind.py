"""Binding: values become exact literals, dated values follow the event date, everything else stays as written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiansuo.core.errors import InputError
from xiansuo.supervision.bind import bind, literal, parameter_names
from xiansuo.supervision.model import Parameter


def parameter(*values: tuple[str, Any]) -> Parameter:
    return Parameter.model_validate(
        {
            "title": "t",
            "unit": "u",
            "reference": {"tag": "G", "source": "s"},
            "last_checked": date(2026, 1, 1),
            "values": [{"from": date.fromisoformat(start), "value": value} for start, value in values],
        }
    )


ONE = {"p": parameter(("2020-01-01", Decimal("0.05")))}
TWO = {"p": parameter(("2020-01-01", 10), ("2026-01-01", 20))}
LIST = {"p": parameter(("2020-01-01", ["汽油", "it's"]))}


def test_decimals_bind_exactly() -> None:
    assert bind("SELECT $p", ONE, as_of=None) == "SELECT 0.05"


def test_lists_bind_as_list_literals() -> None:
    sql = bind("SELECT list_contains($p, 'it''s')", LIST, as_of=None)
    assert duckdb.sql(sql).fetchall() == [(True,)]


@pytest.mark.parametrize(
    ("day", "value"), [("2019-12-31", None), ("2020-01-01", 10), ("2025-12-31", 10), ("2026-01-01", 20)]
)
def test_dated_values_follow_the_event_date(day: str, value: int | None) -> None:
    sql = bind("SELECT $p FROM (SELECT DATE '" + day + "' AS d)", TWO, as_of=None, event_date="d")
    assert duckdb.sql(sql).fetchall() == [(value,)]
    held = TWO["p"].at(date.fromisoformat(day))
    assert held == value


def test_dated_parameter_without_event_date_is_refused_by_name() -> None:
    with pytest.raises(InputError) as caught:
        bind("SELECT $p", TWO, as_of=None)
    assert caught.value.field == "$p" and "event_date" in str(caught.value.fix)


def test_names_in_strings_comments_and_quoted_identifiers_stay() -> None:
    sql = "SELECT '$p', \"$p\" -- $p\n, /* $p {{hits}} */ $p"
    assert bind(sql, ONE, as_of=None) == sql[: -len("$p")] + "0.05"
    assert parameter_names(sql) == {"p"}


def test_binding_keeps_every_line_where_it_was() -> None:
    sql = "SELECT\n  $p,\n  $as_of\nFROM {{hits}}"
    bound = bind(sql, TWO, as_of=date(2026, 3, 1), event_date="d", hits='"h"')
    assert bound.count("\n") == sql.count("\n")
    assert bound.splitlines()[2] == "  DATE '2026-03-01'"
    assert bound.splitlines()[3] == 'FROM "h"'


def test_unknown_parameter_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="no such parameter") as caught:
        bind("SELECT $q", ONE, as_of=None, unit="m.r hits.sql")
    assert "p" in str(caught.value.fix) and caught.value.unit == "m.r hits.sql"


def test_hits_are_refused_outside_evidence() -> None:
    with pytest.raises(InputError, match=r"evidence\.sql"):
        bind("SELECT 1 FROM {{hits}}", ONE, as_of=None)


@given(
    st.one_of(
        st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
        st.integers(-(10**15), 10**15),
        st.booleans(),
        st.dates(),
        st.decimals(-(10**9), 10**9, places=4),
    )
)
def test_literals_mean_the_value_they_were_made_from(value: Any) -> None:
    assert duckdb.sql(f"SELECT {literal(value)}").fetchall() == [(value,)]
