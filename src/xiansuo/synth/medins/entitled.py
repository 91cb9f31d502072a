"""Where the rules about entitlement, resale and crowds are planted: people of their own, in a book of their own.

Belongs here: which of these rules are planted, how often, and on whom. ``benefits``, ``crowds`` and
``resale`` hold their cases.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from xiansuo.synth.medins import benefits, crowds, resale
from xiansuo.synth.medins.book import Book, Person
from xiansuo.synth.medins.catalog import hospital_codes, pharmacy_codes
from xiansuo.synth.medins.patients import Stage
from xiansuo.synth.medins.stays import Plan

if TYPE_CHECKING:
    from xiansuo.synth.world import World

PERSONS_EACH_ROUND = 760
FIRST_SERIAL = 200_000_000
RULES: tuple[tuple[str, Callable[[int], list[Plan]], Callable[[Book, Stage, Plan], None], int], ...] = (
    ("injury", benefits.injury_plans, benefits.plant_injury, 5),
    ("crowd", crowds.crowd_plans, crowds.plant_crowd, 4),
    ("capped", resale.capped_plans, resale.plant_capped, 4),
    ("ring", resale.ring_plans, resale.plant_ring, 5),
    ("trace", resale.trace_plans, resale.plant_trace, 5),
    ("approval", benefits.approval_plans, benefits.plant_approval, 5),
    ("duplicate", benefits.duplicate_plans, benefits.plant_duplicate, 5),
    ("swipes", crowds.swipe_plans, crowds.plant_swipes, 4),
    ("group", crowds.group_plans, crowds.plant_group, 4),
)


def plant_entitled(world: World, book: Book, people: list[Person], rounds: int) -> None:
    """Write every planted case into ``book``; ``people`` are nobody else's, ``PERSONS_EACH_ROUND`` for every round."""
    own = Book(book.names, people, serial=FIRST_SERIAL)
    resale.limits(own)
    hospitals, pharmacies = hospital_codes(rounds), pharmacy_codes(rounds)
    for name, plans, plant, each in RULES:
        rng = world.rng(f"medins.days.{name}")
        for _ in range(rounds):
            for plan in plans(each):
                for _ in range(plan.count):
                    day = date(world.year, 2, 1) + timedelta(days=int(rng.integers(0, 240)))
                    plant(own, Stage(hospitals, pharmacies, day), plan)
    for dataset, rows in own.tables.items():
        book.tables.setdefault(dataset, []).extend(rows)
    book.cases += own.cases
