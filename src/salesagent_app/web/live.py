"""News of runs as server-sent events: only that something changed, never what.

The page asks for itself again and shows the difference. A stream ends after a short while and the
browser comes back by itself: a server that is to stop waits for no listener, a session that ended
is noticed, and no proxy keeps a dead line open.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from litestar import get
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from salesagent_app.http.auth import Visit
from salesagent_app.http.inputs import Id
from salesagent_app.http.services import HttpServices
from salesagent_app.web.sessions import Visiting
from salesagent_core.errors import RateLimited, Unavailable
from salesagent_core.ids import RunId

STREAM_SECONDS = 20.0
LOOK_EVERY_SECONDS = 1.0
BACK_AFTER_MILLISECONDS = 1_000
MAX_LISTENERS = 100
"""Streams of one process at once; whoever comes after polls."""


class LivePages:
    """The streams of the list of runs and of one run."""

    def __init__(self, services: HttpServices) -> None:
        self._services = services
        self._listeners = 0

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/runs/live", name="runs-live")
        async def runs(visit: Visiting) -> ServerSentEvent:
            return await self._stream(visit, None)

        @get("/runs/{run_id:uuid}/live", name="run-live")
        async def run(visit: Visiting, run_id: Id) -> ServerSentEvent:
            return await self._stream(visit, RunId(str(run_id)))

        return [runs, run]

    async def _stream(self, visit: Visit, run_id: RunId | None) -> ServerSentEvent:
        if self._listeners >= MAX_LISTENERS:
            soon = self._services.clock.now() + timedelta(seconds=STREAM_SECONDS)
            raise RateLimited("too many pages listen already", retry_at=soon)
        # Asked before the answer begins, so that a run that is not there is a 404.
        state = await self._services.queries.run_state(visit.caller.tenant_id, run_id)
        return ServerSentEvent(self._events(visit, run_id, state))

    async def _events(
        self, visit: Visit, run_id: RunId | None, state: str
    ) -> AsyncIterator[ServerSentEventMessage]:
        self._listeners += 1
        try:
            yield ServerSentEventMessage(
                event="state", data=_short(state), retry=BACK_AFTER_MILLISECONDS
            )
            loop = asyncio.get_running_loop()
            ends = loop.time() + STREAM_SECONDS
            while loop.time() < ends:
                await asyncio.sleep(LOOK_EVERY_SECONDS)
                try:
                    now = await self._services.queries.run_state(visit.caller.tenant_id, run_id)
                except Unavailable:
                    return
                if now != state:
                    state = now
                    yield ServerSentEventMessage(event="state", data=_short(state))
        finally:
            self._listeners -= 1


def _short(state: str) -> str:
    """A mark of the state that says nothing of it."""
    return hashlib.sha256(state.encode()).hexdigest()[:16]
