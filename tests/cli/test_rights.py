"""Consent, export and retention at the command line."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]
ANN = "user_id=K1"


def test_a_word_is_entered_and_shown(loaded: Path, rapport: Run) -> None:
    said = rapport(
        "-w", loaded, "customer", "consent", ANN, "--purpose", "marketing", "--channel", "sms", "--withdrawn",
        "--proof", "call 4711", "--actor", "desk 3", "--json",
    )  # fmt: skip
    assert (said.json["category"], said.json["given"], said.json["actor"]) == ("marketing.sms", False, "desk 3")
    told = rapport("-w", loaded, "customer", "consents", ANN)
    assert "entered by desk 3; proof: call 4711" in told.out
    assert "nothing was stated: it holds until it is withdrawn" in told.out
    assert rapport("-w", loaded, "customer", "consents", ANN, "--json").json["data"][0]["holds"] is True


def test_a_word_needs_a_purpose_and_an_answer(loaded: Path, rapport: Run) -> None:
    assert rapport("-w", loaded, "customer", "consent", ANN, "--given").code == 2
    assert rapport("-w", loaded, "customer", "consent", ANN, "--purpose", "marketing").code == 2


def test_an_export_goes_to_stdout_or_to_a_file_of_one_s_own(loaded: Path, tmp_path: Path, rapport: Run) -> None:
    assert rapport("-w", loaded, "customer", "export", ANN).json["format"] == 1
    target = tmp_path / "ann.zip"
    said = rapport("-w", loaded, "customer", "export", ANN, "--format", "csv", "--to", target, "--json")
    assert said.json["bytes"] == target.stat().st_size
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with zipfile.ZipFile(target) as zipped:
        assert "events.csv" in zipped.namelist()


def test_a_zip_wants_a_file_that_can_be_written(loaded: Path, tmp_path: Path, rapport: Run) -> None:
    said = rapport("-w", loaded, "customer", "export", ANN, "--format", "csv")
    assert (said.code, "--to customer.zip" in said.err) == (2, True)
    said = rapport("-w", loaded, "customer", "export", ANN, "--to", tmp_path / "nowhere" / "ann.json")
    assert (said.code, "cannot write" in said.err) == (2, True)


def test_retention_says_what_left(loaded: Path, rapport: Run) -> None:
    with (loaded / "policy.yaml").open("a", encoding="utf-8") as policy:
        policy.write("retention: {inactive: 1d}\n")
    promised = rapport("-w", loaded, "retain", "--dry-run", "--json").json
    assert (promised["inactive"], promised["removed"]) == (10, {})
    assert "Would leave" in rapport("-w", loaded, "retain", "--dry-run").out
    assert rapport("-w", loaded, "retain", "--json").json["removed"]["events"] == 30
    assert rapport("-w", loaded, "customer", "list", "--json").json["data"] == []
