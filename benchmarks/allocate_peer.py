"""PDLP (OR-Tools) and HiGHS on the allocation of ``benchmarks.allocate``; run by it, in the peers' environment.

A first-order solver's iterates break constraints a little. Its answer is made a plan's value by the relative duality
gap that it reports itself; what it takes to build the model is not counted. PDLP's own clock is the wall's: the CPU
second of an iterate is its share of that clock times the CPU seconds of the whole call.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
from scipy.sparse import csr_matrix, vstack

LOOK_EVERY = 20
"""PDLP's gap is looked at after so many iterations; 64 when it is not told."""


def model(customers: int, offers: int, seed: int) -> tuple[np.ndarray, csr_matrix, np.ndarray]:
    """Gains (flat), constraint matrix and limits, as benchmarks.allocate draws them."""
    chunk = 65_536
    parts = []
    for n, start in enumerate(range(0, customers, chunk)):
        count = min(chunk, customers - start)
        rng = np.random.default_rng([seed, n])
        size = rng.standard_exponential((count, 1), dtype=np.float32) + rng.standard_exponential(
            (count, 1), dtype=np.float32
        )
        chance = rng.random((count, offers), dtype=np.float32)
        chance **= 4
        chance += 1e-3
        chance *= size * np.random.default_rng(seed + 1).uniform(0.2, 2.0, offers).astype(np.float32)
        parts.append(chance)
    gains = np.concatenate(parts).astype(np.float64)
    cost = np.random.default_rng(seed).uniform(0.5, 3.0, offers)
    cells = gains.size
    each = csr_matrix((np.ones(cells), np.arange(cells), np.arange(0, cells + 1, offers)), shape=(customers, cells))
    places = csr_matrix((np.ones(cells), (np.tile(np.arange(offers), customers), np.arange(cells))))
    money = csr_matrix(np.tile(cost, customers)[None, :])
    limits = np.concatenate([np.full(offers, customers // (2 * offers), dtype=float), [customers / 4]])
    return gains.ravel(), vstack([each, places, money]).tocsc(), limits


def pdlp(gains: np.ndarray, matrix: csr_matrix, upper: np.ndarray, seconds: float) -> dict[str, object]:
    """PDLP until it is done or out of time: where it ended, and when its gap came below 1% and below .01%."""
    from ortools.pdlp import solvers_pb2
    from ortools.pdlp.python import pdlp as solver

    lp = solver.QuadraticProgram()
    lp.objective_vector, lp.constraint_matrix = -gains, matrix
    lp.constraint_lower_bounds, lp.constraint_upper_bounds = np.full(len(upper), -np.inf), upper
    lp.variable_lower_bounds, lp.variable_upper_bounds = np.zeros(gains.size), np.ones(gains.size)
    asked = solvers_pb2.PrimalDualHybridGradientParams()
    asked.termination_criteria.time_sec_limit = seconds
    asked.termination_criteria.simple_optimality_criteria.eps_optimal_relative = 1e-5
    asked.num_threads, asked.record_iteration_stats, asked.termination_check_frequency = 1, True, LOOK_EVERY
    began, wall = time.process_time(), time.perf_counter()
    result = solver.primal_dual_hybrid_gradient(lp, asked)
    spent, waited = time.process_time() - began, time.perf_counter() - wall
    log = result.solve_log
    last = log.solution_stats.convergence_information
    gap = min((_relative(one) for one in last), default=None)
    over = min((one.l2_primal_residual for one in last), default=None)
    return {
        "solver": "PDLP",
        "cpu_s": round(spent, 1),
        "wall_s": round(waited, 1),
        "preparing_cpu_s": round(log.preprocessing_time_sec * spent / waited, 1),
        "below_1_percent_cpu_s": _below(log, 0.01, spent / waited),
        "below_.01_percent_cpu_s": _below(log, 0.0001, spent / waited),
        "reason": int(log.termination_reason),
        "gap_percent": None if gap is None else 100 * gap,
        "l2_primal_residual": over,
        "iterations": log.iteration_count,
        "objective": None if not last else -last[0].primal_objective,
    }


def _below(log: object, gap: float, rate: float) -> float | None:
    """CPU seconds after which an iterate first had a gap below ``gap``; None: never."""
    for one in log.iteration_stats:  # type: ignore[attr-defined]
        # The first iterates are all 0: both of their objectives are, too.
        if any(told.primal_objective and _relative(told) <= gap for told in one.convergence_information):
            return round(one.cumulative_time_sec * rate, 1)
    return None


def _relative(one: object) -> float:
    """The gap between a solver's own two objectives, relative to the larger."""
    ends = (one.primal_objective, one.dual_objective)  # type: ignore[attr-defined]
    return abs(ends[0] - ends[1]) / max(abs(ends[0]), abs(ends[1]), 1e-12)


def highs(gains: np.ndarray, matrix: csr_matrix, upper: np.ndarray, seconds: float) -> dict[str, object]:
    """HiGHS on the integer problem."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    began = time.process_time()
    found = milp(
        -gains, integrality=np.ones(gains.size), bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, -np.inf, upper), options={"time_limit": seconds},
    )  # fmt: skip
    gap = None if found.x is None else 100 * float(found.mip_gap)
    return {"solver": "HiGHS", "cpu_s": round(time.process_time() - began, 1), "gap_percent": gap,
            "value": None if found.x is None else -float(found.fun)}  # fmt: skip


def main() -> None:
    """Seconds, customers, offers, cap, seed and our value come as arguments."""
    seconds, customers, offers, cap, seed, value = (float(word) for word in sys.argv[1:])
    gains, matrix, limits = model(int(customers), int(offers), int(seed))
    upper = np.concatenate([np.full(int(customers), cap), limits])
    for solve in (pdlp, highs):
        if solve is highs and customers > 100_000:
            continue
        print(json.dumps({"customers": customers, "ours": value, **solve(gains, matrix, upper, seconds)}), flush=True)


if __name__ == "__main__":
    main()
