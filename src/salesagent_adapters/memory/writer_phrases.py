"""The sentences of the template writer in its four languages. They state nothing by themselves."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Phrases:
    """``{…}`` marks what the writer fills in. ``about`` follows a word and begins with a space."""

    after_name: str
    dear: str
    dear_nobody: str
    thanks: str
    thanks_again: str
    about: str
    join_and: str
    mention: str
    sorry: str
    files: str
    file: str
    talk: str
    at_company: str
    these_times: str
    this_time: str
    your_times: str
    hear_from_you: str
    answered: str
    unanswered: str
    qualify: str
    qualify_pricing: str
    qualify_student: str
    more_material: str
    no_material: str
    hand_on: str
    hand_on_support: str
    hand_on_job: str
    respect_opt_out: str
    subject_meeting: str
    subject_question: str
    subject_material: str
    subject_complaint: str
    subject_message: str


PHRASES = {
    "en": Phrases(
        after_name=",",
        dear="Dear {name},",
        dear_nobody="Dear Sir or Madam,",
        thanks="Thank you for your message{about}.",
        thanks_again="Thank you for getting back to us{about}.",
        about=" about {topics}",
        join_and=" and ",
        mention="It helps to know that this is about {numbers}.",
        sorry="I am sorry about the trouble you describe, and thank you for telling us so plainly.",
        files="These may help:",
        file="This may help:",
        talk="I would be glad to talk it through with you{company}.",
        at_company=" and see what it could look like at {company}",
        these_times="Would one of these times suit you?",
        this_time="Would this time suit you?",
        your_times="Which days and times would suit you for a call?",
        hear_from_you="I would like to hear from you what went wrong and what would help. When and "
        "on which number may I call you?",
        answered="Does that answer your question, or is there a detail I should look into?",
        unanswered="I would rather check than guess. Which part of it matters most to you?",
        qualify="So that I can point you to the right thing: what would you most like to change, "
        "and by when?",
        qualify_pricing="Before we can talk about prices sensibly: how large is the operation it "
        "is for, and what should it do for you?",
        qualify_student="May I ask whether this is for your studies, or for a company that you "
        "work with?",
        more_material="Is there anything in particular that you are looking for?",
        no_material="Which topic should the material cover?",
        hand_on="May I pass your message on to the colleague who looks after this?",
        hand_on_support="May I pass your message on to our support team?",
        hand_on_job="May I pass your message on to the colleague who looks after applications?",
        respect_opt_out="You would rather not hear from us, and we respect that.",
        subject_meeting="A time to talk{about}",
        subject_question="Your question{about}",
        subject_material="Something to read{about}",
        subject_complaint="About the trouble you describe",
        subject_message="Your message{about}",
    ),
    "de": Phrases(
        after_name=",",
        dear="Guten Tag {name},",
        dear_nobody="Sehr geehrte Damen und Herren,",
        thanks="vielen Dank für Ihre Nachricht{about}.",
        thanks_again="vielen Dank, dass Sie sich wieder melden{about}.",
        about=" {topics}",
        join_and=" und ",
        mention="Gut zu wissen, dass es um „{numbers}“ geht.",
        sorry="der Ärger, den Sie beschreiben, tut mir leid. Danke, dass Sie es so offen sagen.",
        files="Das könnte Ihnen helfen:",
        file="Das könnte Ihnen helfen:",
        talk="Gern bespreche ich das mit Ihnen{company}.",
        at_company=" und schaue, wie es bei {company} aussehen könnte",
        these_times="Passt Ihnen einer dieser Termine?",
        this_time="Passt Ihnen dieser Termin?",
        your_times="Welche Tage und Uhrzeiten passen Ihnen für ein Gespräch?",
        hear_from_you="Ich möchte gern von Ihnen hören, was schiefgelaufen ist und was hilft. "
        "Wann und unter welcher Nummer darf ich Sie anrufen?",
        answered="Beantwortet das Ihre Frage, oder soll ich etwas genauer nachsehen?",
        unanswered="Bevor ich rate, sehe ich lieber nach. Welcher Teil ist Ihnen am wichtigsten?",
        qualify="Damit ich Ihnen das Richtige nennen kann: Was möchten Sie am liebsten ändern, "
        "und bis wann?",
        qualify_pricing="Damit wir sinnvoll über Preise sprechen können: Wie groß ist der Betrieb, "
        "um den es geht, und was soll die Lösung für Sie tun?",
        qualify_student="Darf ich fragen, ob es um Ihr Studium geht oder um ein Unternehmen, mit "
        "dem Sie arbeiten?",
        more_material="Suchen Sie etwas Bestimmtes?",
        no_material="Zu welchem Thema soll das Material sein?",
        hand_on="Darf ich Ihre Nachricht an die zuständige Person bei uns weitergeben?",
        hand_on_support="Darf ich Ihre Nachricht an unseren Support weitergeben?",
        hand_on_job="Darf ich Ihre Nachricht an die Person weitergeben, die sich bei uns um "
        "Bewerbungen kümmert?",
        respect_opt_out="Sie möchten nichts mehr von uns hören, und das respektieren wir.",
        subject_meeting="Ein Gespräch{about}",
        subject_question="Ihre Frage{about}",
        subject_material="Zum Nachlesen für Sie{about}",
        subject_complaint="Der Ärger, den Sie beschreiben",
        subject_message="Ihre Nachricht{about}",
    ),
    "fr": Phrases(
        after_name=",",
        dear="Bonjour {name},",
        dear_nobody="Madame, Monsieur,",
        thanks="Merci pour votre message{about}.",
        thanks_again="Merci de revenir vers nous{about}.",
        about=" au sujet {topics}",
        join_and=" et ",
        mention="Il est utile de savoir qu'il s'agit de {numbers}.",
        sorry="Toutes mes excuses pour les difficultés que vous décrivez, et merci de nous "
        "l'avoir dit franchement.",
        files="Ceci pourrait vous être utile :",
        file="Ceci pourrait vous être utile :",
        talk="Je vous propose d'en parler ensemble{company}.",
        at_company=", pour voir ce que cela donnerait chez {company}",
        these_times="L'un de ces créneaux vous conviendrait-il ?",
        this_time="Ce créneau vous conviendrait-il ?",
        your_times="Quels jours et quelles heures vous conviendraient pour un appel ?",
        hear_from_you="Je voudrais comprendre ce qui n'a pas marché et ce qui aiderait. Quand "
        "et à quel numéro puis-je vous appeler ?",
        answered="Cela répond-il à votre question, ou y a-t-il un détail à vérifier ?",
        unanswered="Je préfère vérifier que deviner. Quel point compte le plus pour vous ?",
        qualify="Pour vous orienter au mieux : qu'aimeriez-vous changer en premier, et pour "
        "quand ?",
        qualify_pricing="Pour parler utilement des tarifs : quelle est la taille de l'activité "
        "concernée, et qu'attendez-vous de la solution ?",
        qualify_student="Puis-je vous demander s'il s'agit de vos études, ou d'une entreprise avec "
        "laquelle vous travaillez ?",
        more_material="Cherchez-vous quelque chose de précis ?",
        no_material="Quel sujet la documentation devrait-elle couvrir ?",
        hand_on="Puis-je transmettre votre message à la personne qui s'en occupe chez nous ?",
        hand_on_support="Puis-je transmettre votre message à notre équipe d'assistance ?",
        hand_on_job="Puis-je transmettre votre message à la personne qui s'occupe des "
        "candidatures ?",
        respect_opt_out="Vous ne souhaitez plus recevoir nos messages, et nous le respectons.",
        subject_meeting="Un échange{about}",
        subject_question="Votre question{about}",
        subject_material="De la lecture pour vous{about}",
        subject_complaint="Les difficultés que vous décrivez",
        subject_message="Votre message{about}",
    ),
    "es": Phrases(
        after_name=":",
        dear="Buenos días, {name}:",
        dear_nobody="Buenos días:",
        thanks="Gracias por su mensaje{about}.",
        thanks_again="Gracias por escribirnos de nuevo{about}.",
        about=" sobre {topics}",
        join_and=" y ",
        mention="Es útil saber que se trata de {numbers}.",
        sorry="Lamento los problemas que describe, y le agradezco que nos lo diga con claridad.",
        files="Esto puede serle útil:",
        file="Esto puede serle útil:",
        talk="Con gusto lo comento con usted{company}.",
        at_company=" y vemos cómo sería en {company}",
        these_times="¿Le viene bien alguno de estos horarios?",
        this_time="¿Le viene bien este horario?",
        your_times="¿Qué días y a qué horas le vendría bien una llamada?",
        hear_from_you="Me gustaría que me contara qué ha fallado y qué le ayudaría. ¿Cuándo y a "
        "qué número puedo llamarle?",
        answered="¿Queda respondida su pregunta, o hay algún detalle que deba mirar?",
        unanswered="No quiero suponer nada. ¿Qué parte le importa más?",
        qualify="Para orientarle bien: ¿qué es lo que más le gustaría cambiar, y para cuándo?",
        qualify_pricing="Para hablar de precios con sentido: ¿qué tamaño tiene la operación, y "
        "qué espera de la solución?",
        qualify_student="¿Es para sus estudios, o para una empresa con la que trabaja?",
        more_material="¿Busca algo en particular?",
        no_material="¿Qué tema debería cubrir el material?",
        hand_on="¿Me permite pasar su mensaje a la persona que se ocupa de esto?",
        hand_on_support="¿Me permite pasar su mensaje a nuestro equipo de soporte?",
        hand_on_job="¿Me permite pasar su mensaje a la persona que se ocupa de las candidaturas?",
        respect_opt_out="Usted prefiere no recibir mensajes nuestros, y lo respetamos.",
        subject_meeting="Una llamada{about}",
        subject_question="Su pregunta{about}",
        subject_material="Lectura para usted{about}",
        subject_complaint="Los problemas que describe",
        subject_message="Su mensaje{about}",
    ),
}
