"""How a page is answered: in the reader's language, with headers that forbid scripts, to those with a session."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import jinja2
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.handlers.base import BaseRouteHandler
from litestar.params import URLEncodedBody

from rapport.console import login, present
from rapport.console.messages import CATALOGUES, HTML_LANGUAGE, choose
from rapport.console.places import places
from rapport.core.errors import NotAllowed, NotAuthenticated

LANGUAGE_COOKIE = "rapport_language"
SAFE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
AnyRequest = Request[Any, Any, State]
Form = URLEncodedBody[dict[str, str]]


def signed_in(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Lets only those with a session pass; raises ``NotAuthenticated``."""
    state = connection.app.state
    if not login.signed_in(state.rt, state.signer, connection.cookies.get(login.COOKIE, "")):
        raise NotAuthenticated("not signed in", hint="sign in at /login")


def page(request: AnyRequest, template: str, status: int = 200, **shown: Any) -> Response[str]:
    """A template with what it shows; ``?lang=`` chooses the language and is remembered."""
    asked, language = request.query_params.get("lang", ""), language_of(request)
    words = CATALOGUES[language]
    settings = request.app.state.rt.workspace.settings
    html = (
        _templates()
        .get_template(template)
        .render(
            t=words,
            language=language,
            html_language=HTML_LANGUAGE[language],
            catalogues=CATALOGUES,
            business=settings.name,
            here=request.url.path,
            places=places(request.url.path),
            token_in_link=request.query_params.get("token", ""),
            moment=partial(present.moment, zone=request.app.state.rt.zone),
            value=partial(present.value, words=words),
            money=partial(present.money, currency=settings.currency),
            **shown,
        )
    )
    answer = Response(html, status_code=status, media_type="text/html", headers=SAFE_HEADERS)
    if asked in CATALOGUES:
        answer.set_cookie(Cookie(LANGUAGE_COOKIE, value=asked, max_age=365 * 86_400, samesite="lax", httponly=True))
    return answer


def language_of(request: AnyRequest) -> str:
    """The language in which this reader is answered."""
    asked, remembered = request.query_params.get("lang", ""), request.cookies.get(LANGUAGE_COOKIE, "")
    return choose(asked, remembered, request.headers.get("accept-language", ""))


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("rapport.console"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )


def redirect(path: str) -> Response[Any]:
    """The way to another page, by GET."""
    return Response(b"", status_code=303, headers={"Location": path, **SAFE_HEADERS}, media_type="text/plain")


def same_site(request: AnyRequest) -> None:
    """A form may come from our own pages only, else another site could act as its visitor; raises ``NotAllowed``."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin", "")
    foreign = origin not in ("", "null") and origin.partition("://")[2] != request.headers.get("host", "")
    if site not in ("same-origin", "none") or foreign:
        raise NotAllowed("this form came from another site", hint="open the console's own page")
