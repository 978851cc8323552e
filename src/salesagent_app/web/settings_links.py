"""The pages below Settings that are about who may come in: named once, shown wherever they are."""

from __future__ import annotations

import attrs

from salesagent_app.http.auth import Visit


@attrs.frozen(kw_only=True)
class SettingsLink:
    """A page and what it is for, in a sentence. ``for_admins``: nobody else sees it."""

    path: str
    name: str
    sentence: str
    for_admins: bool = False


PEOPLE_LINKS = (
    SettingsLink(
        path="/account",
        name="Your account",
        sentence="Your password, two-factor log-in, and where you are logged in.",
    ),
    SettingsLink(
        path="/users",
        name="People",
        sentence="Who may log in, and what they may do.",
        for_admins=True,
    ),
    SettingsLink(
        path="/keys",
        name="API keys",
        sentence="Keys for programs: what they may do, and when they were used.",
        for_admins=True,
    ),
)


def links_for(visit: Visit) -> tuple[SettingsLink, ...]:
    """Those that this person may open."""
    return tuple(link for link in PEOPLE_LINKS if visit.may_manage or not link.for_admins)
