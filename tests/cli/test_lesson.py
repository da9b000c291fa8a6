"""``rapport lesson`` and the reports on findings and on how well customers are known."""

from __future__ import annotations

import pytest


@pytest.fixture
def run(rapport, tmp_path):
    root = tmp_path / "shop"
    (root / "actions").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "rapport.yaml").write_text("name: Shop\n")
    (root / "traits.yaml").write_text("city: {type: text, kind: engagement, purpose: nearest shop}\n")
    offers = "near: {slots: [home], rule: \"city = 'Bonn'\", value: 5}\nany: {slots: [home], value: 4}\n"
    (root / "actions" / "offers.yaml").write_text(offers)
    file = tmp_path / "orders.csv"
    file.write_text("order_id,user_id,date,revenue\n1,ann,2026-01-05,10\n2,bob,2026-01-06,12\n3,ann,2026-02-01,8\n")
    assert rapport("-w", root, "load", file, "--yes").code == 0
    return lambda *arguments: rapport("-w", root, *arguments)


def test_a_lesson_is_entered_listed_taken_back_and_restored(run):
    by = ("--department", "sales", "--actor", "eve")
    entered = run("lesson", "add", "user_id=ann", "--trait", "city=Bonn", *by)
    assert entered.code == 0, entered.err
    assert run("lesson", "add", "user_id=ann", "--note", "was ill", "--sensitive", *by).code == 0
    listed = run("lesson", "list", "user_id=ann")
    assert "city is Bonn" in listed.out
    assert "was ill" not in listed.out
    assert "was ill" in run("lesson", "list", "user_id=ann", "--sensitive").out
    lesson = next(row["id"] for row in run("lesson", "list", "user_id=ann", "--json").json["data"] if row["value"])
    tried = run("lesson", "remove", "user_id=ann", lesson, "--dry-run", *by)
    assert "This would change:" in tried.out
    assert "near" in tried.out
    gone = run("lesson", "remove", "user_id=ann", lesson, "--json", *by).json
    assert gone["decisions"][0]["first_after"] == "any"
    assert "(taken back)" in run("lesson", "list", "user_id=ann").out
    assert run("lesson", "remove", "user_id=ann", lesson, *by).code == 1
    assert run("lesson", "restore", "user_id=ann", lesson, *by).code == 0
    assert run("lesson", "add", "user_id=ann", "--trait", "town=Bonn").code == 2


def test_reports_say_why_they_say_nothing(run):
    told = run("report", "findings")
    assert told.code == 0, told.err
    assert "no offer was answered yet" in told.out
    assert "2 customers are too few" in run("report", "lessons").out
