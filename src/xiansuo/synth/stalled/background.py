"""The ordinary criminal cases of the year: filed, detained for some days, closed within two months.

Nothing is planted here; every row keeps every clock. All of it is made as vectors.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xiansuo.synth import ids

if TYPE_CHECKING:
    import numpy as np
    import polars as pl


def closed(rng: np.random.Generator, people: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """One case for each of ``people`` (columns of ``World.persons``), sent to the prosecutors in time."""
    import polars as pl

    n = people.height
    filed = ids.dates_between(rng, date(2025, 1, 5), date(2025, 10, 20), n)
    done = _later(filed, rng.integers(38, 60, n))
    base = people.select("id_number", "name", case_no=pl.Series(ids.serial_codes("A3301002025C", n)).cast(pl.String))
    cases = people.select(
        case_no=base["case_no"],
        org_name=pl.lit("杭州市公安局拱墅区分局"),
        charge=pl.Series(rng.choice(["盗窃案", "诈骗案", "故意伤害案"], n)).cast(pl.String),
        filed_date=filed,
        closed_date=done,
        region_code="region_code",
    )
    held = base.with_columns(
        measure_no=pl.Series(ids.serial_codes("拱公拘2025", n)).cast(pl.String),
        kind=pl.lit("拘留"),
        from_date=filed,
        to_date=_later(filed, rng.integers(3, 36, n)),
    )
    outcome = base.select("case_no", "id_number", kind=pl.lit("移送起诉"), outcome_date=done)
    return {"police.criminal_case": cases, "police.coercive_measure": held, "police.suspect_outcome": outcome}


def _later(day: pl.Series, days: np.ndarray) -> pl.Series:
    import polars as pl

    return (day.cast(pl.Int32) + pl.Series(days)).cast(pl.Int32).cast(pl.Date)
