"""Signing in where somebody has an account already (OpenID Connect, the code flow with PKCE)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import attrs


@attrs.frozen(kw_only=True)
class SignInFlow:
    """The secrets of one way there and back."""

    state: str = attrs.field(repr=False)
    nonce: str = attrs.field(repr=False)
    verifier: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Vouched:
    """Whom the provider vouches for. ``domain`` is the organisation that manages the account;
    None: nobody's but the person's own."""

    email: str
    name: str
    domain: str | None


class SignInProvider(Protocol):
    """Sends people there and asks who came back."""

    def sign_in_url(self, flow: SignInFlow) -> str:
        """Where the browser goes."""
        ...

    async def identify(self, flow: SignInFlow, code: str, now: datetime) -> Vouched:
        """Who came back with this code, which is used up by it.

        Raises:
            Rejected: it is not this flow's, or the provider does not vouch for the address.
            Unavailable
        """
        ...
