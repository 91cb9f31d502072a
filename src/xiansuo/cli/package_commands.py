"""``model pack``, ``install``, ``validate``, ``novelty``: models between offices."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xiansuo.cli.session import EXIT_PROBLEMS, JsonOption, Session, command

SAMPLE_PERSONS = 5_000


def register_in_group(group: typer.Typer) -> None:
    """Add the commands of the group ``model``."""
    for function in (pack, install, validate, novelty):
        command(group)(function)


def pack(
    session: Session,
    model: Annotated[str, typer.Argument(metavar="MODEL")],
    out: Annotated[Path | None, typer.Option(help="The file. Default: MODEL-VERSION.xsmodel here.")] = None,
    sample: Annotated[bool, typer.Option(help="Put synthetic deliveries of its datasets in.")] = True,
    json: JsonOption = False,
) -> None:
    """Make one signed file of a model: rules, cases, contracts, marts, README, law, a synthetic sample."""
    from tempfile import TemporaryDirectory

    from xiansuo.cli.output import note, print_json
    from xiansuo.exchange.package import SUFFIX, read_package
    from xiansuo.exchange.package import pack as write
    from xiansuo.supervision.load import find_model

    found = find_model(session.settings.project, model)
    target = out or Path(f"{model}-{found.spec.version}{SUFFIX}")
    with TemporaryDirectory() as scratch:
        deliveries = _sample(session, model, Path(scratch)) if sample else None
        write(session.settings, model, target, sample=deliveries)
    package = read_package(target)
    if json:
        print_json({"file": target, "signer": package.signer, **package.manifest})
        return
    typer.echo(f"{target}: {len(package.files)} files, {target.stat().st_size:,} bytes")
    note(f"signed by {package.signer}; tell the receiver these digits by another way")


def _sample(session: Session, model: str, folder: Path) -> Path | None:
    """Synthetic deliveries of the datasets the model rests on; None when this project's datasets have none."""
    from xiansuo.cli.output import note
    from xiansuo.clues.what_if import relations_of
    from xiansuo.core.errors import InputError
    from xiansuo.supervision.load import find_model
    from xiansuo.supervision.project import Project
    from xiansuo.synth.generate import generate

    project = session.settings.project
    datasets = Project(project).closure(relations_of(find_model(project, model))).datasets
    try:
        with session.progress() as progress:
            generate(folder, persons=SAMPLE_PERSONS, project=project, datasets=frozenset(datasets), progress=progress)
    except InputError as error:
        note(f"no sample: {error.message}")
        return None
    landing = folder / "landing"
    return landing if any(landing.rglob("*.*")) else None


def install(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    trust: Annotated[
        str | None, typer.Option(help="The signer's fingerprint as the sender told it; needed once per signer.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="A YAML file that puts this project's datasets onto the model's inputs.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Verify a package, try it in a copy of this project, and install it. Nothing that stands is overwritten."""
    from xiansuo.cli.output import note, print_json
    from xiansuo.exchange.install import install as put

    done = put(session.settings, file, trusted=trust, mapping=mapping)
    if json:
        print_json(done)
        return
    typer.echo(f"{done.model} {done.version}, signed by {done.signer}: {done.cases} cases pass")
    for path in done.written:
        typer.echo(f"wrote {path}")
    for path in done.kept:
        typer.echo(f"kept  {path}")
    for dataset in done.missing_data:
        typer.echo(f"nothing delivered yet: {dataset}")
    flag = f" --mapping {done.mapping}" if done.mapping else ""
    note(f"next: xiansuo run {done.model}{flag}; then xiansuo model validate {done.model} --site NAME{flag}")


def validate(
    session: Session,
    model: Annotated[str, typer.Argument(metavar="MODEL")],
    site: Annotated[str, typer.Option(help="The place these data are from, as the report names it.")],
    mapping: Annotated[str | None, typer.Option(help="Read the inputs through mappings/NAME.yml of the model.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the report. Default: exports/site in home.")] = None,
    json: JsonOption = False,
) -> None:
    """Run a model on this site's data and write the 异地验证 report: JSON for the sender's tool, a page for people."""
    from xiansuo.cli.output import print_json
    from xiansuo.exchange.site import validate as check
    from xiansuo.exchange.site import write_report

    with session.progress() as progress:
        report = check(session.settings, model, site, mapping=mapping, progress=progress)
    files = write_report(report, out or session.settings.home / "exports" / "site")
    if json:
        print_json(report)
    else:
        typer.echo(f"{model} at {site}: {report.clues} clues, {report.cases} cases, {report.cases_failed} failed")
        for file in files:
            typer.echo(file)
    if report.cases_failed:
        raise typer.Exit(EXIT_PROBLEMS)


def novelty(session: Session, model: Annotated[str, typer.Argument(metavar="MODEL")], json: JsonOption = False) -> None:
    """Name the rules that a model's rules resemble: same data, same joins, same query under other names."""
    from dataclasses import asdict

    from xiansuo.cli.output import note, print_json, records, show
    from xiansuo.exchange.novelty import TITLES, resemblances

    found = resemblances(session.settings.project, model)
    if json:
        print_json(found)
        return
    if not found:
        note(f"{model} resembles no other rule of this project")
        return
    columns = {name: name for name in ("rule", "other", "likeness", "shape", "columns", "joins")}
    show(records(None, [{**asdict(item), "likeness": TITLES[item.likeness]} for item in found], columns))
