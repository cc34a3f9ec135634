"""The picture in the README: a coach decides, the badge comes by mail, anyone can check it. See take.py."""

from __future__ import annotations

import base64
from email import message_from_bytes, policy
from pathlib import Path

SIZE = (1600, 713)
SHOWN = ("ID", "Waiting", "Name", "Badge", "Decision", "Feedback", "Status")
WHOSE = "marykate.sullivan"  # was returned, then sent it again
#: Title, width in pixels, scale.
PANELS = (
    ("A coach decides in the sheet", 780, 1.0),
    ("The badge comes by mail", 380, 0.72),
    ("Anyone can check it", 360, 0.75),
)

PAGE = """<!DOCTYPE html><meta charset="utf-8"><style>
body {{ margin: 0; display: flex; gap: 20px; padding: 16px 20px; background: #e8edf3; font-family: Arial, sans-serif; }}
h1 {{ font-size: 20px; color: #12304a; margin: 0 0 12px; }}
section {{ border-radius: 10px; height: 640px; overflow: hidden; background: #fff; box-shadow: 0 1px 5px #0003; }}
iframe {{ border: 0; transform-origin: 0 0; }}
</style>{panels}"""

#: Leaves the columns that are shown, and as many rows as there is room for.
NARROW = """<script>
const shown = {shown}, table = document.querySelector("table");
const titles = [...table.querySelector("tr.frozen").cells].map(cell => cell.innerText.trim());
let width = table.querySelectorAll("col")[0].getBoundingClientRect().width || 46;
titles.forEach((title, place) => {{
  const hidden = place > 0 && !shown.includes(title);
  const col = table.querySelectorAll("col")[place];
  if (hidden) {{
    if (col) col.style.display = "none";
    for (const row of table.rows) if (row.cells[place]) row.cells[place].style.display = "none";
  }} else if (place > 0) width += parseFloat(col.style.width || col.width);
}});
table.style.width = width + "px";
document.body.style.zoom = 778 / width;
</script>"""


def compose(out: Path, page: Path) -> None:
    """Write into *page* what is to be photographed, of a demo that left its files in *out*."""
    sheet = page.with_name("journey-sheet.html")
    narrow = NARROW.format(shown=list(SHOWN))
    sheet.write_text((out / "review.html").read_text("utf-8") + narrow, "utf-8")
    mail = page.with_name("journey-mail.html")
    told = _mail(next((out / "mail").glob(f"{WHOSE}-*your-badge-is-here*.eml")), out / "site")
    mail.write_text(told, "utf-8")
    award = next(one for one in (out / "site" / "awards").glob("*.html") if _is_hers(one))
    files = zip(PANELS, (sheet, mail, award), strict=True)
    panels = (_panel(f"{n} {title}", width, scale, file) for n, ((title, width, scale), file) in enumerate(files, 1))
    page.write_text(PAGE.format(panels="".join(panels)), "utf-8")


def _panel(title: str, width: int, scale: float, file: Path) -> str:
    size = f"width: {width / scale}px; height: {640 / scale}px; transform: scale({scale})"
    frame = f'<iframe scrolling="no" style="{size}" src="{file.as_uri()}"></iframe>'
    return f'<div><h1>{title}</h1><section style="width: {width}px">{frame}</section></div>'


def _is_hers(award: Path) -> bool:
    return "Mary-Kate Sullivan" in award.read_text("utf-8")


def _mail(file: Path, site: Path) -> str:
    """The mail's page, with pictures that lie here."""
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    (page,) = (part for part in message.walk() if part.get_content_type() == "text/html")
    told = str(page.get_content()).replace('src="https://badges.district.example/', f'src="{site.as_uri()}/')
    for part in message.walk():
        if name := str(part.get("Content-ID", "")).strip("<>"):
            picture = base64.b64encode(part.get_content()).decode()
            told = told.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{picture}")
    return told
