"""Evidence as teachers bring it: lesson plans, photographs, videos, Docs. Nobody can be recognised in it."""

from __future__ import annotations

import io
import random
import struct
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFilter

from bridge.sandbox.drive_export import tiny_docx, tiny_pdf
from bridge.sandbox.drive_state import DOCUMENT, PRESENTATION

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    name: str
    mime: str
    data: bytes  # Markdown for Docs and Slides


@cache
def evidence_files() -> tuple[EvidenceFile, ...]:
    """Return one file of each kind, the same bytes each time."""
    return (
        EvidenceFile("Unit plan – fractions.pdf", "application/pdf", tiny_pdf(_PLAN)),
        EvidenceFile("Whiteboard after lesson 3.jpg", "image/jpeg", whiteboard()),
        EvidenceFile("Exit tickets, sorted.png", "image/png", bar_chart((14, 8, 5))),
        EvidenceFile("Observation notes.docx", DOCX, tiny_docx(_NOTES)),
        EvidenceFile("Group discussion (faces blurred).mp4", "video/mp4", video(seconds=95)),
        EvidenceFile("What changed in my class", DOCUMENT, _REFLECTION.encode()),
        EvidenceFile("Norms for group work", PRESENTATION, _SLIDES.encode()),
        EvidenceFile("Student survey.csv", "text/csv", b"question,agree,disagree\nI know my next step,23,4\n"),
    )


def whiteboard() -> bytes:
    """A photograph of sorts: notes stuck on a whiteboard, a little out of focus, with the grain of a phone."""
    dice = random.Random("whiteboard")  # noqa: S311 - a picture, not a secret
    photo = Image.new("RGB", (800, 600), (228, 230, 226))
    draw = ImageDraw.Draw(photo)
    draw.rectangle((0, 0, 799, 26), fill=(148, 150, 152))
    for row in range(3):
        for column in range(5):
            x, y = 60 + column * 142 + dice.randint(-14, 14), 70 + row * 168 + dice.randint(-12, 12)
            colour = dice.choice([(250, 226, 104), (246, 158, 146), (150, 214, 170), (148, 196, 236)])
            draw.rectangle((x + 4, y + 6, x + 118, y + 120), fill=(186, 188, 184))
            draw.rectangle((x, y, x + 114, y + 114), fill=colour)
            for line in range(dice.randint(2, 4)):
                end = x + dice.randint(56, 100)
                draw.line((x + 12, y + 22 + line * 22, end, y + 20 + line * 22), fill=(70, 72, 84), width=4)
    grain = Image.frombytes("L", (400, 300), dice.randbytes(400 * 300)).resize((800, 600))
    photo = Image.blend(photo.filter(ImageFilter.GaussianBlur(1.2)), Image.merge("RGB", [grain] * 3), 0.06)
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=80)
    return out.getvalue()


def bar_chart(counts: tuple[int, ...]) -> bytes:
    """A PNG with one bar for each number."""
    chart = Image.new("RGB", (640, 400), "white")
    draw = ImageDraw.Draw(chart)
    wide = 520 // len(counts)
    colours = ((58, 134, 82), (246, 190, 70), (214, 84, 66))
    for index, count in enumerate(counts):
        top = 340 - 280 * count // max(counts)
        draw.rectangle((80 + index * wide, top, 50 + (index + 1) * wide, 340), fill=colours[index % 3])
    draw.line((60, 40, 60, 342, 600, 342), fill=(60, 60, 60), width=4)
    out = io.BytesIO()
    chart.save(out, "PNG")
    return out.getvalue()


def video(*, seconds: int) -> bytes:
    """The frame of an MP4: a type, a movie header that says how long it is, and noise in place of pictures."""
    header = struct.pack(">IIIIIIH", 0, 0, 0, 1000, seconds * 1000, 0x00010000, 0x0100) + bytes(74)
    noise = random.Random(seconds).randbytes(6000)  # noqa: S311 - stands for pictures
    kinds = b"isom" + struct.pack(">I", 512) + b"isomiso2mp41"
    return _box(b"ftyp", kinds) + _box(b"moov", _box(b"mvhd", header)) + _box(b"mdat", noise)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


_PLAN = """Unit plan: fractions as numbers (grade 4, nine lessons)

Aim: students place fractions on a number line and compare them by reasoning, not by rule.

Checks for understanding
1. Mini-whiteboards, lessons 1 to 3: show me a fraction between 1/2 and 1.
2. Hinge question, lesson 4: which is larger, 3/8 or 3/5? How do you know?
3. Exit ticket, lesson 6: two fractions, one sentence.

What I changed: after the exit ticket nine students compared denominators only. Lesson 7 became
a lesson with paper strips in groups of three; the quiz moved to lesson 9."""

_NOTES = (
    "Observation notes, Tuesday, second block",
    "Five groups of four. Roles on cards: asker, builder, sceptic, reporter.",
    "Group 2: the sceptic asks why the slope stays the same; the builder draws it. Three turns before anyone looks up.",
    "Group 4 finished early. Next time: an extension on the back of the card.",
)

_REFLECTION = """# What changed in my class

Before this unit I gave marks and a line of praise. Now each student gets **a strength, a question and one next step**.

- 24 of 27 students changed something in their second draft.
- Marking takes me as long as before, but I write less and read more.

I will keep the twenty minutes on Fridays in which students answer feedback."""

_SLIDES = """# Norms for group work

- Everyone can explain what the group did.
- We ask the group before we ask the teacher.

# How did we do?

- Show of fingers, one to five, then one sentence why."""
