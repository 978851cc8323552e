"""The HTTP application, put together from what it is handed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from litestar import Litestar, Request, Response, Router
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.types import (
    AsyncAnyCallable,
    LifeSpanReceive,
    LifeSpanScope,
    LifeSpanSend,
    Receive,
    Scope,
    Send,
)

from salesagent_app.http.admin import admin_router
from salesagent_app.http.analytics import analytics_router
from salesagent_app.http.auth import Caller, Gate, provide_caller, requires
from salesagent_app.http.autonomy import autonomy_router, policy_router
from salesagent_app.http.chosen import icp_router, template_router
from salesagent_app.http.commands import Commands, command_router
from salesagent_app.http.desk import desk_router, who_router
from salesagent_app.http.drafts import operator_router
from salesagent_app.http.errors import (
    Unauthenticated,
    json_error,
    log_fault,
    request_id_of,
    status_of,
)
from salesagent_app.http.experiments import experiment_router
from salesagent_app.http.frame import (
    RequestIds,
    encoded,
    framed,
    measured,
    refuse_encoded,
    request_ids,
)
from salesagent_app.http.health import health_router
from salesagent_app.http.learning import learning_router
from salesagent_app.http.mail_pushes import push_router
from salesagent_app.http.mailboxes import mailbox_router
from salesagent_app.http.notices import notice_choice_router, notice_router
from salesagent_app.http.openapi import openapi_config
from salesagent_app.http.outcomes import outcome_router
from salesagent_app.http.people import key_router, people_router
from salesagent_app.http.privacy import privacy_router
from salesagent_app.http.request_limits import UNPROVEN, RequestLimits
from salesagent_app.http.rules import rule_router
from salesagent_app.http.runs import run_router, task_router
from salesagent_app.http.sending import sending_router
from salesagent_app.http.services import HttpServices
from salesagent_app.http.suppressions import suppression_router
from salesagent_app.http.switches import stop_router, switch_router
from salesagent_app.http.usage import budget_router, usage_router
from salesagent_app.http.voices import voice_router
from salesagent_app.http.webhooks import webhook_handlers
from salesagent_app.observing.watch import Watch
from salesagent_app.web.api_access import key_or_page
from salesagent_app.web.pages import Pages
from salesagent_core.ports.api_keys import Scope as KeyScope

API_PREFIXES = ("/api", "/webhooks", "/schema", "/health", "/static")


class _App(Litestar):
    """Litestar, with our headers on every answer, whether a route gave it or the router itself.

    Webhooks are called straight from here and bring their headers ready-made: that path is
    measured, and the router would take as long as the rest of it.
    """

    doors: dict[str, AsyncAnyCallable]
    request_ids: RequestIds
    https: bool
    watch: Watch
    limits: RequestLimits | None

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        if scope["type"] == ScopeType.HTTP:
            request = cast("Scope", scope)
            door = self.doors.get(request["path"])
            if door is not None:
                await door(scope, receive, send)
                return
            send = framed(cast("Send", send), request, self.request_ids(), https=self.https)
            if self.watch.looks_at_requests:
                send = measured(send, request, self.watch.answered)
            if self.limits is not None:
                send = self.limits.counting(send, request)
            if encoded(request):
                await refuse_encoded(send)
                return
        await super().__call__(scope, receive, send)


def create_app(services: HttpServices) -> Litestar:
    """The application: webhooks, API, health, OpenAPI and the operator's pages."""
    people = services.people
    gate = Gate(services.api_keys, services.clock, people.directory if people else None)
    ids = request_ids()
    commands = Commands(services)
    pages = Pages(services, gate, commands)
    limits = (
        RequestLimits(services.windows, services.clock, services.limits)
        if services.windows is not None
        else None
    )
    webhooks = webhook_handlers(services, ids, limits)
    watch = services.dependencies

    async def provide_services() -> HttpServices:
        return services

    app = _App(
        route_handlers=[*webhooks, *_api(services, gate, pages, commands), *pages.routes()],
        dependencies={"services": Provide(provide_services), "caller": Provide(_caller)},
        before_request=limits.before if limits is not None else None,
        exception_handlers={Exception: _answer_of_error(services, pages)},
        openapi_config=openapi_config(requires(gate, *KeyScope)),
        request_max_body_size=services.limits.request_bytes,
        on_startup=[watch.start] if watch is not None else [],
        on_shutdown=[
            *([watch.stop] if watch is not None else []),
            *([services.close] if services.close is not None else []),
        ],
        signature_types=[HttpServices, Caller],
        logging_config=None,
        debug=False,
    )
    app.doors = {path: handler.fn for handler in webhooks for path in handler.paths}
    app.request_ids = ids
    app.watch = services.watch
    app.limits = limits
    app.https = services.public_url.startswith("https:")
    return app


def _api(services: HttpServices, gate: Gate, pages: Pages, commands: Commands) -> list[Router]:
    """The routers of all that this application has."""
    by_key_or_page = key_or_page(gate, pages.cookie_name, services.public_url)
    always = (task_router, run_router, who_router, operator_router, desk_router, admin_router)
    offered: tuple[tuple[object, tuple[Callable[[Gate], Router], ...]], ...] = (
        (services.sending, (sending_router, stop_router, switch_router, suppression_router)),
        (services.mailboxes, (mailbox_router,)),
        (services.approvals, (rule_router, autonomy_router, policy_router)),
        (services.commands, (lambda _: command_router(by_key_or_page, commands),)),
        (services.mail_pushes, (lambda _: push_router(),)),
        (services.improvement, (experiment_router, voice_router, analytics_router)),
        (services.outcomes, (outcome_router, learning_router)),
        (services.privacy, (privacy_router,)),
        (services.people, (people_router, key_router)),
        (services.usage, (usage_router, budget_router)),
        (services.chosen, (icp_router, template_router)),
        (services.notices, (notice_router, notice_choice_router)),
    )
    makers = [*always, *(make for has, of in offered if has is not None for make in of)]
    return [*(make(gate) for make in makers), health_router(gate)]


def _answer_of_error(
    services: HttpServices, pages: Pages
) -> Callable[[Request[Any, Any, Any], Exception], Response[Any]]:
    def on_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        if isinstance(error, Unauthenticated):
            request.scope["state"][UNPROVEN] = True
        if status_of(error) >= 500:
            log_fault(error, request_id_of(request))
        if request.scope["path"].startswith(API_PREFIXES):
            return json_error(request, error, services.clock.now())
        return pages.error(request, error)

    return on_error


async def _caller(request: Request[Any, Any, Any]) -> Caller:
    return provide_caller(request.scope)
