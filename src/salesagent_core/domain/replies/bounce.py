"""Mail that came back: who could not be reached, and whether for good.

RFC 3464 reports are read as such. What is no standard report (Exim, qmail, Postfix, Exchange,
Gmail, hosters in several languages) is taken for a bounce only where its sender, subject and text
say so together, because people write about bounces too; addresses are found by flufl.bounce and
by rules of our own.

A delay (``Action: delayed``) is reported as not hard, with ``delayed`` set: the server still
tries, so nothing may be concluded about the address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import attrs

from salesagent_core.domain.replies.mime_parts import Headers, Part
from salesagent_core.domain.text.folding import bare_text

MAX_TEXT = 60_000
MAX_RECIPIENTS = 100
_MAX_FLUFL = 200_000


@attrs.frozen(kw_only=True)
class BouncedRecipient:
    """``status`` is the enhanced code of RFC 3463 ("5.1.1"), None where no code was given.

    ``hard``: delivery will not succeed later either (class 5 but for a full mailbox, a domain
    that does not exist, or a final refusal in words).
    """

    address: str
    status: str | None
    hard: bool
    delayed: bool = False


@attrs.frozen(kw_only=True)
class Bounce:
    """A mail that says that another one was not delivered. May name nobody."""

    recipients: tuple[BouncedRecipient, ...]


def read_bounce(root: Part, raw: bytes, subject: str, text: str) -> Bounce | None:
    """The bounce that a mail is, or None. ``text`` is the body as it is shown, quotes included."""
    reports = [part for part in root.walk() if part.kind in _STATUS_KINDS]
    if reports:
        blocks = [found for part in reports for found in _blocks(part.text())]
        known = [one for block in blocks if (one := _reported(block)) is not None]
        failed = _unique(known)
        if failed:
            return Bounce(recipients=failed)
        if any(block.get("action", "").strip().lower() in _SUCCESSES for block in blocks):
            return None
        if root.param("report-type") == "disposition-notification":
            return None
    return _unreported(root, raw, subject, text)


_STATUS_KINDS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_SUCCESSES = ("delivered", "relayed", "expanded")


def may_be_bounce(sender: str, subject: str) -> bool:
    """Whether a mail is worth being read for a bounce, by its envelope alone."""
    return bool(
        not sender
        or _daemon().search(bare_text(sender[:500]))
        or _subjects().match(bare_text(subject[:300]).strip())
    )


# ---------------------------------------------------------------------------- RFC 3464


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """The groups of fields of a report, folded lines joined."""
    block: dict[str, str] = {}
    last = ""
    for line in [*text[:MAX_TEXT].splitlines(), ""]:
        if not line.strip():
            if block:
                yield block
            block, last = {}, ""
        elif line[0] in " \t" and last:
            block[last] = (block[last] + " " + line.strip())[:2_000]
        elif ":" in line:
            name, _, value = line.partition(":")
            last = name.strip().lower()
            block.setdefault(last, value.strip())


def _reported(block: dict[str, str]) -> BouncedRecipient | None:
    final = _address_in(block.get("final-recipient", ""))
    address = _address_in(block.get("original-recipient", "")) or final
    address = address or _address_in(block.get("x-actual-recipient", ""))
    if not address:
        return None
    action = block.get("action", "").split("(")[0].split(";")[0].strip().lower()
    diagnosis = block.get("diagnostic-code", "")
    status = _status_in(block.get("status", "")) or _status_in(diagnosis)
    if action.startswith(_SUCCESSES) or (status or "").startswith("2"):
        return None
    delayed = action.startswith("delay")
    return BouncedRecipient(
        address=address,
        status=status,
        hard=not delayed and _is_hard(status, diagnosis),
        delayed=delayed,
    )


def _is_hard(status: str | None, words: str) -> bool:
    """A full mailbox may be emptied, whatever class it is given; a domain that is not there will
    not answer later either."""
    said = bare_text(words[:3_000])
    if (status or "").endswith(".2.2") or _full().search(said):
        return False
    if _no_domain().search(said):
        return True
    if status:
        return status.startswith("5")
    code = re.search(r"(?<![\d.])([45])\d\d(?![\d.])", words)
    if code:
        return code[1] == "5"
    return not _soft().search(said)


def _status_in(text: str) -> str | None:
    match = re.search(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]?\d)", text[:2_000])
    return match[1] if match else None


_ADDRESS = re.compile(
    r"(?<![\w.+=/-])([\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63})(?![\w@-])"
)


def _address_in(field: str) -> str:
    value = field.rpartition(";")[2] if ";" in field else field
    match = _ADDRESS.search(value)
    return match[1].strip("'").lower() if match else ""


# ---------------------------------------------------------------------------- without a report


def _unreported(root: Part, raw: bytes, subject: str, text: str) -> Bounce | None:
    headers = root.headers
    text = text[:MAX_TEXT]
    folded = bare_text(text)
    if not _returned(root, raw, subject, folded):
        return None
    ours = _above_the_copy(text)
    own = _own_addresses(headers)
    named = [one for one in _named(headers, ours) if one not in own]
    known = [one for one in _flufl(raw) if one not in own]
    chosen = list(dict.fromkeys((*named, *known))) or [*_loose(headers, ours)][:1]
    chosen = chosen or _sent_to(root, text, own)
    delayed = _is_delay(subject, folded)
    return Bounce(
        recipients=_unique(
            BouncedRecipient(
                address=address,
                status=(status := _status_near(ours, address, chosen)),
                hard=not delayed and _is_hard(status, _around(ours, address, chosen)),
                delayed=delayed,
            )
            for address in chosen
        )
    )


def _returned(root: Part, raw: bytes, subject: str, folded: str) -> bool:
    headers = root.headers
    daemon = bool(_daemon().search(bare_text(headers.get("from")[:500])))
    title = bool(_subjects().match(bare_text(subject[:300]).strip()))
    said = bool(_says_returned().search(folded))
    if "x-failed-recipients" in headers:
        return daemon or title or said
    if _answers_a_person(subject) and not daemon:
        return False
    null = headers.get("return-path").replace(" ", "") == "<>"
    report = root.kind == "multipart/report" and root.param("report-type") in (
        "",
        "delivery-status",
    )
    votes = 2 * daemon + title + said + null + report
    if votes >= 3 or (title and said):
        return True
    # A known style of an old server counts only in what a program sent.
    program = headers.get("auto-submitted").strip().lower().startswith("auto-")
    return (daemon or null or report or program) and bool(_flufl(raw))


def _answers_a_person(subject: str) -> bool:
    return bool(re.match(r"\s*(?:re|aw|fwd?|wg|tr|rv|antw)\s{0,3}:", subject[:40], re.IGNORECASE))


def _is_delay(subject: str, folded: str) -> bool:
    said = bare_text(subject[:300])
    return bool(_delays().search(said)) or (
        bool(_delays().search(folded[:6_000])) and not _final().search(folded[:6_000])
    )


def _above_the_copy(text: str) -> str:
    match = _copy().search(text)
    return text[: match.start()] if match and match.start() > 40 else text


def _named(headers: Headers, text: str) -> Iterator[str]:
    """Addresses that a header or the wording names as the ones that failed."""
    for value in headers.all("x-failed-recipients"):
        yield from (found.lower() for found in _ADDRESS.findall(value))
    for pattern in _points_at():
        for match in pattern.finditer(text):
            yield match[1].strip("'").lower()


def _loose(headers: Headers, text: str) -> Iterator[str]:
    own = _own_addresses(headers)
    for match in _ADDRESS.finditer(text):
        address = match[1].strip("'").lower()
        if address not in own and not _daemon().search(address):
            yield address


def _own_addresses(headers: Headers) -> frozenset[str]:
    values = (headers.get(name) for name in ("from", "to", "delivered-to", "return-path", "sender"))
    return frozenset(found.lower() for value in values for found in _ADDRESS.findall(value))


def _sent_to(root: Part, text: str, own: frozenset[str]) -> list[str]:
    """The addressee of the returned mail, where only its copy names one."""
    copies = [
        part.text()[:20_000]
        for part in root.walk()
        if part.kind in ("message/rfc822", "text/rfc822-headers", "message/global-headers")
    ]
    for copy in [*copies, text]:
        match = re.search(r"(?mi)^[ \t>]{0,8}(?:To|An|À|Para)\s?: ?(.{3,300})$", copy)
        found = [one.lower() for one in _ADDRESS.findall(match[1])] if match else []
        if copies or match:
            found = [one for one in found if copies or one not in own]
        if found:
            return found[:1]
    return []


def _flufl(raw: bytes) -> list[str]:
    """What flufl.bounce finds, which knows many styles of old servers."""
    import email

    from flufl.bounce import all_failures

    try:
        soft, hard = all_failures(email.message_from_bytes(raw[:_MAX_FLUFL]))
    except (ValueError, LookupError, RecursionError, TypeError, AttributeError):
        # A mail so broken that the standard parser or a detector gives up names nobody.
        return []
    found = (octets.decode("ascii", "replace").lower() for octets in sorted({*hard, *soft}))
    return [address for address in found if _ADDRESS.fullmatch(address)]


def _status_near(text: str, address: str, chosen: list[str]) -> str | None:
    near = _status_in(_around(text, address, chosen))
    return near or (_status_in(text) if len(chosen) == 1 else None)


def _around(text: str, address: str, chosen: list[str]) -> str:
    """What is said of one address: from the start of its line to where the next one is named."""
    lower = text.lower()
    at = lower.find(address)
    if at < 0:
        return text[:3_000]
    after = at + len(address)
    nexts = (lower.find(one, after) for one in chosen[:MAX_RECIPIENTS] if one != address)
    end = min((place for place in nexts if place >= 0), default=at + 1_500)
    start = max(at - 200, lower.rfind("\n", 0, at) + 1)
    return text[start : min(end, at + 1_500)]


def _unique(
    found: Iterator[BouncedRecipient] | list[BouncedRecipient],
) -> tuple[BouncedRecipient, ...]:
    by_address: dict[str, BouncedRecipient] = {}
    for one in found:
        by_address.setdefault(one.address, one)
        if len(by_address) >= MAX_RECIPIENTS:
            break
    return tuple(by_address.values())


@cache
def _daemon() -> re.Pattern[str]:
    return re.compile(
        r"mailer-?daemon|post-?master|mail[- ]delivery (?:sub)?system|mail delivery|mail-?daemon|microsoftexchange|microsoft outlook|mail administrator|mailadmin@|"
        r"system administrator|systemadministrator|administrateur systeme|delivery (?:status|subsystem)|bounces?@|bounce[-+][\w.+=-]{1,100}@|no_?reply-?mailer|internet mail delivery|mdaemon@|maildelivery@"
    )


@cache
def _subjects() -> re.Pattern[str]:
    return re.compile(
        r"(?:\[[^\]]{1,30}\]\s?)?(?:\*{2,}[a-z ]{0,12}\*{0,3}\s?)?(?:undeliver(?:able|ed)|undelivered mail|returned mail|mail delivery (?:failed|failure|system|problem|error)|delivery (?:status notification|failure|has failed|failed|report|notification|incomplete|error|problem)|"
        r"(?:mail|message|e-?mail) (?:delivery )?(?:failure|not delivered|could not be delivered|undeliverable|delayed|status|system error|rejected|blocked|bounced)|failure (?:notice|delivery)|failed (?:mail|delivery)|non[- ]?delivery|nondeliverable|non remis|"
        r"unzustellbar|nicht zustellbar|nachricht (?:nicht|konnte nicht)|zustellung(?: fehlgeschlagen|sfehler|sbenachrichtigung)?|unzustellbare|mail(?:zustellung)? fehlgeschlagen|ihre nachricht konnte nicht|fehler bei der (?:mail)?zustellung|rucksendung|zustellfehler|e-?mail (?:nicht|konnte nicht)|"
        r"echec de (?:la )?(?:remise|distribution|livraison)|message non (?:remis|distribue|delivre)|non (?:remis|distribuable|delivre)|notification d'echec|courrier non|retour (?:de|du) (?:message|mail|courrier)|avis de non[- ]remise|votre message n'a pas|"
        r"no se (?:puede|pudo|ha podido) entregar|(?:correo|mensaje|error) (?:no (?:entregado|entregable|se)|de entrega|devuelto|rechazado)|fallo (?:en|de|al) (?:la )?entrega|entrega fallida|devolucion|notificacion (?:de )?(?:fallo|error|estado)|imposible entregar|"
        r"mancata consegna|messaggio non (?:consegnato|recapitabile)|impossibile recapitare|nao (?:foi possivel|entregue)|falha na entrega|niet (?:bezorgd|bestelbaar|afgeleverd)|onbestelbaar|warning ?: (?:message|could not|mail)|warning ?: .{0,60}delay|delayed ?: |verzogert ?: |user unknown|rejected ?: |message blocked|"
        r"zustellungsverzogerung|benachrichtigung (?:zum|uber den?) (?:zustell|ubermittlungs|fehl)|permanent error|quota exceeded)"
    )


@cache
def _says_returned() -> re.Pattern[str]:
    return re.compile(
        r"(?:could|can) ?not be delivered|couldn'?t be delivered|wasn'?t delivered|was not delivered|unable to deliver|undeliverable|delivery (?:to the following|has failed|failed)|delivery to [^\n]{3,120} failed|failed to deliver|could not deliver|cannot deliver|can'?t deliver|did not reach|not able to deliver|wasn't able to|recipients? (?:could not|failed|address rejected)|permanent(?:ly)? (?:fatal )?(?:error|failure|failed)|fatal errors|message (?:you sent )?(?:was|has been) (?:rejected|blocked|returned|undeliverable|delayed)|"
        r"user unknown|unknown user|no such user|mailbox (?:unavailable|not found|is full|full|does not exist|disabled)|does not exist|address(?: rejected| not found|es? had)|delivery attempts|recipient (?:not found|unknown|rejected)|550[ -]|554[ -]|552[ -]|\b5\.\d{1,2}\.\d{1,3}\b|\b4\.\d{1,2}\.\d{1,3}\b|address couldn't be found|is not listed in|has been delayed|user not found|invalid (?:mailbox|recipient)|no valid recipients?|has been returned because|has not been delivered|"
        r"(?:konnte|kann|konnten|wurde) [^.\n]{0,80}(?:nicht|leider) [^.\n]{0,30}(?:zugestellt|ubermittelt|ausgeliefert|zustell|gesendet)|unzustellbar|nicht zustellbar|existiert nicht|unbekannter? empfanger|postfach [^.\n]{0,30}(?:voll|nicht)|zustellung (?:an|ist|war)|"
        r"n'?a? ?(?:pas|pu) (?:pu )?etre (?:remis|distribue|delivre|envoye|livre)|impossible de (?:remettre|distribuer|livrer|delivrer)|echec de (?:la )?(?:remise|livraison|distribution)|n'existe pas|adresse (?:inconnue|introuvable)|boite (?:aux lettres|de reception) (?:est )?pleine|utilisateur inconnu|"
        r"no (?:se )?(?:ha )?(?:pudo|podido|puede|fue posible)(?: ser)? (?:entregar|ser entregado|entregado)|no (?:ha sido|fue) entregado|no existe|buzon (?:esta )?lleno|usuario (?:desconocido|no)|direccion (?:no encontrada|desconocida|rechazada)|"
        r"non (?:e stato|puo essere) (?:possibile )?(?:recapitar|consegna)|nao foi (?:possivel )?entreg|kon niet worden (?:bezorgd|afgeleverd)|не может быть доставлен|не доставлен"
    )


@cache
def _full() -> re.Pattern[str]:
    return re.compile(
        r"mailbox (?:is )?full|inbox (?:is )?full|over ?quota|quota (?:has been )?exceeded|"
        r"exceeded (?:the |its |his |their )?(?:\w+ )?(?:storage|quota)|out of storage|"
        r"postfach[^\n]{0,80}\bvoll\b|speicherplatz[^\n]{0,30}(?:voll|erschopft|uberschritten)|"
        r"kontingent[^\n]{0,30}(?:erschopft|uberschritten)|boite[^\n]{0,80}\bpleine\b|quota "
        r"(?:depasse|atteint)|buzon[^\n]{0,80}\blleno\b|cuota[^\n]{0,30}(?:excedid|superad)|casella piena"
    )


@cache
def _no_domain() -> re.Pattern[str]:
    return re.compile(
        r"nxdomain|domain [^\n]{0,80}(?:could ?n[o']t be found|not found|does not exist|doesn't exist)|"
        r"(?:no such|unknown) (?:domain|host)|host (?:or domain name )?(?:name )?not found|"
        r"domain [^\n]{0,60}existiert nicht|domaine [^\n]{0,60}(?:n'existe pas|introuvable)|"
        r"dominio [^\n]{0,60}no existe"
    )


@cache
def _soft() -> re.Pattern[str]:
    return re.compile(
        r"mailbox (?:is )?full|over quota|quota (?:has been )?exceeded|exceeded (?:the )?(?:storage|quota|mailbox)|insufficient (?:disk|storage|space)|temporar|try(?:ing)? again|will (?:be )?retr|deferred|delayed|greylist|too busy|timed? ?out|connection refused|not (?:accepting|responding)|"
        r"postfach [^.\n]{0,20}voll|speicherplatz|vorubergehend|erneut versuch|verzogert|boite [^.\n]{0,30}pleine|quota (?:depasse|atteint)|temporaire|buzon [^.\n]{0,10}lleno|cuota|temporal|casella piena"
    )


@cache
def _delays() -> re.Pattern[str]:
    return re.compile(
        r"\(delay\)|\bdelay(?:ed)?\b|has not yet been delivered|not yet been delivered|will (?:continue|keep) (?:to try|trying)|warning message only|do not need to resend|still trying|gmail will retry|will be retried|"
        r"verzoger|noch nicht zugestellt|wird weiterhin versucht|weitere zustellversuche|retarde|n'a pas encore ete|nouvelle(?:s)? tentative|retras|todavia no (?:se )?ha|se seguira intentando|aun no (?:se )?ha"
    )


@cache
def _final() -> re.Pattern[str]:
    return re.compile(
        r"permanent|giving up|has failed|gave up|failed permanently|endgultig|definitiv|action: failed|expired"
    )


@cache
def _copy() -> re.Pattern[str]:
    return re.compile(
        r"(?im)^[ \t>]{0,4}(?:-{2,} ?(?:this is|below this line|the following|original|included is|returned|here is|message header|the header|dies ist|nachfolgend|ceci est|mensaje original|message d'origine|ursprungliche|ursprüngliche)[^\n]{0,120}"
        r"|original message headers:|message headers follow|received: from |return-path: <|reporting-mta: ?dns|-{3,} ?forwarded|----- ?original message|x-(?:received|google-dkim)[\w-]{0,30}:|dkim-signature:)"
    )


@cache
def _points_at() -> tuple[re.Pattern[str], ...]:
    """Where servers name whom they could not reach; the address is the one group."""
    address = r"(?<![\w.+-])([\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63})"
    return (
        re.compile(rf"(?im)^[ \t]{{0,8}}<{address}>[ \t]{{0,3}}(?::|\(|$|\.\.\.)"),
        re.compile(rf"(?im)^[ \t]{{0,8}}{address}(?:[ \t]{{0,3}}[:(]|[ \t]{{0,3}}$|[ \t]{{0,3}}-)"),
        re.compile(rf"(?i)\brcpt to: ?<{address}>"),
        re.compile(
            r"(?i)(?:message|mail|e-mail|nachricht|delivery|deliver|zustellung|remise|mensaje|correo|recipients?"
            r"|empf[aä]nger|destinataires?|destinatarios?|address(?:es)?|adresse|direcci[oó]n|mailbox|user)"
            rf"(?:[^\n@]{{0,40}}\b(?:to|an|[aà]|para|for|f[uü]r|is|was)\b)?[ \t]{{0,3}}[:(\"'<\[„“« ]{{0,4}}{address}"
        ),
    )
