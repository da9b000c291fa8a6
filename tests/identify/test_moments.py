"""When it happened: what clients write, and what their clocks are worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.time import to_us
from rapport.identify.moments import happened_us, moment_us

NOON = to_us(datetime(2024, 5, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    "written",
    [
        "2024-05-01T12:00:00Z",
        "2024-05-01T12:00:00.000Z",
        "2024-05-01T12:00:00.000000000Z",
        "2024-05-01T14:00:00+02:00",
        "2024-05-01 12:00:00",
        "20240501T120000Z",
        NOON // 1_000_000,
        NOON // 1_000,
        NOON,
        NOON / 1e6,
        str(NOON // 1_000),
    ],
)
def test_one_moment_in_many_spellings(written: str | float) -> None:
    assert moment_us(written) == NOON


def test_a_date_is_its_first_moment_in_utc() -> None:
    assert moment_us("2024-05-01") == NOON - 12 * 3_600_000_000


@pytest.mark.parametrize(
    "written", ["", "yesterday", "2024-13-01", "Wed May 01 2024", "nan", "inf", "-1", "1e300", 1e18, float("nan")]
)
def test_what_is_no_moment(written: str | float) -> None:
    assert moment_us(written) is None


@settings(max_examples=150, deadline=None)
@given(
    st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30)),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_any_offset_to_the_microsecond(local: datetime, zone: timezone) -> None:
    moment = local.replace(tzinfo=zone)
    assert moment_us(moment.isoformat()) == to_us(moment)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**12), st.integers(0, 10**9), st.integers(-(10**14), 10**14))
def test_a_wrong_clock_is_wrong_by_as_much_when_it_sends(happened: int, delay: int, error: int) -> None:
    """What counts is how long the client held the event back, not what its clock showed."""
    received = happened + delay
    assert happened_us(happened + error, received + error, received) == happened


def test_nothing_happens_after_we_received_it() -> None:
    assert happened_us(original=2_000, sent_at=None, received_at=1_000) == 1_000
    assert happened_us(original=2_000, sent_at=1_500, received_at=1_000) == 1_000
