"""The worst that people may write, all the way: documents, proof, pictures, our own check, other people's software."""

import json
from functools import cache
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ob_hostile import BAD_LINKS, LINKS, MAILBOXES, TEXTS, award, texts
from ob_samples import ISSUER, KEY, NOW, artwork, as_json, fetcher, make_award, site
from openbadgeslib.baking import extract_png
from openbadgeslib.ob2.verifier import OB2Verifier
from openbadgeslib.ob3.ldp import OB3LdpVerifier

from bridge.openbadges import open_badges_2, open_badges_3
from bridge.openbadges.addresses import web_address
from bridge.openbadges.documents import Award, EvidenceItem, Issuer
from bridge.openbadges.errors import BadDocument
from bridge.openbadges.pictures import baking, svg
from bridge.openbadges.signing import proof
from bridge.openbadges.signing.canonical import canonical, context
from bridge.openbadges.signing.shapes import Shapes
from bridge.openbadges.signing.templates import CONTROLS, LONGEST
from bridge.openbadges.text import clean
from bridge.openbadges.verifying.verify import Verdict, verify

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>'


@cache
def shapes() -> Shapes:
    """Shapes that know the one shape that all awards of the corpus have."""
    known, document = Shapes(), open_badges_3.credential(award("plain", ISSUER), ISSUER)
    for _ in range(2):
        known.canonical(document)
    return known


def by_pyoxigraph(document: dict[str, Any]) -> str:
    """Return *document* as canonical N-Quads by software that shares nothing with ours, from JSON-LD on."""
    inlined = {**document, "@context": [context(url)["@context"] for url in document["@context"]]}
    found = pyoxigraph.Dataset(pyoxigraph.parse(json.dumps(inlined), pyoxigraph.RdfFormat.JSON_LD))
    found.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad} .\n" for quad in found))


def assert_all_agree(document: dict[str, Any]) -> None:
    """*document* has one canonical form; the template gives it, or leaves what looks unusual to PyLD."""
    expected = canonical(document)
    assert by_pyoxigraph(document) == expected
    fast = shapes().fast(document)
    written = as_json(document)
    escaped = CONTROLS.search(written.encode()) is not None
    unusual = len(written.encode()) > LONGEST or escaped or "[" in document["evidence"][0]["id"]
    assert fast == expected or (fast is None and unusual)
    for _ in range(3):  # narrower templates are made of it
        assert shapes().canonical(document) == expected


def assert_it_travels(given: Award) -> None:
    """The badge comes out of both kinds of pictures as it went in, and everyone who looks at it is content."""
    signed = proof.sign(open_badges_3.credential(given, ISSUER), KEY, given.issued_on, shapes().canonical)
    told = {"credential": as_json(signed), "assertion": as_json(open_badges_2.assertion(given, ISSUER))}
    png, drawing = baking.bake(artwork(), **told), svg.bake(DRAWING, **told)
    assert baking.unbake(png) == baking.Baked(**told)
    drawn = svg.unbake(drawing)
    assert [json.loads(drawn.credential or ""), json.loads(drawn.assertion or "")] == list(
        map(json.loads, told.values())
    )
    for picture in (png, drawing):
        report = verify(picture, fetcher(site(given)), NOW, given.recipient.swapcase())
        assert report.verdict is Verdict.VALID, report.findings
        assert all(finding.sentence.isprintable() for finding in report.findings)
    published = site(given).__getitem__
    baked = extract_png(png, keyword=b"openbadgecredential")
    found = OB3LdpVerifier.for_issuer_did(ISSUER.did).verify(baked, download=published)
    assert found.name == clean(given.achievement.name)
    OB2Verifier(download=published).verify_hosted(told["assertion"], expected_recipient=given.recipient.lower())


@pytest.mark.parametrize("name", TEXTS)
def test_whatever_people_write_travels(name: str) -> None:
    given = award(TEXTS[name], ISSUER)
    assert_all_agree(open_badges_3.credential(given, ISSUER))
    assert_it_travels(given)


@pytest.mark.parametrize("link", [link for link, told in LINKS.items() if told])
def test_whatever_is_linked_travels(link: str) -> None:
    given = award("x", ISSUER, link)
    document = open_badges_3.credential(given, ISSUER)
    assert document["evidence"][0]["id"] == LINKS[link]
    pyoxigraph.NamedNode(document["evidence"][0]["id"])  # raises for what is no IRI
    assert_all_agree(document)
    assert_it_travels(given)


@pytest.mark.parametrize("link", BAD_LINKS)
def test_what_is_no_web_address_is_told(link: str) -> None:
    with pytest.raises(BadDocument, match=r"is not a (web address|domain name)"):
        web_address(link)


@pytest.mark.parametrize("mailbox", MAILBOXES)
def test_however_an_address_is_typed_it_is_the_same_recipient(mailbox: str) -> None:
    given = make_award(recipient=mailbox)
    badge = as_json(proof.sign(open_badges_3.credential(given, ISSUER), KEY, given.issued_on)).encode()
    for typed, verdict in ((mailbox, Verdict.VALID), (MAILBOXES[mailbox], Verdict.VALID), ("x@y", Verdict.NOT_VALID)):
        assert verify(badge, fetcher(site(given)), NOW, typed).verdict is verdict


@pytest.mark.parametrize("host", ["bücher.example", "例え.テスト", "xn--bcher-kva.example", "BÜCHER.example:8443/ü x"])
def test_an_issuer_may_have_any_domain(host: str) -> None:
    issuer = Issuer(f"https://{host}", "Bücher", "badges@d.example")
    given = award("x", issuer)
    document = open_badges_3.credential(given, issuer)
    assert document["issuer"]["id"].isascii()
    pyoxigraph.NamedNode(document["credentialSubject"]["achievement"]["id"])
    assert by_pyoxigraph(document) == canonical(document)


def test_equal_tags_and_equal_alignments_are_told_once() -> None:
    told = open_badges_3.credential(award("x", ISSUER), ISSUER)["credentialSubject"]["achievement"]
    assert told["tag"] == ["xx"]
    assert [target["targetCode"] for target in told["alignment"]] == ["xx", "another xx"]


@settings(max_examples=50, deadline=None)
@given(texts, st.sampled_from([link for link, told in LINKS.items() if told]))
def test_whatever_the_texts_all_agree_on_what_is_signed(text: str, link: str) -> None:
    assert_all_agree(open_badges_3.credential(award(text, ISSUER, link), ISSUER))


short = texts.map(lambda text: text[:2000])


@settings(max_examples=40, deadline=None)
@given(short, short, short)
def test_nothing_that_people_write_keeps_a_badge_from_being_signed(one: str, two: str, three: str) -> None:
    """Verifiers sort differently where one property has several texts; here only tags do, and these become one."""
    item = EvidenceItem(one, "https://x.example/", two, three)
    given = make_award(name=one, narrative=two, evidence=(item, EvidenceItem(three, None, one, two, three)))
    signed = proof.sign(open_badges_3.credential(given, ISSUER), KEY, given.issued_on)
    proof.check(signed, lambda _: KEY.public)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(texts, st.sampled_from([link for link, told in LINKS.items() if told]))
def test_many_more_texts_travel(text: str, link: str) -> None:
    given = award(text, ISSUER, link)
    assert_all_agree(open_badges_3.credential(given, ISSUER))
    assert_it_travels(given)
