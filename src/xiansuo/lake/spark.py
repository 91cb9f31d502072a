"""Spark sessions over the lake: offline, in UTC, with fixed semantics. The only place that imports pyspark.

The files of a table come from our own reading of the Delta log, so Spark needs no Delta library and no downloads.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiansuo.core.errors import EnvironmentProblem, InputError, UsageError
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Table

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

CONF_VARIABLE = "XIANSUO_SPARK_CONF"
# What the translation of rule SQL rests on; nobody may set these otherwise.
SEMANTICS = {
    "spark.sql.ansi.enabled": "true",  # overflow, bad casts and missing places stop instead of giving NULL
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.caseSensitive": "false",
    "spark.sql.parser.escapedStringLiterals": "true",  # a backslash in a text is a backslash
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",  # delivery ids stay text
    "spark.sql.storeAssignmentPolicy": "ANSI",
}
_LOGGING = """\
status = error
rootLogger.level = error
rootLogger.appenderRef.file.ref = file
appender.file.type = File
appender.file.name = file
appender.file.fileName = {file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{ISO8601}} %p %c{{1}}: %m%n%ex
"""
_ARRAY = "[]"
_TYPES = {"VARCHAR": "STRING", "INTEGER": "INT", "TIMESTAMP": "TIMESTAMP_NTZ", "HUGEINT": "BIGINT"}


def read_conf(options: Mapping[str, str] | None = None) -> dict[str, str]:
    """Spark settings from the file $XIANSUO_SPARK_CONF names, overridden by ``options``.

    The file is YAML (a mapping) or properties (``key value`` or ``key=value`` lines). UsageError for settings that the
    meaning of rules depends on, InputError for a file that is not understood.
    """
    conf: dict[str, str] = {}
    given = os.environ.get(CONF_VARIABLE)
    if given:
        conf |= _conf_file(Path(given))
    conf |= options or {}
    for key in conf:
        if key in SEMANTICS and conf[key].lower() != SEMANTICS[key].lower():
            raise UsageError(
                "this Spark setting is fixed: the translation of rules rests on it",
                field=key,
                value=conf[key],
                fix=f"leave it at {SEMANTICS[key]}",
            )
    return conf


def _conf_file(path: Path) -> dict[str, str]:
    import yaml

    if not path.is_file():
        raise InputError("the file of Spark settings does not exist", file=path, field=CONF_VARIABLE)
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".yml", ".yaml"):
        loaded = yaml.safe_load(text) or {}
        if not isinstance(loaded, dict):
            raise InputError("Spark settings in YAML are a mapping", file=path, fix="write spark.master: ... lines")
        return {str(key): _plain(value) for key, value in loaded.items()}
    lines = [line.strip() for line in text.splitlines()]
    return dict(_setting(path, line) for line in lines if line and not line.startswith("#"))


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _setting(path: Path, line: str) -> tuple[str, str]:
    key, sign, value = line.partition("=") if "=" in line.split()[0] or " = " in line else line.partition(" ")
    if not sign or not value.strip():
        raise InputError("not a Spark setting", file=path, value=line, fix="write key=value")
    return key.strip(), value.strip()


class Spark:
    """One Spark session. It starts when the first query or view asks for it; ``close`` ends what it started."""

    def __init__(
        self, settings: Settings, conf: Mapping[str, str] | None = None, *, threads: int | None = None
    ) -> None:
        self._settings = settings
        self._conf = dict(conf or {})
        self._threads = threads or settings.threads
        self._session: SparkSession | None = None

    @property
    def session(self) -> SparkSession:
        """The running session. EnvironmentProblem when pyspark or Java is missing, or Spark does not start."""
        if self._session is None:
            self._session = self._start()
        return self._session

    def close(self) -> None:
        """Stop Spark if it runs."""
        if self._session is not None:
            self._session.stop()
            self._session = None

    def add_table(self, name: str, table: Table, columns: Mapping[str, str], version: int | None) -> None:
        """A view over the active files of a Delta table at one version; ``columns`` maps names to DuckDB types."""
        files = [str(path) for path in table.files(version)] if version is not None else []
        self._add_files(name, files, columns, table.root)

    def add_file(self, name: str, path: Path, columns: Mapping[str, str]) -> None:
        """A view over one Parquet file."""
        self._add_files(name, [str(path)], columns, path.parent)

    def fetch(self, query: str, steps: Sequence[tuple[str, str]] = ()) -> pa.Table:
        """The rows of a query. EnvironmentProblem carries Spark's own message.

        ``steps`` (view name, query) are computed first, once each, and forgotten afterwards.
        """
        from pyspark.errors import PySparkException

        try:
            for name, text in steps:
                self.session.sql(text).localCheckpoint().createOrReplaceTempView(name)
            return self.session.sql(query).toArrow()
        except PySparkException as error:
            raise EnvironmentProblem(f"Spark fails: {_first_lines(error)}") from error
        finally:
            self._forget([name for name, _ in steps])

    def _forget(self, names: Sequence[str]) -> None:
        for name in names:
            self.session.catalog.dropTempView(name)
        kept = self.session.sparkContext._jsc.getPersistentRDDs() if names else {}
        for key in list(kept):
            kept[key].unpersist()

    def _add_files(self, name: str, files: list[str], columns: Mapping[str, str], root: Path) -> None:
        if files:
            schema = ", ".join(f"`{column}` {_stored_type(kind)}" for column, kind in columns.items())
            frame = self.session.read.schema(schema).option("basePath", str(root)).parquet(*files)
        else:
            empty = ", ".join(f"CAST(NULL AS {_stored_type(kind)}) AS `{column}`" for column, kind in columns.items())
            frame = self.session.sql(f"SELECT {empty} WHERE false")
        frame.createOrReplaceTempView(name)

    def _start(self) -> SparkSession:
        session_class = _import()
        folder = self._settings.home / "spark"
        folder.mkdir(parents=True, exist_ok=True)
        builder = session_class.builder.appName("xiansuo")
        for key, value in (_defaults(self._settings, folder, self._threads) | self._conf | SEMANTICS).items():
            builder = builder.config(key, value)
        if _is_local(self._conf):
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        try:
            with _stderr_to(folder / "spark.log"):
                session = builder.getOrCreate()
        except Exception as error:  # py4j and the launcher raise many kinds, all mean: no Spark
            raise EnvironmentProblem(
                f"Spark does not start: {_first_lines(error)}",
                file=folder / "spark.log",
                fix="Spark needs Java 17 or newer (Debian: apt-get install default-jre-headless) and free memory",
            ) from error
        logging.getLogger("SQLQueryContextLogger").disabled = True  # would print every refused query as JSON
        return session


def _import() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of pandas, which is not used here
            from pyspark.sql import SparkSession
    except ImportError as error:
        raise EnvironmentProblem(
            "pyspark is not installed",
            fix="make spark (or pip install 'xiansuo[spark]'); without it use --engine duckdb",
        ) from error
    return SparkSession


@contextmanager
def _stderr_to(path: Path) -> Iterator[None]:
    """Let a process started inside write its standard error to a file: the JVM greets with warnings."""
    kept = os.dup(2)
    try:
        with path.open("a", encoding="utf-8") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _is_local(conf: Mapping[str, str]) -> bool:
    return conf.get("spark.master", "local").startswith("local") and "PYSPARK_GATEWAY_PORT" not in os.environ


def _defaults(settings: Settings, folder: Path, threads: int) -> dict[str, str]:
    """Settings of a session on this machine; a cluster's own come from the outside and win."""
    logs = folder / "log4j2.properties"
    logs.write_text(_LOGGING.format(file=folder / "spark.log"), encoding="utf-8")
    defaults = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "2g",
        "spark.driver.maxResultSize": "0",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.constraintPropagation.enabled": "false",  # planning time grows with the CASEs of a rule otherwise
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    if "PYSPARK_GATEWAY_PORT" in os.environ:  # started by spark-submit: master and addresses are given
        return defaults
    return defaults | {
        "spark.master": f"local[{threads}]",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(settings.home / "tmp"),
        "spark.sql.shuffle.partitions": str(threads),
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile=file:{logs} -XX:+UseParallelGC",
    }


def _stored_type(kind: str) -> str:
    if kind.endswith(_ARRAY):
        return f"ARRAY<{_stored_type(kind.removesuffix(_ARRAY))}>"
    return _TYPES.get(kind, kind)


def _first_lines(error: Exception) -> str:
    return " ".join(str(error).split("\n\tat ")[0].split())[:600]
