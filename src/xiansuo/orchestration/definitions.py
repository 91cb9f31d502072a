"""The composition root for Dagster: every unit folder becomes an asset, nothing is registered by hand."""

import os
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import dagster as dg

from xiansuo.catalog.discover import Units
from xiansuo.catalog.trace import relations
from xiansuo.contracts.asset import load_assets
from xiansuo.contracts.load import load_contracts
from xiansuo.core.settings import Settings
from xiansuo.orchestration.datasets import audit_check, dataset_asset
from xiansuo.orchestration.derived import mart_asset, model_asset
from xiansuo.orchestration.landing import landing_sensor
from xiansuo.orchestration.resources import XiansuoResource
from xiansuo.orchestration.schedules import load_schedules, schedule_definition
from xiansuo.supervision.load import load_models
from xiansuo.supervision.mart_files import load_marts


def build_defs(
    project: Path, *, home: Path | None = None, resource_overrides: Mapping[str, Any] | None = None
) -> dg.Definitions:
    """Definitions of a project folder.

    `home` defaults to `$XIANSUO_HOME`, else `<project>/var`, so that the working directory does not matter.
    `resource_overrides` replaces resources by name in tests.
    """
    settings = Settings.discover(project=project, home=home or os.environ.get("XIANSUO_HOME") or project / "var")
    contracts, specs = load_contracts(project), load_assets(project)
    marts = load_marts(project)
    models = {name: model for name, model in load_models(project).items() if model.spec.status != "retired"}
    known = cache(partial(relations, Units(contracts, specs, marts, models)))
    datasets = [dataset_asset(spec, contracts[name]) for name, spec in sorted(specs.items())]
    schedules = load_schedules(project / "pipelines" / "schedules.yml", sorted(models))
    resources = {
        "xiansuo": XiansuoResource(project=str(settings.project), home=str(settings.home)),
        **(resource_overrides or {}),
    }
    return dg.Definitions(
        assets=[
            *datasets,
            *(mart_asset(mart, known) for _, mart in sorted(marts.items())),
            *(model_asset(model, known) for _, model in sorted(models.items())),
        ],
        asset_checks=[audit_check(contracts[name]) for name in sorted(specs)],
        sensors=[landing_sensor(sorted(specs))],
        schedules=[schedule_definition(spec, sorted(models)) for spec in schedules],
        resources=resources,
        executor=dg.in_process_executor,
    )
