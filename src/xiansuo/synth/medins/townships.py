"""The small hospitals on which the charging and capacity cases are planted, and when each of them is free.

Belongs here: their rows in the institution catalogue, their grades over time, and the order in which cases use them.
No ordinary care happens there, so that daily inpatients and shares of admissions are what a case makes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from xiansuo.synth.medins.book import slots

if TYPE_CHECKING:
    from xiansuo.synth.world import World

Row = dict[str, Any]
Kind = Literal["low", "high", "changed", "ward", "centre"]
LOW, HIGH = "08", "05"
# kind -> first number, how many, grade today, beds
BLOCKS: dict[str, tuple[int, int, str, int]] = {
    "low": (1, 12, LOW, 60),
    "high": (21, 12, HIGH, 200),
    "changed": (41, 8, LOW, 60),
    "ward": (51, 6, LOW, 5),
    "centre": (61, 4, LOW, 90),
}
NAMES = {"low": "卫生院", "high": "中心医院", "changed": "康复医院", "ward": "护理院", "centre": "体检中心医院"}
SLOT_MONTHS = 11
GRADED_FROM = date(2024, 1, 1)
CHANGED_ON = date(2025, 7, 1)


def codes(kind: str, number: int) -> list[str]:
    """Institution codes of one kind in one round (0, 1, ...)."""
    first, count, _, _ = BLOCKS[kind]
    return [f"H33010{500_000 + 100 * number + place:06d}" for place in range(first, first + count)]


def institutions(world: World, rounds: int) -> list[Row]:
    """Their rows of medins.fixmedins."""
    counties = world.regions.select("region_code", "name").rows()
    rows: list[Row] = []
    for number in range(rounds):
        for kind, (_, _, grade, beds) in BLOCKS.items():
            for code in codes(kind, number):
                region, county = counties[len(rows) % len(counties)]
                name = f"{county}第{number * 10 + len(rows) // len(counties) + 1}{NAMES[kind]}"
                rows.append(
                    {
                        "fixmedins_code": code,
                        "fixmedins_name": name,
                        "fixmedins_type": "1",
                        "admdvs": region,
                        "hosp_lv": grade,
                        "bed_cnt": beds,
                        "custodial_flag": "0",
                        "scope": "综合",
                        "valid_from": GRADED_FROM,
                    }
                )
    return rows


def levels(rounds: int) -> Iterator[Row]:
    """Their rows of medins.fixmedins_level: the kind "changed" was of the higher grade until the middle of 2025."""
    for number in range(rounds):
        for kind, (_, _, grade, _) in BLOCKS.items():
            for code in codes(kind, number):
                row: Row = {"fixmedins_code": code, "valid_from": GRADED_FROM, "valid_to": None, "hosp_lv": grade}
                row["document_no"] = f"卫医评〔2023〕{code[-3:]}号"
                if kind != "changed":
                    yield row
                    continue
                yield {**row, "hosp_lv": HIGH, "valid_to": CHANGED_ON - timedelta(days=1)}
                yield {**row, "valid_from": CHANGED_ON, "document_no": f"卫医评〔2025〕{code[-3:]}号"}


class Places:
    """Hands out (institution, first day) pairs for one rule in one round; 25-day spans never overlap at one place."""

    def __init__(self, world: World, rule: str, number: int) -> None:
        self.number = number
        self._free = {kind: self._slots(world, rule, kind) for kind in BLOCKS}

    def _slots(self, world: World, rule: str, kind: str) -> Iterator[tuple[str, date]]:
        hospitals = codes(kind, self.number)
        months = CHANGED_ON.month - 2 if kind == "changed" else SLOT_MONTHS
        order = world.rng(f"medins.{rule}.{kind}.{self.number}").permutation(len(hospitals) * months).tolist()
        return slots(hospitals, world.year, order)

    def take(self, kind: Kind) -> tuple[str, date]:
        """The next free place of that kind."""
        return next(self._free[kind])
