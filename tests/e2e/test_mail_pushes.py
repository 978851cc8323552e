"""Gmail's pushes over HTTP: who may bring one, and when it counts as taken."""

from __future__ import annotations

import base64
import json
from typing import Any

import attrs
import httpx
import pytest
from tests.e2e.http_stage import Stage

from salesagent_app.http.app import create_app
from salesagent_app.http.services import MailPushes
from salesagent_core.errors import Rejected, Unavailable

URL = "/webhooks/google/gmail"
GOOD = {"authorization": "Bearer good"}


class Door:
    """The application with a door for pushes; ``told`` is what came through it."""

    def __init__(self, *, down: bool = False) -> None:
        self.told: list[tuple[str, str]] = []
        self.down = down
        stage = Stage()
        pushes = MailPushes(verify=self._verify, told=self._take)
        self._app: Any = create_app(attrs.evolve(stage.services, mail_pushes=pushes))

    async def post(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(transport=transport, base_url="https://x.example") as client:
            return await client.post(URL, content=body, headers=headers)

    def _verify(self, authorization: str | None) -> None:
        if authorization == "Bearer nobody-can-tell":
            raise Unavailable("the certificates of Google's signers cannot be had")
        if authorization != "Bearer good":
            raise Rejected("the push's token is not valid")

    async def _take(self, mailbox: str, point: str) -> None:
        if self.down:
            raise Unavailable("the database cannot be reached")
        self.told.append((mailbox, point))


def push(told: object) -> bytes:
    data = base64.b64encode(json.dumps(told).encode()).decode()
    return json.dumps({"message": {"data": data, "messageId": "1"}, "subscription": "s"}).encode()


REAL = push({"emailAddress": "Sales@example.com", "historyId": 4711})


async def test_a_real_push_is_taken() -> None:
    door = Door()
    answer = await door.post(REAL, GOOD)
    assert (answer.status_code, answer.content) == (204, b"")
    assert door.told == [("sales@example.com", "4711")]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer forged"}, 401),
        ({"authorization": "Bearer nobody-can-tell"}, 503),
    ],
)
async def test_whoever_cannot_prove_it_is_not_let_in(headers: dict[str, str], status: int) -> None:
    door = Door()
    answer = await door.post(REAL, headers)
    assert answer.status_code == status
    assert answer.json()["status"] in ("unauthenticated", "unavailable")
    assert door.told == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", push("x"), push({"historyId": 1})])
async def test_what_is_no_push_is_refused(body: bytes) -> None:
    door = Door()
    assert (await door.post(body, GOOD)).status_code == 400
    assert door.told == []


async def test_a_body_that_no_push_has_is_not_read() -> None:
    assert (await Door().post(b"x" * 70_000, GOOD)).status_code == 413


async def test_what_cannot_be_committed_is_to_be_sent_again() -> None:
    assert (await Door(down=True).post(REAL, GOOD)).status_code == 503


async def test_without_a_topic_there_is_no_door() -> None:
    async with Stage().client() as client:
        assert (await client.post(URL, content=REAL, headers=GOOD)).status_code == 404
