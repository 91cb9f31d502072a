"""What the bribery domain writes: judgments, the payments they tell of, and records of people dealt with.

Belongs here: the plain row of each kind, which contradicts no other row. Which stories are told is ``stories``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from xiansuo.synth.ledger import Ledger, Shape
from xiansuo.synth.truth import RowKey

SHAPE = Shape(
    model="bribe_pair",
    prefix="SX",
    strength={
        "unhandled_briber": "A",
        "aggravated_small": "B",
        "unit_bribery": "A",
        "repeat_briber": "B",
        "award_near_payment": "C",
        "limitation_near": "B",
    },
    columns={
        "justice.bribery_judgment": "judgment_no court official_id official_name office_org post_from post_to charge "
        "joint_case_no effective_on",
        "justice.briber_mention": "mention_no judgment_no briber_kind briber_name id_no uscc amount_yuan from_date "
        "to_date nature nature_doc_no extorted unlawful_gain gain_kind illegal_source loss_yuan quote_text quote_from "
        "quote_to",
        "justice.case_person": "case_no party_id party_name charge act_from act_to filed_on outcome outcome_no",
        "discipline.result": "result_no party_id party_name kind judgment_no decided_on",
        "entity.public_award": "award_no uscc buyer_org amount_yuan awarded_on",
        "entity.person_link": "uscc id_number relation",
        "person.death": "id_number name death_date source_kind certificate_no",
    },
    keys={
        "justice.case_person": ("case_no", "party_id"),
        "entity.person_link": ("uscc", "id_number", "relation"),
        "person.death": ("id_number", "source_kind"),
    },
    dates=frozenset(("from_date", "to_date", "post_from", "post_to", "act_from", "act_to", "death_date")),
    integers=frozenset(("quote_from", "quote_to")),
    booleans=frozenset(("extorted", "unlawful_gain", "illegal_source")),
)
OFFICES = ("市住房和城乡建设局", "区水利局", "市第三人民医院", "区教育局", "开发区管理委员会", "市交通投资集团")


@dataclass(frozen=True)
class Giver:
    """Who paid: a person with an id number, or a firm with its code."""

    id: str
    name: str
    is_firm: bool = False


@dataclass
class Book(Ledger):
    """The ledger with judgments and payments."""

    def giver(self) -> Giver:
        """An unused person."""
        number = self.person()
        return Giver(number, str(self.residents[-1]["name"]))

    def giving_firm(self) -> Giver:
        """An unused firm, founded long before."""
        uscc = self.firm(date(2003, 5, 6))
        return Giver(uscc, str(self.companies[-1]["name"]), is_firm=True)

    def judgment(self, told: date, **changes: Any) -> RowKey:
        """A final judgment on one taker, some months after the last payment it tells of."""
        serial = self.counters["judgment"] = self.counters["judgment"] + 1
        taker = self.giver()
        effective = min(told + timedelta(days=200 + serial % 90), date(self.world.year, 12, 20))
        row = {
            "judgment_no": f"({effective.year})浙01刑初{serial:05d}号",
            "court": "杭州市中级人民法院",
            "official_id": taker.id,
            "official_name": taker.name,
            "office_org": OFFICES[serial % len(OFFICES)],
            "post_from": date(2001, 3, 1),
            "post_to": None,
            "charge": "受贿罪",
            "joint_case_no": None,
            "effective_on": effective,
        } | changes
        return self.add("justice.bribery_judgment", **row)

    def pay(
        self, giver: Giver, amount: float, day: date, judgment: RowKey | None = None, **changes: Any
    ) -> list[RowKey]:
        """One payment told in a judgment, a new one unless given; returns the keys of both rows."""
        told = judgment or self.judgment(day)
        start = 1_200 + 40 * (len(self.rows["justice.briber_mention"]) % 50)
        text = f"{day.year}年{day.month}月，被告人收受{giver.name}所送现金{amount:,.0f}元。"
        row = {
            "judgment_no": told[1]["judgment_no"],
            "briber_kind": "单位" if giver.is_firm else "个人",
            "briber_name": giver.name,
            "id_no": None if giver.is_firm else giver.id,
            "uscc": giver.id if giver.is_firm else None,
            "amount_yuan": amount,
            "from_date": day,
            "to_date": day,
            "nature": "行贿",
            "extorted": False,
            "unlawful_gain": True,
            "gain_kind": "其他",
            "illegal_source": False,
            "quote_text": text,
            "quote_from": start,
            "quote_to": start + len(text),
        } | changes
        return [told, self.add("justice.briber_mention", **row)]

    def charged(self, giver: Giver, day: date, outcome: str, charge: str | None = None) -> RowKey:
        """A criminal case of a giver for an act of one day."""
        named = charge or ("单位行贿罪" if giver.is_firm else "行贿罪")
        number = self.serial("浙检刑")
        return self.add(
            "justice.case_person",
            case_no=number,
            party_id=giver.id,
            party_name=giver.name,
            charge=named,
            act_from=day,
            act_to=day,
            filed_on=day + timedelta(days=120),
            outcome=outcome,
            outcome_no=f"{number}决",
        )

    def received(self, giver: Giver, judgment: RowKey) -> RowKey:
        """The supervision commission took the matter of one judgment over."""
        return self.add(
            "discipline.result",
            party_id=giver.id,
            party_name=giver.name,
            kind="受理移送线索",
            judgment_no=judgment[1]["judgment_no"],
            decided_on=date(self.world.year, 11, 3),
        )

    def died(self, giver: Giver) -> RowKey:
        """A death certificate."""
        return self.add(
            "person.death",
            id_number=giver.id,
            name=giver.name,
            death_date=date(self.world.year, 4, 9),
            source_kind="死亡证明",
            certificate_no=self.serial("SXSW"),
        )
