"""The planted stories of hospitals (H1 to H7): nobody told the authorities, told them late, or somebody did.

Every story has violations, look-alikes for every exclusion code with the document that excuses them, and a few that
fall a day or an hour short.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from xiansuo.synth.minors.book import Book, Person
from xiansuo.synth.truth import RowKey

H1, H2, H3, H4 = "girl_under_14", "girl_from_14", "repeated_injury", "unnatural_harm"
H5, H6, H7 = "infection_under_14", "no_guardian_consent", "late_report"
ALARMS = ("REPORTED", "REPORTED_OTHERWISE", "POLICE_CASE")
CODES = {
    H1: (*ALARMS, "AGE_MISTYPED", "PRECOCIOUS_CHECK", "CHECK_ONLY", "CAUSE_RECORDED"),
    H2: (*ALARMS, "AGE_MISTYPED", "CHECK_ONLY"),
    H3: (*ALARMS, "AGE_MISTYPED", "CAUSE_RECORDED", "FOLLOW_UP"),
    H4: (*ALARMS, "AGE_MISTYPED", "CAUSE_RECORDED"),
    H5: (*ALARMS, "AGE_MISTYPED", "CONGENITAL", "CHECK_ONLY"),
    H6: (*ALARMS, "AGE_MISTYPED", "GUARDIAN_SIGNED", "EMERGENCY"),
    H7: ("REPORTED_OTHERWISE", "POLICE_CASE", "AGE_MISTYPED"),
}
EACH = {H1: 4, H2: 8, H3: 4, H4: 5, H5: 4, H6: 4, H7: 8}
VIOLATIONS, OWN_H2, SHORT = 12, 4, 4
WINDOW, CASE_DAYS, REPEAT_DAYS, HOURS = 30, 7, 180, 24
EDGES = 2
SPREAD = 20
Story = Callable[[Book, int, str | None, bool], None]


def plant(book: Book, times: int) -> None:
    """All cases, ``times`` as many as in a small city."""
    stories: dict[str, Story] = {
        H1: _girl,
        H2: _teen,
        H3: _injured,
        H4: _harmed,
        H5: _infected,
        H6: _operated,
        H7: _late,
    }
    for rule, story in stories.items():
        for turn in range((OWN_H2 if rule == H2 else VIOLATIONS) * times):
            story(book, turn, None, False)
        for code in CODES[rule]:
            for turn in range(EACH[rule] * times):
                story(book, turn, code, False)
        for turn in range(SHORT * times):
            story(book, turn, None, True)


def birthday(child: Person, age: int, after: int = 0) -> date:
    """So many days after the child reaches an age."""
    born: date = child["birth"]
    return born.replace(year=born.year + age) + timedelta(days=after)


def _excuse(book: Book, child: Person, visit: RowKey, turn: int, code: str | None) -> list[RowKey]:
    """The document behind a code that any visit may have; the first at the end of its window."""
    day = book.written(visit)["confirmed_ts"].date()
    if code == "REPORTED":
        return [book.reported(visit, 2.0 + 4 * (turn % 6))]
    gap = WINDOW if turn == 0 else 3 + turn % SPREAD
    if code == "REPORTED_OTHERWISE":
        return [book.told(child, day + timedelta(days=-gap if turn % 2 else gap), turn)]
    if code == "POLICE_CASE":
        after = CASE_DAYS if turn == 0 else -3 - turn % SPREAD
        return [book.accepted(child, day + timedelta(days=after))]
    return []


def _mistyped(book: Book, turn: int, age: int, codes: tuple[str, ...]) -> tuple[Person, RowKey, list[RowKey]]:
    """A grown woman whom the hospital wrote down as a child: a wrong birth date, or a number corrected since."""
    woman, day = book.child("women"), book.day(turn)
    if turn % 2:
        wrong = book.unlisted("girls")["id_number"]
        visit = book.visit(woman, day, codes, id_number=wrong, birth_date=woman["birth"])
        paper = {"id_number": wrong, "true_id_number": woman["id_number"], "name": woman["name"]}
        return woman, visit, [visit, book.add("person.id_correction", **paper, issued_date=day + timedelta(days=20))]
    visit = book.visit(woman, day, codes, birth_date=date(book.world.year - age + 1, 3, 4))
    return woman, visit, [visit]


def _close(
    book: Book, rule: str, child: Person, visit: RowKey, rows: list[RowKey], state: tuple[str | None, bool, bool]
) -> None:
    code, short, edge = state
    day = book.written(visit)["confirmed_ts"].date()
    kind = code or ("under" if short else "silent")
    book.case(rule, kind, str(child["id_number"]), (day, day), rows, code=code, edge=edge or short, short=short)


GIRL_CODES = (("O03.900",), ("Z33.x00",), ("O04.900", "69.5100"), ("S30.200",), ("T74.200", "S31.400"))
INFECTION_EXCUSED = {"CONGENITAL": ("A50.900",), "CHECK_ONLY": ("Z11.300",)}
GIRL_EXCUSED = {"PRECOCIOUS_CHECK": ("Z32.000", "E30.100"), "CHECK_ONLY": ("Z32.000",), "CAUSE_RECORDED": ("S30.200",)}


def _girl(book: Book, turn: int, code: str | None, short: bool) -> None:
    """H1. On the fourteenth birthday she is still under fourteen, the day after the matter is one of H2."""
    codes = GIRL_EXCUSED.get(code or "", GIRL_CODES[turn % len(GIRL_CODES)])
    if code == "AGE_MISTYPED":
        woman, visit, rows = _mistyped(book, turn, 13, codes)
        return _close(book, H1, woman, visit, rows, (code, False, False))
    edge = code is None and not short and turn < EDGES
    child = book.child("girls_14" if edge or short else "girls")
    day = birthday(child, 14, 1 if short else 0) if edge or short else book.day(turn)
    if short:
        codes = GIRL_CODES[turn % 3]
    visit = book.visit(child, day, codes)
    rows = [visit, *_excuse(book, child, visit, turn, code)]
    if code == "CAUSE_RECORDED":
        rows.append(book.caused(visit, ("骑跨伤", "交通事故")[turn % 2]))
    elif codes == ("S30.200",) and code is None:
        rows.append(book.caused(visit, "骑跨伤", proven=False))
    _close(book, H1, child, visit, rows, (code, short, edge))
    if short:
        _close(book, H2, child, visit, rows, (None, False, True))
    if codes == GIRL_CODES[2]:
        _signed_for(book, child, visit)


def _signed_for(book: Book, child: Person, visit: RowKey) -> None:
    """The mother signed for the operation, so that H6 has nothing to say."""
    mother = book.child("women")["id_number"]
    book.kin(child, mother, "父母", guardian=True)
    book.signed(visit, "监护人", mother)


def _teen(book: Book, turn: int, code: str | None, short: bool) -> None:
    """H2. Its other violations are those of H1 a day too old, and those of H6."""
    codes = ("Z32.000",) if code == "CHECK_ONLY" else (("Z33.x00",), ("O26.900",), ("Z34.900",))[turn % 3]
    if code == "AGE_MISTYPED":
        woman, visit, rows = _mistyped(book, turn, 17, codes)
        return _close(book, H2, woman, visit, rows, (code, False, False))
    edge = code is None and not short and turn < EDGES
    child = book.child("girls_18" if edge or short else "teens")
    day = birthday(child, 18, 1 + turn % SPREAD if short else 0) if edge or short else book.day(turn)
    visit = book.visit(child, day, codes)
    _close(book, H2, child, visit, [visit, *_excuse(book, child, visit, turn, code)], (code, short, edge))


def _operated(book: Book, turn: int, code: str | None, short: bool) -> None:
    """H6. Whoever is not excused by a report is a matter of H2 as well."""
    codes = ("O04.900", "69.5100")
    if code == "AGE_MISTYPED":
        woman, visit, rows = _mistyped(book, turn, 17, codes)
        _close(book, H6, woman, visit, rows, (code, False, False))
        return _close(book, H2, woman, visit, rows, (code, False, False))
    edge = code is None and not short and turn < EDGES
    child = book.child("girls_18" if edge or short else "teens")
    day = birthday(child, 18, 1 + turn % SPREAD if short else 0) if edge or short else book.day(turn)
    visit = book.visit(child, day, codes)
    rows = [visit, *_excuse(book, child, visit, turn, code), *_consent(book, child, visit, turn, code)]
    _close(book, H6, child, visit, rows, (code, short, edge))
    if not short:
        _close(book, H2, child, visit, rows, (code if code in ALARMS else None, False, edge))


def _consent(book: Book, child: Person, visit: RowKey, turn: int, code: str | None) -> list[RowKey]:
    """Who signed: a guardian, the head of the hospital, or a stranger, who may call himself a guardian."""
    if code == "EMERGENCY":
        return [book.signed(visit, "医疗机构负责人", None)]
    if code == "GUARDIAN_SIGNED":
        mother = book.child("women")["id_number"]
        return [book.kin(child, mother, "父母", guardian=True), book.signed(visit, "监护人", mother)]
    if turn % 4 == 3:
        return []
    return [book.signed(visit, ("其他人", "监护人", "其他人")[turn % 4], book.person())]


ONE_PLACE = ("S52.500",)
PLACES = (("S42.000", "S52.500"), ("T07.x00",), ("T02.100", "T14.000"))


def _injured(book: Book, turn: int, code: str | None, short: bool) -> None:
    """H3. Several places at once, or a second injury within 180 days; ``short``: days too late, or one place only."""
    if code == "AGE_MISTYPED":
        woman, visit, rows = _mistyped(book, turn, 17, ("T07.x00",))
        return _close(book, H3, woman, visit, rows, (code, False, False))
    edge = code is None and not short and turn < EDGES
    again = code == "FOLLOW_UP" or (turn % 2 == 0 if short or edge else turn % 3 == 0)
    gap = REPEAT_DAYS + 1 + turn % SPREAD if short else REPEAT_DAYS if edge else 20 + 8 * (turn % SPREAD)
    child, day = book.child(("boys", "lads")[turn % 2]), date(book.world.year, 9, 1) + timedelta(days=turn * 5 % 60)
    before = [book.visit(child, day - timedelta(days=gap), ("S42.000",))] if again else []
    link = before[0][1]["visit_no"] if code == "FOLLOW_UP" else None
    visit = book.visit(child, day, ONE_PLACE if again or short else PLACES[0 if edge else turn % 3], follow_up_of=link)
    rows = [visit, *before, *_excuse(book, child, visit, turn, code)]
    if code == "CAUSE_RECORDED":
        rows.append(book.caused(visit, ("运动受伤", "交通事故", "意外跌落", "烧烫伤")[turn % 4]))
    _close(book, H3, child, visit, rows, (code, short, edge))


def _harmed(book: Book, turn: int, code: str | None, short: bool) -> None:
    """H4. Poisoned, or hurt by the child itself, which no record of a mistake excuses."""
    itself = code is None and turn % 3 == 2
    codes = ("T42.400", "X61.x00") if itself else (("T51.000",), ("T42.400",), ("F10.000",))[turn % 3]
    if code == "AGE_MISTYPED":
        woman, visit, rows = _mistyped(book, turn, 17, codes)
        return _close(book, H4, woman, visit, rows, (code, False, False))
    edge = code is None and not short and turn < EDGES
    child = book.child("boys_18" if edge or short else ("boys", "lads")[turn % 2])
    day = birthday(child, 18, 1 + turn % SPREAD if short else 0) if edge or short else book.day(turn)
    visit = book.visit(child, day, codes)
    rows = [visit, *_excuse(book, child, visit, turn, code)]
    if code == "CAUSE_RECORDED" or itself:
        rows.append(book.caused(visit, ("误服", "用药反应")[turn % 2]))
    _close(book, H4, child, visit, rows, (code, short, edge))


def _infected(book: Book, turn: int, code: str | None, short: bool) -> None:
    """H5. Passed on at birth as the code or a document says, or only checked."""
    codes = INFECTION_EXCUSED.get(code or "", (("A63.000",), ("A54.900",))[turn % 2])
    if code == "AGE_MISTYPED":
        woman, visit, rows = _mistyped(book, turn, 13, codes)
        return _close(book, H5, woman, visit, rows, (code, False, False))
    edge = code is None and not short and turn < EDGES
    child = book.child("boys_14" if edge or short else "boys")
    day = birthday(child, 14, 1 + turn % SPREAD if short else 0) if edge or short else book.day(turn)
    by_document = code == "CONGENITAL" and turn % 2 == 1
    visit = book.visit(child, day, ("A63.000",) if by_document else codes)
    rows = [visit, *_excuse(book, child, visit, turn, code)]
    if by_document:
        rows.append(book.caused(visit, "母婴传播"))
    _close(book, H5, child, visit, rows, (code, short, edge))


def _late(book: Book, turn: int, code: str | None, short: bool) -> None:
    """H7. Reported by the hospital itself after 24 hours; ``short``: just in time."""
    edge = code is None and not short and turn < EDGES
    hours = HOURS - 3 * (turn % 8) if short else HOURS + 0.05 if edge else HOURS + 12 + 20 * (turn % SPREAD)
    if code == "AGE_MISTYPED":
        child, visit, rows = _mistyped(book, turn, 17, ("T42.400",))
    else:
        child = book.child(("boys", "lads")[turn % 2])
        visit = book.visit(child, book.day(turn), (("T51.000",), ("T07.x00",), ("X61.x00",))[turn % 3])
        rows = [visit]
    rows.append(book.reported(visit, hours))
    day = book.written(visit)["confirmed_ts"].date()
    if code == "REPORTED_OTHERWISE":
        rows.append(book.told(child, day - timedelta(days=WINDOW if turn == 0 else turn % SPREAD), turn))
    if code == "POLICE_CASE":
        rows.append(book.accepted(child, day + timedelta(days=CASE_DAYS if turn == 0 else -(turn % SPREAD))))
    until = day if short else book.rows["minors.report"][-1]["reported_ts"].date()
    kind = code or ("in_time" if short else "late")
    book.case(
        H7, kind, str(child["id_number"]), (day, max(day, until)), rows, code=code, edge=edge or short, short=short
    )
