"""Planted cases of the rules about where a person was: overlapping visits (P6) and care in custody (P7).

Belongs here: what such a violation and each of its innocent look-alikes consist of. Every case has a person of its own.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from xiansuo.synth.medins.book import CLINIC, EMERGENCY, PHARMACY, STAY, Book, Line, moment, ward_days
from xiansuo.synth.medins.catalog import custodial_code
from xiansuo.synth.medins.patients import HYPERTENSION, Stage
from xiansuo.synth.medins.stays import Plan


def overlap_plans(each: int) -> list[Plan]:
    """The kinds of P6; ``on`` is the day of care elsewhere counted from admission, out of a stay of ten days."""
    excused: dict[str, dict[str, Any]] = {
        "REFUNDED": {"refund": True},
        "EMERGENCY_BEFORE_STAY": {"on": 0, "kind": EMERGENCY},
        "LATE_POSTING": {"posted": 12},
        "REFERRAL": {"permit": "转诊"},
        "DIALYSIS_ELSEWHERE": {"permit": "外送透析", "item": "dialysis"},
        "OUTSIDE_CARE": {"permit": "外送检查", "item": "ct"},
        "AGENT_PICKUP": {"agent": True, "kind": PHARMACY},
    }
    return [
        Plan("clinic", 6, "violation"),
        Plan("pharmacy", 3, "violation", how={"kind": PHARMACY}),
        Plan("second_stay", 3, "violation", how={"kind": STAY}),
        Plan("edge_after", 1, "violation", edge=True, how={"on": 1}),
        Plan("edge_before", 1, "violation", edge=True, how={"on": 9}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("day_of_admission", 2, edge=True, how={"on": 0}),
        Plan("day_of_discharge", 2, edge=True, how={"on": 10}),
    ]


def plant_overlap(book: Book, stage: Stage, plan: Plan) -> None:
    """One P6 case."""
    how = plan.how
    person = book.person()
    begin = stage.day
    end = begin + timedelta(days=10)
    home, other = (
        stage.hospitals[begin.day % len(stage.hospitals)],
        stage.hospitals[(begin.day + 3) % len(stage.hospitals)],
    )
    stay = book.visit(person, home, STAY, moment(begin), moment(end, 15), ward_days(begin, 10))
    on = begin + timedelta(days=how.get("on", 4))
    kind = how.get("kind", CLINIC)
    if kind == STAY:
        until = on + timedelta(days=3)
        elsewhere = book.visit(
            person,
            other,
            STAY,
            moment(on),
            moment(until),
            ward_days(on, 3),
            diagnosis=("K80.100", "胆囊结石伴胆囊炎"),
            dept="A04",
        )
    else:
        until = on
        real = on + timedelta(days=how["posted"]) if "posted" in how else on
        line = Line(how.get("item", "pressure_drug"), moment(on, 14), 7 if "item" not in how else 1, days=7)
        elsewhere = book.visit(
            person,
            stage.pharmacies[0] if kind == PHARMACY else other,
            kind,
            moment(real, 8),
            moment(real, 9),
            [line],
            diagnosis=HYPERTENSION,
            posted=(on, on),
            settled=moment(max(on, real), 17),
        )
    if how.get("refund"):
        book.refund(elsewhere, moment(until + timedelta(days=9)))
    if "permit" in how:
        book.referral(elsewhere, how["permit"], on, on, stay)
    if how.get("agent"):
        book.agent(elsewhere, moment(on, 14))
    book.truth(
        "overlapping_visits",
        plan.label,
        plan.kind,
        person.certno,
        (on, until),
        stay.rows + elsewhere.rows,
        code=plan.code,
        edge=plan.edge,
    )


def custody_plans(each: int) -> list[Plan]:
    """The kinds of P7; ``on`` is the day of care counted from entry, out of a custody of sixty days."""
    excused: dict[str, dict[str, Any]] = {
        "REVERSED": {"refund": True},
        "LATE_POSTING": {"real": -4},
        "CUSTODIAL_HOSPITAL": {"custodial": True},
        "ESCORTED": {"permit": True},
        "AGENT_PICKUP": {"agent": True},
    }
    return [
        Plan("clinic", 8, "violation"),
        Plan("serving", 3, "violation", how={"custody": "服刑"}),
        Plan("still_inside", 2, "violation", how={"open": True}),
        Plan("edge_after_entry", 1, "violation", edge=True, how={"on": 1}),
        Plan("edge_before_exit", 1, "violation", edge=True, how={"on": 59}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("day_of_entry", 3, edge=True, how={"on": 0}),
        Plan("day_of_exit", 3, edge=True, how={"on": 60}),
        Plan("account_only", 2, how={"account": True}),
    ]


def plant_custody(book: Book, stage: Stage, plan: Plan) -> None:
    """One P7 case."""
    how = plan.how
    person = book.person("1", (1960, 2000))
    entry = stage.day
    on = entry + timedelta(days=how.get("on", 20))
    real = entry + timedelta(days=how["real"]) if "real" in how else on
    place = custodial_code() if how.get("custodial") else stage.hospitals[on.day % len(stage.hospitals)]
    visit = book.visit(
        person,
        place,
        CLINIC,
        moment(real, 9),
        moment(real, 10),
        [Line("visit", moment(on, 9)), Line("sugar_drug", moment(on, 9, 30), 28, days=28)],
        diagnosis=HYPERTENSION,
        posted=(on, on),
        account_only="acct_pay" if how.get("account") else None,
    )
    number = book.next_id("ZY")
    book.add(
        "person.custody",
        custody_id=number,
        id_number=person.certno,
        name=person.name,
        place_name="市看守所",
        place_code="330100111",
        custody_kind=how.get("custody", "刑事拘留"),
        entry_date=entry,
        exit_date=None if how.get("open") else entry + timedelta(days=60),
    )
    if how.get("refund"):
        book.refund(visit, moment(on + timedelta(days=4)))
    if how.get("permit"):
        book.referral(visit, "出所就医", on, on)
    if how.get("agent"):
        book.agent(visit, moment(on, 9))
    book.truth(
        "treated_in_custody",
        plan.label,
        plan.kind,
        person.certno,
        (on, on),
        [*visit.rows, ("person.custody", {"custody_id": number})],
        code=plan.code,
        strength=plan.strength,
        edge=plan.edge,
    )
