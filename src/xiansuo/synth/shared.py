"""Shared tables of the synthetic city: residents, deaths, detentions, journeys, companies and their people.

Nothing is planted here. Deaths, detentions and journeys happen to bystanders only (see ``world``), so these tables
are innocent background; a domain that needs a dead or detained person adds rows of its own under the same dataset id.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xiansuo.synth import ids
from xiansuo.synth.truth import DomainOutput

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.world import World

PLACES = (("杭州市看守所", "K33010001"), ("杭州市余杭区看守所", "K33011001"), ("浙江省第二监狱", "J33010002"))
ABROAD = ("日本", "泰国", "新加坡", "香港", "澳门", "韩国", "美国")
PORTS = ("杭州萧山机场", "上海浦东机场", "深圳罗湖口岸", "宁波栎社机场")


def build(world: World) -> DomainOutput:
    """All shared tables of the world, without any case."""
    return DomainOutput(
        {
            "person.resident": _residents(world),
            "person.death": _deaths(world),
            "person.custody": _custody(world),
            "person.exit_entry": _journeys(world),
            "entity.company": _companies(world),
            "entity.person_link": _links(world),
        }
    )


def _residents(world: World) -> pl.DataFrame:
    import polars as pl

    return resident_rows(pl.concat([world.persons, world.bystanders]))


def resident_rows(people: pl.DataFrame) -> pl.DataFrame:
    """Rows of person.resident for people with the columns of ``World.persons``."""
    return people.rename({"birth": "birth_date"}).select(
        "id_number", "name", "gender", "birth_date", "region_code", "address", "phone"
    )


def _slice(world: World, part: int) -> pl.DataFrame:
    """Every third bystander, so that nobody both dies and travels."""
    import polars as pl

    return world.bystanders.filter(pl.int_range(pl.len()) % 3 == part)


def _deaths(world: World) -> pl.DataFrame:
    """Each death as two sources tell it: a certificate, and a cremation one to three days later."""
    import polars as pl

    rng = world.rng("deaths")
    dead = _slice(world, 0).select(
        "id_number", "name", death_date=ids.dates_between(rng, world.first, world.last, _slice(world, 0).height)
    )
    n = dead.height
    certified = dead.with_columns(
        source_kind=pl.lit("死亡证明"), certificate_no=pl.Series(ids.serial_codes("SW", n)).cast(pl.String)
    )
    burnt = (dead["death_date"].cast(pl.Int32) + pl.Series(rng.integers(1, 4, n))).cast(pl.Int32).cast(pl.Date)
    cremated = dead.with_columns(
        death_date=burnt,
        source_kind=pl.lit("火化"),
        certificate_no=pl.Series(ids.serial_codes("HH", n)).cast(pl.String),
    )
    return pl.concat([certified, cremated.filter(pl.Series(rng.random(n) < 0.7))])


def _custody(world: World) -> pl.DataFrame:
    """One stay each: two months in a detention house, or a prison term of which a part is still open."""
    import numpy as np
    import polars as pl

    rng = world.rng("custody")
    held = _slice(world, 1).filter(pl.col("birth") < date(2006, 1, 1))
    n = held.height
    serving = rng.random(n) < 0.4
    entry = ids.dates_between(rng, date(2023, 6, 1), world.last, n)
    days = np.where(serving, rng.integers(200, 900, n), rng.integers(5, 90, n))
    place = np.where(serving, 2, rng.integers(0, 2, n))
    out = (entry.cast(pl.Int32) + pl.Series(days)).cast(pl.Int32).cast(pl.Date)
    kinds = np.array(["刑事拘留", "逮捕", "行政拘留"])[rng.integers(0, 3, n)]
    frame = held.select("id_number", "name").with_columns(
        custody_id=pl.Series(ids.serial_codes("ZY", n)).cast(pl.String),
        place_name=pl.Series([PLACES[p][0] for p in place], dtype=pl.String),
        place_code=pl.Series([PLACES[p][1] for p in place], dtype=pl.String),
        custody_kind=pl.Series(np.where(serving, "服刑", kinds)).cast(pl.String),
        entry_date=entry,
        exit_date=out,
    )
    known = pl.when(pl.col("exit_date") <= world.last).then("exit_date")
    order = ["custody_id", "id_number", "name", "place_name", "place_code", "custody_kind", "entry_date"]
    return frame.with_columns(exit_date=known).select(*order, "exit_date")


def _journeys(world: World) -> pl.DataFrame:
    """One journey each: an exit and, unless it would be after the year, an entry 3 to 40 days later."""
    import polars as pl

    rng = world.rng("journeys")
    travellers = _slice(world, 2)
    n = travellers.height
    left = ids.dates_between(rng, world.first, world.last, n)
    back = (left.cast(pl.Int32) + pl.Series(rng.integers(3, 41, n))).cast(pl.Int32).cast(pl.Date)
    base = travellers.select("id_number", "name").with_columns(
        port_name=pl.Series(rng.choice(PORTS, n)).cast(pl.String),
        place=pl.Series(rng.choice(ABROAD, n)).cast(pl.String),
    )
    columns = ["id_number", "name", "direction", "event_date", "port_name", "place"]
    exits = base.with_columns(direction=pl.lit("出境"), event_date=left).select(columns)
    entries = base.with_columns(direction=pl.lit("入境"), event_date=back).select(columns)
    return pl.concat([exits, entries.filter(pl.col("event_date") <= world.last)])


def _companies(world: World) -> pl.DataFrame:
    import polars as pl

    alive = world.companies.with_columns(status=pl.lit("存续"), cancel_date=pl.lit(None, dtype=pl.Date))
    gone = world.former_companies.with_columns(status=pl.lit("注销")).select(alive.columns)
    return company_rows(pl.concat([alive, gone]))


def company_rows(companies: pl.DataFrame) -> pl.DataFrame:
    """Rows of entity.company for companies with the columns of ``World.companies``, status and cancel_date."""
    import polars as pl

    return companies.select(
        "uscc",
        "name",
        pl.lit(None, dtype=pl.String).alias("former_names"),
        "legal_rep_id",
        "established_date",
        "status",
        "cancel_date",
        "region_code",
        "address",
        pl.col("industry").alias("industry_code"),
        "phone",
    )


def _links(world: World) -> pl.DataFrame:
    """The legal representative of every company, who is its shareholder too in four cases of five."""
    import polars as pl

    rng = world.rng("links")
    head = world.companies.select("uscc", pl.col("legal_rep_id").alias("id_number"))
    owner = head.filter(pl.Series(rng.random(head.height) < 0.8))
    return pl.concat([head.with_columns(relation=pl.lit("法定代表人")), owner.with_columns(relation=pl.lit("股东"))])
