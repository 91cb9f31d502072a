"""The linter: walks every unit of a project and says what is wrong, without any data.

Results are kept by content when a cache file is given; what belongs here is which unit depends on what.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from xiansuo.core.errors import InputError
from xiansuo.supervision.findings import Finding
from xiansuo.supervision.lint_jobs import Workers, packed, unpacked
from xiansuo.supervision.lint_store import Store, key, stamp
from xiansuo.supervision.lint_units import Unit, read_units, strays
from xiansuo.supervision.mart_files import PREFIX, Mart, load_mart

Columns = dict[str, str]
_MANY_DATASETS, _MANY_RULES = 24, 8  # from here on a second process is worth its start


def check_project(
    project: Path, *, paths: Collection[Path] = (), cache: Path | None = None, workers: int = 1
) -> list[Finding]:
    """Every finding of the project in order of file and line; an empty list when all is well.

    ``paths`` keeps to the units that hold these files or folders or read what they define. ``cache`` is the file that
    remembers results by content; ``workers`` is 1 or 2 processes.
    """
    check = _Check(project, Store(cache, stamp(project.resolve()) if cache else ""), Workers(project, workers))
    try:
        return check.run({path.resolve() for path in paths})
    finally:
        check.workers.close()


class _Check:
    """One walk. ``columns`` grows as datasets and marts are understood."""

    def __init__(self, project: Path, store: Store, workers: Workers) -> None:
        self.project = project
        self.store = store
        self.workers = workers
        self.units = read_units(project)
        self.columns: dict[str, Columns] = {}
        self.keys: dict[str, list[str]] = {}
        self.behind: dict[str, list[str]] = {}  # mart -> datasets it rests on, through other marts too
        self.found: dict[tuple[str, str], list[Finding]] = {}

    def run(self, paths: Collection[Path]) -> list[Finding]:
        self._datasets(self._of("dataset"))
        self._marts({unit.name: unit for unit in self._of("mart")})
        for unit in self._of("scoring"):
            self.found["scoring", unit.name] = self._scoring(unit)
        touched = self._touched(paths) if paths else None
        self._models([unit for unit in self._of("model") if touched is None or (unit.kind, unit.name) in touched])
        self.store.save()
        found = [item for place, items in self.found.items() if touched is None or place in touched for item in items]
        loose = [item for item in strays(self.project) if touched is None or _under(item.file, paths)]
        return sorted({*found, *loose})

    def _of(self, kind: str) -> list[Unit]:
        return [unit for unit in self.units if unit.kind == kind]

    def _datasets(self, units: list[Unit]) -> None:
        keys = {unit.name: key("dataset", unit.name, dict(unit.texts)) for unit in units}
        missing = [unit for unit in units if self.store.get(keys[unit.name]) is None]
        if len(missing) >= _MANY_DATASETS:
            self.workers.start()
        requests = {unit.name: {"kind": "dataset", "name": unit.name} for unit in missing}
        for name, result in self.workers.run(requests, {unit.name: _size(unit) for unit in missing}).items():
            self.store.put(keys[name], result)
        for unit in units:
            self._take(unit, self.store.get(keys[unit.name]))

    def _take(self, unit: Unit, result: Any) -> None:
        self.found[unit.kind, unit.name] = unpacked(result["findings"], self.project)
        if result["columns"] is not None:
            self.columns[unit.name] = result["columns"]
            self.keys[unit.name] = result["key"]

    def _marts(self, units: Mapping[str, Unit]) -> None:
        marts: dict[str, Mart] = {}
        for name, unit in units.items():
            path = self.project / next(iter(unit.texts))
            try:
                marts[name] = load_mart(path)
            except InputError as error:
                text = f"{error.message}: {error.field}"
                self.found["mart", name] = [Finding(path, 1, 1, "XS060", text, error.fix or "mend the header")]
        while marts:
            ready = [name for name, mart in marts.items() if not set(mart.inputs) & set(marts)]
            for name in ready or list(marts):
                mart = marts.pop(name)
                if ready:
                    self._mart(units[name], mart)
                else:
                    fix = "let one of them read datasets only"
                    self.found["mart", name] = [
                        Finding(mart.path, 1, 1, "XS060", "the mart reads itself through others", fix)
                    ]

    def _mart(self, unit: Unit, mart: Mart) -> None:
        known, keys = self._known(tables := unit.mentions(self.columns)), self._keys(tables)
        name = key("mart", unit.name, dict(unit.texts), known, keys)
        if self.store.get(name) is None:
            from xiansuo.supervision.lint_mart import lint_mart

            findings, columns = lint_mart(mart, known, keys)
            self.store.put(name, {"findings": packed(findings, self.project), "columns": columns, "key": []})
        self._take(unit, self.store.get(name))
        rests = [self.behind.get(source, []) if source.startswith(PREFIX) else [source] for source in mart.inputs]
        self.behind[unit.name] = sorted({item for part in rests for item in part})

    def _scoring(self, unit: Unit) -> list[Finding]:
        name = key("scoring", dict(unit.texts))
        if self.store.get(name) is None:
            from xiansuo.supervision.load import ModelProblems, load_parameters

            found: list[Finding] = []
            try:
                load_parameters(self.project / "models" / "scoring.yml")
            except ModelProblems as error:
                found = [
                    Finding(item.file, item.line, 1, "XS003", f"{item.field}: {item.message}", item.fix)
                    for item in error.problems
                ]
            self.store.put(name, packed(found, self.project))
        return unpacked(self.store.get(name) or [], self.project)

    def _models(self, units: list[Unit]) -> None:
        keys = {unit.name: self._model_key(unit) for unit in units}
        missing = [unit for unit in units if self.store.get(keys[unit.name]) is None]
        rules = {unit.name: self._rule_keys(unit) for unit in missing}
        open_rules = sum(len(self.store.missing(names.values())) for names in rules.values())
        if len(missing) > 1 and open_rules >= _MANY_RULES:
            self.workers.start()
        requests = {unit.name: self._request(unit, rules[unit.name]) for unit in missing}
        for model, result in self.workers.run(requests, {unit.name: _size(unit) for unit in missing}).items():
            for rule, own in result["rules"].items():
                self.store.put(rules[model][rule], own)
            findings = [row for part in (result, *result["rules"].values()) for row in part["findings"]]
            self.store.put(keys[model], findings)
        for unit in units:
            self.found["model", unit.name] = unpacked(self.store.get(keys[unit.name]) or [], self.project)

    def _model_key(self, unit: Unit) -> str:
        tables = unit.mentions(self.columns)
        rests = {name: self.behind[name] for name in tables if name in self.behind}
        return key("model", unit.name, dict(unit.texts), self._known(tables), self._keys(tables), rests)

    def _rule_keys(self, unit: Unit) -> dict[str, str]:
        """The key of each rule: its own files, what all rules of the model share, and the tables it mentions."""
        folder = f"models/{unit.name}"
        shared = {path: text for path, text in unit.texts.items() if path.count("/") == 2 and path.endswith(".yml")}
        shared |= unit.part(f"{folder}/graphs")
        rules = sorted({path.split("/")[3] for path in unit.part(f"{folder}/rules") if path.count("/") > 3})
        keys = {}
        for rule in rules:
            own = Unit("model", rule, unit.part(f"{folder}/rules/{rule}"))
            tables = own.mentions(self.columns)
            parts = (dict(own.texts), shared, self._known(tables), self._keys(tables))
            keys[rule] = key("rule", unit.name, rule, *parts)
        return keys

    def _request(self, unit: Unit, rules: Mapping[str, str]) -> dict[str, Any]:
        done = {rule: self.store.get(name) for rule, name in rules.items() if self.store.get(name) is not None}
        known, keys = self._known(tables := unit.mentions(self.columns)), self._keys(tables)
        return {"kind": "model", "name": unit.name, "known": known, "keys": keys, "done": done}

    def _known(self, tables: Iterable[str]) -> dict[str, Columns]:
        return {name: self.columns[name] for name in tables}

    def _keys(self, tables: Iterable[str]) -> dict[str, list[str]]:
        return {name: self.keys[name] for name in tables}

    def _touched(self, paths: Collection[Path]) -> set[tuple[str, str]]:
        """Units that hold one of the paths, and units that read what those define."""
        holding = [unit for unit in self.units if any(_under(self.project / file, paths) for file in unit.texts)]
        defined = {unit.name for unit in holding if unit.kind in ("dataset", "mart")}
        for _ in range(len(self._of("mart"))):  # marts may read marts
            defined |= {unit.name for unit in self._of("mart") if unit.mentions(defined)}
        reading = [unit for unit in self.units if unit.kind in ("mart", "model") and unit.mentions(defined)]
        return {(unit.kind, unit.name) for unit in (*holding, *reading)}


def _under(file: Path, paths: Collection[Path]) -> bool:
    """Whether a file is one of the resolved paths or lies below one."""
    file = file.resolve()
    return any(file == path or path in file.parents for path in paths)


def _size(unit: Unit) -> int:
    return sum(len(text) for text in unit.texts.values())
