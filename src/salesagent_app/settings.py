"""The one reader of the environment.

Every setting has its default, bounds and meaning here. A wrong value stops start-up with a
sentence that names the setting and what it should be; secrets are never echoed.
"""

from __future__ import annotations

import base64
import binascii
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from annotated_types import Ge, Le
from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from salesagent_core.domain.address import judge_address
from salesagent_core.domain.retention import LEAST_DAYS, MOST_DAYS, STORES, Periods
from salesagent_core.domain.time_zones import country_code, zone_for
from salesagent_core.errors import InvalidInput, Problem

SIGN_IN_CALLBACK = "/login/google/callback"
GOOGLE_CALLBACK = "/auth/google/callback"
"""Where this application takes people back from Google's consent page."""


class ApiEnv(StrEnum):
    """Where this process runs; only ``production`` may ever send."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


class SettingsError(InvalidInput):
    """Start-up is refused; ``problems`` names every setting that is wrong and what it should be."""

    def __init__(self, problems: list[Problem]) -> None:
        lines = "; ".join(f"{problem.where}: {problem.what}" for problem in problems)
        super().__init__(f"the settings are not usable: {lines}", problems)


CommaList = Annotated[tuple[str, ...], NoDecode]


def _days(store: str) -> Any:
    """A number of days that a store keeps what is over."""
    least = LEAST_DAYS.get(store, 1)
    return Field(default=Periods().of(store).days, ge=least, le=MOST_DAYS)


class Settings(BaseSettings):
    """All settings. Names in the environment are the upper-case field names, except where an
    alias is given."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    api_env: ApiEnv = ApiEnv.DEVELOPMENT
    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    data_dir: Path = Field(
        default=Path(platformdirs.user_data_dir("salesagent")),
        validation_alias="SALESAGENT_DATA_DIR",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        validation_alias="SALESAGENT_PUBLIC_URL",
    )
    encryption_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(),
        validation_alias="SALESAGENT_ENCRYPTION_KEYS",
    )

    hubspot_api_key: SecretStr | None = None
    hubspot_portal_id: str | None = None
    hubspot_webhook_secret: SecretStr | None = None
    hubspot_api_root: str | None = None
    hubspot_calls_per_10_seconds: int = Field(default=100, ge=10, le=190)
    google_client_id: str | None = None
    google_client_secret: SecretStr | None = None
    google_redirect_uri: str | None = None
    google_api_root: str | None = None
    google_sign_in_domains: CommaList = ()
    google_drive_folders: CommaList = ()
    google_pubsub_topic: str | None = None
    google_pubsub_audience: str | None = None
    google_pubsub_account: str | None = None
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    openai_model: str | None = None
    openai_embedding_model: str | None = None
    openai_embedding_dimension: int = Field(default=1536, ge=8, le=2000)
    openai_transcription_model: str | None = None
    openai_price_in: float | None = Field(default=None, ge=0, le=100_000)
    openai_price_out: float | None = Field(default=None, ge=0, le=100_000)
    openai_soft_tokens_per_month: int | None = Field(default=None, ge=0)
    openai_hard_tokens_per_month: int | None = Field(default=None, ge=0)

    mode_draft_only: bool = True
    allow_real_sends: bool = False
    send_email_allowlist: CommaList = ()
    require_operator_approval: bool = True
    auto_approve_enabled: bool = False
    auto_approve_threshold: float = Field(default=0.90, ge=0.5, le=1.0)

    sender_name: str = Field(default="Sales", validation_alias="SALESAGENT_SENDER_NAME")
    sender_mailbox: str = Field(
        default="sales@example.com",
        validation_alias="SALESAGENT_MAILBOX",
    )
    sender_time_zone: str = Field(default="UTC", validation_alias="SALESAGENT_TIME_ZONE")
    sender_country: str | None = Field(default=None, validation_alias="SALESAGENT_COUNTRY")
    link_hosts: CommaList = Field(default=(), validation_alias="SALESAGENT_LINK_HOSTS")
    postal_address: str | None = Field(default=None, validation_alias="SALESAGENT_POSTAL_ADDRESS")

    retention_submissions_days: int = _days("submissions")
    retention_journals_days: int = _days("journals")
    retention_drafts_days: int = _days("drafts")
    retention_runs_days: int = _days("runs")
    retention_sessions_days: int = _days("sessions")
    retention_memories_days: int = _days("memories")
    retention_outcomes_days: int = _days("outcomes")
    retention_dead_letters_days: int = _days("dead_letters")
    retention_audit_days: int = _days("audit")
    rate_limit_open_per_minute: int = Field(default=100, ge=10, le=100_000)
    rate_limit_key_per_minute: int = Field(default=3_000, ge=60, le=1_000_000)
    trusted_proxies: CommaList = Field(default=(), validation_alias="SALESAGENT_TRUSTED_PROXIES")

    smtp_url: SecretStr | None = None
    smtp_from: str | None = None

    metrics_port: int | None = Field(default=None, ge=0, le=65_535)
    metrics_host: str = "127.0.0.1"
    otel_exporter_otlp_endpoint: str | None = None
    otel_exporter_otlp_headers: SecretStr | None = None
    trace_ratio: float = Field(
        default=1.0, ge=0.0, le=1.0, validation_alias="SALESAGENT_TRACE_RATIO"
    )
    sentry_dsn: SecretStr | None = None
    log_level: str = "INFO"

    @field_validator(
        "encryption_keys",
        "send_email_allowlist",
        "link_hosts",
        "google_drive_folders",
        "trusted_proxies",
        "google_sign_in_domains",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator(
        "database_url",
        "redis_url",
        "hubspot_api_key",
        "hubspot_portal_id",
        "hubspot_webhook_secret",
        "hubspot_api_root",
        "google_client_id",
        "google_client_secret",
        "google_redirect_uri",
        "google_api_root",
        "google_pubsub_topic",
        "google_pubsub_audience",
        "google_pubsub_account",
        "openai_api_key",
        "openai_base_url",
        "openai_model",
        "sender_country",
        "postal_address",
        "smtp_url",
        "smtp_from",
        "sentry_dsn",
        "otel_exporter_otlp_endpoint",
        "otel_exporter_otlp_headers",
        mode="before",
    )
    @classmethod
    def _blank_is_unset(cls, value: object) -> object:
        # `NAME=` in an env file means that nothing is set, not that the secret is empty.
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("database_url")
    @classmethod
    def _postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value and urlsplit(value.get_secret_value()).scheme not in _POSTGRES_SCHEMES:
            raise ValueError("should be postgresql://user:password@host:port/database")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value and urlsplit(value.get_secret_value()).scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("should be redis://host:port/0 (or rediss://, unix://)")
        return value

    @field_validator("public_url")
    @classmethod
    def _http(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("should be the address people and webhooks use, https://host")
        return value.rstrip("/")

    @field_validator("google_redirect_uri")
    @classmethod
    def _redirect(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))
        if not safe or parts.path != GOOGLE_CALLBACK or parts.query or parts.fragment:
            raise ValueError(f"should be https://your-host{GOOGLE_CALLBACK}, as Google has it")
        return value

    @field_validator("google_api_root", "hubspot_api_root")
    @classmethod
    def _root(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))
        if not safe or not parts.hostname or parts.query or parts.fragment or parts.username:
            raise ValueError("should be https://host (http:// on this machine only)")
        return value.rstrip("/")

    @field_validator("otel_exporter_otlp_endpoint", "sentry_dsn")
    @classmethod
    def _receiver(cls, value: str | SecretStr | None) -> str | SecretStr | None:
        given = value.get_secret_value() if isinstance(value, SecretStr) else value
        if given is not None:
            parts = urlsplit(given)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
                raise ValueError("should be http(s)://host:port, as the receiver has it")
        return value

    @field_validator("google_sign_in_domains")
    @classmethod
    def _domains(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for domain in value:
            judged = judge_address(f"anybody@{domain}")
            if not judged.valid or judged.free:
                raise ValueError("should be domains of your own Google Workspace, such as acme.com")
        return tuple(domain.lower() for domain in value)

    @field_validator("google_pubsub_topic")
    @classmethod
    def _topic(cls, value: str | None) -> str | None:
        parts = (value or "").split("/")
        named = len(parts) == 4 and parts[0] == "projects" and parts[2] == "topics" and all(parts)
        if value is not None and not named:
            raise ValueError("should be projects/your-project/topics/your-topic")
        return value

    @field_validator("encryption_keys")
    @classmethod
    def _keys(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for number, key in enumerate(value, start=1):
            if not _is_key(key.get_secret_value()):
                raise ValueError(
                    f"key {number} should be 32 bytes in url-safe base64 (44 characters); "
                    "`salesagent key encryption` makes one"
                )
        return value

    @field_validator("sender_time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("should be the name of a time zone, such as Europe/Madrid") from None
        return value

    @field_validator("sender_country")
    @classmethod
    def _country(cls, value: str | None) -> str | None:
        code = country_code(value)
        if value is not None and (code is None or zone_for(code, None) is None):
            raise ValueError("should be a country's ISO code, such as ES")
        return code

    @field_validator("sender_mailbox")
    @classmethod
    def _mailbox(cls, value: str) -> str:
        judged = judge_address(value)
        if not judged.valid:
            raise ValueError("should be one e-mail address")
        return judged.normalized or value

    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _is_smtp(value.get_secret_value()):
            raise ValueError("should be smtp://user:password@host:587 (or smtps://host:465)")
        return value

    @field_validator("smtp_from")
    @classmethod
    def _smtp_from(cls, value: str | None) -> str | None:
        if value is None:
            return None
        judged = judge_address(value)
        if judged.normalized is None or not judged.normalized.isascii():
            raise ValueError("should be one e-mail address")
        return judged.normalized

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            try:
                network = ip_network(each)
            except ValueError:
                raise ValueError("should be addresses or networks, such as 10.0.0.0/8") from None
            if network.prefixlen == 0:
                raise ValueError("should name the proxies, not everybody")
        return value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        level = value.strip().upper()
        if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("should be DEBUG, INFO, WARNING or ERROR")
        return level

    @property
    def wants_send(self) -> bool:
        """True when somebody asked for real sending; start-up decides whether that is allowed."""
        return not self.mode_draft_only

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """Vendors that a memory stand-in serves, because their keys are not set."""
        keys = {
            "HubSpot": self.hubspot_api_key is not None,
            "Google": self.google_client_id is not None,
            "OpenAI": self.openai_api_key is not None or self.openai_base_url is not None,
        }
        return tuple(name for name, has in keys.items() if not has)


_SHOULD = {
    "bool_parsing": "should be true or false",
    "float_parsing": "should be a number",
    "int_parsing": "should be a whole number",
}
"""Sentences in place of the library's, by its kind of error."""

_POSTGRES_SCHEMES = {"postgresql", "postgres", "postgresql+psycopg"}


def _is_loopback(host: str | None) -> bool:
    return host in {"localhost", "127.0.0.1", "::1"}


def _is_smtp(text: str) -> bool:
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
    alone = parts.path in {"", "/"} and not parts.query and not parts.fragment
    return parts.scheme in {"smtp", "smtps"} and named and alone


def _is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text.encode())) == 32
    except (binascii.Error, ValueError):
        return False


class _Rule(BaseModel):
    where: str
    broken: bool
    what: str


def read_settings(**overrides: object) -> Settings:
    """Read and judge the environment (and ``.env`` in the current folder).

    ``overrides`` are by field name, and win. The environment knows a setting by its one
    documented name only: a ``DATA_DIR`` there is somebody else's.

    Raises:
        SettingsError: with every problem at once, names only, no values.
    """
    try:
        named = {_variable(name): value for name, value in overrides.items()}
        settings = Settings(**named)  # type: ignore[arg-type]
    except ValidationError as error:
        # From None: pydantic's own text could quote what was typed.
        raise SettingsError([_problem(item) for item in error.errors()]) from None
    problems = [
        Problem(where=rule.where, what=rule.what) for rule in _rules(settings) if rule.broken
    ]
    if problems:
        raise SettingsError(problems)
    return settings


def retention_periods(settings: Settings) -> Periods:
    """For how long what is kept."""
    return Periods(**{store: getattr(settings, f"retention_{store}_days") for store in STORES})


def _variable(field: str) -> str:
    """What a field is called outside."""
    known = Settings.model_fields.get(field)
    alias = known.validation_alias if known is not None else None
    return alias if isinstance(alias, str) else field


def _problem(item: object) -> Problem:
    assert isinstance(item, dict)
    name = str(item["loc"][0]) if item["loc"] else "settings"
    what = str(item["msg"]).removeprefix("Value error, ")
    what = _SHOULD.get(str(item["type"]), what)
    known = Settings.model_fields.get(name)
    low = (
        next((each.ge for each in known.metadata if isinstance(each, Ge)), None) if known else None
    )
    high = (
        next((each.le for each in known.metadata if isinstance(each, Le)), None) if known else None
    )
    if low is not None and high is not None:
        what = f"should be a number from {low} to {high}"
    return Problem(where=name.upper(), what=what.replace("Input should", "should", 1))


def _rules(settings: Settings) -> list[_Rule]:
    """What no single field can tell: combinations, and what production insists on."""
    production = settings.api_env is ApiEnv.PRODUCTION
    google = {
        "GOOGLE_CLIENT_ID": settings.google_client_id,
        "GOOGLE_CLIENT_SECRET": settings.google_client_secret,
        "GOOGLE_REDIRECT_URI": settings.google_redirect_uri,
    }
    without = [name for name, value in google.items() if value is None]
    pushes = {
        "GOOGLE_PUBSUB_TOPIC": settings.google_pubsub_topic,
        "GOOGLE_PUBSUB_AUDIENCE": settings.google_pubsub_audience,
        "GOOGLE_PUBSUB_ACCOUNT": settings.google_pubsub_account,
    }
    no_pushes = [name for name, value in pushes.items() if value is None]
    return [
        _Rule(
            where=", ".join(google),
            broken=0 < len(without) < len(google),
            what="must be set together; missing: " + ", ".join(without),
        ),
        _Rule(
            where="GOOGLE_SIGN_IN_DOMAINS",
            broken=bool(settings.google_sign_in_domains) and settings.google_client_id is None,
            what="needs GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET",
        ),
        _Rule(
            where=", ".join(pushes),
            broken=0 < len(no_pushes) < len(pushes),
            what="must be set together; missing: " + ", ".join(no_pushes),
        ),
        _Rule(
            where="SMTP_URL, SMTP_FROM",
            broken=(settings.smtp_url is None) != (settings.smtp_from is None),
            what="must be set together, or neither",
        ),
        _Rule(
            where="MODE_DRAFT_ONLY",
            broken=settings.wants_send and not production,
            what="sending is asked for (false) but API_ENV is not production; set it to true",
        ),
        _Rule(
            where="ALLOW_REAL_SENDS",
            broken=settings.wants_send and production and not settings.allow_real_sends,
            what="must be true as well when MODE_DRAFT_ONLY is false",
        ),
        _Rule(
            where="SEND_EMAIL_ALLOWLIST",
            broken=settings.wants_send and production and not settings.send_email_allowlist,
            what="must be set when MODE_DRAFT_ONLY is false; write * to allow every recipient",
        ),
        _Rule(
            where="DATABASE_URL",
            broken=production and settings.database_url is None,
            what="must name a PostgreSQL server in production",
        ),
        _Rule(
            where="REDIS_URL",
            broken=production and settings.redis_url is None,
            what="must name a Redis server in production",
        ),
        _Rule(
            where="SALESAGENT_ENCRYPTION_KEYS",
            broken=production and not settings.encryption_keys,
            what="must be set in production; `salesagent key encryption` makes a key",
        ),
        _Rule(
            where="HUBSPOT_WEBHOOK_SECRET",
            broken=production and settings.hubspot_webhook_secret is None,
            what="must be set in production, otherwise every webhook is refused",
        ),
        _Rule(
            where="SALESAGENT_PUBLIC_URL",
            broken=production and not settings.public_url.startswith("https://"),
            what="must be an https:// address in production",
        ),
        _Rule(
            where="OPENAI_MODEL",
            broken="OpenAI" not in settings.stand_ins and settings.openai_model is None,
            what="must name a model when OPENAI_API_KEY or OPENAI_BASE_URL is set",
        ),
        _Rule(
            where="HUBSPOT_API_KEY, GOOGLE_CLIENT_ID, OPENAI_API_KEY",
            broken=production and bool(settings.stand_ins),
            what="no memory stand-ins in production; missing: " + ", ".join(settings.stand_ins),
        ),
    ]
