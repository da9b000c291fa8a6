"""What ``lifetime`` of ``value.yaml`` may say, and what is found wrong in it."""

from __future__ import annotations

import pytest

from tests.workspace.test_check import found


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("horizon: soon", "value.yaml:1:21: 'soon' is no length of time: write a number and d, h, m or s"),
        ("horizon: 1h", "'1h' is no horizon for a value: write between 1d and ten years"),
        ("horizon: 9999d", "'9999d' is no horizon for a value"),
        ("discount: 10", "10.0 is no discount rate: write a yearly rate, such as 0.1 for 10%"),
        ("discount: -0.1", "-0.1 is no discount rate"),
        ("margin: 35", "35.0 is no margin: write the share of revenue that is earned"),
        ("margin: 0", "0.0 is no margin"),
        ("by: chanel", "there is no column 'chanel'"),
        ("by: rfm_segmnt", "there is no column 'rfm_segmnt': did you mean 'rfm_segment'?"),
        ("by: monetary", "'monetary' is of type number: a column of type boolean or integer or text is needed here"),
        ("by: marketing_mode", "'marketing_mode' is computed after lifetime value"),
        ("by: p_alive", "'p_alive' is computed after lifetime value"),
        ("contract: rfm_segment", "'rfm_segment' is of type text: a column of type boolean is needed here"),
        ("period: 1h", "a term of a contract is at least one day: write 30d"),
        ("{contract: anonymous, period: 900d}", "no renewal lies within the horizon: write a horizon of 900d or more"),
    ],
)
def test_what_cannot_be_is_found(tmp_path, text, finding):
    findings = found(tmp_path, value="lifetime: {" + text.strip("{}") + "}\n")
    assert any(finding in one for one in findings), findings


@pytest.mark.parametrize("text", ["by: cohort", "by: rfm_segment", "contract: anonymous", "horizon: 3653d, margin: 1"])
def test_what_can_be_is_not(tmp_path, text):
    assert found(tmp_path, value="lifetime: {" + text + "}\n") == []
