"""An independent stand-in for Google: OAuth, Gmail, Calendar and Drive (npm ``emulate``).

It is laxer than Google: any bearer and any ``threadId`` will do, and it knows no faults. What
Google is strict about is tested elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import httpx
from tests.services.node_tools import serving

CLIENT_ID = "salesagent-tests.apps.example"
CLIENT_SECRET = "not-a-real-client-secret"
REDIRECT_URI = "http://127.0.0.1:8000/auth/google/callback"
MAILBOX = "sales@example.com"


@attrs.frozen(kw_only=True)
class Emulator:
    """A running one; ``url`` is the root of every endpoint."""

    url: str
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    redirect_uri: str = REDIRECT_URI

    def consent(self, authorize_url: str, email: str = MAILBOX) -> str:
        """Press "allow" as this person on the consent page that ``authorize_url`` leads to; the
        address that the browser is then sent to."""
        asked = urlsplit(authorize_url)
        page = httpx.get(authorize_url)
        assert page.status_code == 200, page.text
        fields = {name: values[0] for name, values in parse_qs(asked.query).items()}
        answer = httpx.post(f"{self.url}/o/oauth2/v2/auth/callback", data=fields | {"email": email})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def tokens(self, scopes: Sequence[str], email: str = MAILBOX) -> dict[str, Any]:
        """The answer of the token endpoint for this person (``access_token``,
        ``refresh_token``, ``scope``, ...), by the whole code flow."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        query = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": " ".join(scopes),
            "code_challenge": challenge.decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        asked = httpx.URL(f"{self.url}/o/oauth2/v2/auth", params=query)
        sent_to = urlsplit(self.consent(str(asked), email))
        answer = httpx.post(
            f"{self.url}/oauth2/token",
            data={
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "code": parse_qs(sent_to.query)["code"][0],
                "code_verifier": verifier,
                "grant_type": "authorization_code",
                "redirect_uri": self.redirect_uri,
            },
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def access_token(self, scopes: Sequence[str], email: str = MAILBOX) -> str:
        """An access token of this person's."""
        return str(self.tokens(scopes, email)["access_token"])

    def revoke(self, token: str) -> None:
        """As if the person withdrew it in their account."""
        httpx.post(f"{self.url}/oauth2/revoke", data={"token": token}).raise_for_status()


def google_seed(
    *,
    users: Sequence[str] = (MAILBOX,),
    redirect_uris: Sequence[str] = (REDIRECT_URI,),
    **more: Any,
) -> dict[str, Any]:
    """What the server starts with. ``more`` goes into its ``google`` part as it is: ``labels``,
    ``messages``, ``calendars``, ``calendar_events``, ``drive_items``."""
    return {
        "google": {
            "users": [{"email": email, "name": "Sales Desk"} for email in users],
            "oauth_clients": [
                {
                    "client_id": CLIENT_ID,
                    "client_secret": CLIENT_SECRET,
                    "name": "salesagent tests",
                    "redirect_uris": list(redirect_uris),
                }
            ],
            **more,
        }
    }


@contextmanager
def emulate_google(
    folder: Path, seed: Mapping[str, Any] | None = None, *, base_url: str | None = None
) -> Iterator[Emulator]:
    """Start it on a free loopback port with ``seed`` (``google_seed()`` when there is none), and
    stop it when the block ends. Its log is ``emulate-PORT.log`` in ``folder``; ``base_url`` is
    what it says of itself where something stands in front of it."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    seeded = folder / f"emulate-{port}.json"
    seeded.write_text(json.dumps(seed if seed is not None else google_seed()))
    arguments = ["start", "-s", "google", "-p", str(port), "--seed", str(seeded)]
    arguments += ["--base-url", base_url or url]
    log = folder / f"emulate-{port}.log"
    with serving("emulate", arguments, url=url, log=log, ready="/.well-known/openid-configuration"):
        yield Emulator(url=url)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
