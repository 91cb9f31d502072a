"""One parameter through many values on the same data: how many clues, how much money, how right.

Belongs here: reading the range and running it. The curve is drawn by ``sweep_page``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from xiansuo.clues.compose import load_scoring
from xiansuo.clues.diff import find_baseline
from xiansuo.clues.evaluate import score_hits
from xiansuo.clues.verdicts import Verdict
from xiansuo.clues.what_if import Laboratory, laboratory, like, with_values
from xiansuo.core.errors import UsageError
from xiansuo.core.progress import NullProgress, Progress
from xiansuo.core.settings import Settings
from xiansuo.supervision.load import find_model
from xiansuo.supervision.model import Model, Parameter, Scalar

POINTS = 8
MOST_POINTS = 200


@dataclass(frozen=True)
class Point:
    """The model at one value. ``hits`` leaves out dropped ones; shares are None without truth; amount in yuan."""

    value: str
    standing: bool
    clues: int
    hits: int
    amount: Decimal
    precision: float | None
    recall: float | None
    confirmed: int
    rejected: int


@dataclass(frozen=True)
class Sweep:
    """The curve: ``title`` and ``unit`` of the parameter in Chinese, ``judged`` whether verdicts were counted."""

    model: str
    parameter: str
    title: str
    unit: str
    as_of: str
    judged: bool
    points: tuple[Point, ...]


def sweep(
    settings: Settings,
    model_id: str,
    parameter: str,
    values: str,
    *,
    truth_dir: Path | None = None,
    verdicts: Mapping[str, Verdict] | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Run the model for every value of ``values`` (``a..b``, ``a..b/step`` or a list) on the last run's data.

    The standing value is always among them. UsageError for an unknown parameter, a list parameter or a bad range.
    """
    model = find_model(settings.project, model_id)
    known = model.parameters.get(parameter)
    if known is None:
        fix = f"it has {', '.join(sorted(model.parameters))}"
        raise UsageError("no such parameter", unit=model_id, field="parameter", value=parameter, fix=fix)
    standing = known.values[-1].value
    if isinstance(standing, list | bool | str):
        raise UsageError("only numbers and dates can be swept", unit=model_id, field=parameter, fix="use diff --set")
    chosen = sorted({*_values(values, standing, parameter), standing})
    baseline = find_baseline(settings, model_id, None)
    scoring = load_scoring(settings.project)
    teller = progress or NullProgress()
    points = []
    with laboratory(settings, [model], baseline.versions, baseline.as_of) as lab:
        for place, value in enumerate(chosen):
            teller.step(f"{parameter}={value}", place, len(chosen))
            points.append(_point(lab, model, scoring, (parameter, value, standing), truth_dir, verdicts or {}))
        teller.step(parameter, len(chosen), len(chosen))
    return Sweep(model_id, parameter, known.title, known.unit, str(baseline.as_of), bool(verdicts), tuple(points))


def _point(
    lab: Laboratory,
    model: Model,
    scoring: Mapping[str, Parameter],
    setting: tuple[str, Scalar, Scalar],
    truth_dir: Path | None,
    verdicts: Mapping[str, Verdict],
) -> Point:
    name, value, standing = setting
    outcome = lab.run(model, with_values(model, {name: str(value)}), scoring)
    score = score_hits(lab.con, truth_dir, model.id, outcome.hits) if truth_dir is not None else None
    judged = [verdicts.get(clue) for clue in outcome.clues]
    return Point(
        value=str(value),
        standing=value == standing,
        clues=len(outcome.clues),
        hits=sum(hit["exclusion_effect"] != "drop" for hit in outcome.hits),
        amount=sum((clue["amount"] or Decimal(0) for clue in outcome.clues.values()), Decimal(0)),
        precision=score.precision if score else None,
        recall=score.recall if score else None,
        confirmed=judged.count("confirmed"),
        rejected=judged.count("rejected"),
    )


def _values(text: str, standing: Scalar, name: str) -> list[Scalar]:
    first, dots, rest = text.partition("..")
    if not dots:
        return [_one(part.strip(), standing, name) for part in text.split(",") if part.strip()]
    last, _, step = rest.partition("/")
    try:
        low, high = Decimal(first), Decimal(last)
        if not all(number.is_finite() for number in (low, high, Decimal(step or 0))):
            raise InvalidOperation
        width = Decimal(step) if step else (high - low) / (POINTS - 1)
    except InvalidOperation:
        raise UsageError(
            "not a range", field="values", value=text, fix="write 0.03..0.10 or 5..30/5 or 1,2,5; list days"
        ) from None
    whole = isinstance(standing, int)
    if whole and not step:
        width = max(Decimal(1), width.to_integral_value())
    if high < low or width <= 0 or (high - low) / width > MOST_POINTS:
        fix = f"a range goes up, in at most {MOST_POINTS} steps"
        raise UsageError("not a range", field="values", value=text, fix=fix)
    count = int((high - low) / width)
    made = [low + width * place for place in range(count + 1)]
    if made[-1] < high:
        made.append(high)
    given = [-int(number.as_tuple().exponent) for number in (low, high, Decimal(step or 0))]
    digits = max(4, *given, 2 - width.adjusted())
    return [_one(_plain(value, digits), standing, name) for value in made]


def _plain(value: Decimal, digits: int) -> str:
    text = format(round(value, digits), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _one(text: str, standing: Scalar, name: str) -> Scalar:
    value = like(standing, text, name)
    assert not isinstance(value, list)  # standing is none
    return value
