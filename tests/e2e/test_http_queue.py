"""Today, the queue, several drafts at once, and putting drafts aside, without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import attrs
import httpx
import pytest
from tests.e2e.http_stage import BODY, NOW, Stage
from tests.e2e.http_stores import OTHER
from tests.e2e.test_http_pages import Tags, decision, words_of

from salesagent_adapters.resilience.guard import GuardState
from salesagent_app.web.filters import View, read_view, stored_view
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.run import Degradation, RunStatus
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.api_keys import Scope


@pytest.fixture
def stage() -> Stage:
    return Stage()


def pick(draft: Draft) -> str:
    return f"{draft.id}:{draft.revision.content_hash}"


def links(answer: httpx.Response) -> list[str]:
    """The drafts that a page leads to, in its order."""
    found = [one.get("href") or "" for one in Tags(answer.text).all("a")]
    return [one for one in found if one.startswith("/drafts/")]


# Today


async def test_today_says_what_waits_and_what_went_out(stage: Stage) -> None:
    for number in range(7):
        stage.draft(first=f"Lead{number}", fit=0.9 - number / 10)
    sent = stage.draft(first="Lena", last="Fox")
    stage.store.rows[sent.id] = attrs.evolve(sent, status=DraftStatus.SENT, updated_at=NOW)
    client = await stage.logged_in()
    text = words_of(await client.get("/"))
    assert "7 drafts wait for you" in text
    assert "Lead0" in text
    assert "Lead6" not in text
    assert "1 sent today, 0 yesterday" in text
    assert "Lena Fox" in text
    assert "DRAFT ONLY" in text


async def test_today_says_what_is_stuck_and_leads_to_it(stage: Stage) -> None:
    lost = stage.draft(first="Bo")
    stage.store.rows[lost.id] = attrs.evolve(lost, status=DraftStatus.NEEDS_OPERATOR)
    failed = stage.run(status=RunStatus.FAILED, steps=1)
    stage.letter(failed)
    parked = stage.run(status=RunStatus.WAITING, steps=2)
    why = attrs.evolve(stage.store.runs[parked.id], waiting_for="The mailbox is not connected")
    stage.store.runs[parked.id] = why
    for tenant in (DEFAULT_TENANT, OTHER):
        stage.vendors.append(
            GuardState(
                vendor="hubspot" if tenant == DEFAULT_TENANT else "google",
                tenant_id=tenant,
                state="open",
                failures=5,
                calls_now=0,
                until=NOW + timedelta(seconds=60),
            )
        )
    client = await stage.logged_in()
    page = await client.get("/")
    text = words_of(page)
    assert "The CRM answered 500 four times." in text
    assert "The mailbox is not connected. It goes on when a person acts." in text
    assert "Hubspot does not answer" in text
    assert "Google does not answer" not in text
    targets = {one.get("href") for one in Tags(page.text).all("a")}
    assert {f"/drafts/{lost.id}", f"/runs/{failed.id}", f"/runs/{parked.id}"} <= targets


# Search, filters, views


async def test_the_queue_finds_what_is_looked_for(stage: Stage) -> None:
    acme = stage.draft(first="Maria", company="Acme", tier=Tier.HOT)
    brno = stage.draft(first="Jan", company="Brno Freight", tier=Tier.WARM, fit=0.5)
    old = stage.draft(first="Ole", company="Nord", tier=Tier.COLD, age=timedelta(days=2))
    gap = Degradation(step="find_assets", gap="No files")
    with_gap = stage.draft(first="Ines", tier=Tier.COOL, fit=0.1, degraded=(gap,))
    client = await stage.logged_in()
    for query, found in {
        "q=acme": acme,
        "q=JAN+brno": brno,
        "tier=warm": brno,
        "age=24": old,
        "gaps=yes": with_gap,
    }.items():
        assert links(await client.get(f"/queue?{query}"))[:1] == [f"/drafts/{found.id}"], query
    nothing = await client.get("/queue?q=nobody&tier=hot")
    assert "No draft matches" in words_of(nothing)
    # What nobody offers is passed over instead of being an error.
    assert len(links(await client.get("/queue?tier=none&age=x&state=y"))) == 4


async def test_a_long_queue_comes_in_pages(stage: Stage) -> None:
    for number in range(60):
        stage.draft(first=f"Lead{number}", fit=number / 100)
    client = await stage.logged_in()
    first, second = await client.get("/queue"), await client.get("/queue?from=50")
    assert (len(links(first)), len(links(second))) == (50, 10)
    assert not set(links(first)) & set(links(second))
    assert len(first.content) < 150_000


async def test_a_view_is_saved_shown_and_removed(stage: Stage) -> None:
    stage.draft()
    client = await stage.logged_in()
    form = {"csrf": stage.csrf, "query": "tier=hot&q=acme&evil=1", "name": "Hot <b>Acme</b>"}
    saved = await client.post("/queue/views", data=form)
    assert saved.headers["location"] == "/queue?q=acme&tier=hot&done=view-saved"
    page = await client.get(saved.headers["location"])
    assert "Hot <b>Acme</b>" in words_of(page)
    (view,) = next(iter(stage.services.views.kept.values()))  # type: ignore[union-attr]
    gone = await client.post(f"/queue/views/{view.id}/remove", data={"csrf": stage.csrf})
    assert gone.status_code == 303
    assert "Acme</b>" not in words_of(await client.get("/queue"))
    for bad in ({"name": "", "query": "tier=hot"}, {"name": "All", "query": ""}):
        answer = await client.post("/queue/views", data={"csrf": stage.csrf, **bad})
        assert answer.status_code == 400


def test_an_address_says_what_its_view_says() -> None:
    view = View(q="a & b=c", state="snoozed", tier="hot", rule="high icp", age="24", gaps="no")
    assert stored_view(view.query) == view
    assert read_view({"q": "x" * 999, "rule": "y\0" * 999}).q == "x" * 100


# Aside


async def test_a_draft_is_put_aside_and_comes_back(stage: Stage) -> None:
    first, second = stage.draft(fit=0.95), stage.draft(first="Jan", fit=0.5)
    client = await stage.logged_in()
    path = f"/drafts/{first.id}/snooze"
    answer = await client.post(path, data=decision(stage, first, until="hours"))
    assert answer.headers["location"] == f"/drafts/{second.id}?done=snoozed"
    assert links(await client.get("/queue")) == [f"/drafts/{second.id}"]
    assert links(await client.get("/queue?state=snoozed")) == [f"/drafts/{first.id}"]
    assert "Put aside until" in words_of(await client.get(f"/drafts/{first.id}"))
    stage.clock.advance(timedelta(hours=3))
    assert len(links(await client.get("/queue"))) == 2


async def test_who_wants_it_back_sooner_has_it(stage: Stage) -> None:
    draft = stage.draft()
    client = await stage.logged_in()
    await client.post(f"/drafts/{draft.id}/snooze", data=decision(stage, draft, until="next_week"))
    back = stage.store.rows[draft.id].snoozed_until
    assert back is not None
    # The twentieth of November 2026 is a Friday; the sender's clock is UTC.
    assert back.isoformat() == "2026-11-23T08:00:00+00:00"
    await client.post(f"/drafts/{draft.id}/wake", data={"csrf": stage.csrf})
    assert links(await client.get("/queue")) == [f"/drafts/{draft.id}"]
    bad = await client.post(f"/drafts/{draft.id}/snooze", data=decision(stage, draft, until="x"))
    assert bad.status_code == 400


async def test_a_draft_is_not_put_aside_beyond_its_end(stage: Stage) -> None:
    draft = stage.draft(age=timedelta(days=13, hours=23))
    client = await stage.logged_in()
    answer = await client.post(
        f"/drafts/{draft.id}/snooze", data=decision(stage, draft, until="tomorrow")
    )
    assert answer.status_code == 400
    assert stage.store.rows[draft.id] == draft


# Several at once


async def test_a_preview_does_nothing_and_says_what_will_happen(stage: Stage) -> None:
    good, edited, decided = stage.draft(), stage.draft(first="Jan"), stage.draft(first="Ole")
    client = await stage.logged_in()
    body = {"subject": "New", "body": "Hello Maria,\n\nshorter."}
    await client.post(f"/drafts/{edited.id}/edit", data=decision(stage, edited, **body))
    await client.post(f"/drafts/{decided.id}/reject", data=decision(stage, decided, reason="no"))
    before = dict(stage.store.rows)
    form = {
        "csrf": stage.csrf,
        "action": "approve",
        "pick": [pick(good), pick(edited), pick(decided)],
    }
    page = await client.post("/queue/bulk", data=form)
    text = words_of(page)
    assert "Approve 1 draft" in text
    assert "It changed since it was listed: it is at revision 2." in text
    assert "It was decided meanwhile: rejected." in text
    assert stage.store.rows == before
    carried = [
        one.get("value") for one in Tags(page.text).all("input") if one.get("name") == "pick"
    ]
    assert carried == [pick(good)]


async def test_each_draft_of_several_has_its_own_result(stage: Stage) -> None:
    good, edited = stage.draft(), stage.draft(first="Jan")
    client = await stage.logged_in()
    stale = pick(edited)
    body = {"subject": "New", "body": "Hello Maria,\n\nshorter."}
    await client.post(f"/drafts/{edited.id}/edit", data=decision(stage, edited, **body))
    form = {"csrf": stage.csrf, "action": "approve", "pick": [pick(good), stale]}
    page = await client.post("/queue/bulk/do", data=form)
    assert "Approved: 1 of 2" in words_of(page)
    assert "somebody decided about it or changed it meanwhile" in words_of(page)
    assert stage.store.rows[good.id].status is DraftStatus.APPROVED
    assert stage.store.rows[edited.id].status is DraftStatus.PENDING_APPROVAL


async def test_several_are_put_aside_and_all_taken_back(stage: Stage) -> None:
    drafts = [stage.draft(first=f"Lead{number}") for number in range(3)]
    client = await stage.logged_in()
    form = {"csrf": stage.csrf, "action": "snooze", "pick": [pick(one) for one in drafts]}
    page = await client.post("/queue/bulk/do", data={**form, "until": "tomorrow"})
    assert "Put aside: 3 of 3" in words_of(page)
    assert links(await client.get("/queue")) == []
    undo = [
        one.get("value") or "" for one in Tags(page.text).all("input") if one.get("name") == "pick"
    ]
    await client.post("/queue/bulk/undo", data={"csrf": stage.csrf, "pick": undo})
    assert len(links(await client.get("/queue"))) == 3


async def test_several_are_rejected_only_with_a_reason(stage: Stage) -> None:
    draft = stage.draft()
    client = await stage.logged_in()
    form = {"csrf": stage.csrf, "action": "reject", "pick": pick(draft)}
    refused = await client.post("/queue/bulk/do", data=form)
    assert refused.status_code == 400
    assert stage.store.rows[draft.id] == draft
    done = await client.post("/queue/bulk/do", data={**form, "reason": "wrong product"})
    assert "Rejected: 1 of 1" in words_of(done)
    assert stage.store.made[-1].reasons[0].sentence == "wrong product"


@pytest.mark.parametrize(
    "form",
    [
        {"action": "approve"},
        {"action": "approve", "pick": "nonsense"},
        {"action": "burn", "pick": "x" * 36 + ":y"},
        {"action": "approve", "pick": [f"{number:036d}:x" for number in range(101)]},
        {"action": "approve", "pick": [f"{number:036d}:x" for number in range(500)]},
    ],
)
async def test_a_broken_choice_is_refused(stage: Stage, form: dict[str, object]) -> None:
    client = await stage.logged_in()
    for path in ("/queue/bulk", "/queue/bulk/do", "/queue/bulk/undo"):
        answer = await client.post(path, data={"csrf": stage.csrf, **form})
        assert answer.status_code in (200, 400), path
        if path != "/queue/bulk/undo":
            assert answer.status_code == 400


async def test_drafts_of_another_tenant_are_not_touched_by_several(stage: Stage) -> None:
    theirs = stage.draft(tenant=OTHER)
    client = await stage.logged_in(Scope.ADMIN)
    form = {"csrf": stage.csrf, "action": "approve", "pick": pick(theirs)}
    page = await client.post("/queue/bulk", data=form)
    assert "no such draft" in words_of(page)
    assert "Maria" not in page.text
    await client.post("/queue/bulk/do", data=form)
    assert stage.store.rows[theirs.id] == theirs


# Edits


async def test_a_text_is_checked_without_being_saved(stage: Stage) -> None:
    draft = stage.draft()
    client = await stage.logged_in()
    form = decision(stage, draft, subject="Prices", body=f"{BODY}\n\nIt costs 4000 EUR.")
    page = await client.post(f"/drafts/{draft.id}/check", data=form)
    assert "What would be found in this text" in words_of(page)
    assert "It costs 4000 EUR." in page.text
    answer = await client.post(
        f"/drafts/{draft.id}/check", data=form, headers={"accept": "application/json"}
    )
    found = answer.json()["findings"]
    assert "4000 EUR" in {one["quote"] for one in found}
    empty = await client.post(
        f"/drafts/{draft.id}/check",
        data={**form, "subject": ""},
        headers={"accept": "application/json"},
    )
    assert empty.json()["problems"] == ["Subject must not be empty."]
    assert stage.store.rows[draft.id] == draft


async def test_an_edit_outlives_the_session(stage: Stage) -> None:
    draft = stage.draft()
    client = await stage.logged_in()
    typed = decision(stage, draft, subject="Mine", body="Hello <Maria>,\n\nmy long text.")
    stage.keys.sessions.clear()
    answer = await client.post(f"/drafts/{draft.id}/edit", data=typed)
    assert answer.status_code == 401
    assert "what you typed is there again" in words_of(answer)
    fields = {
        one["name"] or "": one.get("value") or ""
        for one in Tags(answer.text).all("input")
        if one.get("type") == "hidden"
    }
    wrong = await client.post("/login", data={**fields, "key": "sa_x_" + "y" * 43})
    assert "my long text." in wrong.text
    back = await client.post("/login", data={**fields, "key": await stage.key(Scope.OPERATOR)})
    assert back.status_code == 200
    assert "Your text is back." in words_of(back)
    assert "Hello <Maria>, my long text." in words_of(back)
    assert stage.store.rows[draft.id] == draft
    typed["csrf"] = stage.csrf
    assert (await client.post(f"/drafts/{draft.id}/edit", data=typed)).status_code == 303
    assert stage.store.rows[draft.id].revision.subject == "Mine"


async def test_a_text_from_elsewhere_is_not_brought_back(stage: Stage) -> None:
    draft = stage.draft()
    form = {"subject": "Planted", "body": "Planted"}
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = await stage.client().post(f"/drafts/{draft.id}/edit", data=form, headers=headers)
        assert answer.status_code == 303
        assert "Planted" not in answer.text


async def test_the_second_operator_sees_who_and_what(stage: Stage) -> None:
    draft = stage.draft()
    client = await stage.logged_in()
    body = BODY.replace("40 trucks", "forty trucks")
    await client.post(
        f"/drafts/{draft.id}/edit", data=decision(stage, draft, subject="S", body=body)
    )
    late = await client.post(f"/drafts/{draft.id}/approve", data=decision(stage, draft))
    assert late.status_code == 409
    text = words_of(late)
    assert "Test key wrote revision 2" in text
    assert "[removed: 40]" in text
    assert "[added: forty]" in text
    current = stage.store.rows[draft.id]
    await client.post(
        f"/drafts/{draft.id}/reject", data=decision(stage, current, reason="wrong product")
    )
    late = await client.post(f"/drafts/{draft.id}/approve", data=decision(stage, current))
    assert "Test key rejected it" in words_of(late)
    assert "wrong product" in words_of(late)


async def test_all_revisions_stand_beside_the_one_before(stage: Stage) -> None:
    draft = stage.draft()
    client = await stage.logged_in()
    assert "Nothing has changed" in words_of(await client.get(f"/drafts/{draft.id}/changes"))
    body = BODY.replace("three weeks", "a month")
    await client.post(
        f"/drafts/{draft.id}/edit", data=decision(stage, draft, subject="S", body=body)
    )
    page = await client.get(f"/drafts/{draft.id}/changes")
    assert Tags(page.text).all("ins")
    assert "[added: month.]" in words_of(page)


# Runs


async def test_runs_that_wait_for_a_person_are_found(stage: Stage) -> None:
    parked = stage.run(status=RunStatus.WAITING, steps=2)
    stage.run(status=RunStatus.COMPLETED)
    client = await stage.logged_in()
    page = await client.get("/runs?status=parked")
    assert parked.id in page.text
    assert page.text.count("data-row") == 1
    assert (await client.get("/runs?status=anything")).text.count("data-row") == 2


async def test_what_is_stuck_is_closed_with_a_note(stage: Stage) -> None:
    run = stage.run(status=RunStatus.FAILED, steps=1)
    letter = stage.letter(run)
    path = f"/runs/{run.id}/failures/{letter.id}/resolve"
    client = await stage.logged_in(Scope.ADMIN)
    assert (await client.post(path, data={"csrf": stage.csrf, "note": " "})).status_code == 400
    done = await client.post(path, data={"csrf": stage.csrf, "note": "called them instead"})
    assert done.status_code == 303
    assert "called them instead" in words_of(await client.get(f"/runs/{run.id}"))
    stage.keys.sessions.clear()
    operator = await stage.logged_in(Scope.OPERATOR)
    answer = await operator.post(path, data={"csrf": stage.csrf, "note": "x"})
    assert answer.status_code == 403
