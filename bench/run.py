"""A model run against its bare SQL: `python -m bench.run ROWS` prints one JSON line.

The lake holds the synthetic province's fuel deliveries, with the daily totalizer readings spread over the day until the
table has ROWS rows. The product side is `run_model` for `fuel_tax` with everything it does: hits, evidence, clues,
history, commits. The bare side runs the same bound hits.sql files through the duckdb module over the same Parquet files
and fetches the hits.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb

from bench.measure import in_turn, rounds_for
from bench.province import fuel_lake
from xiansuo.clues.inputs import data_as_of, pin_inputs, register_inputs
from xiansuo.clues.run import run_model
from xiansuo.core.progress import NullProgress
from xiansuo.core.settings import Settings
from xiansuo.lake.session import connect
from xiansuo.supervision.bind import bind
from xiansuo.supervision.load import find_model
from xiansuo.supervision.project import Project

MODEL = "fuel_tax"


def bare_session(settings: Settings) -> tuple[duckdb.DuckDBPyConnection, list[str]]:
    """A session in which the model's inputs are plain views over Parquet, and its bound hits.sql texts."""
    model, project = find_model(settings.project, MODEL), Project(settings.project)
    inputs = pin_inputs(settings, project, model, None)
    as_of = data_as_of(settings, inputs.closure.datasets)
    con = connect(settings)
    register_inputs(con, settings, project, model, None, inputs, NullProgress())
    return con, [
        bind(rule.hits_sql, model.parameters, as_of=as_of, event_date=rule.spec.event_date) for rule in model.rules
    ]


def main(rows: int) -> None:
    """Measure one size."""
    with tempfile.TemporaryDirectory(prefix="xiansuo-bench-") as folder:
        settings = Settings.discover(home=Path(folder) / "home")
        readings = fuel_lake(settings, rows)
        con, statements = bare_session(settings)

        def product() -> None:
            shutil.rmtree(settings.lake / "models", ignore_errors=True)
            if run_model(settings, MODEL).skipped:
                raise SystemExit("the run was skipped, nothing was measured")

        def bare() -> None:
            for statement in statements:
                con.execute(statement).fetchall()

        timed = in_turn(rounds_for(rows), bare=bare, product=product)
    ratio = timed["product"].seconds / timed["bare"].seconds
    print(json.dumps({"rows": readings, "ratio": ratio, **{name: vars(value) for name, value in timed.items()}}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
