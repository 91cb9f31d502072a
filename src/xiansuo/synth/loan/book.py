"""What the business-loan domain writes, and the plain loan every story of ``borrowers`` and ``schemes`` starts from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from xiansuo.synth.ledger import Ledger, Shape
from xiansuo.synth.truth import RowKey

SHAPE = Shape(
    model="mortgage_biz_loan",
    prefix="FD",
    strength={
        "fresh_firm": "B",
        "payoff_then_loan": "A",
        "shared_payee": "A",
        "idle_firm": "B",
        "unfit_borrower": "B",
        "overvalued_house": "B",
        "broker_manager": "C",
        "house_purchase": "A",
        "reused_document": "B",
    },
    columns={
        "bank.biz_loan": "loan_no branch_code manager_id borrower_id biz_uscc amount_yuan applied_on disbursed_on "
        "payee_id house_no eval_yuan broker_id broker_phone",
        "bank.mortgage_payoff": "mortgage_no borrower_id house_no branch_code paid_off_on payer_id",
        "bank.loan_document": "loan_no kind content_hash",
        "bank.loan_filing": "filing_no kind loan_no party_id valid_from valid_to",
        "bank.transfer": "flow_no paid_at payer_id payee_id amount_yuan remark",
        "estate.house_trade": "trade_no house_no buyer_id seller_id use_kind trade_kind signed_on price_yuan",
        "entity.change_record": "change_no uscc kind person_id reason changed_on",
        "entity.filing": "filing_no kind uscc party_id address valid_from valid_to",
        "tax.filing": "filing_no kind uscc party_id valid_from valid_to",
        "tax.sales_return": "uscc month_start sales_yuan",
        "tax.insured_heads": "uscc month_start heads",
        "tax.special_invoice": "inv_no issue_date seller_uscc buyer_uscc tax_class_code goods_name amt_yuan tax_yuan "
        "status red_of reissue_of deducted_on",
        "tax.trade_contract": "contract_no uscc partner_id kind valid_from valid_to",
        "person.occupation": "id_number kind valid_from valid_to",
    },
    keys={
        "bank.loan_document": ("loan_no", "kind", "content_hash"),
        "tax.sales_return": ("uscc", "month_start"),
        "tax.insured_heads": ("uscc", "month_start"),
        "person.occupation": ("id_number", "kind", "valid_from"),
    },
    dates=frozenset(("valid_from", "valid_to", "issue_date", "month_start")),
    integers=frozenset(("heads",)),
)
MODEST, REAL = 180_000.0, 620_000.0


@dataclass(frozen=True)
class Loan:
    """One loan as the stories need it."""

    no: str
    key: RowKey
    borrower: str
    firm: str
    applied: date
    paid: date
    house: str
    amount: float


@dataclass
class Book(Ledger):
    """The ledger with loans."""

    def loan(self, turn: int, *, founded: date | None = None, sales: float | None = MODEST, **more: Any) -> Loan:
        """A loan without anything to object to: an old firm that declares sales and staff, a house, its own papers.

        ``sales`` are those of the month before the application; None means the firm declares nothing and has no staff.
        """
        applied = more.pop("applied", date(self.world.year, 2 + turn % 9, 3 + turn % 22))
        paid = applied + timedelta(days=8 + turn % 5)
        borrower = more.pop("borrower", None) or self.person()
        firm = self.firm(founded or date(2012 + turn % 7, 1 + turn % 12, 4))
        amount = 800_000.0 + 50_000 * (turn % 30)
        row: dict[str, Any] = {
            "branch_code": f"WD{1 + turn % 12:03d}",
            "borrower_id": borrower,
            "biz_uscc": firm,
            "amount_yuan": amount,
            "applied_on": applied,
            "disbursed_on": paid,
            "house_no": self.serial("3301HS"),
            "eval_yuan": amount * 1.5,
        }
        key = self.add("bank.biz_loan", **(row | more))
        number = str(key[1]["loan_no"])
        self.add("bank.loan_document", loan_no=number, kind="购销合同", content_hash=self.serial("HT"))
        if sales is not None:
            month = (applied.replace(day=1) - timedelta(days=1)).replace(day=1)
            self.add("tax.sales_return", uscc=firm, month_start=month, sales_yuan=sales)
            self.add("tax.insured_heads", uscc=firm, month_start=month, heads=2 + turn % 9)
        return Loan(number, key, borrower, firm, applied, paid, str(row["house_no"]), amount)

    def approval(self, kind: str, loan: Loan | None = None, party: str | None = None) -> RowKey:
        """A filing of the bank about a loan, or about a party."""
        since = date(self.world.year - 1, 11, 20)
        number = loan.no if loan else None
        return self.add("bank.loan_filing", kind=kind, loan_no=number, party_id=party, valid_from=since, valid_to=None)
