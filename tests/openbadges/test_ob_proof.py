import json
import time
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ob_samples import ISSUED, ISSUER, KEY, as_json, make_award, signed

from bridge.openbadges import open_badges_3
from bridge.openbadges.errors import BadDocument, CannotTell, ProofInvalid
from bridge.openbadges.signing import canonical, keys, proof
from bridge.openbadges.signing.keys import PublicKey, SigningKey

DATA = Path(__file__).parents[1] / "data"


def check(document: dict[str, Any]) -> None:
    proof.check(document, lambda _: KEY.public)


def test_the_proof_of_the_published_vector_comes_out_again() -> None:
    vector = json.loads((DATA / "w3c-eddsa-rdfc-2022.json").read_text())
    seed = keys.from_base58(vector["privateKeyMultibase"][1:])[2:]
    document = {name: value for name, value in vector["signed"].items() if name != "proof"}
    published = vector["signed"]["proof"]
    key = SigningKey(published["verificationMethod"], Ed25519PrivateKey.from_private_bytes(seed))
    assert key.public.multibase == vector["publicKeyMultibase"]
    assert proof.sign(document, key, datetime.fromisoformat(published["created"])) == vector["signed"]


def test_an_open_badge_has_the_published_canonical_form() -> None:
    vector = json.loads((DATA / "1edtech-teamwork.json").read_text())
    assert canonical.canonical(vector["document"]) == vector["canonical"]


def test_the_same_input_gives_the_same_bytes() -> None:
    assert as_json(signed(make_award(name="Ada"))) == as_json(signed(make_award(name="Ada")))


def test_the_order_of_members_does_not_matter() -> None:
    document = json.loads(json.dumps(signed(make_award()), sort_keys=True))
    check(document)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every text, number and truth value in a document."""
    if isinstance(value, dict):
        return [found for name, part in value.items() for found in paths(part, (*path, name))]
    if isinstance(value, list):
        return [found for place, part in enumerate(value) for found in paths(part, (*path, place))]
    return [path]


FULL = signed(make_award(name="Ada", narrative="Well done", expires=ISSUED.replace(year=2030)))


@pytest.mark.parametrize("path", paths(FULL), ids=str)
def test_no_value_can_be_changed(path: tuple[Any, ...]) -> None:
    document = deepcopy(FULL)
    part: Any = document
    for name in path[:-1]:
        part = part[name]
    value = part[path[-1]]
    part[path[-1]] = (not value) if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"{value}x"
    with pytest.raises((ProofInvalid, CannotTell)):
        check(document)


@pytest.mark.parametrize(
    "forge",
    [
        lambda document: document.update(awardedFor="nothing"),
        lambda document: document["credentialSubject"].update({"https://schema.org/name": "Eve"}),
        lambda document: document["credentialSubject"].update({"@type": "https://a.example/B"}),
        lambda document: document["@context"].append({"title": "https://schema.org/name"}),
        lambda document: document["@context"].append("https://evil.example/context.json"),
        lambda document: document["credentialSubject"].update({"@context": {"name": "https://schema.org/url"}}),
        lambda document: document["evidence"].append({"id": "relative", "type": "Evidence"}),
        lambda document: document["evidence"].append({"id": "_:b1", "type": "Evidence"}),
        lambda document: document["evidence"][0].update(
            {"id": document["id"], "validUntil": document.pop("validUntil")}
        ),
        lambda document: document.pop("proof"),
        lambda document: document.update(proof=[document["proof"], document["proof"]]),
        lambda document: document.update(proof="proof"),
        lambda document: document["proof"].update(cryptosuite="eddsa-jcs-2022"),
        lambda document: document["proof"].update(proofPurpose="authentication"),
        lambda document: document["proof"].pop("proofValue"),
        lambda document: document["proof"].update(proofValue="z111"),
        lambda document: document["proof"].update(proofValue="u" + "A" * 86),
        lambda document: document["proof"].update({"@context": "https://www.w3.org/ns/credentials/v2"}),
    ],
)
def test_nothing_can_be_added_or_respelled(forge: Any) -> None:
    document = deepcopy(FULL)
    forge(document)
    with pytest.raises((ProofInvalid, CannotTell)):
        check(document)


@pytest.mark.parametrize(
    "address",
    ["0x:1", "-:x", "é:x", "ａ:x", "_a:x", ":x", "::", "+a:x", "%41:x", "https://x\u2028y", "https://x\xa0y", "a\n:x"],
)
def test_nothing_can_hide_behind_an_address_that_is_none(address: str) -> None:
    for forge in (
        lambda document: document["evidence"].append(
            {"id": address, "type": ["Evidence"], "name": "Doctor of Medicine"}
        ),
        lambda document: document.update(image=address),
        lambda document: document["credentialSubject"]["type"].append(address),
    ):
        document = deepcopy(FULL)
        forge(document)
        with pytest.raises((ProofInvalid, CannotTell)):
            check(document)


def test_a_value_that_is_json_itself_can_not_be_judged() -> None:
    document = deepcopy(FULL)
    document["credentialSchema"] = [{"id": "https://x.example/", "type": "JsonSchema", "jsonSchema": {"a": 1}}]
    with pytest.raises(CannotTell, match="JSON itself"):
        check(document)


def test_a_document_that_speaks_of_itself_twice_is_not_trusted() -> None:
    linked = {**open_badges_3.credential(make_award(), ISSUER), "evidence": [{"type": ["Evidence"], "id": FULL["id"]}]}
    document = proof.sign(linked, KEY, ISSUED)
    with pytest.raises(CannotTell, match="more than one place"):
        check(document)


def test_a_document_that_tells_two_things_of_one_is_not_trusted() -> None:
    unsigned = open_badges_3.credential(make_award(), ISSUER)
    achievement = unsigned["credentialSubject"]["achievement"]
    creator = {**unsigned["issuer"], "type": "Profile"}
    check(proof.sign({**unsigned, "evidence": [{"id": achievement["id"], "type": "Achievement"}]}, KEY, ISSUED))
    check(proof.sign(nested(unsigned, creator), KEY, ISSUED))
    for odd in (
        {**creator, "name": "Somebody else"},
        {**creator, "image": {"id": "https://x.example/", "type": "Image"}},
    ):
        document = proof.sign(nested(unsigned, odd), KEY, ISSUED)
        with pytest.raises(CannotTell, match="tells two things of 'did:web"):
            check(document)


def nested(document: dict[str, Any], creator: dict[str, Any]) -> dict[str, Any]:
    """*document* with a creator of its achievement."""
    changed = deepcopy(document)
    changed["credentialSubject"]["achievement"]["creator"] = creator
    return changed


def test_another_key_does_not_fit() -> None:
    other = PublicKey(KEY.key_id, keys.multibase(keys.new_key().public_key()))
    with pytest.raises(ProofInvalid, match="changed after it was signed"):
        proof.check(FULL, lambda _: other)


def test_a_proof_in_a_list_of_one_is_the_same() -> None:
    check({**FULL, "proof": [FULL["proof"]]})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "a\x0bb"}, "control characters"),
        ({"nmae": "typo"}, "do not define"),
        ({"credentialSubject": {"type": "AchievementSubject", "image": "logo.png"}}, "complete address"),
        ({"@context": ["https://www.w3.org/ns/credentials/v3"]}, "not known here"),
    ],
)
def test_what_could_not_be_verified_is_not_signed(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadDocument, match=sentence):
        proof.sign({**open_badges_3.credential(make_award(), ISSUER), **change}, KEY, ISSUED)


def test_values_that_verifiers_sort_differently_are_not_signed() -> None:
    document = open_badges_3.credential(make_award(), ISSUER)
    document["credentialSubject"]["achievement"]["tag"] = ["\uffe5", "\U0001f600"]
    with pytest.raises(BadDocument, match="sort"):
        proof.sign(document, KEY, ISSUED)


def test_a_graph_made_to_take_for_ever_is_given_up() -> None:
    twin = {"type": ["AchievementSubject"], "identifier": [{"type": "IdentityObject", "salt": "s"}] * 12}
    with pytest.raises(CannotTell, match="entangled"):
        canonical.canonical({**FULL, "credentialSubject": [twin, twin]})


def test_twins_of_a_known_parent_are_no_problem() -> None:
    document = open_badges_3.credential(make_award(), ISSUER)
    document["evidence"] = [{"type": ["Evidence"], "name": "same"}] * 12
    check(proof.sign(document, KEY, ISSUED))


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("x" * 300_000, "too large"),
        ([{}] * 501, "too large"),
        (["x"] * 501, "too large"),
        ([["x"] * 200, [["x"] * 200, ["x"] * 101]], "too large"),
        ([{"tag": ["x"] * 500}] * 6, "too large"),
        ([{"type": ["Profile"] * 334}] * 3, "too large"),
        ([{"name": [{"type": "Profile"}] * 250}] * 4, "too large"),
        (None, "nested"),
    ],
    ids=range(8),
)
def test_a_document_beyond_the_limits_is_not_read(value: Any, sentence: str) -> None:
    if value is None:
        for _ in range(50):
            value = {"evidence": value}
    with pytest.raises(CannotTell, match=sentence):
        canonical.canonical({"@context": FULL["@context"], "name": value})
    with pytest.raises(CannotTell, match=sentence):
        check({**FULL, "name": value})
    with pytest.raises(CannotTell, match=sentence):
        check({**FULL, "proof": {**FULL["proof"], "nonce": value}})


@pytest.mark.parametrize(("more", "taken"), [(5, True), (6, False), (400, False)])
def test_contexts_are_not_worked_through_again_and_again(more: int, taken: bool) -> None:
    """To repeat one changes nothing in what a badge means, so whoever holds it can."""
    document = {**FULL, "@context": [*FULL["@context"], *FULL["@context"][-1:] * more]}
    if taken:
        check(document)
    else:
        with pytest.raises(CannotTell, match=f"names {more + 3} contexts"):
            check(document)


@pytest.mark.parametrize(
    "evidence",
    [
        [{"type": ["Achievement"], "tag": [str(number) for number in range(500)]}] * 5,
        [{"type": ["DataIntegrityProof"] * 40, "name": str(number)} for number in range(24)],
        [{"type": ["Profile"], "name": str(number)} for number in range(440)],
    ],
    ids=["values", "types", "objects"],
)
def test_a_document_at_the_limits_takes_little_time(evidence: list[Any]) -> None:
    start = time.process_time()
    canonical.canonical({**FULL, "evidence": evidence})
    canonical.canonical({**FULL, "name": "x" * 250_000})
    assert time.process_time() - start < 20
