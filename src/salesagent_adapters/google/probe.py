"""What a connected mailbox allows: a fresh token, then one small call for each feature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from salesagent_adapters.google.calendar import GoogleCalendar
from salesagent_adapters.google.client import Account, Apis, GoogleApi
from salesagent_adapters.google.drive import DRIVE_SCOPE
from salesagent_adapters.google.quota import Units
from salesagent_adapters.google.tokens import AccessTokens
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.vendor_probe import Trial

_AGAIN = "connect the mailbox again under /mailboxes"
_SPAN = timedelta(days=1)


class GoogleProbe:
    """``MailboxProbe`` for Google."""

    def __init__(
        self,
        client: GoogleApi,
        tokens: AccessTokens,
        clock: Clock,
        *,
        folders: Sequence[str],
    ) -> None:
        """``folders`` are the ids of the Drive folders that the tenant allowed."""
        self._client = client
        self._tokens = tokens
        self._clock = clock
        self._folders = tuple(folders)

    def trials(self, tenant_id: TenantId, mailbox: str) -> tuple[Trial, ...]:
        """See ``MailboxProbe.trials``."""
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        return (
            Trial(
                name=f"{mailbox}: access",
                ask=lambda: self._refresh(account),
                needs="a refresh token that is still good",
                advice=_AGAIN,
                decisive=True,
            ),
            self._call(
                account,
                "profile",
                "gmail.readonly",
                lambda apis: apis.gmail.users().getProfile(userId="me"),
                Units.PROFILE,
            ),
            self._call(
                account,
                "reading mail",
                "gmail.readonly",
                lambda apis: apis.gmail.users().threads().list(userId="me", maxResults=1),
                Units.LIST_THREADS,
            ),
            self._call(
                account,
                "drafts",
                "gmail.compose",
                lambda apis: apis.gmail.users().drafts().list(userId="me", maxResults=1),
                Units.LIST_DRAFTS,
            ),
            Trial(
                name=f"{mailbox}: calendar",
                ask=lambda: self._free_busy(account),
                needs="scope calendar.readonly",
                advice=f"{_AGAIN} and allow calendar.readonly, and enable the Google Calendar API "
                "in the Google Cloud project; without it drafts offer no times",
            ),
            *(self._folder(account, each) for each in self._folders),
        )

    async def _refresh(self, account: Account) -> str:
        """As when the token had run out, under the same lock as the workers'."""
        token = await self._tokens.token(account.tenant_id, account.mailbox)
        await self._tokens.refused(account.tenant_id, account.mailbox, token)
        await self._tokens.token(account.tenant_id, account.mailbox)
        return "connected; Google gave a fresh token"

    def _call(
        self,
        account: Account,
        what: str,
        scope: str,
        build: Callable[[Apis], Any],
        units: int,
    ) -> Trial:
        async def ask() -> str:
            await self._client.ask(account, build, units=units, scope=scope)
            return "works"

        return Trial(
            name=f"{account.mailbox}: {what}",
            ask=ask,
            needs=f"scope {scope}",
            advice=f"{_AGAIN} and allow {scope}, and enable the Gmail API in the Google Cloud "
            "project",
        )

    async def _free_busy(self, account: Account) -> str:
        now = self._clock.now()
        calendar = GoogleCalendar(self._client)
        busy = await calendar.busy(account.tenant_id, account.mailbox, now, now + _SPAN)
        return f"works; {len(busy)} busy spans in the next 24 hours"

    def _folder(self, account: Account, folder_id: str) -> Trial:
        async def ask() -> str:
            await self._client.ask(
                account,
                lambda apis: apis.drive.files().get(
                    fileId=folder_id, fields="id,mimeType,trashed", supportsAllDrives=True
                ),
                units=Units.OTHER_API,
                scope=DRIVE_SCOPE,
            )
            return "can be reached"

        return Trial(
            name=f"{account.mailbox}: Drive folder {folder_id}",
            ask=ask,
            needs="scope drive.readonly, and the folder shared with this mailbox",
            advice=f"share the folder with {account.mailbox}, or correct GOOGLE_DRIVE_FOLDERS; "
            f"{_AGAIN} and allow drive.readonly if it never was",
        )
