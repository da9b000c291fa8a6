# ruff: noqa: S608 - this file composes SQL from the names of its own tables and numbers.
"""What recommends, learnt anew: the catalogue read off the events, who showed interest in what, and the model of both.

Whoever switched personalisation off teaches nothing. The model holds items and numbers, no customers; still it leaves
with anybody who is erased, and is made again at once from what the others did.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np

from rapport.core.columns import ColumnType
from rapport.core.time import DAY_US
from rapport.customize.recommend import Interactions, Shelf, encode, fit
from rapport.differentiate.history_sql import interests_query
from rapport.differentiate.items_sql import attribute_columns, items_query
from rapport.loop import generation
from rapport.loop.deciding.catalogue import MODEL, Mark, mark_of
from rapport.loop.deciding.recommend import interest_weights
from rapport.loop.refreshed import last_refresh
from rapport.loop.refreshing.everybody import CHUNK, MEASURED, SAMPLE_MAX
from rapport.loop.runtime import Runtime
from rapport.ports.store import ModelRow
from rapport.workspace.catalogue import Catalogue
from rapport.workspace.durations import duration_us

INTERESTS: Final = "interests"
"""The table of who showed interest in which item when."""
ITEMS_MAX: Final = 100_000
"""So many items are kept, those that most customers showed interest in."""
_TAUGHT: Final = f"{INTERESTS} AS i JOIN {MEASURED} AS m ON m.customer_id = i.customer_id WHERE m.personalized"


def event_columns(rt: Runtime) -> tuple[str, ...]:
    """Names of the event columns that the catalogue's attributes are read from."""
    catalogue = rt.workspace.catalogue
    return attribute_columns(rt.interests, catalogue.attributes) if catalogue else ()


def after_refresh(rt: Runtime, as_of_us: int) -> None:
    """Reads everybody's interests as of a moment (µs), and learns from them; nothing without a catalogue."""
    if rt.workspace.catalogue is None:
        return
    ((count,),) = rt.warehouse.query(f"SELECT COUNT(*) FROM {MEASURED}")
    # Chunk by chunk, as readings are: to sort everybody's at once takes more memory than the warehouse is given.
    rt.warehouse.save_parts(INTERESTS, [
        interests_query(
            f"(SELECT place, customer_id FROM {MEASURED} WHERE place >= {first} AND place < {first + CHUNK})",
            rt.interests, rt.zone, as_of_us,
        )
        for first in range(0, max(1, count), CHUNK)
    ])  # fmt: skip
    learn(rt, as_of_us)


def again_without(rt: Runtime) -> None:
    """Makes the model again after people have left and it with them; nothing where it is there, or never was."""
    refreshed = last_refresh(rt)
    if rt.workspace.catalogue is None or refreshed is None or mark_of(rt.store) is not None:
        return
    if INTERESTS in rt.warehouse.tables() and MEASURED in rt.warehouse.tables():
        learn(rt, refreshed.as_of)


def learn(rt: Runtime, as_of_us: int) -> None:
    """Fits the model to the stored interests and saves it; an older one leaves where there is nothing to learn."""
    began = generation.current(rt.store)
    catalogue = rt.workspace.catalogue or Catalogue()
    items = _items(rt, catalogue)
    if not len(items["item"]):
        rt.store.replace_states([MODEL], {}).result()
        return
    newest = int(items["last_day"].max())
    model = fit(_shelf(rt, catalogue, items, as_of_us), _interactions(rt, items["item"]), newest, again=catalogue.again)
    if generation.current(rt.store) != began:
        # Somebody was erased meanwhile; whoever did it learns again.
        return
    version = max(rt.store.model_versions().get(MODEL, [0])) + 1
    rt.store.save_model(ModelRow(MODEL, version, rt.clock.now_us(), 0, encode(model))).result()
    rt.store.save_state(MODEL, _mark(version, as_of_us, began)).result()
    rt.store.drop_models(MODEL, version).result()
    rt.shelves.look_again()


def _mark(version: int, as_of_us: int, began: bytes) -> bytes:
    return msgspec.json.encode(Mark(version, as_of_us, began.decode()))


def _items(rt: Runtime, catalogue: Catalogue) -> dict[str, Any]:
    """The items that are not gone: how many customers showed interest in each, when first and last."""
    days = max(1, duration_us(catalogue.gone_after) // DAY_US)
    counted = (
        "SELECT i.item, COUNT(DISTINCT i.customer_id) AS customers, MIN(i.day) AS first_day, MAX(i.day) AS last_day"
        f" FROM {_TAUGHT} GROUP BY i.item"
    )
    return rt.warehouse.arrays(
        f"SELECT item, customers, first_day, last_day FROM ({counted})"
        f" QUALIFY last_day > MAX(last_day) OVER () - {days} ORDER BY customers DESC, item LIMIT {ITEMS_MAX}"
    )


def _shelf(rt: Runtime, catalogue: Catalogue, items: dict[str, Any], as_of_us: int) -> Shelf:
    attributes = catalogue.attributes
    query = items_query(rt.interests, attributes, as_of_us)
    picked = "".join(f", t.a{number}" for number in range(len(attributes)))
    given: dict[str, Any] = {"item": items["item"], "code": np.arange(len(items["item"]))}
    told = rt.warehouse.arrays(
        f"SELECT g.code{picked} FROM given AS g LEFT JOIN ({query}) AS t ON t.item = g.item ORDER BY g.code",
        given, _CODED,
    )  # fmt: skip
    texts = {name: [None if one is None else str(one) for one in told[f"a{number}"]]
             for number, name in enumerate(attributes)}  # fmt: skip
    return Shelf(
        [str(one) for one in items["item"]], texts, items["first_day"].astype(np.int32),
        items["customers"].astype(np.int32),
    )  # fmt: skip


def _interactions(rt: Runtime, items: Any) -> Interactions:
    """Who showed interest in these items: of a million customers every so many-th."""
    ((most,),) = rt.warehouse.query(f"SELECT COALESCE(MAX(place), 0) FROM {MEASURED}")
    step = max(1, -(-(int(most) + 1) // SAMPLE_MAX))
    given: dict[str, Any] = {"item": items, "code": np.arange(len(items))}
    found = rt.warehouse.arrays(
        f"SELECT m.place, g.code, i.day, i.interest, i.count FROM {INTERESTS} AS i"
        f" JOIN {MEASURED} AS m ON m.customer_id = i.customer_id JOIN given AS g ON g.item = i.item"
        f" WHERE m.personalized AND m.place % {step} = 0 ORDER BY m.place, g.code, i.day, i.interest",
        given, _CODED,
    )  # fmt: skip
    customers, customer = np.unique(found["place"], return_inverse=True)
    weights, owned = interest_weights(rt)
    interest = found["interest"].astype(np.int64)
    return Interactions(
        customer.astype(np.int32), found["code"].astype(np.int32), found["day"].astype(np.int32),
        weights[interest] * found["count"], owned[interest], customers.size, len(items),
    )  # fmt: skip


_CODED: Final[dict[str, ColumnType]] = {"code": "integer"}
