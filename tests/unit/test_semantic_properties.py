"""The SQL casts against naive Python casts, on valid texts dressed in every kind of dirt and then damaged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_cast import CASTS, blank

from xiansuo.contracts.casting import bits, cast_query
from xiansuo.contracts.model import Column, Contract
from xiansuo.core.identifiers import (
    USCC_ALPHABET,
    id_check_digit,
    luhn_check_digit,
    uscc_check_character,
)
from xiansuo.core.semantic import SEMANTIC_TYPES

DIGITS = "0123456789"
WIDEN = str.maketrans(DIGITS + "-/.:XY", "０１２３４５６７８９－／．：ＸＹ")


def digits(least: int, most: int | None = None) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=least, max_size=most or least)


def dates() -> st.SearchStrategy[str]:
    forms = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y-%m-%d 00:00:00", "%Y-%m-%dT%H:%M:%S")
    real = st.builds(lambda moment, form: moment.strftime(form), st.datetimes(), st.sampled_from(forms))
    loose = st.builds("{}-{}-{}".format, digits(4), st.integers(0, 13), st.integers(0, 32))
    serial = st.one_of(digits(5), st.builds("{}.{}".format, digits(5), digits(1, 10)))
    return st.one_of(real, loose, serial, digits(8), st.just("infinity"))


def times() -> st.SearchStrategy[str]:
    forms = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S.%f", "%Y%m%d%H%M%S", "%Y年%m月%d日%H时%M分%S秒")
    real = st.builds(lambda moment, form: moment.strftime(form), st.datetimes(), st.sampled_from(forms))
    loose = st.builds("2024-2-{} {}:{}:{}".format, *(st.integers(0, most) for most in (31, 25, 61, 61)))
    return st.one_of(real, loose, dates())


def numbers() -> st.SearchStrategy[str]:
    sign, point = st.sampled_from(["", "-", "+"]), st.sampled_from(["", ".", "e", "E+", "_", ","])
    return st.one_of(
        st.builds("{}{}{}{}".format, sign, digits(0, 17), point, digits(0, 6)),
        st.builds("{:,}".format, st.integers(-(10**12), 10**12)),
        st.builds("{}元".format, digits(1, 5)),
        st.sampled_from(["NaN", "inf", "0x1F", "1e5", "￥1,000.50"]),
    )


def id_numbers() -> st.SearchStrategy[str]:
    def whole(region: str, birth: date, order: str) -> str:
        body = f"{region}{birth.isoformat().replace('-', '')}{order}"
        return body + id_check_digit(body)

    real = st.builds(whole, digits(6), st.dates(), digits(3))
    impossible = st.builds(lambda body: body + id_check_digit(body), digits(17))
    return st.one_of(real, real.map(str.lower), impossible, digits(15), digits(18), st.just("1.10105E+17"))


def usccs() -> st.SearchStrategy[str]:
    return st.text(USCC_ALPHABET, min_size=17, max_size=17).map(lambda body: body + uscc_check_character(body))


def cards() -> st.SearchStrategy[str]:
    return digits(12, 18).map(lambda body: body + luhn_check_digit(body))


def words() -> st.SearchStrategy[str]:
    return st.text("0aZ 甲（+.E'\u200b\t_-", max_size=8)


TEXTS = {
    "code": st.one_of(words(), st.just("1.5E+17")),
    "money.yuan": numbers(),
    "quantity": numbers(),
    "integer": numbers(),
    "date": dates(),
    "timestamp": times(),
    "boolean": st.sampled_from([*"01YNyn是否2", "true", "False", "TRUE", "有"]),
    "cn.id_number": id_numbers(),
    "cn.uscc": usccs(),
    "cn.bank_card": cards(),
}
dress = st.sampled_from(
    [
        lambda t: t,
        lambda t: t,
        lambda t: f" {t}",
        lambda t: f"{t}\t",
        lambda t: t.translate(WIDEN),
        lambda t: f"'{t}",
        lambda t: f"{t}\u3000",
        lambda t: f"\ufeff{t}",
        lambda t: t[:-1],
        lambda t: t[:3] + t[4:],
        lambda t: t[1:2] + t,
    ]
)


def dressed(name: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.builds(lambda text, wear: wear(text), TEXTS[name], dress), min_size=1, max_size=25)


def contract(*columns: Column) -> Contract:
    return Contract("a.b", "t", "", "1.0.0", columns, (), 0.05, Path("b.yml"), "h")


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize("name", CASTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_sql_cast_agrees_with_the_naive_one(con: duckdb.DuckDBPyConnection, name: str, data: st.DataObject) -> None:
    texts = data.draw(dressed(name))
    checked = contract(Column("v", "v", name))
    source = "(SELECT unnest($1::VARCHAR[]) AS v, unnest(range(len($1))) AS place)"
    rows = con.execute(
        f"SELECT v, _failed FROM ({cast_query(checked, source, keep=['place'])}) ORDER BY place", [texts]
    )
    for text, (value, failed) in zip(texts, rows.fetchall(), strict=True):
        want = None if blank(text) else CASTS[name](text)
        if want is None or want == "":
            assert (failed == 0) == (blank(text) or want == ""), (text, value, failed)
        else:
            assert (value, failed) == (want, 0), text


@pytest.mark.parametrize("name", SEMANTIC_TYPES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_clean_text_is_normal_and_the_quick_cast_is_the_cast(
    con: duckdb.DuckDBPyConnection, name: str, data: st.DataObject
) -> None:
    from xiansuo.core.semantic_sql import over

    kind = SEMANTIC_TYPES[name]
    texts = data.draw(dressed(name) if name in TEXTS else st.lists(words(), min_size=1, max_size=20))
    quick = f"CAST({over(kind.quick if kind.can_fail else 'x', 'x')} AS {kind.duckdb_type})"
    query = (
        f"SELECT x FROM (SELECT unnest($1::VARCHAR[]) AS x) WHERE ({over(kind.clean, 'x')}) AND "
        f"({over(kind.normalise, 'x')} IS DISTINCT FROM x "
        f"OR {quick} IS DISTINCT FROM CAST({over(kind.cast, 'x')} AS {kind.duckdb_type}))"
    )
    assert con.execute(query, [texts]).fetchall() == []


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(list(SEMANTIC_TYPES)), st.booleans(), st.booleans()), min_size=1, max_size=25)
)
def test_bits_and_codes_are_unique_and_gapless(kinds: list[tuple[str, bool, bool]]) -> None:
    columns = [
        Column(f"c{place}", f"列{place}", name, required=required, enum=("a",) if limited else ())
        for place, (name, required, limited) in enumerate(kinds)
    ]
    checks = bits(contract(*columns))
    assert [check.bit for check in checks] == list(range(len(checks)))
    assert len({check.code for check in checks}) == len(checks)
