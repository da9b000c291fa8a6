"""``rapport configure``: every verb, as JSON and as text, and the session of staff with a customer."""

from __future__ import annotations

from pathlib import Path

import pytest

import rapport as package
from rapport.loop.configure.step import Blocked
from tests.cli.conftest import Run
from tests.loop.configure.conftest import ACCOUNTS, WINDOW


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    files = {"rapport.yaml": "name: Panes\n", "products/window.yaml": WINDOW.format(way="collaborative"),
             "accounts.yaml": ACCOUNTS}  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_every_verb_answers(shop: Path, rapport: Run) -> None:
    def configure(*words: str) -> object:
        return rapport("-w", str(shop), "configure", "window", *words, "--json").json

    steel = ("--choose", "frame=steel")
    assert rapport("-w", str(shop), "configure", "--json").json["products"][0]["product"] == "window"
    assert configure("count", *steel)["count"] == "14"  # type: ignore[index]
    assert configure("valid", *steel)["valid"]["glass"] == ["double"]  # type: ignore[index]
    assert not configure("explain", "glass=triple", *steel)["possible"]  # type: ignore[index]
    assert configure("complete", *steel)["completion"]["price"] == 170.0  # type: ignore[index]
    assert configure("variants", *steel)["standard"]["changes"]  # type: ignore[index]
    assert configure("quote", "10", *steel)["each"] == 153.0  # type: ignore[index]
    assert configure("uvl")["uvl"].startswith("namespace window")  # type: ignore[index]
    assert configure("compile")["compiled"]  # type: ignore[index]


def test_texts_are_for_people(shop: Path, rapport: Run) -> None:
    def configure(*words: str) -> str:
        return rapport("-w", str(shop), "configure", "window", *words).out

    triple = ("--choose", "glass=triple")
    assert "70 configurations, 130.00 to 231.00 EUR" in configure("count")
    assert "frame=steel: Steel frames take double glass only." in configure("valid", *triple)
    assert "give up glass=triple" in configure("explain", "frame=steel", *triple)
    assert "standard" in configure("complete", *triple)
    assert "best: 175.00 EUR" in configure("variants", *triple)
    assert "12" in configure("quote", "12", "--choose", "extras=lamp", "--choose", "extras=lock")


def test_staff_takes_a_session_step_by_step(shop: Path, rapport: Run) -> None:
    def step(*words: str) -> dict[str, object]:
        told: dict[str, object] = rapport("-w", str(shop), "configure", "window", "step", *words, "--json").json
        return told

    session = str(step("--customer", "user_id=ann", "--pick", "glass=triple")["session"])
    go_on = ("--session", session)
    blocked = rapport("-w", str(shop), "configure", "window", "step", *go_on, "--pick", "frame=steel")
    assert (blocked.code, "Steel frames take double glass only." in blocked.err) == (1, True)
    assert step(*go_on, "--undo")["choices"] == {}
    assert step(*go_on, "--complete", "--finish", "--quantity", "10")["finished"]
    assert step("--customer", "user_id=ann")["start"] == "remembered"
    assert "to pay beside what was paid: 0.00 EUR" in rapport(
        "-w", str(shop), "configure", "window", "step", "--owned", session).out  # fmt: skip


def test_wrong_use_is_told(shop: Path, rapport: Run) -> None:
    wrong = rapport("-w", str(shop), "configure", "window", "count", "--choose", "frame")
    assert (wrong.code, "write GROUP=OPTION" in wrong.err) == (2, True)
    apart = rapport("-w", str(shop), "configure", "window", "count", "--choose", "frame=steel", "--choose",
                    "glass=triple")  # fmt: skip
    assert (apart.code, "give up one of: frame=steel, glass=triple" in apart.err) == (1, True)


def test_python_has_the_same_verbs(shop: Path) -> None:
    with package.open(shop) as opened:
        window = opened.configure("window", customer={"userId": "ann"}, choices={"glass": "triple"})
        assert (window.count, window.valid["frame"]) == ("28", ["pine", "oak"])
        with pytest.raises(Blocked):
            window.pick("frame", "steel")
        assert window.explain("frame", "steel")["alternatives"][0]["choices"] == {"frame": "steel"}
        window.pick("frame", "oak")
        window.refuse("extras", "alarm")
        window.clear("frame")
        window.undo()
        assert window.choices == {"glass": "triple", "frame": "oak"}
        assert [one["variant"] for one in window.variants] == ["standard", "best"]
        window.take()
        window.undo()
        assert window.complete()["choices"] == window.completion["choices"]
        quoted = window.quote(10)
        assert quoted is not None
        assert quoted["each"] == pytest.approx(157.5)
        window.finish()
        again = opened.configure("window", session=window.session)
        assert again.told["finished"]
