"""Which countries a sales region means. Countries are ISO 3166-1 alpha-2 codes."""

from __future__ import annotations

from functools import cache

_REGIONS: dict[str, str] = {
    "dach": "DE AT CH",
    "benelux": "BE NL LU",
    "nordics": "DK FI IS NO SE",
    "uki": "GB IE",
    "iberia": "ES PT",
    "baltics": "EE LV LT",
    "eu": "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE",
    "europe": "+eu +uki +nordics CH LI MC AD SM AL BA ME MK RS XK MD UA TR",
    "mena": "AE SA QA KW BH OM JO LB IL EG MA TN DZ IQ TR",
    "africa": "ZA NG KE GH ET TZ UG RW SN CI CM MA TN DZ EG AO MZ ZM ZW BW NA MU",
    "emea": "+europe +mena +africa",
    "north america": "US CA MX",
    "latam": "MX AR BR CL CO PE UY PY BO EC VE CR PA GT HN SV NI DO CU PR",
    "americas": "+north_america +latam",
    "anz": "AU NZ",
    "asean": "SG MY TH ID PH VN KH LA MM BN",
    "apac": "+anz +asean JP KR CN HK TW IN PK BD LK NP",
}
_ALSO_CALLED: dict[str, str] = {
    "dach": "d-a-ch",
    "nordics": "nordic|scandinavia|skandinavien",
    "eu": "european union",
    "europe": "europa",
    "north america": "noram|na|nordamerika",
    "latam": "latin america|lateinamerika|america latina",
    "apac": "asia pacific|asia-pacific",
    "mena": "middle east",
    "GB": "uk|united kingdom|great britain|england",
    "US": "usa|united states",
    "DE": "germany|deutschland",
    "AT": "austria|österreich",
    "CH": "switzerland|schweiz|suisse",
    "FR": "france|frankreich",
    "ES": "spain|españa|spanien",
    "IT": "italy|italia|italien",
    "NL": "netherlands|nederland|niederlande",
    "BE": "belgium",
    "PT": "portugal",
    "PL": "poland|polen",
    "IE": "ireland",
    "CA": "canada",
    "MX": "mexico",
    "BR": "brazil|brasil",
    "AU": "australia",
    "IN": "india",
    "JP": "japan",
    "CN": "china",
    "SE": "sweden",
    "DK": "denmark",
    "NO": "norway",
    "FI": "finland",
}
"""Other names, by the region or the code that they mean."""


def countries_of(place: str) -> frozenset[str]:
    """The countries of a region, a country's name or a code; empty where the place is unknown."""
    name = " ".join(place.strip().lower().replace("_", " ").split())
    name = _other_names().get(name, name)
    if name in _REGIONS:
        return _expanded(name)
    code = name.upper()
    return (
        frozenset({code}) if len(code) == 2 and code.isalpha() and code.isascii() else frozenset()
    )


@cache
def _expanded(region: str) -> frozenset[str]:
    found: set[str] = set()
    for part in _REGIONS[region].split():
        if part.startswith("+"):
            found |= _expanded(part[1:].replace("_", " "))
        else:
            found.add(part)
    return frozenset(found)


@cache
def _other_names() -> dict[str, str]:
    return {name: place for place, names in _ALSO_CALLED.items() for name in names.split("|")}
