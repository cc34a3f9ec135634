"""Badgr and its kin: badgr-server, its forks, and Canvas Credentials, now Parchment Digital Badges."""

from .account import Account, Survey
from .client import Badgr
from .words import plain

__all__ = ["Account", "Badgr", "Survey", "plain"]
