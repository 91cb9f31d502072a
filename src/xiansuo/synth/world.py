"""The synthetic city: its people and companies, made first so that every dataset speaks of the same ones.

Belongs here: ``World`` and ``make_world``. What happens to the people is the domain generators' work, how tables
become delivered files is ``deliver``. People and companies are invented; region codes are real ones of one city,
because models join on them.

Two groups of people exist. ``world.persons`` are free for the domain generators. ``world.bystanders`` are never
used by a domain: the shared generator lets them die, be detained and travel, so that innocent background events of
a domain never collide with a death or a custody that its own generator did not plant.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from xiansuo.synth import ids, names

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

CITY_CODE, CITY = "330100", "杭州市"
COUNTIES = {
    "330102": "上城区",
    "330105": "拱墅区",
    "330106": "西湖区",
    "330108": "滨江区",
    "330109": "萧山区",
    "330110": "余杭区",
    "330111": "富阳区",
    "330112": "临安区",
    "330113": "临平区",
    "330114": "钱塘区",
    "330122": "桐庐县",
    "330127": "淳安县",
    "330182": "建德市",
}
# First six digits of id numbers: counties of birth, among them abolished ones that live on in id numbers.
LOCAL_BIRTHPLACES = ("330102", "330103", "330104", "330105", "330106", "330108", "330122", "330127", "330181", "330182")
LOCAL_BIRTHPLACES_OLD = ("330183", "330184", "330185")
OTHER_BIRTHPLACES = (
    "411381",
    "522425",
    "340822",
    "362330",
    "510722",
    "620523",
    "130726",
    "420922",
    "360428",
    "341226",
    "653121",
    "540102",
    "532128",
)
BYSTANDERS = 0.03
FEWEST_COMPANIES = 600
DOMAINS = ("cert", "medins")
# Domains with people and companies of their own; the place in this list keeps their numbers apart, so only append.
ANNEXES = ("shell", "loan", "link", "execution", "minors", "stalled", "bribe", "conduct", "exam")


@dataclass(frozen=True)
class World:
    """One city-year.

    persons, bystanders: id_number, name, gender ('1' male, '2' female), birth (Date), phone, region_code, address.
    companies: uscc, name, industry (GB/T 4754 section letter), region_code, established_date, legal_rep_id, address,
    phone; all of them in business. former_companies: the same and cancel_date, all dissolved before ``first``.
    regions: region_code, name of the city's counties.
    """

    seed: int
    persons: pl.DataFrame
    bystanders: pl.DataFrame
    companies: pl.DataFrame
    former_companies: pl.DataFrame
    regions: pl.DataFrame
    year: int = 2025
    first: date = date(2025, 1, 1)
    last: date = date(2025, 12, 31)

    def rng(self, name: str) -> np.random.Generator:
        """A generator of its own for every named purpose: adding a purpose moves no other draw."""
        import numpy as np

        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def share(self, domain: str) -> World:
        """The world as one domain may use it: a part of the people and companies that no other domain touches.

        ``cert`` and ``medins`` must not share people, since the deaths and detentions one plants would be found by
        the other's rules; ``fuel`` plants nothing on people and sees them all. Companies are split three ways.
        """
        import polars as pl

        people = self.persons
        if domain in DOMAINS:
            low, high = {"cert": (0, 40), "medins": (40, 100)}[domain]
            place = pl.int_range(pl.len()) % 100
            people = people.filter((place >= low) & (place < high))
        slot = {"cert": 0, "medins": 1}.get(domain, 2)
        companies = self.companies.filter(pl.int_range(pl.len()) % 3 == slot)
        return replace(self, persons=people, companies=companies)

    def annex(self, domain: str, persons: int, companies: int = 0, *, youth: float = 0.0) -> World:
        """The same city with new people and companies that only this domain knows, in place of the world's.

        ``domain`` is one of ``ANNEXES``; ``youth`` is the share of people who were not yet 18 when the year began.
        Their rows in person.resident and entity.company are the domain's to write (``shared.resident_rows``,
        ``shared.company_rows``).
        """
        import polars as pl

        place = ANNEXES.index(domain) + 1
        people = make_people(self.rng(f"annex.{domain}.people"), persons, salt=place, youth=youth)
        if not companies:
            return replace(self, persons=people, companies=self.companies.head(0))
        known = pl.concat([self.companies["uscc"], self.former_companies["uscc"]])
        made = _companies(self.rng(f"annex.{domain}.companies"), companies, people, place)
        fresh = made.filter(~pl.col("uscc").is_in(known.implode()), pl.col("cancel_date").is_null())
        return replace(self, persons=people, companies=fresh.drop("cancel_date"))


def make_world(persons: int = 20_000, seed: int = 1) -> World:
    """A world of ``persons`` people and a tenth as many companies (at least 600), the same for the same arguments."""
    import polars as pl

    regions = pl.DataFrame({"region_code": list(COUNTIES), "name": list(COUNTIES.values())})
    empty = pl.DataFrame()
    world = World(seed, empty, empty, empty, empty, regions)
    people = make_people(world.rng("people"), persons)
    split = int(persons * (1 - BYSTANDERS))
    companies = _companies(world.rng("companies"), max(FEWEST_COMPANIES, persons // 10), people.head(split))
    former = companies["cancel_date"].is_not_null()
    return replace(
        world,
        persons=people.head(split),
        bystanders=people.tail(persons - split),
        companies=companies.filter(~former).drop("cancel_date"),
        former_companies=companies.filter(former),
    )


def make_people(rng: np.random.Generator, n: int, salt: int = 0, youth: float = 0.0) -> pl.DataFrame:
    """n new people with the columns of ``World.persons``; ids of different salts (0..9) differ.

    Ages lie around 42 years, except those of the first ``youth`` share, which are spread evenly from 1 to 18.
    """
    import numpy as np
    import polars as pl

    local = np.array(LOCAL_BIRTHPLACES + LOCAL_BIRTHPLACES_OLD)
    birthplace = np.where(rng.random(n) < 0.7, rng.choice(local, n), rng.choice(np.array(OTHER_BIRTHPLACES), n))
    drawn = rng.normal(42, 19, n)
    age = np.where((drawn < 0.2) | (drawn > 97), rng.uniform(0.2, 80, n), drawn)
    if youth:
        age[: int(n * youth)] = rng.uniform(1, 18, int(n * youth))
    age_days = (age * 365.25).astype(np.int64)
    day = pl.Series("birth", date(2024, 12, 31).toordinal() - date(1970, 1, 1).toordinal() - age_days)
    birth = day.cast(pl.Int32).cast(pl.Date)
    male = rng.random(n) < 0.51
    gender = np.where(male, "1", "2")
    stamps = birth.dt.strftime("%Y%m%d").to_numpy().astype("U8")
    county = rng.integers(0, len(COUNTIES), n)
    return pl.DataFrame(
        {
            "id_number": ids.id_numbers(birthplace, stamps, gender, salt),
            "name": names.person_names(rng, male),
            "gender": gender,
            "birth": birth,
            "phone": ids.phones(rng, n),
            "region_code": np.array(list(COUNTIES))[county],
            "address": names.addresses(rng, np.array(list(COUNTIES.values()))[county]),
        }
    )


def _companies(rng: np.random.Generator, n: int, people: pl.DataFrame, batch: int | None = None) -> pl.DataFrame:
    """n companies, those of one batch with codes no other batch has.

    Six of a hundred were dissolved in 2023 or 2024 (cancel_date set).
    """
    import numpy as np
    import polars as pl

    county = rng.integers(0, len(COUNTIES), n)
    code = np.array(list(COUNTIES))[county]
    name, industry = names.company_names(rng, n, CITY.removesuffix("市"))
    grown = people.filter(pl.col("birth") < date(2003, 1, 1))
    start = int(rng.integers(0, 31**5))
    serials = ids.permuted(n, 31**6, start) if batch is None else ids.permuted(n, 31**5, start) * 31 + batch
    return pl.DataFrame(
        {
            "uscc": ids.usccs(code, serials),
            "name": name,
            "industry": industry,
            "region_code": code,
            "established_date": ids.dates_between(rng, date(1999, 1, 1), date(2022, 12, 31), n),
            "legal_rep_id": grown["id_number"].gather(rng.integers(0, len(grown), n)),
            "address": names.addresses(rng, np.array(list(COUNTIES.values()))[county]),
            "phone": ids.phones(rng, n),
            "cancel_date": pl.DataFrame(
                {"d": ids.dates_between(rng, date(2023, 1, 1), date(2024, 12, 31), n), "u": rng.random(n) < 0.06}
            ).select(pl.when("u").then("d"))["d"],
        }
    )
