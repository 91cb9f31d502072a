"""Lake tables on a real disk: commits, removals, versions, other readers, concurrent writers."""

from __future__ import annotations

import multiprocessing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake, PartFile, Table, write_part
from xiansuo.lake.session import connect

SCHEMA = {
    "id": "BIGINT",
    "amount": "DECIMAL(18,2)",
    "day": "DATE",
    "ts": "TIMESTAMP",
    "ok": "BOOLEAN",
    "reasons": "VARCHAR[]",
    "name": "VARCHAR",
    "_delivery": "VARCHAR",
}
ROWS = """
SELECT i::BIGINT AS id, (i / 8)::DECIMAL(18,2) AS amount, DATE '2025-01-01' + i::INTEGER AS day,
    TIMESTAMP '2025-01-01 00:00:00.123456' + to_seconds(i) AS ts, i % 2 = 0 AS ok,
    CASE WHEN i % 2 = 1 THEN ['a', 'b'] ELSE [] END::VARCHAR[] AS reasons, '张' || i AS name
FROM range({first}, {last}) t(i)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(project=tmp_path, home=tmp_path / "home", threads=1, memory_limit="512MiB")


def part(
    settings: Settings, table: Table, delivery: str, first: int = 0, last: int = 10, query: str = ROWS
) -> PartFile:
    with connect(settings) as con:
        return write_part(
            con, query.format(first=first, last=last), table.root, name=f"p{first}", partition={"_delivery": delivery}
        )


def commit(table: Table, *parts: PartFile, remove: tuple[str, ...] = (), **metadata: str) -> int:
    return table.commit(parts, schema=SCHEMA, partition_by="_delivery", remove=remove, metadata=metadata)


def count(settings: Settings, table: Table, version: int | None = None) -> dict[str, int]:
    with connect(settings) as con:
        rows = con.execute(
            f"SELECT _delivery, count(*) FROM {table.relation(SCHEMA, version)} GROUP BY 1 ORDER BY 1"
        ).fetchall()
    return dict(rows)


def test_an_absent_table_is_empty_and_typed(settings: Settings) -> None:
    table = Lake(settings).dataset("fuel.totalizer_read")
    assert (table.exists(), table.version(), table.files(), table.partitions("_delivery")) == (False, None, [], set())
    assert table.fingerprint() == "empty"
    assert table.commit_metadata(5) == []
    with connect(settings) as con:
        described = con.execute(f"DESCRIBE SELECT * FROM {table.relation(SCHEMA)}").fetchall()
    assert {row[0]: row[1] for row in described} == SCHEMA


def test_commits_add_replace_and_remove_partitions_and_old_versions_stay(settings: Settings) -> None:
    table = Lake(settings).dataset("fuel.totalizer_read")
    first = commit(table, part(settings, table, "a"), part(settings, table, "b"), receipt="one")
    second = commit(table, part(settings, table, "c", 10, 13), remove=("a", "b", "never"), receipt="two")
    third = commit(table, part(settings, table, "d", 0, 1), receipt="three")
    fourth = commit(table, remove=("c",), receipt="four")
    assert [first, second, third, fourth] == [0, 1, 2, 3]
    assert count(settings, table, first) == {"a": 10, "b": 10}
    assert count(settings, table, second) == {"c": 3}
    assert count(settings, table, third) == {"c": 3, "d": 1}
    assert count(settings, table) == {"d": 1}
    assert table.partitions("_delivery") == {"d"}
    assert [entry["receipt"] for entry in table.commit_metadata(2)] == ["four", "three"]
    assert len({table.fingerprint(v) for v in range(4)}) == 4
    commit(table, remove=("d",))
    assert table.fingerprint() == "empty"
    assert count(settings, table) == {}


def test_polars_and_duckdb_read_the_same_rows_and_the_statistics_prune(settings: Settings) -> None:
    import polars as pl

    table = Lake(settings).quarantine("fuel.totalizer_read")
    commit(table, part(settings, table, "a"), part(settings, table, "b", 10, 20))
    with connect(settings) as con:
        ours = con.execute(f"SELECT * FROM {table.relation(SCHEMA)} ORDER BY id").fetchall()
    frame = pl.scan_delta(str(table.root)).select(list(SCHEMA)).sort("id").collect()
    assert frame.rows() == ours
    assert ours[9] == (
        9,
        Decimal("1.13"),
        date(2025, 1, 10),
        datetime(2025, 1, 1, 0, 0, 9, 123456),
        False,
        ["a", "b"],
        "张9",
        "a",
    )
    for condition in (
        pl.col("day") == date(2025, 1, 15),
        pl.col("amount") == Decimal("1.75"),
        pl.col("name") == "张14",
        pl.col("ts") == datetime(2025, 1, 1, 0, 0, 14, 123456),
    ):
        assert pl.scan_delta(str(table.root)).filter(condition).collect()["id"].to_list() == [14]


def test_statistics_in_the_log_bound_every_plain_column(settings: Settings) -> None:
    from deltalake import DeltaTable

    table = Lake(settings).mart("marts.subject_entity")
    commit(table, part(settings, table, "a"))
    actions = DeltaTable(str(table.root)).get_add_actions(flatten=True)
    assert actions["num_records"].to_pylist() == [10]
    assert actions["min.day"].to_pylist() == [date(2025, 1, 1)]
    assert actions["max.name"].to_pylist() == ["张9"]
    assert actions["max.amount"].to_pylist() in ([1.13], [Decimal("1.13")])
    assert actions["null_count.id"].to_pylist() == [0]


def test_a_new_column_reads_as_null_in_older_files(settings: Settings) -> None:
    table = Lake(settings).model("fuel_tax", "clues")
    commit(table, part(settings, table, "a", 0, 2))
    wider = {**SCHEMA, "note": "VARCHAR"}
    with connect(settings) as con:
        assert con.execute(f"SELECT note FROM {table.relation(wider)}").fetchall() == [(None,), (None,)]
    new = part(settings, table, "b", 2, 3, ROWS.replace("FROM", ", 'x' AS note FROM"))
    table.commit([new], schema=wider, partition_by="_delivery", metadata={})
    with connect(settings) as con:
        got = con.execute(f"SELECT id, note FROM {table.relation(wider)} ORDER BY id").fetchall()
    assert got == [(0, None), (1, None), (2, "x")]
    commit(table, part(settings, table, "c", 3, 4))
    assert count(settings, table) == {"a": 2, "b": 1, "c": 1}


def test_a_changed_type_is_refused_while_older_rows_stay(settings: Settings) -> None:
    table = Lake(settings).dataset("ref.region")
    commit(table, part(settings, table, "a"))
    changed = {**SCHEMA, "name": "BIGINT"}
    new = part(settings, table, "b", 0, 1, ROWS.replace("'张' || i", "i::BIGINT"))
    with pytest.raises(InputError, match="name"):
        table.commit([new], schema=changed, partition_by="_delivery", metadata={})
    assert table.version() == 0
    table.commit([new], schema=changed, partition_by="_delivery", remove=["a"], metadata={})
    with connect(settings) as con:
        assert con.execute(f"SELECT name FROM {table.relation(changed)}").fetchall() == [(0,)]


def test_a_part_without_rows_can_be_committed(settings: Settings) -> None:
    table = Lake(settings).dataset("ref.region")
    empty = part(settings, table, "a", 0, 0)
    assert empty.rows == 0
    commit(table, empty)
    assert count(settings, table) == {}


def test_a_partition_value_that_is_no_folder_name_is_refused(settings: Settings) -> None:
    table = Lake(settings).dataset("ref.region")
    with pytest.raises(UsageError, match="folder name"):
        part(settings, table, "../a")


def _write_many(home: str, writer: int) -> None:
    settings = Settings(project=Path(home), home=Path(home), threads=1, memory_limit="256MiB")
    table = Lake(settings).dataset("ref.region")
    for step in range(5):
        own = f"w{writer}-{step}"
        commit(table, part(settings, table, own, 0, 3), remove=(f"w{writer}-{step - 1}",), writer=str(writer))


def test_two_writing_processes_lose_no_commit(settings: Settings) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write_many, args=(str(settings.home), number)) for number in range(3)]
    for process in writers:
        process.start()
    for process in writers:
        process.join(120)
    assert [process.exitcode for process in writers] == [0, 0, 0]
    table = Lake(settings).dataset("ref.region")
    assert table.version() == 14
    assert table.partitions("_delivery") == {"w0-4", "w1-4", "w2-4"}
