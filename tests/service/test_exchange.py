"""Bodies: whole, in parts, packed, too large, cut off."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.core.errors import InvalidInput, TooLarge
from rapport.service.exchange import ClientGoneError, Request, plain, read_body


def arriving(*messages: dict[str, Any]) -> Callable[[], Awaitable[MutableMapping[str, Any]]]:
    queue = list(messages)

    async def receive() -> MutableMapping[str, Any]:
        return queue.pop(0)

    return receive


def part(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def read(*messages: dict[str, Any], limit: int = 10) -> bytes:
    return asyncio.run(read_body(arriving(*messages), limit))


def test_a_body_in_one_piece_or_several() -> None:
    assert read(part(b"ab")) == b"ab"
    assert read(part(b"ab", more=True), part(b"", more=True), part(b"c")) == b"abc"
    assert read({"type": "http.request"}) == b""


def test_a_body_over_the_limit_is_refused_before_it_is_read_to_its_end() -> None:
    with pytest.raises(TooLarge):
        read(part(b"x" * 11))
    with pytest.raises(TooLarge):
        read(*(part(b"x" * 6, more=True) for _ in range(3)))


def test_a_client_that_hangs_up() -> None:
    for before in ([], [part(b"a", more=True)]):
        with pytest.raises(ClientGoneError):
            read(*before, {"type": "http.disconnect"})


@given(st.binary(max_size=200))
def test_packed_and_plain_bodies_read_alike(body: bytes) -> None:
    assert plain(gzip.compress(body), 200) == body
    if not body.startswith(b"\x1f\x8b"):
        assert plain(body, 200) == body


@given(st.binary(max_size=60))
def test_anything_that_looks_like_gzip_is_unpacked_or_refused(rest: bytes) -> None:
    with contextlib.suppress(InvalidInput):
        assert len(plain(b"\x1f\x8b" + rest, 100)) <= 100


def test_the_limit_counts_unpacked_bytes() -> None:
    assert plain(gzip.compress(bytes(100)), 100) == bytes(100)
    with pytest.raises(TooLarge):
        plain(gzip.compress(bytes(101)), 100)
    with pytest.raises(TooLarge):
        plain(gzip.compress(bytes(60)) * 2, 100)


def test_headers_and_query() -> None:
    request = Request({"headers": [(b"host", b"shop.test")], "query_string": b"writeKey=a%20b&x=", "path": "/"}, b"")

    assert (request.host, request.header(b"missing")) == ("shop.test", "")
    assert (request.query("writeKey"), request.query("x"), request.query("y")) == ("a b", "", "")
