"""The landing sensor: a delivery folder that is complete becomes a partition and a run.

A folder `landing/<dataset>/<delivery>/` is complete once it holds `delivery.yml` or `_SUCCESS`. One run a delivery; the
run key carries the folder's newest modification time, so a folder that was repaired after a refusal runs again.
"""

from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from xiansuo.ingest.landing import waiting
from xiansuo.orchestration.datasets import dataset_key, delivery_partitions
from xiansuo.orchestration.resources import XiansuoResource


def _newest(folder: Path) -> int:
    """The newest modification time in the folder, nanoseconds."""
    return max(path.stat().st_mtime_ns for path in folder.rglob("*"))


def landing_sensor(datasets: Sequence[str]) -> dg.SensorDefinition:
    """Sensor over `landing/` that requests one ingesting run for every delivery not seen before."""

    @dg.sensor(
        name="landing",
        asset_selection=dg.AssetSelection.assets(*(dataset_key(dataset) for dataset in datasets)),
        minimum_interval_seconds=30,
        description="新到的移送文件：出现 delivery.yml 或 _SUCCESS 后自动入湖",
    )
    def look(context: dg.SensorEvaluationContext, xiansuo: XiansuoResource) -> dg.SensorResult:
        seen = set((context.cursor or "").split("\n"))
        requests: list[dg.RunRequest] = []
        additions: dict[str, list[str]] = {}
        marks: list[str] = []
        landing = xiansuo.settings().landing
        for found in waiting(landing) if landing.is_dir() else []:
            dataset, delivery = found.dataset, found.path.name
            mark = f"{dataset}/{delivery}@{_newest(found.path)}"
            marks.append(mark)
            if mark in seen or dataset not in datasets:
                continue
            additions.setdefault(dataset, []).append(delivery)
            requests.append(
                dg.RunRequest(
                    run_key=mark,
                    partition_key=delivery,
                    asset_selection=[dataset_key(dataset)],
                    tags={"xiansuo/dataset": dataset, "xiansuo/delivery": delivery},
                )
            )
        return dg.SensorResult(
            run_requests=requests,
            dynamic_partitions_requests=[
                delivery_partitions(dataset).build_add_request(names) for dataset, names in additions.items()
            ],
            cursor="\n".join(marks),
        )

    return look
