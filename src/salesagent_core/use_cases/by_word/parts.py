"""What is said and answered, and a command on its way from one to the other."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from salesagent_core.domain.commands.command import Command, CommandName
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.use_cases.by_word.pending import Question, Target
from salesagent_core.use_cases.by_word.sentences import SpokenDraft
from salesagent_core.use_cases.queries import DraftView


class Outcome(StrEnum):
    """What became of what was said. Only ``done`` changed something."""

    DONE = "done"
    ANSWERED = "answered"
    CONFIRM = "confirm"
    CANCELLED = "cancelled"
    NOT_UNDERSTOOD = "not_understood"
    STALE = "stale"
    NOT_DONE = "not_done"


@attrs.frozen(kw_only=True)
class Said:
    """What was said, and what was shown then. ``confirm`` is the token of the question that this
    answers; ``undo`` the drafts of the last approval; ``spoken``: the words were transcribed."""

    text: str
    draft_id: DraftId | None = None
    content_hash: str | None = None
    confirm: str | None = None
    undo: tuple[DraftId, ...] = ()
    spoken: bool = False


@attrs.frozen(kw_only=True)
class UndoOffer:
    """An approval that "undo" takes back until then."""

    draft_ids: tuple[DraftId, ...]
    until: datetime


@attrs.frozen(kw_only=True)
class Each:
    """What became of one draft of many; ``held``: approved, and the gate does not let it go."""

    draft_id: DraftId
    done: bool
    sentence: str
    held: bool = False


@attrs.frozen(kw_only=True)
class Answer:
    """``say`` is for eye and ear. ``draft`` is the one that what is said next is about; ``prompt``
    how it may begin, where something was left out."""

    heard: str
    outcome: Outcome
    say: str
    command: CommandName | None = None
    by_model: bool = False
    draft: SpokenDraft | None = None
    confirm: Question | None = None
    undo: UndoOffer | None = None
    results: tuple[Each, ...] = ()
    waiting: int = 0
    prompt: str = ""


@attrs.frozen(kw_only=True)
class Order:
    """A command that was read, from whom, and the revisions that it is for once it is agreed."""

    tenant_id: TenantId
    operator: str
    said: Said
    command: Command
    by_model: bool
    agreed: tuple[Target, ...] | None = None


class Refused(Exception):  # noqa: N818 - it becomes an answer, never an error
    """Nothing can be done, for a reason that is said."""

    def __init__(
        self, say: str, *, view: DraftView | None = None, stale: bool = False, prompt: str = ""
    ) -> None:
        super().__init__(say)
        self.say, self.view, self.stale, self.prompt = say, view, stale, prompt


def plainly(said: Said, outcome: Outcome, say: str) -> Answer:
    """An answer of words alone."""
    return Answer(heard=said.text, outcome=outcome, say=say)
