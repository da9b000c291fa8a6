"""A tea shop behind the real application, called in process. Used by the tests of service, console and clients."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from rapport.bootstrap import open_runtime
from rapport.core.event import Event
from rapport.loop import keys
from rapport.loop.intake.fold import catch_up
from rapport.loop.runtime import Runtime
from rapport.service.app import build
from rapport.service.exchange import RawRoute

FILES = {
    "rapport.yaml": "name: Tea shop\ncurrency: EUR\ntimezone: Europe/Berlin\nattribution_window: 2d\n",
    "traits.yaml": """
city: {type: text, kind: engagement, purpose: nearest shop}
email: {type: text, kind: engagement, purpose: contact}
first_name: {type: text, kind: engagement, purpose: greeting}
""",
    "features.yaml": """
orders_90d: {event: Order Completed, measure: count, window: 90d}
spend: {event: Order Completed, measure: sum, of: properties.revenue}
""",
    "actions/offers.yaml": """
tea:
  slots: [homepage, promo/home]
  title: A pot of tea
  value: 3
umbrella:
  slots: [homepage]
  title: An umbrella
  value: 5
  content: {image: umbrella.png}
gold:
  slots: [members]
  title: For our best customers
  rule: orders_90d >= 2
  content: {value: 0.15}
""",
}


@dataclass
class Site:
    """The shop, its keys, and a way to call it."""

    rt: Runtime
    write_key: str
    read_key: str
    manage_key: str
    client: httpx.AsyncClient
    runner: asyncio.Runner
    routes: tuple[RawRoute, ...]

    def call(self, method: str, path: str, key: str = "", **request: Any) -> httpx.Response:
        """One request; ``key`` goes into the Authorization header."""
        headers = dict(request.pop("headers", {}))
        if key:
            headers["Authorization"] = f"Bearer {key}"
        return self.runner.run(self.client.request(method, path, headers=headers, **request))

    def fold(self) -> None:
        """Lets everything that was sent reach the profiles."""
        catch_up(self.rt)

    @property
    def log(self) -> list[Event]:
        """Every stored event, oldest first."""
        return [stored.event for stored in self.rt.store.read_log(0, 10_000)]


def write_workspace(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def signed(key: str, user_id: str) -> str:
    """How a shop's server vouches for a user id."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    return hmac.new(digest.encode(), user_id.encode(), hashlib.sha256).hexdigest()


@contextmanager
def open_site(root: Path, **parts: Any) -> Iterator[Site]:
    """``parts``: what takes the place of the runtime's own, such as its clock."""
    write_workspace(root, FILES)
    rt = open_runtime(root, **parts)
    app = build(rt, fold_in_background=False)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(transport=transport, base_url="http://shop.test")
        made = [keys.create(rt, [scope], scope) for scope in keys.SCOPES]
        yield Site(rt, *made, client=client, runner=runner, routes=app.routes)
        runner.run(client.aclose())
    rt.close()
