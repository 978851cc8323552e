"""The inbound form, and what makes two deliveries the same submission."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum

import attrs

from salesagent_core.ids import SubmissionId, TenantId


class SubmissionSource(StrEnum):
    """The door the form came in by."""

    FORM = "form"
    WORKFLOW = "workflow"
    EVENT = "event"
    POLL = "poll"
    SMOKE = "smoke"


@attrs.frozen(kw_only=True)
class FormField:
    """One field as the visitor filled it in. Both parts are a stranger's text."""

    name: str
    value: str


_MESSAGE_NAMES = ("message", "comments", "comment", "how_can_we_help", "question", "notes")
_COMPANY_NAMES = ("company", "company_name", "organization", "organisation")
_TITLE_NAMES = ("jobtitle", "job_title", "title", "position", "role")
_FIRST_NAMES = ("firstname", "first_name", "given_name")
_LAST_NAMES = ("lastname", "last_name", "family_name", "surname")
_EMAIL_NAMES = ("email", "e-mail", "email_address", "work_email")


@attrs.frozen(kw_only=True)
class Submission:
    """A form as it came in, normalised just enough to be worked.

    ``conversion_id`` is the form platform's own id of this submission where the door told it;
    ``submitted_at`` the visitor's time, ``received_at`` ours; both aware. Unknown fields stay in
    ``fields``, and the raw bytes are stored beside the submission.
    """

    id: SubmissionId
    tenant_id: TenantId
    source: SubmissionSource
    received_at: datetime
    fields: tuple[FormField, ...] = ()
    portal_id: str | None = None
    form_id: str | None = None
    conversion_id: str | None = None
    contact_crm_id: str | None = None
    submitted_at: datetime | None = None
    page_uri: str | None = None
    page_title: str | None = None

    def value(self, *names: str) -> str | None:
        """The first non-blank value among fields called any of ``names``, in that order."""
        lowered = {field.name.strip().lower(): field.value for field in reversed(self.fields)}
        for name in names:
            value = lowered.get(name, "").strip()
            if value:
                return value
        return None

    @property
    def email(self) -> str | None:
        """The address as typed, not yet judged."""
        return self.value(*_EMAIL_NAMES)

    @property
    def message(self) -> str | None:
        """What the visitor wrote to us in free text."""
        return self.value(*_MESSAGE_NAMES)

    @property
    def company_name(self) -> str | None:
        """The company as typed."""
        return self.value(*_COMPANY_NAMES)

    @property
    def title(self) -> str | None:
        """The job title as typed."""
        return self.value(*_TITLE_NAMES)

    @property
    def first_name(self) -> str | None:
        """The given name as typed."""
        return self.value(*_FIRST_NAMES)

    @property
    def last_name(self) -> str | None:
        """The family name as typed."""
        return self.value(*_LAST_NAMES)


@attrs.frozen(kw_only=True)
class IntakeKeys:
    """What decides whether two deliveries are one submission.

    ``conversion`` is exact: two different ones are two submissions, always. ``moment`` (who and
    which second) joins a delivery that knows no conversion id to one that does. ``content`` is
    the last resort of a delivery that knows neither: the same fields again within
    ``CONTENT_WINDOW_DAYS`` is the platform repeating itself.
    """

    conversion: str | None = None
    moment: str | None = None
    content: str | None = None


CONTENT_WINDOW_DAYS = 4
"""A workflow webhook is retried for 3 days after a 5xx; one day of margin."""


def intake_keys(submission: Submission) -> IntakeKeys:
    """The one builder of deduplication keys: from ids, addresses and times, never from prose.

    ``content`` is made only when neither a conversion id nor a moment is known.
    """
    conversion = submission.conversion_id and f"conversion:{submission.conversion_id}"
    moment = None
    if submission.submitted_at is not None and submission.email:
        second = int(submission.submitted_at.timestamp())
        moment = _digest("moment", submission.email.strip().lower(), str(second))
    content = None
    if not conversion and moment is None:
        pairs = sorted((field.name, field.value) for field in submission.fields)
        flat = [part for pair in pairs for part in pair]
        content = _digest("content", submission.form_id or "", *flat)
    return IntakeKeys(conversion=conversion or None, moment=moment, content=content)


def _digest(kind: str, *parts: str) -> str:
    # NUL cannot stand in a form field that Postgres accepts, so the parts cannot run together.
    # JSON may carry a lone surrogate, which plain UTF-8 refuses.
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return f"{kind}:{hashlib.sha256(text).hexdigest()[:32]}"
