"""Signing in at a provider: the way there, the way back, and whose people may come.

begin -> sealed flow in the browser's cookie -> provider -> finish: state, code, domain
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta

import attrs

from salesagent_core.errors import PolicyRefused, Rejected
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.secrets_vault import Sealer
from salesagent_core.ports.sign_in import SignInFlow, SignInProvider, Vouched
from salesagent_core.use_cases.people_parts import Secret, refused

SIGN_IN_LASTS = timedelta(minutes=10)
_CONTEXT = b"sign-in flow"
_MAX_KEPT = 4_000


@attrs.frozen(kw_only=True)
class SignInBegun:
    """``url`` is where the browser goes, ``kept`` what it brings back in a cookie of its own."""

    url: str
    kept: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class SignedIn:
    """Who came back, and the page that they wanted."""

    who: Vouched
    wanted: str


class SignIn:
    """Lets in accounts that one of ``domains`` manages, by the provider's own word for it: an
    address of the domain alone says nothing, because a private account may have had it once."""

    def __init__(
        self,
        *,
        provider: SignInProvider,
        domains: Collection[str],
        sealer: Sealer,
        secret: Secret,
        clock: Clock,
        refused: Callable[[str], Awaitable[None]],
    ) -> None:
        """``refused`` is told the address of whoever is of no domain that may come in."""
        self._refused = refused
        self._provider = provider
        self._domains = frozenset(domain.lower() for domain in domains)
        self._sealer = sealer
        self._secret = secret
        self._clock = clock

    def begin(self, wanted: str) -> SignInBegun:
        """A new way there."""
        flow = SignInFlow(state=self._secret(), nonce=self._secret(), verifier=self._secret())
        until = (self._clock.now() + SIGN_IN_LASTS).timestamp()
        told = [flow.state, flow.nonce, flow.verifier, until, wanted]
        sealed = self._sealer.seal(json.dumps(told).encode(), context=_CONTEXT)
        return SignInBegun(url=self._provider.sign_in_url(flow), kept=sealed.hex())

    async def finish(self, *, kept: str, state: str, code: str | None) -> SignedIn:
        """Who came back to the browser that began it.

        Raises:
            Rejected: it did not begin here, was given up there, or took too long.
            PolicyRefused: the account is not of a domain that may come in.
            Unavailable
        """
        flow, wanted = self._read(kept)
        if not hmac.compare_digest(flow.state.encode(), state.encode("utf-8", "replace")):
            raise _not_begun()
        if not code:
            raise Rejected("Signing in was given up. Nothing happened.")
        who = await self._provider.identify(flow, code, self._clock.now())
        if who.domain is None or who.domain.lower() not in self._domains:
            await self._refused(who.email)
            sentence = "This account is not one of an organisation that may sign in here."
            raise PolicyRefused([refused("domain", sentence)])
        return SignedIn(who=who, wanted=wanted)

    def _read(self, kept: str) -> tuple[SignInFlow, str]:
        try:
            if len(kept) > _MAX_KEPT:
                raise _not_begun()
            told = json.loads(self._sealer.open(bytes.fromhex(kept), context=_CONTEXT))
        except (ValueError, Rejected):
            raise _not_begun() from None
        state, nonce, verifier, until, wanted = told
        if until <= self._clock.now().timestamp():
            raise _not_begun()
        return SignInFlow(state=state, nonce=nonce, verifier=verifier), wanted


def _not_begun() -> Rejected:
    return Rejected("This did not begin in this browser, or took too long. Begin anew.")
