"""What a supervision model is: the shapes of its YAML files and the loaded model itself. Reading files is ``load``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Scalar = bool | int | Decimal | date | str
Strength = Literal["A", "B", "C"]
Effect = Literal["drop", "downgrade", "flag"]
EFFECTS: dict[Effect, str] = {"drop": "排除", "downgrade": "降级", "flag": "提示"}
Grain = Literal["hit", "month", "quarter", "year", "all"]
Status = Literal["draft", "data_verified", "rules_reviewed", "cross_site_validated", "published", "retired"]
CaseKind = Literal["hit", "non_hit", "boundary", "lookalike"]
EngineName = Literal["duckdb", "spark"]
ENGINES: tuple[EngineName, ...] = ("duckdb", "spark")
CASE_KINDS: tuple[CaseKind, ...] = ("hit", "non_hit", "boundary", "lookalike")


class Spec(BaseModel):
    """Base of all YAML shapes: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class HandOff(Spec):
    """Where a confirmed clue goes: business line, instrument and addressee."""

    line: str
    instrument: str
    to: str


class LegalBasis(Spec):
    """One cited provision with the days on which it is in force; ``verified`` means the text was read."""

    id: str
    law: str
    article: str
    effective_from: date
    effective_to: date | None = None
    source: str
    verified: bool
    says: str | None = None

    def in_force(self, first: date, last: date) -> bool:
        """Whether the provision was in force on any day between ``first`` and ``last``."""
        return self.effective_from <= last and (self.effective_to is None or first <= self.effective_to)


class Limitation(Spec):
    """Limitation period counted in calendar years from one end of the hit."""

    years: int = Field(gt=0)
    start: Literal["occurred_from", "occurred_to"] = Field(alias="from")
    basis: str | None = None


class Subject(Spec):
    """Who a clue is about, and the relation that knows name and region."""

    type: str
    source: str = Field(alias="from")
    id: str
    name: str | None = None
    region: str | None = None


class Reference(Spec):
    """Where a parameter's value comes from: S sourced, K known, G a default to tune."""

    tag: Literal["S", "K", "G"]
    source: str


class DatedValue(Spec):
    """A value and the first day it holds."""

    start: date = Field(alias="from")
    value: Scalar | list[Scalar]


class Parameter(Spec):
    """A threshold or list with reference; several values hold one after the other."""

    title: str
    unit: str
    reference: Reference
    last_checked: date
    values: list[DatedValue] = Field(min_length=1)

    @model_validator(mode="after")
    def _ascending(self) -> Parameter:
        starts = [value.start for value in self.values]
        if starts != sorted(set(starts)):
            raise ValueError("values must be in ascending order of their from dates, each date once")
        return self

    def at(self, day: date) -> Scalar | list[Scalar] | None:
        """The value in force on ``day``; a single value holds on every day, several hold from their dates on."""
        if len(self.values) == 1:
            return self.values[0].value
        held = [value.value for value in self.values if value.start <= day]
        return held[-1] if held else None


class Exclusion(Spec):
    """An innocent explanation a rule tests for, and what finding it does to the hit."""

    code: str
    name: str
    effect: Effect
    note: str | None = None


class RuleSpec(Spec):
    """rule.yml."""

    id: str
    code: str
    title: str
    strength: Strength
    event_date: str | None = None
    subject: Subject | None = None
    clue_grain: Grain | None = None
    amount_basis: str | None = None
    amount_group: str | None = None
    legal_basis: list[str] = Field(default_factory=list)
    explanation: str
    exclusions: list[Exclusion] = Field(default_factory=list)
    evidence_roles: dict[str, str] = Field(default_factory=dict)
    limitation: Limitation | None = None
    engines: list[EngineName] = Field(default_factory=lambda: list(ENGINES), min_length=1)
    engines_why: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _engines_explained(self) -> RuleSpec:
        if "duckdb" not in self.engines or len(self.engines) != len(set(self.engines)):
            raise ValueError("engines names duckdb, where every rule runs, and each engine once")
        if (set(self.engines) == set(ENGINES)) != (self.engines_why is None):
            raise ValueError("a rule kept off an engine says so in engines_why, another rule does not")
        return self

    def exclusion(self, code: str) -> Exclusion | None:
        """The declared exclusion with that code, if any."""
        return next((item for item in self.exclusions if item.code == code), None)


class ModelSpec(Spec):
    """model.yml."""

    id: str
    title: str
    summary: str
    why_it_matters: str
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    status: Status
    retired_reason: str | None = None
    supervision_type: Literal["刑事", "民事", "行政", "公益诉讼"]
    hand_off: list[HandOff] = Field(min_length=1)
    owner: str
    authored_by: str
    certified_by_business: str | None = None
    certified_by_digital: str | None = None
    next_review: date
    inputs: dict[str, list[str]] = Field(min_length=1)
    subject: Subject
    clue_grain: Grain
    filing_threshold: str | None = None
    limitation: Limitation | None = None
    legal_basis: list[LegalBasis] = Field(default_factory=list)
    expected_volume: str | None = None
    false_positives: list[str] = Field(default_factory=list)
    verification_steps: list[str] = Field(default_factory=list)
    known_gaps: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _publishing(self) -> ModelSpec:
        if self.status == "retired" and not self.retired_reason:
            raise ValueError("a retired model states retired_reason")
        if self.status == "published":
            people = [self.certified_by_business, self.certified_by_digital]
            if None in people or len({*people, self.authored_by}) < 3:
                raise ValueError(
                    "publishing needs certified_by_business and certified_by_digital: two people, neither the author"
                )
        return self


class GivenTable(Spec):
    """Rows of one input in a case; columns not listed are NULL."""

    columns: list[str]
    rows: list[list[Any]]

    @model_validator(mode="after")
    def _rectangular(self) -> GivenTable:
        for position, row in enumerate(self.rows, start=1):
            if len(row) != len(self.columns):
                raise ValueError(f"row {position} has {len(row)} values for {len(self.columns)} columns")
        return self


class Case(Spec):
    """One worked example of a rule.

    With ``together``, columns that hold identifiers, it is made of the cases before it, see ``case_together``.
    """

    case: str
    kind: CaseKind
    as_of: date | None = None
    given: dict[str, GivenTable] = Field(default_factory=dict)
    expect: list[dict[str, Any]] = Field(default_factory=list)
    evidence: int | None = None
    together: list[str] = Field(default_factory=list)
    without: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _own_or_together(self) -> Case:
        own = {"given", "expect", "evidence"} & self.model_fields_set
        if self.together and own:
            raise ValueError(f"a case put together takes {min(own)} from others")
        lacking = sorted({"given", "expect"} - self.model_fields_set)
        if lacking and not self.together:
            raise ValueError(f"key {lacking[0]!r} is missing")
        return self


class JustifiedMutant(Spec):
    """A surviving mutant that no case can notice, and why."""

    mutant: str
    why: str = Field(min_length=1)


class MappedInput(Spec):
    """How one input is read from a foreign dataset; ``from: null`` says the other side has no such data."""

    source: str | None = Field(alias="from")
    collapse: list[str] = Field(default_factory=list)
    columns: dict[str, str] = Field(default_factory=dict)


class Mapping(Spec):
    """mappings/<name>.yml: a foreign schema put onto the inputs of some rules."""

    id: str
    title: str
    rules: list[str] = Field(min_length=1)
    inputs: dict[str, MappedInput]
    parameters: dict[str, Scalar | list[Scalar]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """A rule folder: its spec and the texts of its SQL files."""

    spec: RuleSpec
    hits_sql: str
    evidence_sql: str
    folder: Path

    @property
    def id(self) -> str:
        """The rule's id, which is its folder name."""
        return self.spec.id

    @property
    def hits_file(self) -> Path:
        """Where hits.sql lies."""
        return self.folder / "hits.sql"

    @property
    def evidence_file(self) -> Path:
        """Where evidence.sql lies."""
        return self.folder / "evidence.sql"


@dataclass(frozen=True)
class Graph:
    """A graph file: one SELECT of links. Rules read its components as ``graphs.<name>``."""

    name: str
    sql: str
    path: Path

    @property
    def sql_name(self) -> str:
        """The two-part name SQL uses."""
        return f"graphs.{self.name}"


@dataclass(frozen=True)
class Model:
    """A model folder, loaded and valid.

    ``content_hash`` covers what can change a clue besides the parameters: not README, cases or mappings.
    """

    spec: ModelSpec
    parameters: dict[str, Parameter]
    rules: tuple[Rule, ...]
    mappings: dict[str, Mapping]
    folder: Path
    content_hash: str
    graphs: tuple[Graph, ...] = ()

    @property
    def id(self) -> str:
        """The model's id, which is its folder name."""
        return self.spec.id

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id, if the model has it."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def subject_of(self, rule: Rule) -> Subject:
        """The rule's own subject, else the model's."""
        return rule.spec.subject or self.spec.subject

    def grain_of(self, rule: Rule) -> Grain:
        """The rule's own clue grain, else the model's."""
        return rule.spec.clue_grain or self.spec.clue_grain

    def limitation_of(self, rule: Rule) -> Limitation | None:
        """The rule's own limitation, else the model's."""
        return rule.spec.limitation or self.spec.limitation
