"""What the linter says: the finding, and the list of all codes with their titles. docs/lint.md explains each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning"]

CODES: dict[str, str] = {
    "XS001": "a YAML file is not understood",
    "XS002": "the model has no README.md",
    "XS003": "scoring.yml is not understood",
    "XS004": "a contract or asset is not understood",
    "XS005": "an asset and a contract do not match up",
    "XS006": "a rule code is used twice",
    "XS007": "a file that belongs to no unit",
    "XS010": "SQL is not one SELECT",
    "XS011": "SQL reads a table the model does not declare",
    "XS012": "no contract and no mart of that name",
    "XS013": "SQL reads a column the model does not declare",
    "XS014": "a column does not exist in the contract",
    "XS015": "a declared input column is never read",
    "XS016": "SQL does not bind",
    "XS020": "a literal that should be a parameter",
    "XS021": "an undefined parameter",
    "XS022": "a parameter no rule uses",
    "XS023": "a parameter without a usable reference",
    "XS024": "a dated parameter without the rule's event_date",
    "XS030": "SQL depends on clock or chance",
    "XS031": "the outcome depends on row order",
    "XS032": "LIMIT without ORDER BY",
    "XS033": "SQL outside the portable subset",
    "XS034": "SELECT *",
    "XS035": "floating-point arithmetic in the amount",
    "XS036": "an order that may leave ties",
    "XS037": "columns named by position",
    "XS040": "a kind of case is missing",
    "XS041": "an exclusion code that rule.yml does not declare",
    "XS042": "a declared exclusion code that hits.sql never outputs",
    "XS043": "an exclusion code without a look-alike case",
    "XS044": "a case does not fit the model's inputs",
    "XS050": "a legal basis that does not exist",
    "XS051": "a published model cites law that does not hold",
    "XS052": "a template names no such field",
    "XS053": "model.yml names an unknown parameter or subject column",
    "XS054": "an evidence role that is not declared",
    "XS055": "hits.sql does not output what it must",
    "XS056": "evidence.sql does not output what it must",
    "XS057": "a graph is not links that a rule reads",
    "XS058": "the life of the model does not hold together",
    "XS060": "a mart's header is wrong",
    "XS061": "a mart reads other tables than its header says",
    "XS070": "a mapping does not fit the model",
}


@dataclass(frozen=True, order=True)
class Finding:
    """One problem, where it is and how to mend it. Lines and columns count from 1."""

    file: Path
    line: int
    column: int
    code: str
    message: str
    fix: str
    severity: Severity = "error"
