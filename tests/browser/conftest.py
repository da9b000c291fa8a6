"""A real server, a page of another origin that embeds its configurator, and the system's browser."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import uvicorn

from rapport.bootstrap import open_runtime
from rapport.loop.runtime import Runtime
from rapport.service.app import build
from tests.browser.shop import FILES
from tests.clients.conftest import NODE, node, own_key
from tests.conftest import unavailable
from tests.service.shop import write_workspace

__all__ = ["node"]
WRITE_KEY = "PAGE"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
AXE = NODE / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 15_000


@dataclass
class Shop:
    """Where Rapport listens, and a page of another origin that embeds a configurator."""

    url: str
    rt: Runtime
    host_page: str

    def page(self, language: str = "en", product: str = "windows", also: str = "") -> str:
        """The page with nothing but the configurator."""
        return f"{self.url}/configure/{product}?key={WRITE_KEY}&lang={language}{also}"

    def events(self, name: str) -> list[dict[str, Any]]:
        """What was logged under a name, oldest first."""
        stored = [one.event for one in self.rt.store.read_log(0, 10_000)]
        return [event.properties for event in stored if event.event == name]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    root = tmp_path_factory.mktemp("windows")
    write_workspace(root, dict(FILES))
    rt = open_runtime(root)
    own_key(rt, WRITE_KEY, "write")
    with _served(rt) as url, _foreign_page(url) as host_page:
        yield Shop(url, rt, host_page)
    rt.close()


@contextmanager
def _served(rt: Runtime) -> Iterator[str]:
    options = uvicorn.Config(build(rt), port=0, http="httptools", ws="none", access_log=False, log_level="warning")
    server = uvicorn.Server(options)
    thread = threading.Thread(target=server.run)
    thread.start()
    until = time.monotonic() + 120
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


class _HostPage(BaseHTTPRequestHandler):
    """A shop's own page, under a policy that forbids everything but Rapport's scripts and answers."""

    def __init__(self, rapport: str, *arguments: Any) -> None:
        self._rapport = rapport
        super().__init__(*arguments)

    def do_GET(self) -> None:
        policy = f"default-src 'none'; script-src {self._rapport}; connect-src {self._rapport}; img-src data:"
        body = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
            <link rel="icon" href="data:,"></head><body><main><h1>Shop</h1>
            <script src="{self._rapport}/embed/configure.js" data-product="windows" data-key="{WRITE_KEY}"
            data-anonymous-id="visitor-1" async></script></main></body></html>""".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@contextmanager
def _foreign_page(rapport: str) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_HostPage, rapport))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's browser, driven by playwright."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        unavailable("playwright is not installed: pip install playwright")
        raise
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found is None:
        unavailable("no chromium is installed: apt-get install chromium")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@dataclass
class Visit:
    """One visitor's tab, and what went wrong in it."""

    page: Any
    problems: list[str]

    def open(self, address: str) -> Any:
        """Goes there and waits for the configurator."""
        self.page.goto(address)
        self.page.locator("rapport-configurator :is(fieldset, .made):visible").first.wait_for()
        return self.page

    def settled(self) -> None:
        """Waits until the last step is answered."""
        self.page.locator("rapport-configurator .root:not([aria-busy])").wait_for()

    def choose(self, title: str) -> None:
        """Clicks an option by what it is called, and waits for the answer."""
        self.option(title).click()
        self.settled()

    def row(self, title: str) -> Any:
        """The row of an option."""
        return self.page.locator(".option", has=self.page.get_by_text(title, exact=True))

    def option(self, title: str) -> Any:
        """The choice in it."""
        return self.row(title).locator("input")

    def focused(self) -> str:
        """What the focus is on: the label of a choice, or the text of a button or heading."""
        script = """() => {
            let at = document.activeElement;
            while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
            return (at.closest('label')?.querySelector('.title') || at).textContent.trim(); }"""
        return str(self.page.evaluate(script))

    def complaints(self) -> list[str]:
        """What axe finds wrong with the page for people who do not see, hear or move like others."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document)")["violations"]
        return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]


@pytest.fixture
def visit(browser: Any, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A tab of its own; ``visit`` may be parametrized with settings of the browser's context."""
    context = browser.new_context(**getattr(request, "param", {"viewport": {"width": 1280, "height": 900}}))
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
    yield Visit(page, problems)
    context.close()
