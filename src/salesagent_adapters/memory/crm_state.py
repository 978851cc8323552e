"""What the CRM holds: contacts, companies, notes and tasks, as records with properties."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from salesagent_core.errors import Unavailable
from salesagent_core.ports.crm import CrmTask
from salesagent_core.ports.crm_deals import Deal

REQUESTS_PER_WINDOW = 190
RATE_WINDOW = timedelta(seconds=10)
"""HubSpot, private app on Professional or Enterprise."""


@attrs.frozen(kw_only=True)
class StoredContact:
    """``properties`` are named as HubSpot names them (``firstname``, ``jobtitle``, …)."""

    id: str
    properties: dict[str, str]
    company_id: str | None = None
    converted_at: datetime | None = None
    conversion_id: str | None = None
    form_id: str | None = None

    @property
    def email(self) -> str:
        """The address, lower-case."""
        return self.properties.get("email", "").lower()


@attrs.frozen(kw_only=True)
class StoredCompany:
    """``domain`` is the property of that name, lower-case."""

    id: str
    properties: dict[str, str]
    competitors: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        """The company's domain, or empty."""
        return self.properties.get("domain", "").lower()


@attrs.frozen(kw_only=True)
class StoredNote:
    """A note on a contact or a company."""

    id: str
    about_id: str
    text: str
    at: datetime


@attrs.frozen(kw_only=True)
class StoredTask:
    """A task with the note that was made beside it."""

    id: str
    note_id: str
    task: CrmTask


@attrs.define(kw_only=True)
class CrmState:
    """One tenant's CRM. ``new_id`` makes the next record id; ``deals`` holds each with the contact
    it belongs to."""

    now: Callable[[], datetime]
    new_id: Callable[[], str]
    requests_per_window: int | None = REQUESTS_PER_WINDOW
    contacts: dict[str, StoredContact] = attrs.field(factory=dict)
    companies: dict[str, StoredCompany] = attrs.field(factory=dict)
    notes: list[StoredNote] = attrs.field(factory=list)
    tasks: dict[str, StoredTask] = attrs.field(factory=dict)
    deals: dict[str, tuple[str, Deal]] = attrs.field(factory=dict)
    _by_email: dict[str, str] = attrs.field(factory=dict)
    _by_domain: dict[str, str] = attrs.field(factory=dict)
    _asked: deque[datetime] = attrs.field(factory=deque)

    def count_request(self) -> None:
        """Raises: Unavailable, with the time, when there were too many in the last seconds."""
        if self.requests_per_window is None:
            return
        now = self.now()
        while self._asked and self._asked[0] <= now - RATE_WINDOW:
            self._asked.popleft()
        if len(self._asked) >= self.requests_per_window:
            raise Unavailable("the CRM's rate limit is reached", retry_at=now + RATE_WINDOW)
        self._asked.append(now)

    def save_contact(self, contact: StoredContact) -> StoredContact:
        """Store a new or changed contact; one contact has an address."""
        self.contacts[contact.id] = contact
        self._by_email[contact.email] = contact.id
        return contact

    def save_company(self, company: StoredCompany) -> StoredCompany:
        """Store a new or changed company; the first one keeps a domain."""
        self.companies[company.id] = company
        if company.domain:
            self._by_domain.setdefault(company.domain, company.id)
        return company

    def by_email(self, email: str) -> StoredContact | None:
        """The contact with this address, in whatever case."""
        return self.contacts.get(self._by_email.get(email.lower(), ""))

    def by_domain(self, domain: str) -> StoredCompany | None:
        """The company with this domain."""
        return self.companies.get(self._by_domain.get(domain.lower(), ""))

    def add_note(self, about_id: str, text: str, at: datetime | None = None) -> StoredNote:
        """Write a note on a contact or company."""
        note = StoredNote(id=self.new_id(), about_id=about_id, text=text, at=at or self.now())
        self.notes.append(note)
        return note

    def ensure_task(self, task: CrmTask) -> StoredTask:
        """The task of that key, made with its note when there is none."""
        if task.key not in self.tasks:
            note = self.add_note(task.contact_crm_id, task.note)
            self.tasks[task.key] = StoredTask(id=self.new_id(), note_id=note.id, task=task)
        return self.tasks[task.key]
