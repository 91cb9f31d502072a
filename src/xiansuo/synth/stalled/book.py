"""The book the hanging cases are written into: rows that agree with each other, and their truth.

Belongs here: how a criminal case, a measure, an outcome or a note becomes a row. Which stories are told is
``stories``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from xiansuo.core.errors import InputError
from xiansuo.synth.truth import RowKey, Strength, TruthCase

if TYPE_CHECKING:
    import numpy as np

Row = dict[str, Any]
END = date(2025, 12, 31)
RECENT = date(2025, 12, 10)
KEYS = {
    "police.criminal_case": "case_no",
    "police.case_activity": "activity_no",
    "police.suspect_outcome": "case_no id_number",
    "police.coercive_measure": "measure_no",
    "police.case_note": "note_no",
    "justice.filing_notice": "notice_no",
    "justice.arrest_review": "decision_no",
}
STRENGTHS: dict[str, Strength] = {"detained_no_outcome": "B", "not_arrested_no_outcome": "B", "no_activity": "C"}
NOTES = {
    "MERGED_ELSEWHERE": "并入外地案件",
    "SPLIT_CASE": "另案侦查中",
    "EXPERT_WAIT": "等待鉴定",
    "PSYCHIATRIC_WAIT": "精神病鉴定",
    "AT_LARGE": "在逃",
    "SETTLED": "刑事和解",
    "SEALED": "未成年人记录封存",
    "SAME_NAME": "同名误录",
}


@dataclass(frozen=True, slots=True)
class Suspect:
    """A person of the annex."""

    id: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Story:
    """One planted case: its number, the suspect, and the rows written so far."""

    who: Suspect
    case_no: str
    rows: list[RowKey]


@dataclass
class Book:
    """All planted rows by dataset, the cases, and the people still unused."""

    rng: np.random.Generator
    people: Iterator[Suspect]
    rows: dict[str, list[Row]] = field(default_factory=dict)
    cases: list[TruthCase] = field(default_factory=list)
    used: list[Suspect] = field(default_factory=list)

    def draw(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return int(self.rng.integers(low, high + 1))

    def write(self, story: Story, dataset: str, **row: Any) -> None:
        """One row about the story's case, under a running number."""
        key = KEYS[dataset].split()
        numbered = {key[0]: f"杭公案〔2025〕{len(self.rows.get(dataset, [])) + 1:05d}号"} if len(key) == 1 else {}
        full = {"case_no": story.case_no} | row if "case_no" in key else numbered | {"case_no": story.case_no} | row
        self.rows.setdefault(dataset, []).append(full)
        story.rows.append((dataset, {name: full[name] for name in key}))

    def opened(self, filed: date, closed: date | None = None, last: date = RECENT) -> Story:
        """A case with an unused suspect and its last investigative act."""
        who = next(self.people, None)
        if who is None:
            raise InputError("the annex has too few people for the planted cases", fix="enlarge the annex")
        self.used.append(who)
        story = Story(who, f"A3301002025P{len(self.used):06d}", [])
        row = {"org_name": "杭州市公安局西湖区分局", "charge": ("诈骗案", "故意伤害案", "非法拘禁案")[self.draw(0, 2)]}
        self.write(story, "police.criminal_case", filed_date=filed, closed_date=closed, region_code=who.region, **row)
        self.write(story, "police.case_activity", activity_date=last, kind="询问证人")
        return story

    def measure(self, story: Story, kind: str, first: date, last: date | None = None) -> None:
        """A coercive measure against the suspect."""
        row = {"id_number": story.who.id, "name": story.who.name, "kind": kind, "from_date": first, "to_date": last}
        self.write(story, "police.coercive_measure", **row)

    def outcome(self, story: Story, day: date) -> None:
        """The suspect is sent to the prosecutors."""
        self.write(story, "police.suspect_outcome", id_number=story.who.id, kind="移送起诉", outcome_date=day)

    def note(self, story: Story, code: str, first: date, *, person: bool) -> None:
        """The document that says why nothing happens, about the suspect or about the whole case."""
        number = story.who.id if person else None
        self.write(story, "police.case_note", id_number=number, kind=NOTES[code], from_date=first)

    def case(
        self, rule: str, story: Story, window: tuple[date, date], *, guilty: bool, code: str | None, edge: bool
    ) -> None:
        """The truth about one story; subjects are people, and the case itself for W1 and W6."""
        whole = rule in ("stalled_after_notice", "no_activity")
        kind = ("just_over" if edge else "far_over") if guilty else (code or "just_in_time").lower()
        self.cases.append(
            TruthCase(
                case_id=f"stalled-{rule}-{len(self.cases) + 1:05d}",
                model_id="stalled_case",
                rule_id=rule,
                label="violation" if guilty else "lookalike",
                strength=STRENGTHS.get(rule, "A"),
                kind=kind,
                at_threshold=edge,
                subject_id=story.case_no if whole else story.who.id,
                occurred_from=window[0],
                occurred_to=window[1],
                exclusion_code=code,
                note=kind.replace("_", " "),
                rows=story.rows,
            )
        )
