"""A new password for somebody who forgot theirs: a link that is good once, for an hour.

asked for: a row, whoever it is | a worker makes the link and mails it | its person sets a password
"""

from __future__ import annotations

import logging

import attrs

from salesagent_core.domain.log_in_guard import RESET_LASTS, Because
from salesagent_core.domain.notice import NoticeMessage
from salesagent_core.domain.passwords import (
    ADDRESS_TRIES,
    RESET_TRIES,
    TryRule,
    require_tries_left,
)
from salesagent_core.errors import NotFound, Rejected, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.notices import MailPost
from salesagent_core.ports.password_resets import AskedReset, PasswordReset, ResetMails
from salesagent_core.ports.people import (
    LoginTries,
    PeopleDirectory,
    PeopleTransaction,
    PeopleWork,
    User,
)
from salesagent_core.ports.send_switches import EVERY_TENANT
from salesagent_core.use_cases.people_parts import (
    Actor,
    LoginParts,
    actor_of,
    digest_of,
    is_over,
    later,
    require_may_change,
)
from salesagent_core.use_cases.refused_log_ins import NOBODY, RefusedLogIns

log = logging.getLogger(__name__)

MAILS_AT_ONCE = 20
MOST_TRIES = 5
"""At one mail, two minutes apart: after that the link would be of little use."""


@attrs.frozen(kw_only=True)
class ResetMade:
    """``token`` is shown once and kept nowhere."""

    user: User
    reset: PasswordReset
    token: str = attrs.field(repr=False)


class ResetPassword:
    """Tells nobody who asks whether an account exists. The second factor stays as it is."""

    def __init__(
        self,
        *,
        work: PeopleWork,
        directory: PeopleDirectory,
        mails: ResetMails,
        tries: LoginTries,
        parts: LoginParts,
        refused: RefusedLogIns,
        post: MailPost | None,
        site: str,
    ) -> None:
        """Without ``post`` no link goes by mail. ``site`` is where our pages are."""
        self._work = work
        self._directory = directory
        self._mails = mails
        self._tries = tries
        self._parts = parts
        self._refused = refused
        self._post = post
        self._site = site

    @property
    def by_mail(self) -> bool:
        """Whether somebody can ask for a link themselves."""
        return self._post is not None

    async def issue(self, tenant_id: TenantId, user_id: str, by: Actor) -> ResetMade:
        """A link for somebody, to be given to them; an earlier one is worth nothing any more.

        Raises:
            NotFound. PolicyRefused: not for this actor to change, or their own.
        """
        token = self._parts.secret()
        async with self._work.begin(tenant_id) as tx:
            user = await tx.users.get(user_id)
            require_may_change(by, user, None)
            if user.disabled_at is not None:
                raise NotFound("this person is shut out: let them in again first")
            reset = self._reset(user, token, by.id, by_mail=False)
            await tx.resets.put(reset)
            await self._parts.note(tx, user, by.id, "user.reset_link_made")
        return ResetMade(user=user, reset=reset, token=token)

    async def ask(self, email: str, *, address: str) -> None:
        """A mail with a link, if somebody has this e-mail address. ``address`` is the network's.

        Raises:
            RateLimited: whether or not somebody has it.
        """
        await self._count(f"address {address}", ADDRESS_TRIES)
        await self._count(f"reset {email.strip().lower()}", RESET_TRIES)
        user = await self._directory.by_email(email)
        now, id = self._parts.clock.now(), self._parts.ids.new()
        async with self._work.begin(EVERY_TENANT if user is None else user.tenant_id) as tx:
            if user is None:
                await tx.resets.ask_unknown(email, id, now, NOBODY)
            else:
                await tx.resets.ask(user.id, id, now, NOBODY)
                await self._parts.note(tx, user, NOBODY, "user.reset_asked")

    async def deliver(self) -> None:
        """Make and mail the links that were asked for. What a worker does on the side.

        Raises:
            Unavailable: the database cannot be reached.
        """
        if self._post is None:
            return
        for asked in await self._mails.claim(self._parts.clock.now(), MAILS_AT_ONCE):
            await self._deliver(self._post, asked)

    async def take(self, token: str, password: str) -> User:
        """Set the new password; every session of its person ends.

        Raises:
            NotFound: the link was used or ran out, or the account changed since.
            InvalidInput: the password is no good; then the link can be used again.
        """
        digest, now = digest_of(token.strip()), self._parts.clock.now()
        tenant_id = await self._mails.tenant_of(digest)
        if tenant_id is None:
            raise self._no_link()
        async with self._work.begin(tenant_id) as tx:
            # Rolled back where the password is refused, so that the link stays good.
            reset = await tx.resets.take(digest)
            if reset is None or is_over(reset.expires_at, now):
                raise self._no_link()
            user = await tx.users.get(reset.user_id, lock=True)
            if user.disabled_at is not None or user.generation != reset.generation:
                raise self._no_link()
            hashed = await self._parts.hashed(tenant_id, password, (user.email, user.name))
            user = attrs.evolve(later(user), password_hash=hashed)
            await tx.users.save(user)
            await tx.user_sessions.end(user.id)
            await tx.resets.remove(user.id)
            how = "mail" if reset.by_mail else "link"
            await self._parts.note(tx, user, actor_of(user), "user.password_reset", how=how)
        await self._tries.clear(f"account {user.email.strip().lower()}")
        return user

    async def _deliver(self, post: MailPost, asked: AskedReset) -> None:
        token = self._parts.secret()
        async with self._work.begin(asked.tenant_id) as tx:
            user = await self._judged(tx, asked)
            if user is None:
                await tx.resets.remove(asked.user_id)
                return
            reset = self._reset(user, token, NOBODY, by_mail=True)
            await tx.resets.put(attrs.evolve(reset, id=asked.id))
        try:
            message = write_mail(f"{self._site}/reset#{token}", self._site)
            await post.send([user.email], message, f"{asked.id}-{asked.tries}")
        except Unavailable as error:
            log.warning("a mail with a link for a password could not be handed over: %s", error)
            if asked.tries < MOST_TRIES:
                return
        except Rejected as error:
            log.warning("a mail with a link for a password was refused: %s", error)
        async with self._work.begin(asked.tenant_id) as tx:
            await tx.resets.mailed(user.id)

    async def _judged(self, tx: PeopleTransaction, asked: AskedReset) -> User | None:
        """The person; None where none of theirs is mailed: who comes in by Google only has no
        password to forget."""
        user = await tx.users.get(asked.user_id)
        if user.disabled_at is not None or user.password_hash is None:
            return None
        return user

    def _reset(self, user: User, token: str, by: str, *, by_mail: bool) -> PasswordReset:
        now = self._parts.clock.now()
        return PasswordReset(
            id=self._parts.ids.new(),
            user_id=user.id,
            digest=digest_of(token),
            generation=user.generation,
            by_mail=by_mail,
            created_at=now,
            created_by=by,
            expires_at=now + RESET_LASTS,
        )

    def _no_link(self) -> NotFound:
        self._refused.count(Because.BAD_LINK)
        return NotFound("This link was used, was replaced, or is older than an hour.")

    async def _count(self, subject: str, rule: TryRule) -> None:
        require_tries_left(rule, await self._tries.count(subject, rule, self._parts.clock.now()))


def write_mail(link: str, site: str) -> NoticeMessage:
    """What goes to whoever asked."""
    return NoticeMessage(
        subject="salesagent: set a new password",
        body="Somebody asked for a new password for your account at\n"
        f"{site}\n\n"
        "If that was you, open this link within an hour. It works once:\n\n"
        f"{link}\n\n"
        "If it was not you, do nothing: your password stays as it is. Whoever asked has not seen"
        " this mail, and was not told whether you have an account.",
    )
