"""The next purchase: parameters come back, probabilities are proper, one customer is as among all."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.differentiate.timing import renewal
from rapport.differentiate.timing.renewal import Gaps, Renewal, due, fit, gaps
from tests.differentiate.frames import frame
from tests.differentiate.histories import START, TODAY

TRUTH = Renewal(mean=3.0, certainty=2.0, shape=4.0, scale=1.0, leave=1.0, stay=9.0)


def drawn(model: Renewal, customers: int, seed: int = 1) -> dict[str, list[tuple[int, float]]]:
    """Customers as the model says they are."""
    rng = np.random.default_rng(seed)
    found = {}
    for number in range(customers):
        variance = model.scale / rng.gamma(model.shape)
        pace = rng.normal(model.mean, np.sqrt(variance / model.certainty))
        leaving = rng.beta(model.leave, model.stay)
        day, rows = START, []
        while day <= TODAY:
            rows.append((day, 10.0))
            if rng.random() < leaving:
                break
            day += max(1, round(float(np.exp(rng.normal(pace, np.sqrt(variance))))))
        found[f"c{number}"] = rows
    return found


def seen(bought: dict[str, list[tuple[int, float]]], day: int = TODAY) -> Gaps:
    return gaps(frame(bought, day=day).purchases, len(bought), day)


def test_the_model_comes_back_from_customers_who_follow_it() -> None:
    found = fit(seen(drawn(TRUTH, 3_000)), seed=1)

    assert found.mean == pytest.approx(TRUTH.mean, abs=0.06)
    assert found.scale / found.shape == pytest.approx(TRUTH.scale / TRUTH.shape, rel=0.1)
    assert found.leave / (found.leave + found.stay) == pytest.approx(0.1, abs=0.02)


def test_foretold_and_happened_agree() -> None:
    history = drawn(TRUTH, 4_000, seed=2)
    cut = TODAY - 30
    before = {name: [row for row in rows if row[0] <= cut] for name, rows in history.items()}
    foretold = due(TRUTH, seen(before, cut)).within(30)
    bought = np.array([any(cut < day <= TODAY for day, _ in rows) for rows in history.values()])

    assert foretold.mean() == pytest.approx(bought.mean(), abs=0.015)
    high = foretold > np.median(foretold)
    assert foretold[high].mean() == pytest.approx(bought[high].mean(), abs=0.025)


def test_probabilities_rise_with_days_and_the_median_is_their_middle() -> None:
    ahead = due(TRUTH, seen({"a": [(TODAY - 50, 1.0), (TODAY - 30, 1.0), (TODAY - 9, 1.0)], "b": [(TODAY - 3, 1.0)]}))
    course = np.array([ahead.within(days) for days in (0, 1, 5, 30, 365)])

    assert (np.diff(course, axis=0) > 0).all()
    assert (course[0] == 0).all()
    for place, days in enumerate(ahead.median()):
        assert ahead.within(float(days))[place] == pytest.approx(0.5, abs=1e-9)


def test_long_silence_means_gone_and_no_date() -> None:
    ahead = due(TRUTH, seen({"a": [(TODAY - 450, 1.0), (TODAY - 440, 1.0), (TODAY - 430, 1.0)]}))

    assert ahead.gone[0] > 0.9
    assert np.isnan(ahead.median()[0])
    assert ahead.within(30)[0] < 0.1


def test_each_alone_is_as_among_all() -> None:
    history = drawn(TRUTH, 300, seed=3)
    together = due(TRUTH, seen(history))
    for place, (name, rows) in enumerate(history.items()):
        alone = due(TRUTH, seen({name: rows}))
        assert alone.median().tobytes() == together.median()[place : place + 1].tobytes()
        assert alone.within(30)[0] == together.within(30)[place]


def test_refunds_and_several_orders_a_day_make_no_gap() -> None:
    one = seen({"a": [(TODAY - 20, 5.0), (TODAY - 20, 6.0), (TODAY - 10, 5.0), (TODAY - 5, -5.0)], "b": []})

    assert one.bought.tolist() == [2.0, 0.0]
    assert one.total[0] == np.log(10.0)
    assert one.elapsed[0] == 10.0
    assert np.isnan(due(TRUTH, one).within(30)[1])


def test_everybody_equally_regular_is_fitted_without_failing() -> None:
    clockwork = {f"c{n}": [(TODAY - 290 + 30 * k, 1.0) for k in range(10)] for n in range(200)}
    model = fit(seen(clockwork), seed=1)
    ahead = due(model, seen(clockwork))

    assert np.isfinite([model.mean, model.scale, model.leave]).all()
    assert ahead.median()[0] == pytest.approx(10.0, abs=2.0)
    assert renewal.FITTED_MAX >= 1_000


def test_who_is_surely_gone_after_endless_silence_has_no_date_and_no_warning() -> None:
    nothing, one = np.zeros(1), np.ones(1)
    gone = renewal.Due(pace=one, spread=one, freedom=one, gone=one, elapsed=one, silent=nothing)
    assert np.isnan(gone.median()).all()
    assert (gone.within(30.0) == 0.0).all()
