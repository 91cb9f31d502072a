"""New models and rules from templates: they lint clean and pass their cases at once, and nothing is ever overwritten."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from xiansuo.cli.main import main
from xiansuo.core.errors import UsageError
from xiansuo.supervision.cases import run_cases
from xiansuo.supervision.lint import check_project
from xiansuo.supervision.load import load_cases, load_model
from xiansuo.supervision.model_edit import add_inputs
from xiansuo.supervision.scaffold import Wanted, new_model, new_rule, next_code
from xiansuo.supervision.scaffold_inputs import TEMPLATES, shapes
from xiansuo.supervision.strict_yaml import read_yaml

SOURCE = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)
SHAPES = ["anti_join", "deadline", "overlap", "ring", "text_join", "threshold", "two_sources"]


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with this checkout's contracts and marts and no model."""
    project = tmp_path_factory.mktemp("scaffold") / "project"
    (project / "models").mkdir(parents=True)
    for folder in ("assets", "data_contracts", "sql"):
        shutil.copytree(SOURCE / folder, project / folder, ignore=shutil.ignore_patterns("*.csv"))
    for file in ("models/scoring.yml", "workspace.yaml"):
        shutil.copy(SOURCE / file, project / file)
    return project


@pytest.fixture
def project(contracts: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "project"
    shutil.copytree(contracts, copy)
    return copy


def files(folder: Path) -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}


def problems(project: Path, folder: Path) -> list[str]:
    return [f"{item.file}:{item.line} {item.message}" for item in check_project(project) if folder in item.file.parents]


def test_there_are_the_seven_shapes() -> None:
    assert sorted(shapes()) == SHAPES
    assert [shape.title for shape in shapes().values()] == [
        "应有而无", "期限", "时空冲突", "团伙", "文本", "数额", "两源不符",
    ]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_new_model_lints_clean_and_passes(project: Path, shape: str) -> None:
    written = new_model(project, Wanted("trial", "first", shape, model_title="试验"), today=TODAY)
    folder = project / "models" / "trial"
    assert problems(project, folder) == []
    results = run_cases(project, "trial")
    assert len(results) >= 6
    assert [(item.case, item.failures) for item in results if not item.passed] == []
    assert set(written.new) == set(files(folder))
    left = [path for path, text in files(folder).items() if "__" in text]
    assert left == [], "placeholders were left"


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_goes_into_one_model(project: Path, shape: str) -> None:
    new_model(project, Wanted("trial", "first", "two_sources"), today=TODAY)
    written = new_rule(project, Wanted("trial", "second", shape, rule_title="第二条"), today=TODAY)
    model = load_model(project / "models" / "trial")
    assert [rule.spec.code for rule in model.rules] == ["T1", "T2"]
    assert model.rules[1].spec.title == "第二条"
    assert problems(project, model.folder) == []
    assert all(item.passed for item in run_cases(project, "trial"))
    assert {path.name for path in written.changed} == {"model.yml", "parameters.yml"}


def test_chinese_names_of_shapes_will_do(project: Path) -> None:
    new_model(project, Wanted("trial", "first", "时空冲突"), today=TODAY)
    assert "person.custody" in load_model(project / "models" / "trial").spec.inputs


def test_inputs_and_columns_given_are_read(project: Path) -> None:
    wanted = Wanted(
        "trial",
        "first",
        "overlap",
        inputs=["cert.site_worker", "event=cert.fake_order"],
        columns=["event.day=pay_ts", "stay.subject=id_no"],
    )
    written = new_model(project, wanted, today=TODAY)
    assert written.reads["cert.fake_order"] == [
        "event.key=order_id", "event.subject=buyer_id", "event.day=pay_ts", "event.amount=pay_yuan",
    ]  # fmt: skip
    assert problems(project, project / "models" / "trial") == []
    assert all(item.passed for item in run_cases(project, "trial"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shape": "spiral"}, "no such shape"),
        ({"model": "Trial"}, "not a folder name"),
        ({"rule": "../up"}, "not a folder name"),
        ({"model_title": "坏的: 题目"}, "the title has a character"),
        ({"inputs": ["fuel.nothing"]}, "no contract for the part event"),
        ({"inputs": ["nobody=fuel.vat_return"]}, "no such part"),
        ({"inputs": ["a.b"] * 4}, "too many inputs"),
        ({"inputs": ["fuel.vat_invoice", "fuel.vat_invoice"]}, "one dataset cannot play two parts"),
        ({"columns": ["event.hour=load_ts"]}, "no such place"),
        ({"columns": ["event.day=plate"]}, "no column of that name and kind"),
        ({"inputs": ["event=ref.industry"]}, "no column left for event.subject"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(project: Path, changes: dict[str, object], message: str) -> None:
    before = files(project)
    given = {"model": "trial", "rule": "first", "shape": "anti_join", **changes}
    with pytest.raises(UsageError, match=message):
        new_model(project, Wanted(**given), today=TODAY)  # type: ignore[arg-type]
    assert files(project) == before


def test_existing_names_are_refused_and_nothing_changes(project: Path) -> None:
    new_model(project, Wanted("trial", "first", "deadline"), today=TODAY)
    before = files(project)
    with pytest.raises(UsageError, match="the model exists already"):
        new_model(project, Wanted("trial", "other", "deadline"), today=TODAY)
    with pytest.raises(UsageError, match="the rule exists already"):
        new_rule(project, Wanted("trial", "first", "anti_join"), today=TODAY)
    with pytest.raises(UsageError, match="no such model"):
        new_rule(project, Wanted("trail", "second", "anti_join"), today=TODAY)
    assert files(project) == before


def test_comments_of_model_yml_survive_a_new_rule(project: Path) -> None:
    new_model(project, Wanted("trial", "first", "deadline"), today=TODAY)
    path = project / "models" / "trial" / "model.yml"
    before = path.read_text(encoding="utf-8").splitlines()
    new_rule(project, Wanted("trial", "second", "threshold"), today=TODAY)
    after = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in before if line not in after] == []
    assert len(after) == len(before) + 2


@pytest.mark.parametrize(
    "inputs",
    [
        "inputs: {fuel.a: [x], fuel.b: [y]}",
        "inputs:\n  fuel.a: [x]   # why\n  fuel.b: [y]",
        "inputs:\n    fuel.a:\n    - x\n    fuel.b:\n    - y  # last",
        "inputs:\n  fuel.a:\n    - x\n\n  fuel.b: []",
    ],
)
def test_inputs_are_added_in_whatever_way_they_are_written(tmp_path: Path, inputs: str) -> None:
    path = tmp_path / "model.yml"
    path.write_text(f"id: a  # 说明\n{inputs}\ntitle: 最后\n", encoding="utf-8")
    before = read_yaml(path)
    path.write_text(add_inputs(path, {"fuel.a": ["x", "z"], "fuel.c": ["v", "w"]}), encoding="utf-8")
    after = read_yaml(path)
    assert after == before | {"inputs": {**before["inputs"], "fuel.a": ["x", "z"], "fuel.c": ["v", "w"]}}
    assert "# 说明" in path.read_text(encoding="utf-8")


def test_codes_go_on_from_the_model_s_own() -> None:
    model = load_model(SOURCE / "models" / "fuel_tax")
    numbers = [int(rule.spec.code[1:]) for rule in model.rules]
    assert next_code(model) == f"F{max(numbers) + 1}"


def test_templates_show_look_alikes_of_every_code_and_their_edges() -> None:
    for shape in SHAPES:
        text = (TEMPLATES / shape / "cases.yml").read_text(encoding="utf-8")
        assert text.count("kind: boundary") >= 2, shape
        assert text.count("kind: lookalike") >= 1, shape


def test_command_line_says_what_was_written_and_what_comes_next(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--project", str(project), "model", "new", "trial", "--title", "试验", "--shape", "期限"]) == 0
    said = capsys.readouterr()
    assert "wrote   models/trial/model.yml" in said.out
    assert "duty.due=review_due" in said.out
    assert "xiansuo test trial.deadline" in said.err
    assert main(["--project", str(project), "rule", "new", "trial.sums", "--shape", "数额", "--json"]) == 0
    assert '"models/trial/parameters.yml"' in capsys.readouterr().out
    assert main(["--project", str(project), "rule", "new", "sums", "--shape", "数额"]) == 2
    assert main(["--project", str(project), "check"]) in (0, 1)
    assert "models/trial" not in capsys.readouterr().out
    assert len(load_cases(load_model(project / "models" / "trial").rules[1])) == 6


def test_document_names_every_shape_with_its_datasets() -> None:
    text = (SOURCE / "docs" / "scaffold.md").read_text(encoding="utf-8")
    for name, shape in shapes().items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}` | {shape.title} |"))
        assert all(f"{part} `{spec.dataset}`" in row for part, spec in shape.inputs.items())
