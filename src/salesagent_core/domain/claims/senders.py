# ruff: noqa: E501  (patterns are kept on one line)
"""Who writes, as a note or a profile of ours says it: "Sender: Ada Byrne, Fleetly"."""

from __future__ import annotations

import re

_SENDER = re.compile(
    r"(?:^|[\n;,.|:-]) ?(?:(?:our|unser\w*|notre|nuestr[oa]|deal|lead|account|e-?mail|mail) )?(?:senders?|from|signed(?: by)?|signature|author|writer|owner|owned by|assigned(?: to)?|rep(?:resentative)?|sales ?(?:rep\w*|contact|person)|account manager|"
    r"absender(?:in)?|signatur|unterschrift|verfasser(?:in)?|zustandig\w*|verantwortlich\w*|bearbeiter(?:in)?|sachbearbeiter(?:in)?|betreuer(?:in)?|kundenbetreuer(?:in)?|berater(?:in)?|verkaufer(?:in)?|inhaber(?:in)? des kontos|"
    r"expedit(?:eur|rice)|signataire|auteure?|responsable|charge\w* (?:de|du) \w+|conseill\w+|commerciale?|vendeu(?:r|se)|suivi par|"
    r"remitente|firmante?|firma|autora?|comercial|gestora?|asesora?|vendedora?|agente|asignad[oa] a|encargad[oa])\b[^:;\n]{0,30}: ?([^;\n]*)"
)


def told_senders(bare: str) -> list[str]:
    """What stands behind each label such as "sender:" in a bare text, to the end of its line."""
    return [str(told) for told in _SENDER.findall(bare)]


def without_senders(bare: str) -> str:
    """A bare text without what it says of the sender."""
    return _SENDER.sub(" ", bare)
