"""The marts the certificate rules share, over hand-written rows: holders, cards, near misses, workers, days on post."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from xiansuo.supervision.project import Project

PROJECT = Path(__file__).parents[2]
ADA, ADA_15, BOB = "330102198503070010", "330102850307001", "411381199001010052"
WELD, OLD_WELD = "焊接与热切割作业", "焊接作业"
BUILT = (
    "cert_id_document",
    "cert_register",
    "cert_card",
    "cert_twin",
    "cert_requirement",
    "cert_worker",
    "cert_special_day",
)
CLOSURE = Project(PROJECT).closure({f"marts.{name}": [] for name in BUILT})
Row = dict[str, object]


@pytest.fixture(scope="module")
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of the certificate domain, empty."""
    project = Project(PROJECT)
    with duckdb.connect() as session:
        session.execute("CREATE SCHEMA cert; CREATE SCHEMA marts")
        for name in CLOSURE.datasets:
            columns = ", ".join(f'"{column}" {kind}' for column, kind in project.columns(name).items())
            session.execute(f"CREATE TABLE {name} ({columns})")
        yield session


@pytest.fixture
def con(tables: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The empty tables; what a test puts in and builds is rolled back."""
    tables.begin()
    yield tables
    tables.rollback()


def put(con: duckdb.DuckDBPyConnection, dataset: str, *rows: Row) -> None:
    for row in rows:
        con.execute(
            f"INSERT INTO cert.{dataset} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()]
        )


def build(con: duckdb.DuckDBPyConnection) -> None:
    for mart in CLOSURE.marts:
        con.execute(f"CREATE TABLE {mart.sql_name} AS {mart.sql}")


def read(con: duckdb.DuckDBPyConnection, mart: str, columns: str) -> list[tuple[object, ...]]:
    return con.sql(f"SELECT {columns} FROM marts.{mart} ORDER BY ALL").fetchall()


def card(check_id: str = "C1", id_no: str = ADA, **more: object) -> Row:
    row = {"check_id": check_id, "name": "张三", "id_no": id_no, "cert_no": f"T{id_no}", "cert_system": "应急"}
    days = {"valid_from": date(2022, 3, 1), "valid_to": date(2028, 2, 29), "check_date": date(2025, 6, 10)}
    return row | days | {"work_category": WELD} | more


def listed(id_no: str = ADA, **more: object) -> Row:
    row = {"cert_no": f"T{id_no}", "id_no": id_no, "name": "张三", "work_category": WELD, "as_of": date(2025, 12, 28)}
    return row | {"valid_from": date(2022, 3, 1), "valid_to": date(2028, 2, 29)} | more


def test_a_register_row_is_known_by_its_holders_present_number(con: duckdb.DuckDBPyConnection) -> None:
    put(con, "identity_change", {"change_id": "1", "old_id_no": BOB, "new_id_no": ADA})
    put(con, "category_rename", {"old_category": OLD_WELD, "new_category": WELD})
    put(con, "cert_official", listed(BOB), listed(ADA_15, work_category=OLD_WELD))
    build(con)
    assert read(con, "cert_register", "id_no, person_id, is_former, category") == [
        (ADA_15, ADA, False, WELD),
        (BOB, ADA, True, WELD),
    ]


def test_a_card_says_what_the_registers_and_the_school_know_of_it(con: duckdb.DuckDBPyConnection) -> None:
    put(con, "cert_official", listed(ADA_15), listed(ADA_15, as_of=date(2025, 11, 28)))
    put(con, "cert_presented", card(), card("C2", cert_no=f"T{ADA_15}"), card("C3", BOB))
    put(con, "cert_presented", card("C4", BOB, name="李四", cert_system="住建"))
    paid = [date(2021, 5, 1), date(2021, 9, 2), date(2025, 6, 11)]
    enrolled = [{"enrol_id": str(day), "id_no": ADA_15, "work_category": WELD, "paid_date": day} for day in paid]
    put(con, "training_enrolment", *enrolled, {**enrolled[0], "enrol_id": "x", "work_category": "高处作业"})
    build(con)
    known = "check_id, person_id, in_register, has_twin, is_confirmed, as_of, enrolled_on"
    assert read(con, "cert_card", known) == [
        ("C1", ADA, True, True, False, date(2025, 12, 28), date(2021, 9, 2)),
        ("C2", ADA, True, True, True, date(2025, 12, 28), date(2021, 9, 2)),
        ("C3", BOB, False, True, False, date(2025, 12, 28), None),
        ("C4", BOB, False, False, False, None, None),
    ]


def test_one_wrong_missing_or_surplus_character_makes_a_twin(con: duckdb.DuckDBPyConnection) -> None:
    wrong = ["330102198503077010", "430102198503070010", "33010219850307001X"]
    missing = ["33010219850307001", "30102198503070010"]
    surplus = ["3301021985030700100", "9330102198503070010"]
    far = ["330102198503070099", "330102198503700010", "3301021985030700", "EK5130001"]
    put(con, "cert_official", listed())
    for shown in [*wrong, *missing, *surplus, *far]:
        other_name = card(f"{shown}-3", shown, name="李四")
        put(con, "cert_presented", card(f"{shown}-1", shown), card(f"{shown}-2", shown, cert_no="T1"), other_name)
    build(con)
    expected = [(f"{s}-{n}", ADA, n == 1) for s in sorted([*wrong, *missing, *surplus]) for n in (1, 2)]
    assert read(con, "cert_twin", "check_id, id_no, is_number_near") == sorted(expected)


def test_equal_cards_are_no_twins_and_passports_may_be(con: duckdb.DuckDBPyConnection) -> None:
    put(con, "cert_official", listed(), listed("EK5130001"))
    put(con, "cert_presented", card(), card("C2", cert_no=f"T{ADA}7"), card("C3", "EK5130007"), card("C4", "K5130001"))
    build(con)
    assert read(con, "cert_twin", "check_id, id_no, is_number_near") == [
        ("C2", ADA, True),
        ("C3", "EK5130001", True),
        ("C4", "EK5130001", True),
    ]


def test_the_latest_of_a_persons_workplaces_is_marked(con: duckdb.DuckDBPyConnection) -> None:
    entries = [("P1", ADA, 1), ("P2", ADA_15, 3), ("P3", ADA, 3), ("P4", BOB, 2)]
    put(con, "site_worker", *[{"worker_id": w, "id_no": i, "enter_date": date(2025, 6, d)} for w, i, d in entries])
    build(con)
    assert read(con, "cert_worker", "worker_id, person_id, is_latest") == [
        ("P1", ADA, False),
        ("P2", ADA, True),
        ("P3", ADA, False),
        ("P4", BOB, True),
    ]


def test_a_day_counts_for_the_trade_done_and_else_for_the_rosters(con: duckdb.DuckDBPyConnection) -> None:
    put(con, "cert_official", listed())
    for trade, register in (("焊工", "应急"), ("焊工", "军工"), ("电工", "应急")):
        put(con, "trade_category", {"trade": trade, "register": register, "work_category": WELD})
    put(con, "site_worker", {"worker_id": "P1", "id_no": ADA, "trade": "焊工"})
    put(con, "site_worker", {"worker_id": "P2", "id_no": BOB, "trade": "普工"})
    logged = [("P1", None), ("P1", "电工"), ("P1", "普工"), ("P2", None), ("P2", "电工")]
    days: list[Row] = [
        {"worker_id": w, "day": date(2025, 6, n), "day_trade": t} for n, (w, t) in enumerate(logged, start=1)
    ]
    put(con, "attendance", *days)
    build(con)
    assert read(con, "cert_special_day", "day, worker_id, person_id, trade, is_labour") == [
        (date(2025, 6, 1), "P1", ADA, "焊工", False),
        (date(2025, 6, 2), "P1", ADA, "电工", False),
        (date(2025, 6, 3), "P1", ADA, "焊工", True),
        (date(2025, 6, 5), "P2", BOB, "电工", False),
    ]
    assert read(con, "cert_requirement", "trade, register, as_of") == [
        ("焊工", "军工", None),
        ("焊工", "应急", date(2025, 12, 28)),
        ("电工", "应急", date(2025, 12, 28)),
    ]
