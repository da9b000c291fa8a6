"""Reviews on pages: the queue, one pair, the answer by those who may decide, in both languages, without scripts."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from rapport.console.login import invite
from rapport.core.identifier import Identifier
from rapport.identify.link.judge import ONE_EACH
from rapport.identify.link.waterfall import Step, Waterfall
from rapport.loop.identities import review as reviewing
from rapport.loop.refreshing.refresh import refresh
from rapport.ports.store import ReviewRow

ANN, BEN = Identifier("user_id", "ann"), Identifier("user_id", "ben")
WHY = Waterfall(
    prior_bits=-6.0,
    steps=(
        Step(field="surname", kind="surname", left="<i>lee", right="lee", level="nearly the same", gamma=3, bits=9.0),
        Step(field="city", kind="city", left="ulm", right=None, level="missing", gamma=-1, bits=0.0),
    ),
)


@pytest.fixture
def pair(site: Any) -> str:
    """Two customers whom the batch found alike; the review's id. Nobody is signed in yet."""
    calls = [{"type": "identify", "userId": user, "traits": {"first_name": user.title()}} for user in ("ann", "ben")]
    site.call("POST", "/v1/batch", site.write_key, json={"batch": calls})
    site.fold()
    row = ReviewRow(ANN, BEN, "open", 0.9, 3.2, msgspec.json.encode(WHY), found_at=1)
    site.rt.store.save_reviews([row]).result()
    return row.id


def sign_in(site: Any, key: str) -> None:
    assert site.call("POST", "/login", data={"key": key}).status_code == 303


def test_without_a_session_reviews_lead_to_the_form(site: Any, pair: str) -> None:
    for method, path in (("GET", "/reviews"), ("GET", f"/reviews/{pair}"), ("POST", f"/reviews/{pair}")):
        answer = site.call(method, path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_the_queue_leads_to_the_pair_and_the_pair_explains_itself(site: Any, pair: str) -> None:
    sign_in(site, site.manage_key)
    queue = site.call("GET", "/reviews").text
    assert f'href="/reviews/{pair}"' in queue
    assert "Ann" in queue

    page = site.call("GET", f"/reviews/{pair}").text
    assert "nearly the same: 512 times likelier" in page
    assert "&lt;i&gt;lee" in page
    assert "<i>lee" not in page
    assert '<svg class="waterfall"' in page
    assert "<script" not in page
    assert "style=" not in page


def test_the_same_in_chinese(site: Any, pair: str) -> None:
    sign_in(site, site.manage_key)
    page = site.call("GET", f"/reviews/{pair}?lang=zh").text
    assert "几乎相同：可能性为 512 倍" in page
    assert "是一个人还是两个人？" in page


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "one person has one user_id, and these two"), ("zh", "一个人只有一个 user_id")],
)
def test_why_a_person_is_asked_is_said_in_the_pages_language(site: Any, pair: str, language: str, said: str) -> None:
    found = msgspec.to_builtins(WHY) | {"reason": f"{ONE_EACH}user_id"}
    row = msgspec.structs.replace(site.rt.store.review(pair), evidence=msgspec.json.encode(found))
    site.rt.store.save_reviews([row]).result()
    sign_in(site, site.read_key)
    assert said in site.call("GET", f"/reviews/{pair}?lang={language}").text


def test_the_quality_page_leads_to_the_pairs_that_wait(site: Any, pair: str) -> None:
    refresh(site.rt)
    sign_in(site, site.read_key)
    page = site.call("GET", "/quality").text
    assert '<a href="/reviews">Reviews</a> · rapport identity review' in page


def test_accepting_by_the_form_merges_both(site: Any, pair: str) -> None:
    sign_in(site, site.manage_key)
    answer = site.call("POST", f"/reviews/{pair}", data={"decision": "accept", "because": "same card"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/reviews/{pair}")
    page = site.call("GET", f"/reviews/{pair}").text
    assert "Both are one customer by now." in page
    assert "same card" in page
    assert "<form method" not in page.partition("<main>")[2]


def test_refusing_for_good_by_the_form(site: Any, pair: str) -> None:
    sign_in(site, site.manage_key)
    site.call("POST", f"/reviews/{pair}", data={"decision": "refuse", "never": "yes"})
    assert [line.actor for line in site.rt.store.links_apart()] == ["manage"]
    assert "two people" in site.call("GET", "/reviews?status=refused").text


def test_who_comes_second_sees_who_was_first(site: Any, pair: str) -> None:
    sign_in(site, site.manage_key)
    reviewing.refuse(site.rt, pair, actor="Eve")
    answer = site.call("POST", f"/reviews/{pair}", data={"decision": "accept"})
    assert answer.status_code == 409
    assert "Somebody answered before you: Eve" in answer.text


def test_who_may_only_look_cannot_decide(site: Any, pair: str) -> None:
    sign_in(site, site.read_key)
    assert "Your key may look, not decide" in site.call("GET", f"/reviews/{pair}").text
    assert site.call("POST", f"/reviews/{pair}", data={"decision": "accept"}).status_code == 403
    assert site.rt.store.review(pair).status == "open"


def test_who_started_the_server_may_decide(site: Any, pair: str) -> None:
    site.call("POST", "/login", data={"token": invite(site.rt)})
    site.call("POST", f"/reviews/{pair}", data={"decision": "accept"})
    assert site.rt.store.review(pair).decided_by == "console"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_another_sites_form_decides_nothing(site: Any, pair: str, headers: dict[str, str]) -> None:
    sign_in(site, site.manage_key)
    answer = site.call("POST", f"/reviews/{pair}", data={"decision": "accept"}, headers=headers)
    assert answer.status_code == 403
    assert site.rt.store.review(pair).status == "open"


@pytest.mark.parametrize(
    ("path", "status"), [("/reviews/r_0", 404), ("/reviews?status=odd", 400), ("/reviews?cursor=odd", 400)]
)
def test_what_is_not_there_is_said(site: Any, pair: str, path: str, status: int) -> None:
    sign_in(site, site.read_key)
    assert site.call("GET", path).status_code == status


def test_a_form_without_an_answer_is_refused(site: Any, pair: str) -> None:
    sign_in(site, site.manage_key)
    assert site.call("POST", f"/reviews/{pair}", data={}).status_code == 400
