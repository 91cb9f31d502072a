"""How the case runner compares what SQL gives with what YAML expects."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xiansuo.core.errors import InputError
from xiansuo.supervision.case_compare import compare, same
from xiansuo.supervision.case_sql import for_cases
from xiansuo.supervision.case_together import put_together
from xiansuo.supervision.case_words import CASE_KEYS, KINDS, TABLE_KEYS, as_written, in_english
from xiansuo.supervision.model import Case
from xiansuo.supervision.strict_yaml import line_of, read_yaml
from xiansuo.supervision.watch import touched


@pytest.mark.parametrize(
    ("actual", "expected", "equal"),
    [
        (Decimal("26230.09"), Decimal("26230.09"), True),
        (Decimal("26230.10"), Decimal("26230.1"), True),
        (Decimal("26230.09"), Decimal("26230.08"), False),
        (Decimal("5"), 5, True),
        (5, "5", False),
        ("330106", 330106, True),
        ("330106", 330107, False),
        (None, None, True),
        (None, 0, False),
        (0, None, False),
        (True, True, True),
        (True, False, False),
        (date(2026, 1, 1), date(2026, 1, 1), True),
        (datetime(2026, 1, 1, 0, 0), date(2026, 1, 1), True),
        (datetime(2026, 1, 1, 8, 0), date(2026, 1, 1), False),
    ],
)
def test_values_compare_by_meaning(actual: Any, expected: Any, equal: bool) -> None:
    assert same(actual, expected) is equal


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "x.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_decimals_keep_their_digits_and_codes_their_zeros(tmp_path: Path) -> None:
    assert read_yaml(written(tmp_path, "a: 1.10\nb: 0123\nc: 12:30\nd: 7\n")) == {
        "a": Decimal("1.10"),
        "b": "0123",
        "c": "12:30",
        "d": 7,
    }


def test_doubled_keys_are_refused_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="twice") as caught:
        read_yaml(written(tmp_path, "a: 1\nb: 2\na: 3\n"))
    assert "line 3" in str(caught.value.field)


def test_missing_and_broken_files_are_input_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"):
        read_yaml(tmp_path / "none.yml")
    with pytest.raises(InputError, match="not readable"):
        read_yaml(written(tmp_path, "a: [1\n"))


def test_lines_are_found_by_keys_and_positions(tmp_path: Path) -> None:
    path = written(tmp_path, "a:\n  - x: 1\n  - x: 2\n    y: 3\n")
    assert line_of(path, ("a", 1, "y")) == 4
    assert line_of(path, ("a", 1, "unknown")) == 3
    assert line_of(path, ()) == 1


def case(expect: list[dict[str, Any]], evidence: int | None = None) -> Case:
    return Case(case="x", kind="hit", given={}, expect=expect, evidence=evidence)


def hit(**values: Any) -> dict[str, Any]:
    return {"hit_id": str(values), **values}


def test_a_found_row_stands_beside_the_expectation_it_is_nearest_to() -> None:
    hits = [hit(who="A", amount=1, day=1), hit(who="B", amount=2, day=2)]
    proven = [{"hit_id": row["hit_id"], "dataset": "t.t", "_row": 1} for row in hits]
    outcome = compare(case([{"who": "B", "amount": 3, "day": 2}, {"who": "A", "amount": 1}]), hits, proven, {"t.t"})
    (difference,) = outcome.differences
    assert difference.actual == hits[1] and difference.cells == ("amount",)
    assert outcome.matched == (hits[0],)
    assert len(outcome.failures) == 1 and "amount is 2, not 3" in outcome.failures[0]


def test_rows_that_have_nothing_in_common_are_missing_and_unexpected() -> None:
    hits = [hit(who="A", amount=1)]
    proven = [{"hit_id": hits[0]["hit_id"], "dataset": "t.t", "_row": 1}]
    outcome = compare(case([{"who": "B", "amount": 9}]), hits, proven, {"t.t"})
    assert [(one.expected is None, one.actual is None) for one in outcome.differences] == [(False, True), (True, False)]


def test_a_hit_without_evidence_fails_although_every_value_is_right() -> None:
    outcome = compare(case([{"who": "A"}]), [hit(who="A")], [], {"t.t"})
    assert not outcome.differences and "no evidence row" in outcome.failures[0]


@pytest.mark.parametrize(
    ("changed", "target", "again"),
    [
        (["models/m/rules/r/cases.yml"], None, ["m.r"]),
        (["models/m/rules/r/cases.yml", "models/m/parameters.yml"], None, ["m"]),
        (["models/m/rules/r/hits.sql"], "m", ["m.r"]),
        (["models/m/rules/r/hits.sql"], "m.other", []),
        (["models/m/parameters.yml"], "m.other", ["m.other"]),
        (["models/n/model.yml"], "m", []),
        (["sql/marts/x.sql"], "m", ["m"]),
        (["data_contracts/d/x.yml", "models/m/model.yml"], None, [None]),
        (["models/m/README.md"], None, []),
    ],
)
def test_a_change_reruns_what_it_touches(changed: list[str], target: str | None, again: list[str | None]) -> None:
    project = Path("/project")
    assert touched(project, [project / path for path in changed], target) == again


def test_tables_are_cut_down_to_the_rows_of_one_case() -> None:
    sql = for_cases("SELECT t.a, 'd.t' AS x FROM D.t AS t JOIN d.t ON TRUE -- d.t\nWHERE d.t.a > 1", {"d.t"}, [0, 2])
    inner = '(SELECT * EXCLUDE (_case) FROM by_case."d.t" AS xs_t WHERE xs_t._case = xs_cases._case)'
    assert f'FROM {inner} AS t JOIN {inner} AS "t" ON TRUE -- d.t\nWHERE d.t.a > 1' in sql
    assert "'d.t' AS x" in sql and "VALUES (0), (2)" in sql


def test_a_table_named_in_an_unusual_way_does_not_bind_rather_than_mix_cases() -> None:
    import duckdb

    con = duckdb.connect()
    con.execute('CREATE SCHEMA by_case; CREATE TABLE by_case."d.t" (_case INTEGER, a INTEGER)')
    con.execute("CREATE SCHEMA e")
    with pytest.raises(duckdb.Error):
        con.execute(for_cases('SELECT a FROM "d".t', {"d.t"}, [0]))


def test_chinese_words_mean_the_same_as_english_ones() -> None:
    chinese = {
        "案例": "甲",
        "类型": "相似",
        "截至": 1,
        "已知": {"t.t": {"列": ["站点"], "行": [[1]]}},
        "预期": [],
        "证据": 2,
    }
    english = {
        "case": "甲",
        "kind": "lookalike",
        "as_of": 1,
        "given": {"t.t": {"columns": ["站点"], "rows": [[1]]}},
        "expect": [],
        "evidence": 2,
    }
    assert in_english([chinese]) == in_english([english]) == [english]
    assert as_written([chinese], (0, "given", "t.t", "rows", 0)) == (0, "已知", "t.t", "行", 0)
    assert as_written([english], (0, "given", "t.t", "rows", 0)) == (0, "given", "t.t", "rows", 0)


def test_one_key_in_two_languages_is_refused() -> None:
    with pytest.raises(InputError, match="same key"):
        in_english([{"案例": "甲", "case": "乙"}])


def test_every_chinese_word_is_told_in_the_documents() -> None:
    told = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
    for words in (CASE_KEYS, TABLE_KEYS, KINDS):
        chinese = " ".join(f"`{word}`" for word in words)
        english = " ".join(f"`{word}`" for word in words.values())
        assert f"| {chinese} | {english} |" in told


def station(name: str, litres: int, **more: Any) -> Case:
    given = {
        "t.reading": {"columns": ["station", "litres"], "rows": [[name, litres]]},
        "t.code": {"columns": ["code"], "rows": [["a"], ["b"]]},
    }
    return Case.model_validate({"case": f"{litres}升", "kind": "hit", "given": given, "expect": [], **more})


def crowd(**more: Any) -> Case:
    return Case.model_validate({"case": "同场", "kind": "hit", "together": ["station"], **more})


def test_cases_put_together_get_identifiers_of_their_own_and_share_code_lists() -> None:
    first = station("S1", 1, expect=[{"subject_id": "U", "seen_at": "S1", "litres": 1}], evidence=2)
    second = station("S1", 2, expect=[{"subject_id": "U", "seen_at": "S1", "litres": 2}], evidence=3)
    made = put_together([first, second, crowd()])[-1]
    assert made.given["t.reading"].rows == [["S1", 1], ["S1#2", 2]]
    assert made.given["t.code"].rows == [["a"], ["b"]]
    assert made.expect == [
        {"subject_id": "U", "seen_at": "S1", "litres": 1},
        {"subject_id": "U#2", "seen_at": "S1#2", "litres": 2},
    ]
    assert made.evidence == 5


def test_cases_of_another_day_or_left_out_by_name_stay_out() -> None:
    cases = [station("S1", 1), station("S1", 2), station("S1", 3), station("S1", 4, as_of=date(2026, 1, 1))]
    made = put_together([*cases, crowd(without=["2升"])])[-1]
    assert [row[1] for row in made.given["t.reading"].rows] == [1, 3]
    with pytest.raises(InputError, match="no such case"):
        put_together([*cases, crowd(without=["9升"])])
    with pytest.raises(InputError, match="fewer than two"):
        put_together([*cases, crowd(as_of=date(2026, 1, 1))])


@pytest.mark.parametrize("more", [{"given": {}}, {"expect": []}, {"evidence": 1}])
def test_a_case_put_together_writes_no_rows_of_its_own(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="takes"):
        crowd(**more)


def test_any_other_case_writes_both_given_and_expect() -> None:
    with pytest.raises(ValueError, match="'expect' is missing"):
        Case.model_validate({"case": "x", "kind": "hit", "given": {}})
