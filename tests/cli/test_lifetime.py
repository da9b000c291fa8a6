"""``rapport report lifetime``."""

from __future__ import annotations

from datetime import date

import pytest

from tests.differentiate.lifetime.shops import shop as made_up


@pytest.fixture
def shop(rapport, tmp_path):
    file = tmp_path / "orders.csv"
    lines = [
        f"{name}-{day},{name},{date.fromordinal(date(2025, 1, 1).toordinal() + day)},{amount}"
        for name, bought in made_up(120, days=200, rate=0.06).items()
        for day, amount in bought
    ]
    file.write_text("\n".join(["order_id,user_id,date,revenue", *lines, ""]))
    root = tmp_path / "shop"
    (root / "data").mkdir(parents=True)
    (root / "rapport.yaml").write_text("name: Shop\n")
    (root / "value.yaml").write_text("lifetime: {horizon: 365d}\n")
    return lambda *arguments: rapport("-w", root, *arguments), file


def test_everybody_and_one_customer(shop):
    run, file = shop
    assert run("report", "lifetime").code == 1
    assert run("load", file, "--yes").code == 0
    assert run("refresh", "--as-of", "2025-07-20").code == 0
    told = run("report", "lifetime")
    assert told.code == 0, told.err
    for said in ("best tenth holds", "Test on the past", "as before", "note: no season"):
        assert said in told.out
    assert run("report", "lifetime", "--json").json["fits"][0]["purchases"]["customers"] == 120
    one = run("report", "lifetime", "user_id=c3")
    assert one.code == 0, one.err
    assert "(90%: " in one.out
    document = run("report", "lifetime", "user_id=c3", "--json").json
    assert document["low"] <= document["value"] <= document["high"]
