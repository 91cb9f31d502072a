"""Run every benchmark, each size in a process of its own, and write docs/benchmarks.md."""

import json
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
SIZES = (1_000_000, 5_000_000, 20_000_000)
BARS = {"ingest": 1.6, "run": 1.3}
TITLES = {
    "ingest": "Ingest of a clean CSV against `COPY (read_csv typed) TO parquet`",
    "run": "`xiansuo run fuel_tax` against its bare `hits.sql` files through the duckdb module",
}


def measured(kind: str, rows: int) -> dict[str, object]:
    """One size of one benchmark in a fresh process."""
    print(f"{kind} at {rows:,} rows ...", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{kind}", str(rows)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def table(kind: str, results: list[dict[str, object]]) -> str:
    """One Markdown table."""
    lines = [
        f"## {TITLES[kind]}",
        "",
        f"Bar: at most {BARS[kind]}x.",
        "",
        "| rows | bare, s | xiansuo, s | ratio | peak memory bare, MiB | peak memory xiansuo, MiB |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for found in results:
        bare, product = found["bare"], found["product"]
        lines.append(
            f"| {found['rows']:,} | {bare['seconds']:.2f} | {product['seconds']:.2f} | **{found['ratio']:.2f}** "
            f"| {bare['peak_mib']:.0f} | {product['peak_mib']:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and write the page; print the ratios."""
    sizes = tuple(int(text) for text in sys.argv[1:]) or SIZES
    sections = []
    for kind in BARS:
        results = [measured(kind, rows) for rows in sizes]
        sections.append(table(kind, results))
        for found in results:
            print(f"{kind:8} {found['rows']:>12,} rows  ratio {found['ratio']:.2f}")
    cores = len(os.sched_getaffinity(0))
    head = (
        "# Benchmarks\n\n"
        "Written by `make bench`; do not edit. Each size runs in a process of its own; inside it the two sides take "
        "turns, one uncounted round and three counted ones (two at 20M rows), and the ratio is that of the medians. "
        "Seconds are of a shared machine and say little; the ratios are what counts. Peak memory is the process's "
        "resident high-water mark during one side's turn, reset before each turn.\n\n"
        f"Measured {date.today().isoformat()} on {cores} cores, Python {platform.python_version()}.\n"
    )
    PAGE.write_text(head + "\n" + "\n\n".join(sections) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
