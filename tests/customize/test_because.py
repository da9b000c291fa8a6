"""The six answers, told from the record alone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec

from rapport.core.decision import Chosen, Decision, Exclusion
from rapport.customize.because import because
from rapport.workspace.definitions import Action

PICK = Chosen(
    action="gift",
    probability=0.25,
    propensity=0.12,
    value=5.0,
    score=0.6,
    reasons={"orders": 0.41, "tier": -0.3, "@page": 0.05},
)
DECISION = Decision(
    id="d1", customer_id="c1", subject="user_id:7", slot="home", made_at=1_700_000_000_000_000, personalized=True,
    candidates=["gift", "tour"], mean=[-2.0, -1.0], spread=[0.1, 0.1], weight=[5.0, 1.0],
    choice_probability=[0.25, 0.75], chosen=[PICK], excluded=[Exclusion("chat", "…")],
    inputs={"orders": 3, "tier": None}, context={"page": "basket"}, seed=42, model="propensity@3", definitions="ab12",
)  # fmt: skip
ACTIONS = {"gift": Action(title="A gift")}


def test_six_sentences() -> None:
    told = because(DECISION, PICK, ACTIONS, zone=ZoneInfo("Europe/Berlin"), currency="EUR")
    assert told.who == "Customer c1, recognised by user_id:7."
    assert told.what == "“A gift”, worth 5.00 EUR when accepted."
    assert told.where == "In slot home, where page = basket."
    assert told.when == "On 2023-11-14 at 23:13 CET."
    assert told.why == (
        "12% expected chance of acceptance gives 0.60 EUR, the best of 2 offers. "
        "Speaks for it: orders = 3 (+0.41), page = basket (+0.05). Speaks against it: tier = not known (-0.30)."
    )
    assert told.how == (
        "2 of 3 offers were eligible; this one was drawn by Thompson sampling with probability 25% "
        "(seed 42, model propensity@3, definitions ab12)."
    )


def test_a_pick_that_is_not_the_best_says_so() -> None:
    pick = msgspec.structs.replace(PICK, action="tour", score=0.2, reasons={})
    told = because(DECISION, pick, {})
    assert told.why == (
        "12% expected chance of acceptance gives 0.20, number 2 of 2 offers, shown to learn how well it does."
    )
    assert told.what == "“tour”, worth 5.00 when accepted."


def test_without_personalisation_it_is_anybody() -> None:
    told = because(msgspec.structs.replace(DECISION, personalized=False, inputs={}, context={}), PICK, ACTIONS)
    assert told.who.startswith("Anybody")
    assert told.where == "In slot home."
