"""A wire to a real database that somebody spoils: answers break off or become something else."""

from __future__ import annotations

import asyncio
import contextlib
import glob
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs
from sqlalchemy import make_url


@attrs.define(kw_only=True)
class Wire:
    """``url`` leads through it. ``next_answer`` spoils one answer: so many of its bytes are let
    through, then these come, and the wire is cut; ``broken`` spoils every one."""

    url: str
    next_answer: tuple[int, bytes] | None = None
    broken: bool = False

    def spoiled(self, answer: bytes) -> bytes | None:
        """What comes instead of an answer; None: the answer itself."""
        if self.broken:
            return b"\0" * 40
        if self.next_answer is None:
            return None
        (through, instead), self.next_answer = self.next_answer, None
        return answer[:through] + instead


@asynccontextmanager
async def wire_to(database_url: str) -> AsyncIterator[Wire]:
    """A wire on a free port of this machine, until the block ends."""
    there = make_url(database_url)
    wire = Wire(url="")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            if (socket := _socket_of(there.query.get("host"))) is not None:
                back, forth = await asyncio.open_unix_connection(socket)
            else:
                back, forth = await asyncio.open_connection(there.host, there.port or 5432)
            await asyncio.gather(_up(reader, forth), _down(wire, back, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    # No encryption: what is spoiled is the protocol, not a record of TLS.
    plain = {"sslmode": "disable", "gssencmode": "disable"}
    here = there.set(host="127.0.0.1", port=port, query=plain)
    wire.url = here.render_as_string(hide_password=False)
    try:
        yield wire
    finally:
        server.close()


def _socket_of(host: object) -> str | None:
    if not isinstance(host, str) or not host.startswith("/"):
        return None
    sockets = glob.glob(f"{host}/.s.PGSQL.*")
    return next(path for path in sockets if path.rpartition(".")[2].isdigit())


async def _up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _down(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            instead = wire.spoiled(data)
            writer.write(data if instead is None else instead)
            await writer.drain()
            if instead is not None:
                break
    writer.close()
