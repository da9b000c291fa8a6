"""Every fault of ``capabilities.yaml`` is found, and of what actions say of marketing modes."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.workspace import check

SERVES = "capabilities:\n  steel:\n    serves: anonymous\n"


def found(root: Path, **files: str) -> list[str]:
    for name, text in {"rapport": "name: Shop\n", **files}.items():
        path = root / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [str(finding) for finding in check(root)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("capabilities: {steel: {}}\n", "capabilities.yaml:1:23: 'serves' is missing"),
        (SERVES + "    able: 2\n", "capabilities.yaml:4:11: 2.0 is not possible here: write a number from 0 to 1"),
        (SERVES + "    cost: -1\n", "capabilities.yaml:4:11: -1.0 is not possible here: write 0 or more"),
        (SERVES + "    capacity: -1\n", "capabilities.yaml:4:15: -1 is not possible here: write 0 or more"),
        (SERVES + "    capacity: many\n", "capabilities.yaml:4:15: a whole number"),
        (SERVES + "    weight: 0\n", "capabilities.yaml:4:13: a weight above 0 is needed"),
        (
            "capabilities: {a: {serves: anonymus}}\n",
            "capabilities.yaml:1:28: unknown column 'anonymus', at character 1",
        ),
        (
            "capabilities: {a: {serves: selection = 'hold'}}\n",
            "capabilities.yaml:1:28: 'selection' is computed later than this is needed: name columns that are known",
        ),
        ("value: frequency > 1\n", "capabilities.yaml:1:"),
        ("value: service_fit\n", "capabilities.yaml:1:8: 'service_fit' is computed later"),
        ("growth: potential\n", "capabilities.yaml:1:9: unknown column 'potential'"),
        ("fit_from: 1.5\n", "capabilities.yaml:1:11: 1.5 is not possible here"),
        ("value_from: .inf\n", "capabilities.yaml:1:13: a finite number is needed"),
        ("diversity_from: -1\n", "capabilities.yaml:1:17: -1.0 is not possible here"),
        ("develop_cost: -1\n", "capabilities.yaml:1:15: -1.0 is not possible here"),
        ("differ_by: [need_wat]\n", "capabilities.yaml:1:13: unknown column 'need_wat': did you mean 'need_what'?"),
        ("differ_by: [monetary]\n", "capabilities.yaml:1:13: 'monetary' is no text column"),
        ("differ_by: [marketing_mode]\n", "capabilities.yaml:1:13: 'marketing_mode' is no text column"),
        ("modes: {mas: {}}\n", "capabilities.yaml:1:9: 'mas' is not possible here: did you mean 'mass'?"),
        ("modes: {mass: {contacts: -1}}\n", "capabilities.yaml:1:26: -1 is not possible here"),
        ("modes: {mass: {budget: -1}}\n", "capabilities.yaml:1:24: -1.0 is not possible here"),
        ("modes: {mass: {per: week}}\n", "capabilities.yaml:1:21: 'week' is no length of time"),
        ("modes: {mass: {configure: all}}\n", "capabilities.yaml:1:27: 'all' is not possible here"),
    ],
)
def test_faults(tmp_path: Path, text: str, said: str) -> None:
    assert any(one.startswith(said) for one in found(tmp_path, capabilities=text)), found(tmp_path, capabilities=text)


def test_a_segment_is_known_too_late(tmp_path: Path) -> None:
    text = "capabilities: {a: {serves: dear}}\n"
    (said,) = found(tmp_path, segments="dear: {rule: frequency > 3}\n", capabilities=text)
    assert "'dear' is computed later" in said


def test_modes_of_actions(tmp_path: Path) -> None:
    action = "slots: [home]\nmodes: [mass]\n"
    (said,) = found(tmp_path, actions__tea=action)
    assert said.startswith("actions/tea.yaml:2:8: without capabilities.yaml nobody has a marketing mode")
    (said,) = found(tmp_path, actions__tea=action + "personal: false\n", capabilities="")
    assert said.startswith("actions/tea.yaml:2:8: who switched personalisation off has no marketing mode")
    (said,) = found(tmp_path, actions__tea="slots: [home]\nmodes: [masses]\n")
    assert said.startswith("actions/tea.yaml:2:9: 'masses' is not possible here: did you mean 'mass'?")


def test_all_of_it_at_once_is_fine(tmp_path: Path) -> None:
    text = """
capabilities:
  steel: {serves: need_what = 'steel', able: 0.9, capacity: 20, cost: 500, weight: 2}
value: clv
value_from: 1000
growth: clv - monetary
differ_by: [need_what, rfm_segment]
modes:
  mass: {contacts: 1, per: 7d, budget: 2, configure: none}
  exclude: {contacts: 0}
"""
    assert found(tmp_path, capabilities=text, actions__tea="slots: [home]\nmodes: [one_to_one, later]\n") == []
