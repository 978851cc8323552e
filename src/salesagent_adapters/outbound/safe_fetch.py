"""HTTP to addresses that data chose, such as a webhook typed into a page, but never to the inside.

The name is resolved once, every address it has must be public, and the connection goes to the one
that was judged: a name that answers differently a moment later gains nothing. No redirect is
followed, no proxy of the environment is used, and an answer has a size and a deadline. Errors never
repeat the address: such addresses are often secrets themselves.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs
import msgspec

from salesagent_adapters.outbound.public_addresses import Address, is_public
from salesagent_core.errors import InvalidInput, Problem, Rejected, Unavailable

if TYPE_CHECKING:
    import httpx

MAX_URL = 2_048
MAX_ANSWER_BYTES = 64 * 1024
DEADLINE_SECONDS = 10.0
CONNECT_SECONDS = 5.0
PORTS = frozenset({443, 8443})
"""Where webhooks listen. A port of anything else is not asked to understand HTTP."""

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]
"""The addresses of a host. Raises: OSError."""


@attrs.frozen(kw_only=True)
class Answer:
    """What came back: ``body`` has at most ``MAX_ANSWER_BYTES``."""

    status: int
    body: bytes


@attrs.frozen(kw_only=True)
class Target:
    """A URL that may be asked, as far as can be told without resolving its name."""

    host: str
    port: int
    path: str


def read_target(url: str, ports: frozenset[int] = PORTS) -> Target:
    """The parts of a URL that somebody gave; for a settings page to judge what is typed there.

    Raises:
        InvalidInput: it is not ``https://host/path``, or names an address that is not public.
    """
    if len(url) > MAX_URL or not url.isascii() or any(char <= " " or char == "\\" for char in url):
        raise _unusable("must be an https:// address without spaces")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        raise _unusable("must be an https:// address") from None
    if parts.scheme != "https" or not host or parts.username is not None or parts.fragment:
        raise _unusable("must be https://host/path, without a user name")
    if port not in ports:
        raise _unusable(f"may use the ports {', '.join(map(str, sorted(ports)))} only")
    literal = _literal(host)
    if literal is not None and not is_public(literal):
        raise _unusable("must not lead into a private network")
    path = parts.path or "/"
    return Target(host=host, port=port, path=f"{path}?{parts.query}" if parts.query else path)


class SafeHttp:
    """A client for such addresses. Each request has a connection of its own."""

    def __init__(
        self,
        *,
        resolve: Resolve | None = None,
        allowed: Callable[[Address], bool] = is_public,
        ports: frozenset[int] = PORTS,
        verify: Any = True,
    ) -> None:
        """``verify`` is an ``ssl.SSLContext``, or True for the usual authorities."""
        self._resolve = resolve or resolved
        self._allowed = allowed
        self._ports = ports
        self._verify = verify

    async def post_json(
        self, url: str, content: object, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """POST ``content`` as JSON; the answer when it is a 2xx.

        Raises:
            InvalidInput: the URL may not be asked. Rejected: its host is not public, or it
            answered with a redirect or a 4xx. Unavailable: no name, no connection, too slow, too
            much (429), or 5xx.
        """
        target = read_target(url, self._ports)
        given = {**(headers or {}), "content-type": "application/json"}
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                address = await self._judged(target)
                answer = await self._post(target, address, msgspec.json.encode(content), given)
        except TimeoutError:
            raise Unavailable("the address did not answer in time") from None
        return _accepted(answer)

    async def _judged(self, target: Target) -> Address:
        try:
            addresses = await self._resolve(target.host, target.port)
        except (OSError, UnicodeError):
            raise Unavailable("the address has no host that can be found") from None
        if not addresses or not all(self._allowed(each) for each in addresses):
            # One private address among public ones is how such names are made.
            raise Rejected("the address leads into a private network")
        return addresses[0]

    async def _post(
        self, target: Target, address: Address, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        import httpx

        numeric = f"[{address}]" if address.version == 6 else str(address)
        name = f"[{target.host}]" if ":" in target.host else target.host
        host = name if target.port == 443 else f"{name}:{target.port}"
        timeout = httpx.Timeout(DEADLINE_SECONDS, connect=CONNECT_SECONDS)
        try:
            async with (
                httpx.AsyncClient(
                    verify=self._verify, trust_env=False, follow_redirects=False, timeout=timeout
                ) as client,
                client.stream(
                    "POST",
                    f"https://{numeric}:{target.port}{target.path}",
                    content=body,
                    # Not unpacked: a small answer may not become a large one.
                    headers={**headers, "host": host, "accept-encoding": "identity"},
                    extensions={"sni_hostname": target.host},
                ) as response,
            ):
                return Answer(status=response.status_code, body=await _bounded(response))
        except (httpx.HTTPError, httpx.InvalidURL):
            # From None: the library's text has the address in it.
            raise Unavailable("the address cannot be reached") from None


async def resolved(host: str, port: int) -> Sequence[Address]:
    """What this machine's resolver says. It also reads what a browser would: 0x7f.1, 2130706433."""
    loop = asyncio.get_running_loop()
    rows = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(row[4][0]) for row in rows]


async def _bounded(response: httpx.Response) -> bytes:
    body = b""
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) >= MAX_ANSWER_BYTES:
            break
    return body[:MAX_ANSWER_BYTES]


def _accepted(answer: Answer) -> Answer:
    if 200 <= answer.status < 300:
        return answer
    if answer.status == 429 or answer.status >= 500 or answer.status < 200:
        raise Unavailable("the address does not take it now")
    if answer.status < 400:
        raise Rejected("the address answered with a redirect, and none is followed")
    raise Rejected("the address did not take it")


def _literal(host: str) -> Address | None:
    """The address that a host written as one is, in any form that resolvers read."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        # Decimal, octal, hexadecimal, and short forms.
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except OSError:
        return None


def _unusable(what: str) -> InvalidInput:
    return InvalidInput("this address cannot be used", [Problem(where="url", what=what)])
