# ruff: noqa: E501  (wordings are kept on one line)
"""Whether one sentence asks to be left alone, by the classes of its words in any order.

sentence | words | classes (``words``) | rules

A rule is a combination of classes near each other: an ending and writing, a "not" and receiving,
taking away and one's own address. What lies near and is a plain matter of business (an invoice, a
slide, a colleague) makes a rule silent. When in doubt: an opt-out.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from salesagent_core.domain.opt_out.sentence import Sentence, about_something_else, own_record

_PHRASES = re.compile(
    r"\b(?:leave|let|lass\w*|laiss\w*|fich\w*|fout\w*|dej\w*)\b(?:\W+\w+){0,4}?"
    r"\W+(?:la paix|en paz|en paix|in ruhe|in frieden|alone|tranquil\w*)\b"
    r"|\b(?:meld\w*|trag\w*)\b(?: \w+){0,3} (?:mich|uns)\b(?: \w+){0,8} (?:ab|aus)\b(?=\W*$|,)"
    r"|\b(?:seh\w*|sah\w*) (?:\w+ ){0,3}von\b[^.?!]{0,50}\bab\b(?=\W*$|,)"
    r"|(?<!wir )(?<!ich )\bhor\w{0,2}\b(?: \w+){0,4} auf\b"
    r"|\bstell\w* (?:\w+ ){0,4}(?:versand|e?-?mails?|nachrichten|werbung|zusend\w*|newsletter|"
    r"kontakt\w*) (?:\w+ ){0,2}ein\b"
    r"|\b(?:let this be|das war|this was|que ce soit|que (?:este|esto) sea|make this)\b"
    r"(?: \w+){0,3} (?:last|letzte\w*|dernier\w*|ultim[oa])\b(?: \w+){0,2} "
    r"(?:e-?mail|mail|message|nachricht|courriel|correo|mensaje|contact)\b"
    r"|\b(?:be|war|ware|was|is|ist|sein|bleibt|bleiben|soit|sera|est|sea|es|fue|sera)\b(?: \w+){0,3} "
    r"(?:last|final|letzte\w*|dernier\w*|ultim[oa])\b(?: \w+){0,2} (?:e-?mail|mail|message|nachricht|courriel|"
    r"correo|mensaje|contact|i (?:hear|get|receive))\b"
    r"|\b(?:e-?mail|mail|message|nachricht|courriel|correo|mensaje)\b(?: \w+){0,3} (?:be|sein|bleiben|soit|"
    r"sea)\b(?: \w+){0,2} (?:last|letzte\w*|dernier\w*|ultim[oa])\b"
    r"|\b(?:das|dies|diese) (?:\w+ ){0,2}letzte \w+ (?:ware|bleibt|bleibe|sein)\b"
    r"|\b(?:private?|personal|privee?|perso\w*|privada)\b[^.?!]{0,40}\b(?:not|n't|nicht|ne l'|no)\b(?: ?\w+){0,3} ?"
    r"(?:us(?:e|ed|ar|en|e)|nutz\w*|verwend\w*|utili[sz]\w*|utilic\w*)\b"
    r"|\b(?:stop|quit|no longer|please do not|cease) us(?:e|ing) (?:it|this|my|our|that)\b"
    r"|\b(?:no hace falta|no es necesari\w+|no need|not necessary|needn't|nicht notig|nicht notwendig|pas besoin|"
    r"inutile|pas necessaire|brauch\w* (?:sie |du |ihr )?(?:\w+ )?nicht)\b(?: \w+){0,3}[ ']"
    r"(?:me|us|mich|uns|mir|m'|nous|nos)[ ']?(?: ?\w+){0,2} ?(?:writ\w*|contact\w*|e-?mail\w*|call\w*|schreib\w*|"
    r"anschreib\w*|kontaktier\w*|anruf\w*|ecri\w*|recontact\w*|relanc\w*|escrib\w*|contact\w*|llam\w*)\b"
    r"|\bnot now(?:,| or)?(?: not)? ever\b|\bni maintenant,? ni jamais\b|\bni ahora,? ni nunca\b"
    r"|\bto be (?:taken off|removed|deleted|left (?:out|alone)|"
    r"unsubscribed|forgotten)\b(?! from the)"
    r"|\b(?:want|like|will|mochte\w*|wollen) (?:\w+ ){0,2}(?:out|raus)\b"
    r"(?=\W*$| of (?:this|your|these))"
    r"|^\W*(?:go away|get lost|piss off|fuck off|bugger off|verschwinde\w*|hau\w* ab|degage\w*|"
    r"larg\w+se|fuera)\b(?=\W*$)|\bmake (?:it|this|them) (?:end|stop)\b"
    r"|\b(?:inutile|nul besoin|pas la peine|no hace falta|no need|nicht notig|unnotig|pointless|"
    r"useless)\b.{0,20}\b(?:insist\w*|relanc\w*|recontact\w*|follow\w*|reecri\w*|nachfass\w*|"
    r"write again|chas\w+)|\b(?:no|n)\W(?:me |nos )?insist\w+"
    r"|\b(?:rien demande|nichts bestellt|(?:nicht|nie) darum gebeten|no (?:he |lo he )?(?:pedido|"
    r"solicitado)|(?:not|never|didnt) ask(?:ed)? for (?:this|these|it|your))\b"
)


def asks_in_clause(text: str) -> bool:
    """``text``: one sentence, folded by ``folding.bare_text``."""
    sentence = Sentence(text)
    if _no_pitch(sentence):
        return True
    if about_something_else(sentence):
        return False
    return bool(_PHRASES.search(text)) or any(rule(sentence) for rule in _RULES)


# ---------------------------------------------------------------------------- rules


def _no_more_mail(sentence: Sentence) -> bool:
    """ "Do not contact us again", "keine weiteren Mails", "no me escriban"."""
    later = sentence.has("later")
    for no, write in (*sentence.near("not", "write", 6), *sentence.near("not", "receive", 6)):
        if sentence.plain_business(no, write) or sentence.comma_between(no, write):
            continue
        span = range(min(no, write) - 4, max(no, write) + 6)
        more = any(place in span and place not in (no, write) for place in sentence.places("more"))
        hearing = write in sentence.at.get("receive", ())
        missed = sentence.has("receive") and sentence.has("past") and not sentence.has("want")
        if more and not missed:
            return True
        them = any(abs(place - write) <= 2 for place in sentence.places("they"))
        if them and not hearing and not later and not sentence.has("past") and no < write + 5:
            return True
    voided = sentence.has("void") and not (sentence.has("later", "past") or sentence.question)
    if voided and any(True for _ in sentence.near("not", "send", 3)) and not sentence.has("other"):
        return True
    return any(
        sentence.has("more") and sentence.has("they") and not sentence.plain_business(no, send)
        for no, send in sentence.near("not", "send", 4)
    )


_HALF_ENDINGS = ("dej", "deje", "dejad", "dejar", "deja", "dejen")


_BEFORE_MAIL = ("enough", "genug", "suffit", "basta", "schluss", "pare", "spart", "spare")
"""What ends only what follows it: "enough mails", not "a mail is enough"."""


_REACH = 5
_FAR_ENDINGS = (
    "verzicht",
    "refrain",
    "absten",
    "abstien",
    "unterlass",
    "desist",
    "absehen",
    "abzusehen",
)
"""Endings that name what is to end at the end of a long clause."""


def _an_end_to_mail(sentence: Sentence) -> bool:
    """ "Quit spamming", "sparen Sie sich weitere Mails", "cesser tout démarchage"."""
    for end, write in (*sentence.near("stop", "write", 8), *sentence.near("stop", "receive", 4)):
        word = sentence.words[end]
        if abs(end - write) > _REACH and not word.startswith(_FAR_ENDINGS):
            continue
        if word in _HALF_ENDINGS and not {"de", "d"} & set(sentence.words[end + 1 : end + 4]):
            continue
        if word in _BEFORE_MAIL and write < end:
            continue
        if not sentence.plain_business(end, write, 2):
            return True
    return False


_NEED_PARTICLE = re.compile(r"(?:take|taken|taking|cross|dropped|drop|nehm|nimm|genomm|trag|sort)")


def _take_me_away(sentence: Sentence) -> bool:
    """ "Strike my name", "block my address", "exclude us from your mailings"."""
    refused = {away for no, away in sentence.near("not", "away", 2) if no < away}
    listed = sentence.has("list", "banlist")
    for away in sentence.places("away"):
        word = sentence.words[away]
        if away in refused or (_NEED_PARTICLE.match(word) and not sentence.has("particle")):
            continue
        for place in sentence.places("they"):
            if abs(place - away) <= 3 and (listed or not sentence.plain_business(away, place)):
                return listed or not sentence.has("last") or len(sentence.words) < 8
        near = any(abs(place - away) <= 8 for place in sentence.places("record"))
        if near and own_record(sentence) and not _business_beside(sentence, away):
            return True
        everything = any(abs(place - away) <= 5 for place in sentence.places("all"))
        if everything and sentence.has("they", "own") and not sentence.has("other"):
            return True
        if listed and sentence.has("they") and not _business_beside(sentence, away):
            return True
        if listed and sentence.has("me") and sentence.has("you") and not sentence.has("other"):
            return True
    return False


_WHERE_ONE_IS = re.compile(
    r"(?:address|adress|daten$|data$|kontakt|contact|e?mailadress|email|donnees|coordonnees|datos)"
)


def _bare_record(sentence: Sentence) -> bool:
    """ "Bitte Adresse löschen": whose it is goes without saying."""
    if sentence.question or sentence.has("other", "last", "not", "later"):
        return False
    return any(
        _WHERE_ONE_IS.match(sentence.words[record]) is not None
        and not _NEED_PARTICLE.match(sentence.words[away])
        for away, record in sentence.near("away", "record", 2)
    )


def _business_beside(sentence: Sentence, place: int) -> bool:
    return sentence.plain_business(place, place, 3)


def _banned(sentence: Sentence) -> bool:
    """ "Put us on your suppression list", "Sperrliste", "liste d'opposition"."""
    listed = sentence.has("list") or any(
        word.startswith(("donotcontact", "dnc", "sperrliste", "robinson", "blacklist"))
        for word in sentence.words
    )
    if not (sentence.has("banlist") and listed) or sentence.question:
        return False
    return sentence.has("they", "me") or len(sentence.words) <= 8


def _threatened(sentence: Sentence) -> bool:
    """ "The next mail goes to my lawyer", "je saisis la CNIL"."""
    if sentence.question:
        return False
    if sentence.has("regulator") and sentence.has("write", "stop", "you", "unwanted"):
        return True
    return (
        sentence.has("law")
        and sentence.has("write")
        and sentence.has("more", "next", "stop", "keep", "if")
    )


def _kept_up(sentence: Sentence) -> bool:
    """ "Why do you keep writing?", "you keep mailing us"."""
    pairs = [pair for pair in sentence.near("keep", "write", 6) if pair]
    if any(sentence.plain_business(*pair) for pair in pairs) or not pairs:
        return False
    asked = sentence.has("why") and sentence.question
    told = any(sentence.words[place - 1] == "you" for place, _ in pairs if place)
    return asked or told


def _unwilling(sentence: Sentence) -> bool:
    """ "No longer interested in receiving these", "we do not wish to be approached"."""
    if not any(True for _ in sentence.near("not", "want", 5)) and not sentence.has("refuse"):
        return False
    for no in sentence.places("not"):
        for got in sentence.places("receive"):
            common = sentence.words[got].startswith(("get", "got")) and not sentence.has("write")
            if abs(got - no) <= 10 and not common and not sentence.plain_business(no, got):
                return True
        for write in sentence.places("write"):
            far = abs(write - no) > 8 or sentence.comma_between(no, write)
            if far or sentence.plain_business(no, write) or sentence.has("later"):
                continue
            passive = {"be", "being", "etre", "ser", "werden", "sein"} & set(sentence.words)
            if passive or sentence.has("they", "you", "own") or abs(write - no) <= 3:
                return True
    return False


_WITHDRAWN = re.compile(r"(?:withdr|revok|widerruf|retir|revoc|revoq)")


_SIGNED = re.compile(r"(?:subscrib|abonn|inscrit|suscri|bestellt|angemeldet)")


def _no_consent(sentence: Sentence) -> bool:
    """ "I never authorised this", "retiro mi consentimiento"."""
    for agreed in sentence.places("consent"):
        if sentence.plain_business(agreed, agreed, 3):
            continue
        near = sentence.words[max(0, agreed - 6) : agreed + 7]
        if any(_WITHDRAWN.match(word) for word in near):
            return True
        refused = any(abs(no - agreed) <= 4 for no in sentence.places("not"))
        mails = [place for place in sentence.places("write", "receive") if place != agreed]
        if refused and mails and sentence.has("me", "past"):
            return True
        signed = _SIGNED.match(sentence.words[agreed])
        if refused and signed and sentence.has("me") and not sentence.has("later"):
            return not sentence.question
    return False


def _refused(sentence: Sentence) -> bool:
    """ "Mon refus de toute sollicitation", "prohíbo el uso de mis datos"."""
    if sentence.question or sentence.has("other") or not sentence.has("refuse"):
        return False
    return any(True for _ in sentence.near("refuse", "write", 6)) or own_record(sentence)


def _unwelcome(sentence: Sentence) -> bool:
    """ "Vos relances sont indésirables", "Ihre Mails nerven"."""
    return not sentence.question and any(
        not sentence.plain_business(*pair) for pair in sentence.near("unwanted", "write", 6)
    )


_BARE_NO = re.compile(
    r"(?:e?mails?|messages|followups?|newsletters?|spam|werbung|nachrichten|kontakt\w*|nachfass\w*|"
    r"contact|courriels?|relances?|prospection|pub|correos|mensajes|publicidad|marketing|outreach)"
)


def _not_a_mail(sentence: Sentence) -> bool:
    """ "Please no follow-ups", "sin publicidad"."""
    if sentence.has("past", "later") or sentence.question:
        return False
    return any(
        no < mail and _BARE_NO.fullmatch(sentence.words[mail])
        for no, mail in sentence.near("not", "write", 2)
        if not sentence.plain_business(no, mail)
    )


_NEEDED = re.compile(r"\b(?:need|brauch|benotig|besoin|necesit)")


def _no_pitch(sentence: Sentence) -> bool:
    """ "Keine weiteren Versuche", "no more proposals", "no offers of this kind"."""
    if sentence.question or sentence.has("past"):
        return False
    for no, info in sentence.near("not", "info", 5):
        wanted = sentence.has("want") and not _NEEDED.search(" ".join(sentence.words))
        if wanted and any(no < more < info for more in sentence.places("more")):
            return True
    kind = re.search(r"\b(?:kind|art|type|genre|tipo)\b", " ".join(sentence.words))
    return any(
        no < pitch and (kind or any(no < more < pitch for more in sentence.places("more")))
        for no, pitch in sentence.near("not", "pitch", 3)
    )


_ASKED_WHENCE = {
    "where",
    "how",
    "woher",
    "wie",
    "d",
    "ou",
    "comment",
    "donde",
    "como",
    "who",
    "wer",
}


def _whence(sentence: Sentence) -> bool:
    """ "Where did you get my address?": who asks it wants no more of it."""
    return (
        sentence.question
        and bool(_ASKED_WHENCE & set(sentence.words[:3]))
        and sentence.has("source")
        and sentence.has("you")
        and own_record(sentence)
        and not sentence.has("other")
    )


_HOW_LONG = re.compile(
    r"\b(?:how (?:many times|often|much longer|long)|wie (?:oft|lange)|combien de (?:fois|temps)|"
    r"jusqu'?a quand|hasta cuando|cuantas veces)\b"
)


def _how_long(sentence: Sentence) -> bool:
    """ "How many times do I have to tell you: no mails" asks for nothing but an end."""
    asked = _HOW_LONG.match(" ".join(sentence.words)) and sentence.has("not", "keep")
    return bool(asked) and sentence.has("write", "send") and not sentence.has("other")


_FILLERS = frozenset(
    "please pls it this that now just already endlich doch enfin bitte das jetzt ya svp ca esto "
    "todo tout , merci".split()
)


def _bare_stop(sentence: Sentence) -> bool:
    """ "Paren.", "Stop this please": nothing but an end."""
    stops = sentence.places("stop")
    rest = {word for place, word in enumerate(sentence.words) if place not in stops}
    if stops and len(sentence.words) <= 4 and rest <= _FILLERS:
        return True
    gone = [sentence.words[place] for place in sentence.places("away")]
    whole = len(gone) == 1 and not _NEED_PARTICLE.match(gone[0]) and len(sentence.words) <= 3
    return whole and {*sentence.words} - {*gone} <= _FILLERS


_PROCESSING = re.compile(r"\b(?:process\w*|verarbeit\w*|speicher\w*|trait\w*|trat[ae]\w*|store)\b")


def _may_not_process(sentence: Sentence) -> bool:
    """ "You have no legal basis to process my data"."""
    processing = _PROCESSING.search(" ".join(sentence.words))
    return bool(processing) and sentence.has("not") and own_record(sentence)


def _key_word(sentence: Sentence) -> bool:
    """ "Désinscription", also misspelt, where nothing else is spoken of."""
    return sentence.has("key") and not sentence.question and not sentence.has("other")


_RULES: tuple[Callable[[Sentence], bool], ...] = (
    _no_more_mail,
    _an_end_to_mail,
    _take_me_away,
    _bare_record,
    _banned,
    _threatened,
    _kept_up,
    _unwilling,
    _no_consent,
    _refused,
    _unwelcome,
    _not_a_mail,
    _whence,
    _how_long,
    _bare_stop,
    _may_not_process,
    _key_word,
)
