"""DuckDB sessions over the lake: offline, bounded, in UTC. The only place that opens DuckDB for lake work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xiansuo.core.settings import Settings

if TYPE_CHECKING:
    import duckdb


def connect(settings: Settings, *, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that installs and loads nothing, spills into the home folder and thinks in UTC."""
    import duckdb

    spill = settings.home / "tmp"
    spill.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "temp_directory": str(spill),
            "memory_limit": settings.memory_limit,
            "threads": str(threads or settings.threads),
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection
