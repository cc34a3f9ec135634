"""TOML → Settings; all problems at once, each with its place and its cure."""

from __future__ import annotations

from .load import DEFAULT_FILE, load
from .secrets import PASSPHRASE_ENV, Robot, read_robot, secret
from .settings import Form, Questions, Settings

__all__ = ["DEFAULT_FILE", "PASSPHRASE_ENV", "Form", "Questions", "Robot", "Settings", "load", "read_robot", "secret"]
