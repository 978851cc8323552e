"""Every page as a viewer sees it: all there is, and nothing to press that is not theirs."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser

import attrs
import httpx
from tests.e2e.test_isolation import FIRST, World, world

from salesagent_adapters.postgres.rows import new_id
from salesagent_core.domain.people import Role
from salesagent_core.ports.people import User

__all__ = ["world"]
OWN = ("/account", "/logout")
FOR_ADMINS = {"/users", "/keys", "/privacy"}
"""Pages that a viewer is refused whole."""


@attrs.define
class Pressed(HTMLParser):
    """Where the buttons of a page post to, and its links and scripts. A form that only shows what
    is set has no button."""

    form: str | None = None
    posts: list[str] = attrs.field(factory=list)
    links: set[str] = attrs.field(factory=set)
    scripts: list[str] = attrs.field(factory=list)

    def __attrs_pre_init__(self) -> None:
        super().__init__()

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "form":
            posts = (given.get("method") or "").lower() == "post"
            self.form = (given.get("action") or "") if posts else None
        pressed = tag == "button" and given.get("type", "submit") == "submit"
        if pressed and self.form is not None:
            self.posts.append(given.get("formaction") or self.form)
        if tag == "a":
            self.links.add((given.get("href") or "").partition("?")[0])
        if tag == "script":
            self.scripts.append(given.get("src") or "")


async def viewer_of(world: World) -> str:
    """The cookie of a viewer of the first organisation, which has a row of everything."""
    viewer = User(
        id=new_id(),
        tenant_id=FIRST,
        email="vi@example.net",
        name="Vi",
        role=Role.VIEWER,
        created_at=datetime.now(UTC),
    )
    async with world.work.begin(FIRST) as tx:
        await tx.users.add(viewer)
    return (await world.log_in_as(FIRST, viewer.id))[0]


async def test_a_viewer_is_offered_nothing_to_press(world: World) -> None:
    cookie, faults, seen = await viewer_of(world), [], 0
    async with httpx.AsyncClient(base_url=world.url, timeout=20) as client:
        for address in world.sampled():
            if address.method != "GET" or not address.is_page or address.path.endswith("/live"):
                continue
            answer = await client.get(world.url_of(address), headers={"cookie": cookie})
            page = Pressed()
            page.feed(answer.text if "html" in answer.headers.get("content-type", "") else "")
            if answer.status_code == 403:
                said = "admin" in answer.text or "operator" in answer.text
                if not said:
                    faults.append(f"{address.path}: refused without a word why")
                continue
            if answer.status_code not in (200, 303):
                faults.append(f"{address.path}: {answer.status_code}")
            wrong = [action for action in page.posts if not action.startswith(OWN)]
            wrong += sorted(page.links & FOR_ADMINS)
            wrong += [script for script in page.scripts if "jarvis" in script]
            faults += [f"{address.path}: {action}" for action in wrong]
            seen += 1
    assert not faults, "\n".join(faults)
    assert seen > 30
