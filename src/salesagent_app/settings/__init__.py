"""The one reader of the environment.

Every setting has its default, bounds and meaning here. A wrong value stops start-up with a
sentence that names the setting and what it should be; secrets are never echoed.
"""

from __future__ import annotations

from salesagent_app.settings.fields import ApiEnv, Settings, retention_periods
from salesagent_app.settings.reading import SettingsError, read_settings
from salesagent_app.settings.values import GOOGLE_CALLBACK, SIGN_IN_CALLBACK

__all__ = [
    "GOOGLE_CALLBACK",
    "SIGN_IN_CALLBACK",
    "ApiEnv",
    "Settings",
    "SettingsError",
    "read_settings",
    "retention_periods",
]
