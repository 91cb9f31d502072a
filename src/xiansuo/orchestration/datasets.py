"""Dagster assets of delivered datasets: one asset a dataset, one partition a delivery.

The contract check is blocking and runs inside the ingesting step: `ingest` publishes only what passes, a refused
delivery fails the step and stops everything downstream. The Great Expectations audit is a separate, non-blocking check
on what was published.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from xiansuo.contracts.asset import AssetSpec
from xiansuo.contracts.model import Contract
from xiansuo.core.naming import split_dataset
from xiansuo.orchestration.metadata import contract_metadata, receipt_metadata
from xiansuo.orchestration.resources import XiansuoResource

CONTRACT_CHECK = "contract"
AUDIT_CHECK = "great_expectations"


def dataset_key(dataset: str) -> dg.AssetKey:
    """Asset key of a dataset: [domain, name]."""
    return dg.AssetKey(list(split_dataset(dataset)))


def delivery_partitions(dataset: str) -> dg.DynamicPartitionsDefinition:
    """Partitions of a dataset are the names of its delivery folders in `landing/`."""
    return dg.DynamicPartitionsDefinition(name=f"deliveries/{dataset}")


def dataset_asset(spec: AssetSpec, contract: Contract) -> dg.AssetsDefinition:
    """The asset that ingests one delivery of `spec.dataset` per partition."""
    domain, _ = split_dataset(spec.dataset)
    key = dataset_key(spec.dataset)

    @dg.asset(
        key=key,
        partitions_def=delivery_partitions(spec.dataset),
        group_name=domain,
        description=f"{contract.title}（{spec.sender}）\n\n{spec.description or contract.description}",
        metadata=contract_metadata(contract),
        kinds={"deltalake", "duckdb"},
        pool=f"table/{spec.dataset}",
        check_specs=[dg.AssetCheckSpec(CONTRACT_CHECK, asset=key, blocking=True, description="数据合同：不合格不发布")],
    )
    def ingest_delivery(context: dg.AssetExecutionContext, xiansuo: XiansuoResource) -> Any:
        yield from _ingest(context, xiansuo, spec.dataset)

    return ingest_delivery


def _ingest(context: dg.AssetExecutionContext, xiansuo: XiansuoResource, dataset: str) -> Iterator[Any]:
    """Ingest one delivery; a refused one reports its failed check and no materialisation, for nothing was published."""
    from xiansuo.ingest.pipeline import ingest

    settings = xiansuo.settings()
    receipt = ingest(settings, settings.landing / dataset / context.partition_key, dataset=dataset)
    context.log.info("delivery %s: %s, %d rows to the lake", receipt.delivery_id, receipt.status, receipt.rows_lake)
    metadata = receipt_metadata(receipt)
    accepted = receipt.status != "refused"
    yield dg.AssetCheckResult(
        passed=accepted,
        check_name=CONTRACT_CHECK,
        asset_key=dataset_key(dataset),
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={**metadata, "refusal": dg.MetadataValue.json(receipt.refusal or {})},
    )
    if not accepted:
        reason = (receipt.refusal or {}).get("message", "refused")
        raise dg.Failure(
            f"delivery {receipt.delivery_id} was refused: {reason}", metadata=metadata, allow_retries=False
        )
    yield dg.MaterializeResult(metadata=metadata)


def audit_check(contract: Contract) -> dg.AssetChecksDefinition:
    """Great Expectations over the published table: counts only, never blocking."""

    @dg.asset_check(
        asset=dataset_key(contract.dataset),
        name=AUDIT_CHECK,
        blocking=False,
        description="Great Expectations 独立复核：只留计数",
        pool=f"table/{contract.dataset}",
    )
    def audit(xiansuo: XiansuoResource) -> dg.AssetCheckResult:
        from xiansuo.quality.audit import audit_dataset

        report = audit_dataset(xiansuo.settings(), contract)
        return dg.AssetCheckResult(
            passed=report.passed,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"rows": report.rows, **{check.code: check.unexpected for check in report.checks}},
        )

    return audit
