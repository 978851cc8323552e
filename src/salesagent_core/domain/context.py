"""What the workflow gathered before the draft: each step's result, as values."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.domain.evidence import Claim, Source
from salesagent_core.domain.finding import Finding
from salesagent_core.domain.lead import Lead
from salesagent_core.domain.planning import NextStep
from salesagent_core.domain.scheduling import SlotOffer
from salesagent_core.domain.spending import ModelUse
from salesagent_core.domain.treatment import NO_TREATMENT, Treatment
from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.ids import DEFAULT_TENANT, TenantId


@attrs.frozen(kw_only=True)
class ValidSubmission:
    """Step 1: the address that is worked, normalised, and when the work began."""

    email: str
    began_at: datetime
    findings: tuple[Finding, ...] = ()


@attrs.frozen(kw_only=True)
class CompanyNotes:
    """Step 3: what CRM records and past notes say about the company, newest first."""

    notes: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Recollection:
    """A past sent mail of ours like this one, and what came of it."""

    message_id: str
    text: str
    outcome: str | None
    similarity: float


@attrs.frozen(kw_only=True)
class Recollections:
    """Step 6: most similar first."""

    items: tuple[Recollection, ...] = ()


@attrs.frozen(kw_only=True)
class Asset:
    """A file that may be linked. ``url`` is the store's own link, never a made-up one."""

    id: str
    name: str
    url: str
    summary: str = ""


@attrs.frozen(kw_only=True)
class Assets:
    """Step 7: at most ``MAX_ASSETS`` files."""

    items: tuple[Asset, ...] = ()


MAX_ASSETS = 3


@attrs.frozen(kw_only=True)
class Brief:
    """All that the writer may know. What is not in ``sources`` must not be in the draft.

    ``previous`` and ``instruction`` are set when an operator asked for another version.
    ``treatment`` is what our own tests ask for: like an instruction of ours, to be followed.
    ``tenant_id`` says whose budget pays.
    """

    to: Lead
    sender_name: str
    plan: NextStep
    voice: VoiceProfile
    sources: tuple[Source, ...]
    slots: SlotOffer | None = None
    reply_subject: str | None = None
    previous_body: str | None = None
    instruction: str | None = None
    tenant_id: TenantId = DEFAULT_TENANT
    treatment: Treatment = NO_TREATMENT


@attrs.frozen(kw_only=True)
class WrittenDraft:
    """Step 12: what the writer answered. ``writer`` names model and prompt version; ``use`` is
    what a language model took for it."""

    subject: str
    body: str
    claims: tuple[Claim, ...] = ()
    writer: str = "unknown"
    sources: tuple[Source, ...] = ()
    use: ModelUse | None = None
    treatment: Treatment = NO_TREATMENT


@attrs.frozen(kw_only=True)
class CheckedDraft:
    """Step 13: the text as it goes on, and everything found in it and in what was read."""

    subject: str
    body: str
    content_hash: str
    claims: tuple[Claim, ...] = ()
    findings: tuple[Finding, ...] = ()


@attrs.frozen(kw_only=True)
class CrmTaskRef:
    """Step 15: the ids in the CRM. ``not_written`` says what it had no place for, in sentences."""

    task_id: str
    note_id: str
    not_written: tuple[str, ...] = ()
