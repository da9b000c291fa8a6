"""segment-analytics-python: every call once, then flush. Arguments: URL KEY GZIP."""

import sys
from datetime import UTC, datetime

from segment.analytics.client import Client


def main() -> None:
    url, key, gzip = sys.argv[1:]
    failures: list[object] = []
    client = Client(key, host=url, gzip=gzip == "gzip", on_error=lambda error, _: failures.append(error))
    client.identify("u1", {"email": "Ann@Example.com"})
    client.track(
        "u1",
        "Order Completed",
        {"order_id": "o1", "total": 9.9},
        timestamp=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        anonymous_id="a1",
        message_id="m-1",
    )
    client.page("u1", "Docs", "Home", {"url": "https://shop.example/"})
    client.screen("u1", "App", "Main")
    client.group("u1", "g1", {"plan": "pro"})
    client.alias("a1", "u1")
    client.shutdown()
    sys.exit(f"failed: {failures}" if failures else 0)


if __name__ == "__main__":
    main()
