"""The official SDK's calls that we make, for one access token.

Each access of ``HubSpot(...).crm.contacts.basic_api`` builds a new client with a pool of its own;
here each is built once, so that connections are kept.

Its booleans in a query come out as Python writes them (``archived=False``): leave them out.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any


class Apis:
    """Attributes are the SDK's API objects. Shared between threads, as its HTTP pools are."""

    def __init__(self, access_token: str, host: str | None, connections: int) -> None:
        from hubspot import HubSpot

        options: dict[str, Any] = {"connection_pool_maxsize": connections}
        if host is not None:
            options["host"] = host
        # retry=False: no attempt but ours, which knows what may be tried again.
        self._sdk = HubSpot(access_token=access_token, retry=False, **options)

    @cached_property
    def contacts(self) -> Any:
        """Create, change."""
        return self._sdk.crm.contacts.basic_api

    @cached_property
    def contact_batch(self) -> Any:
        """Read many, by id or by address."""
        return self._sdk.crm.contacts.batch_api

    @cached_property
    def contact_search(self) -> Any:
        """Search; limited on its own."""
        return self._sdk.crm.contacts.search_api

    @cached_property
    def companies(self) -> Any:
        """Create, read."""
        return self._sdk.crm.companies.basic_api

    @cached_property
    def company_search(self) -> Any:
        """Search; limited on its own."""
        return self._sdk.crm.companies.search_api

    @cached_property
    def deal_batch(self) -> Any:
        """Read many."""
        return self._sdk.crm.deals.batch_api

    @cached_property
    def notes(self) -> Any:
        """Create."""
        return self._sdk.crm.objects.notes.basic_api

    @cached_property
    def note_batch(self) -> Any:
        """Read many."""
        return self._sdk.crm.objects.notes.batch_api

    @cached_property
    def tasks(self) -> Any:
        """Create."""
        return self._sdk.crm.objects.tasks.basic_api

    @cached_property
    def task_batch(self) -> Any:
        """Read many."""
        return self._sdk.crm.objects.tasks.batch_api

    @cached_property
    def associations(self) -> Any:
        """What hangs together with what."""
        return self._sdk.crm.associations.v4.basic_api

    @cached_property
    def owners(self) -> Any:
        """The people records belong to."""
        return self._sdk.crm.owners.owners_api

    @cached_property
    def pipelines(self) -> Any:
        """Pipelines with their stages."""
        return self._sdk.crm.pipelines.pipelines_api

    @cached_property
    def properties(self) -> Any:
        """The fields that records have."""
        return self._sdk.crm.properties.core_api

    @cached_property
    def forms(self) -> Any:
        """Marketing forms."""
        return self._sdk.marketing.forms.forms_api
