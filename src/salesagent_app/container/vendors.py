"""The services that others run, or what stands in for them."""

from __future__ import annotations

from operator import attrgetter

from dependency_injector import providers

from salesagent_adapters.google.oauth import GoogleClient, GoogleOAuth
from salesagent_adapters.google.token_keeper import TokenKeeper
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_app.container.ground import Ground
from salesagent_app.settings import Settings
from salesagent_app.vendors import crm_vendor, google_vendor, model_vendor


def _google_oauth(settings: Settings) -> GoogleOAuth | None:
    """Consent and tokens of Google, where it is set up; the settings come all or none."""
    client_id, secret = settings.google_client_id, settings.google_client_secret
    if client_id is None or secret is None or settings.google_redirect_uri is None:
        return None
    return GoogleOAuth(
        GoogleClient(
            client_id=client_id,
            client_secret=secret.get_secret_value(),
            redirect_uri=settings.google_redirect_uri,
            root=settings.google_api_root,
        )
    )


class Vendors(Ground):
    """The vendors, and each port that one of them fills."""

    google_oauth = providers.Singleton(_google_oauth, Ground.settings)

    # What every adapter of Google's asks for a token. Its transactions never read a run's results.
    access_tokens = providers.Singleton(
        TokenKeeper,
        work=providers.Singleton(PgUnitOfWork, Ground.database, Ground.vault, providers.Object({})),
        provider=google_oauth,
        ids=Ground.ids,
    )

    google = providers.Singleton(
        google_vendor,
        Ground.settings,
        Ground.vendor_world,
        access_tokens,
        Ground.tenants,
        Ground.clock,
    )

    hubspot = providers.Singleton(
        crm_vendor,
        Ground.settings,
        Ground.vendor_world,
        Ground.database,
        Ground.tenants,
        Ground.clock,
    )

    models = providers.Singleton(
        model_vendor,
        Ground.settings,
        Ground.vendor_world,
        Ground.database,
        Ground.vault,
        Ground.tenants,
        Ground.clock,
    )

    crm = providers.Singleton(attrgetter("crm"), hubspot)
    crm_deals = providers.Singleton(attrgetter("deals"), hubspot)
    mailbox = providers.Singleton(attrgetter("mailbox"), google)
    mail_sender = providers.Singleton(attrgetter("sender"), google)
    mail_arrivals = providers.Singleton(attrgetter("arrivals"), google)
    sent_mail = providers.Singleton(attrgetter("own_mail"), google)
    calendar = providers.Singleton(attrgetter("calendar"), google)
    calendar_events = providers.Singleton(attrgetter("events"), google)
    assets = providers.Singleton(attrgetter("assets"), google)
    memory = providers.Singleton(attrgetter("memory"), models)
    writer = providers.Singleton(attrgetter("writer"), models)
    transcriber = providers.Singleton(attrgetter("transcriber"), models)
