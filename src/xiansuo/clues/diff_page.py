"""A comparison of two versions as an offline page in Chinese."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xiansuo.clues.diff import KINDS
from xiansuo.clues.verdicts import TITLES

if TYPE_CHECKING:
    from xiansuo.clues.diff import Diff

KIND_TITLES = {"appears": "新出现", "disappears": "消失", "changes": "有变化"}
FIELD_TITLES = {
    "subject_name": "主体名称",
    "occurred_from": "发生起",
    "occurred_to": "发生止",
    "amount": "金额",
    "severity": "等级",
    "score": "评分",
    "rules": "规则",
    "explanation": "说明",
}


def diff_page(found: Diff) -> str:
    """One self-contained HTML page; opens from disk without network."""
    most = max((sum(group.clues.values()) for group in found.groups), default=1)
    counts = {kind: sum(clue.kind == kind for clue in found.moved) for kind in KINDS}
    template = environment().get_template("diff.html")
    return str(template.render(diff=found, most=most, counts=counts, kinds=KIND_TITLES, verdicts=TITLES))


def environment() -> Any:
    """The templates of this package, with money written as people write it."""
    from jinja2 import Environment, PackageLoader

    made = Environment(loader=PackageLoader("xiansuo.clues", "pages"), autoescape=True, trim_blocks=True)
    made.filters["yuan"] = _yuan
    made.filters["field"] = lambda name: FIELD_TITLES.get(name, name)
    return made


def _yuan(amount: Decimal | None) -> str:
    return "—" if amount is None else f"{amount:,.2f}元"
