"""The book the planted certificate cases are written into: rows of every table, and the truth about them.

Belongs here: how one planted worker, certificate, card, order or document becomes rows that agree with each other.
Which stories are told is ``violations`` and ``lookalikes``. Only hundreds of workers pass through here;
the many come from ``background`` as vectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xiansuo.core.errors import InputError
from xiansuo.synth.cert.reference import ISSUERS, ITEMS, REGISTER_AS_OF, REQUIRED, RESIDENT, SCHOOL, URLS
from xiansuo.synth.ids import ID_CHECKS, ID_WEIGHTS
from xiansuo.synth.truth import Label, RowKey, Strength, TruthCase

if TYPE_CHECKING:
    import numpy as np

DATASETS = {"应急": "cert.cert_official", "住建": "cert.cert_housing", "市监": "cert.cert_samr"}
NORMAL_STRENGTH: dict[str, Strength] = {"wrong_category": "B"}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Someone from the world."""

    id_number: str
    name: str
    phone: str
    region_code: str


@dataclass(slots=True)
class Scene:
    """A worker on a site: roster row, days attended, and what was found when the card was checked."""

    person: Person
    id_no: str
    name: str
    id_type: str
    trade: str
    worker_id: str
    enter: date
    leave: date
    days: list[date]
    certificate: Row = field(default_factory=dict)
    checks: list[Row] = field(default_factory=list)
    order: Row = field(default_factory=dict)

    @property
    def middle(self) -> date:
        """A day in the middle of the stay."""
        return self.days[len(self.days) // 2]


@dataclass
class Book:
    """All planted rows by dataset id, and the cases. ``rng`` draws dates; ``people`` hands out fresh persons."""

    rng: np.random.Generator
    people: Iterator[Person]
    sites: list[Row]
    schools: list[str]
    rows: dict[str, list[Row]] = field(default_factory=dict)
    cases: list[TruthCase] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)

    def person(self) -> Person:
        """The next unused person; InputError when the world is too small."""
        found = next(self.people, None)
        if found is None:
            raise InputError("the world has too few adults for the planted cases", fix="ask for more persons")
        return found

    def number(self, kind: str) -> int:
        """Running number of a kind of record, from 1."""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return self.counters[kind]

    def add(self, dataset: str, row: Row) -> Row:
        """Append one row."""
        self.rows.setdefault(dataset, []).append(row)
        return row

    def scene(
        self,
        trade: str = "焊工",
        *,
        enter: date | None = None,
        leave: date | None = None,
        person: Person | None = None,
        id_no: str | None = None,
        name: str | None = None,
        id_type: str = RESIDENT,
        day_trade: str | None = None,
    ) -> Scene:
        """A new worker with roster row and attendance on every weekday but Sunday of the stay."""
        someone = person or self.person()
        start = enter or date(2025, 2, 3) + timedelta(days=int(self.rng.integers(0, 220)))
        end = leave or start + timedelta(days=int(self.rng.integers(25, 50)))
        days = [start + timedelta(days=k) for k in range((end - start).days + 1)]
        days = [day for day in days if day.isoweekday() != 7 or day in (start, end)]
        worker = f"P{self.number('worker'):06d}"
        made = Scene(
            someone, id_no or someone.id_number, name or someone.name, id_type, trade, worker, start, end, days
        )
        site = self.sites[int(self.rng.integers(0, len(self.sites)))]
        self.add(
            "cert.site_worker",
            {"worker_id": worker, "name": made.name, "id_type": id_type, "id_no": made.id_no, "phone": someone.phone}
            | site
            | {"trade": trade, "enter_date": start, "leave_date": end},
        )
        for day in days:
            self.add(
                "cert.attendance",
                {
                    "worker_id": worker,
                    "project_no": site["project_no"],
                    "day": day,
                    "in_ts": datetime.combine(day, time(7, int(self.rng.integers(0, 30)))),
                    "out_ts": datetime.combine(day, time(17, int(self.rng.integers(0, 59)))),
                    "day_trade": day_trade,
                },
            )
        return made

    def relabel(self, scene: Scene, first: date, trade: str) -> None:
        """From ``first`` on the scene's attendance says another day trade."""
        for row in self.rows["cert.attendance"]:
            if row["worker_id"] == scene.worker_id and row["day"] >= first:
                row["day_trade"] = trade

    def certify(self, scene: Scene, register: str | None = None, category: str | None = None, **changes: Any) -> Row:
        """A register row that is good for the whole stay unless ``changes`` say otherwise."""
        first_register, first_category = required(scene.trade)
        row = certificate(scene.person, register or first_register, category or first_category, scene, self.rng)
        row |= changes
        system = row["register"]
        stored = {key: value for key, value in row.items() if key != "register" or system in ("煤矿", "军工")}
        if system in ("煤矿", "军工"):
            stored.pop("work_item")
        if system != "应急":
            stored.pop("review_due")
            stored.pop("review_done")
        self.add(DATASETS.get(system, "cert.cert_other_register"), stored)
        scene.certificate = row
        return row

    def check(self, scene: Scene, shown: Mapping[str, Any] | None = None, **changes: Any) -> Row:
        """A card check: the fields of ``shown`` (default: the scene's certificate) with ``changes``."""
        card = dict(shown or scene.certificate)
        serial = self.number("check")
        row = {
            "check_id": f"CYP{serial:06d}",
            "worker_id": scene.worker_id,
            "name": scene.name,
            "id_type": scene.id_type,
            "id_no": scene.id_no,
            "cert_no": card["cert_no"],
            "cert_system": card["register"],
            "qr_url": URLS[card["register"]] + _ascii(card["cert_no"]) if card["register"] in URLS else None,
            "image_no": f"IMG{serial:06d}",
            "check_date": scene.middle,
            "checker_org": "市建设工程安全监督站",
        }
        copied = "work_category work_item issuer first_issue valid_from valid_to review_due review_done"
        row |= {name: card[name] for name in copied.split()} | changes
        scene.checks.append(self.add("cert.cert_presented", row))
        return row

    def forge(self, scene: Scene, **changes: Any) -> Row:
        """A card for which no register row exists, issued half a year before the stay."""
        register, category = required(scene.trade)
        card = certificate(scene.person, register, category, scene, self.rng)
        issued = scene.enter - timedelta(days=int(self.rng.integers(100, 240)))
        card |= {"first_issue": issued, "valid_from": issued, "valid_to": plus_years(issued, 6)}
        card |= {"review_due": plus_years(issued, 3), "review_done": None}
        return self.check(scene, card, **changes)

    def buy(self, scene: Scene, paid: date, status: str = "已付款", **changes: Any) -> Row:
        """An order on the seller's platform."""
        serial = self.number("order")
        row = {
            "order_id": f"DD{paid:%Y%m%d}{serial:05d}",
            "buyer_name": scene.name,
            "buyer_id": scene.id_no,
            "phone": scene.person.phone,
            "work_category": required(scene.trade)[1],
            "pay_yuan": Decimal(int(self.rng.choice([450, 500, 580, 850]))).quantize(Decimal("0.01")),
            "pay_ts": datetime.combine(paid, time(20, serial % 60)),
            "order_status": status,
            "seller_account": f"wx_{serial % 4:03d}zs",
            "site_domain": "aqsc-kaoshi.cn",
            "evidence_no": f"JC2025-{serial % 4 + 1:03d}",
        } | changes
        scene.order = self.add("cert.fake_order", row)
        return row

    def enrol(self, scene: Scene, paid: date) -> Row:
        """A contract with a training school."""
        serial = self.number("enrol")
        return self.add(
            "cert.training_enrolment",
            {
                "enrol_id": f"PX{serial:06d}",
                "id_no": scene.id_no,
                "name": scene.name,
                "school_uscc": self.schools[serial % len(self.schools)],
                "school_name": SCHOOL,
                "work_category": required(scene.trade)[1],
                "contract_no": f"AS2025-{serial:05d}",
                "fee_yuan": Decimal("1980.00"),
                "paid_date": paid,
            },
        )

    def change(self, kind: str, old_id: str, new_id: str, old_name: str, new_name: str, day: date) -> Row:
        """A change of name or number recorded by the police."""
        serial = self.number("change")
        return self.add(
            "cert.identity_change",
            {"change_id": f"BG{serial:06d}", "kind": kind, "old_id_no": old_id, "new_id_no": new_id}
            | {
                "old_name": old_name,
                "new_name": new_name,
                "change_date": day,
                "document_no": f"杭公户〔2024〕{serial}号",
            },
        )

    def truth(
        self,
        scene: Scene,
        rules: str,
        kind: str,
        *,
        label: Label = "violation",
        code: str | None = None,
        window: tuple[date, date] | None = None,
        threshold: bool = False,
        strength: Strength | None = None,
        subject: str | None = None,
    ) -> None:
        """One case per rule named in ``rules`` (split at blanks), with the window and rows that rule speaks of."""
        for rule in rules.split():
            self.case(
                rule,
                subject or scene.id_no,
                kind,
                window or default_window(rule, scene),
                case_rows(scene),
                label=label,
                code=code,
                threshold=threshold,
                strength=strength or NORMAL_STRENGTH.get(rule, "A"),
            )

    def case(
        self,
        rule: str,
        subject: str,
        kind: str,
        window: tuple[date, date],
        rows: list[RowKey],
        *,
        label: Label,
        code: str | None = None,
        threshold: bool = False,
        strength: Strength = "A",
    ) -> None:
        """One case of one rule about any subject."""
        self.cases.append(
            TruthCase(
                case_id=f"cert-{rule}-{len(self.cases) + 1:05d}",
                model_id="special_op_cert",
                rule_id=rule,
                label=label,
                strength=strength,
                kind=kind,
                at_threshold=threshold,
                subject_id=subject,
                occurred_from=window[0],
                occurred_to=window[1],
                exclusion_code=code,
                note=kind.replace("_", " "),
                rows=rows,
            )
        )

    def innocent(self, scene: Scene, rules: str, kind: str, code: str | None, **more: Any) -> None:
        """A look-alike: ``truth`` with that label and the code the rule should name."""
        self.truth(scene, rules, kind, label="lookalike", code=code, **more)


def required(trade: str) -> tuple[str, str]:
    """Register and category of the certificate a trade usually needs."""
    return next((register, category) for name, register, category in REQUIRED if name == trade)


def default_window(rule: str, scene: Scene) -> tuple[date, date]:
    """The days a rule speaks of: the checks, the purchase and after, or the days attended."""
    if rule in ("not_in_register", "invalid_number", "fake_verification_site", "shared_cert_number"):
        days = [row["check_date"] for row in scene.checks]
        return min(days), max(days)
    if rule == "buyer_on_site" and scene.order:
        return max(scene.order["pay_ts"].date(), scene.enter), scene.leave
    return scene.days[0], scene.days[-1]


def case_rows(scene: Scene) -> list[RowKey]:
    """Keys of the rows that make a scene: roster, first attended day, checks, order."""
    rows: list[RowKey] = [("cert.site_worker", {"worker_id": scene.worker_id})]
    rows += [("cert.cert_presented", {"check_id": row["check_id"]}) for row in scene.checks]
    if scene.order:
        rows.append(("cert.fake_order", {"order_id": scene.order["order_id"]}))
    return rows


def certificate(person: Person, register: str, category: str, scene: Scene, rng: np.random.Generator) -> Row:
    """A certificate valid from two years before the stay (one for housing) until well after it."""
    started = scene.enter - timedelta(days=int(rng.integers(300, 660)))
    years = {"应急": 6, "住建": 2, "市监": 4}.get(register, 6)
    numbers = {"应急": f"T{scene.id_no}", "住建": f"浙A04{started.year}{int(rng.integers(100000, 999999)):06d}"}
    return {
        "register": register,
        "cert_no": numbers.get(register, f"{register[:1]}{scene.id_no}"),
        "id_no": scene.id_no,
        "name": scene.name,
        "work_category": category,
        "work_item": ITEMS[category],
        "issuer": ISSUERS[register],
        "first_issue": started,
        "valid_from": started,
        "valid_to": plus_years(started, years),
        "review_due": plus_years(started, 3),
        "review_done": None,
        "status": "有效",
        "status_date": None,
        "as_of": REGISTER_AS_OF,
    }


def plus_years(day: date, years: int) -> date:
    """The day before the same day ``years`` later; 29 February counts as the 28th."""
    later = day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)
    return later - timedelta(days=1)


def with_check_digit(body: str) -> str:
    """18-character id number of a 17-digit body (GB 11643-1999)."""
    total = sum(weight * int(digit) for weight, digit in zip(ID_WEIGHTS, body, strict=True))
    return body + ID_CHECKS[total % 11]


def _ascii(cert_no: str) -> str:
    """The number as the address in a QR code spells it: without Chinese characters."""
    return "".join(filter(str.isascii, cert_no))
