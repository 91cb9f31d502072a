"""The one Dagster resource: where the project and its state lie.

Belongs here: turning Dagster configuration into `Settings`. Does not belong here: anything that reads the lake.
"""

from pathlib import Path

import dagster as dg

from xiansuo.core.settings import Settings


class XiansuoResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # dagster ships it without a type argument
    """Project folder (units) and home folder (state) as Dagster configuration."""

    project: str
    home: str

    def settings(self) -> Settings:
        """Settings for one step; nothing is cached between steps."""
        return Settings.discover(project=Path(self.project), home=Path(self.home))
