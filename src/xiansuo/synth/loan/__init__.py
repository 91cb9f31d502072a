"""The business-loan domain of the synthetic city: loans on homes, the schemes among them and what only looks like one.

Belongs here: ``build`` and the honest loans around the planted cases. The stories are in ``borrowers`` and ``schemes``,
the plain loan is in ``book``.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xiansuo.synth.loan import borrowers, schemes
from xiansuo.synth.loan.book import REAL, SHAPE, Book

if TYPE_CHECKING:
    from xiansuo.synth.truth import DomainOutput
    from xiansuo.synth.world import World

SMALL_PERSONS, MOST = 20_000, 20
FIRMS, PEOPLE = 1_900, 3_200
HONEST = 240


def build(world: World) -> DomainOutput:
    """All tables of the domain for one city-year and the cases planted in them, the same for the same world."""
    import polars as pl

    times = max(1, min(MOST, round(world.persons.height / SMALL_PERSONS)))
    annex = world.annex("loan", PEOPLE * times, FIRMS * times)
    grown = annex.persons.filter(pl.col("birth").is_between(date(1955, 1, 1), date(2003, 1, 1)))
    firms, people = annex.companies.iter_rows(named=True), grown.iter_rows(named=True)
    book = Book(SHAPE, annex, world.rng("loan"), firms, people)
    managers = [book.person() for _ in range(40 * times)]
    for turn in range(HONEST * times):
        loan = book.loan(turn, sales=REAL if turn % 4 else REAL * 5, manager_id=managers[turn % len(managers)])
        since = date(2019, 1 + turn % 12, 1)
        book.add("person.occupation", id_number=loan.borrower, kind="就业", valid_from=since, valid_to=None)
    borrowers.plant(book, times)
    schemes.plant(book, times)
    return book.output()
