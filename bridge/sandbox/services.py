"""Importing the modules named here registers every service's handlers and every person's acts."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

#: Of a package, every module in it.
MODULES = ("forms", "forms_acts", "drive", "drive_permissions", "drive_acts", "sheets", "gmail", "gmail_acts")


def register() -> None:
    """Fill `api.HANDLERS` and `api.ACTS`; doing it again changes nothing."""
    for name in MODULES:
        module = import_module(f"bridge.sandbox.{name}")
        for inner in iter_modules(getattr(module, "__path__", ())):
            import_module(f"{module.__name__}.{inner.name}")
