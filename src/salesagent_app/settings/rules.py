"""What no single field can tell: combinations, and what production insists on."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import attrs

from salesagent_app.settings.fields import ApiEnv, Settings
from salesagent_core.errors import Problem


@attrs.frozen(kw_only=True)
class _Rule:
    where: str
    broken: bool
    what: str


def broken_rules(settings: Settings) -> list[Problem]:
    """Every rule that these settings break, with what they should be."""
    rules = chain(
        _set_together(settings), _sending(settings), _production(settings), _vendors(settings)
    )
    return [Problem(where=rule.where, what=rule.what) for rule in rules if rule.broken]


def _set_together(settings: Settings) -> list[_Rule]:
    return [
        _all_or_none(
            {
                "GOOGLE_CLIENT_ID": settings.google_client_id,
                "GOOGLE_CLIENT_SECRET": settings.google_client_secret,
                "GOOGLE_REDIRECT_URI": settings.google_redirect_uri,
            }
        ),
        _Rule(
            where="GOOGLE_SIGN_IN_DOMAINS",
            broken=bool(settings.google_sign_in_domains) and settings.google_client_id is None,
            what="needs GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET",
        ),
        _all_or_none(
            {
                "GOOGLE_PUBSUB_TOPIC": settings.google_pubsub_topic,
                "GOOGLE_PUBSUB_AUDIENCE": settings.google_pubsub_audience,
                "GOOGLE_PUBSUB_ACCOUNT": settings.google_pubsub_account,
            }
        ),
        _Rule(
            where="SMTP_URL, SMTP_FROM",
            broken=(settings.smtp_url is None) != (settings.smtp_from is None),
            what="must be set together, or neither",
        ),
    ]


def _all_or_none(values: Mapping[str, object]) -> _Rule:
    missing = [name for name, value in values.items() if value is None]
    return _Rule(
        where=", ".join(values),
        broken=0 < len(missing) < len(values),
        what="must be set together; missing: " + ", ".join(missing),
    )


def _sending(settings: Settings) -> list[_Rule]:
    production = settings.api_env is ApiEnv.PRODUCTION
    return [
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
    ]


def _production(settings: Settings) -> list[_Rule]:
    production = settings.api_env is ApiEnv.PRODUCTION
    return [
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
    ]


def _vendors(settings: Settings) -> list[_Rule]:
    production = settings.api_env is ApiEnv.PRODUCTION
    return [
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
