"""The innocent background of a synthetic insurer: ordinary stays, clinic visits and pharmacy purchases.

Belongs here: what happens to people nobody plants anything on, made in vectors. Nobody here has two stays close
together, care elsewhere during a stay, more than a month's supply a month, or an item of the other sex.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xiansuo.synth.medins.catalog import (
    ADMISSIONS,
    CHRONIC_DRUGS,
    ITEMS,
    OUTPATIENT_DIAGNOSES,
    hospital_codes,
    pharmacy_codes,
)

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from xiansuo.synth.world import World

# item, count, hour of the day: charged on every day of a stay
WARD = (("bed", 1, 8), ("visit_ward", 1, 8), ("nursing2", 1, 9), ("infusion", 2, 10), ("oral_drug", 6, 12))
# item, count, hour: charged once, on the day of admission
ADMISSION_TESTS = (("blood_count", 1, 11), ("liver", 1, 11), ("ecg", 1, 12), ("ct", 1, 15))
CLINIC_ITEMS = (("visit", 1, 9), ("blood_count", 1, 10), ("oral_drug", 18, 11))
STAYS_PER_PERSON, CLINICS_PER_PERSON, CHRONIC_SHARE = 0.14, 0.32, 0.03


def background(world: World, people: pl.DataFrame, scale: int) -> dict[str, pl.DataFrame]:
    """Visits, settlements, fee lines and diagnoses of ``people`` (columns of world.persons), typed as the contracts."""
    import polars as pl

    rng = world.rng("medins.background")
    count = len(people)
    order = rng.permutation(count)
    staying = order[: int(count * STAYS_PER_PERSON)]
    rest = order[len(staying) :]
    chronic, others = rest[: int(count * CHRONIC_SHARE)], rest[int(count * CHRONIC_SHARE) :]
    clinic = others[: int(count * CLINICS_PER_PERSON)]
    visits = pl.concat(
        [_stays(world, rng, staying, scale), _clinics(world, rng, clinic, scale), _refills(world, rng, chronic, scale)]
    ).with_row_index("serial")
    visits = visits.join(_known(people), on="person", how="left").with_columns(
        # even numbers; planted visits take odd ones, so no number tells which is which at a glance
        mdtrt_id=pl.format("JZ{}", (pl.col("serial") * 2).cast(pl.String).str.zfill(9)),
        setl_id=pl.format("JS{}", (pl.col("serial") * 2).cast(pl.String).str.zfill(9)),
    )
    lines = _lines(visits)
    return {
        "medins.mdtrt_d": _mdtrt(visits),
        "medins.setl_d": _settlements(visits, lines),
        "medins.fee_list_d": _fee_list(lines),
        "medins.setl_list_diag_d": _diagnoses(visits),
    }


def _known(people: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return people.select(
        person=pl.int_range(pl.len(), dtype=pl.Int64),
        psn_no=pl.lit("3301") + pl.col("id_number").str.slice(6, 11),
        psn_name="name",
        certno="id_number",
        gend="gender",
        brdy="birth",
        tel="phone",
        insu_admdvs="region_code",
    )


def _frame(
    world: World, rng: np.random.Generator, persons: np.ndarray, codes: list[str], last_day: int
) -> pl.DataFrame:
    import numpy as np
    import polars as pl

    return pl.DataFrame(
        {
            "person": persons.astype(np.int64),
            "fixmedins_code": np.array(codes)[rng.integers(0, len(codes), len(persons))],
            "offset": rng.integers(0, last_day, len(persons)),
        }
    ).with_columns(begin=pl.lit(world.first) + pl.duration(days="offset"))


def _stays(world: World, rng: np.random.Generator, persons: np.ndarray, scale: int) -> pl.DataFrame:
    import numpy as np
    import polars as pl

    picked = rng.integers(0, len(ADMISSIONS), len(persons))
    days = np.clip(2 + rng.poisson(5, len(persons)), 2, 20)
    return (
        _frame(world, rng, persons, hospital_codes(scale), 340)
        .with_columns(
            days=pl.Series(days),
            med_type=pl.lit("21"),
            diag_code=pl.Series([ADMISSIONS[n][0] for n in picked], dtype=pl.String),
            diag_name=pl.Series([ADMISSIONS[n][1] for n in picked], dtype=pl.String),
            dept=pl.Series([ADMISSIONS[n][2] for n in picked], dtype=pl.String),
            drug=pl.lit(None, dtype=pl.String),
        )
        .drop("offset")
    )


def _clinics(world: World, rng: np.random.Generator, persons: np.ndarray, scale: int) -> pl.DataFrame:
    import numpy as np
    import polars as pl

    twice = np.concatenate([persons, persons[: len(persons) // 3]])
    picked = rng.integers(0, len(OUTPATIENT_DIAGNOSES), len(twice))
    return (
        _frame(world, rng, twice, hospital_codes(scale), 364)
        .with_columns(
            days=pl.lit(0, dtype=pl.Int64),
            med_type=pl.lit("11"),
            diag_code=pl.Series([OUTPATIENT_DIAGNOSES[n][0] for n in picked], dtype=pl.String),
            diag_name=pl.Series([OUTPATIENT_DIAGNOSES[n][1] for n in picked], dtype=pl.String),
            dept=pl.lit("A03"),
            drug=pl.lit(None, dtype=pl.String),
        )
        .drop("offset")
    )


def _refills(world: World, rng: np.random.Generator, persons: np.ndarray, scale: int) -> pl.DataFrame:
    """Monthly refills of one chronic drug at one pharmacy: twelve purchases of four weeks' supply."""
    import polars as pl

    drugs = pl.Series([CHRONIC_DRUGS[n] for n in rng.integers(0, len(CHRONIC_DRUGS), len(persons))], dtype=pl.String)
    return (
        _frame(world, rng, persons, pharmacy_codes(scale), 25)
        .with_columns(
            days=pl.lit(0, dtype=pl.Int64),
            med_type=pl.lit("41"),
            diag_code=pl.lit("I10.x00"),
            diag_name=pl.lit("高血压病"),
            dept=pl.lit(None, dtype=pl.String),
            drug=drugs,
        )
        .drop("offset")
        .join(pl.DataFrame({"refill": list(range(12))}), how="cross")
        .with_columns(begin=pl.col("begin") + pl.duration(days=pl.col("refill") * 29))
        .drop("refill")
    )


def _lines(visits: pl.DataFrame) -> pl.DataFrame:
    """All fee lines: one row per charge, with item key, count, time and the running number inside the visit."""
    import polars as pl

    stays = visits.filter(pl.col("med_type") == "21")
    daily = stays.with_columns(day=pl.int_ranges(0, pl.col("days"))).explode("day")
    parts = [
        daily.join(_charges(WARD), how="cross"),
        stays.with_columns(day=pl.lit(0, dtype=pl.Int64)).join(_charges(ADMISSION_TESTS), how="cross"),
        visits.filter(pl.col("med_type") == "11")
        .with_columns(day=pl.lit(0, dtype=pl.Int64))
        .join(_charges(CLINIC_ITEMS), how="cross"),
        visits.filter(pl.col("med_type") == "41").with_columns(
            day=pl.lit(0, dtype=pl.Int64),
            item=pl.col("drug"),
            count=pl.lit(28, dtype=pl.Int64),
            hour=pl.lit(10, dtype=pl.Int64),
        ),
    ]
    items = pl.DataFrame(
        [(key, item.code, item.name, item.kind, item.cents) for key, item in ITEMS.items()],
        schema=["item", "code", "item_name", "kind", "cents"],
        orient="row",
    )
    return (
        pl.concat(parts)
        .join(items, on="item", how="left")
        .with_columns(
            at=pl.col("begin").cast(pl.Datetime("us"))
            + pl.duration(days="day", hours="hour", minutes=pl.col("serial") % 60),
            amount=pl.col("cents") * pl.col("count"),
            line=pl.col("item").cum_count().over("serial"),
        )
        .with_columns(scope=_share("amount", 90))
    )


def _charges(rows: tuple[tuple[str, int, int], ...]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(rows, schema={"item": pl.String, "count": pl.Int64, "hour": pl.Int64}, orient="row")


def _share(column: str, percent: int) -> pl.Expr:
    import polars as pl

    return (pl.col(column) * percent + 50) // 100


def _yuan(name: str) -> pl.Expr:
    import polars as pl

    return (pl.col(name).cast(pl.Decimal(20, 2)) / pl.lit(100)).cast(pl.Decimal(18, 2))


def _mdtrt(visits: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    stay = pl.col("med_type") == "21"
    return visits.select(
        "mdtrt_id",
        "psn_no",
        "psn_name",
        "certno",
        "gend",
        "brdy",
        "fixmedins_code",
        "med_type",
        "tel",
        begntime=pl.col("begin").cast(pl.Datetime("us")) + pl.duration(hours=7),
        endtime=pl.col("begin").cast(pl.Datetime("us")) + pl.duration(days="days", hours=16),
        ipt_otp_no=pl.col("mdtrt_id").str.slice(2),
        medrcdno=pl.col("psn_no").str.slice(4),
        adm_dept_codg="dept",
        dscg_dept_codg=pl.when(stay).then("dept"),
        dscg_maindiag_code="diag_code",
        dscg_maindiag_name="diag_name",
        dscg_way=pl.when(stay).then(pl.lit("1")),
        ipt_days=pl.when(stay).then("days"),
        nwb_flag=pl.lit("0"),
        ttp_pay_flag=pl.lit("0"),
        vali_flag=pl.lit("1"),
    )


def _settlements(visits: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    totals = lines.group_by("serial").agg(pl.col("amount").sum(), pl.col("scope").sum())
    end = pl.col("begin") + pl.duration(days="days")
    zero = pl.lit(0).cast(pl.Decimal(18, 2))
    return (
        visits.join(totals, on="serial", how="left")
        .with_columns(fund=pl.when(pl.col("med_type") == "21").then(_share("scope", 80)).otherwise(_share("scope", 50)))
        .with_columns(cash=pl.col("amount") - pl.col("fund"))
        .select(
            "setl_id",
            "mdtrt_id",
            "psn_no",
            "psn_name",
            "certno",
            "gend",
            "brdy",
            "insu_admdvs",
            "fixmedins_code",
            "med_type",
            age=(end.dt.year() - pl.col("brdy").dt.year()).cast(pl.Int64),
            insutype=pl.lit("310"),
            begndate="begin",
            enddate=end,
            setl_time=end.cast(pl.Datetime("us")) + pl.duration(hours=17),
            medfee_sumamt=_yuan("amount"),
            inscp_amt=_yuan("scope"),
            fund_pay_sumamt=_yuan("fund"),
            hifp_pay=_yuan("fund"),
            acct_pay=zero,
            acct_mulaid_pay=zero,
            cash_payamt=_yuan("cash"),
            refd_setl_flag=pl.lit("0"),
            mid_setl_flag=pl.lit("0"),
            year=end.dt.year().cast(pl.Int64),
            vali_flag=pl.lit("1"),
        )
    )


def _fee_list(lines: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    drug = pl.col("kind") == "09"
    return lines.select(
        "mdtrt_id",
        "setl_id",
        "psn_no",
        "fixmedins_code",
        bkkp_sn=pl.col("line").cast(pl.String).str.zfill(5),
        fee_ocur_time="at",
        cnt=pl.col("count").cast(pl.Decimal(18, 4)),
        pric=_yuan("cents"),
        det_item_fee_sumamt=_yuan("amount"),
        inscp_amt=_yuan("scope"),
        chrgitm_lv=pl.lit("01"),
        hilist_code="code",
        hilist_name="item_name",
        med_list_codg="code",
        medins_list_codg=pl.lit("N") + pl.col("code"),
        med_chrgitm_type="kind",
        bilg_dept_codg="dept",
        prd_days=pl.when(drug & (pl.col("med_type") == "41")).then(28).when(drug).then(3).cast(pl.Int64),
        etip_flag=pl.lit("0"),
    )


def _diagnoses(visits: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return visits.filter(pl.col("med_type") == "21").select(
        "mdtrt_id",
        "setl_id",
        "diag_code",
        "diag_name",
        diag_srt_no=pl.lit(1, dtype=pl.Int64),
        maindiag_flag=pl.lit("1"),
        adm_cond_type=pl.lit("1"),
    )
