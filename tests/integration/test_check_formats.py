"""What `xiansuo check` prints for programs and how it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from toy import SOURCE

from xiansuo.cli.check_formats import write
from xiansuo.cli.main import main
from xiansuo.supervision.findings import CODES, Finding

HITS = "models/toy_model/rules/volume/hits.sql"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    copy = tmp_path / "project"
    shutil.copytree(SOURCE, copy)
    return copy


def edit(project: Path, old: str, new: str) -> None:
    file = project / HITS
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def warn(project: Path) -> None:
    edit(project, "    gap_l,", "    row_number() OVER (ORDER BY gap_l) AS place,\n    gap_l,")


def fail(project: Path) -> None:
    edit(project, "WHERE gap_l > $gap_litres", "WHERE gap_l > 777")


def run(project: Path, *arguments: str) -> int:
    return main(["--project", str(project), "--home", str(project.parent / "home"), "check", *arguments])


def test_right_project_ends_with_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(project) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "no problems\n")


def test_warnings_alone_end_with_0_unless_strict(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    warn(project)
    assert run(project) == 0
    said = capsys.readouterr()
    assert f"{HITS}:26:" in said.out and "XS036 warning: " in said.out
    assert said.err == "1 warning\n"
    assert run(project, "--strict") == 1


def test_errors_end_with_1_and_are_counted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    warn(project)
    fail(project)
    assert run(project) == 1
    assert capsys.readouterr().err == "2 errors, 1 warning\n"


def test_paths_keep_to_their_units(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fail(project)
    assert run(project, str(project / "data_contracts" / "toy" / "claim.yml")) == 1, "a mapping of the model reads it"
    assert run(project, str(project / "models" / "scoring.yml")) == 0
    assert run(project, str(project / HITS)) == 1
    assert run(project, str(project / "nowhere.sql")) == 2
    assert "no such file or folder" in capsys.readouterr().err


def test_cache_lies_in_the_home_and_can_be_left_out(project: Path) -> None:
    home = project.parent / "home"
    assert run(project, "--no-cache") == 0
    assert not home.exists()
    assert run(project) == 0
    assert {path.name for path in (home / "cache").iterdir()} == {"check.json", ".gitignore"}


def test_json_lists_findings_with_files_of_the_project(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fail(project)
    assert run(project, "--format", "json") == 1
    found = json.loads(capsys.readouterr().out)
    assert run(project, "--json") == 1
    assert json.loads(capsys.readouterr().out) == found
    first = next(item for item in found if item["code"] == "XS020")
    assert (first["file"], first["severity"], first["title"]) == (HITS, "error", CODES["XS020"])


def test_github_commands_are_escaped() -> None:
    item = Finding(Path("/p/a,b:c.sql"), 3, 4, "XS016", "100%\nof it", "mend", "warning")
    assert write([item], "github", Path("/p"), Path("/elsewhere")) == (
        "::warning file=a%2Cb%3Ac.sql,line=3,col=4,title=XS016::100%25%0Aof it  -> mend"
    )


def test_text_names_files_as_seen_from_here() -> None:
    item = Finding(Path("/p/models/a.sql"), 3, 4, "XS016", "m", "f")
    assert write([item], "text", Path("/p"), Path("/p/models")) == "a.sql:3:4: XS016 m  -> f"
    assert write([item], "text", Path("/p"), Path("/q")) == "models/a.sql:3:4: XS016 m  -> f"
    assert write([item], "text", Path("/r"), Path("/q")) == "/p/models/a.sql:3:4: XS016 m  -> f"


def sarif(project: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    run(project, "--format", "sarif")
    return dict(json.loads(capsys.readouterr().out))


def test_sarif_has_what_the_standard_requires(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SARIF 2.1.0: sections 3.13 (log), 3.14 (run), 3.18 and 3.19 (tool), 3.27 (result), 3.28-3.30 (places)."""
    warn(project)
    fail(project)
    log = sarif(project, capsys)
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
    (run_,) = log["runs"]
    driver = run_["tool"]["driver"]
    assert driver["name"] == "xiansuo"
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids)) == len(CODES)
    assert all(rule["shortDescription"]["text"] for rule in driver["rules"])
    assert run_["columnKind"] == "unicodeCodePoints"
    assert {item["level"] for item in run_["results"]} == {"error", "warning"}
    for item in run_["results"]:
        assert ids[item["ruleIndex"]] == item["ruleId"]
        assert item["message"]["text"]
        (place,) = item["locations"]
        region = place["physicalLocation"]["region"]
        assert region["startLine"] >= 1 and region["startColumn"] >= 1
        file = place["physicalLocation"]["artifactLocation"]
        base = run_["originalUriBaseIds"][file["uriBaseId"]]["uri"]
        assert base.startswith("file:///") and base.endswith("/")
        assert (project / file["uri"]).is_file()


def test_sarif_of_a_right_project_has_no_results(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sarif(project, capsys)["runs"][0]["results"] == []


def test_hooks_run_the_check_on_files_given() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    own = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (used,) = [item for repo in own["repos"] for item in repo["hooks"] if item["id"] == hook["id"]]
    assert hook["entry"] == "xiansuo check" and used["entry"].endswith(hook["entry"])
    assert hook["files"] == used["files"]
    assert hook["require_serial"] is used["require_serial"] is True
    assert {hook.get("pass_filenames", True), used.get("pass_filenames", True)} == {True}
