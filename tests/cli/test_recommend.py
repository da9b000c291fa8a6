"""``rapport recommend`` and ``rapport report recommendations``."""

from __future__ import annotations

from datetime import date

import pytest

from tests.customize.recommend.shops import shop as made_up

SOURCE = """
files: [orders.csv]
event: Order Completed
group_by: [order]
time: {column: date}
identifiers: {user_id: {column: user}}
lines: {product_id: {column: item}, price: {column: price, type: number}}
"""


@pytest.fixture
def shop(rapport, tmp_path):
    shown = made_up()
    lines = [
        f"{number},c{customer},{date.fromordinal(date(2025, 1, 1).toordinal() + day)},i{item},{item + 1}"
        for number, (customer, item, day) in enumerate(
            zip(shown.customer.tolist(), shown.item.tolist(), shown.day.tolist(), strict=True)
        )
    ]
    root = tmp_path / "shop"
    (root / "sources").mkdir(parents=True)
    (root / "orders.csv").write_text("\n".join(["order,user,date,item,price", *lines, ""]))
    (root / "sources" / "orders.yaml").write_text(SOURCE)
    (root / "rapport.yaml").write_text("name: Shop\n")
    (root / "catalogue.yaml").write_text("attributes: {price: price}\n")
    return lambda *arguments: rapport("-w", root, *arguments), root / "orders.csv"


def test_a_list_and_the_report(shop):
    run, file = shop
    assert run("report", "recommendations").code == 1
    assert run("load", file).code == 0
    assert run("refresh").code == 0
    told = run("report", "recommendations")
    assert told.code == 0, told.err
    for said in ("Test on the past", "NDCG@10", "popularity", "Most taken lately"):
        assert said in told.out
    assert run("report", "recommendations", "--json").json["catalogue"]["items"] == 30
    listed = run("recommend", "user_id=c0", "--limit", "4", "--json").json
    assert (listed["came_from"], len(listed["items"]), listed["personalized"]) == ("personal", 4, True)
    drawn = run("recommend", "user_id=nobody", "--limit", "3")
    assert "popular items for a new visitor" in drawn.out
    assert run("recommend", "user_id=c0", "--kind", "best").code == 2
