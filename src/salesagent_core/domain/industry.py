"""One name per industry, whatever language or list it was taken from.

CRM lists write ``COMPUTER_SOFTWARE``, people write "SaaS" or "Maschinenbau". ``industry_group``
brings them to a group name; what is in no group keeps its own folded words, so that a tenant can
target an industry this table has never heard of.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_GROUPS: tuple[tuple[str, str], ...] = (
    (
        "pharma",
        """
            pharma|biotech|life science|biowissenschaft|farma
        """,
    ),
    (
        "insurance",
        """
            insur|versicherung|assuranc|seguro|assicura
        """,
    ),
    (
        "ecommerce",
        """
            e commerce|ecommerce|online retail|onlinehandel|online shop|comercio electronico
        """,
    ),
    (
        "healthcare",
        """
            health|hospital|medical|medizin|gesundheit|klinik|sante|salud|pflege|sanita
        """,
    ),
    (
        "telecom",
        """
            telecom|telekom|telecomunic|wireless
        """,
    ),
    (
        "logistics",
        """
            logisti|transport|supply chain|freight|spedition|shipping|maritime|warehous|trucking
            package freight|airlines|aviation
        """,
    ),
    (
        "automotive",
        """
            automo|fahrzeug|auto industry|car manufact|vehicle
        """,
    ),
    (
        "machinery",
        """
            machin|maschinenbau|mechanical or industrial|anlagenbau|industrial automation
            maquinaria
        """,
    ),
    (
        "it_services",
        """
            information tech|it services|it service|it dienst|it consult|systemhaus|managed service
            informatique|computer network|servicios informaticos|informationstech
            services informatiques|tecnologias de la informacion
        """,
    ),
    (
        "software",
        """
            software|saas|internet|logiciel|computer games|cloud|cyber|computer|tech$|technology$
            artificial intelligence|editeur de logiciel
        """,
    ),
    (
        "finance",
        """
            financ|bank|fintech|investment|capital market|venture capital|finanz|banque|banco
            accounting|kredit
        """,
    ),
    (
        "energy",
        """
            energy|energie|energia|utilities|oil|gas|renewable|solar|strom|electric power
            environmental serv
        """,
    ),
    (
        "construction",
        """
            construct|building mat|bauwesen|bauindustrie|baugewerbe|bau$|btp|civil eng|architecture
            construccion|edilizia|hochbau|tiefbau|handwerk
        """,
    ),
    (
        "real_estate",
        """
            real estate|immobili|inmobili|property manag
        """,
    ),
    (
        "consulting",
        """
            consult|management consult|beratung|conseil|consultoria|consulenza|professional serv
            unternehmensberat
        """,
    ),
    (
        "marketing",
        """
            marketing|advertis|werbung|publicite|publicidad|public relation|agency|agentur
            market research|kommunikationsagentur|agence
        """,
    ),
    (
        "legal",
        """
            law|legal|kanzlei|rechts|juridi|avocat|abogad
        """,
    ),
    (
        "education",
        """
            educat|bildung|schule|universit|enseign|educaci|e learning|higher education|school
            hochschul|formation|training|istruzione
        """,
    ),
    (
        "public_sector",
        """
            government|public sector|public admin|verwaltung|behorde|behoerde|oeffentlich
            offentlich|secteur public|sector publico|military|law enforcement|political
        """,
    ),
    (
        "nonprofit",
        """
            non profit|nonprofit|ngo|charity|gemeinnutzig|gemeinnuetzig|association|stiftung|verein
            philanthrop|civic
        """,
    ),
    (
        "hospitality",
        """
            hospitality|hotel|restaurant|tourism|tourismus|travel|gastro|leisure|tourisme|turismo
            hostel|hosteleria
        """,
    ),
    (
        "food",
        """
            food|lebensmittel|beverage|getranke|getraenke|agroaliment|alimenta|wine|dairy|tobacco
        """,
    ),
    (
        "agriculture",
        """
            agricult|farming|landwirtschaft|ranch|agrar|agricol|fishery
        """,
    ),
    (
        "media",
        """
            media|publish|verlag|broadcast|entertainment|newspaper|edition|film|music|medien|medios
        """,
    ),
    (
        "retail",
        """
            retail|einzelhandel|supermarket|consumer goods|wholesale|grosshandel|commerce de
            comercio|handel$|apparel|fashion|luxury|mode$|vente au detail|minorista
        """,
    ),
    (
        "manufacturing",
        """
            manufact|production|produktion|fertigung|industrie$|industria|industrial|industry
            plastics|chemical|chemie|chimie|metal|stahl|steel|electronics|elektro|semiconduct|paper
            textile|packaging|aerospace|defense|fabricaci|fabrication|glass|mining
        """,
    ),
    (
        "staffing",
        """
            staffing|recruit|human resources|zeitarbeit|personaldienst|recursos humanos
        """,
    ),
)


GROUPS: tuple[str, ...] = tuple(sorted(name for name, _ in _GROUPS))
"""The groups that this table knows."""


def industry_group(text: str | None) -> str | None:
    """The group of an industry (``"software"``), its own folded words, or None for a blank."""
    folded = _fold(text or "")
    if not folded:
        return None
    # In the table's order: "health insurance" is insurance, "industrial machinery" machinery.
    return next((group for group, pattern in _patterns() if pattern.search(folded)), folded)


MAX_INDUSTRY_CHARS = 200


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text[:MAX_INDUSTRY_CHARS]).lower().replace("ß", "ss")
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.findall(r"[^\W_]+", letters))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (group, re.compile(rf"\b(?:{'|'.join(filter(None, map(str.strip, _stems(lines))))})"))
        for group, lines in _GROUPS
    )


def _stems(lines: str) -> list[str]:
    return lines.replace("\n", "|").split("|")
