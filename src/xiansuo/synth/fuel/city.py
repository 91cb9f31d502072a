"""The fuel side of the synthetic city: its stations, the companies around them, and monthly litres.

Belongs here: ``City`` (what the planters change) and ``make_city``. What is planted lies in ``volume``,
``loads``, ``meters`` and ``money``; the tables are put together in the package itself.
Volumes are whole centilitres in integer arrays [station, grade, month], so that books balance exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from xiansuo.core.errors import InputError
from xiansuo.synth.truth import Label, RowKey, Strength, TruthCase

if TYPE_CHECKING:
    import numpy as np

    from xiansuo.synth.world import World

    Ints = np.ndarray[Any, np.dtype[np.int64]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]

GRADES = ("92#", "95#", "0#")
GROUPS = ("汽油", "汽油", "柴油")
# As in ref.refined_oil_code: the generator plays senders who convert by the same table.
LITRES_PER_TONNE = (1388, 1388, 1176)
TAX_CODES = ("1070101010100000000", "1070101010100000000", "1070101030100000000")
LOSS_RATES = (0.005, 0.005, 0.003)
PRICES = (7.52, 7.98, 7.16)
MONTHS = 12
STRENGTH: Mapping[str, Strength] = {
    "stock_imbalance": "B",
    "totalizer_anomaly": "B",
    "surplus_invoices": "B",
    "invoices_without_sales": "B",
    "hidden_fuel_point": "B",
    "traffic_below_peers": "C",
    "burden_or_price_low": "C",
}
# Companies around the stations, by position in City.others: suppliers, head offices, owners of goods that only pass
# through a station, and chemical traders.
SUPPLIERS, HEAD_OFFICES, PARTNERS, TRADERS = range(4), range(4, 10), range(10, 18), range(18, 25)
NEIGHBOURS = 25
MIN_STATIONS = 95


@dataclass
class City:
    """Stations by position, with the arrays and document rows from which all fuel tables are made.

    spare: code, name and region of companies that no story about litres touches.
    phys: litres that really left the tanks; meter: litres the nozzles counted; declared, corrected: first and
    corrected return (-1 = none); taxed: litres on which the VAT return is based; drift: litres that left the tank
    without being sold. All in centilitres, shape [n, 3, 12].
    """

    year: int
    rng: np.random.Generator
    uscc: list[str]
    name: list[str]
    region: list[str]
    legal_rep: list[str]
    others: list[str]
    spare: list[tuple[str, str, str]]
    strangers: list[str]
    n: int
    private: Flags
    lon: Floats
    lat: Floats
    phys: Ints
    meter: Ints
    declared: Ints
    corrected: Ints
    taxed: Ints
    drift: Ints
    cold: Floats
    exact: Flags
    active: Flags
    station: list[dict[str, Any]] = field(default_factory=list)
    docs: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    cases: list[TruthCase] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    used: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def serial(self, prefix: str) -> str:
        """The next running number with that prefix."""
        self.counters[prefix] += 1
        return f"{prefix}{self.counters[prefix]:06d}"

    def first_day(self, month: int) -> date:
        """First day of month 0..11 (12 = next January)."""
        return date(self.year + month // MONTHS, month % MONTHS + 1, 1)

    def last_day(self, month: int) -> date:
        """Last day of month 0..11."""
        return self.first_day(month + 1) - timedelta(days=1)

    def moment(self, month: int, day: int, hour: int = 9) -> datetime:
        """A timestamp within month 0..11."""
        return datetime.combine(date(self.year, month + 1, day), time(hour, 30))

    def partner(self) -> str:
        """A company that owns goods passing through, in turn."""
        self.counters["partner"] += 1
        return self.others[PARTNERS[self.counters["partner"] % len(PARTNERS)]]

    def case(
        self,
        rule: str,
        label: Label,
        kind: str,
        at: int,
        months: tuple[int, int],
        *,
        code: str | None = None,
        edge: bool = False,
        rows: Sequence[RowKey] = (),
        span: tuple[date, date] | None = None,
        note: str = "",
    ) -> None:
        """Record a planted case of station ``at`` from the first to the last of ``months`` (or over ``span``)."""
        self.case_of(rule, label, kind, self.uscc[at], months, code=code, edge=edge, rows=rows, span=span, note=note)

    def case_of(
        self,
        rule: str,
        label: Label,
        kind: str,
        subject: str,
        months: tuple[int, int],
        *,
        code: str | None = None,
        edge: bool = False,
        rows: Sequence[RowKey] = (),
        span: tuple[date, date] | None = None,
        note: str = "",
    ) -> None:
        """Record a planted case of any subject."""
        self.counters[rule] += 1
        start, end = span or (self.first_day(months[0]), self.last_day(months[1]))
        self.cases.append(
            TruthCase(
                case_id=f"fuel-{rule}-{self.counters[rule]:05d}",
                model_id="fuel_tax",
                rule_id=rule,
                label=label,
                strength=STRENGTH.get(rule, "A"),
                kind=kind,
                at_threshold=edge,
                subject_id=subject,
                occurred_from=start,
                occurred_to=end,
                exclusion_code=code,
                note=note,
                rows=list(rows),
            )
        )

    def draw(self, low: float, high: float) -> int:
        """Litres between low and high, in centilitres."""
        return int(self.rng.uniform(low, high) * 100)

    def psi_rows(self, at: int, grade: int, months: Sequence[int]) -> list[RowKey]:
        """Keys of the declared station months, for the truth."""
        return [
            ("fuel.oil_psi", {"station_id": station_id(at), "period": self.first_day(m), "oil_grade": GRADES[grade]})
            for m in months
        ]


def station_id(at: int) -> str:
    """Business key of a station by position."""
    return f"JYZ{at + 1:05d}"


def scale_of(city: City) -> int:
    """How many times the basic set of cases is planted."""
    return max(1, city.n // 400)


def taker(pool: Sequence[int]) -> Iterator[int]:
    """Stations of the pool one by one; InputError when a province is too small for its cases."""
    yield from pool
    raise InputError("too few fuel stations for the planted cases", field="persons", fix="make a larger province")


def station_count(persons: int) -> int:
    """Stations for so many people: 100 in a small province, 160 at 100 000 people, then one per 500 more people."""
    if persons <= 100_000:
        return 100 + max(0, persons - 20_000) * 60 // 80_000
    return 160 + (persons - 100_000) // 500


def make_city(world: World) -> City:
    """Innocent stations and books, drawn from the world's companies; InputError when there are too few companies."""
    import numpy as np
    import polars as pl

    n = min(station_count(world.persons.height), world.companies.height - NEIGHBOURS)
    if n < MIN_STATIONS:
        raise InputError(
            "too few companies for a fuel trade", field="companies", fix="make a province of at least 4000 people"
        )
    rng = world.rng("fuel")
    trade = world.companies.sort(pl.col("name").str.contains("石油"), descending=True, maintain_order=True)
    chosen, neighbours = trade.head(n), trade.slice(n, NEIGHBOURS)
    phys, private = _volumes(rng, n)
    city = City(
        year=world.year,
        rng=rng,
        uscc=chosen["uscc"].to_list(),
        name=chosen["name"].to_list(),
        region=chosen["region_code"].to_list(),
        legal_rep=chosen["legal_rep_id"].to_list(),
        others=neighbours["uscc"].to_list(),
        spare=trade.slice(n + NEIGHBOURS).select("uscc", "name", "region_code").rows(),
        strangers=world.persons.tail(400)["id_number"].to_list(),
        n=n,
        private=private,
        lon=np.round(118.7 + rng.random(n) * 1.6, 6),
        lat=np.round(29.6 + rng.random(n) * 0.9, 6),
        phys=phys,
        meter=phys.copy(),
        declared=phys.copy(),
        corrected=np.full_like(phys, -1),
        taxed=phys.copy(),
        drift=np.zeros_like(phys),
        cold=np.round(rng.uniform(20, 26, phys.shape), 1),
        exact=np.zeros(n, dtype=bool),
        active=np.ones((n, MONTHS), dtype=bool),
    )
    _registers(city)
    return city


def _volumes(rng: np.random.Generator, n: int) -> tuple[Ints, Flags]:
    import numpy as np

    private = rng.random(n) < 0.75
    base = np.stack(
        [rng.uniform(75_000, 130_000, n), rng.uniform(50_000, 75_000, n), rng.uniform(70_000, 120_000, n)], axis=1
    )
    base = base * np.where(private, 1.0, 1.7)[:, None]
    season = 1 + 0.06 * np.sin(np.arange(MONTHS) / MONTHS * 2 * np.pi)
    litres = base[:, :, None] * season * rng.uniform(0.96, 1.04, (n, len(GRADES), MONTHS))
    return np.asarray(np.rint(litres * 100), dtype=np.int64), private


def _registers(city: City) -> None:
    """Master rows of the stations: innocent, permits valid the whole year, opened long ago."""
    for at in range(city.n):
        opened = date(2008 + at % 14, at % 12 + 1, at % 28 + 1)
        state = not city.private[at]
        city.station.append(
            {
                "station_id": station_id(at),
                "uscc": city.uscc[at],
                "station_name": city.name[at],
                "brand_type": "央企" if state else ("外资" if at % 17 == 0 else "民营"),
                "biz_scope": "零售",
                "retail_permit_no": f"浙油零售证书第{10000 + at}号",
                "hazchem_permit_no": f"浙杭危化经字{20000 + at}",
                "permit_from": date(2022, at % 12 + 1, 1),
                "permit_to": date(city.year + 2, at % 12 + 1, 28),
                "permit_status": "有效",
                "permit_status_date": None,
                "region_code": city.region[at],
                "lon": float(city.lon[at]),
                "lat": float(city.lat[at]),
                "status": "营业",
                "open_date": opened,
                "close_date": None,
                "taxpayer_type": "一般纳税人",
            }
        )
