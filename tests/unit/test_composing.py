"""A composed mail says the same to every parser, whatever was written, and to one person only."""

from __future__ import annotations

import asyncio
import shutil
import smtplib
import socket
import subprocess
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.sending.composing import (
    FOOTER_GONE,
    MAX_REFERENCES,
    MAX_SUBJECT,
    compose_mail,
    footer_lines,
    read_mail,
)
from salesagent_core.domain.sending.letter_html import letter_html
from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.errors import InvalidInput

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
URL = "https://app.ours.example/u/" + "t" * 180
MAIL = OutgoingMail(
    key="run-1",
    sender="seller@ours.example",
    sender_name="Zoë Ours",
    to="lead@buyer.example",
    subject="Ihre Frage – 40 Lkw",
    text="Grüß Gott,\n\n- eins\n- zwei https://ours.example/a?b=1&c=2.\n\nmfg\nZoë",
    opt_out_url=URL,
    postal_address="Ours Ltd\n1 Road\nTown",
    language="de",
    link_hosts=("ours.example",),
)

_CLEAN = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029")
_LINE = st.text(_CLEAN, min_size=1, max_size=MAX_SUBJECT).filter(lambda text: bool(text.strip()))
_LETTER = st.text(
    st.one_of(_CLEAN, st.sampled_from("\n\t -.<>&=\u0645\u05e9\u4f60\U0001f600")), max_size=2_000
).filter(lambda text: bool(text.strip()))


def composed(**changes: object) -> bytes:
    return compose_mail(attrs.evolve(MAIL, **changes), now=NOW)  # type: ignore[arg-type]


# Any language, through parsers that are not ours


@settings(max_examples=80, deadline=None)
@given(subject=_LINE, text=_LETTER, name=st.text(_CLEAN, max_size=90))
def test_any_text_comes_back_as_it_was(subject: str, text: str, name: str) -> None:
    raw = composed(subject=subject, text=text, sender_name=name)
    kept = read_mail(raw)
    assert kept.subject == subject.strip()
    assert kept.letter == text.rstrip()
    assert kept.to == (MAIL.to,)
    assert kept.footer == footer_lines(MAIL)
    message = message_from_bytes(raw, policy=default)
    assert not message.defects
    assert message["From"].addresses[0].addr_spec == MAIL.sender
    # The standard library's parser sets spaces between the parts of a long encoded name.
    assert "".join(message["From"].addresses[0].display_name.split()) == "".join(name.split())
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]


@settings(max_examples=60, deadline=None)
@given(subject=_LINE, text=_LETTER)
def test_the_bytes_keep_to_the_rules_of_the_wire(subject: str, text: str) -> None:
    raw = composed(subject=subject, text=text)
    assert raw.isascii()
    assert raw.replace(b"\r\n", b"").find(b"\r") == -1
    assert raw.replace(b"\r\n", b"").find(b"\n") == -1
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


def test_the_same_mail_gives_the_same_bytes() -> None:
    assert composed() == composed()
    assert composed() != composed(text="Other")


PERL = r"""
use Email::MIME; binmode STDOUT, ':utf8'; local $/; my $raw = <STDIN>;
my $mail = Email::MIME->new($raw);
print $mail->header_str('Subject'), "\n\0", $mail->header_str('From'), "\n\0",
      $mail->header_raw('References') // '', "\n\0", $mail->header_raw('List-Unsubscribe'), "\n\0",
      (map { $_->content_type . "\n\0" . $_->body_str . "\0" } $mail->subparts);
"""


@pytest.mark.parametrize(
    "text", [MAIL.text, "\u0645\u0631\u062d\u0628\u0627\n\n\u4f60\u597d \U0001f600", "x" * 3_000]
)
def test_perls_parser_reads_the_same(text: str) -> None:
    ids = tuple(f"<{number}.{'x' * 90}@buyer.example>" for number in range(5))
    raw = composed(text=text, references=ids)
    perl = shutil.which("perl")
    assert perl, "needs Perl with Email::MIME (Debian: libemail-mime-perl)"
    done = subprocess.run([perl, "-e", PERL], input=raw, capture_output=True, check=True)
    parts = [part.rstrip("\r\n") for part in done.stdout.decode().split("\0")]
    assert parts[0] == MAIL.subject
    assert parts[1] == '"Zoë Ours" <seller@ours.example>' or parts[1].startswith("Zoë Ours")
    assert tuple(parts[2].split()) == ids
    assert parts[3] == f"<{URL}>"
    assert parts[4].startswith("text/plain")
    assert parts[5].replace("\r\n", "\n").startswith(text + "\n\n-- \nOurs Ltd\n")
    assert parts[6].startswith("text/html")


def test_reformime_finds_no_fault() -> None:
    reformime = shutil.which("reformime")
    assert reformime, "needs reformime (Debian: maildrop)"
    done = subprocess.run([reformime, "-i"], input=composed(), capture_output=True, check=True)
    told = done.stdout.decode()
    assert [line for line in told.splitlines() if line.startswith("content-type:")] == [
        "content-type: multipart/alternative",
        "content-type: text/plain",
        "content-type: text/html",
    ]
    subprocess.run([reformime, "-r7"], input=composed(), capture_output=True, check=True)


async def test_it_survives_a_mail_server() -> None:
    from aiosmtpd.controller import Controller

    got: list[bytes] = []

    class Keep:
        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
            got.append(envelope.content)  # type: ignore[attr-defined]
            return "250 OK"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Keep(), hostname="127.0.0.1", port=port)
    await asyncio.to_thread(controller.start)
    try:

        def deliver() -> None:
            with smtplib.SMTP("127.0.0.1", port) as smtp:
                smtp.sendmail(MAIL.sender, [MAIL.to], composed(text="a\n.\n..b\n\nFrom c"))

        await asyncio.to_thread(deliver)
    finally:
        await asyncio.to_thread(controller.stop)
    assert read_mail(got[0]).letter == "a\n.\n..b\n\nFrom c"
    assert read_mail(got[0]).footer == footer_lines(MAIL)


# Headers


def test_a_reply_names_what_it_answers_within_bounds() -> None:
    ids = tuple(f"<{number}@buyer.example>" for number in range(400))
    kept = read_mail(composed(in_reply_to=ids[-1], references=ids))
    assert kept.in_reply_to == ids[-1]
    assert kept.references[0] == ids[0]
    assert kept.references[-1] == ids[-1]
    assert len(kept.references) == MAX_REFERENCES


def test_odd_message_ids_of_strangers_are_left_out() -> None:
    kept = read_mail(composed(references=("no brackets", "<two words>", "<ok@x.example>", "")))
    assert kept.references == ("<ok@x.example>",)


def test_the_opt_out_is_one_click_by_https_only() -> None:
    assert read_mail(composed()).one_click
    local = read_mail(composed(opt_out_url="http://127.0.0.1:8000/u/t"))
    assert local.opt_out_url == "http://127.0.0.1:8000/u/t"
    assert not local.one_click
    none = read_mail(composed(opt_out_url=None, postal_address=None))
    assert (none.opt_out_url, none.footer, none.one_click) == (None, (), False)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"to": "a@b.example, c@d.example"}, "to"),
        ({"to": "a@b.example\r\nBcc: c@d.example"}, "to"),
        ({"to": "Name <a@b.example>"}, "to"),
        ({"to": "a" * 2_000 + "@b.example"}, "to"),
        ({"to": "a@\u0430pple.com"}, "to"),
        ({"to": "a@\u0430\u0440\u0440\u04cf\u0435.com"}, "to"),
        ({"to": "p\u0430ul@b.example"}, "to"),
        ({"subject": "Hi\r\nBcc: c@d.example"}, "subject"),
        ({"subject": "Hi\rthere"}, "subject"),
        ({"subject": "x" * (MAX_SUBJECT + 1)}, "subject"),
        ({"subject": " "}, "subject"),
        ({"text": "a\rb"}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "a\ud800b"}, "text"),
        ({"text": "x" * 200_000}, "text"),
        ({"key": "run 1"}, "key"),
        ({"key": "run\r\n1"}, "key"),
        ({"references": ("<a@b.example>\r\nBcc: c@d.example",)}, "references"),
        ({"in_reply_to": "<a@b.example>\nBcc: c@d.example"}, "references"),
        ({"sender_name": "a\nb"}, "sender_name"),
        ({"postal_address": "a\rb"}, "postal_address"),
        ({"opt_out_url": "ftp://ours.example/u"}, "opt_out_url"),
        ({"opt_out_url": "https://x.example/>\r\n"}, "opt_out_url"),
        ({"pixel_url": "javascript:1"}, "pixel_url"),
        ({"language": 'de" onload="x'}, "language"),
    ],
)
def test_what_could_change_the_mail_is_refused_by_name(
    changes: dict[str, object], where: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        composed(**changes)
    assert {problem.where for problem in refused.value.problems} == {where}


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        composed(to="x", subject="", text="")
    assert {each.where for each in refused.value.problems} == {"to", "subject", "text"}


# The footer


def test_a_letter_with_its_own_dashes_keeps_them() -> None:
    text = "Hello\n\n-- \nZoë, Ours"
    assert read_mail(composed(text=text)).letter == text


def test_a_missing_footer_shows_in_the_letter() -> None:
    raw = composed(text="Hello", language="en", opt_out_url="https://ours.example/u/t")
    start = raw.index(b"\r\n--=20\r\n")
    cut = raw[:start] + raw[raw.index(b"\r\n--=_", start) :]
    assert read_mail(cut).letter == "Hello" + FOOTER_GONE


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=600))
def test_reading_never_fails(junk: bytes) -> None:
    read_mail(junk)
    read_mail(b"To: " + junk + b"\r\nSubject: =?x?q?" + junk + b"\r\n\r\n" + junk)


# HTML


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(html: str) -> _Tags:
    tags = _Tags()
    tags.feed(html)
    return tags


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<script>alert(1)</script>",
                "https://ours.example/a",
                "https://evil.example/x",
                "-",
                "1. ",
                "\n",
                "\n\n",
                '" onclick="x',
                "&lt;",
                "'",
                "javascript:x",
                "\u0645",
                "text ",
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_no_text_becomes_markup(text: str) -> None:
    tags = parsed(letter_html(text, link_hosts=("ours.example",)))
    assert set(tags.tags) <= {"html", "head", "meta", "body", "p", "br", "ul", "ol", "li", "a"}
    assert all(link.startswith("https://ours.example") for link in tags.links)


def test_only_listed_https_links_become_anchors() -> None:
    text = (
        "https://ours.example/a?b=1&c=2, https://sub.ours.example/x https://evil.example/ "
        "http://ours.example/ https://ours.example@evil.example/ https://notours.example/"
    )
    links = parsed(letter_html(text, link_hosts=("ours.example",))).links
    assert links == ["https://ours.example/a?b=1&c=2", "https://sub.ours.example/x"]


def test_lists_and_paragraphs_are_those_of_the_text() -> None:
    html = letter_html("One\ntwo\n\n- a\n- b\n\n3. c\n4. d\n\n\u0645\u0631\u062d\u0628\u0627")
    assert parsed(html).tags.count("li") == 4
    assert '<ol start="3">' in html
    assert html.count('<p dir="auto">') == 2


def test_there_is_no_pixel_unless_it_is_asked_for() -> None:
    assert b"<img" not in composed()
    assert b"<img" in composed(pixel_url="https://app.ours.example/p/1")
