"""A music shop's customers of 1997 (CDNOW): from the file to lifetimes, values, segments and letters."""

from __future__ import annotations

import pytest

from rapport.core.time import to_us
from rapport.loop.refresh import refresh
from tests.examples.alike import assert_live_is_batch

FILE = "CDNOW_sample.txt"


@pytest.fixture(scope="session")
def shop(real_data, load_example, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cdnow")
    lines = (real_data / "cdnow" / FILE).read_text().splitlines()
    rows = [",".join([parts[1], *parts[2:]]) for line in lines if len(parts := line.split()) == 5]
    (folder / "cdnow.csv").write_text("\n".join(rows) + "\n")
    loaded = load_example("music_shop", folder / "cdnow.csv")
    from datetime import UTC, datetime

    refresh(loaded.rt, as_of_us=to_us(datetime(1998, 7, 1, tzinfo=UTC)) - 1)
    return loaded


def test_every_purchase_is_loaded(shop):
    assert shop.report.rows_loaded == 6_919
    assert shop.rt.store.count_customers() == 2_357


def test_live_is_batch(shop):
    assert_live_is_batch(shop.rt)
