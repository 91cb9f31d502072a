"""The innocent many of the certificate domain, as vectors: workers, their certificates, checks and attendance.

Belongs here: rows no rule may report: every special-trade worker holds the right certificate for the whole stay.
Look-alikes by nature are among them (scaffolders with housing certificates); planted stories are elsewhere.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xiansuo.synth.cert.reference import (
    FAKE_HOSTS,
    ISSUERS,
    ITEMS,
    LABOUR_TRADES,
    REGISTER_AS_OF,
    REQUIRED,
    RESIDENT,
    URLS,
)

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

SPECIAL_SHARE = 0.2
MEAN_DAYS = {True: 105, False: 22}
VALID_YEARS = {"应急": 6, "住建": 2, "市监": 4}
MAIN = {trade: (register, category) for trade, register, category in reversed(REQUIRED)}


def sites(rng: np.random.Generator, companies: pl.DataFrame, regions: list[str], n: int) -> pl.DataFrame:
    """n construction sites: employer_uscc, employer_name, project_no, project_name, site_region."""
    import numpy as np
    import polars as pl

    builders = companies.filter(pl.col("industry") == "E")
    builders = builders if builders.height >= 3 else companies
    pick = rng.integers(0, builders.height, n)
    kinds = np.array(["安置房", "产业园", "医院迁建", "地铁车站", "学校扩建", "商业综合体"])[rng.integers(0, 6, n)]
    return pl.DataFrame(
        {
            "employer_uscc": builders["uscc"].gather(pick),
            "employer_name": builders["name"].gather(pick),
            "project_no": running("XM2025", n, 5),
            "site_region": np.array(regions)[rng.integers(0, len(regions), n)],
            "kind": kinds,
        }
    ).select(
        "employer_uscc",
        "employer_name",
        "project_no",
        pl.concat_str("kind", pl.lit("工程"), pl.col("project_no").str.slice(6), pl.lit("标段")).alias("project_name"),
        "site_region",
    )


def workers(rng: np.random.Generator, people: pl.DataFrame, places: pl.DataFrame, year: int) -> pl.DataFrame:
    """One stay per person: the columns of cert.site_worker and ``special``, ``span`` (days on the roster)."""
    import numpy as np
    import polars as pl

    n = people.height
    special = rng.random(n) < SPECIAL_SHARE
    trades = np.array(list(MAIN))
    trade = np.where(special, rng.choice(trades, n), rng.choice(np.array(LABOUR_TRADES), n))
    span = np.clip(rng.exponential(np.where(special, MEAN_DAYS[True], MEAN_DAYS[False])), 5, 300).astype(np.int64)
    start = rng.integers(0, 330, n)
    frame = people.select("name", pl.col("id_number").alias("id_no"), "phone").with_columns(
        running("B", n, 8).alias("worker_id"),
        pl.Series("trade", trade),
        pl.Series("special", special),
        pl.Series("span", span),
        enter_date=pl.lit(date(year, 1, 1)) + pl.duration(days=pl.lit(pl.Series(start))),
        id_type=pl.lit(RESIDENT),
    )
    leave = pl.col("enter_date") + pl.duration(days=pl.col("span"))
    frame = frame.with_columns(leave_date=pl.when(leave <= date(year, 12, 31)).then(leave))
    site = places[rng.integers(0, places.height, n).tolist()]
    return frame.hstack(site)


def attendance(rng: np.random.Generator, stays: pl.DataFrame, year: int) -> pl.DataFrame:
    """Six of ten days of every stay, never a Sunday, with entry and exit times."""
    import polars as pl

    last = pl.coalesce("leave_date", pl.lit(date(year, 12, 31)))
    days = stays.select("worker_id", "project_no", day=pl.date_ranges("enter_date", last, interval="1d")).explode("day")
    days = days.filter((pl.Series(rng.random(days.height)) < 0.7) & (pl.col("day").dt.weekday() != 7))
    n = days.height
    early, late = rng.integers(370, 450, n), rng.integers(1000, 1110, n)
    midnight = pl.col("day").cast(pl.Datetime("us"))
    return days.with_columns(
        in_ts=midnight + pl.duration(minutes=pl.lit(pl.Series(early))),
        out_ts=midnight + pl.duration(minutes=pl.lit(pl.Series(late))),
        day_trade=pl.lit(None, dtype=pl.String),
    )


def certificates(rng: np.random.Generator, stays: pl.DataFrame) -> pl.DataFrame:
    """One certificate per special-trade stay, good for the whole year; column ``register`` says where it is kept.

    Validity began in the last year before the city-year (housing), or up to five years before it (others); a third
    of the emergency ones are renewals whose first issue lies six years earlier. Nobody was a minor at first issue.
    Reviews were done in time.
    """
    import polars as pl

    frame = stays.filter("special").select("worker_id", "name", "id_no", "id_type", "trade", "enter_date")
    n = frame.height
    table = pl.DataFrame(
        [
            (trade, register, category, ISSUERS[register], ITEMS[category])
            for trade, (register, category) in MAIN.items()
        ],
        schema=["trade", "register", "work_category", "issuer", "work_item"],
        orient="row",
    )
    frame = frame.join(table, on="trade", how="left", maintain_order="left")
    years = pl.col("register").replace_strict(VALID_YEARS, return_dtype=pl.Int64)
    back = pl.Series(rng.integers(30, 330, n)) + pl.Series(rng.integers(0, 5, n)) * 300 * (frame["register"] == "应急")
    renewal = pl.Series(rng.random(n) < 0.33) & (frame["register"] == "应急")
    serial = pl.Series(rng.permutation(n)).cast(pl.String).str.zfill(6)
    grown = pl.col("id_no").str.slice(6, 8).str.to_date("%Y%m%d").dt.offset_by("18y") + pl.duration(days=30)
    began = pl.max_horizontal(pl.lit(date(2025, 1, 1)) - pl.duration(days=pl.lit(back)), grown)
    frame = frame.with_columns(valid_from=began)
    three, six_earlier = pl.col("valid_from").dt.offset_by("3y"), pl.col("valid_from").dt.offset_by("-6y")
    is_official = pl.col("register") == "应急"
    done = three - pl.duration(days=pl.lit(pl.Series(rng.integers(1, 60, n))))
    number = (
        pl.when(is_official)
        .then(pl.lit("T") + pl.col("id_no"))
        .when(pl.col("register") == "住建")
        .then(pl.lit("浙A05") + pl.col("valid_from").dt.year().cast(pl.String) + serial)
        .otherwise(pl.lit("市") + pl.col("id_no"))
    )
    return frame.with_columns(
        cert_no=number,
        first_issue=pl.when(renewal & (six_earlier >= grown)).then(six_earlier).otherwise("valid_from"),
        valid_to=pl.col("valid_from").dt.offset_by(pl.concat_str(years.cast(pl.String), pl.lit("y")))
        - pl.duration(days=1),
        review_due=pl.when(is_official).then(three),
        review_done=pl.when(is_official & (three <= REGISTER_AS_OF)).then(done),
        status=pl.lit("有效"),
        status_date=pl.lit(None, dtype=pl.Date),
        as_of=pl.lit(REGISTER_AS_OF),
    )


def checks(rng: np.random.Generator, held: pl.DataFrame) -> pl.DataFrame:
    """Card checks of six in ten holders on their first days on site; the columns of cert.cert_presented."""
    import polars as pl

    shown = held.filter(pl.Series(rng.random(held.height) < 0.6))
    n = shown.height
    first = pl.col("enter_date") + pl.duration(days=pl.lit(pl.Series(rng.integers(0, 5, n))))
    return shown.with_columns(
        running("CYB", n, 8).alias("check_id"),
        running("IMGB", n, 8).alias("image_no"),
        check_date=pl.min_horizontal(first, pl.lit(REGISTER_AS_OF)),
        cert_system=pl.col("register"),
        qr_url=pl.col("register").replace_strict(URLS, return_dtype=pl.String)
        + pl.col("cert_no").str.replace_all(r"[^!-~]", ""),  # an address in a QR code is ASCII
        checker_org=pl.lit("市建设工程安全监督站"),
    ).with_columns(review_done=pl.when(pl.col("review_done") <= pl.col("check_date")).then("review_done"))


def orders(rng: np.random.Generator, buyers: pl.DataFrame, year: int) -> pl.DataFrame:
    """Orders of people who never appear on a site: the seller's other customers."""
    import numpy as np
    import polars as pl

    n = buyers.height
    minutes = pl.Series(rng.integers(0, 500_000, n))
    return buyers.select(
        pl.col("name").alias("buyer_name"), pl.col("id_number").alias("buyer_id"), "phone"
    ).with_columns(
        running(f"DDB{year}", n, 6).alias("order_id"),
        pl.Series("work_category", rng.choice(np.array([row[2] for row in REQUIRED]), n)),
        pl.Series("pay_yuan", rng.choice(np.array([450, 500, 580, 850]), n)).cast(pl.Decimal(18, 2)),
        pl.Series("site_domain", rng.choice(np.array(FAKE_HOSTS), n)),
        pl.Series("seller_account", rng.choice(np.array(["wx_000zs", "wx_001zs", "wx_002zs", "wx_003zs"]), n)),
        pay_ts=pl.lit(date(year, 1, 1)).cast(pl.Datetime("us")) + pl.duration(minutes=pl.lit(minutes)),
        order_status=pl.lit("已付款"),
        evidence_no=pl.lit(f"JC{year}-001"),
    )


def running(prefix: str, n: int, width: int) -> pl.Series:
    """prefix + running number from 1, padded with zeros; n may be 0."""
    import polars as pl

    number = pl.int_range(1, n + 1, eager=True).cast(pl.String).str.zfill(width)
    return pl.DataFrame({"number": number}).select(pl.lit(prefix) + pl.col("number"))["literal"]
