"""Which keys the site's did.json lists: what a key signed stays genuine, also when its file is gone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bridge.model import Known
from bridge.openbadges.signing import keys
from bridge.openbadges.signing.keys import JwtKey, Kind
from bridge.site import Check, StaticSite
from tests.contract.backends import artwork
from tests.fakes import story

DID_JSON = ".well-known/did.json"


def token_key(kind: Kind = Kind.ES256) -> JwtKey:
    made = keys.named(keys.new_private(kind), story.issuer().did)
    assert isinstance(made, JwtKey)
    return made


@pytest.fixture
def site(tmp_path: Path) -> StaticSite:
    return StaticSite(tmp_path, story.issuer(), story.signing_key(), artwork, check=Check.FILE)


def listed(site: StaticSite) -> list[str]:
    """The keys that vouch in did.json, after it was brought up to date."""
    site.refresh(Known())
    named: list[str] = json.loads((site.folder / DID_JSON).read_bytes())["assertionMethod"]
    return named


@pytest.mark.parametrize("kind", [Kind.ES256, Kind.RS256])
def test_a_key_of_tokens_stays_when_the_settings_name_it_no_more(site: StaticSite, kind: Kind) -> None:
    old, new = token_key(kind), token_key()
    present = site.key.key_id
    assert listed(replace(site, jwt_keys=(old.public,))) == [present, old.key_id]
    assert listed(site) == [present, old.key_id]
    assert listed(replace(site, jwt_keys=(new.public,))) == [present, new.key_id, old.key_id]
    assert listed(replace(site, jwt_keys=(new.public, old.public))) == [present, new.key_id, old.key_id]


def test_once_it_is_kept_nothing_changes_any_more(site: StaticSite) -> None:
    listed(replace(site, jwt_keys=(token_key().public,)))
    site.publish()
    assert site.refresh(Known()) is False


def test_a_key_that_was_struck_off_does_not_come_back(site: StaticSite) -> None:
    leaked, other = token_key(), token_key()
    listed(replace(site, jwt_keys=(leaked.public, other.public)))
    struck = replace(site, leaked=frozenset({leaked.key_id}))
    assert listed(struck) == [site.key.key_id, other.key_id]
    assert listed(site) == [site.key.key_id, other.key_id]


def method(key: JwtKey, **more: object) -> dict[str, Any]:
    did = story.issuer().did
    return {"id": key.key_id, "type": "JsonWebKey", "controller": did, "publicKeyJwk": dict(key.public.jwk)} | more


KEY = token_key()
STRANGE: dict[str, dict[str, Any]] = {
    "of another issuer": {"id": "did:web:other.example", "verificationMethod": [method(KEY)]},
    "another name": {"verificationMethod": [method(KEY, id=f"{story.issuer().did}#key-2")]},
    "a name of another issuer": {"verificationMethod": [method(KEY, id=f"did:web:x.example#{KEY.key_id[-43:]}")]},
    "another kind of method": {"verificationMethod": [method(KEY, type="Multikey")]},
    "half a key": {"verificationMethod": [method(KEY, publicKeyJwk={"kty": "EC", "crv": "P-256"})]},
    "the private half": {"verificationMethod": [method(KEY, publicKeyJwk={**KEY.public.jwk, "d": "AQAB"})]},
    "no keys": {"verificationMethod": [None, 3, "x", [], {}, method(KEY, publicKeyJwk="kty"), {"id": KEY.key_id}]},
    "no list": {"verificationMethod": 3},
    "nothing": {},
}


@pytest.mark.parametrize("case", STRANGE)
def test_what_is_no_key_of_ours_is_not_kept(site: StaticSite, case: str) -> None:
    (site.folder / ".well-known").mkdir()
    (site.folder / DID_JSON).write_text(json.dumps({"id": story.issuer().did, **STRANGE[case]}))
    assert listed(site) == [site.key.key_id]


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', '{"id": "a", "id": "b"}', "[" * 100_000, "\xff"])
def test_a_damaged_file_is_made_anew(site: StaticSite, text: str) -> None:
    (site.folder / ".well-known").mkdir()
    (site.folder / DID_JSON).write_bytes(text.encode("latin-1"))
    assert listed(site) == [site.key.key_id]


def test_among_damaged_entries_a_whole_one_is_kept_as_it_was(site: StaticSite) -> None:
    (site.folder / ".well-known").mkdir()
    entry = method(KEY, publicKeyJwk={**KEY.public.jwk, "alg": "ES256"})
    (site.folder / DID_JSON).write_text(json.dumps({"id": story.issuer().did, "verificationMethod": [None, entry]}))
    assert listed(site) == [site.key.key_id, KEY.key_id]
    (_, kept) = json.loads((site.folder / DID_JSON).read_bytes())["verificationMethod"]
    assert kept == method(KEY)
