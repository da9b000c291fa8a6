"""Merging and unmerging at the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def test_two_customers_are_merged_and_unmerged(loaded: Path, rapport: Run) -> None:
    before = rapport("-w", loaded, "customer", "show", "user_id=K1", "--json").json
    merged = rapport(
        "-w", loaded, "identity", "merge", "user_id=K1", "user_id=K2", "--because", "one household", "--json"
    ).json
    assert merged["merged"]
    assert merged["customers"][0]["identifiers"] == ["user_id:K1", "user_id:K2"]
    said = rapport("-w", loaded, "identity", "links", "user_id=K2", "--json").json
    assert [(link["rule"], link["evidence"]) for link in said["links"]] == [("manual", "one household")]
    parted = rapport("-w", loaded, "identity", "unmerge", "user_id=K1", "user_id=K2")
    assert parted.out.startswith("two people")
    after = rapport("-w", loaded, "customer", "show", "user_id=K1", "--json").json
    assert after["features"] == before["features"]


def test_a_stranger_cannot_be_merged(loaded: Path, rapport: Run) -> None:
    refused = rapport("-w", loaded, "identity", "merge", "user_id=K1", "user_id=nobody")
    assert refused.code == 1
    assert "nobody is known as user_id:nobody" in refused.err


def test_the_report_says_what_protects(loaded: Path, rapport: Run) -> None:
    rapport(
        "-w",
        loaded,
        "identity",
        "unmerge",
        "user_id=K1",
        "user_id=K2",
        "--never",
        "--because",
        "twins",
        "--actor",
        "desk",
    )
    found = rapport("-w", loaded, "identity", "report", "--json").json
    pair = {"a": "user_id:K1", "b": "user_id:K2", "actor": "desk", "because": "twins"}
    assert found["told_apart"] == {"count": 1, "pairs": [pair]}
    assert "twins" in rapport("-w", loaded, "identity", "report").out
