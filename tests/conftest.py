"""What several test folders share: markers by folder, and one small demo home for the whole session."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent
PROJECT = TESTS.parent
MARKED_FOLDERS = ("integration", "e2e")
PERSONS = 5000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The folder is the category: mark tests by where they lie."""
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in MARKED_FOLDERS:
            item.add_marker(getattr(pytest.mark, folder))


@dataclass(frozen=True)
class Demo:
    """A small province, ingested and run. Tests read it and never write into it."""

    home: Path
    truth: Path
    counts: dict[str, Any]

    def command(self, *words: str) -> list[str]:
        """A command line of xiansuo over this home."""
        return [*words, "--home", str(self.home), "--project", str(PROJECT)]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The small demo home, made once per test session, also when several workers share it."""
    from xiansuo.cli.demo import run_demo
    from xiansuo.core.files import locked, write_atomic
    from xiansuo.core.progress import NullProgress
    from xiansuo.core.settings import Settings

    shared = tmp_path_factory.getbasetemp()
    folder = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "demo"
    made = folder / "counts.json"
    with locked(folder / "lock"):
        if not made.exists():
            settings = Settings.discover(project=PROJECT, home=folder / "home")
            counts = run_demo(settings, {"persons": PERSONS, "seed": 1}, NullProgress())
            write_atomic(made, json.dumps(counts, default=str))
    return Demo(folder / "home", folder / "home" / "truth", json.loads(made.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def project() -> Path:
    """The checkout: assets, contracts, marts, models."""
    return PROJECT
