"""Documents, tokens and answers of servers, bent at random: no error, no long wait, and never valid when altered."""

from __future__ import annotations

import base64
import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.openbadges.findings import Verdict
from bridge.openbadges.signing.proof import sign
from tests.attack import bending
from tests.attack.bending import ASSERTION, AWARD, CREDENTIAL, FORMS, PUBLISHED, ask, bent, text, unaltered, valid
from tests.openbadges import ob_samples

PATIENCE = timedelta(seconds=10)
QUICK = settings(max_examples=60, deadline=PATIENCE)
LONG = settings(max_examples=400, deadline=PATIENCE)

TOKENS = ("VC-JWT ES256", "VC-JWT RS256", "2.0 signed")
JSONS = {url: json.loads(data) for url, data in PUBLISHED.items()}
documents = st.sampled_from([CREDENTIAL, ASSERTION])


def dumped(document: Any) -> bytes:
    return json.dumps(document).encode()


def read(data: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def check_bent_document(document: dict[str, Any]) -> None:
    if valid(ask(dumped(document))):
        assert unaltered(document)


def check_bent_answer(url: str, answer: bytes) -> None:
    """Whatever is published at one address, the check comes to an end; what was revoked stays so."""
    for form in ("3.0", "2.0", "VC-JWT RS256", "2.0 signed"):
        ask(FORMS[form], {**PUBLISHED, url: answer})
    report = ask(FORMS["3.0"], {**PUBLISHED, url: answer})
    if url == bending.LIST and valid(report):
        assert bending.same(json.loads(answer), JSONS[url])


@QUICK
@given(documents.flatmap(bent))
def test_a_bent_document_is_not_valid(document: dict[str, Any]) -> None:
    check_bent_document(document)


@settings(QUICK, max_examples=30)
@given(st.sampled_from(sorted(JSONS)).flatmap(lambda url: st.tuples(st.just(url), bent(JSONS[url]))))
def test_a_bent_answer_is_no_error(found: tuple[str, dict[str, Any]]) -> None:
    check_bent_answer(found[0], dumped(found[1]))


@pytest.mark.slow
@LONG
@given(documents.flatmap(bent))
def test_many_bent_documents_are_not_valid(document: dict[str, Any]) -> None:
    check_bent_document(document)


@pytest.mark.slow
@settings(LONG, max_examples=150)
@given(st.sampled_from(sorted(JSONS)).flatmap(lambda url: st.tuples(st.just(url), bent(JSONS[url]))))
def test_many_bent_answers_are_no_errors(found: tuple[str, dict[str, Any]]) -> None:
    check_bent_answer(found[0], dumped(found[1]))


@QUICK
@given(bent(CREDENTIAL))
def test_a_bent_document_is_not_valid_to_others_either(document: dict[str, Any]) -> None:
    if valid(ask(dumped(document), second_opinion=True)):
        assert unaltered(document)


def test_words_that_could_be_swapped_after_signing_are_not_left_to_a_second_opinion() -> None:
    """A badge of an issuer who lets people link to the achievement itself as evidence, under a name of their own."""
    unsigned = {name: value for name, value in CREDENTIAL.items() if name not in ("proof", "credentialStatus")}
    lent = {
        "id": AWARD.achievement.id,
        "type": ["Evidence"],
        "name": "Doctor of Medicine",
        "description": "Can operate.",
    }
    signed = sign({**unsigned, "evidence": [lent]}, ob_samples.KEY, ob_samples.ISSUED)
    swapped = deepcopy(signed)
    one, two = swapped["credentialSubject"]["achievement"], swapped["evidence"][0]
    for name in ("name", "description"):
        one[name], two[name] = two[name], one[name]
    for document in (signed, swapped):
        report = ask(dumped(document), second_opinion=True)
        assert report.verdict is Verdict.COULD_NOT_TELL
        assert "tells two things" in report.findings[0].sentence


# ── text ──────────────────────────────────────────────────────────────────────


@st.composite
def spliced(draw: st.DrawFn, whole: bytes) -> bytes:
    """Draw *whole* with pieces cut out, changed, moved, or written twice."""
    data = whole
    for _ in range(draw(st.integers(1, 3))):
        one, two = sorted(draw(st.tuples(st.integers(0, len(data)), st.integers(0, len(data)))))
        two = min(two, one + draw(st.sampled_from([0, 1, 2, 10, 100, 100_000])))
        place = draw(st.integers(0, len(data)))
        piece = draw(st.binary(max_size=4) | st.sampled_from([b'"', b"{", b"]", b",", b"\\", b'"name":"Eve",', b"\0"]))
        match draw(st.sampled_from(["cut", "put", "double", "move"])):
            case "cut":
                data = data[:one] + data[two:]
            case "put":
                data = data[:one] + piece + data[min(one + draw(st.integers(0, len(piece))), len(data)) :]
            case "double":
                data = data[:place] + data[one:two] + data[place:]
            case _:
                data = data[:one] + data[two:place] + data[one:two] + data[max(place, two) :]
    return data


def check_spliced_text(data: bytes) -> None:
    if valid(ask(data)) and data.strip() != FORMS["address"]:
        document = read(data)
        assert document is not None
        assert unaltered(document)


@settings(QUICK, max_examples=100)
@given(st.sampled_from(["3.0", "2.0", "address"]).flatmap(lambda form: spliced(FORMS[form])))
def test_a_text_with_pieces_moved_is_not_valid(data: bytes) -> None:
    check_spliced_text(data)


@pytest.mark.slow
@LONG
@given(st.sampled_from(["3.0", "2.0", "address"]).flatmap(lambda form: spliced(FORMS[form])))
def test_many_texts_with_pieces_moved_are_not_valid(data: bytes) -> None:
    check_spliced_text(data)


@settings(QUICK, max_examples=200)
@given(st.binary(max_size=300) | st.text(st.characters(exclude_categories=["Cs"]), max_size=100).map(str.encode))
def test_noise_is_no_badge(data: bytes) -> None:
    starts = (
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"<svg>",
        b"{",
        b"eyJ",
        b"https://",
        b'<?xml version="1.0"?><svg ',
        b"eyJ.eyJ.",
    )
    for start in starts:
        assert not valid(ask(start + data))


@QUICK
@given(st.dictionaries(st.sampled_from(bending.NAMES), bending.anything, max_size=8), st.booleans())
def test_a_document_of_any_kind_is_told(members: dict[str, Any], credential: bool) -> None:
    kind = {"type": "VerifiableCredential"} if credential else {"type": "Assertion"}
    assert not valid(ask(dumped({**members, **kind})))


@settings(QUICK, max_examples=20)
@given(st.dictionaries(st.sampled_from(sorted(PUBLISHED)), st.binary(max_size=99) | bending.anything.map(dumped)))
def test_servers_that_answer_nonsense_are_no_error(answers: dict[str, bytes]) -> None:
    world = {**PUBLISHED, **answers}
    for data in FORMS.values():
        assert ask(data, world).findings


# ── tokens ────────────────────────────────────────────────────────────────────


def parts(token: bytes) -> list[bytes]:
    return token.split(b".")


def packed(value: Any) -> bytes:
    return base64.urlsafe_b64encode(dumped(value)).rstrip(b"=")


def unpacked(part: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + b"=="))
    return found


def check_spliced_token(form: str, data: bytes) -> None:
    if valid(ask(data)):
        assert parts(data.strip())[:2] == parts(FORMS[form])[:2]


@st.composite
def bent_tokens(draw: st.DrawFn) -> bytes:
    """Draw a token of which a part was bent, and its signature left as it was."""
    header, payload, signature = parts(FORMS[draw(st.sampled_from(TOKENS))])
    if draw(st.booleans()):
        return b".".join([packed(draw(bent(unpacked(header)))), payload, signature])
    return b".".join([header, packed(draw(bent(unpacked(payload)))), signature])


@QUICK
@given(bent_tokens())
def test_a_bent_token_is_not_valid(data: bytes) -> None:
    for form in TOKENS:
        check_spliced_token(form, data) if parts(data)[:2] != parts(FORMS[form])[:2] else None


@QUICK
@given(st.sampled_from(TOKENS).flatmap(lambda form: st.tuples(st.just(form), spliced(FORMS[form]))))
def test_a_token_with_pieces_moved_is_not_valid(found: tuple[str, bytes]) -> None:
    check_spliced_token(*found)


@QUICK
@given(bent(unpacked(parts(FORMS["VC-JWT RS256"])[1])), st.booleans())
def test_whatever_an_issuer_signs_is_no_error(claims: dict[str, Any], wrapped: bool) -> None:
    header = {"alg": "RS256", "kid": bending.RSA.key_id}
    assert ask(bending.token(header, {"vc": claims} if wrapped else claims)).findings


@QUICK
@given(bent(bending.SIGNED_ASSERTION))
def test_whatever_is_signed_as_an_older_badge_is_no_error(claims: dict[str, Any]) -> None:
    assert ask(bending.token({"alg": "RS256"}, claims)).findings


@pytest.mark.slow
@settings(LONG, max_examples=200)
@given(st.data())
def test_many_bent_tokens_are_not_valid(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(TOKENS))
    check_spliced_token(form, data.draw(spliced(FORMS[form])))
    header = {"alg": "RS256", "kid": bending.RSA.key_id}
    ask(bending.token(header, data.draw(bent(unpacked(parts(FORMS[form])[1])))))


# ── what must never happen ────────────────────────────────────────────────────


@QUICK
@given(documents.flatmap(bent))
def test_a_revoked_badge_is_not_valid_however_it_is_bent(document: dict[str, Any]) -> None:
    assert not valid(ask(dumped(document), bending.revoked()))


def test_the_samples_are_valid_and_the_revoked_ones_are_not() -> None:
    """Else all of the above would say nothing."""
    assert {form: ask(data).verdict for form, data in FORMS.items()} == dict.fromkeys(FORMS, Verdict.VALID)
    revoked = {form for form, data in FORMS.items() if not valid(ask(data, bending.revoked()))}
    assert revoked == set(FORMS) - {"2.0 signed"}  # that one needs a list of its own
    assert unaltered(json.loads(text(CREDENTIAL)))
    assert not unaltered({**CREDENTIAL, "name": "Brain Surgery"})
    assert AWARD.recipient not in text(CREDENTIAL)
