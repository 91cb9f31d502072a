"""Evidence against the vault: every row is read again, and a changed byte fails exactly the clues resting on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy import READINGS, Toy

from xiansuo.clues.query import get_clue, list_clues
from xiansuo.clues.run import run_model
from xiansuo.clues.verify import verify
from xiansuo.core.errors import UsageError
from xiansuo.ingest.pipeline import ingest
from xiansuo.ingest.receipts import Receipt, receipts


@pytest.fixture
def two_files(tmp_path: Path) -> Toy:
    """Readings of S1 in one file, those of the other stations in another."""
    toy = Toy(tmp_path)
    toy.deliver_all([row for row in READINGS if row[0] != "S1"])
    toy.deliver("toy.reading", [row for row in READINGS if row[0] == "S1"])
    run_model(toy.settings, "toy_model")
    return toy


OF_S1 = sum(row[0] == "S1" for row in READINGS)


def readings_receipt(toy: Toy, *, of_s1: bool) -> Receipt:
    return next(item for item in receipts(toy.settings, "toy.reading") if (item.rows_lake == OF_S1) == of_s1)


def vault_file(toy: Toy, *, of_s1: bool) -> Path:
    sha = readings_receipt(toy, of_s1=of_s1).files[0]["sha256"]
    found = [path for path in toy.settings.vault.rglob(f"*{sha}*") if path.is_file()]
    assert len(found) == 1
    return found[0]


def flip_last_digit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    place = max(index for index, byte in enumerate(data) if byte in b"0123456789")
    data[place] ^= 1
    path.chmod(0o644)
    path.write_bytes(bytes(data))


def test_untouched_vault_verifies_every_row(two_files: Toy) -> None:
    report = verify(two_files.settings)
    clues = list_clues(two_files.settings, "toy_model")
    assert report.clues == len(clues) == 3
    assert report.failed == () and report.failures == ()
    assert report.evidence_rows == clues["evidence_count"].sum()


def test_flipped_byte_fails_exactly_the_clues_on_that_file(two_files: Toy) -> None:
    flip_last_digit(vault_file(two_files, of_s1=True))
    report = verify(two_files.settings)
    clue = list_clues(two_files.settings, "toy_model").filter(subject_id="S1")["clue_id"].to_list()
    assert list(report.failed) == clue
    assert [failure.dataset for failure in report.failures] == ["toy.reading"]


def test_flipped_byte_elsewhere_leaves_a_clue_alone(two_files: Toy) -> None:
    flip_last_digit(vault_file(two_files, of_s1=False))
    clue = list_clues(two_files.settings, "toy_model").filter(subject_id="S1")["clue_id"].to_list()
    assert verify(two_files.settings, clue).failed == ()
    others = set(list_clues(two_files.settings, "toy_model")["clue_id"]) - {*clue}
    assert set(verify(two_files.settings).failed) == others


def test_unknown_clue_is_refused(two_files: Toy) -> None:
    with pytest.raises(UsageError):
        verify(two_files.settings, ["0" * 20])


def test_withdrawn_clue_still_verifies_at_the_version_it_was_found(two_files: Toy) -> None:
    first = readings_receipt(two_files, of_s1=False).delivery_id
    two_files.deliver("toy.reading", [row for row in READINGS if row[0] == "S2"], corrects=first)
    result = run_model(two_files.settings, "toy_model")
    assert result.counts["clues_withdrawn"] == 2
    assert verify(two_files.settings).failed == ()


def test_mapped_evidence_is_every_delivered_row_and_verifies(two_files: Toy) -> None:
    rows = [[f"N{day}{part}", "X1", f"2025-03-{day:02}", 10] for day in range(1, 11) for part in "abc"]
    two_files.deliver("toy.claim", rows)
    result = run_model(two_files.settings, "toy_model", mapping="elsewhere")
    assert result.counts["clues"] == 1 and result.counts["evidence_rows"] == 30
    clue = list_clues(two_files.settings, "toy_model", mapping="elsewhere").to_dicts()[0]
    assert clue["subject_id"] == "X1" and clue["subject_name"] is None and float(clue["amount"]) == 600.0
    evidence = get_clue(two_files.settings, clue["clue_id"]).evidence
    assert {row["dataset"] for row in evidence} == {"toy.claim"} and len(evidence) == 30
    assert verify(two_files.settings, [clue["clue_id"]]).failed == ()
    assert len(list_clues(two_files.settings, "toy_model")) == 3


def test_the_same_bytes_refused_later_change_neither_verification_nor_source(two_files: Toy) -> None:
    good = readings_receipt(two_files, of_s1=True)
    folder = two_files.letters / "again"
    folder.mkdir()
    (folder / "data.csv").write_bytes(vault_file(two_files, of_s1=True).read_bytes())
    (folder / "delivery.yml").write_text("corrects: nobody\nfiles: [{name: data.csv, rows: 1}]\n")
    assert ingest(two_files.settings, folder, dataset="toy.reading").status == "refused"
    clue = list_clues(two_files.settings, "toy_model").filter(subject_id="S1")["clue_id"][0]
    assert verify(two_files.settings, [clue]).failed == ()
    sources = {source["dataset"]: source["delivery_id"] for source in get_clue(two_files.settings, clue).sources}
    assert sources["toy.reading"] == good.delivery_id


def test_the_same_bytes_read_another_way_later_leave_the_withdrawn_clue_verifiable(two_files: Toy) -> None:
    """The correction reads the file with other options; each row is compared as its own delivery was read."""
    first = readings_receipt(two_files, of_s1=True)
    folder = two_files.letters / "again"
    folder.mkdir()
    (folder / "data.csv").write_bytes(vault_file(two_files, of_s1=True).read_bytes())
    (folder / "delivery.yml").write_text(
        f"corrects: {first.delivery_id}\nreader: {{footer_patterns: ['^S1']}}\nfiles: [{{name: data.csv, rows: 0}}]\n"
    )
    assert ingest(two_files.settings, folder, dataset="toy.reading").status == "accepted"
    assert run_model(two_files.settings, "toy_model").counts["clues_withdrawn"] == 1
    assert verify(two_files.settings).failed == ()


def test_a_clue_that_rests_on_nothing_fails(two_files: Toy) -> None:
    for rule in ("volume", "late"):
        file = two_files.project / f"models/toy_model/rules/{rule}/evidence.sql"
        file.write_text(file.read_text(encoding="utf-8").replace("h.subject_id", "'nobody'"), encoding="utf-8")
    toy_run = run_model(two_files.settings, "toy_model")
    assert toy_run.counts["clues"] == 3
    report = verify(two_files.settings)
    assert len(report.failed) == 3 and report.failures[0].reason == "the clue names no evidence row"
