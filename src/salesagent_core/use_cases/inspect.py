"""The judgement alone, on data of one's own: a plain record in, a plain record out.

One function a kind, all pure; ``KINDS`` names them. A record that cannot be judged raises
``InvalidInput`` with a sentence. ``id`` is carried through as it came. Each function imports only
what it needs, so that judging one title does not load the grounding check.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from salesagent_core.errors import InvalidInput

if TYPE_CHECKING:
    from salesagent_core.domain.evidence import Source, SourceKind
    from salesagent_core.domain.finding import Finding

Record = Mapping[str, Any]
Answer = dict[str, Any]

MAX_SOURCES = 1_000


def inspect_draft(record: Record) -> Answer:
    """``{id, subject, body, sources?: [{id, text, url?}]}``, and the optional ``link_hosts``,
    ``allowed_addresses`` and ``language``.

    Safety findings always; grounding findings where ``sources`` is given, even if empty.
    """
    from salesagent_core.domain.safety.outgoing import SafetyPolicy, inspect_text

    subject, body = _text(record, "subject"), _text(record, "body")
    policy = SafetyPolicy(
        allowed_addresses=frozenset(one.lower() for one in _texts(record, "allowed_addresses")),
        link_hosts=frozenset(one.lower() for one in _texts(record, "link_hosts")),
    )
    findings = [*inspect_text(subject, body, policy)]
    if record.get("sources") is not None:
        from salesagent_core.domain.finding import outside_of
        from salesagent_core.domain.grounding.check import check_grounding
        from salesagent_core.domain.grounding.held_phrases import without_held_phrases

        sources = [source_of(name, text, url) for name, text, url in _sources(record["sources"])]
        language = _text(record, "language") or _language(body)
        ungrounded = check_grounding(body, sources, subject=subject, language=language)
        texts = {"subject": subject, "body": body}
        findings = without_held_phrases(findings, texts, sources, ungrounded)
        if record.get("link_hosts") is None:
            findings = _but_held(findings, ungrounded, "link_not_allowed", "ungrounded_link")
        if record.get("allowed_addresses") is None:
            findings = _but_held(findings, ungrounded, "foreign_address", "ungrounded_address")
        findings += outside_of(ungrounded, [f for f in findings if f.code not in _BY_SOURCES])
    return {"id": record.get("id"), "findings": _findings(findings)}


def inspect_inbound(record: Record) -> Answer:
    """``{id, text}``: does a stranger's text try to steer the system?"""
    from salesagent_core.domain.safety.injection import inspect_inbound as read

    reading = read(_text(record, "text", required=True))
    return {
        "id": record.get("id"),
        "injection": {
            "suspected": reading.suspected,
            "score": reading.score,
            "signals": [
                {"code": one.code, "start": one.start, "end": one.end} for one in reading.signals
            ],
        },
        "findings": _findings(reading.findings),
    }


def inspect_message(record: Record) -> Answer:
    """``{id, raw}``, ``raw`` a whole mail (RFC 5322) in base64."""
    from salesagent_core.domain.replies.reply import read_message

    reading = read_message(_octets(_text(record, "raw", required=True)))
    bounce = reading.bounce and {
        "recipients": [
            {"address": one.address, "status": one.status, "hard": one.hard}
            for one in reading.bounce.recipients
        ]
    }
    return {
        "id": record.get("id"),
        "reply_text": reading.reply_text,
        "intent": reading.intent.value,
        "auto_reply": reading.auto_reply,
        "bounce": bounce,
    }


def inspect_title(record: Record) -> Answer:
    """``{id, title}``; an empty or missing title is unknown, not wrong."""
    from salesagent_core.domain.titles.title import read_title

    reading = read_title(_text(record, "title"))
    return {
        "id": record.get("id"),
        "seniority": reading.seniority.value,
        "department": reading.department,
        "decision_maker": reading.decision_maker,
    }


def inspect_address(record: Record) -> Answer:
    """``{id, address}``; ``reason`` is the code of why an address is not valid, else None."""
    from salesagent_core.domain.address import judge_address

    judged = judge_address(_text(record, "address"))
    return {
        "id": record.get("id"),
        "valid": judged.valid,
        "normalized": judged.normalized,
        "role": judged.role,
        "free": judged.free,
        "disposable": judged.disposable,
        "reason": judged.reason.code if judged.reason else None,
    }


def inspect_lead(record: Record) -> Answer:
    """Lead fields, all optional; what is unknown or empty lowers the coverage.

    Judged against the default profile; fields are listed in the reference page.
    """
    from salesagent_core.domain.icp import IcpProfile, score_fit
    from salesagent_core.domain.lead import Company, Lead, Person

    lead = Lead(
        person=Person(
            email=_text(record, "email"),
            first_name=_maybe(record, "first_name"),
            last_name=_maybe(record, "last_name"),
            title=_maybe(record, "title", "job_title", "jobtitle"),
            department=_maybe(record, "department"),
            country=_maybe(record, "country"),
        ),
        company=Company(
            name=_maybe(record, "company", "company_name"),
            domain=_maybe(record, "company_domain", "domain"),
            industry=_maybe(record, "industry"),
            employees=_count(record, "employees", "company_size"),
            country=_maybe(record, "company_country"),
            region=_maybe(record, "region"),
        ),
        is_customer=_flag(record, "is_customer"),
        is_competitor=_flag(record, "is_competitor"),
        is_student=_flag(record, "is_student"),
        is_target_account=_flag(record, "is_target_account"),
        email_verified_domain=_flag(record, "email_verified_domain"),
    )
    fit = score_fit(lead, IcpProfile())
    return {
        "id": record.get("id"),
        "fit": fit.score,
        "coverage": fit.coverage,
        "tier": fit.tier.value,
        "reasons": [{"code": one.code, "sentence": one.sentence} for one in fit.reasons],
    }


KINDS: Mapping[str, Callable[[Record], Answer]] = {
    "draft": inspect_draft,
    "inbound": inspect_inbound,
    "message": inspect_message,
    "title": inspect_title,
    "address": inspect_address,
    "lead": inspect_lead,
}


# ---------------------------------------------------------------------------- reading records


def _text(record: Record, name: str, *, required: bool = False) -> str:
    value = record.get(name)
    if value is None:
        if required:
            raise InvalidInput(f"the field {name!r} is missing")
        return ""
    if not isinstance(value, str):
        raise InvalidInput(f"the field {name!r} must be a text")
    return value


def _maybe(record: Record, *names: str) -> str | None:
    return next((text for name in names if (text := _text(record, name).strip())), None)


def _texts(record: Record, name: str) -> list[str]:
    values = record.get(name)
    if values is None:
        return []
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise InvalidInput(f"the field {name!r} must be a list of texts")
    return values


def _sources(values: object) -> Iterable[tuple[str, str, str | None]]:
    if not isinstance(values, list):
        raise InvalidInput("the field 'sources' must be a list")
    if len(values) > MAX_SOURCES:
        raise InvalidInput(f"more than {MAX_SOURCES} sources are too many")
    for number, value in enumerate(values):
        if not isinstance(value, dict) or not isinstance(value.get("text"), str):
            raise InvalidInput(f"sources[{number}] must be an object with a text")
        yield str(value.get("id", number)), value["text"], _text(value, "url") or None


_STRANGERS = ("form", "message", "mail", "thread", "inquiry", "enquiry", "request", "lead")
_RECORDS = ("crm", "contact", "company", "deal", "calendar")


def source_of(name: str, text: str, url: str | None = None) -> Source:
    """A source of that id, whose beginning tells what it is."""
    from salesagent_core.domain.evidence import Source

    return Source(id=name, kind=_source_kind(name), label=name, text=text, url=url)


def _source_kind(name: str) -> SourceKind:
    """What a source is, as its id says it: "form.message" and "mail1" were written by the reader,
    "crm" is what is noted about them; everything else is ours."""
    from salesagent_core.domain.evidence import SourceKind

    lowered = name.lower()
    if lowered.startswith(_STRANGERS):
        return SourceKind.FORM
    if lowered.startswith(_RECORDS):
        return SourceKind.CRM
    return SourceKind.SLOT if lowered.startswith("slot") else SourceKind.OPERATOR


def _count(record: Record, *names: str) -> int | None:
    value = next((record[name] for name in names if record.get(name) not in (None, "")), None)
    if value is None:
        return None
    if isinstance(value, str):
        digits = value.strip().replace(",", "").replace(" ", "")
        if not digits.isdecimal() or len(digits) > 12:
            raise InvalidInput(f"the field {names[0]!r} must be a whole number")
        return int(digits)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise InvalidInput(f"the field {names[0]!r} must be a whole number")
    return int(value)


_TRUE, _FALSE = ("true", "yes", "1"), ("", "false", "no", "0")


def _flag(record: Record, name: str) -> bool:
    value = record.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    word = str(value).strip().lower() if isinstance(value, str | int) else ""
    if word in _TRUE or (word in _FALSE and isinstance(value, str | int)):
        return word in _TRUE
    raise InvalidInput(f"the field {name!r} must be true or false")


def _octets(raw: str) -> bytes:
    compact = "".join(raw.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return binascii.a2b_base64(
            (compact + "=" * (-len(compact) % 4)).encode("ascii"), strict_mode=bool(compact)
        )
    except (binascii.Error, ValueError):
        raise InvalidInput("the field 'raw' must be base64") from None


def _language(body: str) -> str:
    from salesagent_core.domain.text.language import detect_language

    return detect_language(body, "en")


_BY_SOURCES = frozenset({"link_not_allowed", "foreign_address"})


def _but_held(
    findings: list[Finding], ungrounded: Iterable[Finding], code: str, missing: str
) -> list[Finding]:
    """Without a list of what is allowed, what the sources hold is: only links and addresses that
    are missing there are told."""
    absent = [one for one in ungrounded if one.code == missing]
    return [
        finding
        for finding in findings
        if finding.code != code
        or any(
            one.part == finding.part and one.start < finding.end and finding.start < one.end
            for one in absent
        )
    ]


def _findings(findings: Iterable[Finding]) -> list[Answer]:
    return [
        {
            "code": one.code,
            "severity": one.severity.value,
            "start": one.start,
            "end": one.end,
            "sentence": one.sentence,
            "part": one.part,
        }
        for one in findings
    ]
