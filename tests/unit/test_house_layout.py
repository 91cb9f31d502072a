"""The house rules that no linter knows: layout, size of modules, pins, addresses, documentation."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
FOLDERS = {
    ".ci", "assets", "bench", "data_contracts", "docs", "models", "notebooks", "pipelines", "sql", "src", "tests",
}  # fmt: skip
FILES = {
    ".gitignore", ".pre-commit-config.yaml", ".pre-commit-hooks.yaml", "CHANGELOG.md", "CONTRIBUTING.md", "GLOSSARY.md", "LICENSE", "Makefile",
    "README.md", "README.zh-CN.md", "constraints-spark.txt", "constraints.txt", "pyproject.toml",
    "workspace.yaml",
}  # fmt: skip
SUBPACKAGES = {
    "catalog", "cli", "clues", "contracts", "core", "exchange", "ingest", "lake", "orchestration", "quality", "supervision",
    "synth",
}  # fmt: skip
GENERATED = re.compile(r"__pycache__|\.egg-info|\.ipynb_checkpoints")
TEXT = {".py", ".md", ".yml", ".yaml", ".toml", ".sql", ".txt", ".ipynb", ".svg", ".html", ".css", ".cfg", ""}
MAX_MODULE, MAX_STATEMENTS, MAX_LINES = 400, 40, 60  # the formatter gives each argument of a long call its line
TABLES = {"tests/integration/bad_files.py"}  # one long list of cases
HEAVY = ("polars", "duckdb", "deltalake", "pyarrow", "dagster", "great_expectations", "sqlglot", "pydantic", "rich")


def _files() -> list[Path]:
    top = [PROJECT / name for name in FILES if (PROJECT / name).is_file()]
    deep = [path for folder in FOLDERS for path in (PROJECT / folder).rglob("*") if path.is_file()]
    return sorted(path for path in top + deep if not GENERATED.search(str(path)))


def _modules() -> list[Path]:
    return [path for path in _files() if path.suffix == ".py"]


def _source_modules() -> list[Path]:
    return sorted((PROJECT / "src" / "xiansuo").rglob("*.py"))


def test_the_house_has_the_rooms_of_its_plan() -> None:
    assert {path.name for path in (PROJECT / "src").iterdir() if not GENERATED.search(path.name)} == {"xiansuo"}
    rooms = {path.name for path in (PROJECT / "src" / "xiansuo").iterdir() if path.is_dir()}
    assert {room for room in rooms if not GENERATED.search(room)} == SUBPACKAGES
    assert not {name for name in FILES | FOLDERS if not (PROJECT / name).exists()}


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_a_module_says_what_it_is_for_and_stays_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MAX_MODULE or path.relative_to(PROJECT).as_posix() in TABLES
    if path.name != "__init__.py" or text.strip():
        assert ast.get_docstring(ast.parse(text)), "write a docstring: what belongs here, what does not"


@pytest.mark.parametrize("path", _source_modules(), ids=lambda path: str(path.relative_to(PROJECT / "src")))
def test_functions_stay_small(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    sizes = {node.name: _size(node) for node in functions}
    assert not {name: size for name, size in sizes.items() if size[0] > MAX_STATEMENTS or size[1] > MAX_LINES}


def _size(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int]:
    """Statements and lines of the body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    statements = sum(isinstance(part, ast.stmt) for item in body for part in ast.walk(item))
    return statements, (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_file_names_a_package_index_or_a_place_of_this_machine() -> None:
    forbidden = re.compile(
        "|".join(["pypi" + r"\.org", r"(?<!emit-)index-" + "url", "files.python" + "hosted", "/wor" + "k/"])
    )
    found = {}
    for path in _files():
        if path.suffix in TEXT and path.name != "LICENSE":
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            found |= {
                f"{path.relative_to(PROJECT)}:{n}": line for n, line in enumerate(lines, 1) if forbidden.search(line)
            }
    assert not found


def test_no_work_notes_are_left_in_the_tree() -> None:
    notes = re.compile(r"^(todo|plan|notes|progress|summary|report)\b.*\.(md|txt)$", re.IGNORECASE)
    assert not [path for path in _files() if notes.match(path.name)]


PINS = ("constraints.txt", "constraints-spark.txt")  # the second is the extra that tests need and a desk does not


def test_every_pin_is_exact_and_hashed() -> None:
    pins = [
        block
        for name in PINS
        for block in re.split(r"\n(?=[A-Za-z0-9])", (PROJECT / name).read_text(encoding="utf-8"))
        if not block.startswith("#")
    ]
    assert len(pins) > 50
    assert not [block.splitlines()[0] for block in pins if "==" not in block or "--hash=sha256:" not in block]


def test_every_declared_package_is_pinned() -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = declared["dependencies"] + [name for group in declared["optional-dependencies"].values() for name in group]
    names = {re.split(r"[<>=!\[; ]", item)[0].lower().replace("_", "-") for item in wanted}
    text = "\n".join((PROJECT / name).read_text(encoding="utf-8") for name in PINS)
    pinned = {
        name.lower().replace("_", "-") for name in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", text, re.MULTILINE)
    }
    assert names <= pinned


def test_make_has_the_habits_and_ci_runs_the_test_command() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {"install", "demo", "test", "lint", "format", "bench", "docs", "lock"} <= targets
    assert "make test" in (PROJECT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_command_line_starts_without_heavy_libraries() -> None:
    code = f"import sys, xiansuo.cli.main; print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    started = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert started.stdout.strip() == "[]"


def test_links_in_the_documents_lead_somewhere() -> None:
    dead = []
    for path in (path for path in _files() if path.suffix == ".md"):
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text)
        local = [target for target in targets if not re.match(r"[a-z]+:", target)]
        dead += [f"{path.relative_to(PROJECT)}: {target}" for target in local if not (path.parent / target).exists()]
    assert not dead


def test_documents_name_only_files_that_exist() -> None:
    named = re.compile(r"`((?:src|tests|docs|models|sql|assets|data_contracts|pipelines|bench)/[\w./-]+\.\w+)`")
    documents = [path for path in _files() if path.suffix == ".md" and ("docs" in path.parts or path.parent == PROJECT)]
    found = {(path.name, name) for path in documents for name in named.findall(path.read_text(encoding="utf-8"))}
    assert not {(document, name) for document, name in found if not (PROJECT / name).exists()}


def test_the_index_lists_every_document() -> None:
    index = (PROJECT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {path.name for path in (PROJECT / "docs").glob("*.md")} - {"index.md"}
    assert {name for name in pages if f"]({name})" not in index} == set()
