"""The documentation is true: its links lead somewhere, and the commands it shows exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from rapport.cli.main import app
from rapport.cli.reference import commands

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("decisions/*.md"), *ROOT.glob("examples/*/*.md")]
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]*)?\)")
FENCE = re.compile(r"^```(?:sh|bash|console|shell)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMANDS: dict[tuple[str, ...], Any] = {
    tuple(name.split()[1:]): command for name, command in commands(typer.main.get_command(app), "rapport")
}


def anchor(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def page_id(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_lead_somewhere(page: Path) -> None:
    for target, fragment in LINK.findall(page.read_text(encoding="utf-8")):
        aim = (page.parent / target).resolve() if target else page
        assert aim.exists(), f"{page.name} links to {target}, which is not there"
        if fragment and aim.suffix == ".md":
            headings = re.findall(r"^#+ (.*)$", aim.read_text(encoding="utf-8"), re.MULTILINE)
            assert fragment[1:] in {anchor(one) for one in headings}, f"{page.name} links to {target}{fragment}"


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_files_to_open_are_there(page: str) -> None:
    for named in re.findall(r"`((?:src|tests|docs)/[^`*]+)`", (ROOT / page).read_text(encoding="utf-8")):
        assert (ROOT / named).exists(), f"{page} names {named}, which is not there"


def shown_commands(page: Path) -> Iterator[list[str]]:
    for block in FENCE.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            call = re.search(r"(?:^|[\s(])rapport (.*)", line.partition(" #")[0].removeprefix("$ "))
            if call:
                yield re.split(r"\s(?:\||&&|>)\s", f"{call.group(1)} ")[0].rstrip("`) ").split("  # ")[0:1]


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_shown_commands_exist_with_their_options(page: Path) -> None:
    for (text,) in shown_commands(page):
        check_command(page.name, shlex.split(text))


def check_command(page: str, words: list[str]) -> None:
    while words and words[0] in ("-w", "--workspace"):
        words = words[2:]
    if words and words[0].startswith("--"):
        return
    name = next((one for one in sorted(COMMANDS, key=len, reverse=True) if _is(one, words)), None)
    assert name is not None, f"{page} shows rapport {' '.join(words)}, which is no command"
    known = {flag for one in COMMANDS[name].params for flag in (*one.opts, *one.secondary_opts)} | {"--help"}
    for word in words:
        if re.match(r"--[a-z]", word):
            assert word.partition("=")[0] in known, f"{page} shows {word}, which rapport {' '.join(name)} does not take"


def _is(command: tuple[str, ...], words: list[str]) -> bool:
    """Whether the words begin with a command; what it spells in capitals, as PRODUCT, may be any word."""
    begun = words[: len(command)]
    return len(begun) == len(command) and all(part == word or (part.isupper() and not word.startswith("-"))
                                              for part, word in zip(command, begun, strict=True))  # fmt: skip


def test_makefile_targets_that_the_readme_names_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for page in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md"):
        for target in re.findall(r"^make ([a-z]+)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{page} shows make {target}"


@pytest.mark.parametrize("kind", ["# ", "## "])
def test_both_readmes_have_the_same_shape(kind: str) -> None:
    def headings(name: str) -> int:
        return len(re.findall(rf"^{kind}", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    assert headings("README.md") == headings("README.zh-CN.md")


def test_both_readmes_show_the_same_commands() -> None:
    assert list(shown_commands(ROOT / "README.md")) == list(shown_commands(ROOT / "README.zh-CN.md"))
