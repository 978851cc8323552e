"""All settings: name, kind of value, default and bounds. What they mean is in the reference."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from salesagent_app.settings.values import (
    CommaList,
    ConsentUrl,
    Country,
    EncryptionKeys,
    LogLevel,
    Mailbox,
    OwnDomains,
    PlainMailbox,
    PostgresUrl,
    Proxies,
    PublicUrl,
    PubSubTopic,
    Receiver,
    RedisUrl,
    Secret,
    SecretReceiver,
    SmtpUrl,
    TimeZone,
    VendorRoot,
    Words,
)
from salesagent_core.domain.retention import LEAST_DAYS, MOST_DAYS, STORES, Periods


class ApiEnv(StrEnum):
    """Where this process runs; only ``production`` may ever send."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


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
    database_url: PostgresUrl = None
    redis_url: RedisUrl = None
    data_dir: Path = Field(
        default=Path(platformdirs.user_data_dir("salesagent")),
        validation_alias="SALESAGENT_DATA_DIR",
    )
    public_url: PublicUrl = Field(
        default="http://127.0.0.1:8000",
        validation_alias="SALESAGENT_PUBLIC_URL",
    )
    encryption_keys: EncryptionKeys = Field(
        default=(),
        validation_alias="SALESAGENT_ENCRYPTION_KEYS",
    )

    hubspot_api_key: Secret = None
    hubspot_portal_id: Words = None
    hubspot_webhook_secret: Secret = None
    hubspot_api_root: VendorRoot = None
    hubspot_calls_per_10_seconds: int = Field(default=100, ge=10, le=190)
    google_client_id: Words = None
    google_client_secret: Secret = None
    google_redirect_uri: ConsentUrl = None
    google_api_root: VendorRoot = None
    google_sign_in_domains: OwnDomains = ()
    google_drive_folders: CommaList = ()
    google_pubsub_topic: PubSubTopic = None
    google_pubsub_audience: Words = None
    google_pubsub_account: Words = None
    openai_api_key: Secret = None
    openai_base_url: Words = None
    openai_model: Words = None
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
    sender_mailbox: Mailbox = Field(
        default="sales@example.com",
        validation_alias="SALESAGENT_MAILBOX",
    )
    sender_time_zone: TimeZone = Field(default="UTC", validation_alias="SALESAGENT_TIME_ZONE")
    sender_country: Country = Field(default=None, validation_alias="SALESAGENT_COUNTRY")
    link_hosts: CommaList = Field(default=(), validation_alias="SALESAGENT_LINK_HOSTS")
    postal_address: Words = Field(default=None, validation_alias="SALESAGENT_POSTAL_ADDRESS")

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
    trusted_proxies: Proxies = Field(default=(), validation_alias="SALESAGENT_TRUSTED_PROXIES")

    smtp_url: SmtpUrl = None
    smtp_from: PlainMailbox = None

    metrics_port: int | None = Field(default=None, ge=0, le=65_535)
    metrics_host: str = "127.0.0.1"
    otel_exporter_otlp_endpoint: Receiver = None
    otel_exporter_otlp_headers: Secret = None
    trace_ratio: float = Field(
        default=1.0, ge=0.0, le=1.0, validation_alias="SALESAGENT_TRACE_RATIO"
    )
    sentry_dsn: SecretReceiver = None
    log_level: LogLevel = "INFO"

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


def retention_periods(settings: Settings) -> Periods:
    """For how long what is kept."""
    return Periods(**{store: getattr(settings, f"retention_{store}_days") for store in STORES})
