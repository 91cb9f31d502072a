"""One table per dataset out of several generators' outputs, with every key collision named.

Shared background rows give way to a domain's rows of the same key (a domain may close a company it plants on). Two
domains that write different rows under one key have contradicted each other: that is an error, never a silent choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xiansuo.core.errors import InputError

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.spec import TableSpec
    from xiansuo.synth.truth import DomainOutput


def merge(
    specs: Mapping[str, TableSpec], shared: DomainOutput, domains: Mapping[str, DomainOutput]
) -> dict[str, pl.DataFrame]:
    """Tables by dataset id, columns in contract order; InputError on unknown datasets, columns or contradictions."""
    names = sorted({dataset for output in (shared, *domains.values()) for dataset in output.tables})
    merged = {}
    for dataset in names:
        if dataset not in specs:
            raise InputError(
                "a generator writes a dataset that has no contract and asset file",
                field="dataset",
                value=dataset,
                fix=f"add data_contracts/{dataset.replace('.', '/')}.yml and the asset of the same name",
            )
        spec = specs[dataset]
        own = [
            _shaped(output.tables[dataset], spec, name) for name, output in domains.items() if dataset in output.tables
        ]
        background = [_shaped(shared.tables[dataset], spec, "shared")] if dataset in shared.tables else []
        merged[dataset] = _joined(spec, background, own)
    return merged


def _shaped(frame: pl.DataFrame, spec: TableSpec, generator: str) -> pl.DataFrame:
    import polars as pl

    wanted = [column.name for column in spec.columns]
    unknown = sorted(set(frame.columns) - set(wanted))
    if unknown:
        raise InputError(
            f"generator {generator} writes columns the contract lacks",
            unit=spec.dataset,
            field=", ".join(unknown),
            fix="rename them or extend the contract",
        )
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in wanted if name not in frame.columns]
    return frame.with_columns(absent).select(wanted)


def _joined(spec: TableSpec, background: list[pl.DataFrame], own: list[pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    if not own:
        return _checked(background[0], spec)
    domain = _checked(pl.concat(own, how="vertical_relaxed").unique(maintain_order=True), spec)
    if not background:
        return domain
    if not spec.keys:
        return pl.concat([*background, domain], how="vertical_relaxed")
    rest = background[0].join(domain.select(spec.keys), on=spec.keys, how="anti", nulls_equal=True)
    return _checked(pl.concat([rest, domain], how="vertical_relaxed"), spec)


def _checked(frame: pl.DataFrame, spec: TableSpec) -> pl.DataFrame:
    import polars as pl

    if not spec.keys:
        return frame
    clash = frame.filter(pl.struct(spec.keys).is_duplicated())
    if clash.height:
        raise InputError(
            f"{clash.height} generated rows share their key with another row",
            unit=spec.dataset,
            field=", ".join(spec.keys),
            value=str(clash.select(spec.keys).row(0)),
            fix="give each domain its own key prefix, or drop the row that repeats",
        )
    return frame
