"""What every contract of the project must hold, whatever its dataset."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiansuo.catalog.masks import is_personal
from xiansuo.contracts.load import load_contracts
from xiansuo.contracts.model import Contract

CONTRACTS = load_contracts(Path(__file__).parents[2])
WITH_ID_NUMBERS = [
    contract for contract in CONTRACTS.values() if any(column.semantic == "cn.id_number" for column in contract.columns)
]


@pytest.mark.parametrize("contract", WITH_ID_NUMBERS, ids=lambda contract: contract.dataset)
def test_a_birth_date_beside_an_id_number_is_masked(contract: Contract) -> None:
    """The mask shows 6 + 4 of the 18 characters; the other 8 are the birth date."""
    births = [column for column in contract.columns if column.type == "DATE" and "出生" in column.title]
    assert all(is_personal(column) for column in births)


def test_there_are_such_contracts() -> None:
    assert {"person.resident", "medins.mdtrt_d", "medins.setl_d"} <= {contract.dataset for contract in WITH_ID_NUMBERS}
