"""Mails: what they say (`compose`, `digest`), how they travel (`mime`), who carries them (Gmail, SMTP, a folder)."""

from bridge.mail.compose import compose
from bridge.mail.digest import compose_digest
from bridge.mail.folder import FolderMailer
from bridge.mail.gmail import GmailMailer
from bridge.mail.mime import to_mime, token
from bridge.mail.smtp import SmtpMailer
from bridge.mail.voice import Sender, Voice

__all__ = [
    "FolderMailer",
    "GmailMailer",
    "Sender",
    "SmtpMailer",
    "Voice",
    "compose",
    "compose_digest",
    "to_mime",
    "token",
]
