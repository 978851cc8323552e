"""What can be tried of a vendor with the keys that are set, one small question each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import attrs

from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class Trial:
    """One question to a vendor that changes nothing there.

    ``ask`` returns in words what was found, without secrets, or raises what the vendor's adapter
    raises. ``needs`` is the scope or setting without which it is refused; ``advice`` says what to
    do then. Where a ``decisive`` one fails, those after it are not asked.
    """

    name: str
    ask: Callable[[], Awaitable[str]]
    needs: str
    advice: str
    decisive: bool = False


class VendorProbe(Protocol):
    """The questions to one vendor, in the order in which somebody would mend what fails."""

    def trials(self, tenant_id: TenantId) -> tuple[Trial, ...]: ...


class MailboxProbe(Protocol):
    """The questions to a provider of mailboxes about one of them."""

    def trials(self, tenant_id: TenantId, mailbox: str) -> tuple[Trial, ...]: ...
