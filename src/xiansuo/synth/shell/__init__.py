"""The shell-company domain of the synthetic city: firms that exist to invoice, those that only look like it, and truth.

Belongs here: ``build`` and the honest trade around the planted cases. The stories are ``control``, ``invoices`` and
``money``; how a story becomes rows is ``book``.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xiansuo.synth.shell import control, invoices, money
from xiansuo.synth.shell.book import GOODS, SHAPE, Book
from xiansuo.synth.truth import DomainOutput

if TYPE_CHECKING:
    from xiansuo.synth.world import World

SMALL_PERSONS, MOST = 20_000, 20
FIRMS, PEOPLE = 2_300, 400
CUSTOMERS, SUPPLIERS, TRADERS = 60, 20, 120
ROLES = ("法定代表人", "财务负责人")


def build(world: World) -> DomainOutput:
    """All tables of the domain for one city-year and the cases planted in them, the same for the same world."""
    times = max(1, min(MOST, round(world.persons.height / SMALL_PERSONS)))
    annex = world.annex("shell", PEOPLE * times, FIRMS * times)
    firms, people = annex.companies.iter_rows(named=True), annex.persons.iter_rows(named=True)
    book = Book(SHAPE, annex, world.rng("shell"), firms, people)
    _trade(book, times)
    control.plant(book, times)
    invoices.plant(book, times)
    money.plant(book, times)
    return book.output()


def _trade(book: Book, times: int) -> None:
    """Honest firms: suppliers who only sell, customers who only buy, traders between them with staff and a lease."""
    year, rng = book.world.year, book.rng
    founded = date(2012, 4, 16)
    suppliers = [book.firm(founded) for _ in range(SUPPLIERS * times)]
    book.customers = [book.firm(founded) for _ in range(CUSTOMERS * times)]
    for at in range(TRADERS * times):
        firm = book.firm(date(2013 + at % 8, 1 + at % 12, 1 + at % 28))
        who, goods = book.person(), list(GOODS)[at % len(GOODS)]
        for role in ROLES:
            book.add("tax.duty_person", uscc=firm, id_number=who, role=role, valid_from=date(2021, 1, 4))
        book.add("tax.contact_point", uscc=firm, kind="电话", value=book.serial("133"), first_seen=date(2021, 1, 4))
        book.add("tax.invoice_quota", uscc=firm, valid_from=date(2021, 1, 4), limit_yuan=1_000_000.0)
        for month in (1, 4, 7, 10):
            start = date(year, month, 1)
            heads, rent = 3 + int(rng.integers(0, 40)), float(rng.integers(3_000, 40_000))
            book.add("tax.insured_heads", uscc=firm, month_start=start, heads=heads)
            book.add("tax.premises_cost", uscc=firm, month_start=start, kind="房租", amount_yuan=rent)
            cents = int(rng.integers(2_000_000, 30_000_000))
            supplier = suppliers[int(rng.integers(0, len(suppliers)))]
            book.invoice(supplier, firm, date(year, month, 1 + int(rng.integers(0, 14))), cents * 9 // 10, goods)
            for _ in range(2):
                day = date(year, month, 15 + int(rng.integers(0, 14)))
                book.invoice(firm, book.customer(), day, cents // 2, goods)
