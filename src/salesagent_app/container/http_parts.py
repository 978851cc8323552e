"""What the web application takes from the container."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import attrs

from salesagent_app.container.providers import Providers
from salesagent_app.dependency_watch import DependencyWatch
from salesagent_app.http.services import (
    ApprovalServices,
    CommandServices,
    HttpServices,
    ImprovementServices,
    Limits,
    MailPushes,
    OutcomeServices,
    PeopleServices,
    PrivacyServices,
    SendingServices,
    SettingsServices,
    VendorKeys,
)
from salesagent_app.settings import Settings, retention_periods
from salesagent_app.vendors import push_verifier
from salesagent_core.ids import TenantId
from salesagent_core.ports.vendor_health import VendorState
from salesagent_core.ports.vendor_probe import Trial


@attrs.frozen(kw_only=True)
class ProcessParts:
    """What the web application asks of the process that serves it."""

    dependencies: DependencyWatch
    vendor_states: Callable[[], tuple[VendorState, ...]]
    trials: Callable[[TenantId], Awaitable[Sequence[Trial]]]
    close: Callable[[], Awaitable[None]]


def http_services(make: Providers, process: ProcessParts) -> HttpServices:
    """Everything that the routes and pages call."""
    settings: Settings = make.settings()
    return HttpServices(
        receive_submission=make.receive_submission(),
        receive_crm_events=make.receive_crm_events(),
        review=make.review_draft(),
        dead_letters=make.settle_dead_letter(),
        queries=make.queries(),
        api_keys=make.api_keys(),
        tenants=make.tenants(),
        clock=make.clock(),
        ids=make.ids(),
        readiness=process.dependencies.problems,
        sending=_sending(make),
        mailboxes=make.connect_mailbox(),
        approvals=_approvals(make),
        commands=CommandServices(follow=make.follow_command(), transcriber=make.transcriber()),
        mail_pushes=_mail_pushes(make),
        improvement=_improvement(make),
        outcomes=_outcomes(make),
        privacy=PrivacyServices(people=make.forget_person(), periods=retention_periods(settings)),
        chosen=_chosen(make, process),
        people=_people(make),
        public_url=settings.public_url,
        warnings=_stand_in_warning(settings.stand_ins),
        dependencies=process.dependencies,
        close=process.close,
        views=make.saved_views(),
        usage=make.manage_usage(),
        notices=make.manage_notices(),
        watch=make.watch(),
        vendor_states=process.vendor_states,
        windows=make.windows(),
        limits=Limits(
            open_per_minute=settings.rate_limit_open_per_minute,
            caller_per_minute=settings.rate_limit_key_per_minute,
        ),
    )


def _sending(make: Providers) -> SendingServices:
    return SendingServices(
        schedule=make.schedule_send(),
        control=make.control_sending(),
        recipients=make.manage_recipients(),
        suppressions=make.manage_suppressions(),
        reconcile=make.reconcile_sends(),
    )


def _approvals(make: Providers) -> ApprovalServices:
    return ApprovalServices(
        rules=make.manage_rules(),
        autonomy=make.manage_autonomy(),
        backtest=make.backtest_policy(),
    )


def _improvement(make: Providers) -> ImprovementServices:
    return ImprovementServices(
        experiments=make.manage_experiments(),
        voices=make.manage_voices(),
        performance=make.read_performance(),
    )


def _outcomes(make: Providers) -> OutcomeServices:
    return OutcomeServices(
        read=make.read_outcomes(),
        record=make.record_outcome(),
        detect=make.detect_outcomes(),
        learn=make.learn(),
    )


def _chosen(make: Providers, process: ProcessParts) -> SettingsServices:
    return SettingsServices(
        settings=make.manage_settings(),
        templates=make.manage_templates(),
        vendors=_vendor_keys(make.settings()),
        trials=process.trials,
        crm_token=make.tenants().crm_token,
    )


def _people(make: Providers) -> PeopleServices:
    return PeopleServices(
        directory=make.people_directory(),
        log_in=make.log_in(),
        account=make.manage_account(),
        manage=make.manage_people(),
        keys=make.manage_keys(),
        reset=make.reset_password(),
        sign_in=make.sign_in(),
    )


def _mail_pushes(make: Providers) -> MailPushes | None:
    verifier = push_verifier(make.settings())
    if verifier is None:
        return None
    return MailPushes(verify=verifier.verify, told=make.watch_mailboxes().told)


def _vendor_keys(settings: Settings) -> tuple[VendorKeys, ...]:
    """The vendors, and which of their settings are missing."""
    google = {
        "GOOGLE_CLIENT_ID": settings.google_client_id,
        "GOOGLE_CLIENT_SECRET": settings.google_client_secret,
        "GOOGLE_REDIRECT_URI": settings.google_redirect_uri,
    }
    hubspot = {
        "HUBSPOT_API_KEY": settings.hubspot_api_key,
        "HUBSPOT_WEBHOOK_SECRET": settings.hubspot_webhook_secret,
    }
    openai = {
        "OPENAI_API_KEY": settings.openai_api_key or settings.openai_base_url,
        "OPENAI_MODEL": settings.openai_model,
    }
    needed = (
        ("Google", google, "put drafts into your mailbox, find free times and link files"),
        ("HubSpot", hubspot, "take in forms, know your contacts and file tasks"),
        ("OpenAI", openai, "write drafts in your words; until then a plain template writes them"),
    )
    return tuple(
        VendorKeys(
            name=name,
            variables=tuple(given),
            missing=tuple(variable for variable, value in given.items() if value is None),
            needed_for=purpose,
        )
        for name, given, purpose in needed
    )


def _stand_in_warning(vendors: Sequence[str]) -> tuple[str, ...]:
    if not vendors:
        return ()
    *others, last = vendors
    names = (
        f"{', '.join(others)} and {last} are not connected, made-up ones stand in"
        if others
        else (f"{last} is not connected, a made-up one stands in")
    )
    return (f"{names}: nothing reaches the real service.",)
