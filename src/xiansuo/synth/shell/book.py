"""What the shell-company domain writes, and its invoices. The stories: ``control``, ``invoices`` and ``money``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from xiansuo.synth.ledger import Ledger, Shape
from xiansuo.synth.truth import RowKey

GOODS = {
    "1080207010000000000": "热轧钢板",
    "1020101000000000000": "原煤",
    "1030101010000000000": "面粉",
    "1060201010000000000": "化纤布",
    "1090511010000000000": "手机配件",
}
STEEL, COAL, FLOUR, CLOTH, PHONES = GOODS
VAT_PERCENT = 13
SHAPE = Shape(
    model="shell_invoice",
    prefix="XK",
    strength={
        "crowded_address": "C",
        "one_person_many_firms": "C",
        "shared_contact": "C",
        "sales_without_substance": "B",
        "goods_mismatch": "B",
        "quota_burst": "B",
        "void_rate": "C",
        "short_lived_relay": "B",
        "fund_return": "A",
        "invoice_cycle": "A",
        "convicted_still_registered": "A",
    },
    columns={
        "entity.filing": "filing_no kind uscc party_id address valid_from valid_to",
        "tax.filing": "filing_no kind uscc party_id valid_from valid_to",
        "tax.duty_person": "uscc id_number role valid_from valid_to",
        "tax.contact_point": "uscc kind value first_seen last_seen",
        "tax.special_invoice": "inv_no issue_date seller_uscc buyer_uscc tax_class_code goods_name amt_yuan tax_yuan "
        "status red_of reissue_of deducted_on",
        "tax.invoice_quota": "uscc valid_from valid_to limit_yuan",
        "tax.insured_heads": "uscc month_start heads",
        "tax.premises_cost": "uscc month_start kind amount_yuan",
        "tax.taxpayer_status": "notice_no uscc status status_date",
        "tax.trade_contract": "contract_no uscc partner_id kind valid_from valid_to",
        "bank.transfer": "flow_no paid_at payer_id payee_id amount_yuan remark",
        "justice.shell_judgment": "case_no uscc crime finding effective_on",
    },
    keys={
        "tax.duty_person": ("uscc", "id_number", "role"),
        "tax.contact_point": ("uscc", "kind", "value"),
        "tax.invoice_quota": ("uscc", "valid_from"),
        "tax.insured_heads": ("uscc", "month_start"),
        "tax.premises_cost": ("uscc", "month_start", "kind"),
        "justice.shell_judgment": ("case_no", "uscc"),
    },
    dates=frozenset(("valid_from", "valid_to", "issue_date", "first_seen", "last_seen", "month_start", "status_date")),
    integers=frozenset(("heads",)),
)


@dataclass
class Book(Ledger):
    """The ledger with invoices. ``customers`` are large buyers that never sell, so that no ring closes by chance."""

    customers: list[str] = field(default_factory=list)

    def invoice(
        self, seller: str, buyer: str, issued: date, cents: int, goods: str = STEEL, status: str = "正常", **more: Any
    ) -> RowKey:
        """A special VAT invoice over ``cents`` before tax; negative amounts are credit notes."""
        tax = round(cents * VAT_PERCENT / 100)
        return self.add(
            "tax.special_invoice",
            inv_no=self.serial("253300"),
            issue_date=issued,
            seller_uscc=seller,
            buyer_uscc=buyer,
            tax_class_code=goods,
            goods_name=f"*{GOODS[goods]}*",
            amt_yuan=cents / 100,
            tax_yuan=tax / 100,
            status=status,
            **{"deducted_on": issued + timedelta(days=20) if status == "正常" and cents > 0 else None, **more},
        )

    def customer(self) -> str:
        """One of the customers."""
        return self.customers[int(self.rng.integers(0, len(self.customers)))]
