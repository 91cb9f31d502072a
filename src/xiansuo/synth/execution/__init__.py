"""The sentences of the synthetic city: judgments, their papers, custody, execution outside prison, reports.

Belongs here: ``build``, which puts the innocent many and the planted few into one set of tables. The few are
``imprisoned`` and ``outside``; how a story becomes rows is ``book``; the many, who are all executed in time, are
``background``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from xiansuo.synth import shared
from xiansuo.synth.execution import background, imprisoned, outside
from xiansuo.synth.execution.book import PAUSED_REGION, Book, Convict
from xiansuo.synth.truth import DomainOutput

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.world import World

SMALL_PEOPLE = 19_400
PEOPLE, ORDINARY = 2_000, 500
COLUMNS = {
    "justice.sentence": "sentence_no case_no court id_number name charge sentence_kind term_months is_suspended "
    "is_detained remaining_days announced_date effective_date region_code",
    "justice.exec_notice": "notice_no sentence_no sent_date received_by received_date",
    "justice.sentence_change": "change_no sentence_no kind from_date to_date corrected_date",
    "justice.outside_execution": "decision_no sentence_no id_number name reason decided_date valid_to ended_date "
    "term_end_date",
    "justice.community_report": "report_no sentence_no is_local office reported_date",
    "police.intake_refusal": "refusal_no sentence_no place_name refused_date reason_no reason_date",
    "police.wanted_notice": "wanted_no id_number name listed_date withdrawn_date",
    "police.search_record": "record_no sentence_no police_org missing_date located_date",
    "police.outside_custody": "certificate_no id_number name place_name from_date to_date",
    "police.intake_pause": "notice_no region_code reason from_date to_date",
    "person.id_correction": "certificate_no id_number true_id_number name issued_date",
    "person.custody": "custody_id id_number name place_name place_code custody_kind entry_date exit_date",
    "person.death": "id_number name death_date source_kind certificate_no",
}


def build(world: World) -> DomainOutput:
    """All tables of the sentences and the cases planted in them, the same for the same world."""
    import polars as pl

    scale = max(1.0, min(20.0, world.persons.height / SMALL_PEOPLE))
    annex = world.annex("execution", int(PEOPLE * scale))
    grown = annex.persons.filter(pl.col("birth").dt.year().is_between(1955, 2004))
    quiet = pl.col("region_code") == PAUSED_REGION
    ordinary = grown.filter(~quiet).head(int(ORDINARY * scale))
    rest = grown.filter(~quiet).tail(-ordinary.height)
    book = Book(world.rng("execution.plants"), _convicts(rest), _convicts(grown.filter(quiet)))

    def scaled(count: int) -> int:
        return max(1, round(count * scale))

    pause = {"region_code": PAUSED_REGION, "reason": "监室改造，暂停收押，羁押人员由上级指定"}
    book.document("police.intake_pause", "杭公监停", from_date=date(2025, 1, 1), to_date=date(2026, 6, 30), **pause)
    imprisoned.plant(book, scaled)
    outside.plant(book, scaled)
    many = background.executed(annex.rng("execution.background"), ordinary)
    tables = {name: _joined(name, many.get(name), book.rows.get(name, [])) for name in COLUMNS}
    return DomainOutput(tables | {"person.resident": _residents(annex.persons, tables)}, book.cases)


def _convicts(frame: pl.DataFrame) -> Iterator[Convict]:
    for number, name, region in frame.select("id_number", "name", "region_code").iter_rows():
        yield Convict(number, name, region)


def _residents(people: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Register rows of everybody who was sentenced."""
    import polars as pl

    named = tables["justice.sentence"]["id_number"].unique()
    return shared.resident_rows(people.filter(pl.col("id_number").is_in(named.implode())))


def _joined(name: str, many: pl.DataFrame | None, few: list[dict[str, Any]]) -> pl.DataFrame:
    """Background and planted rows in contract column order, in an order that does not tell them apart."""
    import polars as pl

    columns = COLUMNS[name].split()
    schema: Any = {column: _kind(column) for column in columns}
    frame = pl.DataFrame([[row.get(column) for column in columns] for row in few], schema=schema, orient="row")
    if many is not None:
        absent = [pl.lit(None).alias(column) for column in columns if column not in many.columns]
        frame = pl.concat([many.with_columns(absent).select(columns).cast(schema), frame])
    return frame.sort(columns[-2:] + columns[:2], nulls_last=True)


def _kind(column: str) -> Any:
    import polars as pl

    if column.startswith("is_"):
        return pl.Boolean
    if column in ("term_months", "remaining_days"):
        return pl.Int64
    return pl.Date if column.endswith("_date") or column in ("valid_to",) else pl.String
