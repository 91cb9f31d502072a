"""The synthetic city: identifiers are valid, people are distinct, the same seed gives the same city."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from xiansuo.core.errors import InputError
from xiansuo.synth import ids, junk, merge, shared, spelling
from xiansuo.synth.spec import ColumnSpec, TableSpec
from xiansuo.synth.truth import DomainOutput, TruthCase, case_table, row_table
from xiansuo.synth.world import ANNEXES, World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(3_000, seed=7)


def column(name: str, semantic: str, *, key: bool = False) -> ColumnSpec:
    return ColumnSpec(name, name, semantic, key, key, (), False)


def table(*columns: ColumnSpec, dataset: str = "person.x", mode: str = "append") -> TableSpec:
    return TableSpec(dataset, dataset, columns, 0.05, "某局", mode, "yearly")


def naive_id_check(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], ids.ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17]


def naive_uscc_check(code: str) -> bool:
    total = sum(ids.USCC_ALPHABET.index(c) * w for c, w in zip(code[:17], ids.USCC_WEIGHTS, strict=True))
    return ids.USCC_ALPHABET[(31 - total % 31) % 31] == code[17]


def test_id_numbers_carry_birth_sex_and_a_right_check_digit(world: World) -> None:
    for row in world.persons.head(500).iter_rows(named=True):
        number = row["id_number"]
        assert naive_id_check(number)
        assert number[6:14] == row["birth"].strftime("%Y%m%d")
        assert (int(number[16]) % 2 == 1) == (row["gender"] == "1")


def test_known_vectors_hold() -> None:
    assert naive_id_check("11010519491231002X") and naive_uscc_check("91330100799655058B")
    made = ids.id_numbers(*(pl.Series([v]).to_numpy().astype("U8") for v in ("110105", "19491231", "2")))
    assert naive_id_check(str(made[0]))
    assert ids.to_fifteen("11010519491231002X") == "110105491231002"


def test_everybody_and_every_company_is_one_of_a_kind(world: World) -> None:
    people = pl.concat([world.persons, world.bystanders])
    assert people["id_number"].n_unique() == people["phone"].n_unique() == 3_000
    companies = pl.concat([world.companies, world.former_companies.drop("cancel_date")])
    assert companies["uscc"].n_unique() == companies["name"].n_unique() == companies.height
    assert all(naive_uscc_check(code) for code in companies["uscc"])


def test_names_hold_four_byte_characters_and_middle_dots(world: World) -> None:
    names = world.persons["name"].to_list()
    assert any(ord(letter) > 0xFFFF for name in names for letter in name)
    assert any("·" in name for name in names)


def test_the_same_seed_gives_the_same_city_and_another_seed_another() -> None:
    first, again, other = make_world(500, seed=3), make_world(500, seed=3), make_world(500, seed=4)
    assert first.persons.equals(again.persons) and first.companies.equals(again.companies)
    assert not first.persons.equals(other.persons)


def test_cert_and_medins_share_no_person_and_no_company(world: World) -> None:
    cert, medins, fuel = world.share("cert"), world.share("medins"), world.share("fuel")
    assert cert.persons.join(medins.persons, on="id_number").is_empty()
    assert cert.companies.join(medins.companies, on="uscc").is_empty()
    assert cert.companies.join(fuel.companies, on="uscc").is_empty()
    assert cert.persons.height + medins.persons.height == world.persons.height


def test_annexes_bring_people_and_companies_nobody_else_has(world: World) -> None:
    annexes = [world.annex(name, persons=900, companies=200) for name in ANNEXES]
    people = pl.concat([world.persons, world.bystanders, *(annex.persons for annex in annexes)])
    companies = pl.concat([world.companies, *(annex.companies for annex in annexes)])["uscc"]
    assert people["id_number"].is_unique().all()
    assert all(naive_id_check(number) for number in people["id_number"].sample(200, seed=1))
    assert companies.is_unique().all()
    assert all(annex.persons.height == 900 and annex.companies.height > 150 for annex in annexes)
    assert set(annexes[0].companies["legal_rep_id"]) <= set(annexes[0].persons["id_number"])


def test_only_bystanders_die_are_detained_or_travel(world: World) -> None:
    tables = shared.build(world).tables
    for dataset in ("person.death", "person.custody", "person.exit_entry"):
        assert tables[dataset].height > 0
        assert tables[dataset].join(world.persons, on="id_number").is_empty()
    assert tables["person.death"].join(tables["person.exit_entry"], on="id_number").is_empty()


def test_plates_and_codes_do_not_repeat(world: World) -> None:
    assert len(set(ids.plates(world.rng("p"), 20_000))) == 20_000
    assert ids.serial_codes("A", 2).tolist() == ["A00000001", "A00000002"]


def test_days_stay_between_their_bounds(world: World) -> None:
    days = ids.dates_between(world.rng("d"), date(2025, 3, 1), date(2025, 3, 3), 300)
    assert sorted(days.unique().to_list()) == [date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 3)]


def test_money_may_gain_separators_but_keeps_its_digits(world: World) -> None:
    amounts = pl.Series("m", ["1234567.50", "-3456.10", "12.00", None] * 400)
    spelled = spelling.spell(pl.DataFrame({"m": amounts}), table(column("m", "money.yuan")), world.rng("m"), dirty=True)
    back = spelled["m"].str.replace_all("[,￥]", "")
    assert back.to_list() == amounts.to_list()
    assert {"1,234,567.50", "-3,456.10"} <= set(spelled["m"].to_list())


def test_dates_come_in_three_styles_and_stay_the_same_days(world: World) -> None:
    days = ids.dates_between(world.rng("d"), date(2025, 1, 1), date(2025, 12, 31), 400).alias("d")
    spelled = spelling.spell(days.to_frame(), table(column("d", "date")), world.rng("s"), dirty=True)["d"]
    digits = spelled.str.replace_all(r"\D", "")
    assert digits.to_list() == days.dt.strftime("%Y%m%d").to_list()
    assert spelled.str.replace_all(r"\d", "").n_unique() == 3


def test_floats_are_written_without_exponents() -> None:
    assert spelling.plain(pl.Series([1.5, 2.0, 100.0, 26230.09, 1e-7, None])).to_list() == [
        "1.5",
        "2",
        "100",
        "26230.09",
        "0",
        None,
    ]


def test_unreadable_copies_never_keep_the_key_of_their_original(world: World) -> None:
    spec = table(column("no", "code", key=True), column("id_number", "cn.id_number"))
    frame = world.persons.select(pl.int_range(pl.len()).cast(pl.String).alias("no"), "id_number")
    bad = junk.junk_rows(frame, spec, world.rng("j"))
    assert bad.height == int(frame.height * junk.JUNK_SHARE) + 1
    assert bad.join(frame, on="no").is_empty()
    assert bad["id_number"].str.contains(r"^\d\.\d{5}E\+17$").all()


def test_small_tables_get_no_unreadable_rows(world: World) -> None:
    spec = table(column("id_number", "cn.id_number", key=True))
    assert junk.junk_rows(world.persons.select("id_number").head(50), spec, world.rng("j")).is_empty()


def test_a_domain_row_replaces_the_shared_row_of_its_key() -> None:
    spec = table(column("k", "code", key=True), column("v", "code"), dataset="a.b")
    background = DomainOutput({"a.b": pl.DataFrame({"k": ["1", "2"], "v": ["s", "s"]})})
    domain = DomainOutput({"a.b": pl.DataFrame({"k": ["2"], "v": ["d"]})})
    merged = merge.merge({"a.b": spec}, background, {"x": domain})["a.b"]
    assert merged.sort("k").rows() == [("1", "s"), ("2", "d")]


def test_two_domains_that_contradict_each_other_are_named() -> None:
    spec = table(column("k", "code", key=True), column("v", "code"), dataset="a.b")
    one, two = (DomainOutput({"a.b": pl.DataFrame({"k": ["1"], "v": [v]})}) for v in "ab")
    with pytest.raises(InputError, match="share their key"):
        merge.merge({"a.b": spec}, DomainOutput({}), {"x": one, "y": two})
    assert merge.merge({"a.b": spec}, DomainOutput({}), {"x": one, "y": one})["a.b"].height == 1


def test_unknown_datasets_and_columns_are_refused() -> None:
    spec = table(column("k", "code", key=True), dataset="a.b")
    with pytest.raises(InputError, match="no contract"):
        merge.merge({}, DomainOutput({"a.b": pl.DataFrame({"k": ["1"]})}), {})
    with pytest.raises(InputError, match="columns the contract lacks"):
        merge.merge({"a.b": spec}, DomainOutput({"a.b": pl.DataFrame({"z": ["1"]})}), {})


def case(case_id: str) -> TruthCase:
    day = date(2025, 5, 1)
    rows = [("a.b", {"k": 1, "d": day})]
    return TruthCase(case_id, "m", "r", "violation", "A", "plain", False, "s", day, day, rows=rows)


def test_truth_tables_keep_cases_and_rows_and_refuse_a_repeated_id() -> None:
    assert case_table([case("2"), case("1")])["case_id"].to_list() == ["1", "2"]
    assert row_table([case("1")]).row(0) == ("1", "a.b", '{"d":"2025-05-01","k":1}')
    with pytest.raises(InputError, match="share one case id"):
        case_table([case("1"), case("1")])
