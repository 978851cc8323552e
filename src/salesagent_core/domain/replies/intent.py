"""What a person's reply wants: one of thirteen intents, by wording, in four languages.

    own words | opt-out? | sentences | wordings of each intent, not denied | the most telling one

The order of ``_RANK`` decides where a reply says several things: what has consequences comes
before what is merely friendly, so "sounds good, but we are locked in until May" is no interest.
``out_of_office`` and ``bounce`` are told by the mail's form, in ``reply``, not here.
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import islice

from salesagent_core.domain.opt_out.judgement import asks_to_stop, rules_say_stop
from salesagent_core.domain.replies.own_text import own_text
from salesagent_core.domain.replies.words import wordings
from salesagent_core.domain.text.folding import bare_text
from salesagent_core.domain.text.learned import model, scores_by_label
from salesagent_core.domain.text.learned_text import tokens_of

MAX_READ = 8_000


class ReplyIntent(StrEnum):
    """The thirteen intents, by their names on the wire."""

    INTERESTED = "interested"
    MEETING_REQUEST = "meeting_request"
    MEETING_CONFIRMED = "meeting_confirmed"
    QUESTION = "question"
    OBJECTION = "objection"
    NOT_NOW = "not_now"
    NOT_INTERESTED = "not_interested"
    UNSUBSCRIBE = "unsubscribe"
    OUT_OF_OFFICE = "out_of_office"
    BOUNCE = "bounce"
    REFERRAL = "referral"
    POSITIVE_FEEDBACK = "positive_feedback"
    UNCLEAR = "unclear"


_RANK = (
    ReplyIntent.MEETING_CONFIRMED,
    ReplyIntent.REFERRAL,
    ReplyIntent.NOT_NOW,
    ReplyIntent.NOT_INTERESTED,
    ReplyIntent.MEETING_REQUEST,
    ReplyIntent.OBJECTION,
    ReplyIntent.QUESTION,
    ReplyIntent.INTERESTED,
    ReplyIntent.POSITIVE_FEEDBACK,
)


_QUOTED = re.compile(r"^[ \t]{0,8}>.*|^-{3,10} ?original message ?-{3,10}$[\s\S]*", re.MULTILINE)
"""What is nobody's own words, if a caller left it in."""


def read_reply_intent(written: str) -> ReplyIntent:
    """The intent of a person's own words, by the rules' reading and by what was learned from
    examples together. Quotes, signature and legal notice do not count, if they are still there."""
    text = said_in(written)
    if asks_to_stop(text):
        return ReplyIntent.UNSUBSCRIBE
    by_rules = _by_wording(text)
    if not any(token.isalpha() for token in tokens_of(text)):
        return by_rules
    found = dict(scores_by_label("intent", text))
    if by_rules is not ReplyIntent.UNCLEAR:
        found[by_rules.value] += model("intent").join["rules"]
    # Who asks to be left alone was told above.
    del found[ReplyIntent.UNSUBSCRIBE.value]
    return ReplyIntent(max(found, key=lambda label: found[label]))


def said_in(written: str) -> str:
    """The author's own words, folded."""
    return _QUOTED.sub("", bare_text(own_text(written[:MAX_READ])))


def intent_by_rules(written: str) -> ReplyIntent:
    """What the rules alone say."""
    text = said_in(written)
    return ReplyIntent.UNSUBSCRIBE if rules_say_stop(text) else _by_wording(text)


def _by_wording(text: str) -> ReplyIntent:
    text = re.sub(r"\s+", " ", text).strip()
    found = {intent for intent in _RANK if wordings(intent.value).search(text)}
    if not wordings(ReplyIntent.MEETING_CONFIRMED.value).search(_stated(text)):
        found.discard(ReplyIntent.MEETING_CONFIRMED)
    if "?" in text and not _only_courtesy(text):
        found.add(ReplyIntent.QUESTION)
    return _told(found, text)


def _told(found: set[ReplyIntent], text: str) -> ReplyIntent:
    if found & _REFUSALS and _turns_friendly(text):
        found -= {ReplyIntent.NOT_INTERESTED}
    if wordings("declines_slot").search(text):
        # "Tuesday does not work, how about Thursday?" asks for another time.
        found.discard(ReplyIntent.MEETING_CONFIRMED)
        if ReplyIntent.NOT_NOW not in found and ReplyIntent.NOT_INTERESTED not in found:
            found.add(ReplyIntent.MEETING_REQUEST)
    if ReplyIntent.MEETING_CONFIRMED in found and found & {
        ReplyIntent.NOT_INTERESTED,
        ReplyIntent.NOT_NOW,
    }:
        found.discard(ReplyIntent.MEETING_CONFIRMED)
    if (
        ReplyIntent.NOT_NOW in found
        and ReplyIntent.MEETING_REQUEST in found
        and wordings("soon").search(text)
    ):
        found.discard(ReplyIntent.NOT_NOW)
    return next((intent for intent in _RANK if intent in found), ReplyIntent.UNCLEAR)


_REFUSALS = frozenset({ReplyIntent.NOT_INTERESTED})


def _turns_friendly(text: str) -> bool:
    """ "Not interested in the add-on, but we would like to see the demo"; what refuses after the
    turn ("thank you, but we are not interested") is a refusal."""
    turns = re.finditer(r"\b(?:but|however|aber|jedoch|sondern|mais|pero|sino)\b", text)
    rests = [text[turn.end() : turn.end() + 300] for turn in islice(turns, _MAX_TURNS)]
    return any(
        not wordings(ReplyIntent.NOT_INTERESTED.value).search(rest)
        and any(wordings(intent.value).search(rest) for intent in _FRIENDLY_TURNS)
        for rest in rests
    )


_MAX_TURNS = 20
_FRIENDLY_TURNS = (
    ReplyIntent.INTERESTED,
    ReplyIntent.MEETING_REQUEST,
    ReplyIntent.REFERRAL,
    ReplyIntent.NOT_NOW,
)


def _stated(text: str) -> str:
    """The text without its questions: nobody confirms by asking."""
    return re.sub(r"[^.!?]{1,1000}\?", " ", text)


def _only_courtesy(text: str) -> bool:
    """Every question in it is a greeting ("how are you?")."""
    questions = re.findall(r"[^.!?]{0,300}\?", text)
    return all(wordings("courtesy").search(question) for question in questions)
