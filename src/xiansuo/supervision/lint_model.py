"""Checks of one model folder: what its rules have in common, and every rule with its cases, graphs and mappings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xiansuo.supervision.bind import parameter_names
from xiansuo.supervision.findings import Finding
from xiansuo.supervision.graphs import create_graphs
from xiansuo.supervision.lint_cases import lint_cases
from xiansuo.supervision.lint_graph import lint_graphs, with_graphs
from xiansuo.supervision.lint_lifecycle import lint_lifecycle
from xiansuo.supervision.lint_mapping import lint_mapping
from xiansuo.supervision.lint_rule import RuleCheck, lint_rule
from xiansuo.supervision.lint_tables import Tables, columns_maybe_read, declared_columns
from xiansuo.supervision.load import ModelProblems, load_model
from xiansuo.supervision.model import Model, Subject
from xiansuo.supervision.project import PROVENANCE, Project
from xiansuo.supervision.sandbox import Sandbox
from xiansuo.supervision.strict_yaml import line_of


@dataclass(frozen=True)
class RuleResult:
    """What one rule alone gives: its findings, and the (table, column) pairs its SQL may read."""

    findings: list[Finding]
    reads: list[tuple[str, str]]


def lint_model(
    folder: Path,
    known: Mapping[str, Mapping[str, str]],
    keys: Mapping[str, Sequence[str]],
    done: Mapping[str, RuleResult],
) -> tuple[list[Finding], dict[str, RuleResult]]:
    """The findings of the model as a whole, and the results of its rules by folder name.

    ``known`` and ``keys`` give columns and key of every table the model mentions; rules in ``done`` are not checked
    again.
    """
    try:
        model = load_model(folder)
    except ModelProblems as error:
        return [
            Finding(item.file, item.line, 1, item.code, f"{item.field}: {item.message}".removeprefix(": "), item.fix)
            for item in error.problems
        ], {}
    sandbox = Sandbox()
    for name, columns in known.items():
        sandbox.add_table(name, columns)
    tables = Tables(known=sandbox.columns, declared=declared_columns(model.spec.inputs), keys=keys)
    found = [*_readme(model), *lint_lifecycle(model), *_codes(model), *_references(model), *_inputs(model, sandbox)]
    findings, graphs = lint_graphs(model, tables, sandbox)
    found += findings
    create_graphs(sandbox.con, model.graphs)
    checks = [RuleCheck(model, rule, with_graphs(tables, model), sandbox) for rule in model.rules]
    rules = {check.rule.folder.name: done.get(check.rule.folder.name) or _rule(check) for check in checks}
    read = {pair for sql in graphs for pair in columns_maybe_read(sql)}
    read |= {pair for result in rules.values() for pair in result.reads}
    found += [*_unused_columns(model, read), *_unused_parameters(model)]
    for mapping in model.mappings.values():
        found += lint_mapping(Project(folder.parents[1]), model, mapping, sandbox)
    return found, rules


def _rule(check: RuleCheck) -> RuleResult:
    findings, parsed = lint_rule(check)
    reads = {pair for sql in parsed for pair in columns_maybe_read(sql)}
    return RuleResult([*findings, *lint_cases(check)], sorted(reads))


def _readme(model: Model) -> Iterator[Finding]:
    if not (model.folder / "README.md").is_file():
        yield Finding(
            model.folder / "model.yml",
            1,
            1,
            "XS002",
            "the model has no README.md",
            "write for the prosecutor what it finds and how to verify a clue",
        )


def _codes(model: Model) -> Iterator[Finding]:
    counts = Counter(rule.spec.code for rule in model.rules)
    for rule in model.rules:
        if counts[rule.spec.code] > 1:
            path = rule.folder / "rule.yml"
            yield Finding(
                path,
                line_of(path, ("code",)),
                1,
                "XS006",
                f"code {rule.spec.code} is used twice",
                "give every rule of a model its own code",
            )


def _references(model: Model) -> Iterator[Finding]:
    path = model.folder / "model.yml"
    spec = model.spec
    if spec.filing_threshold is not None and spec.filing_threshold not in model.parameters:
        yield Finding(
            path,
            line_of(path, ("filing_threshold",)),
            1,
            "XS053",
            f"filing_threshold names no parameter: {spec.filing_threshold}",
            "define it in parameters.yml",
        )
    known = {basis.id for basis in spec.legal_basis}
    limits = [(path, ("limitation", "basis"), spec.limitation)]
    limits += [(rule.folder / "rule.yml", ("limitation", "basis"), rule.spec.limitation) for rule in model.rules]
    for file, location, limitation in limits:
        if limitation and limitation.basis and limitation.basis not in known:
            yield Finding(
                file,
                line_of(file, location),
                1,
                "XS050",
                f"no legal basis {limitation.basis!r}",
                f"model.yml has {', '.join(sorted(known)) or 'none'}",
            )
    parameters = model.folder / "parameters.yml"
    for name, parameter in model.parameters.items():
        if not parameter.reference.source.strip():
            yield Finding(
                parameters,
                line_of(parameters, (name, "reference")),
                1,
                "XS023",
                f"{name} has no source",
                "say where the value comes from",
            )


def _inputs(model: Model, catalogue: Sandbox) -> Iterator[Finding]:
    path = model.folder / "model.yml"
    for dataset, columns in model.spec.inputs.items():
        known = catalogue.columns.get(dataset)
        if known is None:
            line = line_of(path, ("inputs", dataset))
            yield Finding(path, line, 1, "XS012", f"there is no {dataset}", "write its contract, or mend the name")
            continue
        for name in columns:
            if name not in known:
                line = line_of(path, ("inputs", dataset))
                yield Finding(path, line, 1, "XS014", f"{dataset} has no column {name}", f"it has {', '.join(known)}")
    for subject, file in _subjects(model):
        known = catalogue.columns.get(subject.source)
        wanted = [name for name in (subject.id, subject.name, subject.region) if name]
        wrong = [name for name in wanted if known is None or name not in known]
        if wrong:
            yield Finding(
                file,
                line_of(file, ("subject",)),
                1,
                "XS053",
                f"subject: {subject.source} has no {wrong[0]}",
                "name a relation and its columns",
            )


def _subjects(model: Model) -> Iterator[tuple[Subject, Path]]:
    yield model.spec.subject, model.folder / "model.yml"
    for rule in model.rules:
        if rule.spec.subject is not None:
            yield rule.spec.subject, rule.folder / "rule.yml"


def _unused_columns(model: Model, pairs: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    path = model.folder / "model.yml"
    read: dict[str, set[str]] = {}
    for table, name in pairs:
        read.setdefault(table, set()).add(name)
    for subject, _ in _subjects(model):
        named = {name for name in (subject.id, subject.name, subject.region) if name}
        read.setdefault(subject.source, set()).update(named)
    for dataset, columns in model.spec.inputs.items():
        unread = [name for name in columns if name not in read.get(dataset, set()) and name not in PROVENANCE]
        if unread:
            line = line_of(path, ("inputs", dataset))
            message = f"no rule reads {dataset}: {', '.join(unread)}"
            yield Finding(path, line, 1, "XS015", message, "remove what is not read", "warning")


def _unused_parameters(model: Model) -> Iterator[Finding]:
    used = {model.spec.filing_threshold}
    for rule in model.rules:
        used |= parameter_names(rule.hits_sql) | parameter_names(rule.evidence_sql)
    for graph in model.graphs:
        used |= parameter_names(graph.sql)
    path = model.folder / "parameters.yml"
    for name in model.parameters:
        if name not in used:
            yield Finding(path, line_of(path, (name,)), 1, "XS022", f"no rule uses ${name}", "remove it")
