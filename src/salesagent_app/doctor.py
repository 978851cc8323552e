"""What works with the present settings, what does not, and what to do about it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.dramatiq.broker import make_broker
from salesagent_adapters.postgres import embedded
from salesagent_adapters.postgres import migrate as migrations
from salesagent_app import key_checks, live_checks
from salesagent_app.check import FAIL, OK, WARN, Check
from salesagent_app.process import POSTGRES_FOLDER, encryption_keys, known_keys
from salesagent_app.settings import ApiEnv, Settings, SettingsError, read_settings
from salesagent_core.errors import SalesAgentError

_STORE = frozenset(
    {"data folder", "encryption keys", "database", "schema", key_checks.STORED_VALUES}
)


def examine(*, live: bool = False) -> tuple[Check, ...]:
    """All checks, in the order in which a person would fix what is wrong.

    ``live``: ask each vendor, too, once for each thing that it is needed for.
    """
    try:
        settings = read_settings()
    except SettingsError as error:
        return tuple(
            Check(name=problem.where, status=FAIL, found="wrong", advice=problem.what)
            for problem in error.problems
        )
    checks: list[Callable[[Settings], Iterator[Check]]] = [
        _settings,
        _data_folder,
        _encryption,
        _database,
        _redis,
        _webhooks,
        _vendors,
    ]
    found = [check for look in checks for check in look(settings)]
    if live:
        found += live_checks.examine(settings, usable=not _without_store(found))
    return tuple(found)


def _without_store(found: list[Check]) -> bool:
    """Whether nothing can be read that is stored: no mailbox's tokens, no rate limits."""
    return any(check.failed for check in found if check.name in _STORE)


def _settings(settings: Settings) -> Iterator[Check]:
    mode = "SEND is asked for" if settings.wants_send else "DRAFT ONLY: nothing is ever sent"
    yield Check(name="settings", status=OK, found=f"{settings.api_env.value}; {mode}")


def _data_folder(settings: Settings) -> Iterator[Check]:
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError:
        writable = False
    yield Check(
        name="data folder",
        status=OK if writable else FAIL,
        found=str(folder),
        advice="" if writable else "set SALESAGENT_DATA_DIR to a folder this user may write to",
    )


def _encryption(settings: Settings) -> Iterator[Check]:
    if not settings.encryption_keys:
        yield Check(
            name="encryption keys",
            status=WARN,
            found="one of this data folder's own",
            advice="for more than one machine set SALESAGENT_ENCRYPTION_KEYS; "
            "`salesagent key encryption` makes a key",
        )
        return
    try:
        Vault(encryption_keys(settings))
    except SalesAgentError as error:
        yield Check(name="encryption keys", status=FAIL, found="unusable", advice=str(error))
        return
    count = len(settings.encryption_keys)
    yield Check(name="encryption keys", status=OK, found=f"{count}; the first one encrypts")


def _database(settings: Settings) -> Iterator[Check]:
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        yield from _schema(settings, url, "the server in DATABASE_URL")
        return
    folder = settings.data_dir / POSTGRES_FOLDER
    if not _was_used(folder):
        yield Check(name="database", status=OK, found="embedded; made at the first start")
        return
    try:
        yield from _schema(settings, embedded.start(folder), "embedded")
    except SalesAgentError as error:
        yield Check(
            name="database",
            status=FAIL,
            found="the embedded server does not start",
            advice=f"{error}; or set DATABASE_URL to a server of your own",
        )
    finally:
        embedded.stop(folder)


def _was_used(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _schema(settings: Settings, url: str, where: str) -> Iterator[Check]:
    try:
        at, newest = migrations.current(url), migrations.newest()
    except SalesAgentError as error:
        yield Check(
            name="database",
            status=FAIL,
            found=f"{where}: {error}",
            advice="is it running, and do host, user and password in DATABASE_URL fit?",
        )
        return
    yield Check(name="database", status=OK, found=f"{where} answers")
    yield Check(
        name="schema",
        status=OK if at == newest else FAIL,
        found=at or "empty",
        advice="" if at == newest else f"run `salesagent migrate` to reach {newest}",
    )
    if at == newest:
        yield from key_checks.examine(known_keys(settings), url)


def _redis(settings: Settings) -> Iterator[Check]:
    if settings.redis_url is None:
        yield Check(
            name="redis", status=OK, found="none: runs are worked off inside `salesagent serve`"
        )
        return
    try:
        broker = make_broker(settings.redis_url.get_secret_value())
        broker.client.ping()  # type: ignore[attr-defined]
    except Exception as error:
        # Any failure at all means the same to the reader; its text may hold the address.
        yield Check(
            name="redis",
            status=FAIL,
            found=f"does not answer ({type(error).__name__})",
            advice="is it running, and do host and password in REDIS_URL fit? Forms are stored "
            "meanwhile, and sweepers work them off",
        )
        return
    yield Check(name="redis", status=OK, found="answers")


def _webhooks(settings: Settings) -> Iterator[Check]:
    yield Check(
        name="webhook secret",
        status=OK if settings.hubspot_webhook_secret else WARN,
        found="set" if settings.hubspot_webhook_secret else "not set: every webhook is refused",
        advice=""
        if settings.hubspot_webhook_secret
        else "set HUBSPOT_WEBHOOK_SECRET to the client secret of your HubSpot app, or to a long "
        "random text shared with your form backend",
    )
    local = settings.public_url.startswith("http://")
    yield Check(
        name="public address",
        status=WARN if local else OK,
        found=settings.public_url,
        advice="HubSpot cannot reach it and signs over it; set SALESAGENT_PUBLIC_URL to the "
        "https:// address that it calls"
        if local
        else "",
    )


def _vendors(settings: Settings) -> Iterator[Check]:
    names = {
        "HubSpot": "HUBSPOT_API_KEY",
        "Google": "GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET",
        "OpenAI": "OPENAI_API_KEY",
    }
    strict = settings.api_env is ApiEnv.PRODUCTION
    for vendor, variables in names.items():
        missing = vendor in settings.stand_ins
        yield Check(
            name=vendor,
            status=(FAIL if strict else WARN) if missing else OK,
            found="a memory stand-in serves it, nothing leaves" if missing else "a key is set",
            advice=f"set {variables}" if missing else "",
        )
