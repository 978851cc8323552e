"""What the next mail should ask for, from what the lead wants, who they are and what passed."""

from __future__ import annotations

from enum import StrEnum

import attrs

from salesagent_core.domain.conversation import Conversation, Direction
from salesagent_core.domain.icp import Fit, Tier
from salesagent_core.domain.intent import Intent, read_intent
from salesagent_core.domain.text.language import detect_language


class Ask(StrEnum):
    """The one call to action of a mail."""

    OFFER_MEETING = "offer_meeting"
    ANSWER_QUESTION = "answer_question"
    QUALIFY = "qualify"
    APOLOGISE = "apologise"
    SEND_MATERIAL = "send_material"
    HAND_OVER = "hand_over"


@attrs.frozen(kw_only=True)
class NextStep:
    """``language`` is the ISO 639-1 code to write in; ``reason`` a sentence for the operator."""

    ask: Ask
    intent: str
    language: str
    reason: str


COVERAGE_TO_JUDGE = 0.5
"""A low fit counts against a meeting only when at least this much of it is known."""

_STOPPED = frozenset({"unsubscribe"})
_RELUCTANT = frozenset({"not_interested", "not_now", "objection"})
_AGREED = "meeting_confirmed"
_GOOD = frozenset({Tier.HOT, Tier.WARM})

_HANDED_OVER = {
    Intent.OPT_OUT: "they ask not to be contacted: a person must see to it",
    Intent.JOB: "this is a job application, not a sales enquiry",
    Intent.VENDOR: "they want to sell something to us",
    Intent.PARTNERSHIP: "a partnership is for a person to judge",
}


def plan_next_step(
    *,
    message: str | None,
    conversation: Conversation,
    fit: Fit,
    is_customer: bool,
    has_slots: bool,
    default_language: str,
) -> NextStep:
    """The one thing the mail asks for, and why.

    The form's text decides; where it is empty the newest mail of theirs does. A thread that
    ended in a refusal is handed over unless the new form asks for something itself.
    """
    inbound = conversation.last_inbound
    text = message if message and message.strip() else (inbound.text if inbound else None)
    intent = read_intent(text, is_customer=is_customer)
    asked_anew = bool(message and message.strip()) and intent is not Intent.UNCLEAR
    past = _from_history(inbound.intent if inbound else None, intent, asked_anew)
    ask, reason = past or _from_intent(intent, fit, is_customer=is_customer, has_slots=has_slots)
    if _waiting_for_them(conversation):
        reason += "; our last mail to them is still unanswered"
    language = detect_language(text, default_language)
    return NextStep(ask=ask, intent=intent.value, language=language, reason=reason)


def _from_history(past: str | None, intent: Intent, asked_anew: bool) -> tuple[Ask, str] | None:
    if past in _STOPPED:
        return Ask.HAND_OVER, "they opted out earlier in this thread"
    if past in _RELUCTANT and not asked_anew:
        return Ask.HAND_OVER, f"their last reply was '{past}': a person should choose the answer"
    if past == _AGREED and intent in (Intent.DEMO, Intent.UNCLEAR):
        return Ask.ANSWER_QUESTION, "a meeting is agreed already, so no other one is offered"
    return None


def _from_intent(
    intent: Intent, fit: Fit, *, is_customer: bool, has_slots: bool
) -> tuple[Ask, str]:
    if intent in _HANDED_OVER:
        return Ask.HAND_OVER, _HANDED_OVER[intent]
    if intent is Intent.COMPLAINT and is_customer:
        return Ask.APOLOGISE, "a customer is unhappy: nothing is sold before that is put right"
    if intent is Intent.COMPLAINT:
        return Ask.HAND_OVER, "somebody who is no customer is unhappy with us"
    if intent is Intent.SUPPORT:
        whose = "a customer needs" if is_customer else "they need"
        return Ask.HAND_OVER, f"{whose} technical help, which support should give"
    if fit.disqualified:
        return _disqualified(fit)
    if intent is Intent.STUDENT:
        return Ask.QUALIFY, "a student asks: find out whether there is a buyer behind it"
    return _from_interest(intent, fit, is_customer=is_customer, has_slots=has_slots)


def _disqualified(fit: Fit) -> tuple[Ask, str]:
    if any("competitor" in reason.code for reason in fit.reasons):
        return Ask.HAND_OVER, "they look like a competitor: a person decides what they get to see"
    return Ask.QUALIFY, "they are outside of whom we sell to: ask before a meeting is offered"


def _from_interest(
    intent: Intent, fit: Fit, *, is_customer: bool, has_slots: bool
) -> tuple[Ask, str]:
    judged_cold = fit.tier is Tier.COLD and fit.coverage >= COVERAGE_TO_JUDGE and not is_customer
    times = "" if has_slots else "; no times are known, so the mail asks for theirs"
    if intent is Intent.MATERIAL:
        return Ask.SEND_MATERIAL, "they ask for material to read"
    if intent is Intent.QUESTION:
        return Ask.ANSWER_QUESTION, "they ask a question, which comes first"
    if judged_cold:
        wish = {Intent.DEMO: "a meeting", Intent.PRICING: "prices"}.get(intent)
        wish = f"they ask for {wish}, but the" if wish else "the"
        return Ask.QUALIFY, f"{wish} fit is low: find out more first"
    if intent is Intent.DEMO:
        return Ask.OFFER_MEETING, f"they ask for a demo or a talk{times}"
    good = fit.tier in _GOOD or is_customer
    if intent is Intent.PRICING:
        if good:
            return Ask.OFFER_MEETING, f"they ask for prices and fit well{times}"
        return Ask.QUALIFY, "they ask for prices, which depend on what we do not know yet"
    if good and has_slots:
        return Ask.OFFER_MEETING, "they say little, but fit well: a talk is the shortest way"
    return Ask.QUALIFY, "it is not clear what they want: ask"


def _waiting_for_them(conversation: Conversation) -> bool:
    last = conversation.last
    return last is not None and last.direction is Direction.OUTBOUND
