"""What Google does and its stand-in (``emulate``) leaves out, as a proxy in front of it.

* ``getProfile`` tells the mailbox's present point in history.
* Messages show every header that they were stored with, not a few known ones.
* A draft in an unknown thread is refused; one whose subject or references do not fit the thread
  starts another.
* A message's id changes when its draft is changed or sent.
* A revoked token is refused, history older than a week is gone, a day has its number of mails.
* What shall go wrong goes wrong: before the request had its effect, or after.

Everything else is passed on as it is.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import httpx

USER = "/gmail/v1/users/me"
_MARKS = ("re:", "aw:", "fwd:")
_PASSED = ("authorization", "content-type", "accept")


@attrs.frozen(kw_only=True)
class Fault:
    """The next such request ends like this. ``after``: it has its effect first. ``status`` None
    means that the connection ends without an answer."""

    method: str
    path: str
    after: bool
    status: int | None


@attrs.frozen(kw_only=True)
class Reply:
    """An answer on its way back."""

    status: int
    body: bytes
    kind: str = "application/json"
    location: str = ""


@attrs.define(kw_only=True)
class GoogleFront:
    """The proxy's memory; what a test changes in it holds for the next request."""

    behind: str
    url: str = ""
    revoked: set[str] = attrs.field(factory=set)
    faults: list[Fault] = attrs.field(factory=list)
    history_gone_up_to: int = 0
    no_sends_until: datetime | None = None
    # A client of its own for each request would load the certificates each time.
    _client: httpx.Client = attrs.field(factory=lambda: httpx.Client(timeout=20.0))
    _lock: threading.RLock = attrs.field(factory=threading.RLock)
    # Public message ids by the stand-in's own, and back.
    _public: dict[str, str] = attrs.field(factory=dict)
    _own: dict[str, str] = attrs.field(factory=dict)
    _made: int = 0

    def answer(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Reply | None:
        """None ends the connection without a word."""
        path = urlsplit(target).path
        if headers.get("authorization", "").removeprefix("Bearer ") in self.revoked:
            return _refused(401, "authError")
        fault = self._fault(method, path)
        if fault is not None and not fault.after:
            return None if fault.status is None else _refused(fault.status, "backendError")
        reply = self._kept(method, path, target, headers, body)
        if fault is not None:
            return None if fault.status is None else _refused(fault.status, "backendError")
        return reply

    def call(self, method: str, path: str, token: str, body: object = None) -> Any:
        """What the stand-in itself answers."""
        sent = None if body is None else json.dumps(body).encode()
        head = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        reply = self._pass(method, path, head, sent or b"")
        assert reply.status < 300, (path, reply.status, reply.body[:300])
        return json.loads(reply.body or b"null")

    def fitting_thread(
        self, thread_id: str | None, raw: bytes, token: str
    ) -> tuple[bool, str | None]:
        """Whether there is such a thread, and where the mail belongs that names it."""
        if thread_id is None:
            return True, self._new("thr")
        head = {"authorization": f"Bearer {token}"}
        found = self._pass("GET", f"{USER}/threads/{thread_id}", head, b"")
        if found.status != 200:
            return False, None
        mails = json.loads(found.body)["messages"]
        mail = message_from_bytes(raw)
        named = f"{mail['In-Reply-To'] or ''} {mail['References'] or ''}".split()
        known = {_header(each, "Message-ID") for each in mails}
        fits = _bare(_header(mails[0], "Subject")) == _bare(_text(mail["Subject"] or ""))
        joins = fits and not known.isdisjoint(named)
        return True, thread_id if joins else self._new("thr")

    def close(self) -> None:
        self._client.close()

    # Rules

    def _kept(
        self, method: str, path: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        token = headers.get("authorization", "").removeprefix("Bearer ")
        drafts = f"{USER}/drafts"
        if path == f"{USER}/profile":
            told = self.call("POST", f"{USER}/watch", token, {"topicName": "projects/p/topics/t"})
            return _json({"historyId": told["historyId"], "messagesTotal": 1})
        if path == f"{USER}/history":
            start = parse_qs(urlsplit(target).query).get("startHistoryId", ["0"])[0]
            if int(start) <= self.history_gone_up_to:
                return _refused(404, "notFound")
        asked = path.partition(f"{USER}/messages/")[2]
        if asked in self._public:
            # An id that the message had before it was changed or sent.
            return _refused(404, "notFound")
        if method == "POST" and path == f"{drafts}/send" and self.no_sends_until is not None:
            at = self.no_sends_until.strftime("%Y-%m-%dT%H:%M:%S.000Z")
            return _refused(429, "userRateLimitExceeded", f"Retry after {at}")
        if method == "POST" and path == drafts:
            message = json.loads(body)["message"]
            raw = base64.urlsafe_b64decode(message["raw"])
            known, thread_id = self.fitting_thread(message.get("threadId"), raw, token)
            if not known:
                return _refused(404, "notFound")
            body = json.dumps({"message": {**message, "threadId": thread_id}}).encode()
        reply = self._pass(method, target, headers, body)
        if reply.status != 200 or not reply.kind.startswith("application/json"):
            return reply
        answer = json.loads(reply.body)
        if method == "PUT" and path.startswith(drafts):
            self._rename(answer["message"]["id"])
        if path == f"{drafts}/send":
            self._rename(answer["id"])
        if method == "GET" and path.startswith(USER):
            self._show_headers(answer, parse_qs(urlsplit(target).query), token)
        return _json(self._with_public_ids(answer))

    def _pass(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        base, slash, rest = target.partition("/messages/")
        message_id = re.split(r"[/?]", rest, maxsplit=1)[0]
        if slash and message_id in self._own:
            target = f"{base}{slash}{self._own[message_id]}{rest[len(message_id) :]}"
        passed = {name: value for name, value in headers.items() if name.lower() in _PASSED}
        answer = self._client.request(method, self.behind + target, headers=passed, content=body)
        kind = answer.headers.get("content-type", "application/json")
        return Reply(
            status=answer.status_code,
            body=answer.content,
            kind=kind,
            location=answer.headers.get("location", ""),
        )

    def _show_headers(self, answer: Any, query: Mapping[str, list[str]], token: str) -> None:
        form = query.get("format", ["full"])[0]
        if form not in ("full", "metadata"):
            return
        wanted = {each.lower() for each in query.get("metadataHeaders", ())}
        for message in _messages(answer):
            held = self.call("GET", f"{USER}/messages/{message['id']}?format=raw", token)
            parsed = message_from_bytes(base64.urlsafe_b64decode(held["raw"] + "=="))
            message["payload"]["headers"] = [
                {"name": name, "value": _text(str(value))}
                for name, value in parsed.items()
                if form == "full" or not wanted or name.lower() in wanted
            ]

    def _with_public_ids(self, answer: Any) -> Any:
        if isinstance(answer, dict):
            return {
                name: self._public.get(value, value)
                if name == "id" and isinstance(value, str)
                else self._with_public_ids(value)
                for name, value in answer.items()
            }
        if isinstance(answer, list):
            return [self._with_public_ids(each) for each in answer]
        return answer

    def _rename(self, own: str) -> None:
        with self._lock:
            self._own.pop(self._public.get(own, ""), None)
            self._public[own] = self._new("msg")
            self._own[self._public[own]] = own

    def _new(self, what: str) -> str:
        with self._lock:
            self._made += 1
            return f"{what}_front_{self._made}_{id(self)}"

    def _fault(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if (fault.method, fault.path) == (method, path):
                    self.faults.remove(fault)
                    return fault
        return None


@contextmanager
def google_front(behind: str) -> Iterator[GoogleFront]:
    """A front on a free loopback port, before the stand-in at ``behind``."""
    front = GoogleFront(behind=behind)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(front))
    server.daemon_threads = True
    front.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield front
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
        front.close()


def _handler(front: GoogleFront) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = front.answer(self.command, self.path, headers, body)
            self.close_connection = True
            if reply is None:
                return
            self.send_response(reply.status)
            self.send_header("content-type", reply.kind)
            if reply.location:
                self.send_header("location", reply.location)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _messages(answer: Any) -> Iterator[dict[str, Any]]:
    """Every message in an answer that shows its payload."""
    if isinstance(answer, dict):
        if "payload" in answer and "id" in answer:
            yield answer
        else:
            for each in answer.values():
                yield from _messages(each)
    elif isinstance(answer, list):
        for each in answer:
            yield from _messages(each)


def _header(message: dict[str, Any], name: str) -> str:
    headers = message["payload"]["headers"]
    return next((_text(each["value"]) for each in headers if each["name"] == name), "")


def _text(value: str) -> str:
    return " ".join(str(make_header(decode_header(value))).split())


def _bare(subject: str) -> str:
    bare = " ".join(subject.lower().split())
    while (mark := next((each for each in _MARKS if bare.startswith(each)), None)) is not None:
        bare = bare.removeprefix(mark).strip()
    return bare


def _json(answer: object) -> Reply:
    return Reply(status=200, body=json.dumps(answer).encode())


def _refused(status: int, reason: str, message: str = "Said by the front.") -> Reply:
    error = {"code": status, "message": message, "errors": [{"reason": reason, "message": message}]}
    return Reply(status=status, body=json.dumps({"error": error}).encode())
