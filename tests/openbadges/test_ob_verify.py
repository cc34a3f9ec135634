import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ob_samples import (
    ACHIEVEMENT,
    ISSUED,
    ISSUER,
    KEY,
    NOW,
    URL,
    artwork,
    as_json,
    fetcher,
    make_award,
    signed,
    site,
)

from bridge.openbadges import addresses, did, open_badges_2, open_badges_3, status
from bridge.openbadges.findings import period
from bridge.openbadges.pictures.baking import bake
from bridge.openbadges.signing import keys
from bridge.openbadges.signing.proof import sign
from bridge.openbadges.verifying.verify import Report, Verdict, site_fetcher, verify
from tests.attack.bending import same

AWARD = make_award(expires=NOW + timedelta(days=365))
CREDENTIAL, ASSERTION = signed(AWARD), open_badges_2.assertion(AWARD, ISSUER)
SITE = site(AWARD)
BADGE = bake(artwork(), credential=as_json(CREDENTIAL), assertion=as_json(ASSERTION))


def check(data: bytes | dict[str, Any], published: dict[str, bytes] = SITE, **options: Any) -> Report:
    data = data if isinstance(data, bytes) else as_json(data).encode()
    return verify(data, fetcher(published), options.pop("now", NOW), **options)


def told(report: Report, kind: str) -> list[tuple[bool | None, str]]:
    return [(finding.ok, finding.sentence) for finding in report.findings if finding.kind == kind]


def test_a_good_badge_is_valid() -> None:
    report = check(BADGE, recipient=AWARD.recipient)
    assert report.verdict is Verdict.VALID
    assert told(report, "proof") == [(True, "It is genuine: the signature fits, and nothing was changed since.")]
    assert told(report, "hosted") == [(True, "It is genuine: the issuer publishes the same assertion.")]
    assert [ok for ok, _ in told(report, "status")] == [True, True]
    assert "“First Aid”, issued by “Riverside School District”" in told(report, "issuer")[0][1]
    assert told(report, "expiry")[0][1] == "It was issued on 2026-01-15 and is valid until 2027-03-01 00:00 UTC."


@pytest.mark.parametrize("document", [CREDENTIAL, ASSERTION], ids=["3.0", "2.0"])
def test_each_document_alone_is_valid(document: dict[str, Any]) -> None:
    assert check(document).verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("recipient", "verdict"),
    [
        ("ada.lovelace@district.example", Verdict.VALID),
        (" Ada.Lovelace@DISTRICT.example", Verdict.VALID),
        ("eve@district.example", Verdict.NOT_VALID),
    ],
)
def test_it_tells_whose_badge_it_is(recipient: str, verdict: Verdict) -> None:
    assert check(BADGE, recipient=recipient).verdict is verdict


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("2029-11-19T07:59:59Z", "2029-11-19 07:59 UTC"),
        ("2029-11-18T23:59:59-08:00", "2029-11-18"),
        ("2029-11-18T12:00:00-08:00", "2029-11-18 12:00 UTC-08:00"),
        ("9999-12-31T23:59:59-08:00", "9999-12-31"),
        ("0001-01-01T00:00:00+08:00", "1-01-01 00:00 UTC+08:00"),
    ],
)
def test_an_end_within_a_day_is_told_to_the_minute(end: str, words: str) -> None:
    sentence = period("0001-01-01T00:00:00Z", end, NOW).sentence
    assert sentence.removesuffix(".").endswith(words)


@pytest.mark.parametrize(
    ("now", "word"), [(NOW + timedelta(days=365), "expired on 2027-03-01"), (ISSUED - timedelta(1), "not valid yet")]
)
def test_time_counts(now: datetime, word: str) -> None:
    report = check(BADGE, now=now)
    assert report.verdict is Verdict.NOT_VALID
    assert all(ok is False and word in sentence for ok, sentence in told(report, "expiry"))
    assert len(told(report, "expiry")) == 2


def test_a_revoked_badge_is_not_valid_by_either_document() -> None:
    published = site(AWARD, [AWARD.status_index], "Given by mistake.")
    report = check(BADGE, published)
    assert report.verdict is Verdict.NOT_VALID
    assert told(report, "status") == [
        (False, "It was revoked by its issuer."),
        (False, "It was revoked by its issuer: Given by mistake."),
    ]
    assert check(CREDENTIAL, published).verdict is Verdict.NOT_VALID
    assert check(ASSERTION, published).verdict is Verdict.NOT_VALID
    assert check(BADGE, site(AWARD, [AWARD.status_index - 1, AWARD.status_index + 1])).verdict is Verdict.VALID


def test_a_bare_revocation_notice_is_enough() -> None:
    notice = {"@context": ASSERTION["@context"], "type": "Assertion", "id": ASSERTION["id"], "revoked": True}
    report = check(ASSERTION, {**SITE, AWARD.assertion_url: as_json(notice).encode()})
    assert report.verdict is Verdict.NOT_VALID
    assert told(report, "status") == [(False, "It was revoked by its issuer.")]


def test_an_altered_badge_is_not_valid() -> None:
    better = replace(AWARD, achievement=replace(ACHIEVEMENT, name="Brain Surgery"))
    credential = {**open_badges_3.credential(better, ISSUER), "proof": CREDENTIAL["proof"]}
    report = check(credential)
    assert report.verdict is Verdict.NOT_VALID
    assert "changed after it was signed" in told(report, "proof")[0][1]
    assert not told(report, "issuer")
    other = {**ASSERTION, "narrative": "the best of all"}
    assert told(check(other), "hosted") == [
        (False, "It says something else than the assertion that its issuer publishes.")
    ]


def test_a_badge_signed_by_someone_else_is_not_valid() -> None:
    mine = keys.SigningKey("did:web:evil.example#key-1", keys.new_key())
    forged = sign(open_badges_3.credential(AWARD, ISSUER), mine, ISSUED)
    assert "not the issuer's" in told(check(forged), "proof")[0][1]
    unlisted = keys.SigningKey(f"{ISSUER.did}#key-2", mine.private)
    report = check(sign(open_badges_3.credential(AWARD, ISSUER), unlisted, ISSUED))
    assert report.verdict is Verdict.NOT_VALID
    assert "does not list the key" in told(report, "proof")[0][1]


def test_badges_of_a_retired_key_stay_valid() -> None:
    new = keys.SigningKey(f"{ISSUER.did}#key-2", keys.new_key())
    listed = did.did_document(ISSUER, [new.public, KEY.public])
    assert check(BADGE, {**SITE, addresses.did_url(ISSUER.did): as_json(listed).encode()}).verdict is Verdict.VALID


def test_a_self_made_identity_needs_no_site() -> None:
    private = keys.new_key()
    did = f"did:key:{keys.multibase(private.public_key())}"
    key = keys.SigningKey(f"{did}#{did.removeprefix('did:key:')}", private)
    document = open_badges_3.credential(AWARD, ISSUER)
    document["issuer"]["id"] = did
    del document["credentialStatus"]
    assert check(sign(document, key, ISSUED), {}).verdict is Verdict.VALID


@pytest.mark.parametrize("missing", [addresses.did_url(ISSUER.did), AWARD.status_list_url])
def test_without_the_issuer_s_site_it_can_t_be_told(missing: str) -> None:
    published = {address: data for address, data in SITE.items() if address != missing}
    report = check(CREDENTIAL, published)
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert any(missing in finding.sentence for finding in report.findings if finding.ok is None)


@pytest.mark.parametrize("missing", [AWARD.assertion_url, ACHIEVEMENT.badge_class_url, ISSUER.profile_url])
def test_without_the_hosted_documents_it_can_t_be_told(missing: str) -> None:
    published = {address: data for address, data in SITE.items() if address != missing}
    assert check(ASSERTION, published).verdict is Verdict.COULD_NOT_TELL


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"id": f"{URL}/status/2.json"}, "not this issuer's status list"),
        ({"issuer": "did:web:evil.example"}, "not this issuer's status list"),
        ({"validUntil": "2026-02-01T00:00:00Z"}, "does not count today"),
        ({"validFrom": "2027-02-01T00:00:00Z"}, "does not count today"),
    ],
)
def test_a_status_list_must_be_the_issuer_s_own(change: dict[str, Any], word: str) -> None:
    listed = {**status.credential(AWARD.status_list_url, ISSUER, status.status_list(), ISSUED), **change}
    report = check(CREDENTIAL, {**SITE, AWARD.status_list_url: as_json(sign(listed, KEY, ISSUED)).encode()})
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert word in told(report, "status")[0][1]


def test_a_doctored_status_list_does_not_count() -> None:
    listed = json.loads(SITE[AWARD.status_list_url])
    listed["credentialSubject"]["encodedList"] = status.status_list([1, 2, 3]).encoded()
    report = check(CREDENTIAL, {**SITE, AWARD.status_list_url: as_json(listed).encode()})
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert "not genuine" in told(report, "status")[0][1]


def test_an_assertion_on_another_site_is_not_the_issuer_s() -> None:
    elsewhere = {**ASSERTION, "id": "https://evil.example/a.json"}
    report = check(elsewhere, {**SITE, "https://evil.example/a.json": as_json(elsewhere).encode()})
    assert told(report, "hosted") == [(False, f"The assertion is not published by its issuer, {ISSUER.profile_url}.")]


def test_an_issuer_copied_into_an_assertion_is_not_trusted() -> None:
    badge = {**json.loads(SITE[ACHIEVEMENT.badge_class_url]), "issuer": {"id": ISSUER.profile_url, "name": "Eve"}}
    report = check({**ASSERTION, "badge": badge}, {**SITE, AWARD.assertion_url: as_json(ASSERTION).encode()})
    assert report.verdict is Verdict.NOT_VALID
    hosted = {**ASSERTION, "badge": badge}
    report = check(hosted, {**SITE, AWARD.assertion_url: as_json(hosted).encode()})
    assert "Riverside School District" in told(report, "issuer")[0][1]
    moved = json.loads(SITE[ISSUER.profile_url]) | {"id": "https://evil.example/"}
    report = check(ASSERTION, {**SITE, ISSUER.profile_url: as_json(moved).encode()})
    assert report.verdict is Verdict.COULD_NOT_TELL


@pytest.mark.parametrize(
    ("data", "verdict", "word"),
    [
        (artwork(), Verdict.NOT_VALID, "no badge in this picture"),
        (BADGE[:-20], Verdict.NOT_VALID, "cut off"),
        (b"", Verdict.COULD_NOT_TELL, "neither a PNG nor"),
        (b"eyJhbGciOiJFUzI1NiJ9.e30.AAAA", Verdict.NOT_VALID, "signed, but not a badge"),
        (b"[1, 2]", Verdict.COULD_NOT_TELL, "not an object"),
        (b"[" * 100_000, Verdict.COULD_NOT_TELL, "nested more than 64 deep"),
        (b"hello", Verdict.COULD_NOT_TELL, "other forms"),
        (b'{"type": "Recipe"}', Verdict.NOT_VALID, "not a badge"),
        (b'{"credentialSubject": {}}', Verdict.NOT_VALID, "who issued it"),
        (b'{"type": "VerifiableCredential", "issuer": "https://a.example"}', Verdict.NOT_VALID, "no proof"),
        (b'{"type": "Assertion", "id": 3}', Verdict.COULD_NOT_TELL, "not a hosted assertion"),
    ],
    ids=range(11),
)
def test_other_files_are_told_apart(data: bytes, verdict: Verdict, word: str) -> None:
    report = check(data)
    assert report.verdict is verdict
    assert any(word in finding.sentence for finding in report.findings)


def test_what_is_shown_of_a_foreign_badge_is_harmless() -> None:
    award = make_award()
    evil = json.loads(SITE[ACHIEVEMENT.badge_class_url]) | {"name": "a\x1b[2J\u202e\u009bb\n" + "x" * 500}
    report = check(
        open_badges_2.assertion(award, ISSUER), {**SITE, ACHIEVEMENT.badge_class_url: json.dumps(evil).encode()}
    )
    assert all(finding.sentence.isprintable() and len(finding.sentence) < 500 for finding in report.findings)


# ── whatever comes in ─────────────────────────────────────────────────────────

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=20), children, max_size=4),
    max_leaves=12,
)


def members(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [path, *(found for name, part in items for found in members(part, (*path, name)))]


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of *document* with *value* at *path*."""
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = changed(copy[path[0]], path[1:], value)
    return copy


@settings(deadline=20_000, max_examples=150)
@given(st.binary(max_size=100) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_get_a_report(data: bytes) -> None:
    assert check(data).verdict in (Verdict.NOT_VALID, Verdict.COULD_NOT_TELL)


@settings(deadline=20_000, max_examples=150)
@given(st.sampled_from([CREDENTIAL, ASSERTION]), st.data(), json_values)
def test_any_value_anywhere_gets_a_report(document: dict[str, Any], data: st.DataObject, value: Any) -> None:
    forged = changed(document, data.draw(st.sampled_from(members(document))), value)
    report = check(json.dumps(forged).encode(), recipient=AWARD.recipient)
    assert report.verdict is not Verdict.VALID or same(forged, document)


@settings(deadline=20_000, max_examples=50)
@given(st.sampled_from(sorted(SITE)), st.data(), json_values)
def test_any_value_anywhere_on_the_site_gets_a_report(address: str, data: st.DataObject, value: Any) -> None:
    document = json.loads(SITE[address])
    forged = changed(document, data.draw(st.sampled_from(members(document))), value)
    report = check(BADGE, {**SITE, address: json.dumps(forged).encode()}, recipient=AWARD.recipient)
    assert {finding.kind for finding in report.findings} >= {"proof"}


# ── a published site in a folder ──────────────────────────────────────────────


def write(folder: Path, published: dict[str, bytes], base: str = URL) -> None:
    for address, data in published.items():
        file = folder / address.removeprefix(f"{base}/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def test_a_badge_is_checked_from_a_folder(tmp_path: Path) -> None:
    write(tmp_path, SITE)
    assert verify(BADGE, site_fetcher(tmp_path, URL), NOW).verdict is Verdict.VALID
    assert verify(BADGE, site_fetcher(tmp_path, "https://other.example"), NOW).verdict is Verdict.COULD_NOT_TELL


@pytest.mark.parametrize("base", ["https://b.example", "http://127.0.0.1:8080/site/", "https://bücher.example:444"])
def test_did_web_is_found_whatever_the_base(tmp_path: Path, base: str) -> None:
    fetch = site_fetcher(tmp_path, base)
    address = addresses.did_url(addresses.did_web(base))
    path = address.split("://")[1].partition("/")[2].removeprefix("site/")
    write(tmp_path, {f"x/{path}": b"{}"}, "x")
    assert fetch(address) == b"{}"


@pytest.fixture
def secretive(tmp_path: Path) -> Callable[[str], bytes | None]:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "site").mkdir()
    (tmp_path / "site/link").symlink_to(tmp_path / "secret")
    (tmp_path / "site/a b.json").write_text("{}")
    return site_fetcher(tmp_path / "site", URL)


@pytest.mark.parametrize(
    "address",
    ["/../secret", "/%2e%2e/secret", "/%2Fetc/passwd", "/link", "/", "", "/none.json", "/%00", "s/a%20b.json", "/" * 9],
)
def test_nothing_else_comes_out_of_the_folder(secretive: Callable[[str], bytes | None], address: str) -> None:
    assert secretive(URL + address) is None
    assert secretive(f"{URL}/a%20b.json") == b"{}"
    assert secretive("http://[bad") is None


def test_times_without_an_offset_can_t_be_told() -> None:
    naive = {**ASSERTION, "issuedOn": "2026-01-15T09:30:00"}
    report = check(naive, {**SITE, AWARD.assertion_url: as_json(naive).encode()}, now=datetime(2026, 3, 1, tzinfo=UTC))
    assert report.verdict is Verdict.COULD_NOT_TELL
