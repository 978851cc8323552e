"""Mailboxes in a process of their own: the witness that a dying worker cannot take with it.

It holds the strict memory mailbox and does to its callers what a bad network and a busy vendor
do, drawn from a seed by recipient and request, so that the same mail meets the same fate in each
run. Every mail that really went out is one line of the witness file; so is every fault.

    python mailbox_server.py --port P --seed S --witness FILE
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import threading
import time
from collections.abc import Coroutine
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from salesagent_adapters.memory.mail_sender import MemoryMailSender
from salesagent_adapters.memory.mailbox import MemoryMailbox
from salesagent_adapters.memory.stored_mail import StoredMail
from salesagent_adapters.memory.world import World
from salesagent_adapters.system.clock import SystemClock
from salesagent_core.errors import NeedsReauth, SalesAgentError
from salesagent_core.ids import TenantId
from salesagent_core.ports.mail_sender import SentMail

HANG_SECONDS = 6.0
"""Longer than the client waits."""
LATE_SECONDS = 40.0
"""Longer than a lease: the effect comes when others have looked already."""

FATES = {
    "done": 0.70,
    "reset before": 0.06,
    "reset after": 0.08,
    "500 before": 0.03,
    "500 after": 0.03,
    "429": 0.04,
    "hang after": 0.03,
    "hang before": 0.025,
    "late": 0.005,
}
PEOPLE = {"nothing": 0.96, "sends": 0.015, "edits": 0.015, "deletes": 0.01}
FLAKY = 0.01
"""Share of the other requests that are cut off."""
ORDERS = frozenset({"chaos", "connect", "revoke", "reconnect", "away"})


class Mailboxes:
    """The world, the fates and the witness."""

    def __init__(self, seed: int, witness: Path) -> None:
        self.seed = seed
        self.world = World(SystemClock(), seed=seed)
        self.ports = (MemoryMailSender(self.world), MemoryMailbox(self.world))
        self.lock = threading.Lock()
        self.witness = witness.open("a", buffering=1)
        self.asked: dict[str, int] = {}
        self.visited: set[str] = set()
        self.flaky = random.Random(f"{seed}:flaky")
        self.revoked: set[tuple[Any, ...]] = set()
        self.chaos = False
        self.away = False

    def order(self, name: str, args: tuple[Any, ...]) -> None:
        """What the driver wants of the server itself."""
        if name == "chaos":
            self.chaos = bool(args[0])
            return
        if name == "away":
            self.away = bool(args[0])
            return
        tenant_id, address = args
        with self.world.lock:
            if name == "revoke":
                self.revoked.add((tenant_id, address))
                return
            self.revoked.discard((tenant_id, address))
            state = self.world.connect_mailbox(tenant_id, address)
            state.quota_per_minute = None
            state.sends_per_day = 10**9

    def fate(self, method: str, args: tuple[Any, ...]) -> str:
        """What happens to the next request."""
        if method != "send_draft":
            with self.lock:
                cut = self.flaky.random() < FLAKY
            if cut and method == "read_draft":
                self._fault("cut off", args)
            return "reset before" if cut else "done"
        mail = self._mail(args)
        name = mail.recipients[0] if mail else args[2]
        with self.lock:
            number = self.asked[name] = self.asked.get(name, 0) + 1
        fate = _draw(random.Random(f"{self.seed}:send:{name}:{number}"), FATES)
        if fate != "done":
            self._fault(fate, args)
        return fate

    def people(self, tenant_id: TenantId, address: str, draft_id: str) -> None:
        """A person finds the draft in the mailbox, once."""
        mail = self._mail((tenant_id, address, draft_id))
        if mail is None or mail.key is None:
            return
        with self.lock:
            if mail.key in self.visited:
                return
            self.visited.add(mail.key)
        act = _draw(random.Random(f"{self.seed}:person:{mail.recipients[0]}"), PEOPLE)
        if act == "nothing":
            return
        with self.world.lock:
            state = self.world.tenant(tenant_id).mailboxes[address.lower()]
            if draft_id not in state.drafts:
                return
            if act == "sends":
                state.human_sends(draft_id)
                self.note(mail.key, "person", draft_id)
            elif act == "edits":
                state.human_edits(draft_id, text="Rewritten by hand in the mailbox.")
                self.note(mail.key, "edited", draft_id)
            else:
                state.human_deletes(draft_id)
                self.note(mail.key, "deleted", draft_id)

    def call(self, method: str, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Really do it; a send leaves its line before anybody can see that it happened."""
        port = next(port for port in self.ports if hasattr(port, method))
        if method != "send_draft":
            return _finished(getattr(port, method)(*args, **options))
        with self.world.lock:
            result = _finished(getattr(port, method)(*args, **options))
            assert isinstance(result, SentMail)
            self.note(result.key or "", "sent", args[2])
        return result

    def note(self, key: str, what: str, draft_id: str) -> None:
        """One line of the witness."""
        line = json.dumps({"key": key, "what": what, "draft": draft_id, "at": time.time()})
        with self.lock:
            self.witness.write(line + "\n")

    def _fault(self, what: str, args: tuple[Any, ...]) -> None:
        mail = self._mail(args)
        if mail is not None and mail.key:
            self.note(mail.key, f"fault: {what}", args[2])

    def _mail(self, args: tuple[Any, ...]) -> StoredMail | None:
        """The draft's present mail; None where it is gone."""
        tenant_id, address, draft_id = args
        with self.world.lock:
            state = self.world.tenant(tenant_id).mailboxes.get(address.lower())
            mail_id = state.drafts.get(draft_id) if state else None
            return state.mails.get(mail_id) if state and mail_id else None


def _finished(call: Coroutine[Any, Any, Any]) -> Any:
    # What is in memory never waits; a loop for each call would cost more than the call.
    try:
        call.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("the memory mailbox waited")


def _draw(dice: random.Random, shares: dict[str, float]) -> str:
    return dice.choices(list(shares), list(shares.values()))[0]


class Handler(BaseHTTPRequestHandler):
    """``POST /`` and ``POST /calm``: a pickled (method, args, options), from this machine's own
    bench only."""

    protocol_version = "HTTP/1.1"
    mailboxes: Mailboxes

    def do_POST(self) -> None:
        """One request, with its fate."""
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        method, args, options = pickle.loads(raw)
        if method in ORDERS:
            self.mailboxes.order(method, args)
            self._answer(200, ("ok", None))
            return
        if self.mailboxes.away:
            self._answer(500, None)
            return
        fate = "done"
        if self.mailboxes.chaos and self.path != "/calm":
            if method == "read_draft":
                self.mailboxes.people(*args)
            if args[:2] in self.mailboxes.revoked:
                refusal = (NeedsReauth.__name__, "the token was revoked (invalid_grant)")
                self._answer(200, ("error", refusal))
                return
            fate = self.mailboxes.fate(method, args)
        self._meet(fate, method, args, options)

    def _meet(self, fate: str, method: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if fate == "429":
            self._answer(429, None)
        elif fate == "500 before":
            self._answer(500, None)
        elif fate == "reset before":
            self._cut()
        else:
            if fate in ("hang before", "late"):
                time.sleep(LATE_SECONDS if fate == "late" else HANG_SECONDS)
            try:
                answer: tuple[str, Any] = ("ok", self.mailboxes.call(method, args, options))
            except SalesAgentError as error:
                answer = ("error", (type(error).__name__, str(error)))
            if fate == "reset after":
                self._cut()
            elif fate == "500 after":
                self._answer(500, None)
            else:
                if fate == "hang after":
                    time.sleep(HANG_SECONDS)
                self._answer(200, answer)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _answer(self, status: int, answer: object) -> None:
        body = pickle.dumps(answer)
        try:
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            # The caller is dead or has given up; what was done is done.
            self.close_connection = True

    def handle_one_request(self) -> None:
        """As the base class, but a cut connection is no news here."""
        try:
            super().handle_one_request()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Silent."""


class Server(ThreadingHTTPServer):
    """Many clients, and no ado about those that vanish."""

    daemon_threads = True
    request_queue_size = 1024


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--witness", type=Path, required=True)
    options = parser.parse_args()
    Handler.mailboxes = Mailboxes(options.seed, options.witness)
    Server(("127.0.0.1", options.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
