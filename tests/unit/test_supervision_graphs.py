"""Connected components: small nodes first, any order of links, and the short walk agrees with scipy's."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiansuo.supervision import graphs
from xiansuo.supervision.graphs import components

Link = tuple[str | None, str | None]
NODES = st.sampled_from(["", "a", "B", "é", "丙", "甲", "𠮷", "\uff21", "10", "9"])


def table(links: list[Link]) -> pa.Table:
    left, right = zip(*links, strict=True) if links else ((), ())
    return pa.table({"left_id": pa.array(left, pa.string()), "right_id": pa.array(right, pa.string())})


def walked(links: list[Link]) -> list[tuple[str, str, int]]:
    found = components(table(links)).to_pydict()
    return list(zip(found["node"], found["component"], found["size"], strict=True))


def naive(links: list[Link]) -> list[tuple[str, str, int]]:
    """Sets merged until nothing changes."""
    groups = [{node for node in link if node is not None} for link in links]
    groups = [group for group in groups if group]
    merged: list[set[str]] = []
    for group in groups:
        touching = [other for other in merged if other & group]
        merged = [other for other in merged if not other & group] + [group.union(*touching)]
    return sorted((node, min(group), len(group)) for group in merged for node in group)


def test_a_component_is_called_after_its_smallest_node() -> None:
    assert walked([("c", "b"), ("b", "d"), ("x", "y")]) == [
        ("b", "b", 3),
        ("c", "b", 3),
        ("d", "b", 3),
        ("x", "x", 2),
        ("y", "x", 2),
    ]


def test_null_puts_the_other_end_in_alone_and_itself_not() -> None:
    assert walked([("a", None), (None, "b"), (None, None)]) == [("a", "a", 1), ("b", "b", 1)]


def test_no_links_give_an_empty_typed_table() -> None:
    assert walked([]) == []
    assert components(table([])).schema.types == [pa.string(), pa.string(), pa.int64()]


def test_order_is_by_code_point_and_not_by_utf16_unit() -> None:
    assert walked([("𠮷", "\uff21")])[0] == ("\uff21", "\uff21", 2)


@given(st.lists(st.tuples(st.none() | NODES, st.none() | NODES), max_size=12), st.randoms(use_true_random=False))
def test_walk_agrees_with_merging_sets_in_any_order(links: list[Link], chance: object) -> None:
    shuffled = sorted(links, key=lambda _: chance.random())  # type: ignore[attr-defined]
    turned = [(right, left) for left, right in shuffled]
    assert walked(links) == walked(turned) == naive(links)


@pytest.mark.parametrize("few", [0, 10**6], ids=["scipy", "short walk"])
def test_both_walks_give_the_same(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    links: list[Link] = [(f"n{n * 7919 % 500}", f"n{n * 104729 % 731}") for n in range(300)]
    links += [links[0]] * 300  # a link said often is one link
    monkeypatch.setattr(graphs, "_FEW", few)
    assert walked(links) == naive(links)
