"""The catalogue's schemas ``clues`` and ``meta``: newest clues per model, deliveries, files, columns, units, runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xiansuo.catalog.discover import Units
from xiansuo.catalog.lineage import lineage
from xiansuo.catalog.masks import masked_text, over
from xiansuo.clues.export import HEADINGS
from xiansuo.clues.tables import CLUES, EVIDENCE, RUN, RUNS
from xiansuo.core.naming import canonical_json, quote_ident, quote_literal
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake

if TYPE_CHECKING:
    import duckdb

# Persons by type; any other subject whose id is an id number or a telephone number; and whoever else is not plainly an
# organisation, a place or an account and has no credit code.
_ABOUT_A_PERSON = (
    "subject_type = 'person' OR regexp_matches(subject_id, '^([0-9]{17}[0-9Xx]|[0-9]{15}|1[3-9][0-9]{9})$') "
    "OR (subject_type NOT IN ('entity', 'institution', 'place', 'account', 'case') "
    "AND NOT regexp_matches(subject_id, '^[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}$'))"
)
TEXTS = ("explanation", "changed_why")
TEXT_LISTS = ("exclusions_tested",)
DELIVERIES = {
    "delivery_id": ("VARCHAR", "移送批次"),
    "dataset": ("VARCHAR", "数据集"),
    "status": ("VARCHAR", "状态：accepted 已入湖，refused 整批拒收，superseded 已被更正"),
    "sender": ("VARCHAR", "移送单位"),
    "letter_no": ("VARCHAR", "函号"),
    "period_from": ("DATE", "所属期起"),
    "period_to": ("DATE", "所属期止"),
    "received": ("DATE", "收到日期"),
    "corrects": ("VARCHAR", "更正的批次"),
    "rows_delivered": ("BIGINT", "文件内行数"),
    "rows_lake": ("BIGINT", "入湖行数"),
    "rows_quarantined": ("BIGINT", "隔离行数"),
    "rows_duplicate": ("BIGINT", "重复行数"),
    "ingested_at": ("TIMESTAMP", "入湖时间"),
}
FILES = {
    "delivery_id": ("VARCHAR", "移送批次"),
    "file_id": ("VARCHAR", "文件（与各表的 _file 对应）"),
    "name": ("VARCHAR", "文件名"),
    "size": ("BIGINT", "字节数"),
    "sha256": ("VARCHAR", "散列值"),
    "encoding": ("VARCHAR", "编码"),
    "sheet": ("VARCHAR", "工作表"),
    "rows": ("BIGINT", "行数"),
}
COLUMNS = {
    "dataset": ("VARCHAR", "数据集"),
    "name": ("VARCHAR", "列名"),
    "title": ("VARCHAR", "中文名"),
    "type": ("VARCHAR", "类型"),
    "semantic": ("VARCHAR", "语义类型"),
    "is_required": ("BOOLEAN", "必填"),
    "key_position": ("BIGINT", "主键序号"),
    "classification": ("VARCHAR", "分级，L3、L4 在目录中脱敏"),
    "description": ("VARCHAR", "说明"),
}
UNITS = {"id": ("VARCHAR", "标识"), "kind": ("VARCHAR", "种类"), "title": ("VARCHAR", "名称")}
EDGES = {"source": ("VARCHAR", "来源"), "target": ("VARCHAR", "去向")}


def clue_views(settings: Settings, units: Units) -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
    """(name, SQL, title, column comments) of ``clues.<model>``, its evidence, and ``meta.runs``."""
    lake = Lake(settings)
    runs = []
    for model_id, model in sorted(units.models.items()):
        relations = {
            kind: lake.model(model_id, kind).relation(columns | {RUN: "VARCHAR"})
            for kind, columns in (("clues", CLUES), ("evidence", EVIDENCE), ("runs", RUNS))
        }
        runs.append(f"SELECT {_listed(RUNS)} FROM {relations['runs']}")
        newest = f"(SELECT max_by(run_id, sequence) FROM {relations['runs']} WHERE mapping IS NULL)"
        yield (
            f"clues.{model_id}",
            f"SELECT {_clue_items()} FROM {relations['clues']} WHERE {RUN} = {newest}",
            f"{model.spec.title}：最近一次运行的线索（人员已脱敏）",
            HEADINGS,
        )
        yield (
            f"clues.{model_id}_evidence",
            f"SELECT {_listed(EVIDENCE)} FROM {relations['evidence']} WHERE {RUN} = {newest}",
            f"{model.spec.title}：最近一次运行的证据行，按 dataset、_file、_row 与各表关联",
            {},
        )
    if runs:
        yield "meta.runs", " UNION ALL ".join(runs), "模型运行记录", {}


def write_tables(con: duckdb.DuckDBPyConnection, settings: Settings, units: Units) -> None:
    """Write what is known about deliveries and units as small tables of schema ``meta``."""
    from xiansuo.ingest.receipts import receipts

    known = [vars(receipt) for receipt in receipts(settings)]
    files = [{**file, "delivery_id": receipt["delivery_id"]} for receipt in known for file in receipt["files"]]
    columns = [
        {**vars(column), "dataset": name, "type": column.type, "is_required": column.required}
        for name, contract in sorted(units.contracts.items())
        for column in contract.columns
    ]
    graph = lineage(units)
    _table(con, "deliveries", "移送批次：文件内行数 = 入湖 + 隔离 + 重复", DELIVERIES, known)
    _table(con, "files", "移送文件", FILES, files)
    _table(con, "columns", "数据集的列", COLUMNS, columns)
    _table(con, "units", "数据集、主题表和模型", UNITS, [vars(node) for node in graph.nodes])
    edges = [dict(zip(EDGES, edge, strict=True)) for edge in graph.edges]
    _table(con, "edges", "数据去向：source 被 target 读取", EDGES, edges)


def _table(
    con: duckdb.DuckDBPyConnection,
    name: str,
    title: str,
    columns: Mapping[str, tuple[str, str]],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    table = f"meta.{quote_ident(name)}"
    declared = ", ".join(f"{quote_ident(column)} {kind}" for column, (kind, _) in columns.items())
    con.execute(f"CREATE TABLE {table} ({declared})")
    con.execute(f"COMMENT ON TABLE {table} IS {quote_literal(title)}")
    for column, (_, text) in columns.items():
        con.execute(f"COMMENT ON COLUMN {table}.{quote_ident(column)} IS {quote_literal(text)}")
    shape = canonical_json([{column: kind for column, (kind, _) in columns.items()}])
    plain = json.dumps([{column: row.get(column) for column in columns} for row in rows], ensure_ascii=False)
    con.execute(
        f"INSERT INTO {table} BY NAME SELECT unnest(json_transform(?::JSON, ?), recursive := true)", [plain, shape]
    )


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(quote_ident(name) for name in columns)


def _clue_items() -> str:
    return ", ".join(f"{_clue_item(name)} AS {quote_ident(name)}" for name in HEADINGS)


def _clue_item(name: str) -> str:
    from xiansuo.core.semantic import SEMANTIC_TYPES

    quoted = quote_ident(name)
    hidden_id = over(SEMANTIC_TYPES["id_document"].mask, "subject_id")
    hidden_name = over(SEMANTIC_TYPES["person_name"].mask, "subject_name")
    personal = {"subject_id": hidden_id, "subject_name": hidden_name}
    if name in personal:
        return f"CASE WHEN {_ABOUT_A_PERSON} THEN {personal[name]} ELSE {quoted} END"
    if name in TEXTS:
        named = f"replace({quoted}, coalesce(subject_name, ''), coalesce({hidden_name}, ''))"
        known = f"replace({named}, subject_id, {hidden_id})"
        return masked_text(f"CASE WHEN {_ABOUT_A_PERSON} THEN {known} ELSE {quoted} END")
    if name in TEXT_LISTS:
        return f"list_transform({quoted}, lambda item: {masked_text('item')})"
    return quoted
