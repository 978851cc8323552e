"""Secrets that were planted in a real installation: none comes out by any door it has.

The processes get them by environment, as in production; then they work, refuse and fail, with the
database and Redis gone as well, and everything that anybody could read is searched.
"""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from tests.databases import administer, plain_url
from tests.e2e.hardened_site import key_of
from tests.e2e.processes import FORMS, Site, form, signed, valkey

from salesagent_adapters.crypto.vault import new_key

NEEDLE = "planted" + secrets.token_hex(8)
PASSWORD = f"{NEEDLE}-database"
ROLE = "salesagent_planted"


def planted() -> dict[str, str]:
    """Settings whose values nobody may ever see again. The vendors they are for do not answer."""
    nobody = "http://127.0.0.1:9"
    return {
        "HUBSPOT_API_KEY": f"{NEEDLE}-hubspot",
        "HUBSPOT_API_ROOT": nobody,
        "GOOGLE_CLIENT_ID": "client-1",
        "GOOGLE_CLIENT_SECRET": f"{NEEDLE}-google",
        "GOOGLE_REDIRECT_URI": "http://127.0.0.1:8000/auth/google/callback",
        "GOOGLE_API_ROOT": nobody,
        "OPENAI_API_KEY": f"{NEEDLE}-openai",
        "OPENAI_BASE_URL": f"{nobody}/v1",
        "OPENAI_MODEL": "gpt-test",
        "SALESAGENT_ENCRYPTION_KEYS": new_key(),
    }


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Site:
    plain = plain_url(database_url)
    administer(
        plain,
        f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN SUPERUSER;"
        " EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        f"ALTER ROLE {ROLE} PASSWORD '{PASSWORD}'",
    )
    before, found, after = database_url.partition("://")
    host = after.partition("@")[2] if "@" in after else after
    site = Site(folder=tmp_path, database_url=f"{before}{found}{ROLE}:{PASSWORD}@{host}")
    site.secret = f"{NEEDLE}-webhook"
    site.settings.update(planted())
    return site


def seen_of(answer: httpx.Response) -> str:
    return f"{answer.request.url} {answer.status_code} {answer.headers} {answer.text}"


PAGES = ("/", "/queue", "/runs", "/mailboxes", "/nowhere", "/auth/google/start")
READ = ("/api/operator/drafts", "/api/mailboxes", "/api/voices", "/schema/openapi.json")
OPEN = ("/health/readiness", "/health/dependencies", "/auth/google/callback?state=x&code=y")


def ask_everything(site: Site, key: str) -> list[str]:
    """Good, bad and impossible requests; what came back."""
    bearer = {"authorization": f"Bearer {key}"}
    learn = {"name": "me", "mailbox": "sales@example.com"}
    with site.client(timeout=15) as client:
        entered = client.post("/login", data={"key": key})
        cookie = {"cookie": entered.headers.get("set-cookie", "").partition(";")[0]}
        answers = [
            *(client.post(FORMS, **signed(site.secret, form(number))) for number in range(2)),
            client.post(FORMS, json=form(3)),
            *(client.get(path, headers=cookie) for path in PAGES),
            *(client.get(path, headers=bearer) for path in READ),
            *(client.get(path) for path in OPEN),
            client.post("/api/rules", json={"name": 1}, headers=bearer),
            client.post("/api/voices/learn", json=learn, headers=bearer),
            client.get("/api/mailboxes", headers={"x-api-key": key + "x"}),
        ]
    return [entered.text, *(seen_of(answer) for answer in answers)]


def test_no_secret_is_in_a_log_an_answer_or_a_list_of_processes(
    site: Site, database_url: str, tmp_path: Path
) -> None:
    with valkey(tmp_path) as redis:
        site.redis_url = redis.url
        try:
            with ThreadPoolExecutor() as starting:
                # Nearly all the time of this test is that of three processes to start.
                made, *begun = (
                    starting.submit(key_of, site, "admin"),
                    starting.submit(site.serve),
                    starting.submit(site.worker),
                )
            key, running = made.result(), [each.result() for each in begun]
            hidden = [NEEDLE, key.rpartition("_")[2], site.settings["SALESAGENT_ENCRYPTION_KEYS"]]
            seen = ask_everything(site, key)
            redis.stop()
            administer(plain_url(database_url), f"ALTER ROLE {ROLE} NOLOGIN")
            administer(
                plain_url(database_url),
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{ROLE}'",
            )
            seen += ask_everything(site, key)
            lists = [
                Path(f"/proc/{one.process.pid}/cmdline").read_bytes().decode() for one in running
            ]
            logs = [one.log.read_text(errors="replace") for one in running]
        finally:
            site.stop()
            administer(plain_url(database_url), f"ALTER ROLE {ROLE} LOGIN")
    for kind, texts in {"answers": seen, "processes": lists, "logs": logs}.items():
        for text in texts:
            for secret in hidden:
                at = text.find(secret)
                assert at < 0, (kind, text[max(0, at - 300) : at + 100])
    assert any(" 503 " in text for text in seen)
    assert all(logs)
