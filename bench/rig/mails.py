# ruff: noqa: E501  (sentences are kept on one line)
"""Ordinary business mails of 300 words in four languages, with what such mails hold."""

from __future__ import annotations

from itertools import cycle

WORDS = 300

_SENTENCES = {
    "en": (
        "Thank you for writing to us last week.",
        "You said that your sales team answers some 900 inquiries a month by hand, and that an answer takes two days on average.",
        "What we would suggest is to begin with the inquiries that come in through the form on your web site.",
        "They are the most alike, so a first draft can be written for nearly all of them, and somebody in your team reads each one before it goes out.",
        "After about four weeks you will see which kinds of questions need no change any more.",
        "For 25 seats the plan that fits is the one we call Team; it covers the mailbox, the calendar and the CRM, and it holds two languages.",
        "Nothing has to be installed on your side, and your data stay in the region you choose.",
        "The page https://www.house.example.com/how-it-works has a short film of six minutes and a list of what we do with the mails that we see.",
        "Earlier messages in the same thread are read first, and what was agreed there wins over anything else.",
        "Could we talk next week in the afternoon, Central European time?",
        "Tuesday at 14:30 or Thursday at 15:00 would suit us, and half an hour is enough.",
        "If neither works, just answer with a time that does, or call me at +49 30 1234567.",
        "You can also write to my colleague at maya@house.example.com whenever you like.",
    ),
    "de": (
        "Vielen Dank für Ihre Nachricht von letzter Woche.",
        "Sie schrieben, dass Ihr Vertrieb etwa 900 Anfragen im Monat von Hand beantwortet und dass eine Antwort im Mittel zwei Tage braucht.",
        "Wir würden vorschlagen, mit den Anfragen zu beginnen, die über das Formular auf Ihrer Website kommen.",
        "Sie ähneln einander am meisten, sodass sich für fast alle ein erster Entwurf schreiben lässt, den jemand aus Ihrem Team liest, bevor er hinausgeht.",
        "Nach ungefähr vier Wochen sehen Sie, bei welchen Fragen nichts mehr geändert werden muss.",
        "Für 25 Plätze passt der Tarif, den wir Team nennen; er umfasst das Postfach, den Kalender und das CRM und enthält zwei Sprachen.",
        "Auf Ihrer Seite muss nichts installiert werden, und Ihre Daten bleiben in der Region, die Sie wählen.",
        "Auf https://www.house.example.com/so-geht-es finden Sie einen kurzen Film von sechs Minuten und eine Übersicht über die größten Schritte.",
        "Frühere Nachrichten im selben Verlauf werden zuerst gelesen, und was dort vereinbart wurde, gilt.",
        "Könnten wir nächste Woche am Nachmittag sprechen?",
        "Dienstag um 14:30 Uhr oder Donnerstag um 15:00 Uhr würde uns passen, eine halbe Stunde genügt.",
        "Wenn beides nicht geht, antworten Sie einfach mit einer anderen Zeit oder rufen Sie mich an: +49 30 1234567.",
        "Meine Kollegin erreichen Sie unter maya@house.example.com.",
    ),
    "fr": (
        "Merci pour votre message de la semaine dernière.",
        "Vous écriviez que votre équipe commerciale répond à la main à quelque 900 demandes par mois, et qu’une réponse prend deux jours en moyenne.",
        "Nous vous suggérons de commencer par les demandes qui arrivent par le formulaire de votre site.",
        "Ce sont celles qui se ressemblent le plus : un premier texte peut être écrit pour presque toutes, et quelqu’un de votre équipe le relit avant l’envoi.",
        "Après quatre semaines environ, vous verrez quelles questions ne demandent plus aucune correction.",
        "Pour 25 places, la formule qui convient s’appelle Team ; elle couvre la boîte aux lettres, le calendrier et le CRM, en deux langues.",
        "Rien n’est à installer chez vous, et vos données restent dans la région que vous choisissez.",
        "La page https://www.house.example.com/comment montre un film de six minutes et la liste de ce que nous faisons des messages.",
        "Les messages précédents du même fil sont lus d’abord, et ce qui a été convenu l’emporte sur le reste.",
        "Pourrions-nous en parler la semaine prochaine, dans l’après-midi ?",
        "Mardi à 14 h 30 ou jeudi à 15 h nous iraient bien, une demi-heure suffit.",
        "Sinon, répondez avec un autre horaire ou appelez-moi au +33 1 23 45 67 89.",
        "Ma collègue vous répond aussi à maya@house.example.com.",
    ),
    "es": (
        "Gracias por su mensaje de la semana pasada.",
        "Nos contaba que su equipo comercial responde a mano unas 900 consultas al mes y que una respuesta tarda dos días de media.",
        "Le sugerimos empezar por las consultas que llegan a través del formulario de su página.",
        "Son las que más se parecen, así que se puede escribir un primer borrador para casi todas, y alguien de su equipo lo lee antes de enviarlo.",
        "Después de unas cuatro semanas verá qué preguntas ya no necesitan ningún cambio.",
        "Para 25 puestos el plan adecuado es el que llamamos Team; incluye el buzón, el calendario y el CRM, y dos idiomas.",
        "No hay que instalar nada de su lado, y sus datos se quedan en la región que usted elija.",
        "La página https://www.house.example.com/como tiene un vídeo de seis minutos y una lista de lo que hacemos con los mensajes.",
        "Los mensajes anteriores del mismo hilo se leen primero, y lo que se acordó allí pesa más que lo demás.",
        "¿Podríamos hablar la próxima semana por la tarde?",
        "El martes a las 14:30 o el jueves a las 15:00 nos vendría bien, media hora es suficiente.",
        "Si no le conviene, responda con otra hora o llámeme al +34 91 123 45 67.",
        "También puede escribir a mi compañera: maya@house.example.com.",
    ),
}  # fmt: skip
SUBJECTS = {
    "en": "Your inquiry",
    "de": "Ihre Anfrage für 25 Plätze",
    "fr": "Votre demande de la semaine dernière",
    "es": "Su consulta",
}


def mail(language: str) -> str:
    """A body of at least ``WORDS`` words, in paragraphs."""
    written: list[str] = []
    for number, sentence in enumerate(cycle(_SENTENCES[language]), start=1):
        written.append(sentence)
        if sum(len(each.split()) for each in written) >= WORDS:
            break
        written.append("\n\n" if number % 4 == 0 else " ")
    return "".join(written)
