"""The command line's manners: exit codes, errors without traceback, options in both places, help that is complete."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from xiansuo.cli import main as cli
from xiansuo.cli.deliveries import is_landing, parse_period
from xiansuo.cli.output import plain, text
from xiansuo.cli.session import Choices
from xiansuo.core.errors import EnvironmentProblem, InputError, ProblemsFound, UsageError

COMMANDS = {
    "demo", "synth", "ingest", "deliveries", "quarantine", "run", "clues", "clue", "verify", "check", "test",
    "evaluate", "sql", "status", "model", "rule", "lineage", "impact",
    "diff", "sweep", "models",
}  # fmt: skip


def _raise(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("xiansuo.supervision.lint.check_project", fail)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    listed = capsys.readouterr().out.split("Commands:")[1]
    assert set(re.findall(r"^  ([a-z]+)", listed, re.MULTILINE)) == COMMANDS


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("xiansuo ")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ProblemsFound("p"), 1),
        (UsageError("u"), 2),
        (InputError("i"), 3),
        (EnvironmentProblem("e"), 4),
        (OSError("o"), 4),
    ],
)
def test_each_class_of_error_has_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    _raise(monkeypatch, error)
    assert cli.main(["check"]) == code
    shown = capsys.readouterr().err
    assert shown.startswith("error: ")
    assert "Traceback" not in shown


def test_an_error_names_file_field_value_and_fix(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _raise(monkeypatch, InputError("wrong", file="a.yml", unit="m.r", field="f", value="v", fix="write w"))
    cli.main(["check"])
    assert (
        capsys.readouterr().err == "error: wrong\n  file: a.yml\n  unit: m.r\n  field: f\n  value: v\n  fix: write w\n"
    )


def test_debug_lets_the_exception_through(monkeypatch: pytest.MonkeyPatch) -> None:
    _raise(monkeypatch, InputError("wrong"))
    with pytest.raises(InputError):
        cli.main(["check", "--debug"])


def test_an_unknown_command_or_option_is_bad_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["guess"]) == 2
    assert cli.main(["run", "--motor", "spark"]) == 2
    assert "No such option" in capsys.readouterr().err


def test_a_missing_project_is_bad_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["status", "--project", str(tmp_path / "nowhere")]) == 2
    assert "project" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["before", "after"])
def test_shared_options_stand_before_or_after_the_command(
    place: str, tmp_path: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = ["--home", str(tmp_path), "--project", str(project)]
    given = [*shared, "status", "--json"] if place == "before" else ["status", *shared, "--json"]
    assert cli.main(given) == 0
    assert json.loads(capsys.readouterr().out)["home"] == str(tmp_path)


def test_an_option_after_the_command_wins() -> None:
    first = Choices(home=Path("a"), threads=1)
    assert first.updated(Path("b"), None, None, True) == Choices(Path("b"), None, 1, True)


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ("2026-01-05..2026-02-03", date(2026, 1, 5), date(2026, 2, 3)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_a_period_is_two_days(given: str, first: date, last: date) -> None:
    assert parse_period(given) == (first, last)


@pytest.mark.parametrize("given", ["yesterday", "2026-13", "2026-02-30..2026-03-01", "2026-03-01..2026-02-01"])
def test_a_wrong_period_is_bad_use(given: str) -> None:
    with pytest.raises(UsageError):
        parse_period(given)


def test_a_landing_folder_holds_dataset_folders(tmp_path: Path) -> None:
    assert not is_landing(tmp_path)
    (tmp_path / "fuel.totalizer_read").mkdir()
    assert is_landing(tmp_path)
    assert not is_landing(tmp_path / "fuel.totalizer_read")


def test_json_keeps_dates_and_amounts_exact() -> None:
    assert json.dumps([date(2026, 1, 2), Decimal("0.10"), Path("a")], default=plain) == '["2026-01-02", "0.10", "a"]'
    with pytest.raises(TypeError):
        plain(object())


def test_cells_are_readable() -> None:
    assert [text(value) for value in (None, 1234567, Decimal("1234.5"), ["F1", "F2"], True)] == [
        "", "1,234,567", "1,234.50", "F1、F2", "yes",
    ]  # fmt: skip


def test_the_reference_page_is_current(project: Path) -> None:
    from xiansuo.cli.reference import reference

    assert (project / "docs" / "cli.md").read_text(encoding="utf-8") == reference(), "run: make docs"
