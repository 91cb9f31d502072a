"""Planted exams of the certificate model: exams and certificates of people who cannot have been there (C7).

Belongs here: exam records, the custody, journey or death that contradicts them, and the exams of the innocent many.
People have no place on a site here, so that no other rule looks at them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from xiansuo.synth.cert.book import Book, Person, Row, plus_years
from xiansuo.synth.cert.reference import COOLING, ELECTRIC, HEIGHT, ISSUERS, ITEMS, REGISTER_AS_OF, WELDING

C7 = "impossible_exam"
CATEGORIES = (WELDING, ELECTRIC, HEIGHT, COOLING)
NEAR = (
    ("KD3301", "杭州市安全生产考试中心", "120.153600", "30.287500"),
    ("KD3302", "萧山考试点", "120.264500", "30.183900"),
)
FAR = ("KD4401", "广州市特种作业考试点", "113.264400", "23.129100")
# Three hundred kilometres south of Hangzhou, and a little more.
EDGE_IN = ("KD3303", "温州市安全生产考试点", "120.153600", "27.592700")
EDGE_OUT = ("KD3304", "平阳县安全生产考试点", "120.153600", "27.592200")
DAY = timedelta(days=1)


def plant(book: Book, scaled: Callable[[int], int]) -> None:
    """Write all cases; ``scaled`` turns a small-scale count into this world's."""
    stories: tuple[tuple[Callable[[Book, int], None], int], ...] = (
        (ordinary, 120),
        (held_and_examined, 6),
        (abroad_and_examined, 3),
        (dead_and_examined, 2),
        (held_and_issued, 3),
        (minor, 3),
        (two_cities, 3),
        (two_cities_at_the_limit, 1),
        (name_differs, 6),
        (absent, 6),
        (online_abroad, 6),
        (custody_site, 6),
        (endpoint_day, 8),
        (examined_earlier, 6),
        (of_age_today, 2),
        (back_the_day_before, 2),
    )
    for story, count in stories:
        for place in range(scaled(count)):
            story(book, place)


def _exam(
    book: Book, who: Person, day: date, category: str, site: tuple[str, str, str, str] = NEAR[0], **changes: Any
) -> Row:
    serial = book.number("exam")
    row = {
        "exam_no": f"KS{serial:07d}",
        "id_no": who.id_number,
        "name": who.name,
        "work_category": category,
        "subject": ("理论", "实操")[serial % 2],
        "mode": "现场",
        "exam_date": day,
        "site_code": site[0],
        "site_name": site[1],
        "site_kind": "社会考点",
        "site_lon": site[2],
        "site_lat": site[3],
        "outcome": "合格",
        "score": f"{80 + serial % 19}",
    }
    return book.add("cert.exam_record", row | changes)


def _issue(book: Book, who: Person, day: date, category: str, **changes: Any) -> None:
    first_valid = max(day, date(2020, 6, 1))
    row = {
        "cert_no": f"T{who.id_number}",
        "work_category": category,
        "work_item": ITEMS[category],
        "valid_from": first_valid,
        "id_no": who.id_number,
        "name": who.name,
        "issuer": ISSUERS["应急"],
        "first_issue": day,
        "valid_to": plus_years(first_valid, 6),
        "status": "有效",
        "status_date": None,
        "as_of": REGISTER_AS_OF,
        "review_due": plus_years(first_valid, 3),
        "review_done": plus_years(first_valid, 3) - 20 * DAY if first_valid < date(2022, 12, 1) else None,
    }
    book.add("cert.cert_official", row | changes)


def _hold(book: Book, who: Person, first: date, last: date | None, *, serving: bool = False) -> None:
    place = ("浙江省第二监狱", "J33010002") if serving else ("杭州市看守所", "K33010001")
    book.add(
        "person.custody",
        {
            "custody_id": f"ZYK{book.number('custody'):06d}",
            "id_number": who.id_number,
            "name": who.name,
            "place_name": place[0],
            "place_code": place[1],
            "custody_kind": "服刑" if serving else "逮捕",
            "entry_date": first,
            "exit_date": last,
        },
    )


def _travel(book: Book, who: Person, out: date, back: date) -> None:
    for direction, day in (("出境", out), ("入境", back)):
        row = {"id_number": who.id_number, "name": who.name, "direction": direction, "event_date": day}
        book.add("person.exit_entry", row | {"port_name": "杭州萧山机场", "place": "泰国"})


def _case(
    book: Book,
    who: Person,
    day: date,
    kind: str,
    exams: list[Row],
    code: str | None = None,
    *,
    bad: bool = False,
    edge: bool = False,
) -> None:
    book.case(
        C7,
        who.id_number,
        kind,
        (day, day),
        [("cert.exam_record", {"exam_no": row["exam_no"]}) for row in exams],
        label="violation" if bad else "lookalike",
        code=code,
        threshold=edge,
    )


def _day(book: Book) -> date:
    return date(2025, 2, 10) + timedelta(days=int(book.rng.integers(0, 200)))


def ordinary(book: Book, place: int) -> None:
    """Passed both parts in town on one day; the certificate came three weeks later."""
    who, day, category = book.person(), _day(book), CATEGORIES[place % 4]
    _exam(book, who, day, category, NEAR[0])
    _exam(book, who, day, category, NEAR[1])
    _issue(book, who, day + 21 * DAY, category)


def held_and_examined(book: Book, place: int) -> None:
    """Sat an exam in town while in custody; once on the second day."""
    who, day = book.person(), _day(book)
    first = day - DAY if place == 0 else day - 30 * DAY
    _hold(book, who, first, None if place % 3 == 2 else day + 40 * DAY, serving=place % 2 == 1)
    row = _exam(book, who, day, CATEGORIES[place % 4])
    _case(book, who, day, "held_and_examined", [row], bad=True, edge=place == 0)


def abroad_and_examined(book: Book, place: int) -> None:
    """Sat an exam in person while abroad."""
    who, day = book.person(), _day(book)
    _travel(book, who, day - 9 * DAY, day + 5 * DAY)
    _case(book, who, day, "abroad_and_examined", [_exam(book, who, day, CATEGORIES[place % 4])], bad=True)


def dead_and_examined(book: Book, place: int) -> None:
    """An exam in the name of someone who had died."""
    who, day = book.person(), _day(book)
    row = {"id_number": who.id_number, "name": who.name, "death_date": day - 25 * DAY, "source_kind": "死亡证明"}
    book.add("person.death", row | {"certificate_no": f"SWK{book.number('death'):06d}"})
    _case(book, who, day, "dead_and_examined", [_exam(book, who, day, CATEGORIES[place % 4])], bad=True)


def held_and_issued(book: Book, place: int) -> None:
    """A certificate issued to a prisoner who had sat no exam."""
    who, day = book.person(), _day(book)
    _hold(book, who, day - 60 * DAY, day + 60 * DAY, serving=True)
    _issue(book, who, day, CATEGORIES[place % 4])
    _case(book, who, day, "held_and_issued", [], bad=True)


def minor(book: Book, place: int) -> None:
    """First certificate before the eighteenth birthday, once on the day before it."""
    who = book.person()
    while (adult := _birthday(who, 18)).year < 1992:
        who = book.person()
    day = adult - DAY if place == 0 else adult - timedelta(days=90 + 60 * place)
    _issue(book, who, day, CATEGORIES[place % 4])
    _case(book, who, day, "minor", [], bad=True, edge=place == 0)


def of_age_today(book: Book, place: int) -> None:
    """First certificate on the eighteenth birthday itself."""
    who = book.person()
    while (day := _birthday(who, 18)).year < 1992:
        who = book.person()
    _issue(book, who, day, CATEGORIES[place % 4])
    _case(book, who, day, "of_age_today", [], edge=True)


def _birthday(who: Person, age: int) -> date:
    born = date(int(who.id_number[6:10]), int(who.id_number[10:12]), int(who.id_number[12:14]))
    return plus_years(born, age) + DAY


def two_cities(book: Book, place: int) -> None:
    """In Hangzhou and Canton on one day."""
    who, day, category = book.person(), _day(book), CATEGORIES[place % 4]
    rows = [_exam(book, who, day, category), _exam(book, who, day, category, FAR)]
    _case(book, who, day, "two_cities", rows, bad=True)


def two_cities_at_the_limit(book: Book, place: int) -> None:
    """Just more, and just less, than three hundred kilometres apart."""
    for site, bad in ((EDGE_OUT, True), (EDGE_IN, False)):
        who, day, category = book.person(), _day(book), CATEGORIES[place % 4]
        rows = [_exam(book, who, day, category), _exam(book, who, day, category, site)]
        _case(book, who, day, "two_cities_at_the_limit", rows, bad=bad, edge=True)


def name_differs(book: Book, place: int) -> None:
    """The number of a prisoner typed in for another examinee."""
    who, other, day = book.person(), book.person(), _day(book)
    while other.name == who.name:
        other = book.person()
    _hold(book, who, day - 20 * DAY, day + 50 * DAY)
    row = _exam(book, who, day, CATEGORIES[place % 4], name=other.name)
    _case(book, who, day, "name_differs", [row], "NAME_DIFFERS")


def absent(book: Book, place: int) -> None:
    """Enrolled, then arrested before the day, or enrolled in two cities."""
    who, day, category = book.person(), _day(book), CATEGORIES[place % 4]
    rows = [_exam(book, who, day, category, outcome="缺考", score=None)]
    if place % 2:
        rows.append(_exam(book, who, day, category, FAR))
    else:
        _hold(book, who, day - 20 * DAY, None)
    _case(book, who, day, "absent", rows, "ABSENT")


def online_abroad(book: Book, place: int) -> None:
    """The theory part online, from abroad, or with the practical part elsewhere on the same day."""
    who, day, category = book.person(), _day(book), CATEGORIES[place % 4]
    rows = [_exam(book, who, day, category, subject="理论", mode="线上")]
    if place % 2:
        rows.append(_exam(book, who, day, category, FAR, subject="实操"))
    else:
        _travel(book, who, day - 6 * DAY, day + 12 * DAY)
    _case(book, who, day, "online_abroad", rows, "REMOTE_EXAM")


def custody_site(book: Book, place: int) -> None:
    """An exam held inside the prison for its training classes."""
    who, day = book.person(), _day(book)
    _hold(book, who, day - 90 * DAY, None, serving=place % 3 > 0)
    site = ("KD33J2", "浙江省第二监狱考试点", "120.300000", "30.400000")
    row = _exam(book, who, day, CATEGORIES[place % 4], site, site_kind="监所考点")
    _case(book, who, day, "custody_site", [row], "CUSTODY_SITE")


def endpoint_day(book: Book, place: int) -> None:
    """Examined on the day of arrest or release, departure or return."""
    who, day = book.person(), _day(book)
    first, last = ((day, day + 30 * DAY), (day - 30 * DAY, day))[place % 2]
    if place % 4 < 2:
        _hold(book, who, first, last)
    else:
        _travel(book, who, first, last)
    row = _exam(book, who, day, CATEGORIES[place % 4])
    _case(book, who, day, "endpoint_day", [row], "ENDPOINT_DAY", edge=True)


def examined_earlier(book: Book, place: int) -> None:
    """Passed before the arrest; the certificate was issued while in custody."""
    who, day, category = book.person(), _day(book), CATEGORIES[place % 4]
    row = _exam(book, who, day, category)
    _hold(book, who, day + DAY if place == 0 else day + 8 * DAY, day + 120 * DAY)
    _issue(book, who, day + 21 * DAY, category)
    _case(book, who, day + 21 * DAY, "examined_earlier", [row], "EXAM_EARLIER", edge=place == 0)


def back_the_day_before(book: Book, place: int) -> None:
    """Came back, or was released, on the day before the exam."""
    who, day = book.person(), _day(book)
    if place % 2:
        _hold(book, who, day - 40 * DAY, day - DAY)
    else:
        _travel(book, who, day - 10 * DAY, day - DAY)
    _case(book, who, day, "back_the_day_before", [_exam(book, who, day, CATEGORIES[place % 4])], edge=True)
