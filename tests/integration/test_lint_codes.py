"""Every code of the linter has a page, and trips on each example that the page shows, in the file it changes.

The examples are changes of the toy project, which has no findings itself.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from toy import SOURCE

from xiansuo.cli.reference import lint_index
from xiansuo.supervision.findings import CODES
from xiansuo.supervision.lint import check_project

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted((DOCS / "lint").glob("*.md"))
HITS = "models/toy_model/rules/volume/hits.sql"
PARTS = ["Why", "Trips on", "Fix"]
WARNINGS = {"XS015", "XS036"}


@dataclass(frozen=True)
class Example:
    """One change: per file the texts put in place of others; None deletes the file, an empty old text makes it."""

    code: str
    changes: list[tuple[str, str, str | None]]

    def apply(self, project: Path) -> None:
        for path, old, new in self.changes:
            file = project / path
            if new is None:
                file.unlink()
            elif not old:
                assert not file.exists()
                file.parent.mkdir(exist_ok=True)
                file.write_text(new, encoding="utf-8")
            else:
                text = file.read_text(encoding="utf-8")
                assert old in text, (path, old)
                file.write_text(text.replace(old, new, 1), encoding="utf-8")


def examples(page: Path) -> list[Example]:
    blocks = re.findall(r"^```diff\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    parts = [re.split(r"^--- (?=.*\n\+\+\+ )", block, flags=re.MULTILINE)[1:] for block in blocks]
    return [Example(page.stem, [change for part in files for change in changes(part)]) for files in parts]


def changes(part: str) -> list[tuple[str, str, str | None]]:
    """The changes of one file: part is ``old path, +++ new path, hunks``."""
    old, new, *lines = part.splitlines()
    new = new.removeprefix("+++ ")
    if new == "/dev/null":
        return [(old, "", None)]
    hunks = "\n".join(lines).split("@@\n")
    return [(new, side(hunk, "-"), side(hunk, "+")) for hunk in hunks if hunk]


def side(hunk: str, mark: str) -> str:
    return "".join(f"{line[1:]}\n" for line in hunk.splitlines() if line[:1] in (mark, " "))


EXAMPLES = [example for page in PAGES for example in examples(page)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    copy = tmp_path / "project"
    shutil.copytree(SOURCE, copy)
    return copy


def test_right_project_has_no_findings(project: Path) -> None:
    assert check_project(project) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.code)
def test_code_trips_on_the_example_of_its_page(project: Path, example: Example) -> None:
    example.apply(project)
    found = [item for item in check_project(project) if item.code == example.code]
    assert found, f"{example.code} did not trip"
    assert all(item.message and item.fix and item.line >= 1 and item.column >= 1 for item in found)
    assert {item.severity for item in found} == {"warning" if example.code in WARNINGS else "error"}
    models = {path.split("/")[0] for path, _, _ in example.changes}
    assert any(item.file.relative_to(project).parts[0] in models | {"data_contracts"} for item in found)


def test_every_code_has_a_page_with_an_example_and_no_page_is_left_over() -> None:
    assert {page.stem for page in PAGES} == set(CODES)
    assert {example.code for example in EXAMPLES} == set(CODES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_says_what_why_and_how_to_mend(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    heading, *chapters = re.split(r"^## ", text, flags=re.MULTILINE)
    title, _, what = heading.partition("\n")
    assert title == f"# {page.stem} {CODES[page.stem]}"
    assert [chapter.partition("\n")[0] for chapter in chapters] == PARTS
    assert all(len(part.strip()) > 20 for part in (what, *chapters))
    assert ("A warning." in what.replace("\n", " ")) == (page.stem in WARNINGS)


def test_index_is_current() -> None:
    assert (DOCS / "lint.md").read_text(encoding="utf-8") == lint_index(), "run: make docs"


def put(project: Path, old: str, new: str) -> list[str]:
    """Change hits.sql of the toy project and give its lines."""
    Example("", [(HITS, old, new)]).apply(project)
    return (project / HITS).read_text(encoding="utf-8").splitlines()


def test_findings_point_at_the_line(project: Path) -> None:
    lines = put(project, "WHERE gap_l > $gap_litres", "WHERE gap_l > 777")
    found = {item.code: item for item in check_project(project)}["XS020"]
    assert lines[found.line - 1][found.column - 1 :] == "777"


def test_noted_literals_are_left_alone(project: Path) -> None:
    put(project, "WHERE gap_l > $gap_litres", "WHERE gap_l > $gap_litres * 24 -- literal: hours of a day")
    assert check_project(project) == []
