"""Clue lists as files for people and programs: csv, json, xlsx. Column headings in Chinese except in json."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

from xiansuo.clues.query import list_clues
from xiansuo.core.errors import UsageError
from xiansuo.core.settings import Settings
from xiansuo.supervision.load import find_model
from xiansuo.supervision.model import Model

FORMATS = ("csv", "json", "xlsx")
_CHANGES = {"new": "新增", "same": "未变", "changed": "变化", "withdrawn": "撤回"}
HEADINGS = {
    "clue_id": "线索编号",
    "model_id": "模型",
    "model_version": "模型版本",
    "subject_type": "对象类型",
    "subject_id": "对象代码",
    "subject_name": "对象名称",
    "region_code": "行政区划",
    "occurred_from": "发生起",
    "occurred_to": "发生止",
    "amount": "金额（元）",
    "amount_basis": "金额口径",
    "score": "得分",
    "severity": "等级",
    "rules": "命中规则",
    "explanation": "说明",
    "exclusions_tested": "已核合理解释",
    "legal_basis": "法律依据",
    "suggested_line": "建议条线",
    "suggested_instrument": "建议文书",
    "limitation_date": "时效届满",
    "evidence_count": "证据行数",
    "change": "较上次",
    "changed_why": "变化原因",
    "run_id": "运行编号",
}


def export_clues(
    settings: Settings, model_id: str, format: str, run: str | None = None, *, mapping: str | None = None
) -> bytes:
    """The clues of a run (default: the newest) as the bytes of a file; UsageError for an unknown format."""
    writers = {"csv": _csv, "json": _json, "xlsx": _xlsx}
    if format not in writers:
        raise UsageError("unknown export format", field="format", value=format, fix=f"use {', '.join(FORMATS)}")
    rows = list_clues(settings, model_id, run, mapping=mapping).select(list(HEADINGS)).to_dicts()
    return writers[format](rows if format == "json" else _titled(find_model(settings.project, model_id), rows))


def _titled(model: Model, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the titles people know models and rules by."""
    titles = {rule.id: f"{rule.spec.code} {rule.spec.title}" for rule in model.rules}
    named = {"model_id": model.spec.title}
    return [row | named | {"rules": [titles.get(rule, rule) for rule in row["rules"]]} for row in rows]


def _json(rows: list[dict[str, Any]]) -> bytes:
    plain = [{name: _plain(value) for name, value in row.items()} for row in rows]
    return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date | Decimal) else value


def _cell(name: str, value: Any) -> Any:
    if name == "change":
        return _CHANGES.get(value, value)
    return "\n".join(value) if isinstance(value, list) else value


def _csv(rows: list[dict[str, Any]]) -> bytes:
    """UTF-8 with BOM, which spreadsheet programs need to read Chinese; texts that look like formulas get a quote."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEADINGS.values())
    for row in rows:
        writer.writerow([_harmless(_cell(name, row[name])) for name in HEADINGS])
    return buffer.getvalue().encode("utf-8-sig")


def _harmless(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


def _xlsx(rows: list[dict[str, Any]]) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("线索")
    head = book.add_format({"bold": True, "bottom": 1})
    formats = {
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        Decimal: book.add_format({"num_format": "#,##0.00"}),
        str: book.add_format({"text_wrap": True, "valign": "top"}),
    }
    sheet.write_row(0, 0, list(HEADINGS.values()), head)
    for line, row in enumerate(rows, start=1):
        for column, name in enumerate(HEADINGS):
            value = _cell(name, row[name])
            if value is not None:
                sheet.write(line, column, value, formats.get(type(value)))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(HEADINGS) - 1)
    book.close()
    return buffer.getvalue()
