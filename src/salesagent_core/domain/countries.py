"""Countries as people write them, in a form or a CRM."""

from __future__ import annotations

from salesagent_core.domain.time_zones import country_code

_NAMES = {
    "germany": "DE", "deutschland": "DE", "austria": "AT", "österreich": "AT",
    "switzerland": "CH", "schweiz": "CH", "suisse": "CH", "france": "FR", "spain": "ES",
    "españa": "ES", "mexico": "MX", "méxico": "MX", "japan": "JP", "united kingdom": "GB",
    "great britain": "GB", "united states": "US", "united states of america": "US", "usa": "US",
    "canada": "CA", "netherlands": "NL", "belgium": "BE", "italy": "IT", "ireland": "IE",
    "poland": "PL", "portugal": "PT", "sweden": "SE", "denmark": "DK", "norway": "NO",
    "australia": "AU", "india": "IN", "brazil": "BR", "argentina": "AR", "colombia": "CO",
}  # fmt: skip


def country_of(written: str | None) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country given by its code or by a common name."""
    return country_code(written) or _NAMES.get((written or "").strip().casefold())
