"""Checks of one rule folder: SQL against inputs, parameters, output shape, templates, roles and exclusions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xiansuo.core.errors import InputError, XiansuoError
from xiansuo.core.naming import quote_ident
from xiansuo.supervision.bind import AS_OF, bind, parameter_uses
from xiansuo.supervision.findings import Finding
from xiansuo.supervision.hits import EVIDENCE_COLUMNS, HIT_COLUMNS
from xiansuo.supervision.lint_sql import lint_amount, lint_tree, output_codes
from xiansuo.supervision.lint_tables import Tables, lint_tables
from xiansuo.supervision.model import Model, Parameter, Rule
from xiansuo.supervision.sandbox import Sandbox
from xiansuo.supervision.sql_tree import SqlFile, parse_sql
from xiansuo.supervision.strict_yaml import line_of
from xiansuo.supervision.template import FIXED_FIELDS, fields

_LINE = re.compile(r"LINE (\d+):")
_ANY_DAY = date(2026, 1, 1)


@dataclass(frozen=True)
class RuleCheck:
    """One rule under the linter, with the sandbox its SQL is bound in."""

    model: Model
    rule: Rule
    tables: Tables
    sandbox: Sandbox

    @property
    def yml(self) -> Path:
        """Where rule.yml lies."""
        return self.rule.folder / "rule.yml"

    @property
    def sql_files(self) -> list[tuple[Path, str]]:
        """hits.sql and evidence.sql with their texts."""
        return [(self.rule.hits_file, self.rule.hits_sql), (self.rule.evidence_file, self.rule.evidence_sql)]

    def at(self, *location: str | int, code: str, message: str, fix: str) -> Finding:
        """A finding at a place in rule.yml."""
        return Finding(self.yml, line_of(self.yml, location), 1, code, message, fix)


def lint_rule(check: RuleCheck) -> tuple[list[Finding], list[SqlFile]]:
    """All findings of one rule, and its parsed SQL files."""
    found: list[Finding] = []
    parsed: list[SqlFile] = []
    for path, text in check.sql_files:
        try:
            sql = parse_sql(path, text)
        except InputError as error:
            found.append(Finding(path, int(error.value or 1), 1, "XS010", error.message, error.fix or "mend the SQL"))
            continue
        parsed.append(sql)
        found += lint_tree(sql, rule_sql=True, keys=check.tables.keys) + lint_tables(sql, check.tables)
        if path == check.rule.hits_file:
            found += [*lint_amount(sql), *_exclusions(check, sql)]
        else:
            found += _roles(check, sql)
    for path, text in check.sql_files:
        found += lint_parameters(path, text, check.model.parameters, check.rule.spec.event_date)
    found += _legal(check)
    if not any(item.code in ("XS010", "XS011", "XS012", "XS013", "XS014", "XS021", "XS024") for item in found):
        found += _bound(check)
    return found, parsed


def lint_parameters(
    path: Path, text: str, parameters: Mapping[str, Parameter], event_date: str | None
) -> Iterator[Finding]:
    """Parameters the file's SQL names that do not exist, or that need a date to choose by."""
    for name, position in parameter_uses(text):
        if name == AS_OF:
            continue
        line, column = _position(text, position)
        parameter = parameters.get(name)
        if parameter is None:
            yield Finding(
                path,
                line,
                column,
                "XS021",
                f"${name} is not in parameters.yml",
                f"it has {', '.join(sorted(parameters))}",
            )
        elif len(parameter.values) > 1 and event_date is None:
            yield Finding(
                path,
                line,
                column,
                "XS024",
                f"${name} has several dated values",
                "name the date column under event_date in rule.yml",
            )


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _legal(check: RuleCheck) -> Iterator[Finding]:
    known = {basis.id: basis for basis in check.model.spec.legal_basis}
    published = check.model.spec.status == "published"
    for place, basis_id in enumerate(check.rule.spec.legal_basis):
        basis = known.get(basis_id)
        if basis is None:
            yield check.at(
                "legal_basis",
                place,
                code="XS050",
                message=f"no legal basis {basis_id!r} in model.yml",
                fix=f"it has {', '.join(known) or 'none'}",
            )
        elif published and not basis.verified:
            yield check.at(
                "legal_basis",
                place,
                code="XS051",
                message=f"{basis_id} is unverified in a published model",
                fix="read the text and set verified: true, or cite another provision",
            )
    cited = [known[basis_id] for basis_id in check.rule.spec.legal_basis if basis_id in known]
    day = check.model.spec.next_review
    if published and not any(basis.in_force(day, day) for basis in cited):
        yield check.at(
            "legal_basis",
            code="XS051",
            message=f"no cited provision is in force on {day}",
            fix="cite the law that holds until the next review",
        )


def _exclusions(check: RuleCheck, sql: SqlFile) -> Iterator[Finding]:
    declared = [item.code for item in check.rule.spec.exclusions]
    written = output_codes(sql)
    for code, (line, column) in written.items():
        if code not in declared:
            yield Finding(
                sql.path,
                line,
                column,
                "XS041",
                f"exclusion code {code} is not declared",
                "declare it with name and effect under exclusions in rule.yml",
            )
    for place, code in enumerate(declared):
        if code not in written:
            yield check.at(
                "exclusions",
                place,
                code="XS042",
                message=f"hits.sql never outputs {code}",
                fix="output it in exclusion_code, or remove it",
            )


def _roles(check: RuleCheck, sql: SqlFile) -> Iterator[Finding]:
    from sqlglot import exp

    for output in sql.outputs("role"):
        if isinstance(output, exp.Literal) and output.this not in check.rule.spec.evidence_roles:
            line, column = sql.place(output)
            yield Finding(
                sql.path,
                line,
                column,
                "XS054",
                f"role {output.this!r} has no Chinese name",
                "add it under evidence_roles in rule.yml",
            )


def _bound(check: RuleCheck) -> list[Finding]:
    import duckdb

    rule, sandbox = check.rule, check.sandbox
    try:
        hits = bind(rule.hits_sql, check.model.parameters, as_of=_ANY_DAY, event_date=rule.spec.event_date)
        columns = sandbox.describe(hits)
    except (duckdb.Error, XiansuoError) as error:
        return [sql_error(rule.hits_file, error)]
    found = [*_output_shape(check, columns), *_templates(check, columns)]
    if any(item.code == "XS055" for item in found):
        return found
    with sandbox.undone():
        listed = ", ".join(f"{quote_ident(name)} {kind}" for name, kind in {"hit_id": "VARCHAR", **columns}.items())
        sandbox.con.execute(f"CREATE TEMP TABLE rule_hits ({listed})")
        try:
            evidence = bind(
                rule.evidence_sql,
                check.model.parameters,
                as_of=_ANY_DAY,
                event_date=rule.spec.event_date,
                hits="rule_hits",
            )
            shape = sandbox.describe(evidence)
        except (duckdb.Error, XiansuoError) as error:
            return [*found, sql_error(rule.evidence_file, error)]
    found += _evidence_shape(check, shape)
    return found + (_on_spark(check, hits, evidence, columns) if "spark" in rule.spec.engines else [])


def _on_spark(check: RuleCheck, hits: str, evidence: str, columns: dict[str, str]) -> list[Finding]:
    from xiansuo.supervision.lint_spark import lint_spark

    rows = {"rule_hits": {"hit_id": "VARCHAR", **columns}}
    return [
        *lint_spark(check.rule.hits_file, hits, check.tables, {}),
        *lint_spark(check.rule.evidence_file, evidence, check.tables, rows),
    ]


def sql_error(path: Path, error: Exception) -> Finding:
    """The finding for SQL that DuckDB or the binder refuses, at the line DuckDB names."""
    text = str(error)
    match = _LINE.search(text)
    message = text.split("\n\nLINE")[0].replace("\n", " ")
    return Finding(path, int(match[1]) if match else 1, 1, "XS016", message, "mend the SQL")


def _output_shape(check: RuleCheck, columns: dict[str, str]) -> Iterator[Finding]:
    for name, kind in HIT_COLUMNS.items():
        given = columns.get(name)
        if given != kind:
            state = "is missing" if given is None else f"is {given}"
            yield Finding(
                check.rule.hits_file,
                1,
                1,
                "XS055",
                f"output column {name} {state}, must be {kind}",
                f"output CAST(... AS {kind}) AS {name}",
            )
    event = check.rule.spec.event_date
    if event is not None and event not in columns:
        yield check.at(
            "event_date",
            code="XS055",
            message=f"hits.sql does not output event_date {event}",
            fix="output the column, so that the value in force can be stored with the hit",
        )


def _templates(check: RuleCheck, columns: dict[str, str]) -> Iterator[Finding]:
    allowed = {*FIXED_FIELDS, *columns}
    templates: list[tuple[tuple[str | int, ...], str]] = [(("explanation",), check.rule.spec.explanation)]
    templates += [
        (("exclusions", place, "note"), item.note) for place, item in enumerate(check.rule.spec.exclusions) if item.note
    ]
    for location, text in templates:
        try:
            unknown = [item.name for item in fields(text) if item.name not in allowed]
        except InputError as error:
            yield check.at(*location, code="XS052", message=f"{error.message}: {error.value}", fix=error.fix or "")
            continue
        for name in unknown:
            yield check.at(
                *location,
                code="XS052",
                message=f"hits.sql outputs no {name}",
                fix=f"use one of {', '.join(sorted(allowed))}",
            )


def _evidence_shape(check: RuleCheck, shape: dict[str, str]) -> Iterator[Finding]:
    missing = [name for name in EVIDENCE_COLUMNS if name not in shape]
    extra = [name for name in shape if name not in EVIDENCE_COLUMNS]
    wrong = [name for name, kind in EVIDENCE_COLUMNS.items() if name in shape and shape[name] != kind]
    for names, state in ((missing, "is missing"), (extra, "is too much"), (wrong, "has the wrong type")):
        for name in names:
            yield Finding(
                check.rule.evidence_file,
                1,
                1,
                "XS056",
                f"output column {name} {state}",
                f"output exactly {', '.join(EVIDENCE_COLUMNS)}",
            )
