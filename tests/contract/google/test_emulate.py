"""The stand-in for Google starts, knows the people it was given, and ends with its block."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from tests.services.emulate import emulate_google, google_seed

SCOPES = ("openid", "email", "https://www.googleapis.com/auth/gmail.readonly")
OTHER = "second@example.com"


def test_a_person_consents_and_is_known_by_the_token(tmp_path: Path) -> None:
    with emulate_google(tmp_path, google_seed(users=["sales@example.com", OTHER])) as google:
        assert google.url.startswith("http://127.0.0.1:")
        token = google.access_token(SCOPES, OTHER)
        answer = httpx.get(
            f"{google.url}/oauth2/v2/userinfo", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.json()["email"] == OTHER
    with pytest.raises(httpx.ConnectError):
        httpx.get(google.url)
