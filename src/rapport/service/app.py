"""The ASGI application of one workspace: hot routes in front, litestar behind, the fold beside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Final

from litestar import Litestar
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig

from rapport import __version__
from rapport.console.pages import console
from rapport.console.signing import Signer
from rapport.loop.runtime import Runtime
from rapport.service import openapi
from rapport.service.background import Folding
from rapport.service.budgets import allocations, budget_report
from rapport.service.configure import Configuring
from rapport.service.customers import customers
from rapport.service.decide import Decisions
from rapport.service.demand import demand
from rapport.service.designs import Designs
from rapport.service.embed import embedded
from rapport.service.evaluate import attribution, evaluation
from rapport.service.exchange import RawRoute
from rapport.service.experiments import experiments, holdout_report
from rapport.service.findings import learnings
from rapport.service.front import Front
from rapport.service.game import Playing, game_reports
from rapport.service.gpc import gpc_support
from rapport.service.guard import problem
from rapport.service.idempotency import Once
from rapport.service.identity import customer_hints, identities
from rapport.service.lessons import customer_lessons
from rapport.service.lifetime import lifetime
from rapport.service.live import Saves
from rapport.service.models import model_reports, models
from rapport.service.needs import needs
from rapport.service.ofrep import Flags
from rapport.service.opendsr import opendsr
from rapport.service.operations import healthz, metrics, openapi_document, readyz
from rapport.service.potential import ahead
from rapport.service.readiness import readiness
from rapport.service.recommend import recommendations
from rapport.service.reports import reports
from rapport.service.responses import Responses
from rapport.service.rights import rights
from rapport.service.segment import Codec
from rapport.service.segments import segment_reports, segments
from rapport.service.selection import selection
from rapport.service.stage import stages
from rapport.service.uplift import uplift
from rapport.service.value import value
from rapport.service.warming import Warming

ROUTES: Final = (
    customers,
    rights,
    customer_hints,
    customer_lessons,
    identities,
    opendsr,
    segments,
    segment_reports,
    readiness,
    recommendations,
    needs,
    ahead,
    value,
    lifetime,
    model_reports,
    models,
    learnings,
    demand,
    game_reports,
    evaluation,
    attribution,
    allocations,
    budget_report,
    selection,
    stages,
    uplift,
    experiments,
    holdout_report,
    reports,
    healthz,
    readyz,
    metrics,
    gpc_support,
    openapi_document,
    embedded,
    console,
)
"""What answers in the ordinary way; the hot routes stand before it."""


def build(
    rt: Runtime,
    *,
    fold_in_background: bool = True,
    close_at_end: bool = False,
    also: Sequence[RawRoute] = (),
) -> Front:
    """The application over an open runtime.

    Its lifespan compiles what a first decision would else wait seconds for, runs the background fold and, with
    ``close_at_end``, closes the runtime. ``also`` adds raw routes:
    the benchmarks measure an endpoint that does nothing beside those that do.
    """
    folding = Folding(rt)
    saves = Saves()
    signer = Signer.of(rt)
    hot = [*_hot(rt, saves, folding, signer), *also]
    inner = Litestar(
        route_handlers=ROUTES,
        lifespan=[_lifespan(rt, folding, fold_in_background, close_at_end)],
        exception_handlers={Exception: problem},
        openapi_config=OpenAPIConfig(title="Rapport", version=__version__, path="/openapi", render_plugins=[]),
        on_app_init=[_quiet],
    )

    @cache
    def document() -> dict[str, object]:
        return openapi.document(inner.openapi_schema.to_schema(), _hot(rt, saves, folding, signer))

    inner.state.update(State({"rt": rt, "folding": folding, "signer": signer, "openapi": document}))
    return Front(hot, inner)


def _hot(rt: Runtime, saves: Saves, folding: Folding, signer: Signer) -> list[RawRoute]:
    once = Once(rt, saves)
    return [
        *Codec(rt, saves, folding).routes(),
        Decisions(rt, saves, folding, once).route(),
        Responses(rt, saves, folding, once).route(),
        *Flags(rt, saves, folding, signer).routes(),
        *Playing(rt, saves, folding).routes(),
        *Designs(rt, saves, folding).routes(),
        *Configuring(rt, saves, folding).routes(),
    ]


def _quiet(config: AppConfig) -> AppConfig:
    """Errors are logged where they are told; litestar need not log them again."""
    config.logging_config = None
    return config


def _lifespan(rt: Runtime, folding: Folding, fold_in_background: bool, close_at_end: bool):  # type: ignore[no-untyped-def]
    warming = Warming(rt)

    @asynccontextmanager
    async def span(_: Litestar) -> AsyncIterator[None]:
        rt.arbiter.warm_up()
        rt.learner.warm_up()
        await Saves().wait(rt.store.append([]))
        if fold_in_background:
            folding.start()
            warming.start()
        try:
            yield
        finally:
            warming.stop()
            folding.stop()
            if close_at_end:
                rt.close()

    return span
