"""One-time codes of RFC 6238, as authenticator apps show them."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

ISSUER = "salesagent"
PERIOD = 30
BESIDE = 1
"""Steps before and after the present one whose codes are taken too: clocks differ."""


class PyotpCodes:
    """``TimeCodes`` by pyotp."""

    def new_secret(self) -> str:
        """See ``TimeCodes.new_secret``: 160 random bits in base32."""
        return pyotp.random_base32()

    def address(self, secret: str, email: str) -> str:
        """See ``TimeCodes.address``."""
        return pyotp.TOTP(secret, interval=PERIOD).provisioning_uri(name=email, issuer_name=ISSUER)

    def step_of(self, secret: str, code: str, now: datetime) -> int | None:
        """See ``TimeCodes.step_of``."""
        if not (code.isascii() and code.isdigit()):
            return None
        codes = pyotp.TOTP(secret, interval=PERIOD)
        present = int(now.timestamp()) // PERIOD
        found = None
        for step in range(present - BESIDE, present + BESIDE + 1):
            if hmac.compare_digest(codes.generate_otp(step), code):
                found = step
        return found
