"""What the mails say: every kind, in text and HTML; hostile people; a district's own wording."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from bridge.errors import Refused
from bridge.mail import Sender, Voice, compose
from bridge.mail.compose import FACTS, PICTURE, Subject, common, linkedin_link
from bridge.model import Effect, Evidence, EvidenceKind, FileAccess, FileFacts, Kind, Known, Verdict
from bridge.ports import Message
from tests.fakes import story

VOICE = Voice(
    programme="Lakeview Micro-credentials",
    sender=Sender("badges@lakeview.example", "Lakeview Badges"),
    contact="Ms. Tran, tran@lakeview.example",
    form_links={"form": "https://docs.google.com/forms/d/e/x/viewform"},
    share_with="robot@lakeview.example",
    site_url=story.SITE,
    linkedin_id="123",
)
SUBJECTS = {
    Kind.TELL_RECEIVED: "41-1",
    Kind.TELL_DUPLICATE: "42-1",
    Kind.TELL_LATE_EDIT: "41-1",
    Kind.TELL_ISSUED: "41-1",
    Kind.TELL_RETURNED: "41-1/2",
    Kind.TELL_DECLINED: "41-1/3",
    Kind.TELL_REVOKED: "41-1",
    Kind.TELL_REISSUED: "41-1/1",
}
MAILS = list(FACTS)  # tests/core/test_mail_digest.py has the digest


def decided(feedback: str = "The second video shows it.") -> Known:
    verdicts = (Verdict.APPROVE, Verdict.RETURN, Verdict.DECLINE, Verdict.REVOKE)
    return story.known(*(story.decision(verdict, feedback, n) for n, verdict in enumerate(verdicts, start=1)))


def mail(kind: Kind, known: Known | None = None, voice: Voice = VOICE) -> Message:
    badge = story.artwork() if kind is Kind.TELL_ISSUED else None
    return compose(Effect(kind, SUBJECTS[kind]), known or decided(), voice, badge)


class Page(HTMLParser):
    """What a reader of an HTML mail gets: text, links, pictures, and whether anything could run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.pictures: list[str] = []
        self.text = ""
        self.active: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a":
            self.links.append(values.get("href") or "")
        if tag == "img":
            self.pictures.append(values.get("src") or "")
        if tag in ("script", "iframe", "form", "object", "svg") or any(name.startswith("on") for name in values):
            self.active.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("kind", MAILS)
def test_every_kind_of_mail_says_who_what_and_where_to_ask(kind: Kind) -> None:
    message = mail(kind)
    assert message.to == story.TEACHER
    assert message.key == f"{kind}:{SUBJECTS[kind]}"
    number = SUBJECTS[kind].partition("-")[0]
    for text in (message.text, Page(message.html).text):
        assert "Maria Gómez" in text
        assert f"no. {number}" in text.replace("\N{NO-BREAK SPACE}", " ")
        assert "tran@lakeview.example" in text
    assert "Feedback that moves learning" in message.text
    assert "\n\n\n" not in message.text
    assert len(message.html) < 40_000  # Gmail cuts a mail at 102 kB


@pytest.mark.parametrize("kind", MAILS)
def test_the_same_effect_gives_the_same_mail(kind: Kind) -> None:
    assert mail(kind) == mail(kind)


@pytest.mark.parametrize("kind", MAILS)
def test_no_mail_holds_anything_that_could_run_or_load_from_elsewhere(kind: Kind) -> None:
    page = Page(mail(kind).html)
    assert page.active == []
    assert all(link.startswith(("https://", "mailto:tran@lakeview.example")) for link in page.links)
    assert set(page.pictures) <= {f"cid:{PICTURE}", f"{story.SITE}/badges/{story.AWARD}.png"}


def test_an_effect_that_is_no_mail_can_not_become_one() -> None:
    with pytest.raises(ValueError, match="issue is not a mail"):
        compose(Effect(Kind.ISSUE, "41-1"), decided(), VOICE)


# ── received ─────────────────────────────────────────────────────────────────


def test_received_names_the_day_of_the_decision_in_the_programmes_own_time_zone() -> None:
    known = decided()
    late = replace(story.submission(), submitted_at=story.NOON.replace(hour=3))  # the evening before, in Chicago
    known.attempts["41-1"] = replace(known.attempts["41-1"], submission=late)
    chicago = replace(VOICE, tz="America/Chicago", due_days=10)
    assert "by December 1, 2026." in mail(Kind.TELL_RECEIVED, known, chicago).text
    assert "by 1 December 2026." in mail(Kind.TELL_RECEIVED, known, replace(chicago, locale="en-GB")).text
    assert "by 2026-12-01." in mail(Kind.TELL_RECEIVED, known, replace(chicago, locale="de")).text


def test_received_says_which_evidence_can_not_be_opened_and_what_to_do() -> None:
    known = decided()
    known.files["f1"] = FileFacts("f1", FileAccess.MISSING)
    known.files["f2"] = FileFacts("f2", FileAccess.TRASHED, name="Exit tickets.pdf")
    message = mail(Kind.TELL_RECEIVED, known)
    for text in (message.text, Page(message.html).text):
        assert "Lesson plan" in text
        assert "Share it with robot@lakeview.example" in text
        assert "Exit tickets.pdf" in text
        assert "in the bin" in text
    assert story.EVIDENCE[0].url in Page(message.html).links


@pytest.mark.parametrize("access", [FileAccess.OPENS, FileAccess.UNKNOWN])
def test_received_says_nothing_of_evidence_that_opens_or_that_nobody_knows_about(access: FileAccess) -> None:
    known = decided()
    known.files = {file: FileFacts(file, access) for file in ("f1", "f2")}
    message = mail(Kind.TELL_RECEIVED, known)
    assert "opened" not in message.text
    assert "nothing else for you to do" in message.text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a.example/x y", "https://user:pw@a.example", "foo"])
def test_an_odd_link_is_told_and_never_becomes_a_link(url: str) -> None:
    known = decided()
    odd = replace(story.submission(), evidence=(Evidence(1, EvidenceKind.ODD, url),))
    known.attempts["41-1"] = replace(known.attempts["41-1"], submission=odd)
    message = mail(Kind.TELL_RECEIVED, known)
    assert "no address that can be followed" in message.text
    assert Page(message.html).links == ["mailto:tran@lakeview.example"]


# ── issued ───────────────────────────────────────────────────────────────────


def test_issued_brings_the_badge_as_a_file_and_shows_it() -> None:
    message = mail(Kind.TELL_ISSUED)
    assert message.attachments == (("feedback-that-moves-badge.png", "image/png", story.artwork()),)
    assert message.inline == ((PICTURE, "image/png", story.artwork()),)
    page = Page(message.html)
    assert f"cid:{PICTURE}" in page.pictures
    assert story.PAGE in page.links
    assert story.PAGE in message.text
    assert "12 hours" in message.text
    assert "November 22, 2029" in message.text
    assert "> The second video shows it." in message.text
    assert "J. Okafor writes:" in message.text


def test_a_large_badge_is_attached_whole_and_shown_smaller() -> None:
    out = BytesIO()
    Image.frombytes("RGB", (1000, 1000), Random(1).randbytes(3_000_000)).save(out, "PNG")  # noqa: S311  # only noise
    message = compose(Effect(Kind.TELL_ISSUED, "41-1"), decided(), VOICE, out.getvalue())
    assert message.attachments[0][2] == out.getvalue()
    assert len(message.inline[0][2]) < 700_000
    with Image.open(BytesIO(message.inline[0][2])) as shown:
        assert shown.size == (432, 432)


def test_an_svg_badge_is_attached_and_the_mail_is_whole_without_showing_it() -> None:
    known = decided()
    known.credentials["41-1"] = replace(story.credential(), image=f"{story.SITE}/badges/{story.AWARD}.svg")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'
    message = compose(Effect(Kind.TELL_ISSUED, "41-1"), known, VOICE, svg)
    assert message.attachments == (("feedback-that-moves-badge.svg", "image/svg+xml", svg),)
    assert message.inline == ()
    page = Page(message.html)
    assert page.pictures == []
    assert story.PAGE in page.links
    for text in (message.text, page.text):
        assert "attached picture feedback-that-moves-badge.svg is the badge itself" in text
    assert Page(compose(Effect(Kind.TELL_ISSUED, "41-1"), known, VOICE, None).html).pictures == []


def test_issued_without_the_picture_points_to_the_page() -> None:
    message = compose(Effect(Kind.TELL_ISSUED, "41-1"), decided(), VOICE, None)
    assert message.attachments == message.inline == ()
    assert "cid:" not in message.html
    assert "attached" not in message.text


def test_the_linkedin_link_encodes_every_value_and_leaves_empty_ones_out() -> None:
    name = "Für & Wider: 50 % + #1"
    link = linkedin_link(story.order(), story.credential(), name, VOICE)
    values = parse_qs(urlsplit(link).query, strict_parsing=True)
    assert values == {
        "startTask": ["CERTIFICATION_NAME"],
        "name": [name],
        "organizationId": ["123"],
        "issueYear": ["2026"],
        "issueMonth": ["11"],
        "expirationYear": ["2029"],
        "expirationMonth": ["11"],
        "certUrl": [story.PAGE],
        "certId": [story.AWARD],
    }
    endless = replace(story.order(), expires=None)
    other = parse_qs(urlsplit(linkedin_link(endless, story.credential(), name, replace(VOICE, linkedin_id=""))).query)
    assert other["organizationName"] == ["Lakeview Micro-credentials"]
    assert not {"organizationId", "expirationYear", "expirationMonth"} & set(other)


def test_the_month_on_linkedin_is_the_programmes_own() -> None:
    new_year = replace(story.order(), issued_on=story.NOON.replace(year=2027, month=1, day=1, hour=2))
    link = linkedin_link(new_year, story.credential(), "x", replace(VOICE, tz="America/Chicago"))
    assert "issueYear=2026&issueMonth=12" in link


# ── the others ───────────────────────────────────────────────────────────────


def test_returned_brings_the_words_of_that_decision_and_the_form() -> None:
    first, second = story.decision(Verdict.RETURN, "First words.", 1), story.decision(Verdict.RETURN, "Later words.", 2)
    message = mail(Kind.TELL_RETURNED, story.known(first, second))
    assert "Later words." in message.text
    assert "First words." not in message.text
    assert VOICE.form_links["form"] in message.text
    assert VOICE.form_links["form"] in Page(message.html).links


def test_a_form_without_a_known_address_is_not_linked() -> None:
    message = mail(Kind.TELL_RETURNED, voice=replace(VOICE, form_links={}))
    assert "send the form again" in message.text
    assert Page(message.html).links == ["mailto:tran@lakeview.example"]


def test_a_coach_known_only_by_address_is_called_your_coach() -> None:
    known = story.known(story.decision(Verdict.DECLINE, "No.", 3, reviewer="okafor@lakeview.example"))
    message = mail(Kind.TELL_DECLINED, known)
    assert "Your coach writes:" in message.text
    assert "okafor@" not in message.text + message.html


def test_a_duplicate_points_to_the_badge_or_to_the_earlier_request() -> None:
    assert story.PAGE in mail(Kind.TELL_DUPLICATE).text
    waiting = mail(Kind.TELL_DUPLICATE, story.known(issued=False))
    assert "request no. 41" in waiting.text
    assert "already" not in waiting.subject


def test_a_duplicate_of_a_withdrawn_badge_does_not_say_that_you_have_it() -> None:
    known = decided()
    known.credentials["41-1"] = replace(known.credentials["41-1"], revoked_at=story.NOON)
    assert "you have it already" not in mail(Kind.TELL_DUPLICATE, known).text


def test_revoked_gives_the_reason_that_is_on_record() -> None:
    known = decided()
    gone = replace(known.credentials["41-1"], revoked_at=story.NOON + timedelta(days=3), revoked_why="A mix-up.")
    known.credentials["41-1"] = gone
    message = mail(Kind.TELL_REVOKED, known)
    assert "> A mix-up." in message.text
    assert story.PAGE in message.text


# ── hostile people ───────────────────────────────────────────────────────────

EVIL = 'Eve</p><script>alert(1)</script><img src=x onerror="a()">\r\nBcc: all@lakeview.example {{ 7*7 }} {% raw %}'


@pytest.mark.parametrize("kind", MAILS)
def test_nothing_that_people_write_becomes_code_or_a_header(kind: Kind) -> None:
    known = decided(EVIL)
    for attempt in known.attempts.values():
        answer = replace(attempt.submission, name=EVIL, label=EVIL, evidence=(Evidence(1, EvidenceKind.ODD, EVIL),))
        known.attempts[attempt.id] = replace(attempt, submission=answer)
    named = replace(story.achievement(), name=EVIL)
    known.achievements[named.key] = known.versions[named.key, named.version] = named
    message = mail(kind, known, replace(VOICE, programme=EVIL, contact=EVIL))
    page = Page(message.html)
    assert page.active == []
    assert "49" not in message.subject
    assert "\n" not in message.subject
    assert "\r" not in message.subject + message.text
    assert not re.search(r"^Bcc:", message.text, re.MULTILINE)
    assert all(link.startswith(("https://", "mailto:all@lakeview.example")) for link in page.links)


def test_a_very_long_text_is_cut() -> None:
    message = mail(Kind.TELL_RETURNED, decided("word " * 100_000))
    assert len(message.text) < 8_000
    assert len(message.html) < 20_000


def test_names_can_not_turn_our_sentences_around() -> None:
    known = story.known(name="\u202eمحمد\u2066 بن علي")
    message = mail(Kind.TELL_RECEIVED, known)
    assert "Hello \u2068محمد بن علي\u2069," in message.text
    assert "<bdi>محمد بن علي</bdi>" in message.html
    assert "\u202e" not in message.html + message.text


def test_a_teacher_without_a_name_is_greeted_all_the_same() -> None:
    message = mail(Kind.TELL_RECEIVED, story.known(name=""))
    assert "Hello," in message.text
    assert "Hello," in Page(message.html).text


# ── a district's own wording ─────────────────────────────────────────────────


README = Path(__file__).parents[2] / "config" / "mail" / "README.md"


@pytest.mark.parametrize("kind", MAILS)
def test_the_readme_for_districts_lists_every_fact_of_every_mail(kind: Kind) -> None:
    known = decided()
    subject = Subject(Effect(kind, SUBJECTS[kind]), known, VOICE, None)
    rows = re.findall(r"^\| `([\w-]+)` \| ([^|]*) \|", README.read_text(), re.MULTILINE)
    listed = {name: set(re.findall(r"`(\w+)`", facts)) for name, facts in rows}
    assert listed[kind.removeprefix("tell-")] == set(FACTS[kind](subject))
    assert set(re.findall(r"^\* `(\w+)`", README.read_text(), re.MULTILINE)) == set(common(subject))


def test_a_districts_own_wording_wins_name_by_name(tmp_path: Path) -> None:
    (tmp_path / "declined.txt.j2").write_text("Subject: Über {{ badge_name }}\n\nLiebe {{ name }}, leider nein.\n")
    message = mail(Kind.TELL_DECLINED, voice=replace(VOICE, wording=tmp_path))
    assert message.subject == "Über Feedback that moves learning"
    assert message.text == "Liebe Maria Gómez, leider nein.\n"
    assert "decided not to award it" in message.html
    assert mail(Kind.TELL_RECEIVED, voice=replace(VOICE, wording=tmp_path)) == mail(Kind.TELL_RECEIVED)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Subject: x\n\n{% if %}\n", 3),
        ("Subject: x\n\nfine\n{{ no_such_word }}\n", 4),
        ("Subject: x\n{{ name.__class__.__mro__ }}\n", 2),
        ("Subject: x\n\n\n{{ 1 // 0 }}\n", 4),
        ("Subject: x\n{% for i in range(999999999) %}{% endfor %}\n", 2),
        ("Subject: x\n{% include 'gone.txt.j2' %}\n", 2),
    ],
)
def test_broken_wording_is_refused_with_file_and_line(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "declined.txt.j2").write_text(text)
    with pytest.raises(Refused, match=rf"declined\.txt\.j2, line {line}: .*Correct that line"):
        mail(Kind.TELL_DECLINED, voice=replace(VOICE, wording=tmp_path))


def test_wording_without_a_subject_is_refused(tmp_path: Path) -> None:
    (tmp_path / "declined.txt.j2").write_text("Dear {{ name }}\n")
    with pytest.raises(Refused, match="must begin with a line “Subject: …”"):
        mail(Kind.TELL_DECLINED, voice=replace(VOICE, wording=tmp_path))


def test_wording_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "declined.html.j2").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refused, match=r"declined\.html\.j2"):
        mail(Kind.TELL_DECLINED, voice=replace(VOICE, wording=tmp_path))
