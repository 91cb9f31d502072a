"""One clue as a page in Chinese that a prosecutor can judge by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xiansuo.catalog.rows import RowKey
from xiansuo.cli.clue_tables import CHANGES, rule_title
from xiansuo.supervision.model import EFFECTS

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xiansuo.clues.query import ClueDetail
    from xiansuo.supervision.model import Model

SUBJECT_TYPES = {"person": "个人", "entity": "单位", "institution": "医药机构"}
UNKNOWN = "不详"
NO_LIMIT = "未设定"
FILE_SHORT = 12


def clue_page(
    detail: ClueDetail, model: Model, values: Mapping[RowKey, Mapping[str, Any]], rows_shown: int
) -> Iterator[RenderableType]:
    """Renderables of the page: reasons first, then evidence, then what to do. ``values`` are the delivered rows."""
    clue = detail.clue
    yield _head(detail, model)
    yield from _section("一、为什么是线索", clue["explanation"].split("\n"))
    yield from _section("二、金额", _amount(clue))
    yield from _section("三、已核对的合理解释", _exclusions(detail, model))
    yield from _section("四、法律依据", _numbered(clue["legal_basis"]) or ["模型未列明，须由承办人确定。"])
    yield from _heading("五、证据（逐行可回溯到移送文件）")
    yield from _evidence(detail, _role_names(model), values, rows_shown)
    yield from _section("六、核查指引", _numbered(detail.verification_steps))
    yield from _section("七、移送与时效", _hand_off(detail, model))
    yield from _section("八、形成过程", _history(detail))


def _head(detail: ClueDetail, model: Model) -> RenderableType:
    from rich.panel import Panel
    from rich.text import Text

    clue = detail.clue
    name = clue["subject_name"] or UNKNOWN
    kind = SUBJECT_TYPES.get(clue["subject_type"], clue["subject_type"])
    lines = [
        f"{kind}：{name}（{clue['subject_id']}）  行政区划：{clue['region_code'] or UNKNOWN}",
        f"期间：{_day(clue['occurred_from'])} 至 {_day(clue['occurred_to'])}",
        f"等级：{clue['severity']}  得分：{clue['score']}  证据：{clue['evidence_count']} 行",
        f"规则：{'、'.join(rule_title(model, rule) for rule in clue['rules'])}",
    ]
    if clue["change"] == "withdrawn":
        lines.append(f"本线索已撤回：{clue['changed_why']}")
    if model.spec.status != "published":
        lines.append("模型尚未上架，线索仅供研判，不得直接作为处理依据。")
    return Panel(Text("\n".join(lines)), title=f"{model.spec.title} · 线索 {clue['clue_id']}", title_align="left")


def _heading(title: str) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text("\n" + title, style="bold")


def _section(title: str, lines: Sequence[str]) -> Iterator[RenderableType]:
    from xiansuo.cli.output import Flow

    yield from _heading(title)
    for line in lines:
        yield Flow(line)


def _numbered(items: Sequence[str]) -> list[str]:
    return [f"{number}. {item}" for number, item in enumerate(items, start=1)]


def _amount(clue: Mapping[str, Any]) -> list[str]:
    if clue["amount"] is None:
        return ["本线索不计金额。"]
    basis = f"口径：{clue['amount_basis'] or UNKNOWN}"
    several = ["各规则指向同一笔钱的，只计最大的一条；不是同一笔的，相加。"] if len(clue["rules"]) > 1 else []
    return [f"{clue['amount']:,.2f} 元", basis, *several, "以上为数据推算，须以调取的原始凭证核定。"]


def _exclusions(detail: ClueDetail, model: Model) -> list[str]:
    lines = list(detail.clue["exclusions_tested"]) or ["所中规则没有设定需排除的合理解释。"]
    for hit in detail.hits:
        if hit["exclusion_code"] is not None:
            rule = model.rule(hit["rule_id"])
            known = rule.spec.exclusion(hit["exclusion_code"]) if rule else None
            name = known.name if known else hit["exclusion_code"]
            effect = EFFECTS[hit["exclusion_effect"]]
            lines.append(f"{_day(hit['occurred_from'])}的{hit['rule_code']}：{name}（{effect}）")
    other = [f"· {text}" for text in detail.false_positives]
    return [*lines, *(["模型无法从数据中判断、须人工留意的："] if other else []), *other]


def _role_names(model: Model) -> dict[str, str]:
    return {role: name for rule in model.rules for role, name in rule.spec.evidence_roles.items()}


def _evidence(
    detail: ClueDetail, roles: Mapping[str, str], values: Mapping[RowKey, Mapping[str, Any]], rows_shown: int
) -> Iterator[RenderableType]:
    sources = {(source["dataset"], source["file"]): source for source in detail.sources}
    rows = _distinct(detail.evidence, roles)
    for dataset in sorted({row["dataset"] for row in rows}):
        chosen = [row for row in rows if row["dataset"] == dataset]
        yield from _dataset_evidence(dataset, chosen[:rows_shown], sources, values)
        if len(chosen) > rows_shown:
            yield f"  另有 {len(chosen) - rows_shown} 行，用 --rows {len(chosen)} 查看。"


def _distinct(evidence: Sequence[Mapping[str, Any]], roles: Mapping[str, str]) -> list[dict[str, Any]]:
    """One entry per delivered row, with the roles it plays."""
    found: dict[RowKey, dict[str, Any]] = {}
    for item in evidence:
        key = (item["dataset"], item["_file"], item["_row"])
        entry = found.setdefault(key, {**item, "roles": []})
        role = roles.get(item["role"], item["role"])
        if role not in entry["roles"]:
            entry["roles"].append(role)
    return [found[key] for key in sorted(found)]


def _dataset_evidence(
    dataset: str,
    rows: Sequence[Mapping[str, Any]],
    sources: Mapping[tuple[str, str], Mapping[str, Any]],
    values: Mapping[RowKey, Mapping[str, Any]],
) -> Iterator[RenderableType]:
    from xiansuo.cli.output import Flow

    for file in dict.fromkeys(row["_file"] for row in rows):
        source = sources.get((dataset, file), {})
        yield Flow(
            f"{dataset}  来源：{source.get('sender') or UNKNOWN} {source.get('letter_no') or '（无函号）'}，"
            f"文件 {source.get('name') or UNKNOWN}，收到 {source.get('received') or UNKNOWN}，"
            f"批次 {source.get('delivery_id') or UNKNOWN}，散列值 {str(source.get('sha256'))[:FILE_SHORT]}…",
            style="cyan",
        )
        for row in rows:
            if row["_file"] == file:
                fields = values.get((dataset, file, row["_row"]))
                yield Flow(f"第{row['_row']}行〔{'、'.join(row['roles'])}〕{_fields(fields)}", first=4, rest=6)


def _fields(fields: Mapping[str, Any] | None) -> str:
    if fields is None:
        return "该行已因更正移送不在湖中，原始文件仍在保管库。"
    return "，".join(f"{title}={_value(value)}" for title, value in fields.items() if value is not None)


def _hand_off(detail: ClueDetail, model: Model) -> list[str]:
    lines = [
        f"{number}. {item['line']}：{item['instrument']}，发往{item['to']}" + ("（建议）" if number == 1 else "")
        for number, item in enumerate(detail.hand_off, start=1)
    ]
    limit = detail.clue["limitation_date"]
    return [*lines, f"时效届满：{_day(limit)}{_counted(detail, model)}" if limit else f"时效届满：{NO_LIMIT}"]


def _counted(detail: ClueDetail, model: Model) -> str:
    """How the limitation date was counted; nothing when the rules of the clue count differently."""
    rules = [rule for rule in map(model.rule, detail.clue["rules"]) if rule]
    counted = {(limit.years, limit.start) for limit in map(model.limitation_of, rules) if limit}
    if len(counted) != 1:
        return ""
    years, start = counted.pop()
    end = "结束" if start == "occurred_to" else "开始"
    return f"（按最早一项行为{end}之日加{years}年推算；行为连续或继续的，从终了之日起算，由承办人核定）"


def _history(detail: ClueDetail) -> list[str]:
    run, clue = detail.run, detail.clue
    change = CHANGES.get(clue["change"], clue["change"])
    why = f"：{clue['changed_why']}" if clue["changed_why"] else ""
    mapping = f"，经映射 {run['mapping']}" if run["mapping"] else ""
    return [
        f"模型 {clue['model_id']} {clue['model_version']} 版{mapping}，数据截至 {_day(run['as_of'])}，"
        f"第 {run['sequence']} 次运行（{clue['run_id']}），{_value(run['finished_at'])} 完成",
        f"与上次运行相比：{change}{why}",
    ]


def _day(value: date | None) -> str:
    return UNKNOWN if value is None else f"{value.year}年{value.month}月{value.day}日"


def _value(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)
