"""Deliveries through the whole pipeline on real files: modes, corrections, repeats, order, two writers, rereading."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from bad_file_tools import (
    HEADER,
    LENIENT,
    STRICT,
    TITLES,
    dbf,
    lines_of_json,
    make_project,
    parquet,
    row,
    table,
    workbook,
)
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from xiansuo.contracts.load import load_contract
from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.settings import Settings
from xiansuo.ingest.landing import ingest_landing
from xiansuo.ingest.pipeline import ingest
from xiansuo.ingest.receipts import Receipt, receipt, receipts
from xiansuo.ingest.reread import reread_rows
from xiansuo.lake.delta import Lake

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = {"seq": "VARCHAR", "id_number": "VARCHAR", "name": "VARCHAR", "day": "DATE", "amount": "DECIMAL(18,2)"}


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(make_project(tmp_path / "project"), tmp_path / "home", 2, "1GiB")


def deliver(settings: Settings, text: str | bytes, name: str = "a.csv", **options: Any) -> Receipt:
    folder = Path(tempfile.mkdtemp(dir=settings.project))
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    options.setdefault("dataset", LENIENT)
    return ingest(settings, folder / name, now=NOW, **options)


def lake(settings: Settings, dataset: str = LENIENT, columns: dict[str, str] | None = None) -> list[tuple[Any, ...]]:
    relation = Lake(settings).dataset(dataset).relation(columns or COLUMNS)
    return sorted(duckdb.sql(f"SELECT * FROM {relation}").fetchall(), key=repr)


def set_mode(settings: Settings, mode: str) -> None:
    path = settings.project / "assets" / "test" / "lenient.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("mode: append", f"mode: {mode}"), encoding="utf-8")


def balanced(found: Receipt) -> bool:
    return found.rows_delivered == found.rows_lake + found.rows_quarantined + found.rows_duplicate


def test_every_format_gives_the_same_rows(home: Settings) -> None:
    names = ["seq", "id_number", "name", "day", "amount"]
    rows = [row(1), row(2)]
    contents = {
        "a.csv": table(*rows).encode(),
        "a.txt": table(*rows).encode("gb18030"),
        "a.xlsx": workbook(("数据", [TITLES, *rows])),
        "a.jsonl": "\n".join(lines_of_json(*rows)).encode(),
        "a.parquet": parquet({name: [cells[at] for cells in rows] for at, name in enumerate(names)}),
        "a.dbf": dbf(rows),
    }
    set_mode(home, "snapshot")
    for name, content in contents.items():
        found = deliver(home, content, name)
        assert (found.status, found.rows_lake) == ("accepted", 2), found.refusal
        assert [cells[0] for cells in lake(home)] == ["A1", "A2"]
        assert lake(home)[0][3] == date(2025, 3, 5)


def test_the_same_bytes_again_change_nothing(home: Settings) -> None:
    first = deliver(home, table(row(1)))
    version = Lake(home).dataset(LENIENT).version()
    again = deliver(home, table(row(1)))
    assert again == first
    assert (first.first, again.first) == (True, False)
    assert Lake(home).dataset(LENIENT).version() == version


def test_append_counts_known_rows_and_quarantines_contradictions(home: Settings) -> None:
    deliver(home, table(row(1), row(2)))
    second = deliver(home, table(row(2), row(1, amount="9"), row(3)))
    assert (second.rows_lake, second.rows_duplicate, second.rows_quarantined) == (1, 1, 1)
    assert [cells[0] for cells in lake(home)] == ["A1", "A2", "A3"]
    rejected = Lake(home).quarantine(LENIENT).relation({"_row": "BIGINT", "original": "VARCHAR", "failed": "VARCHAR[]"})
    assert duckdb.sql(f"SELECT _row, failed, json_extract_string(original, '$.金额') FROM {rejected}").fetchall() == [
        (3, ["key:conflict"], "9")
    ]


def test_snapshot_replaces_the_whole_table(home: Settings) -> None:
    set_mode(home, "snapshot")
    first = deliver(home, table(row(1), row(2)))
    second = deliver(home, table(row(2, amount="9"), row(3)))
    assert [cells[0] for cells in lake(home)] == ["A2", "A3"]
    assert receipt(home, first.delivery_id).superseded_by == second.delivery_id


def test_period_replaces_its_own_period_only(home: Settings) -> None:
    set_mode(home, "period")
    january, february = (date(2025, 1, 1), date(2025, 1, 31)), (date(2025, 2, 1), date(2025, 2, 28))
    deliver(home, table(row(1)), period=january)
    deliver(home, table(row(2)), period=february)
    deliver(home, table(row(3)), period=january)
    assert [cells[0] for cells in lake(home)] == ["A2", "A3"]
    overlapping = deliver(home, table(row(4)), period=(date(2025, 1, 15), date(2025, 2, 28)))
    assert overlapping.refusal is not None
    assert overlapping.refusal["code"] == "delivery:period_overlap"
    unsaid = deliver(home, table(row(5)))
    assert unsaid.refusal is not None
    assert unsaid.refusal["code"] == "delivery:no_period"


def test_a_correction_replaces_the_old_delivery_in_one_commit(home: Settings) -> None:
    old = deliver(home, table(row(1), row(2)))
    version = Lake(home).dataset(LENIENT).version()
    new = deliver(home, table(row(1, amount="9"), row(3)), corrects=old.delivery_id)
    assert (new.rows_lake, new.rows_quarantined) == (2, 0)
    assert new.table_version == (version or 0) + 1
    assert [cells[0] for cells in lake(home)] == ["A1", "A3"]
    assert receipt(home, old.delivery_id).status == "superseded"


def test_a_refused_delivery_is_taken_once_the_contract_allows_it(home: Settings) -> None:
    refused = deliver(home, table(row(1, day="x"), row(2)), dataset=STRICT)
    assert refused.status == "refused"
    path = home.project / "data_contracts" / "test" / "strict.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("value: 0.05", "value: 0.9"), encoding="utf-8")
    taken = deliver(home, table(row(1, day="x"), row(2)), dataset=STRICT)
    assert (taken.delivery_id, taken.status) == (refused.delivery_id, "accepted")
    assert (taken.rows_lake, taken.rows_quarantined) == (1, 1)
    assert [found.status for found in receipts(home, STRICT)] == ["accepted"]


def test_sheets_carry_their_name_in_the_file_id(home: Settings) -> None:
    content = workbook(("一月", [TITLES, row(1)]), ("二月", [TITLES, row(2)]))
    folder = home.landing / LENIENT / "d1"
    folder.mkdir(parents=True)
    (folder / "a.xlsx").write_bytes(content)
    (folder / "delivery.yml").write_text("reader: {sheet: '*'}", encoding="utf-8")
    found = ingest(home, folder, now=NOW)
    places = lake(home, columns={"_file": "VARCHAR", "_row": "BIGINT", "seq": "VARCHAR", "_delivery": "VARCHAR"})
    sha = found.files[0]["sha256"][:16]
    assert places == [(f"{sha}#一月", 2, "A1", found.delivery_id), (f"{sha}#二月", 2, "A2", found.delivery_id)]


def test_landing_is_taken_in_the_order_received(home: Settings) -> None:
    for name, day, cells in (("b", "2025-01-02", row(1, amount="9")), ("c", "2025-01-01", row(1))):
        folder = home.landing / LENIENT / name
        folder.mkdir(parents=True)
        (folder / "a.csv").write_text(table(cells), encoding="utf-8")
        (folder / "delivery.yml").write_text(f"received: {day}", encoding="utf-8")
    (home.landing / LENIENT / "unfinished").mkdir()
    found = ingest_landing(home, home.landing)
    assert [(one.received, one.rows_lake, one.rows_quarantined) for one in found] == [
        ("2025-01-01", 1, 0),
        ("2025-01-02", 0, 1),
    ]


def test_utf_16_cut_inside_a_character_is_refused_by_name(home: Settings) -> None:
    found = deliver(home, table(row(1)).encode("utf-16")[:-1])
    assert found.refusal is not None and found.refusal["code"] == "encoding:truncated"


def test_a_folder_that_is_no_delivery_is_named_and_holds_up_no_other(home: Settings) -> None:
    for dataset, name in ((LENIENT, "b"), ("test.unknown", "a")):
        folder = home.landing / dataset / name
        folder.mkdir(parents=True)
        (folder / "a.csv").write_text(table(row(1)), encoding="utf-8")
        (folder / "_SUCCESS").touch()
    with pytest.raises(UsageError, match="1 of 2 folders") as caught:
        ingest_landing(home, home.landing)
    assert caught.value.value == "test.unknown"
    assert [one.rows_lake for one in receipts(home)] == [1]


def test_a_link_out_of_the_delivery_folder_is_not_followed(home: Settings) -> None:
    outside = home.project / "private.csv"
    outside.write_text(table(row(1)), encoding="utf-8")
    folder = home.landing / LENIENT / "linked"
    folder.mkdir(parents=True)
    (folder / "a.csv").symlink_to(outside)
    with pytest.raises(UsageError, match="link"):
        ingest(home, folder, now=NOW)
    assert not home.vault.exists()


def test_a_period_that_ends_before_it_begins_is_refused(home: Settings) -> None:
    folder = home.landing / LENIENT / "backwards"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(table(row(1)), encoding="utf-8")
    (folder / "delivery.yml").write_text("period: {from: 2025-12-31, to: 2025-01-01}", encoding="utf-8")
    found = ingest(home, folder, now=NOW)
    assert found.status == "refused" and found.refusal is not None
    assert (found.refusal["code"], found.refusal["field"]) == ("letter:invalid", "period")


def test_a_dataset_nobody_names_is_a_usage_error(home: Settings) -> None:
    with pytest.raises(UsageError, match="which dataset"):
        deliver(home, table(row(1)), dataset=None)
    with pytest.raises(UsageError, match="no contract"):
        deliver(home, table(row(1)), dataset="test.unknown")


@given(order=st.permutations(range(12)))
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    pool = [
        row(1),
        row(2),
        row(2),
        row(3),
        row(3, amount="1"),
        row(3),
        row(4, day="x"),
        row(5),
        row(6),
        row(5),
        row(7),
        [],
    ]
    with tempfile.TemporaryDirectory() as folder:
        home = Settings(make_project(Path(folder) / "project"), Path(folder) / "home", 2, "1GiB")
        found = deliver(home, table(*(pool[at] for at in order)))
        assert (found.rows_delivered, found.rows_lake, found.rows_quarantined, found.rows_duplicate) == (11, 5, 4, 2)
        assert found.rows_furniture == 1
        assert [cells[0] for cells in lake(home)] == ["A1", "A2", "A5", "A6", "A7"]


_WRITER = """
import sys
from pathlib import Path
from xiansuo.core.settings import Settings
from xiansuo.ingest.pipeline import ingest
project, home, file = map(Path, sys.argv[1:])
assert ingest(Settings(project, home, 1, "1GiB"), file, dataset="test.lenient").status == "accepted"
"""


def test_two_writers_lose_nothing(home: Settings) -> None:
    files = []
    for number in range(4):
        path = home.project / f"part{number}.csv"
        path.write_text(table(*(row(number * 100 + at) for at in range(100))), encoding="utf-8")
        files.append(path)
    arguments = [sys.executable, "-c", _WRITER, str(home.project), str(home.home)]
    writers = [subprocess.Popen([*arguments, str(path)]) for path in files]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0, 0]
    assert len(lake(home)) == 400
    assert sum(one.rows_lake for one in receipts(home)) == 400


def _contract(home: Settings) -> Any:
    return load_contract(home.project / "data_contracts" / "test" / "lenient.yml")


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.jsonl"])
def test_reread_rows_are_what_the_lake_holds(home: Settings, name: str) -> None:
    rows = [row(1), row(2, name="李四"), row(3, day="x"), row(4)]
    content = {
        "a.csv": table(*rows).encode(),
        "a.xlsx": workbook(("数据", [TITLES, *rows])),
        "a.jsonl": "\n".join(lines_of_json(*rows)).encode(),
    }[name]
    found = deliver(home, content, name)
    places = COLUMNS | {"_row": "BIGINT"}
    numbers = [cells[-1] for cells in lake(home, columns=places)]
    reread = reread_rows(home, found, _contract(home), found.files[0]["file_id"], numbers)
    assert sorted((tuple(one.values()) for one in reread.to_pylist()), key=repr) == lake(home, columns=places)


def test_reread_notices_changed_bytes(home: Settings) -> None:
    found = deliver(home, table(row(1)))
    sha = found.files[0]["sha256"]
    path = home.vault / sha[:2] / sha
    path.chmod(0o644)
    path.write_text(table(row(1, amount="13")), encoding="utf-8")
    with pytest.raises(InputError, match="no longer match"):
        reread_rows(home, found, _contract(home), found.files[0]["file_id"], [2])


def test_the_vault_is_read_only_and_keeps_one_copy(home: Settings) -> None:
    deliver(home, table(row(1)))
    deliver(home, table(row(1)), dataset=STRICT)
    kept = [path for path in home.vault.rglob("*") if path.is_file()]
    assert [oct(path.stat().st_mode & 0o777) for path in kept] == ["0o444"]


def _lines(count: int) -> Iterator[str]:
    yield HEADER
    for number in range(count):
        yield ",".join(row(number % 1000, seq=f"B{number}"))


def test_record_numbers_are_exact_when_a_file_is_read_in_pieces(home: Settings) -> None:
    count = 250_000  # 17 MB: two pieces
    found = deliver(home, "\n".join(_lines(count)) + "\n")
    assert (found.rows_lake, found.status) == (count, "accepted")
    relation = Lake(home).dataset(LENIENT).relation({"seq": "VARCHAR", "_row": "BIGINT"})
    wrong = duckdb.sql(f"SELECT count(*) FROM {relation} WHERE seq <> 'B' || (_row - 2)").fetchall()
    assert wrong == [(0,)]
