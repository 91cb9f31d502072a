"""The medical-insurance year of a synthetic city: ordinary care, planted violations and their look-alikes.

Belongs here: ``build`` and how many cases are planted. The kinds of cases are in ``stays``, ``charges``,
``patients`` and ``whereabouts``, ordinary care is in ``base``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from xiansuo.synth.medins import charges, conduct, patients, stays, townships, whereabouts
from xiansuo.synth.medins.base import background
from xiansuo.synth.medins.book import Book, Person, slots
from xiansuo.synth.medins.catalog import hospital_codes, institutions, pharmacy_codes, rule_tables
from xiansuo.synth.medins.entitled import PERSONS_EACH_ROUND, plant_entitled
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.medins.trails import trails
from xiansuo.synth.truth import DomainOutput

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.world import World

PERSONS_PER_ROUND = 11_000
MOST_ROUNDS = 8
SLOT_MONTHS = 11
YOUNG = 18
INSTITUTION_RULES: tuple[tuple[Callable[[int], list[Plan]], Callable[..., None], int], ...] = (
    (stays.split_plans, stays.plant_split, 3),
    (stays.hanging_plans, stays.plant_hanging, 4),
    (charges.duplicate_plans, charges.plant_duplicate, 5),
    (charges.frequency_plans, charges.plant_frequency, 5),
)
PERSON_RULES: tuple[tuple[Callable[[int], list[Plan]], Callable[..., None], int], ...] = (
    (patients.dispensing_plans, patients.plant_dispensing, 5),
    (patients.death_plans, patients.plant_death, 6),
    (patients.mismatch_plans, patients.plant_mismatch, 7),
    (whereabouts.overlap_plans, whereabouts.plant_overlap, 5),
    (whereabouts.custody_plans, whereabouts.plant_custody, 6),
)


def build(world: World) -> DomainOutput:
    """All medins tables, plus the deaths and custodies of planted people, and the planted cases.

    ``world`` is the share of the city that no other domain plants on (``World.share``).
    """
    import polars as pl

    rounds = max(1, min(MOST_ROUNDS, len(world.persons) // PERSONS_PER_ROUND))
    catalogue = pl.concat(
        [institutions(world, rounds), pl.DataFrame(townships.institutions(world, rounds))], how="diagonal"
    )
    names = dict(catalogue.select("fixmedins_code", "fixmedins_name").iter_rows())
    rng = world.rng("medins.people")
    people = world.persons[rng.permutation(len(world.persons))]
    is_young = pl.col("birth").dt.year() >= world.year - YOUNG
    adults = people.filter(~is_young)
    reserve = pl.concat([adults.head(1_300 * rounds), people.filter(is_young).head(400 * rounds)])
    book = Book(names, [_person(row) for row in reserve.iter_rows(named=True)])
    for _ in range(rounds):
        _plant_institutions(world, book, rounds)
        _plant_people(world, book, rounds)
    conduct.plant(world, book, rounds)
    aside = adults.slice(1_300 * rounds, PERSONS_EACH_ROUND * rounds)
    plant_entitled(world, book, [_person(row) for row in aside.iter_rows(named=True)], rounds)
    ordinary = background(world, adults.slice((1_300 + PERSONS_EACH_ROUND) * rounds), rounds)
    ordinary |= trails(ordinary)
    tables = {name: _together(name, ordinary, book, names) for name in sorted({*ordinary, *book.tables})}
    return DomainOutput({**tables, "medins.fixmedins": catalogue, **rule_tables()}, book.cases)


def _person(row: dict[str, Any]) -> Person:
    return Person(row["id_number"], row["name"], row["gender"], row["birth"], row["phone"], row["region_code"])


def _plant_institutions(world: World, book: Book, rounds: int) -> None:
    hospitals = hospital_codes(rounds)
    for number, (plans, plant, each) in enumerate(INSTITUTION_RULES):
        order = world.rng(f"medins.slots.{number}").permutation(len(hospitals) * SLOT_MONTHS).tolist()
        used = sum(1 for case in book.cases if case.rule_id == _rule_of(number))
        places = _after(slots(hospitals, world.year, order), used)
        for plan in plans(each):
            for _ in range(plan.count):
                plant(book, places, plan)


def _rule_of(number: int) -> str:
    return ("split_admission", "bed_hanging", "duplicate_charge", "over_frequency")[number]


def _after(places: Iterator[tuple[str, date]], used: int) -> Iterator[tuple[str, date]]:
    for _ in range(used):
        next(places)
    return places


def _plant_people(world: World, book: Book, rounds: int) -> None:
    hospitals, pharmacies = hospital_codes(rounds), pharmacy_codes(rounds)
    rng = world.rng(f"medins.days.{len(book.cases)}")
    for plans, plant, each in PERSON_RULES:
        for plan in plans(each):
            for _ in range(plan.count):
                day = date(world.year, 2, 1) + timedelta(days=int(rng.integers(0, 240)))
                plant(book, patients.Stage(hospitals, pharmacies, day), plan)


def _together(name: str, ordinary: dict[str, pl.DataFrame], book: Book, names: dict[str, str]) -> pl.DataFrame:
    """Background and planted rows of one dataset in one frame."""
    import polars as pl

    planted = book.tables.get(name, [])
    columns = list(dict.fromkeys(chain.from_iterable(row.keys() for row in planted)))
    typed: dict[str, Any] = dict(ordinary[name].schema) if name in ordinary else {}
    frame = pl.DataFrame(
        {column: pl.Series([row.get(column) for row in planted], dtype=typed.get(column)) for column in columns}
    )
    if name in ordinary:
        frame = pl.concat([ordinary[name], frame], how="diagonal")
    if "fixmedins_name" in columns:
        frame = frame.with_columns(fixmedins_name=pl.col("fixmedins_code").replace_strict(names))
    return frame
