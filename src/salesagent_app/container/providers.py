"""All rooms in one: how everything that a process uses is made."""

from __future__ import annotations

from salesagent_app.container.choosing import Choosing
from salesagent_app.container.commanding import Commanding
from salesagent_app.container.intake import Intake
from salesagent_app.container.mailboxes import Mailboxes
from salesagent_app.container.notices import Notices
from salesagent_app.container.people import People


class Providers(Intake, Mailboxes, Commanding, People, Choosing, Notices):
    """How everything is made. What a process shares comes in from outside."""
