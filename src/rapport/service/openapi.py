"""One OpenAPI 3.1 document: what litestar knows of its routes, and what the raw routes say of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from rapport.service.exchange import RawRoute
from rapport.service.problems import TITLES

REF = "#/components/schemas/{name}"
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "message"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "message": {"type": "string"},
        "where": {"type": "string"},
        "hint": {"type": "string"},
    },
}
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic", "description": "The key as user name, no password."},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "writeKey": {"type": "apiKey", "in": "header", "name": "X-Write-Key"},
    "writeKeyInQuery": {"type": "apiKey", "in": "query", "name": "writeKey"},
}
PROBLEM_CONTENT = {"application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}}
LITESTAR_ERRORS = (400, 401, 403, 404, 409, 429, 503)


def document(litestar_schema: dict[str, Any], routes: Iterable[RawRoute]) -> dict[str, Any]:
    """The whole document."""
    routes = tuple(routes)
    paths = {path: _guarded(item) for path, item in litestar_schema.get("paths", {}).items()}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    components = dict(litestar_schema.get("components", {}))
    _, schemas = msgspec.json.schema_components(_types(routes), ref_template=REF)
    components["schemas"] = {**components.get("schemas", {}), **schemas, "Problem": PROBLEM}
    components["securitySchemes"] = SECURITY
    return {**litestar_schema, "openapi": "3.1.0", "paths": dict(sorted(paths.items())), "components": components}


def _types(routes: Iterable[RawRoute]) -> list[type]:
    found: list[type] = []
    for route in routes:
        for kind in (route.body, route.answer):
            if isinstance(kind, type) and kind not in found:
                found.append(kind)
    return found


def _operation(route: RawRoute) -> dict[str, Any]:
    told: dict[str, Any] = {
        "summary": route.summary,
        "description": f"Scope: {' or '.join((*route.scopes, 'manage'))}." if route.scopes else "No key needed.",
        "operationId": f"{route.method.lower()}{route.path.replace('{', '').replace('}', '').replace('/', '_')}",
        "tags": [_tag(route.path)],
        "responses": {"200": _success(route), **{str(status): _failure(route, status) for status in route.statuses}},
        "security": [{name: []} for name in SECURITY] if route.scopes else [],
    }
    if route.parameters:
        told["parameters"] = list(route.parameters)
    if route.body is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": _schema(route.body)}}}
    return told


def _tag(path: str) -> str:
    if path.startswith("/ofrep"):
        return "feature flags"
    return "decisions" if path in ("/v1/decide", "/v1/responses") else "events"


def _schema(kind: type | dict[str, Any]) -> Any:
    return kind if isinstance(kind, dict) else {"$ref": REF.format(name=kind.__name__)}


def _success(route: RawRoute) -> dict[str, Any]:
    schema = _schema(route.answer) if route.answer is not None else {}
    media_type = "text/event-stream" if route.path.endswith("/stream") else "application/json"
    return {"description": "Done.", "content": {media_type: {"schema": schema}}}


def _failure(route: RawRoute, status: int) -> dict[str, Any]:
    if status == 304:
        return {"description": "Nothing has changed."}
    content = {"application/json": {"schema": {"type": "object"}}} if route.refuse else PROBLEM_CONTENT
    told: dict[str, Any] = {"description": TITLES[status], "content": content}
    if status == 429:
        told["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    return told


def _guarded(item: dict[str, Any]) -> dict[str, Any]:
    """Litestar's operation, with our errors in place of its own and the key it needs."""
    told = {}
    for method, operation in item.items():
        own = {status: answer for status, answer in operation["responses"].items() if int(status) < 400}
        errors = {
            str(status): {"description": TITLES[status], "content": PROBLEM_CONTENT} for status in LITESTAR_ERRORS
        }
        open_to_all = "operations" in operation.get("tags", [])
        security: list[dict[str, list[str]]] = [] if open_to_all else [{name: []} for name in SECURITY]
        told[method] = {**operation, "responses": {**own, **errors}, "security": security}
    return told
