"""Fixtures every test may use: where real data lies, and whether a skip is allowed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

NO_SKIPS = os.environ.get("RAPPORT_NO_SKIPS") == "1"

# Where nothing may be skipped, property tests repeat the same examples, so that a change is judged by what it changed;
# everywhere else each run looks at new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
if NO_SKIPS:
    settings.load_profile("repeatable")


def unavailable(reason: str) -> None:
    """Skips with a reason, or fails where nothing may be skipped."""
    if NO_SKIPS:
        pytest.fail(f"RAPPORT_NO_SKIPS=1, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of data sets that we did not write, named by ``RAPPORT_TEST_DATA``."""
    folder = os.environ.get("RAPPORT_TEST_DATA", "")
    if not folder or not Path(folder).is_dir():
        unavailable("RAPPORT_TEST_DATA does not name a folder with the real data sets")
    return Path(folder)


pytest_plugins = ["tests.postgres"]
