"""verify says what is wrong with a text that only looks like a badge, and reads one in whatever encoding it comes."""

import codecs
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from ob_samples import ISSUER, NOW, artwork, as_json, fetcher, make_award, signed, site

from bridge.openbadges import addresses, did, open_badges_3
from bridge.openbadges.pictures.baking import bake
from bridge.openbadges.signing import jose
from bridge.openbadges.signing.jwk import jwk_of
from bridge.openbadges.signing.keys import JwtKey, PublicJwk
from bridge.openbadges.verifying.verify import Report, Verdict, verify

AWARD = make_award()
CREDENTIAL = as_json(signed(AWARD))
SITE = site(AWARD)
KEY = JwtKey(f"{ISSUER.did}#p256", ec.derive_private_key(20_260_115, ec.SECP256R1()))


def check(data: bytes, published: dict[str, bytes] = SITE) -> Report:
    return verify(data, fetcher(published), NOW)


def with_hours(number: str) -> str:
    told = json.loads(CREDENTIAL)
    told["credentialSubject"]["creditsEarned"] = "here"
    return as_json(told).replace('"here"', number)


WRONG = {
    "twice": (CREDENTIAL.replace('"issuer":', '"name":"x","issuer":', 1), "has two members named “name”"),
    "twice, hostile": ('{"“\\u001b[2J":1,"“\\u001b[2J":2}', "has two members named “’[2J”"),
    "deep": ('{"a":' + "[" * 70 + "]" * 70 + "}", "nested more than 64 deep"),
    "very deep": ('{"a":' * 100_000, "nested more than 64 deep"),
    "large": ('{"a":"' + "x" * (5 << 20) + '"}', "larger than 4 MB"),
    "NaN": (with_hours("NaN"), "says NaN where a number must stand"),
    "infinite": (with_hours("-Infinity"), "says -Infinity where a number must stand"),
    "long number": (with_hours("9" * 5000), "a number that is too large to be read"),
    "large number": (with_hours("1" + "0" * 400), "a number that is too large to be read"),
    "large exponent": (with_hours("1e999"), "a number that is too large to be read"),
    "cut off": (CREDENTIAL[:100], "not good JSON: see line 1, column"),
    "trailing": (f"{CREDENTIAL}\n,", "not good JSON: see line 2, column 1."),
    "list": (f"[{CREDENTIAL}]", "not an object"),
}


@pytest.mark.parametrize("baked", [False, True])
@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_json_is_said_in_plain_words(text: str, words: str, baked: bool) -> None:
    if baked and len(text) > 1 << 20:
        pytest.skip("a picture does not hold so much")
    report = check(bake(artwork(), credential=text) if baked else text.encode())
    assert report.verdict is Verdict.COULD_NOT_TELL
    (finding,) = report.findings
    assert finding.sentence.startswith("This can't be read as a badge. ")
    assert words in finding.sentence
    assert finding.sentence.isprintable()


def test_what_is_baked_and_no_badge_at_all_is_told_as_such() -> None:
    report = check(bake(artwork(), credential="hello"))
    assert [finding.sentence for finding in report.findings] == [
        "What is baked into this picture is not a badge: neither JSON nor a signed token nor a web address."
    ]


@pytest.mark.parametrize("number", ["1e308", "-0.0", "1e-320", "12345678901234567890123", "9" * 308])
def test_no_number_is_answered_in_the_words_of_a_programmer(number: str) -> None:
    told = " ".join(finding.sentence for finding in check(with_hours(number).encode()).findings)
    assert "float" not in told
    assert "int " not in told


def test_what_an_issuer_publishes_and_can_t_be_read_is_told_with_the_reason() -> None:
    list_url = AWARD.status_list_url
    for address in (addresses.did_url(ISSUER.did), list_url):
        twice = SITE[address].replace(b'"id":', b'"id":"x","id":', 1)
        report = check(CREDENTIAL.encode(), {**SITE, address: twice})
        assert report.verdict is Verdict.COULD_NOT_TELL
        assert any(
            "is not readable. One object in it has two members named “id”" in f.sentence for f in report.findings
        )
    claims = jose.base64url(b'{"vc":{"a":1,"a":1}}')
    header = jose.base64url(b'{"alg":"ES256"}')
    report = check(f"{header}.{claims}.AAAA".encode())
    assert "its content is not readable. One object in it has two members" in report.findings[0].sentence


# ── encodings ─────────────────────────────────────────────────────────────────

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


def texts() -> dict[str, Any]:
    unsigned = open_badges_3.credential(AWARD, ISSUER)
    del unsigned["credentialStatus"]
    token = jose.sign_vc_jwt(unsigned, KEY)
    return {"JSON": CREDENTIAL, "JWT": token, "JWT on a line": f"{token}\r\n", "address": AWARD.assertion_url}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", texts().values(), ids=texts())
def test_a_text_is_read_in_each_encoding_that_editors_write(text: str, encoding: str) -> None:
    listed = did.did_document(ISSUER, [PublicJwk(KEY.key_id, jwk_of(KEY.private.public_key()))])
    world = {**SITE, addresses.did_url(ISSUER.did): as_json(listed).encode()} if text.startswith("ey") else SITE
    assert check(text.encode(encoding), world).verdict is Verdict.VALID


def test_a_token_behind_a_mark_of_its_encoding_is_no_other_token() -> None:
    bent = (codecs.BOM_UTF8 * 2) + texts()["JWT"].encode()
    assert check(bent).verdict is Verdict.COULD_NOT_TELL
