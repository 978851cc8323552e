"""Instructions to a model: files, each with its version in its name.

A file that was ever used is never changed: a changed instruction is a new file, so that what a
draft was written by can be read years later.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import attrs

WRITE_DRAFT = "write_draft.v2"
READ_COMMAND = "read_command.v1"
JUDGE_TONE = "judge_tone.v1"
ALL = (WRITE_DRAFT, READ_COMMAND, JUDGE_TONE)


@attrs.frozen(kw_only=True)
class Prompt:
    """``version`` is the file's name without its ending, and what is recorded."""

    version: str
    text: str

    def filled(self, **values: str) -> str:
        """The text with each ``{{name}}`` replaced. Values are ours, never a stranger's."""
        text = self.text
        for name, value in values.items():
            text = text.replace("{{" + name + "}}", value)
        return text


@cache
def load(version: str) -> Prompt:
    """The instruction of that version. Raises: FileNotFoundError."""
    folder = files("salesagent_adapters.openai") / "prompts"
    return Prompt(version=version, text=(folder / f"{version}.md").read_text(encoding="utf-8"))
