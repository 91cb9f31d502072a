"""Non-prosecutions and the opinions that follow them: not sent, not answered, answered with nothing (R1, R2, R3).

``decision``, ``opinion`` and ``fined`` make rows that keep every clock; ``aftermath`` uses them too.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xiansuo.synth.link.book import Book, Party, office, yuan
from xiansuo.synth.link.penalties import Scaled
from xiansuo.synth.truth import RowKey

MODEL = "reverse_link"
DRUNK, THEFT = "危险驾驶罪", "盗窃罪"
LOWEST_FINE = Decimal("1000.00")
END = date(2025, 12, 31)
# Tuesdays after which ten working days are two weeks, the reply falls due and property is due on working days.
REGISTERED = [date(2025, 3, 4), date(2025, 3, 11), date(2025, 5, 13), date(2025, 6, 10), date(2025, 7, 8)]
REGISTERED += [date(2025, 7, 15), date(2025, 8, 12)]
UNSENT = "NOT_THIS_KIND ALREADY_PENALISED TERMINATED DECEASED UNDER_AGE TIME_BARRED DETENTION_OFFSET SUSPENDED"
UNANSWERED = "WITHDRAWN EXTENDED PENALTY_CLOCK SUSPENDED HOLIDAY_ROLL"
UNFINED = "PENALISED_AS_OTHER_PARTY NO_PENALTY_DECISION RECONSIDERED MITIGATED"


def plant(book: Book, scaled: Scaled) -> None:
    """R1, R2 and R3: violations and look-alikes."""
    for serial in range(scaled(14)):
        _unsent(book, serial)
        _unanswered(book, serial)
        _unfined(book, serial)
    for serial in range(scaled(4)):
        for code in UNSENT.split():
            _unsent_lookalike(book, serial, code)
        _consulted(book, serial)
    for serial in range(scaled(6)):
        for code in UNANSWERED.split():
            _unanswered_lookalike(book, serial, code)
        for code in UNFINED.split():
            _unfined_lookalike(book, serial, code)
    for serial in range(scaled(8)):
        _in_time(book, serial)


def registered_on(serial: int) -> date:
    """The registration day of the story with that number."""
    return REGISTERED[serial % len(REGISTERED)]


def act_of(registered: date) -> date:
    """The day of the act of a decision registered on that day, unless its story says otherwise."""
    return registered - timedelta(days=90)


def decision(book: Book, party: Party, registered: date, **changes: Any) -> RowKey:
    """A discretionary non-prosecution for drunken driving, registered the day after it was made."""
    act = changes.pop("act", act_of(registered))
    row = {
        "np_no": f"杭检刑不诉〔2025〕{book.number('decision'):05d}号",
        "org_name": "杭州市人民检察院",
        "id_no": party.id,
        "name": party.name,
        "kind": "酌定不起诉",
        "charge": DRUNK,
        "act_from": act,
        "act_to": act,
        "discovered_date": act + timedelta(days=1),
        "decision_date": registered - timedelta(days=1),
        "registered_date": registered,
        "act_region": party.region,
    } | changes
    return book.add("justice.non_prosecution", row)


def opinion(book: Book, about: RowKey, party: Party, registered: date, **changes: Any) -> RowKey:
    """An opinion to the county police, sent in two days, signed for the next day, answered in time: no penalty."""
    sent = changes.pop("sent_date", registered + timedelta(days=2))
    signed = sent + timedelta(days=1)
    serial = book.number("opinion")
    row = {
        "doc_no": f"杭检行意〔2025〕{serial:05d}号",
        "np_no": about[1]["np_no"],
        "to_org_code": f"{party.region}公安",
        "to_org_name": office("公安", party.region),
        "sent_date": sent,
        "signed_date": signed,
        "reply_due": signed + timedelta(days=60),
        "reply_date": signed + timedelta(days=book.draw(20, 55)),
        "reply_no": f"杭公复〔2025〕{serial:05d}号",
        "reply_result": "不予处罚",
    } | changes
    if row["reply_date"] is None:
        row["reply_no"] = row["reply_result"] = None
    return book.add("justice.opinion", row)


def fined(book: Book, party: Party, act: date, fine: float | Decimal, **changes: Any) -> RowKey:
    """A fine by the traffic police for the same act."""
    more = {"decision_date": act + timedelta(days=100)} | changes
    return book.penalty(party, "饮酒后驾驶机动车", act, kind="公安", fine_yuan=yuan(fine), **more)


def appeal(book: Book, about: RowKey, filed: date, closed: date | None = None) -> RowKey:
    """An appeal against the decision."""
    row = {"np_no": about[1]["np_no"], "kind": "申诉", "filed_date": filed, "closed_date": closed}
    return book.document("justice.appeal", "杭检申", **row)


def died(book: Book, party: Party, day: date, name: str | None = None) -> RowKey:
    """A death certificate under the party's number."""
    number = f"SWL{book.number('death'):07d}"
    row = {"id_number": party.id, "name": name or party.name, "death_date": day}
    return book.add("person.death", row | {"source_kind": "死亡证明", "certificate_no": number})


def _closed(book: Book, about: RowKey, day: date) -> RowKey:
    row = {"np_no": about[1]["np_no"], "kind": "终结审查", "from_date": day, "reason": "情节轻微，已赔偿并取得谅解"}
    return book.document("justice.review_decision", "杭检终", **row)


def _unsent(book: Book, serial: int) -> None:
    party, registered = book.adult(), registered_on(serial)
    about = decision(book, party, registered)
    rows, last, edge = [about], END, serial % 7 == 0
    if edge or serial % 3 == 0:
        last = registered + timedelta(days=15 if edge else book.draw(25, 60))
        rows.append(opinion(book, about, party, registered, sent_date=last))
    kind = "eleventh_working_day" if edge else "late_or_never"
    book.truth("no_opinion_sent", party, (registered, last), kind, rows, edge=edge, model=MODEL)


def _unsent_changes(code: str, registered: date) -> dict[str, Any]:
    if code == "NOT_THIS_KIND":
        return {"kind": "存疑不起诉"}
    if code == "TIME_BARRED":
        act = registered - timedelta(days=300)
        return {"charge": THEFT, "act": act, "discovered_date": act + timedelta(days=200)}
    if code == "DETENTION_OFFSET":
        return {"charge": THEFT, "detained_days": 15}
    return {}


def _unsent_lookalike(book: Book, serial: int, code: str) -> None:
    party = book.child() if code == "UNDER_AGE" else book.adult()
    registered = registered_on(serial)
    about = decision(book, party, registered, **_unsent_changes(code, registered))
    rows = [about]
    if code == "ALREADY_PENALISED":
        act = act_of(registered)
        rows.append(fined(book, party, act, 1500, decision_date=act + timedelta(days=20)))
    elif code == "TERMINATED":
        rows.append(_closed(book, about, registered + timedelta(days=7)))
    elif code == "DECEASED":
        rows.append(died(book, party, registered + timedelta(days=5)))
    elif code == "SUSPENDED":
        rows.append(appeal(book, about, registered + timedelta(days=3)))
    book.innocent("no_opinion_sent", party, (registered, END), code, rows, model=MODEL)


def _consulted(book: Book, serial: int) -> None:
    party, registered = book.adult(), registered_on(serial)
    about = decision(book, party, registered)
    asked, answered = registered + timedelta(days=1), registered + timedelta(days=40)
    row = {"np_no": about[1]["np_no"], "kind": "异地征求意见", "from_date": asked, "to_date": answered}
    letter = book.document("justice.review_decision", "杭检征", **row)
    sent = registered + timedelta(days=46)
    rows = [about, letter, opinion(book, about, party, registered, sent_date=sent)]
    book.innocent("no_opinion_sent", party, (registered, sent), "CONSULTATION", rows, model=MODEL)


def _in_time(book: Book, serial: int) -> None:
    """Sent on the tenth working day; answered on the last day; fined exactly the lowest fine."""
    registered, more = registered_on(serial), {"model": MODEL, "edge": True}
    party = book.adult()
    about = decision(book, party, registered)
    sent = registered + timedelta(days=14)
    rows = [about, opinion(book, about, party, registered, sent_date=sent)]
    book.innocent("no_opinion_sent", party, (registered, sent), None, rows, **more)
    party = book.adult()
    about = decision(book, party, registered)
    due = registered + timedelta(days=63)
    rows = [about, opinion(book, about, party, registered, reply_date=due)]
    book.innocent("reply_overdue", party, (registered, due), None, rows, **more)
    party = book.adult()
    about = decision(book, party, registered)
    replied = registered + timedelta(days=40)
    rows = [about, opinion(book, about, party, registered, reply_date=replied, reply_result="已处罚")]
    rows.append(fined(book, party, act_of(registered), LOWEST_FINE))
    book.innocent("reply_without_penalty", party, (replied, replied), None, rows, **more)


def _unanswered(book: Book, serial: int) -> None:
    party, registered = book.adult(), registered_on(serial)
    about = decision(book, party, registered)
    due, edge = registered + timedelta(days=63), serial % 7 == 0
    late = due + timedelta(days=1 if edge else book.draw(10, 40)) if edge or serial % 3 else None
    rows = [about, opinion(book, about, party, registered, reply_date=late)]
    kind = "answered_a_day_late" if edge else "late_or_never"
    book.truth("reply_overdue", party, (due, late or END), kind, rows, edge=edge, model=MODEL)


def _unanswered_lookalike(book: Book, serial: int, code: str) -> None:
    party, registered = book.adult(), registered_on(serial)
    about = decision(book, party, registered)
    due = registered + timedelta(days=63)
    changes: dict[str, Any] = {"reply_date": None}
    rows = [about]
    if code == "WITHDRAWN":
        changes["withdrawn_date"] = due - timedelta(days=5)
        rows.append(_closed(book, about, due - timedelta(days=6)))
    elif code == "EXTENDED":
        changes = {"extension_no": f"杭检延〔2025〕{serial}号", "extended_due": due + timedelta(days=30)}
        changes["reply_date"] = due + timedelta(days=30)
    elif code == "PENALTY_CLOCK":
        changes = {"org_filed_date": due - timedelta(days=10), "reply_date": due + timedelta(days=60)}
    elif code == "SUSPENDED":
        rows.append(appeal(book, about, due - timedelta(days=10)))
    else:
        changes = {"reply_due": registered + timedelta(days=61), "reply_date": registered + timedelta(days=62)}
    rows.append(opinion(book, about, party, registered, **changes))
    last = changes["reply_date"] or END
    edge = code in ("EXTENDED", "HOLIDAY_ROLL")
    book.innocent("reply_overdue", party, (registered, last), code, rows, edge=edge, model=MODEL)


def _unfined(book: Book, serial: int) -> None:
    party, registered = book.adult(), registered_on(serial)
    about = decision(book, party, registered)
    replied, edge = registered + timedelta(days=40), serial % 7 == 0
    rows = [about, opinion(book, about, party, registered, reply_date=replied, reply_result="已处罚")]
    if edge or serial % 2:
        fine = LOWEST_FINE - Decimal("0.01") if edge else Decimal(book.draw(1, 9)) * 100
        rows.append(fined(book, party, act_of(registered), fine))
    kind = "a_cent_below_the_floor" if edge else "nothing_or_too_little"
    book.truth("reply_without_penalty", party, (replied, replied), kind, rows, edge=edge, model=MODEL)


def _unfined_lookalike(book: Book, serial: int, code: str) -> None:
    party, registered, act = book.adult(), registered_on(serial), act_of(registered_on(serial))
    about = decision(book, party, registered)
    replied = registered + timedelta(days=40)
    changes: dict[str, Any] = {"reply_date": replied, "reply_result": "已处罚"}
    rows = [about]
    if code == "PENALISED_AS_OTHER_PARTY":
        rows.append(fined(book, book.firm(), act, 5000))
        changes["reply_penalty_no"] = rows[-1][1]["doc_no"]
    elif code == "NO_PENALTY_DECISION":
        row = {"case_no": f"JT2025{serial:05d}", "party_id": party.id, "party_name": party.name, "reason": "违法轻微"}
        rows.append(book.document("admin.no_penalty", "杭不罚", **row, decided_date=replied - timedelta(days=5)))
    elif code == "RECONSIDERED":
        rows.append(fined(book, party, act, 1500))
        day = replied + timedelta(days=50)
        row = {"doc_no": rows[-1][1]["doc_no"], "kind": "行政复议", "result": "撤销"}
        filed = day - timedelta(days=30)
        rows.append(book.document("admin.reconsideration", "杭复", **row, filed_date=filed, decided_date=day))
    else:
        rows.append(fined(book, party, act, 500))
        row = {"doc_no": rows[-1][1]["doc_no"], "finding": "减轻处罚"}
        rows.append(book.document("admin.case_finding", "杭认", **row, found_date=act + timedelta(days=90)))
    rows.append(opinion(book, about, party, registered, **changes))
    book.innocent("reply_without_penalty", party, (replied, replied), code, rows, model=MODEL)
