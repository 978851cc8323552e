"""The demo's world: what the invented company's CRM, mailbox, calendar and files hold.

Everybody in it is invented. Addresses end in reserved domains, with one exception that the
free-mail lead needs: an underscore, which that provider allows in no address.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from salesagent_adapters.memory.assets_state import StoredFile
from salesagent_adapters.memory.calendar_state import CalendarState
from salesagent_adapters.memory.crm_state import CrmState, StoredCompany, StoredContact
from salesagent_adapters.memory.mailbox_state import MailboxState
from salesagent_adapters.memory.memory_state import StoredMemory
from salesagent_adapters.memory.world import TenantWorld, World
from salesagent_adapters.system.clock import SystemClock
from salesagent_app.demo_forms import DEMO_FORMS, DemoForm
from salesagent_core.domain.business_days import add_business_days
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.clock import Clock

__all__ = ["DEMO_FORMS", "DEMO_TENANT", "DemoForm", "build_demo_world"]

_MAILBOX = "maya.lind@northwind-routing.example"
_FILES_HOST = "files.northwind-routing.example"
_PUBLIC = "folder-for-customers"
_INTERNAL = "folder-internal"

DEMO_TENANT = Tenant(
    id=DEFAULT_TENANT,
    name="Northwind Routing",
    mailbox=_MAILBOX,
    sender_name="Maya Lind",
    time_zone="Europe/London",
    country="GB",
    language="en",
    postal_address="Northwind Routing, 1 Example Street, London",
    link_hosts=(_FILES_HOST,),
    house_facts=(
        "We plan delivery routes for fleets of 20 to 500 vehicles.",
        "We re-plan routes during the day when a driver drops out or an order comes in late.",
        "We treat delivery windows as fixed limits whenever a route is planned.",
        "We connect to your order system through an open API or a daily CSV file.",
        "We host all data in Germany and sign a data processing agreement under the GDPR.",
        "We price by vehicle and month, and there is no set-up fee.",
        "Our driver app runs on Android and on iPhone, and it works without a connection.",
        "We begin with a trial of four weeks on your own orders.",
        "Wir planen Touren für Flotten von 20 bis 500 Fahrzeugen.",
        "Wir planen die Touren am laufenden Tag um, wenn ein Fahrer ausfällt oder ein Auftrag "
        "dazukommt.",
        "Wir berechnen den Preis je Fahrzeug und Monat, und es gibt keine Einrichtungsgebühr.",
        "Wir speichern alle Daten in Deutschland und schließen mit Ihnen einen Vertrag zur "
        "Auftragsverarbeitung.",
        "Nous replanifions les tournées en cours de journée quand un chauffeur est absent ou "
        "qu'une commande arrive tard.",
        "Nous facturons par véhicule et par mois, sans frais de mise en service.",
        "Nosotros planificamos las rutas para flotas de 20 a 500 vehículos.",
        "Cambiamos las rutas durante el día si falta un conductor o si llega tarde un pedido.",
        "Nuestro precio es por vehículo y por mes, y no hay costes de instalación.",
    ),
    competitor_domains=("rivalroutes.example",),
    target_industries=("parcel delivery", "food delivery", "logistics", "field service"),
    target_departments=("operations", "logistics"),
    target_regions=("GB", "DE", "FR", "ES", "MX", "JP"),
    target_accounts=("kestrelparcels.example",),
)
"""The invented company whose inbound forms the demo works."""


def build_demo_world(clock: Clock | None = None) -> World:
    """A world with some history before the first form comes in; the same for the same clock."""
    world = World(clock or SystemClock(), seed=2026)
    now = world.clock.now()
    mailbox = world.connect_mailbox(DEMO_TENANT.id, _MAILBOX, time_zone=DEMO_TENANT.time_zone)
    part = world.tenant(DEMO_TENANT.id)
    with world.lock:
        _fill_crm(part.crm, now)
        _fill_mailbox(mailbox, now)
        _fill_calendar(world.calendar(DEMO_TENANT.id, _MAILBOX), now)
        _fill_files(part)
        _fill_memory(part)
    return world


def _fill_crm(crm: CrmState, now: datetime) -> None:
    kestrel = _company(
        crm,
        name="Kestrel Parcels",
        domain="kestrelparcels.example",
        industry="parcel delivery",
        numberofemployees="640",
        country="GB",
        hs_is_target_account="true",
    )
    crm.add_note(kestrel.id, "Met at a trade fair; plans by hand in spreadsheets.", _ago(now, 40))
    moor = _company(
        crm,
        name="Moorland Dairy",
        domain="moorlanddairy.example",
        industry="food delivery",
        numberofemployees="210",
        country="GB",
        lifecyclestage="customer",
    )
    _contact(crm, moor, "tom.okafor@moorlanddairy.example", "Tom", "Okafor", "Transport Manager")
    _contact(crm, moor, "helen.brandt@moorlanddairy.example", "Helen", "Brandt", "Depot Manager")
    crm.add_note(moor.id, "Uses route planning at the Leeds depot since spring.", _ago(now, 120))
    _company(
        crm,
        name="Hanse Feinkost",
        domain="hansefeinkost.example",
        industry="food delivery",
        numberofemployees="480",
        country="DE",
    )
    _company(
        crm,
        name="Rival Routes",
        domain="rivalroutes.example",
        industry="software",
        numberofemployees="90",
        type="COMPETITOR",
    )
    _company(
        crm,
        name="Sakura Meal Kits",
        domain="sakurameals.example",
        industry="food delivery",
        numberofemployees="320",
        country="JP",
    )


def _company(crm: CrmState, **properties: str) -> StoredCompany:
    return crm.save_company(StoredCompany(id=crm.new_id(), properties=properties))


def _contact(
    crm: CrmState, company: StoredCompany, email: str, first: str, last: str, title: str
) -> StoredContact:
    properties = {
        "email": email,
        "firstname": first,
        "lastname": last,
        "jobtitle": title,
        "country": "GB",
        "lifecyclestage": "customer",
    }
    contact = StoredContact(id=crm.new_id(), properties=properties, company_id=company.id)
    return crm.save_contact(contact)


def _fill_mailbox(mailbox: MailboxState, now: datetime) -> None:
    tom = "tom.okafor@moorlanddairy.example"
    asked = mailbox.receive(
        sender=tom,
        subject="Driver app at the Leeds depot",
        text="Hello Maya,\n\nthe driver app runs well in Leeds. We think about the York depot "
        "next. Can we talk in the autumn?\n\nBest\nTom\n-- \nMoorland Dairy, Leeds",
        at=_ago(now, 21),
    )
    mailbox.human_writes(
        to=tom,
        subject="Re: Driver app at the Leeds depot",
        text="Hello Tom,\n\nglad to hear it. Write to me when you know more about York.\n\n"
        "Best regards,\nMaya\n\nOn Monday Tom wrote:\n> the driver app runs well in Leeds.",
        at=_ago(now, 20),
        in_reply_to=asked.message_id,
    )
    mailbox.receive(
        sender="invoices@moorlanddairy.example",
        subject="Your invoice for last month",
        text="Received with thanks.",
        at=_ago(now, 9),
        headers=(("Auto-Submitted", "auto-generated"),),
    )
    question = mailbox.receive(
        sender="kenji.sato@sakurameals.example",
        subject="Route planning in Japanese",
        text="Hello, does your driver app speak Japanese? Kenji Sato",
        at=_ago(now, 70),
    )
    mailbox.human_writes(
        to="kenji.sato@sakurameals.example",
        subject="Re: Route planning in Japanese",
        text="Hello Kenji,\n\nit speaks English only for now.\n\nBest regards,\nMaya",
        at=_ago(now, 69),
        in_reply_to=question.message_id,
    )


def _fill_calendar(calendar: CalendarState, now: datetime) -> None:
    zone = ZoneInfo(DEMO_TENANT.time_zone)
    today = now.astimezone(zone).date()
    days = [add_business_days(today, number, DEMO_TENANT.country) for number in range(1, 6)]

    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(days[day], time(hour, minute), tzinfo=zone).astimezone(UTC)

    for day in range(5):
        calendar.add("Stand-up", at(day, 9), at(day, 9, 30))
    calendar.add("Customer visit", at(0, 13), at(0, 16))
    calendar.add("Pipeline review", at(1, 10), at(1, 11, 30))
    calendar.add("Lunch", at(1, 12), at(1, 13), busy=False)
    calendar.add("Trade fair", days[2], days[2] + timedelta(days=1))


def _fill_files(part: TenantWorld) -> None:
    part.assets.allowed_folders.add(_PUBLIC)
    shared = (
        ("Guide to re-planning routes", "replanning-guide", "How re-planning routes during the "
         "day works when a driver is absent"),
        ("Connecting your order system", "order-system", "API and CSV integration with order "
         "systems, step by step"),
        ("Data protection overview", "data-protection", "Hosting, GDPR, data processing agreement "
         "and deletion of data"),
        ("Case study: delivery windows at a bakery", "bakery-case-study", "How a bakery keeps its "
         "delivery windows with fewer miles"),
        ("Leitfaden Umplanung von Touren", "leitfaden-umplanung", "Wie die Umplanung von Touren "
         "am laufenden Tag gelingt, wenn Fahrer ausfallen"),
    )  # fmt: skip
    for name, slug, summary in shared:
        url = f"https://{_FILES_HOST}/d/{slug}"
        part.assets.add(StoredFile(id=slug, name=name, folder_id=_PUBLIC, url=url, summary=summary))
    part.assets.add(
        StoredFile(
            id="internal-prices",
            name="Internal price list and discounts",
            folder_id=_INTERNAL,
            url=f"https://{_FILES_HOST}/d/internal-prices",
            summary="Prices, discounts and margins for routes, vans and depots; never leaves us",
        )
    )


def _fill_memory(part: TenantWorld) -> None:
    part.memory.remember(
        StoredMemory(
            message_id="<m1@mail.memory.example>",
            email="ops@fellsidefoods.example",
            outcome="meeting_booked",
            text="Thank you for your message about re-planning routes. Would Tuesday suit you for "
            "a demo with your vans and depots?",
        )
    )
    part.memory.remember(
        StoredMemory(
            message_id="<m2@mail.memory.example>",
            email="it@copperlanebakery.example",
            outcome="replied",
            text="We host all data in Germany. The data protection overview answers the rest.",
        )
    )


def _ago(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)
