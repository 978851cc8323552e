"""What is kept, how long, under which keys, and how it is erased."""

from __future__ import annotations

from collections.abc import Callable

from dependency_injector import providers

from salesagent_adapters.postgres.audit_chain import PgAuditChain
from salesagent_adapters.postgres.data_subjects import PgDataSubjects
from salesagent_adapters.postgres.resealing import PgResealing
from salesagent_adapters.postgres.retention import PgRetention
from salesagent_app.container.ground import Ground
from salesagent_app.container.running import Running
from salesagent_app.container.vendors import Vendors
from salesagent_app.observing.watch import Watch
from salesagent_app.settings import retention_periods
from salesagent_core.use_cases.apply_retention import ApplyRetention
from salesagent_core.use_cases.forget_person import ForgetPerson
from salesagent_core.use_cases.rotate_keys import RotateKeys
from salesagent_core.use_cases.verify_audit import VerifyAudit


def _retained(watch: Watch) -> Callable[[str, int, bool], None]:
    return watch.retained


class Keeping(Running):
    """Keys, the audit chain, erasure and retention."""

    audit_chain = providers.Singleton(PgAuditChain, Ground.database, Ground.vault)
    verify_audit = providers.Singleton(VerifyAudit, audit_chain, Ground.vault)

    rotate_keys = providers.Singleton(
        RotateKeys, providers.Singleton(PgResealing, Ground.database, Ground.vault), Ground.vault
    )

    forget_person = providers.Singleton(
        ForgetPerson,
        people=providers.Singleton(PgDataSubjects, Ground.database, Ground.vault),
        work=Running.unit_of_work,
        drafts=Vendors.mailbox,
        tenants=Ground.tenants,
        clock=Ground.clock,
        ids=Ground.ids,
    )

    apply_retention = providers.Singleton(
        ApplyRetention,
        providers.Singleton(PgRetention, Ground.database, Ground.vault),
        providers.Singleton(retention_periods, Ground.settings),
        Ground.clock,
        work=Running.unit_of_work,
        ids=Ground.ids,
        told=providers.Callable(_retained, Ground.watch),
    )
