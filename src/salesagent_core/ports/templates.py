"""Mails of ours that show a writer how to say it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from salesagent_core.domain.icp import Tier
from salesagent_core.domain.mail_template import MailTemplate
from salesagent_core.ids import TenantId
from salesagent_core.ports.unit_of_work import Transaction


class TemplateShelf(Protocol):
    """The templates of one tenant, inside one transaction."""

    async def all(self) -> tuple[MailTemplate, ...]:
        """By name."""
        ...

    async def get(self, template_id: str, *, lock: bool = False) -> MailTemplate:
        """Raises: NotFound."""
        ...

    async def put(self, template: MailTemplate) -> None:
        """Store it, new or changed. Raises: Conflict when another has its name."""
        ...

    async def delete(self, template_id: str) -> None:
        """Gone; nothing happens when it was."""
        ...


class Templates(Protocol):
    """What a writer is shown."""

    async def for_lead(self, tenant_id: TenantId, tier: Tier) -> MailTemplate | None:
        """The template in use for leads of this tier, else the one for all; of several the one
        that was changed last. Raises: Unavailable."""
        ...


class TemplateTransaction(Transaction, Protocol):
    """A transaction in which templates are managed."""

    @property
    def templates(self) -> TemplateShelf: ...


class TemplateWork(Protocol):
    """Begins transactions of one tenant in which templates are managed."""

    def begin(self, tenant_id: TenantId) -> AbstractAsyncContextManager[TemplateTransaction]:
        """As ``UnitOfWork.begin``."""
        ...
