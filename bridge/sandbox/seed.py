"""A believable programme, planted into an empty world: people, a form, a spreadsheet, artwork, a service account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.sandbox.api import Json
from bridge.sandbox.drive_resource import web_link
from bridge.sandbox.drive_state import FOLDER, File, new_file, share
from bridge.sandbox.forms import choice, new_form, questions_of, text, upload
from bridge.sandbox.oauth import new_service_account
from bridge.sandbox.seed_artwork import badge_png
from bridge.sandbox.seed_catalogue import BADGES, SeedBadge
from bridge.sandbox.seed_people import COACHES, COORDINATOR, DISTRICT, DOMAIN, MAILBOX, SCHOOLS, TEACHERS
from bridge.sandbox.sheets.making import new_spreadsheet
from bridge.sandbox.state import Person, World

TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
ROBOT = "badge-bridge@riverside-badges.iam.gserviceaccount.com"

_AUTH = "https://www.googleapis.com/auth/"
#: What the district's admin allowed the service account to do in a member's name.
DELEGATED_SCOPES: tuple[str, ...] = tuple(
    _AUTH + name
    for name in (
        "forms.body",
        "forms.body.readonly",
        "forms.responses.readonly",
        "drive.readonly",
        "spreadsheets",
        "gmail.compose",
        "gmail.readonly",
    )
)

FORM_TITLE = "Request a micro-credential"
SHEET_TITLE = "Micro-credentials: review"
BADGES_TAB = "Badges"
CATALOGUE_TITLES = (
    *("Key", "Name", "Description", "Criteria", "Artwork", "Hours", "Active", "Status"),
    *("Type", "Tags", "Alignment", "Valid for"),
)

#: The form's questions by their role in the programme; the order is the form's.
QUESTIONS: Mapping[str, str] = {
    "name": "Your name",
    "school": "Your school",
    "badge": "Which badge?",
    "links": "Links to your evidence",
    "files": "Upload evidence",
    "reflection": "What changed in your class?",
    "consent": "No student can be identified in my evidence",
    "show": "On the public page, show",
}
CONSENT = "I have checked: no faces, no names, no voices that can be recognised"
SHOW_NAME, SHOW_EVIDENCE = "My name", "My evidence"


@dataclass(frozen=True, slots=True)
class Programme:
    """What was planted, and where it is."""

    district: str
    domain: str
    coordinator: Person
    coaches: tuple[Person, ...]
    teachers: tuple[Person, ...]
    mailbox: str  # whom the bridge acts for; mails come from here
    robot: str  # the service account's address
    key: Json  # the service account's key file; token_uri names Google until `key_for` says otherwise
    folder_id: str  # the programme's folder, the coordinator's
    form_id: str
    questions: dict[str, str]  # role ("name", "badge" …) → question id
    titles: dict[str, str]  # role → the question's title
    upload_folder_id: str
    spreadsheet_id: str
    badges: tuple[SeedBadge, ...]
    artwork: dict[str, str]  # key of the badge → file id

    def key_for(self, url: str) -> Json:
        """Return the key file that gets its tokens from the sandbox at *url*, such as http://127.0.0.1:8700."""
        return self.key | {"token_uri": f"{url.rstrip('/')}/oauth2.googleapis.com/token"}


def plant(world: World, *, robot_email: str = ROBOT) -> Programme:
    """Plant the programme. The world should be empty; planting a second one beside it raises ValueError."""
    if world.people or world.drive.files:
        raise ValueError("the world is not empty: there is a programme in it already")
    world.domain = DOMAIN
    for person in (COORDINATOR, MAILBOX, *COACHES, *TEACHERS):
        world.people[person.email] = person
    folder = _folder(world, robot_email)
    artwork = {badge.key: _picture(world, badge, folder) for badge in BADGES}
    form_id = _form(world, folder)
    questions = _question_ids(world, form_id)
    return Programme(
        district=DISTRICT,
        domain=DOMAIN,
        coordinator=COORDINATOR,
        coaches=COACHES,
        teachers=TEACHERS,
        mailbox=MAILBOX.email,
        robot=robot_email.lower(),
        key=new_service_account(world, robot_email, "", delegated_scopes=DELEGATED_SCOPES) | {"token_uri": TOKEN_URI},
        folder_id=folder.id,
        form_id=form_id,
        questions=questions,
        titles=dict(QUESTIONS),
        upload_folder_id=_upload_folder(world, form_id),
        spreadsheet_id=_spreadsheet(world, folder, artwork),
        badges=BADGES,
        artwork={key: file.id for key, file in artwork.items()},
    )


def _folder(world: World, robot_email: str) -> File:
    """The coordinator's folder: the bridge may write in it, coaches may read, so that they open what is uploaded."""
    folder = new_file(world, COORDINATOR.email, "Micro-credentials", FOLDER)
    for email in (MAILBOX.email, robot_email):
        share(world, folder.id, email, "writer")
    for coach in COACHES:
        share(world, folder.id, coach.email, "reader")
    return folder


def _picture(world: World, badge: SeedBadge, folder: File) -> File:
    return new_file(world, COORDINATOR.email, f"{badge.key}.png", "image/png", badge_png(badge.key), [folder.id])


def _form(world: World, folder: File) -> str:
    names = [badge.name for badge in BADGES]
    items = [
        text(QUESTIONS["name"], required=True),
        choice(QUESTIONS["school"], list(SCHOOLS), kind="DROP_DOWN"),
        choice(QUESTIONS["badge"], names, kind="DROP_DOWN", required=True),
        text(QUESTIONS["links"], paragraph=True, description="One link a line. Share each with your coach first."),
        upload(QUESTIONS["files"], max_files=10),
        text(QUESTIONS["reflection"], paragraph=True, required=True),
        choice(QUESTIONS["consent"], [CONSENT], kind="CHECKBOX", required=True),
        choice(QUESTIONS["show"], [SHOW_NAME, SHOW_EVIDENCE], kind="CHECKBOX"),
    ]
    words = "For teachers who did the work and can show it. You hear from us the same night, and from your coach soon."
    return new_form(world, owner=COORDINATOR.email, title=FORM_TITLE, items=items, description=words, parent=folder.id)


def _question_ids(world: World, form_id: str) -> dict[str, str]:
    roles = {title: role for role, title in QUESTIONS.items()}
    items = world.forms.forms[form_id].items
    return {roles[item["title"]]: question["questionId"] for item in items for question in questions_of(item)}


def _upload_folder(world: World, form_id: str) -> str:
    questions = [question for item in world.forms.forms[form_id].items for question in questions_of(item)]
    found = [question["fileUploadQuestion"]["folderId"] for question in questions if "fileUploadQuestion" in question]
    return str(found[0])


def _spreadsheet(world: World, folder: File, artwork: Mapping[str, File]) -> str:
    """The catalogue alone: the tab where coaches decide is made by the bridge."""
    rows = [CATALOGUE_TITLES, *(_row(badge, artwork[badge.key]) for badge in BADGES)]
    spreadsheet_id = new_spreadsheet(
        world,
        owner=COORDINATOR.email,
        title=SHEET_TITLE,
        tabs=[BADGES_TAB],
        rows={BADGES_TAB: rows},
        parents=[folder.id],
        time_zone="America/Los_Angeles",
    )
    for coach in COACHES:
        share(world, spreadsheet_id, coach.email, "writer")
    return spreadsheet_id


def _row(badge: SeedBadge, picture: File) -> tuple[str, ...]:
    criteria, alignment = "\n".join(f"* {one}" for one in badge.criteria), "\n".join(badge.alignment)
    words = (badge.key, badge.name, badge.description, criteria, web_link(picture), f"{badge.hours:g}", "TRUE", "")
    return (*words, badge.kind, badge.tags, alignment, badge.valid_for)
