"""Voice profiles: learned from sent mail, shown, compared, changed, put into use."""

from __future__ import annotations

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.domain.voice_learning import learn_voice
from salesagent_core.domain.voice_profiles import (
    VoiceComparison,
    compare_voice,
    read_profile,
    relearned,
)
from salesagent_core.errors import Conflict, InvalidInput, Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.voices import SentMailReader, StoredVoice, VoiceTransaction, VoiceWork

MAX_PROFILES = 100
"""Of one tenant."""
MIN_MAILS = 5
"""Fewer sent mails than this show no habit."""
MAX_MAILS = 500
DEFAULT_MAILS = 200
_MAX_ADDRESS = 254


class ManageVoices:
    """Several profiles a mailbox, one of them in use at most. Every change is audited."""

    def __init__(
        self,
        *,
        work: VoiceWork,
        tenants: TenantDirectory,
        sent_mail: SentMailReader,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._work = work
        self._tenants = tenants
        self._sent_mail = sent_mail
        self._clock = clock
        self._ids = ids

    async def list(self, tenant_id: TenantId) -> tuple[StoredVoice, ...]:
        """All profiles, by mailbox and name."""
        async with self._work.begin(tenant_id) as tx:
            return await tx.voices.all()

    async def get(self, tenant_id: TenantId, voice_id: str) -> StoredVoice:
        """Raises: NotFound."""
        async with self._work.begin(tenant_id) as tx:
            return await tx.voices.get(voice_id)

    async def create(
        self, tenant_id: TenantId, data: object, *, mailbox: str | None = None, who: str
    ) -> StoredVoice:
        """A profile from data, such as one that was exported. It is not in use yet.

        Raises:
            InvalidInput: the data are no profile; every problem is listed.
            Conflict: the mailbox has one of this name, or there are too many.
        """
        profile = read_profile(data)
        address = await self._mailbox(tenant_id, mailbox)
        async with self._work.begin(tenant_id) as tx:
            return await self._add(tx, tenant_id, address, profile, "voice.created", who)

    async def learn(
        self,
        tenant_id: TenantId,
        *,
        name: str,
        mailbox: str | None = None,
        mails: int = DEFAULT_MAILS,
        who: str,
    ) -> StoredVoice:
        """Learn from the newest mails that a person sent from the mailbox. A profile of that name
        keeps its settings and is measured anew; a new one is not in use yet.

        Raises:
            InvalidInput: a name that cannot be, or too few mails to learn from.
            Unavailable, NeedsReauth: the mailbox cannot be read.
        """
        name = read_profile({"name": name}).name
        address = await self._mailbox(tenant_id, mailbox)
        limit = max(MIN_MAILS, min(mails, MAX_MAILS))
        texts = await self._sent_mail.sent_texts(tenant_id, address, limit=limit)
        learned = learn_voice(name, texts)
        if learned.samples < MIN_MAILS:
            problem = Problem(
                where="mailbox",
                what=f"holds {learned.samples} mails that a person wrote; {MIN_MAILS} are needed",
            )
            raise InvalidInput("there is too little sent mail to learn from", [problem])
        async with self._work.begin(tenant_id) as tx:
            known = [each for each in await tx.voices.all(address) if each.profile.name == name]
            if not known:
                return await self._add(tx, tenant_id, address, learned, "voice.learned", who)
            voice = await tx.voices.get(known[0].id, lock=True)
            voice = attrs.evolve(voice, profile=relearned(voice.profile, learned), edits=0)
            return await self._save(tx, tenant_id, voice, "voice.learned", who)

    async def update(
        self, tenant_id: TenantId, voice_id: str, data: object, *, who: str
    ) -> StoredVoice:
        """Replace the profile; what the data do not name is as in the house's voice.

        Raises:
            NotFound. InvalidInput, Conflict: as ``create``.
        """
        profile = read_profile(data)
        async with self._work.begin(tenant_id) as tx:
            voice = attrs.evolve(await tx.voices.get(voice_id, lock=True), profile=profile)
            return await self._save(tx, tenant_id, voice, "voice.updated", who)

    async def activate(self, tenant_id: TenantId, voice_id: str, *, who: str) -> StoredVoice:
        """Drafts from this mailbox are written in this voice from now on. Raises: NotFound."""
        async with self._work.begin(tenant_id) as tx:
            voice = attrs.evolve(await tx.voices.get(voice_id, lock=True), active=True)
            return await self._save(tx, tenant_id, voice, "voice.activated", who)

    async def delete(self, tenant_id: TenantId, voice_id: str, *, who: str) -> None:
        """Gone; where it was in use, the house's voice is from now on. Raises: NotFound."""
        async with self._work.begin(tenant_id) as tx:
            voice = await tx.voices.get(voice_id, lock=True)
            await tx.voices.delete(voice.id)
            await self._audit(tx, tenant_id, voice, "voice.deleted", who)

    async def check(
        self, tenant_id: TenantId, voice_id: str, *, subject: str, body: str
    ) -> VoiceComparison:
        """A text beside the profile. Raises: NotFound."""
        voice = await self.get(tenant_id, voice_id)
        return compare_voice(subject, body, voice.profile)

    async def _mailbox(self, tenant_id: TenantId, mailbox: str | None) -> str:
        address = (mailbox or (await self._tenants.get(tenant_id)).mailbox).strip().lower()
        if "@" not in address or len(address) > _MAX_ADDRESS or not address.isprintable():
            problem = Problem(where="mailbox", what="must be the address of a mailbox")
            raise InvalidInput("the mailbox cannot be used", [problem])
        return address

    async def _add(
        self,
        tx: VoiceTransaction,
        tenant_id: TenantId,
        mailbox: str,
        profile: VoiceProfile,
        action: str,
        who: str,
    ) -> StoredVoice:
        if len(await tx.voices.all()) >= MAX_PROFILES:
            raise Conflict(f"there are {MAX_PROFILES} voice profiles already")
        voice = StoredVoice(
            id=self._ids.new(),
            mailbox=mailbox,
            profile=profile,
            active=False,
            changed_at=self._clock.now(),
            changed_by=who,
        )
        return await self._save(tx, tenant_id, voice, action, who)

    async def _save(
        self, tx: VoiceTransaction, tenant_id: TenantId, voice: StoredVoice, action: str, who: str
    ) -> StoredVoice:
        voice = attrs.evolve(voice, changed_at=self._clock.now(), changed_by=who)
        await tx.voices.put(voice)
        await self._audit(tx, tenant_id, voice, action, who)
        return voice

    async def _audit(
        self, tx: VoiceTransaction, tenant_id: TenantId, voice: StoredVoice, action: str, who: str
    ) -> None:
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=tenant_id,
                at=self._clock.now(),
                actor=who,
                action=action,
                subject_kind="voice",
                subject_id=voice.id,
                detail=(("samples", str(voice.profile.samples)),),
            )
        )
