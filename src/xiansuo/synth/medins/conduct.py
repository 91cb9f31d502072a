"""Cases of how institutions charge and how much they can do: which rules are planted, round by round.

Belongs here: the list of those rules and the people they use. Each rule's cases are in a module of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xiansuo.synth.medins import beds, capacity, exams, limits, prices, splits, stock, townships
from xiansuo.synth.medins.book import Book, Person
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.medins.townships import Places

if TYPE_CHECKING:
    from xiansuo.synth.world import World

PEOPLE_PER_ROUND = 2_400
# Running numbers start far above those of the other planted visits, and stay odd.
FIRST_SERIAL = 40_000_000


@dataclass(frozen=True, slots=True)
class Conduct:
    """A rule folder, its kinds of cases (by number of look-alikes per code) and how one of them is planted."""

    rule: str
    plans: Callable[[int], list[Plan]]
    plant: Callable[[Book, Places, Plan], None]
    each: int


RULES = (
    Conduct(beds.RULE, beds.plans, beds.plant, 5),
    Conduct(limits.RULE, limits.plans, limits.plant, 4),
    Conduct(prices.RULE, prices.plans, prices.plant, 4),
    Conduct(splits.RULE, splits.plans, splits.plant, 4),
    Conduct(stock.RULE, stock.plans, stock.plant, 4),
    Conduct(capacity.RULE, capacity.plans, capacity.plant, 4),
    Conduct(exams.RULE, exams.plans, exams.plant, 4),
)
REFERENCES: tuple[Callable[[Book], None], ...] = (limits.reference, prices.reference, splits.reference)


def plant(world: World, book: Book, rounds: int) -> None:
    """Write the cases of all rounds into the tables and the truth of ``book``, with people of the annex."""
    people = world.annex("conduct", PEOPLE_PER_ROUND * rounds).persons
    columns = ("id_number", "name", "gender", "birth", "phone", "region_code")
    queue = [Person(*row) for row in people.select(columns).iter_rows()]
    own = Book(book.names, queue, book.tables, book.cases, FIRST_SERIAL)
    for level in townships.levels(rounds):
        own.add("medins.fixmedins_level", **level)
    for reference in REFERENCES:
        reference(own)
    for number in range(rounds):
        for conduct in RULES:
            places = Places(world, conduct.rule, number)
            for plan in conduct.plans(conduct.each):
                for _ in range(plan.count):
                    conduct.plant(own, places, plan)
