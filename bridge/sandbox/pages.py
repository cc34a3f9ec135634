"""The few pages that people see."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from bridge.sandbox.api import Route

_HEAD = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
 body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #202124 }}
 table {{ border-collapse: collapse; width: 100% }}
 td {{ border-top: 1px solid #dadce0; padding: .4rem .6rem; vertical-align: top }}
 code {{ font-size: .9em; white-space: nowrap }} h2 {{ margin-top: 2rem; text-transform: capitalize }}
</style>
<h1>{title}</h1>
"""


def index_page(routes: Iterable[Route]) -> str:
    """Tell what people may do, by the first word of its path."""
    chapters: dict[str, list[Route]] = {}
    for route in routes:
        chapters.setdefault(route.path.partition("/")[0], []).append(route)
    body = "".join(
        f"<h2>{escape(name)}</h2><table>{''.join(map(_row, rows))}</table>" for name, rows in chapters.items()
    )
    return (
        _HEAD.format(title="The sandbox")
        + "<p>A Google Workspace on this machine. The bridge talks to it through Google's own client libraries; "
        "what people do by hand in Forms, Drive, Sheets and Gmail is done here.</p>" + body
    )


def _row(route: Route) -> str:
    path = escape(f"/_sandbox/{route.path}")
    shown = f'<a href="{path}">{path}</a>' if route.verb == "GET" and "{" not in route.path else path
    return f"<tr><td><code>{route.verb}</code></td><td><code>{shown}</code></td><td>{escape(route.says)}</td></tr>"
