"""Planted trouble, small: nobody is mixed up, and what is shared or rotates is named. The benchmark does it large."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.planted import IDENTITY, Trouble, judge, load, plant
from rapport.bootstrap import opened
from tests.loop.conftest import write_workspace


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shared_devices_and_addresses_and_rotating_ids_mix_nobody_up(seed: int, tmp_path: Path) -> None:
    write_workspace(tmp_path, **{"identity.yaml": IDENTITY})
    trouble = Trouble(400, devices=12, emails=4, rotating=2, people_a_device=(4, 12), people_an_email=(6, 12))
    planted = plant(trouble, seed)
    with opened(tmp_path) as rt:
        load(rt, planted)
        verdict = judge(rt, planted)
    assert (verdict.wrong_merges, verdict.shared_missed, verdict.rotating_missed) == (0, 0, 0)
    assert verdict.shared_wrongly == 0
