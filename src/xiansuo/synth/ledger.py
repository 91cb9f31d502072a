"""The ledger a domain with people and companies of its own writes its stories into: rows by dataset, planted cases.

Belongs here: taking unused firms and people one by one, numbering, typing, entering cases. What is told belongs to
the domains.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from xiansuo.core.errors import InputError
from xiansuo.synth import shared
from xiansuo.synth.truth import DomainOutput, RowKey, Strength, TruthCase

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from xiansuo.synth.world import World


@dataclass(frozen=True)
class Shape:
    """What a domain writes. ``columns``: dataset -> names; ``keys`` where the key is not the first column alone.

    ``prefix`` begins the numbers this domain gives, so that two domains never share one. Columns that end in ``_on``
    or stand in ``dates`` are days, those in ``integers`` whole numbers, those in ``booleans`` true or false, ``_yuan``
    money, ``_ts`` a moment.
    """

    model: str
    prefix: str
    strength: Mapping[str, Strength]
    columns: Mapping[str, str]
    keys: Mapping[str, tuple[str, ...]]
    dates: frozenset[str]
    integers: frozenset[str] = frozenset()
    booleans: frozenset[str] = frozenset()

    def key(self, dataset: str) -> tuple[str, ...]:
        """The key columns of a dataset."""
        return self.keys.get(dataset, (self.columns[dataset].split()[0],))


@dataclass
class Ledger:
    """Firms and people not used yet, and everything written so far. Money is in yuan."""

    shape: Shape
    world: World
    rng: np.random.Generator
    firms: Iterator[dict[str, Any]]
    strangers: Iterator[dict[str, Any]]
    companies: list[dict[str, Any]] = field(default_factory=list)
    residents: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    cases: list[TruthCase] = field(default_factory=list)
    counters: Counter[str] = field(default_factory=Counter)

    def firm(self, founded: date, *, address: str | None = None, status: str = "存续", gone: date | None = None) -> str:
        """Register the next unused company; returns its code."""
        made = self._next(self.firms, "companies")
        made |= {"established_date": founded, "status": status, "cancel_date": gone}
        if address is not None:
            made["address"] = address
        self.companies.append(made)
        return str(made["uscc"])

    def person(self) -> str:
        """The next unused person, entered as a resident; returns the id number."""
        self.residents.append(self._next(self.strangers, "persons"))
        return str(self.residents[-1]["id_number"])

    def serial(self, prefix: str) -> str:
        """A running number of its own for every prefix."""
        self.counters[prefix] += 1
        return f"{prefix}{self.counters[prefix]:08d}"

    def add(self, dataset: str, **row: Any) -> RowKey:
        """Write a row; returns its key for the truth. A dataset with one key column gets its number here."""
        keys = self.shape.key(dataset)
        if len(keys) == 1 and keys[0] not in row:
            row[keys[0]] = self.serial(self.shape.prefix + dataset.split(".")[1][:2].upper())
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
                case_id=f"{self.shape.model}-{rule}-{self.counters[rule]:05d}",
                model_id=self.shape.model,
                rule_id=rule,
                label="lookalike" if code or short else "violation",
                strength=self.shape.strength[rule],
                kind=kind,
                at_threshold=edge,
                subject_id=subject,
                occurred_from=days[0],
                occurred_to=days[1],
                exclusion_code=code,
                rows=rows,
            )
        )

    def output(self) -> DomainOutput:
        """Everything written, as typed tables in key order, which does not tell planted rows apart."""
        import polars as pl

        company_schema = self.world.companies.schema | {"status": pl.String, "cancel_date": pl.Date}
        companies = pl.DataFrame(self.companies, schema=company_schema, orient="row")
        residents = pl.DataFrame(self.residents, schema=self.world.persons.schema, orient="row")
        people = {"person.resident": shared.resident_rows(residents), "entity.company": shared.company_rows(companies)}
        return DomainOutput(people | {name: self._frame(name) for name in self.shape.columns}, self.cases)

    def _frame(self, dataset: str) -> pl.DataFrame:
        import polars as pl

        schema = {column: self._kind(column) for column in self.shape.columns[dataset].split()}
        return pl.DataFrame(self.rows[dataset], schema=schema, orient="row").sort(self.shape.key(dataset))

    def _kind(self, column: str) -> Any:
        import polars as pl

        if column == "paid_at" or column.endswith("_ts"):
            return pl.Datetime("us")
        if column.endswith("_yuan"):
            return pl.Float64
        if column in self.shape.integers:
            return pl.Int64
        if column in self.shape.booleans:
            return pl.Boolean
        return pl.Date if column in self.shape.dates or column.endswith("_on") else pl.String

    def _next(self, unused: Iterator[dict[str, Any]], what: str) -> dict[str, Any]:
        made = next(unused, None)
        if made is None:
            raise InputError(f"too few {what} for the cases of {self.shape.model}", field=what, fix="enlarge the annex")
        return made


def company_key(uscc: str) -> RowKey:
    """The truth's key of a company row."""
    return "entity.company", {"uscc": uscc}
