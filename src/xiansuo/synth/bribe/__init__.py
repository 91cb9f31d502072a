"""The bribery domain of the synthetic city: judgments on takers, what they say of givers, and who was dealt with.

Belongs here: ``build`` and the givers who were prosecuted as they should be. The planted stories are in ``stories``,
how a judgment and its mentions become rows is ``book``.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xiansuo.synth.bribe import stories
from xiansuo.synth.bribe.book import SHAPE, Book

if TYPE_CHECKING:
    from xiansuo.synth.truth import DomainOutput
    from xiansuo.synth.world import World

SMALL_PERSONS, MOST = 20_000, 20
PEOPLE, FIRMS = 2_400, 400
HONEST = 150


def build(world: World) -> DomainOutput:
    """All tables of the domain for one city-year and the cases planted in them, the same for the same world."""
    import polars as pl

    times = max(1, min(MOST, round(world.persons.height / SMALL_PERSONS)))
    annex = world.annex("bribe", PEOPLE * times, FIRMS * times)
    grown = annex.persons.filter(pl.col("birth").is_between(date(1955, 1, 1), date(1990, 1, 1)))
    book = Book(SHAPE, annex, world.rng("bribe"), annex.companies.iter_rows(named=True), grown.iter_rows(named=True))
    for turn in range(HONEST * times):
        giver = book.giver()
        day = date(2022 + turn % 3, 1 + turn % 12, 3 + turn % 25)
        book.pay(giver, 4_000.0 + 2_500 * (turn % 9), day)
        book.charged(giver, day, "已判决")
    stories.plant(book, times)
    return book.output()
