"""The links that teachers paste: every way in which Google writes the address of a file, and all that is none. Pure.

Google documents no grammar of its links; the forms below were collected from the browser's address bar, from Share,
from Copy link and from older documents. File ids are letters, digits, - and _, ten or more (assumed).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from bridge.model import Evidence, EvidenceKind
from bridge.openbadges.addresses import web_address
from bridge.openbadges.errors import BadDocument

#: No answer yields more items than this; the last one says how many were left out.
MOST_ITEMS = 20
LONGEST_URL = 2000
#: How much of a text that is no address is shown to the coach.
LONGEST_TEXT = 120

_FILE_ID = re.compile(r"[A-Za-z0-9_-]{10,200}")
_RESOURCE_KEY = re.compile(r"[A-Za-z0-9_-]{1,100}")

_ALLOWED = r"[^\s<>\"“”„«»\[\]\\|^`{}]+"
#: An address with its scheme, or without: "www.…", "drive.google.com/…", "school.example/page".
_ADDRESS = re.compile(
    rf"""
      (?<![\w+.-]) (?: https?:// | (?:javascript|data|file|ftp|vbscript|blob|mailto|intent): ) {_ALLOWED}
    | (?<![\w@/.-]) (?: www\. | (?:drive|docs|sites)\.google\.com/ | (?:[a-z0-9-]+\.)+[a-z]{{2,24}}/ ) {_ALLOWED}
    """,
    re.IGNORECASE | re.VERBOSE,
)
#: Two addresses pasted without a space between them; after / = & ? : an address is part of another one.
_GLUED = re.compile(r"(?<=[^/=&?:%])(?=https?://)", re.IGNORECASE)
_TRAILING = ".,;:!?'’…*_~)"

_DRIVE_HOSTS = frozenset({"drive.google.com", "docs.google.com", "drive.usercontent.google.com"})
_PICTURE_HOST = re.compile(r"lh\d\.(?:googleusercontent|google)\.com")
_REDIRECTS = frozenset({"www.google.com", "google.com", "www.google.de", "www.google.co.uk"})
_SHORTENERS = frozenset({"goo.gl", "forms.gle", "bit.ly", "tinyurl.com", "t.co", "ow.ly", "is.gd", "rb.gy", "cutt.ly"})
#: Paths that carry the file's id in the query.
_BY_QUERY = frozenset({"open", "uc", "thumbnail", "download", "leaf", "folderview", "file"})
#: Pages of the teacher's own Drive: they open for nobody else.
_OWN_PAGES = frozenset({"my-drive", "home", "recent", "starred", "shared-with-me", "search", "quota", "trash"})

_NOT_AN_ADDRESS = "This is no web address. Ask for the link: in Drive, choose Share, then Copy link."
_OWN_DRIVE = "This opens each reader's own Drive. Ask for the link to the file: choose Share, then Copy link."
_NO_ID = "This looks like a link to Drive, but the file's id is cut off or missing. Ask for the whole link."
_SHORT = "A short link: where it leads is seen only by opening it."


def find_evidence(text: str, first: int = 1, most: int = MOST_ITEMS) -> tuple[Evidence, ...]:
    """Find every link in an answer and number them from *first*; a line without any becomes one ODD item.

    The same file or address twice is one item. Of more than *most* items the rest are counted in one last ODD item.
    *text* was cleaned at intake.
    """
    found = _distinct(item for line in text.splitlines() for item in _line(line))
    if len(found) > most:
        left = len(found) - most + 1
        found = [
            *found[: most - 1],
            odd(f"{left} more", f"The answer holds {left} more links; they are not shown here."),
        ]
    return tuple(replace(item, item=number) for number, item in enumerate(found, first))


def parse_link(url: str) -> Evidence:
    """Say what one address points at, without asking anybody. `item` is 0."""
    if len(url) > LONGEST_URL:
        return odd(url, "The address is longer than 2,000 characters.")
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        if parts.scheme in ("http", "https"):
            web_address(url)  # a badge could not name it otherwise
    except (ValueError, BadDocument):
        return odd(url, "The address is damaged. Ask for it again.")
    if parts.scheme.lower() not in ("http", "https"):
        return odd(
            url, f"Addresses that begin with {parts.scheme}: are not opened. Ask for a link to the web or Drive."
        )
    if "." not in host or not host.strip(".") or "@" in parts.netloc:
        return odd(url, "The address names no website, or hides it. Ask for it again.")
    segments = [segment for segment in parts.path.split("/") if segment]
    query = parse_qs(parts.query)
    if host in _REDIRECTS and segments[:1] == ["url"]:
        return _behind_redirect(url, query)
    if host in _DRIVE_HOSTS:
        return _drive_link(url, segments, query)
    if _PICTURE_HOST.fullmatch(host) and segments[:1] == ["d"]:
        return _file(url, EvidenceKind.DRIVE, "".join(segments[1:2]).partition("=")[0], query)
    return Evidence(0, EvidenceKind.WEB, url, note=_SHORT if host in _SHORTENERS else "")


def parse_doc(text: str) -> Evidence | None:
    """Return the Google Doc that *text* is the address of, and nothing else; None where it is none."""
    url = text.strip()
    if not url.startswith("https://docs.google.com/") or len(url.split()) != 1:
        return None
    item = parse_link(url)
    return item if item.kind is EvidenceKind.DRIVE and "document" in urlsplit(url).path.split("/") else None


def odd(text: str, note: str) -> Evidence:
    """An item that can't be opened: what was written is its name, never an address that somebody might follow."""
    text = " ".join(text.split())
    name = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    return Evidence(0, EvidenceKind.ODD, "", name=name, note=note)


def is_file_id(text: str) -> bool:
    return bool(_FILE_ID.fullmatch(text))


def _line(line: str) -> Iterator[Evidence]:
    addresses = [part for match in _ADDRESS.finditer(line) for part in _GLUED.split(match[0])]
    for address in addresses:
        address = _without_trailing(address)
        yield parse_link(address if re.match(r"[a-z]+:", address, re.IGNORECASE) else f"https://{address}")
    if not addresses and re.search(r"\w", line):
        yield odd(line, _NOT_AN_ADDRESS)


def _without_trailing(address: str) -> str:
    """Cut the punctuation of the sentence around it; a closing bracket stays if it was opened inside."""
    while address[-1:] in tuple(_TRAILING) and len(address) <= LONGEST_URL:
        if address[-1] == ")" and address.count("(") >= address.count(")"):
            break
        address = address[:-1]
    return address


def _behind_redirect(url: str, query: Mapping[str, Sequence[str]]) -> Evidence:
    """What Gmail and Docs put around a copied link: google.com/url?q=…"""
    target = (query.get("q") or query.get("url") or [""])[0]
    if not _ADDRESS.fullmatch(target) or not target.lower().startswith("http") or "//www.google.com/url" in target:
        return Evidence(0, EvidenceKind.WEB, url)
    return parse_link(target)


def _drive_link(url: str, segments: list[str], query: Mapping[str, Sequence[str]]) -> Evidence:
    path = _without_account(segments)
    if path[1:3] == ["d", "e"]:  # published for readers, or a form to answer: the id names no file
        return Evidence(0, EvidenceKind.WEB, url)
    if path[:1] == ["forms"] and path[-1] in ("viewform", "formResponse"):
        return Evidence(0, EvidenceKind.WEB, url)
    if "folders" in path:
        return _file(url, EvidenceKind.FOLDER, _after(path, "folders"), query)
    if "d" in path[:2]:
        return _file(url, EvidenceKind.DRIVE, _after(path, "d"), query)
    if path[:1] and path[0] in _BY_QUERY:
        kind = EvidenceKind.FOLDER if path[0] == "folderview" else EvidenceKind.DRIVE
        return _file(url, kind, (query.get("id") or [""])[0], query)
    if not path or (path[0] == "drive" and (len(path) == 1 or path[1] in _OWN_PAGES)):
        return odd(url, _OWN_DRIVE)
    return Evidence(0, EvidenceKind.WEB, url)


def _without_account(segments: list[str]) -> list[str]:
    """Cut what says only whose browser it was: /a/district.org, /u/0, /corp, /mobile."""
    path = segments[2:] if segments[:1] == ["a"] else list(segments)
    for index in range(min(len(path), 3)):
        if path[index] == "u" and path[index + 1 : index + 2] and path[index + 1].isdigit():
            path = path[:index] + path[index + 2 :]
            break
    return [segment for index, segment in enumerate(path) if not (index < 2 and segment in ("corp", "mobile"))]


def _after(path: list[str], word: str) -> str:
    return "".join(path[path.index(word) + 1 :][:1])


def _file(url: str, kind: EvidenceKind, file_id: str, query: Mapping[str, Sequence[str]]) -> Evidence:
    if not is_file_id(file_id):
        return odd(url, _NO_ID)
    key = (query.get("resourcekey") or query.get("resourceKey") or [""])[0]
    return Evidence(0, kind, url, file_id=file_id, resource_key=key if _RESOURCE_KEY.fullmatch(key) else "")


def _distinct(items: Iterable[Evidence]) -> list[Evidence]:
    seen: dict[str, Evidence] = {}
    for item in items:
        key = item.file_id or item.url or f"odd:{item.name}"
        if key not in seen or (item.resource_key and not seen[key].resource_key):
            seen[key] = item
    return list(seen.values())


# ── forms that open already filled in ────────────────────────────────────────

_QUESTION_ID = re.compile(r"[0-9a-f]{1,8}")


def entry_of(question: str) -> str:
    """Return how a link names the question with this id; "" for what is no id.

    Google's pages make such a link by hand ("Get pre-filled link"): `entry.N=text`, N being a number of the
    question's. That it is the questionId of the API, hexadecimal there and decimal here, is assumed: people have found
    it so, Google does not say it. Were it wrong, the form would open empty.
    """
    return str(int(question, 16)) if _QUESTION_ID.fullmatch(question) else ""


def filled_in(link: str, entries: Mapping[str, str]) -> str:
    """Return *link* (a form's responderUri) with *entries*: `entry_of` a question → text."""
    values = [("usp", "pp_url"), *((f"entry.{entry}", text) for entry, text in entries.items())]
    return f"{link}?{urlencode(values, quote_via=quote)}"
