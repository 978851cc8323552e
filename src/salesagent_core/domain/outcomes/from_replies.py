"""What a mail that came in says about the mail it answers: outcomes, and what a person must read.

A bounce is no reply, and neither is what a program wrote. Someone who only asks us to stop has
not answered the mail: that is an opt-out, and it does not count as a reply.
"""

from __future__ import annotations

import attrs

from salesagent_core.domain.outcomes.outcome import OutcomeType
from salesagent_core.domain.replies.intent import ReplyIntent
from salesagent_core.domain.replies.reply import MessageReading

READING_CONFIDENCE = 0.9
"""How sure the reading of an intent by wording is; that somebody replied is certain."""
SOFT_BOUNCE_CONFIDENCE = 0.5
"""A full mailbox says less about a contact than an address that does not exist."""

FRIENDLY = frozenset(
    {
        ReplyIntent.INTERESTED,
        ReplyIntent.MEETING_REQUEST,
        ReplyIntent.MEETING_CONFIRMED,
        ReplyIntent.REFERRAL,
        ReplyIntent.POSITIVE_FEEDBACK,
    }
)
UNFRIENDLY = frozenset({ReplyIntent.NOT_INTERESTED, ReplyIntent.UNSUBSCRIBE})
"""Objections, questions and "not now" go on talking: they are replies, and neither good nor bad."""


@attrs.frozen(kw_only=True)
class Noticed:
    """One outcome that a mail shows. ``final``: a bounce that will not turn out otherwise later."""

    type: OutcomeType
    confidence: float = 1.0
    intent: ReplyIntent | None = None
    final: bool = False


def noticed_in_reply(reading: MessageReading) -> tuple[Noticed, ...]:
    """The outcomes of a mail from the very person that we wrote to; none for an automatic one."""
    if reading.auto_reply or reading.bounce is not None:
        return ()
    intent = reading.intent
    if intent in (ReplyIntent.OUT_OF_OFFICE, ReplyIntent.BOUNCE):
        return ()
    if intent is ReplyIntent.UNSUBSCRIBE:
        return (
            Noticed(type=OutcomeType.EMAIL_UNSUBSCRIBED, intent=intent),
            _response(OutcomeType.NEGATIVE_RESPONSE, intent),
        )
    replied = Noticed(type=OutcomeType.EMAIL_REPLIED, intent=intent)
    if intent in FRIENDLY:
        return replied, _response(OutcomeType.POSITIVE_RESPONSE, intent)
    if intent in UNFRIENDLY:
        return replied, _response(OutcomeType.NEGATIVE_RESPONSE, intent)
    return (replied,)


def noticed_in_bounce(*, hard: bool, delayed: bool) -> Noticed | None:
    """The outcome for one recipient of a bounce; None while the server is still trying."""
    if delayed:
        return None
    return Noticed(
        type=OutcomeType.EMAIL_BOUNCED,
        confidence=1.0 if hard else SOFT_BOUNCE_CONFIDENCE,
        intent=ReplyIntent.BOUNCE,
        final=hard,
    )


def needs_a_person(reading: MessageReading) -> bool:
    """Whether a person wrote something that nobody can read for certain."""
    return (
        not reading.auto_reply and reading.bounce is None and reading.intent is ReplyIntent.UNCLEAR
    )


def _response(kind: OutcomeType, intent: ReplyIntent) -> Noticed:
    return Noticed(type=kind, intent=intent, confidence=READING_CONFIDENCE)
