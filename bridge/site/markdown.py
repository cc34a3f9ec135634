"""Markdown that a coordinator wrote, as HTML that can do no harm. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from bridge import wording

LONGEST = 20_000

_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5"}


def to_html(text: str) -> Markup:
    """Return *text* as HTML: no HTML of its own, no pictures, links only to web addresses, headings below ours."""
    return Markup(_PARSER.render(wording.harmless(text, LONGEST)))  # noqa: S704  # html is off in the parser


class _Renderer(RendererHTML):
    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        tokens[idx].attrSet("rel", "nofollow noopener")
        return self.renderToken(tokens, idx, options, env)

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        tokens[idx].tag = _HEADINGS.get(tokens[idx].tag, "h6")
        return self.renderToken(tokens, idx, options, env)

    heading_close = heading_open


def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}, renderer_cls=_Renderer).disable("image")
    made.validateLink = lambda url: bool(wording.web_link(url))  # type: ignore[method-assign]
    return made


_PARSER = _parser()
