"""Ingest of a clean CSV against bare DuckDB: `python -m bench.ingest ROWS` prints one JSON line.

The product side does everything a delivery gets: vault copy and hash, contract casts and checks, key duplicates,
provenance columns, Delta commit, receipt. The bare side is `COPY (read_csv typed) TO parquet` on the same file.
"""

import itertools
import json
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb

from bench.data import TYPES, readings_csv
from bench.measure import in_turn, rounds_for
from xiansuo.core.settings import Settings
from xiansuo.ingest.pipeline import ingest

MEMORY = "2GiB"


def main(rows: int) -> None:
    """Measure one size."""
    with tempfile.TemporaryDirectory(prefix="xiansuo-bench-") as folder:
        root = Path(folder)
        source = readings_csv(rows, root / "readings.csv")
        homes = (root / f"home-{turn}" for turn in itertools.count())

        def product() -> None:
            home = next(homes)
            found = Settings.discover(home=home)
            settings = Settings(found.project, found.home, found.threads, MEMORY)
            receipt = ingest(settings, source, dataset="fuel.totalizer_read")
            if receipt.rows_lake != rows:
                raise SystemExit(f"{receipt.rows_lake} rows in the lake instead of {rows}")
            shutil.rmtree(home)

        def bare() -> None:
            columns = ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES.items())
            with duckdb.connect(config={"memory_limit": MEMORY}) as con:
                con.execute(
                    f"COPY (SELECT * FROM read_csv('{source}', header = true, auto_detect = false, "
                    f"columns = {{{columns}}})) TO '{root / 'bare.parquet'}' (FORMAT parquet)"
                )

        timed = in_turn(rounds_for(rows), bare=bare, product=product)
    ratio = timed["product"].seconds / timed["bare"].seconds
    print(json.dumps({"rows": rows, "ratio": ratio, **{name: vars(value) for name, value in timed.items()}}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
