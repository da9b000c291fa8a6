"""Probable links at the command line: listed, drawn, answered; and who may be somebody."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from rapport.bootstrap import opened
from rapport.core.identifier import Identifier
from rapport.identify.link.waterfall import Step, Waterfall
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import ingest
from rapport.ports.store import ModelRow, ReviewRow
from tests.cli.conftest import Run
from tests.service.test_identity import BY_FIRST_NAME

ANN, BEN = Identifier("user_id", "ann"), Identifier("user_id", "ben")
WHY = Waterfall(
    prior_bits=-6.0,
    steps=(
        Step(field="surname", kind="surname", left="lee", right="lee", level="the same", gamma=3, bits=9.0),
        Step(field="city", kind="city", left="ulm", right="bonn", level="different", gamma=0, bits=-2.0),
    ),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A shop where Ann and Ben were found alike."""
    (tmp_path / "rapport.yaml").write_text("name: Shop\n")
    (tmp_path / "traits.yaml").write_text("first_name: {type: text, kind: engagement, purpose: greeting}\n")
    with opened(tmp_path) as rt:
        calls = [{"type": "identify", "userId": user, "traits": {"first_name": "Jo"}} for user in ("ann", "ben")]
        ingest(rt, [msgspec.json.encode(call) for call in calls], source="test", live=True).saved.result()
        catch_up(rt)
        row = ReviewRow(ANN, BEN, "open", 0.9, 1.0, msgspec.json.encode(WHY), found_at=1)
        rt.store.save_reviews([row]).result()
        rt.store.save_model(ModelRow("linking", 1, 0, 0, msgspec.json.encode(BY_FIRST_NAME))).result()
    return tmp_path


def test_a_pair_is_listed_drawn_and_accepted(rapport: Run, folder: Path) -> None:
    listed = rapport("-w", folder, "identity", "review", "list")
    assert "user_id:ann" in listed.out
    review_id = rapport("-w", folder, "identity", "review", "list", "--json").json["data"][0]["id"]

    shown = rapport("-w", folder, "identity", "review", "show", review_id).out
    assert "the same: 512 times likelier" in shown
    assert "one person with a probability of 66.7%" in shown
    assert "█" in shown

    accepted = rapport("-w", folder, "identity", "review", "accept", review_id, "--actor", "Eve", "--because", "card")
    assert accepted.out == "linked: one person now\n"
    assert rapport("-w", folder, "identity", "review", "list").out.startswith("nothing waits")
    again = rapport("-w", folder, "identity", "review", "accept", review_id, "--actor", "Bob")
    assert "(Eve said so at " in again.out


def test_what_people_wrote_is_printed_as_they_wrote_it(rapport: Run, folder: Path) -> None:
    pair = ("user_id=ann", "user_id=ben")
    rapport("-w", folder, "identity", "review", "refuse", *pair, "--because", "[/b] seen :smile: both")
    assert "because: [/b] seen :smile: both" in rapport("-w", folder, "identity", "review", "show", *pair).out


def test_a_pair_may_be_named_by_its_customers(rapport: Run, folder: Path) -> None:
    pair = ("user_id=ann", "user_id=ben")
    assert rapport("-w", folder, "identity", "review", "show", *pair, "--json").json["probability"] == 0.9
    refused = rapport("-w", folder, "identity", "review", "refuse", *pair, "--never")
    assert refused.out == "refused: two people\n"
    late = rapport("-w", folder, "identity", "review", "accept", *pair)
    assert late.code == 1
    assert "refused this pair" in late.err
    assert "rapport identity merge user_id=ann user_id=ben" in late.err


def test_who_may_be_the_same_person_is_told_with_the_reason(rapport: Run, folder: Path) -> None:
    found = rapport("-w", folder, "identity", "hint", "user_id=ann")
    assert "given name (" in found.out
    form = rapport("-w", folder, "identity", "hint", "--trait", "first_name=Jo", "--json").json
    assert len(form["data"]) == 2
    nobody = rapport("-w", folder, "identity", "hint", "--trait", "first_name=Zoë")
    assert nobody.out == "nobody comes near (0 compared)\n"


@pytest.mark.parametrize("wrong", [[], ["user_id=ann", "--trait", "first_name=Jo"], ["--trait", "Jo"]])
def test_a_hint_asked_wrongly_is_wrong_use(rapport: Run, folder: Path, wrong: list[str]) -> None:
    assert rapport("-w", folder, "identity", "hint", *wrong).code == 2
