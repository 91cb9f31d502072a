"""Papers and limits that the volume planters share.

Thresholds repeated here are those of the rules' default parameters: cases lie just over and just under them.
"""

from __future__ import annotations

from xiansuo.synth.fuel.city import GRADES, LOSS_RATES, PRICES, City, station_id

F1, F2 = "undeclared_sales", "stock_imbalance"
SALES_LITRES, SALES_RATIO = 10_000, 0.05
STOCK_LITRES, STOCK_RATIO = 8_000, 0.03


def sales_limit(declared: int) -> int:
    """Centilitres that F1 tolerates above a declared volume."""
    return max(SALES_LITRES * 100, int(declared * SALES_RATIO) + 1)


def stock_limit(city: City, at: int, grade: int, month: int) -> int:
    """Centilitres that F2 tolerates in a month."""
    out = (int(city.phys[at, grade, month]) + int(city.drift[at, grade, month])) / (1 - LOSS_RATES[grade])
    return max(STOCK_LITRES * 100, int(out * STOCK_RATIO) + 1)


def deduction(
    city: City, at: int, grade: int, month: int, litres: int, approval: str | None, kind: str = "自用"
) -> None:
    """File a deducted volume; without approval it excuses nothing."""
    city.docs["fuel.oil_deduct"].append(
        {
            "deduct_no": city.serial("KC"),
            "station_id": station_id(at),
            "period": city.first_day(month),
            "oil_grade": GRADES[grade],
            "kind": kind,
            "qty_l": litres / 100,
            "approval_no": approval,
        }
    )


def settlement(city: City, at: int, grade: int, month: int, litres: int, head_office: str) -> None:
    """File a volume that a head office settled."""
    city.docs["fuel.card_settlement"].append(
        {
            "settle_no": city.serial("JS"),
            "station_id": station_id(at),
            "period": city.first_day(month),
            "oil_grade": GRADES[grade],
            "hq_uscc": head_office,
            "qty_l": litres / 100,
            "amt": round(litres / 100 * PRICES[grade], 2),
        }
    )


def branch(city: City, at: int, head_office: str, kind: str = "集中结算") -> None:
    """File station ``at`` as a branch of a head office."""
    city.docs["fuel.branch_relation"].append(
        {
            "approval_no": city.serial("税总分备"),
            "branch_uscc": city.uscc[at],
            "hq_uscc": head_office,
            "kind": kind,
            "valid_from": city.first_day(0).replace(year=city.year - 3),
            "valid_to": None,
        }
    )


def tank_event(
    city: City, at: int, month: int, kind: str, old: str | None, new: str | None, litres: int | None
) -> dict[str, object]:
    """A row of fuel.tank_event on the 16th of a month."""
    return {
        "record_no": city.serial("YG"),
        "station_id": station_id(at),
        "tank_id": f"{station_id(at)}-T1",
        "event_date": city.moment(month, 16).date(),
        "kind": kind,
        "from_grade": old,
        "to_grade": new,
        "adjust_l": None if litres is None else litres / 100,
    }
