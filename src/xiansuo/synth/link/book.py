"""The book the transfer cases are written into: rows of every table that agree with each other, and their truth.

Belongs here: how one penalty, transfer, receipt, non-prosecution or opinion becomes a row that breaks no rule unless
its author says so. Which stories are told is ``penalties``, ``repeats``, ``channel``, ``opinions``
and ``aftermath``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xiansuo.core.errors import InputError
from xiansuo.synth.truth import Label, RowKey, Strength, TruthCase
from xiansuo.synth.world import COUNTIES

if TYPE_CHECKING:
    import numpy as np

Row = dict[str, Any]
KEYS = {
    "admin.penalty": "doc_no",
    "admin.penalty_amount": "doc_no measure",
    "admin.transfer": "transfer_no",
    "admin.transfer_item": "transfer_no doc_no",
    "admin.reconsideration": "review_no",
    "admin.case_finding": "finding_no",
    "admin.price_appraisal": "appraisal_no",
    "admin.test_report": "report_no",
    "admin.no_penalty": "decision_no",
    "admin.case_extension": "extension_no",
    "police.transfer_receipt": "receipt_no",
    "justice.non_prosecution": "np_no",
    "justice.opinion": "doc_no",
    "justice.appeal": "appeal_no",
    "justice.review_decision": "decision_no",
    "justice.seized_property": "item_no",
    "admin.organ": "org_code",
    "admin.organ_power": "org_code org_kind valid_from",
    "person.death": "id_number source_kind",
}
OFFICES = {
    "市场监管": "市场监督管理局",
    "烟草": "烟草专卖局",
    "税务": "税务局",
    "应急管理": "应急管理局",
    "生态环境": "生态环境分局",
    "公安": "公安分局",
    "综合执法": "综合行政执法局",
}
STRENGTHS: dict[str, Strength] = {
    "repeat_penalties": "B",
    "no_copy_to_procuratorate": "B",
    "no_penalty_after_refusal": "B",
    "split_fines": "B",
    "property_not_disposed": "B",
    "barred_or_deceased": "B",
    "wrong_agency": "B",
}
CHARGES = {
    "假冒注册商标": "假冒注册商标罪",
    "无证经营烟草专卖品": "非法经营罪",
    "商业贿赂": "对非国家工作人员行贿罪",
}


@dataclass(frozen=True, slots=True)
class Party:
    """A person or a company of the annex. ``kind`` is 个人 or 单位."""

    id: str
    name: str
    kind: str
    region: str
    birth: date | None = None


@dataclass
class Book:
    """All planted rows by dataset, the cases, and the people and companies still unused.

    ``firms`` are companies, ``adults`` people of full age, ``youths`` people not yet sixteen in the year,
    ``children`` not yet fourteen; each hands out fresh ones.
    """

    rng: np.random.Generator
    firms: Iterator[Party]
    adults: Iterator[Party]
    youths: Iterator[Party]
    children: Iterator[Party]
    rows: dict[str, list[Row]] = field(default_factory=dict)
    cases: list[TruthCase] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)

    def firm(self) -> Party:
        """An unused company."""
        return _next(self.firms)

    def adult(self) -> Party:
        """An unused adult."""
        return _next(self.adults)

    def youth(self) -> Party:
        """An unused person under sixteen."""
        return _next(self.youths)

    def child(self) -> Party:
        """An unused person under fourteen."""
        return _next(self.children)

    def number(self, kind: str) -> int:
        """Running number of a kind of record, from 1."""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return self.counters[kind]

    def draw(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return int(self.rng.integers(low, high + 1))

    def day(self, first: date = date(2025, 2, 10), last: date = date(2025, 8, 31)) -> date:
        """A day from first to last."""
        return first + timedelta(days=self.draw(0, (last - first).days))

    def add(self, dataset: str, row: Row) -> RowKey:
        """Append one row; returns dataset and key."""
        self.rows.setdefault(dataset, []).append(row)
        return dataset, {name: row[name] for name in KEYS[dataset].split()}

    def penalty(self, party: Party, cause: str, act: date, *, kind: str = "市场监管", **changes: Any) -> RowKey:
        """A penalty for an act of one day, decided some weeks later."""
        serial = self.number("penalty")
        decided = changes.pop("decision_date", act + timedelta(days=self.draw(40, 75)))
        row = {
            "doc_no": f"杭{kind[:1]}罚〔{decided.year}〕{serial:05d}号",
            "case_no": f"LA{decided.year}{serial:06d}",
            "org_code": f"{party.region}{kind}",
            "org_name": office(kind, party.region),
            "org_kind": kind,
            "party_kind": party.kind,
            "party_id": party.id,
            "party_name": party.name,
            "cause": cause,
            "facts": f"当事人的行为构成{cause}，有现场笔录、询问笔录和书证证实。",
            "act_from": act,
            "act_to": act,
            "decision_date": decided,
            "fine_yuan": yuan(self.draw(20, 400) * 100),
            "detention_days": None,
            "replaces_no": None,
            "region_code": party.region,
        } | changes
        return self.add("admin.penalty", row)

    def amount(self, penalty: RowKey, measure: str, value: float | Decimal) -> RowKey:
        """One amount a penalty found."""
        row = {"doc_no": penalty[1]["doc_no"], "measure": measure, "amount_yuan": yuan(value)}
        return self.add("admin.penalty_amount", row)

    def case_no(self, penalty: RowKey) -> str:
        """The case number of a planted penalty."""
        found = next(row for row in reversed(self.rows["admin.penalty"]) if row["doc_no"] == penalty[1]["doc_no"])
        return str(found["case_no"])

    def transfer(self, party: Party, reported: date, **changes: Any) -> RowKey:
        """A transfer reported, approved the next morning, delivered and copied the same afternoon."""
        serial = self.number("transfer")
        approved = datetime.combine(reported + timedelta(days=1), time(10, serial % 60))
        cause = changes.pop("cause", "假冒注册商标")
        row = {
            "transfer_no": f"杭移送〔{reported.year}〕{serial:05d}号",
            "case_no": f"YS{reported.year}{serial:06d}",
            "org_code": f"{party.region}市场监管",
            "org_name": office("市场监管", party.region),
            "party_id": party.id,
            "party_name": party.name,
            "charge": CHARGES[cause],
            "reported_date": reported,
            "approved_ts": approved,
            "first_attempt_ts": None,
            "refusal_no": None,
            "sent_ts": approved + timedelta(hours=5),
            "police_org": office("公安", party.region),
            "cc_date": approved.date(),
            "cc_platform_no": None,
            "withdrawn_date": None,
            "withdrawal_no": None,
            "region_code": party.region,
        } | changes
        if row["withdrawn_date"] and not row["withdrawal_no"]:
            row["withdrawal_no"] = f"杭撤移〔2025〕{serial}号"
        return self.add("admin.transfer", row)

    def receipt(self, transfer: RowKey, party: Party, received: date, **changes: Any) -> RowKey:
        """The police accept a transfer and file the case the next day."""
        serial = self.number("receipt")
        row = {
            "receipt_no": f"杭公接〔2025〕{serial:05d}号",
            "transfer_no": transfer[1]["transfer_no"],
            "police_org": office("公安", party.region),
            "received_date": received,
            "decision": "立案",
            "decision_date": received + timedelta(days=1),
        } | changes
        return self.add("police.transfer_receipt", row)

    def document(self, dataset: str, prefix: str, **row: Any) -> RowKey:
        """A document of one of the smaller tables under a running number."""
        name = KEYS[dataset].split()[0]
        return self.add(dataset, {name: f"{prefix}〔2025〕{self.number(dataset):05d}号"} | row)

    def truth(
        self,
        rule: str,
        party: Party,
        window: tuple[date, date],
        kind: str,
        rows: list[RowKey],
        *,
        label: Label = "violation",
        code: str | None = None,
        edge: bool = False,
        model: str = "forward_link",
    ) -> None:
        """One case about the party in the window of days; ``edge`` marks one put right at a threshold."""
        self.cases.append(
            TruthCase(
                case_id=f"link-{rule}-{len(self.cases) + 1:05d}",
                model_id=model,
                rule_id=rule,
                label=label,
                strength=STRENGTHS.get(rule, "A"),
                kind=kind,
                at_threshold=edge,
                subject_id=party.id,
                occurred_from=window[0],
                occurred_to=window[1],
                exclusion_code=code,
                note=kind.replace("_", " "),
                rows=rows,
            )
        )

    def innocent(
        self, rule: str, party: Party, window: tuple[date, date], code: str | None, rows: list[RowKey], **more: Any
    ) -> None:
        """A look-alike with the code the rule should name, None when it must not hit."""
        self.truth(rule, party, window, (code or "unremarkable").lower(), rows, label="lookalike", code=code, **more)


def _next(people: Iterator[Party]) -> Party:
    found = next(people, None)
    if found is None:
        raise InputError("the annex has too few people or companies for the planted cases", fix="enlarge the annex")
    return found


def office(kind: str, region: str) -> str:
    """Name of the agency of a kind in a county."""
    return f"{COUNTIES.get(region, '杭州市')}{OFFICES[kind]}"


def yuan(value: float | Decimal) -> Decimal:
    """Money with two places."""
    return Decimal(value).quantize(Decimal("0.01"))
