"""Run every benchmark, each size in a process of its own, and write docs/benchmarks.md."""

import json
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
RESULTS = ROOT / "var" / "bench"
SIZES = (1_000_000, 5_000_000, 20_000_000)
PERSONS = 20_000
BARS = {"ingest": 1.6, "run": 1.3}
TITLES = {
    "ingest": "Ingest of a clean CSV against `COPY (read_csv typed) TO parquet`",
    "run": "`xiansuo run fuel_tax` against its bare `hits.sql` files through the duckdb module",
}


def measure(kind: str, rows: int) -> None:
    """One size of one benchmark in a fresh process; its result replaces the stored one."""
    sys.stderr.write(f"{kind} at {rows:,} rows ...\n")
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{kind}", str(rows)], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{kind}-{rows}.json").write_text(json.dumps(found), encoding="utf-8")
    sys.stdout.write(f"{kind:8} {found['rows']:>12,} rows  ratio {found['ratio']:.2f}\n")


def stored(kind: str) -> list[dict[str, Any]]:
    """The stored results of one benchmark, smallest first."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in RESULTS.glob(f"{kind}-*.json")]
    return sorted(found, key=lambda result: result["rows"])


def table(kind: str) -> str:
    """One Markdown table."""
    lines = [
        f"## {TITLES[kind]}",
        "",
        f"Bar: at most {BARS[kind]}x.",
        "",
        "| rows | bare, s | xiansuo, s | ratio | peak memory bare, MiB | peak memory xiansuo, MiB |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for found in stored(kind):
        bare, product = found["bare"], found["product"]
        lines.append(
            f"| {found['rows']:,} | {bare['seconds']:.2f} | {product['seconds']:.2f} | **{found['ratio']:.2f}** "
            f"| {bare['peak_mib']:.0f} | {product['peak_mib']:.0f} |"
        )
    return "\n".join(lines)


def parity() -> str:
    """The page's part on the second engine: every rule of the largest province compared."""
    found = stored("parity")
    if not found:
        return ""
    last = found[-1]
    lines = [
        "## Every rule on DuckDB and on Spark",
        "",
        f"The synthetic province with {last['rows']:,} people, `local[{len(os.sched_getaffinity(0))}]`, one round. "
        f"Spark took {last['start']:.1f} s to start, which is not counted. "
        "Unlike: hits and evidence rows only one engine has.",
        "",
        f"All rules: DuckDB {last['seconds']['duckdb']:.1f} s, Spark {last['seconds']['spark']:.1f} s, "
        f"ratio **{last['ratio']:.1f}**.",
        "",
        "| model | rule | hits | evidence rows | unlike | DuckDB, s | Spark, s |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for rule in last["rules"]:
        seconds = rule["seconds"]
        lines.append(
            f"| {rule['model']} | {rule['code']} {rule['rule_id']} | {rule['hits']:,} | {rule['evidence_rows']:,} "
            f"| {rule['unlike']} | {seconds['duckdb']:.2f} | {seconds['spark']:.2f} |"
        )
    return "\n\n" + "\n".join(lines)


def main() -> None:
    """Measure everything, or with KIND [ROWS] one thing; write the page from all stored results."""
    everything = [(kind, rows) for kind in BARS for rows in SIZES] + [("parity", PERSONS)]
    wanted = [(sys.argv[1], int(sys.argv[2]) if sys.argv[2:] else PERSONS)] if sys.argv[1:] else everything
    for kind, rows in wanted:
        measure(kind, rows)
    cores = len(os.sched_getaffinity(0))
    head = (
        "# Benchmarks\n\n"
        "Written by `make bench` (`python -m bench run 5000000` measures one size); do not edit. Each size runs in a "
        "process of its own; inside it the two sides take turns, one uncounted round and three counted ones "
        "(one at 20M rows), and the ratio is that of the medians. "
        "Seconds are of a shared machine and say little; the ratios are what counts. Peak memory is the process's "
        "resident high-water mark during one side's turn, reset before each turn.\n\n"
        f"Measured {date.today().isoformat()} on {cores} cores, Python {platform.python_version()}.\n"
    )
    PAGE.write_text(head + "\n" + "\n\n".join(table(kind) for kind in BARS) + parity() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
