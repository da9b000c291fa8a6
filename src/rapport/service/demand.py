"""``GET /v1/reports/demand`` and ``/v1/reports/ways``: what customers configure, and the four ways side by side."""

from __future__ import annotations

from typing import Any

from litestar import Response, Router, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery

from rapport.loop.demand import report
from rapport.loop.demand.tables import archive
from rapport.service.guard import needs
from rapport.service.rights import ZIP, Format, ZipToo


@get("/demand", guards=[needs("read")], summary="Say what customers configure, product by product",
     sync_to_thread=True)  # fmt: skip
def products(state: State) -> dict[str, Any]:
    """Each product in a line: sessions, completions, dead ends, wishes in vain, what rises and falls, premium."""
    return report.overview(state.rt)


@get(
    "/demand/{product:str}",
    guards=[needs("read")],
    summary="Say what customers want of one product",
    sync_to_thread=True,
    operation_class=ZipToo,
    responses={200: ResponseSpec(dict[str, Any], description="The report, or the zip.", generate_examples=False)},
)
def one_product(state: State, product: FromPath[str], format: FromQuery[Format] = "json") -> Response[Any]:
    """Take rates, unmet wishes, abandonment, the gap, the premium, what to stock, the build plan, and designs."""
    document = report.of_product(state.rt, product)
    if format == "json":
        return Response(document)
    named = {"content-disposition": f'attachment; filename="{document["product"]}.zip"'}
    return Response(archive(document), media_type=ZIP, headers=named)


@get("/ways", guards=[needs("read")], summary="Compare the four ways to customize", sync_to_thread=True)
def ways(state: State) -> dict[str, Any]:
    """Cost, ease of imitation, closeness and advantage of each way, by the company's own figures."""
    return report.of_ways(state.rt)


demand = Router("/v1/reports", route_handlers=[products, one_product, ways], tags=["reports"])
