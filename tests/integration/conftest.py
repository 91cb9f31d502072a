"""A toy home with its deliveries ingested, made once and copied per test."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy import Toy


@pytest.fixture(scope="session")
def delivered_once(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """A toy whose three datasets have been ingested; copy it, do not touch it."""
    toy = Toy(tmp_path_factory.mktemp("toy"))
    toy.deliver_all()
    return toy


@pytest.fixture
def delivered(delivered_once: Toy, tmp_path: Path) -> Toy:
    """A fresh copy of the ingested toy."""
    return Toy.copy_of(delivered_once, tmp_path / "toy")
