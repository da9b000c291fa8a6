"""``/embed/…`` and ``/configure/{product}``: the configurator that any page embeds, and a page of its own for it.

The scripts are served as they lie in ``static/``: no build step, nothing from elsewhere. They ask ``POST
/v1/configurations/{product}`` with a ``write`` key, which may be seen in a browser.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlencode

import jinja2
from litestar import Request, Response, Router, get
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from rapport.console.messages import CATALOGUES, HTML_LANGUAGE, choose
from rapport.core.errors import NotFound
from rapport.loop.runtime import Runtime
from rapport.workspace.wording import worded

TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
PARTS: Final = (
    "announcing.js", "configure.css", "conversation.js", "dom.js", "element.js", "explanation.js", "groups.js",
    "made.js", "option.js", "ready.js", "summary.js", "words.js",
)  # fmt: skip
"""What ``configure.js`` loads."""
FILES: Final = frozenset({"configure.js", "page.css", *(f"configure/{name}" for name in PARTS)})
"""Nothing else of the folder is served."""
MAX_AGE_S: Final = 300
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' https: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HANDED_ON: Final = ("key", "account", "anonymous-id", "user-id", "signature", "quantity")
"""Parameters of the page that become attributes of the element."""


@get("/embed/{name:path}", sync_to_thread=False)
def script(request: Request[Any, Any, State], name: FromPath[str]) -> Response[bytes]:
    """A file of the configurator, for pages of any origin; raises ``NotFound``."""
    wanted = name.lstrip("/")
    if wanted not in FILES:
        raise NotFound(f"no file '{wanted}' to embed", hint="load /embed/configure.js")
    body, etag = _file(wanted)
    headers = {
        "Content-Type": TYPES[wanted[wanted.rindex(".") :]],
        "Cache-Control": f"public, max-age={MAX_AGE_S}",
        "ETag": etag,
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=headers)
    return Response(body, headers=headers)


@get("/configure/{product:str}", sync_to_thread=False)
def standing_page(
    request: Request[Any, Any, State], state: State, product: FromPath[str], lang: FromQuery[str] = ""
) -> Response[str]:
    """A page with nothing but the configurator of a product; raises ``NotFound``."""
    rt: Runtime = state.rt
    found = rt.workspace.products.get(product)
    if found is None:
        # Whoever asks has no key, so the other products are not named.
        raise NotFound(f"no product '{product}'", hint="ask the shop for the address of its page")
    language = choose(lang, "", request.headers.get("accept-language", ""))
    asked = {name: text for name, text in request.query_params.items() if name in HANDED_ON}
    html = _page().render(
        t=CATALOGUES[language], language=language, html_language=HTML_LANGUAGE[language], html_languages=HTML_LANGUAGE,
        names={code: words["language"] for code, words in CATALOGUES.items()},
        languages={code: f"?{urlencode({**asked, 'lang': code})}" for code in CATALOGUES},
        business=rt.workspace.settings.name, title=worded(found.titles, language, found.title, product),
        attributes={"product": product, **asked, "lang": HTML_LANGUAGE[language]} if asked.get("key") else {},
    )  # fmt: skip
    headers = {
        "Content-Security-Policy": PAGE_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "Vary": "Accept-Language",
    }
    return Response(html, media_type="text/html", headers=headers)


@cache
def _file(name: str) -> tuple[bytes, str]:
    """A file and its entity tag."""
    body = (files("rapport.service") / "static" / name).read_bytes()
    return body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'


@cache
def _page() -> jinja2.Template:
    loader = jinja2.PackageLoader("rapport.service")
    made = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return made.get_template("configure.html")


embedded = Router("/", route_handlers=[script, standing_page], include_in_schema=False)
