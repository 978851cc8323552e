"""What needs a person, and how they are told."""

from __future__ import annotations

from dependency_injector import providers

from salesagent_adapters.outbound.safe_fetch import SafeHttp
from salesagent_adapters.outbound.slack import SlackWebhook
from salesagent_adapters.postgres.notice_settings import PgNoticeBook
from salesagent_adapters.postgres.notices import PgNotices
from salesagent_adapters.smtp.post import SmtpPost, SmtpServer
from salesagent_app.container.ground import Ground
from salesagent_app.settings import Settings
from salesagent_core.use_cases.manage_notices import ManageNotices
from salesagent_core.use_cases.watch_notices import WatchNotices


def _mail_post(settings: Settings) -> SmtpPost | None:
    """Mail to the house's own people, where a server is set up."""
    if settings.smtp_url is None or settings.smtp_from is None:
        return None
    return SmtpPost(SmtpServer.of(settings.smtp_url.get_secret_value()), settings.smtp_from)


class Notices(Ground):
    """Notices, and the posts that carry them."""

    notices = providers.Singleton(PgNotices, Ground.database)
    notice_book = providers.Singleton(PgNoticeBook, Ground.database, Ground.vault)
    mail_post = providers.Singleton(_mail_post, Ground.settings)
    safe_http = providers.Singleton(SafeHttp)
    chat_post = providers.Singleton(SlackWebhook, safe_http)

    manage_notices = providers.Singleton(
        ManageNotices,
        store=notices,
        book=notice_book,
        mail=mail_post,
        chat=chat_post,
        clock=Ground.clock,
        ids=Ground.ids,
        site=Ground.settings.provided.public_url,
    )

    watch_notices = providers.Singleton(
        WatchNotices,
        store=notices,
        book=notice_book,
        mail=mail_post,
        chat=chat_post,
        clock=Ground.clock,
        site=Ground.settings.provided.public_url,
        tenants=Ground.tenants.provided.ids,
    )
