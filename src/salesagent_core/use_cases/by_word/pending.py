"""What was read back and waits for a yes: sealed, for one operator, one minute and once."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime, timedelta
from typing import Any

import attrs

from salesagent_core.domain.commands.command import Command, CommandName
from salesagent_core.errors import Conflict, Rejected
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.secrets_vault import Sealer

OPEN_FOR = timedelta(seconds=60)
MAX_TOKEN = 40_000
"""Characters; a hundred drafts with their hashes take half of it."""
_CLOSED = "That question is not open any more. Nothing was done; say it again."


@attrs.frozen(kw_only=True)
class Target:
    """A draft, and the hash of the revision that was shown or listed."""

    draft_id: DraftId
    content_hash: str


@attrs.frozen(kw_only=True)
class Pending:
    """A command with the revisions that it was read back for."""

    command: Command
    targets: tuple[Target, ...]
    by_model: bool


@attrs.frozen(kw_only=True)
class Question:
    """``token`` goes with the yes; nobody else's key and no later moment can use it."""

    token: str
    expires_at: datetime


class PendingCommands:
    """Nothing is stored: the token carries what was asked. Which ones were used is remembered by
    this process; in another one, the revisions that they are bound to have moved on."""

    def __init__(self, *, sealer: Sealer, clock: Clock, ids: IdSource) -> None:
        self._sealer = sealer
        self._clock = clock
        self._ids = ids
        self._used: dict[str, datetime] = {}

    def ask(self, tenant_id: TenantId, operator: str, pending: Pending) -> Question:
        """Seal what was read back."""
        expires_at = self._clock.now() + OPEN_FOR
        command = attrs.asdict(pending.command, filter=lambda _, value: value is not None)
        plain = {
            "id": self._ids.new(),
            "until": expires_at.isoformat(),
            "command": command,
            "targets": [[each.draft_id, each.content_hash] for each in pending.targets],
            "by_model": pending.by_model,
        }
        sealed = self._sealer.seal(
            json.dumps(plain).encode(), context=_context(tenant_id, operator)
        )
        return Question(token=base64.urlsafe_b64encode(sealed).decode(), expires_at=expires_at)

    def take(self, tenant_id: TenantId, operator: str, token: str) -> Pending:
        """What this token asked; it cannot be taken again.

        Raises:
            Conflict: it ran out, was used, or was never ours or this operator's.
        """
        plain = self._open(tenant_id, operator, token)
        now, until = self._clock.now(), datetime.fromisoformat(plain["until"])
        self._used = {key: end for key, end in self._used.items() if end > now}
        if until <= now or plain["id"] in self._used:
            raise Conflict(_CLOSED)
        self._used[plain["id"]] = until
        given = plain["command"]
        return Pending(
            command=Command(**{**given, "name": CommandName(given["name"])}),
            targets=tuple(
                Target(draft_id=DraftId(draft_id), content_hash=digest)
                for draft_id, digest in plain["targets"]
            ),
            by_model=plain["by_model"],
        )

    def _open(self, tenant_id: TenantId, operator: str, token: str) -> dict[str, Any]:
        try:
            if len(token) > MAX_TOKEN:
                raise ValueError("longer than any of ours")
            padded = token.replace("-", "+").replace("_", "/")
            sealed = base64.b64decode(padded, validate=True)
            plain = self._sealer.open(sealed, context=_context(tenant_id, operator))
        except (Rejected, binascii.Error, ValueError):
            raise Conflict(_CLOSED) from None
        opened: dict[str, Any] = json.loads(plain)
        return opened


def _context(tenant_id: TenantId, operator: str) -> bytes:
    return json.dumps(["command to confirm", tenant_id, operator]).encode()
