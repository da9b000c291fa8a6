"""``rapport report readiness`` and the ladder in ``rapport doctor``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def test_before_a_refresh_it_says_what_to_do(shop: Path, rapport: Run) -> None:
    assert "rapport refresh" in rapport("-w", shop, "report", "readiness").out
    document = rapport("-w", shop, "doctor", "--json").json
    assert {one["level"] for one in document["readiness"]["stages"]} == {"not measured", "not declared"}


def test_the_doctor_says_how_to_open_what_is_closed(loaded: Path, rapport: Run) -> None:
    policy = (loaded / "policy.yaml").read_text(encoding="utf-8")
    (loaded / "policy.yaml").write_text(f"{policy}gates: {{customers: 5000}}\n", encoding="utf-8")
    assert rapport("-w", loaded, "refresh").code == 0
    said = rapport("-w", loaded, "report", "readiness").out
    assert "customers who may be told apart: 10; asked: 5,000" in said
    doctor = rapport("-w", loaded, "doctor").out
    assert "Readiness, measured" in doctor
    assert "next: interact: load more customers, or set gates: {customers: …} in policy.yaml" in doctor
    assert rapport("-w", loaded, "report", "readiness", "--json").json["next"]
