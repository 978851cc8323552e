"""Mailboxes: connecting one, watching it, and keeping the drafts in it as ours are."""

from __future__ import annotations

from operator import attrgetter

from dependency_injector import providers

from salesagent_adapters.postgres.connections import PgConsentFlows
from salesagent_adapters.postgres.draft_sync import PgDraftSyncs
from salesagent_adapters.postgres.mailbox_watches import PgMailboxWatches
from salesagent_app.container.ground import Ground, new_secret
from salesagent_app.container.running import Running
from salesagent_app.container.vendors import Vendors
from salesagent_core.use_cases.connect_mailbox import ConnectMailbox
from salesagent_core.use_cases.sync_draft import SyncDrafts
from salesagent_core.use_cases.watch_mailbox import WatchMailboxes


class Mailboxes(Running):
    """Connecting mailboxes and keeping up with them."""

    connect_mailbox = providers.Singleton(
        ConnectMailbox,
        work=Running.unit_of_work,
        flows=providers.Singleton(PgConsentFlows, Ground.database, Ground.vault),
        provider=Vendors.google_oauth,
        tenants=Ground.tenants,
        queue=Ground.queue,
        ids=Ground.ids,
        secret=providers.Object(new_secret),
    )

    watch_mailboxes = providers.Singleton(
        WatchMailboxes,
        watches=providers.Singleton(
            PgMailboxWatches, Ground.database, Ground.vault, Ground.clock.provided.now
        ),
        history=providers.Singleton(attrgetter("history"), Vendors.google),
        sender=Vendors.mail_sender,
        pushes=providers.Singleton(attrgetter("pushes"), Vendors.google),
        queue=Ground.queue,
        clock=Ground.clock,
        ids=Ground.ids,
    )

    draft_syncs = providers.Singleton(PgDraftSyncs, Ground.database, Ground.vault)

    sync_drafts = providers.Singleton(
        SyncDrafts,
        syncs=draft_syncs,
        reader=Vendors.mailbox,
        drafts=Vendors.mailbox,
        clock=Ground.clock,
        ids=Ground.ids,
        tenants=Ground.tenants,
        opt_outs=Ground.opt_out_links,
    )
