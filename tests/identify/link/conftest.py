"""Two sets of people that others made, and a Splink model trained on each, once a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.identify.link import Field
from tests.identify.link.reference import Reference, read, train

FEBRL = [
    Field("given_name", "given_name", "given_name"),
    Field("surname", "surname", "surname"),
    Field("date_of_birth", "date_of_birth", "date_of_birth"),
    Field("address_1", "street", "street"),
    Field("suburb", "city", "city"),
    Field("postcode", "postcode", "postcode"),
    Field("soc_sec_id", "id_number", "id_number"),
]
FAKE = [
    Field("first_name", "given_name", "given_name"),
    Field("surname", "surname", "surname"),
    Field("dob", "date_of_birth", "date_of_birth"),
    Field("city", "city", "city"),
    Field("email", "email", "email"),
]


@pytest.fixture(scope="session")
def febrl(real_data: Path) -> Reference:
    """FEBRL 3: 5,000 records of 2,000 persons."""
    records = read(real_data / "febrl/dataset3.csv", "rec_id", FEBRL)
    blocks = [("date_of_birth",), ("postcode", "surname_start"), ("surname", "given_name_start"), ("id_number",)]
    return train(records, FEBRL, blocks)


@pytest.fixture(scope="session")
def fake(real_data: Path) -> Reference:
    """fake_1000: 1,000 records of 251 persons, with many values missing."""
    records = read(real_data / "fake_1000/fake_1000.csv", "unique_id", FAKE)
    return train(records, FAKE, [("surname",), ("given_name",), ("date_of_birth",), ("email_local",)])
