"""Pages of awards that a vendor's server made, or that were made anew: what the embedded issuer does not write itself.

A vendor's badge has its page here as well: it is where the award's mark at the vendor's leads, where the evidence can
be seen that some servers leave out of the picture, and what the mail links to. Whether the badge is genuine, the
vendor's own page tells.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from markupsafe import escape

from bridge import wording
from bridge.errors import Refused
from bridge.model import Achievement, Credential, Known, Order
from bridge.openbadges.documents import Issuer
from bridge.openbadges.errors import BadArtwork
from bridge.openbadges.pictures import raster, svg_artwork
from bridge.openbadges.pictures.baking import SIGNATURE
from bridge.openbadges.pictures.svg import is_svg
from bridge.site import places
from bridge.site.files import SiteFiles
from bridge.site.pages import Extras, Look, award_page


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Writes such pages into *files*; with *publish_reasons* they tell why a badge was revoked.

    *note* is called before anything changes: a crash in between costs one publishing.
    """

    files: SiteFiles
    issuer: Issuer
    look: Look
    note: Callable[[], None]
    publish_reasons: bool = False
    vendors: Mapping[str, str] = field(default_factory=dict)  # backend → how people know it
    gone: Collection[str] = ()  # backends that exist no more: nothing leads there

    def show(
        self, order: Order, achievement: Achievement, credential: Credential, picture: Callable[[], bytes]
    ) -> None:
        """Write page and picture of *credential*; raise Refused for an address or a picture that can't be shown.

        A picture that lies there is not asked for again; of a revoked badge none is asked for: vendors delete it.
        """
        told = self._extras(order, credential)
        if order.at_vendor and not told.picture and credential.revoked_at is None:
            data = picture()
            told = replace(told, picture=places.badge(order.award, kind_of(data, credential)))
            self._write(told.picture, data)
        self._page(order, achievement, credential, told)

    def supersede(self, order: Order, achievement: Achievement, replaced: Credential, by: Credential) -> None:
        """Let the page of *replaced* lead to the one that took its place; if that was revoked, say why."""
        told = self._extras(order, replaced)
        if by.revoked_at is None:
            told = replace(told, successor=by.url)
        elif replaced.revoked_at is not None:
            replaced = replace(replaced, revoked_why=by.revoked_why)
        self._page(order, achievement, replaced, told)

    def let_go(self, known: Known) -> None:
        """Lay the pages anew that still lead to a vendor that is gone for good."""
        for order, credential in known.all_credentials():
            if order.backend in self.gone and self._leads_there(credential):
                achievement, now = known.versions[order.achievement, order.version], known.credentials[order.attempt_id]
                if now.award == order.award:
                    self._page(order, achievement, credential, self._extras(order, credential))
                else:
                    self.supersede(order, achievement, credential, now)

    def _leads_there(self, credential: Credential) -> bool:
        page = self.files.read(places.page(credential.award)) or b""
        return bool(credential.vendor_url) and f'href="{escape(credential.vendor_url)}"'.encode() in page

    def picture_name(self, credential: Credential) -> str:
        """Return the name of the badge's picture that lies in the folder; "" where none does."""
        names = (places.badge(credential.award), places.badge(credential.award, "svg"))
        return next((name for name in names if self.files.path(name).is_file()), "")

    def _extras(self, order: Order, credential: Credential) -> Extras:
        picture = self.picture_name(credential)
        if not order.at_vendor:
            return Extras(token=self.files.path(places.token(order.award)).is_file(), picture=picture)
        link = wording.web_link(credential.vendor_url)
        if credential.vendor_url and not link:
            raise Refused(
                f"The vendor says that the badge of {credential.attempt_id} is shown at "
                f"“{wording.one_line(credential.vendor_url, 80)}”, which is no web address, so no page of it is shown "
                f"here either. Look at the badge there."
            )
        return Extras(
            vendor=called(credential.backend, self.vendors),
            vendor_url="" if credential.backend in self.gone else link,
            untaken=credential.untaken,
            gone=credential.backend in self.gone,
            picture=picture,
        )

    def _page(self, order: Order, achievement: Achievement, credential: Credential, told: Extras) -> None:
        revoked = None
        if credential.revoked_at is not None:
            revoked = (credential.revoked_why if self.publish_reasons else "", credential.revoked_at)
        page = award_page(order, achievement, self.issuer, self.look, revoked, told)
        self._write(places.page(order.award), page)

    def _write(self, name: str, data: bytes) -> None:
        if self.files.read(name) != data:
            self.note()
            self.files.write(name, data)


def called(backend: str, vendors: Mapping[str, str]) -> str:
    return vendors.get(backend) or backend.capitalize()


def kind_of(data: bytes, credential: Credential) -> str:
    """Return "png" or "svg"; raise Refused for what is neither, would burst, or could run or load something."""
    what = f"The picture that the vendor made of the badge of {credential.attempt_id}"
    try:
        if is_svg(data):
            svg_artwork.inspect(data)
            return "svg"
        if data.startswith(SIGNATURE):
            check_png(data)
            return "png"
    except BadArtwork as error:
        raise Refused(f"{what} is not shown. {error} Give the badge another picture there.") from error
    raise Refused(f"{what} is neither a PNG nor an SVG. Look at it there: {credential.vendor_url or credential.image}")


def check_png(data: bytes) -> None:
    """Raise BadArtwork for a PNG that is damaged, or would take much room once it is unpacked, as mails do."""
    if raster.pixels(data) > raster.MAX_PIXELS:
        raise BadArtwork(f"It has more than {raster.MAX_PIXELS // 10**6} million pixels.")
    raster.decode(data)
