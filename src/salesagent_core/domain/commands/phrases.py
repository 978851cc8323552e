"""The phrases that are commands as they stand, in four languages; separated by semicolons.

Written as ``grammar`` compares them: small letters, no accents, no apostrophes.
"""

from __future__ import annotations

from salesagent_core.domain.commands.command import CommandName

EXACT: dict[CommandName, str] = {
    CommandName.APPROVE: """
        approve; approve it; approve this; approve this one; approve that; approve that one;
        approve the draft; approve this draft; approved; send; send it; send this; send this one;
        send it off; looks good; looks good send it; good to go
        freigeben; gib es frei; gib das frei; gib den entwurf frei; genehmigen; genehmigt;
        genehmige es; genehmige das; passt so; senden; sende es; schick es ab
        approuver; approuve; approuve le; approuve ca; approuve ce brouillon; valider; valide;
        valide le; envoyer; envoie le
        aprobar; aprueba; apruebalo; aprueba esto; aprueba este borrador; aprobado; enviar; envialo
        """,
    CommandName.APPROVE_ALL: """
        approve all; approve all of them; approve all drafts; approve them all; approve everything;
        approve every draft; send all; send all of them; send them all; send everything
        alle freigeben; gib alle frei; alles freigeben; gib alles frei; alle genehmigen;
        genehmige alle; alle senden
        tout approuver; approuve tout; approuver tout; approuve les tous; tout valider; valide tout;
        tout envoyer
        aprobar todo; aprobar todos; aprueba todo; aprueba todos; apruebalos todos; enviar todo;
        enviar todos
        """,
    CommandName.SKIP: """
        skip; skip it; skip this; skip this one; skip that; next; next one; next draft; next please;
        the next one; whats next; what is next; pass; go on
        weiter; nachster; nachste; nachster entwurf; der nachste; uberspringen; uberspring das;
        uberspringe das; was kommt als nachstes
        suivant; le suivant; au suivant; passer; passe; brouillon suivant
        siguiente; el siguiente; saltar; salta; pasar; pasa; siguiente borrador
        """,
    CommandName.CURRENT: """
        current; current draft; the current draft; whats the current draft;
        what is the current draft; which draft is this; what is this; whats this; who is this;
        who is this for; who is it for; where am i; summary
        aktueller entwurf; welcher entwurf ist das; wer ist das; was ist das; zusammenfassung
        brouillon actuel; quel brouillon est ce; cest qui; qui est ce; resume
        borrador actual; que borrador es este; quien es; resumen
        """,
    CommandName.READ: """
        read; read it; read this; read it out; read it aloud; read it to me; read it again;
        read the draft; read the mail; read the email; read the e-mail; read the full mail;
        read the full email; read the whole email; read the whole thing; read aloud;
        read the full draft
        vorlesen; lies vor; lies es vor; lies das vor; lies den entwurf vor; lies die mail vor;
        lies die ganze mail vor
        lis; lis le; lire; lis le mail; lis le brouillon; lis tout le mail; lis tout
        lee; leelo; leer; lee el correo; lee el borrador; lee todo el correo; lee todo
        """,
    CommandName.WHY: """
        why; why not; why is that; why this; why this one; why me; why is it here; why is this here;
        why does it wait; why does this wait; why is it waiting; why is this waiting;
        why was it not sent; why wasnt it sent; why do i see this; why is it first
        warum; wieso; weshalb; warum wartet das; warum wartet er; warum ist das hier
        pourquoi; pourquoi ca; pourquoi attend il
        por que; por que este; por que espera
        """,
    CommandName.COUNT: """
        count; how many; how many are left; how many are there; how many are waiting;
        how many drafts; how many drafts are left; how many drafts are there;
        how many drafts are waiting; how many wait; how many more; whats left; what is left
        wie viele; wie viele noch; wie viele warten; wie viele sind es; wie viele entwurfe;
        wie viele entwurfe warten
        combien; combien attendent; combien de brouillons; combien reste t il
        cuantos; cuantos quedan; cuantos hay; cuantos borradores; cuantos borradores hay
        """,
    CommandName.UNDO: """
        undo; undo it; undo that; undo this; take it back; take that back; take them back;
        undo the approval; undo approval
        ruckgangig; ruckgangig machen; mach das ruckgangig; mach es ruckgangig; zurucknehmen;
        nimm es zuruck; nimm das zuruck
        annule; annuler; annule ca; annule l approbation; reviens en arriere
        deshacer; deshaz; deshazlo; deshaz eso
        """,
}
REWRITES = """
    shorten it; shorten this; shorter; longer; more formal; less formal; friendlier;
    more friendly; warmer; simpler; try again; write it again; write another one; regenerate;
    regenerate it; rewrite; rewrite it; rewrite this
    kurzer; langer; formeller; formlicher; freundlicher; einfacher; schreib es neu; schreib das neu;
    schreib es um; neu schreiben; kurze es; kurze ihn
    plus court; plus long; plus formel; moins formel; plus simple; reecris; reecris le; raccourcis;
    raccourcis le
    mas corto; mas largo; mas formal; menos formal; mas sencillo; reescribe; reescribelo; acortalo
    """
YES = """
    yes; yep; yeah; yes please; yes do it; yes do that; yes go ahead; do it; do that; go ahead;
    confirm; confirmed; i confirm; ok; okay; sure; correct; right; thats right; yes approve;
    yes approve it; yes reject; yes reject it; yes send it; yes change it
    ja; ja bitte; ja mach das; mach das; jawohl; bestatigen; bestatigt; genau
    oui; oui vas y; vas y; confirme; confirmer; je confirme; d accord; daccord
    si; si hazlo; hazlo; adelante; confirmar; confirmo; claro; de acuerdo
    """
NO = """
    no; nope; no thanks; no dont; no stop; no wait; dont; do not; dont do it; do not do it; cancel;
    cancel that; cancel it; stop; wait; never mind; nevermind; forget it; leave it; keep it;
    undo; undo that
    nein; nein danke; nicht; lass es; lass das; abbrechen; stopp; halt; vergiss es; doch nicht
    non; non merci; annule; annuler; arrete; laisse; laisse tomber; attends
    no gracias; no lo hagas; cancelar; cancela; para; espera; dejalo; olvidalo
    """

POLITE_BEFORE = (
    "hey jarvis",
    "ok jarvis",
    "okay jarvis",
    "jarvis",
    "please",
    "ok",
    "okay",
    "alright",
    "all right",
    "now",
    "bitte",
    "s'il te plaît",
    "s'il vous plaît",
    "por favor",
)
POLITE_AFTER = (
    "please",
    "jarvis",
    "now",
    "thanks",
    "thank you",
    "bitte",
    "danke",
    "s'il te plaît",
    "s'il vous plaît",
    "merci",
    "por favor",
    "gracias",
)
