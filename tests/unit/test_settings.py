"""A wrong setting stops start-up with a sentence that names it; a secret is never echoed."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from salesagent_app.settings import ApiEnv, Settings, SettingsError, read_settings

KEY = base64.urlsafe_b64encode(bytes(32)).decode()
WHOLE_PRODUCTION = {
    "API_ENV": "production",
    "DATABASE_URL": "postgresql://sa:pw@db.example/salesagent",
    "REDIS_URL": "redis://:pw@redis.example/0",
    "SALESAGENT_ENCRYPTION_KEYS": KEY,
    "HUBSPOT_WEBHOOK_SECRET": "shared",
    "SALESAGENT_PUBLIC_URL": "https://sales.example.com",
    "HUBSPOT_API_KEY": "a",
    "GOOGLE_CLIENT_ID": "b",
    "GOOGLE_CLIENT_SECRET": "d",
    "GOOGLE_REDIRECT_URI": "https://sales.example.com/auth/google/callback",
    "OPENAI_MODEL": "a-model",
    "OPENAI_API_KEY": "c",
}
GOOGLE = "GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, GOOGLE_REDIRECT_URI"
STAND_INS = "HUBSPOT_API_KEY, GOOGLE_CLIENT_ID, OPENAI_API_KEY"


@pytest.fixture(autouse=True)
def fresh_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine that the tests run on is seen."""
    for name in [*os.environ]:
        if name not in {"PATH", "HOME"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return monkeypatch


def wrong() -> dict[str, str]:
    """What start-up says, by setting."""
    with pytest.raises(SettingsError) as caught:
        read_settings()
    for problem in caught.value.problems:
        assert f"{problem.where}: {problem.what}" in str(caught.value)
    return {problem.where: problem.what for problem in caught.value.problems}


def test_nothing_needs_to_be_set_and_the_default_is_safe() -> None:
    settings = read_settings()
    assert settings.api_env is ApiEnv.DEVELOPMENT
    assert settings.database_url is None
    assert settings.mode_draft_only
    assert not settings.allow_real_sends
    assert settings.require_operator_approval
    assert not settings.auto_approve_enabled
    assert settings.auto_approve_threshold == 0.90
    assert settings.stand_ins == ("HubSpot", "Google", "OpenAI")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("API_ENV", "prod", "'development', 'staging' or 'production'"),
        ("DATABASE_URL", "mysql://sa:planted-pw@db/x", "postgresql://"),
        ("REDIS_URL", "http://u:planted-pw@redis", "redis://"),
        ("SALESAGENT_PUBLIC_URL", "planted-pw", "https://host"),
        ("SALESAGENT_ENCRYPTION_KEYS", f"{KEY},planted-pw", "key 2"),
        ("AUTO_APPROVE_THRESHOLD", "0.49", "0.5 to 1.0"),
        ("AUTO_APPROVE_THRESHOLD", "1.01", "0.5 to 1.0"),
        ("AUTO_APPROVE_THRESHOLD", "high", "0.5 to 1.0"),
        ("AUTO_APPROVE_THRESHOLD", "nan", "0.5 to 1.0"),
        ("MODE_DRAFT_ONLY", "perhaps", "true or false"),
        ("ALLOW_REAL_SENDS", "perhaps", "true or false"),
        ("LOG_LEVEL", "loud", "DEBUG"),
        ("SALESAGENT_MAILBOX", "two@example.com, three@example.com", "one e-mail address"),
        ("SALESAGENT_MAILBOX", "nobody", "one e-mail address"),
        ("SALESAGENT_TIME_ZONE", "Mars/Phobos", "time zone"),
        ("SALESAGENT_TIME_ZONE", "../../etc/passwd", "time zone"),
        ("SALESAGENT_COUNTRY", "Spain", "ISO code"),
        ("SALESAGENT_COUNTRY", "XQ", "ISO code"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(
    env: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    env.setenv(name, value)
    problems = wrong()
    assert list(problems) == [name]
    assert says in problems[name]
    assert problems[name].startswith(("should be", "key"))
    assert "planted-pw" not in str(problems)


def test_every_wrong_value_is_told_at_once(env: pytest.MonkeyPatch) -> None:
    env.setenv("LOG_LEVEL", "loud")
    env.setenv("DATABASE_URL", "sqlite://")
    env.setenv("SALESAGENT_TIME_ZONE", "Moon")
    assert set(wrong()) == {"LOG_LEVEL", "DATABASE_URL", "SALESAGENT_TIME_ZONE"}


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "MODE_DRAFT_ONLY", "API_ENV"])
def test_an_empty_value_is_not_set(env: pytest.MonkeyPatch, name: str) -> None:
    env.setenv(name, "")
    assert read_settings() == read_settings(_env_file=None)
    assert read_settings().mode_draft_only


def test_a_file_in_the_folder_is_read_and_the_environment_wins(
    env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("SALESAGENT_SENDER_NAME=File\nLOG_LEVEL=debug\nOTHER=1\n")
    env.setenv("SALESAGENT_SENDER_NAME", "Environment")
    assert read_settings().sender_name == "Environment"
    assert read_settings().log_level == "DEBUG"
    assert read_settings(sender_name="Given").sender_name == "Given"


@pytest.mark.parametrize("name", ["DATA_DIR", "PUBLIC_URL", "ENCRYPTION_KEYS", "SENDER_NAME"])
def test_another_programs_variable_is_not_taken_for_ours(
    env: pytest.MonkeyPatch, name: str
) -> None:
    before = read_settings()
    env.setenv(name, "theirs")
    assert read_settings() == before


def test_lists_are_separated_by_commas(env: pytest.MonkeyPatch) -> None:
    env.setenv("SALESAGENT_LINK_HOSTS", " example.com, example.org ,,")
    env.setenv("SALESAGENT_ENCRYPTION_KEYS", f"{KEY},{KEY}")
    settings = read_settings()
    assert settings.link_hosts == ("example.com", "example.org")
    assert len(settings.encryption_keys) == 2


def test_country_and_mailbox_are_kept_in_one_form(env: pytest.MonkeyPatch) -> None:
    env.setenv("SALESAGENT_COUNTRY", "es")
    env.setenv("SALESAGENT_MAILBOX", "Maya.Sales@Example.COM")
    assert read_settings().sender_country == "ES"
    assert read_settings().sender_mailbox.endswith("@example.com")


# --- sending -----------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["development", "staging"])
def test_sending_outside_production_is_refused(env: pytest.MonkeyPatch, where: str) -> None:
    env.setenv("API_ENV", where)
    env.setenv("MODE_DRAFT_ONLY", "false")
    env.setenv("ALLOW_REAL_SENDS", "true")
    env.setenv("SEND_EMAIL_ALLOWLIST", "*")
    assert list(wrong()) == ["MODE_DRAFT_ONLY"]


def test_sending_in_production_needs_every_consent(env: pytest.MonkeyPatch) -> None:
    for name, value in WHOLE_PRODUCTION.items():
        env.setenv(name, value)
    env.setenv("MODE_DRAFT_ONLY", "false")
    assert {"ALLOW_REAL_SENDS", "SEND_EMAIL_ALLOWLIST"} <= set(wrong())
    env.setenv("ALLOW_REAL_SENDS", "true")
    assert "ALLOW_REAL_SENDS" not in wrong()
    assert "SEND_EMAIL_ALLOWLIST" in wrong()
    env.setenv("SEND_EMAIL_ALLOWLIST", "*")
    assert read_settings().wants_send


# --- production --------------------------------------------------------------------------------


def test_production_lists_all_that_is_missing(env: pytest.MonkeyPatch) -> None:
    env.setenv("API_ENV", "production")
    assert set(wrong()) == {
        "DATABASE_URL",
        "REDIS_URL",
        "SALESAGENT_ENCRYPTION_KEYS",
        "HUBSPOT_WEBHOOK_SECRET",
        "SALESAGENT_PUBLIC_URL",
        STAND_INS,
    }


@pytest.mark.parametrize("missing", sorted(set(WHOLE_PRODUCTION) - {"API_ENV"}))
def test_production_names_the_one_that_is_missing(env: pytest.MonkeyPatch, missing: str) -> None:
    for name, value in WHOLE_PRODUCTION.items():
        if name != missing:
            env.setenv(name, value)
    expected = {STAND_INS} if missing in STAND_INS else set()
    if missing.startswith("GOOGLE_"):
        expected.add(GOOGLE)
    elif missing not in STAND_INS:
        expected.add(missing)
    assert set(wrong()) == expected


def test_production_starts_with_all_of_it(env: pytest.MonkeyPatch) -> None:
    for name, value in WHOLE_PRODUCTION.items():
        env.setenv(name, value)
    assert read_settings().stand_ins == ()


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("HUBSPOT_CALLS_PER_10_SECONDS", "191", "from 10 to 190"),
        ("OPENAI_EMBEDDING_DIMENSION", "many", "from 8 to 2000"),
        ("OPENAI_PRICE_IN", "-1", "from 0 to 100000"),
        ("AUTO_APPROVE_THRESHOLD", "0.4", "from 0.5 to 1.0"),
    ],
)
def test_a_number_out_of_bounds_names_them(
    env: pytest.MonkeyPatch, name: str, value: str, what: str
) -> None:
    env.setenv(name, value)
    assert what in wrong()[name]


def test_a_language_model_needs_a_name(env: pytest.MonkeyPatch) -> None:
    env.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9999/v1")
    assert list(wrong()) == ["OPENAI_MODEL"]


def test_production_is_reached_by_https_only(env: pytest.MonkeyPatch) -> None:
    for name, value in WHOLE_PRODUCTION.items():
        env.setenv(name, value)
    env.setenv("SALESAGENT_PUBLIC_URL", "http://sales.example.com")
    assert "SALESAGENT_PUBLIC_URL" in wrong()


# --- secrets -----------------------------------------------------------------------------------


def test_a_secret_is_not_in_the_settings_text(env: pytest.MonkeyPatch) -> None:
    for name in ("HUBSPOT_API_KEY", "HUBSPOT_WEBHOOK_SECRET", "GOOGLE_CLIENT_SECRET"):
        env.setenv(name, "planted-pw")
    env.setenv("SENTRY_DSN", "https://planted-pw@faults.example/1")
    env.setenv("GOOGLE_CLIENT_ID", "an-id")
    env.setenv("GOOGLE_REDIRECT_URI", "https://sales.example.com/auth/google/callback")
    env.setenv("DATABASE_URL", "postgresql://sa:planted-pw@db.example/x")
    env.setenv("SALESAGENT_ENCRYPTION_KEYS", KEY)
    settings = read_settings()
    for text in (repr(settings), str(settings), settings.model_dump_json()):
        assert "planted-pw" not in text
        assert KEY not in text


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(sorted(field for field in Settings.model_fields if field != "data_dir")),
    value=st.text(
        alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), min_size=8, max_size=40
    ),
)
def test_no_value_whatever_is_repeated_in_what_start_up_says(name: str, value: str) -> None:
    said = _refusal(**{name: value})
    assert said is None or value.strip() not in said or not value.strip()


def _refusal(**overrides: object) -> str | None:
    try:
        read_settings(_env_file=None, **overrides)
    except SettingsError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    "kept", ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "GOOGLE_REDIRECT_URI"]
)
def test_google_is_set_up_whole_or_not_at_all(kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kept, "https://sales.example.com/auth/google/callback")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    (problem,) = refused.value.problems
    assert problem.what.startswith("must be set together; missing: GOOGLE_")
    assert kept not in problem.what


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GOOGLE_REDIRECT_URI", "http://sales.example.com/auth/google/callback"),
        ("GOOGLE_REDIRECT_URI", "https://sales.example.com/elsewhere"),
        ("GOOGLE_API_ROOT", "http://google.example"),
        ("GOOGLE_API_ROOT", "https://user:pw@google.example"),
        ("GOOGLE_API_ROOT", "not an address"),
    ],
)
def test_addresses_that_would_leak_a_token_are_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert name in [problem.where for problem in refused.value.problems]
    assert value not in str(refused.value)


PUSHES = {
    "google_pubsub_topic": "projects/acme/topics/gmail",
    "google_pubsub_audience": "https://sales.example.com/webhooks/google/gmail",
    "google_pubsub_account": "pushes@acme.iam.example",
}


@pytest.mark.parametrize("missing", PUSHES)
def test_pushes_are_set_up_together_or_not_at_all(missing: str) -> None:
    assert read_settings(**PUSHES).google_pubsub_topic == PUSHES["google_pubsub_topic"]
    with pytest.raises(SettingsError) as refused:
        read_settings(**{name: value for name, value in PUSHES.items() if name != missing})
    assert f"missing: {missing.upper()}" in str(refused.value)


@pytest.mark.parametrize("topic", ["gmail", "projects/acme/topics/", "projects//topics/x"])
def test_a_topic_is_named_in_full(topic: str) -> None:
    with pytest.raises(SettingsError, match="projects/your-project/topics/your-topic"):
        read_settings(**{**PUSHES, "google_pubsub_topic": topic})
