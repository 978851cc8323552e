"""An independent stand-in for OpenAI's API (npm ``@copilotkit/aimock``, its command ``llmock``).

It is laxer than OpenAI: it does not check strict schemas, so every ``response_format`` that it was
sent is judged here (see ``strict_schemas``).
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import attrs
import httpx
from tests.services.node_tools import serving

API_KEY = "sk-tests-only"
_UNASKED = {"match": {"userMessage": "nobody says this"}, "response": {"content": "{}"}}


@attrs.frozen(kw_only=True)
class Aimock:
    """A running one; ``base_url`` is what the SDK is pointed at."""

    url: str

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    def clear(self) -> None:
        """Forget every answer and every request."""
        httpx.post(f"{self.url}/__aimock/reset").raise_for_status()

    def answers(
        self,
        content: str,
        *,
        finish_reason: str = "stop",
        prompt_tokens: int = 100,
        completion_tokens: int = 50,
    ) -> None:
        """Every chat is answered so from now on."""
        usage = {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        }
        response = {"content": content, "finishReason": finish_reason, "usage": usage}
        self._instead({"endpoint": "chat"}, response)

    def hears(self, text: str) -> None:
        """Every recording says this from now on."""
        self._instead({"endpoint": "transcription"}, {"transcription": {"text": text}})

    def embeds(self, vector: list[float]) -> None:
        """Every text has this vector from now on, instead of one made from its hash."""
        self._instead({"endpoint": "embedding"}, {"embedding": vector})

    def fails(
        self, status: int, *, code: str, endpoint: str = "chat", retry_after: int | None = None
    ) -> None:
        """Every call of that kind fails from now on."""
        response: dict[str, Any] = {
            "error": {"message": "as the test wants it", "type": code, "code": code},
            "status": status,
        }
        if retry_after is not None:
            response["retryAfter"] = retry_after
        self._instead({"endpoint": endpoint}, response)

    def requests(self, path: str = "/v1/chat/completions") -> list[dict[str, Any]]:
        """The bodies that were sent to a path, oldest first."""
        answer = httpx.get(f"{self.url}/__aimock/journal", params={"path": path})
        answer.raise_for_status()
        found = answer.json()
        entries = found["entries"] if isinstance(found, dict) else found
        return [entry["body"] for entry in entries]

    def _instead(self, match: Mapping[str, Any], response: Mapping[str, Any]) -> None:
        httpx.delete(f"{self.url}/__aimock/fixtures").raise_for_status()
        fixtures = {"fixtures": [{"match": match, "response": response}]}
        answer = httpx.post(f"{self.url}/__aimock/fixtures", json=fixtures)
        assert answer.status_code == 200, answer.text


@contextmanager
def aimock(folder: Path) -> Iterator[Aimock]:
    """One on a free port of loopback; ``folder`` holds its first fixtures and its log."""
    fixtures = folder / "fixtures"
    fixtures.mkdir(exist_ok=True)
    # It does not start without any.
    (fixtures / "first.json").write_text(json.dumps({"fixtures": [_UNASKED]}))
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    arguments = ("-p", str(port), "-h", "127.0.0.1", "-f", str(fixtures), "--log-level", "warn")
    with serving("llmock", arguments, url=url, log=folder / "aimock.log", ready="/health"):
        yield Aimock(url=url)
