# ruff: noqa: E501  (patterns are kept on one line)
"""What a mail says of the reader's own message, of their wish and of a meeting to come: it tells no
event and promises nothing, whatever its tense. Names, dates and figures in it are facts all the same."""

from __future__ import annotations

import re

_REST = r"(?:(?! and | but | und | aber | et | mais | y | pero )[^.!?;,\n]){0,45}"
_ABOUT_THE_MESSAGE = re.compile(
    rf"\byour (?:\w+ ){{0,2}}(?:message|enquiry|inquiry|request|e-?mail|mail|note|question|form) (?:has |have |was |is )?(?:\w+ ){{0,2}}?(?:reached|arrived|received|come in|came in|landed|forwarded|passed|handed|routed|assigned)\b{_REST}"
    r"|\bthank(?:s| you)(?: very much| so much)? for the (?:\w+ ){0,3}(?:description|explanation|details|information|outline|summary|overview)\b"
    rf"|\b(?:for|danke?,?) (?:turning|writing|reaching out|getting in touch) (?:to|with){_REST}|\bi wrote this\b(?: myself)?"
    rf"|\bihre? (?:\w+ ){{0,2}}(?:nachricht|anfrage|mail|e-mail|frage) (?:ist|hat|wurde) {_REST}\b(?:angekommen|eingegangen|erreicht|weitergeleitet|gelandet|zugeteilt|ubergeben)\b"
    rf"|\bdass sie sich {_REST}\b(?:gewandt|gewendet|gemeldet|erkundigt) haben\b"
    rf"|\bvotre (?:\w+ )?(?:message|demande|courriel|mail|question|formulaire) (?:m'|nous )?(?:a|est|ont) (?:bien )?(?:ete )?(?:arrive|parvenu|recu|confie|transmis|remis|redirige)e?\b{_REST}"
    rf"|\bde vous etre adresse\w* (?:a|chez){_REST}"
    rf"|\bsu (?:\w+ )?(?:mensaje|consulta|solicitud|correo|peticion|formulario) (?:me |nos |se )?(?:ha (?:sido )?|fue )?(?:llegado|llego|recibid[oa]|asignad[oa]|remitid[oa]|pasad[oa]|confiad[oa])\b(?: y paso a \w+)?{_REST}"
    rf"|\bhaberse (?:dirigido|puesto en contacto){_REST}"
    r"|\b(?:we|i)(?:'ve| have) (?:seen|read|noted|gathered|understood)(?= that)|\bwie sie wissen\b"
    r"|\b(?:we|i)(?:'ve| have) (?:priced|included|added|attached|listed|quoted|set out) (?:those|them|these|this|that|it)\b"
    # A share of ours, which its figure holds or not.
    r"|\blast (?:year|quarter|month),? \d[\d.,]* ?(?:%|per ?cent) of our [^.!?;,\n]{2,50}"
    r"|\byou (?:gave|named|set|stated|chose|put|listed) [^.!?;,\n]{2,40} as (?:the|your) [^.!?;,\n]{2,30}"
)
_TO_COME = re.compile(
    r"\b(?:join|attend|take part in) our (?:\w+ )?(?:call|conversation|meeting|talk|exchange)|\ban unserem (?:\w+ )?(?:gesprach|telefonat|termin|austausch) (?:teilnehmen|teilnimmt)"
    r"|\b(?:joindre|participer|assister|prendra part) a (?:notre|votre) (?:\w+ )?(?:echange|appel|entretien|rendez-vous)|\b(?:unirse|sumarse|participar|asistir) (?:a|en) (?:nuestra|nuestro) (?:llamada|reunion|conversacion|charla)"
    r"|\bour (?:\w+ )?(?:demo|webinar|workshop|open day|call|meeting) (?:on|at) [^.!?\n]{0,50}?\b(?:starts|begins|takes place|runs|will)\b"
)
_DUE = r"(?:by|before|until|bis|vor|pour|avant|d'ici|para|antes)"
_NOTHING = r"(?! (?:not|nothing|no|never|nur|nichts|nicht|kein\w*|rien|pas|solo|nada)\b)"
_WISHED = re.compile(
    rf"\byou (?:need|want|require|would like|wish)\b{_NOTHING}(?:(?! and | but | pay )[^.!?;,\n]){{0,50}}?\b{_DUE}\b[^.!?;\n]{{0,25}}"
    rf"|\bit (?:has to|must|needs to|should) be (?:\w+ )?(?:in place|ready|there|done|finished|installed|up and running) {_DUE}\b[^.!?;\n]{{0,25}}"
    rf"|\bvous (?:souhaitez|voulez|desirez|voudriez) que (?:(?! et )[^.!?;,\n]){{0,50}}?\b{_DUE}\b[^.!?;\n]{{0,25}}"
    rf"|\b(?:quieren?|desean?|necesitan?) que (?:(?! y )[^.!?;,\n]){{0,50}}?\b{_DUE}\b[^.!?;\n]{{0,25}}"
)
_SHARE_OFF = re.compile(
    r"\b(?:we|i) (?:take|knock|give you) \d[\d.,]* ?(?:%|per ?cent) off\b|\ble (?:descontamos|rebajamos)\b(?= (?:un |el )?\d[\d.,]* ?%)"
)
"""A discount, which its figure and the word for it hold or not."""


def told_spans(bare: str) -> list[tuple[int, int]]:
    """Where nothing of the past is told though it may sound so."""
    return [match.span() for one in (_ABOUT_THE_MESSAGE, _TO_COME) for match in one.finditer(bare)]


def wished_spans(bare: str) -> list[tuple[int, int]]:
    """Where the reader's wish is told, or a share that is taken off, and nothing is promised."""
    return [match.span() for one in (_WISHED, _SHARE_OFF) for match in one.finditer(bare)]
