"""The criminal cases of the synthetic city: most closed in time, a few left hanging.

Belongs here: ``build``, which puts the innocent many and the planted few into one set of tables. The few are
``stories``; how a story becomes rows is ``book``; the many, closed within two months, are ``background``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xiansuo.synth import shared
from xiansuo.synth.stalled import background, stories
from xiansuo.synth.stalled.book import Book, Suspect
from xiansuo.synth.truth import DomainOutput

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.world import World

SMALL_PEOPLE = 19_400
PEOPLE, ORDINARY = 1_500, 500
COLUMNS = {
    "police.criminal_case": "case_no org_name charge filed_date closed_date region_code",
    "police.case_activity": "activity_no case_no activity_date kind",
    "police.suspect_outcome": "case_no id_number kind outcome_date",
    "police.coercive_measure": "measure_no case_no id_number name kind from_date to_date",
    "police.case_note": "note_no case_no id_number kind from_date to_date",
    "justice.filing_notice": "notice_no case_no kind signed_date",
    "justice.arrest_review": "decision_no case_no id_number name decision decided_date",
}


def build(world: World) -> DomainOutput:
    """All tables of the criminal cases and the cases planted in them, the same for the same world."""
    import polars as pl

    scale = max(1.0, min(20.0, world.persons.height / SMALL_PEOPLE))
    annex = world.annex("stalled", int(PEOPLE * scale))
    grown = annex.persons.filter(pl.col("birth").dt.year().is_between(1955, 2005))
    ordinary = grown.head(int(ORDINARY * scale))
    rest = grown.tail(-ordinary.height).select("id_number", "name", "region_code")
    book = Book(world.rng("stalled.plants"), (Suspect(*row) for row in rest.iter_rows()))
    stories.plant(book, lambda count: max(1, round(count * scale)))
    many = background.closed(annex.rng("stalled.background"), ordinary)
    tables = {name: _joined(name, many.get(name), book.rows.get(name, [])) for name in COLUMNS}
    named = pl.concat([pl.Series([who.id for who in book.used], dtype=pl.String), ordinary["id_number"]])
    residents = shared.resident_rows(annex.persons.filter(pl.col("id_number").is_in(named.implode())))
    return DomainOutput(tables | {"person.resident": residents}, book.cases)


def _joined(name: str, many: pl.DataFrame | None, few: list[dict[str, Any]]) -> pl.DataFrame:
    """Background and planted rows in contract column order, in an order that does not tell them apart."""
    import polars as pl

    columns = COLUMNS[name].split()
    schema: Any = {column: pl.Date if column.endswith("_date") else pl.String for column in columns}
    frame = pl.DataFrame([[row.get(column) for column in columns] for row in few], schema=schema, orient="row")
    if many is not None:
        absent = [pl.lit(None).alias(column) for column in columns if column not in many.columns]
        frame = pl.concat([many.with_columns(absent).select(columns).cast(schema), frame])
    return frame.sort(columns[-2:] + columns[:2], nulls_last=True)
