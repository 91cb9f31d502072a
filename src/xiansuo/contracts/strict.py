"""Reading unit files of YAML strictly: a key given twice, unknown or misplaced is an error with file, field and fix."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiansuo.core.errors import InputError

if TYPE_CHECKING:
    from pydantic import ValidationError


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file; InputError for anything else, for duplicate keys and for text that is not UTF-8."""
    import yaml

    class Loader(yaml.CSafeLoader):
        pass

    def mapping(loader: Any, node: Any) -> dict[Any, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = loader.construct_object(key_node, deep=True)
            if key in seen:
                line = key_node.start_mark.line + 1
                raise InputError("a key stands twice", file=path, field=str(key), value=f"line {line}", fix="keep one")
            seen.add(key)
        loader.flatten_mapping(node)
        return {loader.construct_object(k, deep=True): loader.construct_object(v, deep=True) for k, v in node.value}

    Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)
    except yaml.YAMLError as error:
        raise InputError(f"not YAML: {error}", file=path, fix="mend the YAML at the place named") from error
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8 text", file=path, fix="save the file as UTF-8") from error
    if not isinstance(loaded, dict):
        raise InputError("the file must hold one mapping", file=path, fix="write key: value lines")
    return loaded


def known_keys(given: Mapping[str, Any], allowed: Collection[str], *, path: Path, where: str) -> None:
    """Refuse keys outside ``allowed``; ``where`` names the place inside the file, empty for the top."""
    for key in given:
        if key not in allowed:
            raise InputError(
                "unknown key",
                file=path,
                field=f"{where}.{key}" if where else key,
                fix="use one of " + ", ".join(sorted(allowed)),
            )


def from_validation(error: ValidationError, path: Path, unit: str | None = None) -> InputError:
    """Pydantic's first complaint as an error with file, field and value."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    value = None if first["type"] == "missing" else first["input"]
    fix = "remove the key or mend its spelling" if first["type"] == "extra_forbidden" else "see the message"
    return InputError(first["msg"], file=path, unit=unit, field=field, value=value, fix=fix)
