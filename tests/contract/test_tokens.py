"""The VC-JWT beside a badge: made where a key for it is set, offered by the page, read by strangers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import jwt
import pytest
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier

from bridge.backends.local import LocalIssuer
from bridge.model import Known, Order
from bridge.openbadges.signing import jose, keys
from bridge.openbadges.signing.keys import JwtKey, Kind, SigningKey
from bridge.site import StaticSite
from tests.contract.backends import artwork, local
from tests.contract.test_local_issuer import FILES, names
from tests.fakes import story

LATER = story.NOON + timedelta(days=30)
TOKEN = f"credentials/{story.AWARD}.jwt"
PAGE = f"awards/{story.AWARD}.html"
DID = story.issuer().did


@cache
def jwt_key(kind: Kind) -> JwtKey:
    key = keys.named(keys.new_private(kind), DID)
    assert isinstance(key, JwtKey)
    return key


def issuing(folder: Path, kind: Kind = Kind.ES256) -> LocalIssuer:
    return replace(local(folder), jwt_key=jwt_key(kind))


def published(folder: Path, known: Known, *tokens: JwtKey) -> dict[str, bytes]:
    """The site as its visitors see it: the address of each file."""
    site = StaticSite(folder, story.issuer(), story.signing_key(), artwork, jwt_keys=[key.public for key in tokens])
    site.refresh(known)
    return {f"{story.SITE}/{name}": (folder / name).read_bytes() for name in names(folder)}


def did_document(folder: Path) -> dict[str, list[dict[str, str]]]:
    document: dict[str, list[dict[str, str]]] = json.loads((folder / ".well-known/did.json").read_bytes())
    return document


def test_a_vc_jwt_lies_beside_the_badge_and_the_page_offers_it(tmp_path: Path) -> None:
    issuing(tmp_path).issue(story.order(), story.achievement())
    assert names(tmp_path) == sorted([*FILES, TOKEN])
    assert f'href="../{TOKEN}" download' in (tmp_path / PAGE).read_text()
    token = jose.parse_token((tmp_path / TOKEN).read_text())
    assert token.key_id == jwt_key(Kind.ES256).key_id
    assert jose.verifies(token, jwt_key(Kind.ES256).public.jwk)


def test_it_says_what_the_signed_credential_says(tmp_path: Path) -> None:
    issuing(tmp_path).issue(story.order(), story.achievement())
    claims = json.loads(jose.parse_token((tmp_path / TOKEN).read_text()).payload)
    signed = json.loads((tmp_path / f"credentials/{story.AWARD}.json").read_bytes())
    assert claims["credentialStatus"] == signed["credentialStatus"]
    assert claims["credentialSubject"].pop("id") == claims["sub"]
    assert {name: claims[name] for name in signed if name != "proof"} == {
        name: value for name, value in signed.items() if name != "proof"
    }
    assert story.TEACHER not in json.dumps(claims)


def test_without_a_key_there_is_none_and_the_badge_is_whole(tmp_path: Path) -> None:
    local(tmp_path).issue(story.order(), story.achievement())
    assert ".jwt" not in (tmp_path / PAGE).read_text()
    later = issuing(tmp_path)  # the key was made after the badge
    found = later.find(story.order())
    assert found is not None
    later.revoke(story.order(), found, "", LATER)
    assert ".jwt" not in (tmp_path / PAGE).read_text()
    assert names(tmp_path) == FILES


@pytest.mark.parametrize("left", [None, b"", b"hello"])
def test_a_page_that_offers_what_is_not_there_is_not_whole(tmp_path: Path, left: bytes | None) -> None:
    issuer = issuing(tmp_path)
    issuer.issue(story.order(), story.achievement())
    assert issuer.find(story.order()) is not None
    (tmp_path / TOKEN).unlink() if left is None else (tmp_path / TOKEN).write_bytes(left)
    assert issuer.find(story.order()) is None
    issuer.issue(story.order(), story.achievement())
    assert issuer.find(story.order()) is not None


def test_a_withdrawn_badge_keeps_its_download_which_the_status_list_speaks_of(tmp_path: Path) -> None:
    issuer = issuing(tmp_path)
    credential = issuer.issue(story.order(), story.achievement())
    before = (tmp_path / TOKEN).read_bytes()
    issuer.revoke(story.order(), credential, "", LATER)
    assert f'href="../{TOKEN}" download' in (tmp_path / PAGE).read_text()
    assert (tmp_path / TOKEN).read_bytes() == before


@pytest.mark.parametrize("kind", [Kind.ES256, Kind.RS256])
def test_others_verify_it_with_the_key_that_did_json_lists(tmp_path: Path, kind: Kind) -> None:
    order = replace(story.order(), issued_on=story.NOON - timedelta(days=400), expires=None)  # others look at the clock
    issuing(tmp_path, kind).issue(order, story.achievement())
    world = published(tmp_path, story.known(), jwt_key(Kind.ES256), jwt_key(Kind.RS256))
    token = (tmp_path / TOKEN).read_text()
    verifier = OB3Verifier.for_issuer_did(DID, download=world.__getitem__)
    header, payload, signature = token.split(".")
    found = verifier.verify(token)
    assert (found.name, found.issuer.id) == ("Feedback that moves learning", DID)
    middle = len(signature) // 2
    forged = signature[:middle] + ("A" if signature[middle] != "A" else "B") + signature[middle + 1 :]
    with pytest.raises(OB3VerificationError):
        verifier.verify(f"{header}.{payload}.{forged}")


def test_pyjwt_verifies_it_with_the_key_that_did_json_lists(tmp_path: Path) -> None:
    issuing(tmp_path).issue(story.order(), story.achievement())
    published(tmp_path, story.known(), jwt_key(Kind.ES256))
    token = (tmp_path / TOKEN).read_text()
    kid = jwt.get_unverified_header(token)["kid"]
    (method,) = (method for method in did_document(tmp_path)["verificationMethod"] if method["id"] == kid)
    key = jwt.PyJWK.from_dict(method["publicKeyJwk"], algorithm="ES256")  # type: ignore[arg-type]
    options = {"verify_exp": False, "verify_nbf": False}  # the story has a clock of its own
    assert jwt.decode(token, key, algorithms=["ES256"], issuer=DID, options=options)["sub"].startswith("urn:uuid:")  # type: ignore[arg-type]


# ── did.json ─────────────────────────────────────────────────────────────────


def test_each_key_is_told_in_the_form_that_verifiers_of_its_kind_read(tmp_path: Path) -> None:
    published(tmp_path, Known(), jwt_key(Kind.ES256), jwt_key(Kind.RS256))
    document = did_document(tmp_path)
    methods = document["verificationMethod"]
    assert [(method["type"], method["controller"]) for method in methods] == [
        ("Multikey", DID),
        ("JsonWebKey", DID),
        ("JsonWebKey", DID),
    ]
    assert document["assertionMethod"] == [method["id"] for method in methods]
    assert all(method["id"].startswith(f"{DID}#") for method in methods)
    assert methods[1]["publicKeyJwk"] == jwt_key(Kind.ES256).public.jwk


def test_a_key_that_an_order_names_stays_even_if_its_file_was_lost(tmp_path: Path) -> None:
    lost, known = keys.named(keys.new_key(), DID), story.known()
    assert isinstance(lost, SigningKey)
    (order,) = known.orders.values()
    ids = {
        "lost": lost.key_id,
        "twice": lost.key_id,
        "present": story.signing_key().key_id,
        "another's": lost.key_id.replace("lakeview", "elsewhere"),
        "no key": f"{DID}#z6Mk<script>",
        "nothing": "",
    }
    known.orders.clear()
    known.credentials.clear()
    known.orders.update({name: with_key(order, key_id, name) for name, key_id in ids.items()})
    published(tmp_path, known)
    document = did_document(tmp_path)
    assert document["assertionMethod"] == [story.signing_key().key_id, lost.key_id]
    assert document["verificationMethod"][1]["publicKeyMultibase"] == lost.public.multibase


def test_a_leaked_key_is_forgotten_though_orders_name_it(tmp_path: Path) -> None:
    leaked, known = keys.named(keys.new_key(), DID), story.known()
    (attempt,) = known.orders
    known.orders[attempt] = replace(known.orders[attempt], key_id=leaked.key_id)
    site = StaticSite(tmp_path, story.issuer(), story.signing_key(), artwork)
    for ids, listed in ((frozenset[str](), True), (frozenset({leaked.key_id}), False)):
        replace(site, leaked=ids).refresh(known)
        assert (leaked.key_id in (tmp_path / ".well-known/did.json").read_text()) is listed


def with_key(order: Order, key_id: str, name: str) -> Order:
    return replace(order, key_id=key_id, attempt_id=name)
