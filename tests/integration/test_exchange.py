"""A model packed here, installed there: signature, clashes, mapping, the site report, and what resembles what."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from toy import NOW, Toy

from xiansuo.cli.main import main
from xiansuo.clues.advance import Step, advance
from xiansuo.clues.query import list_clues
from xiansuo.clues.run import run_model
from xiansuo.core.errors import InputError, ProblemsFound, UsageError
from xiansuo.core.naming import canonical_json
from xiansuo.core.settings import Settings
from xiansuo.exchange.install import install
from xiansuo.exchange.keys import own_key, public_text, sign
from xiansuo.exchange.novelty import resemblances
from xiansuo.exchange.package import pack, read_package
from xiansuo.exchange.site import site_page, validate, write_report
from xiansuo.ingest.pipeline import ingest

MODEL = "toy_model"


@pytest.fixture
def package(delivered: Toy, tmp_path: Path) -> Path:
    return pack(delivered.settings, MODEL, tmp_path / "toy.xsmodel", now=NOW)


@pytest.fixture
def other(tmp_path: Path) -> Settings:
    """Another office's project without any unit but the weights."""
    project = tmp_path / "other"
    (project / "models").mkdir(parents=True)
    shutil.copy(Path(__file__).parent / "toy_project" / "models" / "scoring.yml", project / "models")
    return Settings(project=project, home=tmp_path / "other-home", threads=1, memory_limit="1GiB")


def rebuilt(path: Path, target: Path, **changes: bytes | None) -> Path:
    """The same zip with members replaced, added or, for None, left out; names as keywords with __ for /."""
    wanted = {name.replace("__", "/").replace("_dot_", "."): data for name, data in changes.items()}
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if wanted.get(name, b"") is not None:
                new.writestr(name, wanted.pop(name, None) or old.read(name))
        for name, data in wanted.items():
            if data is not None:
                new.writestr(name, data)
    return target


def test_a_package_holds_what_the_model_needs_and_nothing_of_its_life(package: Path, delivered: Toy) -> None:
    opened = read_package(package)
    names = set(opened.files)
    assert {"README.md", "project/models/toy_model/model.yml", "project/data_contracts/toy/reading.yml"} <= names
    assert {"project/sql/marts/subject_station.sql", "project/assets/toy/station.yml"} <= names
    assert "project/data_contracts/toy/claim.yml" not in names
    assert opened.manifest["datasets"] == ["toy.declaration", "toy.reading", "toy.station"]
    assert "站点主题" not in opened.files["README.md"].decode() and "测试法" in opened.files["README.md"].decode()
    again = pack(delivered.settings, MODEL, package.with_name("again.xsmodel"), now=NOW)
    assert again.read_bytes() == package.read_bytes()


def test_a_package_is_installed_in_an_empty_project_and_runs(package: Path, other: Settings, delivered: Toy) -> None:
    done = install(other, package, trusted=read_package(package).signer)
    assert done.cases > 5 and done.kept == ()
    assert done.missing_data == ("toy.declaration", "toy.reading", "toy.station")
    there = Toy.copy_of(delivered, other.home.parent / "there")
    moved = Settings(project=other.project, home=there.settings.home, threads=1, memory_limit="1GiB")
    assert run_model(moved, MODEL).clues_hash == run_model(delivered.settings, MODEL).clues_hash


def test_an_unknown_signer_is_refused_until_somebody_compared_the_fingerprint(package: Path, other: Settings) -> None:
    signer = read_package(package).signer
    with pytest.raises(UsageError, match="nobody here trusts") as error:
        install(other, package)
    assert signer in str(error.value)
    with pytest.raises(UsageError, match="signed by another key"):
        install(other, package, trusted="0000 " * 8)
    assert not (other.project / "models" / MODEL).exists()
    install(other, package, trusted=signer.replace(" ", ""))
    shutil.rmtree(other.project / "models" / MODEL)
    install(other, package)  # trusted from now on


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"project__models__toy_model__README_dot_md": b"other"}, "has another content of a file"),
        ({"project__models__toy_model__README_dot_md": None}, "lacks a file"),
        ({"project__models__toy_model__more_dot_sql": b"SELECT 1"}, "does not list a file"),
        ({"manifest_dot_json": b"{}"}, "signature does not fit"),
        ({"signature_dot_json": b"{}"}, "lacks a key"),
        ({"signature_dot_json": b"no"}, "not a package"),
        ({"__outside": b"x"}, "not allowed"),
    ],
)
def test_a_package_that_was_touched_is_refused(
    package: Path, other: Settings, changes: dict[str, bytes | None], message: str
) -> None:
    touched = rebuilt(package, package.with_name("touched.xsmodel"), **changes)
    with pytest.raises(InputError, match=message):
        install(other, touched)
    assert [path.name for path in other.project.rglob("*") if path.is_file()] == ["scoring.yml"]


def test_a_package_signed_by_somebody_else_needs_that_ones_trust(
    package: Path, other: Settings, delivered: Toy, tmp_path: Path
) -> None:
    install(other, package, trusted=read_package(package).signer)
    shutil.rmtree(other.project / "models" / MODEL)
    stranger = Settings(project=delivered.project, home=tmp_path / "stranger", threads=1, memory_limit="1GiB")
    theirs = pack(stranger, MODEL, tmp_path / "theirs.xsmodel", now=NOW)
    assert read_package(theirs).public == public_text(own_key(stranger)) != read_package(package).public
    assert (stranger.home / "keys" / "own.pem").stat().st_mode & 0o077 == 0
    with pytest.raises(UsageError, match="nobody here trusts"):
        install(other, theirs)


def test_broken_zips_are_refused(tmp_path: Path, package: Path) -> None:
    broken = tmp_path / "broken.xsmodel"
    broken.write_bytes(package.read_bytes()[:2000])
    with pytest.raises(InputError, match="damaged"):
        read_package(broken)
    with pytest.raises(InputError, match="no such package"):
        read_package(tmp_path / "none.xsmodel")


def test_clashes_are_listed_and_nothing_is_overwritten(package: Path, delivered: Toy) -> None:
    with pytest.raises(ProblemsFound, match="a model of this name stands here"):
        install(delivered.settings, package)
    shutil.rmtree(delivered.project / "models" / MODEL)
    delivered.edit("data_contracts/toy/reading.yml", "name: litres,", "name: liters,")
    delivered.edit("sql/marts/subject_station.sql", "min(name)", "max(name)")
    with pytest.raises(ProblemsFound, match="lacks litres") as error:
        install(delivered.settings, package)
    assert "another definition stands here" in str(error.value)
    assert not (delivered.project / "models" / MODEL).exists()
    assert "max(name)" in (delivered.project / "sql" / "marts" / "subject_station.sql").read_text(encoding="utf-8")


def test_an_own_contract_that_offers_more_is_kept(package: Path, delivered: Toy) -> None:
    shutil.rmtree(delivered.project / "models" / MODEL)
    delivered.edit(
        "data_contracts/toy/reading.yml",
        "      - {name: litres,",
        "      - {name: remark, businessName: 备注, semanticType: text, logicalType: string, classification: L1}\n"
        "      - {name: litres,",
    )
    done = install(delivered.settings, package)
    assert "data_contracts/toy/reading.yml" in done.kept
    assert "remark" in (delivered.project / "data_contracts" / "toy" / "reading.yml").read_text(encoding="utf-8")


MAPPING = """
id: site_b
title: 乙市系统
rules: [late]
inputs:
  toy.reading:
    from: toy.claim
    collapse: [shop, sold_on]
    columns: {station_id: shop, read_date: sold_on, litres: sum(volume)}
  toy.declaration:
    from: null
"""


def site(other: Settings, package: Path, tmp_path: Path) -> Settings:
    """The other office has its own table of claims, under other column names, and installs with a mapping."""
    source = Path(__file__).parent / "toy_project"
    for unit in ("data_contracts", "assets"):
        (other.project / unit / "toy").mkdir(parents=True)
        shutil.copy(source / unit / "toy" / "claim.yml", other.project / unit / "toy" / "claim.yml")
    file = tmp_path / "site_b.yml"
    file.write_text(MAPPING, encoding="utf-8")
    done = install(other, package, trusted=read_package(package).signer, mapping=file)
    assert done.mapping == "site_b" and done.missing_data == ("toy.claim",)
    data = tmp_path / "claims.csv"
    rows = [f"C{number},SHOP{number % 3},2025-0{1 + number % 6}-05,{10 + number}" for number in range(30)]
    data.write_text("claim_no,shop,sold_on,volume\n" + "\n".join(rows) + "\n", encoding="utf-8")
    ingest(other, data, dataset="toy.claim", received=date(2026, 1, 31), now=NOW)
    return other


def test_another_site_under_other_column_names_reports(package: Path, other: Settings, tmp_path: Path) -> None:
    settings = site(other, package, tmp_path)
    report = validate(settings, MODEL, "乙市", mapping="site_b", now=datetime(2026, 3, 1, tzinfo=UTC))
    assert (report.cases_failed, report.clues, report.mapping) == (0, 3, "site_b")
    assert [(rule.rule, rule.hits) for rule in report.rules] == [("late", 6)]
    [cover] = report.inputs
    assert (cover.dataset, cover.source, cover.rows) == ("toy.reading", "toy.claim", 30)
    assert cover.empty == {"claim_no": 0.0, "shop": 0.0, "sold_on": 0.0, "volume": 0.0}
    files = write_report(report, tmp_path / "reports")
    assert json.loads(files[0].read_text(encoding="utf-8"))["site"] == "乙市"
    page = site_page(report)
    assert "全部通过" in page and "SHOP" not in page
    assert not any(clue in files[0].read_text(encoding="utf-8") for clue in _clues(settings))


def _clues(settings: Settings) -> list[str]:
    return list(list_clues(settings, MODEL, mapping="site_b")["clue_id"])


def test_the_report_is_what_the_sender_needs_for_the_next_step(
    package: Path, other: Settings, delivered: Toy, tmp_path: Path
) -> None:
    report = validate(site(other, package, tmp_path), MODEL, "乙市", mapping="site_b")
    file, _ = write_report(report, tmp_path / "reports")
    paper = tmp_path / "paper.txt"
    paper.write_text("记录", encoding="utf-8")
    advance(delivered.settings, MODEL, "data_verified", Step("甲", (paper,)))
    advance(delivered.settings, MODEL, "rules_reviewed", Step("乙", (paper,)))
    entry = advance(delivered.settings, MODEL, "cross_site_validated", Step("丙", (file,)))
    assert entry.evidence[-1].facts["site"] == "乙市"


def test_a_mapping_that_does_not_fit_leaves_the_project_alone(package: Path, other: Settings, tmp_path: Path) -> None:
    file = tmp_path / "site_b.yml"
    file.write_text(MAPPING, encoding="utf-8")  # toy.claim has no contract there
    with pytest.raises(ProblemsFound, match="does not work here"):
        install(other, package, trusted=read_package(package).signer, mapping=file)
    assert not (other.project / "models" / MODEL).exists()


def test_a_copy_with_renamed_columns_is_recognised(delivered: Toy) -> None:
    assert resemblances(delivered.project, MODEL) == []
    copied = delivered.project / "models" / "copied_model"
    shutil.copytree(delivered.project / "models" / MODEL, copied)
    shutil.rmtree(copied / "mappings")
    for path in copied.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8").replace("id: toy_model", "id: copied_model")
            path.write_text(text.replace("gap_l", "shortfall").replace("read_l", "seen"), encoding="utf-8")
    found = {(item.rule, item.other): item for item in resemblances(delivered.project, "copied_model")}
    assert set(found) == {("copied_model.late", "toy_model.late"), ("copied_model.volume", "toy_model.volume")}
    assert all(item.likeness == "same" and item.columns == 1.0 for item in found.values())

    path = copied / "rules" / "late" / "hits.sql"
    text = path.read_text(encoding="utf-8").replace("toy.reading", "toy.claim")
    for old, new in (("r.station_id", "r.shop"), ("r.read_date", "r.sold_on"), ("r.litres", "r.volume")):
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    found = {(item.rule, item.other): item for item in resemblances(delivered.project, "copied_model")}
    late = found["copied_model.late", "toy_model.late"]
    assert (late.likeness, late.shape, late.joins) == ("renamed", 1.0, 0.0)

    path.write_text("SELECT (", encoding="utf-8")
    with pytest.raises(InputError, match="does not bind"):
        resemblances(delivered.project, "copied_model")


def test_the_commands_speak(
    delivered: Toy, other: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--home", str(delivered.settings.home), "--project", str(delivered.project)]
    there = ["--home", str(other.home), "--project", str(other.project)]
    file = tmp_path / "m.xsmodel"
    assert main([*here, "model", "pack", MODEL, "--out", str(file), "--no-sample", "--json"]) == 0
    signer = json.loads(capsys.readouterr().out)["signer"]
    assert main([*there, "model", "install", str(file)]) == 2
    assert signer in capsys.readouterr().err
    assert main([*there, "model", "install", str(file), "--trust", signer]) == 0
    assert "nothing delivered yet: toy.reading" in capsys.readouterr().out
    assert main([*there, "model", "install", str(file)]) == 1
    assert main([*here, "model", "validate", MODEL, "--site", "甲市"]) == 0
    assert (delivered.settings.home / "exports" / "site" / f"{MODEL}-甲市.html").is_file()
    assert main([*here, "model", "novelty", MODEL]) == 0


def signed_anew(settings: Settings, path: Path, target: Path, name: str, content: bytes) -> Path:
    """The package with one more file, listed and signed by its maker: a signer who is trusted and means harm."""
    with zipfile.ZipFile(path) as old:
        files = {item: old.read(item) for item in old.namelist()}
    manifest = json.loads(files["manifest.json"])
    files[name], manifest["files"][name] = content, hashlib.sha256(content).hexdigest()
    key, text = own_key(settings), canonical_json(manifest).encode("utf-8")
    files["manifest.json"] = text
    signature = {"algorithm": "Ed25519", "public_key": public_text(key), "signature": sign(key, text)}
    files["signature.json"] = canonical_json(signature).encode("utf-8")
    with zipfile.ZipFile(target, "w") as new:
        for item, data in files.items():
            new.writestr(item, data)
    return target


@pytest.mark.parametrize(
    "name",
    [
        "project/models/scoring.yml",
        "project/models/other_model/model.yml",
        "project/models/toy_model/lifecycle.jsonl",
        "project/models/toy_model/mappings/here.yml",
        "project/models/toy_model/.hidden",
        "project/.git/hooks/pre-commit",
        "project/src/xiansuo/run.py",
        "project/assets/toy/run.py",
    ],
)
def test_a_signed_file_still_goes_nowhere_but_where_it_belongs(
    package: Path, other: Settings, delivered: Toy, name: str
) -> None:
    before = (other.project / "models" / "scoring.yml").read_bytes()
    bad = signed_anew(delivered.settings, package, package.with_name("bad.xsmodel"), name, b"x: 1\n")
    with pytest.raises(InputError, match="does not belong there") as error:
        install(other, bad, trusted=read_package(package).signer)
    assert error.value.field == name
    assert (other.project / "models" / "scoring.yml").read_bytes() == before


def test_two_spellings_of_one_path_and_damaged_members_are_refused(package: Path, tmp_path: Path) -> None:
    doubled = rebuilt(package, tmp_path / "doubled.xsmodel", **{"project__.__README_dot_md": b"x"})
    with pytest.raises(InputError, match="not allowed"):
        read_package(doubled)
    with zipfile.ZipFile(package) as archive:
        info = archive.getinfo("README.md")
    content = bytearray(package.read_bytes())
    start = info.header_offset + 30 + len("README.md")
    content[start : start + 8] = b"\xff" * 8
    damaged = tmp_path / "damaged.xsmodel"
    damaged.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        read_package(damaged)
    packed = tmp_path / "lzma.xsmodel"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("manifest.json", "{}")
    with pytest.raises(InputError, match="packed in another way"):
        read_package(packed)


def test_a_published_model_travels_as_a_draft_without_links(
    package: Path, delivered: Toy, other: Settings, tmp_path: Path
) -> None:
    folder = delivered.project / "models" / MODEL
    text = (folder / "model.yml").read_text(encoding="utf-8")
    signed = 'certified_by_business: "李某"\ncertified_by_digital: "赵某"\n'
    text = text.replace("status: draft", "status: published") + signed
    (folder / "model.yml").write_text(text, encoding="utf-8")
    opened = read_package(pack(delivered.settings, MODEL, tmp_path / "published.xsmodel", now=NOW))
    spec = opened.files[f"project/models/{MODEL}/model.yml"].decode()
    assert "status: draft" in spec and "李某" not in spec
    assert install(other, tmp_path / "published.xsmodel", trusted=opened.signer).cases > 5
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to(tmp_path / "secret.txt")
    linked = read_package(pack(delivered.settings, MODEL, tmp_path / "linked.xsmodel", now=NOW))
    assert f"project/models/{MODEL}/README.md" not in linked.files


def test_a_mapping_that_is_not_there_and_a_site_that_is_a_path_are_refused(
    package: Path, other: Settings, delivered: Toy, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="no such mapping"):
        install(other, package, trusted=read_package(package).signer, mapping=tmp_path / "none.yml")
    with pytest.raises(UsageError, match="becomes a file's name"):
        validate(delivered.settings, MODEL, "../../elsewhere")


def test_a_damaged_key_is_named(tmp_path: Path) -> None:
    home = Settings(project=tmp_path, home=tmp_path / "home", threads=1, memory_limit="1GiB")
    (tmp_path / "home" / "keys").mkdir(parents=True)
    (tmp_path / "home" / "keys" / "own.pem").write_text("no key", encoding="utf-8")
    with pytest.raises(InputError, match="not an Ed25519 key"):
        own_key(home)
