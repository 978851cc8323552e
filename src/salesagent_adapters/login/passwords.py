"""Passwords: hashed by argon2id, and compared with what is guessed first."""

from __future__ import annotations

import asyncio
import threading
from functools import cached_property

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
"""Hashes of one process at a time: each takes 64 MiB and a core."""
MEMORY_KIB = 65_536
PASSES = 3
GUESSED_EARLY = 3
"""Of zxcvbn's scores from 0 to 4: below this, a slow hash does not save it."""
_ESTIMATED = 72
"""Characters: zxcvbn takes no more, and a weak start is all that it would find."""
_EASY = "it is guessed early; make it longer, of several words that do not belong together"
_LEAKED = "it, or a part of it, is among the passwords that leaked most often"
_WHY = {
    "dictionary": _EASY,
    "spatial": "rows of keys beside each other are guessed early",
    "repeat": "what repeats itself is guessed early",
    "sequence": "what goes on by itself, such as abc or 6543, is guessed early",
    "regex": "years are guessed early",
    "date": "dates are guessed early",
}
_NAMES = {
    "passwords": _LEAKED,
    "male_names": "names are guessed early",
    "female_names": "names are guessed early",
    "surnames": "names are guessed early",
    "user_inputs": "your name, your address and your company are guessed early",
}


class ArgonPasswords:
    """``Passwords`` with the parameters of RFC 9106 for little memory (its second choice)."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(memory_cost=memory_kib, time_cost=passes, type=Type.ID)
        # Of threads, not of a loop: one process may run several.
        self._turn = threading.BoundedSemaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """See ``Passwords.hash``."""
        return await asyncio.to_thread(self._hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """See ``Passwords.verify``."""
        return await asyncio.to_thread(self._verify, stored, password)

    def outdated(self, stored: str) -> bool:
        """See ``Passwords.outdated``."""
        return self._hasher.check_needs_rehash(stored)

    def weakness(self, password: str, about: tuple[str, ...]) -> str | None:
        """See ``Passwords.weakness``."""
        from zxcvbn import zxcvbn  # type: ignore[import-untyped]

        found = zxcvbn(password[:_ESTIMATED], user_inputs=[*about, "salesagent"])
        if found["score"] >= GUESSED_EARLY:
            return None
        parts = [part for part in found["sequence"] if part["pattern"] in _WHY]
        if not parts:
            return _EASY
        longest = max(parts, key=lambda part: len(part["token"]))
        if any(part.get("dictionary_name") == "passwords" for part in parts):
            return _LEAKED
        return _NAMES.get(longest.get("dictionary_name", ""), _WHY[longest["pattern"]])

    def _hash(self, password: str) -> str:
        with self._turn:
            return self._hasher.hash(password)

    def _verify(self, stored: str | None, password: str) -> bool:
        nobodys = self._nobodys
        with self._turn:
            try:
                self._hasher.verify(stored or nobodys, password)
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    @cached_property
    def _nobodys(self) -> str:
        """What a password is compared with where there is no account: takes the same time."""
        return self._hasher.hash("nobody has this password")
