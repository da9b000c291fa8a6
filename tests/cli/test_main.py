"""The program: what it imports to print help, and how it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rapport.cli import main
from rapport.core.errors import NotFound

HEAVY = ("duckdb", "numpy", "numba", "litestar", "sqlalchemy", "pyarrow", "scipy", "sqlglot", "psycopg", "uvicorn")


@pytest.mark.parametrize("arguments", [["--help"], ["decide", "--help"], ["customer", "--help"], ["demo", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        "from rapport.cli.main import run\n"
        "try:\n    run()\n"
        "except SystemExit as end:\n    assert end.code == 0, end.code\n"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_import_rapport_is_light() -> None:
    program = f"import sys, rapport\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def ends(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["rapport", *arguments])
    with pytest.raises(SystemExit) as end:
        main.run()
    return int(end.value.code or 0)


def test_version_is_done(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert ends(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"rapport {main.__version__}\n"


@pytest.mark.parametrize("wrong", [["dance"], ["decide"], ["decide", "c1", "--slott", "x"], ["demo", "--port", "0"]])
def test_wrong_use_is_two_and_says_so_on_stderr(
    wrong: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends(monkeypatch, *wrong) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (["decid"], "error: no such command 'decid' (rapport): did you mean 'decide'?\n"),
        (["dance"], "error: no such command 'dance' (rapport): see rapport --help\n"),
        (
            ["decide", "c1", "--slott", "x"],
            "error: no such option: --slott (rapport decide): possible options: --context, --json, --slot\n",
        ),
        (["decide", "c1"], "error: missing option '--slot' (rapport decide): see rapport decide --help\n"),
    ],
)
def test_what_the_parser_refuses_reads_like_any_error(
    wrong: list[str], line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends(monkeypatch, *wrong) == 2
    assert capsys.readouterr().err == line


def test_no_command_at_all_prints_the_help(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ends(monkeypatch)
    said = capsys.readouterr()
    assert "Commands:" in said.out + said.err
    assert "error:" not in said.err


def test_an_error_is_one_line_with_what_where_and_hint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise NotFound("no slot 'homepge'", where="actions/", hint="did you mean 'homepage'?")

    monkeypatch.setattr(main, "app", fail)
    assert ends(monkeypatch) == 1
    assert capsys.readouterr().err == "error: no slot 'homepge' (actions/): did you mean 'homepage'?\n"


def test_ctrl_c_ends_without_a_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "app", interrupt)
    assert ends(monkeypatch) == 130
    assert capsys.readouterr().err == ""


def test_a_folder_without_a_workspace_is_not_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends(monkeypatch, "-w", str(tmp_path / "nowhere"), "doctor") == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "nowhere" in said
