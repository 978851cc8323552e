"""What an installation offers, or the error that says that it does not."""

from __future__ import annotations

from salesagent_app.http.services import (
    ApprovalServices,
    CommandServices,
    HttpServices,
    ImprovementServices,
    OutcomeServices,
    PeopleServices,
    SendingServices,
    SettingsServices,
)
from salesagent_core.errors import NotFound, Unavailable
from salesagent_core.use_cases.connect_mailbox import ConnectMailbox
from salesagent_core.use_cases.forget_person import ForgetPerson
from salesagent_core.use_cases.manage_notices import ManageNotices
from salesagent_core.use_cases.manage_usage import ManageUsage


def sending_of(services: HttpServices) -> SendingServices:
    """The use cases of sending. Raises: Unavailable where the application has none."""
    if services.sending is None:
        raise Unavailable("this installation cannot send")
    return services.sending


def mailboxes_of(services: HttpServices) -> ConnectMailbox:
    """Raises: NotFound where mailboxes cannot be connected at all."""
    if services.mailboxes is None:
        raise NotFound("There are no mailboxes to connect here.")
    return services.mailboxes


def approvals_of(services: HttpServices) -> ApprovalServices:
    """The use cases behind it. Raises: Unavailable where the application has none."""
    if services.approvals is None:
        raise Unavailable("this installation approves nothing alone")
    return services.approvals


def commands_of(services: HttpServices) -> CommandServices:
    """Raises: Unavailable where the application follows none."""
    if services.commands is None:
        raise Unavailable("this installation follows no commands")
    return services.commands


def improvement_of(services: HttpServices) -> ImprovementServices:
    """The use cases behind it. Raises: Unavailable where the application has none."""
    if services.improvement is None:
        raise Unavailable("this installation keeps no tests, voices and analytics")
    return services.improvement


def outcomes_of(services: HttpServices) -> OutcomeServices:
    """Raises: Unavailable where the application keeps no outcomes."""
    if services.outcomes is None:
        raise Unavailable("this application keeps no outcomes")
    return services.outcomes


def privacy_of(services: HttpServices) -> ForgetPerson:
    """The use case, where there is one."""
    if services.privacy is None:
        raise NotFound("this installation keeps nobody's data")
    return services.privacy.people


def chosen_of(services: HttpServices) -> SettingsServices:
    """The use cases behind it. Raises: Unavailable where the application has none."""
    if services.chosen is None:
        raise Unavailable("nothing is set on the pages of this installation")
    return services.chosen


def people_of(services: HttpServices) -> PeopleServices:
    """Raises: NotFound where only keys log in."""
    if services.people is None:
        raise NotFound("There are no people to manage here.")
    return services.people


def usage_of(services: HttpServices) -> ManageUsage:
    """Raises: NotFound where nobody counts."""
    if services.usage is None:
        raise NotFound("Usage is not counted here.")
    return services.usage


def notices_of(services: HttpServices) -> ManageNotices:
    """Raises: NotFound where nobody is told."""
    if services.notices is None:
        raise NotFound("There are no notices here.")
    return services.notices
