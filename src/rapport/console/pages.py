"""The console's routes: sign in, the list of customers, one customer, the quality of the data."""

from __future__ import annotations

from functools import cache, partial
from importlib.resources import files
from typing import Any

import jinja2
from litestar import Request, Response, Router, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromPath, FromQuery, URLEncodedBody

from rapport.console import login, present
from rapport.console.messages import CATALOGUES, HTML_LANGUAGE, choose
from rapport.console.quality import quality_page
from rapport.core.errors import InvalidInput, NotAllowed, NotAuthenticated, NotFound, RapportError
from rapport.core.time import SECOND_US
from rapport.loop import view

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
PAGE_SIZE = 50
AnyRequest = Request[Any, Any, State]
Form = URLEncodedBody[dict[str, str]]


def signed_in(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Lets only those with a session pass; raises ``NotAuthenticated``."""
    state = connection.app.state
    if not login.signed_in(state.rt, state.signer, connection.cookies.get(login.COOKIE, "")):
        raise NotAuthenticated("not signed in", hint="sign in at /login")


@get("/", sync_to_thread=False)
def home() -> Response[bytes]:
    """The customers are the first page."""
    return _redirect("/customers")


@get("/customers", guards=[signed_in], sync_to_thread=True)
def customers(request: AnyRequest, state: State, after: FromQuery[str] = "", q: FromQuery[str] = "") -> Response[str]:
    """A page of customers, or straight to the one who goes by ``q``."""
    if q.strip():
        found = present.find(state.rt, q.strip())
        if found is not None:
            return _redirect(f"/customers/{found}")
    listing = view.listing(state.rt, after, PAGE_SIZE)
    names = present.names(state.rt, [one["id"] for one in listing["data"]])
    return _page(request, "customers.html", listing=listing, names=names, after=after, q=q)


@get("/customers/{customer_id:str}", guards=[signed_in], sync_to_thread=True)
def customer(
    request: AnyRequest, state: State, customer_id: FromPath[str], before: FromQuery[str] = ""
) -> Response[str]:
    """One customer."""
    return _page(request, "customer.html", **present.customer_page(state.rt, customer_id, before))


@get("/quality", guards=[signed_in], sync_to_thread=True)
def data_quality(request: AnyRequest, state: State) -> Response[str]:
    """How good the data is, and what was not kept."""
    return _page(request, "quality.html", **quality_page(state.rt, CATALOGUES[_language(request)]))


@get("/login", sync_to_thread=True)
def login_form(request: AnyRequest, token: FromQuery[str] = "") -> Response[str]:
    """The form; opening a one-time link does not use it up, pressing its button does."""
    return _page(request, "login.html", token=token, problem="")


@post("/login", sync_to_thread=True, status_code=200)
def sign_in(request: AnyRequest, state: State, data: Form) -> Response[Any]:
    """Exchanges a key or a one-time token for a session; raises ``NotAllowed`` for a form of another site."""
    _same_site(request)
    token = data.get("token", "")
    exchange = login.by_link if token else login.by_key
    session = exchange(state.rt, state.signer, token or data.get("key", ""))
    if session is None:
        return _page(request, "login.html", status=401, token="", problem="bad_link" if token else "bad_key")
    answer = _redirect("/customers")
    answer.set_cookie(_cookie(request, session, login.SESSION_US // SECOND_US))
    return answer


@post("/logout", sync_to_thread=False, status_code=200)
def sign_out(request: AnyRequest) -> Response[bytes]:
    """Forgets the session."""
    _same_site(request)
    answer = _redirect("/login")
    answer.set_cookie(_cookie(request, "", 0))
    return answer


@get("/console.css", sync_to_thread=False)
def stylesheet() -> Response[bytes]:
    """The stylesheet."""
    headers = {
        "Content-Type": "text/css; charset=utf-8",
        "Cache-Control": "max-age=300",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(_asset("console.css"), headers=headers)


def show_problem(request: AnyRequest, error: RapportError) -> Response[Any]:
    """An error as a page; without a session, the way to the form."""
    if isinstance(error, NotAuthenticated):
        return _redirect("/login")
    missing = isinstance(error, NotFound)
    status = (
        404 if missing else 403 if isinstance(error, NotAllowed) else 400 if isinstance(error, InvalidInput) else 503
    )
    heading = "not_found" if missing else "went_wrong"
    return _page(request, "problem.html", status=status, heading=heading, message=str(error))


def _page(request: AnyRequest, template: str, status: int = 200, **shown: Any) -> Response[str]:
    asked, language = request.query_params.get("lang", ""), _language(request)
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
            token_in_link=request.query_params.get("token", ""),
            moment=partial(present.moment, zone=request.app.state.rt.zone),
            value=partial(present.value, words=words),
            **shown,
        )
    )
    answer = Response(html, status_code=status, media_type="text/html", headers=SAFE_HEADERS)
    if asked in CATALOGUES:
        answer.set_cookie(Cookie(LANGUAGE_COOKIE, value=asked, max_age=365 * 86_400, samesite="lax", httponly=True))
    return answer


def _language(request: AnyRequest) -> str:
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


@cache
def _asset(name: str) -> bytes:
    return (files("rapport.console") / "static" / name).read_bytes()


def _cookie(request: AnyRequest, session: str, max_age_s: int) -> Cookie:
    secure = request.url.scheme == "https"
    return Cookie(login.COOKIE, value=session, max_age=max_age_s, httponly=True, samesite="strict", secure=secure)


def _redirect(path: str) -> Response[Any]:
    return Response(b"", status_code=303, headers={"Location": path, **SAFE_HEADERS}, media_type="text/plain")


def _same_site(request: AnyRequest) -> None:
    """A form may come from our own pages only, else another site could sign its visitor in as somebody else."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin", "")
    foreign = origin not in ("", "null") and origin.partition("://")[2] != request.headers.get("host", "")
    if site not in ("same-origin", "none") or foreign:
        raise NotAllowed("this form came from another site", hint="open the console's own page")


console = Router(
    "/",
    route_handlers=[home, customers, customer, data_quality, login_form, sign_in, sign_out, stylesheet],
    exception_handlers={RapportError: show_problem},
    include_in_schema=False,
)
