"""Checks of cases.yml: every kind there, every exclusion shown, every given table one the model reads."""

from __future__ import annotations

from collections.abc import Iterator

from xiansuo.supervision.findings import Finding
from xiansuo.supervision.lint_rule import RuleCheck
from xiansuo.supervision.load import ModelProblems, load_cases, load_justified
from xiansuo.supervision.mart_files import PREFIX as MARTS
from xiansuo.supervision.model import CASE_KINDS, Case
from xiansuo.supervision.project import Project
from xiansuo.supervision.strict_yaml import line_of


def lint_cases(check: RuleCheck) -> list[Finding]:
    """All findings of one rule's cases."""
    try:
        cases = load_cases(check.rule)
        load_justified(check.rule)
    except ModelProblems as error:
        return [
            Finding(item.file, item.line, 1, "XS001", f"{item.field}: {item.message}".removeprefix(": "), item.fix)
            for item in error.problems
        ]
    return [*_kinds(check, cases), *_lookalikes(check, cases), *_given(check, cases)]


def _kinds(check: RuleCheck, cases: list[Case]) -> Iterator[Finding]:
    path = check.rule.folder / "cases.yml"
    there = {case.kind for case in cases}
    for kind in CASE_KINDS:
        if kind not in there:
            yield Finding(path, 1, 1, "XS040", f"no case of kind {kind}", "add one; each rule shows all four kinds")


def _lookalikes(check: RuleCheck, cases: list[Case]) -> Iterator[Finding]:
    shown = {row.get("exclusion_code") for case in cases if case.kind == "lookalike" for row in case.expect}
    for place, item in enumerate(check.rule.spec.exclusions):
        if item.code not in shown:
            yield check.at(
                "exclusions",
                place,
                code="XS043",
                message=f"no look-alike case expects {item.code}",
                fix="add a case of kind lookalike to cases.yml that expects the code",
            )


def _given(check: RuleCheck, cases: list[Case]) -> Iterator[Finding]:
    path = check.rule.folder / "cases.yml"
    for position, case in enumerate(cases):
        for dataset, given in case.given.items():
            if dataset not in check.sandbox.columns:
                line = line_of(path, (position, "given", dataset))
                yield Finding(path, line, 1, "XS044", f"the model reads no {dataset}", "give tables the model rests on")
                continue
            titles = _titles(check, dataset, given.columns)
            for name in given.columns:
                if titles.get(name, name) not in check.sandbox.columns[dataset]:
                    line = line_of(path, (position, "given", dataset))
                    yield Finding(
                        path,
                        line,
                        1,
                        "XS044",
                        f"{dataset} has no column {name}",
                        f"it has {', '.join(check.sandbox.columns[dataset])}",
                    )


def _titles(check: RuleCheck, dataset: str, names: list[str]) -> dict[str, str]:
    """Chinese column name -> column; read from the contract only when a case writes Chinese names."""
    if all(name.isascii() for name in names) or dataset.startswith(MARTS):
        return {}
    return Project(check.rule.folder.parents[3]).titles(dataset)
