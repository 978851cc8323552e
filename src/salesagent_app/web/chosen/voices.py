"""Settings, voices: how each sender writes, learned, compared, changed, put into use."""

from __future__ import annotations

from typing import Annotated, Any

import attrs
import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.inputs import Id
from salesagent_app.http.offered import improvement_of
from salesagent_app.web.chosen.parts import Form, Rooms, Wrong, whole_number, wrong_input
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.sessions import Visiting
from salesagent_core.domain.voice import HOUSE_VOICE, Opener, VoiceProfile
from salesagent_core.domain.voice_profiles import profile_as_data
from salesagent_core.errors import Conflict, InvalidInput, NeedsReauth, Problem, Unavailable
from salesagent_core.ports.voices import StoredVoice
from salesagent_core.use_cases.manage_voices import DEFAULT_MAILS, MAX_MAILS, MIN_MAILS

HOUSE = "house"
DONE = {
    "learned": "The voice is learned. Drafts are not written in it before it is the default.",
    "saved": "The voice is saved.",
    "imported": "The voice is taken in. It is not in use yet.",
    "active": "Drafts of its mailbox are written in this voice from now on.",
    "deleted": "The voice is deleted.",
}
Done = Annotated[str | None, QueryParameter(name="done", max_length=40)]
Choice = Annotated[str | None, QueryParameter(name="one", max_length=40)]
Other = Annotated[str | None, QueryParameter(name="other", max_length=40)]
_LINES = ("prohibited_words", "prohibited_punctuation")
_PAIRS = ("greetings", "sign_offs")
_TEXTS = ("greeting", "sign_off", "tone", "opener")
_NUMBERS = ("max_paragraphs", "max_words", "calls_to_action", "slots_offered")


@attrs.frozen(kw_only=True)
class Line:
    """One thing that two voices are compared by, in words."""

    what: str
    one: str
    other: str

    @property
    def differs(self) -> bool:
        """Whether they are told apart by it."""
        return self.one != self.other


class VoicePages(Rooms):
    """The list with a comparison, and one voice."""

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""
        return [*self._reading(), *self._writing()]

    def _reading(self) -> list[Any]:
        @get("/settings/voices", name="voices")
        async def show(
            visit: Visiting, done: Done = None, one: Choice = None, other: Other = None
        ) -> Page:
            return await self._list(visit, banner=DONE.get(done or ""), one=one, other=other)

        @get("/settings/voices/{voice_id:uuid}", name="voice-edit")
        async def edit(visit: Visiting, voice_id: Id) -> Page:
            stored = await self._voices.get(visit.caller.tenant_id, str(voice_id))
            return await self._one(visit, stored, profile_as_data(stored.profile))

        @get("/settings/voices/{voice_id:uuid}/export", name="voice-export")
        async def export(visit: Visiting, voice_id: Id) -> Response[bytes]:
            stored = await self._voices.get(visit.caller.tenant_id, str(voice_id))
            return Response(
                msgspec.json.format(msgspec.json.encode(profile_as_data(stored.profile)), indent=2),
                media_type="application/json",
                headers={"Content-Disposition": 'attachment; filename="voice.json"'},
            )

        return [show, edit, export]

    def _writing(self) -> list[Any]:
        @post("/settings/voices/learn", status_code=200, name="voice-learn")
        async def learn(request: AnyRequest, visit: Visiting) -> Page:
            return await self._learn(visit, await self._form(request, visit))

        @post("/settings/voices/import", status_code=200, name="voice-import")
        async def take_in(request: AnyRequest, visit: Visiting) -> Page:
            return await self._import(visit, await self._form(request, visit))

        @post("/settings/voices/{voice_id:uuid}", status_code=200, name="voice-form")
        async def save(request: AnyRequest, visit: Visiting, voice_id: Id) -> Page:
            return await self._save(visit, await self._form(request, visit), str(voice_id))

        @post("/settings/voices/{voice_id:uuid}/default", status_code=200, name="voice-default")
        async def default(request: AnyRequest, visit: Visiting, voice_id: Id) -> Page:
            await self._form(request, visit)
            who = visit.caller.id
            await self._voices.activate(visit.caller.tenant_id, str(voice_id), who=who)
            return _to("active")

        @post("/settings/voices/{voice_id:uuid}/delete", status_code=200, name="voice-delete")
        async def delete(request: AnyRequest, visit: Visiting, voice_id: Id) -> Page:
            await self._form(request, visit)
            who = visit.caller.id
            await self._voices.delete(visit.caller.tenant_id, str(voice_id), who=who)
            return _to("deleted")

        return [learn, take_in, save, default, delete]

    @property
    def _voices(self) -> Any:
        return improvement_of(self._services).voices

    async def _learn(self, visit: Visit, form: Form) -> Page:
        mails = whole_number(form.one("mails"))
        try:
            if not isinstance(mails, int) or not MIN_MAILS <= mails <= MAX_MAILS:
                what = f"must be a whole number from {MIN_MAILS} to {MAX_MAILS}"
                raise InvalidInput("nothing was learned", [Problem(where="mails", what=what)])
            await self._voices.learn(
                visit.caller.tenant_id,
                name=form.one("name"),
                mailbox=form.one("mailbox").strip() or None,
                mails=mails,
                who=visit.caller.id,
            )
        except InvalidInput as error:
            wrong = wrong_input("learn", error)
        except (Conflict, NeedsReauth, Unavailable) as error:
            wrong = Wrong(form="learn", said=f"{str(error).capitalize()}.")
        else:
            return _to("learned")
        return await self._list(visit, wrong=wrong, typed=form, status=400)

    async def _import(self, visit: Visit, form: Form) -> Page:
        try:
            try:
                data = msgspec.json.decode(form.one("document"))
            except (msgspec.DecodeError, RecursionError):
                problem = Problem(where="document", what="is no JSON: export a voice to see one")
                raise InvalidInput("the voice cannot be read", [problem]) from None
            await self._voices.create(visit.caller.tenant_id, data, who=visit.caller.id)
        except InvalidInput as error:
            wrong = wrong_input("import", error)
        except Conflict as taken:
            wrong = Wrong(form="import", said=f"{str(taken).capitalize()}.")
        else:
            return _to("imported")
        return await self._list(visit, wrong=wrong, typed=form, status=400)

    async def _save(self, visit: Visit, form: Form, voice_id: str) -> Page:
        tenant_id = visit.caller.tenant_id
        stored = await self._voices.get(tenant_id, voice_id)
        data = {
            **profile_as_data(stored.profile),
            **{name: form.one(name).strip() for name in _TEXTS},
            **{name: whole_number(form.one(name)) for name in _NUMBERS},
            **{name: form.lines(name) for name in _LINES},
            **{name: _by_language(form.lines(name)) for name in _PAIRS},
        }
        names = await self._names([stored.changed_by])
        try:
            if form.one("at") != stored.changed_at.isoformat():
                raise Conflict(
                    f"{names[stored.changed_by]} was first and changed this voice; below is what"
                    " you typed: save it again to put it over theirs"
                )
            await self._voices.update(tenant_id, voice_id, data, who=visit.caller.id)
        except InvalidInput as error:
            return await self._one(visit, stored, data, wrong=wrong_input("voice", error))
        except Conflict as late:
            said = str(late)
            wrong = Wrong(form="voice", said=f"{said[:1].upper()}{said[1:]}.")
            return await self._one(visit, stored, data, wrong=wrong, status=409)
        return _to("saved")

    async def _one(
        self,
        visit: Visit,
        stored: StoredVoice,
        data: dict[str, Any],
        *,
        wrong: Wrong | None = None,
        status: int = 200,
    ) -> Page:
        return self._page(
            "settings_voice.html",
            visit,
            names=await self._names([stored.changed_by]),
            status=400 if wrong and status == 200 else status,
            wrong=wrong,
            stored=stored,
            data=data,
            openers=[each.value for each in Opener],
            lines=compared(stored.profile, HOUSE_VOICE),
        )

    async def _list(
        self,
        visit: Visit,
        *,
        banner: str | None = None,
        wrong: Wrong | None = None,
        typed: Form = Form(),
        one: str | None = None,
        other: str | None = None,
        status: int = 200,
    ) -> Page:
        voices = await self._voices.list(visit.caller.tenant_id)
        by_id = {each.id: each.profile for each in voices} | {HOUSE: HOUSE_VOICE}
        chosen = (one, other) if one in by_id and other in by_id else (None, None)
        tenant = await self._services.tenants.get(visit.caller.tenant_id)
        return self._page(
            "settings_voices.html",
            visit,
            names=await self._names(each.changed_by for each in voices),
            status=status,
            banner=banner,
            wrong=wrong,
            typed=typed,
            voices=voices,
            one=one,
            other=other,
            pair=[by_id[each] for each in chosen if each],
            lines=compared(by_id[chosen[0]], by_id[chosen[1]]) if chosen[0] and chosen[1] else None,
            mailbox=tenant.mailbox,
            fewest=MIN_MAILS,
            most=MAX_MAILS,
            usual=DEFAULT_MAILS,
            summary=summary,
        )


def summary(profile: VoiceProfile) -> str:
    """A voice in one line."""
    parts = (_formality(profile.formality), _length(profile.typical_words), profile.tone)
    return ", ".join(part for part in parts if part)


def compared(one: VoiceProfile, other: VoiceProfile) -> list[Line]:
    """Two voices side by side, in words."""
    rows: list[tuple[str, Any]] = [
        ("Greeting", lambda each: _said(each.greetings, each.greeting)),
        ("Sign-off", lambda each: _said(each.sign_offs, each.sign_off)),
        ("Tone", lambda each: each.tone),
        ("How formal", lambda each: _formality(each.formality)),
        ("A mail", lambda each: f"{each.typical_words:.0f} words, {_length(each.typical_words)}"),
        ("A sentence", lambda each: f"{each.sentence_words:.0f} words"),
        ("A paragraph", lambda each: f"{each.paragraph_words:.0f} words"),
        ("“I'm”, “don't”", lambda each: _share(each.contractions, "sentence")),
        ("Questions", lambda each: f"{each.questions:.1f} a mail"),
        ("Postscripts", lambda each: _share(each.postscripts, "mail")),
        ("At most", lambda each: f"{each.max_paragraphs} paragraphs, {each.max_words} words"),
        ("Learned from", lambda each: f"{each.samples} mails" if each.samples else "nothing yet"),
    ]
    return [Line(what=what, one=say(one), other=say(other)) for what, say in rows]


def _said(pairs: tuple[tuple[str, str], ...], other: str) -> str:
    return ", ".join((*(f"{language}: {phrase}" for language, phrase in pairs), other))


def _by_language(lines: list[str]) -> dict[str, str]:
    """``en: Hello`` on each line; what has no language stays for the domain to refuse."""
    parts = (line.partition(":") for line in lines)
    return {language.strip().lower(): phrase.strip() for language, _, phrase in parts}


def _formality(value: float) -> str:
    steps = ((0.25, "very casual"), (0.45, "casual"), (0.65, "neither stiff nor casual"))
    return next((words for below, words in steps if value < below), "formal")


def _length(words: float) -> str:
    steps = ((60, "very short"), (110, "short"), (180, "middling"))
    return next((said for below, said in steps if words < below), "long")


def _share(value: float, what: str) -> str:
    steps = (
        (0.02, f"in no {what}"),
        (0.25, f"in few {what}s"),
        (0.6, f"in about every second {what}"),
    )
    return next((words for below, words in steps if value < below), f"in most {what}s")


def _to(done: str) -> Page:
    return Redirect(f"/settings/voices?done={done}", status_code=303)
