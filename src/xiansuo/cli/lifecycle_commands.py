"""``models``, ``model advance``, ``model certify``, ``model history``: the shelf of models and the way there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xiansuo.cli.session import JsonOption, Session, command

if TYPE_CHECKING:
    from xiansuo.clues.advance import Step

ModelArgument = Annotated[str, typer.Argument(metavar="MODEL")]
ByOption = Annotated[str, typer.Option(help="Who acts: the name that is written down.")]
EvidenceOption = Annotated[
    list[Path] | None, typer.Option(help="A paper the step rests on; its SHA-256 is written down. Repeatable.")
]
NoteOption = Annotated[str | None, typer.Option(help="Why; needed for going back and for retiring.")]


def register(app: typer.Typer) -> None:
    """Add ``models``; the rest belongs to the group ``model``."""
    command(app)(models)


def register_in_group(group: typer.Typer) -> None:
    """Add the commands of the group ``model``."""
    for function in (advance, certify, history):
        command(group)(function)


def models(
    session: Session,
    verdicts: Annotated[Path | None, typer.Option(help="CSV or JSON with clue_id and verdict: adds the yield.")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write the ledger as a workbook.")] = None,
    json: JsonOption = False,
) -> None:
    """The ledger of models 台账: status, owner, clues, yield, precision, cost of a run, age, next review."""
    from xiansuo.cli.output import note, print_json, records, show
    from xiansuo.clues.ledger import HEADINGS, ledger, ledger_xlsx
    from xiansuo.clues.verdicts import read_verdicts
    from xiansuo.core.files import write_atomic

    judged = read_verdicts(verdicts) if verdicts else {}
    lines = ledger(session.settings, today=_today(), verdicts=judged)
    if xlsx is not None:
        write_atomic(xlsx, ledger_xlsx(lines))
        note(f"wrote {xlsx}")
    if json:
        print_json(lines)
    elif xlsx is None:
        from dataclasses import asdict

        show(records(None, [asdict(line) for line in lines], HEADINGS))


def advance(
    session: Session,
    model: ModelArgument,
    to: Annotated[
        str, typer.Option(help="data_verified, rules_reviewed, cross_site_validated, published, retired; or back.")
    ],
    by: ByOption,
    evidence: EvidenceOption = None,
    note: NoteOption = None,
    json: JsonOption = False,
) -> None:
    """Move a model one step on, back, or off the shelf. The step is checked, proved and written down for good."""
    from typing import get_args

    from xiansuo.clues.advance import advance as move
    from xiansuo.core.errors import UsageError
    from xiansuo.supervision.model import Status

    if to not in get_args(Status):
        raise UsageError("no such step", field="to", value=to, fix=f"use one of {', '.join(get_args(Status))}")
    _tell(move(session.settings, model, to, _step(by, evidence, note)), json)  # type: ignore[arg-type]  # checked above


def certify(
    session: Session,
    model: ModelArgument,
    role: Annotated[str, typer.Option(help="business (业务部门) or digital (数字检察部门).")],
    by: ByOption,
    evidence: EvidenceOption = None,
    note: NoteOption = None,
    json: JsonOption = False,
) -> None:
    """Certify a model for one of the two sides. Two people are needed, neither of them the author."""
    from xiansuo.clues.advance import certify as sign
    from xiansuo.core.errors import UsageError
    from xiansuo.supervision.lifecycle import ROLES

    if role not in ROLES:
        raise UsageError("no such side", field="role", value=role, fix=f"use one of {', '.join(ROLES)}")
    _tell(sign(session.settings, model, role, _step(by, evidence, note)), json)


def history(session: Session, model: ModelArgument, json: JsonOption = False) -> None:
    """Every act in a model's life: who, when, on what papers. The chain of the acts is verified."""
    from xiansuo.cli.output import print_json, records, show
    from xiansuo.clues.advance import life_of

    with life_of(session.settings, model) as (_, acts):
        if json:
            print_json(acts)
            return
        rows = [_row(act) for act in acts]
    columns = {name: name for name in ("seq", "at", "by", "act", "to", "version", "papers", "note", "hash")}
    show(records(None, rows, columns))


def _row(act: Any) -> dict[str, Any]:
    from xiansuo.supervision.lifecycle import TITLES

    papers = [proof.title for proof in act.evidence]
    role = f" ({act.role})" if act.role else ""
    shown = {"seq": act.seq, "at": act.at, "by": act.by, "act": f"{act.action}{role}", "to": TITLES[act.after]}
    return {**shown, "version": act.version, "papers": papers, "note": act.note, "hash": act.hash[:12]}


def _step(by: str, evidence: list[Path] | None, note: str | None) -> Step:
    from xiansuo.clues.advance import Step

    return Step(by, tuple(evidence or ()), note)


def _tell(entry: Any, json: bool) -> None:
    from xiansuo.cli.output import print_json
    from xiansuo.supervision.lifecycle import TITLES

    if json:
        print_json(entry)
        return
    typer.echo(f"{entry.seq}. {entry.at} {entry.by}: {entry.action} -> {entry.after} ({TITLES[entry.after]})")


def _today() -> date:
    return datetime.now(UTC).date()
