"""How old the token is. Credly's tokens die 180 days after they were made, and all issuing stops with them.

Source: https://credlyissuer.zendesk.com/hc/en-us/articles/28143019451035 (shelf life; where new ones are made).
"""

from __future__ import annotations

from datetime import date, timedelta

from bridge.backends import CREDLY_TOKEN

LIFE = timedelta(days=180)
#: From this age on, the nightly report says so.
WARN = timedelta(days=150)


def renewal(variable: str) -> str:
    """Return how a new token is made; *variable* holds it."""
    return (
        "Make a new one in Credly (Developers, Authorization Tokens, Add Token; let it read and write), put it into "
        f"the variable {variable}, write the day into [credly] token_made, and run: badge-bridge doctor. Then delete "
        "the old one."
    )


def token_words(made: date, today: date) -> str:
    """Return the age of a token made on *made*, and its end, as a sentence."""
    age, end = (today - made).days, made + LIFE
    if age < 0:
        return f"The Credly token is dated {made}, which is still to come: set the date on which it was made."
    days = f"{age} day{'' if age == 1 else 's'} old"
    if today >= end:
        return f"The Credly token is {days}; it ended on {end}."
    return f"The Credly token is {days}; it ends on {end}."


def token_age(made: date, today: date, variable: str = CREDLY_TOKEN) -> str | None:
    """Return what to do about a token that nears its end, from day 150 on, or is past it; None while there is time."""
    if today - made < WARN:
        return None
    return f"{token_words(made, today)} {renewal(variable)}"
