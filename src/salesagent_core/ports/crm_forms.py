"""The forms that a CRM knows."""

from __future__ import annotations

from typing import Protocol

import attrs

from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class CrmForm:
    """A form, by the id that submissions carry and the name its owner gave it."""

    form_id: str
    name: str


class CrmForms(Protocol):
    """Lists forms, for set-up and for showing a submission's form by its name."""

    async def forms(self, tenant_id: TenantId) -> tuple[CrmForm, ...]:
        """All forms that are not archived, by name.

        Raises:
            RateLimited, Unavailable, NeedsReauth
        """
        ...
