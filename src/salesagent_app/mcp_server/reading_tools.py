"""The tools that only read: every key with the viewer scope has them."""

from __future__ import annotations

from typing import Annotated, Literal

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations
from pydantic import Field

from salesagent_app.mcp_server.api import Api, RefusedError
from salesagent_app.mcp_server.data import records, word
from salesagent_app.mcp_server.wording import (
    STRANGERS,
    draft_text,
    queue_text,
    warning,
    why_text,
)

READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
MAX_CURSOR = 1_000_000

DraftId = Annotated[
    str, Field(pattern="^[0-9a-f-]{36}$", description="The draft's id, as list_queue gave it.")
]
Limit = Annotated[int, Field(ge=1, le=50, description="How many at most.")]
Cursor = Annotated[
    str, Field(max_length=10, description="What the page before said; empty for the first page.")
]
State = Annotated[
    Literal["waiting", "snoozed", "approved", "trouble"],
    Field(description="waiting for a decision, put aside, approved and not sent, needing a look"),
]
Tier = Annotated[
    Literal["hot", "warm", "cold"] | None, Field(description="Only leads of this tier.")
]
Search = Annotated[
    str, Field(max_length=100, description="Words in name, company, address or subject.")
]
Gaps = Annotated[bool | None, Field(description="Only drafts with (true) or without gaps.")]
Day = Annotated[
    str, Field(max_length=40, description="A date such as 2026-11-01 (UTC), or an ISO time.")
]
Types = Annotated[
    str, Field(max_length=500, description="Types, separated by commas; all when empty.")
]


class ReadingTools:
    """Each method is a tool; its docstring is what the assistant is told about it."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def add_to(self, server: MCPServer) -> None:
        """Register all of them."""
        for tool in (
            self.list_queue,
            self.show_draft,
            self.why,
            self.status,
            self.outcomes_recent,
            self.performance,
        ):
            server.add_tool(tool, annotations=READS, structured_output=False)

    async def list_queue(
        self,
        state: State = "waiting",
        tier: Tier = None,
        search: Search = "",
        gaps: Gaps = None,
        limit: Limit = 10,
        cursor: Cursor = "",
    ) -> str:
        """List drafts that wait for a person, most urgent first, with draft_id and content_hash."""
        offset = _offset(cursor)
        page = await self._api.get(
            "/api/operator/queue",
            state=state,
            tier=tier,
            q=search,
            gaps=None if gaps is None else str(gaps).lower(),
            limit=limit,
            offset=offset,
        )
        return queue_text(page, offset)

    async def show_draft(self, draft_id: DraftId) -> str:
        """Show one draft: text, claims with sources, findings, reasons, priority, and the thread.
        Read it before you decide about it; deciding needs its content_hash."""
        return draft_text(await self._api.get(f"/api/operator/drafts/{draft_id}"))

    async def why(self, draft_id: DraftId) -> str:
        """Tell why a draft waits or what was decided, by whom, and what its priority is made of."""
        draft = await self._api.get(f"/api/operator/drafts/{draft_id}")
        return "\n\n".join([*warning(draft), why_text(draft)])

    async def status(self) -> str:
        """Tell the sending mode, whether sending is stopped, what waits, and what is stuck."""
        desk = await self._api.get("/api/operator/status")
        stop = "Sending is not stopped."
        if desk["stopped"]:
            reach = "everywhere" if desk["stopped_everywhere"] else "for this organisation"
            by, reason = desk["stopped_by"], word(desk["stopped_why"] or "")
            stop = f"Sending is STOPPED {reach}, by {by}: {reason}."
        lines = [
            f"Mode: {_mode(desk['mode'])}",
            stop,
            f"Being sent, or not known whether sent: {desk['in_flight']}.",
            f"Waiting for a decision: {desk['waiting']} (oldest: {desk['oldest_waiting']}); "
            f"put aside: {desk['snoozed']}.",
            f"Stuck: {len(desk['trouble'])} drafts that need a look, {desk['parked']} parked runs, "
            f"{desk['failed_runs']} failed runs, {desk['failed_tasks']} failed tasks.",
        ]
        lines += [
            f"The mailbox {one['address']} must be connected: {one['waiting_runs']} runs wait."
            for one in desk["mailboxes"]
        ]
        if desk["trouble"]:
            rows = {"total": len(desk["trouble"]), "rows": desk["trouble"]}
            lines.append(queue_text(rows, 0))
        return "\n".join(lines)

    async def outcomes_recent(
        self, types: Types = "", limit: Limit = 20, cursor: Cursor = ""
    ) -> str:
        """List what came back last: replies, bounces, meetings, deals, opt-outs; newest first."""
        offset = _offset(cursor)
        rows = await self._api.get("/api/outcomes/recent", types=types, limit=limit, offset=offset)
        more = f' For more call again with cursor "{offset + limit}".' if len(rows) == limit else ""
        return f"{len(rows)} outcomes.{more}\n{records(STRANGERS, rows)}"

    async def performance(
        self,
        since: Day,
        until: Day | None = None,
        by: Annotated[
            Literal["segment", "voice", "hour", "weekday", "week", "variant", "rule"],
            Field(description="What mail is grouped by; segment is the tier."),
        ] = "segment",
    ) -> str:
        """Tell how mail did, group by group: rates with 95 % intervals and a recommendation."""
        found = await self._api.get(
            "/api/analytics/performance", **{"from": since, "to": until, "by": by}
        )
        rows = [_group(each) for each in found["groups"]]
        return f"Confidence that rules need: {found['threshold']}.\n{records(by, rows)}"


def _mode(mode: str | None) -> str:
    if mode == "SEND":
        return "SEND: an approved mail goes out by itself 30 seconds later, if nothing forbids it."
    if mode is None:
        return "this installation cannot send."
    return "DRAFT_ONLY: approving sends nothing."


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdigit()) or int(cursor) > MAX_CURSOR:
        raise RefusedError("There is no such cursor: give the one that the page before named.")
    return int(cursor)


def _group(group: dict[str, object]) -> dict[str, object]:
    counts = ("key", "sent", "replies", "positive", "meetings", "deals", "harmed", "alone")
    rates = ("reply_rate", "positive_rate", "meeting_rate", "conversion_rate", "precision")
    return {name: group[name] for name in (*counts, *rates, "recommendation")}
