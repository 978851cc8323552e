"""Commands by word."""

from __future__ import annotations

from operator import attrgetter

from dependency_injector import providers

from salesagent_app.container.ground import Ground
from salesagent_app.container.reviewing import Reviewing
from salesagent_app.container.running import Running
from salesagent_app.container.sending import Sending
from salesagent_app.container.vendors import Vendors
from salesagent_core.use_cases.approve_draft import ApproveDraft
from salesagent_core.use_cases.by_word.pending import PendingCommands
from salesagent_core.use_cases.follow_command import FollowCommand


class Commanding(Reviewing, Sending):
    """What follows a command that somebody wrote or spoke."""

    follow_command = providers.Singleton(
        FollowCommand,
        queries=Reviewing.queries,
        review=Reviewing.review_draft,
        approve=providers.Singleton(
            ApproveDraft,
            review=Reviewing.review_draft,
            schedule=Sending.schedule_send,
            control=Sending.control_sending,
        ),
        schedule=Sending.schedule_send,
        interpreter=providers.Singleton(attrgetter("interpreter"), Vendors.models),
        pending=providers.Singleton(
            PendingCommands, sealer=Ground.vault, clock=Ground.clock, ids=Ground.ids
        ),
        unit_of_work=Running.unit_of_work,
        clock=Ground.clock,
        ids=Ground.ids,
    )
