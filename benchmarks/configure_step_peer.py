"""flamapy's configurator on the same picks, called by ``benchmarks.configure_step`` in an environment of its own."""

from __future__ import annotations

import json
import logging
import sys
import time

SECONDS_MAX = 60.0


def main() -> None:
    """In: a model's file, and of each step what is picked or refused. Out: by backend, what follows and its time."""
    given = json.load(sys.stdin)
    logging.disable(logging.CRITICAL)
    from flamapy.metamodels.fm_metamodel.operations import FMCoreFeatures
    from flamapy.metamodels.fm_metamodel.transformations import UVLReader

    model = UVLReader(given["path"]).transform()
    core = [feature.name for feature in FMCoreFeatures().execute(model).get_result()]
    found = {}
    for name, backend in (("propagation", _pysat), ("z3", _z3)):
        started = time.process_time()
        try:
            solver = backend(model)
        except Exception as error:  # noqa: BLE001 - whatever it refuses with is told
            found[name] = {"error": f"{type(error).__name__}: {error}"[:200]}
            continue
        built, answers = time.process_time() - started, []
        for picks in given["picks"]:
            before = time.process_time()
            implied = solver.propagate(dict.fromkeys(core, True) | picks)
            answers.append({"ms": 1e3 * (time.process_time() - before), "implied": implied})
            if time.process_time() - started > SECONDS_MAX:
                break
        found[name] = {"built_s": built, "core": core, "answers": answers}
    sys.stdout.write(json.dumps(found))


def _pysat(model):  # type: ignore[no-untyped-def]
    from flamapy.metamodels.configurator_metamodel.solver.pysat_backend import PySATBackend
    from flamapy.metamodels.pysat_metamodel.transformations import FmToPysat

    return PySATBackend(FmToPysat(model).transform())


def _z3(model):  # type: ignore[no-untyped-def]
    from flamapy.metamodels.configurator_metamodel.solver.z3_backend import Z3Backend
    from flamapy.metamodels.z3_metamodel.transformations import FmToZ3

    return Z3Backend(FmToZ3(model).transform())


if __name__ == "__main__":
    main()
