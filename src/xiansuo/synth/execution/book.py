"""The book the cases of unexecuted sentences are written into: rows that agree with each other, and their truth.

Belongs here: how a judgment, a notice, a stay in custody or an obstacle becomes a row that breaks no rule unless its
author says so. Which stories are told is ``imprisoned`` and ``outside``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from xiansuo.core.errors import InputError
from xiansuo.synth.truth import RowKey, Strength, TruthCase

if TYPE_CHECKING:
    import numpy as np

Row = dict[str, Any]
Scaled = Callable[[int], int]
END = date(2025, 12, 31)
KEYS = {
    "justice.sentence": "sentence_no",
    "justice.exec_notice": "notice_no",
    "justice.sentence_change": "change_no",
    "justice.outside_execution": "decision_no",
    "justice.community_report": "report_no",
    "police.intake_refusal": "refusal_no",
    "police.wanted_notice": "wanted_no",
    "police.search_record": "record_no",
    "police.outside_custody": "certificate_no",
    "police.intake_pause": "notice_no",
    "person.id_correction": "certificate_no",
    "person.custody": "custody_id",
    "person.death": "id_number source_kind",
}
STRENGTHS: dict[str, Strength] = {"refused_without_reason": "B", "missing_not_wanted": "B"}
# Fridays after which the tenth and the fortieth day are working days.
EFFECTIVE = [date(2025, 2, 14), date(2025, 2, 21), date(2025, 2, 28), date(2025, 3, 7), date(2025, 3, 14)]
EFFECTIVE += [date(2025, 5, 9), date(2025, 5, 16), date(2025, 6, 6), date(2025, 7, 4), date(2025, 7, 11)]
CHARGES = ("盗窃罪", "危险驾驶罪", "交通肇事罪", "故意伤害罪", "诈骗罪")
PAUSED_REGION = "330127"


@dataclass(frozen=True, slots=True)
class Convict:
    """A person of the annex."""

    id: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Story:
    """One planted judgment: its key, the person, the day it came into force, and the rows written so far."""

    who: Convict
    sentence_no: str
    effective: date
    rows: list[RowKey]

    def after(self, days: int) -> date:
        """The day that many days after the judgment came into force."""
        return self.effective + timedelta(days=days)


@dataclass
class Book:
    """All planted rows by dataset, the cases, and the people still unused.

    ``paused`` are people of the county whose detention house takes nobody in; ``people`` everybody else.
    """

    rng: np.random.Generator
    people: Iterator[Convict]
    paused: Iterator[Convict]
    rows: dict[str, list[Row]] = field(default_factory=dict)
    cases: list[TruthCase] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)

    def draw(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return int(self.rng.integers(low, high + 1))

    def number(self, kind: str) -> int:
        """Running number of a kind of record, from 1."""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return self.counters[kind]

    def person(self, *, paused: bool = False) -> Convict:
        """An unused person."""
        found = next(self.paused if paused else self.people, None)
        if found is None:
            raise InputError("the annex has too few people for the planted cases", fix="enlarge the annex")
        return found

    def add(self, dataset: str, row: Row) -> RowKey:
        """Append one row; returns dataset and key."""
        self.rows.setdefault(dataset, []).append(row)
        return dataset, {name: row[name] for name in KEYS[dataset].split()}

    def document(self, dataset: str, prefix: str, **row: Any) -> RowKey:
        """A document of one of the smaller tables under a running number."""
        return self.add(dataset, {KEYS[dataset]: f"{prefix}〔2025〕{self.number(dataset):05d}号"} | row)

    def judgment(self, serial: int, *, paused: bool = False, **changes: Any) -> Story:
        """A real prison term for somebody at large, in force on one of the Fridays."""
        who, place = self.person(paused=paused), self.number("judgment")
        effective = changes.pop("effective_date", EFFECTIVE[serial % len(EFFECTIVE)])
        months = self.draw(8, 60)
        row = {
            "sentence_no": f"PJ2025{place:06d}",
            "case_no": f"（2025）浙0106刑初{place}号",
            "court": "杭州市西湖区人民法院",
            "id_number": who.id,
            "name": who.name,
            "charge": CHARGES[self.draw(0, len(CHARGES) - 1)],
            "sentence_kind": "有期徒刑",
            "term_months": months,
            "is_suspended": False,
            "is_detained": False,
            "remaining_days": months * 30 - 20,
            "announced_date": effective - timedelta(days=13),
            "effective_date": effective,
            "region_code": who.region,
        } | changes
        return Story(who, row["sentence_no"], effective, [self.add("justice.sentence", row)])

    def notice(self, story: Story, sent: date | None = None, received: date | None = None) -> None:
        """The execution papers, sent on the fifth day and signed for two days later."""
        day = sent or story.after(5)
        row = {
            "sentence_no": story.sentence_no,
            "sent_date": day,
            "received_by": "杭州市公安局西湖区分局",
            "received_date": received or day + timedelta(days=2),
        }
        story.rows.append(self.document("justice.exec_notice", "杭法执通", **row))

    def custody(self, story: Story, entry: date, *, prison: bool = False, until: date | None = None) -> None:
        """A stay in the detention house, or in prison, under the number of the judgment."""
        story.rows.append(self._stay(story.who.id, story.who.name, entry, prison, until))

    def executed(self, story: Story, entry: date) -> None:
        """Taken in on that day, and brought to prison twenty days later."""
        moved = entry + timedelta(days=20)
        self.custody(story, entry, until=moved)
        self.custody(story, moved, prison=True)

    def _stay(self, number: str, name: str, entry: date, prison: bool, until: date | None) -> RowKey:
        row = {
            "custody_id": f"ZX{self.number('custody'):07d}",
            "id_number": number,
            "name": name,
            "place_name": "浙江省第二监狱" if prison else "杭州市看守所",
            "place_code": "330100P2" if prison else "330100K1",
            "custody_kind": "服刑" if prison else "逮捕",
            "entry_date": entry,
            "exit_date": until,
        }
        return self.add("person.custody", row)

    def change(self, story: Story, kind: str, first: date, last: date | None = None, **more: Any) -> None:
        """An appeal, a probation granted on appeal, or a corrected day of force."""
        row = {"sentence_no": story.sentence_no, "kind": kind, "from_date": first, "to_date": last} | more
        story.rows.append(self.document("justice.sentence_change", "杭刑变", **row))

    def died(self, story: Story, day: date) -> None:
        """A death certificate."""
        row: Row = {"id_number": story.who.id, "name": story.who.name, "death_date": day, "source_kind": "死亡证明"}
        row["certificate_no"] = f"SWZ{self.number('death'):07d}"
        story.rows.append(self.add("person.death", row))

    def held_elsewhere(self, story: Story, first: date) -> None:
        """Still held in another province for another case."""
        row = {
            "id_number": story.who.id,
            "name": story.who.name,
            "place_name": "安徽省宣城市看守所",
            "from_date": first,
        }
        story.rows.append(self.document("police.outside_custody", "宣看证", **row))

    def outside(self, story: Story, first: date, last: date, **more: Any) -> RowKey:
        """Execution outside prison."""
        row = {
            "sentence_no": story.sentence_no,
            "id_number": story.who.id,
            "name": story.who.name,
            "reason": ("严重疾病", "怀孕或哺乳", "生活不能自理")[self.draw(0, 2)],
            "decided_date": first,
            "valid_to": last,
            "term_end_date": story.after(900),
        } | more
        return self.document("justice.outside_execution", "杭暂监", **row)

    def corrected(self, story: Story) -> Convict:
        """The person under another id number, which the register has put in place of the judgment's."""
        other = self.person()
        row: Row = {"id_number": story.who.id, "true_id_number": other.id, "name": story.who.name}
        row["issued_date"] = story.after(-20)
        story.rows.append(self.document("person.id_correction", "杭公户更", **row))
        return Convict(other.id, story.who.name, story.who.region)

    def held_as(self, story: Story, other: Convict, entry: date, *, prison: bool = False) -> None:
        """A stay under the corrected number."""
        story.rows.append(self._stay(other.id, other.name, entry, prison, None))

    def wanted(self, story: Story, who: Convict, listed: date) -> None:
        """Put on the list of the wanted."""
        row = {"id_number": who.id, "name": who.name, "listed_date": listed}
        story.rows.append(self.document("police.wanted_notice", "T3301", **row))

    def violation(self, rule: str, story: Story, window: tuple[date, date], kind: str, *, edge: bool) -> None:
        """What the rule must find."""
        self._case(rule, story, window, "violation", kind, None, edge)

    def innocent(
        self, rule: str, story: Story, window: tuple[date, date], code: str | None, *, edge: bool = False
    ) -> None:
        """A look-alike with the code the rule should name, None when it must not hit."""
        self._case(rule, story, window, "lookalike", (code or "just_in_time").lower(), code, edge)

    def _case(
        self, rule: str, story: Story, window: tuple[date, date], label: Any, kind: str, code: str | None, edge: bool
    ) -> None:
        self.cases.append(
            TruthCase(
                case_id=f"execution-{rule}-{len(self.cases) + 1:05d}",
                model_id="undetained_sentence",
                rule_id=rule,
                label=label,
                strength=STRENGTHS.get(rule, "A"),
                kind=kind,
                at_threshold=edge,
                subject_id=story.who.id,
                occurred_from=window[0],
                occurred_to=window[1],
                exclusion_code=code,
                note=kind.replace("_", " "),
                rows=story.rows,
            )
        )
