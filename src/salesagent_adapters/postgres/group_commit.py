"""Group commit: whoever comes while a commit is under way shares the next one.

There is no timer. A lone item is written at once; under load the batches grow by themselves,
because the items of one commit's duration wait for it together.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

import psycopg

from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.errors import RETRYABLE, mapped, sqlstate_of
from salesagent_core.errors import Unavailable

MAX_BATCH = 512
TRIES = 3
ANSWER_SECONDS = 12.0
"""A server that says nothing for so long counts as down; its own limit on locks is shorter."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Connection = psycopg.AsyncConnection[tuple[Any, ...]]


class GroupCommit(Generic[Item, Result]):
    """Hands batches to ``write`` one after the other and each caller its own result.

    ``write`` gives one result per item, in order; an exception among them is raised to that
    item's caller. When it raises ``Unavailable``, that goes to every caller of the batch; after any
    other error the items are written one by one, so that only the culprit's caller hears of it.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Awaitable[Sequence[Result | BaseException]]],
        max_batch: int = MAX_BATCH,
        sized: Callable[[float], None] | None = None,
    ) -> None:
        """``sized`` is told how many items each batch holds."""
        self._sized = sized
        self._write = write
        self._max_batch = max_batch
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._flusher: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> Result:
        """Write the item with whatever else is waiting; returns after the commit."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush())
        return await future

    async def drain(self) -> None:
        """Wait until nothing is waiting any more."""
        while self._flusher is not None:
            await asyncio.wait([self._flusher])

    async def _flush(self) -> None:
        # One turn of the loop, so that everyone who is ready now comes along.
        await asyncio.sleep(0)
        try:
            while self._waiting:
                count = min(len(self._waiting), self._max_batch)
                batch = [self._waiting.popleft() for _ in range(count)]
                if self._sized is not None:
                    self._sized(count)
                await self._write_batch(batch)
        finally:
            self._flusher = None
            abandoned = Unavailable("the application is stopping")
            for _, future in self._waiting:
                if not future.done():
                    future.set_exception(abandoned)
            self._waiting.clear()

    async def _write_batch(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._write([item for item, _ in batch])
        except Unavailable as error:
            results = [error] * len(batch)
        except Exception as error:
            if len(batch) > 1:
                # One of them cannot be written, and the others must not suffer for it.
                for one in batch:
                    await self._write_batch([one])
                return
            results = [error]
        except BaseException:
            _settle(batch, [Unavailable("the application is stopping")] * len(batch))
            raise
        _settle(batch, results)


def _settle(
    batch: Sequence[tuple[Item, asyncio.Future[Result]]],
    results: Sequence[Result | BaseException],
) -> None:
    for (_, future), result in zip(batch, results, strict=True):
        if future.done():  # its caller gave up waiting
            continue
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)


class Line:
    """One driver connection of our own that is made when needed and made again when it broke."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._connected = False
        self._committing = False

    async def transaction(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Run ``work`` in one transaction and commit it.

        Statements are sent without waiting for the answer of the one before, so ``work`` waits
        only where it reads. What was undone for certain is tried again: a collision with another
        transaction, or a connection that broke before the commit was sent.

        Raises:
            Unavailable: it may or may not be written. Conflict, Rejected: it was not.
        """
        for remaining in reversed(range(TRIES)):
            with mapped():
                try:
                    return await self._once(work)
                except psycopg.Error as error:
                    if remaining and self._is_undone(error):
                        continue
                    raise
        raise Unavailable("the database keeps undoing this transaction")

    async def close(self) -> None:
        """Close the connection; the next transaction makes another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _once(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        self._committing = False
        if self._connection is None:
            self._connected = False
            self._connection = await self._database.raw_connection()
            self._connected = True
        connection = self._connection
        impatience = asyncio.get_running_loop().call_later(ANSWER_SECONDS, _hang_up, connection)
        try:
            async with connection.pipeline():
                await connection.execute("BEGIN")
                result = await work(connection)
                self._committing = True
                await connection.execute("COMMIT")
        except BaseException:
            await self._reset(connection)
            raise
        finally:
            impatience.cancel()
        return result

    def _is_undone(self, error: psycopg.Error) -> bool:
        if sqlstate_of(error) in RETRYABLE:
            return True
        # Without a connection there is nothing to lose; with one, the error is the statement's.
        # A server that takes no connection now will not take one a moment later either.
        return self._connected and self._connection is None and not self._committing

    async def _reset(self, connection: Connection) -> None:
        """Leave a connection that can begin again, or none."""
        try:
            if not connection.closed:
                await connection.execute("ROLLBACK")
        except psycopg.Error:
            pass
        idle = psycopg.pq.TransactionStatus.IDLE
        if connection.closed or connection.info.transaction_status is not idle:
            await self.close()


def _hang_up(connection: Connection) -> None:
    """Make the driver see that the line is dead. A mere cancellation would wait for the server."""
    if connection.closed:
        return
    with socket.socket(fileno=os.dup(connection.fileno())) as line, suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
