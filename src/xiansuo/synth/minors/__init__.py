"""The children of the synthetic city who were seen by a doctor or stayed in a hotel, and who told the authorities.

Belongs here: ``build``, the pools of children by age, and the many who caught a cold or travelled with their parents.
The planted stories are in ``stories`` (hospitals) and ``hotels``; how a visit or a stay becomes rows is ``book``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from xiansuo.synth.minors import hotels, stories
from xiansuo.synth.minors.book import SHAPE, Book, pools_of

if TYPE_CHECKING:
    from xiansuo.synth.truth import DomainOutput
    from xiansuo.synth.world import World

SMALL_PERSONS, MOST = 20_000, 20
PEOPLE, YOUTH = 4_800, 0.75
ORDINARY_VISITS, FAMILY_JOURNEYS = 300, 80
ORDINARY = ("J06.900", "J18.900", "A09.900", "H66.900", "S52.500")


def build(world: World) -> DomainOutput:
    """All tables of the domain for one city-year and the cases planted in them, the same for the same world."""
    times = max(1, min(MOST, round(world.persons.height / SMALL_PERSONS)))
    annex = world.annex("minors", PEOPLE * times, youth=YOUTH)
    pools = pools_of(annex)
    book = Book(SHAPE, annex, world.rng("minors"), iter(()), pools.pop("grown"), pools=pools)
    _background(book, times)
    stories.plant(book, times)
    hotels.plant(book, times)
    return book.output()


def _background(book: Book, times: int) -> None:
    """Children with an ordinary illness or one fracture, and families in hotels twice."""
    for turn in range(ORDINARY_VISITS * times):
        book.visit(book.child("small"), book.day(turn), (ORDINARY[turn % len(ORDINARY)],))
    for turn in range(FAMILY_JOURNEYS * times):
        child, parent = book.child("small"), book.person()
        book.kin(child, parent, "父母", guardian=True)
        for day in (book.day(turn), book.day(turn) + timedelta(days=1)):
            book.share_room(child, parent, day)
