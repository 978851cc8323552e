"""What comes in: forms, and what the CRM tells us."""

from __future__ import annotations

from operator import attrgetter

from dependency_injector import providers

from salesagent_adapters.postgres.conversion_polls import PgConversionPolls
from salesagent_adapters.postgres.crm_events import PgCrmEventInbox
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_app.container.ground import Ground, batch_sizes, bell
from salesagent_app.container.keeping import Keeping
from salesagent_app.container.vendors import Vendors
from salesagent_core.ports.job_queue import Topic
from salesagent_core.use_cases.poll_conversions import PollConversions
from salesagent_core.use_cases.receive_crm_events import ReceiveCrmEvents
from salesagent_core.use_cases.receive_submission import ReceiveSubmission
from salesagent_core.use_cases.resolve_crm_event import ResolveCrmEvents


class Intake(Keeping):
    """Forms, events and polls of the CRM."""

    intake = providers.Singleton(
        PgIntake,
        Ground.database,
        Ground.vault,
        providers.Callable(bell, Ground.queue, Topic.RUN),
        sized=providers.Callable(batch_sizes, Ground.watch, "intake"),
    )

    crm_events = providers.Singleton(
        PgCrmEventInbox,
        Ground.database,
        Ground.vault,
        providers.Callable(bell, Ground.queue, Topic.CRM_EVENT),
        Ground.clock.provided.now,
    )

    receive_submission = providers.Singleton(ReceiveSubmission, intake, Ground.ids)
    receive_crm_events = providers.Singleton(ReceiveCrmEvents, crm_events)

    resolve_crm_events = providers.Singleton(
        ResolveCrmEvents,
        crm_events,
        Vendors.crm,
        receive_submission,
        Ground.clock,
        Ground.ids,
        forget=Keeping.forget_person.provided.erase_contact,
    )

    conversion_polls = providers.Singleton(
        PgConversionPolls, Ground.database, Ground.clock.provided.now
    )

    poll_conversions = providers.Singleton(
        PollConversions,
        conversion_polls,
        providers.Singleton(attrgetter("conversions"), Vendors.hubspot),
        receive_submission,
        Ground.clock,
        Ground.ids,
    )
