"""What happened to a clue's hits, in words."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from xiansuo.clues.history import Comparison, Hit, RunFacts, describe, period


def hit(month: int, *, amount: int = 100, gap: str = "5.0", hit_id: str = "", exclusion: str | None = None) -> Hit:
    return Hit(
        "c",
        hit_id or f"{month}/{amount}/{gap}/{exclusion}",
        "volume",
        "F1",
        date(2025, month, 1),
        date(2025, month, 28),
        Decimal(amount),
        f'{{"gap_l":{gap}}}',
        exclusion,
    )


def named(rule_id: str, code: str | None) -> str:
    return {"SELF": "自用"}.get(code or "", code or "无")


def test_gone_new_and_moved_hits_are_told_apart() -> None:
    old = [hit(1), hit(2), hit(3)]
    new = [hit(2), hit(3, gap="7.0"), hit(4)]
    parts = ["不再命中：F1 2025年1月", "新增命中：F1 2025年4月", "F1 2025年3月gap_l由5.0变为7.0"]
    assert describe(old, new, [], named) == "；".join(parts)


def test_a_moved_hit_is_compared_with_itself_and_not_with_its_neighbour_of_the_same_month() -> None:
    def of(nozzle: str, gap: int, hit_id: str) -> Hit:
        measures = json.dumps({"nozzle_id": nozzle, "gap_l": gap})
        return Hit("c", hit_id, "r", "F1", date(2025, 1, 1), date(2025, 1, 31), Decimal(1), measures, None)

    old = [of("N1", 5, "a"), of("N2", 6, "b")]
    new = [of("N2", 8, "c"), of("N1", 7, "d")]
    assert describe(old, new, [], named) == "F1 2025年1月gap_l由5变为7、F1 2025年1月gap_l由6变为8"


def test_hit_now_excluded_is_named_with_its_explanation() -> None:
    assert describe([hit(1)], [], [hit(1, exclusion="SELF")], named) == "现有合理解释：F1 2025年1月（自用）"


def test_long_lists_are_cut_and_counted() -> None:
    text = describe([hit(month) for month in range(1, 9)], [], [], named)
    assert text.endswith("等共8条") and "F1 2025年6月" not in text


def test_text_changes_alone_are_said_to_be_that() -> None:
    assert describe([hit(1)], [hit(1)], [], named) == "文字或依据有变化，命中未变"


def facts(**changes: object) -> RunFacts:
    known: dict[str, object] = {
        "version": "1.0.0",
        "content": "x",
        "parameters": {"a": 1},
        "fingerprints": {"d.a": "1", "d.b": "1", "marts.m": "1"},
        "as_of": date(2026, 1, 1),
    }
    return RunFacts(**{**known, **changes})  # type: ignore[arg-type]


def cause(now: RunFacts, *, same_evidence: bool = False, corrected: frozenset[str] = frozenset()) -> str:
    comparison = Comparison(facts(), now, lambda name: name.upper(), named, corrected)
    return comparison.cause(same_evidence=same_evidence)


def test_cause_is_the_one_thing_that_moved() -> None:
    assert cause(facts(parameters={"a": 2})) == "调整参数（a）后"
    assert cause(facts(content="y", version="2.0.0")) == "模型变更（1.0.0→2.0.0）后"
    assert cause(facts(as_of=date(2026, 2, 1))) == "统计截止日移至2026年2月1日后"
    data = {"d.a": "2", "d.b": "1", "marts.m": "2"}
    assert cause(facts(fingerprints=data)) == "新增数据（D.A）后"
    assert cause(facts(fingerprints=data), corrected=frozenset({"d.a"})) == "更正数据（D.A）后"


def test_every_dataset_that_moved_is_named_with_what_happened_to_it() -> None:
    now = facts(fingerprints={"d.a": "2", "d.b": "2", "marts.m": "2"})
    assert cause(now, corrected=frozenset({"d.a"})) == "更正数据（D.A）、新增数据（D.B）后"
    comparison = Comparison(facts(), now, lambda name: name.upper(), named, frozenset(), frozenset({"d.b"}))
    assert comparison.cause(same_evidence=False) == "更新数据（D.B）、新增数据（D.A）后"


def test_changed_sql_of_a_mart_is_a_cause() -> None:
    now = facts(fingerprints={"d.a": "1", "d.b": "1", "marts.m": "2"})
    assert cause(now) == "主题表口径变更（marts.m）后"


def test_same_evidence_with_a_later_day_names_the_day_beside_the_data() -> None:
    now = facts(fingerprints={"d.a": "2", "d.b": "1", "marts.m": "1"}, as_of=date(2026, 2, 1))
    assert cause(now, same_evidence=True) == "新增数据（D.A）、统计截止日移至2026年2月1日后"
    assert cause(now) == "新增数据（D.A）后"


def test_same_evidence_puts_the_cause_on_the_model_when_both_moved() -> None:
    now = facts(fingerprints={"d.a": "2"}, parameters={"a": 2})
    assert cause(now, same_evidence=True) == "调整参数（a）后"
    assert cause(now).startswith("新增数据") and "调整参数（a）" in cause(now)


def test_periods_read_as_people_say_them() -> None:
    assert period(date(2025, 3, 5), date(2025, 3, 5)) == "2025年3月5日"
    assert period(date(2025, 3, 1), date(2025, 3, 31)) == "2025年3月"
    assert period(date(2025, 12, 31), date(2026, 1, 1)) == "2025年12月至2026年1月"
