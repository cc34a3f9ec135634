"""TOML → Settings; all problems at once, each with its place and its cure."""

from __future__ import annotations

from .reading import load
from .secrets import PASSPHRASE_ENV, Robot, read_robot, secret
from .settings import Form, Questions, Settings

__all__ = ["PASSPHRASE_ENV", "Form", "Questions", "Robot", "Settings", "load", "read_robot", "secret"]
