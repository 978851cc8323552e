"""The HTTP API as the tools use it: what it answers, or why not, in words."""

from __future__ import annotations

import time
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

import attrs
import httpx
from mcp.server.mcpserver.exceptions import ToolError

from salesagent_app.mcp_server.command import KEY_VARIABLE
from salesagent_core.errors import InvalidInput

SECONDS = 30
WHO_LASTS = 30.0
"""Seconds for which it is believed whose key this is; the API judges each call anyway."""
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


@attrs.frozen(kw_only=True)
class Who:
    """Whose key it is, and what it may do."""

    name: str
    may_read: bool
    may_decide: bool


class RefusedError(ToolError):
    """The API said no, or did not answer; the message is for whoever called the tool."""


class Api:
    """One API with one key. The key is in no message and no address."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._who: tuple[float, Who] | None = None
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={
                "Authorization": f"Bearer {key}",
                "User-Agent": f"salesagent-mcp/{_version()}",
            },
            timeout=SECONDS,
            trust_env=False,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, path: str, **query: object) -> Any:
        """The document at a path. What is None is not asked for. Raises: RefusedError."""
        params = {name: str(value) for name, value in query.items() if value is not None}
        return await self._ask("GET", path, params=params)

    async def post(self, path: str, body: dict[str, object] | None = None) -> Any:
        """What a POST answers. Raises: RefusedError."""
        return await self._ask("POST", path, json=body)

    async def who(self) -> Who:
        """Whose key this is. Raises: RefusedError."""
        now = time.monotonic()
        if self._who is None or now - self._who[0] > WHO_LASTS:
            found = await self.get("/api/whoami")
            who = Who(
                name=found["name"], may_read=found["may_read"], may_decide=found["may_decide"]
            )
            self._who = (now, who)
        return self._who[1]

    async def _ask(self, method: str, path: str, **more: Any) -> Any:
        try:
            answer = await self._http.request(method, path, **more)
        except httpx.HTTPError:
            raise RefusedError(
                f"salesagent does not answer at {self._url}. Nobody knows whether this was done: "
                "look before you try again."
                if method == "POST"
                else f"salesagent does not answer at {self._url}. Is it running there?"
            ) from None
        try:
            document = answer.json()
        except ValueError:
            raise RefusedError(
                f"What answers at {self._url} is not salesagent (status {answer.status_code})."
            ) from None
        if answer.is_success:
            return document
        raise RefusedError(_in_words(answer, document))


def checked_url(url: str, *, plain_http: bool) -> str:
    """The address to ask, without a slash at its end.

    Raises:
        InvalidInput: no http address, one with a password in it, or one to which the key would
            travel readable.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise InvalidInput("--url must be an address such as https://sales.example.com")
    if parts.scheme == "http" and parts.hostname not in _HERE and not plain_http:
        raise InvalidInput(
            "the key would travel readable to another machine: use https, or say --plain-http"
        )
    return url.rstrip("/")


def _in_words(answer: httpx.Response, document: Any) -> str:
    given = document if isinstance(document, dict) else {}
    if answer.status_code == 401:
        return (
            f"The API key in {KEY_VARIABLE} is not good: wrong, expired or revoked. Have a new one "
            "made (salesagent key create) and start this program anew with it."
        )
    said = [f"Not done. {_sentence(given.get('detail') or f'status {answer.status_code}')}"]
    problems, reasons = given.get("problems") or (), given.get("reasons") or ()
    said += [f"- {one['where']}: {_sentence(one['what'])}" for one in problems]
    said += [f"- {_sentence(one['sentence'])} ({one['code']})" for one in reasons]
    if given.get("may_go_at"):
        said.append(f"It may go from {given['may_go_at']}.")
    if "retry-after" in answer.headers:
        said.append(f"Try again in {answer.headers['retry-after']} seconds.")
    return "\n".join(said)


def _sentence(text: object) -> str:
    said = str(text).strip()
    return said[:1].upper() + said[1:].rstrip(".") + "."


def _version() -> str:
    try:
        return version("salesagent")
    except PackageNotFoundError:
        return "0"
