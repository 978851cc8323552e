"""What a setting may hold: each kind of value, how it is read and what it must be."""

from __future__ import annotations

import base64
import binascii
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from salesagent_core.domain.address import judge_address
from salesagent_core.domain.time_zones import country_code, zone_for

SIGN_IN_CALLBACK = "/login/google/callback"
GOOGLE_CALLBACK = "/auth/google/callback"
"""Where this application takes people back from Google's consent page."""

_POSTGRES_SCHEMES = {"postgresql", "postgres", "postgresql+psycopg"}
_REDIS_SCHEMES = {"redis", "rediss", "unix"}
_LOG_LEVELS = {"DEBUG", "INFO", "WARNING", "ERROR"}


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _blank_is_unset(value: object) -> object:
    # `NAME=` in an env file means that nothing is set, not that the secret is empty.
    return None if isinstance(value, str) and not value.strip() else value


# ---------------------------------------------------------------- addresses of services


def _postgres(value: SecretStr | None) -> SecretStr | None:
    if value and urlsplit(value.get_secret_value()).scheme not in _POSTGRES_SCHEMES:
        raise ValueError("should be postgresql://user:password@host:port/database")
    return value


def _redis(value: SecretStr | None) -> SecretStr | None:
    if value and urlsplit(value.get_secret_value()).scheme not in _REDIS_SCHEMES:
        raise ValueError("should be redis://host:port/0 (or rediss://, unix://)")
    return value


def _http(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("should be the address people and webhooks use, https://host")
    return value.rstrip("/")


def _redirect(value: str | None) -> str | None:
    if value is None:
        return None
    parts = urlsplit(value)
    safe = _is_safe(parts.scheme, parts.hostname)
    if not safe or parts.path != GOOGLE_CALLBACK or parts.query or parts.fragment:
        raise ValueError(f"should be https://your-host{GOOGLE_CALLBACK}, as Google has it")
    return value


def _root(value: str | None) -> str | None:
    if value is None:
        return None
    parts = urlsplit(value)
    safe = _is_safe(parts.scheme, parts.hostname)
    if not safe or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("should be https://host (http:// on this machine only)")
    return value.rstrip("/")


def _is_safe(scheme: str, host: str | None) -> bool:
    return scheme == "https" or (scheme == "http" and host in {"localhost", "127.0.0.1", "::1"})


def _receiver(value: str | SecretStr | None) -> str | SecretStr | None:
    given = value.get_secret_value() if isinstance(value, SecretStr) else value
    if given is not None:
        parts = urlsplit(given)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ValueError("should be http(s)://host:port, as the receiver has it")
    return value


def _smtp(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not _is_smtp(value.get_secret_value()):
        raise ValueError("should be smtp://user:password@host:587 (or smtps://host:465)")
    return value


def _is_smtp(text: str) -> bool:
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
    alone = parts.path in {"", "/"} and not parts.query and not parts.fragment
    return parts.scheme in {"smtp", "smtps"} and named and alone


# ---------------------------------------------------------------- people and places


def _mailbox(value: str) -> str:
    judged = judge_address(value)
    if not judged.valid:
        raise ValueError("should be one e-mail address")
    return judged.normalized or value


def _plain_mailbox(value: str | None) -> str | None:
    if value is None:
        return None
    judged = judge_address(value)
    if judged.normalized is None or not judged.normalized.isascii():
        raise ValueError("should be one e-mail address")
    return judged.normalized


def _domains(value: tuple[str, ...]) -> tuple[str, ...]:
    for domain in value:
        judged = judge_address(f"anybody@{domain}")
        if not judged.valid or judged.free:
            raise ValueError("should be domains of your own Google Workspace, such as acme.com")
    return tuple(domain.lower() for domain in value)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("should be the name of a time zone, such as Europe/Madrid") from None
    return value


def _country(value: str | None) -> str | None:
    code = country_code(value)
    if value is not None and (code is None or zone_for(code, None) is None):
        raise ValueError("should be a country's ISO code, such as ES")
    return code


# ---------------------------------------------------------------- the rest


def _topic(value: str | None) -> str | None:
    parts = (value or "").split("/")
    named = len(parts) == 4 and parts[0] == "projects" and parts[2] == "topics" and all(parts)
    if value is not None and not named:
        raise ValueError("should be projects/your-project/topics/your-topic")
    return value


def _keys(value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    for number, key in enumerate(value, start=1):
        if not _is_key(key.get_secret_value()):
            raise ValueError(
                f"key {number} should be 32 bytes in url-safe base64 (44 characters); "
                "`salesagent key encryption` makes one"
            )
    return value


def _is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text.encode())) == 32
    except (binascii.Error, ValueError):
        return False


def _networks(value: tuple[str, ...]) -> tuple[str, ...]:
    for each in value:
        try:
            network = ip_network(each)
        except ValueError:
            raise ValueError("should be addresses or networks, such as 10.0.0.0/8") from None
        if network.prefixlen == 0:
            raise ValueError("should name the proxies, not everybody")
    return value


def _level(value: str) -> str:
    level = value.strip().upper()
    if level not in _LOG_LEVELS:
        raise ValueError("should be DEBUG, INFO, WARNING or ERROR")
    return level


Words = Annotated[str | None, BeforeValidator(_blank_is_unset)]
Secret = Annotated[SecretStr | None, BeforeValidator(_blank_is_unset)]
CommaList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Written with commas between."""

PostgresUrl = Annotated[Secret, AfterValidator(_postgres)]
RedisUrl = Annotated[Secret, AfterValidator(_redis)]
PublicUrl = Annotated[str, AfterValidator(_http)]
ConsentUrl = Annotated[Words, AfterValidator(_redirect)]
VendorRoot = Annotated[Words, AfterValidator(_root)]
Receiver = Annotated[Words, AfterValidator(_receiver)]
SecretReceiver = Annotated[Secret, AfterValidator(_receiver)]
SmtpUrl = Annotated[Secret, AfterValidator(_smtp)]

Mailbox = Annotated[str, AfterValidator(_mailbox)]
PlainMailbox = Annotated[Words, AfterValidator(_plain_mailbox)]
"""Of ASCII characters only, as every mail server takes it."""
OwnDomains = Annotated[CommaList, AfterValidator(_domains)]
TimeZone = Annotated[str, AfterValidator(_zone)]
Country = Annotated[Words, AfterValidator(_country)]

PubSubTopic = Annotated[Words, AfterValidator(_topic)]
EncryptionKeys = Annotated[
    tuple[SecretStr, ...], NoDecode, BeforeValidator(_split), AfterValidator(_keys)
]
Proxies = Annotated[CommaList, AfterValidator(_networks)]
LogLevel = Annotated[str, AfterValidator(_level)]
