"""Settings, rules: which drafts may go alone, said in sentences and tried before they count."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.inputs import Id
from salesagent_app.http.offered import approvals_of
from salesagent_app.web.chosen.parts import Form, Rooms, Wrong, number, wrong_input
from salesagent_app.web.chosen.rule_forms import (
    Editing,
    blank,
    editing_of,
    plain_places,
    rule_data,
    typed,
)
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.sessions import Visiting
from salesagent_core.domain.autonomy import Stage
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.backtest import BacktestReport, Replayed, describe
from salesagent_core.domain.rule_reading import rule_as_data
from salesagent_core.domain.rule_words import FIELD_NAMES, OPERATOR_NAMES, rule_words
from salesagent_core.errors import Conflict, InvalidInput, NotFound, Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.approvals import StoredRule
from salesagent_core.ports.settings_book import SettingVersion

TRIED_OVER = timedelta(days=30)
SHOWN = 10
NAMES_LOOKED_AT = 200
DONE = {
    "saved": "The rule is saved.",
    "on": "The rule is on. It decides nothing alone before it is trusted.",
    "off": "The rule is off.",
    "moved": "The rules are tried in this order now.",
    "deleted": "The rule is deleted, with all its trust.",
    "threshold": "The confidence that a rule needs is changed.",
    "trust": "The trust is changed.",
}
Done = Annotated[str | None, QueryParameter(name="done", max_length=40)]


class RulePages(Rooms):
    """The list and the editor."""

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""
        return [*self._reading(), *self._writing(), *self._moving()]

    def _reading(self) -> list[Any]:
        @get("/settings/rules", name="rules")
        async def show(visit: Visiting, done: Done = None) -> Page:
            return await self._list(visit, banner=DONE.get(done or ""))

        @get("/settings/rules/new", name="rule-new")
        async def new(visit: Visiting) -> Page:
            return await self._editor(visit, blank())

        @get("/settings/rules/{rule_id:uuid}", name="rule-edit")
        async def edit(visit: Visiting, rule_id: Id, done: Done = None) -> Page:
            stored = await self._rules.get(visit.caller.tenant_id, str(rule_id))
            return await self._editor(visit, editing_of(stored), banner=DONE.get(done or ""))

        return [show, new, edit]

    def _writing(self) -> list[Any]:
        @post("/settings/rules/new", status_code=200, name="rule-new-form")
        async def create(request: AnyRequest, visit: Visiting) -> Page:
            return await self._save(visit, await self._form(request, visit), None)

        @post("/settings/rules/{rule_id:uuid}", status_code=200, name="rule-form")
        async def save(request: AnyRequest, visit: Visiting, rule_id: Id) -> Page:
            form = await self._form(request, visit)
            stored = await self._rules.get(visit.caller.tenant_id, str(rule_id))
            return await self._save(visit, form, stored)

        @post("/settings/rules/try", status_code=200, name="rule-try")
        async def try_it(request: AnyRequest, visit: Visiting) -> Page:
            return await self._try(visit, await self._form(request, visit, admin=False))

        @post("/settings/rules/{rule_id:uuid}/trust", status_code=200, name="rule-trust")
        async def trust(request: AnyRequest, visit: Visiting, rule_id: Id) -> Page:
            return await self._trust(visit, await self._form(request, visit), str(rule_id))

        @post("/settings/rules/threshold", status_code=200, name="rule-threshold")
        async def threshold(request: AnyRequest, visit: Visiting) -> Page:
            form = await self._form(request, visit)
            try:
                await self._rules.set_threshold(
                    visit.caller.tenant_id,
                    number(form.one("threshold")),
                    who=visit.caller.id,
                    why=form.one("why"),
                )
            except InvalidInput as error:
                wrong = wrong_input("threshold", error)
                return await self._list(visit, wrong=wrong, typed=form, status=400)
            return _to("/settings/rules", "threshold")

        return [create, save, try_it, trust, threshold]

    def _moving(self) -> list[Any]:
        @post("/settings/rules/{rule_id:uuid}/switch", status_code=200, name="rule-switch")
        async def switch(request: AnyRequest, visit: Visiting, rule_id: Id) -> Page:
            form = await self._form(request, visit)
            enabled = form.one("enabled") == "yes"
            await self._rules.switch(
                visit.caller.tenant_id, str(rule_id), enabled=enabled, who=visit.caller.id
            )
            return _to("/settings/rules", "on" if enabled else "off")

        @post("/settings/rules/{rule_id:uuid}/move", status_code=200, name="rule-move")
        async def move(request: AnyRequest, visit: Visiting, rule_id: Id) -> Page:
            form = await self._form(request, visit)
            return await self._move(visit, str(rule_id), up=form.one("to") == "up")

        @post("/settings/rules/{rule_id:uuid}/delete", status_code=200, name="rule-delete")
        async def delete(request: AnyRequest, visit: Visiting, rule_id: Id) -> Page:
            await self._form(request, visit)
            await self._rules.delete(visit.caller.tenant_id, str(rule_id), who=visit.caller.id)
            return _to("/settings/rules", "deleted")

        return [switch, move, delete]

    @property
    def _rules(self) -> Any:
        return approvals_of(self._services).rules

    async def _save(self, visit: Visit, form: Form, stored: StoredRule | None) -> Page:
        tenant_id, who = visit.caller.tenant_id, visit.caller.id
        data = rule_data(form)
        try:
            _require_seen(stored, form)
            if stored is None:
                stored = await self._rules.create(tenant_id, data, who=who)
            elif stored.built_in:
                await self._rules.switch(tenant_id, stored.id, enabled=data["enabled"], who=who)
            else:
                await self._rules.update(
                    tenant_id, stored.id, {**data, "name": stored.rule.name}, who=who
                )
        except InvalidInput as error:
            wrong = wrong_input("rule", error)
            return await self._editor(visit, typed(form, stored, wrong), wrong=wrong, status=400)
        except _FirstError as late:
            wrong = Wrong(form="rule", first=late.newest)
            return await self._editor(visit, typed(form, stored, None), wrong=wrong, status=409)
        except Conflict as taken:
            wrong = Wrong(form="rule", said=f"{str(taken).capitalize()}.")
            return await self._editor(visit, typed(form, stored, None), wrong=wrong, status=409)
        return _to("/settings/rules", "saved")

    async def _try(self, visit: Visit, form: Form) -> Page:
        tenant_id = visit.caller.tenant_id
        known = {each.rule.name: each for each in await self._rules.list(tenant_id)}
        stored = known.get(form.one("name"))
        data = {**rule_data(form), "enabled": True}
        if stored is not None and stored.built_in:
            data = {**rule_as_data(stored.rule), "enabled": True}
        elif stored is None:
            data["priority"] = 1
        policy = {"rules": [data], "stages": {f"*:{data['name']}": Stage.AUTO.value}}
        since = self._services.clock.now() - TRIED_OVER
        try:
            found = await approvals_of(self._services).backtest(tenant_id, policy, since=since)
        except InvalidInput as error:
            wrong = wrong_input("rule", plain_places(error))
            return await self._editor(visit, typed(form, stored, wrong), wrong=wrong, status=400)
        return await self._editor(
            visit,
            typed(form, stored, None),
            found=found,
            names=await self._draft_names(tenant_id),
        )

    async def _draft_names(self, tenant_id: TenantId) -> dict[str, str]:
        items = await self._services.queries.drafts(tenant_id, limit=NAMES_LOOKED_AT)
        return {item.draft.id: item.draft.lead.person.full_name for item in items}

    async def _trust(self, visit: Visit, form: Form, rule_id: str) -> Page:
        tenant_id = visit.caller.tenant_id
        stored = await self._rules.get(tenant_id, rule_id)
        try:
            if form.one("stage") not in set(Stage) or form.one("tier") not in set(Tier):
                problem = Problem(where="stage", what="choose a tier and a stage")
                raise InvalidInput("nothing is chosen", [problem])
            await approvals_of(self._services).autonomy.set(
                tenant_id,
                f"{form.one('tier')}:{stored.rule.name}",
                Stage(form.one("stage")),
                who=visit.caller.id,
                why=form.one("why"),
            )
        except InvalidInput as error:
            wrong = wrong_input("trust", error)
            return await self._editor(visit, editing_of(stored), wrong=wrong, status=400)
        except Conflict as same:
            wrong = Wrong(form="trust", said=f"{str(same).capitalize()}.")
            return await self._editor(visit, editing_of(stored), wrong=wrong, status=409)
        return _to(f"/settings/rules/{rule_id}", "trust")

    async def _move(self, visit: Visit, rule_id: str, *, up: bool) -> Page:
        tenant_id = visit.caller.tenant_id
        ids = [each.id for each in await self._rules.list(tenant_id)]
        if rule_id not in ids:
            raise NotFound("there is no such rule")
        at = ids.index(rule_id)
        to = max(0, min(len(ids) - 1, at + (-1 if up else 1)))
        ids.insert(to, ids.pop(at))
        await self._rules.order(tenant_id, ids, who=visit.caller.id)
        return _to("/settings/rules", "moved")

    async def _list(
        self,
        visit: Visit,
        *,
        banner: str | None = None,
        wrong: Wrong | None = None,
        typed: Form = Form(),
        status: int = 200,
    ) -> Page:
        tenant_id = visit.caller.tenant_id
        rules = await self._rules.list(tenant_id)
        threshold = await self._rules.threshold(tenant_id, who=visit.caller.id)
        tenant = await self._services.tenants.get(tenant_id)
        ids = [each.changed_by for each in rules]
        return self._page(
            "settings_rules.html",
            visit,
            names=await self._names([*ids, *([threshold.set_by] if threshold.set_by else [])]),
            status=status,
            banner=banner,
            wrong=wrong,
            typed=typed,
            rules=rules,
            rule_words=rule_words,
            threshold=threshold,
            may_go_alone=tenant.auto_approve_enabled,
            trust=await self._trust_words(tenant_id),
        )

    async def _trust_words(self, tenant_id: TenantId) -> dict[str, dict[str, list[str]]]:
        """For each rule, in which tiers it is trusted and in which it is tried in the shadow."""
        view = await approvals_of(self._services).autonomy.view(tenant_id)
        found: dict[str, dict[str, list[str]]] = {}
        for each in view.segments:
            of_rule = found.setdefault(each.state.segment.rule, {})
            of_rule.setdefault(each.state.stage.value, []).append(each.state.segment.tier.value)
        return found

    async def _editor(
        self,
        visit: Visit,
        editing: Editing,
        *,
        banner: str | None = None,
        wrong: Wrong | None = None,
        found: BacktestReport | None = None,
        names: dict[str, str] | None = None,
        status: int = 200,
    ) -> Page:
        stored = editing.stored
        ids = [stored.changed_by] if stored else []
        if wrong is not None and wrong.first is not None:
            ids.append(wrong.first.changed_by)
        return self._page(
            "settings_rule.html",
            visit,
            names=await self._names(ids),
            status=status,
            banner=banner,
            wrong=wrong,
            editing=editing,
            stored=stored,
            sentence=rule_words(stored.rule) if stored else None,
            fields=FIELD_NAMES,
            operators={each.value: words for each, words in OPERATOR_NAMES.items()},
            found=found,
            lines=describe(found) if found else (),
            more=_named(found.more, names or {}) if found else (),
            days=TRIED_OVER.days,
            trust=(await self._trust_words(visit.caller.tenant_id)).get(
                stored.rule.name if stored else "", {}
            ),
            tiers=[each.value for each in Tier],
        )


class _FirstError(Conflict):
    def __init__(self, newest: SettingVersion) -> None:
        super().__init__("somebody else changed this rule since it was read")
        self.newest = newest


def _require_seen(stored: StoredRule | None, form: Form) -> None:
    if stored is None or form.one("at") == stored.changed_at.isoformat():
        return
    raise _FirstError(
        SettingVersion(
            name="rule",
            version=1,
            value={},
            changed_at=stored.changed_at,
            changed_by=stored.changed_by,
        )
    )


def _named(more: tuple[Replayed, ...], names: dict[str, str]) -> list[tuple[Replayed, str]]:
    return [(each, names.get(each.draft_id, "A draft")) for each in more[:SHOWN]]


def _to(path: str, done: str) -> Page:
    return Redirect(f"{path}?done={done}", status_code=303)
