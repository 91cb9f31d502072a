"""Synthetic fuel trade of one city-year: stations, meters, tanks, loads, invoices, returns and money.

Belongs here: the order of planting and the small register tables. Background books balance; every planted violation
and look-alike is written down as a ``TruthCase``.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from xiansuo.synth.fuel.books import receipt_table, return_table
from xiansuo.synth.fuel.chemicals import plant_chemicals
from xiansuo.synth.fuel.city import GRADES, GROUPS, MONTHS, PRICES, City, make_city, scale_of, station_id
from xiansuo.synth.fuel.deliveries import gauge_table, load_tables
from xiansuo.synth.fuel.hidden import plant_hidden
from xiansuo.synth.fuel.loads import plant_loads, stock_and_loads
from xiansuo.synth.fuel.meters import chip_table, make_meters, nozzle_table, reading_table
from xiansuo.synth.fuel.money import make_till, plant_money
from xiansuo.synth.fuel.peers import plant_peers
from xiansuo.synth.fuel.permits import plant_permits
from xiansuo.synth.fuel.surplus import plant_surplus
from xiansuo.synth.fuel.tamper import plant_meters
from xiansuo.synth.fuel.volume import plant_volume
from xiansuo.synth.truth import DomainOutput

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.world import World

REGISTERS = (
    "fuel.station_permit",
    "fuel.pump_service",
    "fuel.collector_gap",
    "fuel.tank_event",
    "fuel.oil_deduct",
    "fuel.card_settlement",
    "fuel.branch_relation",
    "fuel.delivery_agreement",
    "fuel.tax_assessment",
    "fuel.payee_link",
    "fuel.price_promotion",
)


def build(world: World) -> DomainOutput:
    """All fuel tables of a world and the cases planted in them; the same for the same world."""
    import polars as pl

    city = make_city(world)
    times = scale_of(city)
    order = [int(i) for i in city.rng.permutation(city.n)]
    plant_volume(city, order, times)
    free = [at for at in order if at not in city.used["volume"]]
    loads, closing = stock_and_loads(city)
    plant_loads(city, loads, free, times)
    meters = make_meters(city)
    plant_meters(city, meters, free[::-1], times)
    till = make_till(city)
    plant_money(city, till, free, times)
    plant_chemicals(city, order, times)
    plant_permits(city, loads, free[::-1], times)
    alike = plant_peers(city, times)
    capacity = plant_surplus(city, times)
    night_stops, known = plant_hidden(city, times)
    tables = load_tables(city, loads)
    purchases = tables.pop("purchases")
    other = pl.DataFrame(city.docs.pop("fuel.vat_invoice"), infer_schema_length=None)
    tables |= {
        "fuel.vat_invoice": pl.concat([purchases, other], how="diagonal_relaxed"),
        "fuel.tank_gauge": gauge_table(city, closing),
        "fuel.totalizer_read": reading_table(city, meters),
        "fuel.pump_nozzle": nozzle_table(city, meters),
        "fuel.tax_chip_report": chip_table(city, meters),
        "fuel.pay_receipt": receipt_table(city, till),
        "fuel.vat_return": return_table(city, till),
        "fuel.oil_psi": _psi_table(city, closing),
    }
    for name, rows in {**alike, "fuel.veh_track": night_stops}.items():
        extra = pl.DataFrame(rows, infer_schema_length=None)
        tables[name] = pl.concat([tables[name], extra], how="diagonal_relaxed") if name in tables else extra
    tables["fuel.fleet_capacity"] = pl.DataFrame(capacity)
    tables["fuel.known_stop"] = pl.DataFrame(known, infer_schema_length=None)
    return DomainOutput(tables | _registers(city), city.cases)


def _registers(city: City) -> dict[str, pl.DataFrame]:
    import polars as pl

    city.docs["fuel.station_permit"] += [_first_permit(row) for row in city.station]
    tables = {name: pl.DataFrame(city.docs[name], infer_schema_length=None) for name in REGISTERS}
    tables["fuel.payee_link"] = tables["fuel.payee_link"].unique(["uscc", "id_no", "relation"], maintain_order=True)
    tables["fuel.gas_station"] = pl.DataFrame(city.station, infer_schema_length=None)
    tables["fuel.price_cap"] = pl.DataFrame([_cap(city, grade, month) for grade in range(3) for month in range(MONTHS)])
    tables["fuel.oil_grade"] = pl.DataFrame(
        {"oil_grade": [*GRADES, "98#", "-10#"], "oil_group": [*GROUPS, "汽油", "柴油"]}
    )
    return tables


def _first_permit(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "permit_no": row["retail_permit_no"],
        "station_id": row["station_id"],
        "uscc": row["uscc"],
        "kind": "正式",
        "valid_from": row["permit_from"],
        "valid_to": row["permit_to"],
        "status": "注销" if row["status"] == "注销" else row["permit_status"],
        "status_date": row["close_date"] if row["status"] == "注销" else row["permit_status_date"],
        "issuer": "市商务局",
    }


def _cap(city: City, grade: int, month: int) -> dict[str, Any]:
    return {
        "region_code": city.region[0][:2] + "0000",
        "oil_grade": GRADES[grade],
        "valid_from": city.first_day(month),
        "valid_to": city.last_day(month),
        "cap_per_l": round(PRICES[grade] + 0.12 + 0.01 * (month % 4), 2),
    }


def _psi_table(city: City, closing: Any) -> pl.DataFrame:
    """First returns and corrections; background returns differ from the nozzles by up to four thousandths."""
    import numpy as np
    import polars as pl

    noise = np.where(city.exact[:, None, None], 1.0, city.rng.uniform(0.996, 1.0, city.declared.shape))
    first = np.where(city.declared > 0, np.rint(city.declared * noise), city.declared).astype(np.int64)
    at, grade, month = (index.ravel() for index in np.indices(first.shape))
    known = city.active[at, month] & (first[at, grade, month] >= 0)
    normal = _psi_rows(city, closing, first, (at[known], grade[known], month[known]), "正常申报")
    again = city.corrected[at, grade, month] >= 0
    corrected = _psi_rows(city, closing, city.corrected, (at[again], grade[again], month[again]), "更正申报")
    return pl.concat([normal, corrected])


def _psi_rows(city: City, closing: Any, out: Any, cells: tuple[Any, Any, Any], kind: str) -> pl.DataFrame:
    import numpy as np
    import polars as pl

    at, grade, month = cells
    before = np.where(month > 0, closing[at, grade, np.maximum(month - 1, 0)], 4_500_000)
    periods = [city.first_day(m) for m in range(MONTHS)]
    filed: list[date] = [city.first_day(m + 1).replace(day=12) for m in range(MONTHS)]
    if kind == "更正申报":
        filed = [city.first_day(m + 2).replace(day=18) for m in range(MONTHS)]
    after = closing[at, grade, month]
    litres = out[at, grade, month]
    return pl.DataFrame(
        {
            "station_id": [station_id(int(i)) for i in at],
            "period": [periods[m] for m in month],
            "oil_grade": [GRADES[g] for g in grade],
            "filed_on": [filed[m] for m in month],
            "declare_kind": [kind] * len(at),
            "open_l": np.maximum(before, 0) / 100,
            "in_l": np.maximum(litres + after - before, 0) / 100,
            "out_l": litres / 100,
            "close_l": np.maximum(after, 0) / 100,
        }
    )
