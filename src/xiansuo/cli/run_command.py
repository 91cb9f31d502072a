"""``run``: models into clues, on DuckDB or on Spark, and the comparison of the two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from xiansuo.cli.session import EXIT_PROBLEMS, JsonOption, Session

if TYPE_CHECKING:
    from xiansuo.clues.engine import Engine
    from xiansuo.clues.parity import ModelParity


class EngineChoice(StrEnum):
    """What computes the rows of rules."""

    DUCKDB = "duckdb"
    SPARK = "spark"


def run(
    session: Session,
    models: Annotated[
        list[str] | None, typer.Argument(metavar="[MODEL]...", help="Default: all that are not retired.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day the rules look from. Default: the newest delivered day."),
    ] = None,
    mapping: Annotated[str | None, typer.Option(help="Read the inputs through mappings/NAME.yml of the model.")] = None,
    engine: Annotated[
        EngineChoice, typer.Option(help="What computes the rows of rules; the clues are the same.")
    ] = EngineChoice.DUCKDB,
    spark_conf: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="A Spark setting; $XIANSUO_SPARK_CONF names a file.")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Run on DuckDB and on Spark, publish nothing, show what differs.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Run models and write their clues. A run whose model, inputs and day are unchanged is not repeated."""
    from xiansuo.supervision.load import find_model, load_models

    for model in models or ():
        find_model(session.settings.project, model)
    known = load_models(session.settings.project)
    chosen = models or [name for name, model in sorted(known.items()) if model.spec.status != "retired"]
    day = None if as_of is None else as_of.date()
    with _engine(session, EngineChoice.SPARK if compare else engine, spark_conf or []) as used:
        if compare:
            _compare(session, chosen, day, mapping, used, json)
        else:
            _run(session, chosen, day, mapping, used, json)


@contextmanager
def _engine(session: Session, choice: EngineChoice, options: list[str]) -> Iterator[Engine]:
    from xiansuo.clues.engine import DuckEngine

    if choice is EngineChoice.DUCKDB:
        if options:
            raise typer.BadParameter("needs --engine spark", param_hint="--spark-conf")
        yield DuckEngine()
        return
    from xiansuo.clues.spark_engine import SparkEngine
    from xiansuo.lake.spark import Spark, read_conf

    spark = SparkEngine(session.settings, Spark(session.settings, read_conf(dict(map(_setting, options)))))
    try:
        yield spark
    finally:
        spark.close()


def _setting(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise typer.BadParameter(f"{text!r} is not KEY=VALUE", param_hint="--spark-conf")
    return key, value


def _run(
    session: Session, models: list[str], day: date | None, mapping: str | None, engine: Engine, json: bool
) -> None:
    from xiansuo.catalog.build import build_catalog
    from xiansuo.cli.output import print_json, show, table
    from xiansuo.clues.run import run_model

    with session.progress() as progress:
        results = {
            model: run_model(session.settings, model, as_of=day, mapping=mapping, progress=progress, engine=engine)
            for model in models
        }
    build_catalog(session.settings)
    rows = [
        {"model": model, "run_id": result.run_id, "skipped": result.skipped, **result.counts}
        for model, result in results.items()
    ]
    if json:
        print_json(rows)
    else:
        headings = list(dict.fromkeys(key for row in rows for key in row))
        show(table(None, headings, ([row.get(key) for key in headings] for row in rows)))


def _compare(
    session: Session, models: list[str], day: date | None, mapping: str | None, engine: Engine, json: bool
) -> None:
    from dataclasses import asdict

    from xiansuo.cli.output import print_json
    from xiansuo.clues.parity import compare_engines

    if mapping is not None:
        raise typer.BadParameter("--compare takes no mapping", param_hint="--mapping")
    with session.progress() as progress:
        found = [compare_engines(session.settings, model, engine, as_of=day, progress=progress) for model in models]
    if json:
        print_json([{**asdict(parity), "equal": parity.equal} for parity in found])
    else:
        _show(found)
    if not all(parity.equal for parity in found):
        raise typer.Exit(EXIT_PROBLEMS)


def _show(found: list[ModelParity]) -> None:
    from xiansuo.cli.output import note, show, table

    headings = ["model", "rule", "hits", "evidence", "rows unlike", "DuckDB, s", "Spark, s"]
    rows = [
        [parity.model_id, rule.code, rule.hits, rule.evidence_rows, rule.unlike, *_seconds(rule.seconds)]
        for parity in found
        for rule in parity.rules
    ]
    show(table(None, headings, rows, right=headings[2:]))
    for parity in found:
        note(f"{parity.model_id}: {parity.clues} clues, {'equal' if parity.equal else 'NOT EQUAL'} on both engines")


def _seconds(seconds: dict[str, float]) -> list[str]:
    return [f"{value:.2f}" for value in seconds.values()]
