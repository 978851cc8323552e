"""The official Google client: built once from the documents it carries, called in threads here.

    quota | token | one exchange | answer or error

Every call has a connection of its own (``httplib2`` is not safe between threads), ends by a
deadline, and is made once; only a call that was refused with 401, and that sends nothing, is made
a second time with a fresh token.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, Final
from weakref import WeakKeyDictionary

import attrs
import httplib2
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError

from salesagent_adapters.google.errors import (
    Refusal,
    call_error,
    read_refusal,
    send_error,
    transport_error,
)
from salesagent_adapters.google.quota import QuotaBudget
from salesagent_adapters.google.tokens import AccessTokens
from salesagent_adapters.google.transport import (
    Abandoned,
    AnswerTooLarge,
    OneRequest,
    Timeouts,
)
from salesagent_core.errors import NeedsReauth, RateLimited, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.mail_sender import FateUnknown, NotSent

MAX_ANSWER: Final = 8 * 1024 * 1024
"""Bytes of an answer that are taken, unpacked. Whoever expects more says so."""
CALLS_PER_MAILBOX: Final = 10
"""At once; Google allows about 50, shared with the person's own mail programs."""
THREADS: Final = 32
SEND_BEGINS: Final = 6.0
"""Seconds in which a send gets its place, its token and its turn, or is not made at all: whoever
waits for longer than a lease may find that somebody else has taken the mail for unsent."""
SEND_TIMEOUTS: Final = Timeouts(connect=3.0, answer=12.0, total=14.0)

# The library logs addresses (requests, at DEBUG) and answers (at WARNING).
logging.getLogger("googleapiclient").setLevel(logging.CRITICAL)


@attrs.frozen(kw_only=True)
class Account:
    """A connected mailbox of a tenant, named by its address."""

    tenant_id: TenantId
    mailbox: str


class AnswerTooBig(Unavailable):
    """The answer is larger than ``max_bytes``: ask for less."""


@attrs.frozen(kw_only=True)
class Apis:
    """The client's resources. Untyped: the library builds them from Google's documents."""

    gmail: Any
    calendar: Any
    drive: Any


@cache
def apis(root: str | None) -> Apis:
    """The three APIs, at Google or at another server (``http://127.0.0.1:4000``)."""
    return Apis(
        gmail=_resource("gmail", "v1", root),
        calendar=_resource("calendar", "v3", root),
        drive=_resource("drive", "v3", root),
    )


class GoogleApi:
    """Makes calls for connected mailboxes. Shared by all Google adapters of a process."""

    def __init__(
        self,
        tokens: AccessTokens,
        budget: QuotaBudget,
        clock: Clock,
        *,
        api_root: str | None = None,
        timeouts: Timeouts | None = None,
        send_timeouts: Timeouts | None = None,
        calls_per_mailbox: int = CALLS_PER_MAILBOX,
    ) -> None:
        self._tokens = tokens
        self._budget = budget
        self._clock = clock
        self._root = api_root
        self._timeouts = timeouts or Timeouts()
        self._send_timeouts = send_timeouts or SEND_TIMEOUTS
        self._calls_per_mailbox = calls_per_mailbox
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="google")
        self._gates: WeakKeyDictionary[
            asyncio.AbstractEventLoop, dict[Account, asyncio.Semaphore]
        ] = WeakKeyDictionary()

    async def ask(
        self,
        account: Account,
        build: Callable[[Apis], Any],
        *,
        units: int,
        scope: str,
        max_bytes: int = MAX_ANSWER,
    ) -> dict[str, Any]:
        """Make the call that ``build`` makes of the APIs; its answer as JSON, ``{}`` for none.

        Args:
            account: whose mailbox.
            build: returns the request, ``lambda apis: apis.gmail.users().getProfile(...)``.
            units: what it costs.
            scope: what the person must have allowed, to be named when it is missing.
            max_bytes: of the answer.

        Raises:
            NotFound, Rejected, NeedsReauth
            Unavailable: with ``retry_at`` when it is a limit. AnswerTooBig is one.
        """
        request = build(apis(self._root))
        try:
            await self._budget.take(account.tenant_id, account.mailbox, units)
        except RateLimited as error:
            raise Unavailable(str(error), retry_at=error.retry_at) from error
        token = await self._tokens.token(account.tenant_id, account.mailbox)
        what = _name(request)
        try:
            async with self._gate(account):
                return await self._exchange(request, token, self._timeouts, max_bytes)
        except _Refused as error:
            if error.refusal.status != 401:
                raise self._refused(account, error.refusal, what, scope) from error
        await self._tokens.refused(account.tenant_id, account.mailbox, token)
        token = await self._tokens.token(account.tenant_id, account.mailbox)
        try:
            async with self._gate(account):
                return await self._exchange(request, token, self._timeouts, max_bytes)
        except _Refused as error:
            raise self._refused(account, error.refusal, what, scope) from error

    async def send(
        self, account: Account, build: Callable[[Apis], Any], *, units: int, scope: str
    ) -> dict[str, Any]:
        """Make a call that sends mail: one request, whatever comes of it.

        Raises:
            NotFound, Rejected, NeedsReauth, RateLimited, NotSent: for certain nothing was sent.
            FateUnknown: everything else.
        """
        request = build(apis(self._root))
        what = _name(request)
        gate = self._gate(account)
        try:
            async with asyncio.timeout(SEND_BEGINS):
                token = await self._send_token(account, units)
                await gate.acquire()
        except TimeoutError as error:
            raise NotSent(f"{what}: it could not begin in time") from error
        try:
            return await self._exchange(
                request, token, self._send_timeouts, MAX_ANSWER, sending=True
            )
        except _Refused as error:
            if error.refusal.status == 401:
                raise await self._token_refused(account, token, what) from error
            raise self._refused(account, error.refusal, what, scope, sending=True) from error
        finally:
            gate.release()

    def close(self) -> None:
        """Take no more calls. Those under way end by their deadline."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _send_token(self, account: Account, units: int) -> str:
        await self._budget.take(account.tenant_id, account.mailbox, units, max_wait=SEND_BEGINS / 2)
        try:
            return await self._tokens.token(account.tenant_id, account.mailbox)
        except Unavailable as error:
            raise NotSent(str(error), retry_at=error.retry_at) from error

    async def _token_refused(self, account: Account, token: str, what: str) -> Exception:
        try:
            await self._tokens.refused(account.tenant_id, account.mailbox, token)
            fresh = await self._tokens.token(account.tenant_id, account.mailbox)
        except NeedsReauth as error:
            return error
        except Unavailable as error:
            return NotSent(str(error), retry_at=error.retry_at)
        if fresh == token:
            sentence = f"{what}: 401: the mailbox must be connected again"
            return NeedsReauth(sentence, mailbox=account.mailbox)
        return NotSent(f"{what}: the token had run out; there is a fresh one")

    def _refused(
        self, account: Account, refusal: Refusal, what: str, scope: str, *, sending: bool = False
    ) -> Exception:
        make = send_error if sending else call_error
        error = make(refusal, what=what, scope=scope, now=self._clock.now())
        if isinstance(error, Unavailable) and refusal.limited and error.retry_at:
            # A limit on sending may be the day's; reading goes on meanwhile.
            self._budget.pause(account.tenant_id, account.mailbox, error.retry_at)
        if isinstance(error, NeedsReauth) and (refusal.status == 401 or scope.startswith("gmail.")):
            # Without the mailbox nothing goes on; without calendar or files a draft does.
            return NeedsReauth(str(error), mailbox=account.mailbox)
        return error

    async def _exchange(
        self,
        request: Any,
        token: str,
        timeouts: Timeouts,
        max_bytes: int,
        *,
        sending: bool = False,
    ) -> dict[str, Any]:
        what = _name(request)
        wire = OneRequest(timeouts, max_bytes=max_bytes)
        loop = asyncio.get_running_loop()
        try:
            work = loop.run_in_executor(self._pool, partial(_execute, request, token, wire))
        except RuntimeError as error:  # the pool takes no more: we are closing
            raise transport_error(what, error, begun=False, sending=sending) from error
        try:
            done, _ = await asyncio.wait({work}, timeout=timeouts.total)
        except asyncio.CancelledError:
            # What was not begun must not happen any more; what was, may end.
            wire.abandon(cut=False)
            work.add_done_callback(_forget)
            raise
        if not done:
            wire.abandon(cut=True)
            work.add_done_callback(_forget)
            raise transport_error(what, TimeoutError(), begun=wire.begun, sending=sending)
        return self._answer(work, what, wire, sending=sending)

    def _answer(
        self, work: asyncio.Future[Any], what: str, wire: OneRequest, *, sending: bool
    ) -> dict[str, Any]:
        if work.cancelled():  # by ``close``, before it began
            raise transport_error(what, Abandoned(), begun=wire.begun, sending=sending)
        try:
            read = work.result()
        except HttpError as error:
            refusal = read_refusal(
                int(error.resp.status), error.resp, error.content or b"", now=self._clock.now()
            )
            raise _Refused(refusal) from None
        except AnswerTooLarge as error:
            said = f"{what}: the answer is too large"
            raise (FateUnknown(said) if sending else AnswerTooBig(said)) from error
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
            said = f"{what}: the answer cannot be read"
            # The parser's error quotes the answer.
            raise (FateUnknown(said) if sending else Unavailable(said)) from _bare(error)
        except Exception as error:
            raise transport_error(what, error, begun=wire.begun, sending=sending) from _bare(error)
        if read is None or read == "":
            return {}
        if not isinstance(read, dict):
            said = f"{what}: the answer is no object"
            raise FateUnknown(said) if sending else Unavailable(said)
        return read

    def _gate(self, account: Account) -> asyncio.Semaphore:
        gates = self._gates.setdefault(asyncio.get_running_loop(), {})
        if account not in gates:
            gates[account] = asyncio.Semaphore(self._calls_per_mailbox)
        return gates[account]


class _Refused(Exception):  # noqa: N818
    """An answer that is no success; it never leaves this module."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def _execute(request: Any, token: str, wire: OneRequest) -> Any:
    request.headers["authorization"] = f"Bearer {token}"
    return request.execute(http=wire, num_retries=0)


def _resource(name: str, version: str, root: str | None) -> Any:
    document = json.loads(get_static_doc(name, version))
    # A client certificate in the environment must not send the calls elsewhere.
    document.pop("mtlsRootUrl", None)
    if root is not None:
        document["rootUrl"] = root.rstrip("/") + "/"
        document["baseUrl"] = document["rootUrl"] + document["servicePath"]
    # This object is never used: each call brings its own.
    return build_from_document(document, http=httplib2.Http())


def _name(request: Any) -> str:
    return str(request.methodId)


def _forget(work: asyncio.Future[Any]) -> None:
    if not work.cancelled():
        work.exception()


def _bare(error: BaseException) -> Exception:
    """An error of that name without its words, which may quote somebody's data."""
    return RuntimeError(type(error).__name__)
