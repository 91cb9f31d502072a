"""The facade for notebooks and programs: everything the command line does, as Polars frames and plain objects.

>>> import xiansuo.api as xs
>>> lake = xs.open()
>>> lake.sql("SELECT region_code, count(*) AS stations FROM fuel.gas_station GROUP BY ALL ORDER BY ALL")
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiansuo.core.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.clues.evaluate import EvaluationReport
    from xiansuo.clues.query import ClueDetail
    from xiansuo.clues.run import RunResult
    from xiansuo.clues.verify import VerifyReport
    from xiansuo.ingest.receipts import Receipt


def open(home: Path | str | None = None, project: Path | str | None = None) -> Xiansuo:
    """The lake in ``home`` (default: $XIANSUO_HOME, else ./var) of the project found from here."""
    return Xiansuo(Settings.discover(project=project, home=home))


class Xiansuo:
    """One project with one home."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __repr__(self) -> str:
        return f"Xiansuo(home={str(self.settings.home)!r}, project={str(self.settings.project)!r})"

    def sql(self, query: str) -> pl.DataFrame:
        """The result of one SELECT over the catalogue; personal columns are masked. UsageError for anything else."""
        from xiansuo.catalog.query import query as run_query

        return run_query(self.settings, query)

    def dataset(self, dataset: str) -> pl.DataFrame:
        """All rows of a dataset or mart as the catalogue shows them, masked, with _delivery, _file and _row."""
        from xiansuo.core.naming import quote_ident, split_dataset

        return self.sql(f"SELECT * FROM {'.'.join(quote_ident(part) for part in split_dataset(dataset))}")

    def quarantine(self, dataset: str) -> pl.DataFrame:
        """Rejected rows of a dataset: where they stand, their original text, the reasons."""
        from xiansuo.contracts.load import load_contracts
        from xiansuo.core.errors import UsageError
        from xiansuo.ingest.quarantine import SCHEMA
        from xiansuo.lake.delta import Lake
        from xiansuo.lake.session import connect

        known = load_contracts(self.settings.project)
        if dataset not in known:
            raise UsageError("no such dataset", field="dataset", value=dataset, fix=f"datasets: {', '.join(known)}")
        con = connect(self.settings)
        try:
            relation = Lake(self.settings).quarantine(dataset).relation(SCHEMA)
            rows: pl.DataFrame = con.sql(f"SELECT * FROM {relation} ORDER BY _delivery, _file, _row").pl()
            return rows
        finally:
            con.close()

    def deliveries(self, dataset: str | None = None) -> list[Receipt]:
        """Receipts in the order of ingest."""
        from xiansuo.ingest.receipts import receipts

        return receipts(self.settings, dataset)

    def run(self, model: str, *, as_of: date | None = None, mapping: str | None = None) -> RunResult:
        """Run a model; a run that stands already is not repeated."""
        from xiansuo.clues.run import run_model

        return run_model(self.settings, model, as_of=as_of, mapping=mapping)

    def clues(self, model: str, *, run: str | None = None, mapping: str | None = None) -> pl.DataFrame:
        """The clues of a run (default: the newest), best score first, withdrawn ones last."""
        from xiansuo.clues.query import list_clues

        return list_clues(self.settings, model, run, mapping=mapping)

    def clue(self, clue_id: str) -> ClueDetail:
        """One clue with its hits, evidence, sources and what to do; UsageError when nobody knows it."""
        from xiansuo.clues.query import get_clue

        return get_clue(self.settings, clue_id)

    def evidence(self, clue_id: str) -> pl.DataFrame:
        """The evidence rows of a clue: dataset, _file, _row, roles, source and the row's ``values`` as JSON."""
        import polars as pl

        from xiansuo.catalog.rows import evidence_rows

        detail = self.clue(clue_id)
        values = evidence_rows(self.settings, detail.evidence, detail.run)
        sources = {(source["dataset"], source["file"]): source for source in detail.sources}
        rows = [_evidence_row(item, values, sources) for item in detail.evidence]
        return pl.DataFrame(rows, infer_schema_length=None).unique(maintain_order=True)

    def verify(self, *clue_ids: str) -> VerifyReport:
        """Re-read the delivered bytes behind these clues (default: all) and compare every evidence row."""
        from xiansuo.clues.verify import verify

        return verify(self.settings, clue_ids or None)

    def evaluate(self, truth: Path | str) -> EvaluationReport:
        """Recall, precision and look-alike leak of the newest runs against planted truth."""
        from xiansuo.clues.evaluate import evaluate

        return evaluate(self.settings, Path(truth))


class Bars:
    """A horizontal bar chart as SVG, drawn here so that notebooks need no chart library and no network."""

    ROW, LEFT, WIDTH, RIGHT = 26, 220, 420, 110

    def __init__(self, title: str, labels: list[str], values: list[float]) -> None:
        self.title, self.labels, self.values = title, labels, values

    def _repr_svg_(self) -> str:
        from html import escape

        top = max([*self.values, 1])
        parts = [f'<text x="0" y="18" font-weight="600">{escape(self.title)}</text>']
        for place, (label, value) in enumerate(zip(self.labels, self.values, strict=True), start=1):
            y, length = place * self.ROW + 8, value / top * self.WIDTH
            parts.append(
                f'<text x="{self.LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(label)}</text>'
                f'<rect x="{self.LEFT}" y="{y}" width="{length:.1f}" height="18" fill="#4a7ab5"/>'
                f'<text x="{self.LEFT + length + 6:.1f}" y="{y + 14}">{value:,.10g}</text>'
            )
        width, height = self.LEFT + self.WIDTH + self.RIGHT, (len(self.labels) + 1) * self.ROW + 12
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-size="13" '
            f'font-family="system-ui, Noto Sans CJK SC, sans-serif">{"".join(parts)}</svg>'
        )


def bars(frame: pl.DataFrame, label: str, value: str, title: str) -> Bars:
    """A bar per row of ``frame``: text column ``label``, number column ``value`` (at least 0)."""
    labels = [str(item) for item in frame[label]]
    return Bars(title, labels, [float(item) for item in frame[value]])


def _evidence_row(
    item: dict[str, Any], values: dict[Any, dict[str, Any]], sources: dict[Any, dict[str, Any]]
) -> dict[str, Any]:
    import json

    row = values.get((item["dataset"], item["_file"], item["_row"]))
    source = sources[item["dataset"], item["_file"]]
    return {
        "dataset": item["dataset"],
        "_file": item["_file"],
        "_row": item["_row"],
        "role": item["role"],
        "sender": source["sender"],
        "letter_no": source["letter_no"],
        "file_name": source["name"],
        "values": None if row is None else json.dumps(row, ensure_ascii=False, default=str),
    }
