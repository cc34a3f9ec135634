"""A site of plain files in a folder, and the command that brings them to the public."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bridge.errors import Refused
from bridge.model import Achievement, Credential, Known, Order
from bridge.openbadges import documents, proof, status
from bridge.openbadges.errors import OpenBadgesError
from bridge.openbadges.keys import PublicKey, SigningKey
from bridge.site import pages, places
from bridge.site.award import award_mark, pretty
from bridge.site.files import SiteFiles
from bridge.site.pages import PLAIN, Look
from bridge.site.public import get_page
from bridge.site.publish import run_command


class Check(StrEnum):
    """How to find out whether a page is public."""

    HTTP = "http"  # open it as the public would
    FILE = "file"  # it is public as soon as it lies in the folder


@dataclass(frozen=True, slots=True)
class StaticSite:
    """The site in *folder*, public at `issuer.url`.

    *key* signs the status list; *retired* are older keys, which stay in did.json so that what they signed stays
    genuine. *artwork* returns the picture with a given sha256. *publish_timeout* in seconds.
    """

    folder: Path
    issuer: documents.Issuer
    key: SigningKey
    artwork: Callable[[str], bytes]
    retired: Sequence[PublicKey] = ()
    publish_command: Sequence[str] = ()
    publish_timeout: float = 300
    check: Check = Check.HTTP
    look: Look = PLAIN

    def refresh(self, known: Known) -> bool:
        site = SiteFiles(self.folder)
        try:
            for name, data in self.files(known):
                if site.read(name) != data:
                    self._note_unpublished()  # before the change: a crash between the two costs one publishing
                    site.write(name, data)
        except OpenBadgesError as error:
            raise Refused(f"The public site can't be written. {error}") from error
        except OSError as error:
            raise Refused(
                f"{self.unpublished} can't be written: {error.strerror}. Let the bridge write there."
            ) from error
        return self.unpublished.exists()

    def _note_unpublished(self) -> None:
        self.unpublished.parent.mkdir(parents=True, exist_ok=True)
        self.unpublished.touch()

    def publish(self) -> None:
        """Run the district's command inside the site's folder; what was noted as unpublished is so no longer."""
        if self.publish_command:
            run_command(self.publish_command, self.publish_timeout, self.folder)
        self.unpublished.unlink(missing_ok=True)

    @property
    def unpublished(self) -> Path:
        """Lies beside the folder, not in it, as long as something in the folder has not been published."""
        return self.folder.with_name(f"{self.folder.name}.unpublished")

    def is_public(self, credential: Credential) -> bool:
        name = places.page(credential.award)
        if self.check is Check.FILE:
            page = SiteFiles(self.folder).read(name)
        else:
            page = get_page(f"{self.issuer.url}/{name}", self.issuer.url)
        return page is not None and award_mark(page) == pages.mark(credential.award, credential.revoked_at is not None)

    def files(self, known: Known) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of all that is public about the programme as a whole; the catalogue comes last."""
        yield places.STYLE, pages.style()
        yield ".nojekyll", b""  # else GitHub Pages leaves out .well-known
        yield "_headers", b"/*\n  Access-Control-Allow-Origin: *\n"  # verifiers in browsers; Netlify, Cloudflare
        yield places.ISSUER, pretty(documents.issuer_profile(self.issuer))
        yield places.did_file(self.issuer), pretty(documents.did_document(self.issuer, self.public_keys()))
        for achievement in public_achievements(known):
            yield from self.achievement_files(achievement)
        yield from self.status_files(known)
        yield places.INDEX, pages.index_page(current_achievements(known), self.issuer, self.look)

    def public_keys(self) -> Sequence[PublicKey]:
        others = (key for key in self.retired if key.key_id != self.key.key_id)
        return (self.key.public, *others)

    def achievement_files(self, achievement: Achievement) -> Iterator[tuple[str, bytes]]:
        """Yield artwork, BadgeClass and page of one version of an achievement."""
        picture = places.achievement(achievement, "png")
        if not (self.folder / picture).is_file():  # its name holds a hash of its bytes: once there, it stays
            yield picture, self.artwork(achievement.artwork)
        document = places.achievement_document(achievement, self.issuer)
        yield places.achievement(achievement, "json"), pretty(documents.badge_class(document, self.issuer))
        yield places.achievement(achievement, "html"), pages.achievement_page(achievement, self.issuer, self.look)

    def status_files(self, known: Known) -> Iterator[tuple[str, bytes]]:
        """Yield the status list, from the first order on. It says nothing of when it was written, so it stays the same
        until a badge is revoked."""
        orders = [order for order in known.orders.values() if order.backend == "local"]
        if not orders:
            return
        revoked = [(order, c) for order in orders if (c := known.credentials.get(order.attempt_id)) and c.revoked_at]
        moments = [c.revoked_at for _, c in revoked if c.revoked_at]
        valid_from = max(moments, default=min(order.issued_on for order in orders))
        bits = status.status_list((order.status_index for order, _ in revoked), room(orders))
        document = status.credential(f"{self.issuer.url}/{places.STATUS}", self.issuer, bits, valid_from)
        yield places.STATUS, pretty(proof.sign(document, self.key, valid_from))


def room(orders: Sequence[Order]) -> int:
    """Return how many entries the list needs, in steps of the smallest list, so that it seldom changes its size."""
    highest = max(order.status_index for order in orders)
    return (highest // status.SMALLEST + 1) * status.SMALLEST


def current_achievements(known: Known) -> list[Achievement]:
    """Return what can be earned now."""
    return [a for a in known.achievements.values() if a.active and a.artwork]


def public_achievements(known: Known) -> list[Achievement]:
    """Return each version that an order refers to or that can be earned now, once, in a fixed order."""
    used = {(order.achievement, order.version) for order in known.orders.values()}
    current = {(a.key, a.version) for a in current_achievements(known)}
    return [known.versions[version] for version in sorted(used | current)]
