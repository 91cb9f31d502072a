"""A lake for the run benchmark: the synthetic province with as many totalizer readings as asked for."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from xiansuo.core.settings import Settings
from xiansuo.ingest.landing import ingest_landing
from xiansuo.ingest.pipeline import ingest
from xiansuo.lake.delta import Lake
from xiansuo.lake.session import connect
from xiansuo.synth.generate import generate

READINGS = "fuel.totalizer_read"
COLUMNS = {
    "nozzle_id": "VARCHAR",
    "read_ts": "TIMESTAMP",
    "total_l": "DECIMAL(18,4)",
    "total_amt": "DECIMAL(18,2)",
    "source": "VARCHAR",
}
# Steps between two readings of a nozzle, unevenly along the straight line (even ones would look like a cheat to F8);
# resets and gaps of more than a day stay as they are.
SPREAD = """
    WITH pair AS (
        SELECT nozzle_id, read_ts, total_l, total_amt, source,
            lag(read_ts) OVER nozzle AS ts0, lag(total_l) OVER nozzle AS l0, lag(total_amt) OVER nozzle AS a0
        FROM {daily}
        WINDOW nozzle AS (PARTITION BY nozzle_id ORDER BY read_ts)
    ),
    spread AS (
        SELECT nozzle_id, source,
            ts0 + to_microseconds(CAST(epoch_us(read_ts) - epoch_us(ts0) AS BIGINT) * step // {steps}) AS read_ts,
            CAST(l0 + (total_l - l0) * share AS DECIMAL(18, 2)) AS total_l,
            CAST(a0 + (total_amt - a0) * share AS DECIMAL(18, 2)) AS total_amt
        FROM (
            SELECT *, (step + hash(nozzle_id, read_ts, step) % 800 / 1000 - 0.4) / {steps} AS share
            FROM pair, range(1, {steps}) AS t(step)
        )
        WHERE total_l >= l0 AND total_amt >= a0 AND read_ts - ts0 <= INTERVAL 25 HOUR
    )
    SELECT nozzle_id, read_ts, total_l, total_amt, source FROM spread
    UNION ALL
    SELECT nozzle_id, read_ts, total_l, total_amt, source FROM pair
"""


def fuel_lake(settings: Settings, rows: int) -> int:
    """Fill the lake of `settings.home`; returns the number of totalizer readings, about `rows`."""
    with tempfile.TemporaryDirectory(prefix="xiansuo-bench-province-") as folder:
        root = Path(folder)
        generate(root, scale="small", persons=None, seed=1)
        spread = root / "readings.csv"
        _spread(settings, root, rows, spread)
        shutil.rmtree(root / "landing" / READINGS)
        ingest_landing(settings, root / "landing")
        return ingest(settings, spread, dataset=READINGS).rows_lake


def _spread(settings: Settings, root: Path, rows: int, target: Path) -> None:
    daily = replace(settings, home=root / "daily")
    only = root / "only"
    shutil.copytree(root / "landing" / READINGS, only / READINGS)
    ingest_landing(daily, only)
    relation = Lake(daily).dataset(READINGS).relation(COLUMNS)
    with connect(daily) as con:
        counted = con.execute(f"SELECT count(*) FROM {relation}").fetchone()
        steps = max(2, round(rows / (counted[0] if counted else 1)))
        con.execute(f"COPY ({SPREAD.format(daily=relation, steps=steps)}) TO '{target}' (FORMAT csv, HEADER)")
