"""Tanker loads of the fuel stations and what rule F3 (load without invoice) must tell apart.

Loads are parallel arrays in one ``Loads`` book: planters change whose invoice covers a load, when, and in what form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from xiansuo.synth.fuel.city import (
    GRADES,
    HEAD_OFFICES,
    LITRES_PER_TONNE,
    LOSS_RATES,
    MONTHS,
    PARTNERS,
    City,
    taker,
)
from xiansuo.synth.fuel.papers import branch, tank_event
from xiansuo.synth.truth import RowKey

if TYPE_CHECKING:
    from xiansuo.synth.fuel.city import Ints

F3 = "waybill_without_invoice"
OPENING_L = 45_000
TARGET_L = 40_000
BUYER_OWN, BUYER_NONE = -1, -2


@dataclass
class Loads:
    """Parallel arrays, one entry per load. ``day`` is the day of the year from 0; ``buyer`` -1 the station itself,
    -2 nobody (no invoice), else a position in City.others; ``lag`` days from unloading to invoice; ``form`` 0 litres,
    1 tonnes, 2 tonnes called litres; ``billed`` grade on the invoice; ``red`` days until a credit note (0 = none);
    ``state`` 0 signed, 1 returned."""

    at: Ints
    grade: Ints
    day: Ints
    hundredths: Ints
    buyer: Ints
    lag: Ints
    form: Ints
    billed: Ints
    red: Ints
    state: Ints

    def of(self, at: int, grade: int | None = None, first: int = 0, last: int = 400) -> list[int]:
        """Positions of a station's loads within days, in order of day."""
        import numpy as np

        mask = (self.at == at) & (self.day >= first) & (self.day <= last)
        if grade is not None:
            mask &= self.grade == grade
        found = np.flatnonzero(mask)
        return [int(i) for i in found[np.argsort(self.day[found], kind="stable")]]

    def add(self, at: int, grade: int, day: int, tonnes: float, buyer: int, state: int = 0) -> int:
        """Append one load; returns its position."""
        import numpy as np

        values = {
            "at": at,
            "grade": grade,
            "day": day,
            "hundredths": round(tonnes * 100),
            "buyer": buyer,
            "lag": 0,
            "form": 0,
            "billed": grade,
            "red": 0,
            "state": state,
        }
        for name, value in values.items():
            setattr(self, name, np.append(getattr(self, name), value))
        return len(self.at) - 1


def waybill_no(position: int) -> str:
    """Business key of a load."""
    return f"YD2025{position + 1:08d}"


def stock_and_loads(city: City) -> tuple[Loads, Ints]:
    """Loads that keep every tank between its limits, and month-end stock in centilitres [n, 3, 12]."""
    import numpy as np

    stock = np.where(city.active[:, :1], OPENING_L * 100, 0) * np.ones((city.n, len(GRADES)), dtype=np.int64)
    rates = np.array(LOSS_RATES)
    factor = np.array(LITRES_PER_TONNE)
    closing = np.zeros_like(city.phys)
    parts = []
    for month in range(MONTHS):
        out = city.phys[:, :, month] + city.drift[:, :, month]
        slack = np.where(city.exact[:, None], 1.0, city.rng.uniform(0.6, 1.0, out.shape))
        loss = np.rint(np.maximum(out, 0) * rates / (1 - rates) * slack).astype(np.int64)
        need = np.maximum(out + loss + TARGET_L * 100 - stock, 0)
        count = np.where(city.active[:, month][:, None], -(-need // (2_700 * factor)), 0)
        loads, bought = _month_loads(city, count, month)
        parts.append(loads)
        stock = stock + bought - out - loss
        closing[:, :, month] = stock
    joined = [np.concatenate([part[i] for part in parts]) for i in range(4)]
    size = len(joined[0])
    form = (np.arange(size) % 10 < 3).astype(np.int64)
    zero = np.zeros(size, dtype=np.int64)
    own = np.full(size, BUYER_OWN, dtype=np.int64)
    return Loads(
        joined[0], joined[1], joined[2], joined[3], own, zero.copy(), form, joined[1].copy(), zero.copy(), zero.copy()
    ), closing


def _month_loads(city: City, count: Ints, month: int) -> tuple[tuple[Ints, ...], Ints]:
    import numpy as np

    flat = count.ravel()
    cell = np.repeat(np.arange(len(flat)), flat)
    at, grade = cell // len(GRADES), cell % len(GRADES)
    rank = np.arange(len(cell)) - np.repeat(np.cumsum(flat) - flat, flat)
    day = np.floor((rank + city.rng.random(len(cell)) * 0.9) / flat[cell] * 27).astype(np.int64)
    hundredths = city.rng.integers(2_700, 3_001, len(cell))
    litres = hundredths * np.array(LITRES_PER_TONNE)[grade]
    bought = np.bincount(cell, weights=litres, minlength=len(flat)).astype(np.int64).reshape(count.shape)
    start = city.first_day(month).timetuple().tm_yday - 1
    return (at, grade, day + start, hundredths), bought


def plant_loads(city: City, loads: Loads, pool: list[int], times: int) -> None:
    """Plant the F3 cases on stations of ``pool``."""
    stations = taker(pool)
    for _ in range(times):
        for turn in range(12):
            _bare(city, loads, next(stations), turn)
        planters: tuple[Callable[[City, Loads, int, int], None], ...] = (
            _drop_shipment,
            _stored,
            _central,
            _wrong_unit,
            _reissue,
            _other_grade,
            _late,
            _single,
        )
        for planter in planters:
            for turn in range(4 if planter is not _single else 3):
                planter(city, loads, next(stations), turn)


def load_rows(positions: list[int]) -> list[RowKey]:
    """Keys of loads, for the truth."""
    return [("fuel.haz_waybill", {"waybill_no": waybill_no(i)}) for i in positions]


def _quarter(city: City, turn: int) -> tuple[int, int, tuple[int, int]]:
    months = (3 * (turn % 3), 3 * (turn % 3) + 2)
    first = city.first_day(months[0]).timetuple().tm_yday - 1
    last = city.last_day(months[1]).timetuple().tm_yday - 1
    return first, last, months


def _chosen(city: City, loads: Loads, at: int, grade: int, turn: int, count: int) -> tuple[list[int], tuple[int, int]]:
    first, last, months = _quarter(city, turn)
    return loads.of(at, grade, first, last)[1 : 1 + count], months


def _bare(city: City, loads: Loads, at: int, turn: int) -> None:
    """Loads that arrived with a waybill and never got an invoice; exactly two in a quarter is the edge."""
    count = 2 if turn < 2 else 2 + turn % 3
    picked, months = _chosen(city, loads, at, turn % 2 * 2, turn, count)
    loads.buyer[picked] = BUYER_NONE
    kind = "edge" if turn < 2 else "bare_loads"
    city.case(F3, "violation", kind, at, months, edge=turn < 2, rows=load_rows(picked))


def agreement(city: City, loads: Loads, position: int, partner: str, kind: str) -> None:
    """File a paper that says whose load this is."""
    grade = int(loads.grade[position])
    filed = date(city.year, 1, 1) + timedelta(days=int(loads.day[position]))
    city.docs["fuel.delivery_agreement"].append(
        {
            "agreement_no": city.serial("BA"),
            "uscc": city.uscc[int(loads.at[position])],
            "partner_uscc": partner,
            "kind": kind,
            "waybill_no": waybill_no(position),
            "inv_no": None,
            "qty_l": int(loads.hundredths[position]) * LITRES_PER_TONNE[grade] / 100,
            "filed_on": filed,
        }
    )


def _foreign(city: City, loads: Loads, at: int, turn: int, kind: str, code: str) -> None:
    """Two loads that go through the station for someone else, who has the invoices; the stock balance sees them too."""
    first, _, months = _quarter(city, turn)
    partner = PARTNERS[(at * 3 + turn) % len(PARTNERS)]
    days = (first + 12, first + 17)
    positions = [loads.add(at, turn % 2 * 2, day, 28.5, partner) for day in days]
    for position in positions:
        agreement(city, loads, position, city.others[partner], kind)
    rows = load_rows(positions)
    city.case(F3, "lookalike", code.lower(), at, months, code=code, rows=rows)
    if code == "DROP_SHIPMENT":
        month = months[0]
        city.case("stock_imbalance", "lookalike", "drop_shipment", at, (month, month), code=code, rows=rows)


def _drop_shipment(city: City, loads: Loads, at: int, turn: int) -> None:
    _foreign(city, loads, at, turn, ("直送", "代收")[turn % 2], "DROP_SHIPMENT")


def _stored(city: City, loads: Loads, at: int, turn: int) -> None:
    _foreign(city, loads, at, turn, "代储", "STORED")


def _central(city: City, loads: Loads, at: int, turn: int) -> None:
    """The head office buys and hands on to its branch."""
    picked, months = _chosen(city, loads, at, 0, turn, 2)
    head_office = HEAD_OFFICES[turn]
    branch(city, at, city.others[head_office], "汇总纳税")
    loads.buyer[picked] = head_office
    for position in picked:
        agreement(city, loads, position, city.others[head_office], "调拨")
    city.case(F3, "lookalike", "parent_settled", at, months, code="PARENT_SETTLED", rows=load_rows(picked))


def _wrong_unit(city: City, loads: Loads, at: int, turn: int) -> None:
    picked, months = _chosen(city, loads, at, turn % 2 * 2, turn, 3)
    loads.form[picked] = 2
    city.case(F3, "lookalike", "unit_error", at, months, code="UNIT_ERROR", rows=load_rows(picked))


def _pair(city: City, loads: Loads, at: int, turn: int) -> tuple[list[int], tuple[int, int]]:
    """The first two 92 octane loads of one month, in the first half of a quarter."""
    first, last, months = _quarter(city, turn)
    mine = loads.of(at, 0, first, last - 35)
    for one, two in pairwise(mine):
        if calendar_day(city, int(loads.day[one])).month == calendar_day(city, int(loads.day[two])).month:
            return [one, two], months
    return mine[:2], months


def _reissue(city: City, loads: Loads, at: int, turn: int) -> None:
    """Invoices reversed after three weeks and issued anew on one day, more than 45 days after that."""
    picked, months = _pair(city, loads, at, turn)
    busy = set(loads.day[loads.of(at, 0)].tolist())
    reversal = next(day for day in range(int(loads.day[picked].max()) + 21, 400) if day not in busy)
    loads.red[picked] = reversal - loads.day[picked]
    loads.lag[picked] = loads.day[picked].max() + 72 + turn - loads.day[picked]
    city.case(F3, "lookalike", "red_reissue", at, months, code="RED_REISSUE", rows=load_rows(picked))


def _other_grade(city: City, loads: Loads, at: int, turn: int) -> None:
    """92 octane invoiced as 95 after a tank was changed over."""
    picked, months = _chosen(city, loads, at, 0, turn, 2)
    loads.billed[picked] = 1
    city.docs["fuel.tank_event"].append(tank_event(city, at, months[0], "改号", "95#", "92#", None))
    city.case(F3, "lookalike", "grade_change", at, months, code="GRADE_CHANGE", rows=load_rows(picked))


def _late(city: City, loads: Loads, at: int, turn: int) -> None:
    """Two loads invoiced together, the later one 46 days after its arrival or more."""
    picked, months = _pair(city, loads, at, turn)
    loads.lag[picked] = loads.day[picked].max() + 46 + turn - loads.day[picked]
    city.case(F3, "lookalike", "late_invoice", at, months, code="LATE_INVOICE", edge=turn == 0, rows=load_rows(picked))


def _single(city: City, loads: Loads, at: int, turn: int) -> None:
    """One missing invoice in a quarter is below the rule's number of loads."""
    picked, months = _chosen(city, loads, at, 2, turn, 1)
    loads.buyer[picked] = BUYER_NONE
    city.case(F3, "lookalike", "single_load", at, months, edge=True, rows=load_rows(picked))


def calendar_day(city: City, day: int) -> date:
    """The date of a day counted from 0."""
    return date(city.year, 1, 1) + timedelta(days=day)
