"""Importing this registers every service's handlers and every person's acts: what is not named here does not exist."""

from __future__ import annotations

from bridge.sandbox import (
    drive,
    drive_acts,
    drive_permissions,
    forms,
    forms_acts,
    forms_batch,
    gmail,
    gmail_acts,
    sheets,
)

#: In this order `GET /_sandbox/` tells what people may do.
SERVICES = (forms, forms_batch, forms_acts, drive, drive_permissions, drive_acts, sheets, gmail, gmail_acts)
