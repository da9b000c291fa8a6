"""What is wrong in experiments.yaml and in the holdout of policy.yaml, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.workspace import check

METRIC = "metric: {event: Order Completed}"
ARMS = "arms: {a: {}, b: {actions: {tea: 0}}}"


def faults(root: Path, experiments: str, policy: str = "{}") -> list[tuple[str, str]]:
    files = {
        "rapport.yaml": "name: Shop\n",
        "actions/tea.yaml": "slots: [homepage]\n",
        "experiments.yaml": experiments,
        "policy.yaml": policy,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return [(one.message, one.hint) for one in check(root)]


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        (f"{METRIC}, arms: {{a: {{}}}}", "at least two arms are compared", "control"),
        (f"{METRIC}, arms: {{a: {{}}, b: {{actions: {{tee: 2}}}}}}", "unknown action 'tee'", "did you mean 'tea'?"),
        (f"{METRIC}, arms: {{a: {{}}, b: {{actions: {{tea: -1}}}}}}", "-1.0 is not possible here", "0 or more"),
        (f"{METRIC}, arms: {{a: {{share: 0}}, b: {{share: 0}}}}", "all customers would be in one arm", "two arms"),
        (f"{METRIC}, arms: {{a: {{share: 0}}, b: {{}}, c: {{}}}}", "the control gets no customers", "first arm"),
        (f"{METRIC}, {ARMS}, slots: [homepaeg]", "unknown slot 'homepaeg'", "did you mean 'homepage'?"),
        (f"{METRIC}, {ARMS}, rule: nothing > 1", "unknown column 'nothing'", ""),
        (ARMS, "the experiment 'x' decides nothing", "metric"),
        (f"{METRIC}, {ARMS}, effect: 0", "an effect above 0 is needed", "0.05"),
        (f"{METRIC}, {ARMS}, margin: 2", "2.0 is not possible here", "0.02"),
        (f"{METRIC}, {ARMS}, looks: 99", "0 to 20 looks can be planned", "whenever"),
        (f"{METRIC}, {ARMS}, sample: -1", "-1 is not possible here", ""),
        (f"{METRIC}, {ARMS}, salt: holdout", "'holdout' is already the salt of holdout", "another salt"),
        (f"{METRIC}, {ARMS}, outside: true", "what an arm meets is decided by the other tool", ""),
        (f"{METRIC}, arms: {{a: {{}}, b: {{}}}}, outside: true, slots: [homepage]", "who takes part is decided", ""),
        (f"{ARMS}, metric: {{event: Completed Order}}", "'Completed Order' never arrives", "'Order Completed'"),
        (f"{ARMS}, metric: {{event: A, measure: sum}}", "sum needs a value to add up", "properties.revenue"),
        (f"{ARMS}, metric: {{event: A, of: properties.x}}", "exists adds up no value", "measure: sum"),
        (f"{ARMS}, metric: {{event: A, per: B}}", "whether something happened is not divided", "count or sum"),
        (f"{ARMS}, metric: {{event: A, within: soon}}", "'soon' is no length of time", ""),
        (f"{ARMS}, metric: {{event: A, cap: 0}}", "0.0 leaves nothing", "above 0"),
        (f"{METRIC}, {ARMS}, guardrails: {{late: {{event: A, before: x}}}}", "'x' is no length of time", ""),
    ],
)
def test_experiments(tmp_path: Path, said: str, message: str, hint: str) -> None:
    (found,) = faults(tmp_path, f"x: {{{said}}}\n")
    assert found[0].startswith(message)
    assert hint in found[1]


def test_two_experiments_by_one_salt_draw_the_same_customers(tmp_path: Path) -> None:
    one = f"{METRIC}, {ARMS}"
    (found,) = faults(tmp_path, f"x: {{{one}}}\ny: {{{one}, salt: x}}\n")
    assert found[0] == "'x' is already the salt of x"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("share: 0.7", "0.7 cannot be held out"),
        ("share: 0.1, sample: 0", "at least one customer is needed"),
        ("share: 0.1, metric: {event: A, measure: sum}", "sum needs a value to add up"),
    ],
)
def test_holdout(tmp_path: Path, said: str, message: str) -> None:
    (found,) = faults(tmp_path, "{}\n", f"holdout: {{{said}}}\n")
    assert found[0] == message


def test_what_is_right_is_not_found_fault_with(tmp_path: Path) -> None:
    whole = f"x: {{{METRIC}, {ARMS}, slots: [homepage], rule: frequency > 1, looks: 5}}\n"
    assert faults(tmp_path, whole, "holdout: {share: 0.05, metric: {event: Order Completed, within: 90d}}\n") == []
