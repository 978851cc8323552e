"""The sender's voice."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class VoiceProfile:
    """How the sender writes and what their mail never says."""

    name: str = "house"
    greeting: str = "Hello"
    sign_off: str = "Best regards"
