"""The ordinary convicts of the year: papers sent, taken in, brought to prison and reported in time.

Nothing is planted here; every row keeps every clock. All of it is made as vectors.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xiansuo.synth import ids

if TYPE_CHECKING:
    import numpy as np
    import polars as pl


def executed(rng: np.random.Generator, people: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Judgments about ``people`` (columns of ``World.persons``), two of five with probation, the others imprisoned."""
    import polars as pl

    n = people.height
    suspended = pl.Series(rng.random(n) < 0.4)
    months = rng.integers(8, 60, n)
    effective = ids.dates_between(rng, date(2025, 1, 10), date(2025, 10, 20), n)
    sentences = people.select(
        sentence_no=pl.Series(ids.serial_codes("PC2025", n)).cast(pl.String),
        case_no=pl.format("（2025）浙0105刑初{}号", pl.int_range(n) + 1),
        court=pl.lit("杭州市拱墅区人民法院"),
        id_number="id_number",
        name="name",
        charge=pl.Series(rng.choice(["盗窃罪", "危险驾驶罪", "帮助信息网络犯罪活动罪"], n)).cast(pl.String),
        sentence_kind=pl.lit("有期徒刑"),
        term_months=pl.Series(months),
        is_suspended=suspended,
        is_detained=pl.lit(False),
        remaining_days=pl.Series(months * 30 - 30),
        announced_date=_later(effective, -12),
        effective_date=effective,
        region_code="region_code",
    )
    imprisoned = sentences.filter(~suspended)
    return {
        "justice.sentence": sentences,
        "justice.exec_notice": _notices(rng, imprisoned),
        "person.custody": _custody(rng, imprisoned),
        "justice.community_report": _reports(rng, sentences.filter(suspended)),
    }


def _later(day: pl.Series, days: int | np.ndarray) -> pl.Series:
    import polars as pl

    return (day.cast(pl.Int32) + pl.Series([days] if isinstance(days, int) else days)).cast(pl.Int32).cast(pl.Date)


def _notices(rng: np.random.Generator, imprisoned: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    sent = _later(imprisoned["effective_date"], rng.integers(1, 7, imprisoned.height))
    return imprisoned.select(
        notice_no=pl.Series(ids.serial_codes("拱法执通2025", imprisoned.height)).cast(pl.String),
        sentence_no="sentence_no",
        sent_date=sent,
        received_by=pl.lit("杭州市公安局拱墅区分局"),
        received_date=_later(sent, 2),
    )


def _custody(rng: np.random.Generator, imprisoned: pl.DataFrame) -> pl.DataFrame:
    """Two stays each: the detention house within a month of the judgment, the prison within another."""
    import polars as pl

    n = imprisoned.height
    entry = _later(imprisoned["effective_date"], rng.integers(10, 30, n))
    moved = _later(entry, rng.integers(5, 25, n))
    base = imprisoned.select("id_number", "name")
    house = base.with_columns(
        custody_id=pl.Series(ids.serial_codes("ZB", n)).cast(pl.String),
        place_name=pl.lit("杭州市看守所"),
        place_code=pl.lit("330100K1"),
        custody_kind=pl.lit("逮捕"),
        entry_date=entry,
        exit_date=moved,
    )
    prison = house.with_columns(
        custody_id=pl.Series(ids.serial_codes("ZC", n)).cast(pl.String),
        place_name=pl.lit("浙江省第二监狱"),
        place_code=pl.lit("330100P2"),
        custody_kind=pl.lit("服刑"),
        entry_date=moved,
        exit_date=pl.lit(None, dtype=pl.Date),
    )
    return pl.concat([house, prison])


def _reports(rng: np.random.Generator, suspended: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    n = suspended.height
    return suspended.select(
        report_no=pl.Series(ids.serial_codes("社矫报2025C", n)).cast(pl.String),
        sentence_no="sentence_no",
        is_local=pl.lit(True),
        office=pl.lit("杭州市拱墅区社区矫正中心"),
        reported_date=_later(suspended["effective_date"], rng.integers(1, 10, n)),
    )
