"""Planted cases of items that cannot have been given (M10): absent staff, overrun devices, missing reports.

Belongs here: what such a violation and each of its innocent look-alikes consist of. Every case has a doctor, a device
or a report series of its own, valid for its 25 days.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from xiansuo.synth.medins import short
from xiansuo.synth.medins.book import Book, Line, Visit, moment
from xiansuo.synth.medins.catalog import Item
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.medins.townships import Places
from xiansuo.synth.truth import RowKey

RULE = "fabricated_service"
NEEDLE = Item("004300000020000", "普通针刺", "05", 4_500)
OXYGEN_ROOM = Item("003109050100000", "高压氧舱治疗", "05", 9_000)
ALLERGY = Item("002505020310000", "过敏原特异性抗体测定", "04", 12_000)
STAY_DAYS, CARE_DAY = 12, 8
LEAVE_FROM, LEAVE_TO = 6, 14
USE_MINUTES, OPEN_MINUTES = 60, 480
USES_A_DAY = OPEN_MINUTES // USE_MINUTES


def plans(each: int) -> list[Plan]:
    """The kinds of M10; ``why`` is the reason the doctor cannot have been there."""
    leave: dict[str, Any] = {"why": "外派"}
    over: dict[str, Any] = {"uses": USES_A_DAY + 3}
    excused: dict[str, dict[str, Any]] = {
        "REVERSED": {**leave, "reverse": True},
        "LATE_POSTING": {**leave, "days": LEAVE_FROM - 1},
        "STANDING_ORDER": {**leave, "standing": True},
        "LEAVE_CANCELLED": {**leave, "cancelled": LEAVE_FROM + 1},
        "NAME_MISMATCH": {"why": "死亡", "other_name": True},
        "LICENCE_RENEWING": {"why": "过期", "renewed": CARE_DAY + 12},
        "BORROWED_DEVICE": {**over, "device": "租借"},
        "EXTENDED_HOURS": {**over, "device": "延时开放"},
        "OUTSIDE_LAB": {"report": True, "sent_out": True},
        "SYSTEM_OUTAGE": {"report": True, "outage": True},
    }
    return [
        Plan("on_leave", 4, "violation", how=leave),
        Plan("suspended", 1, "violation", how={"why": "停职"}),
        Plan("doctor_dead", 3, "violation", how={"why": "死亡"}),
        Plan("licence_expired", 3, "violation", how={"why": "过期"}),
        Plan("over_capacity", 3, "violation", how=over),
        Plan("no_report", 3, "violation", how={"report": True}),
        Plan("last_day_of_leave", 1, "violation", edge=True, how={**leave, "care": LEAVE_TO, "days": LEAVE_TO + 1}),
        Plan("one_use_more", 1, "violation", edge=True, how={"uses": USES_A_DAY + 1}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("day_after_leave", 2, edge=True, how={**leave, "care": LEAVE_TO + 1, "days": LEAVE_TO + 2}),
        Plan("full_use", 2, edge=True, how={"uses": USES_A_DAY}),
        Plan("reported", 2, how={"report": True, "reported": True}),
    ]


def plant(book: Book, places: Places, plan: Plan) -> None:
    """One M10 case."""
    how = plan.how
    hospital, day = places.take("high")
    on = day + timedelta(days=how.get("care", CARE_DAY))
    if "why" in how:
        rows = _absent(book, hospital, day, on, how)
    elif "uses" in how:
        rows = _overrun(book, hospital, day, on, how)
    else:
        rows = _unreported(book, hospital, day, on, how)
    book.truth(RULE, plan.label, plan.kind, hospital, (on, on), rows, code=plan.code, edge=plan.edge)


def _absent(book: Book, hospital: str, day: date, on: date, how: dict[str, Any]) -> list[RowKey]:
    doctor, staff_code = book.person(born=(1962, 1995)), book.next_id("D3301")
    signed = {"bilg_dr_code": staff_code, "bilg_dr_name": doctor.name, "rx_drord_no": book.next_id("YZ")}
    lines = [Line(NEEDLE, moment(on, 10), 1, extra=signed, reversed_count=1 if how.get("reverse") else 0)]
    if how.get("standing"):
        lines.append(Line(NEEDLE, moment(day + timedelta(days=LEAVE_FROM - 1), 10), 1, extra=signed))
    visit = short.stay(book, hospital, day, how.get("days", STAY_DAYS), lines, diagnosis=("I69.300", "脑梗死后遗症"))
    licence = book.next_id("YS")
    expires = day + timedelta(days=LEAVE_FROM) if how["why"] == "过期" else None
    common = {"staff_code": staff_code, "staff_name": doctor.name, "id_no": doctor.certno, "fixmedins_code": hospital}
    book.add("medins.staff", **common, licence_no=licence, licence_from=date(2020, 1, 1), licence_to=expires)
    rows: list[RowKey] = [*visit.rows, ("medins.staff", {"staff_code": staff_code, "licence_no": licence})]
    if "renewed" in how:
        since = day + timedelta(days=how["renewed"])
        book.add("medins.staff", **common, licence_no=book.next_id("YS"), licence_from=since, licence_to=None)
    if how["why"] == "死亡":
        proof: dict[str, Any] = {"id_number": doctor.certno, "source_kind": "死亡证明"}
        name = book.person().name + "华" if how.get("other_name") else doctor.name
        died, number = day + timedelta(days=LEAVE_FROM), book.next_id("SW")
        book.add("person.death", **proof, name=name, death_date=died, certificate_no=number)
        rows.append(("person.death", proof))
    elif how["why"] != "过期":
        rows.append(_leave(book, staff_code, day, how))
    return rows


def _leave(book: Book, staff_code: str, day: date, how: dict[str, Any]) -> RowKey:
    number = book.next_id("LG")
    book.add(
        "medins.staff_leave",
        leave_no=number,
        staff_code=staff_code,
        kind=how["why"],
        leave_from=day + timedelta(days=LEAVE_FROM),
        leave_to=day + timedelta(days=LEAVE_TO),
        cancelled_on=day + timedelta(days=how["cancelled"]) if "cancelled" in how else None,
        place="对口支援" if how["why"] == "外派" else None,
    )
    return "medins.staff_leave", {"leave_no": number}


def _overrun(book: Book, hospital: str, day: date, on: date, how: dict[str, Any]) -> list[RowKey]:
    shares = (how["uses"] // 2, how["uses"] - how["uses"] // 2)
    visits = [short.stay(book, hospital, day, 10, [Line(OXYGEN_ROOM, moment(on, 8), count)]) for count in shares]
    rows: list[RowKey] = [row for visit in visits for row in visit.rows]
    for kind in ("自有", how["device"]) if "device" in how else ("自有",):
        number = book.next_id("SB")
        book.add(
            "medins.device",
            device_no=number,
            fixmedins_code=hospital,
            item_code=OXYGEN_ROOM.code[:12],
            device_name="单人高压氧舱",
            kind=kind,
            device_cnt=1,
            use_minutes=USE_MINUTES,
            open_minutes=OPEN_MINUTES if kind == "自有" else OPEN_MINUTES // 2,
            valid_from=day - timedelta(days=2),
            valid_to=day + timedelta(days=24),
            document_no=f"设备〔{day.year}〕{number[-4:]}号",
        )
        rows.append(("medins.device", {"device_no": number}))
    return rows


def _unreported(book: Book, hospital: str, day: date, on: date, how: dict[str, Any]) -> list[RowKey]:
    line = Line(ALLERGY, moment(on, 9), 1, sent_out=how.get("sent_out", False))
    visit = short.stay(book, hospital, day, 10, [line], diagnosis=("J45.900", "哮喘"))
    other = short.clinic(book, hospital, on, [Line(ALLERGY, moment(on, 9, 30), 1)], diagnosis=("L50.900", "荨麻疹"))
    rows = [*visit.rows, *other.rows, _report(book, other, on)]
    if how.get("reported"):
        rows.append(_report(book, visit, on))
    if how.get("outage"):
        number = book.next_id("TY")
        book.add(
            "medins.system_outage",
            outage_no=number,
            fixmedins_code=hospital,
            date_from=on - timedelta(days=1),
            date_to=on + timedelta(days=1),
            document_no=f"信息报备{number[-4:]}号",
        )
        rows.append(("medins.system_outage", {"outage_no": number}))
    return rows


def _report(book: Book, visit: Visit, on: date) -> RowKey:
    number = book.next_id("BG")
    book.add(
        "medins.lab_result",
        report_no=number,
        fixmedins_code=visit.institution,
        mdtrt_id=visit.mdtrt_id,
        item_code=ALLERGY.code,
        body_part=None,
        report_time=moment(on + timedelta(days=1), 16),
    )
    return "medins.lab_result", {"report_no": number}
