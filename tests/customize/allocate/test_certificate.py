"""Plans: against brute force and an exact solver on small problems, and what a certificate promises."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.errors import InvalidInput
from rapport.customize.allocate.certificate import Plan, allocate
from rapport.customize.allocate.greedy import first_come
from rapport.customize.allocate.problem import Chunk, Floor, Problem, Resource
from rapport.customize.allocate.rounding import tally


def scarce(customers: int, offers: int, seed: int) -> tuple[np.ndarray, list[Resource]]:
    """Gains that differ by customer and offer, places for half of them, and money for a quarter."""
    rng = np.random.default_rng(seed)
    gains = rng.gamma(2, 1, (customers, 1)) * rng.beta(1, 8, (customers, offers)) * rng.uniform(1, 10, offers)
    places = [Resource(f"places {j}", np.eye(offers)[j], customers // (2 * offers)) for j in range(offers)]
    return gains.astype(np.float32), [*places, Resource("money", rng.uniform(0.5, 3, offers), customers / 4)]


def keeps_to(problem: Problem, plan: Plan) -> bool:
    limits = problem.limits[: len(problem.resources)]
    return bool((plan.tally.use[: limits.size] <= limits * (1 + 1e-9)).all())


def best_possible(problem: Problem, values: np.ndarray) -> float:
    """By trying every plan of one offer a customer."""
    best = 0.0 if not problem.floors else -np.inf
    for choice in itertools.product(range(-1, problem.offers), repeat=problem.customers):
        taken = [(i, j) for i, j in enumerate(choice) if j >= 0]
        use = sum((problem.matrix[:, j] for _, j in taken), np.zeros(problem.limits.size))
        if (use <= problem.limits + 1e-9).all():
            best = max(best, sum(float(values[i, j]) for i, j in taken))
    return best


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_small_plans_are_as_good_as_the_best_of_all(data: st.DataObject) -> None:
    customers, offers = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 3))
    numbers = st.sampled_from([-1.0, 0.0, 0.5, 1.0, 1.0, 2.0, 3.5])
    values = np.array(data.draw(st.lists(numbers, min_size=customers * offers, max_size=customers * offers)))
    values = values.reshape(customers, offers).astype(np.float32)
    uses = st.lists(st.sampled_from([0.0, 1.0, 1.0, 2.0]), min_size=offers, max_size=offers)
    limits = st.sampled_from([0.0, 1.0, 2.0, 3.0, 100.0])
    resources = [Resource(f"r{k}", np.array(data.draw(uses)), data.draw(limits)) for k in range(2)]
    problem = Problem.of(values, resources)
    plan = allocate(problem)
    assert keeps_to(problem, plan)
    assert plan.tally.value == pytest.approx(best_possible(problem, values), abs=1e-6)
    assert plan.bound >= plan.tally.value


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3), st.integers(2, 6))
def test_without_the_exact_solver_the_certificate_still_holds(seed: int, cap: int, offers: int) -> None:
    values, resources = scarce(60, offers, seed)
    problem = Problem.of(values, resources, cap=min(cap, offers), chunk=17)
    plan, exact = allocate(problem, seconds=0), allocate(problem)
    assert keeps_to(problem, plan)
    assert plan.tally.value <= exact.tally.value + 1e-6 <= plan.bound + 2e-6
    assert exact.gap < 1e-6


def test_thousands_of_customers_come_within_a_hundredth_of_a_percent() -> None:
    values, resources = scarce(50_000, 8, 3)
    problem = Problem.of(values, resources)
    plan = allocate(problem, seconds=0)
    assert keeps_to(problem, plan)
    assert plan.gap < 1e-4
    assert tally(problem, first_come(problem)).value < 0.95 * plan.tally.value


def test_offers_that_stand_in_for_one_another_are_no_trouble() -> None:
    """A raise of one price sends its takers to the next offer; raises that make it worse are not followed."""
    values, resources = scarce(40_000, 80, 4)
    problem = Problem.of(values, resources)
    plan = allocate(problem, seconds=0)
    assert keeps_to(problem, plan)
    assert plan.gap < 2e-3, "with every raise followed to the end it is .058"


def test_the_chunks_and_their_number_do_not_change_the_bound() -> None:
    values, resources = scarce(30_000, 4, 5)
    whole, parts = (Problem.of(values, resources, chunk=size) for size in (30_000, 1024))
    assert allocate(whole, seconds=0).bound == pytest.approx(allocate(parts, seconds=0).bound, rel=1e-9)


def test_where_only_acceptances_use_anything_more_offers_go_out() -> None:
    values, chances = np.full((1000, 1), 0.5), np.full((1000, 1), 0.125)
    budget = Resource("money", np.array([5.0]), 100.0)
    each, expected = Problem.of(values, [budget]), Problem.of(values, [budget], chances=chances)
    assert allocate(each).tally.given.sum() == 20
    assert allocate(expected).tally.given.sum() == 160


@pytest.mark.parametrize("values", [np.ones((400, 3)), np.tile([3.0, 2.0, 1.0], (400, 1)), np.ones((1, 3))])
def test_ties_are_no_trouble(values: np.ndarray) -> None:
    problem = Problem.of(values, [Resource("places", np.ones(3), 150.0), Resource("first", np.eye(3)[0], 40.0)])
    plan = allocate(problem, seconds=0)
    assert keeps_to(problem, plan)
    assert plan.gap < 1e-6


def test_a_budget_larger_than_needed_costs_nothing() -> None:
    values, _ = scarce(500, 3, 1)
    plan = allocate(Problem.of(values, [Resource("money", np.ones(3), 1e9)]))
    assert plan.prices.tolist() == [0.0]
    assert plan.gap == 0.0
    assert plan.tally.value == pytest.approx(float(values.max(axis=1).astype(np.float64).sum()))


def test_the_price_of_a_budget_is_what_a_little_more_of_it_earns() -> None:
    values, resources = scarce(20_000, 5, 8)
    money = resources[-1]
    more = [*resources[:-1], Resource("money", money.use, money.limit * 1.01)]
    plan, richer = (allocate(Problem.of(values, given), seconds=0) for given in (resources, more))
    earned = (richer.tally.value - plan.tally.value) / (money.limit * 0.01)
    assert earned == pytest.approx(plan.prices[-1], rel=0.05)


@pytest.mark.parametrize("offers", [0, 40])
def test_nobody_or_nothing_to_give(offers: int) -> None:
    nobody = Problem.of(np.empty((0, 2), dtype=np.float32), [Resource("money", np.ones(2), 5.0)])
    assert allocate(nobody).tally.value == 0.0
    broke = Problem.of(np.ones((10, 2)), [Resource("money", np.ones(2), 0.0)])
    plan = allocate(broke)
    assert (plan.chosen == -1).all()
    assert plan.gap == 0.0


def test_who_may_not_get_an_offer_does_not() -> None:
    values = np.array([[5.0, 1.0], [-np.inf, -np.inf], [-2.0, -1.0]])
    assert allocate(Problem.of(values)).chosen.ravel().tolist() == [0, -1, -1]


def test_customers_take_no_more_than_their_own_caps() -> None:
    def chunk(_: int) -> Chunk:
        return Chunk(np.ones((3, 4), dtype=np.float32), caps=np.array([0, 1, 9], dtype=np.int16))

    problem = Problem(sizes=[3], offers=4, chunk=chunk, cap=2)
    assert (allocate(problem).chosen >= 0).sum(axis=1).tolist() == [0, 1, 2]


def young(least: int, money: float = 100.0) -> tuple[np.ndarray, Problem]:
    """Ten customers, of whom the last four are young and worth less; one offer, one euro each."""
    values = np.array([[3.0]] * 6 + [[1.0]] * 4)
    classes = np.array([0] * 6 + [1] * 4)
    floor = Floor("young", np.array([True]), least)
    member = np.array([[False], [True]])
    money_ = [Resource("money", np.ones(1), money)]
    return values, Problem.of(values, money_, floors=[floor], member=member, classes=classes)


@pytest.mark.parametrize("seconds", [0.0, 5.0])
def test_a_floor_is_met_and_costs_what_it_costs(seconds: float) -> None:
    _, free = young(0, money=6.0)
    _, bound = young(2, money=6.0)
    plan, floored = allocate(free, seconds=seconds), allocate(bound, seconds=seconds)
    assert plan.tally.value == 18.0
    assert floored.tally.value == 14.0
    assert not floored.short(bound)
    assert floored.gap < 1e-6
    assert floored.prices[1] == pytest.approx(2.0, abs=1e-3)


def test_a_floor_that_the_budget_cannot_pay_is_told() -> None:
    _, problem = young(4, money=3.0)
    plan = allocate(problem)
    assert plan.short(problem) == {"young": 1}


def test_a_floor_is_met_though_it_loses_money() -> None:
    floor = Floor("all", np.array([True, False]), 5)
    values = np.tile([-0.5, 1.0], (20, 1))
    problem = Problem.of(values, floors=[floor], member=np.array([[True]]))
    plan = allocate(problem, seconds=0)
    assert plan.tally.use.tolist() == [5.0]
    assert plan.tally.value == pytest.approx(12.5)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Problem.of([[np.nan]]), "no number"),
        (lambda: Problem.of([[np.inf]]), "no number"),
        (lambda: Problem.of([1.0]), "shape"),
        (lambda: Problem.of([[1.0]], [Resource("m", np.array([-1.0]), 1.0)]), "uses? of"),
        (lambda: Problem.of([[1.0]], [Resource("m", np.array([1.0]), -1.0)]), "holds -1"),
        (lambda: Problem.of([[1.0]], [Resource("m", np.array([1.0]), np.nan)]), "holds nan"),
        (lambda: Problem.of([[1.0]], chances=[[1.5]]), "between 0 and 1"),
        (lambda: Problem.of([[1.0]], cap=0), "at most 0"),
        (lambda: Problem.of([[1.0]], classes=[3]), "without a row"),
    ],
)
def test_what_no_plan_can_be_made_of_is_refused(wrong: Callable[[], Problem], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        wrong()
