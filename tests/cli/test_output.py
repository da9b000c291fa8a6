"""What commands print: JSON on stdout alone, tables that never read data as markup."""

from __future__ import annotations

import json

import pytest

from rapport.cli import output


def test_json_is_the_only_thing_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    output.show({"city": "Köln", "spend": 2.5}, True, lambda target: target.print("never"))
    said = capsys.readouterr()
    assert json.loads(said.out) == {"city": "Köln", "spend": 2.5}
    assert said.err == ""


def test_cells_are_not_markup(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(output.console(), ("name",), [("[bold red]Ann[/]",)])
    assert "[bold red]Ann[/]" in capsys.readouterr().out


def test_records_have_a_column_for_every_key_of_any_row(capsys: pytest.CaptureFixture[str]) -> None:
    output.records(output.console(), [{"a": 1}, {"b": None}], "Rows")
    said = capsys.readouterr().out
    assert "a" in said
    assert "b" in said
    assert "–" in said


def test_no_rows_say_none(capsys: pytest.CaptureFixture[str]) -> None:
    output.records(output.console(), [], "Links")
    assert capsys.readouterr().out == "Links: none\n"


def test_progress_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress("loading") as progress:
        progress("reading", 0.5)
    assert capsys.readouterr() == ("", "")
