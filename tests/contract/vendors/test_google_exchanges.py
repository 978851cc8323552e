"""Reading and drafting through the Gmail API, over exchanges written from Google's documents:
what goes wrong on the way, and mail in any state."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import time
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from salesagent_adapters.google.client import MAX_ANSWER
from salesagent_adapters.google.mail_history import GmailHistory
from salesagent_adapters.google.mail_sender import GmailSender
from salesagent_adapters.google.mailbox import GmailMailbox
from salesagent_adapters.google.quota import QuotaBudget
from salesagent_adapters.google.transport import Timeouts
from salesagent_adapters.system.clock import FixedClock
from salesagent_core.domain.conversation import Direction
from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.errors import NeedsReauth, NotFound, Rejected, Unavailable
from salesagent_core.ports.mail_history import Changes
from salesagent_core.ports.mail_sender import HistoryExpired

from .google_exchanges import Answer, Asked, Exchanges, exchanges, ok, refused
from .google_parts import MAILBOX, NOW, TENANT, HandedTokens, client_at, connected

USER = "/gmail/v1/users/me"
THREAD = f"{USER}/threads/t1"
PROFILE = f"{USER}/profile"
LEAD = "lead@buyer.example"


@pytest.fixture
def google() -> Iterator[Exchanges]:
    with exchanges() as server:
        yield server


def mailbox(google: Exchanges, tokens: HandedTokens | None = None) -> GmailMailbox:
    return GmailMailbox(client_at(google.url, tokens=tokens), FixedClock(NOW))


def sender(google: Exchanges, tokens: HandedTokens | None = None) -> GmailSender:
    return GmailSender(client_at(google.url, tokens=tokens), FixedClock(NOW))


def data(text: str | bytes) -> dict[str, Any]:
    octets = text.encode() if isinstance(text, str) else text
    return {"data": base64.urlsafe_b64encode(octets).decode().rstrip("="), "size": len(octets)}


def part(kind: str, body: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    headers = [{"name": name, "value": value} for name, value in more.pop("headers", {}).items()]
    return {"mimeType": kind, "headers": headers, "body": body or {"size": 0}, **more}


def message(
    payload: dict[str, Any], *, number: int = 1, labels: tuple[str, ...] = ("INBOX",)
) -> dict[str, Any]:
    return {
        "id": f"m{number}",
        "threadId": "t1",
        "labelIds": list(labels),
        "internalDate": str(1_795_168_800_000 + number),
        "payload": payload,
    }


def plain(text: str | bytes, charset: str = "utf-8", **headers: str) -> dict[str, Any]:
    head = {
        "From": f"Zoë <{LEAD}>",
        "To": MAILBOX,
        "Subject": "Routes",
        "Message-ID": "<1@buyer.example>",
        "Content-Type": f"text/plain; charset={charset}",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return part("text/plain", data(text), headers=head)


# What goes wrong on the way


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused(400, "invalidArgument"), Rejected),
        (refused(403, "domainPolicy"), Rejected),
        (refused(403, "dailyLimitExceeded"), Rejected),
        (refused(403, "accessNotConfigured"), Rejected),
        (refused(403, "rateLimitExceeded"), Unavailable),
        (refused(403, "userRateLimitExceeded"), Unavailable),
        (refused(403, "quotaExceeded"), Unavailable),
        (refused(403, "insufficientPermissions"), NeedsReauth),
        (refused(404, "notFound"), NotFound),
        (refused(410), NotFound),
        (refused(429), Unavailable),
        (refused(500, "backendError"), Unavailable),
        (refused(503), Unavailable),
        (Answer(status=502, body=b"<html>Bad Gateway</html>"), Unavailable),
        (Answer(status=403, body=b"\xff\xfe"), Rejected),
        (Answer(status=403, body=b'{"error": [1, {"errors": 7}]}'), Rejected),
        (Answer(reset=True), Unavailable),
        (Answer(cut=0), Unavailable),
        (Answer(cut=60), Unavailable),
        (Answer(cut=70), Unavailable),
        (Answer(body=b'{"messages": []}', cut=80), Unavailable),
        (Answer(), Unavailable),
        (Answer(body=b'{"messages": [{"id": '), Unavailable),
        (Answer(body=b"[" * 200_000), Unavailable),
        (Answer(body=b"\xff\xfe{}"), Unavailable),
        (Answer(body=b'"text"'), Unavailable),
        (Answer(headers={"content-encoding": "gzip"}), Unavailable),
        (Answer(wait=3), Unavailable),
    ],
)
async def test_each_failure_has_its_own_meaning(
    google: Exchanges, answer: Answer, error: type[Exception]
) -> None:
    google.on(THREAD, answer)
    with pytest.raises(error) as raised:
        await mailbox(google).read_thread(TENANT, MAILBOX, "t1")
    assert type(raised.value) is error
    assert google.count(THREAD) == 1


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (refused(429, Retry_After="17"), 17),
        (refused(403, "rateLimitExceeded", Retry_After="Fri, 20 Nov 2026 10:02:00 GMT"), 120),
        (refused(429, message="Retry after 2026-11-20T10:00:30.5Z"), 30.5),
        (refused(429), 60),
        (refused(429, Retry_After="soon"), 60),
        (refused(429, Retry_After="999999999"), 86_400),
        (refused(429, Retry_After="Fri, 20 Nov 2020 10:02:00 GMT"), 0),
    ],
)
async def test_a_limit_says_when_to_come_back(
    google: Exchanges, answer: Answer, seconds: float
) -> None:
    google.on(PROFILE, answer)
    with pytest.raises(Unavailable) as told:
        await sender(google).present(TENANT, MAILBOX)
    assert told.value.retry_at == NOW + timedelta(seconds=seconds)


async def test_after_a_limit_the_mailbox_is_left_alone_until_then(google: Exchanges) -> None:
    google.on(PROFILE, refused(429, Retry_After="90"), ok({"historyId": "5"}))
    clock = FixedClock(NOW)
    port = GmailSender(client_at(google.url, clock=clock), clock)
    for _ in range(3):
        with pytest.raises(Unavailable) as told:
            await port.present(TENANT, MAILBOX)
        assert told.value.retry_at == NOW + timedelta(seconds=90)
    assert google.count(PROFILE) == 1
    clock.advance(timedelta(seconds=91))
    assert await port.present(TENANT, MAILBOX) == "5"


async def test_a_token_that_ran_out_is_replaced_once(google: Exchanges) -> None:
    google.on(PROFILE, refused(401, "authError"), ok({"historyId": "5"}))
    tokens = connected("token-2")
    assert await sender(google, tokens).present(TENANT, MAILBOX) == "5"
    assert [each.headers["authorization"] for each in google.asked] == [
        "Bearer token-1",
        "Bearer token-2",
    ]
    google.on(PROFILE, refused(401, "authError"))
    tokens.fresh.append("token-3")
    with pytest.raises(NeedsReauth):
        await sender(google, tokens).present(TENANT, MAILBOX)
    assert google.count(PROFILE) == 4


async def test_a_revoked_token_needs_a_person(google: Exchanges) -> None:
    google.on(PROFILE, refused(401, "authError"))
    with pytest.raises(NeedsReauth):
        await sender(google).present(TENANT, MAILBOX)


async def test_a_missing_permission_is_named(google: Exchanges) -> None:
    google.on(THREAD, refused(403, "insufficientPermissions"))
    with pytest.raises(NeedsReauth, match=r"gmail\.readonly"):
        await mailbox(google).read_thread(TENANT, MAILBOX, "t1")


async def test_what_the_server_says_about_people_stays_out_of_the_error(
    google: Exchanges, caplog: pytest.LogCaptureFixture
) -> None:
    for answer in (
        refused(403, "domainPolicy", f"{LEAD} is not allowed"),
        Answer(status=403, body=f"<b>{LEAD}</b>".encode()),
        Answer(body=f'{{"to": "{LEAD}"'.encode()),
    ):
        google.on(PROFILE, answer)
        with caplog.at_level("DEBUG"), pytest.raises((Rejected, Unavailable)) as told:
            await sender(google).present(TENANT, MAILBOX)
        assert LEAD not in f"{told.value} {told.value.__cause__}"
    assert LEAD not in caplog.text


async def test_a_server_that_hangs_does_not_hold_up_the_others(google: Exchanges) -> None:
    google.on(THREAD, Answer(wait=30))
    google.on(PROFILE, ok({"historyId": "5"}))
    client = client_at(google.url, timeouts=Timeouts(connect=1, answer=30, total=0.6))
    hanging = [
        asyncio.create_task(
            GmailMailbox(client, FixedClock(NOW)).read_thread(TENANT, "other@ours.example", "t1")
        )
        for _ in range(12)
    ]
    start = time.monotonic()
    assert await GmailSender(client, FixedClock(NOW)).present(TENANT, MAILBOX) == "5"
    assert time.monotonic() - start < 0.5
    ended = await asyncio.gather(*hanging, return_exceptions=True)
    assert all(isinstance(each, Unavailable | NeedsReauth) for each in ended)


async def test_an_answer_that_drips_is_given_up(google: Exchanges) -> None:
    google.on(THREAD, Answer(body=b'{"messages": []}', cut=70, wait=0.1))
    start = time.monotonic()
    with pytest.raises(Unavailable):
        await mailbox(google).read_thread(TENANT, MAILBOX, "t1")
    assert time.monotonic() - start < 3


async def test_at_most_ten_calls_of_a_mailbox_run_at_once(google: Exchanges) -> None:
    running = {"now": 0, "most": 0}

    def slow(_: Asked) -> Answer:
        running["now"] += 1
        running["most"] = max(running["most"], running["now"])
        time.sleep(0.05)
        running["now"] -= 1
        return ok({"historyId": "5"})

    google.on(PROFILE, slow)
    client = client_at(google.url, timeouts=Timeouts(), calls_per_mailbox=3)
    port = GmailSender(client, FixedClock(NOW))
    await asyncio.gather(*(port.present(TENANT, MAILBOX) for _ in range(12)))
    # The script runs outside the server's lock for reading, inside it for answering.
    assert running["most"] <= 3
    assert google.count(PROFILE) == 12


# Quota


async def test_a_burst_slows_down_instead_of_failing(google: Exchanges) -> None:
    google.on(PROFILE, ok({"historyId": "5"}))
    clock = FixedClock(NOW)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    budget = QuotaBudget(
        clock,
        units_per_minute=10,
        max_wait=180,
        seconds=lambda: clock.now().timestamp(),
        sleep=sleep,
    )
    port = GmailSender(client_at(google.url, clock=clock, budget=budget), clock)
    for _ in range(25):
        await port.present(TENANT, MAILBOX)
    assert google.count(PROFILE) == 25
    # The first ten at once, the next ten a minute later, the rest two minutes later.
    assert waits == [60.0] * 10 + [120.0] * 5


async def test_beyond_a_bounded_wait_it_says_when_to_come_back(google: Exchanges) -> None:
    google.on(PROFILE, ok({"historyId": "5"}))
    clock = FixedClock(NOW)
    budget = QuotaBudget(
        clock, units_per_minute=2, max_wait=20, seconds=lambda: clock.now().timestamp()
    )
    port = GmailSender(client_at(google.url, clock=clock, budget=budget), clock)
    await port.present(TENANT, MAILBOX)
    clock.advance(timedelta(seconds=15))
    await port.present(TENANT, MAILBOX)
    with pytest.raises(Unavailable) as told:
        await port.present(TENANT, MAILBOX)
    assert told.value.retry_at == NOW + timedelta(seconds=60)
    clock.set(NOW + timedelta(seconds=61))
    await port.present(TENANT, MAILBOX)


async def test_mailboxes_have_budgets_of_their_own(google: Exchanges) -> None:
    google.on(PROFILE, ok({"historyId": "5"}))
    clock = FixedClock(NOW)
    tokens = HandedTokens(connected={(TENANT, MAILBOX): "a", (TENANT, "b@ours.example"): "b"})
    budget = QuotaBudget(
        clock, units_per_minute=1, max_wait=0, seconds=lambda: clock.now().timestamp()
    )
    port = GmailSender(client_at(google.url, clock=clock, budget=budget, tokens=tokens), clock)
    await port.present(TENANT, MAILBOX)
    await port.present(TENANT, "b@ours.example")
    with pytest.raises(Unavailable):
        await port.present(TENANT, MAILBOX)


# Mail in any state


async def read(google: Exchanges, *payloads: dict[str, Any], **options: Any) -> Any:
    listed = [message(each, number=place) for place, each in enumerate(payloads)]
    google.on(THREAD, ok({"id": "t1", "messages": listed}))
    return await mailbox(google).read_thread(TENANT, MAILBOX, "t1")


@pytest.mark.parametrize(
    ("octets", "charset"),
    [
        ("Grüße aus Köln".encode("latin-1"), "iso-8859-1"),
        ("Grüße aus Köln".encode("cp1252"), "windows-1252"),
        ("Grüße aus Köln".encode(), "utf-8"),
        # Gmail may turn the text into UTF-8 and keep the header.
        ("Grüße aus Köln".encode(), "iso-8859-1"),
        ("Grüße aus Köln".encode(), "x-unknown"),
        ("Grüße aus Köln".encode("latin-1"), "x-unknown"),
        ("Grüße aus Köln".encode("latin-1"), '"; drop'),
        ("Grüße aus Köln".encode("utf-16-le"), "utf-16-le"),
    ],
)
async def test_any_charset_is_read(google: Exchanges, octets: bytes, charset: str) -> None:
    thread = await read(google, plain(octets, charset))
    assert thread.mails[0].text == "Grüße aus Köln"


async def test_iso_2022_jp_is_read(google: Exchanges) -> None:
    thread = await read(google, plain("こんにちは".encode("iso-2022-jp"), "iso-2022-jp"))
    assert thread.mails[0].text == "こんにちは"


async def test_nested_parts_give_one_text_and_the_names_of_the_attachments(
    google: Exchanges,
) -> None:
    related = part(
        "multipart/related",
        parts=[
            part("text/html", data("<p>Hello <b>you</b></p>")),
            part("image/png", {"attachmentId": "a0", "size": 9}, filename="logo.png"),
        ],
    )
    alternative = part(
        "multipart/alternative", parts=[part("text/plain", data("Hello you")), related]
    )
    file = part("application/pdf", {"attachmentId": "a1", "size": 9_000_000}, filename="plan.pdf")
    text = part("text/plain", data("secret file"), filename="notes.txt")
    head = {"From": LEAD, "To": MAILBOX, "Subject": "=?utf-8?q?Gr=C3=BC=C3=9Fe?="}
    thread = await read(
        google, part("multipart/mixed", headers=head, parts=[alternative, file, text])
    )
    (mail,) = thread.mails
    assert mail.text == "Hello you"
    assert mail.attachments == ("logo.png", "plan.pdf", "notes.txt")
    assert (mail.subject, mail.direction) == ("Grüße", Direction.INBOUND)
    assert [each.path for each in google.asked] == [THREAD]


async def test_a_mail_inside_a_mail_is_not_taken_for_the_senders_words(google: Exchanges) -> None:
    inner = part("message/rfc822", parts=[part("text/plain", data("inner words"))])
    head = {"From": LEAD, "Content-Type": "multipart/mixed; boundary=x"}
    outer = part(
        "multipart/mixed", headers=head, parts=[part("text/plain", data("outer words")), inner]
    )
    thread = await read(google, outer)
    assert thread.mails[0].text == "outer words"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"mimeType": None, "headers": None, "body": None, "parts": None},
        {"mimeType": 7, "headers": [7, {"name": 1}, {"value": "x"}], "body": {"data": 7}},
        {"mimeType": "text/plain", "body": {"data": "!!!not base64!!!"}},
        {"mimeType": "multipart/mixed", "parts": [{"parts": [None, 3]}, "x"]},
        {"mimeType": "text/plain", "headers": [{"name": "From", "value": "a" * 100_000}]},
        {
            "mimeType": "text/plain",
            "headers": [{"name": "Subject", "value": "a\r\nBcc: x@y.example"}],
        },
        {
            "mimeType": "text/html",
            "body": {"data": base64.urlsafe_b64encode(b"<" * 50_000).decode()},
        },
    ],
)
async def test_a_malformed_mail_is_read_as_far_as_it_goes(
    google: Exchanges, payload: dict[str, Any]
) -> None:
    thread = await read(google, payload, plain("The next one"))
    assert [each.text for each in thread.mails][1] == "The next one"
    assert "x@y.example" not in thread.mails[0].recipients


async def test_parts_nested_without_end_are_cut(google: Exchanges) -> None:
    deep = part("text/plain", data("bottom"))
    for _ in range(60):
        deep = part("multipart/mixed", parts=[deep])
    wide = part("multipart/mixed", parts=[part("text/plain", data(f"{n}")) for n in range(2_000)])
    thread = await read(google, deep, wide)
    assert len(thread.mails) == 2
    assert len(thread.mails[1].text.split()) < 250


async def test_bounces_absences_and_lists_are_automatic(google: Exchanges) -> None:
    thread = await read(
        google,
        plain("I am away", Auto_Submitted="auto-replied"),
        plain("News", List_Id="<news.example>", Precedence="bulk"),
        plain("Mail failed", From="mailer-daemon@buyer.example", Subject="Undelivered Mail"),
        plain("When can we talk?"),
    )
    assert [each.automatic for each in thread.mails] == [True, True, True, False]


async def test_what_the_mailbox_sent_is_outbound_whatever_its_alias(google: Exchanges) -> None:
    listed = [message(plain("Hi", From="alias@ours.example"), labels=("SENT",))]
    google.on(THREAD, ok({"messages": listed}))
    thread = await mailbox(google).read_thread(TENANT, MAILBOX, "t1")
    assert thread.mails[0].direction is Direction.OUTBOUND


async def test_a_thread_of_25_megabytes_is_read_mail_by_mail_in_bounded_memory(
    google: Exchanges,
) -> None:
    large = json.dumps({"messages": [message(plain("x" * 25_000_000))]}).encode()
    headers = message(part("text/plain", headers={"From": LEAD, "Subject": "Large"}), number=1)
    listed = [{"id": f"m{n}", "internalDate": str(n), "labelIds": []} for n in range(1, 3)]

    def thread(asked: Asked) -> Answer:
        full = asked.query["format"] == ["full"]
        return Answer(body=large) if full else ok({"messages": listed})

    def first(asked: Asked) -> Answer:
        return Answer(body=large) if asked.query["format"] == ["full"] else ok(headers)

    google.on(THREAD, thread)
    google.on(f"{USER}/messages/m1", first)
    google.on(f"{USER}/messages/m2", ok(message(plain("Short words"), number=2)))
    client = client_at(google.url, timeouts=Timeouts())
    tracemalloc.start()
    found = await GmailMailbox(client, FixedClock(NOW)).read_thread(TENANT, MAILBOX, "t1")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [each.text for each in found.mails] == ["", "Short words"]
    assert found.mails[0].subject == "Large"
    assert most < 4 * MAX_ANSWER


async def test_a_small_answer_that_unpacks_to_a_huge_one_is_refused(google: Exchanges) -> None:
    bomb = gzip.compress(b" " * 200_000_000, 9)
    google.on(PROFILE, Answer(body=bomb, headers={"content-encoding": "gzip"}))
    client = client_at(google.url, timeouts=Timeouts())
    with pytest.raises(Unavailable, match="too large"):
        await GmailSender(client, FixedClock(NOW)).present(TENANT, MAILBOX)


async def test_a_packed_answer_is_unpacked(google: Exchanges) -> None:
    body = gzip.compress(b'{"historyId": "5"}')
    google.on(PROFILE, Answer(body=body, headers={"content-encoding": "gzip"}))
    assert await sender(google).present(TENANT, MAILBOX) == "5"


# Search


async def test_search_asks_for_both_directions_and_looks_at_the_addresses_itself(
    google: Exchanges,
) -> None:
    google.on(f"{USER}/threads", ok({"threads": [{"id": "t1"}, {"id": "t2"}]}))
    google.on(THREAD, ok({"messages": [message(plain("Hi"))]}))
    other = plain("lead@buyer.example was named", From="x@elsewhere.example")
    google.on(f"{USER}/threads/t2", ok({"messages": [message(other)]}))
    found = await mailbox(google).search_threads(
        TENANT, MAILBOX, email=LEAD, company_domain=None, limit=5
    )
    assert [(ref.thread_id, ref.subject) for ref in found.threads] == [("t1", "Routes")]
    asked = [each.query["q"][0] for each in google.asked if each.path == f"{USER}/threads"]
    assert sorted(asked) == [f"from:{LEAD}", f"to:{LEAD}"]


@pytest.mark.parametrize(
    "email", ['a" OR in:anywhere"@b.example', "a b@c.example", "{x}@y.example"]
)
async def test_an_address_cannot_change_the_query(google: Exchanges, email: str) -> None:
    google.on(f"{USER}/threads", ok({}))
    await mailbox(google).search_threads(TENANT, MAILBOX, email=email, company_domain=None, limit=5)
    for each in google.asked:
        query = each.query["q"][0]
        assert query.count('"') == 2
        assert query.endswith('"')


# Drafts


def mail(**changes: Any) -> OutgoingMail:
    made = {"key": "run-1", "sender": MAILBOX, "to": LEAD, "subject": "Hi", "text": "Hello"}
    return OutgoingMail(**{**made, **changes})


async def test_an_unknown_thread_is_rejected(google: Exchanges) -> None:
    google.on(f"{USER}/drafts", refused(404, "notFound"))
    with pytest.raises(Rejected, match="no such thread"):
        await mailbox(google).create_draft(TENANT, MAILBOX, mail(thread_id="t9"))


async def test_a_draft_goes_in_as_base64url_with_its_thread(google: Exchanges) -> None:
    google.on(f"{USER}/drafts", ok({"id": "r1", "message": {"id": "m1", "threadId": "t1"}}))
    made = await mailbox(google).create_draft(
        TENANT, MAILBOX, mail(thread_id="t1", text="Grüße 🚚 >>>???")
    )
    (asked,) = google.asked
    sent = asked.json["message"]
    assert sent["threadId"] == "t1"
    raw = base64.urlsafe_b64decode(sent["raw"])
    assert b"X-SalesAgent-Key: run-1" in raw
    assert (made.draft_id, made.message_id, made.thread_id) == ("r1", "m1", "t1")


@pytest.mark.parametrize("answer", [Answer(), ok({"id": "r1"}), ok({"message": {"id": "m1"}})])
async def test_an_answer_without_ids_is_no_draft(google: Exchanges, answer: Answer) -> None:
    google.on(f"{USER}/drafts", answer)
    with pytest.raises(Unavailable):
        await mailbox(google).create_draft(TENANT, MAILBOX, mail())


async def test_drafts_are_looked_at_once_only_and_over_all_pages(google: Exchanges) -> None:
    pages = [
        {"drafts": [{"id": "r2", "message": {"id": "m2"}}], "nextPageToken": "p2"},
        {"drafts": [{"id": "r1", "message": {"id": "m1"}}]},
    ]

    def listed(asked: Asked) -> Answer:
        return ok(pages[1] if "pageToken" in asked.query else pages[0])

    def draft(number: int, key: str) -> Any:
        head = part("text/plain", headers={"X-SalesAgent-Key": key, "To": LEAD, "Subject": "Hi"})
        raw = f"To: {LEAD}\r\nSubject: Hi\r\nX-SalesAgent-Key: {key}\r\n\r\nHello".encode()

        def answer(asked: Asked) -> Answer:
            held = {"id": f"m{number}", "threadId": "t1"}
            if asked.query["format"] == ["raw"]:
                held["raw"] = base64.urlsafe_b64encode(raw).decode()
                return ok({"id": f"r{number}", "message": held})
            return ok({"id": f"r{number}", "message": {**held, "payload": head}})

        return answer

    google.on(f"{USER}/drafts", listed)
    google.on(f"{USER}/drafts/r1", draft(1, "run-1"))
    google.on(f"{USER}/drafts/r2", draft(2, "run-2"))
    port = mailbox(google)
    for _ in range(3):
        (found,) = await port.find_drafts(TENANT, MAILBOX, "run-1")
        assert (found.draft_id, found.message_id) == ("r1", "m1")
    assert google.count(f"{USER}/drafts/r2") == 1


async def test_a_draft_that_goes_while_it_is_looked_at_is_not_found(google: Exchanges) -> None:
    google.on(f"{USER}/drafts", ok({"drafts": [{"id": "r1", "message": {"id": "m1"}}]}))
    google.on(f"{USER}/drafts/r1", refused(404))
    assert await mailbox(google).find_drafts(TENANT, MAILBOX, "run-1") == ()


async def test_deleting_what_is_gone_is_no_error(google: Exchanges) -> None:
    google.on(f"{USER}/drafts/r1", refused(404))
    await mailbox(google).delete_draft(TENANT, MAILBOX, "r1")
    google.on(f"{USER}/drafts/r1", Answer(status=204, body=b""))
    await mailbox(google).delete_draft(TENANT, MAILBOX, "r1")


async def test_a_held_draft_without_its_mail_is_no_edit(google: Exchanges) -> None:
    google.on(f"{USER}/drafts/r1", ok({"id": "r1", "message": {"id": "m1"}}))
    with pytest.raises(Unavailable):
        await sender(google).read_draft(TENANT, MAILBOX, "r1")


# Finding out afterwards

HISTORY = f"{USER}/history"


async def test_history_of_last_week_is_gone(google: Exchanges) -> None:
    google.on(HISTORY, refused(404, "notFound"))
    with pytest.raises(HistoryExpired):
        await sender(google).sent_since(TENANT, MAILBOX, "100")
    with pytest.raises(HistoryExpired):
        await sender(google).sent_since(TENANT, MAILBOX, "no number")


async def test_history_is_read_to_its_end_and_only_sent_mail_counts(google: Exchanges) -> None:
    def added(number: int, **labels: Any) -> dict[str, Any]:
        return {"id": str(number), "messagesAdded": [{"message": {"id": f"m{number}", **labels}}]}

    by_label = {"id": "9", "labelsAdded": [{"message": {"id": "m4"}, "labelIds": ["SENT"]}]}

    def paged(asked: Asked) -> Answer:
        assert asked.query["startHistoryId"] == ["100"]
        if "pageToken" in asked.query:
            return ok({"history": [added(3), by_label, {"id": "x"}, None], "historyId": "200"})
        return ok({"history": [added(1), added(2)], "nextPageToken": "p2", "historyId": "200"})

    key = {"X_SalesAgent_Key": "run-1"}
    google.on(HISTORY, paged)
    google.on(f"{USER}/messages/m1", ok(message(plain("One", **key), number=1, labels=("SENT",))))
    google.on(f"{USER}/messages/m2", refused(404))
    google.on(f"{USER}/messages/m3", ok(message(plain("Three"), number=3, labels=("DRAFT",))))
    google.on(f"{USER}/messages/m4", ok(message(plain("Four"), number=4, labels=("SENT",))))
    found = await sender(google).sent_since(TENANT, MAILBOX, "100")
    assert [(each.message_id, each.key, each.text) for each in found] == [
        ("m1", "run-1", "One"),
        ("m4", None, "Four"),
    ]


async def test_a_failure_while_looking_is_never_nothing_found(google: Exchanges) -> None:
    google.on(HISTORY, ok({"history": [{"messagesAdded": [{"message": {"id": "m1"}}]}]}))
    google.on(f"{USER}/messages/m1", refused(503))
    with pytest.raises(Unavailable):
        await sender(google).sent_since(TENANT, MAILBOX, "100")
    google.on(THREAD, refused(500))
    with pytest.raises(Unavailable):
        await sender(google).sent_in_thread(TENANT, MAILBOX, "t1")


async def test_a_mailbox_is_followed_from_the_first_pages_point(google: Exchanges) -> None:
    def added(number: int, *labels: str, thread: str = "t1") -> dict[str, Any]:
        held = {"id": f"m{number}", "threadId": thread, "labelIds": list(labels)}
        return {"messagesAdded": [{"message": held}]}

    def paged(asked: Asked) -> Answer:
        assert "labelId" not in asked.query
        if "pageToken" in asked.query:
            later = [added(5, "INBOX", thread="t3"), added(6, "INBOX"), {"messagesAdded": [7]}, 8]
            return ok({"history": later, "historyId": "250"})
        first = [
            added(1, "INBOX", "UNREAD"),
            added(2, "DRAFT", thread="t8"),
            added(3, "SPAM", thread="t9"),
            added(4, "SENT", thread="t2"),
        ]
        return ok({"history": first, "historyId": "200", "nextPageToken": "p2"})

    google.on(HISTORY, paged)
    changes = await GmailHistory(client_at(google.url)).changed_since(TENANT, MAILBOX, "100")
    assert changes == Changes(thread_ids=("t1", "t2", "t3"), point="200")


async def test_history_without_a_point_is_no_answer(google: Exchanges) -> None:
    google.on(HISTORY, ok({}))
    with pytest.raises(Unavailable):
        await GmailHistory(client_at(google.url)).changed_since(TENANT, MAILBOX, "100")
    google.on(HISTORY, ok({"nextPageToken": "again", "historyId": "200"}))
    with pytest.raises(HistoryExpired):
        await GmailHistory(client_at(google.url)).changed_since(TENANT, MAILBOX, "100")
