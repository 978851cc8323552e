"""A small client of our own HTTP API: the demo and the smoke test come in by the front door."""

from __future__ import annotations

import json
import time
from types import TracebackType
from typing import Any

import attrs
import httpx

from salesagent_adapters.hubspot.signature import sign_plain
from salesagent_core.errors import Unavailable

POLL_SECONDS = 0.1
FINAL_STATES = frozenset({"SUCCESS", "FAILURE"})


@attrs.frozen(kw_only=True)
class Answer:
    """An HTTP status with its JSON document."""

    status: int
    document: dict[str, Any]


class ApiClient:
    """Posts signed forms and reads what became of them."""

    def __init__(self, url: str, *, key: str, secret: str) -> None:
        self._secret = secret
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30, trust_env=False
        )

    def __enter__(self) -> ApiClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def post_form(self, payload: dict[str, Any]) -> Answer:
        """Send a form as a site's own form backend would, signed."""
        body = json.dumps(payload).encode()
        response = self._http.post(
            "/api/webhooks/hubspot/forms",
            content=body,
            headers={
                "Content-Type": "application/json",
                "X-HubSpot-Signature": sign_plain(self._secret, body),
            },
        )
        return Answer(status=response.status_code, document=response.json())

    def get(self, path: str) -> Any:
        """The JSON document at a path. Raises: httpx.HTTPStatusError."""
        response = self._http.get(path)
        response.raise_for_status()
        return response.json()

    def reject(self, draft_id: str, content_hash: str, reason: str) -> bool:
        """Reject the revision that was read; whether that was possible."""
        response = self._http.post(
            f"/api/operator/drafts/{draft_id}/reject",
            json={"content_hash": content_hash, "reason": reason},
        )
        return response.status_code == 200

    def wait_for_draft(self, task_id: str, *, seconds: float) -> dict[str, Any]:
        """The task's status once it is final, parked, or its draft can be reviewed.

        Raises:
            Unavailable: it took longer than ``seconds``.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            status: dict[str, Any] = self.get(f"/api/tasks/{task_id}/status")
            if status["state"] in FINAL_STATES or status["state"] == "RETRY":
                return status
            time.sleep(POLL_SECONDS)
        raise Unavailable(f"the run did not come to an end within {seconds:.0f} s")
