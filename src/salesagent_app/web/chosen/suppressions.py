"""Settings, do not contact: who is never written to, why, and how they got there."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any

import attrs
from litestar import Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.inputs import Id
from salesagent_app.http.offered import sending_of
from salesagent_app.web.chosen.parts import Form, Rooms, Wrong, wrong_input
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.sessions import Visiting
from salesagent_core.domain.sending.suppression import Suppression, SuppressionReason
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import TenantId
from salesagent_core.use_cases.manage_suppressions import MAX_PAGE, ManageSuppressions

SHOWN = 50
MAX_SEARCHED = 5_000
"""Entries that a search reads through, the newest first."""
MAX_EXPORTED = 50_000
MAX_IMPORTED = 1_000
"""Lines at once; a longer list is imported in parts."""
THEIR_OWN_WISH = (
    SuppressionReason.UNSUBSCRIBED,
    SuppressionReason.COMPLAINED,
    SuppressionReason.REPLIED_STOP,
    SuppressionReason.ERASED,
)
"""They asked for it: to write to them all the same takes more than a press."""
REASONS = {
    SuppressionReason.UNSUBSCRIBED: "unsubscribed",
    SuppressionReason.COMPLAINED: "reported our mail as spam",
    SuppressionReason.BOUNCED: "mail bounced for good",
    SuppressionReason.REPLIED_STOP: "asked us to stop",
    SuppressionReason.ERASED: "had their data erased",
    SuppressionReason.BY_OPERATOR: "put here by one of us",
}
SAFE_FIRST = "=+-@\t\r"
"""What a spreadsheet would take for a formula."""
Done = Annotated[str | None, QueryParameter(name="done", max_length=40)]
Count = Annotated[int | None, QueryParameter(name="count", ge=0, le=MAX_IMPORTED)]
Sought = Annotated[str | None, QueryParameter(name="q", max_length=320)]
Why = Annotated[str | None, QueryParameter(name="reason", max_length=40)]
After = Annotated[str | None, QueryParameter(name="after", max_length=64)]


@attrs.frozen(kw_only=True)
class Found:
    """One page of the list; ``after`` is where the next begins."""

    entries: tuple[Suppression, ...]
    after: str | None = None
    truncated: bool = False


class SuppressionPages(Rooms):
    """Everybody who reviews may add; an admin removes."""

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/settings/suppressions", name="suppressions")
        async def show(
            visit: Visiting,
            done: Done = None,
            count: Count = None,
            sought: Sought = None,
            why: Why = None,
            after: After = None,
        ) -> Page:
            found = await self._find(visit.caller.tenant_id, sought or "", _reason(why), after)
            return await self._show(
                visit, found, sought=sought or "", why=why or "", banner=_banner(done, count)
            )

        @post("/settings/suppressions", status_code=200, name="suppress-form")
        async def add(request: AnyRequest, visit: Visiting) -> Page:
            return await self._add(visit, await self._form(request, visit, admin=False))

        @post("/settings/suppressions/import", status_code=200, name="suppress-import")
        async def take_in(request: AnyRequest, visit: Visiting) -> Page:
            return await self._import(visit, await self._form(request, visit))

        @get("/settings/suppressions/export", name="suppress-export")
        async def export(visit: Visiting) -> Response[bytes]:
            return await self._export(visit)

        @get("/settings/suppressions/{entry_id:uuid}", name="suppression")
        async def one(visit: Visiting, entry_id: Id) -> Page:
            return await self._one(visit, str(entry_id))

        @post("/settings/suppressions/{entry_id:uuid}/remove", status_code=200, name="unsuppress")
        async def remove(request: AnyRequest, visit: Visiting, entry_id: Id) -> Page:
            return await self._remove(visit, await self._form(request, visit), str(entry_id))

        return [show, add, take_in, export, one, remove]

    @property
    def _manage(self) -> ManageSuppressions:
        return sending_of(self._services).suppressions

    async def _find(
        self, tenant_id: TenantId, sought: str, why: SuppressionReason | None, after: str | None
    ) -> Found:
        sought = sought.strip().lower()
        if not sought:
            entries = await self._manage.list(tenant_id, reason=why, after=after, limit=SHOWN)
            more = entries[-1].id if len(entries) == SHOWN else None
            return Found(entries=entries, after=more)
        hits = [
            entry
            async for entry in self._all(tenant_id, why, MAX_SEARCHED)
            if sought in (entry.address or entry.domain or "")
        ]
        if "@" in sought[1:]:
            # The list holds a person once, whatever alias of theirs is asked about.
            known = {entry.id for entry in hits}
            covering = await self._manage.covering(tenant_id, sought)
            hits += [entry for entry in covering if entry.id not in known]
        return Found(entries=tuple(hits[: 4 * SHOWN]), truncated=len(hits) > 4 * SHOWN)

    async def _all(self, tenant_id: TenantId, why: SuppressionReason | None, most: int) -> Any:
        after, seen = None, 0
        while seen < most:
            page = await self._manage.list(tenant_id, reason=why, after=after, limit=MAX_PAGE)
            for entry in page:
                yield entry
            seen += len(page)
            if len(page) < MAX_PAGE:
                return
            after = page[-1].id

    async def _add(self, visit: Visit, form: Form) -> Page:
        try:
            await self._manage.add(
                visit.caller.tenant_id,
                form.one("recipient"),
                reason=_given(form.one("reason")),
                by=visit.caller.id,
                source="page",
            )
        except InvalidInput as error:
            problems = [attrs.evolve(each, where="recipient") for each in error.problems]
            wrong = Wrong(form="add", said=str(error), problems=tuple(problems))
            return await self._again(visit, wrong, form)
        return Redirect("/settings/suppressions?done=added", status_code=303)

    async def _import(self, visit: Visit, form: Form) -> Page:
        rows, problems = _read_csv(form.one("csv"))
        if not rows and not problems:
            problems = [Problem(where="csv", what="holds no line")]
        done = 0
        for line, recipient, reason in [] if problems else rows:
            try:
                await self._manage.add(
                    visit.caller.tenant_id,
                    recipient,
                    reason=reason,
                    by=visit.caller.id,
                    source="import",
                )
                done += 1
            except InvalidInput:
                what = "is neither an address nor a domain"
                problems.append(Problem(where=f"csv[{line}]", what=what))
        if problems:
            said = (
                f"{done} of {len(rows)} lines were taken in." if done else "Nothing was taken in."
            )
            error = InvalidInput(said, problems)
            return await self._again(visit, wrong_input("import", error), form)
        return Redirect(f"/settings/suppressions?done=imported&count={done}", status_code=303)

    async def _again(self, visit: Visit, wrong: Wrong, form: Form) -> Page:
        found = await self._find(visit.caller.tenant_id, "", None, None)
        return await self._show(visit, found, wrong=wrong, typed=form, status=400)

    async def _export(self, visit: Visit) -> Response[bytes]:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(("recipient", "reason", "since"))
        async for entry in self._all(visit.caller.tenant_id, None, MAX_EXPORTED):
            who = entry.address or entry.domain
            if who:
                shown = f"'{who}" if who[0] in SAFE_FIRST else who
                writer.writerow((shown, entry.reason.value, entry.created_at.isoformat()))
        return Response(
            out.getvalue().encode(),
            media_type="text/csv",
            headers={"Content-Disposition": 'attachment; filename="do-not-contact.csv"'},
        )

    async def _one(
        self, visit: Visit, entry_id: str, wrong: Wrong | None = None, typed: Form = Form()
    ) -> Page:
        entry = await self._manage.get(visit.caller.tenant_id, entry_id)
        return self._page(
            "settings_suppression.html",
            visit,
            names={},
            status=400 if wrong else 200,
            wrong=wrong,
            typed=typed,
            entry=entry,
            who=entry.address or entry.domain,
            must_type=_must_type(entry),
            reasons=REASONS,
        )

    async def _remove(self, visit: Visit, form: Form, entry_id: str) -> Page:
        tenant_id = visit.caller.tenant_id
        entry = await self._manage.get(tenant_id, entry_id)
        wanted, problems = _must_type(entry), []
        if not form.one("why").strip():
            problems.append(Problem(where="why", what="say why they may be written to again"))
        if wanted and form.one("typed").strip().lower() != wanted.lower():
            problems.append(Problem(where="typed", what=f"type {wanted} to confirm it"))
        if problems:
            wrong = Wrong(form="remove", said="Nothing was removed.", problems=tuple(problems))
            return await self._one(visit, entry_id, wrong, form)
        why = " ".join(form.one("why").split())[:500]
        await self._manage.remove(tenant_id, entry_id, by=visit.caller.id, why=why)
        return Redirect("/settings/suppressions?done=removed", status_code=303)

    async def _show(
        self,
        visit: Visit,
        found: Found,
        *,
        sought: str = "",
        why: str = "",
        banner: str | None = None,
        wrong: Wrong | None = None,
        typed: Form = Form(),
        status: int = 200,
    ) -> Page:
        return self._page(
            "settings_suppressions.html",
            visit,
            names={},
            status=status,
            banner=banner,
            wrong=wrong,
            typed=typed,
            found=found,
            sought=sought,
            chosen=why,
            reasons=REASONS,
            most=MAX_IMPORTED,
        )


def _must_type(entry: Suppression) -> str | None:
    """What must be typed before the entry goes; None where a reason is enough."""
    if entry.reason not in THEIR_OWN_WISH:
        return None
    return entry.address or entry.domain or "REMOVE"


def _read_csv(
    text: str,
) -> tuple[list[tuple[int, str, SuppressionReason]], list[Problem]]:
    """Lines as (place from 0, recipient, reason), and what is wrong with any of them."""
    rows: list[tuple[int, str, SuppressionReason]] = []
    problems: list[Problem] = []
    try:
        table = list(csv.reader(io.StringIO(text.replace("\0", ""))))
    except csv.Error:
        return [], [Problem(where="csv", what="cannot be read as CSV")]
    for line, cells in enumerate(table):
        cells = [cell.strip() for cell in cells]
        if not any(cells) or (line == 0 and cells[0].lower() in ("recipient", "email", "domain")):
            continue
        reason = cells[1] if len(cells) > 1 and cells[1] else SuppressionReason.BY_OPERATOR.value
        if reason not in set(SuppressionReason):
            what = f"the reason is none of {', '.join(SuppressionReason)}"
            problems.append(Problem(where=f"csv[{line}]", what=what))
            continue
        rows.append((line, cells[0].removeprefix("'"), SuppressionReason(reason)))
    if len(rows) > MAX_IMPORTED:
        problems.append(Problem(where="csv", what=f"has more than {MAX_IMPORTED} lines"))
    return rows, problems


def _reason(text: str | None) -> SuppressionReason | None:
    return SuppressionReason(text) if text in set(SuppressionReason) else None


def _given(text: str) -> SuppressionReason:
    return _reason(text) or SuppressionReason.BY_OPERATOR


def _banner(done: str | None, count: int | None) -> str | None:
    return {
        "added": "They are on the list. Nothing is sent to them from now on.",
        "removed": "The entry is removed. They may be written to again.",
        "imported": f"{count or 0} {'line was' if count == 1 else 'lines were'} taken in.",
    }.get(done or "")
