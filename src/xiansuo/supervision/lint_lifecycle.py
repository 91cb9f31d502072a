"""Lint of a model's life: status and history agree, nothing was rewritten, the shelf holds what was reviewed."""

from __future__ import annotations

from xiansuo.core.errors import InputError
from xiansuo.supervision.findings import Finding
from xiansuo.supervision.lifecycle import FILE, read_history, reviewed_substance, standing, substance
from xiansuo.supervision.model import Model

_CODE = "XS058"
_FIXED = ("rules_reviewed", "cross_site_validated", "published")


def lint_lifecycle(model: Model) -> list[Finding]:
    """At most one finding: a broken chain, a status nobody moved, or rules changed after their review."""
    spec_file = model.folder / "model.yml"
    try:
        history = read_history(model.folder)
    except InputError as error:
        line = int(str(error.field).removeprefix("line "))
        return [Finding(model.folder / FILE, line, 1, _CODE, error.message, error.fix or "restore the file")]
    try:
        status = standing(model, history)
    except InputError as error:
        return [Finding(spec_file, _status_line(model), 1, _CODE, error.message, error.fix or "use model advance")]
    if status in _FIXED and reviewed_substance(history) != substance(model):
        fix = f"xiansuo model advance {model.id} --to data_verified --note ..., then review and certify again"
        message = f"rules, parameters or law changed after the review, and the model stands at {status}"
        return [Finding(spec_file, _status_line(model), 1, _CODE, message, fix)]
    return []


def _status_line(model: Model) -> int:
    lines = (model.folder / "model.yml").read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if line.startswith("status:")), 1)
