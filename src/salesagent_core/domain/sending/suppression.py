"""Do-not-contact entries: a person by address or by keyed hash, or a whole domain."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum

import attrs

from salesagent_core.domain.address import fold_alias, judge_address
from salesagent_core.errors import InvalidInput, Reason


class SuppressionReason(StrEnum):
    """Why somebody is not to be written to."""

    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    BOUNCED = "bounced"
    REPLIED_STOP = "replied_stop"
    ERASED = "erased"
    BY_OPERATOR = "by_operator"


_SENTENCES = {
    SuppressionReason.UNSUBSCRIBED: "this person unsubscribed",
    SuppressionReason.COMPLAINED: "this person reported our mail as spam",
    SuppressionReason.BOUNCED: "mail to this address bounced for good",
    SuppressionReason.REPLIED_STOP: "this person asked us in a reply to stop writing",
    SuppressionReason.ERASED: "this person had their data erased",
    SuppressionReason.BY_OPERATOR: "an operator put this recipient on the do-not-contact list",
}


@attrs.frozen(kw_only=True)
class Suppression:
    """One entry; exactly one of ``address``, ``address_hash`` and ``domain`` is set.

    ``address_hash`` is from ``hash_address``: what is left of an erased person. A ``domain``
    covers its subdomains.
    """

    id: str
    reason: SuppressionReason
    created_at: datetime
    address: str | None = None
    address_hash: str | None = None
    domain: str | None = None
    source: str = ""

    def __attrs_post_init__(self) -> None:
        named = [each for each in (self.address, self.address_hash, self.domain) if each]
        if len(named) != 1:
            raise InvalidInput("a suppression names one address, one hash or one domain")

    @property
    def why(self) -> Reason:
        """The reason as data."""
        return Reason(code=f"suppressed_{self.reason.value}", sentence=_SENTENCES[self.reason])


def hash_address(address: str, key: bytes) -> str:
    """HMAC-SHA256 of the folded address, hex: it recognises a person without naming them."""
    return hmac.new(key, fold_alias(address).encode(), hashlib.sha256).hexdigest()


def blocks(
    address: str, entries: Iterable[Suppression], *, hashes: Collection[str] = ()
) -> tuple[Suppression, ...]:
    """The entries that forbid writing to the address, in the order given; empty when none does.

    Args:
        address: any spelling; ``+tag`` aliases are the same person.
        entries: those that may apply.
        hashes: ``hash_address`` of this address under every key still in use; without them no
            erased person is recognised.
    """
    person = fold_alias(address)
    domains = frozenset(_domain(each) for each in (address, person))
    return tuple(
        entry
        for entry in entries
        if (entry.address and fold_alias(entry.address) == person)
        or (entry.address_hash and _has(hashes, entry.address_hash))
        or (entry.domain and any(_under(domain, entry.domain) for domain in domains))
    )


def _has(hashes: Collection[str], wanted: str) -> bool:
    return wanted.lower() in {each.lower() for each in hashes}


def _domain(address: str) -> str:
    return _plain_domain(address.rpartition("@")[2])


def _under(domain: str, parent: str) -> bool:
    parent = _plain_domain(parent.strip().removeprefix("@"))
    return bool(parent) and (domain == parent or domain.endswith(f".{parent}"))


def _plain_domain(domain: str) -> str:
    """In its ASCII form where it is a domain at all, so that both spellings of one are equal."""
    domain = domain.strip().strip(".").lower()
    normalized = judge_address(f"x@{domain}").normalized
    return normalized.rpartition("@")[2] if normalized else domain
