"""A shop's file as a stranger would send it, and a way to run the program in this process."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rapport.cli import main

HEADER = "Bestellnr;Kundennr;Datum;Artikel;Menge;Preis;城市"
CITIES = ("北京", "上海", "广州")
ORDERS = [
    HEADER,
    "1;K1;01.05.2026 10:00;Kanne;1;20,00;北京",
    *(f"{n};K{n % 10};{n:02d}.05.2026 10:00;Tee;2;4,{n:02d};{CITIES[n % 3]}" for n in range(1, 31)),
    "31;K4;einmal;Tee;1;4,50;上海",
]
"""Ten customers with three orders each; the first order has two lines; the last row's date cannot be read."""


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def rapport(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["rapport", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit) as end:
            main.run()
        said = capsys.readouterr()
        return Said(int(end.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_bytes("\n".join(ORDERS).encode("gbk"))
    return path


@pytest.fixture
def shop(tmp_path: Path, rapport: Run) -> Path:
    folder = tmp_path / "shop"
    assert rapport("init", folder, "--name", "Tea & Cups").code == 0
    return folder


@pytest.fixture
def loaded(shop: Path, orders: Path, rapport: Run) -> Path:
    said = rapport("-w", shop, "load", orders, "--yes")
    assert said.code == 0, said
    return shop
