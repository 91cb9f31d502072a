"""Marts: built once, again when what they read or their SQL changes, and in the order they read each other."""

from __future__ import annotations

import pytest
from toy import Toy

from xiansuo.core.errors import InputError
from xiansuo.lake.delta import Lake
from xiansuo.lake.session import connect
from xiansuo.supervision.marts import build_marts

MART = "sql/marts/subject_station.sql"
ABOVE = """-- name: above
-- title: 上层
-- grain: one row per region
-- inputs: marts.subject_station
-- materialise: delta
SELECT region_code, count(*) AS stations, CAST(sum(1) AS HUGEINT) AS weight
FROM marts.subject_station
GROUP BY region_code
"""


def test_unchanged_mart_is_not_built_again(delivered: Toy) -> None:
    first = build_marts(delivered.settings)["marts.subject_station"]
    second = build_marts(delivered.settings)["marts.subject_station"]
    assert first.rebuilt and not second.rebuilt
    assert first.version == second.version and first.fingerprint == second.fingerprint


def test_new_delivery_or_new_sql_builds_again(delivered: Toy) -> None:
    build_marts(delivered.settings)
    delivered.deliver("toy.station", [["S9", "站点9", "330106"]])
    assert build_marts(delivered.settings)["marts.subject_station"].rebuilt
    delivered.edit(MART, "min(region_code)", "max(region_code)")
    assert build_marts(delivered.settings)["marts.subject_station"].rebuilt


def test_mart_on_a_mart_is_built_after_it_and_when_it_changes(delivered: Toy) -> None:
    (delivered.project / "sql/marts/above.sql").write_text(ABOVE, encoding="utf-8")
    built = build_marts(delivered.settings, ["marts.above"])
    assert list(built) == ["marts.subject_station", "marts.above"]
    delivered.edit(MART, "min(name)", "max(name)")
    assert build_marts(delivered.settings, ["marts.above"])["marts.above"].rebuilt
    con = connect(delivered.settings)
    types = {"region_code": "VARCHAR", "stations": "BIGINT", "weight": "BIGINT"}
    rows = con.execute(f"SELECT * FROM {Lake(delivered.settings).mart('above').relation(types)}").fetchall()
    assert rows == [("330106", 6, 6)]


def test_circle_of_marts_is_refused_by_name(delivered: Toy) -> None:
    (delivered.project / "sql/marts/above.sql").write_text(ABOVE, encoding="utf-8")
    delivered.edit(MART, "-- inputs: toy.station", "-- inputs: toy.station, marts.above")
    with pytest.raises(InputError) as caught:
        build_marts(delivered.settings)
    assert "marts.above" in str(caught.value.unit)


def test_failing_mart_is_named_and_nothing_is_published(delivered: Toy) -> None:
    delivered.edit(MART, "min(region_code)", "CAST(min(name) AS INTEGER)")
    with pytest.raises(InputError) as caught:
        build_marts(delivered.settings)
    assert caught.value.unit == "marts.subject_station"
    assert not Lake(delivered.settings).mart("subject_station").exists()
