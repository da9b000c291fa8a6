"""The bank machine: the usual withdrawal and receipt come first, and what is not sure is asked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.bootstrap import open_runtime
from rapport.loop.configure.asking import Step, Touch
from rapport.loop.configure.step import take
from rapport.loop.intake.fold import catch_up
from rapport.loop.runtime import Runtime
from tests.loop.conftest import CountingChance, HandClock

EXAMPLE = Path(__file__).parents[2] / "examples" / "bank"
CARD = {"card": "4711"}


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Runtime]:
    root = shutil.copytree(EXAMPLE, tmp_path / "bank", ignore=shutil.ignore_patterns("data"))
    rt = open_runtime(root, clock=HandClock(), chance=CountingChance())
    yield rt
    rt.close()


def withdraw(rt: Runtime, amount: str) -> None:
    told = take(rt, "withdrawal", Step(customer=CARD)).told
    for group, option in {"account": "current", "amount": amount, "receipt": "paper"}.items():
        told = take(rt, "withdrawal", Step(session=told["session"], pick=Touch(group=group, option=option))).told
    taken = take(rt, "withdrawal", Step(session=told["session"], complete=True, finish=True))
    assert taken.saved is not None
    taken.saved.result()
    catch_up(rt)


def test_the_usual_withdrawal_and_receipt_come_first(bank: Runtime) -> None:
    assert take(bank, "withdrawal", Step(customer=CARD)).told["start"] == "empty"
    withdraw(bank, "eur50")
    told = take(bank, "withdrawal", Step(customer=CARD)).told
    assert (told["start"], told["complete"]) == ("remembered", True)
    assert (told["choices"]["amount"], told["choices"]["receipt"]) == ("eur50", "paper")
    assert take(bank, "withdrawal", Step(customer={"card": "4712"})).told["start"] == "empty"


def test_an_amount_that_changes_is_asked_and_the_rest_is_filled_in(bank: Runtime) -> None:
    for amount in ("eur50", "eur200", "eur50", "eur200", "eur50", "eur200", "eur50", "eur200"):
        withdraw(bank, amount)
    told = take(bank, "withdrawal", Step(customer=CARD)).told
    assert (told["start"], told["next"]) == ("remembered", "amount")
    assert told["choices"]["receipt"] == "paper"
    assert "amount" not in told["choices"]
