"""The planted stories of bribe givers (Z1 to Z6): nobody looked at them, or somebody did and a document says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from xiansuo.synth.bribe.book import Book, Giver
from xiansuo.synth.truth import RowKey

Z1, Z2, Z3 = "unhandled_briber", "aggravated_small", "unit_bribery"
Z4, Z5, Z6 = "repeat_briber", "award_near_payment", "limitation_near"
CHARGE, SMALL, UNIT = 30_000.0, 10_000.0, 200_000.0
NEAR, WARN = 180, 365
EDGES = 4
OUTCOMES = ("已起诉", "不起诉", "另案处理", "在逃")
RECORDS = {"ALREADY_CHARGED": "已判决", "NOT_PROSECUTED": "不起诉", "SEPARATE_CASE": "另案处理", "WANTED": "在逃"}
NATURES = {"COURTESY_OR_LOAN": ("人情往来", "借款"), "GO_BETWEEN": ("介绍贿赂",), "NOT_A_BRIBE": ("借款", "人情往来")}
MONEY = ("COUNTED_TWICE", "EXTORTED", "COURTESY_OR_LOAN", "GO_BETWEEN")
CODES = {
    Z1: (*MONEY, "NAMESAKE", *RECORDS, "WITH_DISCIPLINE", "DECEASED", "TIME_BARRED"),
    Z2: ("NOT_A_BRIBE", "HANDLED", "TIME_BARRED"),
    Z3: ("COUNTED_TWICE", "NOT_A_BRIBE", "HANDLED", "TIME_BARRED"),
    Z4: ("JOINT_CASE", "NOT_A_BRIBE", "HANDLED", "TIME_BARRED"),
    Z5: ("OTHER_BUYER", "NOT_IN_POST", "NOT_A_BRIBE", "HANDLED"),
    Z6: ("HANDLED", "FILED_AND_FLED", "RESTARTED", "TIME_BARRED"),
}
AGGRAVATED: tuple[dict[str, Any], ...] = (
    {"gain_kind": "监管执法"},
    {"gain_kind": "职务提拔"},
    {"gain_kind": "司法裁判"},
    {"illegal_source": True},
    {"loss_yuan": 620_000.0},
)
Story = Callable[[Book, int, str | None, bool], None]


def plant(book: Book, times: int) -> None:
    """All cases, ``times`` as many as in a small city: 12 of each story, look-alikes of every code, a few short."""
    stories: dict[str, Story] = {Z1: _unhandled, Z2: _small, Z3: _unit, Z4: _repeated, Z5: _award, Z6: _running_out}
    for rule, story in stories.items():
        for turn in range(12 * times):
            story(book, turn, None, False)
        for code in CODES[rule]:
            for turn in range((6 if rule in (Z1, Z3, Z4) else 24 // len(CODES[rule])) * times):
                story(book, turn, code, False)
        for turn in range(4 * times):
            story(book, turn, None, True)


def _day(turn: int, code: str | None) -> date:
    """A day of payment: recent, or so long ago that time has run out under the lighter law."""
    return date(2019 if code == "TIME_BARRED" else 2022 + turn % 3, 1 + turn % 12, 2 + turn % 26)


def _close(
    book: Book, rule: str, giver: Giver, days: tuple[date, date], rows: list[RowKey], turn: int, state: tuple[Any, bool]
) -> None:
    code, short = state
    edge = short or (turn < (EDGES if rule == Z1 else 2) and not code)
    kind = code or ("under" if short else "unhandled")
    unique = list({str(row): row for row in rows}.values())
    book.case(rule, kind, giver.id, days, unique, code=code, edge=edge, short=short)


def _handled(book: Book, giver: Giver, day: date, judgment: RowKey, turn: int) -> RowKey:
    """One of the ways of having been dealt with."""
    if turn % 5 == 4:
        return book.received(giver, judgment)
    return book.charged(giver, day, OUTCOMES[turn % 5])


def _twice(book: Book, giver: Giver, amount: float, day: date) -> list[RowKey]:
    """One payment told by both judgments of a joint case."""
    joint = book.serial("GT")
    tellings = (book.pay(giver, amount, day, book.judgment(day, joint_case_no=joint)) for _ in range(2))
    return [row for rows in tellings for row in rows]


def _excused(book: Book, giver: Giver, floor: float, day: date, code: str, turn: int) -> list[RowKey]:
    """A sum that reaches the floor only with what is no bribe of this giver."""
    if code == "COUNTED_TWICE":
        return _twice(book, giver, floor * 0.6 + 100 * turn, day)
    rows = book.pay(giver, floor * 0.7, day)
    changes: dict[str, Any] = {"extorted": True, "unlawful_gain": False}
    if code in NATURES:
        changes = {"nature": NATURES[code][turn % len(NATURES[code])], "nature_doc_no": book.serial("判决认定")}
    return rows + book.pay(giver, floor * 0.5 + 100 * turn, day, rows[0], **changes)


def _amount(floor: float, turn: int, short: bool, span: float) -> float:
    if short:
        return floor - 1 - 200 * turn
    return floor + (turn if turn < EDGES else span * turn)


def _unhandled(book: Book, turn: int, code: str | None, short: bool) -> None:
    giver, day = book.giver(), _day(turn, code)
    if code in MONEY:
        rows = _excused(book, giver, CHARGE, day, str(code), turn)
    else:
        rows = book.pay(giver, _amount(CHARGE, turn, short, 6_500), day, **_identity(book, giver, turn, code))
    if code in RECORDS:
        rows.append(book.charged(giver, day, RECORDS[str(code)]))
    if code == "WITH_DISCIPLINE":
        rows.append(book.received(giver, rows[0]))
    if code == "DECEASED":
        rows.append(book.died(giver))
    _close(book, Z1, giver, (day, day), rows, turn, (code, short))


def _identity(book: Book, giver: Giver, turn: int, code: str | None) -> dict[str, Any]:
    """How the judgment names the payer: by id number, by employer alone, or with an id number of somebody else."""
    if code == "NAMESAKE":
        return {"briber_name": giver.name + "鑫"}
    if code or turn % 4 != 3:
        return {}
    uscc = book.firm(date(2008, 7, 1))
    book.add("entity.person_link", uscc=uscc, id_number=giver.id, relation="员工")
    return {"id_no": None, "uscc": uscc}


def _small(book: Book, turn: int, code: str | None, short: bool) -> None:
    giver, day = book.giver(), _day(turn, code)
    changes = AGGRAVATED[turn % len(AGGRAVATED)]
    if code == "NOT_A_BRIBE":
        rows = _excused(book, giver, SMALL, day, code, turn)
        rows += book.pay(giver, 100, day, rows[0], **changes)
    elif not code and not short and turn % 6 == 5:
        rows = [row for _ in range(3) for row in book.pay(giver, 5_000.0 + 100 * turn, day)]
        _close(book, Z4, giver, (day, day), rows, turn, (None, False))
    else:
        rows = book.pay(giver, _amount(SMALL, turn, short, 1_500), day, **changes)
    if code == "HANDLED":
        rows.append(_handled(book, giver, day, rows[0], turn))
    _close(book, Z2, giver, (day, day), rows, turn, (code, short))


def _unit(book: Book, turn: int, code: str | None, short: bool) -> None:
    giver, day = book.giving_firm(), _day(turn, code)
    if code in ("COUNTED_TWICE", "NOT_A_BRIBE"):
        rows = _excused(book, giver, UNIT, day, str(code), turn)
    else:
        rows = book.pay(giver, _amount(UNIT, turn, short, 30_000), day, gain_kind="工程采购")
    if code == "HANDLED":
        rows.append(_handled(book, giver, day, rows[0], turn))
    _close(book, Z3, giver, (day, day), rows, turn, (code, short))


def _repeated(book: Book, turn: int, code: str | None, short: bool) -> None:
    """Small sums to takers of two cases; ``short``: twice to one taker."""
    giver, day = book.giver(), _day(turn, code)
    later, amount = day + timedelta(days=40 + turn), 2_000.0 + 300 * turn
    joint = book.serial("GT") if code == "JOINT_CASE" else None
    rows = book.pay(giver, amount, day, book.judgment(later, joint_case_no=joint))
    other = rows[0] if short else book.judgment(later, joint_case_no=joint)
    nature = NATURES["NOT_A_BRIBE"][turn % 2] if code == "NOT_A_BRIBE" else "行贿"
    rows += book.pay(giver, amount + 500, later, other, nature=nature)
    if code == "HANDLED":
        rows.append(_handled(book, giver, day, rows[0], turn))
    _close(book, Z4, giver, (day, later), rows, turn, (code, short))


def _award(book: Book, turn: int, code: str | None, short: bool) -> None:
    """A payer's firm wins a tender of the taker's office near the payment."""
    giver, firm, day = book.giver(), book.giving_firm(), _day(turn, code)
    gap = NEAR + 1 + turn if short else NEAR if turn < 2 and not code else 10 + 9 * turn
    awarded = day + timedelta(days=gap if turn % 2 else -gap)
    posts = {"post_to": min(day, awarded) - timedelta(days=1)} if code == "NOT_IN_POST" else {}
    judgment = book.judgment(day, office_org=OFFICE, **posts)
    nature = "借款" if code == "NOT_A_BRIBE" else "行贿"
    rows = book.pay(giver, 3_000.0 + 400 * turn, day, judgment, uscc=firm.id, nature=nature, gain_kind="工程采购")
    buyer = "区文化和旅游局" if code == "OTHER_BUYER" else OFFICE
    award = {"uscc": firm.id, "buyer_org": buyer, "amount_yuan": 400_000.0 + 70_000 * turn, "awarded_on": awarded}
    rows.append(book.add("entity.public_award", **award))
    if code == "HANDLED":
        rows.append(_handled(book, giver, day, rows[0], turn))
    _close(book, Z5, firm, (min(day, awarded), max(day, awarded)), rows, turn, (code, short))


OFFICE = "市城市建设投资中心"


def _running_out(book: Book, turn: int, code: str | None, short: bool) -> None:
    """Acts whose five years end within a year of the last day; those still open reach the floor of Z1 as well."""
    giver, last = book.giver(), book.world.last
    left = WARN + 1 + turn if short else (0, WARN)[turn] if turn < 2 and not code else 20 + 25 * turn
    if code == "TIME_BARRED":
        left = -1 - 30 * turn
    end = last + timedelta(days=left)
    day = end.replace(year=end.year - 5)
    rows = book.pay(giver, CHARGE + 2_000 + 3_000 * turn, day)
    if code == "HANDLED":
        rows.append(_handled(book, giver, day, rows[0], (0, 1, 2, 4)[turn % 4]))
    if code == "FILED_AND_FLED":
        rows.append(book.charged(giver, day, "在逃"))
    if code == "RESTARTED":
        rows.append(book.charged(giver, date(2024, 3, 5), "已判决", "诈骗罪"))
    _close(book, Z6, giver, (day, day), rows, turn, (code, short))
    if code in (None, "RESTARTED"):
        book.case(Z1, "unhandled", giver.id, (day, day), rows)
