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

from bench.measure import in_turn
from bench.province import fuel_lake
from xiansuo.clues.run import bound_hits, run_model
from xiansuo.core.settings import Settings

ROUNDS = 3
MODEL = "fuel_tax"


def main(rows: int) -> None:
    """Measure one size."""
    with tempfile.TemporaryDirectory(prefix="xiansuo-bench-") as folder:
        settings = Settings.discover(home=Path(folder) / "home")
        readings = fuel_lake(settings, rows)
        statements = bound_hits(settings, MODEL)

        def product() -> None:
            shutil.rmtree(settings.lake / "models", ignore_errors=True)
            if run_model(settings, MODEL).skipped:
                raise SystemExit("the run was skipped, nothing was measured")

        def bare() -> None:
            with duckdb.connect(config={"threads": str(settings.threads)}) as con:
                for statement in statements:
                    con.execute(statement).fetchall()

        timed = in_turn(ROUNDS, bare=bare, product=product)
    ratio = timed["product"].seconds / timed["bare"].seconds
    print(json.dumps({"rows": readings, "ratio": ratio, **{name: vars(value) for name, value in timed.items()}}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
