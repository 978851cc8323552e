"""Slack's incoming webhooks, and those of others that take the same.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: a POST of ``{"text":
...}``; 200 means that it was taken. There is no key by which a repeat is known, so our text has a
reference in it.
"""

from __future__ import annotations

from salesagent_adapters.outbound.safe_fetch import SafeHttp
from salesagent_core.domain.notice import NoticeMessage


class SlackWebhook:
    """``ChatPost`` over a client that never leads inside."""

    def __init__(self, http: SafeHttp) -> None:
        self._http = http

    def check(self, url: str) -> None:
        """See ``ChatPost.check``."""
        self._http.check(url)

    async def post(self, url: str, message: NoticeMessage) -> None:
        """See ``ChatPost.post``."""
        await self._http.post_json(
            url, {"text": f"*{_plain(message.subject)}*\n{_plain(message.body)}"}
        )


def _plain(text: str) -> str:
    """Text in which Slack finds no markup of its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
