"""A shop in which one person left her traces everywhere, and a search that looks everywhere."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from rapport.core.identifier import Identifier
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.identities.identity import merge, unmerge
from rapport.loop.intake.fold import catch_up
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.runtime import Runtime
from rapport.ports.store import RejectionRow, ReviewRow
from tests.loop.conftest import Shop, identify, track

ANN, TABLET = "ann-secret-4711", "tablet-77-zebra"
HERS = (
    ANN, TABLET, "ann.secret@example.com", "4930555867", "xyzzy", "Quuxville", "frobnicate",
    "plugh", "6600998877",
)  # fmt: skip
"""What only she sent or wrote, and every identifier of hers."""
TABLES = (
    "events", "links", "identifiers", "refusals", "reviews", "suppressions", "aliases", "customers", "scores", "owned",
    "decisions", "offers", "cursors", "models", "api_keys", "state", "rejections",
)  # fmt: skip
PROJECTION = ("links", "refusals", "aliases", "customers", "offers", "suppressions")


FAMILY = "namespaces:\n  anonymous_id: {held_by: 9, shared_by: 9}\n"
"""A tablet on which several people sign in stays its first user's."""


def her_calls() -> list[dict[str, Any]]:
    return [
        identify(ANN, TABLET, email="Ann.Secret@Example.com", phone="+49 30 555 867", city="Quuxville"),
        track("Order Completed", ANN, TABLET, revenue=5, note="xyzzy", card="6600998877", coupon="TEA"),
        track("Product Viewed", None, TABLET, category="frobnicate"),
    ]


def others_calls() -> list[dict[str, Any]]:
    return [
        identify("bob", "b1", email="bob@example.com", city="Bonn"),
        track("Order Completed", "bob", "b1", revenue=7, coupon="TEA"),
        identify("cat", "c1", city="Cork"),
        track("Product Viewed", "cat", "c1", category="tea"),
    ]


def entangled_calls() -> list[dict[str, Any]]:
    """Others mention her: on her tablet, with her address, in a text."""
    return [
        track("Order Completed", "bob", TABLET, revenue=11),
        identify("cat", "c1", email="ann.secret@example.com"),
        track("Note", "bob", "b1", text="a friend of Ann.Secret@example.com, says bob"),
    ]


def live_through(shop: Shop, *, with_her: bool) -> None:
    """The others' history, and, between and behind it, hers."""
    shop.happen(*others_calls())
    if with_her:
        shop.happen(*her_calls())
        shop.happen(*entangled_calls())
        merge(shop.rt, {"userId": ANN}, {"userId": "cat"}, actor="desk", because="both plugh")
        offer(shop, {"userId": ANN})
        unmerge(shop.rt, {"userId": ANN}, {"userId": "cat"}, actor="desk", because="not plugh after all")
    offer(shop, {"userId": "bob"})
    if with_her:
        offer(shop, {"userId": ANN})
        leave_papers(shop)
    refresh(shop.rt, lambda _what, _share: None)


def offer(shop: Shop, who: dict[str, str]) -> None:
    decided = decide(shop.rt, Ask(customer=who, slot="homepage", context={"weather": "rain"}))
    decided.saved.result()
    pick = decided.decision.chosen[0]
    respond(shop.rt, Answer(decision_id=decided.decision.id, action=pick.action, outcome="accepted")).result()
    catch_up(shop.rt)


def leave_papers(shop: Shop) -> None:
    """What lies beside the log: refused calls, reviews, remembered answers, rejects, exports."""
    rt = shop.rt
    shop.send(
        {"type": "track", "userId": ANN, "properties": {"note": "plugh"}},
        {"type": "track", "properties": {"email": "x"}, "traits": {"email": "ANN.Secret@example.com", "city": "plugh"}},
    )
    rt.store.keep_rejections(
        [RejectionRow(1, "web", "m", "not readable", b'{"userId":"' + ANN.encode()),
         RejectionRow(2, "web", "b", "no event", b'{"userId":"bob"}')]
    ).result()  # fmt: skip
    pair = sorted([Identifier("email", "ann.secret@example.com"), Identifier("user_id", "bob")])
    rt.store.save_reviews([ReviewRow(pair[0], pair[1], "open", 0.9, 3.0, b'{"city":["Quuxville","Bonn"]}', 1)]).result()
    customer = rt.store.find(Identifier("user_id", ANN))
    assert customer is not None
    answer = msgspec.msgpack.encode(["identity", "digest", 200, json.dumps({"customer_id": customer.id}).encode()])
    rt.store.save_state("idempotency:0001", answer).result()
    rt.store.save_state("import:crm:ann.secret@example.com.csv", b'{"path":"x"}').result()
    rt.store.save_state("import:crm:all.csv", b'{"path":"x","examples":["ann.secret@example.com"]}').result()
    write_files(shop.root, customer.id)


def write_files(root: Path, customer_id: str) -> None:
    rejects = root / "rejects" / "crm-customers.csv"
    rejects.parent.mkdir()
    rejects.write_text(
        f"line,reason,id,mail,n\n2,no date,{ANN},,1\n3,no date,,Ann.Secret@example.com,2\n4,no date,bob,,3\n"
    )
    exports = root / "data" / "exports"
    exports.mkdir(parents=True)
    (exports / "her.json").write_text(json.dumps({"id": customer_id, "city": "Quuxville"}))
    (exports / "all.csv").write_text(f"customer_id,city\n{customer_id},Quuxville\nc_other,Bonn\n")
    with zipfile.ZipFile(exports / "her.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("identifiers.csv", f"namespace,value\nuser_id,{ANN}\n")
    duckdb.sql(f"SELECT '{customer_id}' AS customer_id, 'Quuxville' AS city").write_parquet(
        str(exports / "all.parquet")
    )


def everything(root: Path, rt: Runtime | None = None) -> Iterator[tuple[str, bytes]]:
    """Every file as it is; Parquet and ZIP unpacked, too; every table of a store, and of every backup."""
    for path in sorted(root.rglob("*")):
        if not path.is_file():
            continue
        name = str(path.relative_to(root))
        yield name, path.read_bytes()
        if path.suffix == ".parquet":
            yield f"{name} (decoded)", repr(duckdb.sql(f"SELECT * FROM '{path}'").fetchall()).encode()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as packed:
                for member in packed.namelist():
                    yield f"{name} ({member})", packed.read(member)
    for table in TABLES if rt else ():
        yield f"table {table}", b"\n".join(map(cells, rt.store.rows(f"SELECT * FROM {table}")))  # type: ignore[attr-defined,union-attr]


def cells(row: tuple[Any, ...]) -> bytes:
    return b"|".join(bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for cell in row)


def found(root: Path, rt: Runtime | None, values: tuple[str, ...] = HERS) -> list[tuple[str, str]]:
    """Where which of some values still is, in whatever case."""
    return [
        (place, value)
        for place, body in everything(root, rt)
        for small in [body.lower()]
        for value in values
        if value.lower().encode() in small
    ]


def projection(rt: Runtime) -> dict[str, list[Any]]:
    """All that the fold makes, the numbers of identifiers and ledger lines aside."""
    rows: Any = rt.store.rows  # type: ignore[attr-defined]
    held = {table: sorted(cells(row) for row in rows(f"SELECT * FROM {table}")) for table in PROJECTION}
    held["links"] = sorted(cells(row[1:]) for row in rows("SELECT * FROM links"))
    held["identifiers"] = sorted(
        (namespace, value, customer, seq, us, shared)
        for _, namespace, value, customer, seq, us, _, shared in rows("SELECT * FROM identifiers")
    )
    held["owned"] = sorted(
        rows("SELECT i.namespace, i.value, o.seq FROM owned o JOIN identifiers i ON i.id = o.identifier_id")
    )
    return held
