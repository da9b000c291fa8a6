"""``rapport allocate`` and ``rapport report budgets``."""

from __future__ import annotations

import json


def test_a_plan_is_told_written_and_followed(rapport, tmp_path):
    root = tmp_path / "shop"
    (root / "actions").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "rapport.yaml").write_text("name: Shop\n")
    (root / "actions" / "offers.yaml").write_text("voucher: {slots: [homepage], cost: 5, value: 20}\n")
    (root / "budgets.yaml").write_text('spring: {amount: 10, floors: {all: {rule: "TRUE", share: 0.9}}}\n')
    calls = [{"type": "identify", "userId": f"u{n}", "messageId": f"m{n}"} for n in range(20)]
    (root / "people.jsonl").write_text("\n".join(map(json.dumps, calls)))

    def run(*arguments):
        return rapport("-w", root, *arguments)

    refused = run("allocate")
    assert refused.code == 1
    assert "run `rapport refresh` first" in refused.err
    assert run("load", root / "people.jsonl", "--yes").code == 0
    assert run("refresh").code == 0
    told = run("allocate", "--dry-run")
    assert told.code == 0, told.err
    for said in ("no decision follows", "proven best", "falls short", "The floors cost 0.00"):
        assert said in told.out
    assert "no plan is followed" in run("report", "budgets").out
    document = run("allocate", "--to", root / "plan.csv", "--json").json
    assert document["offers"] == 4
    assert len((root / "plan.csv").read_text().splitlines()) == 5
    assert run("report", "budgets", "--json").json["plan"]["made_at"] == document["made_at"]
