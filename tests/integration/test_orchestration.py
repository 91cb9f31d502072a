"""Dagster over the real unit folders: the graph, blocking publication, sensor, retry, pools."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from toy import Toy

from xiansuo.contracts.load import load_contracts
from xiansuo.core.settings import Settings
from xiansuo.ingest.receipts import receipts
from xiansuo.lake.delta import Lake
from xiansuo.orchestration.datasets import dataset_key, delivery_partitions
from xiansuo.orchestration.definitions import build_defs
from xiansuo.supervision.load import load_models
from xiansuo.supervision.mart_files import load_marts

pytestmark = pytest.mark.integration
ROOT = Path(__file__).resolve().parents[2]
DATASET = "person.death"
HEADER = "身份证号,姓名,死亡日期,信息来源,证明编号\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


def deliver(home: Path, name: str, text: str) -> None:
    folder = home / "landing" / DATASET / name
    folder.mkdir(parents=True)
    (folder / "deaths.csv").write_text(text, encoding="utf-8")
    (folder / "_SUCCESS").touch()


def good_file() -> str:
    contract = load_contracts(ROOT)[DATASET]
    header = ",".join(column.title for column in contract.columns)
    values = {
        "id_number": "11010519491231002X",
        "name": "测试",
        "death_date": "2025-03-01",
        "source_kind": contract.column("source_kind").enum[0],
        "certificate_no": "S0001",
    }
    return header + "\n" + ",".join(values[column.name] for column in contract.columns) + "\n"


def materialise(defs: dg.Definitions, instance: dg.DagsterInstance, partition: str) -> dg.ExecuteInProcessResult:
    instance.add_dynamic_partitions(delivery_partitions(DATASET).name, [partition])
    asset = defs.resolve_asset_graph().get(dataset_key(DATASET)).assets_def
    return dg.materialize(
        [asset],
        instance=instance,
        partition_key=partition,
        raise_on_error=False,
    )


def test_every_unit_on_disk_is_an_asset_with_a_chinese_description(home: Path) -> None:
    defs = build_defs(ROOT, home=home)
    graph = defs.resolve_asset_graph()
    units = {*load_contracts(ROOT), *load_marts(ROOT), *(f"models.{name}" for name in load_models(ROOT))}
    assert {".".join(key.path) for key in graph.materializable_asset_keys} == units
    for key in graph.materializable_asset_keys:
        description = graph.get(key).description or ""
        assert any("一" <= sign <= "鿿" for sign in description), key


def test_lineage_runs_from_datasets_through_marts_to_models(home: Path) -> None:
    graph = build_defs(ROOT, home=home).resolve_asset_graph()
    model = graph.get(dg.AssetKey(["models", "fuel_tax"]))
    assert dataset_key("fuel.totalizer_read") in model.parent_keys
    assert dataset_key("marts.subject_entity") in model.parent_keys
    assert dataset_key("entity.company") in graph.get(dataset_key("marts.subject_entity")).parent_keys


def test_a_good_delivery_is_published_and_its_check_passes(home: Path, instance: dg.DagsterInstance) -> None:
    deliver(home, "d1", good_file())
    result = materialise(build_defs(ROOT, home=home), instance, "d1")
    assert result.success
    assert [check.passed for check in result.get_asset_check_evaluations()] == [True]
    assert [receipt.rows_lake for receipt in receipts(Settings.discover(project=ROOT, home=home))] == [1]


def test_a_refused_delivery_fails_the_blocking_check_and_publishes_nothing(
    home: Path, instance: dg.DagsterInstance
) -> None:
    deliver(home, "bad", "编号,别的\n1,2\n")
    result = materialise(build_defs(ROOT, home=home), instance, "bad")
    assert not result.success
    assert [check.passed for check in result.get_asset_check_evaluations()] == [False]
    assert not result.get_asset_materialization_events()
    assert not Lake(Settings.discover(project=ROOT, home=home)).dataset(DATASET).exists()


def test_the_same_delivery_after_repair_succeeds_on_retry(home: Path, instance: dg.DagsterInstance) -> None:
    deliver(home, "d1", "编号,别的\n1,2\n")
    defs = build_defs(ROOT, home=home)
    assert not materialise(defs, instance, "d1").success
    shutil.rmtree(home / "landing" / DATASET / "d1")
    deliver(home, "d1", good_file())
    assert materialise(defs, instance, "d1").success


def test_the_sensor_asks_for_one_run_per_complete_delivery(home: Path, instance: dg.DagsterInstance) -> None:
    deliver(home, "d1", good_file())
    unfinished = home / "landing" / DATASET / "d2"
    unfinished.mkdir()
    (unfinished / "deaths.csv").write_text(good_file(), encoding="utf-8")
    defs = build_defs(ROOT, home=home)
    sensor = defs.resolve_sensor_def("landing")
    with dg.build_sensor_context(
        instance=instance,
        resources={"xiansuo": defs.resources["xiansuo"]},
    ) as context:
        first = sensor(context)
        assert [request.partition_key for request in first.run_requests] == ["d1"]
        assert first.dynamic_partitions_requests
    with dg.build_sensor_context(
        instance=instance,
        resources={"xiansuo": defs.resources["xiansuo"]},
        cursor=first.cursor,
    ) as context:
        assert not sensor(context).run_requests


def test_every_written_table_has_a_pool_of_its_own(home: Path) -> None:
    defs = build_defs(ROOT, home=home)
    graph = defs.resolve_asset_graph()
    pools = [next(iter(graph.get(key).assets_def.node_def.pools)) for key in graph.materializable_asset_keys]
    assert len(pools) == len(set(pools))


def test_schedules_come_from_the_file(home: Path) -> None:
    defs = build_defs(ROOT, home=home)
    assert {schedule.name for schedule in defs.schedules or []} == {"nightly_models", "monthly_fuel_tax"}
    for schedule in defs.schedules or []:
        assert schedule.execution_timezone == "Asia/Shanghai"


def test_the_whole_repository_resolves(home: Path) -> None:
    dg.Definitions.validate_loadable(build_defs(ROOT, home=home))


def test_a_materialised_mart_and_model_tell_dagster_where_their_columns_come_from(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    toy = Toy(tmp_path)
    toy.deliver("toy.station", [["S1", "一站", "330106"]])
    toy.deliver("toy.reading", [["S1", "2025-03-01", "900"]])
    toy.deliver("toy.declaration", [["S2", "2025-03-01", "900", ""]])
    defs = build_defs(toy.project, home=toy.settings.home)
    assets = [defs.get_assets_def(key) for key in (["marts", "subject_station"], ["models", "toy_model"])]
    result = dg.materialize([*assets], instance=instance, resources=defs.resources)
    assert result.success
    told = {
        ".".join(event.asset_key.path): event.materialization.metadata["dagster/column_lineage"].value
        for event in result.get_asset_materialization_events()
    }
    station = told["marts.subject_station"].deps_by_column["name"]
    assert [(dep.asset_key.path, dep.column_name) for dep in station] == [(["toy", "station"], "name")]
    amount = {
        (".".join(dep.asset_key.path), dep.column_name) for dep in told["models.toy_model"].deps_by_column["amount"]
    }
    assert amount == {("toy.reading", "litres"), ("toy.declaration", "litres")}
    name = told["models.toy_model"].deps_by_column["subject_name"]
    assert (["marts", "subject_station"], "name") in [([*dep.asset_key.path], dep.column_name) for dep in name]
