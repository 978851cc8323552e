"""Peer: presidio-analyzer, with the recognisers that work by pattern and check digit.

Twice: its recognisers called by themselves, which is all the work and nothing else; and as its
documents say, an ``AnalyzerEngine`` over a registry of them, with the ``NoOpNlpEngine`` that it has
for recognisers that need no language model.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    CryptoRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    PhoneRecognizer,
    UrlRecognizer,
    UsSsnRecognizer,
)

KINDS = {
    "payment_card": ("CREDIT_CARD",),
    "iban": ("IBAN_CODE",),
    "ssn": ("US_SSN",),
    "address": ("EMAIL_ADDRESS",),
    "link": ("URL", "IP_ADDRESS"),
}
"""What it calls the kinds that ours has, too."""

_SAME = (
    *(CreditCardRecognizer, IbanRecognizer, UsSsnRecognizer),
    *(EmailRecognizer, UrlRecognizer, IpRecognizer),
)
MORE = (PhoneRecognizer, CryptoRecognizer)

Scan = Callable[[str], list[RecognizerResult]]


def same_kinds() -> Scan:
    """The recognisers of these kinds, one after the other."""
    recognizers = [each() for each in _SAME]

    def scan(text: str) -> list[RecognizerResult]:
        return [
            result
            for each in recognizers
            for result in each.analyze(text, each.supported_entities, None)
        ]

    return scan


def engine(*more: type) -> Scan:
    """The engine over the same recognisers, and those given."""
    # It says on each call what it lacks; nobody reads that here.
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    recognizers = [each() for each in (*_SAME, *more)]
    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=["en"])
    nlp = NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "none"}])
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["en"])
    return lambda text: analyzer.analyze(text, "en")
