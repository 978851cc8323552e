"""Somebody who has only the documentation: its commands are what runs, line by line, and what they
type themselves is what any reader has to fill in."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import attrs
from click.testing import CliRunner
from tests.e2e.processes import ROOT, SALESAGENT, Site, free_port, valkey
from tests.services.aimock import API_KEY, aimock
from tests.services.emulate import (
    CLIENT_ID,
    CLIENT_SECRET,
    MAILBOX,
    emulate_google,
    google_seed,
)
from tests.services.google_front import google_front
from tests.services.hubspot_account import HubSpotAccount
from tests.services.hubspot_standin import hubspot_standin
from tests.services.model_front import model_front

from salesagent_app.cli import cli

GUIDES = ROOT / "docs" / "how-to"
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PASSWORD = "four words nobody puts together"
OURS, THEIRS = "pat-tests-only", "pat-second-only"
ACME_SIGNS = "what signs the forms of Acme"
TYPED = {"users add": f"{PASSWORD}\n{PASSWORD}\n", "webhook": f"{ACME_SIGNS}\n"}
TYPED["hubspot"] = f"{THEIRS}\n"
KEY = "SALESAGENT_ENCRYPTION_KEYS"


@attrs.define(kw_only=True)
class Reader:
    """Reads a guide and types what it says; ``filled_in`` is what stands for its placeholders."""

    site: Site
    outside: str
    filled_in: dict[str, str]
    accounts: Mapping[str, HubSpotAccount]
    printed: str = ""

    def follow(self, page: str, *, heading: str) -> None:
        """Every command of one part of a guide."""
        text = (GUIDES / page).read_text()
        part = text[text.index(f"## {heading}\n") :]
        part = part[: part.find("\n## ", 3)] if "\n## " in part[3:] else part
        blocks = BLOCK.findall(part)
        assert blocks, f"{page} has no commands under {heading!r}"
        for block in blocks:
            for line in filter(None, block.splitlines()):
                self.types(line)

    def types(self, line: str) -> None:
        """One line."""
        words = shlex.split(line, comments=True)
        program = words.pop(0)
        if program == "export":
            for word in words:
                self._exports(*word.split("=", 1))
        elif program != "salesagent":
            raise AssertionError(f"who has only the guide cannot type: {line}")
        elif words[0] in ("serve", "worker"):
            self._starts(words)
        else:
            typed = next((text for part, text in TYPED.items() if part in " ".join(words)), None)
            done = CliRunner().invoke(cli, words, input=typed, env=self.environment())
            assert done.exit_code == 0, f"{line}: {done.output}{done.exception!r}"
            self.printed = done.stdout.strip()

    def shell(self, text: str) -> str:
        """A block that is the shell's own: what it prints."""
        done = subprocess.run(
            ["bash", "-ec", text],
            env=self.environment(),
            cwd=self.site.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    def environment(self) -> dict[str, str]:
        """Nothing but what was exported, and where programs are."""
        return {"PATH": os.environ["PATH"], **self.site.environment()}

    def _exports(self, name: str, value: str) -> None:
        if name == KEY:
            value = self.printed
        self.site.settings[name] = self.filled_in.get(name, value)
        assert "…" not in self.site.settings[name], f"nobody says what {name} is"

    def _starts(self, words: list[str]) -> None:
        if words[0] == "worker":
            self.site.worker()
            return
        words = [str(self.site.port) if word == "8000" else word for word in words]
        words = ["127.0.0.1" if word == "0.0.0.0" else word for word in words]
        self.site.answers(self.site.start(*SALESAGENT, *words, name="serve"))


class FromNothing(Site):
    """An installation that has no setting which nobody exported."""

    def environment(self) -> dict[str, str]:
        kept = ("PATH", "HOME", "PYTHONPATH", "LANG")
        ours = {name: os.environ[name] for name in kept if name in os.environ}
        return {**ours, "SALESAGENT_DATA_DIR": str(self.folder / "data"), **self.settings}


@contextmanager
def first_day(folder: Path, database_url: str) -> Iterator[Reader]:
    """Servers that anybody may rent, vendors with accounts, a proxy that speaks TLS; no more."""
    with ExitStack() as stack:
        redis = stack.enter_context(valkey(folder))
        site = FromNothing(folder, database_url, redis_url=redis.url)
        stack.callback(site.stop)
        outside = _behind_tls(site)
        callback = f"{outside}/auth/google/callback"
        google = stack.enter_context(google_front("http://127.0.0.1:9"))
        seed = google_seed(redirect_uris=[callback])
        google.behind = stack.enter_context(emulate_google(folder, seed, base_url=google.url)).url
        accounts = {OURS: _account(), THEIRS: _account()}
        root, _ = stack.enter_context(hubspot_standin(accounts))
        model = stack.enter_context(model_front(stack.enter_context(aimock(folder))))
        # Stand-ins have addresses of their own, which no guide needs to tell of.
        site.settings = {
            "GOOGLE_API_ROOT": google.url,
            "HUBSPOT_API_ROOT": root,
            "OPENAI_BASE_URL": model.base_url,
        }
        yield Reader(
            site=site,
            outside=outside,
            accounts=accounts,
            filled_in={
                "DATABASE_URL": database_url,
                "REDIS_URL": redis.url,
                "SALESAGENT_PUBLIC_URL": outside,
                "SALESAGENT_MAILBOX": MAILBOX,
                "HUBSPOT_WEBHOOK_SECRET": secrets.token_urlsafe(24),
                "GOOGLE_CLIENT_ID": CLIENT_ID,
                "GOOGLE_CLIENT_SECRET": CLIENT_SECRET,
                "GOOGLE_REDIRECT_URI": callback,
                "HUBSPOT_API_KEY": OURS,
                "OPENAI_API_KEY": API_KEY,
                "OPENAI_MODEL": "gpt-tests",
            },
        )


def _behind_tls(site: Site) -> str:
    """What stands before a real installation; the address that people open."""
    key, certificate, port = site.folder / "tls.key", site.folder / "tls.pem", free_port()
    made = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    named = ("-nodes", "-days", "2", "-subj", "/CN=localhost")
    files = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run([*made, *named, *files], check=True, capture_output=True)
    ends = (str(port), str(site.port), str(certificate), str(key))
    proxy = site.start(str(ROOT / "tests" / "e2e" / "tls_proxy.py"), *ends, name="proxy")
    proxy.wait_for_log("listening")
    return f"https://localhost:{port}"


def _account() -> HubSpotAccount:
    return HubSpotAccount(owners={7: "owner@example.com"}, custom={})
