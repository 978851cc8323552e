"""What the author of a mail wrote: quoted mail, signature and legal notice taken away.

    text | lines | without quotes | without signature | own words

Quoted lines go wherever they stand, so answers between quotes stay. Behind an introduction whose
quote carries no marks ("From: ... Sent: ...") everything is the old mail. A signature is what
follows ``-- `` (RFC 3676 section 4.3), a closing phrase with short lines to the end, a line of
the telephone ("Sent from my ..."), or a legal notice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from salesagent_core.domain.text.folding import bare_text

MAX_READ = 300_000
"""Characters of a mail that are read."""
MAX_LINES = 6_000
"""Lines that are read, blank ones in a row counted once."""
MAX_LINE = 400
"""A line longer than this is prose, whatever it begins with."""
MAX_SIGNATURE_LINES = 14
MAX_SIGNATURE_LINE = 90
_BLOCK_LINES = 6
_WROTE_LINES = 3


def own_text(text: str) -> str:
    """The author's own words. Empty where a mail holds nothing but quotes."""
    lines = _lines(text[:MAX_READ])
    unquoted = _without_quotes(lines)
    own = _trimmed(_without_signature(unquoted))
    if not own:
        own = _trimmed(unquoted)
    return "\n".join(own).strip()


def _lines(text: str) -> list[str]:
    lines: list[str] = []
    for line in re.split(r"\r\n|\n|\r|\u2028|\u2029", text):
        stripped = line if line == "-- " else line.rstrip(" \t\xa0")
        if stripped or (lines and lines[-1]):
            lines.append(stripped)
        if len(lines) >= MAX_LINES:
            break
    return lines


def _trimmed(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        blank = not line.strip()
        if blank and (not kept or not kept[-1]):
            continue
        kept.append("" if blank else line)
    return kept


# ---------------------------------------------------------------------------- quotes


def _is_quoted(line: str) -> bool:
    return line.lstrip(" \t\u200b").startswith((">", "&gt;", "|>"))


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if _is_quoted(line):
            number += 1
            continue
        if _cuts(lines, number):
            break
        length = _introduction(lines, number)
        if length:
            number += length
            if not _quote_follows(lines, number):
                break
            continue
        kept.append(line)
        number += 1
    return kept


def _quote_follows(lines: list[str], number: int) -> bool:
    for line in lines[number : number + 6]:
        if line.strip():
            return _is_quoted(line)
    return False


def _cuts(lines: list[str], number: int) -> bool:
    """Whether the old mail begins here and runs to the end."""
    line = lines[number].strip(" *\t")
    if not line or len(line) > MAX_LINE:
        return False
    if line[0] in "-_=—–*" or line[:1].isalpha():
        if _separator().match(bare_text(line)):
            return True
        if _rule().fullmatch(line) and _header_block(_next_lines(lines, number + 1)):
            return True
    return _header_block(_next_lines(lines, number))


def _next_lines(lines: list[str], number: int) -> list[str]:
    found = []
    for line in lines[number : number + 2 * _BLOCK_LINES]:
        if line.strip():
            found.append(line.strip())
        if len(found) == _BLOCK_LINES:
            break
    return found


def _header_block(lines: list[str]) -> bool:
    """ "From:" with "Sent:", "To:" or "Subject:" close below it, in any of the languages."""
    if not lines or len(lines[0]) > MAX_LINE or ":" not in lines[0][:40]:
        return False
    first = _header_name(lines[0])
    if first not in _SENDER:
        return False
    names = {_header_name(line) for line in lines[1:]}
    return len(names & _COMPANIONS) >= 2 or (
        bool(names & _COMPANIONS) and ("@" in lines[0] or bool(names & _SENT))
    )


def _header_name(line: str) -> str:
    name, colon, _ = line[:40].partition(":")
    return bare_text(name.strip(" *_\t\xa0")) if colon else ""


_SENDER = frozenset("from von de da van fra fran od expediteur remitente absender mittente".split())
_SENT = frozenset(
    "sent gesendet envoye enviado inviato verzonden enviada sendt skickat date datum fecha data "
    "dato".split()
)
_COMPANIONS = _SENT | frozenset(
    "to an a para aan til till cc subject betreff objet asunto oggetto onderwerp assunto emne "
    "amne reply-to kopie copie destinataire empfanger".split()
)


def _introduction(lines: list[str], number: int) -> int:
    """How many lines from here introduce a quote ("On ..., Anna wrote:"); 0 for none."""
    first = lines[number].strip()
    if not first or len(first) > MAX_LINE or not _may_introduce().match(first):
        return 0
    parts: list[str] = []
    for line in lines[number : number + _WROTE_LINES]:
        part = line.strip()
        if not part or _is_quoted(line):
            return 0
        if parts and not re.search(r"\d|@", parts[0]):
            # The line before is prose: an introduction names its day or sender at once.
            return 0
        parts.append(part)
        joined = " ".join(parts)
        if len(joined) > MAX_LINE:
            return 0
        if joined.endswith((":", "：")) and _introduces(bare_text(joined)):
            # Prose above a whole introduction is not part of it.
            rest = bare_text(" ".join(parts[1:]))
            return 0 if rest and _opens().match(rest) and _introduces(rest) else len(parts)
    return 0


def _introduces(line: str) -> bool:
    if not _wrote().search(line):
        return False
    # Prose can end with "he wrote:"; an introduction names a day, a time or an address.
    return bool(re.search(r"\d|@", line))


@cache
def _may_introduce() -> re.Pattern[str]:
    return re.compile(
        r"(?:on|am|le|el|il|em|op|den|dne|on\s|a|lun|mar|mer|jeu|ven|sam|dim|mo|di|mi|do|fr|sa|so|"
        r"mon|tue|wed|thu|fri|sat|sun|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|"
        r"\d|[\"“”'<]|[A-ZÀ-Þ][\w.'-]{1,30}\s)",
        re.IGNORECASE,
    )


@cache
def _opens() -> re.Pattern[str]:
    return re.compile(r"(?:on|am|le|el|il|em|op|den|a)\s")


@cache
def _wrote() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:wrote|writes|schrieb|geschrieben|schreef|a ecrit|ecrit|escribio|ha scritto|escreveu|"
        r"skrev|napsal\(a\)|napisal\(a\)?)\b[^:]{0,120}:$|\bschrieb\b[^\n]{0,160}:$"
    )


@cache
def _separator() -> re.Pattern[str]:
    words = (
        "original message|original appointment|forwarded message|urspruengliche nachricht|"
        "ursprungliche nachricht|originalnachricht|weitergeleitete nachricht|"
        "message d'origine|message original|message transfere|message initial|mensaje original|"
        "mensaje reenviado|messaggio originale|messaggio inoltrato|oorspronkelijk bericht|"
        "mensagem original|reply message|antwort|reply above this line|"
        "original-nachricht|ursprungliche e-mail|original email|mail original"
    )
    return re.compile(
        rf"(?:[-_=*—– ]{{2,40}} ?(?:{words}) ?:? ?[-_=*—– ]{{2,40}}$"
        r"|begin forwarded message:$|anfang der weitergeleiteten nachricht:?$"
        r"|debut du message (?:transfere|reexpedie) ?:$|inicio del mensaje reenviado:$"
        r"|-{2,}.{0,80}(?:please reply above this line|bitte oberhalb dieser zeile antworten))"
    )


@cache
def _rule() -> re.Pattern[str]:
    return re.compile(r"[-_=—–*]{2,200}")


# ---------------------------------------------------------------------------- signature


def _without_signature(lines: list[str]) -> list[str]:
    kept = _before_mark(lines)
    kept = _before_notice(kept)
    kept = [line for line in kept if not _is_device_line(line)]
    return _before_closing(kept)


def _before_mark(lines: list[str]) -> list[str]:
    own = False
    for number, line in enumerate(lines):
        if own and (line in ("-- ", "--", "—", "- --", "–") or _rule().fullmatch(line)):
            # Blank lines stand alone here, so twice the number of lines shows enough of the tail.
            tail = lines[number + 1 : number + 2 * MAX_SIGNATURE_LINES + 4]
            if line in ("-- ", "--") or _looks_like_signature([each for each in tail if each]):
                return lines[:number]
        own = own or bool(line.strip())
    return lines


def _before_notice(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        if number and len(line) > 12 and _notice().match(bare_text(line[:300]).strip(" *_-|")):
            rest = " ".join(lines[number : number + 12])
            if len(rest) > 60:
                return lines[:number]
    return lines


def _is_device_line(line: str) -> bool:
    stripped = line.strip()
    return bool(stripped) and len(stripped) < 120 and bool(_device().match(bare_text(stripped)))


def _before_closing(lines: list[str]) -> list[str]:
    """Cut at the last closing phrase that only a name, a title and contact data follow."""
    last = len(lines)
    for number in range(len(lines) - 1, max(-1, len(lines) - 40), -1):
        line = lines[number].strip()
        if not line or len(line) > 80:
            continue
        if _closing().fullmatch(bare_text(line).strip(" ,.!*-")):
            tail = [each.strip() for each in lines[number + 1 : last] if each.strip()]
            own = any(each.strip() for each in lines[:number])
            if own and _looks_like_signature(tail):
                return [*lines[:number], *_postscript(lines[number + 1 :])]
            if own and _postscript(lines[number + 1 :]):
                return [*lines[:number], "", *_postscript(lines[number + 1 :])]
    return lines


def _looks_like_signature(tail: Sequence[str]) -> bool:
    """Short lines, none of which asks or tells something."""
    if len(tail) > MAX_SIGNATURE_LINES:
        return False
    return not any(_is_prose(line) for line in tail)


def _is_prose(line: str) -> bool:
    if line.endswith("?"):
        return True
    words = len(re.findall(r"[^\W\d_]{2,}", line))
    if len(line) > MAX_SIGNATURE_LINE and words > 8:
        return "|" not in line and "·" not in line and "•" not in line
    return (
        words >= 5
        and line.endswith((".", "!"))
        and not re.search(r"\b(?:gmbh|inc|ltd|s\.a|llc|co)\b", line, re.I)
    )


def _postscript(lines: Sequence[str]) -> list[str]:
    for number, line in enumerate(lines):
        if re.match(r"\s{0,5}p\.? ?s\.?\s{0,3}[:.–-]?\s", line, re.IGNORECASE):
            return list(lines[number:])
    return []


@cache
def _closing() -> re.Pattern[str]:
    return re.compile(
        r"(?:(?:with )?(?:the )?(?:my )?(?:best|kind|kindest|warm|warmest|many|all the)?(?: (?:best|kind))? ?(?:regards|wishes)|"
        r"all the best|all best|best|cheers|sincerely|yours (?:sincerely|truly|faithfully)|regards|rgds|brgds|br|kr|"
        r"(?:many |thanks (?:and|&) )?thanks(?: (?:a lot|so much|again|in advance|and (?:best|kind) regards))?|thank you(?: (?:very much|again|so much|in advance))?|"
        r"thanks,? (?:and )?(?:best|kind)? ?regards|talk soon|speak soon|respectfully|take care|have a (?:great|nice|good) (?:day|weekend|week)|"
        r"(?:mit )?(?:den |vielen )?(?:freundlichen?|besten?|lieben?|herzlichen?|schonen?|viele|beste|liebe|herzliche|freundliche|schone|sonnige)?n? ?(?:grusse?n?|gruesse?n?|gruss|gruess)"
        r"(?: (?:aus|von|nach) [a-z ]{2,30})?|"
        r"mfg|lg|vg|bg|hochachtungsvoll|(?:vielen|besten|herzlichen) dank(?: (?:und|im voraus)[a-z ]{0,40})?|danke|danke(?: schon| im voraus| und [a-z ]{2,30})?|"
        r"(?:bien |tres |avec mes |je vous prie )?(?:cordialement|cdlt|cdt|bien a vous|sinceres salutations|meilleures salutations|salutations(?: distinguees)?|amicalement|"
        r"bonne (?:journee|soiree|reception)|a bientot|respectueusement)|(?:bien|tres) cordialement|merci(?: (?:beaucoup|d'avance|par avance|et [a-z ]{2,40}))?|"
        r"(?:un |muchos |reciba un )?(?:(?:cordial|atento|afectuoso) )?salud(?:o|os)(?: cordial(?:es)?)?|saludos(?: cordiales)?|atentamente|cordialmente|(?:muchas )?gracias(?: (?:de antemano|por adelantado|y [a-z ]{2,30}))?|"
        r"un abrazo|abrazos|atte|cordiali saluti|distinti saluti|saluti|grazie|met vriendelijke groet(?:en)?|groeten|atenciosamente|obrigad[oa])"
    )


@cache
def _device() -> re.Pattern[str]:
    return re.compile(
        r"[\[(<]?(?:sent (?:from|via|with|using) (?:my |the |a |yahoo|outlook|mail|proton|gmail|samsung|iphone|ipad|mobile|android|blackberry)|get outlook for|sent by my|"
        r"von meinem .{1,60} gesendet|gesendet (?:von|mit|aus|uber) (?:meinem?r?|mail|outlook|der|dem|gmx|web\.de|iphone|samsung|proton)|"
        r"diese nachricht wurde von meinem .{1,80} gesendet|"
        r"(?:envoye|telecharger?) (?:de|depuis|a partir de|avec|outlook) ?(?:mon|ma|mail|outlook|l'|la|pour|un|proton|yahoo|gmail)|envoye(?:e)? (?:de|depuis) |telechargez outlook|obtenir outlook pour|obtenez outlook pour|"
        r"enviado (?:desde|con|de|do) (?:mi|meu|el|la|mail|outlook|proton|yahoo|gmail|un|correo)|obtener outlook para|obtenga outlook|obter o outlook|"
        r"inviato da|scarica outlook|verstuurd vanaf|verzonden vanaf|skickat fran min|sendt fra min|outlook fur (?:ios|android)|"
        r"please excuse (?:any |my )?(?:brevity|typos)|bitte entschuldigen sie (?:tippfehler|die kurze))"
    )


@cache
def _notice() -> re.Pattern[str]:
    return re.compile(
        r"(?:confidentiality(?: notice| note)?\b|disclaimer\b|legal notice\b|privileged|important notice\b|"
        r"(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication|transmission)(?: message)?(?:\W.{0,120})?(?:confidential|intended|privileged|attachments)|"
        r"if you (?:are not|have received) (?:the intended|this)|please consider the environment|"
        r"think before you print|virus-free|this e-?mail (?:has been|was) (?:scanned|checked)|"
        r"diese (?:e-?mail|nachricht|mail)\b.{0,120}(?:vertraulich|rechtlich|bestimmt|enthalt|anhang)|"
        r"vertraulichkeitshinweis|rechtlicher hinweis|haftungsausschluss|der inhalt dieser (?:e-?mail|nachricht)|"
        r"wenn sie nicht der (?:richtige|beabsichtigte)|bitte denken sie an die umwelt|virenfrei|"
        r"ce (?:message|courriel|mail|courrier|mel)\b.{0,120}(?:confidentiel|destine|pieces jointes|intention)|"
        r"avis de confidentialite|avertissement|pensez a l'environnement|"
        r"(?:este|el presente) (?:mensaje|correo|e-?mail)\b.{0,120}(?:confidencial|dirigid|destinatario|adjunt)|"
        r"aviso (?:legal|de confidencialidad)|antes de imprimir|la informacion contenida en este (?:mensaje|correo)|"
        r"questo messaggio\b.{0,100}(?:riservat|confidenzial)|esta mensagem\b.{0,100}confidencia|dit bericht\b.{0,100}vertrouwelijk)"
    )
