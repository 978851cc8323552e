"""What the writer is told beside its sources: the task, the voice, and an earlier version."""

from __future__ import annotations

import json
from typing import Any

from salesagent_core.domain.context import Brief
from salesagent_core.domain.treatment import filled
from salesagent_core.domain.voice import VoiceProfile

MAX_FIELD = 200
"""Characters of a name or a title: what is longer is none."""
MAX_PREVIOUS = 20_000
MAX_WISH = 2_000
MAX_VOCABULARY = 40


def task_of(brief: Brief) -> str:
    """What the mail is for, as JSON."""
    person, company = brief.to.person, brief.to.company
    task: dict[str, Any] = {
        "ask": brief.plan.ask.value,
        "intent": brief.plan.intent,
        "language": brief.plan.language,
        "sender": brief.sender_name,
        "first_name": _field(person.first_name),
        "last_name": _field(person.last_name),
        "company": _field(company.name),
        "is_answer_in_thread": brief.reply_subject is not None,
    }
    return json.dumps(task, ensure_ascii=False, indent=1)


def voice_of(voice: VoiceProfile) -> str:
    """The sender's voice, as JSON: what a writer can follow, not every number of it."""
    told: dict[str, Any] = {
        "tone": voice.tone,
        "opener": voice.opener.value,
        "greetings": {"default": voice.greeting, **dict(voice.greetings)},
        "sign_offs": {"default": voice.sign_off, **dict(voice.sign_offs)},
        "max_paragraphs": voice.max_paragraphs,
        "max_words": voice.max_words,
        "slots_offered": voice.slots_offered,
        "formality_0_to_1": round(voice.formality, 2),
        "words_in_a_sentence": round(voice.sentence_words),
        "share_of_sentences_with_contractions": round(voice.contractions, 2),
        "questions_in_a_mail": round(voice.questions, 1),
        "never_these_words": list(voice.prohibited_words),
        "never_this_punctuation": list(voice.prohibited_punctuation),
        "favourite_words": [word[:MAX_FIELD] for word in voice.vocabulary[:MAX_VOCABULARY]],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def previous_of(brief: Brief) -> dict[str, str]:
    """The earlier version and the operator's wish, by the names that the prompt knows."""
    parts = {}
    if brief.previous_body:
        parts["previous"] = brief.previous_body[:MAX_PREVIOUS]
    if brief.instruction:
        parts["wish"] = brief.instruction[:MAX_WISH]
    return parts


def trial_of(brief: Brief) -> dict[str, str]:
    """What our own A/B tests ask of this mail, by the name that the prompt knows; our words, never
    a stranger's."""
    asked = {
        "instruction": brief.treatment.instruction,
        "call_to_action": brief.treatment.call_to_action,
    }
    told = {name: text[:MAX_WISH] for name, text in asked.items() if text}
    return {"trial": json.dumps(told, ensure_ascii=False, indent=1)} if told else {}


def tested_subject(brief: Brief) -> str | None:
    """The subject that a test asks for; None where it names what is not known."""
    template, lead = brief.treatment.subject, brief.to
    if not template:
        return None
    first, company = lead.person.first_name, lead.company.name
    return filled(template, {"first_name": _field(first), "company": _field(company)})


def _field(text: str | None) -> str | None:
    return text[:MAX_FIELD] if text else None
