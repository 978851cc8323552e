"""Who works here: logging in, accounts, invitations and keys."""

from __future__ import annotations

from collections.abc import Callable

from dependency_injector import providers

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.google.oauth import GoogleClient, GoogleOAuth
from salesagent_adapters.login.codes import PyotpCodes
from salesagent_adapters.login.passwords import ArgonPasswords
from salesagent_adapters.postgres.logins import PgLoginTries, PgPeopleDirectory
from salesagent_adapters.postgres.password_resets import PgResetMails
from salesagent_app.container.ground import Ground, new_secret
from salesagent_app.container.notices import Notices
from salesagent_app.container.running import Running
from salesagent_app.observing.watch import Watch
from salesagent_app.settings import SIGN_IN_CALLBACK, Settings
from salesagent_core.domain.log_in_guard import Because
from salesagent_core.ports.clock import Clock
from salesagent_core.use_cases.log_in import LogIn
from salesagent_core.use_cases.manage_account import ManageAccount
from salesagent_core.use_cases.manage_keys import ManageKeys
from salesagent_core.use_cases.manage_people import ManagePeople
from salesagent_core.use_cases.manage_tenants import ManageTenants
from salesagent_core.use_cases.people_parts import LoginParts
from salesagent_core.use_cases.refused_log_ins import RefusedLogIns
from salesagent_core.use_cases.reset_password import ResetPassword
from salesagent_core.use_cases.sign_in import SignIn


def _log_in_refused(watch: Watch) -> Callable[[str], None]:
    return watch.log_in_refused


def _sign_in(
    settings: Settings, vault: Vault, clock: Clock, refused: RefusedLogIns
) -> SignIn | None:
    """Signing in at Google, where it is set up."""
    client_id, secret = settings.google_client_id, settings.google_client_secret
    if client_id is None or secret is None or not settings.google_sign_in_domains:
        return None
    client = GoogleClient(
        client_id=client_id,
        client_secret=secret.get_secret_value(),
        redirect_uri=f"{settings.public_url}{SIGN_IN_CALLBACK}",
        root=settings.google_api_root,
    )
    return SignIn(
        provider=GoogleOAuth(client),
        domains=settings.google_sign_in_domains,
        sealer=vault,
        secret=new_secret,
        clock=clock,
        refused=lambda email: refused.note_at(email, Because.DOMAIN),
    )


class People(Running, Notices):
    """People, their log-ins and their keys."""

    people_directory = providers.Singleton(PgPeopleDirectory, Ground.database, Ground.vault)
    login_tries = providers.Singleton(PgLoginTries, Ground.database, Ground.vault)
    time_codes = providers.Singleton(PyotpCodes)
    passwords = providers.Singleton(ArgonPasswords)

    login_parts = providers.Singleton(
        LoginParts,
        clock=Ground.clock,
        ids=Ground.ids,
        secret=providers.Object(new_secret),
        passwords=passwords,
        tenants=Ground.tenants,
    )

    refused_log_ins = providers.Singleton(
        RefusedLogIns,
        work=Running.unit_of_work,
        directory=people_directory,
        parts=login_parts,
        counted=providers.Callable(_log_in_refused, Ground.watch),
    )

    log_in = providers.Singleton(
        LogIn,
        work=Running.unit_of_work,
        directory=people_directory,
        tries=login_tries,
        codes=time_codes,
        sealer=Ground.vault,
        parts=login_parts,
        refused=refused_log_ins,
    )

    sign_in = providers.Singleton(
        _sign_in, Ground.settings, Ground.vault, Ground.clock, refused_log_ins
    )

    manage_account = providers.Singleton(
        ManageAccount,
        work=Running.unit_of_work,
        tries=login_tries,
        codes=time_codes,
        parts=login_parts,
        refused=refused_log_ins,
    )

    manage_people = providers.Singleton(
        ManagePeople, work=Running.unit_of_work, directory=people_directory, parts=login_parts
    )

    reset_password = providers.Singleton(
        ResetPassword,
        work=Running.unit_of_work,
        directory=people_directory,
        mails=providers.Singleton(PgResetMails, Ground.database),
        tries=login_tries,
        parts=login_parts,
        refused=refused_log_ins,
        post=Notices.mail_post,
        site=Ground.settings.provided.public_url,
    )

    manage_tenants = providers.Singleton(
        ManageTenants,
        register=Ground.tenants,
        work=Running.unit_of_work,
        clock=Ground.clock,
        ids=Ground.ids,
    )

    manage_keys = providers.Singleton(ManageKeys, work=Running.unit_of_work, parts=login_parts)
