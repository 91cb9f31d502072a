"""Where the project and its state live and how much of the machine may be used. Read once, passed on as an object."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import xiansuo
from xiansuo.core.errors import UsageError

_SHARE_OF_MEMORY = 0.6


@dataclass(frozen=True)
class Settings:
    """``project`` holds assets, data_contracts, models and sql; ``home`` holds all state."""

    project: Path
    home: Path
    threads: int
    memory_limit: str

    @classmethod
    def discover(
        cls, project: Path | str | None = None, home: Path | str | None = None, threads: int | None = None
    ) -> Settings:
        """Settings from the arguments, else the environment, else the working directory; UsageError on nonsense."""
        if threads is not None and threads < 1:
            raise UsageError("threads must be at least 1", field="threads", value=threads)
        home_path = home or os.environ.get("XIANSUO_HOME") or Path.cwd() / "var"
        return cls(
            project=_find_project(project),
            home=Path(home_path).resolve(),
            threads=threads or len(os.sched_getaffinity(0)),
            memory_limit=_memory_limit(),
        )

    @property
    def landing(self) -> Path:
        """Deliveries wait here."""
        return self.home / "landing"

    @property
    def vault(self) -> Path:
        """Delivered bytes under their SHA-256."""
        return self.home / "vault"

    @property
    def lake(self) -> Path:
        """Delta tables."""
        return self.home / "lake"

    @property
    def receipts(self) -> Path:
        """One receipt per delivery."""
        return self.home / "receipts"

    @property
    def exports(self) -> Path:
        """Files written for people."""
        return self.home / "exports"

    @property
    def catalog(self) -> Path:
        """The DuckDB catalogue of views."""
        return self.home / "catalog.duckdb"


def _find_project(given: Path | str | None) -> Path:
    chosen = given or os.environ.get("XIANSUO_PROJECT")
    if chosen:
        path = Path(chosen).resolve()
        if not path.is_dir():
            raise UsageError("the project folder does not exist", field="project", value=path)
        return path
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "workspace.yaml").is_file() and (folder / "models").is_dir():
            return folder
    return Path(xiansuo.__file__).resolve().parents[2]


def _memory_limit() -> str:
    pages, page_size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{int(pages * page_size * _SHARE_OF_MEMORY) // 2**20}MiB"
