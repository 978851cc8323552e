"""The operator's pages, as a browser without JavaScript meets them."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser

import attrs
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.e2e.http_stage import BODY, NOW, Stage, mail
from tests.e2e.http_stores import OTHER

from salesagent_app.http.services import Limits
from salesagent_app.web.sessions import local_path
from salesagent_app.web.views import pieces
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.evidence import Claim
from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.run import Degradation, RunStatus
from salesagent_core.ports.api_keys import Scope


@pytest.fixture
def stage() -> Stage:
    return Stage()


class Tags(HTMLParser):
    """What a page is made of: its tags with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.tags if name == tag]


def words_of(answer: httpx.Response) -> str:
    return " ".join(Tags(answer.text).text.split())


def decision(stage: Stage, draft: Draft, **more: str) -> dict[str, str]:
    return {"csrf": stage.csrf, "content_hash": draft.revision.content_hash, **more}


async def test_logging_in_leads_to_what_was_asked_for(stage: Stage) -> None:
    client = stage.client()
    draft = stage.draft()
    sent = await client.get(f"/drafts/{draft.id}")
    assert sent.status_code == 303
    page = Tags((await client.get(sent.headers["location"])).text)
    (wanted,) = [one["value"] for one in page.all("input") if one.get("name") == "next"]
    key = await stage.key(Scope.OPERATOR)
    answer = await client.post("/login", data={"key": key, "next": wanted or ""})
    assert answer.headers["location"] == f"/drafts/{draft.id}"
    assert (await client.get(f"/drafts/{draft.id}")).status_code == 200


async def test_the_cookie_is_as_strict_as_it_can_be(stage: Stage) -> None:
    key = await stage.key(Scope.OPERATOR)
    cookie = (await stage.client().post("/login", data={"key": key})).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert key.lower() not in cookie
    https = Stage(public_url="https://sales.ours.example")
    key = await https.key(Scope.OPERATOR)
    cookie = (await https.client().post("/login", data={"key": key})).headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie


async def test_only_good_keys_that_may_review_get_in(stage: Stage) -> None:
    client = stage.client()
    wrong = await client.post("/login", data={"key": "sa_x_" + "y" * 43})
    assert wrong.status_code == 401
    assert "not valid" in words_of(wrong)
    ingest = await client.post("/login", data={"key": await stage.key(Scope.INGEST)})
    assert ingest.status_code == 403
    assert not stage.keys.sessions


async def test_guessing_is_slowed_down_and_then_allowed_again() -> None:
    stage = Stage(limits=Limits(logins_per_minute=3))
    client = stage.client()
    for _ in range(3):
        assert (await client.post("/login", data={"key": "x"})).status_code == 401
    refused = await client.post("/login", data={"key": await stage.key(Scope.ADMIN)})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    stage.clock.advance(timedelta(minutes=1))
    assert (
        await client.post("/login", data={"key": await stage.key(Scope.ADMIN)})
    ).status_code == 303


async def test_a_session_ends(stage: Stage) -> None:
    client = await stage.logged_in()
    assert (await client.get("/queue")).status_code == 200
    answer = await client.post("/logout", data={"csrf": stage.csrf})
    assert answer.status_code == 303
    assert not stage.keys.sessions

    client = await stage.logged_in()
    (key,) = [one for one in stage.keys.keys.values() if one.last_used_at == NOW][-1:]
    stage.keys.keys[key.id] = attrs.evolve(key, revoked_at=NOW)
    assert (await client.get("/queue")).status_code == 303

    client = await stage.logged_in()
    stage.clock.advance(timedelta(hours=12))
    assert (await client.get("/queue")).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_forms_from_elsewhere_do_nothing(stage: Stage, headers: dict[str, str]) -> None:
    client = await stage.logged_in()
    draft = stage.draft()
    path = f"/drafts/{draft.id}/approve"
    answer = await client.post(path, data=decision(stage, draft), headers=headers)
    assert answer.status_code == 403
    assert stage.store.rows[draft.id] == draft


async def test_forms_of_another_session_do_nothing(stage: Stage) -> None:
    client = await stage.logged_in()
    draft = stage.draft()
    for csrf in ("", "x", stage.csrf + "x"):
        body = decision(stage, draft) | {"csrf": csrf}
        assert (await client.post(f"/drafts/{draft.id}/approve", data=body)).status_code == 403
    assert stage.store.rows[draft.id] == draft


async def test_approving_leads_to_the_next_draft_and_says_what_it_means(stage: Stage) -> None:
    first, second = stage.draft(fit=0.95), stage.draft(first="Jan", fit=0.5)
    client = await stage.logged_in()
    answer = await client.post(f"/drafts/{first.id}/approve", data=decision(stage, first))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/drafts/{second.id}?")
    page = await client.get(answer.headers["location"])
    assert "Approved. It is in Gmail's drafts; nothing was sent." in words_of(page)
    assert stage.store.rows[first.id].status is DraftStatus.APPROVED
    last = await client.post(f"/drafts/{second.id}/approve", data=decision(stage, second))
    assert last.headers["location"].startswith("/queue?")


async def test_the_banner_never_says_what_the_address_says(stage: Stage) -> None:
    client = await stage.logged_in()
    page = await client.get("/queue?done=All+your+base")
    assert "base" not in page.text


async def test_a_text_that_changed_since_it_was_read_is_not_approved(stage: Stage) -> None:
    draft = stage.draft()
    client = await stage.logged_in()
    edit = decision(stage, draft, subject="Routing", body="Hello Maria,\n\nshorter.")
    edited = await client.post(f"/drafts/{draft.id}/edit", data=edit)
    assert edited.headers["location"].startswith(f"/drafts/{draft.id}?")
    reject = decision(stage, draft, reason="I typed this <b>carefully</b>")
    for action in ("approve", "reject"):
        answer = await client.post(f"/drafts/{draft.id}/{action}", data=reject)
        assert answer.status_code == 409
        assert "It changed since you read it" in words_of(answer)
        assert f'href="/drafts/{draft.id}"' in answer.text
    assert "I typed this <b>carefully</b>" in words_of(answer)
    assert stage.store.rows[draft.id].status is DraftStatus.PENDING_APPROVAL


async def test_what_was_typed_stays_when_it_is_refused(stage: Stage) -> None:
    draft = stage.draft()
    client = await stage.logged_in()
    edit = decision(stage, draft, subject="", body="My long text")
    answer = await client.post(f"/drafts/{draft.id}/edit", data=edit)
    assert answer.status_code == 400
    assert "Subject must not be empty" in words_of(answer)
    assert "My long text" in words_of(answer)
    assert stage.store.rows[draft.id] == draft


async def test_the_review_page_shows_why_and_from_where(stage: Stage) -> None:
    unheld = "two teams of your size went live in three weeks"
    start = BODY.find(unheld)
    draft = stage.draft(
        thread=(mail("Is there a planner for mixed fleets?"),),
        findings=(
            Finding(
                code="ungrounded",
                severity=Severity.BLOCK,
                sentence="No source says that.",
                start=start,
                end=start + len(unheld),
            ),
        ),
        degraded=(Degradation(step="propose_slots", gap="The calendar could not be read"),),
    )
    client = await stage.logged_in()
    page = await client.get(f"/drafts/{draft.id}")
    text = words_of(page)
    for expected in (
        "This is the first contact with this person.",
        "The calendar could not be read",
        "No source says that.",
        "We run 40 trucks and look for routing.",
        "Is there a planner for mixed fleets?",
        "HubSpot is a memory stand-in",
        "DRAFT ONLY",
        "24 Nov 2026, 09:00 UTC",
        "Tue 24 Nov, 10:00 (Madrid",
    ):
        assert expected in text
    tags = Tags(page.text)
    claims = [one for one in tags.all("span") if "claim" in (one.get("class") or "")]
    assert [one.get("data-sources") for one in claims] == ["1", None, "2"]
    assert "unheld" in (claims[1]["class"] or "")
    ids = {one.get("id") for one in tags.all("li")}
    assert {"source-1", "source-2"} <= ids
    assert {one.get("href") for one in tags.all("a")} >= {"#source-1", "#source-2", "#edit"}


async def test_a_decided_draft_offers_no_decision(stage: Stage) -> None:
    draft = stage.draft()
    stage.store.rows[draft.id] = attrs.evolve(draft, status=DraftStatus.REJECTED)
    client = await stage.logged_in()
    page = await client.get(f"/drafts/{draft.id}")
    assert "/approve" not in page.text
    listed = await client.get("/drafts?status=rejected")
    assert draft.id in listed.text


async def test_pages_of_another_tenant_are_not_there(stage: Stage) -> None:
    theirs = stage.draft(tenant=OTHER)
    client = await stage.logged_in(Scope.ADMIN)
    for path in (f"/drafts/{theirs.id}", f"/runs/{theirs.run_id}"):
        answer = await client.get(path)
        assert answer.status_code == 404
        assert "Maria" not in answer.text
    answer = await client.post(f"/drafts/{theirs.id}/approve", data=decision(stage, theirs))
    assert answer.status_code == 404
    assert stage.store.rows[theirs.id] == theirs


async def test_a_stuck_run_says_where_and_an_admin_unsticks_it(stage: Stage) -> None:
    run = stage.run(status=RunStatus.FAILED, steps=1)
    letter = stage.letter(run)
    operator = await stage.logged_in(Scope.OPERATOR)
    path = f"/runs/{run.id}/failures/{letter.id}/retry"
    page = await operator.get(f"/runs/{run.id}")
    assert "The CRM answered 500 four times." in words_of(page)
    assert path not in page.text
    assert (await operator.post(path, data={"csrf": stage.csrf})).status_code == 403
    stage.keys.sessions.clear()
    admin = await stage.logged_in(Scope.ADMIN)
    assert path in (await admin.get(f"/runs/{run.id}")).text
    assert (await admin.post(path, data={"csrf": stage.csrf})).status_code == 303
    assert stage.store.runs[run.id].status is RunStatus.TRIGGERED


async def test_empty_pages_say_what_comes_next(stage: Stage) -> None:
    client = await stage.logged_in()
    assert "Nothing waits for you" in words_of(await client.get("/queue"))
    assert "No form has come in yet" in words_of(await client.get("/runs"))
    assert "No draft has been written yet" in words_of(await client.get("/drafts"))


async def test_a_page_that_fails_says_so_without_details(stage: Stage) -> None:
    draft = stage.draft()
    client = await stage.logged_in()
    stage.store.broken = True
    answer = await client.post(f"/drafts/{draft.id}/approve", data=decision(stage, draft))
    assert answer.status_code == 500
    assert "Nothing was sent" in words_of(answer)
    assert "secret@example.com" not in answer.text
    assert answer.headers["x-request-id"] in answer.text


async def test_nothing_is_loaded_from_elsewhere_or_written_inline(stage: Stage) -> None:
    draft = stage.draft()
    client = await stage.logged_in()
    for path in ("/queue", f"/drafts/{draft.id}", "/runs", f"/runs/{draft.run_id}", "/login"):
        page = Tags((await client.get(path)).text)
        for tag, found in page.tags:
            assert "style" not in found, (path, tag)
            assert not [name for name in found if name.startswith("on")], (path, tag)
        for found in page.all("script"):
            assert (found.get("src") or "").startswith("/static/")
        for found in page.all("link"):
            address = found.get("href") or ""
            asset = await client.get(address)
            assert asset.status_code == 200
            assert "immutable" in asset.headers["cache-control"]
    assert (await client.get("/static/0/app.css")).status_code == 404
    assert (await client.get("/static/..%2Ftemplates/base.html")).status_code == 404


strange = st.text(max_size=60) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</textarea><script>alert(2)</script>",
        "{{ 7 * 7 }}{% raw %}",
        "\u202egnp.exe\u2066",
        "javascript:alert(1)",
        "&lt;b&gt;",
        "\ud7ff\ufffe\uffff",
    ]
)


@settings(
    max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(first=strange, company=strange, subject=strange, body=strange, message=strange)
async def test_nothing_that_a_stranger_writes_becomes_markup(
    stage: Stage, first: str, company: str, subject: str, body: str, message: str
) -> None:
    stage.store.rows.clear()
    stage.keys.sessions.clear()
    plain = stage.draft()
    strange_one = stage.draft(
        first=first, last="", company=company, subject=subject, body=body, message=message
    )
    client = await stage.logged_in()
    for address in ("/drafts/{0.id}", "/runs/{0.run_id}"):
        expected = Tags((await client.get(address.format(plain))).text)
        answer = await client.get(address.format(strange_one))
        assert answer.status_code == 200
        found = Tags(answer.text)
        assert len(found.all("script")) == len(expected.all("script"))
        assert not found.all("img")
        assert not [one for _, one in found.tags for name in one if name.startswith("on")]
        for link in found.all("a"):
            assert (link.get("href") or "").startswith(("/", "#"))
    stage.clock.advance(timedelta(minutes=1))


@given(
    body=st.text(alphabet="ab \n", max_size=30),
    spans=st.lists(st.tuples(st.integers(-2, 32), st.integers(-2, 32)), max_size=5),
    found=st.lists(st.tuples(st.integers(-2, 32), st.integers(-2, 32)), max_size=3),
)
def test_marking_a_text_never_changes_it(
    body: str, spans: list[tuple[int, int]], found: list[tuple[int, int]]
) -> None:
    draft = Stage.blank_revision(body)
    claims = tuple(
        Claim(text="", start=start, end=end, source_ids=("form.message",)) for start, end in spans
    )
    findings = tuple(
        Finding(code="x", severity=Severity.REVIEW, sentence="x", start=start, end=end)
        for start, end in found
    )
    marked = pieces(attrs.evolve(draft, claims=claims, findings=findings), {"form.message": 1})
    assert "".join(piece.text for piece in marked) == body


@pytest.mark.parametrize(
    "text",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "", "/a b"],
)
def test_a_login_never_leads_elsewhere(text: str) -> None:
    assert local_path(text) == "/"
