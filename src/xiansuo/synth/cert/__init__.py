"""The certificate domain of the synthetic city: sites, workers, registers, card checks, a forgers' shop, and truth.

Belongs here: ``build``, which puts the innocent many and the planted few into one set of tables. Who is innocent is
``background``, what is planted is ``violations``, ``lookalikes``, ``lookalikes_on_post``, ``penalties`` and ``exams``,
how a story becomes rows is ``book``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from xiansuo.synth import shared
from xiansuo.synth.cert import (
    background,
    clusters,
    exams,
    lookalikes,
    lookalikes_on_post,
    penalties,
    reference,
    violations,
)
from xiansuo.synth.cert.book import Book, Person
from xiansuo.synth.truth import DomainOutput

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.world import World

WORKER_SHARE = 0.43
PLANTED_PERSONS = 560
SMALL_PEOPLE = 7_700
CERTIFICATE = (
    "cert_no work_category work_item valid_from id_no name issuer first_issue valid_to status status_date as_of"
)
COLUMNS = {
    "cert.site_worker": "worker_id name id_type id_no phone employer_uscc employer_name project_no project_name "
    "site_region trade enter_date leave_date",
    "cert.cert_presented": "check_id worker_id name id_type id_no cert_no cert_system work_category work_item issuer "
    "first_issue valid_from valid_to review_due review_done qr_url image_no check_date checker_org",
    "cert.cert_official": CERTIFICATE + " review_due review_done",
    "cert.cert_housing": CERTIFICATE,
    "cert.cert_samr": CERTIFICATE,
    "cert.cert_other_register": CERTIFICATE.replace("work_item", "register"),
    "cert.attendance": "worker_id project_no day in_ts out_ts day_trade",
    "cert.fake_order": "order_id buyer_name buyer_id phone work_category pay_yuan pay_ts order_status seller_account "
    "site_domain evidence_no",
    "cert.identity_change": "change_id kind old_id_no new_id_no old_name new_name change_date document_no",
    "cert.training_enrolment": "enrol_id id_no name school_uscc school_name work_category contract_no "
    "fee_yuan paid_date",
    "cert.admin_penalty": "doc_no org_name party_kind party_name party_id party_uscc cause cert_no fine_yuan "
    "decide_date status status_date",
    "cert.case_transfer": "record_no doc_no person_id_no kind paper_no event_date agency_name",
    "cert.exam_record": "exam_no id_no name work_category subject mode exam_date site_code site_name site_kind "
    "site_lon site_lat outcome score",
    "person.custody": "custody_id id_number name place_name place_code custody_kind entry_date exit_date",
    "person.death": "id_number name death_date source_kind certificate_no",
    "person.exit_entry": "id_number name direction event_date port_name place",
}
EXTRA_PERSONS = 900
EXTRA_EMPLOYERS = 20
DATES = "first_issue valid_from valid_to review_due review_done status_date as_of enter_date leave_date day check_date"


def build(world: World) -> DomainOutput:
    """All certificate tables of one city-year and the cases planted in them, the same for the same world."""
    import polars as pl

    rng = world.rng("cert.background")
    grown = world.persons.filter(pl.col("birth").is_between(date(1963, 1, 1), date(2004, 12, 31)))
    order = pl.Series(rng.permutation(grown.height))
    grown = grown[order.to_list()]
    people = grown.filter(pl.col("birth") < date(1999, 1, 1))
    scale = _scale(world.persons.height, people.height)
    planted = people.head(int(PLANTED_PERSONS * scale) + 80)
    rest = grown.join(planted, on="id_number", how="anti", maintain_order="left")
    hired = rest.head(max(rest.height // 2, int(world.persons.height * WORKER_SHARE) - planted.height))
    strangers = rest.tail(max(0, min(rest.height - hired.height, rest.height // 40)))
    regions = world.regions["region_code"].to_list()
    places = background.sites(rng, world.companies, regions, 20 + hired.height // 90)
    book = Book(
        rng=world.rng("cert.plants"),
        people=_people(planted),
        sites=places.to_dicts(),
        schools=world.companies["uscc"].head(3).to_list(),
    )

    def scaled(count: int) -> int:
        return max(1, round(count * scale))

    violations.plant(book, scaled)
    lookalikes.plant(book, scaled)
    lookalikes_on_post.plant(book, scaled)
    other = world.annex("exam", persons=2 * scaled(EXTRA_PERSONS), companies=3 * scaled(EXTRA_EMPLOYERS))
    others = _grown(other.persons)
    book.people = _people(others)
    penalties.plant(book, scaled)
    exams.plant(book, scaled)
    clusters.plant(book, scaled, _employers(other.companies, regions))
    many = _background(world, hired, places, strangers)
    tables = {name: _joined(name, many.get(name), book.rows.get(name, [])) for name in COLUMNS}
    tables["person.resident"] = shared.resident_rows(others)
    return DomainOutput(tables | reference.tables(), book.cases)


def _grown(people: pl.DataFrame) -> pl.DataFrame:
    """Adults whom only the stories about penalties, exams and clusters know, so that those change no older one."""
    import polars as pl

    return people.filter(pl.col("birth").is_between(date(1963, 1, 1), date(1998, 12, 31)))


def _employers(companies: pl.DataFrame, regions: list[str]) -> list[dict[str, Any]]:
    """One site each for employers nobody else has."""
    return [
        {
            "employer_uscc": row["uscc"],
            "employer_name": row["name"],
            "project_no": f"XMK2025{place:05d}",
            "project_name": f"厂房工程K{place:03d}标段",
            "site_region": regions[place % len(regions)],
        }
        for place, row in enumerate(companies.iter_rows(named=True))
    ]


def _scale(persons: int, eligible: int) -> float:
    """How many times the small-scale counts are planted: as the world grows, at most twentyfold, never too many."""
    return max(0.05, min(20.0, max(1.0, persons / SMALL_PEOPLE), (eligible - 80) / PLANTED_PERSONS))


def _people(frame: pl.DataFrame) -> Iterator[Person]:
    for row in frame.select("id_number", "name", "phone", "region_code").iter_rows():
        yield Person(*row)


def _background(
    world: World, hired: pl.DataFrame, places: pl.DataFrame, strangers: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    import polars as pl

    rng = world.rng("cert.many")
    stays = background.workers(rng, hired, places, world.year)
    held = background.certificates(rng, stays)
    return {
        "cert.site_worker": stays,
        "cert.attendance": background.attendance(rng, stays, world.year),
        "cert.cert_official": held.filter(pl.col("register") == "应急"),
        "cert.cert_housing": held.filter(pl.col("register") == "住建"),
        "cert.cert_samr": held.filter(pl.col("register") == "市监"),
        "cert.cert_presented": background.checks(rng, held),
        "cert.fake_order": background.orders(rng, strangers, world.year),
    }


def _joined(name: str, many: pl.DataFrame | None, few: list[dict[str, Any]]) -> pl.DataFrame:
    """Background and planted rows in contract column order, in an order that does not tell them apart."""
    import polars as pl

    columns = COLUMNS[name].split()
    frame = pl.DataFrame(few, schema={column: _kind(column) for column in columns}, orient="row")
    if many is not None:
        ordinary = many.select(columns).cast({column: _kind(column) for column in columns})
        frame = pl.concat([ordinary, frame])
    return frame.sort(columns[0], *columns[1:4])


def _kind(column: str) -> Any:
    import polars as pl

    if column.endswith("_ts"):
        return pl.Datetime("us")
    if column.endswith("_yuan"):
        return pl.Decimal(18, 2)
    return pl.Date if column in DATES.split() or column.endswith("_date") else pl.String
