"""The linter refuses what the probe of both engines calls refused, and nothing that it calls the same or rewritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from spark_probe import TABLES, Probe, probes

from xiansuo.supervision.lint_portable import lint_portable
from xiansuo.supervision.lint_spark import lint_spark
from xiansuo.supervision.lint_tables import Tables
from xiansuo.supervision.sql_tree import parse_sql

PROBES = probes()


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.construct)
def test_translation_and_probe_agree(probe: Probe) -> None:
    found = lint_spark(Path("hits.sql"), probe.sql, Tables(known=TABLES, declared={}), {})
    assert [item.code for item in found] == (["XS033"] if probe.verdict == "refused" else [])


def test_static_checks_refuse_what_the_probe_proves_equal_for_months_and_years_only() -> None:
    equal = [probe for probe in PROBES if probe.verdict != "refused"]
    refused = {probe.construct for probe in equal if lint_portable(parse_sql(Path("hits.sql"), probe.sql))}
    assert refused == {f"datediff {unit}" for unit in ("month", "quarter", "year")}, "law counts by the calendar"
