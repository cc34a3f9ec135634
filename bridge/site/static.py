"""A site of plain files in a folder, and the command that brings them to the public."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bridge.errors import Refused
from bridge.model import Achievement, Credential, Known, Order
from bridge.openbadges import did, documents, open_badges_2
from bridge.openbadges.errors import OpenBadgesError
from bridge.openbadges.signing.keys import PublicJwk, PublicKey, SigningKey
from bridge.site import lists, pages, places
from bridge.site.address import keep_badges
from bridge.site.award import award_mark, pretty
from bridge.site.elsewhere import Elsewhere, called
from bridge.site.files import SiteFiles
from bridge.site.pages import PLAIN, Look
from bridge.site.public import get_page
from bridge.site.publish import run_command

#: For Netlify and Cloudflare: verifiers run in browsers; and an SVG that is opened by itself runs nothing.
HEADERS = (
    b"/*\n  Access-Control-Allow-Origin: *\n  X-Content-Type-Options: nosniff\n"
    b"/badges/*\n  Content-Security-Policy: script-src 'none'; object-src 'none'; base-uri 'none'\n"
    b"/achievements/*\n  Content-Security-Policy: script-src 'none'; object-src 'none'; base-uri 'none'\n"
)


class Check(StrEnum):
    """How to find out whether a page is public."""

    HTTP = "http"  # open it as the public would
    FILE = "file"  # it is public as soon as it lies in the folder


@dataclass(frozen=True, slots=True)
class StaticSite:
    """The site in *folder*, public at `issuer.url`.

    *key* signs the status lists; *retired* are older keys, and *jwt_keys* those of tokens: all of them stay in
    did.json, so that what they signed stays genuine, but for those whose ids *leaked* names. *artwork* returns the
    picture of a given name. *publish_timeout* in seconds.
    """

    folder: Path
    issuer: documents.Issuer
    key: SigningKey
    artwork: Callable[[str], bytes]
    retired: Sequence[PublicKey] = ()
    jwt_keys: Sequence[PublicJwk] = ()
    leaked: frozenset[str] = frozenset()
    publish_command: Sequence[str] = ()
    publish_timeout: float = 300
    check: Check = Check.HTTP
    look: Look = PLAIN
    publish_reasons: bool = False
    vendors: Mapping[str, str] = field(default_factory=dict)  # backend → how people know it
    gone: Collection[str] = ()  # backends that exist no more, by a person's word

    def refresh(self, known: Known) -> bool:
        site = SiteFiles(self.folder)
        try:
            for name, data in self.files(known):
                if site.read(name) != data:
                    self._note_unpublished()  # before the change: a crash between the two costs one publishing
                    site.write(name, data)
            if self.gone:
                self.elsewhere.let_go(known)
        except OpenBadgesError as error:
            raise Refused(f"The public site can't be written. {error}") from error
        except OSError as error:
            raise Refused(
                f"{self.unpublished} can't be written: {error.strerror}. Let the bridge write there."
            ) from error
        return self.unpublished.exists()

    def show(
        self, order: Order, achievement: Achievement, credential: Credential, picture: Callable[[], bytes]
    ) -> None:
        self.elsewhere.show(order, achievement, credential, picture)

    def supersede(self, order: Order, achievement: Achievement, replaced: Credential, by: Credential) -> None:
        self.elsewhere.supersede(order, achievement, replaced, by)

    def picture(self, credential: Credential) -> bytes | None:
        name = self.elsewhere.picture_name(credential)
        return SiteFiles(self.folder).read(name) if name else None

    @property
    def elsewhere(self) -> Elsewhere:
        return Elsewhere(
            SiteFiles(self.folder),
            self.issuer,
            self.look,
            self._note_unpublished,
            self.publish_reasons,
            self.vendors,
            self.gone,
        )

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

    def keep_badges(self, known: Known) -> None:
        site, ours = SiteFiles(self.folder), f"{self.issuer.did}#"
        if site.read(places.ISSUER) is None:
            there = set(site.names(places.CREDENTIALS))
            orders = (order for order, _ in known.all_credentials() if not order.at_vendor)
            issued = {places.credential(order.award) for order in orders if order.key_id.startswith(ours)}
            keep_badges(site, len(issued - there))

    def forgotten(self, known: Known) -> frozenset[int]:
        return lists.forgotten(SiteFiles(self.folder), known, self.issuer)

    def files(self, known: Known) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of all that is public about the programme as a whole; the catalogue comes last."""
        yield places.STYLE, pages.style()
        yield ".nojekyll", b""  # else GitHub Pages leaves out .well-known
        yield "_headers", HEADERS
        yield places.ISSUER, pretty(open_badges_2.issuer_profile(self.issuer))
        yield places.did_file(self.issuer), pretty(did.did_document(self.issuer, self.public_keys(known)))
        for achievement in public_achievements(known):
            yield from self.achievement_files(achievement)
        yield from self.status_files(known)
        yield places.INDEX, pages.index_page(current_achievements(known), self.issuer, self.look, self.in_use(known))

    def in_use(self, known: Known) -> list[str]:
        """Return the vendors that made, or make, badges of the programme, as people know them."""
        there = {order.backend for order in known.all_orders() if order.at_vendor} - set(self.gone)
        return sorted(called(backend, self.vendors) for backend in there)

    def public_keys(self, known: Known) -> Sequence[PublicKey | PublicJwk]:
        """Return all keys that sign or ever signed: an order tells the key that it was made for, even if its file was
        lost since, and the did.json that lies in the folder tells those of tokens.

        So a key that somebody puts into that file stays in it: whoever may write there speaks for the issuer anyway,
        and *leaked* strikes it off.
        """
        named = dict.fromkeys(order.key_id for order in known.all_orders() if order.key_id not in self.leaked)
        ordered = (did.told_by_id(self.issuer.did, key_id) for key_id in named)
        there = did.told_in(self.issuer.did, SiteFiles(self.folder).read(places.did_file(self.issuer)))
        kept = (key for key in there if key.key_id not in self.leaked)
        return did.each_once([self.key.public, *self.retired, *filter(None, ordered), *self.jwt_keys, *kept])

    def achievement_files(self, achievement: Achievement) -> Iterator[tuple[str, bytes]]:
        """Yield artwork, BadgeClass and page of one version of an achievement."""
        picture = places.artwork(achievement)
        if not (self.folder / picture).is_file():  # its name holds a hash of its bytes: once there, it stays
            yield picture, self.artwork(achievement.artwork)
        document = places.achievement_document(achievement, self.issuer)
        yield places.achievement(achievement, "json"), pretty(open_badges_2.badge_class(document, self.issuer))
        yield places.achievement(achievement, "html"), pages.achievement_page(achievement, self.issuer, self.look)

    def status_files(self, known: Known) -> Iterator[tuple[str, bytes]]:
        """Yield each status list that is new, or does not say yet what *known* knows, or bears an older key."""
        site = SiteFiles(self.folder)
        ours = [key for key in self.public_keys(known) if isinstance(key, PublicKey)]  # also those whose files are lost
        for listing in lists.listings(known, self.issuer):
            data = lists.list_file(site, listing, self.issuer, self.key, ours)
            if data is not None:
                yield places.status_list(listing.number), data


def current_achievements(known: Known) -> list[Achievement]:
    """Return what can be earned now."""
    return [a for a in known.achievements.values() if a.active and a.artwork]


def public_achievements(known: Known) -> list[Achievement]:
    """Return each version that an order refers to or that can be earned now, once, in a fixed order."""
    used = {(order.achievement, order.version) for order in known.all_orders()}
    current = {(a.key, a.version) for a in current_achievements(known)}
    return [known.versions[version] for version in sorted(used | current)]
