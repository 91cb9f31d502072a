"""The notebooks run from top to bottom over the small demo home, and are kept without outputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient

if TYPE_CHECKING:
    from conftest import Demo

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def test_the_card_models_have_notebooks_and_every_notebook_a_model(project: Path) -> None:
    models = {path.parent.name for path in (project / "models").glob("*/model.yml")}
    assert {"fuel_tax", "special_op_cert", "medins_fraud"} <= {path.stem for path in NOTEBOOKS} <= models


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert not [cell for cell in cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)]


@pytest.mark.filterwarnings("default")  # the kernel's own libraries warn, and what they do is not ours
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(
    path: Path, demo: Demo, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIANSUO_HOME", str(demo.home))
    monkeypatch.setenv("XIANSUO_PROJECT", str(project))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": project}}).execute()
    outputs = [out for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs]
    shown = {kind for out in outputs for kind in out.get("data", ())}
    assert "image/svg+xml" in shown
