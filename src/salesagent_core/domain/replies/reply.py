"""Reading a mail that came in: who wrote it (person, program, postmaster) and what they want.

octets | parts | bounce? | automatic? | own words | intent
"""

from __future__ import annotations

import re

import attrs

from salesagent_core.domain.replies.auto_reply import holds_a_quote, is_absence, is_automatic
from salesagent_core.domain.replies.bounce import Bounce, read_bounce
from salesagent_core.domain.replies.intent import ReplyIntent, read_reply_intent
from salesagent_core.domain.replies.mime_parts import Part, body_text, read_mail
from salesagent_core.domain.replies.own_text import own_text

MAX_RAW = 50_000_000
"""Octets of a mail that are looked at, attachments included."""
MAX_CALENDAR = 20_000


@attrs.frozen(kw_only=True)
class MessageReading:
    """``auto_reply`` is True for what a program wrote, bounces apart, which are ``bounce``.

    ``intent`` is ``bounce`` for a bounce, ``out_of_office`` for an automatic notice of absence and
    ``unclear`` for other automatic mail. ``reply_text``: the author's own words.
    """

    reply_text: str
    intent: ReplyIntent
    auto_reply: bool = False
    bounce: Bounce | None = None


def read_message(raw: bytes) -> MessageReading:
    """What a raw mail (RFC 5322) is and says. Never raises; bounded in time and memory."""
    root = read_mail(raw[:MAX_RAW])
    subject = root.headers.get("subject")
    shown = body_text(root)
    text = own_text(shown)
    bounce = read_bounce(root, raw, subject, shown)
    if bounce is not None:
        return MessageReading(reply_text=text, intent=ReplyIntent.BOUNCE, bounce=bounce)
    answer = _calendar_answer(root)
    if answer is not None:
        return MessageReading(reply_text=text, intent=answer)
    quoted = holds_a_quote(shown, text)
    if root.param("report-type") or is_automatic(root.headers, subject, text, quoted=quoted):
        away = not _is_receipt(root) and is_absence(subject, text)
        intent = ReplyIntent.OUT_OF_OFFICE if away else ReplyIntent.UNCLEAR
        return MessageReading(reply_text=text, intent=intent, auto_reply=True)
    return MessageReading(reply_text=text, intent=_intent(root, subject, text))


def _is_receipt(root: Part) -> bool:
    return root.param("report-type") == "disposition-notification"


_WRITTEN_SUBJECTS = re.compile(
    r"\s*(?:unsubscribe|stop|remove|opt[- ]?out|abmelden|baja|d[ée]sinscription)\b", re.IGNORECASE
)


def _intent(root: Part, subject: str, text: str) -> ReplyIntent:
    if text.strip():
        intent = read_reply_intent(text)
        if intent is not ReplyIntent.UNCLEAR:
            return intent
    # Some say it in the subject and leave the mail empty.
    if _WRITTEN_SUBJECTS.match(subject[:200]) or (
        not text.strip() and "in-reply-to" not in root.headers
    ):
        return read_reply_intent(subject[:200])
    return ReplyIntent.UNCLEAR


_ANSWERS = {
    "accepted": ReplyIntent.MEETING_CONFIRMED,
    "declined": ReplyIntent.NOT_NOW,
    "tentative": ReplyIntent.UNCLEAR,
}


def _calendar_answer(root: Part) -> ReplyIntent | None:
    """What a calendar answer (RFC 5546) says: a person pressed the button."""
    part = next((one for one in root.walk() if one.kind == "text/calendar"), None)
    if part is None:
        return None
    event = part.text()[:MAX_CALENDAR].replace("\r", "").replace("\n ", "")
    found = re.search(r"(?im)^METHOD:(\w{1,20})", event)
    method = part.param("method") or (found[1].lower() if found else "")
    if method == "reply":
        state = re.search(r"(?i)PARTSTAT=\"?(ACCEPTED|DECLINED|TENTATIVE)", event)
        return _ANSWERS[state[1].lower()] if state else ReplyIntent.UNCLEAR
    if method in ("request", "counter"):
        return ReplyIntent.MEETING_REQUEST
    return None
