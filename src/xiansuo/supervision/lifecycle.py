"""The life of a model: five steps onto the shelf and one off it, written down in a chain that shows every rewriting.

Belongs here: the history beside a model (lifecycle.jsonl), what may follow what, what content a step stood for. What a
step has to prove is ``clues.advance``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.files import write_atomic
from xiansuo.core.naming import canonical_json, digest
from xiansuo.supervision.model import Model, Status

FILE = "lifecycle.jsonl"
STEPS: tuple[Status, ...] = (
    "draft",
    "data_verified",
    "rules_reviewed",
    "cross_site_validated",
    "published",
)
TITLES: dict[Status, str] = {
    "draft": "征集",
    "data_verified": "数据核查",
    "rules_reviewed": "规则研判",
    "cross_site_validated": "异地验证",
    "published": "上架",
    "retired": "出账",
}
Action = Literal["register", "advance", "return", "certify", "retire"]
Role = Literal["business", "digital"]
ROLES: dict[Role, str] = {"business": "业务部门", "digital": "数字检察部门"}
# What says where a model stands, not what it finds.
_STANDING = {"status", "retired_reason", "certified_by_business", "certified_by_digital", "next_review", "owner"}

# The value behind a key up to a comment: quoted or plain, and the indented lines that go on with it.
_VALUE = (
    r"""[ \t]*(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?:(?!\s#)[^\n])*?)(?=[ \t]*(?:$|\s#))"""
    r"""(?:[ \t]*(?:\n[ \t]+[^\s#][^\n]*)+)?"""
)


@dataclass(frozen=True)
class Proof:
    """One thing a step rests on: a file with its SHA-256, or facts the tool established itself."""

    kind: Literal["file", "facts"]
    title: str
    sha256: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One act in the life of a model, ``at`` in UTC.

    ``substance`` is what the model was made of; ``hash`` covers everything else, ``prev`` is that of the act before.
    """

    at: str
    by: str
    action: Action
    before: Status | None
    after: Status
    version: str
    substance: str
    role: Role | None = None
    note: str | None = None
    evidence: tuple[Proof, ...] = ()
    seq: int = 0
    prev: str = ""
    hash: str = ""

    def sealed(self, seq: int, prev: str) -> Entry:
        """The same with its place in the chain."""
        linked = replace(self, seq=seq, prev=prev, hash="")
        return replace(linked, hash=digest(canonical_json(asdict(linked)), length=64))


def substance(model: Model) -> str:
    """Digest of what a model finds: rules, graphs, parameters, law; not its status, owner or next review."""
    spec = {name: value for name, value in model.spec.model_dump(mode="json").items() if name not in _STANDING}
    rules = {rule.id: [rule.spec.model_dump(mode="json"), rule.hits_sql, rule.evidence_sql] for rule in model.rules}
    graphs = {graph.name: graph.sql for graph in model.graphs}
    parameters = {name: parameter.model_dump(mode="json") for name, parameter in model.parameters.items()}
    return digest(canonical_json([spec, rules, graphs, parameters]))


def read_history(folder: Path) -> tuple[Entry, ...]:
    """The acts of a model, oldest first. InputError names the line where the chain does not hold."""
    path = folder / FILE
    if not path.is_file():
        return ()
    entries: list[Entry] = []
    prev = ""
    for number, line in enumerate(_lines(path), start=1):
        entry = _entry(path, number, line)
        if entry != entry.sealed(number, prev):
            raise InputError(
                "the history of the model was rewritten: an act does not fit the one before it",
                file=path,
                field=f"line {number}",
                value=entry.hash[:12],
                fix="restore the file from version control; acts are only ever added, by xiansuo model advance",
            )
        entries.append(entry)
        prev = entry.hash
    return tuple(entries)


def _lines(path: Path) -> list[str]:
    """Lines end at a line feed alone: notes may hold other characters that break lines."""
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def _entry(path: Path, number: int, line: str) -> Entry:
    try:
        raw = json.loads(line)
        proofs = tuple(Proof(**proof) for proof in raw.pop("evidence"))
        entry = Entry(**raw, evidence=proofs)
        if entry.action not in get_args(Action) or entry.after not in get_args(Status):
            raise ValueError(entry.action)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            "not an act of a model's life", file=path, field=f"line {number}", value=error, fix="restore the file"
        ) from None
    return entry


def append(folder: Path, history: Sequence[Entry], entry: Entry) -> Entry:
    """Add one act to the chain and write the file anew in one step; returns the act with its hash."""
    sealed = entry.sealed(len(history) + 1, history[-1].hash if history else "")
    lines = [canonical_json(asdict(item)) for item in (*history, sealed)]
    write_atomic(folder / FILE, "\n".join(lines) + "\n")
    return sealed


def standing(model: Model, history: Sequence[Entry]) -> Status:
    """Where the model stands. InputError when model.yml and the history tell two stories."""
    told: Status = history[-1].after if history else "draft"
    if model.spec.status != told:
        raise InputError(
            f"model.yml says {model.spec.status}, the history says {told}",
            file=model.folder / "model.yml",
            field="status",
            value=model.spec.status,
            fix=f"write status: {told}; xiansuo model advance moves it",
        )
    return told


def move(model: Model, current: Status, wanted: Status, note: str | None) -> Action:
    """Which act leads from ``current`` to ``wanted``. UsageError names the step that would be skipped."""
    if current == wanted:
        raise UsageError("the model stands there already", unit=model.id, field="to", value=wanted, fix="name another")
    if wanted == "retired" or current == "retired":
        if not note:
            raise UsageError("taking a model off or back needs a reason", unit=model.id, fix="give --note")
        if current == "retired" and wanted != "draft":
            raise UsageError("a retired model comes back as a draft", unit=model.id, value=wanted, fix="--to draft")
        return "retire" if wanted == "retired" else "return"
    places = STEPS.index(current), STEPS.index(wanted)
    if places[1] < places[0]:
        if not note:
            raise UsageError("going back needs a reason", unit=model.id, field="note", fix="give --note")
        return "return"
    if places[1] > places[0] + 1:
        following = STEPS[places[0] + 1]
        raise UsageError(
            f"steps cannot be skipped: after {TITLES[current]} comes {TITLES[following]}",
            unit=model.id,
            field="to",
            value=wanted,
            fix=f"xiansuo model advance {model.id} --to {following}",
        )
    return "advance"


def certifications(history: Sequence[Entry], of: str) -> dict[Role, Entry]:
    """The newest certification by each side of exactly this substance, since the model last went back."""
    found: dict[Role, Entry] = {}
    for entry in history:
        if entry.action in ("return", "retire"):
            found = {}
        elif entry.action == "certify" and entry.role is not None and entry.substance == of:
            found[entry.role] = entry
    return found


def reviewed_substance(history: Sequence[Entry]) -> str | None:
    """The substance that passed 规则研判, since the model last went back before it."""
    for entry in reversed(history):
        if entry.action == "advance" and entry.after == "rules_reviewed":
            return entry.substance
        if entry.action == "return" and entry.after in ("draft", "data_verified"):
            return None
    return None


def write_spec(model: Model, values: Mapping[str, str | None]) -> None:
    """Set plain top-level keys of model.yml in place; comments and order stay. A key that lacks is added at the end."""
    path = model.folder / "model.yml"
    write_atomic(path, spec_text(path.read_text(encoding="utf-8"), values))


def spec_text(text: str, values: Mapping[str, str | None]) -> str:
    """The text of a model.yml with plain top-level keys set, as ``write_spec`` writes it."""
    for name, value in values.items():
        line = f"{name}: {'null' if value is None else json.dumps(value, ensure_ascii=False)}"
        if name == "status":
            line = f"status: {value}"
        found = re.search(rf"^{re.escape(name)}:{_VALUE}", text, re.MULTILINE)
        text = f"{text.rstrip()}\n{line}\n" if found is None else text[: found.start()] + line + text[found.end() :]
    return text
