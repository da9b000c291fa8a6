"""Health, metrics, and that code, OpenAPI and the reference page name the same routes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from rapport.core.errors import StoreFailure

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "http.md"


def test_health_and_readiness(site: Any) -> None:
    assert site.call("GET", "/healthz").json() == {"status": "ok"}
    site.call("POST", "/v1/t", site.write_key, json={"userId": "u1", "event": "e"})
    assert site.call("GET", "/readyz").json() == {"status": "ready", "fold_lag_events": 1}


def test_not_ready_while_the_store_refuses(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Any) -> None:
        raise StoreFailure("the disk is full")

    monkeypatch.setattr(type(site.rt.store), "check", refuse)

    answer = site.call("GET", "/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "store_failure")
    assert answer.headers["retry-after"].isdigit()


def test_metrics_count_what_happens(site: Any) -> None:
    def accepted() -> float:
        text = site.call("GET", "/metrics").text
        return float(re.search(r"^rapport_events_accepted_total (\S+)", text, re.MULTILINE)[1])  # type: ignore[index]

    before = accepted()
    site.call("POST", "/v1/t", site.write_key, json={"userId": "u1", "event": "e"})

    assert accepted() == before + 1


def served(site: Any) -> set[tuple[str, str]]:
    document = site.call("GET", "/openapi.json").json()
    return {(method.upper(), path) for path, item in document["paths"].items() for method in item}


def test_the_reference_names_every_route_and_no_other(site: Any) -> None:
    written = re.findall(r"^\| `(GET|POST|PUT|DELETE) (/\S+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert set(written) == served(site)
    assert len(written) == len(set(written))


def test_openapi_names_every_route_that_is_served(site: Any) -> None:
    raw = {(route.method, route.path) for route in site.routes}

    assert raw <= served(site)


def test_every_documented_error_is_a_known_one(site: Any) -> None:
    document = site.call("GET", "/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for item in document["paths"].values():
        for operation in item.values():
            assert operation["summary"]
            assert any(status.startswith("2") for status in operation["responses"])


def test_every_route_wants_a_key_unless_the_page_says_otherwise(site: Any) -> None:
    open_to_all = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/.well-known/gpc.json"}
    for method, path in served(site):
        if path not in open_to_all:
            filled = path.replace("{key}", "x").replace("{customer_id}", "x")
            assert site.call(method, filled, content=b'{"batch":[]}').status_code == 401, (method, path)
