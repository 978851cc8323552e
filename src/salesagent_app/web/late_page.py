"""A page that looks something up before it is written, where nothing may wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response
from litestar.types import ASGIApp, Receive, Scope, Send


class LatePage(Response[Any]):
    """The framework's handlers of errors do not wait; what answers does."""

    def __init__(self, write: Callable[[], Awaitable[Response[Any]]]) -> None:
        super().__init__(None)
        self._write = write

    def to_asgi_response(  # type: ignore[override]
        self, app: Any, request: Request[Any, Any, Any], **_: Any
    ) -> ASGIApp:
        """What answers: the page, once it is written."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            page = await self._write()
            await page.to_asgi_response(app, request)(scope, receive, send)

        return answer
