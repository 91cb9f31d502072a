"""What the cases of every rule notice: `python -m bench.mutants [MODEL ...]` judges models and writes docs/mutants.md.

A model's result replaces the stored one; the page is written from all that is stored.
"""

import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from xiansuo.cli.progress import RichProgress
from xiansuo.supervision.load import load_models
from xiansuo.supervision.mutation_run import RuleReport, run_mutants

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "mutants.md"
RESULTS = ROOT / "var" / "bench"
HEAD = """# Mutants

Written by `python -m bench.mutants` (`python -m bench.mutants bribe_pair` judges one model again); do not edit.
[testing.md](testing.md) says what a mutant is and how to read a survivor.

Killed: a case gives other hits. Invalid: the mutant does not bind. Justified: no case can notice it, and
`rules/RULE/mutants.yml` says why. Open: no case notices it and nobody has said why.
"""


def judge(model: str) -> None:
    """Judge the mutants of one model and store the counts."""
    with RichProgress() as progress:
        reports = run_mutants(ROOT, model, progress=progress)
    found = {
        "model": model,
        "day": date.today().isoformat(),
        "rules": [_counts(report) for report in reports],
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"mutants-{model}.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def _counts(report: RuleReport) -> dict[str, Any]:
    return {
        "rule": report.rule,
        "killed": report.count("killed"),
        "invalid": report.count("invalid"),
        "justified": len(report.justified),
        "open": len(report.survivors),
        "why": dict(Counter(report.justified.values())),
    }


def page(found: list[dict[str, Any]]) -> str:
    """The whole page: a table of all rules, then the reasons model by model."""
    columns = ("killed", "invalid", "justified", "open")
    rows = [(result["model"], rule) for result in found for rule in result["rules"]]
    total = {name: sum(rule[name] for _, rule in rows) for name in columns}
    lines = [
        HEAD,
        f"{len(rows)} rules, {sum(total.values()):,} mutants: "
        + ", ".join(f"{total[name]:,} {name}" for name in columns)
        + ".",
        "",
        "| model | rule | mutants | killed | invalid | justified | open |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for model, rule in rows:
        counts = [rule[name] for name in columns]
        lines.append(f"| {model} | {rule['rule']} | {sum(counts)} | {' | '.join(map(str, counts))} |")
    for result in found:
        lines += ["", f"## {result['model']}", "", f"Judged {result['day']}.", ""]
        for rule in result["rules"]:
            lines += [f"* `{rule['rule']}`, {count}: {why}" for why, count in rule["why"].items()]
    return "\n".join(lines).rstrip() + "\n"


def main(models: list[str]) -> None:
    """Judge these models, or all; write the page."""
    for model in models or sorted(load_models(ROOT)):
        sys.stderr.write(f"{model} ...\n")
        judge(model)
    stored = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(RESULTS.glob("mutants-*.json"))
        if path.stem.removeprefix("mutants-") in load_models(ROOT)
    ]
    PAGE.write_text(page(stored), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
