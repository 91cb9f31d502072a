"""The page on deliveries names every key of an asset, and no key that does not exist."""

import re
from pathlib import Path

import pytest

from xiansuo.contracts.asset import AssetSpec, ReaderOptions
from xiansuo.ingest.delivery import Letter

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "deliveries.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize(
    ("section", "shape"), [("The asset", AssetSpec), ("Reader options", ReaderOptions)], ids=["asset", "reader"]
)
def test_the_tables_list_exactly_the_keys_there_are(section: str, shape: type) -> None:
    listed = re.findall(r"^\| `(\w+)` \|", SECTIONS[section], re.MULTILINE)
    assert sorted(listed) == sorted(shape.model_fields)  # type: ignore[attr-defined]


def test_the_example_letter_is_one() -> None:
    import yaml

    example = re.search(r"```yaml\n(.*?)```", SECTIONS["The delivery"], re.DOTALL)
    assert example is not None
    given = yaml.safe_load(example[1].replace("...", "ab" * 32))
    assert Letter.model_validate(given).corrects == given["corrects"]
