"""What Dagster's catalogue shows of a unit: column schema, row counts, receipt figures.

Belongs here: turning contracts, receipts and run results into Dagster metadata. Never row values.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

from xiansuo.catalog.column_lineage import Source
from xiansuo.contracts.model import Contract
from xiansuo.ingest.receipts import Receipt


def contract_metadata(contract: Contract) -> dict[str, Any]:
    """Definition metadata of a dataset: its columns with Chinese names, its key, its contract version."""
    columns = [
        dg.TableColumn(
            name=column.name,
            type=column.type,
            description=column.title,
            constraints=dg.TableColumnConstraints(
                nullable=not column.required, unique=column.name in contract.key and len(contract.key) == 1
            ),
        )
        for column in contract.columns
    ]
    return {
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "dagster/table_name": contract.dataset,
        "contract_version": contract.version,
        "key": ", ".join(contract.key) or "—",
    }


def receipt_metadata(receipt: Receipt) -> dict[str, Any]:
    """Materialisation metadata of one delivery: the four counts of the reconciliation and its identity."""
    return {
        "dagster/row_count": receipt.rows_lake,
        "delivery_id": receipt.delivery_id,
        "status": receipt.status,
        "rows_delivered": receipt.rows_delivered,
        "rows_quarantined": receipt.rows_quarantined,
        "rows_duplicate": receipt.rows_duplicate,
        "sender": receipt.sender or "—",
        "letter_no": receipt.letter_no or "—",
        "files": dg.MetadataValue.json(
            [{name: file[name] for name in ("name", "size", "sha256")} for file in receipt.files]
        ),
    }


def column_metadata(columns: Mapping[str, Iterable[Source]]) -> dict[str, Any]:
    """Materialisation metadata: the columns of other assets behind each column of this one."""
    deps = {
        name: [
            dg.TableColumnDep(asset_key=dg.AssetKey(relation.split(".")), column_name=column)
            for relation, column in sorted(sources)
        ]
        for name, sources in columns.items()
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(deps_by_column=deps)}


def counts_metadata(counts: Mapping[str, int]) -> dict[str, Any]:
    """Materialisation metadata of a mart or a model run: plain integers under their own names."""
    return {name: int(value) for name, value in counts.items()}
