"""Inputs for the benchmarks, made by DuckDB; the same bytes for the same size."""

from pathlib import Path

import duckdb

READINGS_A_DAY = 50
TYPES = {
    "nozzle_id": "VARCHAR",
    "read_ts": "TIMESTAMP",
    "total_l": "DECIMAL(18,4)",
    "total_amt": "DECIMAL(18,2)",
    "source": "VARCHAR",
}


def readings_csv(rows: int, target: Path) -> Path:
    """A clean UTF-8 CSV of `fuel.totalizer_read`: 1,000 nozzles read in turn, no dirt, no duplicates."""
    with duckdb.connect() as con:
        con.execute(
            f"""
            COPY (
                SELECT
                    'N' || lpad((i % 1000)::VARCHAR, 5, '0') AS nozzle_id,
                    TIMESTAMP '2025-01-01 00:00:00' + INTERVAL (i // 1000) MINUTE AS read_ts,
                    (1000 + i // 1000 * 1.25 + i % 1000)::DECIMAL(18,4) AS total_l,
                    ((1000 + i // 1000 * 1.25 + i % 1000) * 7.5)::DECIMAL(18,2) AS total_amt,
                    CASE WHEN i % 7 = 0 THEN 'IoT' ELSE '税控' END AS source
                FROM range({rows}) AS t(i)
            ) TO '{target}' (FORMAT csv, HEADER)
            """
        )
    return target
