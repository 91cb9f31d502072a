"""The linter: walks every unit of a project and says what is wrong, without any data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from xiansuo.core.errors import InputError, XiansuoError
from xiansuo.supervision.bind import parameter_names
from xiansuo.supervision.findings import Finding
from xiansuo.supervision.graphs import create_graphs, drop_graphs
from xiansuo.supervision.lint_cases import lint_cases
from xiansuo.supervision.lint_graph import lint_graphs, with_graphs
from xiansuo.supervision.lint_mapping import lint_mapping
from xiansuo.supervision.lint_rule import RuleCheck, lint_rule, sql_error
from xiansuo.supervision.lint_sql import lint_tree
from xiansuo.supervision.lint_tables import Tables, columns_maybe_read, declared_columns, unknown_table
from xiansuo.supervision.load import ModelProblems, load_model, load_parameters, model_folders
from xiansuo.supervision.mart_files import Mart
from xiansuo.supervision.model import Model, Subject
from xiansuo.supervision.project import PROVENANCE, Project
from xiansuo.supervision.sandbox import Sandbox
from xiansuo.supervision.sql_tree import SqlFile, parse_sql
from xiansuo.supervision.strict_yaml import line_of


def check_project(project: Path) -> list[Finding]:
    """Every finding of the project in order of file and line; an empty list when all is well."""
    contents = Project(project)
    found = [*_contracts(contents), *_scoring(project)]
    catalogue, broken = _catalogue(contents)
    found += broken
    for folder in model_folders(project):
        found += _model_folder(contents, catalogue, folder)
    return sorted(set(found))


def _contracts(contents: Project) -> Iterator[Finding]:
    from xiansuo.contracts.asset import load_asset

    contracts = sorted((contents.root / "data_contracts").glob("*/*.yml"))
    for path in contracts:
        try:
            contents.contract(f"{path.parent.name}.{path.stem}")
        except XiansuoError as error:
            yield _unreadable(path, error)
    known = {(path.parent.name, path.stem) for path in contracts}
    assets = sorted((contents.root / "assets").glob("*/*.yml"))
    for path in assets:
        try:
            load_asset(path)
        except XiansuoError as error:
            yield _unreadable(path, error)
        if (path.parent.name, path.stem) not in known:
            yield Finding(
                path, 1, 1, "XS005", "the asset has no contract", f"write data_contracts/{path.parent.name}/{path.name}"
            )
    for domain, name in sorted(known - {(path.parent.name, path.stem) for path in assets}):
        yield Finding(
            contents.contract_path(f"{domain}.{name}"),
            1,
            1,
            "XS005",
            "no asset says how the data arrives",
            f"write assets/{domain}/{name}.yml",
        )


def _unreadable(path: Path, error: XiansuoError) -> Finding:
    field = f"{error.field}: " if error.field else ""
    return Finding(path, 1, 1, "XS004", f"{field}{error.message}", error.fix or "mend the file")


def _scoring(project: Path) -> Iterator[Finding]:
    try:
        load_parameters(project / "models" / "scoring.yml")
    except ModelProblems as error:
        for item in error.problems:
            yield Finding(item.file, item.line, 1, "XS003", f"{item.field}: {item.message}", item.fix)


def _catalogue(contents: Project) -> tuple[Sandbox, list[Finding]]:
    """A sandbox with every contract and mart that can be read, and findings about the others."""
    sandbox, found = Sandbox(), []
    for path in sorted((contents.root / "data_contracts").glob("*/*.yml")):
        dataset = f"{path.parent.name}.{path.stem}"
        try:
            sandbox.add_table(dataset, contents.columns(dataset))
        except XiansuoError:
            continue
    try:
        ordered = contents.closure(contents.marts).marts
    except XiansuoError as error:
        file = Path(error.file) if error.file else contents.root / "sql" / "marts"
        return sandbox, [Finding(file, 1, 1, "XS060", error.message, error.fix or "mend the header")]
    for mart in ordered:
        found += _mart(sandbox, mart)
    return sandbox, found


def _mart(sandbox: Sandbox, mart: Mart) -> list[Finding]:
    import duckdb

    try:
        sql = parse_sql(mart.path, mart.sql)
    except InputError as error:
        return [Finding(mart.path, int(error.value or 1), 1, "XS010", error.message, error.fix or "mend the SQL")]
    found = lint_tree(sql, rule_sql=False)
    read = {name: (line, column) for name, line, column in sql.tables}
    for name, (line, column) in read.items():
        if name not in sandbox.columns:
            found.append(unknown_table(sql, name, line, column))
        elif name not in mart.inputs:
            found.append(
                Finding(mart.path, line, column, "XS061", f"the header does not name {name}", "add it to -- inputs:")
            )
    found += [
        Finding(mart.path, 4, 1, "XS061", f"the SQL never reads {name}", "remove it from -- inputs:")
        for name in mart.inputs
        if name not in read
    ]
    try:
        sandbox.add_table(mart.sql_name, sandbox.describe(mart.sql))
    except duckdb.Error as error:
        found.append(sql_error(mart.path, error))
    return found


def _model_folder(contents: Project, catalogue: Sandbox, folder: Path) -> list[Finding]:
    try:
        model = load_model(folder)
    except ModelProblems as error:
        return [
            Finding(item.file, item.line, 1, "XS001", f"{item.field}: {item.message}".removeprefix(": "), item.fix)
            for item in error.problems
        ]
    found = [*_readme(model), *_codes(model), *_references(model), *_inputs(model, catalogue)]
    tables = Tables(known=catalogue.columns, declared=declared_columns(model.spec.inputs))
    sandbox = catalogue
    findings, parsed = lint_graphs(model, tables, sandbox)
    found += findings
    create_graphs(sandbox.con, model.graphs)
    for rule in model.rules:
        check = RuleCheck(model, rule, with_graphs(tables, model), sandbox)
        findings, files = lint_rule(check)
        found += findings + lint_cases(check)
        parsed += files
    drop_graphs(sandbox.con, model.graphs)
    found += [*_unused_columns(model, parsed), *_unused_parameters(model)]
    for mapping in model.mappings.values():
        found += lint_mapping(contents, model, mapping, catalogue)
    return found


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
        line = line_of(path, ("inputs", dataset))
        if known is None:
            yield Finding(path, line, 1, "XS012", f"there is no {dataset}", "write its contract, or mend the name")
            continue
        for name in columns:
            if name not in known:
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


def _unused_columns(model: Model, parsed: list[SqlFile]) -> Iterator[Finding]:
    path = model.folder / "model.yml"
    read: dict[str, set[str]] = {}
    for sql in parsed:
        for table, name in columns_maybe_read(sql):
            read.setdefault(table, set()).add(name)
    for subject, _ in _subjects(model):
        named = {name for name in (subject.id, subject.name, subject.region) if name}
        read.setdefault(subject.source, set()).update(named)
    for dataset, columns in model.spec.inputs.items():
        unread = [name for name in columns if name not in read.get(dataset, set()) and name not in PROVENANCE]
        if unread:
            yield Finding(
                path,
                line_of(path, ("inputs", dataset)),
                1,
                "XS015",
                f"no rule reads {dataset}: {', '.join(unread)}",
                "remove what is not read",
                "warning",
            )


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
