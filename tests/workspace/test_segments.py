"""What is wrong in segments.yaml and groups.yaml, with line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.workspace import check

FEATURES = (
    "orders: {event: Order Completed, measure: count}\nlast_page: {event: page, measure: last, of: properties.path}\n"
)


def faults(root: Path, **files: str) -> list[tuple[int, str, str]]:
    (root / "rapport.yaml").write_text("name: Shop\n", encoding="utf-8")
    (root / "features.yaml").write_text(FEATURES, encoding="utf-8")
    for name, text in files.items():
        (root / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [(one.line, one.message, one.hint) for one in check(root)]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: {rule: b}\nb: {rule: orders > 1}\n", 1, "the segment 'b' stands further below"),
        ("a: {rule: orders > 1 AND NOT a}\n", 1, "the segment 'a' names itself"),
        ("a: {rule: 'TRUE'}\n", 1, "the rule names no column: everybody belongs to it, or nobody"),
        ("a:\n  rule: ordres > 1\n", 2, "unknown column 'ordres', at character 1, of the rule: ordres > 1"),
        ("frequency: {rule: orders > 1}\n", 1, "'frequency' is already a column of every customer ('frequency')"),
        ("a: {title: A}\n", 1, "'rule' is missing"),
    ],
)
def test_segments(tmp_path: Path, text: str, line: int, message: str) -> None:
    (found,) = faults(tmp_path, segments=text)
    assert found[:2] == (line, message)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("columns: [ordres]\n", "unknown column 'ordres'", "did you mean 'orders'?"),
        ("columns: [orders, orders]\n", "a column is named twice", "keep one of them"),
        ("columns: [first_seen]\n", "'first_seen' is a timestamp", ""),
        ("columns: [similar_group]\n", "'similar_group' is known only after the groups", ""),
        ("groups_max: 1\n", "2 to 20 groups can be told apart", ""),
        ("stability_from: 2\n", "a number between 0 and 1 is needed", ""),
        ("customers_from: 3\n", "at least 20 customers are needed", ""),
        ("attitudes: {half_life: long}\n", "", ""),
        ("attitudes: {sure_from: 3}\n", "a share between 0 and 1 is needed", ""),
        ("attitudes: {signals: {negotiates: [{event: Completed Order}]}}\n",
         "'Completed Order' never arrives under this name", "write 'Order Completed'"),
    ],
)  # fmt: skip
def test_groups(tmp_path: Path, text: str, message: str, hint: str) -> None:
    (found,) = faults(tmp_path, groups=text)
    assert found[1].startswith(message)
    assert hint in found[2]


def test_texts_may_part_groups(tmp_path: Path) -> None:
    assert faults(tmp_path, groups="columns: [orders, last_page, need_what]\n") == []
