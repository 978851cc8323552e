"""The SDK, set up so that it does what a worker needs: one try, bounded time, no surprises.

Answers are read as bytes and judged by ``answers``: the SDK itself hands out whatever came, an
HTML page included.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakKeyDictionary

from openai import AsyncOpenAI

from salesagent_adapters.openai.errors import EXPECTED, translate
from salesagent_core.errors import SalesAgentError
from salesagent_core.ports.clock import Clock

DEFAULT_BASE_URL = "https://api.openai.com/v1"
TIMEOUT_S = 75.0
"""Of a whole call. Two tries of a draft must fit into the step's three minutes."""
CONNECTIONS_LOGGED_BY = ("openai", "httpx2", "httpcore2")


class ModelService:
    """The service that the models run on; shared by everything that asks one."""

    def __init__(
        self,
        *,
        api_key: str,
        clock: Clock,
        base_url: str | None = None,
        timeout: float = TIMEOUT_S,
    ) -> None:
        """``base_url`` ends with ``/v1``; any service that speaks OpenAI's API will do. A local
        one that wants no key still needs some text as ``api_key``."""
        self._api_key = api_key
        self._base_url = base_url or DEFAULT_BASE_URL
        self._timeout = timeout
        self._clock = clock
        # Connections belong to the event loop that opened them; HTTP and workers have one each.
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncOpenAI] = (
            WeakKeyDictionary()
        )
        for name in CONNECTIONS_LOGGED_BY:
            # At DEBUG these would write whole requests into the log.
            logging.getLogger(name).setLevel(logging.WARNING)

    def __repr__(self) -> str:
        return f"<ModelService at {self._base_url}>"

    async def chat(self, request: dict[str, Any]) -> bytes:
        """A chat completion's answer as it came. ``request``: the API's own parameters.

        Raises:
            RateLimited, NeedsReauth, Unavailable, Rejected, UnusableOutput
        """
        return await self._bounded(
            self._client().chat.completions.with_raw_response.create, request
        )

    async def embeddings(self, request: dict[str, Any]) -> bytes:
        """Likewise, for embeddings."""
        return await self._bounded(self._client().embeddings.with_raw_response.create, request)

    async def transcription(self, request: dict[str, Any]) -> bytes:
        """Likewise, for a recording."""
        return await self._bounded(
            self._client().audio.transcriptions.with_raw_response.create, request
        )

    async def check(self, model: str) -> None:
        """Whether the key is good and the model is there; costs nothing.

        Raises:
            NeedsReauth, RateLimited, Unavailable, Rejected: a service that is no OpenAI may not
            have this question; ask it something instead.
        """
        await self._bounded(self._client().models.with_raw_response.retrieve, {"model": model})

    async def close(self) -> None:
        """Close the connections of this event loop."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.close()

    async def _bounded(self, call: Callable[..., Awaitable[Any]], request: dict[str, Any]) -> bytes:
        failure: SalesAgentError | None = None
        try:
            # The SDK's own time-out is per read: a service that drips would hold a worker for ever.
            async with asyncio.timeout(self._timeout):
                raw = await call(**request)
        except EXPECTED as error:
            failure = translate(error, self._clock.now())
        if failure is not None:
            raise failure
        content: bytes = raw.content
        return content

    def _client(self) -> AsyncOpenAI:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = AsyncOpenAI(
                api_key=self._api_key,
                base_url=self._base_url,
                timeout=self._timeout,
                max_retries=0,
            )
        return self._clients[loop]
