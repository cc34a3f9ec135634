"""Which parts of a picture a style sheet speaks of. Only sheets that refer to other parts are looked at so closely.

Drawing programs write plain rules, `.st0, .st1 { fill: url(#a) }`. What is less plain is refused, not understood: two
readers of one sheet must not come to two results.
"""

import re
from collections.abc import Iterator
from typing import NoReturn

from bridge.openbadges.errors import BadArtwork

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_STRING = re.compile(r"\"[^\"'{}*\n\r\f]*\"|'[^\"'{}*\n\r\f]*'")
_RULE = re.compile(r"(?:\A|(?<=[{};]))([^{};]*+)\{([^{}]*+)\}")
_CHOSEN = re.compile(r"[\w-]*(?:[.#][\w-]+)+")
_NAME = re.compile(r"[.#][\w-]+")


def rules(css: str) -> Iterator[tuple[list[str], str]]:
    """Yield the innermost rules of *css*: what they choose, as `.class` and `#id`, and their declarations.

    What is chosen is empty for a rule that may concern any element. Raises BadArtwork for strings that could hide
    the end of a rule.
    """
    plain = _STRING.sub(lambda found: found[0][1:-1] if found[0][1] == "#" else " ", _COMMENT.sub(" ", css))
    if '"' in plain or "'" in plain:
        refuse()
    for selector, declarations in _RULE.findall(plain):
        lasts = [re.sub(r"[>+~]", " ", part).split()[-1:] for part in selector.split(",")]
        plainly = all(last and _CHOSEN.fullmatch(last[0]) for last in lasts)
        yield ([name for last in lasts for name in _NAME.findall(last[0])] if plainly else []), declarations


def refuse() -> NoReturn:
    """Raise BadArtwork for a sheet that is not plain enough."""
    raise BadArtwork("The picture's styles refer to its parts in an unusual way. Export it as plain SVG.")
