"""Dagster assets of what is computed: marts and supervision models.

Belongs here: the thin steps that call `supervision.marts` and `clues.run`. Both decide themselves whether anything has
to be computed, so a step over unchanged inputs is a no-op that says so.
"""

from collections.abc import Callable, Iterable

import dagster as dg

from xiansuo.catalog.trace import Relations, clue_columns
from xiansuo.orchestration.datasets import dataset_key
from xiansuo.orchestration.metadata import column_metadata, counts_metadata
from xiansuo.orchestration.resources import XiansuoResource
from xiansuo.supervision.mart_files import Mart
from xiansuo.supervision.model import Model

RETRIES = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL)


def mart_asset(mart: Mart, known: Callable[[], Relations]) -> dg.AssetsDefinition:
    """The asset that materialises one mart when its SQL or its inputs changed; ``known`` gives the column lineage."""

    @dg.asset(
        key=dataset_key(mart.sql_name),
        deps=_keys(mart.inputs),
        group_name="marts",
        description=f"{mart.title}\n\n粒度：{mart.grain}",
        kinds={"deltalake", "duckdb", "sql"},
        pool=f"table/{mart.sql_name}",
        retry_policy=RETRIES,
    )
    def build(xiansuo: XiansuoResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        from xiansuo.supervision.marts import build_marts

        built = build_marts(xiansuo.settings(), [mart.sql_name])[mart.sql_name]
        columns = column_metadata(known().marts[mart.sql_name].outputs)
        return dg.MaterializeResult(metadata={"fingerprint": built.fingerprint, "rebuilt": built.rebuilt, **columns})

    return build


def model_asset(model: Model, known: Callable[[], Relations]) -> dg.AssetsDefinition:
    """The asset that runs one supervision model and writes its clue tables; ``known`` gives the column lineage."""
    spec = model.spec
    names = "、".join(f"{rule.spec.code} {rule.spec.title}" for rule in model.rules)

    @dg.asset(
        key=["models", spec.id],
        deps=_keys(spec.inputs),
        group_name="models",
        description=f"{spec.title}（{spec.supervision_type}）\n\n{spec.summary}\n\n规则：{names}",
        kinds={"deltalake", "duckdb", "sql"},
        pool=f"model/{spec.id}",
        code_version=spec.version,
        metadata={"status": spec.status, "owner": spec.owner, "rules": len(model.rules)},
        retry_policy=RETRIES,
    )
    def run(xiansuo: XiansuoResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        from xiansuo.clues.run import run_model

        result = run_model(xiansuo.settings(), spec.id)
        return dg.MaterializeResult(
            metadata={
                "run_id": result.run_id,
                "skipped": result.skipped,
                **counts_metadata(result.counts),
                **column_metadata(clue_columns(known(), model)),
            }
        )

    return run


def _keys(names: Iterable[str]) -> list[dg.AssetKey]:
    return [dataset_key(name) for name in sorted(names)]
