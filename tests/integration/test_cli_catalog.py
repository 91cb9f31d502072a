"""The catalogue over a small province: every view works, personal columns are masked, free SQL stays inside."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING

import polars as pl
import pytest

import xiansuo.api as xs
from xiansuo.catalog.build import build_catalog, ensure_catalog
from xiansuo.catalog.discover import discover
from xiansuo.catalog.query import open_catalog
from xiansuo.core.errors import InputError, UsageError

if TYPE_CHECKING:
    from conftest import Demo

WORD = re.compile(r"[0-9X]{11,}")


@pytest.fixture(scope="module")
def lake(demo: Demo) -> xs.Xiansuo:
    return xs.open(home=demo.home, project=demo.command()[-1])


def _views(lake: xs.Xiansuo) -> list[str]:
    rows = lake.sql("SELECT table_schema, table_name FROM information_schema.tables ORDER BY ALL").rows()
    return [f"{schema}.{name}" for schema, name in rows]


def test_there_is_a_view_for_every_unit(lake: xs.Xiansuo, demo: Demo) -> None:
    units = discover(lake.settings.project)
    wanted = {*units.contracts, *units.marts, *(f"clues.{model}" for model in units.models), "meta.deliveries"}
    assert wanted <= set(_views(lake))


def test_every_view_can_be_read(lake: xs.Xiansuo) -> None:
    views = _views(lake)
    with closing(open_catalog(lake.settings)) as con:
        for view in views:
            assert con.execute(f"SELECT * FROM {view} LIMIT 5").description, view


def _real_values(lake: xs.Xiansuo) -> set[str]:
    """Id numbers and telephone numbers of the residents as delivered, read past the catalogue."""
    from xiansuo.lake.delta import Lake
    from xiansuo.lake.session import connect

    con = connect(lake.settings)
    try:
        relation = Lake(lake.settings).dataset("person.resident").relation({"id_number": "VARCHAR", "phone": "VARCHAR"})
        rows = con.execute(f"SELECT id_number, phone FROM {relation}").fetchall()
    finally:
        con.close()
    return {value for row in rows for value in row if value}


def test_no_view_shows_a_full_id_or_telephone_number_of_a_person(lake: xs.Xiansuo) -> None:
    real = _real_values(lake)
    assert len(real) > 5000
    views = _views(lake)
    with closing(open_catalog(lake.settings)) as con:
        for view in views:
            rows = con.execute(f"SELECT * FROM {view} LIMIT 2000").fetchall()
            words = set(WORD.findall(" ".join(str(cell) for row in rows for cell in row)))
            assert not real & words, view


def test_masked_columns_say_so_and_keep_their_type(lake: xs.Xiansuo) -> None:
    shown = lake.sql("SELECT id_number, name, birth_date FROM person.resident LIMIT 50")
    assert shown["id_number"].str.contains("*", literal=True).all()
    assert shown["name"].str.contains("*", literal=True).all()
    assert set(shown["birth_date"].dt.month()) == {1}
    comment = _comment(lake, "person", "resident", "id_number")
    assert comment is not None
    assert "已脱敏" in comment


def _comment(lake: xs.Xiansuo, schema: str, table: str, column: str) -> str | None:
    con = open_catalog(lake.settings)
    try:
        row = con.execute(
            "SELECT comment FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? AND column_name = ?",
            [schema, table, column],
        ).fetchone()
    finally:
        con.close()
    return None if row is None else row[0]


def test_a_mart_is_masked_by_where_its_columns_come_from(lake: xs.Xiansuo) -> None:
    rows = lake.sql("SELECT person_id FROM marts.person_status_interval WHERE person_id IS NOT NULL LIMIT 50")
    assert rows["person_id"].str.contains("*", literal=True).all()
    plain = lake.sql("SELECT uscc FROM entity.company LIMIT 50")
    assert not plain["uscc"].str.contains("*", literal=True).any()


def test_clues_of_persons_are_masked_in_text_too(lake: xs.Xiansuo, demo: Demo) -> None:
    full = lake.clues("special_op_cert")
    shown = lake.sql("SELECT subject_id, subject_name, explanation FROM clues.special_op_cert")
    text = " ".join(str(cell) for row in shown.rows() for cell in row)
    assert shown.height == full.height > 0
    persons = full.filter(pl.col("subject_type") == "person")["subject_id"]
    assert len(persons) > 50
    assert not [subject for subject in persons if subject in text]


def test_views_follow_the_newest_run(lake: xs.Xiansuo) -> None:
    assert set(lake.sql("SELECT run_id FROM clues.fuel_tax")["run_id"]) <= set(lake.clues("fuel_tax")["run_id"])
    evidence = lake.sql(
        "SELECT dataset, _file, _row FROM clues.fuel_tax_evidence WHERE clue_id IS NOT NULL LIMIT 1"
    ).row(0)
    dataset, file, row = evidence
    assert lake.sql(f"SELECT 1 FROM {dataset} WHERE _file = '{file}' AND _row = {row}").height == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DROP VIEW fuel.gas_station",
        "CREATE TABLE t (a INT)",
        "INSERT INTO meta.deliveries VALUES (1)",
        "SET lock_configuration = false",
        "ATTACH 'x.db'",
        "COPY (SELECT 1) TO 'x.csv'",
        "PRAGMA database_list",
        "INSTALL httpfs",
        "SELECT 1; SELECT 2",
        "SELEC 1",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('*')",
        "SELECT * FROM 'some.parquet'",
        "SELECT (SELECT count(*) FROM 'some.parquet')",
        'WITH "a.parquet" AS (SELECT 1) SELECT * FROM "a.parquet"',
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM duckdb_settings()",
        "SELECT getenv('HOME')",
        "SELECT current_setting('allowed_directories')",
        "SELECT * FROM fuel.no_such_table",
    ],
)
def test_anything_but_a_select_over_views_is_refused(lake: xs.Xiansuo, statement: str) -> None:
    with pytest.raises(UsageError):
        lake.sql(statement)


def test_lake_files_cannot_be_read_around_the_masks(lake: xs.Xiansuo) -> None:
    file = next(lake.settings.lake.joinpath("person", "resident").rglob("*.parquet"))
    for relation in (f"read_parquet('{file}')", f"parquet_scan('{file}')", f"'{file}'"):
        with pytest.raises(UsageError):
            lake.sql(f"SELECT * FROM {relation}")


@pytest.mark.parametrize(
    "statement", ["SHOW TABLES", "SHOW ALL TABLES", "DESCRIBE fuel.gas_station", "FROM fuel.gas_station LIMIT 1",
                  "WITH a AS (SELECT 1 AS x) SELECT x FROM a, range(3)", "SUMMARIZE fuel.gas_station"],
)  # fmt: skip
def test_looking_around_is_allowed(lake: xs.Xiansuo, statement: str) -> None:
    assert lake.sql(statement).height > 0 or statement == "SHOW TABLES"


def test_a_query_that_fails_is_bad_input_with_the_reason(lake: xs.Xiansuo) -> None:
    with pytest.raises(InputError, match="no_such_column"):
        lake.sql("SELECT no_such_column FROM fuel.gas_station")


def test_the_catalogue_is_written_anew_only_when_something_changed(lake: xs.Xiansuo) -> None:
    path = build_catalog(lake.settings)
    before = path.stat().st_mtime_ns
    assert ensure_catalog(lake.settings).stat().st_mtime_ns == before
    path.unlink()
    assert ensure_catalog(lake.settings).is_file()


def test_the_facade_hands_out_frames(lake: xs.Xiansuo) -> None:
    clues = lake.clues("fuel_tax")
    evidence = lake.evidence(clues["clue_id"][0])
    assert set(evidence["dataset"]) <= set(discover(lake.settings.project).contracts)
    assert evidence["sender"].null_count() == 0
    assert lake.dataset("fuel.gas_station").height > 0
    assert lake.clue(clues["clue_id"][0]).clue["subject_id"] == clues["subject_id"][0]
    assert lake.run("fuel_tax").skipped
    assert lake.deliveries("fuel.gas_station")
