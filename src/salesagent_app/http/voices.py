"""``/api/voices``: how each sender writes, learned, shown, compared, put into use."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import attrs
import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import JSONBody

from salesagent_app.http.auth import Gate, also_requires, requires
from salesagent_app.http.inputs import Body, Calling, Id, Services, Subject
from salesagent_app.http.offered import improvement_of
from salesagent_app.http.openapi import documented
from salesagent_core.domain.finding import Finding
from salesagent_core.domain.voice_profiles import Measure, profile_as_data
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.voices import StoredVoice
from salesagent_core.use_cases.manage_voices import DEFAULT_MAILS, MAX_MAILS, MIN_MAILS

CHANGES = [also_requires(Scope.ADMIN)]
Address = Annotated[str, msgspec.Meta(max_length=254)]


@attrs.frozen(kw_only=True)
class VoiceBody:
    """``profile`` as ``GET`` shows it; what is left out is as in the house's voice. ``mailbox`` is
    the organisation's own where none is named."""

    profile: dict[str, Any]
    mailbox: Address | None = None


@attrs.frozen(kw_only=True)
class LearnBody:
    """Learn from the newest ``mails`` that a person sent from the mailbox. A profile of that name
    keeps its settings and is measured anew."""

    name: str
    mailbox: Address | None = None
    mails: Annotated[int, msgspec.Meta(ge=MIN_MAILS, le=MAX_MAILS)] = DEFAULT_MAILS


@attrs.frozen(kw_only=True)
class CheckBody:
    """A text to hold beside the profile."""

    body: Body
    subject: Subject | None = None


@attrs.frozen(kw_only=True)
class VoiceRow:
    """A profile; drafts of the ``mailbox`` are written in its ``active`` one. ``edits`` counts the
    operators' edits that it learned from."""

    id: str
    mailbox: str
    name: str
    active: bool
    samples: int
    edits: int
    changed_at: datetime
    changed_by: str


@attrs.frozen(kw_only=True)
class VoiceAnswer:
    """A profile with all that is in it."""

    voice: VoiceRow
    profile: dict[str, Any]


@attrs.frozen(kw_only=True)
class CheckAnswer:
    """What is not in this voice, and the text's numbers beside the profile's."""

    findings: tuple[Finding, ...]
    measures: tuple[Measure, ...]


@get("/", responses=documented(), summary="All voice profiles, by mailbox and name")
async def voices(services: Services, caller: Calling) -> list[VoiceRow]:
    found = await improvement_of(services).voices.list(caller.tenant_id)
    return [voice_row(each) for each in found]


@get("/{voice_id:uuid}", responses=documented(404), summary="One voice profile")
async def voice(services: Services, caller: Calling, voice_id: Id) -> VoiceAnswer:
    return _answer(await improvement_of(services).voices.get(caller.tenant_id, str(voice_id)))


@post(
    "/",
    status_code=201,
    guards=CHANGES,
    responses=documented(400, 409, 413),
    summary="Make a voice profile; it is not in use yet",
)
async def create(services: Services, caller: Calling, data: JSONBody[VoiceBody]) -> VoiceAnswer:
    made = await improvement_of(services).voices.create(
        caller.tenant_id, data.profile, mailbox=data.mailbox, who=caller.id
    )
    return _answer(made)


@put(
    "/{voice_id:uuid}",
    status_code=200,
    guards=CHANGES,
    responses=documented(400, 404, 409, 413),
    summary="Replace a voice profile",
)
async def update(
    services: Services, caller: Calling, voice_id: Id, data: JSONBody[dict[str, Any]]
) -> VoiceAnswer:
    manage = improvement_of(services).voices
    return _answer(await manage.update(caller.tenant_id, str(voice_id), data, who=caller.id))


@delete(
    "/{voice_id:uuid}",
    status_code=204,
    guards=CHANGES,
    responses=documented(404),
    summary="Delete a voice profile; where it was in use, the house's voice is",
)
async def remove(services: Services, caller: Calling, voice_id: Id) -> None:
    await improvement_of(services).voices.delete(caller.tenant_id, str(voice_id), who=caller.id)


@post(
    "/learn",
    status_code=200,
    guards=CHANGES,
    responses=documented(400, 409, 413),
    summary="Learn a voice profile from sent mail",
)
async def learn(services: Services, caller: Calling, data: JSONBody[LearnBody]) -> VoiceAnswer:
    learned = await improvement_of(services).voices.learn(
        caller.tenant_id,
        name=data.name,
        mailbox=data.mailbox,
        mails=data.mails,
        who=caller.id,
    )
    return _answer(learned)


@post(
    "/{voice_id:uuid}/activate",
    status_code=200,
    guards=CHANGES,
    responses=documented(404, 409),
    summary="Write drafts of its mailbox in this voice from now on",
)
async def activate(services: Services, caller: Calling, voice_id: Id) -> VoiceRow:
    manage = improvement_of(services).voices
    return voice_row(await manage.activate(caller.tenant_id, str(voice_id), who=caller.id))


@post(
    "/{voice_id:uuid}/check",
    status_code=200,
    responses=documented(400, 404, 413),
    summary="Hold a text beside a voice profile; changes nothing",
)
async def check(
    services: Services, caller: Calling, voice_id: Id, data: JSONBody[CheckBody]
) -> CheckAnswer:
    found = await improvement_of(services).voices.check(
        caller.tenant_id, str(voice_id), subject=data.subject or "", body=data.body
    )
    return CheckAnswer(findings=found.findings, measures=found.measures)


@get(
    "/{voice_id:uuid}/export",
    responses=documented(404),
    summary="A voice profile as a document that can be imported",
)
async def export(services: Services, caller: Calling, voice_id: Id) -> dict[str, Any]:
    found = await improvement_of(services).voices.get(caller.tenant_id, str(voice_id))
    return profile_as_data(found.profile)


@post(
    "/import",
    status_code=201,
    guards=CHANGES,
    responses=documented(400, 409, 413),
    summary="Make a voice profile of the organisation's mailbox from an exported document",
)
async def import_(
    services: Services, caller: Calling, data: JSONBody[dict[str, Any]]
) -> VoiceAnswer:
    manage = improvement_of(services).voices
    return _answer(await manage.create(caller.tenant_id, data, who=caller.id))


def voice_router(gate: Gate) -> Router:
    """Read by operators, who may also check a text; changed by admins."""
    return Router(
        "/api/voices",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[
            voices,
            voice,
            create,
            update,
            remove,
            learn,
            activate,
            check,
            export,
            import_,
        ],
        tags=["learning"],
    )


def voice_row(stored: StoredVoice) -> VoiceRow:
    """The profile as a row."""
    return VoiceRow(
        id=stored.id,
        mailbox=stored.mailbox,
        name=stored.profile.name,
        active=stored.active,
        samples=stored.profile.samples,
        edits=stored.edits,
        changed_at=stored.changed_at,
        changed_by=stored.changed_by,
    )


def _answer(stored: StoredVoice) -> VoiceAnswer:
    return VoiceAnswer(voice=voice_row(stored), profile=profile_as_data(stored.profile))
