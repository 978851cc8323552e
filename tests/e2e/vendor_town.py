"""An installation in production's settings, with servers that stand in for every vendor by their
addresses alone: what the processes get is an environment, and nothing else is told to them."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import httpx
from tests.e2e.processes import SALESAGENT, Site, eventually, valkey
from tests.services.aimock import API_KEY, aimock
from tests.services.emulate import (
    CLIENT_ID,
    CLIENT_SECRET,
    MAILBOX,
    Emulator,
    emulate_google,
    google_seed,
)
from tests.services.google_front import USER, GoogleFront, google_front
from tests.services.hubspot_account import CONTACTS, HubSpotAccount
from tests.services.hubspot_standin import HubSpotStandIn, hubspot_standin
from tests.services.model_front import ModelFront, model_front

from salesagent_adapters.crypto.vault import Vault, new_key
from salesagent_adapters.hubspot.signature import sign_v3
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.connections import Tokens

PUBLIC_URL = "https://sales.example.com"
WORKFLOW = "/api/webhooks/hubspot/workflow"
HUBSPOT_TOKEN = "pat-tests-only"
BERLIN = ZoneInfo("Europe/Berlin")
FREE_FROM, FREE_UNTIL = clock_time(14), clock_time(15)
"""The one hour of each day in which the calendar is free, in Berlin."""
SCOPES = ("gmail.readonly", "gmail.compose", "calendar.readonly", "drive.readonly")


@attrs.frozen(kw_only=True)
class Lead:
    """Somebody whom the CRM knows and who wrote to us before."""

    email: str
    crm_id: str
    thread_id: str
    message_id: str
    subject: str


@attrs.define(kw_only=True)
class Town:
    """The site, its vendors, and a program with a key to all of it."""

    site: Site
    emulator: Emulator
    google: GoogleFront
    hubspot: HubSpotStandIn
    model: ModelFront
    encryption_key: str
    owner_token: str
    api: httpx.Client
    links: dict[str, str] = attrs.field(factory=dict)

    @property
    def crm(self) -> HubSpotAccount:
        return self.hubspot.accounts[HUBSPOT_TOKEN]

    # --- the mailbox --------------------------------------------------------------------------

    def connect(self) -> httpx.Response:
        """The whole way through Google's page and back, as a browser goes it."""
        begun = self.api.get("/auth/google/start", params={"mailbox": MAILBOX})
        assert begun.status_code == 303, begun.text
        back = self.emulator.consent(begun.headers["location"], MAILBOX)
        assert back.startswith(PUBLIC_URL), back
        cookie = begun.headers["set-cookie"].partition(";")[0]
        return self.api.get(back.removeprefix(PUBLIC_URL), headers={"cookie": cookie})

    def withdraw(self) -> None:
        """The person takes our access away in their account: both tokens are good for nothing."""
        tokens = self.stored_tokens()
        self.emulator.revoke(tokens.refresh)
        self.google.revoked.add(tokens.access)

    def stored_tokens(self) -> Tokens:
        import asyncio

        async def read() -> Tokens:
            database = Database(self.site.database_url)
            try:
                work = PgUnitOfWork(database, Vault([self.encryption_key]), {})
                async with work.begin(DEFAULT_TENANT) as tx:
                    kept = await tx.connections.get(MAILBOX)
            finally:
                await database.close()
            assert kept is not None
            assert kept.tokens is not None
            return kept.tokens

        return asyncio.run(read())

    def vendor(self, name: str) -> str:
        """How a vendor answers, as anybody may ask."""
        with httpx.Client(base_url=self.site.url, trust_env=False, timeout=20) as anybody:
            rows = anybody.get("/health/dependencies").json()["vendors"]
        return str(next(row["state"] for row in rows if row["vendor"] == name))

    def page(self, path: str) -> str:
        """A page as a person sees it who logged in with the key."""
        key = self.api.headers["authorization"].removeprefix("Bearer ")
        with httpx.Client(base_url=self.site.url, trust_env=False, timeout=20) as browser:
            entered = browser.post("/login", data={"key": key}, headers={"origin": PUBLIC_URL})
            assert entered.status_code == 303, entered.text
            # The cookie is for https alone; what stands before a real installation speaks it.
            cookie = entered.headers["set-cookie"].partition(";")[0]
            shown = browser.get(path, headers={"cookie": cookie})
        assert shown.status_code == 200, shown.text
        return shown.text

    def another_worker(self) -> None:
        """The worker is told to end, does so in order, and another one begins."""
        (worker,) = (
            each
            for each in self.site.running
            if each.log.name.startswith("worker") and each.process.poll() is None
        )
        assert worker.terminate() == 0, worker.tail()
        self.site.worker()

    def mailbox(self) -> dict[str, Any]:
        (row,) = self.api.get("/api/mailboxes").json()
        return dict(row)

    # --- leads --------------------------------------------------------------------------------

    def lead(self, name: str, **more: str) -> Lead:
        """A contact in the CRM, with a mail of theirs in our mailbox."""
        email = f"{name}@{name}-logistics.example"
        company = self.crm.add("companies", {"name": f"{name.title()} Logistics"})
        crm_id = self.crm.add(
            CONTACTS,
            {"email": email, "firstname": name.title(), "jobtitle": "Head of Operations", **more},
            companies=company,
        )
        subject = f"Route planning for {name.title()}"
        message_id, thread_id = self.receives(email, subject, "We have 40 vans in Berlin.")
        return Lead(
            email=email,
            crm_id=crm_id,
            thread_id=thread_id,
            message_id=message_id,
            subject=subject,
        )

    def receives(
        self, sender: str, subject: str, text: str, *, answers: Lead | None = None
    ) -> tuple[str, str]:
        """A mail comes in; its Message-ID and its thread."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, MAILBOX, subject
        mail["Message-ID"] = make_msgid(domain="mail.example")
        mail["Date"] = format_datetime(datetime.now(UTC) - timedelta(minutes=5))
        if answers is not None:
            mail["In-Reply-To"] = mail["References"] = answers.message_id
        mail.set_content(text)
        raw = mail.as_bytes()
        known = answers.thread_id if answers else None
        _, thread_id = self.google.fitting_thread(known, raw, self.owner_token)
        body = {
            "raw": base64.urlsafe_b64encode(raw).decode(),
            "threadId": thread_id,
            "labelIds": ["INBOX"],
        }
        held = self.google.call("POST", f"{USER}/messages", self.owner_token, body)
        return mail["Message-ID"], str(held["threadId"])

    def submits(self, lead: Lead, message: str) -> str:
        """A workflow of the CRM's sends its signed webhook; the id of the run."""
        now = int(time.time() * 1000)
        properties = {
            "email": lead.email,
            "country": "DE",
            "message": message,
            "recent_conversion_date": now,
        }
        body = json.dumps(
            {
                "vid": int(lead.crm_id),
                "portal-id": 1,
                "properties": {name: {"value": str(each)} for name, each in properties.items()},
            }
        ).encode()
        answer = self.api.post(
            WORKFLOW,
            content=body,
            headers={
                "content-type": "application/json",
                "x-hubspot-signature-v3": sign_v3(
                    self.site.secret, "POST", PUBLIC_URL + WORKFLOW, body, now
                ),
                "x-hubspot-request-timestamp": str(now),
            },
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["task_id"])

    # --- runs and drafts ----------------------------------------------------------------------

    def run(self, run_id: str) -> dict[str, Any]:
        return dict(self.api.get(f"/api/workflows/{run_id}").json()["run"])

    def waits(self, run_id: str) -> dict[str, Any]:
        """The run, once it is parked."""

        def parked() -> dict[str, Any] | None:
            run = self.run(run_id)
            return run if run["status"] == "waiting" and not run["next_attempt_at"] else None

        found = eventually(parked, f"run {run_id} is parked", seconds=40, log=self.site.logs)
        assert found is not None
        return found

    def drafted(self, run_id: str, seconds: float = 40) -> dict[str, Any]:
        """The draft of a run, once it has completed."""
        eventually(
            lambda: self.run(run_id)["status"] == "completed",
            f"run {run_id} completed",
            seconds=seconds,
            log=self.site.logs,
        )
        run = self.run(run_id)
        assert run["degraded"] == [], run
        return self.draft(run["draft_id"])

    def draft(self, draft_id: str) -> dict[str, Any]:
        return dict(self.api.get(f"/api/operator/drafts/{draft_id}").json())

    def approve(self, draft: dict[str, Any]) -> None:
        body = {"content_hash": draft["content_hash"]}
        url = f"/api/operator/drafts/{draft['id']}"
        approved = self.api.post(f"{url}/approve", json=body)
        assert approved.status_code == 200, approved.text

    def send_now(self, draft: dict[str, Any]) -> None:
        """Without waiting for the undo to pass."""
        url = f"/api/operator/drafts/{draft['id']}/send"
        sent = self.api.post(url, json={"content_hash": draft["content_hash"]})
        assert sent.status_code in (200, 202), sent.text

    def becomes(self, draft_id: str, status: str, seconds: float = 40) -> None:
        eventually(
            lambda: self.draft(draft_id)["status"] == status,
            f"draft {draft_id} is {status}; it is {self.draft(draft_id)}",
            seconds=seconds,
            log=self.site.logs,
        )

    # --- what Gmail holds ---------------------------------------------------------------------

    def thread(self, lead: Lead, label: str) -> list[Message]:
        """The mails with that label in the lead's thread, as Gmail holds them."""
        thread = self.google.call("GET", f"{USER}/threads/{lead.thread_id}", self.owner_token)
        ids = [each["id"] for each in thread["messages"] if label in each["labelIds"]]
        found = []
        for message_id in ids:
            path = f"{USER}/messages/{message_id}?format=raw"
            held = self.google.call("GET", path, self.owner_token)
            found.append(message_from_bytes(base64.urlsafe_b64decode(held["raw"] + "==")))
        return found


def plain(mail: Message) -> str:
    """The words of a mail."""
    part = next(each for each in mail.walk() if each.get_content_type() == "text/plain")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode(part.get_content_charset() or "utf-8").replace("\r\n", "\n")


@contextmanager
def town(folder: Path, database_url: str) -> Iterator[Town]:
    """Everything running, nobody connected yet; ``folder`` holds the logs."""
    with ExitStack() as stack:
        redis = stack.enter_context(valkey(folder))
        google = stack.enter_context(google_front("http://127.0.0.1:9"))
        callback = f"{PUBLIC_URL}/auth/google/callback"
        seed = google_seed(redirect_uris=[callback])
        emulator = stack.enter_context(emulate_google(folder, seed, base_url=google.url))
        google.behind = emulator.url
        emulator = attrs.evolve(emulator, redirect_uri=callback)
        account = HubSpotAccount(owners={7: "owner@example.com"}, custom={})
        root, hubspot = stack.enter_context(hubspot_standin({HUBSPOT_TOKEN: account}))
        model = stack.enter_context(model_front(stack.enter_context(aimock(folder))))
        key = new_key()
        site = Site(folder, database_url, redis_url=redis.url)
        site.settings = {
            "API_ENV": "production",
            "SALESAGENT_PUBLIC_URL": PUBLIC_URL,
            "SALESAGENT_ENCRYPTION_KEYS": key,
            "SALESAGENT_MAILBOX": MAILBOX,
            "SALESAGENT_SENDER_NAME": "Max Berger",
            "SALESAGENT_TIME_ZONE": "Europe/Berlin",
            "SALESAGENT_COUNTRY": "DE",
            "MODE_DRAFT_ONLY": "false",
            "ALLOW_REAL_SENDS": "true",
            "SEND_EMAIL_ALLOWLIST": "*",
            "GOOGLE_CLIENT_ID": CLIENT_ID,
            "GOOGLE_CLIENT_SECRET": CLIENT_SECRET,
            "GOOGLE_REDIRECT_URI": callback,
            "GOOGLE_API_ROOT": google.url,
            "GOOGLE_DRIVE_FOLDERS": "open",
            "HUBSPOT_API_KEY": HUBSPOT_TOKEN,
            "HUBSPOT_API_ROOT": root,
            "OPENAI_API_KEY": API_KEY,
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_MODEL": "gpt-tests",
        }
        stack.callback(site.stop)
        site.serve("--no-worker")
        site.worker()
        headers = {"authorization": f"Bearer {_api_key(site)}"}
        api = stack.enter_context(
            httpx.Client(base_url=site.url, headers=headers, timeout=20, trust_env=False)
        )
        made = Town(
            site=site,
            emulator=emulator,
            google=google,
            hubspot=hubspot,
            model=model,
            encryption_key=key,
            owner_token=emulator.access_token(
                [f"https://www.googleapis.com/auth/{scope}" for scope in SCOPES]
            ),
            api=api,
        )
        _fill_calendar(made)
        _fill_drive(made)
        yield made


def _api_key(site: Site) -> str:
    done = subprocess.run(
        [
            *(sys.executable, *SALESAGENT, "key", "create", "Town", "--json"),
            *("--scope", "admin", "--scope", "operator"),
        ],
        env=site.environment(),
        cwd=site.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return str(json.loads(done.stdout)["key"])


def _fill_calendar(made: Town) -> None:
    today = datetime.now(BERLIN).date()
    for days in range(18):
        day = today + timedelta(days=days)
        for start, end in ((clock_time(0), FREE_FROM), (FREE_UNTIL, clock_time(23, 59))):
            body = {
                "summary": "Secret title",
                "start": {"dateTime": datetime.combine(day, start, BERLIN).isoformat()},
                "end": {"dateTime": datetime.combine(day, end, BERLIN).isoformat()},
            }
            path = "/calendar/v3/calendars/primary/events"
            made.google.call("POST", path, made.owner_token, body)


def _fill_drive(made: Town) -> None:
    for name, folder in (("Route planning guide", "open"), ("Route planning margins", "closed")):
        body = {"name": name, "mimeType": "application/pdf", "parents": [folder]}
        held = made.google.call("POST", "/drive/v3/files", made.owner_token, body)
        made.links[name] = str(held["webViewLink"])
