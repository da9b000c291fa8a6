"""A linkage whose weights were set by hand, for tests that need one and do not train it."""

from __future__ import annotations

import msgspec

from rapport.core.linkage import MODEL
from rapport.identify.link import Field, LinkModel
from rapport.identify.link.settings import plan
from rapport.ports.store import ModelRow
from tests.loop.conftest import Shop

TRAITS = """
given_name: {type: text, kind: engagement, purpose: greeting}
surname: {type: text, kind: engagement, purpose: greeting}
birthday: {type: date, kind: engagement, purpose: a card}
city: {type: text, kind: engagement, purpose: nearest shop}
"""
FIELDS = (
    Field("given_name", "given_name", "given_name"),
    Field("surname", "surname", "surname"),
    Field("birthday", "date_of_birth", "date_of_birth"),
    Field("email", "email", "email"),
)
BLOCKS = (("surname",), ("date_of_birth",), ("email",))


def hand_made(prior: float = 0.001) -> LinkModel:
    """Every level weighs half of the one above it: 8 bits for the same value, -4 for another."""
    stated = msgspec.json.decode(msgspec.json.encode(plan(FIELDS).comparisons))
    for comparison in stated:
        bits = 8.0
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                level["u_probability"] = 0.001
                level["m_probability"] = 0.001 * 2 ** (bits if level["sql_condition"] != "ELSE" else -4.0)
                bits /= 2
    settings = {"probability_two_random_records_match": prior, "comparisons": stated}
    return LinkModel(fields=FIELDS, blocks=BLOCKS, settings=settings)


def learn(shop: Shop, model: LinkModel, version: int = 1) -> None:
    """Saves a model as the batch would."""
    body = msgspec.json.encode(model)
    shop.rt.store.save_model(ModelRow(MODEL, version, shop.clock.now_us(), 0, body)).result()
