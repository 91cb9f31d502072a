"""A list of clues as a table, in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

COLUMNS = {
    "clue_id": "线索编号",
    "severity": "等级",
    "score": "得分",
    "subject_id": "对象代码",
    "subject_name": "对象名称",
    "period": "发生期间",
    "amount": "金额（元）",
    "rules": "规则",
    "evidence_count": "证据行",
    "change": "较上次",
}
CHANGES = {"new": "新增", "same": "未变", "changed": "变化", "withdrawn": "撤回"}


def clue_table(title: str, clues: pl.DataFrame) -> Any:
    """The most telling columns of a clue frame."""
    from xiansuo.cli.output import records

    return records(title, [_row(clue) for clue in clues.to_dicts()], COLUMNS)


def _row(clue: dict[str, Any]) -> dict[str, Any]:
    period = f"{clue['occurred_from']} 至 {clue['occurred_to']}"
    return {**clue, "period": period, "change": CHANGES.get(clue["change"], clue["change"])}
