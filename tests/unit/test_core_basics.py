"""Errors, names, settings and check digits: small things everything else leans on."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiansuo.core import errors
from xiansuo.core.errors import InputError, UsageError, XiansuoError
from xiansuo.core.identifiers import (
    id_from_15,
    is_id_number,
    is_luhn,
    is_uscc,
    luhn_check_digit,
    org_check_character,
    vin_check_character,
)
from xiansuo.core.naming import canonical_json, digest, quote_ident, quote_literal, split_dataset
from xiansuo.core.settings import Settings


def test_an_error_shows_every_known_part_on_its_own_line() -> None:
    error = InputError("unknown column", file=Path("a.yml"), unit="fuel.x", field="f", value=0, fix="remove it")
    assert str(error).splitlines() == [
        "unknown column",
        "  file: a.yml",
        "  unit: fuel.x",
        "  field: f",
        "  value: 0",
        "  fix: remove it",
    ]
    assert str(XiansuoError("just this")) == "just this"


def test_every_error_class_has_its_own_exit_code() -> None:
    codes = [
        cls.exit_code for cls in (errors.ProblemsFound, errors.UsageError, errors.InputError, errors.EnvironmentProblem)
    ]
    assert codes == [1, 2, 3, 4]


def test_dataset_ids_have_two_lower_case_parts() -> None:
    assert split_dataset("fuel.totalizer_read") == ("fuel", "totalizer_read")
    for wrong in ("fuel", "Fuel.x", "a.b.c", "a.", "../a.b", "a.1b"):
        with pytest.raises(UsageError):
            split_dataset(wrong)


def test_quoting_leaves_no_way_out() -> None:
    assert quote_ident('a"b') == '"a""b"'
    assert quote_literal("it's") == "'it''s'"
    with pytest.raises(UsageError):
        quote_ident("")
    with pytest.raises(UsageError):
        quote_literal("a\x00b")


def test_equal_objects_have_equal_json_and_digest() -> None:
    assert canonical_json({"b": [1, None], "a": "张"}) == '{"a":"张","b":[1,null]}'
    assert digest("张", 8) == digest("张".encode(), 8)
    assert len(digest("x")) == 20
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_json(float("nan"))


def test_settings_prefer_arguments_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANSUO_HOME", str(tmp_path / "env"))
    monkeypatch.setenv("XIANSUO_PROJECT", str(tmp_path))
    assert Settings.discover().home == tmp_path / "env"
    found = Settings.discover(project=tmp_path, home=tmp_path / "given", threads=3)
    assert (found.home, found.project, found.threads) == (tmp_path / "given", tmp_path, 3)
    assert found.lake == tmp_path / "given" / "lake"
    with pytest.raises(UsageError):
        Settings.discover(threads=0)
    with pytest.raises(UsageError):
        Settings.discover(project=tmp_path / "nowhere")


def test_the_project_is_found_from_a_folder_inside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XIANSUO_PROJECT", raising=False)
    (tmp_path / "models" / "m").mkdir(parents=True)
    (tmp_path / "workspace.yaml").write_text("load_from: []\n")
    monkeypatch.chdir(tmp_path / "models" / "m")
    assert Settings.discover().project == tmp_path


def test_check_digits_agree_with_published_vectors() -> None:
    assert id_from_15("110105491231002") == "11010519491231002X"
    assert is_id_number("11010519491231002X")
    assert not is_id_number("110105194912310021")
    assert not is_id_number("11010519490231002X")
    assert all(map(is_uscc, ("9144030071526726XG", "91330100799655058B", "91350100M000100Y43")))
    assert not is_uscc("91350100M000100Y4I")
    assert (org_check_character("71526726"), org_check_character("79965505")) == ("X", "8")
    assert luhn_check_digit("622202100100000000") == "7"
    assert is_luhn("6222021001000000007")
    assert not is_luhn("6222021001000000070")
    assert vin_check_character("LSGPC52U6AF102554") == "6"
