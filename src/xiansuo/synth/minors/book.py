"""What the domain of minors writes: visits and their codes, hotel rooms, reports, police cases, kinship.

Belongs here: the plain row of each kind, which contradicts no other row, and the children by age. Which stories are
told is ``stories`` and ``hotels``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from xiansuo.synth.ledger import Ledger, Shape
from xiansuo.synth.truth import RowKey

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.world import World

SHAPE = Shape(
    model="mandatory_report",
    prefix="WN",
    strength={
        "girl_under_14": "A",
        "girl_from_14": "B",
        "repeated_injury": "B",
        "unnatural_harm": "B",
        "infection_under_14": "A",
        "no_guardian_consent": "B",
        "late_report": "B",
        "hotel_with_adult": "B",
    },
    columns={
        "minors.visit": "visit_no id_number name birth_date inst_code inst_name confirmed_ts follow_up_of",
        "minors.visit_code": "visit_no system seq code",
        "minors.consent": "consent_no visit_no signer_role signer_id signed_date",
        "minors.cause_record": "visit_no cause doc_no issuer",
        "minors.report": "report_no channel inst_code event_no id_number reported_ts",
        "minors.victim_case": "case_no id_number org_name accepted_date",
        "minors.kinship": "child_id relative_id relation is_guardian",
        "minors.lodging": "stay_no hotel_code hotel_name room_no id_number name checkin_ts checkout_ts",
        "minors.lodging_note": "note_no stay_no kind",
        "person.id_correction": "certificate_no id_number true_id_number name issued_date",
    },
    keys={
        "minors.visit_code": ("visit_no", "system", "seq"),
        "minors.victim_case": ("case_no", "id_number"),
        "minors.kinship": ("child_id", "relative_id"),
    },
    dates=frozenset(("birth_date", "signed_date", "accepted_date", "issued_date")),
    integers=frozenset(("seq",)),
    booleans=frozenset(("is_guardian",)),
)
HOSPITALS = (
    "市第一人民医院",
    "市儿童医院",
    "西湖区妇幼保健院",
    "余杭区第一人民医院",
    "萧山区第二人民医院",
    "临平区中医院",
    "建德市人民医院",
    "桐庐县妇幼保健院",
)
ISSUERS = {
    "运动受伤": "市实验中学",
    "交通事故": "西湖区公安分局交通警察大队",
    "意外跌落": "文新派出所",
    "烧烫伤": "市第一人民医院",
    "骑跨伤": "市儿童医院",
    "误服": "市儿童医院",
    "用药反应": "市第一人民医院",
    "母婴传播": "市妇产科医院",
}
HOTELS = ("云栖旅馆", "城站快捷酒店", "西溪青年公寓", "富春宾馆", "大江东商务酒店", "千岛湖度假旅馆")
Person = dict[str, Any]


def pools_of(annex: World) -> dict[str, Iterator[Person]]:
    """The people of the annex by age in the year.

    girls, boys: 10 to 13 throughout; teens, lads: girls and boys who are 14 to 17 throughout; girls_14, boys_14,
    girls_18, boys_18: those with that birthday between February and October; small: up to 10; women and grown (men): of
    age.
    """
    import polars as pl

    year, birth, girl = annex.year, pl.col("birth"), pl.col("gender") == "2"
    leap = (birth.dt.month() == 2) & (birth.dt.day() == 29)
    people = annex.persons.filter(~leap)

    def born(first: date, last: date, who: pl.Expr) -> Iterator[Person]:
        return people.filter(birth.is_between(first, last) & who).iter_rows(named=True)

    def years(first: int, last: int, who: pl.Expr) -> Iterator[Person]:
        return born(date(first, 1, 2), date(last, 12, 30), who)

    def turning(age: int, who: pl.Expr) -> Iterator[Person]:
        return born(date(year - age, 2, 1), date(year - age, 10, 31), who)

    return {
        "girls": years(year - 13, year - 11, girl),
        "boys": years(year - 13, year - 11, ~girl),
        "teens": years(year - 17, year - 15, girl),
        "lads": years(year - 17, year - 15, ~girl),
        "girls_14": turning(14, girl),
        "boys_14": turning(14, ~girl),
        "girls_18": turning(18, girl),
        "boys_18": turning(18, ~girl),
        "small": years(year - 10, year - 2, pl.lit(True)),
        "women": years(year - 45, year - 20, girl),
        "grown": years(year - 60, year - 20, ~girl),
    }


@dataclass
class Book(Ledger):
    """The ledger with children by age, visits and hotel rooms. ``strangers`` are grown men."""

    pools: dict[str, Iterator[Person]] = field(default_factory=dict)

    def child(self, pool: str) -> Person:
        """The next unused person of a pool, entered as a resident."""
        self.residents.append(self._next(self.pools[pool], pool))
        return self.residents[-1]

    def unlisted(self, pool: str) -> Person:
        """The next unused person of a pool, of whom only the number is taken."""
        return self._next(self.pools[pool], pool)

    def day(self, turn: int) -> date:
        """A day between February and October, spread by turn."""
        return date(self.world.year, 2, 3) + timedelta(days=turn * 37 % 265)

    def visit(self, child: Person, day: date, codes: tuple[str, ...], **changes: Any) -> RowKey:
        """A visit whose finding was clear on one day, and its codes; the first key is the visit's."""
        serial = len(self.rows["minors.visit"])
        place = serial % len(HOSPITALS)
        row = {
            "id_number": child["id_number"],
            "name": child["name"],
            "birth_date": child["birth"],
            "inst_code": f"H3301{place + 1:04d}",
            "inst_name": HOSPITALS[place],
            "confirmed_ts": datetime.combine(day, time(8 + serial % 11, serial * 7 % 60)),
        } | changes
        made = self.add("minors.visit", **row)
        for seq, code in enumerate(codes, start=1):
            system = "ICD9CM3" if code[0].isdigit() else "ICD10"
            self.add("minors.visit_code", visit_no=made[1]["visit_no"], system=system, seq=seq, code=code)
        return made

    def written(self, event: RowKey) -> dict[str, Any]:
        """The row of a visit or stay just planted."""
        dataset, key = event
        return next(row for row in reversed(self.rows[dataset]) if all(row[name] == key[name] for name in key))

    def reported(self, event: RowKey, hours: float = 5.0) -> RowKey:
        """The institution reports its own visit or stay so many hours after."""
        row = self.written(event)
        place, number = row.get("inst_code") or row["hotel_code"], row.get("visit_no") or row["stay_no"]
        moment = (row.get("confirmed_ts") or row["checkin_ts"]) + timedelta(hours=hours)
        where = {"channel": "强制报告平台", "inst_code": place, "event_no": number}
        return self.add("minors.report", **where, id_number=row["id_number"], reported_ts=moment)

    def told(self, child: Person, day: date, turn: int) -> RowKey:
        """Somebody else reports: a call, or another hospital that knows no number of this visit."""
        elsewhere = turn % 2 == 1
        row = {
            "channel": "卫生健康部门" if elsewhere else ("110报警", "未成年人保护热线")[turn // 2 % 2],
            "inst_code": "H33010099" if elsewhere else None,
            "id_number": child["id_number"],
            "reported_ts": datetime.combine(day, time(20, turn % 60)),
        }
        return self.add("minors.report", **row)

    def accepted(self, child: Person, day: date) -> RowKey:
        """The police accept a case with the child as its victim."""
        place = ("西湖区公安分局", "余杭区公安分局", "萧山区公安分局")[len(self.rows["minors.victim_case"]) % 3]
        number = self.serial("A3301")
        return self.add(
            "minors.victim_case", case_no=number, id_number=child["id_number"], org_name=place, accepted_date=day
        )

    def caused(self, visit: RowKey, cause: str, *, proven: bool = True) -> RowKey:
        """The cause the hospital wrote down, with a document unless only the parents told it."""
        number, issuer = (self.serial("证"), ISSUERS[cause]) if proven else (None, None)
        row = {"visit_no": visit[1]["visit_no"], "cause": cause, "doc_no": number, "issuer": issuer}
        return self.add("minors.cause_record", **row)

    def kin(self, child: Person, relative: str, relation: str, *, guardian: bool) -> RowKey:
        """How a child and an adult are related."""
        ends = {"child_id": child["id_number"], "relative_id": relative}
        return self.add("minors.kinship", **ends, relation=relation, is_guardian=guardian)

    def signed(self, visit: RowKey, role: str, signer: str | None) -> RowKey:
        """A signature under the consent to an operation."""
        day = self.written(visit)["confirmed_ts"].date()
        row = {"visit_no": visit[1]["visit_no"], "signer_role": role, "signer_id": signer, "signed_date": day}
        return self.add("minors.consent", **row)

    def share_room(self, child: Person, adult: str, day: date) -> list[RowKey]:
        """A night of two guests in one room; the child's row first."""
        serial = self.counters["room"] = self.counters["room"] + 1
        name = next(row["name"] for row in reversed(self.residents) if row["id_number"] == adult)
        place = serial % len(HOTELS)
        row = {
            "hotel_code": f"L3301{place + 1:04d}",
            "hotel_name": HOTELS[place],
            "room_no": f"{2 + serial % 7}{1 + serial % 19:02d}",
            "checkin_ts": datetime.combine(day, time(18 + serial % 5, serial % 60)),
            "checkout_ts": datetime.combine(day + timedelta(days=1), time(9, serial % 60)),
        }
        guests = ((child["id_number"], child["name"]), (adult, name))
        return [self.add("minors.lodging", id_number=number, name=called, **row) for number, called in guests]
