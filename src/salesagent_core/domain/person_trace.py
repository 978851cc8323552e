"""One person in texts: found in any spelling of the address, by full name or by phone number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

import attrs

from salesagent_core.domain.address import fold_alias

ERASED_ADDRESS: Final = "erased@erased.invalid"
"""In place of an address: what is read as one later still is one, and nobody's."""
ERASED_WORDS: Final = "[erased]"
SHORTEST_NAME: Final = 5
"""A shorter full name is a word of other texts too."""
SHORTEST_PHONE: Final = 7

_OUTSIDE = r"\s\"'<>(),:;\[\]\\{}=?&/|@"
# Both parts are bounded, so that a text of any length is read in one go.
_ADDRESS = re.compile(rf"[^{_OUTSIDE}]{{1,64}}(?:@|%40)[^{_OUTSIDE}%]{{1,253}}", re.IGNORECASE)
_ESCAPES = (
    ("\\u0040", "@"),
    ("\\u002b", "+"),
    ("\\u002B", "+"),
    ("\\n", " "),
    ("\\r", " "),
    ("\\t", " "),
)


@attrs.frozen(kw_only=True, slots=False)
class PersonTrace:
    """``address`` is folded. ``names`` are full names and ``phones`` numbers as they were given."""

    address: str
    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()

    @classmethod
    def of(cls, address: str, names: Iterable[str] = (), phones: Iterable[str] = ()) -> PersonTrace:
        """Only what is long enough to mean this person and not a word of any text."""
        full = {" ".join(name.split()) for name in names}
        numbers = {phone.strip() for phone in phones}
        return cls(
            address=fold_alias(address),
            names=tuple(sorted(n for n in full if " " in n and len(n) >= SHORTEST_NAME)),
            phones=tuple(sorted(n for n in numbers if sum(map(str.isdigit, n)) >= SHORTEST_PHONE)),
        )

    def is_theirs(self, address: str) -> bool:
        """Whether this is a spelling of the address."""
        return fold_alias(address) == self.address

    def is_in(self, text: str) -> bool:
        """Whether a text speaks of the person for certain: by address or phone number. JSON's
        escapes are read too."""
        for written, meant in _ESCAPES:
            text = text.replace(written, meant)
        if any(phone in text for phone in self.phones):
            return True
        return any(self._is_spelled(match) for match in _ADDRESS.finditer(text))

    def is_named_in(self, text: str) -> bool:
        """Whether a text holds the full name, which may be somebody else's as well."""
        return bool(self.names) and self._named.search(text) is not None

    def redacted(self, text: str) -> str:
        """The text without the person."""

        def gone(match: re.Match[str]) -> str:
            return ERASED_ADDRESS if self._is_spelled(match) else match[0]

        text = _ADDRESS.sub(gone, text)
        for phone in self.phones:
            text = text.replace(phone, ERASED_WORDS)
        return self._named.sub(ERASED_WORDS, text) if self.names else text

    def redact(self, plain: Any) -> Any:
        """JSON data without the person, in keys as in values."""
        if isinstance(plain, str):
            return self.redacted(plain)
        if isinstance(plain, list):
            return [self.redact(each) for each in plain]
        if isinstance(plain, dict):
            return {self.redacted(key): self.redact(value) for key, value in plain.items()}
        return plain

    def _is_spelled(self, match: re.Match[str]) -> bool:
        found = match[0].lower().replace("%40", "@").replace("%2b", "+").rstrip(".")
        host = found.rpartition("@")[2]
        ours = self.address.rpartition("@")[2]
        # Reading an address takes its time, and most are at another host.
        if host != ours and host.isascii() and not host.startswith("xn--") and host[0] != ours[0]:
            return False
        return self.is_theirs(found)

    @cached_property
    def _named(self) -> re.Pattern[str]:
        found = [re.escape(name).replace(r"\ ", r"\s{1,3}") for name in self.names]
        return re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?!\w)", re.IGNORECASE)
