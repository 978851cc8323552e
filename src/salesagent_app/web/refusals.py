"""Why log-ins were refused, as the pages say it to those who may know."""

from __future__ import annotations

from collections.abc import Mapping

from salesagent_core.domain.log_in_guard import Because

REFUSALS: Mapping[Because, str] = {
    Because.NO_ACCOUNT: "there is no such account",
    Because.WRONG_PASSWORD: "a wrong password",
    Because.WRONG_CODE: "the right password and a wrong code",
    Because.THROTTLED: "too many tries",
    Because.SHUT_OUT: "the right password, but they are shut out",
    Because.DOMAIN: "a Google account of a domain that may not sign in",
    Because.BAD_KEY: "a key that is not good",
    Because.BAD_LINK: "a link that is not good",
}
