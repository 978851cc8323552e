"""A person's consent at the provider's page: begun here, brought back by their browser once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import attrs

from salesagent_core.errors import Conflict, InvalidInput, PolicyRefused, Problem, Reason
from salesagent_core.ids import TenantId
from salesagent_core.ports.connections import (
    ConsentFlow,
    ConsentFlows,
    ConsentProvider,
    Feature,
    Grant,
)

FLOW_LASTS = timedelta(minutes=10)
MAX_PARAMETER = 4_096
"""Characters of what the browser brings back; Google's codes have some hundred at most."""


@attrs.frozen(kw_only=True)
class Started:
    """Where to send the person, and the secret that only their browser shall keep until then."""

    url: str = attrs.field(repr=False)
    browser: str = attrs.field(repr=False)
    expires_at: datetime


class Consents:
    """Keeps each flow under a digest until it comes back, or its time is over."""

    def __init__(self, flows: ConsentFlows, secret: Callable[[], str]) -> None:
        self._flows = flows
        self._secret = secret

    async def begin(
        self,
        provider: ConsentProvider,
        tenant_id: TenantId,
        *,
        by: str,
        features: Collection[str],
        mailbox: str | None,
        now: datetime,
    ) -> Started:
        """Store a flow, which ends after ``FLOW_LASTS``.

        Raises:
            InvalidInput: there is no such feature.
        """
        state, browser = self._secret(), self._secret()
        flow = ConsentFlow(
            tenant_id=tenant_id,
            digest=_digest(state),
            browser=_digest(browser),
            verifier=self._secret(),
            nonce=self._secret(),
            by=by,
            scopes=_scopes_for(provider.features, features),
            expires_at=now + FLOW_LASTS,
            mailbox=mailbox,
        )
        await self._flows.add(flow)
        url = provider.consent_url(flow, state)
        return Started(url=url, browser=browser, expires_at=flow.expires_at)

    async def take(self, state: str, browser: str) -> ConsentFlow:
        """The flow that this browser was sent away with; it is used now.

        Raises:
            InvalidInput: we did not send this browser there, or it was used, or took too long.
        """
        flow = None
        if 0 < len(state) <= MAX_PARAMETER:
            flow = await self._flows.take(_digest(state))
        if flow is None or not hmac.compare_digest(flow.browser, _digest(browser)):
            what = "this way back was used already, took too long, or was not begun here"
            raise InvalidInput(
                f"{what}: connect the mailbox once more", [Problem(where="state", what=what)]
            )
        return flow


def code_of(code: str | None, error: str | None) -> str:
    """What the provider gave for the consent.

    Raises:
        Conflict: the person declined, or the provider did.
    """
    if error is not None or not code or len(code) > MAX_PARAMETER:
        raise Conflict(_declined(error))
    return code


def require_granted(features: Sequence[Feature], flow: ConsentFlow, grant: Grant) -> None:
    """Raises: Conflict where it is for another mailbox than asked for; PolicyRefused, a reason for
    each, where something was not granted without which the mailbox is of no use."""
    if flow.mailbox is not None and flow.mailbox.lower() != grant.mailbox.lower():
        raise Conflict("the consent is for another mailbox than the one to be connected")
    refused = [
        Reason(
            code=f"not_granted_{feature.code}",
            sentence=f"the permission to {feature.sentence} was not granted "
            f"(scope {feature.scopes[0]}): connect once more and leave it ticked",
        )
        for feature in features
        if feature.required and not feature.is_granted(grant.scopes)
    ]
    if refused:
        raise PolicyRefused(refused)


def _scopes_for(features: Sequence[Feature], wanted: Collection[str]) -> tuple[str, ...]:
    known = {feature.code for feature in features}
    unknown = sorted(set(wanted) - known)
    if unknown:
        what = f"must be among {', '.join(sorted(known))}"
        raise InvalidInput(f"features {what}", [Problem(where="features", what=what)])
    chosen = [
        feature for feature in features if feature.required or not wanted or feature.code in wanted
    ]
    return tuple(dict.fromkeys(feature.scopes[0] for feature in chosen))


def _declined(error: str | None) -> str:
    if error in (None, "", "access_denied"):
        return "nothing was connected: the consent was declined"
    if error == "admin_policy_enforced":
        return "nothing was connected: the Workspace administrator does not allow this application"
    return "nothing was connected: the provider refused the consent"


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
