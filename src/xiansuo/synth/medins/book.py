"""The book in which planted visits are written: one call makes a visit whose tables agree with each other.

Belongs here: the bookkeeping of visits, settlements, fee lines, diagnoses, refunds, papers and truth. What a violation
consists of is written in ``stays``, ``charges``, ``patients`` and ``whereabouts``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from xiansuo.core.errors import InputError
from xiansuo.synth.medins.catalog import ITEMS, Item
from xiansuo.synth.truth import Label, RowKey, Strength, TruthCase

Row = dict[str, Any]
MODEL = "medins_fraud"
STAY, CLINIC, EMERGENCY, PHARMACY, DAY_SURGERY, HOME_BED = "21", "11", "13", "41", "28", "71"
IN_SCOPE = Decimal("0.9")
FUND_RATE = {STAY: Decimal("0.8"), DAY_SURGERY: Decimal("0.8"), HOME_BED: Decimal("0.8")}


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the insurer knows one."""

    certno: str
    name: str
    gender: str
    birth: date
    phone: str
    region: str

    @property
    def number(self) -> str:
        """The insurer's own person number."""
        return "3301" + self.certno[6:17]


@dataclass(frozen=True, slots=True)
class Line:
    """One fee line to be written: item or its key, when, how many, and what makes it special.

    ``extra`` holds further columns of the line, in place of what the item says.
    """

    item: str | Item
    at: datetime
    count: int = 1
    dept: str | None = None
    days: int | None = None
    local: str | None = None
    sent_out: bool = False
    reversed_count: int = 0
    extra: Row = field(default_factory=dict)

    @property
    def what(self) -> Item:
        """The item charged."""
        return self.item if isinstance(self.item, Item) else ITEMS[self.item]


@dataclass(frozen=True, slots=True)
class Visit:
    """Keys of a written visit."""

    mdtrt_id: str
    setl_id: str
    person: Person
    institution: str

    @property
    def rows(self) -> list[RowKey]:
        """The two rows that every visit has."""
        return [("medins.mdtrt_d", {"mdtrt_id": self.mdtrt_id}), ("medins.setl_d", {"setl_id": self.setl_id})]


@dataclass
class Book:
    """Collects rows per dataset and truth cases; hands out people, each used for one case only."""

    names: dict[str, str]
    queue: list[Person]
    tables: dict[str, list[Row]] = field(default_factory=dict)
    cases: list[TruthCase] = field(default_factory=list)
    serial: int = 0

    def person(self, gender: str | None = None, born: tuple[int, int] = (1940, 2000)) -> Person:
        """The next unused person of that sex, born in those years; InputError when nobody is left."""
        for place, found in enumerate(self.queue):
            if gender in (None, found.gender) and born[0] <= found.birth.year <= born[1]:
                return self.queue.pop(place)
        raise InputError(
            "the world has too few people for the planted medical insurance cases",
            field="persons",
            fix="ask for 5,000 people or more",
        )

    def next_id(self, prefix: str) -> str:
        """A running odd number with a prefix."""
        self.serial += 1
        return f"{prefix}{2 * self.serial + 1:09d}"

    def add(self, dataset: str, **row: Any) -> None:
        """One row of any dataset."""
        self.tables.setdefault(dataset, []).append(row)

    def visit(
        self,
        person: Person,
        institution: str,
        kind: str,
        begin: datetime,
        end: datetime,
        lines: Sequence[Line],
        *,
        diagnosis: tuple[str, str] = ("J18.900", "肺炎"),
        dept: str = "A03",
        settled: datetime | None = None,
        posted: tuple[date, date] | None = None,
        account_only: str | None = None,
        visit_extra: Row | None = None,
        settlement_extra: Row | None = None,
    ) -> Visit:
        """Write visit, settlement and fee lines. ``posted`` are the settlement's dates if not the visit's;
        ``account_only`` names the account column that pays instead of the fund."""
        mdtrt_id, setl_id = self.next_id("JZ"), self.next_id("JS")
        visit = Visit(mdtrt_id, setl_id, person, institution)
        total = self._lines(visit, lines, dept)
        who = {
            "psn_no": person.number,
            "psn_name": person.name,
            "certno": person.certno,
            "gend": person.gender,
            "brdy": person.birth,
        }
        where = {"fixmedins_code": institution, "fixmedins_name": self.names[institution]}
        stay = kind in (STAY, DAY_SURGERY, HOME_BED)
        self.add(
            "medins.mdtrt_d",
            mdtrt_id=mdtrt_id,
            **who,
            **where,
            begntime=begin,
            endtime=end,
            med_type=kind,
            ipt_otp_no=mdtrt_id[-8:],
            medrcdno=mdtrt_id[-6:],
            adm_dept_codg=dept,
            dscg_maindiag_code=diagnosis[0],
            dscg_maindiag_name=diagnosis[1],
            tel=person.phone,
            vali_flag="1",
            **{
                "dscg_dept_codg": dept,
                "nwb_flag": "0",
                "ttp_pay_flag": "0",
                "dscg_way": "1" if stay else None,
                "ipt_days": (end.date() - begin.date()).days if stay else None,
                **(visit_extra or {}),
            },
        )
        first, last = posted or (begin.date(), end.date())
        paid = payment(total, kind, account_only)
        self.add(
            "medins.setl_d",
            setl_id=setl_id,
            mdtrt_id=mdtrt_id,
            **who,
            **where,
            age=last.year - person.birth.year,
            insutype="310",
            insu_admdvs=person.region,
            begndate=first,
            enddate=last,
            setl_time=settled or datetime.combine(last, time(17)),
            med_type=kind,
            **paid,
            year=last.year,
            **{"refd_setl_flag": "0", "mid_setl_flag": "0", "vali_flag": "1", **(settlement_extra or {})},
        )
        if stay:
            self.diagnosis(visit, diagnosis)
        return visit

    def _lines(self, visit: Visit, lines: Sequence[Line], dept: str) -> Decimal:
        total = Decimal(0)
        for number, line in enumerate(sorted(lines, key=_order), start=1):
            total += self._line(visit, line, f"{number:05d}", line.count, dept, None)
            if line.reversed_count:
                total += self._line(visit, line, f"{number:05d}R", -line.reversed_count, dept, f"{number:05d}")
        return total

    def _line(self, visit: Visit, line: Line, serial: str, count: int, dept: str, reverses: str | None) -> Decimal:
        item = line.what
        price = Decimal(item.cents) / 100
        amount = price * count
        self.add(
            "medins.fee_list_d",
            bkkp_sn=serial,
            cnt=Decimal(count),
            pric=price,
            det_item_fee_sumamt=amount,
            inscp_amt=cents(amount * IN_SCOPE),
            init_feedetl_sn=reverses,
            **{**_fixed(visit, line, item, dept), **line.extra},
        )
        return amount

    def diagnosis(self, visit: Visit, diagnosis: tuple[str, str], place: int = 1) -> None:
        """One diagnosis of the settlement list; the first is the main one."""
        self.add(
            "medins.setl_list_diag_d",
            mdtrt_id=visit.mdtrt_id,
            diag_srt_no=place,
            setl_id=visit.setl_id,
            diag_code=diagnosis[0],
            diag_name=diagnosis[1],
            maindiag_flag="1" if place == 1 else "0",
            adm_cond_type="1",
        )

    def operation(self, visit: Visit, day: date, part: str, place: int = 1) -> None:
        """One operation of the settlement list; ``part`` is 左, 右, 双 or 无."""
        self.add(
            "medins.setl_list_oprn_d",
            mdtrt_id=visit.mdtrt_id,
            oprn_srt_no=place,
            setl_id=visit.setl_id,
            main_oprn_flag="1" if place == 1 else "0",
            oprn_oprt_code="13.4100",
            oprn_oprt_name="手术操作",
            oprn_oprt_date=day,
            oprn_oprt_begntime=datetime.combine(day, time(8 + place)),
            oprn_part=part,
        )

    def refund(self, visit: Visit, at: datetime) -> None:
        """Take the whole settlement back."""
        original = next(row for row in reversed(self.tables["medins.setl_d"]) if row["setl_id"] == visit.setl_id)
        money = {name: -value for name, value in original.items() if isinstance(value, Decimal)}
        self.add(
            "medins.setl_d",
            **{
                **original,
                **money,
                "setl_id": self.next_id("JS"),
                "refd_setl_flag": "1",
                "init_setl_id": visit.setl_id,
                "setl_time": at,
            },
        )

    def referral(self, visit: Visit, kind: str, first: date, last: date, source: Visit | None = None) -> None:
        """A permit to be treated at the institution of ``visit``."""
        self.add(
            "medins.referral",
            referral_id=self.next_id("ZZ"),
            certno=visit.person.certno,
            from_mdtrt_id=source.mdtrt_id if source else None,
            from_fixmedins_code=source.institution if source else None,
            to_fixmedins_code=visit.institution,
            kind=kind,
            date_from=first,
            date_to=last,
            approved_by="医务科",
        )

    def agent(self, visit: Visit, at: datetime) -> None:
        """Another person collected the medicine and showed both papers."""
        agent = self.person()
        self.add(
            "medins.agent_pickup",
            mdtrt_id=visit.mdtrt_id,
            agent_name=agent.name,
            agent_certno=agent.certno,
            relation="家属",
            registered_at=at,
        )

    def truth(
        self,
        rule: str,
        label: Label,
        kind: str,
        subject: str,
        span: tuple[date, date],
        rows: list[RowKey],
        *,
        code: str | None = None,
        strength: Strength = "A",
        edge: bool = False,
        note: str = "",
    ) -> None:
        """Write one planted case down."""
        self.serial += 1
        self.cases.append(
            TruthCase(
                f"medins-{rule}-{self.serial:07d}",
                MODEL,
                rule,
                label,
                strength,
                kind,
                edge,
                subject,
                span[0],
                span[1],
                code,
                note,
                rows,
            )
        )


def _order(line: Line) -> tuple[datetime, str]:
    return line.at, line.item if isinstance(line.item, str) else line.item.code


def _fixed(visit: Visit, line: Line, item: Item, dept: str) -> Row:
    return {
        "mdtrt_id": visit.mdtrt_id,
        "setl_id": visit.setl_id,
        "psn_no": visit.person.number,
        "fixmedins_code": visit.institution,
        "fee_ocur_time": line.at,
        "chrgitm_lv": "01",
        "hilist_code": item.code,
        "hilist_name": item.name,
        "med_list_codg": item.code,
        "medins_list_codg": line.local or "N" + item.code,
        "med_chrgitm_type": item.kind,
        "bilg_dept_codg": line.dept or dept,
        "prd_days": line.days,
        "etip_flag": "1" if line.sent_out else "0",
    }


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to 0.01 yuan."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def payment(total: Decimal, kind: str, account_only: str | None) -> dict[str, Decimal]:
    """How a bill is split between fund, accounts and cash; yuan."""
    scope = cents(total * IN_SCOPE)
    fund = Decimal(0) if account_only else cents(scope * FUND_RATE.get(kind, Decimal("0.5")))
    paid = {
        "medfee_sumamt": total,
        "inscp_amt": scope,
        "fund_pay_sumamt": fund,
        "hifp_pay": fund,
        "acct_pay": Decimal(0),
        "acct_mulaid_pay": Decimal(0),
        "cash_payamt": total - fund,
    }
    if account_only:
        paid |= {account_only: total, "cash_payamt": Decimal(0)}
    return paid


def ward_days(begin: date, days: int, idle: Sequence[int] = (), skip: Sequence[str] = ()) -> list[Line]:
    """Bed, consultation, nursing and an infusion for every day of a stay; ``idle`` days carry only bed and pills."""
    lines = []
    for offset in range(days):
        day = begin + timedelta(days=offset)
        keys = ["bed", "oral_drug"] if offset in idle else ["bed", "visit_ward", "nursing2", "infusion", "oral_drug"]
        lines += [
            Line(key, datetime.combine(day, time(9 + place))) for place, key in enumerate(keys) if key not in skip
        ]
    return lines


def moment(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A clock time on a day."""
    return datetime.combine(day, time(hour, minute))


def slots(hospitals: Sequence[str], year: int, order: Sequence[int]) -> Iterator[tuple[str, date]]:
    """(hospital, first day) pairs whose 25-day spans never overlap at one hospital, in the given order."""
    for number in order:
        month = number // len(hospitals)
        yield hospitals[number % len(hospitals)], date(year, month + 1, 4)
