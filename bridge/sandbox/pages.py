"""The few pages that people see: what there is to do, and answers as tables for whoever comes with a browser."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from bridge.sandbox.api import Route

_HEAD = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
 body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #202124 }}
 table {{ border-collapse: collapse; width: 100% }}
 td, th {{ border-top: 1px solid #dadce0; padding: .4rem .6rem; vertical-align: top; text-align: left }}
 .text {{ white-space: pre-wrap; overflow-wrap: anywhere }}
 code {{ font-size: .9em; white-space: nowrap }} h2 {{ margin-top: 2rem }}
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


def value_page(path: str, value: Any) -> str:
    """Show a JSON answer: objects and lists of objects as tables, the rest as it is."""
    return (
        _HEAD.format(title=escape(path.strip("/")))
        + '<p><a href="/_sandbox/">What can be done here</a></p>'
        + _shown(value)
    )


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        rows = (f"<tr><th>{escape(str(name))}</th><td>{_shown(below)}</td></tr>" for name, below in value.items())
        return f"<table>{''.join(rows)}</table>" if value else "–"
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return _table(value)
    if isinstance(value, list):
        return "<br>".join(map(_shown, value)) or "–"
    return f"<span class=text>{escape('' if value is None else str(value))}</span>"


def _table(rows: list[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{_shown(row.get(name))}</td>" for name in names) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _row(route: Route) -> str:
    path = escape(f"/_sandbox/{route.path}")
    shown = f'<a href="{path}">{path}</a>' if route.verb == "GET" and "{" not in route.path else path
    return f"<tr><td><code>{route.verb}</code></td><td><code>{shown}</code></td><td>{escape(route.says)}</td></tr>"
