"""What is not kept is counted by source, reason, name and type; its value is forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from rapport.core.wire import WireCall
from rapport.identify.arrival import Arrivals
from rapport.identify.not_kept import ENTRIES_MAX, OTHERS, NotKept
from rapport.workspace.definitions import Identity, Namespace


def test_losses_are_told_by_source() -> None:
    lost = NotKept()
    for source in ("shop", "shop", "crm"):
        lost.add(source, "undeclared", "perfume", "musk")

    assert lost.counts() == {("shop", "undeclared", "perfume", "text"): 2, ("crm", "undeclared", "perfume", "text"): 1}
    assert lost.names("undeclared") == {"perfume": 3}
    assert lost.names("ill_typed") == {}


def test_a_flood_of_names_does_not_fill_the_memory() -> None:
    lost = NotKept()
    for number in range(ENTRIES_MAX + 5):
        lost.add("shop", "undeclared", f"name {number}", 1)

    assert len(lost.counts()) == ENTRIES_MAX + 1
    assert lost.names("undeclared")[OTHERS] == 5


def test_many_threads_count_every_loss() -> None:
    lost = NotKept()
    with ThreadPoolExecutor(4) as pool:
        for _ in range(2_000):
            pool.submit(lost.add, "shop", "undeclared", "perfume", "musk")

    assert lost.names("undeclared") == {"perfume": 2_000}


def test_identifiers_that_nobody_declared_or_that_name_nobody_are_counted() -> None:
    email = Namespace(normalise="email", found_in=["traits.email"])
    arrivals = Arrivals(Identity(namespaces={"email": email}), {})
    call = WireCall(user_id="7", traits={"email": "none of yours"}, external_ids={"ga": "1.2"})

    arrivals.event(call, kind="identify", received_at=1, source="web", fallback_id=lambda: "m1")

    assert arrivals.not_kept.counts() == {
        ("web", "undeclared", "external_ids.ga", "text"): 1,
        ("web", "unusable", "email", "text"): 1,
        ("web", "undeclared", "email", "text"): 1,
    }
