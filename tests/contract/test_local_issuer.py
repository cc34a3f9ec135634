"""The embedded issuer: what lies in the site's folder, seen with a verifier's and a vandal's eyes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.backends.local import LocalIssuer
from bridge.errors import Refused
from bridge.model import Credential, Evidence, EvidenceKind
from bridge.openbadges.pictures import baking
from bridge.openbadges.verifying.verify import site_fetcher, verify
from bridge.site import StaticSite
from tests.contract.backends import artwork, local
from tests.fakes import story

LATER = story.NOON + timedelta(days=30)
FILES = [f"{folder}/{story.AWARD}.{kind}" for folder, kind in (("assertions", "json"), ("awards", "html"))]
FILES += [f"{folder}/{story.AWARD}.{kind}" for folder, kind in (("badges", "png"), ("credentials", "json"))]


def findings(folder: Path, data: bytes, recipient: str = story.TEACHER) -> dict[str, bool | None]:
    report = verify(data, site_fetcher(folder, story.SITE), story.NOON + timedelta(days=60), recipient)
    return {finding.kind: finding.ok for finding in report.findings}


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def site(folder: Path) -> StaticSite:
    return StaticSite(folder, story.issuer(), story.signing_key(), artwork)


def test_an_award_is_four_files_and_nothing_else(tmp_path: Path) -> None:
    local(tmp_path).issue(story.order(), story.achievement())
    assert names(tmp_path) == FILES


def test_the_same_order_gives_the_same_bytes_on_another_machine(tmp_path: Path) -> None:
    for machine in ("one", "two"):
        local(tmp_path / machine).issue(story.order(), story.achievement())
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_issuing_again_writes_nothing(tmp_path: Path) -> None:
    issuer = local(tmp_path)
    issuer.issue(story.order(), story.achievement())
    before = {name: (tmp_path / name).stat().st_ino for name in FILES}
    issuer.issue(story.order(), story.achievement())
    assert {name: (tmp_path / name).stat().st_ino for name in FILES} == before


def test_the_badge_is_genuine_until_it_is_withdrawn(tmp_path: Path) -> None:
    issuer, known = local(tmp_path), story.known()
    credential = issuer.issue(story.order(), story.achievement())
    site(tmp_path).refresh(known)
    badge = issuer.badge(credential)
    assert set(findings(tmp_path, badge).values()) == {True}
    assert findings(tmp_path, badge, "somebody@else.example")["recipient"] is False
    issuer.revoke(story.order(), credential, "A mix-up.", LATER)
    known.credentials["41-1"] = replace(credential, revoked_at=LATER)
    site(tmp_path).refresh(known)
    told = findings(tmp_path, badge)
    assert told["status"] is False
    assert told["proof"] is True


def test_both_kinds_are_baked_and_published(tmp_path: Path) -> None:
    issuer = local(tmp_path)
    baked = baking.unbake(issuer.badge(issuer.issue(story.order(), story.achievement())))
    assert baked.credential is not None
    assert baked.assertion is not None
    assert json.loads(baked.credential) == json.loads((tmp_path / f"credentials/{story.AWARD}.json").read_bytes())
    assert json.loads(baked.assertion) == json.loads((tmp_path / f"assertions/{story.AWARD}.json").read_bytes())
    assert json.loads(baked.credential)["proof"]["created"] == "2026-11-22T18:00:00Z"


def test_no_file_holds_the_address_nor_a_name_without_consent(tmp_path: Path) -> None:
    local(tmp_path).issue(replace(story.order(), name="", narrative="", evidence=()), story.achievement())
    for name in FILES:
        content = (tmp_path / name).read_bytes()
        assert b"maria@" not in content
        assert "Gómez".encode() not in content
        assert b"docs.google.com" not in content


def test_the_coachs_words_on_a_withdrawal_are_private_unless_set_otherwise(tmp_path: Path) -> None:
    for public in (False, True):
        issuer = replace(local(tmp_path / str(public)), publish_reasons=public)
        credential = issuer.issue(story.order(), story.achievement())
        issuer.revoke(story.order(), credential, "It was Tom's lesson.", LATER)
        assertion = json.loads((tmp_path / str(public) / f"assertions/{story.AWARD}.json").read_bytes())
        page = (tmp_path / str(public) / f"awards/{story.AWARD}.html").read_text()
        assert assertion["revoked"] is True
        assert assertion.get("revocationReason") == ("It was Tom's lesson." if public else None)
        assert ("Tom" in page) is public
        assert "no longer counts" in page


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("harm", ["gone", "empty", "cut", "another's"])
def test_an_award_that_is_not_whole_is_not_found_and_can_be_made_again(tmp_path: Path, name: str, harm: str) -> None:
    issuer, file = local(tmp_path), tmp_path / name
    credential = issuer.issue(story.order(), story.achievement())
    whole = file.read_bytes()
    if harm == "gone":
        file.unlink()
    if harm in ("empty", "cut"):
        file.write_bytes(whole[: 0 if harm == "empty" else len(whole) - 5])
    if harm == "another's":
        issuer.issue(story.order(story.OTHER_AWARD), story.achievement())
        file.write_bytes((tmp_path / name.replace(story.AWARD, story.OTHER_AWARD)).read_bytes())
    assert issuer.find(story.order()) is None
    assert issuer.issue(story.order(), story.achievement()) == credential
    assert file.read_bytes() == whole
    assert issuer.find(story.order()) == credential


@pytest.mark.parametrize(
    "award", ["../../etc/passwd", "", "x", story.AWARD.upper(), story.AWARD + "\n", "{" + story.AWARD + "}"]
)
def test_a_name_that_is_no_award_never_becomes_a_path(tmp_path: Path, award: str) -> None:
    issuer = local(tmp_path / "site")
    (tmp_path / "etc").mkdir()
    for attempt in (
        lambda: issuer.issue(story.order(award), story.achievement()),
        lambda: issuer.find(story.order(award)),
        lambda: issuer.badge(story.credential(award)),
        lambda: issuer.revoke(story.order(award), story.credential(award), "x", LATER),
    ):
        with pytest.raises(Refused, match="is no name of an award"):
            attempt()
    assert names(tmp_path) == []


def test_a_badges_key_can_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    odd = replace(story.achievement(), key="../../../x", version="..")
    order = replace(story.order(), achievement=odd.key, version=odd.version)
    known = story.known()
    known.orders["41-1"], known.versions[odd.key, odd.version] = order, odd
    local(tmp_path / "site").issue(order, odd)
    site(tmp_path / "site").refresh(known)
    site(tmp_path / "site").publish()
    assert all(name.startswith("site/") for name in names(tmp_path))


def test_a_folder_that_can_not_be_written_is_told_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file, no folder")
    with pytest.raises(Refused, match=r"can't be written.*choose another folder in \[site\]"):
        local(tmp_path / "site").issue(story.order(), story.achievement())


def test_artwork_that_can_not_carry_a_badge_is_told_with_the_cure(tmp_path: Path) -> None:
    issuer = replace(local(tmp_path), artwork=lambda digest: story.artwork()[:-20])
    with pytest.raises(Refused, match=r"Feedback that moves learning.*cut off.*Download or export it again"):
        issuer.issue(story.order(), story.achievement())
    assert names(tmp_path) == []


def test_a_badge_is_signed_with_the_key_of_its_order(tmp_path: Path) -> None:
    issuer = LocalIssuer(story.issuer(), story.signing_key(2), local(tmp_path).files, artwork)
    with pytest.raises(Refused, match="Put its key file back"):
        issuer.issue(story.order(), story.achievement())
    both = replace(issuer, retired=(story.signing_key(1),))
    both.issue(story.order(), story.achievement())
    signed = json.loads((tmp_path / f"credentials/{story.AWARD}.json").read_bytes())
    assert signed["proof"]["verificationMethod"] == story.signing_key(1).key_id


def test_what_was_ordered_for_a_leaked_key_is_signed_by_the_present_one(tmp_path: Path) -> None:
    old, present = story.signing_key(1), story.signing_key(2)
    issuer = LocalIssuer(story.issuer(), present, local(tmp_path).files, artwork, retired=(old,))
    replace(issuer, leaked=frozenset({old.key_id})).issue(story.order(), story.achievement())
    signed = json.loads((tmp_path / f"credentials/{story.AWARD}.json").read_bytes())
    assert signed["proof"]["verificationMethod"] == present.key_id


def test_withdrawing_says_what_was_issued_whatever_the_catalogue_says_now(tmp_path: Path) -> None:
    issuer = local(tmp_path)
    credential = issuer.issue(story.order(), story.achievement())
    before = (tmp_path / f"awards/{story.AWARD}.html").read_text()
    issuer.revoke(story.order(), credential, "", LATER)
    after = (tmp_path / f"awards/{story.AWARD}.html").read_text()
    for words in ("Feedback that moves learning", "<strong>before and after</strong>", "12 hours", "Maria Gómez"):
        assert words in before
        assert words in after


def test_withdrawing_where_the_files_were_lost_is_told_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Put the site's folder back from a backup"):
        local(tmp_path).revoke(story.order(), story.credential(), "", LATER)


def test_a_credential_of_another_order_is_not_withdrawn(tmp_path: Path) -> None:
    issuer = local(tmp_path)
    issuer.issue(story.order(), story.achievement())
    other: Credential = issuer.issue(story.order(story.OTHER_AWARD), story.achievement())
    with pytest.raises(Refused):
        issuer.revoke(story.order(), other, "", LATER)


def test_evidence_that_is_no_web_address_is_told_without_a_link(tmp_path: Path) -> None:
    odd = Evidence(1, EvidenceKind.ODD, "javascript:alert(1)", name="<b>My film</b>", note="\u202enote")
    local(tmp_path).issue(replace(story.order(), evidence=(odd,)), story.achievement())
    page = (tmp_path / f"awards/{story.AWARD}.html").read_text()
    assert "javascript" not in page
    assert "&lt;b&gt;My film&lt;/b&gt;" in page
    assert "javascript" not in (tmp_path / f"credentials/{story.AWARD}.json").read_text()


def test_evidence_says_what_it_is(tmp_path: Path) -> None:
    """By its kind: what a page's address ends with would be a guess. What has no address has no kind either."""
    links = [
        (EvidenceKind.UPLOAD, "https://drive.google.com/open?id=1", "File"),
        (EvidenceKind.DRIVE, "https://drive.google.com/file/d/2/view", "File"),
        (EvidenceKind.FOLDER, "https://drive.google.com/drive/folders/3", "Folder"),
        (EvidenceKind.WEB, "https://film.example/4", "Web page"),
        (EvidenceKind.ODD, "", None),
    ]
    items = tuple(Evidence(n, kind, url, name=f"No. {n}") for n, (kind, url, _) in enumerate(links, 1))
    local(tmp_path).issue(replace(story.order(), evidence=items), story.achievement())
    for folder in ("credentials", "assertions"):
        told = json.loads((tmp_path / f"{folder}/{story.AWARD}.json").read_bytes())["evidence"]
        assert [(item.get("id", ""), item.get("genre")) for item in told] == [(url, word) for _, url, word in links]


def test_a_badge_with_another_place_in_the_status_lists_is_not_the_one_that_was_ordered(tmp_path: Path) -> None:
    """To withdraw it would withdraw somebody else's."""
    issuer = local(tmp_path)
    issuer.issue(story.order(), story.achievement())
    assert issuer.find(story.order()) is not None
    assert issuer.find(replace(story.order(), status_index=4712)) is None
