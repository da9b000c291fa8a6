"""Running a client in a process of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

PYTHON = Path(__file__).parent / "python"


def run(*command: str | Path, complaints: bool = False) -> str:
    """What it printed. It must end well and, unless ``complaints`` are expected, report no error."""
    outcome = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=60, check=False)
    assert outcome.returncode == 0, outcome.stderr
    assert complaints or "error" not in outcome.stderr.lower(), outcome.stderr
    return outcome.stdout
