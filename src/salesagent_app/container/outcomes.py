"""What became of a sent mail, and what is learned from it."""

from __future__ import annotations

from dependency_injector import providers

from salesagent_adapters.postgres.outcome_watches import PgFollowUps, PgOutcomeWatches
from salesagent_app.container.ground import Ground
from salesagent_app.container.running import Running
from salesagent_app.container.vendors import Vendors
from salesagent_core.use_cases.detect_outcomes import DetectOutcomes
from salesagent_core.use_cases.follow_up import FollowUpMail
from salesagent_core.use_cases.learn import Learn
from salesagent_core.use_cases.outcome_recorder import OutcomeRecorder
from salesagent_core.use_cases.read_outcomes import ReadOutcomes
from salesagent_core.use_cases.record_outcome import RecordOutcome
from salesagent_core.use_cases.watch_mail import WatchMail
from salesagent_core.use_cases.watch_meetings import WatchMeetings


class Outcomes(Running):
    """Finding, recording and reading outcomes."""

    outcome_recorder = providers.Singleton(OutcomeRecorder, ids=Ground.ids, trust=Running.trust)
    read_outcomes = providers.Singleton(ReadOutcomes, Running.outcome_reads, Ground.clock)

    record_outcome = providers.Singleton(
        RecordOutcome, work=Running.unit_of_work, recorder=outcome_recorder
    )

    learn = providers.Singleton(
        Learn, work=Running.unit_of_work, tenants=Ground.tenants, ids=Ground.ids
    )

    follow_up = providers.Singleton(
        FollowUpMail,
        follow_ups=providers.Singleton(PgFollowUps, Ground.database, Ground.vault),
        work=Running.unit_of_work,
        deals=Vendors.crm_deals,
        recorder=outcome_recorder,
    )

    detect_outcomes = providers.Singleton(
        DetectOutcomes,
        watches=providers.Singleton(PgOutcomeWatches, Ground.database, Ground.vault),
        mail=providers.Singleton(
            WatchMail,
            work=Running.unit_of_work,
            arrivals=Vendors.mail_arrivals,
            recorder=outcome_recorder,
        ),
        meetings=providers.Singleton(
            WatchMeetings,
            work=Running.unit_of_work,
            calendar=Vendors.calendar_events,
            recorder=outcome_recorder,
        ),
        follow_up=follow_up,
        learn=learn,
    )
