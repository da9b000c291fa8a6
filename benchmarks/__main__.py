"""Every benchmark in turn: ``python -m benchmarks``. Each prints a Markdown table; `RESULTS.md` keeps the last run."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import benchmarks

SUPPORT = {
    "__main__",
    "offpolicy_peer",
    "openloop",
    "http_server",
    "lifetime_peer",
    "uplift_peer",
    "linking_peer",
    "stage_peer",
    "histories",
    "renault",
    "configure_compile_peer",
}


def main() -> int:
    failed = 0
    for module in sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__)):
        if module in SUPPORT:
            continue
        print(f"\n## {module}\n", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{module}"], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
