"""What lies elsewhere: Google's four APIs, the mail server, the public site. Only read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from bridge import wiring
from bridge.config import Settings
from bridge.decision_form import WHERE, read_decision_form
from bridge.forms import GoogleForms
from bridge.google import Errand, Google
from bridge.mail import SmtpMailer
from bridge.plan.badge_cells import reviewers_in
from bridge.plan.catalogue import KEY, REVIEWERS, read_catalogue
from bridge.ports import SheetReading, Tab
from bridge.report import counted
from bridge.site.public import get_page
from bridge.wording import shorten, visible

from .address import former_addresses
from .findings import Findings, bad, good, looked, warn
from .form_lists import WHAT, form_lists
from .memory import known_of

DRAFTS = "https://gmail.googleapis.com/gmail/v1/users/me/drafts"


@contextmanager
def connected(settings: Settings) -> Iterator[Google]:
    google = wiring.google_of(settings, wiring.clock_of(settings))
    try:
        yield google
    finally:
        google.close()


def forms(settings: Settings) -> Findings:
    with connected(settings) as google:
        readings = GoogleForms(google, wiring.form_settings(settings)).read({})
        for reading in readings:
            title = f"“{reading.title}”"
            yield good("form", f"{title} can be read: {counted(len(reading.submissions), 'response', 'responses')}.")
            if reading.verified:
                yield good("form", f"{title} collects verified addresses.")
            for problem in reading.problems:
                yield bad("form", problem.sentence)
        yield from looked(WHAT, partial(form_lists, settings, google, readings))


def decision_form(settings: Settings) -> Findings:
    """The form in which coaches decide, where they do."""
    if (asked := wiring.decision_form_of(settings)) is None:
        return
    with connected(settings) as google:
        reading = read_decision_form(google, asked, {})
    yield good(WHERE, f"“{reading.title}” can be read: {counted(len(reading.answers), 'answer', 'answers')}.")
    if reading.verified:
        yield good(WHERE, f"“{reading.title}” collects verified addresses.")
    for problem in reading.problems:
        yield bad(WHERE, problem.sentence)
    for remark in reading.remarks:
        yield bad(WHERE, remark)
    rated = [one.name for one in known_of(settings).achievements.values() if one.active and one.rubric]
    if rated and reading.counts and "ratings" not in reading.questions:
        cure = "Add a paragraph question, and write its title into ratings in [review.form]."
        yield bad(WHERE, f"The form asks for no ratings, and {shorten(rated[0], 60)} has a rubric.", cure)


def sheet(settings: Settings) -> Findings:
    with connected(settings) as google:
        reading = wiring.sheet_of(settings, google).read()
    yield good("sheet", "The spreadsheet can be read.")
    if reading.review is None:
        yield warn("sheet", f"There is no tab {settings.sheet.review_tab!r} yet.", "The first cycle makes it.")
    if reading.catalogue is None:
        if known_of(settings).achievements:
            cure = "Bring it back (File, Version history), or have it made again: badge-bridge sheet rebuild"
        else:
            cure = "badge-bridge sheet sync makes it; then write a row for each badge."
        yield bad("sheet", f"There is no tab {settings.sheet.badges_tab!r}.", cure)
    else:
        yield from unreviewed(reading.catalogue, settings.review.coaches)
    yield from coach_tabs(settings, reading)


def coach_tabs(settings: Settings, reading: SheetReading) -> Findings:
    """Tell of coaches' own tabs that are missing, or that others can write into."""
    people = wiring.coach_tabs_of(settings, "").people
    for coach, why in reading.unread.items():
        yield bad("sheet", f"The spreadsheet with the tab of {coach} can't be read. {why}")
    there = reading.coaches.keys() | reading.unread.keys()
    missing = [coach for coach in settings.review.coaches if coach in people and coach not in there]
    if missing:
        sentence = (
            f"{counted(len(missing), 'coach has', 'coaches have')} no tab of their own yet: {', '.join(missing)}."
        )
        yield warn("sheet", sentence, "The next cycle makes it, or at once: badge-bridge sheet sync")
    for coach, one in reading.coaches.items():
        title = one.review.title if one.review else ""
        if coach not in people:
            yield warn(
                "sheet", f"The tab “{title}” is of somebody who is no coach any more.", "Delete it, once it is empty."
            )
        elif one.open:
            cure = "The next cycle puts that right, or at once: badge-bridge sheet sync"
            yield bad("sheet", f"Others than its coach can write into the tab “{title}”.", cure)
    for title in reading.left:
        yield warn("sheet", f"The tab “{title}” counts no more: its coach's lies in another spreadsheet.", "Delete it.")
    if closed := sum(coach in people and not one.open for coach, one in reading.coaches.items()):
        yield good("sheet", f"{counted(closed, 'tab is', 'tabs are')} one coach's alone, and the file owner's.")


def unreviewed(tab: Tab, coaches: Collection[str]) -> Findings:
    """Tell of badges that nobody can approve: each of their reviewers is none of *coaches*."""
    table = read_catalogue(tab)
    for _, cells in table.rows if coaches and not table.problems else ():
        reviewers = set(reviewers_in(cells[REVIEWERS]))
        if reviewers and reviewers.isdisjoint(coaches):
            sentence = (
                f"Nobody can approve {shorten(visible(cells[KEY]).strip(), 60)}: none of its reviewers is a coach."
            )
            yield bad("sheet", sentence, "Correct its cell Reviewers, or add them to coaches in [review].")


def drive(settings: Settings) -> Findings:
    """See through Drive whether the bridge may write into the spreadsheet."""
    with connected(settings) as google:
        request = google.leaf("drive", "v3", "files").get(
            fileId=settings.sheet.id, fields="id,capabilities(canEdit)", supportsAllDrives=True
        )
        errand = Errand("look up the spreadsheet on Drive", _sheet_address(settings), "Editor")
        found = google.call(errand, request.execute, idempotent=True, bucket="drive", units=5)
    if found.get("capabilities", {}).get("canEdit"):
        yield good("Drive", "The spreadsheet can be edited.")
    else:
        who = google.identity.who
        yield bad(
            "Drive", f"{who} may read the spreadsheet, not edit it.", f"Open {_sheet_address(settings)}, Share, Editor."
        )


def _sheet_address(settings: Settings) -> str:
    return f"https://docs.google.com/spreadsheets/d/{settings.sheet.id}/edit"


def mail(settings: Settings) -> Findings:
    match settings.mail.via:
        case "gmail":
            with connected(settings) as google:
                google.request(
                    "GET",
                    f"{DRAFTS}?maxResults=1",
                    what=Errand("look into the mailbox that mails are sent from"),
                    idempotent=True,
                    bucket="gmail",
                    units=5,
                )
            yield good("mail", f"Gmail sends for {settings.google.act_as}.")
        case "smtp":
            mailer = SmtpMailer(
                wiring.smtp_server(settings), wiring.sender_of(settings), b"", wiring.clock_of(settings)
            )
            mailer.connected()
            mailer.close()
            yield good("mail", f"The mail server {mailer.place} lets us in.")
        case "folder":
            yield warn("mail", f"Mails are only written to {settings.mail.folder}; nobody receives them.")


def pages(settings: Settings) -> Findings:
    if settings.site.check != "http":
        return
    if get_page(f"{settings.issuer.url}/issuer.json", settings.issuer.url) is None:
        yield warn("public site", f"Nothing is published at {settings.issuer.url} yet.", "The first badge is.")
    else:
        yield good("public site", f"{settings.issuer.url} is published.")


CHECKS: Mapping[str, Callable[[Settings], Findings]] = {
    "form": forms,
    WHERE: decision_form,
    "sheet": sheet,
    "Drive": drive,
    "mail": mail,
    "public site": pages,
    "former address": former_addresses,
}
