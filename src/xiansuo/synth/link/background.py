"""The ordinary year of the agencies: small fines, transfers answered in time, opinions answered in time.

Nothing is planted here; every row keeps every clock and stays below every standard. All of it is made as vectors.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xiansuo.synth import ids
from xiansuo.synth.link.book import OFFICES
from xiansuo.synth.world import COUNTIES

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

CAUSES = (
    ("未亮照经营", "市场监管"),
    ("假冒注册商标", "市场监管"),
    ("生产销售不合格产品", "市场监管"),
    ("无证经营烟草专卖品", "烟草"),
    ("违反安全生产规定", "应急管理"),
    ("违法排放污染物", "生态环境"),
)
MEASURES = {"假冒注册商标": "非法经营数额", "生产销售不合格产品": "销售金额", "无证经营烟草专卖品": "非法经营数额"}
FACTS = "经现场检查，当事人未按规定办理，已责令改正，有检查笔录证实。"


def penalties(rng: np.random.Generator, parties: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """One small fine for each party (columns id, name, kind, region): tables admin.penalty and admin.penalty_amount."""
    import polars as pl

    n = parties.height
    act = ids.dates_between(rng, date(2025, 1, 2), date(2025, 9, 30), n)
    pick = rng.integers(0, len(CAUSES), n)
    cause = pl.Series([CAUSES[p][0] for p in pick], dtype=pl.String)
    kind = pl.Series([CAUSES[p][1] for p in pick], dtype=pl.String)
    county = parties["region"].replace_strict(COUNTIES)
    frame = parties.select(
        doc_no=pl.Series(ids.serial_codes("杭简罚2025", n)).cast(pl.String),
        case_no=pl.Series(ids.serial_codes("JA2025", n)).cast(pl.String),
        org_code=pl.col("region") + kind,
        org_name=county + kind.replace_strict(OFFICES),
        org_kind=kind,
        party_kind="kind",
        party_id="id",
        party_name="name",
        cause=cause,
        facts=pl.lit(FACTS),
        act_from=act,
        act_to=act,
        decision_date=_later(act, rng.integers(30, 80, n)),
        fine_yuan=pl.Series(rng.integers(2, 60, n) * 100).cast(pl.Decimal(18, 2)),
        region_code="region",
    )
    money = pl.Series(rng.integers(5, 480, n) * 100).cast(pl.Decimal(18, 2))
    amounts = frame.select("doc_no", measure=cause.replace_strict(MEASURES, default=None), amount_yuan=money)
    return {"admin.penalty": frame, "admin.penalty_amount": amounts.drop_nulls("measure")}


def transfers(rng: np.random.Generator, parties: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """One transfer for each party, sent, copied and filed in time: admin.transfer and police.transfer_receipt."""
    import polars as pl

    n = parties.height
    reported = ids.dates_between(rng, date(2025, 1, 6), date(2025, 11, 30), n)
    sent = _later(reported, rng.integers(0, 3, n))
    hour = pl.lit(pl.Series(rng.integers(9, 15, n)))
    county = parties["region"].replace_strict(COUNTIES)
    number = pl.Series(ids.serial_codes("杭移2025", n)).cast(pl.String)
    police = county + OFFICES["公安"]
    frame = parties.select(
        transfer_no=number,
        case_no=pl.Series(ids.serial_codes("YA2025", n)).cast(pl.String),
        org_code=pl.col("region") + "市场监管",
        org_name=county + OFFICES["市场监管"],
        party_id="id",
        party_name="name",
        charge=pl.lit("假冒注册商标罪"),
        reported_date=reported,
        approved_ts=sent.cast(pl.Datetime("us")) + pl.duration(hours=hour),
        sent_ts=sent.cast(pl.Datetime("us")) + pl.duration(hours=hour + 3),
        police_org=police,
        cc_date=sent,
        region_code="region",
    )
    receipts = pl.DataFrame(
        {
            "receipt_no": pl.Series(ids.serial_codes("杭接2025", n)).cast(pl.String),
            "transfer_no": number,
            "police_org": police,
            "received_date": sent,
            "decision": pl.Series(["立案"] * n, dtype=pl.String),
            "decision_date": _later(sent, rng.integers(0, 4, n)),
        }
    )
    return {"admin.transfer": frame, "police.transfer_receipt": receipts}


def opinions(rng: np.random.Generator, people: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """A non-prosecution for each person, half of them followed by an opinion that is answered in time.

    The other half are traffic accidents, to which no administrative provision is mapped.
    """
    import polars as pl

    n = people.height
    made = ids.dates_between(rng, date(2025, 1, 6), date(2025, 9, 30), n)
    act = _later(made, rng.integers(-120, -40, n))
    mapped = pl.Series(rng.random(n) < 0.5)
    number = pl.Series(ids.serial_codes("杭检不诉2025", n)).cast(pl.String)
    frame = people.select(
        np_no=number,
        org_name=pl.lit("杭州市人民检察院"),
        id_no="id",
        name="name",
        kind=pl.lit("酌定不起诉"),
        charge=pl.lit(mapped).replace_strict({True: "危险驾驶罪", False: "交通肇事罪"}, return_dtype=pl.String),
        act_from=act,
        act_to=act,
        discovered_date=act,
        decision_date=made,
        registered_date=made,
        act_region="region",
    )
    sent = _later(made, rng.integers(1, 6, n))
    replied = _later(sent, rng.integers(10, 55, n))
    county = people["region"].replace_strict(COUNTIES)
    answers = people.select(
        doc_no=pl.Series(ids.serial_codes("杭检意2025", n)).cast(pl.String),
        np_no=number,
        to_org_code=pl.col("region") + "公安",
        to_org_name=county + OFFICES["公安"],
        sent_date=sent,
        signed_date=sent,
        reply_due=_later(sent, rng.integers(60, 91, n)),
        reply_date=replied,
        reply_no=pl.Series(ids.serial_codes("复函2025", n)).cast(pl.String),
        reply_result=pl.lit("不予处罚"),
    )
    return {"justice.non_prosecution": frame, "justice.opinion": answers.filter(mapped)}


def _later(day: pl.Series, days: ids.Ints) -> pl.Series:
    import polars as pl

    return (day.cast(pl.Int32) + pl.Series(days)).cast(pl.Int32).cast(pl.Date)
