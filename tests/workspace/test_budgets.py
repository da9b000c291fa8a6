"""What ``budgets.yaml`` may say, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.workspace import check

ACTIONS = "voucher: {slots: [home], cost: 5}\nbanner: {slots: [home]}\n"


def findings(tmp_path: Path, budgets: str, actions: str = ACTIONS) -> list[str]:
    (tmp_path / "actions").mkdir()
    (tmp_path / "rapport.yaml").write_text("name: Shop\n")
    (tmp_path / "actions" / "offers.yaml").write_text(actions)
    (tmp_path / "budgets.yaml").write_text(budgets)
    return [one.message for one in check(tmp_path)]


def test_a_whole_budget_is_fine(tmp_path: Path) -> None:
    whole = """
spring:
  actions: [voucher]
  amount: 500
  count: 40
  per: 14d
  each: 1
  open: expected
  floors: {new: {rule: "events_total < 3", share: 0.2}}
"""
    assert findings(tmp_path, whole) == []


@pytest.mark.parametrize(
    ("budgets", "message"),
    [
        ("spring: {}", "the budget 'spring' limits nothing"),
        ("spring: {amount: -1}", "-1.0 is not possible here"),
        ("spring: {amount: 5, per: soon}", "soon"),
        ("spring: {actions: [vocher], count: 4}", "no action 'vocher'"),
        ("spring: {actions: [banner], amount: 4}", "none of its actions has a cost"),
        ("spring: {count: -4}", "-4 is no number of offers"),
        ("spring: {count: 4, floors: {a: {rule: 'nope > 1', share: 0.2}}}", "nope"),
        ("spring: {count: 4, floors: {a: {rule: 'TRUE', share: 20}}}", "20 is no share"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, budgets: str, message: str) -> None:
    assert any(message in one for one in findings(tmp_path, budgets))
