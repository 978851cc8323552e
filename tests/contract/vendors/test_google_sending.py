"""Sending through the Gmail API, over exchanges written from Google's documents: never twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from salesagent_adapters.google.client import SEND_BEGINS, SEND_TIMEOUTS
from salesagent_adapters.google.mail_sender import READ_BACK_SECONDS, GmailSender
from salesagent_adapters.google.transport import Timeouts
from salesagent_adapters.system.clock import FixedClock
from salesagent_core.domain.sending.attempt import SEND_LEASE
from salesagent_core.errors import NeedsReauth, NotFound, RateLimited, Rejected, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.mail_sender import FateUnknown, NotSent

from .google_exchanges import Answer, Exchanges, exchanges, ok, refused
from .google_parts import MAILBOX, NOW, TENANT, HandedTokens, client_at, connected

SEND = "/gmail/v1/users/me/drafts/send"
MESSAGE = "/gmail/v1/users/me/messages/m2"
SENT = {"id": "m2", "threadId": "t1", "labelIds": ["SENT"]}


@pytest.fixture
def google() -> Iterator[Exchanges]:
    with exchanges() as server:
        yield server


def sender(google: Exchanges, tokens: HandedTokens | None = None) -> GmailSender:
    return GmailSender(client_at(google.url, tokens=tokens), FixedClock(NOW))


async def send(google: Exchanges, tokens: HandedTokens | None = None) -> None:
    await sender(google, tokens).send_draft(TENANT, MAILBOX, "r1")


def header(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


async def test_a_sent_mail_is_read_back_as_the_mailbox_keeps_it(google: Exchanges) -> None:
    google.on(SEND, ok(SENT))
    payload = {
        "mimeType": "text/plain",
        "headers": [
            header("Message-ID", "<kept@mail.gmail.example>"),
            header("To", "Zoë Lead <lead@buyer.example>"),
            header("Subject", "Grüße"),
            header("X-SalesAgent-Key", "run-1"),
        ],
        "body": {"data": "SGVsbG8", "size": 5},
    }
    google.on(MESSAGE, ok({**SENT, "internalDate": "1795168800000", "payload": payload}))
    sent = await sender(google).send_draft(TENANT, MAILBOX, "r1")
    assert (sent.message_id, sent.thread_id, sent.key) == ("m2", "t1", "run-1")
    assert sent.rfc822_id == "<kept@mail.gmail.example>"
    assert (sent.to, sent.subject, sent.text) == (("lead@buyer.example",), "Grüße", "Hello")
    assert google.asked[0].json == {"id": "r1"}
    assert google.asked[0].headers["authorization"] == "Bearer token-1"


@pytest.mark.parametrize(
    "reading", [refused(500), refused(404), Answer(body=b"{not json"), Answer(wait=3)]
)
async def test_a_sent_mail_that_cannot_be_read_back_is_sent_all_the_same(
    google: Exchanges, reading: Answer
) -> None:
    google.on(SEND, ok(SENT))
    google.on(MESSAGE, reading)
    sent = await sender(google).send_draft(TENANT, MAILBOX, "r1")
    assert (sent.message_id, sent.thread_id, sent.sent_at) == ("m2", "t1", NOW)
    assert google.count(SEND) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(reset=True),
        Answer(cut=0),
        Answer(cut=5),
        Answer(cut=30),
        Answer(body=b'{"id": "m2", "threadId": "t1"}', cut=80),
        Answer(body=b'{"id": "m2", "threadId": "t1"}', cut=80, reset=True),
        Answer(body=b'{"id": "m2"', headers={"transfer-encoding": "chunked"}),
        Answer(body=b"<html>proxy</html>"),
        Answer(body=b"[]"),
        Answer(body=b'{"id": "m2"}'),
        Answer(body=b""),
        Answer(wait=3),
        refused(500, "backendError"),
        refused(502),
        refused(503, Retry_After="1"),
        refused(408),
        refused(409, "aborted"),
        Answer(status=302, headers={"location": "/gmail/v1/users/me/drafts/send"}),
        Answer(status=307, headers={"location": "/gmail/v1/users/me/drafts/send"}),
    ],
)
async def test_without_a_clear_answer_the_fate_is_unknown_and_the_request_was_made_once(
    google: Exchanges, answer: Answer
) -> None:
    google.on(SEND, answer)
    with pytest.raises(FateUnknown):
        await send(google)
    assert google.count(SEND) == 1
    assert google.connections == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused(400, "invalidArgument"), Rejected),
        (refused(400, "failedPrecondition"), Rejected),
        (refused(403, "domainPolicy"), Rejected),
        (refused(403, "dailyLimitExceeded"), Rejected),
        (refused(403), Rejected),
        (refused(403, "insufficientPermissions"), NeedsReauth),
        (refused(404, "notFound"), NotFound),
        (refused(429, "rateLimitExceeded"), RateLimited),
        (refused(403, "userRateLimitExceeded"), RateLimited),
        (refused(403, "rateLimitExceeded"), RateLimited),
    ],
)
async def test_a_clear_no_is_told_as_such_and_nothing_was_sent(
    google: Exchanges, answer: Answer, error: type[Exception]
) -> None:
    google.on(SEND, answer)
    with pytest.raises(error):
        await send(google)
    assert google.count(SEND) == 1


async def test_a_limit_is_over_when_google_says(google: Exchanges) -> None:
    google.on(SEND, refused(429, "userRateLimitExceeded", Retry_After="120"))
    with pytest.raises(RateLimited) as seconds:
        await send(google)
    assert seconds.value.retry_at == NOW + timedelta(seconds=120)
    message = "User-rate limit exceeded. Retry after 2026-11-20T15:30:00.250Z"
    google.on(SEND, refused(429, "userRateLimitExceeded", message))
    with pytest.raises(RateLimited) as moment:
        await send(google)
    assert moment.value.retry_at == NOW + timedelta(hours=5, minutes=30, milliseconds=250)


async def test_a_refused_connection_sent_nothing() -> None:
    with exchanges() as google:
        url = google.url
    with pytest.raises(NotSent):
        await GmailSender(client_at(url), FixedClock(NOW)).send_draft(TENANT, MAILBOX, "r1")


async def test_a_name_that_does_not_resolve_sent_nothing() -> None:
    client = client_at("http://mail.invalid", timeouts=Timeouts(total=20))
    with pytest.raises(NotSent):
        await GmailSender(client, FixedClock(NOW)).send_draft(TENANT, MAILBOX, "r1")


async def test_a_server_that_drops_the_connection_at_once_is_not_asked_again(
    google: Exchanges,
) -> None:
    google.reset_on_connect = True
    # Whether any of the request was written by then is a race; that it is told is not.
    with pytest.raises((FateUnknown, NotSent)):
        await send(google)
    assert google.connections == 1


async def test_a_token_that_ran_out_is_replaced_and_the_send_is_for_later(
    google: Exchanges,
) -> None:
    google.on(SEND, refused(401, "authError"))
    tokens = connected("token-2")
    with pytest.raises(NotSent):
        await send(google, tokens)
    assert tokens.refusals == ["token-1"]
    assert google.count(SEND) == 1


async def test_a_revoked_token_parks_the_send(google: Exchanges) -> None:
    google.on(SEND, refused(401, "authError"))
    with pytest.raises(NeedsReauth):
        await send(google, connected())
    with pytest.raises(NeedsReauth):
        await send(google, HandedTokens())
    assert google.count(SEND) == 1


async def test_a_missing_permission_is_named(google: Exchanges) -> None:
    challenge = 'Bearer scope="https://www.googleapis.com/auth/gmail.compose"'
    google.on(SEND, refused(403, "insufficientPermissions", WWW_Authenticate=challenge))
    with pytest.raises(NeedsReauth, match=r"gmail\.compose"):
        await send(google)
    google.on(SEND, refused(403, "insufficientPermissions"))
    with pytest.raises(NeedsReauth, match=r"gmail\.compose"):
        await send(google)


async def test_what_the_server_says_about_people_stays_out_of_the_error(
    google: Exchanges,
) -> None:
    google.on(SEND, refused(400, "invalidArgument", "Bad recipient lead@buyer.example"))
    with pytest.raises(Rejected) as told:
        await send(google)
    assert "buyer" not in str(told.value)
    google.on(SEND, Answer(body=b'{"to": "lead@buyer.example"'))
    with pytest.raises(FateUnknown) as unread:
        await send(google)
    assert "buyer" not in f"{unread.value} {unread.value.__cause__}"


async def test_a_send_that_was_cancelled_before_it_began_never_goes_out(
    google: Exchanges,
) -> None:
    google.on("/gmail/v1/users/me/profile", Answer(body=b'{"historyId": "7"}', wait=0.3))
    google.on(SEND, ok(SENT))
    client = client_at(google.url, calls_per_mailbox=1)
    busy = GmailSender(client, FixedClock(NOW))
    looking = asyncio.create_task(busy.present(TENANT, MAILBOX))
    await asyncio.sleep(0.1)
    sending = asyncio.create_task(busy.send_draft(TENANT, MAILBOX, "r1"))
    await asyncio.sleep(0.1)
    sending.cancel()
    assert await looking == "7"
    await asyncio.sleep(0.2)
    assert google.count(SEND) == 0


async def test_fifty_sends_at_once_are_fifty_requests(google: Exchanges) -> None:
    google.on(SEND, Answer(reset=True))
    client = client_at(google.url, timeouts=Timeouts(connect=5, answer=5, total=10))
    port = GmailSender(client, FixedClock(NOW))
    tried = await asyncio.gather(
        *(port.send_draft(TENANT, MAILBOX, f"r{number}") for number in range(50)),
        return_exceptions=True,
    )
    assert all(isinstance(each, FateUnknown) for each in tried)
    assert google.count(SEND) == 50
    assert len({each.json["id"] for each in google.asked}) == 50


async def test_a_send_that_cannot_begin_in_time_is_not_made(
    google: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    google.on("/gmail/v1/users/me/profile", Answer(body=b'{"historyId": "7"}', wait=0.8))
    google.on(SEND, ok(SENT))
    monkeypatch.setattr("salesagent_adapters.google.client.SEND_BEGINS", 0.2)
    slow = Timeouts(connect=1, answer=5, total=5)
    port = GmailSender(client_at(google.url, calls_per_mailbox=1, timeouts=slow), FixedClock(NOW))
    looking = asyncio.create_task(port.present(TENANT, MAILBOX))
    await asyncio.sleep(0.1)
    with pytest.raises(NotSent):
        await port.send_draft(TENANT, MAILBOX, "r1")
    assert await looking == "7"
    assert google.count(SEND) == 0
    # The mailbox's turn came back.
    assert await port.present(TENANT, MAILBOX) == "7"


async def test_a_token_that_cannot_be_had_now_sends_nothing(google: Exchanges) -> None:
    class Broken(HandedTokens):
        async def token(self, tenant_id: TenantId, mailbox: str) -> str:
            raise Unavailable("the store cannot be reached")

    with pytest.raises(NotSent):
        await send(google, Broken())
    assert google.asked == []


def test_all_that_a_send_waits_for_is_shorter_than_its_lease() -> None:
    longest = SEND_BEGINS + SEND_TIMEOUTS.total + READ_BACK_SECONDS
    assert longest < SEND_LEASE.total_seconds() - 3


async def test_after_closing_nothing_is_sent(google: Exchanges) -> None:
    api = client_at(google.url)
    api.close()
    with pytest.raises(NotSent):
        await GmailSender(api, FixedClock(NOW)).send_draft(TENANT, MAILBOX, "r1")
    assert google.asked == []


async def test_a_token_store_that_fails_after_a_refusal_leaves_it_unsent(
    google: Exchanges,
) -> None:
    class Failing(HandedTokens):
        async def refused(self, tenant_id: TenantId, mailbox: str, token: str) -> None:
            raise Unavailable("the store cannot be reached")

    google.on(SEND, refused(401, "authError"))
    with pytest.raises(NotSent):
        await send(google, Failing(connected={(TENANT, MAILBOX): "token-1"}))
    assert google.count(SEND) == 1
