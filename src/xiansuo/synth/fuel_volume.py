"""Hidden and innocently missing litres: what rules F1 (nozzles against return) and F2 (stock balance) must tell apart.

Each planter changes the monthly arrays of one station and adds the document that excuses the change, if there is
one. Thresholds repeated here are those of the rules' default parameters: cases lie just over and just under them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xiansuo.synth.fuel_city import GRADES, LITRES_PER_TONNE, LOSS_RATES, PRICES, TAX_CODES, City, station_id, taker

F1, F2 = "undeclared_sales", "stock_imbalance"
SALES_LITRES, SALES_RATIO = 10_000, 0.05
STOCK_LITRES, STOCK_RATIO = 8_000, 0.03


def plant_volume(city: City, pool: list[int], times: int) -> None:
    """Plant the F1 and F2 cases on stations of ``pool``, ``times`` times the basic set; uses up the pool's head."""
    stations = taker(pool)
    for _ in range(times):
        _violations(city, stations)
        for planter in (_self_use, _parent, _wholesale, _corrected, _unit, _assessed, _young, _regrade, _shift):
            for turn in range(2):
                _on(city, stations, planter, turn)
        for planter in (_service, _outage, _isolated, _sales_under, _cold, _recalibrated, _stock_under):
            for turn in range(2):
                _on(city, stations, planter, turn)


def _on(city: City, stations: Iterator[int], planter: Callable[[City, int, int], None], turn: int) -> None:
    at = next(stations)
    city.exact[at] = True
    city.used["volume"].add(at)
    planter(city, at, turn)


def _violations(city: City, stations: Iterator[int]) -> None:
    for turn in range(8):
        _on(city, stations, _off_book, turn)
    for turn in range(4):
        _on(city, stations, _on_book, turn)
    for turn in range(8):
        _on(city, stations, _cheated_meter, turn)


def sales_limit(declared: int) -> int:
    """Centilitres that F1 tolerates above a declared volume."""
    return max(SALES_LITRES * 100, int(declared * SALES_RATIO) + 1)


def stock_limit(city: City, at: int, grade: int, month: int) -> int:
    """Centilitres that F2 tolerates in a month."""
    out = (int(city.phys[at, grade, month]) + int(city.drift[at, grade, month])) / (1 - LOSS_RATES[grade])
    return max(STOCK_LITRES * 100, int(out * STOCK_RATIO) + 1)


def _off_book(city: City, at: int, turn: int) -> None:
    """Bought and sold beside the books: only the nozzles tell."""
    grade, start, edge = (2, 0)[turn % 2], 1 + turn % 5, turn < 2
    months = range(start, start + (2 if edge else 2 + turn % 3))
    for month in months:
        limit = sales_limit(int(city.declared[at, grade, month]))
        share = int(city.declared[at, grade, month] * city.rng.uniform(0.15, 0.35))
        hidden = limit + city.draw(1, 40) if edge else max(share, limit + city.draw(500, 3_000))
        city.meter[at, grade, month] += hidden
        if turn == 2:
            _deduction(city, at, grade, month, hidden, None)
        if turn == 3:
            _settlement(city, at, grade, month, hidden, city.others[9])
    kind = "edge" if edge else {2: "forged_self_use", 3: "unregistered_parent"}.get(turn, "off_book")
    city.case(F1, "violation", kind, at, (start, months[-1]), edge=edge, rows=city.psi_rows(at, grade, months))


def _on_book(city: City, at: int, turn: int) -> None:
    """Bought with papers, sold without return: nozzles and stock both tell."""
    grade, start = turn % 2 * 2, 2 + turn
    months = range(start, start + 2)
    for month in months:
        hidden = int(city.phys[at, grade, month] * city.rng.uniform(0.18, 0.35))
        city.declared[at, grade, month] -= hidden
        city.taxed[at, grade, month] -= hidden
    rows = city.psi_rows(at, grade, months)
    city.case(F1, "violation", "on_book", at, (start, months[-1]), rows=rows)
    city.case(F2, "violation", "on_book", at, (start, months[-1]), rows=rows)


def _cheated_meter(city: City, at: int, turn: int) -> None:
    """The nozzle counts too little and the return follows the nozzle: only the stock tells."""
    grade, month, edge = turn % 3, 1 + turn, turn < 2
    limit = stock_limit(city, at, grade, month)
    hidden = limit + city.draw(1, 40) if edge else limit + city.draw(1_500, 12_000)
    for series in (city.meter, city.declared, city.taxed):
        series[at, grade, month] -= hidden
    city.case(F2, "violation", "edge" if edge else "cheated_meter", at, (month, month), edge=edge,
              rows=city.psi_rows(at, grade, [month]))


def _deduction(city: City, at: int, grade: int, month: int, litres: int, approval: str | None, kind: str = "自用") -> None:
    city.docs["fuel.oil_deduct"].append(
        {
            "deduct_no": city.serial("KC"), "station_id": station_id(at), "period": city.first_day(month),
            "oil_grade": GRADES[grade], "kind": kind, "qty_l": litres / 100, "approval_no": approval,
        }
    )


def _settlement(city: City, at: int, grade: int, month: int, litres: int, head_office: str) -> None:
    city.docs["fuel.card_settlement"].append(
        {
            "settle_no": city.serial("JS"), "station_id": station_id(at), "period": city.first_day(month),
            "oil_grade": GRADES[grade], "hq_uscc": head_office, "qty_l": litres / 100,
            "amt": round(litres / 100 * PRICES[grade], 2),
        }
    )


def branch(city: City, at: int, head_office: str, kind: str = "集中结算") -> None:
    """File station ``at`` as a branch of a head office."""
    city.docs["fuel.branch_relation"].append(
        {
            "approval_no": city.serial("税总分备"), "branch_uscc": city.uscc[at], "hq_uscc": head_office, "kind": kind,
            "valid_from": city.first_day(0).replace(year=city.year - 3), "valid_to": None,
        }
    )


def _missing(city: City, at: int, grade: int, month: int) -> int:
    """A volume both rules must notice if nothing excuses it."""
    return int(max(city.phys[at, grade, month] * 0.12, 1_250_000)) + city.draw(0, 2_000)


def _both(city: City, code: str, at: int, grade: int, months: range, f2: range | None = None) -> None:
    rows = [("fuel.gas_station", {"station_id": station_id(at)})] if code == "NEW_OR_CLOSING" else city.psi_rows(at, grade, months)
    city.case(F1, "lookalike", code.lower(), at, (months[0], months[-1]), code=code, rows=rows)
    span = f2 or months
    city.case(F2, "lookalike", code.lower(), at, (span[0], span[-1]), code=code, rows=rows)


def _self_use(city: City, at: int, turn: int) -> None:
    grade, months = turn * 2, range(3, 5)
    for month in months:
        litres = _missing(city, at, grade, month)
        city.declared[at, grade, month] -= litres
        _deduction(city, at, grade, month, litres, f"杭税油扣〔{city.year}〕{at + 1}号", ("自用", "倒库")[turn])
    _both(city, "SELF_USE", at, grade, months)


def _parent(city: City, at: int, turn: int) -> None:
    months = range(5, 7 + turn)
    head_office = city.others[10 + turn]
    branch(city, at, head_office)
    for month in months:
        litres = _missing(city, at, 0, month)
        city.declared[at, 0, month] -= litres
        _settlement(city, at, 0, month, litres, head_office)
    _both(city, "PARENT_SETTLED", at, 0, months)


def _wholesale(city: City, at: int, turn: int) -> None:
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
            "inv_no": f"2633{city.year}{city.serial('9')[1:]:0>12}", "line_no": 1, "issue_ts": city.moment(month, 15),
            "seller_uscc": city.uscc[at], "buyer_uscc": city.partner(), "tax_class_code": TAX_CODES[2],
            "goods_name": "*成品油*0号车用柴油", "spec": "0#", "unit": "吨", "qty": round(tonnes, 2), "price": 6_900.0,
            "amt_ex_tax": amount, "rate": 0.13, "tax": round(amount * 0.13, 2), "inv_type": "专",
            "special_tag": "成品油", "status": "正常",
        }
    )


def _corrected(city: City, at: int, turn: int) -> None:
    months = range(4 + turn, 6 + turn)
    for month in months:
        city.corrected[at, 0, month] = city.declared[at, 0, month]
        city.declared[at, 0, month] -= _missing(city, at, 0, month)
    _both(city, "CORRECTED", at, 0, months)


def _unit(city: City, at: int, turn: int) -> None:
    grade, months = turn * 2, range(6, 8)
    for month in months:
        city.declared[at, grade, month] = round(city.declared[at, grade, month] / LITRES_PER_TONNE[grade])
    _both(city, "UNIT_ERROR", at, grade, months)


def _assessed(city: City, at: int, turn: int) -> None:
    months = range(1, 4)
    city.station[at]["taxpayer_type"] = "小规模纳税人"
    city.docs["fuel.tax_assessment"].append(
        {
            "doc_no": city.serial("杭税核"), "uscc": city.uscc[at], "method": ("核定征收", "小规模")[turn],
            "valid_from": city.first_day(0), "valid_to": city.last_day(11),
        }
    )
    for month in months:
        city.declared[at, 0, month] -= _missing(city, at, 0, month)
    _both(city, "ASSESSED", at, 0, months)


def _young(city: City, at: int, turn: int) -> None:
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


def _regrade(city: City, at: int, turn: int) -> None:
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


def tank_event(
    city: City, at: int, month: int, kind: str, old: str | None, new: str | None, litres: int | None
) -> dict[str, object]:
    """A row of fuel.tank_event on the 16th of a month."""
    return {
        "record_no": city.serial("YG"), "station_id": station_id(at), "tank_id": f"{station_id(at)}-T1",
        "event_date": city.moment(month, 16).date(), "kind": kind, "from_grade": old, "to_grade": new,
        "adjust_l": None if litres is None else litres / 100,
    }


def _shift(city: City, at: int, turn: int) -> None:
    months, grade = range(3 + turn, 5 + turn), turn * 2
    moved = [_missing(city, at, grade, month) for month in months]
    for month, litres in zip(months, moved, strict=True):
        city.declared[at, grade, month] -= litres
    city.declared[at, grade, months[-1] + 1] += sum(moved)
    _both(city, "PERIOD_SHIFT", at, grade, months)


def _service(city: City, at: int, turn: int) -> None:
    """A repaired main board comes back with a higher total, twice within three months, both times on record."""
    months = range(4 + turn, 6 + turn)
    for month in months:
        city.docs["meter:jump"].append(
            {"at": at, "grade": 2, "day": city.moment(month, 11 + turn).timetuple().tm_yday - 1, "litres": 3_000_000, "record": True}
        )
    city.case(F1, "lookalike", "service_recorded", at, (months[0], months[-1]), code="SERVICE_RECORDED",
              rows=city.psi_rows(at, 2, months))


def _outage(city: City, at: int, turn: int) -> None:
    """The collector was offline across two month ends: sales of the last days turn up a month late."""
    edges = (2 + turn, 4 + turn)
    for month in edges:
        days = -(-1_300_000 * 30 // int(city.meter[at, 0, month])) + 3
        last = city.last_day(month).timetuple().tm_yday - 1
        city.docs["meter:lost"].append({"at": at, "grade": 0, "from": last - days + 1, "to": last})
    months = [month + 1 for month in edges]
    city.case(F1, "lookalike", "collector_gap", at, (months[0], months[-1]), code="COLLECTOR_GAP",
              rows=city.psi_rows(at, 0, months))


def _isolated(city: City, at: int, turn: int) -> None:
    month = 5 + turn
    for step in (0, 1):
        litres = sales_limit(int(city.declared[at, 0, month + step])) + city.draw(800, 5_000)
        city.meter[at, 0, month + step] += litres
        if step:
            _deduction(city, at, 0, month + step, litres, f"杭税油扣〔{city.year}〕{at + 1}号", "检测回罐")
    city.case(F1, "lookalike", "isolated_month", at, (month, month), code="ISOLATED_MONTH", rows=city.psi_rows(at, 0, [month]))


def _sales_under(city: City, at: int, turn: int) -> None:
    months = range(6, 8)
    for month in months:
        city.meter[at, 0, month] += sales_limit(int(city.declared[at, 0, month])) - city.draw(1, 60)
    city.case(F1, "lookalike", "just_under", at, (6, 7), edge=True, rows=city.psi_rows(at, 0, months))


def _cold(city: City, at: int, turn: int) -> None:
    month = turn
    city.drift[at, 0, month] += stock_limit(city, at, 0, month) + city.draw(60, 300)
    city.cold[at, 0, month] = -6.0
    city.case(F2, "lookalike", "temperature", at, (month, month), code="TEMPERATURE", rows=city.psi_rows(at, 0, [month]))


def _recalibrated(city: City, at: int, turn: int) -> None:
    month, grade = 7 + turn, turn * 2
    litres = stock_limit(city, at, grade, month) + city.draw(500, 3_000)
    city.drift[at, grade, month] += litres
    kind = ("液位仪标定", "清罐")[turn]
    city.docs["fuel.tank_event"].append(tank_event(city, at, month, kind, None, GRADES[grade], litres))
    city.case(F2, "lookalike", "gauge_drift", at, (month, month), code="GAUGE_DRIFT", rows=city.psi_rows(at, grade, [month]))


def _stock_under(city: City, at: int, turn: int) -> None:
    month = 6 + turn
    hidden = stock_limit(city, at, 2, month) - city.draw(1, 60)
    for series in (city.meter, city.declared, city.taxed):
        series[at, 2, month] -= hidden
    city.case(F2, "lookalike", "just_under", at, (month, month), edge=True, rows=city.psi_rows(at, 2, [month]))
