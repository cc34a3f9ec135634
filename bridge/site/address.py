"""One folder, one address: badges are checked at the address that they bear, by files that bear it too."""

from __future__ import annotations

from bridge.errors import Refused
from bridge.openbadges.addresses import web_address
from bridge.openbadges.documents import Issuer
from bridge.openbadges.findings import identifier, parse_object
from bridge.plan.guards import MOVING
from bridge.site import places
from bridge.site.files import SiteFiles


def keep_address(files: SiteFiles, issuer: Issuer) -> None:
    """Raise Refused if the folder holds badges that were issued under another address than *issuer*'s.

    To write its issuer, keys and status lists anew under this address would make all of them worthless.
    """
    theirs = address(files.read(places.ISSUER))
    if theirs and theirs != web_address(issuer.url) and files.names(places.CREDENTIALS):
        raise Refused(
            f"The folder {files.folder} holds badges of {theirs}, and [issuer] url says {issuer.url}. Nothing was "
            f"done, so that they stay genuine. Put the address back, or name a new folder in [site] folder and keep "
            f"this one published where it is: see “{MOVING}” in docs/operating.md."
        )


def keep_badges(files: SiteFiles, lost: int) -> None:
    """Raise Refused if the folder is new or was emptied while *lost* badges that were issued into it are not there.

    A publish command that mirrors the folder would take their pages and assertions from the web, too.
    """
    if lost and files.read(places.ISSUER) is None:
        raise Refused(
            f"The folder {files.folder} is new or was emptied: issued badges are not in it ({lost}). Nothing is "
            f"published, so that they stay on the web. Put the folder back, from a backup or from your web server. If "
            f"it is lost everywhere, make an empty file {places.ISSUER} in it, and the bridge goes on without them."
        )


def address(profile: bytes | None) -> str:
    """Return the address of the site whose issuer's profile is *profile*, "" for what is none."""
    try:
        url = identifier(parse_object(profile or b""))
    except ValueError:
        return ""
    return url.removesuffix(f"/{places.ISSUER}") if url.endswith(f"/{places.ISSUER}") else ""
