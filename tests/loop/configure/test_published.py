"""A product is compiled once for all processes, and until then a solver answers: never wrong, never stuck."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from rapport.customize.configure.answering.reasoners import reasoner_of
from rapport.customize.configure.product import of_product
from rapport.loop.configure import published as publishing
from rapport.loop.configure.asking import Step
from rapport.loop.configure.circuits import Circuits, compile_beside, compiled
from rapport.loop.configure.published import Published, Shelf
from rapport.loop.configure.step import peek
from rapport.loop.demand.modules import modules_of
from rapport.workspace.products import Product
from tests.loop.configure.conftest import Desk


def test_what_a_file_says_as_a_whole_takes_nothing_in_that_would_be_cheaper() -> None:
    options = {"lamp": {}, "mat": {"price": -1}}
    said = {"name": "desk", "groups": {"extras": {"least": 0, "most": 0, "options": options}},
            "standard": {"extras": []}, "variants": {"lit": {"choices": {"extras": ["lamp"]}}}}  # fmt: skip
    product = msgspec.convert(said, Product)
    model = of_product(product)
    desk = Published(product, model, reasoner_of(model))
    assert (desk.standard, desk.whole(product.variants["lit"].choices)) == ((), (1,))
    assert modules_of(desk).variants == (frozenset({("extras", "lamp")}),)


def files(desk: Desk) -> list[Path]:
    return sorted((desk.shop.root / "data" / "circuits").iterdir())


def test_a_circuit_is_kept_read_again_and_made_anew_where_it_is_damaged(desk: Desk) -> None:
    desk.begin()
    (file,) = files(desk)
    assert file.stem == desk.told["version"]
    whole = file.read_bytes()
    shelf = Shelf(desk.shop.rt.workspace)
    assert not shelf.compile("window", 10.0, lambda _: None).fresh
    file.write_bytes(whole[:-3])
    assert Circuits(desk.shop.root).read(file.stem) is None
    assert shelf.compile("window", 10.0, lambda _: None).fresh
    assert file.read_bytes() == whole


def test_circuits_of_versions_that_are_gone_leave(desk: Desk) -> None:
    desk.begin()
    (file,) = files(desk)
    (file.parent / "0123456789abcdef.circuit").write_bytes(file.read_bytes())
    desk.shop.rt.shelf.keep_current()
    assert files(desk) == [file]


def test_until_it_is_compiled_a_solver_answers_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = peek(desk.shop.rt, "window", Step(choices={"glass": "triple"}))
    (file,) = files(desk)
    file.unlink()
    monkeypatch.setattr(publishing, "compiled", lambda *_: None)
    monkeypatch.setattr(publishing, "compile_beside", lambda *_: False)
    monkeypatch.setattr(desk.shop.rt.shelf, "_published", {})
    solved = peek(desk.shop.rt, "window", Step(choices={"glass": "triple"}))
    assert (solved["certain"], solved["valid"], solved["blocked"]) == (False, exact["valid"], exact["blocked"])
    assert (solved["choices"], solved["price"]) == (exact["choices"], exact["price"])


def test_a_process_of_its_own_compiles_what_takes_long(desk: Desk) -> None:
    model = of_product(desk.shop.rt.workspace.products["window"])
    assert compile_beside(str(desk.shop.root), model, 30.0)
    circuit = Circuits(desk.shop.root).read(model.version)
    own = compiled(model, 30.0)
    assert circuit is not None
    assert own is not None
    assert circuit.to_bytes() == own.to_bytes()


def test_what_took_too_long_is_left_until_the_compiler_is_another(desk: Desk) -> None:
    model = of_product(desk.shop.rt.workspace.products["window"])
    circuits = Circuits(desk.shop.root)
    circuits.give_up(model.version)
    assert not compile_beside(str(desk.shop.root), model, 30.0)
    (mark,) = files(desk)
    mark.write_bytes(b"an older compiler")
    assert not circuits.given_up(model.version)
    assert circuits.keep_only([]) == 1
    assert files(desk) == []
