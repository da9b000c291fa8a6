"""What the model sees, and that it sees the same everywhere."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rapport.customize.encoding import (
    ACTION,
    CONTEXT_MAX,
    MAIN,
    MISSING_STRENGTH,
    MISSING_VARIANCE,
    TEXT_VARIANCE,
    Encoded,
    Encoder,
    feature_key,
    input_columns,
)  # fmt: skip

COLUMNS = {
    "customer_id": "text",
    "email": "text",
    "faith": "text",
    "tier": "text",
    "orders": "integer",
    "vip": "boolean",
    "born": "date",
    "opted_out": "boolean",
}


def test_names_secrets_dates_and_switches_are_no_inputs() -> None:
    assert input_columns(COLUMNS, frozenset({"faith"})) == (["orders", "vip"], ["tier"])


def test_what_differentiate_derives_is_no_input_beside_what_it_is_drawn_from() -> None:
    derived = {"clv": "number", "need_what": "text", "marketing_mode": "text", "rfm_segment": "text"}

    assert input_columns(COLUMNS | derived, frozenset({"faith"})) == (["orders", "vip"], ["rfm_segment", "tier"])


def test_keys_are_the_same_in_every_process_and_version() -> None:
    assert feature_key("tier=gold") == 0xBDE1E8B7A62994E


def test_nulls_texts_and_context_become_keys() -> None:
    encoder = Encoder(COLUMNS, frozenset({"faith"}))
    encoded = encoder.encode({"orders": None, "vip": True, "tier": "gold"}, {"page": "home", "hour": 3, "list": [1]})
    assert math.isnan(encoded.raw[0])
    assert encoded.raw[1] == 1.0
    assert encoded.labels == ["orders", "tier", "@page", "@hour"]
    assert encoded.keys.tolist() == [
        feature_key("orders is null"), feature_key("tier=gold"), feature_key("@page=home"), feature_key("@hour=#")
    ]  # fmt: skip


def test_a_full_row_and_one_with_gaps_read_the_same_numbers() -> None:
    encoder = Encoder({"orders": "integer", "vip": "boolean"})
    assert encoder.encode({"orders": 3, "vip": False}, {}).raw.tolist() == [3.0, 0.0]
    assert encoder.encode({"orders": 3}, {}).raw[0] == 3.0
    assert encoder.encode({}, {"page": "x"}).labels == ["orders", "vip", "@page"]


def test_inputs_are_what_the_record_keeps() -> None:
    encoder = Encoder(COLUMNS, frozenset({"faith"}))
    assert encoder.inputs({"orders": 2, "tier": None, "email": "a@b.c"}) == {"orders": 2, "vip": None, "tier": None}


def _variance(encoded: Encoded) -> float:
    """What the hashed inputs add to the prior variance of one action's logit."""
    return (MAIN**2 + ACTION**2) * float(np.sum(encoded.strengths**2))


def test_few_texts_count_in_full() -> None:
    encoder = Encoder({"tier": "text", "town": "text", "orders": "integer"})
    encoded = encoder.encode({"tier": "gold", "town": "Brno", "orders": None}, {"page": "home"})
    assert encoded.strengths.tolist() == [MISSING_STRENGTH, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("count", [3, 20, 400])
def test_many_texts_share_what_they_may_move(count: int) -> None:
    columns = dict.fromkeys([f"t{n}" for n in range(count)], "text")
    encoder = Encoder(columns)
    assert _variance(encoder.encode(dict.fromkeys(columns, "x"), {})) == pytest.approx(TEXT_VARIANCE)
    assert _variance(encoder.encode({}, {})) <= MISSING_VARIANCE + 1e-9


def test_context_shares_what_it_may_move_apart_from_the_columns() -> None:
    entries = {f"c{n}": "x" for n in range(CONTEXT_MAX)}
    assert _variance(Encoder({}).encode({}, entries)) == pytest.approx(TEXT_VARIANCE)
    alone = Encoder({"tier": "text"}).encode({"tier": "gold"}, {"page": "home"})
    beside = Encoder({"tier": "text"}).encode({"tier": "gold"}, entries)
    assert alone.strengths[0] == beside.strengths[0] == 1.0
    assert alone.strengths[1] == 1.0 > beside.strengths[1]
