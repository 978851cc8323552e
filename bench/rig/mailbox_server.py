"""A mailbox in a process of its own: the witness that a dying worker cannot take with it.

It holds the strict memory mailbox and does to its callers what a bad network and a busy vendor
do, drawn from a seed by draft and request, so that the same draft meets the same fate in each run.
Every mail that really went out is one line of the witness file.

    python mailbox_server.py --port P --seed S --witness FILE --mailbox ADDRESS
"""

from __future__ import annotations

import argparse
import asyncio
import json
import pickle
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from salesagent_adapters.memory.mail_sender import MemoryMailSender
from salesagent_adapters.memory.mailbox import MemoryMailbox
from salesagent_adapters.memory.world import World
from salesagent_adapters.system.clock import SystemClock
from salesagent_core.errors import SalesAgentError
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.mail_sender import SentMail

HANG_SECONDS = 4.0
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


class Mailbox:
    """The world, the fates and the witness."""

    def __init__(self, seed: int, witness: Path, address: str) -> None:
        self.seed, self.witness = seed, witness
        self.world = World(SystemClock(), seed=seed)
        state = self.world.connect_mailbox(DEFAULT_TENANT, address)
        state.quota_per_minute = None
        state.sends_per_day = 10**9
        self.state = state
        self.ports = (MemoryMailSender(self.world), MemoryMailbox(self.world))
        self.lock = threading.Lock()
        self.asked: dict[str, int] = {}
        self.flaky = random.Random(f"{seed}:flaky")
        self.chaos = False

    def fate(self, key: str) -> str:
        """What happens to the next request to send the draft with this key."""
        with self.lock:
            number = self.asked[key] = self.asked.get(key, 0) + 1
        return _draw(random.Random(f"{self.seed}:send:{key}:{number}"), FATES)

    def key_of(self, draft_id: str) -> str:
        """The draft's key; the draft's id where it is gone."""
        with self.world.lock:
            mail_id = self.state.drafts.get(draft_id)
            mail = self.state.mails.get(mail_id) if mail_id else None
        return (mail.key if mail else None) or draft_id

    def people(self, draft_id: str) -> None:
        """A person finds the draft in the mailbox, once."""
        key = self.key_of(draft_id)
        with self.lock:
            seen = self.asked.setdefault(f"person:{key}", 0)
            self.asked[f"person:{key}"] = 1
        if seen:
            return
        act = _draw(random.Random(f"{self.seed}:person:{key}"), PEOPLE)
        if act == "nothing":
            return
        with self.world.lock:
            if draft_id not in self.state.drafts:
                return
            if act == "sends":
                self.note(self.state.human_sends(draft_id).key or "", "person", draft_id)
            elif act == "edits":
                self.state.human_edits(draft_id, text="Rewritten by hand in the mailbox.")
                self.note(key, "edited", draft_id)
            else:
                self.state.human_deletes(draft_id)
                self.note(key, "deleted", draft_id)

    def call(self, method: str, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Really do it; a send leaves its line."""
        port = next(port for port in self.ports if hasattr(port, method))
        result = asyncio.run(getattr(port, method)(*args, **options))
        if method == "send_draft":
            assert isinstance(result, SentMail)
            self.note(result.key or "", "sent", args[2])
        return result

    def note(self, key: str, what: str, draft_id: str) -> None:
        """One line of the witness."""
        line = json.dumps({"key": key, "what": what, "draft": draft_id, "at": time.time()})
        with self.lock, self.witness.open("a") as file:
            file.write(line + "\n")


def _draw(dice: random.Random, shares: dict[str, float]) -> str:
    return dice.choices(list(shares), list(shares.values()))[0]


class Handler(BaseHTTPRequestHandler):
    """``POST /``: a pickled (method, args, options), from this machine's own bench only."""

    protocol_version = "HTTP/1.1"
    mailbox: Mailbox

    def do_POST(self) -> None:
        """One request, with its fate."""
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        method, args, options = pickle.loads(raw)
        if method == "chaos":
            self.mailbox.chaos = bool(args[0])
            self._answer(200, ("ok", None))
            return
        fate = "done"
        if self.mailbox.chaos:
            if method == "read_draft":
                self.mailbox.people(args[2])
            if method == "send_draft":
                fate = self.mailbox.fate(self.mailbox.key_of(args[2]))
            else:
                with self.mailbox.lock:
                    fate = "reset before" if self.mailbox.flaky.random() < FLAKY else "done"
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
                answer: tuple[str, Any] = ("ok", self.mailbox.call(method, args, options))
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
            self.send_response(status)
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
    request_queue_size = 256


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--witness", type=Path, required=True)
    parser.add_argument("--mailbox", required=True)
    options = parser.parse_args()
    Handler.mailbox = Mailbox(options.seed, options.witness, options.mailbox)
    Server(("127.0.0.1", options.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
