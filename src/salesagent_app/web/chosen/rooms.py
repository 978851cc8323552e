"""All rooms of the settings."""

from __future__ import annotations

from typing import Any

from salesagent_app.http.services import HttpServices
from salesagent_app.web.chosen.files import FilePages
from salesagent_app.web.chosen.icp import IcpPages
from salesagent_app.web.chosen.rules import RulePages
from salesagent_app.web.chosen.sending import SendingSettings
from salesagent_app.web.chosen.setup import SetUpPages
from salesagent_app.web.chosen.suppressions import SuppressionPages
from salesagent_app.web.chosen.templates import TemplatePages
from salesagent_app.web.chosen.voices import VoicePages
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions


def setting_routes(services: HttpServices, sessions: Sessions, renderer: Renderer) -> list[Any]:
    """The routes, to be put behind the session guard; none where nothing is set on the pages."""
    if services.chosen is None or services.sending is None:
        return []
    parts = (services, sessions, renderer)
    rooms: list[Any] = [
        room(*parts)
        for room in (
            SendingSettings,
            IcpPages,
            FilePages,
            TemplatePages,
            SuppressionPages,
            SetUpPages,
        )
    ]
    if services.approvals is not None:
        rooms.append(RulePages(*parts))
    if services.improvement is not None:
        rooms.append(VoicePages(*parts))
    return [route for room in rooms for route in room.routes()]
