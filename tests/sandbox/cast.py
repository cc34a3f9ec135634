"""Who plays in the sandbox's tests."""

from __future__ import annotations

ROBOT = "badges@sandbox.iam.gserviceaccount.com"
BADGES = "badges@district.example"  # the mailbox that the robot may act for
OWNER = "olga@district.example"
TEACHER = "tom@district.example"

SCOPES = tuple(
    f"https://www.googleapis.com/auth/{name}"
    for name in ("forms.body", "forms.responses.readonly", "drive", "spreadsheets", "gmail.compose", "gmail.readonly")
)
