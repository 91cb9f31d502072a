"""Parquet files as text: every column cast to its exact spelling. Rows are numbered from 1, there is no header row."""

from __future__ import annotations

from xiansuo.core.naming import quote_ident, quote_literal
from xiansuo.ingest.readers.base import ROW, ReadContext, TextUnit, relation_names
from xiansuo.ingest.refusal import Refused
from xiansuo.ingest.vault import Stored

_OPAQUE = ("STRUCT", "MAP", "BLOB", "BIT", "UNION", "VARIANT")


def read(stored: Stored, context: ReadContext) -> list[TextUnit]:
    """The file as one unit; Refused when it is damaged or a column has no spelling as text."""
    import duckdb

    source = f"read_parquet({quote_literal(str(stored.path))}, file_row_number = true, hive_partitioning = false)"
    try:
        described = context.con.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {source}").fetchall()
        counted = context.con.execute(f"SELECT count(*) FROM {source}").fetchall()
    except duckdb.Error as error:
        raise Refused(
            "file:damaged",
            f"the Parquet file cannot be read: {error}",
            file=stored.name,
            fix="ask the sender for the file again",
        ) from error
    headers = [str(row[0]) for row in described]
    _refuse_opaque(stored, [(str(row[0]), str(row[1])) for row in described])
    columns = context.match([[header] for header in headers])
    cast = ", ".join(
        f"CAST({quote_ident(header)} AS VARCHAR) AS {quote_ident(name)}"
        for header, name in zip(headers, relation_names(columns), strict=True)
    )
    return [
        TextUnit(
            stored=stored,
            file_id=stored.file_id,
            format="parquet",
            encoding=None,
            sheet=None,
            header_row=None,
            headers=headers,
            columns=columns,
            relation=f"(SELECT {cast}, file_row_number + 1 AS {ROW} FROM {source})",
            records=counted[0][0],
        )
    ]


def _refuse_opaque(stored: Stored, columns: list[tuple[str, str]]) -> None:
    for name, kind in columns:
        if kind.endswith("]") or kind.startswith(_OPAQUE):
            raise Refused(
                "file:nested",
                "a column is no plain value",
                file=stored.name,
                field=name,
                value=kind,
                fix="ask for flat columns",
            )
