"""What a tenant has set: who sends, where from, and how much runs alone."""

from __future__ import annotations

import attrs

from salesagent_core.domain.spending import Budget
from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class Tenant:
    """One customer organisation and its choices; the defaults are the safe ones.

    ``mailbox`` is the address drafts are made in; ``time_zone`` and ``country`` are the
    sender's, used where the lead's are unknown. ``link_hosts`` are the hosts a draft may link
    to. ``house_facts`` are statements that a draft may cite about ourselves, each a true
    sentence that a person wrote. ``fit_weights`` are pairs of an attribute of the fit and what it
    counts (those not named count as usual), ``asset_folders`` the ids of the folders whose files a
    mail may link to. ``model_budget`` bounds what language models take in a month.
    """

    id: TenantId
    name: str
    mailbox: str
    sender_name: str
    portal_id: str | None = None
    time_zone: str = "UTC"
    country: str | None = None
    language: str = "en"
    postal_address: str | None = None
    link_hosts: tuple[str, ...] = ()
    house_facts: tuple[str, ...] = ()
    competitor_domains: tuple[str, ...] = ()
    blocked_countries: tuple[str, ...] = ()
    target_industries: tuple[str, ...] = ()
    target_departments: tuple[str, ...] = ()
    target_regions: tuple[str, ...] = ()
    target_accounts: tuple[str, ...] = ()
    employees_min: int = 20
    employees_max: int = 5_000
    auto_approve_enabled: bool = False
    auto_approve_threshold: float = 0.90
    fit_weights: tuple[tuple[str, float], ...] = ()
    asset_folders: tuple[str, ...] = ()
    model_budget: Budget = attrs.field(factory=Budget)
