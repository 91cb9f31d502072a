"""What else goes wrong after a non-prosecution: property kept, the dead and the time-barred, wrong agencies (R5 to R7).

``organs`` is the directory of agencies that the addressees come from.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from xiansuo.synth.link.book import OFFICES, Book, Party, office
from xiansuo.synth.link.opinions import END, MODEL, THEFT, appeal, decision, died, opinion, registered_on
from xiansuo.synth.link.penalties import Scaled
from xiansuo.synth.truth import RowKey
from xiansuo.synth.world import CITY_CODE, COUNTIES

CITY_ORGANS = ("公安", "生态环境")


def plant(book: Book, scaled: Scaled) -> None:
    """R5, R6 and R7: violations and look-alikes."""
    _organs(book)
    for serial in range(scaled(14)):
        _kept(book, serial)
        _barred(book, serial)
        _misdirected(book, serial)
    for serial in range(scaled(7)):
        for code in ("KEPT_FOR_OTHER_CASE", "SUSPENDED", "OWNER_SOUGHT", "HOLIDAY_ROLL", None):
            _kept_lookalike(book, serial, code)
        for code in ("WITHDRAWN", "NAME_DIFFERS", "DISCOVERED_EARLIER", None):
            _barred_lookalike(book, serial, code)
        for code in ("WITHDRAWN", "DESIGNATED", "POWER_TRANSFERRED", None):
            _misdirected_lookalike(book, serial, code)


def _days(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _organs(book: Book) -> None:
    """Every county has every kind of agency; police and environment have one for the city, too."""
    places = [(kind, "县", region) for region in COUNTIES for kind in OFFICES]
    places += [(kind, "市", CITY_CODE) for kind in CITY_ORGANS]
    for kind, level, region in places:
        row = {"org_code": f"{region}{kind}", "org_name": office(kind, region), "org_kind": kind}
        book.add("admin.organ", row | {"level": level, "region_code": region})


def _property(book: Book, about: RowKey, decided: date, **changes: Any) -> RowKey:
    row = {
        "np_no": about[1]["np_no"],
        "description": ("电动自行车", "手机", "现金", "笔记本电脑")[book.draw(0, 3)],
        "value_yuan": book.draw(5, 120) * 100,
        "seized_date": decided - timedelta(days=80),
    } | changes
    return book.document("justice.seized_property", "杭检物", **row)


def _kept(book: Book, serial: int) -> None:
    party, registered = book.adult(), registered_on(serial)
    about, decided = decision(book, party, registered), _days(registered, -1)
    edge, last, changes = serial % 7 == 0, END, {}
    if edge or serial % 2:
        last = _days(decided, 31 if edge else book.draw(45, 90))
        changes = {"disposition": "返还", "disposed_date": last}
    rows = [about, opinion(book, about, party, registered), _property(book, about, decided, **changes)]
    kind = "returned_a_day_late" if edge else "kept"
    book.truth("property_not_disposed", party, (decided, last), kind, rows, edge=edge, model=MODEL)


def _kept_lookalike(book: Book, serial: int, code: str | None) -> None:
    party, registered = book.adult(), registered_on(serial)
    decided, last = _days(registered, -1), END
    changes: dict[str, Any] = {}
    if code == "HOLIDAY_ROLL":
        registered, decided = _days(registered, 7), _days(registered, 3)
        last = _days(decided, 31)
    if code is None:
        last = _days(decided, 30)
    if last != END:
        changes = {"disposition": "返还", "disposed_date": last}
    about = decision(book, party, registered, decision_date=decided)
    rows = [about, opinion(book, about, party, registered)]
    if code == "KEPT_FOR_OTHER_CASE":
        changes["kept_for_case_no"] = f"杭检刑诉〔2025〕{serial + 1}号"
    elif code == "SUSPENDED":
        rows.append(appeal(book, about, _days(decided, 5)))
    elif code == "OWNER_SOUGHT":
        changes = {"claim_notice_no": f"招领〔2025〕{serial + 1}号", "claim_notice_to": date(2026, 3, 31)}
    rows.append(_property(book, about, decided, **changes))
    edge = last != END
    book.innocent("property_not_disposed", party, (decided, last), code, rows, edge=edge, model=MODEL)


def _months_after(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, min(day.day, 28))


def _old_theft(book: Book, party: Party, registered: date, over: int, **changes: Any) -> RowKey:
    """A theft found six months and ``over`` days after the act."""
    act = _days(registered, -300)
    act = act.replace(day=min(act.day, 28))
    found = _days(_months_after(act, 6), over)
    return decision(book, party, registered, charge=THEFT, act=act, discovered_date=found, **changes)


def _barred(book: Book, serial: int) -> None:
    party, registered = book.adult(), registered_on(serial)
    edge, sent = serial % 7 == 0, _days(registered, 2)
    if serial % 2:
        about = _old_theft(book, party, registered, 1 if edge else book.draw(2, 40))
        rows = [about]
    else:
        about = decision(book, party, registered)
        rows = [about, died(book, party, _days(sent, -1 if edge else -book.draw(2, 25)))]
    rows.append(opinion(book, about, party, registered))
    kind = "just_barred_or_just_dead" if edge else "barred_or_dead"
    book.truth("barred_or_deceased", party, (sent, sent), kind, rows, edge=edge, model=MODEL)


def _barred_lookalike(book: Book, serial: int, code: str | None) -> None:
    party, registered = book.adult(), registered_on(serial)
    sent = _days(registered, 2)
    changes: dict[str, Any] = {"withdrawn_date": _days(sent, 8)} if code == "WITHDRAWN" else {}
    if code == "DISCOVERED_EARLIER":
        reported = _days(registered, -280)
        paper = {"report_no": f"公受〔2024〕{serial + 1}号", "reported_date": reported}
        about = _old_theft(book, party, registered, 20, **paper)
        rows = [about]
    elif code == "NAME_DIFFERS":
        about = decision(book, party, registered)
        rows = [about, died(book, party, _days(sent, -20), "无名氏")]
    elif code == "WITHDRAWN" or serial % 2:
        about = _old_theft(book, party, registered, 20 if code else 0)
        rows = [about]
    else:
        about = decision(book, party, registered)
        rows = [about, died(book, party, sent)]
    rows.append(opinion(book, about, party, registered, **changes))
    book.innocent("barred_or_deceased", party, (sent, sent), code, rows, edge=code is None, model=MODEL)


def _neighbour(region: str) -> str:
    """The next county of the list."""
    counties = list(COUNTIES)
    return counties[(counties.index(region) + 1) % len(counties)]


def _enforcer(book: Book, party: Party, serial: int, first: date, last: date | None) -> tuple[str, list[RowKey]]:
    """An agency of its own with the powers of the police from ``first`` to ``last``."""
    code = f"{party.region}ZF{book.number('enforcer'):04d}"
    row = {"org_code": code, "org_name": f"{COUNTIES[party.region]}综合行政执法队{serial + 1}", "org_kind": "综合执法"}
    organ = book.add("admin.organ", row | {"level": "县", "region_code": party.region})
    power = {"org_code": code, "org_kind": "公安", "valid_from": first, "valid_to": last, "level": "县"}
    return code, [organ, book.add("admin.organ_power", power | {"basis_no": f"浙政函〔2024〕{serial + 1}号"})]


def _misdirected(book: Book, serial: int) -> None:
    party, registered = book.adult(), registered_on(serial)
    about, sent, edge = decision(book, party, registered), _days(registered, 2), serial % 7 == 0
    rows: list[RowKey] = [about]
    if edge:
        lapsed = serial % 2 == 0
        first, last = (_days(sent, -400), _days(sent, -1)) if lapsed else (_days(sent, 1), None)
        code, papers = _enforcer(book, party, serial, first, last)
        rows += papers
    else:
        wrong = (f"{party.region}市场监管", f"{_neighbour(party.region)}公安", f"{CITY_CODE}公安", "无此机关")
        code = wrong[serial % 4]
    rows.append(opinion(book, about, party, registered, to_org_code=code, to_org_name=f"受文机关{serial + 1}"))
    kind = "power_a_day_off" if edge else "wrong_agency"
    book.truth("wrong_agency", party, (sent, sent), kind, rows, edge=edge, model=MODEL)


def _misdirected_lookalike(book: Book, serial: int, code: str | None) -> None:
    party, registered = book.adult(), registered_on(serial)
    sent, edge = _days(registered, 2), code == "POWER_TRANSFERRED"
    changes: dict[str, Any] = {}
    rows: list[RowKey] = []
    if code == "WITHDRAWN":
        changes = {"to_org_code": f"{party.region}市场监管", "withdrawn_date": _days(sent, 3), "reply_date": None}
    elif code == "DESIGNATED":
        changes = {
            "to_org_code": f"{_neighbour(party.region)}公安",
            "designation_no": f"指定管辖〔2025〕{serial + 1}号",
        }
    elif code == "POWER_TRANSFERRED":
        changes["to_org_code"], rows = _enforcer(book, party, serial, sent, sent)
    elif serial % 2:
        changes["to_org_code"] = f"{CITY_CODE}生态环境"
    if code == "POWER_TRANSFERRED":
        changes["to_org_name"] = f"综合行政执法队{serial + 1}"
    charge = {"charge": "污染环境罪"} if code is None and serial % 2 else {}
    about = decision(book, party, registered, **charge)
    rows += [about, opinion(book, about, party, registered, **changes)]
    if code == "WITHDRAWN":
        rows.append(opinion(book, about, party, registered, sent_date=_days(sent, 4)))
    book.innocent("wrong_agency", party, (sent, sent), code, rows, edge=edge, model=MODEL)
