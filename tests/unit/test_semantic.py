"""Every semantic type does to its test vectors what the registry promises, in DuckDB."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from xiansuo.core.errors import UsageError
from xiansuo.core.semantic import SEMANTIC_TYPES, SemanticType, semantic_type
from xiansuo.core.semantic_sql import over

GOOD = [(kind, text, want) for kind in SEMANTIC_TYPES.values() for text, want in kind.good]
BAD = [(kind, text) for kind in SEMANTIC_TYPES.values() for text in kind.bad]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def typed(con: duckdb.DuckDBPyConnection, kind: SemanticType, text: str) -> tuple[str | None, bool | None]:
    """The typed value as text and whether it is valid, by the slow road; the quick road must agree where it is open."""
    normal = over(kind.normalise, "raw")
    query = f"""
        SELECT CAST(v AS VARCHAR), {over(kind.validate or "true", "v").replace("aid", "_aid")}, {over(kind.clean, "raw")}, n, raw,
               CAST(CAST({over(kind.quick, "raw")} AS {kind.duckdb_type if kind.quick != "x" else "VARCHAR"}) AS VARCHAR)
        FROM (SELECT *, {over(kind.aid or "NULL", "v")} AS _aid FROM
             (SELECT *, CAST({over(kind.cast, "n")} AS {kind.duckdb_type}) AS v
              FROM (SELECT raw, {normal} AS n FROM (SELECT $1::VARCHAR AS raw))))
    """
    value, valid, clean, normalised, raw, quick = con.execute(query, [text]).fetchone() or ()
    if clean:
        assert normalised == raw
        if kind.quick != "x" or kind.duckdb_type == "VARCHAR":
            assert quick == value
    return value, valid


@pytest.mark.parametrize(("kind", "text", "want"), GOOD, ids=[f"{k.name}:{t}" for k, t, _ in GOOD])
def test_good_vectors_become_their_value(
    con: duckdb.DuckDBPyConnection, kind: SemanticType, text: str, want: str
) -> None:
    assert typed(con, kind, text) == (want, True)


@pytest.mark.parametrize(("kind", "text"), BAD, ids=[f"{k.name}:{t}" for k, t in BAD])
def test_bad_vectors_fail_to_cast_or_to_validate(con: duckdb.DuckDBPyConnection, kind: SemanticType, text: str) -> None:
    value, valid = typed(con, kind, text)
    assert value is None or valid is False


@pytest.mark.parametrize("kind", SEMANTIC_TYPES.values(), ids=SEMANTIC_TYPES)
@pytest.mark.parametrize("blank", ["", " ", "\t", "\u3000", " \u00a0\ufeff\u200b"])
def test_blank_text_is_null(con: duckdb.DuckDBPyConnection, kind: SemanticType, blank: str) -> None:
    assert con.execute(f"SELECT {over(kind.normalise, 'r')} FROM (SELECT $1 AS r)", [blank]).fetchone() == (None,)
    clean = con.execute(f"SELECT {over(kind.clean, 'r')} FROM (SELECT $1 AS r)", [blank]).fetchone()
    assert clean in ((False,), (None,))


@pytest.mark.parametrize("kind", SEMANTIC_TYPES.values(), ids=SEMANTIC_TYPES)
def test_types_that_can_fail_have_bad_vectors_and_masks_run(con: duckdb.DuckDBPyConnection, kind: SemanticType) -> None:
    assert bool(kind.bad) == kind.can_fail
    assert (kind.validate is None) == (kind.invalid_zh == "") == (kind.invalid_en == "")
    masked = con.execute(
        f"SELECT {over(kind.mask, 'v')} FROM (SELECT CAST($1 AS {kind.duckdb_type}) AS v)", [kind.good[0][1]]
    ).fetchone()
    assert masked is not None and masked[0] is not None


@pytest.mark.parametrize(
    ("name", "value", "want"),
    [
        ("cn.id_number", "11010519491231002X", "110105********002X"),
        ("person_name", "张三丰", "张**"),
        ("person_name", "欧阳修", "欧阳*"),
        ("cn.phone", "13812345678", "138****5678"),
        ("cn.bank_card", "6222021001000000007", "***************0007"),
    ],
)
def test_masks_hide_the_middle(con: duckdb.DuckDBPyConnection, name: str, value: str, want: str) -> None:
    got = con.execute(f"SELECT {over(semantic_type(name).mask, 'v')} FROM (SELECT $1::VARCHAR AS v)", [value])
    assert got.fetchone() == (want,)


def test_an_unknown_type_is_named_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"cn\.uscc"):
        semantic_type("cn.usc")


@pytest.mark.parametrize("kind", [k for k in SEMANTIC_TYPES.values() if k.validate], ids=lambda kind: kind.name)
def test_an_absent_value_is_not_an_invalid_one(con: duckdb.DuckDBPyConnection, kind: SemanticType) -> None:
    absent = f"SELECT CAST(NULL AS {kind.duckdb_type}) AS v"
    aided = f"SELECT v, {over(kind.aid or 'NULL', 'v')} AS _aid FROM ({absent})"
    verdict = over(kind.validate or "", "v").replace("aid", "_aid")
    assert con.execute(f"SELECT {verdict} FROM ({aided})").fetchone() in ((True,), (None,))
