"""What the API says about itself, at ``/schema/openapi.json`` and ``.yaml``: no page of anyone
else's, so nothing is loaded from elsewhere."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from litestar import Request, Router
from litestar.openapi import ResponseSpec
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.openapi.spec import (
    Components,
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    Parameter,
    PathItem,
    RequestBody,
    Schema,
    SecurityScheme,
)
from litestar.openapi.spec.enums import OpenAPIType

from salesagent_app.http.auth import Guard
from salesagent_app.http.errors import ErrorAnswer
from salesagent_app.http.webhooks import EVENTS, FORMS, WORKFLOW

__all__ = ["ResponseSpec", "documented", "openapi_config"]

_MEANINGS = {
    400: "The request cannot be read; problems say where and what",
    401: "No API key, or none that is good",
    403: "The key's scopes do not allow this",
    404: "No such thing, or another tenant's",
    409: "It changed since it was read, or its state does not allow this",
    413: "The body is too large",
    429: "Too much; Retry-After says when",
    500: "A fault of ours; the request id names it in the log",
    503: "Cannot be done now; Retry-After says when",
}
_ALWAYS = (401, 403, 429, 500, 503)


def documented(*statuses: int) -> dict[int, ResponseSpec]:
    """The errors that a route may answer, beside those that every route may."""
    return {
        status: ResponseSpec(ErrorAnswer, description=_MEANINGS[status], generate_examples=False)
        for status in sorted({*_ALWAYS, *statuses})
    }


def openapi_config(guard: Guard) -> OpenAPIConfig:
    """JSON and YAML under ``/schema``, for callers that ``guard`` lets in."""
    return OpenAPIConfig(
        title="salesagent",
        version=_version(),
        description="A form comes in, and the right person gets the right answer, once.",
        path="/schema",
        openapi_router=Router(
            "/schema", guards=[guard], route_handlers=[], include_in_schema=False
        ),
        render_plugins=[
            _Json(path=["/", "/openapi.json"]),
            _Yaml(path=["/openapi.yaml", "/openapi.yml"]),
        ],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer"),
                "key": SecurityScheme(type="apiKey", name="X-API-Key", security_scheme_in="header"),
            }
        ),
        security=[{"bearer": []}, {"key": []}],
        use_handler_docstrings=False,
    )


def _with_webhooks(schema: dict[str, Any]) -> dict[str, Any]:
    """The description with the webhooks, which are bare ASGI: the framework cannot see them."""
    object_body, array_body = Schema(type=OpenAPIType.OBJECT), Schema(type=OpenAPIType.ARRAY)
    webhooks = {
        FORMS: _webhook("HubspotForm", "A signed form submission", object_body),
        WORKFLOW: _webhook("HubspotWorkflow", "A workflow's Send a webhook", object_body),
        EVENTS: _webhook("HubspotEvents", "A delivery of CRM events", array_body),
    }
    paths = {path: item.to_schema() for path, item in webhooks.items()}
    return {**schema, "paths": {**schema.get("paths", {}), **paths}}


class _Json(JsonRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return super().render(request, _with_webhooks(openapi_schema))


class _Yaml(YamlRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return super().render(request, _with_webhooks(openapi_schema))


def _webhook(operation_id: str, summary: str, body: Schema) -> PathItem:
    answers = {
        "202": "Stored durably; the ids to follow it by",
        "400": "Not readable as any known shape; problems say where and what",
        "401": "The signature is not valid",
        "409": "A duplicate, with the first one's ids",
        "405": "Not a POST",
        "413": "Larger than 1 MiB",
        "429": "Too many with a wrong signature from this address; a good one is always taken",
        "500": "A fault of ours: send it again",
        "503": "Cannot be stored durably now: send it again after Retry-After",
    }
    content = {"application/json": OpenAPIMediaType(schema=Schema(type=OpenAPIType.OBJECT))}
    return PathItem(
        post=Operation(
            operation_id=operation_id,
            summary=summary,
            tags=["webhooks"],
            security=[{}],
            parameters=[
                Parameter(
                    name="portalId",
                    param_in="query",
                    required=False,
                    schema=Schema(type=OpenAPIType.STRING),
                    description="The HubSpot portal, where the body does not name it.",
                )
            ],
            request_body=RequestBody(
                content={"application/json": OpenAPIMediaType(schema=body)}, required=True
            ),
            responses={
                status: OpenAPIResponse(description=meaning, content=content)
                for status, meaning in answers.items()
            },
        )
    )


def _version() -> str:
    try:
        return version("salesagent")
    except PackageNotFoundError:
        return "0"
