"""The error that turns a whole delivery away. Rows that fail are quarantined instead; see `quarantine`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xiansuo.core.errors import InputError


class Refused(InputError):
    """A delivery that cannot be taken in as it is; ``code`` is stable, the message is for people."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        file: Path | str | None = None,
        unit: str | None = None,
        field: str | None = None,
        value: Any = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(message, file=file, unit=unit, field=field, value=value, fix=fix)
        self.code = code

    def to_dict(self) -> dict[str, str]:
        """Code, message and the known parts as text, for the receipt."""
        parts = {name: str(part) for name, part in self.parts().items()}
        return {"code": self.code, "message": self.message, **parts}
