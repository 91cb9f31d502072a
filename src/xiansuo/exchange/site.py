"""Running a model on another site's data and writing the 异地验证 report: JSON for the tool, a page for people.

Belongs here: what the report says. It holds counts and shares only, never a row, so that it may travel.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from xiansuo.clues.diff_page import environment as clue_pages
from xiansuo.clues.publish import run_relation
from xiansuo.clues.run import run_model
from xiansuo.clues.tables import RUN
from xiansuo.core.errors import UsageError
from xiansuo.core.files import write_atomic
from xiansuo.core.naming import canonical_json, quote_ident, quote_literal
from xiansuo.core.progress import Progress
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake
from xiansuo.lake.session import connect
from xiansuo.supervision.cases import run_cases
from xiansuo.supervision.lifecycle import substance
from xiansuo.supervision.load import find_model
from xiansuo.supervision.model import Model
from xiansuo.supervision.project import Project


@dataclass(frozen=True)
class InputCover:
    """One dataset at the site: its rows, and the share of empty values in each column the model reads.

    ``titles`` are the Chinese names of the columns.
    """

    dataset: str
    title: str
    source: str
    rows: int
    empty: dict[str, float]
    titles: dict[str, str]


@dataclass(frozen=True)
class RuleCount:
    """What one rule found at the site; ``excluded`` counts by exclusion code, ``excluded_titles`` names the codes."""

    rule: str
    code: str
    title: str
    hits: int
    excluded: dict[str, int]
    excluded_titles: dict[str, str]
    amount: str


@dataclass(frozen=True)
class SiteReport:
    """The report; ``substance`` ties it to exactly these rules and parameters."""

    model: str
    title: str
    version: str
    substance: str
    site: str
    made_at: str
    as_of: str
    mapping: str | None
    cases: int
    cases_failed: int
    clues: int
    amount: str
    inputs: tuple[InputCover, ...]
    rules: tuple[RuleCount, ...]


def validate(
    settings: Settings,
    model_id: str,
    site: str,
    *,
    mapping: str | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> SiteReport:
    """Run the model and its cases here and count. UsageError without a site's name; errors of a run pass through."""
    if not site.strip():
        raise UsageError("the report names the site", field="site", fix="give --site NAME")
    if "/" in site or "\\" in site or not site.isprintable():
        raise UsageError("the site's name becomes a file's name", field="site", value=site, fix="leave out / and \\")
    model = find_model(settings.project, model_id)
    results = run_cases(settings.project, model=model_id)
    run = run_model(settings, model_id, mapping=mapping, progress=progress)
    con = connect(settings)
    try:
        where = f"WHERE {RUN} = {quote_literal(run.run_id)}"
        lake = Lake(settings)
        hits = con.execute(
            "SELECT rule_id, exclusion_code, exclusion_effect IS NOT DISTINCT FROM 'drop', count(*), sum(amount) "
            f"FROM {run_relation(lake, model_id, 'hits')} {where} GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        total = con.execute(
            f"SELECT count(*), sum(amount) FROM {run_relation(lake, model_id, 'clues')} {where} "
            "AND change <> 'withdrawn'"
        ).fetchone() or (0, None)
        inputs = tuple(_cover(con, settings, model, mapping))
    finally:
        con.close()
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    return SiteReport(
        model=model.id,
        title=model.spec.title,
        version=model.spec.version,
        substance=substance(model),
        site=site.strip(),
        made_at=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        as_of=str(run.as_of),
        mapping=mapping,
        cases=len(results),
        cases_failed=sum(not result.passed for result in results),
        clues=total[0],
        amount=str(total[1] or Decimal(0)),
        inputs=inputs,
        rules=tuple(_counts(model, hits, mapping)),
    )


def _counts(model: Model, hits: list[tuple[Any, ...]], mapping: str | None) -> list[RuleCount]:
    chosen = model.mappings[mapping].rules if mapping is not None else [rule.id for rule in model.rules]
    found = []
    for rule in (rule for rule in model.rules if rule.id in chosen):
        own = [row[1:] for row in hits if row[0] == rule.id]
        excluded = {code: sum(row[2] for row in own if row[0] == code) for code in sorted({r[0] for r in own if r[0]})}
        live = [row for row in own if not row[1]]
        amount = sum((row[3] or Decimal(0) for row in live), Decimal(0))
        count = sum(row[2] for row in live)
        titles = {item.code: item.name for item in rule.spec.exclusions if item.code in excluded}
        found.append(RuleCount(rule.id, rule.spec.code, rule.spec.title, count, excluded, titles, str(amount)))
    return found


def _cover(con: Any, settings: Settings, model: Model, mapping: str | None) -> list[InputCover]:
    """Rows and empty shares of what was really read: the model's datasets, or those the mapping puts in their place."""
    project, lake = Project(settings.project), Lake(settings)
    if mapping is None:
        wanted = {name: (name, columns) for name, columns in model.spec.inputs.items() if not name.startswith("marts.")}
    else:
        wanted = {}
        for name, given in model.mappings[mapping].inputs.items():
            if given.source is not None:
                wanted[name] = (given.source, list(project.columns(given.source))[:-3])
    found = []
    for name, (source, columns) in sorted(wanted.items()):
        table = lake.dataset(source)
        known = [column for column in columns if column in project.columns(source)]
        counts = ", ".join(f"count({quote_ident(column)})" for column in known) or "0"
        row = con.execute(f"SELECT count(*), {counts} FROM {table.relation(project.columns(source))}").fetchone()
        rows = row[0]
        empty = {
            column: round(1 - filled / rows, 4) if rows else 1.0 for column, filled in zip(known, row[1:], strict=False)
        }
        contract = project.contract(source)
        titles = {column.name: column.title for column in contract.columns if column.name in empty}
        found.append(InputCover(name, contract.title, source, rows, empty, titles))
    return found


def write_report(report: SiteReport, folder: Path) -> tuple[Path, Path]:
    """Write ``<model>-<site>.json`` and ``.html``; returns both paths."""
    name = f"{report.model}-{report.site}"
    files = folder / f"{name}.json", folder / f"{name}.html"
    write_atomic(files[0], canonical_json(asdict(report)) + "\n")
    write_atomic(files[1], site_page(report))
    return files


def site_page(report: SiteReport) -> str:
    """The report as one self-contained page in Chinese."""
    from jinja2 import ChoiceLoader, PackageLoader

    made = clue_pages()
    made.loader = ChoiceLoader([PackageLoader("xiansuo.exchange", "pages"), made.loader])
    made.filters["money"] = lambda text: f"{Decimal(text):,.2f}元"
    return str(made.get_template("site.html").render(report=report))
