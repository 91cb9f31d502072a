"""Planted cases of the rules about persons: dispensing (P1), death (P4), sex and age (P5).

Belongs here: what such a violation and each of its innocent look-alikes consist of. Every case has a person of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from xiansuo.synth.medins.book import (
    CLINIC,
    PHARMACY,
    STAY,
    Book,
    Line,
    Person,
    Visit,
    moment,
    ward_days,
)
from xiansuo.synth.medins.catalog import ITEMS
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.truth import RowKey

HYPERTENSION = ("I10.x00", "高血压病")
# One purchase: days after the first, days of supply, which institution.
Fill = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where and when a case happens."""

    hospitals: list[str]
    pharmacies: list[str]
    day: date


def dispensing_plans(each: int) -> list[Plan]:
    """The kinds of P1."""
    heavy: list[Fill] = [(0, 45, 0), (20, 45, 1), (45, 45, 0), (70, 45, 1)]
    spread: list[Fill] = [(0, 10, 0), (0, 10, 1), (0, 10, 2)]
    covered: list[Fill] = [(0, 60, 0), (30, 60, 0), (60, 60, 0)]
    drug = "graft_drug"
    excused: dict[str, dict[str, Any]] = {
        "REVERSED": {"fills": covered, "refund_last": True},
        "FAMILY_ACCOUNT": {"fills": covered, "family_last": True},
        "HEAVY_USER": {"fills": heavy, "paper": ("特殊病种", 366, -5), "drug": drug},
        "LONG_PRESCRIPTION": {"fills": [(0, 84, 0), (80, 84, 0)], "paper": ("长处方", 84, 0)},
        "HOLIDAY_STOCK": {"fills": covered, "paper": ("节前备药", 60, 60)},
        "ABROAD_STOCK": {"fills": covered, "paper": ("出境备药", 90, 60)},
        "AGENT_PICKUP": {"fills": spread, "agent_last": True},
    }
    return [
        Plan("many_days", 6, "violation", how={"fills": heavy}),
        Plan(
            "paper_too_small",
            1,
            "violation",
            how={"fills": [(n * 20, 45, n % 2) for n in range(5)], "paper": ("长处方", 200, 0)},
        ),
        Plan("many_purchases", 2, "violation", how={"fills": [(n * 3, 4, n % 2) for n in range(7)]}),
        Plan("many_institutions", 2, "violation", how={"fills": [*spread, (0, 10, 3)]}),
        Plan("days_edge", 2, "violation", edge=True, how={"fills": [(0, 46, 0), (40, 45, 0), (89, 45, 0)]}),
        Plan("purchases_edge", 2, "violation", edge=True, how={"fills": [(n * 4, 5, 0) for n in range(5)]}),
        Plan("institutions_edge", 1, "violation", edge=True, how={"fills": spread}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("days_under", 2, edge=True, how={"fills": [(0, 45, 0), (40, 45, 0), (89, 45, 0)]}),
        Plan("beyond_window", 2, edge=True, how={"fills": [(0, 46, 0), (40, 45, 0), (90, 45, 0)]}),
        Plan("four_purchases", 2, edge=True, how={"fills": [(n * 6, 5, 0) for n in range(4)]}),
    ]


def plant_dispensing(book: Book, stage: Stage, plan: Plan) -> None:
    """One P1 case, begun on the first days of a month so that monthly counts are what they look like."""
    how = plan.how
    person = book.person(born=(1945, 1975))
    first = date(stage.day.year, 1 + stage.day.month % 8, 2)
    drug = how.get("drug", "lipid_drug")
    fills: list[Fill] = how["fills"]
    visits = []
    for place, (offset, days, where) in enumerate(fills):
        last = place == len(fills) - 1
        at = moment(first + timedelta(days=offset), 9 + where)
        line = Line(drug, at, days, days=days)
        bought = book.visit(
            person,
            stage.pharmacies[where % len(stage.pharmacies)],
            PHARMACY,
            at,
            at,
            [line],
            diagnosis=HYPERTENSION,
            account_only="acct_mulaid_pay" if last and how.get("family_last") else None,
        )
        if last and how.get("agent_last"):
            book.agent(bought, at)
        if last and how.get("refund_last"):
            book.refund(bought, at + timedelta(hours=2))
        visits.append(bought)
    if "paper" in how:
        kind, days, after = how["paper"]
        _paper(book, visits[0], drug, kind, days, first + timedelta(days=after))
    rows = [row for visit in visits for row in visit.rows]
    end = first + timedelta(days=fills[-1][0])
    book.truth(
        "excessive_dispensing",
        plan.label,
        plan.kind,
        person.certno,
        (first, end),
        rows,
        code=plan.code,
        strength="B",
        edge=plan.edge,
    )


def _paper(book: Book, visit: Visit, drug: str, kind: str, days: int, issued: date) -> None:
    book.add(
        "medins.long_prescription",
        rx_no=book.next_id("CF"),
        certno=visit.person.certno,
        generic_code=ITEMS[drug].code[:10],
        issued_on=issued,
        covers_days=days,
        kind=kind,
        fixmedins_code=visit.institution,
        chfpdr_name="门诊医师",
    )


def death_plans(each: int) -> list[Plan]:
    """The kinds of P4; ``after`` is the day of care counted from the day of death."""
    excused: dict[str, dict[str, Any]] = {
        "REFUNDED": {"after": 9, "refund": True},
        "DEATH_DAY_STAY": {"stay": 6, "after": 0, "settled_after": 20},
        "ACCOUNT_ONLY": {"after": 12, "account": "acct_pay"},
        "HEIR_REIMBURSEMENT": {"after": -3, "posted_after": 30, "manual": True},
        "NAME_MISMATCH": {"after": 15, "other_name": True},
        "DEATH_DATE_DISPUTED": {"after": 10, "second_proof": 25},
    }
    return [
        Plan("clinic", 6, "violation", how={"after": 15}),
        Plan("stay_goes_on", 4, "violation", how={"stay": 6, "after": 3}),
        Plan("long_after", 4, "violation", how={"after": 60}),
        Plan("edge", 2, "violation", edge=True, how={"after": 2}),
        Plan("register_only", 2, "violation", "REGISTER_ONLY", "B", how={"after": 20, "source": "户籍注销"}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("next_day", 4, edge=True, how={"after": 1}),
        Plan("day_of_death", 2, edge=True, how={"after": 0}),
    ]


def plant_death(book: Book, stage: Stage, plan: Plan) -> None:
    """One P4 case."""
    how = plan.how
    person = book.person(born=(1935, 1965))
    died = stage.day
    care = died + timedelta(days=how["after"])
    posted = died + timedelta(days=how["posted_after"]) if "posted_after" in how else care
    settled = moment(died + timedelta(days=how.get("settled_after", (posted - died).days)), 17)
    place = stage.hospitals[stage.day.day % len(stage.hospitals)]
    if "stay" in how:
        begin = care - timedelta(days=how["stay"])
        visit = book.visit(
            person, place, STAY, moment(begin), moment(care, 16), ward_days(begin, how["stay"] + 1), settled=settled
        )
    else:
        lines = [Line("visit", moment(posted, 10)), Line("heart_drug", moment(posted, 10, 30), 28, days=28)]
        visit = book.visit(
            person,
            place,
            CLINIC,
            moment(care, 10),
            moment(care, 11),
            lines,
            diagnosis=HYPERTENSION,
            settled=settled,
            account_only=how.get("account"),
            settlement_extra={"manl_reim_rea": "异地急诊"} if how.get("manual") else None,
        )
    if how.get("refund"):
        book.refund(visit, moment(care + timedelta(days=5)))
    rows = visit.rows + _died(book, person, died, how)
    span = (min(care, posted), max(posted, settled.date()))
    if "stay" in how and plan.label == "violation":
        span = (died + timedelta(days=2), care)
    book.truth(
        "settled_after_death",
        plan.label,
        plan.kind,
        person.certno,
        span,
        rows,
        code=plan.code,
        strength=plan.strength,
        edge=plan.edge,
    )


def _died(book: Book, person: Person, died: date, how: dict[str, Any]) -> list[RowKey]:
    name = book.person().name + "华" if how.get("other_name") else person.name
    proofs = [(how.get("source", "死亡证明"), died)]
    if "second_proof" in how:
        proofs.append(("火化", died + timedelta(days=how["second_proof"])))
    for source, day in proofs:
        book.add(
            "person.death",
            id_number=person.certno,
            name=name,
            death_date=day,
            source_kind=source,
            certificate_no=book.next_id("SW"),
        )
    return [("person.death", {"id_number": person.certno, "source_kind": source}) for source, _ in proofs]


def mismatch_plans(each: int) -> list[Plan]:
    """The kinds of P5."""
    excused: dict[str, dict[str, Any]] = {
        "REVERSED": {"gender": "1", "item": "hysterogram", "reverse": True},
        "NEWBORN": {"gender": "1", "item": "womb_pill", "visit": {"nwb_flag": "1"}},
        "REGISTERED_SEX_WRONG": {"gender": "2", "item": "hysterogram", "registered": "1"},
        "BOTH_SEXES": {"gender": "1", "item": "breast", "diagnosis": ("N62.x00", "男性乳房发育")},
        "AGE_COUNTING": {"item": "adult_drug", "turns": 18, "birthday": 6},
    }
    return [
        Plan("man_with_womb_item", 6, "violation", how={"gender": "1", "item": "hysterogram"}),
        Plan("man_with_pill", 2, "violation", how={"gender": "1", "item": "womb_pill"}),
        Plan("woman_with_prostate", 4, "violation", how={"gender": "2", "item": "prostate"}),
        Plan("woman_with_cancer_drug", 1, "violation", how={"gender": "2", "item": "prostate_cancer_drug"}),
        Plan("adult_with_syrup", 3, "violation", how={"item": "child_syrup"}),
        Plan("age_edge", 2, "violation", edge=True, how={"item": "child_syrup", "turns": 15, "birthday": 0}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("of_age", 2, edge=True, how={"item": "adult_drug", "turns": 18, "birthday": 0}),
        Plan("child", 2, how={"item": "child_syrup", "turns": 9, "birthday": 0}),
    ]


def plant_mismatch(book: Book, stage: Stage, plan: Plan) -> None:
    """One P5 case; ``turns`` and ``birthday`` put the visit on the birthday or so many days before it."""
    how = plan.how
    year = stage.day.year
    turns = how.get("turns")
    born = (year - turns, year - turns) if turns else (1945, 1990)
    person = book.person(how.get("gender"), born)
    while turns and person.birth.month <= 2:  # a visit before the birthday stays in the year; no 29 February
        person = book.person(how.get("gender"), born)
    day = stage.day
    if turns:
        day = person.birth.replace(year=year) - timedelta(days=how["birthday"])
    if how.get("registered"):
        person = Person(person.certno, person.name, how["registered"], person.birth, person.phone, person.region)
    line = Line(how["item"], moment(day, 10), 1, days=3, reversed_count=1 if how.get("reverse") else 0)
    visit = book.visit(
        person,
        stage.hospitals[day.day % len(stage.hospitals)],
        CLINIC,
        moment(day, 9),
        moment(day, 11),
        [Line("visit", moment(day, 9)), line],
        diagnosis=how.get("diagnosis", ("R10.400", "腹痛")),
        visit_extra=how.get("visit"),
    )
    book.truth(
        "sex_age_mismatch",
        plan.label,
        plan.kind,
        person.certno,
        (day, day),
        visit.rows,
        code=plan.code,
        strength="B",
        edge=plan.edge,
    )
