# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Whether a source that can know it tells of what a draft says has happened.

The reader's own texts, the notes about them and what we remember can know; a page about our
product cannot. A claim is held when such a source tells of an event of the same kind, or when
most of what the claim says stands there. Days, names and numbers in it are facts of their own.
"""

from __future__ import annotations

import re

from salesagent_core.domain.claims.commitments import Statement
from salesagent_core.domain.claims.facts import Fact, Text, content_stems
from salesagent_core.domain.claims.past_events import (
    any_held,
    events_in,
    without_attending,
    without_events,
)
from salesagent_core.domain.claims.quantities import Quantity, find_quantities
from salesagent_core.domain.claims.stance import asks
from salesagent_core.domain.grounding.held_past_clauses import retells
from salesagent_core.domain.grounding.library import Library, sentence_around
from salesagent_core.domain.grounding.mail_words import empty_stems, mail_stems
from salesagent_core.domain.grounding.retelling import words_of
from salesagent_core.domain.text.everyday_words import everyday_stems
from salesagent_core.domain.text.lexicon import MONTHS, stem
from salesagent_core.domain.text.same_word import related_any

NEW_SHARE = 0.6
MIN_NEW = 2
TOLD_SHARE = 0.5
WISH_SHARE = 0.25
SURE_SHARE = 0.75
RETOLD_SHARE = 0.5
"""What must stand in what they or the notes say, in any words, of what somebody is said to have
done or said."""
_DEALS = frozenset({"bought", "happy", "complained", "tested"})
_TALK = frozenset({"spoke", "met", "sent"})
"""Kinds of events whose words tell nothing more: what was talked of, or sent, stands beside."""
_CLAUSE_END = re.compile(r"[,;.!?]| – | - ")
_FRAME = frozenset(
    stem(word)
    for word in "note mail email message letter form enquiry inquiry request nachricht formular anfrage schreiben formulaire demande formulario correo mensaje solicitud recently already thank thanks danke merci gracias say said tell told mention write wrote see seen read courriel lettre brief laisser laisse signaler signale indiquer indique evoquer evoque evoques repere retenu precise parvenir hinterlassen angegeben geschickt genannt left gave given number details dejo indico comento comentar numero adresse address coordonnees datos escribirnos escribirme escribir atendernos atenderme atender recibirnos contactarnos contactar llamarnos writing calling answering time zeit genommen temps pris tiempo tomado consacre dedicado gedacht gewandt gewendet pense thought thinking pensado contacted kontaktiert contacte suche volontiers ensuite gemeldet recu recue recus received erhalten bekommen recibido recibida dijo dijeron conto sagte sagten meinten dit dites reperee reperees laissee indiquee indiquees precisee signalee joint jointe jointes angesprochen repondu repondre telefon carta aviez etiez avions hatten haben habia habian waren had visto leido gesehen gelesen learn lu vu colleague kollege collegue".split()
) | frozenset(stem(name) for name in MONTHS)
_READER_SAID = re.compile(
    r"(?:as |like |what )?you (?:\w+ )?(?:said|told|explained|mentioned|described|informed|shared|asked|wrote)\b|sie (?:sagten|erzahlten|meinten|schrieben)|wie sie (?:sagten|schrieben|erwahnten)|vous (?:me |nous |m'|l'|en )?(?:disiez|(?:avez|aviez) (?:dit|explique|parle|evoque|mentionne|ecrit|indique|precise|demande|decrit))|(?:me|nos) (?:dijo|comento|conto|explico|dijeron|ha dicho)"
)
_WE_WROTE = re.compile(
    r"as (?:i |we |already )?(?:\w+ )?(?:mentioned|wrote|written|told|explained|promised)(?: in)?|(?:my|our) (?:last |previous |first )?(?:mail|e-?mail|message|letter)|ich ihnen|wie (?:in meiner|bereits geschrieben|erwahnt|angekundigt)|je vous (?:l'|le |en )?(?:ecrivais|disais|annoncais)|comme (?:indique|annonce|ecrit)|como (?:le |les )?(?:decia|escribi|comente|adelante|indique|dije)"
)
_SEEN = re.compile(
    r"(?:i|we)(?:'ve| have)? (?:just |also )?(?:seen|read|noticed|saw|heard|learn\w*)|(?:he|hemos) (?:visto|leido|sabido|notado)|j'ai (?:vu|lu|remarque|appris|bien note)|ich (?:habe|hatte) (?:gesehen|gelesen|gehort|bemerkt)"
)
_WISHES = re.compile(r"congrat\w*|gluckwunsch|gratul\w*|felicit\w*|felicidades|enhorabuena")
_TO_BE_DONE = re.compile(r"\b(?:once|as soon as|until|when|if) $")
_BEFORE_WISH = re.compile(r"[!?\n;]|(?<!\d)\.(?=\s)")
_THEIR_THING = re.compile(
    r"^(?:votre (?:visite|passage|inscription|participation|commande)|ihr\w* (?:download|besuch|anruf|anmeldung|teilnahme|bestellung|vertragsabschluss)|fur (?:den|das|ihren|ihr|die|ihre) (?:besuch|anmeldung|teilnahme|bestellung|anruf))$"
)
_WE_DID = re.compile(
    r"\b(?:we|wir|nous|ya (?:le|les|os|te)|last|previous|letzten?|vorigen?|dernier|derniere|ultim[oa]|anterior)\b"
)
_ONLY_WHEN = re.compile(
    r"(?:letzte|vergangene|vorige)[nrs]? \w+|gestern|vorgestern|(?:la |le |el |l')?\w+ (?:derniere?|passee?|pasad[oa])|avant-hier|ayer|anteayer"
)
_AFTER = re.compile(r"(?:after|nach|apres|tras|despues de)\b")
_TO_COME = re.compile(
    r"\b(?:will|would|can|could|shall|'ll|werden?|wurden?|erhalten|bekommen|konnen|konnten|schicken|senden|machen wir|kann|[a-z]{3,}(?:rez|rons|ront|rai|riez|rions)|pouv\w+|pourr\w+|podemos|puede\w*|podr\w+|[a-z]{3,}(?:remos|ran|ria|riamos)|(?:le|les) \w+(?:amos|imos|aremos))\b"
)
"""What is still to come: "after our visit you will get an offer"."""
_THEIR_MAIL = re.compile(
    r" (?:through )?(?:your|ihre?n?|votre|su|tu) (?:message|note|e?-?mail|enquiry|inquiry|request|nachricht|anfrage|zeilen|courriel|demande|mot|mensaje|correo|consulta|solicitud)"
)
_WITH_US = re.compile(
    r"\b(?:us|me|our|already|uns|mir|unser\w*|schon|bereits|nous|m'|notre|nos|deja|me|nuestr\w+|ya)\b"
)
_TOLD_US = re.compile(r"(?:haben|hatten|sie) .*\b(?:mir|uns)$")
"""What they told us, whatever verb says so at the end."""
_SEATED = re.compile(
    r"\b(?:(?:etes|est|sont) (?:\w+ )?(?:installe|situe|base|implante|etabli|domicilie|localise)e?s?|(?:ansassig|niedergelassen|beheimatet|angesiedelt) (?:sind|ist))$"
)
"""Where somebody is: a state, whose place is a name of its own."""
_READS = re.compile(r"(?:i|we) read$")
_OF_THEIRS = re.compile(r" (?:that|about|in (?:the|your)|on (?:the|your)|of|your|with|an?)\b")
"""The present tense of "read" looks like its past: "we read due dates from your system"."""
_RELATED_TO = re.compile(r"(?:[^\s,;:.]+ ){0,3}(?:[^\s,;:.]+, )?$")
"""The words before a relative clause of which it tells."""
_RELATIVE = re.compile(
    r"(?:(?:in|bei|auf|an|mit) )?(?:que|qui|dont|that|which|whom|die|das|den|dem|der) "
)
_LE_RESERVE = re.compile(r"(?:le|les|os|te) (?:envie|mande|reserve)")
_REMEMBERED = re.compile(
    r"(?:as|if|wie|comme|como|si) .*(?:rem|recall|erinner|souven|rappel|record)"
)
"""What one is reminded of stands after it."""
_LOOKS_BACK = re.compile(
    r"thank|dank|merci|remerci|gracias|\b(?:suite a|apres|depuis|lors de|seit|nach|after|since|comme pour|wie bei|letzt\w*|dernie\w*)\b"
)


def holds_past(library: Library, wanted: Statement, fact: Fact, text: Text) -> bool | None:
    """None where the wording has no kind by which it could be judged."""
    first, last = sentence_around(text.bare, fact.start)
    matched = text.bare[fact.start : fact.end]
    after = text.bare[fact.end : last]
    if _THEIR_THING.match(matched) and not _LOOKS_BACK.search(text.bare[first : fact.start]):
        return True
    if _TO_BE_DONE.search(text.bare[first : fact.start]) and matched.startswith("you have "):
        return True
    if wanted.family == "again":
        return not library.strangers and (
            library.mails > 1
            or (library.mails > 0 and library.formed)
            or "happy" in library.noted
            or library.returning
        )
    tail = _CLAUSE_END.split(after, maxsplit=1)[0]
    if not tail.strip() and _REMEMBERED.match(matched):
        tail = after
    if _ONLY_WHEN.fullmatch(matched):
        return holds_when(library, matched, text.bare[first:last])
    if wanted.family == "acted":
        related = _RELATED_TO.search(text.bare[first : fact.start])
        before = related[0] if related and _RELATIVE.match(matched) else ""
        rest = "" if _meaning(before) - empty_stems() else tail.split(":")[0]
        if _SEATED.search(matched):
            return True
        return _retold(library, text, before + matched + rest)
    if _READS.match(matched) and not _OF_THEIRS.match(after):
        return True
    if _LE_RESERVE.fullmatch(matched) and text.bare[first:last].rstrip().endswith("?"):
        return True
    if wanted.family == "object":
        return _thing_given(library, text, matched)
    coming = _AFTER.match(matched) and _TO_COME.search(after)
    if coming and not {"spoke", "met", "event", "seminar"} & events_in(matched + tail):
        return True
    if _SEEN.match(matched) and _THEIR_MAIL.match(after):
        return True
    wished = _WISHES.fullmatch(matched.split()[0])
    if wished and not _meaning(tail) - mail_stems():
        # German puts what the wish is for before it: "Zur Eröffnung gratuliere ich".
        tail = _BEFORE_WISH.split(text.bare[: fact.start])[-1]
    if wished or _SEEN.match(matched):
        share = WISH_SHARE if asks(tail) else TOLD_SHARE
        return _mostly_told(library, text, tail or text.bare[first:last], share)
    if _WE_WROTE.match(matched) and not _READER_SAID.match(matched):
        return library.mails > 0
    said = _READER_SAID.match(matched)
    if said:
        rest = matched[said.end() :] + tail
        return _mostly_told(
            library, text, rest.strip() or text.bare[first : fact.start], TOLD_SHARE
        )
    kinds = events_in(matched) or events_in(tail[:60])
    if kinds == {"visited"}:
        kinds = events_in(tail[:60]) & {"event", "seminar"} or kinds
    if wanted.family == "told":
        return _told(library, text, matched, tail, kinds) or retells(
            library, text, matched + tail, SURE_SHARE
        )
    if wanted.family == "spoken" and not kinds and _TOLD_US.match(matched):
        return _retold(library, text, matched + tail)
    if not kinds and _LOOKS_BACK.match(matched) and _meaning(tail):
        return _thing_given(library, text, tail)
    return any_held(kinds, library.events) if kinds else None


def _told(library: Library, text: Text, matched: str, tail: str, kinds: frozenset[str]) -> bool:
    if not kinds and _WE_DID.search(matched):
        kinds = frozenset({"bought"})
    if library.strangers and kinds & _DEALS:
        return False
    if kinds and not any_held(kinds, library.events):
        return _share_told(library, text, matched + tail, untold=0.0) >= SURE_SHARE
    if not _WITH_US.search(matched + tail) and _known_thing(library, matched):
        return True
    words = _meaning(without_events(matched + " " + tail, library.events & _TALK))
    new = [word for word in words if not related_any(frozenset({word}), library.told)]
    return (
        text.language not in library.languages
        or not words
        or not (len(new) >= MIN_NEW and len(new) >= NEW_SHARE * len(words))
    )


def _retold(library: Library, text: Text, said: str) -> bool:
    """True where one sentence of what they wrote or of the notes tells most of what is said, in
    any words; nearly all of it where nothing of the kind is known to have happened."""
    kinds = events_in(said)
    rest = without_events(said, library.events & _TALK)
    if kinds and kinds <= library.events:
        rest = without_attending(rest)
    words = [
        word for word in words_of(rest, text.language) if word.stem not in _FRAME | empty_stems()
    ]
    places = [library.passages.places(word) for word in words]
    told = [place for place, each in enumerate(library.passages.all) if each.told]
    most = max((sum(place in held for held in places) for place in told), default=0)
    share = most / len(words) if words else 1.0
    unheard = bool(kinds) and not any_held(kinds, library.events | library.asked)
    if unheard:
        return (len(words) > 1 and share >= SURE_SHARE) or retells(library, text, said, SURE_SHARE)
    return share > RETOLD_SHARE


def _known_thing(library: Library, matched: str) -> bool:
    """What they wrote of is spoken of: "your oven has served you well"."""
    owned = re.match(r"(?:your|ihr\w*|votre|su) ((?:\w+ ){1,2}\w+)", matched)
    words = _meaning(owned[1]) if owned else frozenset[str]()
    return any(related_any(frozenset({word}), library.told) for word in words)


def _share_told(library: Library, text: Text, said: str, *, untold: float = 1.0) -> float:
    """How much of what is said stands in what they or the notes say; ``untold`` where that can't
    be compared, as between two languages."""
    words = _meaning(said) or content_stems(said) - _FRAME
    if not words or text.language not in library.languages:
        return untold
    return sum(related_any(frozenset({word}), library.told) for word in words) / len(words)


def _mostly_told(library: Library, text: Text, said: str, share: float) -> bool:
    return bool(library.documents) and (
        _share_told(library, text, said) >= share
        or any_held(events_in(said) - {"met", "sent"}, library.asked)
    )


def _meaning(said: str) -> frozenset[str]:
    return content_stems(said) - _FRAME - everyday_stems()


def _thing_given(library: Library, text: Text, things: str) -> bool:
    """Thanks for photographs need photographs, or something sent where the words differ."""
    words = content_stems(things) - _FRAME
    if text.language not in library.languages:
        return "sent" in library.events
    return all(related_any(frozenset({word}), library.told) for word in words) or (
        "sent" in library.events and not re.search(r",? (?:and|und|et|y) ", things)
    )


_SAME_WHEN = tuple(
    re.compile(rf"\b(?:{words})\b")
    for words in (
        r"(?:in the )?last year|(?:in the )?previous year|year before|(?:im |am )?(?:letzte[nsm]?|vergangene[nsm]?|vorige[nsm]?) jahr|vorjahr\w*|l'an(?:nee)? (?:dernier|derniere|passee?)|annee precedente|(?:el )?ano pasado|ano anterior",
        r"last month|previous month|(?:letzte[nr]?|vergangene[nr]?|vorige[nr]?) monat|vormonat|le mois (?:dernier|passe)|(?:el )?mes (?:pasado|anterior)",
        r"last week|previous week|(?:letzte[nr]?|vergangene[nr]?|vorige[nr]?) woche|vorwoche|la semaine (?:derniere|passee)|(?:la )?semana (?:pasada|anterior)",
        r"yesterday|gestern|hier|ayer",
        r"this morning|heute (?:morgen|fruh|vormittag)|ce matin|esta manana",
    )
)
"""The same time in other words."""


_OF_US = re.compile(
    r"\b(?:we|us|our|ours|wir|uns|unser\w*|nous|notre|nos|nosotros|nuestr\w+|\w+(?:amos|imos))\b"
)


def holds_when(library: Library, told: str, sentence: str) -> bool:
    """True where a source tells this time ("last year") in some words, or names the year beside a
    figure of the draft's sentence."""
    if sentence.rstrip().endswith("?") and not _OF_US.search(sentence):
        return True
    return (
        told in library.whens
        or any(one.fullmatch(told) and one.search(library.whens) for one in _SAME_WHEN)
        or (_SAME_WHEN[0].fullmatch(told) is not None and _dated_figure(library, sentence))
    )


def _dated_figure(library: Library, sentence: str) -> bool:
    """A source has a figure of the sentence for the year before one in which they wrote."""
    figures = [one for one in find_quantities(sentence, "any") if one.kind != "year"]
    return any(
        isinstance(m.value, Quantity)
        and (m.value.kind, m.value.unit) == (one.kind, one.unit)
        and m.value.values & one.values
        and any(not library.told_years or year + 1 in library.told_years for year in m.years)
        for one in figures
        for m in library.quantities
    )
