"""``model ...`` and ``rule ...``: the life of a model as a unit, from the template on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from xiansuo.cli import lifecycle_commands, package_commands
from xiansuo.cli.session import JsonOption, Session, command

if TYPE_CHECKING:
    from xiansuo.supervision.scaffold import Written

TitleOption = Annotated[str | None, typer.Option(help="Chinese name. Default: what the shape is called.")]
ShapeOption = Annotated[
    str,
    typer.Option(
        help="anti_join 应有而无, overlap 时空冲突, threshold 数额, deadline 期限, two_sources 两源不符, ring 团伙, "
        "text_join 文本; the Chinese name will do."
    ),
]
InputOption = Annotated[
    list[str] | None,
    typer.Option(metavar="[PART=]DATASET", help="Dataset for a part of the template. Default: one the shape names."),
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(metavar="PART.NAME=COLUMN", help="Column for a part. Default: the first that fits by its type."),
]


def register(app: typer.Typer) -> None:
    """Add the two groups."""
    models = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Models as units.")
    rules = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Rules as units.")
    command(models, "new")(new_model)
    lifecycle_commands.register_in_group(models)
    package_commands.register_in_group(models)
    command(rules, "new")(new_rule)
    app.add_typer(models, name="model")
    app.add_typer(rules, name="rule")


def new_model(
    session: Session,
    model: Annotated[str, typer.Argument(metavar="ID", help="Folder name under models/.")],
    title: Annotated[str | None, typer.Option(help="Chinese name. Default: the id.")] = None,
    rule: Annotated[str | None, typer.Option(help="Name of its first rule. Default: the shape.")] = None,
    shape: ShapeOption = "anti_join",
    input: InputOption = None,
    column: ColumnOption = None,
    json: JsonOption = False,
) -> None:
    """Write a new model with its first rule from a template; it lints clean and its cases pass."""
    from xiansuo.supervision.scaffold import Wanted, new_model
    from xiansuo.supervision.scaffold_inputs import find_shape

    wanted = Wanted(
        model=model,
        rule=rule or find_shape(shape)[0],
        shape=shape,
        model_title=title,
        inputs=input or (),
        columns=column or (),
    )
    _tell(session, new_model(session.settings.project, wanted, today=datetime.now(UTC).date()), json)


def new_rule(
    session: Session,
    target: Annotated[str, typer.Argument(metavar="MODEL.RULE", help="An existing model and the new rule's name.")],
    shape: ShapeOption,
    title: TitleOption = None,
    input: InputOption = None,
    column: ColumnOption = None,
    json: JsonOption = False,
) -> None:
    """Write a new rule from a template into a model and declare what it reads."""
    from xiansuo.core.errors import UsageError
    from xiansuo.supervision.scaffold import Wanted, new_rule

    model, dot, rule = target.partition(".")
    if not dot:
        raise UsageError("a rule needs its model", field="MODEL.RULE", value=target, fix="write MODEL.RULE")
    wanted = Wanted(model=model, rule=rule, shape=shape, rule_title=title, inputs=input or (), columns=column or ())
    _tell(session, new_rule(session.settings.project, wanted, today=datetime.now(UTC).date()), json)


def _tell(session: Session, written: Written, json: bool) -> None:
    from dataclasses import asdict

    from xiansuo.cli.output import note, print_json, relative

    project = session.settings.project
    new, changed = ([str(relative(path, project)) for path in paths] for paths in (written.new, written.changed))
    if json:
        print_json({**asdict(written), "new": new, "changed": changed})
        return
    for word, paths in (("wrote  ", new), ("changed", changed)):
        for path in paths:
            typer.echo(f"{word} {path}")
    for dataset, places in written.reads.items():
        typer.echo(f"reads   {dataset}: {', '.join(places)}")
    note(
        f"next: xiansuo check; xiansuo test {written.model}.{written.rule}\n"
        f"then: put the thresholds of models/{written.model}/parameters.yml on a source, rewrite hits.sql and its cases"
        f" for the matter,\n      cite the law in model.yml, and tell the prosecutor in README.md how to verify a clue"
    )
