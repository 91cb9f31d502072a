"""What ordinary purchases leave behind besides their settlement: scanned trace codes and swipes at the terminal.

Belongs here: innocent rows for a part of the background's pharmacy purchases, made in vectors. Nothing is planted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xiansuo.synth.medins.book import PHARMACY

if TYPE_CHECKING:
    import polars as pl

SHARE = 6  # visit numbers of the background are even, so this is every third
SCATTER, OPEN_MINUTES = 7919, 600


def trails(ordinary: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Rows for the ordinary purchases in ``ordinary`` (tables by dataset id).

    medins.trace_code: each box was sold once. medins.terminal_swipe: customers come all over the day.
    """
    import polars as pl

    number = pl.col("mdtrt_id").str.slice(2).cast(pl.Int64)
    bought = ordinary["medins.setl_d"].filter((pl.col("med_type") == PHARMACY) & (number % SHARE == 0))
    lines = ordinary["medins.fee_list_d"].join(bought.select("setl_id"), on="setl_id", how="semi")
    one = pl.lit(1).cast(pl.Decimal(18, 4))
    opening = pl.col("begndate").cast(pl.Datetime("us")) + pl.duration(hours=8)
    return {
        "medins.terminal_swipe": bought.select(
            "setl_id",
            "fixmedins_code",
            "certno",
            terminal_id=pl.col("fixmedins_code") + "-1",
            swipe_time=opening + pl.duration(minutes=number * SCATTER % OPEN_MINUTES),
            auth_kind=pl.lit("电子凭证"),
            offline_flag=pl.lit("0"),
        ),
        "medins.trace_code": lines.select(
            "mdtrt_id",
            "setl_id",
            "bkkp_sn",
            "fixmedins_code",
            trace_id=pl.format("SM{}", number.cast(pl.String).str.zfill(9)),
            drug_trac_codg=pl.format("81{}", number.cast(pl.String).str.zfill(18)),
            trdn_flag=pl.lit("0"),
            pack_level=pl.lit("单品"),
            cnt=one,
            pack_cnt=one,
            scan_time=pl.col("fee_ocur_time"),
        ),
    }
