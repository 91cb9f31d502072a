"""Schedules from `pipelines/schedules.yml`: when which models run."""

from pathlib import Path

import dagster as dg
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from xiansuo.core.errors import InputError


class ScheduleSpec(BaseModel):
    """One schedule: name, five-field cron, IANA time zone, models ('*' for all) and a Chinese description."""

    model_config = ConfigDict(extra="forbid")

    name: str
    cron: str
    timezone: str = "Asia/Shanghai"
    models: list[str]
    description: str


class SchedulesFile(BaseModel):
    """`pipelines/schedules.yml` as a whole."""

    model_config = ConfigDict(extra="forbid")

    schedules: list[ScheduleSpec]


def load_schedules(path: Path, models: list[str]) -> list[ScheduleSpec]:
    """Schedules of a project; an unknown key or an unknown model is an `InputError` that names it."""
    if not path.is_file():
        return []
    try:
        specs = SchedulesFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).schedules
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            first["msg"],
            file=path,
            field=".".join(str(part) for part in first["loc"]),
            value=first.get("input"),
            fix="see docs/operations.md for the keys of a schedule",
        ) from error
    for spec in specs:
        unknown = sorted(set(spec.models) - set(models) - {"*"})
        if unknown:
            raise InputError(
                "schedule names a model that does not exist",
                file=path,
                field=f"{spec.name}.models",
                value=", ".join(unknown),
                fix=f"use one of {', '.join(models)} or '*'",
            )
    return specs


def schedule_definition(spec: ScheduleSpec, models: list[str]) -> dg.ScheduleDefinition:
    """A schedule that refreshes the marts and runs the models it names."""
    chosen = models if "*" in spec.models else spec.models
    selection = dg.AssetSelection.assets(*(["models", model] for model in chosen)) | dg.AssetSelection.groups("marts")
    job = dg.define_asset_job(f"{spec.name}_job", selection=selection, executor_def=dg.in_process_executor)
    return dg.ScheduleDefinition(
        name=spec.name, cron_schedule=spec.cron, job=job, execution_timezone=spec.timezone, description=spec.description
    )
