"""Run the planned expectations on DuckDB and keep nothing but counts.

Independent of the gate in `ingest`: that one quarantines, this one audits what was published. A test feeds both
the same bad rows and asserts that they count alike, rule by rule.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from xiansuo.contracts.model import Contract
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake
from xiansuo.quality.expectations import Planned, plan
from xiansuo.quality.report import AuditReport, CheckCount, store

AUDITED = "audited"
_COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}


def audit_dataset(settings: Settings, contract: Contract) -> AuditReport:
    """Audit the current lake table of a dataset; JSON and HTML land in `<home>/quality/<domain>/`."""
    import duckdb

    table = Lake(settings).dataset(contract.dataset)
    relation = table.relation({column.name: column.type for column in contract.columns})
    with tempfile.TemporaryDirectory(prefix="xiansuo-audit-") as folder:
        database = Path(folder) / "audit.duckdb"
        with duckdb.connect(str(database)) as con:
            con.execute(f"CREATE VIEW {AUDITED} AS SELECT * FROM {relation}")
            counted = con.execute(f"SELECT count(*) FROM {AUDITED}").fetchone()
        rows = counted[0] if counted else 0
        checks = audit_table(database, AUDITED, plan(contract), rows)
    report = AuditReport(contract.dataset, contract.title, table.version(), rows, tuple(checks))
    store(report, settings.home / "quality")
    return report


def audit_table(database: Path, table: str, planned: list[Planned], rows: int) -> list[CheckCount]:
    """Count the rows that break each planned check in `table` of a DuckDB file.

    An expectation that could not be computed is an error, never a pass.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with _spark_connect_hidden():
        import great_expectations as gx
        import great_expectations.expectations as gxe
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from xiansuo.quality import duckdb_source as _registers_the_datasource  # noqa: F401

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    source = context.data_sources.add_duckdb(name="lake", connection_string=f"duckdb:///{database}")
    batch = source.add_table_asset(table, table_name=table).add_batch_definition_whole_table("whole")
    expectations = []
    for check in planned:
        expectation = check.build(gxe)
        expectation.meta = {"code": check.code}
        expectations.append(expectation)
    suite = context.suites.add(gx.ExpectationSuite(name="contract", expectations=expectations))
    definition = gx.ValidationDefinition(name="audit", data=batch, suite=suite)
    result = context.validation_definitions.add(definition).run(result_format=_COUNTS_ONLY)
    try:
        found = dict(_unexpected(outcome) for outcome in result.results)
    finally:
        source.get_execution_engine().close()
    return [CheckCount(check.code, check.title, rows, found[check.code]) for check in planned]


@contextmanager
def _spark_connect_hidden() -> Iterator[None]:
    """Keep the import of Great Expectations from importing Spark Connect, which it can do without.

    That module of pyspark ends a process whose main module has no file, such as a pool's worker, when it takes it for
    a doctest and the installed pandas is newer than it likes.
    """
    name = "pyspark.sql.connect"
    hide = name not in sys.modules
    if hide:
        sys.modules[name] = cast("ModuleType", None)  # the import system's own mark for "must not be imported"
    try:
        yield
    finally:
        if hide:
            del sys.modules[name]


def _unexpected(outcome: Any) -> tuple[str, int]:
    code = outcome.expectation_config.meta["code"]
    if not outcome.result or outcome.exception_info.get("raised_exception"):
        raise RuntimeError(f"the audit could not compute {code}: {outcome.exception_info}")
    counted = outcome.result.get("unexpected_count", outcome.result.get("observed_value"))
    return code, int(counted)
