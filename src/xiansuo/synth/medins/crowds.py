"""Planted cases of the rules about crowds: villages admitted together (M12), cards swiped in a row (M13) and
week by week in the same company (M13G).

Belongs here: what such a violation and each of its innocent look-alikes consist of. No two cases share both the
institution and the days.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from xiansuo.synth.medins.benefits import QUIET, insure
from xiansuo.synth.medins.book import CLINIC, PHARMACY, STAY, Book, Line, moment, ward_days
from xiansuo.synth.medins.patients import Stage
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.truth import RowKey

BRONCHITIS, GASTRITIS = ("J40.x00", "支气管炎"), ("K29.500", "慢性胃炎")
TESTS = ("blood_count", "liver", "ecg", "oxygen", "infusion")


def crowd_plans(each: int) -> list[Plan]:
    """The kinds of M12; ``on`` are the days of admission after the first, one for each person."""
    together = (0, 0, 0, 0, 0)
    excused: dict[str, dict[str, Any]] = {
        "REFUNDED": {"refund_last": True},
        "OUTBREAK": {"event": "突发公共卫生事件"},
        "PUBLIC_PROGRAMME": {"event": "政府救治项目"},
        "OPERATED": {"operated": True},
    }
    return [
        Plan("village", 5, "violation", strength="B", how={"on": together, "fetched": True}),
        Plan("employer", 3, "violation", strength="B", how={"on": together, "kind": "单位"}),
        Plan("three_days", 2, "violation", strength="B", edge=True, how={"on": (0, 0, 1, 1, 2)}),
        Plan("care_home", 2, "violation", "CARE_HOME", "C", how={"on": together, "kind": "养老机构"}),
        *[Plan(code.lower(), each, code=code, how={"on": together, **how}) for code, how in excused.items()],
        Plan("four_persons", 3, edge=True, how={"on": (0, 0, 0, 0)}),
        Plan("too_wide", 3, edge=True, how={"on": (0, 0, 1, 1, 3)}),
        Plan("several_diseases", 3, how={"on": together, "mixed": True}),
    ]


def plant_crowd(book: Book, stage: Stage, plan: Plan) -> None:
    """One M12 case."""
    how = plan.how
    number = sum(1 for case in book.cases if case.rule_id == "induced_admission")
    hospital = stage.hospitals[number % len(stage.hospitals)]
    first = date(stage.day.year, 2, 3) + timedelta(days=number // len(stage.hospitals) * 21)
    serial = book.next_id("CW")
    unit = (serial, f"第{serial[-5:]}行政村", how.get("kind", "村"))
    days = [first + timedelta(days=offset) for offset in how["on"]]
    rows: list[RowKey] = []
    for place, day in enumerate(days):
        rows += _villager(book, hospital, day, unit, place, place == len(days) - 1, how)
    if "event" in how:
        key = {"event_id": book.next_id("SJ")}
        book.add(
            "medins.group_event",
            **key,
            unit_code=unit[0],
            kind=how["event"],
            diag_prefix=BRONCHITIS[0][:3],
            date_from=first - timedelta(days=2),
            date_to=first + timedelta(days=10),
            document_no=f"杭卫发〔{first.year}〕{number + 1}号",
            issued_by="市卫生健康委员会",
        )
        rows.append(("medins.group_event", key))
    book.truth(
        "induced_admission",
        plan.label,
        plan.kind,
        hospital,
        (days[0], days[-1]),
        rows,
        code=plan.code,
        strength=plan.strength,
        edge=plan.edge,
    )


def _villager(
    book: Book, hospital: str, day: date, unit: tuple[str, str, str], place: int, last: bool, how: dict[str, Any]
) -> list[RowKey]:
    person = book.person()
    insure(book, person, unit, relief=("低保", "无", "特困")[place % 3])
    lines = [*ward_days(day, 2, skip=QUIET), Line(TESTS[place % len(TESTS)], moment(day, 15))]
    stay = book.visit(
        person,
        hospital,
        STAY,
        moment(day),
        moment(day + timedelta(days=2), 10),
        lines,
        diagnosis=GASTRITIS if how.get("mixed") and place % 2 else BRONCHITIS,
    )
    rows = [*stay.rows, ("medins.insured_unit", {"certno": person.certno})]
    if how.get("refund_last") and last:
        book.refund(stay, moment(day + timedelta(days=9)))
    if how.get("operated"):
        book.operation(stay, day + timedelta(days=1), "无")
    if how.get("fetched"):
        book.add(
            "medins.patient_transport",
            mdtrt_id=stay.mdtrt_id,
            kind="院方接送",
            plate_no=f"浙A{hospital[-3:]}Q{place}",
            arrived_at=moment(day, 8, 40),
        )
        rows.append(("medins.patient_transport", {"mdtrt_id": stay.mdtrt_id}))
    return rows


def swipe_plans(each: int) -> list[Plan]:
    """The kinds of M13; ``at`` are the minutes after ten, one for each card."""
    burst = (0, 2, 3, 5, 8)
    excused: dict[str, dict[str, Any]] = {
        "REFUNDED": {"refund_last": True},
        "OFFLINE_UPLOAD": {"offline": True},
        "SHARED_GATEWAY": {"terminal": "多窗口前置机"},
        "OUTREACH": {"outreach": True},
        "AGENT_PICKUP": {"agent": True},
    }
    return [
        Plan("burst", 6, "violation", strength="B", how={"at": burst}),
        Plan("many_cards", 2, "violation", strength="B", how={"at": (0, 1, 2, 3, 4, 5, 6, 7)}),
        Plan("in_turn", 2, "violation", strength="B", how={"at": (0, 1, 2, 3, 4), "terminal": "单窗口"}),
        Plan("ten_minutes", 2, "violation", strength="B", edge=True, how={"at": (0, 2, 3, 5, 10)}),
        *[Plan(code.lower(), each, code=code, how={"at": burst, **how}) for code, how in excused.items()],
        Plan("four_cards", 3, edge=True, how={"at": (0, 1, 2, 3)}),
        Plan("eleven_minutes", 3, edge=True, how={"at": (0, 2, 3, 5, 11)}),
    ]


def plant_swipes(book: Book, stage: Stage, plan: Plan) -> None:
    """One M13 case. The cards are lent: the next cases take them again, at another shop on another day."""
    how = plan.how
    number = sum(1 for case in book.cases if case.rule_id == "rapid_swipes")
    shop = stage.pharmacies[number % len(stage.pharmacies)]
    day = date(stage.day.year, 2, 5) + timedelta(days=number // len(stage.pharmacies) * 9)
    terminal = book.next_id("ZD")
    people = [book.person() for _ in how["at"]]
    rows: list[RowKey] = []
    for place, minute in enumerate(how["at"]):
        at = moment(day, 10, minute)
        line = Line("oral_drug", at, 6, days=3)
        visit = book.visit(people[place], shop, PHARMACY, at, at, [line], diagnosis=GASTRITIS)
        last = place == len(people) - 1
        book.add(
            "medins.terminal_swipe",
            setl_id=visit.setl_id,
            terminal_id=terminal,
            fixmedins_code=shop,
            certno=people[place].certno,
            swipe_time=at,
            auth_kind="实体卡",
            offline_flag="1" if how.get("offline") and last else "0",
        )
        rows += [*visit.rows, ("medins.terminal_swipe", {"setl_id": visit.setl_id})]
        if how.get("refund_last") and last:
            book.refund(visit, moment(day, 18))
        if how.get("agent") and last:
            book.agent(visit, at)
    book.queue.extend(people)
    rows += _terminal_papers(book, terminal, shop, day, how)
    book.truth(
        "rapid_swipes",
        plan.label,
        plan.kind,
        shop,
        (day, day),
        rows,
        code=plan.code,
        strength="B",
        edge=plan.edge,
    )


def _terminal_papers(book: Book, terminal: str, shop: str, day: date, how: dict[str, Any]) -> list[RowKey]:
    kind = how.get("terminal", "单窗口")
    windows = 1 if kind == "单窗口" else 6
    book.add("medins.terminal", terminal_id=terminal, fixmedins_code=shop, kind=kind, window_cnt=windows)
    rows: list[RowKey] = [("medins.terminal", {"terminal_id": terminal})]
    if how.get("outreach"):
        number = book.next_id("YZ")
        book.add(
            "medins.outreach",
            outreach_id=number,
            terminal_id=terminal,
            kind="义诊下乡",
            date_from=day,
            date_to=day,
            document_no=f"备〔{day.year}〕{number[-4:]}号",
        )
        rows.append(("medins.outreach", {"outreach_id": number}))
    return rows


def group_plans(each: int) -> list[Plan]:
    """The kinds of M13G; ``at`` are the minutes after ten of each card, ``weeks`` on how many days they come."""
    trio = (0, 3, 6)
    excused: dict[str, dict[str, Any]] = {
        "REFUNDED": {"refund_week": 2},
        "FAMILY": {"family": True},
        "FIXED_TREATMENT": {"diagnosis": ("N18.000", "慢性肾脏病5期")},
        "AGENT_PICKUP": {"agent": True},
    }
    return [
        Plan("trio", 6, "violation", strength="B", how={"at": trio}),
        Plan("four_cards", 3, "violation", strength="B", how={"at": (0, 2, 4, 6)}),
        Plan("four_weeks", 1, "violation", strength="B", how={"at": trio, "weeks": 4}),
        Plan("ten_minutes", 2, "violation", strength="B", edge=True, how={"at": (0, 3, 10)}),
        *[Plan(code.lower(), each, code=code, how={"at": trio, **how}) for code, how in excused.items()],
        Plan("two_days", 3, edge=True, how={"at": trio, "weeks": 2}),
        Plan("two_cards", 3, edge=True, how={"at": (0, 3)}),
        Plan("eleven_minutes", 3, edge=True, how={"at": (0, 3, 11)}),
    ]


def plant_group(book: Book, stage: Stage, plan: Plan) -> None:
    """One M13G case, weekly at one hospital; the cards are lent as those of M13."""
    how = plan.how
    number = sum(1 for case in book.cases if case.rule_id == "card_group")
    hospital = stage.hospitals[number % len(stage.hospitals)]
    first = date(stage.day.year, 2, 10) + timedelta(days=number // len(stage.hospitals) * 40)
    days = [first + timedelta(weeks=week) for week in range(how.get("weeks", 3))]
    people = [book.person() for _ in how["at"]]
    rows: list[RowKey] = []
    for week, day in enumerate(days):
        for place, minute in enumerate(how["at"]):
            at = moment(day, 10, minute)
            diagnosis = how.get("diagnosis", GASTRITIS)
            visit = book.visit(people[place], hospital, CLINIC, at, at, [Line("visit", at)], diagnosis=diagnosis)
            swipe = {"setl_id": visit.setl_id, "terminal_id": hospital + "-2", "fixmedins_code": hospital}
            book.add("medins.terminal_swipe", **swipe, certno=people[place].certno, swipe_time=at, offline_flag="0")
            rows += [*visit.rows, ("medins.terminal_swipe", {"setl_id": visit.setl_id})]
            if how.get("refund_week") == week:
                book.refund(visit, moment(day, 18))
            if how.get("agent") and place == 0:
                book.agent(visit, at)
    if how.get("family"):
        rows += _family(book, [person.certno for person in people])
    book.queue.extend(people)
    span = (days[0], days[-1])
    book.truth("card_group", plan.label, plan.kind, hospital, span, rows, code=plan.code, strength="B", edge=plan.edge)


def _family(book: Book, cards: list[str]) -> list[RowKey]:
    group = book.next_id("GJ")
    rows: list[RowKey] = []
    for card in cards:
        key = {"group_id": group, "certno": card}
        book.add("medins.family_group", **key, relation="家庭成员", bound_on=date(2023, 3, 1))
        rows.append(("medins.family_group", key))
    return rows
