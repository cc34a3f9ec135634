"""Settings → the real World and Policy. The only file that knows every adapter."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from bridge.acting.unset import Unset
from bridge.clock import RealClock, SandboxClock
from bridge.config import Settings, secret
from bridge.config.settings import SQLITE
from bridge.config.signing import Signing, signing_of
from bridge.decision_form import DecisionFormSettings, read_decision_form
from bridge.drive import DriveEvidence
from bridge.errors import ConfigProblems, Refused
from bridge.forms import FormSettings, GoogleForms
from bridge.google import EDIT_FORMS, GMAIL, READ_SCOPES, Google, connect
from bridge.ledger import SqlLedger, keep_programme, open_ledger
from bridge.ledger.backup import backups, restore
from bridge.mail import FolderMailer, GmailMailer, Sender, SmtpMailer, Voice, compose, compose_digest
from bridge.mail.smtp import Security, SmtpServer
from bridge.model import LOCAL, AnswerReading, Identity
from bridge.openbadges.addresses import did_web
from bridge.openbadges.documents import Issuer
from bridge.plan import Policy
from bridge.ports import Backend, Clock, Facts, Mailer, Own, Progress, World
from bridge.review import REVIEWER, columns_of, fold
from bridge.service import Keeping
from bridge.sheet_coaches import NO_TABS, CoachTabs, coach_sheet_id
from bridge.sheet_keeping import ReviewLook
from bridge.sheet_pages import PAGES, PageLook
from bridge.sheet_requests import free_title
from bridge.sheet_several import SeveralSheets
from bridge.sheets import GoogleSheet
from bridge.site import Check, Look, SiteFiles, StaticSite, keep_address, places
from bridge.wiring_vendors import badgr_of, credly_of, made, opened, remarks, titles_of, vendors_of

AnyClock = RealClock | SandboxClock


def clock_of(settings: Settings, stop: threading.Event | None = None) -> AnyClock:
    """Return the clock that the settings name; its waits end when *stop* is set."""
    stop = stop or threading.Event()
    return SandboxClock(settings.clock.follow, stop) if settings.clock.follow else RealClock(stop)


def ledger_file(settings: Settings) -> Path | None:
    """Return the ledger's file, or None where it is in PostgreSQL."""
    url = settings.ledger.url
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def ledger_of(settings: Settings, clock: Clock) -> SqlLedger:
    return open_ledger(settings.ledger.url, settings.key, clock)


def keeping_of(settings: Settings) -> Keeping:
    place = settings.ledger
    return Keeping(place.backups, place.keep, settings.programme.timezone, partial(newest_backup, settings))


def newest_backup(settings: Settings) -> datetime | None:
    """Return when the newest backup was made, or None if there is none; its name says so."""
    kept = backups(settings.ledger.backups)
    return datetime.strptime(kept[0].name, "ledger-%Y%m%dT%H%M%SZ.db").replace(tzinfo=UTC) if kept else None


def restore_ledger(settings: Settings, file: Path | None) -> tuple[Path, Path | None]:
    """Make *file*, or the newest backup, the ledger; return what was used, and where the former ledger now is."""
    if file is None:
        kept = backups(settings.ledger.backups)
        if not kept:
            raise Refused(f"There is no backup in {settings.ledger.backups}. Name one: badge-bridge restore FILE")
        file = kept[0]
    return file, restore(settings.ledger.url, file, clock_of(settings))


def issuer_of(settings: Settings) -> Issuer:
    issuer = settings.issuer
    return Issuer(issuer.url, issuer.name, issuer.email, issuer.description or None)


def google_of(settings: Settings, clock: Clock, more: tuple[str, ...] = ()) -> Google:
    """Return the way to Google with the scopes that the settings need, and *more*."""
    scopes = (*READ_SCOPES, *(GMAIL if settings.mail.via == "gmail" else ()), *more)
    return connect(settings.google.credentials, settings.google.act_as, settings.google.endpoint, scopes, clock=clock)


def form_settings(settings: Settings) -> tuple[FormSettings, ...]:
    return tuple(
        FormSettings(form.id, form.questions.model_dump(), **form.model_dump(exclude={"id", "questions"}))
        for form in settings.form
    )


def decision_form_of(settings: Settings) -> DecisionFormSettings | None:
    """Return where coaches decide; None where they do so in the spreadsheet."""
    if settings.review.identity != "form":
        return None
    form = settings.review.form
    return DecisionFormSettings(form.id, form.model_dump(exclude={"id"}))


def answers_of(settings: Settings, google: Google) -> Callable[[Facts], AnswerReading | None]:
    """Return the way to read the decision form."""
    form = decision_form_of(settings)
    return lambda facts: read_decision_form(google, form, facts) if form is not None else None


def editor_of(settings: Settings, clock: Clock, stack: ExitStack) -> Google | None:
    """Return the connection that writes forms, until *stack* ends; None where no list of badges is kept.

    Only this one asks for the right to: while the admin has not allowed it, all else goes on.
    """
    if not any(form.keep_list for form in settings.form):
        return None
    editor = google_of(settings, clock, EDIT_FORMS)
    stack.callback(editor.close)
    return editor


def sheet_of(settings: Settings, google: Google) -> GoogleSheet | SeveralSheets:
    """The spreadsheet of the programme, and those in which single coaches have their tab."""
    sheet, look = settings.sheet, review_look(settings)
    tabs, places = coach_tabs_of(settings, google.identity.who), settings.coaches_places

    def spreadsheet(file: str, pages: Mapping[Own, PageLook]) -> GoogleSheet:
        here = replace(tabs, people=tuple(one for one in tabs.people if places.get(one, sheet.id) == file))
        return GoogleSheet(google, file, sheet.review_tab, sheet.badges_tab, look, pages, here)

    main = spreadsheet(sheet.id, pages_of(settings))
    others = {file: spreadsheet(file, {}) for file in dict.fromkeys(places.values())}
    return SeveralSheets(main, others, places) if others else main


def coach_tabs_of(settings: Settings, bridge: str) -> CoachTabs:
    """Who may have a tab of their own; *bridge*: the account that writes them."""
    if Identity(settings.review.identity) is not Identity.TABS:
        return NO_TABS
    people = dict.fromkeys(filter(None, (*settings.review.coaches, settings.programme.coordinator)))
    return CoachTabs(tuple(people), prefix=settings.sheet.review_tab, bridge=bridge)


def pages_of(settings: Settings) -> Mapping[Own, PageLook]:
    """How the bridge's own tabs are made, under titles that no tab of people's bears by the settings."""
    sheet = settings.sheet
    others = (sheet.review_tab, sheet.badges_tab)
    return {own: replace(look, title=free_title(getattr(sheet, f"{own}_tab"), others)) for own, look in PAGES.items()}


def review_look(settings: Settings) -> ReviewLook:
    """How the review tab is made: where coaches are named, Reviewer is a choice among them and the coordinator."""
    coaches, coordinator = settings.review.coaches, settings.programme.coordinator
    names = tuple(dict.fromkeys(filter(None, (*coaches, coordinator)))) if coaches else ()
    columns = columns_of(Identity(settings.review.identity), named=bool(coaches))
    return ReviewLook(tuple(replace(one, choices=names) if one.title == REVIEWER else one for one in columns))


def look_of(settings: Settings) -> Look:
    return Look(locale=settings.programme.locale, tz=settings.programme.timezone)


def site_of(settings: Settings, signing: Signing, artwork: Callable[[str], bytes]) -> StaticSite:
    site = settings.site
    return StaticSite(
        folder=site.folder,
        issuer=issuer_of(settings),
        key=signing.key,
        artwork=artwork,
        retired=signing.retired_public,
        jwt_keys=signing.jwt_public,
        leaked=signing.leaked,
        publish_command=site.publish,
        publish_timeout=site.publish_timeout,
        check=Check(site.check),
        look=look_of(settings),
        publish_reasons=settings.issuer.publish_reasons,
        vendors=titles_of(settings),
        gone=settings.issuer.gone,
    )


def backends_of(
    settings: Settings, signing: Signing, ledger: SqlLedger, clock: Clock, stack: ExitStack
) -> Mapping[str, Backend]:
    """Make the embedded issuer, and the vendors in use, until *stack* ends; a vendor's module is loaded only then.

    One whose password or token is missing waits, and holds up no other.
    """
    local = made("local")(
        issuer=issuer_of(settings),
        key=signing.key,
        files=SiteFiles(settings.site.folder),
        artwork=lru_cache(maxsize=16)(ledger.artwork),  # a picture goes by its hash: it can't change
        look=look_of(settings),
        retired=signing.retired,
        jwt_key=signing.jwt_key,
        leaked=signing.leaked,
        publish_reasons=settings.issuer.publish_reasons,
    )
    backends: dict[str, Backend] = {LOCAL: local}
    if settings.badgr.in_use:
        backends["badgr"] = opened(partial(badgr_of, settings, ledger, clock), stack)
        if not settings.badgr.issuer:
            backends["badgr"] = Unset("[badgr] issuer is missing. To see those of your account: badge-bridge doctor")
    if settings.credly.in_use:
        backends["credly"] = opened(partial(credly_of, settings, clock), stack)
    return backends


def sender_of(settings: Settings) -> Sender:
    mail, programme = settings.mail, settings.programme
    return Sender(settings.sender, mail.sender_name or programme.name, mail.reply_to or programme.coordinator)


def mailer_of(settings: Settings, google: Google, signing: Signing, clock: Clock) -> Mailer:
    sender, mark = sender_of(settings), signing.mail_secret
    match settings.mail.via:
        case "gmail":
            return GmailMailer(google, sender, mark, clock)
        case "smtp":
            return SmtpMailer(smtp_server(settings), sender, mark, clock)
        case "folder":
            return FolderMailer(settings.mail.folder, sender, mark, clock)


def smtp_server(settings: Settings) -> SmtpServer:
    """Raise ConfigProblems when there is a user, but no password in the variable that the settings name."""
    smtp = settings.mail.smtp
    password = secret(smtp.password_env) or ""
    if smtp.user and not password:
        raise ConfigProblems(
            [f"The SMTP password is missing. Put it into the environment variable {smtp.password_env}."]
        )
    return SmtpServer(smtp.host, smtp.port, Security(smtp.security), smtp.user, password)


def voice_of(settings: Settings, share_with: str) -> Voice:
    programme, mail, places = settings.programme, settings.mail, settings.coaches_places
    return Voice(
        programme=programme.name,
        sender=sender_of(settings),
        contact=programme.coordinator or mail.reply_to or settings.sender,
        locale=programme.locale,
        tz=programme.timezone,
        due_days=settings.review.due_days,
        form_links={form.id: f"https://docs.google.com/forms/d/{form.id}/viewform" for form in settings.form},
        share_with=share_with,
        site_url=settings.issuer.url,
        sheet_link=spreadsheet_link(settings.sheet.id),
        tab_links={
            coach: f"{spreadsheet_link(places.get(coach, settings.sheet.id))}#gid={coach_sheet_id(coach)}"
            for coach in coach_tabs_of(settings, "").people
        },
        linkedin_id=settings.issuer.linkedin_organization,
        linkedin_name=settings.issuer.name,
        vendors=titles_of(settings),
        wording=mail.wording,
    )


def spreadsheet_link(spreadsheet_id: str) -> str:
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}/edit"


def policy_of(settings: Settings, key_id: str, share_with: str, *, often: bool) -> Policy:
    """Return what decisions depend on; *often*: cycles come so often that decisions must settle first."""
    return Policy(
        issuer_url=settings.issuer.url,
        key_id=key_id,
        former=frozenset(did_web(url) for url in settings.issuer.former_urls),
        share_with=share_with,
        tz=ZoneInfo(settings.programme.timezone),
        publish_levels=settings.issuer.publish_levels,
        year_starts=settings.programme.month_and_day,
        settle=timedelta(minutes=settings.review.settle_minutes if often else 0),
        due_days=settings.review.due_days,
        archive_after=timedelta(days=days) if (days := settings.review.archive_after_days) else None,
        coaches=frozenset(settings.review.coaches),
        identity=Identity(settings.review.identity),
        decision_form=settings.review.form.id if settings.review.identity == "form" else "",
        schools={fold(school): people for school, people in settings.review.schools.items()},
        coordinator=settings.programme.coordinator,
        digests=settings.review.digest,
        digest_hour=settings.review.digest_hour if often else 0,
        escalate_days=settings.review.escalate_days,
        new_awards=settings.guards.new_awards,
        mails_per_day=settings.mail.per_day,
        smtp_repeat=settings.mail.on_doubt == "repeat",
        criteria_page=lambda achievement: f"{settings.issuer.url}/{places.achievement(achievement, 'html')}",
        backend=settings.issuer.backend,
        backends={LOCAL: None, **vendors_of(settings)},
    )


def without_traces(settings: Settings, stack: ExitStack) -> Settings:
    """For a dry run before the first cycle: an empty ledger in a place that is gone afterwards."""
    file = ledger_file(settings)
    if file is None or file.exists():
        return settings
    folder = stack.enter_context(TemporaryDirectory(prefix="badge-bridge-"))
    return settings.model_copy(
        update={"ledger": settings.ledger.model_copy(update={"url": f"{SQLITE}{folder}/bridge.db"})}
    )


def _keep(settings: Settings) -> None:
    """Raise Refused where the settings name another address, or another spreadsheet, than all that was done before."""
    keep_address(SiteFiles(settings.site.folder), issuer_of(settings))
    keep_programme(settings.ledger.url, settings.key, [form.id for form in settings.form])


@contextmanager
def open_world(
    settings: Settings,
    *,
    often: bool = False,
    leased: bool = True,
    progress: Progress = lambda what, done, total: None,
    stop: threading.Event | None = None,
) -> Iterator[tuple[World, Policy]]:
    """Yield the real world of a programme and its policy; nothing is sent before the first verb is used.

    *often*: as in `policy_of`. *leased*: waits renew the lease; False for a dry run: no lease, and no trace.
    Raises ConfigProblems, Refused or LedgerUnusable, each with its cure.
    """
    clock, signing = clock_of(settings, stop), signing_of(settings)
    _keep(settings)
    with ExitStack() as stack:
        google = stack.enter_context(closing(google_of(settings, clock)))
        ledger = ledger_of(settings if leased else without_traces(settings, stack), clock)
        stack.callback(ledger.close)
        if leased:
            clock.renew = ledger.renew
        voice = voice_of(settings, google.identity.who)
        world = World(
            clock=clock,
            forms=GoogleForms(google, form_settings(settings), editor_of(settings, clock, stack)),
            drive=DriveEvidence(google),
            sheet=sheet_of(settings, google),
            backends=backends_of(settings, signing, ledger, clock, stack),
            site=site_of(settings, signing, ledger.artwork),
            mailer=mailer_of(settings, google, signing, clock),
            ledger=ledger,
            compose=lambda effect, known, badge: compose(effect, known, voice, badge),
            remind=partial(compose_digest, voice=voice),
            dice=partial(secrets.token_bytes, 32),
            progress=progress,
            gone=settings.issuer.gone,
            remarks=partial(remarks, settings),
            answers=answers_of(settings, google),
        )
        yield world, policy_of(settings, signing.key.key_id, google.identity.who, often=often)
