"""Parameters moved by one step: what a mutant puts in a parameter's place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from xiansuo.supervision.bind import AS_OF
from xiansuo.supervision.model import DatedValue, Parameter, Reference, Scalar
from xiansuo.supervision.mutate_values import ABOVE, BELOW


def nudged(parameters: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """Every parameter one step above and below, as ``name__above`` and ``name__below``, where there is such a step."""
    found = {}
    for name, parameter in parameters.items():
        for ending, step in ((ABOVE, 1), (BELOW, -1)):
            values = [_step(dated.value, step) for dated in parameter.values]
            if None not in values:
                pairs = zip(parameter.values, values, strict=True)
                dated_values = [dated.model_copy(update={"value": value}) for dated, value in pairs]
                found[name + ending] = parameter.model_copy(update={"values": dated_values})
    return found


def _step(value: Scalar | list[Scalar], step: int) -> Scalar | list[Scalar] | None:
    """The value one step on: 1 for whole numbers and days, a tenth of the last digit for decimals; [] for a list."""
    if isinstance(value, list):
        return [] if step > 0 else None
    if isinstance(value, bool):
        return not value if step > 0 else None
    if isinstance(value, int):
        return value + step
    if isinstance(value, Decimal):
        digits = int(value.as_tuple().exponent)
        return value + step * Decimal(1).scaleb(digits - 1)
    if isinstance(value, date):
        return value + timedelta(days=step)
    return None


def days_beside(as_of: date | None) -> dict[str, Parameter]:
    """The day after and the day before ``as_of``, as ``as_of__above`` and ``as_of__below``."""
    if as_of is None:
        return {}
    reference = Reference(tag="G", source=AS_OF)
    return {
        AS_OF + ending: Parameter(
            title=AS_OF,
            unit=AS_OF,
            reference=reference,
            last_checked=as_of,
            values=[DatedValue.model_validate({"from": as_of, "value": as_of + timedelta(days=step)})],
        )
        for ending, step in ((ABOVE, 1), (BELOW, -1))
    }
