"""The two transfer domains of the synthetic city: from penalty to prosecution, and from non-prosecution to penalty.

Belongs here: ``build``, which puts the innocent many and the planted few into one set of tables. The many are
``background``; the few are ``penalties``, ``repeats`` and ``channel`` on the way forward, ``opinions`` and
``aftermath`` on the way back; how a story becomes rows is ``book``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xiansuo.synth import shared
from xiansuo.synth.link import aftermath, background, channel, opinions, penalties, repeats
from xiansuo.synth.link.book import Book, Party
from xiansuo.synth.truth import DomainOutput

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.world import World

SMALL_PEOPLE = 19_400
PEOPLE, FIRMS = 3_200, 1_400
FINED, MOVED, SPARED = 1_200, 200, 300
COLUMNS = {
    "admin.penalty": "doc_no case_no org_code org_name org_kind party_kind party_id party_name cause facts act_from "
    "act_to decision_date fine_yuan detention_days replaces_no region_code",
    "admin.penalty_amount": "doc_no measure amount_yuan",
    "admin.price_appraisal": "appraisal_no doc_no measure appraised_yuan basis appraised_date",
    "admin.test_report": "report_no doc_no item result report_date",
    "admin.case_finding": "finding_no doc_no finding found_date",
    "admin.reconsideration": "review_no doc_no kind filed_date decided_date result",
    "admin.no_penalty": "decision_no case_no party_id party_name reason decided_date",
    "admin.case_extension": "extension_no case_no approved_date extended_to",
    "admin.transfer": "transfer_no case_no org_code org_name party_id party_name charge reported_date approved_ts "
    "first_attempt_ts refusal_no sent_ts police_org cc_date cc_platform_no withdrawn_date withdrawal_no region_code",
    "admin.transfer_item": "transfer_no doc_no merged_case_no",
    "police.transfer_receipt": "receipt_no transfer_no police_org received_date decision decision_date cc_date "
    "cc_platform_no extension_no extended_to supplement_no supplement_from supplement_to withdrawn_date "
    "withdrawal_cc_date withdrawal_cc_no review_filed_date review_decided_date",
    "admin.organ": "org_code org_name org_kind level region_code",
    "admin.organ_power": "org_code org_kind valid_from valid_to level basis_no",
    "justice.non_prosecution": "np_no org_name id_no name kind charge act_from act_to discovered_date report_no "
    "reported_date decision_date registered_date amount_yuan detained_days act_region",
    "justice.opinion": "doc_no np_no to_org_code to_org_name sent_date signed_date reply_due org_filed_date "
    "extension_no extended_due withdrawn_date reply_date reply_no reply_result reply_penalty_no designation_no",
    "justice.appeal": "appeal_no np_no kind filed_date closed_date",
    "justice.review_decision": "decision_no np_no kind from_date to_date reason",
    "justice.seized_property": "item_no np_no description value_yuan seized_date disposition disposed_date "
    "kept_for_case_no claim_notice_no claim_notice_to",
    "person.death": "id_number name death_date source_kind certificate_no",
}
DATES = """act_from act_to extended_to supplement_from supplement_to reply_due extended_due from_date to_date
valid_from valid_to claim_notice_to"""


def build(world: World) -> DomainOutput:
    """All tables of both transfer models and the cases planted in them, the same for the same world."""
    import polars as pl

    scale = max(1.0, min(20.0, world.persons.height / SMALL_PEOPLE))
    annex = world.annex("link", int(PEOPLE * scale), int(FIRMS * scale))
    people = annex.persons.sort("birth", "id_number", descending=[True, False])
    ages = {"children": (2012, 2016), "youths": (2010, 2011), "adults": (1960, 2004)}
    pools = {name: people.filter(pl.col("birth").dt.year().is_between(*years)) for name, years in ages.items()}
    many = _background(annex, pools["adults"].tail(pools["adults"].height // 2), scale)
    split = annex.companies.height // 10 * 7
    book = Book(
        rng=world.rng("link.plants"),
        firms=_firms(annex.companies.head(split)),
        adults=_persons(pools["adults"].head(pools["adults"].height // 2)),
        youths=_persons(pools["youths"]),
        children=_persons(pools["children"]),
    )

    def scaled(count: int) -> int:
        return max(1, round(count * scale))

    penalties.plant(book, scaled)
    repeats.plant(book, scaled)
    channel.plant(book, scaled)
    opinions.plant(book, scaled)
    aftermath.plant(book, scaled)
    tables = {name: _joined(name, many.get(name), book.rows.get(name, [])) for name in COLUMNS}
    return DomainOutput(tables | {"person.resident": _residents(annex.persons, tables)}, book.cases)


def _persons(frame: pl.DataFrame) -> Iterator[Party]:
    for number, name, region, birth in frame.select("id_number", "name", "region_code", "birth").iter_rows():
        yield Party(number, name, "个人", region, birth)


def _firms(frame: pl.DataFrame) -> Iterator[Party]:
    for uscc, name, region in frame.select("uscc", "name", "region_code").iter_rows():
        yield Party(uscc, name, "单位", region)


def _background(annex: World, adults: pl.DataFrame, scale: float) -> dict[str, pl.DataFrame]:
    import polars as pl

    firms = annex.companies.tail(annex.companies.height // 10 * 3)
    firms = firms.select(id="uscc", name="name", kind=pl.lit("单位"), region="region_code")
    people = adults.select(id="id_number", name="name", kind=pl.lit("个人"), region="region_code")
    fined = pl.concat([firms.head(int(MOVED * scale)), people])
    rng = annex.rng("link.background")
    spared = people.tail(int(SPARED * scale))
    tables = background.penalties(rng, fined.head(int(FINED * scale))) | background.opinions(rng, spared)
    return tables | background.transfers(rng, firms.tail(int(MOVED * scale)))


def _residents(people: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Register rows of everybody the tables name."""
    import polars as pl

    named = pl.concat([tables["admin.penalty"]["party_id"], tables["justice.non_prosecution"]["id_no"]])
    return shared.resident_rows(people.filter(pl.col("id_number").is_in(named.unique().implode())))


def _joined(name: str, many: pl.DataFrame | None, few: list[dict[str, Any]]) -> pl.DataFrame:
    """Background and planted rows in contract column order, in an order that does not tell them apart."""
    import polars as pl

    columns = COLUMNS[name].split()
    schema: Any = {column: _kind(column) for column in columns}
    frame = pl.DataFrame([[row.get(column) for column in columns] for row in few], schema=schema, orient="row")
    if many is not None:
        absent = [pl.lit(None).alias(column) for column in columns if column not in many.columns]
        frame = pl.concat([many.with_columns(absent).select(columns).cast(schema), frame])
    return frame.sort(columns[-2:] + columns[:2], nulls_last=True)


def _kind(column: str) -> Any:
    import polars as pl

    if column.endswith("_ts"):
        return pl.Datetime("us")
    if column.endswith("_yuan"):
        return pl.Decimal(18, 2)
    if column.endswith("_days"):
        return pl.Int64
    return pl.Date if column in DATES.split() or column.endswith("_date") else pl.String
