"""Text that every verifier reads alike."""

import re

_BREAKS = re.compile("[\x0b\x0c]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_NO_CHARACTERS = re.compile("[\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Return *text* without the characters on which implementations of RDFC-1.0 disagree.

    Vertical tab and form feed, which Google Docs and Sheets use for a soft line break, become line breaks; the other
    control characters U+0000–0008, 000E–001F and 007F vanish; lone surrogates, which have no UTF-8, become U+FFFD,
    and so do U+FFFE and FFFF, which some implementations escape and XML can't hold.
    Everything else stays as it was typed, composed or not: what a person wrote is not ours to normalise.
    Cleaning twice changes nothing.
    """
    if text.isprintable():
        return text
    text = _BREAKS.sub("\n", text)
    text = _CONTROLS.sub("", text)
    return _NO_CHARACTERS.sub("\ufffd", text)


def is_clean(text: str) -> bool:
    """Return whether `clean` would leave *text* as it is."""
    return clean(text) == text
