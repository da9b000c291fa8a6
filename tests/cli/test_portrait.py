"""``customer show`` and ``customer history`` as people read them."""

from __future__ import annotations

import json
from pathlib import Path

from rapport.bootstrap import open_runtime
from rapport.loop.identities.identity import merge
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import ingest
from tests.cli.conftest import Run

FILES = {
    "rapport.yaml": "name: Corner shop\n",
    "traits.yaml": "city: {purpose: nearest shop, valid: '[A-Z].*'}\ntaste: {kind: psychographic, expires: 90d}\n",
    "identity.yaml": "sources:\n  crm: {confidence: 0.95}\n",
}


def shop(root: Path) -> Path:
    root.mkdir()
    for name, text in FILES.items():
        (root / name).write_text(text, encoding="utf-8")
    rt = open_runtime(root)
    calls = [
        ("crm", {"userId": "ann", "traits": {"city": "bonn", "email": "ann@x.org"}}),
        ("web", {"userId": "ann", "traits": {"city": "Ulm", "taste": "[green] tea"}}),
        ("web", {"userId": "bob", "traits": {"email": "ann@x.org"}}),
        ("web", {"anonymousId": "a1", "traits": {}}),
    ]
    for source, call in calls:
        ingest(rt, [json.dumps({"type": "identify", **call}).encode()], source=source).saved.result()
        catch_up(rt)
    merge(rt, {"userId": "ann"}, {"anonymousId": "a1"}, actor="desk", because="she showed her card")
    rt.close()
    return root


def test_a_customer_is_drawn_with_reasons(tmp_path: Path, rapport: Run) -> None:
    said = rapport("-w", shop(tmp_path / "shop"), "customer", "show", "user_id=ann")
    assert said.code == 0
    lines = said.out.splitlines()
    titles = [line.strip() for line in lines]
    for title in ("Customer", "Identifiers", "Traits", "Links", "Joins that were refused"):
        assert title in titles
    assert any("engagement" in line and "bonn" in line and "(not valid)" in line for line in lines)
    assert any("psychographic" in line and "[green] tea" in line for line in lines)
    assert any("identifier" in line and "ann@x.org" in line for line in lines)
    text = " ".join(said.out.split())
    assert "the newest of the most trusted source crm (95% sure)" in text
    assert "she showed her card" in text
    assert "not joined: one person has one user_id" in text


def test_the_history_tells_an_act_in_words(tmp_path: Path, rapport: Run) -> None:
    said = rapport("-w", shop(tmp_path / "shop"), "customer", "history", "anonymous_id=a1", "--limit", 1)
    assert "Identity Linked" in said.out
    assert "desk said on" in said.out
    assert "older: --before" in said.out
