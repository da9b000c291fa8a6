"""What ``value.yaml`` may say, and what is found wrong in it."""

# ruff: noqa: E501 - one case a line reads best

from __future__ import annotations

import pytest

from rapport.workspace.value import Dimension, Indicator, judged_together
from tests.workspace.test_check import found

SPEND = "spend: {of: monetary}"
THREE = "a: {of: monetary}, b: {of: frequency}, c: {of: recency_days}"


def value(text: str) -> str:
    return text + "\n"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        # expressions
        ("current: {indicators: {spend: {of: monetry}}}", "value.yaml:1:36: unknown column 'monetry', at character 1, of the rule: monetry: did you mean 'monetary'?"),
        ("current: {indicators: {spend: {of: monetary > 5}}}", "value.yaml:1:36: "),
        ("current: {indicators: {spend: {of: rfm_segment}}}", "value.yaml:1:36: "),
        ("current: {indicators: {again: {of: value_potential * 2}}}", "value.yaml:1:36: 'value_potential' is what value itself computes: name what value can be computed from"),
        ("potential: {indicators: {fit: {of: service_fit}}}", "value.yaml:1:36: 'service_fit' is computed from value (fit)"),
        ("potential: {indicators: {own: {of: needs_diversity}}}", "value.yaml:1:36: 'needs_diversity' is computed from value (mode)"),
        # scores
        (f"current: {{indicators: {{{SPEND[:-1]}, bounds: [1]}}}}}}", "value.yaml:1:54: quantile scores have no bounds: leave them out, or add scoring: linear or steps"),
        ("current: {indicators: {spend: {of: monetary, scoring: linear}}}", "a line has two bounds: write bounds: [0, 100]"),
        ("current: {indicators: {spend: {of: monetary, scoring: linear, bounds: [9, 1]}}}", "value.yaml:1:71: the bounds do not ascend: write the smallest first"),
        ("current: {indicators: {spend: {of: monetary, scoring: steps}}}", "steps need bounds"),
        ("current: {indicators: {spend: {of: monetary, scoring: steps, bounds: [.nan]}}}", "the bounds do not ascend"),
        # weights by hand
        (f"current: {{weights: manual, indicators: {{{SPEND[:-1]}, weight: -1}}}}}}", "-1.0 is not possible here"),
        (f"current: {{weights: manual, indicators: {{{SPEND[:-1]}, weight: 0}}}}}}", "value.yaml:1:20: all weights are 0: give one indicator a weight"),
        (f"current: {{weights: entropy, cap: 1, indicators: {{{SPEND[:-1]}, weight: 3}}}}}}", "only weights set by hand count this: add weights: manual to the dimension, or leave it out under entropy"),
        # entropy
        (f"current: {{weights: entropy, cap: 0, indicators: {{{THREE}}}}}", "value.yaml:1:34: a share between 0 and 1 is needed"),
        (f"current: {{weights: entropy, indicators: {{{THREE}}}}}", "3 indicators of at most 0.2 each do not make a whole: write cap: 0.34 or more"),
        # thresholds and rates
        (f"current: {{high_from: 70, indicators: {{{SPEND}}}}}", "value.yaml:1:22: a score between 0 and 1 is needed: leave it out for the middle"),
        ("learned_horizon: quarter", "value.yaml:1:18: 'quarter' is no length of time"),
        ("currencies: {dollar: 0.9}", "value.yaml:1:14: 'dollar' is no currency code"),
        ("currencies: {USD: -1}", "value.yaml:1:19: -1.0 is no rate of exchange"),
        ("currencies: {EUR: 1}", "value.yaml:1:14: EUR is the workspace's own currency: leave it out"),
        ("quadrants: {high_hihg: {}}", "value.yaml:1:13: "),
        # judgements
        (f"current: {{indicators: {{{THREE}}}, judgements: {{a: {{b: 3}}}}}}", "weights: equal asks for no judgements: add weights: ahp"),
        (f"current: {{weights: ahp, indicators: {{{THREE}}}, judgements: {{a: {{b: 3, c: 5}}}}}}", "1 of 3 judgements are missing: add b: {c: …}"),
        (f"current: {{weights: ahp, indicators: {{{THREE}}}}}", "3 of 3 judgements are missing: add a: {b: …}, a: {c: …}, b: {c: …}"),
        (f"current: {{weights: ahp, indicators: {{{THREE}}}, judgements: {{a: {{bb: 3}}}}}}", "'bb' is no indicator or group here: did you mean 'b'?"),
        (f"current: {{weights: ahp, indicators: {{{THREE}}}, judgements: {{a: {{a: 1}}}}}}", "'a' is compared with itself"),
        (f"current: {{weights: ahp, indicators: {{{THREE}}}, judgements: {{a: {{b: 12}}}}}}", "12 is not on the scale: write 1 (alike) to 9, or turn the two round"),
        (f"current: {{weights: ahp, indicators: {{{THREE}}}, judgements: {{a: {{b: 0}}}}}}", "0 is not on the scale"),
        (f"current: {{weights: ahp, indicators: {{{THREE}}}, judgements: {{a: {{b: 3}}, b: {{a: 3}}}}}}", "the reverse says 3, which is not 1/3: keep one of the two"),
        ("current: {weights: ahp, indicators: {a: {of: monetary, group: a}}}", "'a' is an indicator and a group: rename one of them"),
        ("current: {weights: ahp, indicators: {a: {of: monetary, group: m}, b: {of: frequency}}, judgements: {a: {b: 2}}}", "'a' and 'b' do not stand in one group"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_found(tmp_path, text, finding):
    findings = found(tmp_path, value=value(text))
    assert any(finding in one for one in findings), findings


@pytest.mark.parametrize(
    "text",
    [
        f"current: {{weights: ahp, indicators: {{{THREE}}}, judgements: {{a: {{b: 3}}, b: {{a: 0.33, c: 2}}, c: {{a: 0.2}}}}}}",
        "current: {weights: ahp, indicators: {a: {of: monetary}}}",
        "potential: {indicators: {stage: {of: buying_probability}, life: {of: clv}, need: {of: needs_known}}}",
        "lifetime: {}",
        "currencies: {USD: 0.92}",
    ],
)
def test_what_can_be_is_not(tmp_path, text):
    assert found(tmp_path, value=value(text)) == []


def test_a_segment_comes_after_value(tmp_path):
    text = "current: {indicators: {gold: {of: 'CASE WHEN gold THEN 1 ELSE 0 END'}}}"
    findings = found(tmp_path, value=value(text), segments="gold: {rule: frequency > 9}\n")
    assert any("'gold' is a segment, told after value" in one for one in findings), findings


def test_groups_stand_above_their_indicators_and_beside_those_that_have_none():
    indicators = {"x": Indicator(of="1"), "y": Indicator(of="1", group="g"), "z": Indicator(of="1", group="g")}
    assert judged_together(Dimension(indicators=indicators)) == {"": ["x", "g"], "g": ["y", "z"]}
