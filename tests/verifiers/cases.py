"""What is put before the judges: badges that are good, and those that are not, each with a name for it.

Every case is what somebody could be handed: a good badge that was issued, one that expired or was withdrawn, or what a
forger made of them. `good` is what a judge ought to say.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from openbadgeslib.baking import extract_png, extract_svg

from bridge.openbadges import status
from bridge.openbadges.pictures import picture
from bridge.openbadges.signing.jose import sign_vc_jwt
from bridge.openbadges.signing.keys import JwtKey, SigningKey, multibase, new_key
from bridge.openbadges.signing.proof import sign
from tests.openbadges.ob_samples import full_award
from tests.openbadges.ob_samples import signed as sample_credential
from tests.openbadges.ob_samples import site as sample_site

from .panel import Site, standards
from .world import (
    DRAWN,
    EVERYTHING,
    FAR,
    FULL,
    ISSUED,
    PAST,
    SECOND_LIST,
    TEACHER,
    District,
    jwt_key,
    open_district,
    wish,
)

Document = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """Something to judge: a credential (a document), a token, or an Open Badges 2.0 badge (text or bytes)."""

    name: str
    good: bool
    site: Site
    given: Any
    recipient: str | None = None


good, bad = partial(Case, good=True), partial(Case, good=False)


def lakeview(folder: Path) -> District:
    """A district whose site is a domain of its own."""
    return open_district(
        folder,
        "badges.lakeview.example",
        [
            wish("plain"),
            wish("full", FULL, algorithm="RS256", **EVERYTHING),
            wish("drawn", DRAWN, **EVERYTHING),
            wish("expiring", expires=FAR),
            wish("expired", expires=PAST, algorithm="RS256"),
            wish("revoked", revoked=True),
            wish("early", issued_on=FAR),
            wish("second", status_index=SECOND_LIST),
            wish("second-revoked", status_index=SECOND_LIST + 1, revoked=True),
        ],
    )


def riverside(folder: Path) -> District:
    """A district whose site is a part of its domain, and whose key was changed."""
    district = open_district(
        folder, "www.riverside.example/staff/badges", [wish("old"), wish("old-revoked", revoked=True)]
    )
    district.rotate()
    district.award(wish("new"))
    return district


def hillside(folder: Path) -> District:
    """A district whose former key fell into wrong hands."""
    district = open_district(folder, "badges.hillside.example", [wish("old")])
    district.rotate()
    district.strike_off()
    district.award(wish("new"))
    return district


def seaside(folder: Path) -> District:
    """A district whose domain has other letters than ASCII, in capitals."""
    return open_district(folder, "Abzeichen.BÜCHER.example", [wish("plain"), wish("revoked", revoked=True)])


def changed(document: Document, *steps: str | int, to: Any) -> Document:
    """Return a copy of *document* with one member replaced, added, or (to=...) left out."""
    copied: Any = copy.deepcopy(document)
    part = copied
    for step in steps[:-1]:
        part = part[step]
    if to is ...:
        del part[steps[-1]]
    else:
        part[steps[-1]] = to
    return copied  # type: ignore[no-any-return]


def with_file(site: Site, url: str, document: Document | None) -> Site:
    """Return *site* with another document at *url*, or none."""
    files = {address: file for address, file in site.files.items() if address != url}
    if document is not None:
        files[url] = ("application/json", json.dumps(document).encode())
    return Site(f"{site.name}, {url} is {hash(json.dumps(document))}", files)


# ── Open Badges 3.0 with an embedded proof ───────────────────────────────────


def credentials(home: District, other: District, robbed: District, umlaut: District) -> Iterator[Case]:
    yield from good_credentials(home, other)
    yield good("of a domain with umlauts", site=umlaut.site(), given=umlaut.credential("plain"))
    yield bad("revoked, of a domain with umlauts", site=umlaut.site(), given=umlaut.credential("revoked"))
    yield good("signed after a key was struck off", site=robbed.site(), given=robbed.credential("new"))
    yield bad("signed with a key that was struck off", site=robbed.site(), given=robbed.credential("old"))
    site = home.site()
    yield bad("expired", site=site, given=home.credential("expired"))
    yield bad("not yet valid", site=site, given=home.credential("early"))
    yield bad("revoked", site=site, given=home.credential("revoked"))
    yield bad("revoked, in a second status list", site=site, given=home.credential("second-revoked"))
    yield bad("revoked, signed before the key was changed", site=other.site(), given=other.credential("old-revoked"))
    for name, document in {**altered(home), **forged(home)}.items():
        yield bad(name, site=site, given=document)
    yield from status_lists(home, other)


def good_credentials(home: District, other: District) -> Iterator[Case]:
    site, plain = home.site(), home.credential("plain")
    yield good("as little as there can be", site=site, given=plain)
    yield good("all that a district can tell", site=site, given=home.credential("full"))
    yield good("all that our library can tell", site=library_site(), given=sample_credential(sample_award()))
    yield good("to expire in a hundred years", site=site, given=home.credential("expiring"))
    yield good("in a second status list", site=site, given=home.credential("second"))
    yield good("signed before the key was changed", site=other.site(), given=other.credential("old"))
    yield good("signed with the new key", site=other.site(), given=other.credential("new"))
    png = extract_png(home.file("full", "badge"), keyword=b"openbadgecredential")
    yield good("read out of a PNG", site=site, given=json.loads(png or ""))
    read = extract_svg(home.file("drawn", "badge"), element="openbadges:credential", text_fallback=True) or ""
    yield good("read out of an SVG", site=site, given=json.loads(read))


def sample_award() -> Any:
    return full_award(expires=FAR)


def library_site() -> Site:
    ours = {url: ("application/json", data) for url, data in sample_site(sample_award()).items()}
    return Site("library", {**standards(), **ours})


def altered(home: District) -> Mapping[str, Document]:
    """What a forger can make of a good badge without a key."""
    plain, full = home.credential("plain"), home.credential("full")
    expired, revoked = home.credential("expired"), home.credential("revoked")
    subject = "credentialSubject"
    return {
        "another name of the badge": changed(plain, "name", to="Brain Surgery"),
        "another name of the achievement": changed(plain, subject, "achievement", "name", to="Brain Surgery"),
        "other criteria": changed(plain, subject, "achievement", "criteria", "narrative", to="Turn up."),
        "another holder": changed(plain, subject, "identifier", 0, "identityHash", to="sha256$" + "0" * 64),
        "another issuer's name": changed(plain, "issuer", "name", to="MIT"),
        "evidence added": changed(plain, "evidence", to=full["evidence"]),
        "more hours": changed(full, subject, "creditsEarned", to=120),
        "a word added that no context knows": changed(plain, subject, "grade", to="A+"),
        "expired, and its expiry left out": changed(expired, "validUntil", to=...),
        "expired, and a later expiry": changed(expired, "validUntil", to="2124-03-01T00:00:00Z"),
        "revoked, and its status left out": changed(revoked, "credentialStatus", to=...),
        "revoked, and another's place in the list": changed(revoked, "credentialStatus", to=plain["credentialStatus"]),
        "another time of signing": changed(plain, "proof", "created", to="2020-01-01T00:00:00Z"),
        "the proof of another badge": changed(plain, "proof", to=full["proof"]),
        "a damaged signature": changed(plain, "proof", "proofValue", to="z" + plain["proof"]["proofValue"][:0:-1]),
        "no proof": changed(plain, "proof", to=...),
        "the achievement left out": changed(plain, subject, "achievement", to=...),
    }


def forged(home: District) -> Mapping[str, Document]:
    """What a forger can make with a key of their own."""
    unsigned = changed(changed(home.credential("plain"), "name", to="Brain Surgery"), "proof", to=...)
    theirs = new_key()
    public = multibase(theirs.public_key())
    names = {
        "signed by a stranger in our key's name": home.key.key_id,
        "signed with a key that we do not list": f"{home.issuer.did}#{public}",
        "signed by a stranger's did:key": f"did:key:{public}#{public}",
    }
    return {name: sign(unsigned, SigningKey(key_id, theirs), ISSUED) for name, key_id in names.items()}


def status_lists(home: District, other: District) -> Iterator[Case]:
    """A revoked badge, and what somebody might put in place of the status list."""
    revoked, site = home.credential("revoked"), home.site()
    url = revoked["credentialStatus"]["statusListCredential"]
    listed = site.json(url)
    clean = changed(listed, "credentialSubject", "encodedList", to=status.status_list().encoded())
    unsigned = changed(clean, "proof", to=...)
    stranger, neighbour = SigningKey(home.key.key_id, new_key()), changed(unsigned, "issuer", to=other.issuer.did)
    both = replace(site, files={**other.site().files, **site.files})
    yield bad("revoked, the bit turned back by its host", site=with_file(site, url, clean), given=revoked)
    yield bad("revoked, the list unsigned", site=with_file(site, url, unsigned), given=revoked)
    forged_list = sign(unsigned, stranger, ISSUED)
    yield bad("revoked, the list signed by a stranger", site=with_file(site, url, forged_list), given=revoked)
    theirs = sign(neighbour, other.key, ISSUED)
    yield bad("revoked, the list of another issuer", site=with_file(both, url, theirs), given=revoked)
    yield bad("revoked, the list gone", site=with_file(site, url, None), given=revoked)


# ── Open Badges 3.0 as a token ───────────────────────────────────────────────


def tokens(home: District, umlaut: District) -> Iterator[Case]:
    site = home.site()
    yield good("ES256, of a domain with umlauts", site=umlaut.site(), given=token(umlaut, "plain"))
    for name, title in {
        "plain": "ES256",
        "full": "RS256, all that a district can tell",
        "expiring": "ES256, to expire",
    }.items():
        yield good(title, site=site, given=token(home, name))
    yield bad("expired", site=site, given=token(home, "expired"))
    yield bad("not yet valid", site=site, given=token(home, "early"))
    yield bad("revoked", site=site, given=token(home, "revoked"))
    for name, given in {**altered_tokens(home), **forged_tokens(home)}.items():
        yield bad(name, site=site, given=given)


def token(home: District, name: str) -> str:
    return home.file(name, "token").decode().strip()


def token_key(home: District, algorithm: str) -> JwtKey:
    return jwt_key(home.url, algorithm)


def remade(home: District, name: str, key: JwtKey, change: Callable[[Document], Document] = dict) -> str:
    """Return the award *name* as a token by *key*, after a *change* of what it says."""
    return sign_vc_jwt(change(changed(home.credential(name), "proof", to=...)), key)


def altered_tokens(home: District) -> Mapping[str, str]:
    header, payload, signature = token(home, "plain").split(".")
    other = remade(
        home, "plain", token_key(home, "ES256"), lambda document: changed(document, "name", to="Brain Surgery")
    )
    return {
        "another payload": ".".join((header, other.split(".")[1], signature)),
        "a damaged signature": ".".join((header, payload, signature[::-1])),
        "no signature": f"{header}.{payload}.",
        "the header of another algorithm": ".".join((token(home, "full").split(".")[0], payload, signature)),
        "alg none": f"eyJhbGciOiJub25lIn0.{payload}.",
    }


def forged_tokens(home: District) -> Mapping[str, str]:
    listed = token_key(home, "ES256").key_id
    theirs = token_key(replace(home, url="https://forger.example"), "ES256").private
    return {
        "signed by a stranger in our key's name": remade(home, "plain", JwtKey(listed, theirs)),
        "signed with a key that we do not list": remade(home, "plain", JwtKey(f"{home.issuer.did}#other", theirs)),
    }


# ── Open Badges 2.0, hosted ──────────────────────────────────────────────────


def assertions(home: District, other: District, umlaut: District) -> Iterator[Case]:
    site = home.site()
    text = {name: home.file(name, "assertion").decode() for name in ("plain", "full", "expired")}
    yield good("the address of the assertion", site=site, given=home.address("plain", "assertion"))
    yield good("as little as there can be", site=site, given=text["plain"])
    yield good("all that a district can tell", site=site, given=text["full"])
    yield good("checked against its holder", site=site, given=text["full"], recipient=TEACHER)
    yield good("signed before the key was changed", site=other.site(), given=other.file("old", "assertion").decode())
    yield good("a PNG", site=site, given=home.file("full", "badge"))
    yield good("of a domain with umlauts", site=umlaut.site(), given=umlaut.file("plain", "badge"))
    yield good("an SVG", site=site, given=home.file("drawn", "badge"))
    yield bad("expired", site=site, given=text["expired"])
    yield bad("not yet issued", site=site, given=home.file("early", "assertion").decode())
    yield bad("revoked", site=site, given=baked_assertion(home, "revoked"))
    yield bad("revoked, as a PNG", site=site, given=home.file("revoked", "badge"))
    yield bad("checked against somebody else", site=site, given=text["full"], recipient="eve@district.example")
    yield from altered_assertions(home, site)


def baked_assertion(home: District, name: str) -> str:
    """Return the assertion as it was when the badge was made."""
    return picture.unbake(home.file(name, "badge")).assertion or ""


def altered_assertions(home: District, site: Site) -> Iterator[Case]:
    plain, full = (json.loads(home.file(name, "assertion")) for name in ("plain", "full"))
    expired = json.loads(home.file("expired", "assertion"))
    yield bad("another badge", site=site, given=json.dumps(changed(plain, "badge", to=full["badge"])))
    changed_holder = changed(plain, "recipient", "identity", to="sha256$" + "0" * 64)
    yield bad("another holder", site=site, given=json.dumps(changed_holder))
    yield bad("expired, and its expiry left out", site=site, given=json.dumps(changed(expired, "expires", to=...)))
    elsewhere = changed(plain, "id", to="https://forger.example/assertion.json")
    forged_site = with_file(site, elsewhere["id"], elsewhere)
    yield bad("hosted by a forger", site=forged_site, given=json.dumps(elsewhere))
    yield bad("not hosted any more", site=with_file(site, plain["id"], None), given=json.dumps(plain))
