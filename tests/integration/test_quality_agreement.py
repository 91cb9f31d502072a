"""Great Expectations and the ingest gate count alike: two executions of one contract over the same bad rows."""

import random
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from xiansuo.contracts.casting import bits, cast_query
from xiansuo.contracts.load import load_contract
from xiansuo.contracts.model import Contract
from xiansuo.core.naming import quote_ident
from xiansuo.core.semantic import SEMANTIC_TYPES
from xiansuo.quality.audit import AUDITED, audit_table
from xiansuo.quality.expectations import TEXT_SUFFIX, plan

# Great Expectations imports deprecated modules of the standard library
pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("ignore")]
ROOT = Path(__file__).resolve().parents[2]
ROWS = 400
CONTRACTS = ["fuel/vat_invoice", "medins/setl_d", "person/custody"]


def seeded_rows(contract: Contract, rng: random.Random) -> list[list[str | None]]:
    """Rows that mix good values, wrong ones, blanks and junk, column by column."""
    pools = []
    for column in contract.columns:
        kind = SEMANTIC_TYPES[column.semantic]
        good = list(column.enum) or [text for text, _ in kind.good]
        pools.append([*good, *good, *kind.bad, "", None, "乱码", "-1", "999999999"])
    return [[rng.choice(pool) for pool in pools] for _ in range(ROWS)]


def stage(database: Path, contract: Contract, rows: list[list[str | None]]) -> dict[str, int]:
    """Write the staged table GX reads; returns what the gate counts, check by check."""
    names = [column.name for column in contract.columns]
    with duckdb.connect(str(database)) as con:
        con.execute(f"CREATE TABLE delivered ({', '.join(f'{quote_ident(n)} VARCHAR' for n in names)})")
        con.executemany(f"INSERT INTO delivered VALUES ({', '.join('?' * len(names))})", rows)
        texts = ", ".join(f"nullif(trim(d.{quote_ident(n)}), '') AS {quote_ident(n + TEXT_SUFFIX)}" for n in names)
        con.execute(f"CREATE TABLE cast_rows AS {cast_query(contract, 'delivered')}")
        con.execute(
            f"CREATE TABLE {AUDITED} AS SELECT c.*, {texts} FROM delivered d JOIN cast_rows c ON d.rowid = c.rowid"
        )
        counted = {}
        for check in bits(contract):
            found = con.execute(f"SELECT count(*) FROM cast_rows WHERE (_failed >> {check.bit}) & 1 = 1").fetchone()
            counted[check.code] = found[0] if found else 0
    return counted


@pytest.mark.parametrize("name", CONTRACTS)
def test_great_expectations_and_the_gate_agree_rule_by_rule(name: str, tmp_path: Path) -> None:
    contract = load_contract(ROOT / "data_contracts" / f"{name}.yml")
    database = tmp_path / "staged.duckdb"
    gate = stage(database, contract, seeded_rows(contract, random.Random(20261122)))
    planned = plan(contract, staged=True)
    audited = {check.code: check.unexpected for check in audit_table(database, AUDITED, planned, ROWS)}
    assert audited == gate
    assert sum(count > 0 for count in gate.values()) >= len(gate) // 2, "the seeded rows must break most rules"


def test_an_audit_holds_counts_and_no_values(tmp_path: Path) -> None:
    contract = load_contract(ROOT / "data_contracts" / "person" / "custody.yml")
    database = tmp_path / "staged.duckdb"
    rows = seeded_rows(contract, random.Random(1))
    stage(database, contract, rows)
    text = repr(audit_table(database, AUDITED, plan(contract, staged=True), ROWS))
    values = {value for row in rows for value in row if value and len(value) > 6 and not value.isascii()}
    assert values and not [value for value in values if value in text]


def test_an_audit_runs_in_a_process_whose_main_module_has_no_file(tmp_path: Path) -> None:
    """There pyspark, where it is installed, may end the process during the import of Great Expectations."""
    contract = load_contract(ROOT / "data_contracts" / "person" / "custody.yml")
    database = tmp_path / "staged.duckdb"
    stage(database, contract, seeded_rows(contract, random.Random(1)))
    program = (
        "import sys; from pathlib import Path; from xiansuo.contracts.load import load_contract;"
        "from xiansuo.quality.audit import AUDITED, audit_table; from xiansuo.quality.expectations import plan;"
        f"contract = load_contract(Path({str(ROOT)!r}) / 'data_contracts/person/custody.yml');"
        f"print(len(audit_table(Path({str(database)!r}), AUDITED, plan(contract, staged=True), {ROWS})) > 0)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error::FutureWarning", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout.endswith("True\n"), done.stderr
