"""``rapport report value``."""

from __future__ import annotations

import pytest

VALUE = """
current:
  indicators: {spend: {of: monetary}, orders: {of: frequency}, again: {of: frequency * 2}}
  weights: ahp
  judgements: {spend: {orders: 3, again: 5}, again: {orders: 5}}
potential: {indicators: {orders: {of: frequency}}}
"""


@pytest.fixture
def shop(rapport, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text("order_id,user_id,date,revenue\n1,ann,2026-05-01,9\n2,bob,2026-05-02,5\n3,bob,2026-05-03,7\n")
    root = tmp_path / "shop"
    (root / "data").mkdir(parents=True)
    (root / "rapport.yaml").write_text("name: Shop\n")
    (root / "value.yaml").write_text(VALUE)
    return lambda *arguments: rapport("-w", root, *arguments), file


def test_everybody_and_one_customer(shop):
    run, file = shop
    assert run("report", "value").code == 1
    assert run("load", file, "--yes").code == 0
    assert run("refresh").code == 0
    told = run("report", "value")
    assert told.code == 0, told.err
    assert "2 of 2 customers valued" in told.out
    assert "NOT consistent: the others imply" in told.out
    one = run("report", "value", "user_id=bob")
    assert one.code == 0, one.err
    assert "contributes" in one.out
    document = run("report", "value", "user_id=bob", "--json").json
    assert document["quadrant"] == "high_high"
    assert run("report", "value", "--json").json["customers"] == 2


def test_a_stranger_is_not_found(shop):
    run, file = shop
    run("load", file, "--yes")
    run("refresh")
    assert "nobody known as user_id:nobody" in run("report", "value", "user_id=nobody").err
