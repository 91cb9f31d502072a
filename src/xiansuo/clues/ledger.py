"""The ledger of models 台账: where each stands, who owns it, what it yields and costs, when it is due for review."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from xiansuo.clues.advance import check_remembered
from xiansuo.clues.publish import latest_run, standing_runs
from xiansuo.clues.query import list_clues
from xiansuo.clues.verdicts import Verdict
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake
from xiansuo.lake.session import connect
from xiansuo.supervision.lifecycle import TITLES, Entry, read_history, standing
from xiansuo.supervision.load import load_models
from xiansuo.supervision.model import Model

HEADINGS = {
    "model": "模型",
    "title": "名称",
    "status": "状态",
    "owner": "责任部门",
    "author": "研发",
    "version": "版本",
    "rules": "规则数",
    "clues": "现有线索",
    "new": "最近一次新增",
    "judged": "已核查",
    "confirmed": "属实",
    "yield_share": "成案率",
    "precision": "精确率",
    "amount": "金额合计（元）",
    "cost_s": "一次运行（秒）",
    "last_run": "最近运行",
    "age_days": "建档天数",
    "next_review": "下次复核",
    "overdue": "复核逾期",
}


@dataclass(frozen=True)
class Line:
    """One model. Shares are None without verdicts, run figures None before the first run.

    ``yield_share`` is confirmed clues of all, ``precision`` confirmed of those judged either way.
    """

    model: str
    title: str
    status: str
    owner: str
    author: str
    version: str
    rules: int
    clues: int | None
    new: int | None
    judged: int
    confirmed: int
    yield_share: float | None
    precision: float | None
    amount: Any
    cost_s: float | None
    last_run: date | None
    age_days: int | None
    next_review: date
    overdue: bool


def ledger(settings: Settings, *, today: date, verdicts: Mapping[str, Verdict] | None = None) -> list[Line]:
    """One line per model of the project, retired ones last. InputError when a history does not hold."""
    lines = []
    for model in load_models(settings.project).values():
        history = read_history(model.folder)
        check_remembered(settings, model, history)
        standing(model, history)
        lines.append(_line(settings, model, history, today, verdicts or {}))
    return sorted(lines, key=lambda line: (line.status == TITLES["retired"], line.model))


def _line(
    settings: Settings, model: Model, history: Sequence[Entry], today: date, verdicts: Mapping[str, Verdict]
) -> Line:
    con = connect(settings)
    try:
        runs = standing_runs(con, Lake(settings), model.id)
    finally:
        con.close()
    run = latest_run(runs, None)
    clues = [] if run is None else list_clues(settings, model.id).to_dicts()
    live = [clue for clue in clues if clue["change"] != "withdrawn"]
    judged = [verdict for verdict in (verdicts.get(clue["clue_id"]) for clue in clues) if verdict not in (None, "open")]
    confirmed = judged.count("confirmed")
    begun = date.fromisoformat(history[0].at[:10]) if history else runs[0]["started_at"].date() if runs else None
    spec = model.spec
    return Line(
        model=model.id,
        title=spec.title,
        status=TITLES[spec.status],
        owner=spec.owner,
        author=spec.authored_by,
        version=spec.version,
        rules=len(model.rules),
        clues=None if run is None else len(live),
        new=None if run is None else run["clues_new"],
        judged=len(judged),
        confirmed=confirmed,
        yield_share=confirmed / len(live) if judged and live else None,
        precision=confirmed / len(judged) if judged else None,
        amount=None if run is None else sum(clue["amount"] or 0 for clue in live),
        cost_s=None if run is None else round((run["finished_at"] - run["started_at"]).total_seconds(), 2),
        last_run=None if run is None else run["started_at"].date(),
        age_days=None if begun is None else (today - begun).days,
        next_review=spec.next_review,
        overdue=spec.status != "retired" and spec.next_review < today,
    )


def ledger_xlsx(lines: Sequence[Line]) -> bytes:
    """The ledger as a workbook with Chinese headings."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _PLAIN) as book:
        sheet = book.add_worksheet("模型台账")
        bold, day, share = (book.add_format(form) for form in ({"bold": True}, _DAY, {"num_format": "0.0%"}))
        sheet.write_row(0, 0, HEADINGS.values(), bold)
        for row, line in enumerate(lines, start=1):
            for column, (name, value) in enumerate(asdict(line).items()):
                if isinstance(value, date):
                    sheet.write_datetime(row, column, value, day)
                elif isinstance(value, bool):
                    sheet.write(row, column, "是" if value else "")
                elif value is not None:
                    shown = float(value) if name == "amount" else value
                    sheet.write(row, column, shown, share if name in ("yield_share", "precision") else None)
        sheet.freeze_panes(1, 1)
        sheet.autofit()
    return target.getvalue()


_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}  # a title stays a text
_DAY = {"num_format": "yyyy-mm-dd"}
