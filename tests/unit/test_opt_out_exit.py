"""Who looks for the way out of a list wants out; whose business it is does not."""

from __future__ import annotations

import pytest

from salesagent_core.domain.replies.intent import ReplyIntent, read_reply_intent


@pytest.mark.parametrize(
    "text",
    [
        "Where's the unsubscribe link?",
        "I can't find the opt-out button anywhere in your mails.",
        "Wo finde ich bitte den Abmeldelink?",
        "Où se trouve le lien de désinscription ?",
        "No encuentro el enlace para darme de baja.",
        "We chose somebody else. No need to keep writing.",
        "Il n'est pas utile de continuer à nous écrire.",
        "No hace falta que sigan enviando correos.",
        "Kein Grund, weiter Mails zu schicken.",
    ],
)
def test_who_looks_for_the_way_out_is_let_out(text: str) -> None:
    assert read_reply_intent(text) is ReplyIntent.UNSUBSCRIBE


@pytest.mark.parametrize(
    "text",
    [
        "Where does the unsubscribe link go in a campaign?",
        "How do our customers find the opt-out page in your tool?",
        "Wo steht der Abmeldelink in den Vorlagen?",
        "Où est le lien de désinscription dans les modèles de campagne ?",
        "¿Dónde está el enlace de baja en las plantillas?",
        "No need to send the contract again, we have it.",
    ],
)
def test_how_others_leave_is_a_question_of_business(text: str) -> None:
    assert read_reply_intent(text) is not ReplyIntent.UNSUBSCRIBE
