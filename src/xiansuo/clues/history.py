"""A run against the last standing one: new, same, changed, withdrawn, and in words why. Nothing ever vanishes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from xiansuo.clues.publish import run_relation
from xiansuo.clues.tables import CLUES, FOUND, RUN
from xiansuo.core.naming import quote_ident, quote_literal
from xiansuo.lake.delta import Lake
from xiansuo.supervision.mart_files import PREFIX

if TYPE_CHECKING:
    import duckdb

_SHOWN = 5
_HIT_COLUMNS = "clue_id, hit_id, rule_id, rule_code, occurred_from, occurred_to, amount, measures, exclusion_code"


@dataclass(frozen=True)
class Hit:
    """What history compares of one hit."""

    clue_id: str
    hit_id: str
    rule_id: str
    code: str
    first: date
    last: date
    amount: Any
    measures: str
    exclusion: str | None

    @property
    def label(self) -> str:
        """Rule code and period in Chinese."""
        return f"{self.code} {period(self.first, self.last)}"

    @property
    def place(self) -> tuple[str, date, date]:
        """What two hits share when one is the other's successor."""
        return (self.rule_id, self.first, self.last)


@dataclass(frozen=True)
class RunFacts:
    """What a run rested on, to tell why its clues differ from another run's."""

    version: str
    content: str
    parameters: Mapping[str, Any]
    fingerprints: Mapping[str, str]
    as_of: date

    @classmethod
    def of(cls, run: Mapping[str, Any]) -> RunFacts:
        """From a row of the runs table."""
        return cls(
            run["model_version"],
            run["model_hash"],
            json.loads(run["parameters"]),
            json.loads(run["input_fingerprints"]),
            run["as_of"],
        )


@dataclass(frozen=True)
class Comparison:
    """The two runs and how to name their datasets. ``exclusion`` names a rule's exclusion code in Chinese.

    ``corrected`` are datasets of which a delivery was corrected, ``replaced`` those of which one was replaced by the
    next of its series.
    """

    before: RunFacts
    now: RunFacts
    dataset_title: Callable[[str], str]
    exclusion: Callable[[str, str | None], str]
    corrected: frozenset[str]
    replaced: frozenset[str] = frozenset()

    def cause(self, *, same_evidence: bool) -> str:
        """Chinese phrase for what moved between the runs."""
        data = [] if same_evidence and self._model_moved() else self._data()
        model = self._model() if not data or not same_evidence else []
        found = data + model + (self._as_of() if same_evidence or not (data or model) else [])
        return "、".join(found) + "后" if found else "重新计算后"

    def _model_moved(self) -> bool:
        return self.before.content != self.now.content or self.before.parameters != self.now.parameters

    def _as_of(self) -> list[str]:
        return [f"统计截止日移至{day(self.now.as_of)}"] if self.before.as_of != self.now.as_of else []

    def _data(self) -> list[str]:
        names = {*self.before.fingerprints, *self.now.fingerprints}
        moved = sorted(n for n in names if self.before.fingerprints.get(n) != self.now.fingerprints.get(n))
        datasets = [name for name in moved if not name.startswith(PREFIX)]
        if not datasets:  # a mart's fingerprint covers its inputs: only when none of them moved is it the mart's SQL
            return [f"主题表口径变更（{'、'.join(moved)}）"] if moved else []
        groups = {"更正数据": self.corrected, "更新数据": self.replaced}
        found = []
        for word, members in groups.items():
            found += self._named(word, [name for name in datasets if name in members])
        known = self.corrected | self.replaced
        return found + self._named("新增数据", [name for name in datasets if name not in known])

    def _named(self, word: str, datasets: Sequence[str]) -> list[str]:
        return [f"{word}（{'、'.join(self.dataset_title(name) for name in datasets)}）"] if datasets else []

    def _model(self) -> list[str]:
        found = []
        if self.before.content != self.now.content:
            changed = self.before.version != self.now.version
            found.append(f"模型变更（{self.before.version}→{self.now.version}）" if changed else "模型变更")
        names = {*self.before.parameters, *self.now.parameters}
        moved = sorted(name for name in names if self.before.parameters.get(name) != self.now.parameters.get(name))
        if moved:
            found.append(f"调整参数（{'、'.join(moved)}）")
        return found


def load_before(con: duckdb.DuckDBPyConnection, lake: Lake, model_id: str, before: Mapping[str, Any] | None) -> None:
    """Fill the temp table ``clue_before`` with the clues of the last standing run, none when there was no run."""
    listed = ", ".join(quote_ident(name) for name in CLUES)
    source = "(SELECT " + ", ".join(f"CAST(NULL AS {kind}) AS {quote_ident(name)}" for name, kind in CLUES.items())
    source = f"{source} WHERE false)" if before is None else run_relation(lake, model_id, "clues")
    condition = "" if before is None else f" WHERE {RUN} = {quote_literal(before['run_id'])}"
    con.execute(f"CREATE TEMP TABLE clue_before AS SELECT {listed} FROM {source}{condition}")


def compare(
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    model_id: str,
    run_id: str,
    before: Mapping[str, Any] | None,
    comparison: Comparison | None,
) -> None:
    """Fill the temp table ``clue``: this run's clues with ``change`` and ``changed_why``, withdrawn ones kept."""
    con.execute(_status_sql())
    con.execute("CREATE TEMP TABLE reason (clue_id VARCHAR, why VARCHAR)")
    if before is not None and comparison is not None:
        reasons = _reasons(con, lake, model_id, before, comparison)
        if reasons:
            con.execute(
                "INSERT INTO reason SELECT unnest($ids::VARCHAR[]), unnest($whys::VARCHAR[])",
                {"ids": list(reasons), "whys": list(reasons.values())},
            )
    found = ", ".join(f"f.{quote_ident(name)}" for name in FOUND)
    kept = ", ".join(f"p.{quote_ident(name)}" for name in FOUND)
    con.execute(
        f"CREATE TEMP TABLE clue AS SELECT {found}, {quote_literal(run_id)} AS run_id, "
        "CASE s.status WHEN 'returned' THEN 'changed' ELSE s.status END AS change, r.why AS changed_why "
        "FROM clue_found AS f JOIN clue_status AS s ON s.clue_id = f.clue_id "
        "LEFT JOIN reason AS r ON r.clue_id = f.clue_id UNION ALL "
        f"SELECT {kept}, p.run_id, 'withdrawn', coalesce(r.why, p.changed_why) FROM clue_before AS p "
        "JOIN clue_status AS s ON s.clue_id = p.clue_id AND s.status IN ('withdrawn', 'gone') "
        "LEFT JOIN reason AS r ON r.clue_id = p.clue_id"
    )


@lru_cache(maxsize=1)
def _status_sql() -> str:
    return files("xiansuo.clues").joinpath("sql/history.sql").read_text(encoding="utf-8")


def _reasons(
    con: duckdb.DuckDBPyConnection, lake: Lake, model_id: str, before: Mapping[str, Any], comparison: Comparison
) -> dict[str, str]:
    rows = con.execute(
        "SELECT clue_id, status FROM clue_status WHERE status IN ('changed', 'returned', 'withdrawn') ORDER BY clue_id"
    ).fetchall()
    if not rows:
        return {}
    run = quote_literal(before["run_id"])
    of_clue = "(SELECT clue_id FROM clue_status WHERE status IN ('changed', 'returned', 'withdrawn'))"
    old = _hits(
        con,
        f"SELECT {_HIT_COLUMNS} FROM {run_relation(lake, model_id, 'hits')} "
        f"WHERE {RUN} = {run} AND clue_id IN {of_clue}",
    )
    columns = _HIT_COLUMNS.replace("clue_id", "bucket_id", 1)
    new = _hits(con, f"SELECT {columns} FROM hit WHERE clue_id IS NOT NULL AND clue_id IN {of_clue}")
    excluded = _hits(con, f"SELECT {columns} FROM hit WHERE clue_id IS NULL AND bucket_id IN {of_clue}")
    unmoved = _same_evidence(con, lake, model_id, run, of_clue)
    reasons = {}
    for clue_id, status in rows:
        cause = comparison.cause(same_evidence=clue_id in unmoved)
        detail = describe(old.get(clue_id, []), new.get(clue_id, []), excluded.get(clue_id, []), comparison.exclusion)
        returned = "此前撤回，" if status == "returned" else ""
        reasons[clue_id] = f"{returned}{cause}{detail}"
    return reasons


def _hits(con: duckdb.DuckDBPyConnection, sql: str) -> dict[str, list[Hit]]:
    found: dict[str, list[Hit]] = {}
    for row in con.execute(f"{sql} ORDER BY rule_code, occurred_from, occurred_to, hit_id").fetchall():
        found.setdefault(row[0], []).append(Hit(*row))
    return found


def _same_evidence(con: duckdb.DuckDBPyConnection, lake: Lake, model_id: str, run: str, of_clue: str) -> set[str]:
    digest = (
        "sha256(string_agg(DISTINCT concat_ws('|', dataset, _file, _row), ',' "
        "ORDER BY concat_ws('|', dataset, _file, _row)))"
    )
    old = (
        f"SELECT clue_id, {digest} AS d FROM {run_relation(lake, model_id, 'evidence')} "
        f"WHERE {RUN} = {run} AND clue_id IN {of_clue} GROUP BY clue_id"
    )
    new = f"SELECT clue_id, {digest} AS d FROM evidence WHERE clue_id IN {of_clue} GROUP BY clue_id"
    rows = con.execute(f"SELECT o.clue_id FROM ({old}) AS o JOIN ({new}) AS n USING (clue_id, d)").fetchall()
    return {row[0] for row in rows}


def describe(
    old: Sequence[Hit], new: Sequence[Hit], excluded: Sequence[Hit], exclusion: Callable[[str, str | None], str]
) -> str:
    """What happened to a clue's hits, in Chinese: gone, new, moved measures; at most a few of each are spelled out."""
    kept = {hit.hit_id for hit in old} & {hit.hit_id for hit in new}
    gone = [hit for hit in old if hit.hit_id not in kept]
    come = [hit for hit in new if hit.hit_id not in kept]
    moved = []
    for hit, twin in _twins(gone, come):
        gone.remove(hit)
        come.remove(twin)
        moved.append(f"{hit.label}{_moved(hit, twin, exclusion)}")
    parts = []
    dropped = {hit.place: hit for hit in excluded}
    if [hit for hit in gone if hit.place in dropped]:
        parts.append(
            "现有合理解释："
            + _listed(
                [
                    f"{hit.label}（{exclusion(hit.rule_id, dropped[hit.place].exclusion)}）"
                    for hit in gone
                    if hit.place in dropped
                ]
            )
        )
    silent = [hit.label for hit in gone if hit.place not in dropped]
    parts += [f"不再命中：{_listed(silent)}"] if silent else []
    parts += [f"新增命中：{_listed([hit.label for hit in come])}"] if come else []
    parts += [_listed(moved)] if moved else []
    return "；".join(parts) or "文字或依据有变化，命中未变"


def _twins(gone: Sequence[Hit], come: Sequence[Hit]) -> list[tuple[Hit, Hit]]:
    """Hits of one place paired old with new, those that share the most facts first: one nozzle is not another."""
    facts = {hit.hit_id: json.loads(hit.measures) for hit in (*gone, *come)}
    places: dict[tuple[str, date, date], list[Hit]] = {}
    for hit in come:
        places.setdefault(hit.place, []).append(hit)
    pairs = [(hit, other) for hit in gone for other in places.get(hit.place, ())]
    pairs.sort(key=lambda pair: _alike(facts[pair[0].hit_id], facts[pair[1].hit_id]), reverse=True)
    found: dict[str, Hit] = {}
    taken: set[str] = set()
    for hit, other in pairs:
        if hit.hit_id not in found and other.hit_id not in taken:
            found[hit.hit_id] = other
            taken.add(other.hit_id)
    return [(hit, found[hit.hit_id]) for hit in gone if hit.hit_id in found]


def _alike(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[int, int]:
    """How many texts, then how many other measures two hits share: texts name things, numbers move."""
    same = [value for name, value in old.items() if value is not None and name in new and new[name] == value]
    texts = sum(isinstance(value, str) for value in same)
    return texts, len(same) - texts


def _listed(items: Sequence[str]) -> str:
    more = f"等共{len(items)}条" if len(items) > _SHOWN else ""
    return "、".join(items[:_SHOWN]) + more


def _moved(old: Hit, new: Hit, exclusion: Callable[[str, str | None], str]) -> str:
    before, after = json.loads(old.measures), json.loads(new.measures)
    steps = []
    if old.amount != new.amount:
        steps.append(f"金额由{_value(old.amount)}变为{_value(new.amount)}")
    if old.exclusion != new.exclusion:
        steps.append(f"排除情形由{exclusion(old.rule_id, old.exclusion)}变为{exclusion(new.rule_id, new.exclusion)}")
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    steps += [f"{name}由{_value(before.get(name))}变为{_value(after.get(name))}" for name in names]
    return "，".join(steps)


def _value(value: Any) -> str:
    return "无" if value is None else str(value)


def period(first: date, last: date) -> str:
    """A period in Chinese: a day, a month, or both ends."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.year}年{first.month}月"
    return f"{first.year}年{first.month}月至{last.year}年{last.month}月"


def day(value: date) -> str:
    """A date in Chinese."""
    return f"{value.year}年{value.month}月{value.day}日"
