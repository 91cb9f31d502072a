"""Innocently missing litres: what rules F1 and F2 must not take for hidden sales, each with its document."""

from __future__ import annotations

from xiansuo.synth.fuel.city import GRADES, HEAD_OFFICES, LITRES_PER_TONNE, TAX_CODES, City, station_id
from xiansuo.synth.fuel.papers import F1, F2, branch, deduction, sales_limit, settlement, stock_limit, tank_event


def _missing(city: City, at: int, grade: int, month: int) -> int:
    """A volume both rules must notice if nothing excuses it."""
    return int(max(city.phys[at, grade, month] * 0.12, 1_250_000)) + city.draw(0, 2_000)


def _both(city: City, code: str, at: int, grade: int, months: range, f2: range | None = None) -> None:
    rows = (
        [("fuel.gas_station", {"station_id": station_id(at)})]
        if code == "NEW_OR_CLOSING"
        else city.psi_rows(at, grade, months)
    )
    city.case(F1, "lookalike", code.lower(), at, (months[0], months[-1]), code=code, rows=rows)
    span = f2 or months
    city.case(F2, "lookalike", code.lower(), at, (span[0], span[-1]), code=code, rows=rows)


def self_use(city: City, at: int, turn: int) -> None:
    """Approved own use and transfers."""
    grade, months = turn * 2, range(3, 5)
    for month in months:
        litres = _missing(city, at, grade, month)
        city.declared[at, grade, month] -= litres
        deduction(city, at, grade, month, litres, f"杭税油扣〔{city.year}〕{at + 1}号", ("自用", "倒库")[turn])
    _both(city, "SELF_USE", at, grade, months)


def parent(city: City, at: int, turn: int) -> None:
    """Card sales that a filed head office settles."""
    months = range(5, 7 + turn)
    head_office = city.others[HEAD_OFFICES[turn]]
    branch(city, at, head_office)
    for month in months:
        litres = _missing(city, at, 0, month)
        city.declared[at, 0, month] -= litres
        settlement(city, at, 0, month, litres, head_office)
    _both(city, "PARENT_SETTLED", at, 0, months)


def wholesale(city: City, at: int, turn: int) -> None:
    """Diesel sold by the tonne to builders under the same licence, invoiced as such."""
    months = range(2 + turn, 4 + turn)
    city.station[at]["biz_scope"] = "批零兼营"
    for month in months:
        hundredths = -(-_missing(city, at, 2, month) // LITRES_PER_TONNE[2])
        city.declared[at, 2, month] -= hundredths * LITRES_PER_TONNE[2]
        _bulk_invoice(city, at, month, hundredths / 100)
    _both(city, "WHOLESALE", at, 2, months)


def _bulk_invoice(city: City, at: int, month: int, tonnes: float) -> None:
    amount = round(tonnes * 6_900, 2)
    city.docs["fuel.vat_invoice"].append(
        {
            "inv_no": f"2633{city.year}{city.serial('9')[1:]:0>12}",
            "line_no": 1,
            "issue_ts": city.moment(month, 15),
            "seller_uscc": city.uscc[at],
            "buyer_uscc": city.partner(),
            "tax_class_code": TAX_CODES[2],
            "goods_name": "*成品油*0号车用柴油",
            "spec": "0#",
            "unit": "吨",
            "qty": round(tonnes, 2),
            "price": 6_900.0,
            "amt_ex_tax": amount,
            "rate": 0.13,
            "tax": round(amount * 0.13, 2),
            "inv_type": "专",
            "special_tag": "成品油",
            "status": "正常",
        }
    )


def corrected(city: City, at: int, turn: int) -> None:
    """A return already corrected."""
    months = range(4 + turn, 6 + turn)
    for month in months:
        city.corrected[at, 0, month] = city.declared[at, 0, month]
        city.declared[at, 0, month] -= _missing(city, at, 0, month)
    _both(city, "CORRECTED", at, 0, months)


def unit(city: City, at: int, turn: int) -> None:
    """Tonnes entered as litres."""
    grade, months = turn * 2, range(6, 8)
    for month in months:
        city.declared[at, grade, month] = round(city.declared[at, grade, month] / LITRES_PER_TONNE[grade])
    _both(city, "UNIT_ERROR", at, grade, months)


def assessed(city: City, at: int, turn: int) -> None:
    """A year of assessed or small-scale taxation."""
    months = range(1, 4)
    city.station[at]["taxpayer_type"] = "小规模纳税人"
    city.docs["fuel.tax_assessment"].append(
        {
            "doc_no": city.serial("杭税核"),
            "uscc": city.uscc[at],
            "method": ("核定征收", "小规模")[turn],
            "valid_from": city.first_day(0),
            "valid_to": city.last_day(11),
        }
    )
    for month in months:
        city.declared[at, 0, month] -= _missing(city, at, 0, month)
    _both(city, "ASSESSED", at, 0, months)


def young(city: City, at: int, turn: int) -> None:
    """A station that opens late in the year, and one that closes early: two months without a return."""
    if turn:
        months = range(4, 6)
        city.active[at, 6:] = False
        city.station[at] |= {"status": "注销", "close_date": city.last_day(5)}
    else:
        months = range(8, 10)
        city.active[at, :8] = False
        city.station[at] |= {"open_date": city.first_day(8), "permit_from": city.first_day(7)}
    for series in (city.phys, city.meter, city.declared, city.taxed):
        series[at][:, ~city.active[at]] = 0
    city.declared[at, 0, months[0] : months[-1] + 1] = -1
    _both(city, "NEW_OR_CLOSING", at, 0, months)


def regrade(city: City, at: int, turn: int) -> None:
    """A pump changed from 92 to 95: older readings are filed under today's grade, the tank's rest under the new one."""
    change = 5 + turn
    months = range(change - 3, change)
    for month in months:
        moved = sales_limit(int(city.declared[at, 1, month])) + city.draw(1_000, 9_000)
        city.meter[at, 0, month] -= moved
        city.meter[at, 1, month] += moved
    rest = stock_limit(city, at, 0, change) + city.draw(1_000, 4_000)
    city.drift[at, 0, change] += rest
    city.drift[at, 1, change] -= rest
    city.docs["fuel.tank_event"].append(tank_event(city, at, change, "改号", "92#", "95#", None))
    _both(city, "GRADE_CHANGE", at, 0, months, range(change, change + 1))


def shift(city: City, at: int, turn: int) -> None:
    """Two months returned with the third."""
    months, grade = range(3 + turn, 5 + turn), turn * 2
    moved = [_missing(city, at, grade, month) for month in months]
    for month, litres in zip(months, moved, strict=True):
        city.declared[at, grade, month] -= litres
    city.declared[at, grade, months[-1] + 1] += sum(moved)
    _both(city, "PERIOD_SHIFT", at, grade, months)


def service(city: City, at: int, turn: int) -> None:
    """A repaired main board comes back with a higher total, twice within three months, both times on record."""
    months = range(4 + turn, 6 + turn)
    for month in months:
        city.docs["meter:jump"].append(
            {
                "at": at,
                "grade": 2,
                "day": city.moment(month, 11 + turn).timetuple().tm_yday - 1,
                "litres": 3_000_000,
                "record": True,
            }
        )
    city.case(
        F1,
        "lookalike",
        "service_recorded",
        at,
        (months[0], months[-1]),
        code="SERVICE_RECORDED",
        rows=city.psi_rows(at, 2, months),
    )


def outage(city: City, at: int, turn: int) -> None:
    """The collector was offline across two month ends: sales of the last days turn up a month late."""
    edges = (2 + turn, 4 + turn)
    for month in edges:
        days = -(-1_300_000 * 30 // int(city.meter[at, 0, month])) + 3
        last = city.last_day(month).timetuple().tm_yday - 1
        city.docs["meter:lost"].append({"at": at, "grade": 0, "from": last - days + 1, "to": last})
    months = [month + 1 for month in edges]
    city.case(
        F1,
        "lookalike",
        "collector_gap",
        at,
        (months[0], months[-1]),
        code="COLLECTOR_GAP",
        rows=city.psi_rows(at, 0, months),
    )


def isolated(city: City, at: int, turn: int) -> None:
    """One unexplained month beside an approved one: too little for a finding."""
    month = 5 + turn
    for step in (0, 1):
        litres = sales_limit(int(city.declared[at, 0, month + step])) + city.draw(800, 5_000)
        city.meter[at, 0, month + step] += litres
        if step:
            deduction(city, at, 0, month + step, litres, f"杭税油扣〔{city.year}〕{at + 1}号", "检测回罐")
    city.case(
        F1, "lookalike", "isolated_month", at, (month, month), code="ISOLATED_MONTH", rows=city.psi_rows(at, 0, [month])
    )


def sales_under(city: City, at: int, turn: int) -> None:
    """Just below the limit of F1."""
    months = range(6, 8)
    for month in months:
        city.meter[at, 0, month] += sales_limit(int(city.declared[at, 0, month])) - city.draw(1, 60)
    city.case(F1, "lookalike", "just_under", at, (6, 7), edge=True, rows=city.psi_rows(at, 0, months))


def cold(city: City, at: int, turn: int) -> None:
    """Shrinkage of cold fuel."""
    month = turn
    city.drift[at, 0, month] += stock_limit(city, at, 0, month) + city.draw(60, 300)
    city.cold[at, 0, month] = -6.0
    city.case(
        F2, "lookalike", "temperature", at, (month, month), code="TEMPERATURE", rows=city.psi_rows(at, 0, [month])
    )


def recalibrated(city: City, at: int, turn: int) -> None:
    """A gauge adjusted, or water drawn off, on record."""
    month, grade = 7 + turn, turn * 2
    litres = stock_limit(city, at, grade, month) + city.draw(500, 3_000)
    city.drift[at, grade, month] += litres
    kind = ("液位仪标定", "清罐")[turn]
    city.docs["fuel.tank_event"].append(tank_event(city, at, month, kind, None, GRADES[grade], litres))
    city.case(
        F2, "lookalike", "gauge_drift", at, (month, month), code="GAUGE_DRIFT", rows=city.psi_rows(at, grade, [month])
    )


def stock_under(city: City, at: int, turn: int) -> None:
    """Just below the limit of F2."""
    month = 6 + turn
    hidden = stock_limit(city, at, 2, month) - city.draw(1, 60)
    for series in (city.meter, city.declared, city.taxed):
        series[at, 2, month] -= hidden
    city.case(F2, "lookalike", "just_under", at, (month, month), edge=True, rows=city.psi_rows(at, 2, [month]))
