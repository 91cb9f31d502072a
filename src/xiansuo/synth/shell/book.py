"""The ledger of the shell-company domain: firms and people taken one by one, rows by dataset, and the planted cases.

Belongs here: how a story becomes rows and a case. Which stories are told is ``control``, ``invoices`` and ``money``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from xiansuo.core.errors import InputError
from xiansuo.synth.truth import RowKey, Strength, TruthCase

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from xiansuo.synth.world import World

MODEL = "shell_invoice"
STRENGTH: dict[str, Strength] = {
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
}
COLUMNS = {
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
}
KEYS = {
    "tax.duty_person": ("uscc", "id_number", "role"),
    "tax.contact_point": ("uscc", "kind", "value"),
    "tax.invoice_quota": ("uscc", "valid_from"),
    "tax.insured_heads": ("uscc", "month_start"),
    "tax.premises_cost": ("uscc", "month_start", "kind"),
    "justice.shell_judgment": ("case_no", "uscc"),
}
DATES = ("valid_from", "valid_to", "issue_date", "deducted_on", "first_seen", "last_seen", "month_start", "status_date")
GOODS = {
    "1080207010000000000": "热轧钢板",
    "1020101000000000000": "原煤",
    "1030101010000000000": "面粉",
    "1060201010000000000": "化纤布",
    "1090511010000000000": "手机配件",
}
STEEL, COAL, FLOUR, CLOTH, PHONES = GOODS
VAT_PERCENT = 13


@dataclass
class Book:
    """Firms and people not used yet, and everything written so far. Money is in yuan."""

    world: World
    rng: np.random.Generator
    firms: Iterator[dict[str, Any]]
    strangers: Iterator[dict[str, Any]]
    customers: list[str] = field(default_factory=list)
    companies: list[dict[str, Any]] = field(default_factory=list)
    residents: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    cases: list[TruthCase] = field(default_factory=list)
    counters: Counter[str] = field(default_factory=Counter)

    def firm(self, founded: date, *, address: str | None = None, status: str = "存续", gone: date | None = None) -> str:
        """Register the next unused company; returns its code."""
        made = next(self.firms, None)
        if made is None:
            raise InputError("too few companies for the shell cases", field="companies", fix="enlarge the annex")
        made |= {"established_date": founded, "status": status, "cancel_date": gone}
        if address is not None:
            made["address"] = address
        self.companies.append(made)
        return str(made["uscc"])

    def person(self) -> str:
        """The next unused person, entered as a resident; returns the id number."""
        made = next(self.strangers, None)
        if made is None:
            raise InputError("too few people for the shell cases", field="persons", fix="enlarge the annex")
        self.residents.append(made)
        return str(made["id_number"])

    def serial(self, prefix: str) -> str:
        """A running number of its own for every prefix."""
        self.counters[prefix] += 1
        return f"{prefix}{self.counters[prefix]:08d}"

    def add(self, dataset: str, **row: Any) -> RowKey:
        """Write a row; returns its key for the truth. A dataset with one key column gets its number here."""
        first = COLUMNS[dataset].split()[0]
        keys = KEYS.get(dataset, (first,))
        if keys == (first,) and first not in row:
            row[first] = self.serial(f"XK{dataset.split('.')[1][:2].upper()}")
        self.rows[dataset].append(row)
        return dataset, {name: row[name] for name in keys}

    def filing(
        self, dataset: str, kind: str, uscc: str | None, party: str | None = None, to: date | None = None, **more: Any
    ) -> RowKey:
        """A filing that began two years before the year."""
        since = date(self.world.year - 2, 3, 1)
        return self.add(dataset, kind=kind, uscc=uscc, party_id=party, valid_from=since, valid_to=to, **more)

    def contract(self, kind: str, uscc: str, partner: str | None) -> RowKey:
        """A contract that covers the year."""
        first = date(self.world.year - 1, 6, 1)
        return self.add("tax.trade_contract", kind=kind, uscc=uscc, partner_id=partner, valid_from=first, valid_to=None)

    def invoice(
        self, seller: str, buyer: str, issued: date, cents: int, goods: str = STEEL, status: str = "正常", **more: Any
    ) -> RowKey:
        """A special VAT invoice over ``cents`` before tax; negative amounts are credit notes."""
        tax = round(cents * VAT_PERCENT / 100)
        return self.add(
            "tax.special_invoice",
            inv_no=f"25{self.serial('3300')}"[:20],
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
        """A large buyer that never sells, so that no ring closes by chance."""
        return self.customers[int(self.rng.integers(0, len(self.customers)))]

    def case(
        self,
        rule: str,
        kind: str,
        subject: str,
        days: tuple[date, date],
        rows: list[RowKey],
        *,
        code: str | None = None,
        edge: bool = False,
        short: bool = False,
    ) -> None:
        """Enter a planted case: a look-alike when an exclusion code excuses it or it falls short of a threshold."""
        self.counters[rule] += 1
        self.cases.append(
            TruthCase(
                case_id=f"shell-{rule}-{self.counters[rule]:05d}",
                model_id=MODEL,
                rule_id=rule,
                label="lookalike" if code or short else "violation",
                strength=STRENGTH[rule],
                kind=kind,
                at_threshold=edge,
                subject_id=subject,
                occurred_from=days[0],
                occurred_to=days[1],
                exclusion_code=code,
                rows=rows,
            )
        )

    def frames(self) -> dict[str, pl.DataFrame]:
        """The written rows as typed tables in key order, which does not tell planted rows apart."""
        import polars as pl

        return {
            name: pl.DataFrame(
                self.rows.get(name, []), schema={column: _kind(column) for column in columns.split()}, orient="row"
            ).sort(KEYS.get(name, (columns.split()[0],)))
            for name, columns in COLUMNS.items()
        }


def company_key(uscc: str) -> RowKey:
    """The truth's key of a company row."""
    return "entity.company", {"uscc": uscc}


def _kind(column: str) -> Any:
    import polars as pl

    if column == "paid_at":
        return pl.Datetime("us")
    if column.endswith("_yuan"):
        return pl.Float64
    if column == "heads":
        return pl.Int64
    return pl.Date if column in DATES or column.endswith("_on") else pl.String
