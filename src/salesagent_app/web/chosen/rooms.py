"""All rooms of the settings."""

from __future__ import annotations

from typing import Any

from salesagent_app.http.services import HttpServices
from salesagent_app.web.chosen.icp import IcpPages
from salesagent_app.web.chosen.sending import SendingSettings
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions


def setting_routes(services: HttpServices, sessions: Sessions, renderer: Renderer) -> list[Any]:
    """The routes, to be put behind the session guard; none where nothing is set on the pages."""
    if services.chosen is None or services.sending is None:
        return []
    parts = (services, sessions, renderer)
    rooms: list[Any] = [SendingSettings(*parts), IcpPages(*parts)]
    return [route for room in rooms for route in room.routes()]
