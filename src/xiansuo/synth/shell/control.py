"""Who controls whom: addresses (S1), people (S2) and contacts (S3) with many firms, relays (S8), convicts (S11)."""

from __future__ import annotations

from datetime import date, timedelta

from xiansuo.synth.ledger import company_key
from xiansuo.synth.shell.book import STEEL, Book
from xiansuo.synth.truth import RowKey

S1, S2, S3 = "crowded_address", "one_person_many_firms", "shared_contact"
S8, S11 = "short_lived_relay", "convicted_still_registered"
CROWD, FEW = 10, 5
LIFE_DAYS, RELAY_DAYS = 548, 180
ROLES = ("法定代表人", "财务负责人", "办税员")
SITES = ("集群登记", "CLUSTER_ADDRESS"), ("众创空间", "INCUBATOR"), ("产业园区", "PARK")
HOLDERS = (
    ("代理记账", "AGENT", "tax.filing"),
    ("集团财务共享", "GROUP_FINANCE", "tax.filing"),
    ("控股平台", "HOLDING", "entity.filing"),
)
ENDINGS = ("项目公司", "PROJECT_DONE"), ("吸收合并", "MERGED"), ("个转企", "CONVERTED")
REMEDIES = ("清算组", "LIQUIDATING"), ("吊销听证", "HEARING"), ("冒名撤销", "STOLEN_IDENTITY")


def plant(book: Book, times: int) -> None:
    """All cases of S1, S2, S3, S8 and S11, ``times`` as many as in a small city."""
    for turn in range(12 * times):
        _crowd(book, turn)
        _person(book, turn)
        _contact(book, turn)
        _relay(book, turn)
        _convict(book, turn)
    for turn in range(9 * times):
        for kind, code in SITES:
            _crowd(book, turn, kind, code)
        for holder in HOLDERS:
            _person(book, turn, holder)
        for holder in HOLDERS[:2]:
            _contact(book, turn, holder)
        _contact(book, turn, park=True)
        for kind, code in ENDINGS:
            _relay(book, turn, kind, code)
        for kind, code in (*REMEDIES, ("", "REAL_BUSINESS")):
            _convict(book, turn, kind, code)
    for turn in range(2 * times):
        _crowd(book, turn, short=True)
        _person(book, turn, short=True)
        _contact(book, turn, short=True)
        _relay(book, turn, short=True)
        _convict(book, turn, short=True)


def _crowd(book: Book, turn: int, kind: str = "", code: str | None = None, *, short: bool = False) -> None:
    """Firms at one address, spelled in two ways, with or without the permit of the place."""
    number = book.serial("址")[-5:]
    place = f"杭州市西湖区虚拟路{int(number)}号{101 + turn}"
    edge = turn == 0
    count = CROWD - 1 if short else CROWD + (0 if edge else turn % 4)
    founded = [date(2021, 1 + at % 12, 1 + turn % 28) for at in range(count)]
    firms = [book.firm(day, address=place + ("室", " 室", "")[at % 3]) for at, day in enumerate(founded)]
    rows = [company_key(firm) for firm in firms]
    if code:
        rows.append(book.filing("entity.filing", kind, firms[0], address=place + "室"))
    days = min(founded), max(founded)
    book.case(S1, kind or "shells", place, days, rows, code=code, edge=edge or short, short=short)


def _count(turn: int, short: bool) -> int:
    return FEW - 1 if short else FEW + (0 if turn == 0 else turn % 3)


def _person(book: Book, turn: int, holder: tuple[str, str, str] | None = None, *, short: bool = False) -> None:
    who = book.person()
    days, rows = [], []
    for at in range(_count(turn, short)):
        firm = book.firm(date(2019, 1 + at, 1 + turn % 28))
        days.append(date(2022, 1 + at, 1 + turn % 28))
        rows.append(
            book.add("tax.duty_person", uscc=firm, id_number=who, role=ROLES[(at + turn) % 3], valid_from=days[-1])
        )
        if holder:
            rows.append(book.filing(holder[2], holder[0], firm, who))
    _control_case(
        book, S2, who, (min(days), max(days)), rows, holder[:2] if holder else None, turn == 0 or short, short
    )


def _contact(
    book: Book, turn: int, holder: tuple[str, str, str] | None = None, *, park: bool = False, short: bool = False
) -> None:
    book.counters["contact"] += 1
    number = book.counters["contact"]
    kind = "IP" if park or turn % 2 else "电话"
    value = f"10.{number // 250}.{number % 250}.9" if kind == "IP" else f"170{number:08d}"
    days, rows = [], []
    for at in range(_count(turn, short)):
        firm = book.firm(date(2019, 1 + at, 1 + turn % 28))
        days.append(date(2023, 1 + at, 1 + turn % 28))
        rows.append(book.add("tax.contact_point", uscc=firm, kind=kind, value=value, first_seen=days[-1]))
        if holder:
            rows.append(book.filing(holder[2], holder[0], firm, value))
    if park:
        rows.append(book.filing("tax.filing", "园区公共出口", None, value))
    excuse = ("园区公共出口", "PARK_NETWORK") if park else holder[:2] if holder else None
    _control_case(book, S3, value, (min(days), max(days)), rows, excuse, turn == 0 or short, short)


def _control_case(
    book: Book,
    rule: str,
    subject: str,
    days: tuple[date, date],
    rows: list[RowKey],
    excuse: tuple[str, str] | None,
    edge: bool,
    short: bool,
) -> None:
    kind, code = excuse or ("under" if short else "cluster", None)
    book.case(rule, kind, subject, days, rows, code=code, edge=edge, short=short)


def _relay(book: Book, turn: int, kind: str = "", code: str | None = None, *, short: bool = False) -> None:
    """A firm that disappears young, and the next one of the same person or the same phone."""
    edge = turn == 0
    born = date(2023, 10, 9) if edge or short else date(2024, 1, 5) + timedelta(days=7 * (turn % 20))
    life = LIFE_DAYS if short else LIFE_DAYS - 1 if edge else 200 + 10 * (turn % 20)
    gone = born + timedelta(days=life)
    apart = RELAY_DAYS if edge else 10 + turn % 90
    status = "存续" if turn % 3 == 0 else "注销"
    first = book.firm(born, status=status, gone=None if status == "存续" else gone)
    following = book.firm(gone + timedelta(days=apart))
    rows = [company_key(first), company_key(following)]
    how = "注销" if status == "注销" else ("走逃失联", "非正常户")[turn % 2]
    rows.append(book.add("tax.taxpayer_status", uscc=first, status=how, status_date=gone))
    if turn % 2:
        number = book.serial("171")
        for firm in (first, following):
            rows.append(book.add("tax.contact_point", uscc=firm, kind="电话", value=number, first_seen=born))
    else:
        who = book.person()
        for at, firm in enumerate((first, following)):
            role = ROLES[at]
            rows.append(book.add("tax.duty_person", uscc=firm, id_number=who, role=role, valid_from=born))
    for at in range(3):
        rows.append(book.invoice(first, book.customer(), born + timedelta(days=30 + 9 * at), 40_000_000, STEEL))
    if code:
        main, party = (following, first) if code == "CONVERTED" else (first, following)
        rows.append(book.filing("entity.filing", kind, main, party if code != "PROJECT_DONE" else None))
    book.case(S8, kind or "relay", first, (born, gone), rows, code=code, edge=edge or short, short=short)


def _convict(book: Book, turn: int, kind: str = "", code: str | None = None, *, short: bool = False) -> None:
    """A firm named in a judgment that took effect long ago, or lately (``short``), and is still registered."""
    firm = book.firm(date(2019, 5, 1 + turn % 28))
    year = book.world.year
    effective = date(year, 9, 20) if short else date(year, 7, 3) if turn == 0 else date(year - 1, 2 + turn % 10, 15)
    finding = "主要从事合法经营" if code == "REAL_BUSINESS" else ("为犯罪设立", "无实际经营")[turn % 2]
    book.counters["判"] += 1
    rows = [
        company_key(firm),
        book.add(
            "justice.shell_judgment",
            case_no=f"({effective.year})浙01刑终{book.counters['判']}号",
            uscc=firm,
            crime="虚开增值税专用发票罪",
            finding=finding,
            effective_on=effective,
        ),
    ]
    if kind:
        rows.append(book.filing("entity.filing", kind, firm))
    name = kind or ("lawful" if code else "shell")
    book.case(S11, name, firm, (effective, effective), rows, code=code, edge=turn == 0 and not code, short=short)
