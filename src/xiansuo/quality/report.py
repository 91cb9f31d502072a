"""What an audit leaves behind: counts, never values; as JSON and as an offline HTML page in Chinese."""

import html
from dataclasses import asdict, dataclass
from pathlib import Path

from xiansuo.core.files import write_atomic
from xiansuo.core.naming import canonical_json, split_dataset


@dataclass(frozen=True)
class CheckCount:
    """One contract rule: how many rows were looked at and how many broke it."""

    code: str
    title: str
    evaluated: int
    unexpected: int


@dataclass(frozen=True)
class AuditReport:
    """One audit of one table at one Delta version."""

    dataset: str
    title: str
    version: int | None
    rows: int
    checks: tuple[CheckCount, ...]

    @property
    def passed(self) -> bool:
        """No rule was broken."""
        return all(check.unexpected == 0 for check in self.checks)


def store(report: AuditReport, folder: Path) -> Path:
    """Write `<folder>/<domain>/<dataset>.json` and the page beside it; returns the page's path."""
    domain, name = split_dataset(report.dataset)
    write_atomic(folder / domain / f"{name}.json", canonical_json({**asdict(report), "passed": report.passed}))
    page = folder / domain / f"{name}.html"
    write_atomic(page, render(report))
    return page


_STYLE = (
    "body{font:15px/1.6 system-ui,'Noto Sans CJK SC',sans-serif;margin:2rem auto;max-width:60rem;color:#1c2430}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{padding:.4rem .6rem;border-bottom:1px solid #d9dee5;text-align:left}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}.bad{background:#fdecea}.ok{color:#1b7f4b}.no{color:#b3261e}"
    ".bar{display:inline-block;height:.7rem;background:#b3261e;vertical-align:middle}"
)


def render(report: AuditReport) -> str:
    """The audit as one self-contained HTML page: no script, no link to anything outside the file."""
    state = '<b class="ok">全部通过</b>' if report.passed else '<b class="no">发现不合格</b>'
    rows = "\n".join(_row(check) for check in report.checks)
    version = "尚无数据" if report.version is None else f"第 {report.version} 版"
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>数据质量复核：{html.escape(report.title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{html.escape(report.title)} <small>{html.escape(report.dataset)}</small></h1>"
        f"<p>{state}。数据{version}，共 {report.rows:,} 行，{len(report.checks)} 条规则。"
        "本页只列计数，不含任何数据内容；复核由 Great Expectations 依数据合同独立执行。</p>"
        "<table><thead><tr><th>规则</th><th>说明</th><th>检查行数</th><th>不合格行数</th><th>占比</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></body></html>"
    )


def _row(check: CheckCount) -> str:
    share = check.unexpected / check.evaluated if check.evaluated else 0.0
    css = ' class="bad"' if check.unexpected else ""
    bar = f'<span class="bar" style="width:{max(2, round(share * 120))}px"></span> ' if check.unexpected else ""
    return (
        f"<tr{css}><td><code>{html.escape(check.code)}</code></td><td>{html.escape(check.title)}</td>"
        f'<td class="n">{check.evaluated:,}</td><td class="n">{check.unexpected:,}</td>'
        f'<td class="n">{bar}{share:.2%}</td></tr>'
    )
