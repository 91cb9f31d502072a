"""Checks of a mapping: its rules and inputs exist, and its expressions bind against the foreign contracts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xiansuo.core.errors import XiansuoError
from xiansuo.supervision.findings import Finding
from xiansuo.supervision.graphs import graphs_read
from xiansuo.supervision.model import Mapping, Model
from xiansuo.supervision.project import PROVENANCE, Project
from xiansuo.supervision.sandbox import Sandbox, sql_name
from xiansuo.supervision.strict_yaml import line_of


def lint_mapping(project: Project, model: Model, mapping: Mapping, catalogue: Sandbox) -> list[Finding]:
    """All findings of one mapping file."""
    path = model.folder / "mappings" / f"{mapping.id}.yml"
    if not path.is_file():
        return [
            Finding(
                model.folder / "mappings",
                1,
                1,
                "XS070",
                f"mapping {mapping.id!r} is not in {path.name}",
                "name the file after the id",
            )
        ]
    return [
        *_names(path, model, mapping),
        *_needed(path, project, model, mapping),
        *_expressions(path, mapping, catalogue),
    ]


def _at(path: Path, location: tuple[str | int, ...], message: str, fix: str) -> Finding:
    return Finding(path, line_of(path, location), 1, "XS070", message, fix)


def _names(path: Path, model: Model, mapping: Mapping) -> Iterator[Finding]:
    for place, name in enumerate(mapping.rules):
        if model.rule(name) is None:
            yield _at(path, ("rules", place), f"the model has no rule {name}", "name a rule folder")
    for name in mapping.parameters:
        if name not in model.parameters:
            yield _at(path, ("parameters", name), f"the model has no parameter {name}", "name one of parameters.yml")


def _needed(path: Path, project: Project, model: Model, mapping: Mapping) -> Iterator[Finding]:
    from xiansuo.supervision.sql_tree import parse_sql

    read: set[str] = set()
    for name in mapping.rules:
        rule = model.rule(name)
        if rule is not None:
            graphs = [(graph.path, graph.sql) for graph in graphs_read(model.graphs, [rule])]
            for file, text in ((rule.hits_file, rule.hits_sql), (rule.evidence_file, rule.evidence_sql), *graphs):
                try:
                    read |= {table for table, _, _ in parse_sql(file, text).tables}
                except XiansuoError:
                    continue  # so has the SQL
    try:
        needed = set(project.closure(read - {graph.sql_name for graph in model.graphs}).datasets)
    except XiansuoError:
        return  # the mart at fault has its own finding
    for dataset in sorted(needed - set(mapping.inputs)):
        yield _at(path, ("inputs",), f"{dataset} is not mapped", "map it, or write from: null when nobody has it")


def _expressions(path: Path, mapping: Mapping, catalogue: Sandbox) -> Iterator[Finding]:
    import duckdb

    for dataset, given in mapping.inputs.items():
        known = catalogue.columns.get(dataset)
        if known is None or (given.source is not None and given.source not in catalogue.columns):
            yield _at(
                path,
                ("inputs", dataset),
                f"no contract for {dataset if known is None else given.source}",
                "write its contract, or mend the name",
            )
            continue
        for name, expression in given.columns.items():
            if name not in known or name in PROVENANCE:
                yield _at(
                    path,
                    ("inputs", dataset, "columns", name),
                    f"{dataset} has no column {name}",
                    f"it has {', '.join(known)}",
                )
            elif given.source is not None:
                keys = f" GROUP BY {', '.join(given.collapse)}" if given.collapse else ""
                typed = f"CAST({expression} AS {known[name]})"
                try:
                    catalogue.describe(f"SELECT {typed} FROM {sql_name(given.source)}{keys}")
                except duckdb.Error as error:
                    first = str(error).splitlines()[0]
                    yield _at(path, ("inputs", dataset, "columns", name), first, "mend the expression")
