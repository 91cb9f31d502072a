"""Stations that are only compared with their like: traffic against declared litres (F9), tax burden and price (F10).

Belongs here: a block of stations of their own, with vehicle counts, returns and papers, and what F9 and F10 must tell
apart among them. They have no meters, tanks or loads, so the rules about litres do not look at them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from xiansuo.synth.fuel.city import HEAD_OFFICES, MONTHS, PRICES, City
from xiansuo.synth.fuel.purchases import plant_purchases

if TYPE_CHECKING:
    from xiansuo.synth.fuel.city import Floats, Ints
    from xiansuo.synth.truth import Label

    Rows = dict[str, list[dict[str, Any]]]

F9, F10 = "traffic_below_peers", "burden_or_price_low"
BLOCK = 40
COUNT_DAYS = (3, 9, 15, 20, 26)
LITRES_SMALL, LITRES_TRUCK = 35, 180
DEVIATIONS = 2.5
VAT = 0.13
FLOOR = 0.85
BURDEN = 0.0182
ASSESSED, FRESH, CLOSING, TRADING, BRANCH = (0, 1), (2, 3), (4,), (5, 6, 7), (8, 9, 10, 11)


@dataclass
class Block:
    """Forty stations of one spare block: ``ratio`` of declared to inferred litres in ten thousandths, ``first_ratio``
    as first returned, ``inferred`` whole litres, ``price`` and ``first_price`` declared yuan a litre with tax,
    ``burden`` and ``first_burden`` in millionths; all of shape [40, 12]."""

    start: int
    small: Ints
    truck: Ints
    inferred: Ints
    ratio: Ints
    first_ratio: Ints
    price: Floats
    first_price: Floats
    burden: Ints
    first_burden: Ints

    def name(self, at: int) -> str:
        """Business key of a station of the block."""
        return f"JYX{self.start + at + 1:05d}"

    def settle(self, city: City, at: int, month: int, litres: float, amount: float) -> None:
        """File diesel of a station that its head office settled."""
        city.docs["fuel.card_settlement"].append(
            {
                "settle_no": city.serial("JS"),
                "station_id": self.name(at),
                "period": city.first_day(month),
                "oil_grade": "0#",
                "hq_uscc": city.others[HEAD_OFFICES[at % len(HEAD_OFFICES)]],
                "qty_l": round(litres, 2),
                "amt": round(amount, 2),
            }
        )


def plant_peers(city: City, times: int) -> Rows:
    """Plant the F9, F10 and F4 cases; returns the rows of veh_count, oil_psi and vat_return."""
    rows: Rows = {"fuel.veh_count": [], "fuel.oil_psi": [], "fuel.vat_return": []}
    for turn in range(times):
        block = _block(city, turn * BLOCK)
        for at in range(BLOCK):
            city.station.append(_register(city, block, at))
        _traffic(city, block)
        _prices(city, block)
        _burdens(city, block)
        plant_purchases(city, block)
        _write(city, block, rows)
    return rows


def _block(city: City, start: int) -> Block:
    import numpy as np

    rng = city.rng
    shape = (BLOCK, MONTHS)
    small = rng.integers(60, 141, (*shape, len(COUNT_DAYS)))
    truck = rng.integers(5, 21, (*shape, len(COUNT_DAYS)))
    length = np.array([city.last_day(month).day for month in range(MONTHS)])
    counted = (small * LITRES_SMALL + truck * LITRES_TRUCK).sum(axis=2)
    inferred = np.rint(counted * length / len(COUNT_DAYS)).astype(np.int64)
    ratio = rng.integers(9_600, 10_400, shape)
    cap = np.array([_cap(month) for month in range(MONTHS)])
    price = cap * rng.uniform(0.95, 0.99, shape)
    burden = rng.integers(18_600, 30_000, shape)
    return Block(
        start, small, truck, inferred, ratio, ratio.copy(), price, price.copy(), burden.astype(np.int64), burden.copy()
    )


def _cap(month: int) -> float:
    """Highest retail price of diesel, as in the price table."""
    return round(PRICES[2] + 0.12 + 0.01 * (month % 4), 2)


def _register(city: City, block: Block, at: int) -> dict[str, Any]:
    row = dict(city.station[at])
    uscc, name, region = city.spare[block.start + at]
    row |= {"station_id": block.name(at), "uscc": uscc, "station_name": name, "region_code": region}
    row |= {"brand_type": "民营", "biz_scope": "批零兼营" if at in TRADING else "零售", "status": "营业"}
    row |= {"retail_permit_no": f"浙油零售证书第{60_000 + block.start + at}号", "hazchem_permit_no": None}
    row |= {
        "permit_status": "有效",
        "permit_status_date": None,
        "open_date": date(2014, at % 12 + 1, 6),
        "close_date": None,
    }
    row |= {"permit_from": date(2022, 1, 1), "permit_to": date(city.year + 2, 12, 31)}
    row |= {"lon": round(118.8 + 0.012 * (block.start + at) % 1.4, 6), "lat": round(29.2 + 0.008 * at, 6)}
    if at in FRESH:
        row["open_date"] = date(city.year - 1, 12, 10)
    if at in CLOSING:
        row["close_date"] = date(city.year, 12, 20)
        row["status"] = "停业"
    return row


def _note(
    city: City,
    block: Block,
    rule: str,
    at: int,
    months: tuple[int, int],
    kind: str,
    code: str | None,
    *,
    label: Label = "lookalike",
    edge: bool = False,
) -> None:
    rows: list[Any] = [("fuel.gas_station", {"station_id": block.name(at)})]
    rows += [
        ("fuel.vat_return", {"uscc": city.spare[block.start + at][0], "period": city.first_day(month)})
        for month in range(months[0], months[1] + 1)
    ]
    city.case_of(rule, label, kind, city.spare[block.start + at][0], months, code=code, edge=edge, rows=rows)


def _traffic(city: City, block: Block) -> None:
    """One violation a month, and a look-alike or two."""
    for turn in range(MONTHS):
        at = 28 + turn
        block.ratio[at, turn] = block.first_ratio[at, turn] = 4_800 + 30 * turn
        if turn not in (4, 8):
            _note(city, block, F9, at, (turn, turn), "few_litres_for_the_traffic", None, label="violation")
    for at, month in ((0, 1), (0, 7), (1, 4), (1, 10)):
        _odd(city, block, at, month, "ASSESSED")
    for at, month in ((2, 0), (3, 0), (4, 11)):
        _odd(city, block, at, month, "NEW_OR_CLOSING")
    for at, month in ((8, 1), (9, 2), (10, 5), (11, 8)):
        _odd(city, block, at, month, "PARENT_SETTLED")
        block.settle(city, at, month, float(block.inferred[at, month]) * 0.48, 3_000.0)
    for at, month in ((12, 2), (13, 3), (14, 6), (15, 9)):
        _odd(city, block, at, month, "NON_FUEL")
        _side_income(city, block, at, month)
    for at, month in ((20, 3), (21, 5), (22, 7), (23, 9)):
        _odd(city, block, at, month, "PERIOD_SHIFT")
        block.ratio[at, month + 1 : month + 3] = block.first_ratio[at, month + 1 : month + 3] = 12_700
    for at, month in ((16, 0), (17, 4), (18, 7), (19, 10)):
        block.first_ratio[at, month] = 5_000
        _note(city, block, F9, at, (month, month), "corrected", "CORRECTED")
    for at, month, above in ((5, 6, 1), (6, 11, 1), (32, 4, 0), (36, 8, 0)):
        block.ratio[at, month] = block.first_ratio[at, month] = limit(block.ratio[:, month].tolist(), at) + above
        label: Label = "lookalike" if above else "violation"
        _note(city, block, F9, at, (month, month), "at_the_limit", None, label=label, edge=True)


def limit(ratios: list[int], at: int) -> int:
    """The highest ratio of station ``at`` that still lies the deviations below the mean of all, the others fixed."""
    others = [value for place, value in enumerate(ratios) if place != at]
    low, high = 0, sum(others) // len(others)
    while low < high:
        middle = (low + high + 1) // 2
        values = [*others, middle]
        n, total = len(values), sum(values)
        spread = n * sum(value * value for value in values) - total * total
        if (total - n * middle) ** 2 > DEVIATIONS**2 * spread:
            low = middle
        else:
            high = middle - 1
    return low


def _odd(city: City, block: Block, at: int, month: int, code: str) -> None:
    block.ratio[at, month] = block.first_ratio[at, month] = 5_000
    _note(city, block, F9, at, (month, month), code.lower(), code)


def _side_income(city: City, block: Block, at: int, month: int) -> None:
    for goods, amount in (("油品", 4_000.0), ("便利店", 2_600.0), ("洗车", 900.0)):
        city.docs["fuel.pay_receipt"].append(
            {
                "receipt_no": city.serial("SK"),
                "merchant_no": f"SHX{block.start + at + 1:05d}",
                "payee_kind": "对公",
                "payee_id_no": None,
                "station_id": block.name(at),
                "nozzle_id": None,
                "pay_ts": city.moment(month, 12, 18),
                "amt": amount,
                "channel": "微信",
                "goods_kind": goods,
            }
        )


def _prices(city: City, block: Block) -> None:
    """Prices below 85 of a hundred of the cap, one month each; every fourth violation just under."""
    cheap = 0.74
    for turn in range(10):
        at, month = 28 + turn, (turn + 6) % MONTHS
        edge = turn % 4 == 0
        block.price[at, month] = block.first_price[at, month] = _cap(month) * (FLOOR - 0.0002 if edge else cheap)
        _note(city, block, F10, at, (month, month), "cheap", None, label="violation", edge=edge)
    plain = [(0, 8, "ASSESSED"), (1, 6, "ASSESSED"), (1, 8, "ASSESSED")]
    plain += [(0, 10, "ASSESSED"), (3, 0, "NEW_OR_CLOSING"), (4, 11, "NEW_OR_CLOSING")]
    plain += [(5, 2, "WHOLESALE"), (6, 4, "WHOLESALE"), (7, 9, "WHOLESALE")]
    for at, month, code in plain:
        _low_price(city, block, at, month, cheap, code)
    for at, month in ((8, 6), (9, 3), (10, 9), (11, 3)):
        _low_price(city, block, at, month, cheap, "PARENT_SETTLED")
        litres = 0.14 * float(_litres(block, at, month))
        block.settle(city, at, month, litres, litres * _cap(month))
    for at, month in ((16, 5), (17, 9), (18, 2), (19, 4)):
        block.first_price[at, month] = _cap(month) * cheap
        _note(city, block, F10, at, (month, month), "corrected", "CORRECTED")
    for at, month in ((24, 2), (25, 4), (26, 6), (27, 8)):
        moved = 0.23 * _cap(month) * float(_litres(block, at, month))
        _low_price(city, block, at, month, cheap, "PERIOD_SHIFT")
        nearer = month + 1 + at % 2
        block.price[at, nearer] += moved / float(_litres(block, at, nearer))
        block.first_price[at, nearer] = block.price[at, nearer]
    for at, month in ((12, 7), (13, 8), (14, 9), (15, 2), (20, 0), (21, 11)):
        _low_price(city, block, at, month, 0.80, "DISCOUNT")
        city.docs["fuel.price_promotion"].append(
            {
                "filing_no": city.serial("优备"),
                "station_id": block.name(at),
                "valid_from": city.first_day(month),
                "valid_to": city.last_day(month),
                "discount_per_l": 0.6,
            }
        )
    for at, month in ((22, 1), (23, 2), (24, 10)):
        block.price[at, month] = block.first_price[at, month] = _cap(month) * (FLOOR + 0.0002)
        _note(city, block, F10, at, (month, month), "just_above", None, edge=True)


def _litres(block: Block, at: int, month: int) -> Any:
    return block.inferred[at, month] * block.ratio[at, month] / 10_000


def _low_price(city: City, block: Block, at: int, month: int, share: float, code: str) -> None:
    block.price[at, month] = block.first_price[at, month] = _cap(month) * share
    _note(city, block, F10, at, (month, month), code.lower(), code)


def _burdens(city: City, block: Block) -> None:
    """Half a year below the tenth percentile; the common burden of the city's stations is the percentile."""
    for at, first, months, edge in ((30, 0, 6, True), (31, 1, 7, False), (38, 5, 6, False), (39, 6, 6, False)):
        _low_burden(block, at, first, months, 18_199 if edge else 9_000)
        _note(city, block, F10, at, (first, first + months - 1), "low_burden", None, label="violation", edge=edge)
    for at, first, code in (
        (0, 0, "ASSESSED"),
        (2, 0, "NEW_OR_CLOSING"),
        (5, 6, "WHOLESALE"),
        (8, 0, "PARENT_SETTLED"),
        (9, 6, "PARENT_SETTLED"),
    ):
        _low_burden(block, at, first, 6, 8_000)
        _note(city, block, F10, at, (first, first + 5), "low_burden_" + code.lower(), code)
    for at, first in ((27, 0), (23, 6)):
        block.first_burden[at, first : first + 6] = 9_000
        block.burden[at, first : first + 5] = 9_000
        _note(city, block, F10, at, (first, first + 5), "low_burden_corrected", "CORRECTED")
    for at, first in ((33, 0), (34, 7)):
        _low_burden(block, at, first, 5, 9_000)
        _note(city, block, F10, at, (first, first + 4), "five_months", None, edge=True)


def _low_burden(block: Block, at: int, first: int, months: int, level: int) -> None:
    block.burden[at, first : first + months] = block.first_burden[at, first : first + months] = level


def _write(city: City, block: Block, rows: Rows) -> None:
    for at in (*BRANCH, *ASSESSED):
        _paper(city, block, at)
    for at in range(BLOCK):
        for month in range(MONTHS):
            _month(city, block, at, month, rows)


def _paper(city: City, block: Block, at: int) -> None:
    uscc = city.spare[block.start + at][0]
    if at in ASSESSED:
        row = {"doc_no": city.serial("杭税核"), "uscc": uscc, "method": ("核定征收", "小规模")[at % 2]}
        city.docs["fuel.tax_assessment"].append(row | {"valid_from": city.first_day(0), "valid_to": city.last_day(11)})
        return
    row = {
        "approval_no": city.serial("税总分备"),
        "branch_uscc": uscc,
        "hq_uscc": city.others[HEAD_OFFICES[at % len(HEAD_OFFICES)]],
    }
    row |= {"kind": "汇总纳税" if at in (8, 9) else "集中结算"}
    city.docs["fuel.branch_relation"].append(row | {"valid_from": date(city.year - 2, 1, 1), "valid_to": None})


def _month(city: City, block: Block, at: int, month: int, rows: Rows) -> None:
    for place, day in enumerate(COUNT_DAYS):
        rows["fuel.veh_count"].append(
            {
                "station_id": block.name(at),
                "count_day": date(city.year, month + 1, day),
                "small_cnt": int(block.small[at, month, place]),
                "truck_cnt": int(block.truck[at, month, place]),
            }
        )
    inferred = int(block.inferred[at, month])
    last = (int(block.ratio[at, month]), float(block.price[at, month]), int(block.burden[at, month]))
    first = (int(block.first_ratio[at, month]), float(block.first_price[at, month]), int(block.first_burden[at, month]))
    litres = round(inferred * last[0] / 10_000, 2)
    _psi(city, block, at, month, round(inferred * first[0] / 10_000, 2), 1, rows)
    if first[0] != last[0]:
        _psi(city, block, at, month, litres, 2, rows)
    _return(city, block, at, month, litres * first[1], first[2], 1, rows)
    if first[1:] != last[1:]:
        _return(city, block, at, month, litres * last[1], last[2], 2, rows)


def _psi(city: City, block: Block, at: int, month: int, litres: float, later: int, rows: Rows) -> None:
    rows["fuel.oil_psi"].append(
        {
            "station_id": block.name(at),
            "period": city.first_day(month),
            "oil_grade": "0#",
            "filed_on": city.first_day(month + later).replace(day=12),
            "declare_kind": "正常申报" if later == 1 else "更正申报",
            "open_l": 20_000.0,
            "in_l": litres,
            "out_l": litres,
            "close_l": 20_000.0,
        }
    )


def _return(city: City, block: Block, at: int, month: int, gross: float, burden: int, later: int, rows: Rows) -> None:
    sales = round(gross / (1 + VAT), 2)
    output, payable = round(sales * VAT, 2), round(sales * burden / 1_000_000, 2)
    rows["fuel.vat_return"].append(
        {
            "uscc": city.spare[block.start + at][0],
            "period": city.first_day(month),
            "filed_on": city.first_day(month + later).replace(day=14),
            "declare_kind": "正常申报" if later == 1 else "更正申报",
            "sales_taxed": sales,
            "sales_uninvoiced": round(sales * 0.5, 2),
            "output_tax": output,
            "input_tax": round(output - payable, 2),
            "payable": payable,
            "paid": payable,
        }
    )
