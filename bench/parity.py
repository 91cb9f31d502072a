"""Every rule on DuckDB and on Spark: `python -m bench.parity PERSONS` prints one JSON line.

The lake holds the synthetic province with PERSONS people. Both engines run over the same pinned inputs and publish
nothing. Seconds are of hits.sql and evidence.sql with everything that belongs to them (on Spark: translation, handing
over, fetching); the start of Spark counts apart. One round each: parity is the point, the ratio comes along.
"""

import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from xiansuo.clues.parity import compare_engines
from xiansuo.clues.spark_engine import SparkEngine
from xiansuo.core.settings import Settings
from xiansuo.ingest.landing import ingest_landing
from xiansuo.lake.spark import Spark, read_conf
from xiansuo.supervision.load import load_models
from xiansuo.synth.generate import generate


def main(persons: int) -> None:
    """Compare all models that are not retired."""
    with tempfile.TemporaryDirectory(prefix="xiansuo-bench-") as folder:
        settings = Settings.discover(home=Path(folder) / "home")
        generate(Path(folder), scale=None, persons=persons, seed=1)
        ingest_landing(settings, Path(folder) / "landing")
        spark = Spark(settings, read_conf())
        start = time.perf_counter()
        _ = spark.session
        started = time.perf_counter() - start
        engine = SparkEngine(settings, spark)
        models = [
            name for name, model in sorted(load_models(settings.project).items()) if model.spec.status != "retired"
        ]
        found = [compare_engines(settings, model, engine) for model in models]
        engine.close()
    rules = [
        {"model": parity.model_id, **asdict(rule), "equal": not rule.unlike}
        for parity in found
        for rule in parity.rules
    ]
    seconds = {name: sum(rule["seconds"][name] for rule in rules) for name in ("duckdb", "spark")}
    result = {
        "rows": persons,
        "start": started,
        "rules": rules,
        "models": {parity.model_id: {"clues": parity.clues, "equal": parity.equal} for parity in found},
        "seconds": seconds,
        "ratio": seconds["spark"] / seconds["duckdb"],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(int(sys.argv[1]))
