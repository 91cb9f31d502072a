"""What several test folders share: markers by folder, and one small demo home for the whole session."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PROJECT = TESTS.parent
MARKED_FOLDERS = ("integration", "e2e")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The folder is the category: mark tests by where they lie."""
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in MARKED_FOLDERS:
            item.add_marker(getattr(pytest.mark, folder))


@pytest.fixture(scope="session")
def project() -> Path:
    """The checkout: assets, contracts, marts, models."""
    return PROJECT
