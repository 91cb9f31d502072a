"""The text of a model as a run used it, kept once per content, so that a later comparison can run it again.

Belongs here: writing it beside the model's tables and reading it back. Marts are not part of it: they are shared.
"""

from __future__ import annotations

import json
from pathlib import Path

from xiansuo.core.errors import UsageError
from xiansuo.core.files import write_atomic
from xiansuo.core.naming import canonical_json
from xiansuo.lake.delta import Lake
from xiansuo.supervision.model import Model

_PATTERNS = (
    "model.yml",
    "parameters.yml",
    "rules/*/rule.yml",
    "rules/*/hits.sql",
    "rules/*/evidence.sql",
    "graphs/*.sql",
    "mappings/*.yml",
)


def keep_content(lake: Lake, project: Path, model: Model, content: str) -> Path:
    """Write the model's files and the scoring weights under ``content``, the run's model hash; once is enough."""
    path = _path(lake, model.id, content)
    if not path.is_file():
        files = sorted(file for pattern in _PATTERNS for file in model.folder.glob(pattern))
        texts = {f"{model.id}/{file.relative_to(model.folder).as_posix()}": _text(file) for file in files}
        texts["scoring.yml"] = _text(project / "models" / "scoring.yml")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, canonical_json(texts))
    return path


def restore_content(lake: Lake, model_id: str, content: str, folder: Path) -> Path:
    """Write the kept files under ``folder`` as a project with that one model; returns ``folder``."""
    path = _path(lake, model_id, content)
    if not path.is_file():
        raise UsageError(
            "the text of the model as that run used it was not kept",
            unit=model_id,
            field="against",
            value=content,
            fix="name a newer run, or the project folder that holds the other version",
        )
    for name, text in json.loads(path.read_text(encoding="utf-8")).items():
        target = folder / "models" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def _path(lake: Lake, model_id: str, content: str) -> Path:
    return lake.model(model_id, "runs").root.parent / "_content" / f"{content}.json"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
