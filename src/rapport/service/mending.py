"""Bodies that strict JSON refuses although most of them can be read: half an emoji cut by a browser, Python's NaN.

A strict parser refuses the whole batch for one such value. Here the batch is read leniently and split into its calls,
so that each is judged on its own: half a character becomes ``?``, and a call with NaN is refused with its reason.
"""

from __future__ import annotations

import json
from typing import Any


def calls_within(body: bytes) -> tuple[list[bytes], Any, Any] | None:
    """The calls of a batch, its ``sentAt`` and its ``writeKey``; None when it cannot be read leniently either.

    >>> calls_within(b'{"batch": [{"event": "caf\\\\ud83d"}, {"x": NaN}], "sentAt": "now"}')
    ([b'{"event": "caf?"}', b'{"x": NaN}'], 'now', None)
    >>> calls_within(b'{"batch": [') is None
    True
    """
    envelope = _read(body)
    if not isinstance(envelope, dict) or not isinstance(envelope.get("batch"), list):
        return None
    return [_write(call) for call in envelope["batch"]], envelope.get("sentAt"), envelope.get("writeKey")


def mended(body: bytes) -> bytes | None:
    """One call with half characters replaced; None when it cannot be read leniently either."""
    call = _read(body)
    return None if call is None else _write(call)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _write(call: Any) -> bytes:
    return json.dumps(call, ensure_ascii=False).encode("utf-8", "replace")
