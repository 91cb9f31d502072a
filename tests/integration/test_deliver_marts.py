"""The shared marts over hand-written rows: which person, which company, which status from when to when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from xiansuo.core.semantic import SEMANTIC_TYPES
from xiansuo.synth.spec import read_specs

PROJECT = Path(__file__).parents[2]
ADA, BOB = "330102198001011234", "330102199002022345"


@pytest.fixture(scope="module")
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every contract's table, empty, with the provenance columns."""
    with duckdb.connect() as session:
        for dataset, spec in read_specs(PROJECT).items():
            columns = [f'"{c.name}" {SEMANTIC_TYPES[c.semantic].duckdb_type}' for c in spec.columns]
            columns += ["_delivery VARCHAR", "_file VARCHAR", "_row BIGINT"]
            session.execute(f"CREATE SCHEMA IF NOT EXISTS {dataset.split('.')[0]}")
            session.execute(f"CREATE TABLE {dataset} ({', '.join(columns)})")
        yield session


@pytest.fixture
def con(tables: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The empty tables; what a test puts in is rolled back."""
    tables.begin()
    yield tables
    tables.rollback()


def mart(con: duckdb.DuckDBPyConnection, name: str, columns: str) -> list[tuple[object, ...]]:
    body = (PROJECT / "sql" / "marts" / f"{name}.sql").read_text(encoding="utf-8")
    return con.sql(f"SELECT {columns} FROM ({body}) ORDER BY ALL").fetchall()


def put(con: duckdb.DuckDBPyConnection, dataset: str, *rows: dict[str, object]) -> None:
    for number, row in enumerate(rows, start=1):
        values = {**row, "_file": "f", "_row": number}
        marks = ", ".join("?" * len(values))
        con.execute(f"INSERT INTO {dataset} ({', '.join(values)}) VALUES ({marks})", list(values.values()))


def journey(direction: str, month: int, day: int, person: str = ADA) -> dict[str, object]:
    return {"id_number": person, "name": "甲", "direction": direction, "event_date": date(2025, month, day)}


def test_a_journey_ends_with_the_entry_and_stays_open_without_one(con: duckdb.DuckDBPyConnection) -> None:
    put(con, "person.exit_entry", journey("出境", 1, 5), journey("入境", 1, 9), journey("出境", 6, 1))
    assert mart(con, "person_status_interval", "status_kind, from_date, to_date, _row") == [
        ("出境", date(2025, 1, 5), date(2025, 1, 9), 1),
        ("出境", date(2025, 6, 1), None, 3),
    ]


def test_an_exit_after_an_exit_makes_only_the_day_of_departure_certain(con: duckdb.DuckDBPyConnection) -> None:
    put(con, "person.exit_entry", journey("出境", 1, 5), journey("出境", 3, 1), journey("入境", 3, 4))
    assert mart(con, "person_status_interval", "from_date, to_date") == [
        (date(2025, 1, 5), date(2025, 1, 5)),
        (date(2025, 3, 1), date(2025, 3, 4)),
    ]


def test_a_day_trip_pairs_its_own_exit_and_entry(con: duckdb.DuckDBPyConnection) -> None:
    put(con, "person.exit_entry", journey("入境", 2, 1), journey("出境", 2, 1))
    assert mart(con, "person_status_interval", "from_date, to_date") == [(date(2025, 2, 1), date(2025, 2, 1))]


def test_prison_custody_death_and_ward_are_told_apart(con: duckdb.DuckDBPyConnection) -> None:
    stay = {"id_number": ADA, "name": "甲", "entry_date": date(2025, 2, 1), "exit_date": None}
    put(
        con,
        "person.custody",
        {**stay, "custody_id": "1", "custody_kind": "服刑"},
        {**stay, "custody_id": "2", "custody_kind": "逮捕", "exit_date": date(2025, 3, 1)},
    )
    put(con, "person.death", {"id_number": BOB, "name": "乙", "death_date": date(2025, 4, 1), "source_kind": "火化"})
    ward = {"certno": ADA, "begntime": "2025-05-01 08:00:00", "endtime": "2025-05-03 09:00:00"}
    put(
        con,
        "medins.mdtrt_d",
        {**ward, "mdtrt_id": "1", "med_type": "21", "vali_flag": "1"},
        {**ward, "mdtrt_id": "2", "med_type": "11", "vali_flag": "1"},
        {**ward, "mdtrt_id": "3", "med_type": "21", "vali_flag": "0"},
    )
    assert mart(con, "person_status_interval", "source_dataset, person_id, status_kind, from_date, to_date") == [
        ("medins.mdtrt_d", ADA, "住院", date(2025, 5, 1), date(2025, 5, 3)),
        ("person.custody", ADA, "在押", date(2025, 2, 1), date(2025, 3, 1)),
        ("person.custody", ADA, "服刑", date(2025, 2, 1), None),
        ("person.death", BOB, "死亡", date(2025, 4, 1), None),
    ]


def test_a_person_is_named_by_the_resident_register_first(con: duckdb.DuckDBPyConnection) -> None:
    put(con, "person.resident", {"id_number": ADA, "name": "甲", "gender": "2", "birth_date": date(1980, 1, 2)})
    put(con, "cert.site_worker", {"id_no": ADA, "name": "甲错"}, {"id_no": BOB, "name": "乙"}, {"id_no": "E123"})
    assert mart(con, "subject_person", "person_id, name, gender, birth_date, source_count") == [
        (ADA, "甲", "2", date(1980, 1, 2), 2),
        (BOB, "乙", "2", date(1990, 2, 2), 1),
    ]


def test_a_company_is_named_by_the_register_and_a_station_by_itself(con: duckdb.DuckDBPyConnection) -> None:
    put(con, "entity.company", {"uscc": "A", "name": "甲公司", "region_code": "330102", "status": "存续"})
    put(
        con,
        "fuel.gas_station",
        {"station_id": "1", "uscc": "A", "station_name": "甲站", "region_code": "330105", "status": "营业"},
        {"station_id": "2", "uscc": "B", "station_name": "乙站", "region_code": "330106", "status": "停业"},
    )
    assert mart(con, "subject_entity", "uscc, name, region_code, status, kind, source_count") == [
        ("A", "甲公司", "330102", "存续", "企业", 2),
        ("B", "乙站", "330106", "停业", "加油站", 1),
    ]


def test_a_region_is_one_row_with_its_full_name(con: duckdb.DuckDBPyConnection) -> None:
    listed = [
        ("440000", "广东省", "province", None),
        ("441900", "东莞市", "city", "440000"),
        ("441900", "东莞市", "county", "441900"),
        ("110000", "北京市", "province", None),
        ("110100", "市辖区", "city", "110000"),
        ("110101", "东城区", "county", "110100"),
    ]
    put(
        con, "ref.region", *[dict(zip(("region_code", "name", "level", "parent_code"), r, strict=True)) for r in listed]
    )
    assert mart(con, "subject_region", "region_code, full_name") == [
        ("110000", "北京市"),
        ("110100", "北京市市辖区"),
        ("110101", "北京市东城区"),
        ("440000", "广东省"),
        ("441900", "广东省东莞市"),
    ]
