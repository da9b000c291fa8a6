"""Every error of the tree has one status, one page entry, and tells what, where and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.cli.exits import EXIT_CODES
from rapport.core.errors import Busy, NotAuthenticated, NotFound, RapportError, StoreFailure
from rapport.service.exchange import Request
from rapport.service.problems import STATUS, TITLES, headers_of, reply, told

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"


def tree(root: type[RapportError] = RapportError) -> Iterator[type[RapportError]]:
    yield root
    for branch in root.__subclasses__():
        if branch.__module__.startswith("rapport."):
            yield from tree(branch)


@pytest.mark.parametrize("kind", list(tree()), ids=lambda kind: kind.__name__)
def test_every_error_is_mapped(kind: type[RapportError]) -> None:
    assert any(one in STATUS for one in kind.__mro__)
    assert STATUS[next(one for one in kind.__mro__ if one in STATUS)] in TITLES


def test_every_error_is_documented_as_it_is() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (\d+) \| (\d+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert {(name, code, int(status), int(exit_code)) for name, code, status, exit_code in rows} == {
        (kind.__name__, kind.code, STATUS[kind], EXIT_CODES[kind]) for kind in STATUS
    }
    assert set(STATUS) >= {kind for kind in tree() if kind.__module__ == "rapport.core.errors"}


def test_a_problem_names_code_and_message_for_event_clients() -> None:
    document = told(NotFound("no slot 'homepge'", where="actions/", hint="did you mean 'homepage'?"), "/v1/decide")

    assert document == {
        "type": "urn:rapport:error:not_found",
        "title": "Not found",
        "status": 404,
        "detail": "no slot 'homepge' (actions/): did you mean 'homepage'?",
        "code": "not_found",
        "message": "no slot 'homepge' (actions/): did you mean 'homepage'?",
        "where": "actions/",
        "hint": "did you mean 'homepage'?",
    }


def test_what_is_not_ours_is_told_without_its_inside() -> None:
    document = told(ValueError("password=hunter2"), "/v1/decide")

    assert (document["status"], document["code"]) == (500, "internal")
    assert "hunter2" not in str(document)


def test_headers_say_when_to_try_again_and_how_to_authenticate() -> None:
    assert headers_of(Busy("full", retry_after_s=3)) == {"Retry-After": "3"}
    assert headers_of(StoreFailure("disk"))["Retry-After"].isdigit()
    assert "WWW-Authenticate" in headers_of(NotAuthenticated("no key"))


def test_the_raw_reply_is_problem_json() -> None:
    answer = reply(Busy("full", retry_after_s=3), Request({"path": "/v1/batch", "headers": []}, b""))

    assert answer.status == 429
    assert (b"content-type", b"application/problem+json") in answer.headers
    assert (b"retry-after", b"3") in answer.headers
