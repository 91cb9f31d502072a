"""A list of clues as a table, in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.supervision.model import Model

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


def clue_table(model: Model, clues: pl.DataFrame, limit: int) -> Any:
    """The most telling columns of the first ``limit`` clues of a model."""
    from xiansuo.cli.output import records

    title = f"{model.spec.title}（{model.id}）：{clues.height} 条线索"
    return records(title, [_row(model, clue) for clue in clues.head(limit).to_dicts()], COLUMNS)


def rule_title(model: Model, rule_id: str) -> str:
    """Code and title of a rule, or its id when the model no longer has it."""
    rule = model.rule(rule_id)
    return f"{rule.spec.code} {rule.spec.title}" if rule else rule_id


def _row(model: Model, clue: dict[str, Any]) -> dict[str, Any]:
    period = f"{clue['occurred_from']} 至 {clue['occurred_to']}"
    rules = [rule_title(model, rule) for rule in clue["rules"]]
    return {**clue, "period": period, "rules": rules, "change": CHANGES.get(clue["change"], clue["change"])}
