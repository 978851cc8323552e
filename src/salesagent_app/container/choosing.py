"""What people choose: settings, templates, voices, experiments, budgets, views."""

from __future__ import annotations

from dependency_injector import providers

from salesagent_adapters.postgres.performance import PgPerformance
from salesagent_adapters.postgres.saved_views import PgSavedViews
from salesagent_adapters.postgres.usage import PgUsage
from salesagent_app.container.ground import Ground
from salesagent_app.container.running import Running
from salesagent_app.container.vendors import Vendors
from salesagent_core.use_cases.manage_experiments import ManageExperiments
from salesagent_core.use_cases.manage_settings import ManageSettings
from salesagent_core.use_cases.manage_templates import ManageTemplates
from salesagent_core.use_cases.manage_usage import ManageUsage
from salesagent_core.use_cases.manage_voices import ManageVoices
from salesagent_core.use_cases.read_performance import ReadPerformance


class Choosing(Running):
    """What people set, and what they look at to set it."""

    manage_settings = providers.Singleton(
        ManageSettings,
        work=Running.unit_of_work,
        tenants=Ground.tenants,
        clock=Ground.clock,
        ids=Ground.ids,
        changed=Ground.tenants.provided.forget,
    )

    manage_templates = providers.Singleton(
        ManageTemplates, work=Running.unit_of_work, clock=Ground.clock, ids=Ground.ids
    )

    manage_voices = providers.Singleton(
        ManageVoices,
        work=Running.unit_of_work,
        tenants=Ground.tenants,
        sent_mail=Vendors.sent_mail,
        clock=Ground.clock,
        ids=Ground.ids,
    )

    manage_experiments = providers.Singleton(
        ManageExperiments,
        work=Running.unit_of_work,
        tenants=Ground.tenants,
        clock=Ground.clock,
        ids=Ground.ids,
    )

    read_performance = providers.Singleton(
        ReadPerformance,
        reads=providers.Singleton(PgPerformance, Ground.database, Ground.vault),
        work=Running.unit_of_work,
        tenants=Ground.tenants,
        clock=Ground.clock,
    )

    manage_usage = providers.Singleton(
        ManageUsage,
        usage=providers.Singleton(PgUsage, Ground.database, Ground.vault),
        tenants=Ground.tenants,
        queue=Ground.queue,
        clock=Ground.clock,
        ids=Ground.ids,
    )

    saved_views = providers.Singleton(PgSavedViews, Ground.database, Ground.vault)
