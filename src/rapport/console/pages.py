"""The console's routes: sign in, the list of customers, one customer, the quality of the data, reviews."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from litestar import Response, Router, get, post
from litestar.datastructures import Cookie, State
from litestar.params import FromPath, FromQuery

from rapport.console import login, present
from rapport.console.budgets import budgets
from rapport.console.demand import demand
from rapport.console.demand import products as demands
from rapport.console.evaluation import evaluation
from rapport.console.experiments import experiment, experiments
from rapport.console.findings import findings
from rapport.console.game import games, play, take
from rapport.console.lessons import change, enter, lessons
from rapport.console.lifetime import lifetime
from rapport.console.messages import CATALOGUES
from rapport.console.models import models
from rapport.console.needs import needs
from rapport.console.next import coming
from rapport.console.products import make_key, product, products
from rapport.console.quality import quality_page
from rapport.console.readiness import readiness
from rapport.console.recommend import recommendations
from rapport.console.rendering import AnyRequest, Form, language_of, page, redirect, same_site, signed_in
from rapport.console.reviews import answer, review, reviews
from rapport.console.segments import segments
from rapport.console.selection import selection
from rapport.console.stage import stages
from rapport.console.uplift import uplift
from rapport.console.value import value
from rapport.console.ways import ways
from rapport.core.errors import Conflict, InvalidInput, NotAllowed, NotAuthenticated, NotFound, RapportError
from rapport.core.time import SECOND_US
from rapport.loop import view

PAGE_SIZE = 50
_STATUS = {NotFound: 404, NotAllowed: 403, InvalidInput: 400, Conflict: 409}
"""The status of an error's page; all else is a failure of ours."""


@get("/", sync_to_thread=False)
def home() -> Response[bytes]:
    """The customers are the first page."""
    return redirect("/customers")


@get("/customers", guards=[signed_in], sync_to_thread=True)
def customers(request: AnyRequest, state: State, after: FromQuery[str] = "", q: FromQuery[str] = "") -> Response[str]:
    """A page of customers, or straight to the one who goes by ``q``."""
    if q.strip():
        found = present.find(state.rt, q.strip())
        if found is not None:
            return redirect(f"/customers/{found}")
    listing = view.listing(state.rt, after, PAGE_SIZE)
    names = present.names(state.rt, [one["id"] for one in listing["data"]])
    return page(request, "customers.html", listing=listing, names=names, after=after, q=q)


@get("/customers/{customer_id:str}", guards=[signed_in], sync_to_thread=True)
def customer(
    request: AnyRequest, state: State, customer_id: FromPath[str], before: FromQuery[str] = ""
) -> Response[str]:
    """One customer."""
    return page(request, "customer.html", **present.customer_page(state.rt, customer_id, before))


@get("/quality", guards=[signed_in], sync_to_thread=True)
def data_quality(request: AnyRequest, state: State) -> Response[str]:
    """How good the data is, and what was not kept."""
    return page(request, "quality.html", **quality_page(state.rt, CATALOGUES[language_of(request)]))


@get("/login", sync_to_thread=True)
def login_form(request: AnyRequest, token: FromQuery[str] = "") -> Response[str]:
    """The form; opening a one-time link does not use it up, pressing its button does."""
    return page(request, "login.html", token=token, problem="")


@post("/login", sync_to_thread=True, status_code=200)
def sign_in(request: AnyRequest, state: State, data: Form) -> Response[Any]:
    """Exchanges a key or a one-time token for a session; raises ``NotAllowed`` for a form of another site."""
    same_site(request)
    token = data.get("token", "")
    exchange = login.by_link if token else login.by_key
    session = exchange(state.rt, state.signer, token or data.get("key", ""))
    if session is None:
        return page(request, "login.html", status=401, token="", problem="bad_link" if token else "bad_key")
    answer = redirect("/customers")
    answer.set_cookie(_cookie(request, session, login.SESSION_US // SECOND_US))
    return answer


@post("/logout", sync_to_thread=False, status_code=200)
def sign_out(request: AnyRequest) -> Response[bytes]:
    """Forgets the session."""
    same_site(request)
    answer = redirect("/login")
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
        return redirect("/login")
    missing = isinstance(error, NotFound)
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 503)
    heading = "not_found" if missing else "went_wrong"
    return page(request, "problem.html", status=status, heading=heading, message=str(error))


@cache
def _asset(name: str) -> bytes:
    return (files("rapport.console") / "static" / name).read_bytes()


def _cookie(request: AnyRequest, session: str, max_age_s: int) -> Cookie:
    secure = request.url.scheme == "https"
    return Cookie(login.COOKIE, value=session, max_age=max_age_s, httponly=True, samesite="strict", secure=secure)


console = Router(
    "/",
    route_handlers=[
        home,
        customers,
        customer,
        data_quality,
        models,
        needs,
        readiness,
        segments,
        reviews,
        review,
        answer,
        stages,
        recommendations,
        uplift,
        budgets,
        selection,
        value,
        coming,
        evaluation,
        lifetime,
        findings,
        demands,
        demand,
        lessons,
        enter,
        change,
        games,
        play,
        take,
        experiments,
        experiment,
        products,
        product,
        make_key,
        ways,
        login_form,
        sign_in,
        sign_out,
        stylesheet,
    ],
    exception_handlers={RapportError: show_problem},
    include_in_schema=False,
)
