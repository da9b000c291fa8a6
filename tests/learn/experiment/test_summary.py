"""What an experiment says of all its metrics together."""

from __future__ import annotations

import numpy as np

from rapport.learn.experiment import Asked, Baseline, Design, Measured, customers_needed, read
from rapport.learn.experiment.estimate import Estimate
from rapport.learn.experiment.guardrails import guarded, verdict
from rapport.learn.experiment.power import effect_seen


def measured(value):
    return Measured(value=value, before=np.zeros((len(value), 1)), counted=len(value))


def test_metrics_are_read_by_their_part():
    rng = np.random.default_rng(8)
    arm, week = rng.integers(0, 2, 3000), np.repeat([0, 1, 2], 1000)
    helped = (rng.uniform(size=3000) < 0.3 + 0.2 * arm).astype(float)
    harmed = (rng.uniform(size=3000) < 0.3 - 0.2 * arm).astype(float)
    nothing = rng.normal(10, 1, 3000)
    values = {"buys": helped, "reads": nothing, "asks": helped, "slow": nothing, "stays": harmed}
    metrics = {name: measured(value) for name, value in values.items()}
    asked = {"buys": Asked(), "reads": Asked(), "asks": Asked(better="less"),
             "slow": Asked(better="less", margin=0.05), "stays": Asked(margin=0.05)}  # fmt: skip
    design = Design(arms=("control", "green"), shares=(1.0, 1.0), planned=3000)
    found = read(design, arm, week, metrics, asked)
    assert not found.shares.found
    assert found.primary.verdicts == ["better"]
    assert {one.metric: one.verdicts for one in found.secondary} == {"reads": ["open"], "asks": ["worse"]}
    assert {one.metric: one.verdicts for one in found.guardrails} == {"slow": ["kept"], "stays": ["broken"]}
    assert found.secondary[1].adjusted[0] <= 2 * found.secondary[1].estimates[0].p_value
    assert [one.week for one in found.weeks] == [0, 1, 2]
    assert found.path[-1].estimates == found.primary.estimates
    widths = [point.estimates[0].high - point.estimates[0].low for point in found.path]
    assert widths == sorted(widths, reverse=True)


def test_a_verdict_needs_the_whole_interval():
    def between(low, high):
        return Estimate(arm="b", low=low, high=high, mean_control=10.0)

    assert verdict(between(0.1, 0.2), "more") == "better"
    assert verdict(between(0.1, 0.2), "less") == "worse"
    assert verdict(between(-0.1, 0.2), "more") == "open"
    assert verdict(between(0.1, 0.2), "more", adjusted_p=0.2) == "open"
    assert guarded(between(-0.9, 0.1), "more", 0.1) == "kept"
    assert guarded(between(-1.1, 0.1), "more", 0.1) == "open"
    assert guarded(between(0.1, 1.1), "less", 0.1) == "open"
    assert guarded(between(1.1, 1.2), "less", 0.1) == "broken"
    assert guarded(Estimate(arm="b", refused="few"), "more", 0.1) == "open"


def test_a_planned_sample_shows_the_planned_effect_four_times_in_five():
    base = Baseline(customers=1, mean=0.2, variance=0.16, left=1.0, days=1.0)
    rng = np.random.default_rng(4)
    for looks in (1, 3):
        design_n = customers_needed(base, 0.2, (1.0, 1.0), looks)
        assert abs(effect_seen(base, design_n, (1.0, 1.0), looks) - 0.2) < 1e-3
        design = Design(arms=("a", "b"), shares=(1.0, 1.0), planned=design_n, looks=looks)
        seen = 0
        for _ in range(150):
            arm = rng.integers(0, 2, design_n)
            value = (rng.uniform(size=design_n) < 0.2 + 0.04 * arm).astype(float)
            found = read(design, arm, np.zeros(design_n, int), {"m": measured(value)}, {"m": Asked()})
            seen += found.primary.verdicts == ["better"]
        assert abs(seen / 150 - 0.8) < 0.1
