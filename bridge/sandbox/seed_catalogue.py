"""The six micro-credentials that the seeded district offers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SeedBadge:
    key: str  # also the name of its artwork in `seed_artwork`
    name: str
    description: str
    criteria: tuple[str, ...]  # one sentence or two each
    hours: float
    kind: str = ""
    tags: str = ""
    alignment: tuple[str, ...] = ()  # lines as the Badges tab has them: name | address | code | framework
    valid_for: str = ""
    rubric: tuple[str, ...] = ()  # lines as the Badges tab has them; the demo writes them there, `seed` does not


ISTE = "https://iste.org/standards/educators"
WCAG = "https://www.w3.org/TR/WCAG22/"


BADGES: tuple[SeedBadge, ...] = (
    SeedBadge(
        "checking-for-understanding",
        "Checking for Understanding",
        "Finds out during the lesson, not after it, what each student has understood, and changes the next step "
        "because of it.",
        (
            "Use at least three ways of checking for understanding in one unit, such as exit tickets, mini-whiteboards "
            "or hinge questions, and say why you chose each.",
            "Show a whole class's answers to one check, without names, sorted into understood, half understood and "
            "misunderstood.",
            "Describe one lesson that you changed within a day because of what a check had shown.",
            "Name the students whom your checks reach least, by need and not by name, and what you will try with them.",
        ),
        12,
        "Micro-credential",
        "formative assessment, exit tickets, feedback",
        (f"Analyst | {ISTE} | 2.7 | ISTE Standards for Educators",),
    ),
    SeedBadge(
        "productive-group-work",
        "Productive Group Work",
        "Builds tasks that a group can only solve together, and teaches students how to work on them.",
        (
            "Submit two group tasks that need every member: show what would be missing if one of them sat still.",
            "Teach and practise at least two group norms, and show how the students judged themselves by them.",
            "Include a recording or notes of a group at work, with at least three turns in which students build on one "
            "another's ideas.",
            "Explain how you made up the groups, and what you would change next time.",
        ),
        10,
        rubric=(
            "Task design: not yet | meets* | exceeds",
            "Talk among students: rare | regular* | builds on ideas",
            "Looking back: tells | explains",
        ),
    ),
    SeedBadge(
        "feedback-that-moves-learning",
        "Feedback That Moves Learning",
        "Gives feedback that students act on: about the work, in time, with a next step that is theirs to take.",
        (
            "Show feedback on three pieces of work by different students, each with a strength, a question and one "
            "next step.",
            "Show what each of these students did with it: the work before and after.",
            "Give class time for answering feedback at least twice, and describe how you organised it.",
            "Compare this with how you gave feedback before, and say what it costs and what it saves you.",
        ),
        15,
        "Micro-credential",
        "feedback; formative assessment; writing",
    ),
    SeedBadge(
        "interactive-read-alouds",
        "Interactive Read-Alouds",
        "Reads aloud so that every child thinks aloud: with planned stops, real questions and books in which the class "
        "finds itself.",
        (
            "Plan read-alouds of two texts, each with at least four stops and the question that you ask at each.",
            "Choose texts that mirror the lives of your students and texts that open a window on other lives, and say "
            "which is which.",
            "Include a video or a transcript of five minutes in which most of the talk is the students'.",
            "Show with two examples how you helped multilingual learners to take part.",
        ),
        8,
    ),
    SeedBadge(
        "student-led-inquiry",
        "Student-Led Inquiry",
        "Lets students ask the question, gather the evidence and defend an answer, and gives as much structure as they "
        "need for it.",
        (
            "Lead one inquiry of at least two weeks that began with questions the students wrote.",
            "Submit the scaffolds that you used, and show how you took at least one of them away.",
            "Show three products by students of different levels, without names, next to the rubric that they knew "
            "from the start.",
            "Describe a moment at which you held back an answer, and what came of it.",
        ),
        20,
        tags="inquiry, student agency, scaffolding",
        alignment=(
            f"Designer | {ISTE} | 2.5 | ISTE Standards for Educators",
            f"Facilitator | {ISTE} | 2.6 | ISTE Standards for Educators",
        ),
    ),
    SeedBadge(
        "accessible-materials",
        "Accessible Materials",
        "Makes documents, slides and videos that every student can read, hear and use, from the first draft on.",
        (
            "Submit one document and one slide deck with headings, text for every picture, readable contrast and links "
            "that say where they lead.",
            "Caption one video and correct the captions by hand.",
            "Have a student, or a colleague who uses assistive technology, try one of them, and report what you "
            "changed afterwards.",
            "Show the checklist that you now use before you share anything.",
        ),
        6.5,
        "Micro-credential",
        "accessibility, captions, universal design",
        (
            f"Non-text Content | {WCAG}#non-text-content | 1.1.1 | Web Content Accessibility Guidelines 2.2",
            f"Captions (Prerecorded) | {WCAG}#captions-prerecorded | 1.2.2 | Web Content Accessibility Guidelines 2.2",
            f"Contrast (Minimum) | {WCAG}#contrast-minimum | 1.4.3 | Web Content Accessibility Guidelines 2.2",
        ),
        "3 years",
    ),
)
