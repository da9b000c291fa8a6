"""flamapy counting a model's configurations by its BDD, called by ``benchmarks.configure_compile`` in its own venv."""

from __future__ import annotations

import json
import logging
import sys
import time


def main() -> None:
    """In: the path of a UVL file. Out: CPU seconds and the count, or what it refused with."""
    logging.disable(logging.CRITICAL)
    from flamapy.metamodels.bdd_metamodel.operations import BDDConfigurationsNumber
    from flamapy.metamodels.bdd_metamodel.transformations import FmToBDD
    from flamapy.metamodels.fm_metamodel.transformations import UVLReader

    started = time.process_time()
    try:
        model = UVLReader(sys.argv[1]).transform()
        read = time.process_time() - started
        count = BDDConfigurationsNumber().execute(FmToBDD(model).transform()).get_result()
    except Exception as error:  # noqa: BLE001 - whatever it refuses with is told
        sys.stdout.write(json.dumps({"error": f"{type(error).__name__}: {error}"[:120]}))
        return
    sys.set_int_max_str_digits(10_000)
    sys.stdout.write(json.dumps({"seconds": time.process_time() - started - read, "count": str(int(count))}))


if __name__ == "__main__":
    main()
