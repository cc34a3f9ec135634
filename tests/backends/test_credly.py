"""What the bridge does at Credly, seen from Credly: a small server built from its public documentation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.backends.pictures import NoPicture
from bridge.errors import BadgeClosed, Refused
from bridge.model import Acceptance, Credential, Evidence, EvidenceKind
from tests.backends.credly_town import Town, order, town
from tests.fakes import story


@pytest.fixture
def here() -> Iterator[Town]:
    with town() as made:
        yield made


# ── issuing and finding ──────────────────────────────────────────────────────


def test_an_award_becomes_a_badge_that_waits_for_its_earner(here: Town) -> None:
    credential = here.issue()
    (badge,) = here.server.badges
    assert credential == Credential(
        award=story.AWARD,
        attempt_id="41-1",
        url=story.PAGE,
        image=badge["image_url"],
        backend="credly",
        backend_ref=badge["id"],
        issued_at=story.NOON,
        acceptance=Acceptance.WAITING,
        accept_url=f"https://www.credly.com/badges/{badge['id']}/accept",
    )
    assert here.credly().find(order()) == credential


def test_what_credly_is_told_is_what_the_order_says(here: Town) -> None:
    here.credly(locale="es-US").issue(
        order(recipient="Maria@Lakeview.example", expires=story.NOON + timedelta(days=365)), story.achievement()
    )
    (call,) = here.server.requests
    assert (call.method, call.path) == ("POST", f"/v1/organizations/{here.server.organization}/badges")
    told = dict(call.body or {})
    evidence = told.pop("evidence")
    earner = told.pop("issuer_earner_id")
    assert told == {
        "recipient_email": "maria@lakeview.example",
        "issued_to_first_name": "Maria",
        "issued_to_last_name": "Gómez",
        "badge_template_id": here.template,
        "issued_at": "2026-11-22 18:00:00 +0000",
        "expires_at": "2027-11-22 18:00:00 +0000",
        "suppress_badge_notification_email": True,
        "duplicate_behavior": "deny",
        "locale": "es-US",
    }
    assert [(item["type"], item["value"]) for item in evidence] == [
        ("UrlEvidence", "https://class.example/blog"),
        ("UrlEvidence", story.PAGE),
    ]
    assert len(earner) == 24
    assert "maria" not in earner


def test_an_award_that_never_expires_says_so(here: Town) -> None:
    """Left out, Credly would take the template's own term."""
    here.issue(expires=None)
    told = here.server.requests[0].body or {}
    assert told["expires_at"] is False
    assert "locale" not in told


def test_a_person_has_one_key_which_tells_nothing_outside_of_the_organization(here: Town) -> None:
    other = here.server.template("Another badge")
    here.issue()
    both = here.credly(badges={"feedback-that-moves": other})
    both.issue(order(story.OTHER_AWARD, recipient=story.TEACHER.upper()), story.achievement())
    keys = {badge["issuer_earner_id"] for badge in here.server.badges}
    assert len(keys) == 1
    assert here.credly().issue(order(recipient="someone@else.example"), story.achievement())
    assert here.server.badges[-1]["issuer_earner_id"] not in keys


def test_credly_sends_no_mails(here: Town) -> None:
    credential = here.issue()
    here.credly().revoke(order(), credential, "A mix-up.", story.NOON)
    assert here.server.mails == []


def test_every_call_asks_the_quota_first(here: Town) -> None:
    credly = here.credly()
    credential = credly.issue(order(), story.achievement())
    credly.find(order())
    credly.badge(credential)
    credly.acceptance([credential])
    credly.survey()
    credly.revoke(order(), credential, "A mix-up.", story.NOON)
    calls = len(here.server.requests) + len(here.server.image_requests)
    assert here.quota.taken == [("credly", 1)] * calls


def test_last_years_award_is_not_this_one(here: Town) -> None:
    here.issue()
    assert here.credly().find(order(story.OTHER_AWARD)) is None


def test_a_link_to_an_older_award_among_the_evidence_is_no_mark(here: Town) -> None:
    older = f"{story.SITE}/awards/{story.OTHER_AWARD}.html"
    here.issue(evidence=(Evidence(1, EvidenceKind.WEB, older), Evidence(2, EvidenceKind.ODD, "see my shelf")))
    assert [item["value"] for item in here.server.badges[0]["evidence"]] == [f"{older}#evidence", story.PAGE]
    assert here.credly().find(order(story.OTHER_AWARD)) is None


def test_an_award_is_found_on_whatever_page_it_stands(here: Town) -> None:
    here.server.per = 2
    here.server.templates[here.template]["allow_duplicate_badges"] = True
    for number in range(5):
        here.issue(f"00000000-0000-0000-0000-00000000000{number}")
    credential = here.issue()
    assert here.credly().find(order()) == credential
    assert [call.query["page"] for call in here.server.requests if call.method == "GET"] == ["1", "2", "3"]


def test_an_award_is_found_though_its_badge_got_another_template_meanwhile(here: Town) -> None:
    credential = here.issue()
    assert here.credly(badges={}).find(order()) == credential


def test_an_address_with_a_sign_of_the_filters_is_found_by_its_key(here: Town) -> None:
    odd = "a|state::revoked@lakeview.example"
    credential = here.issue(recipient=odd)
    assert here.credly().find(order(recipient=odd)) == credential
    assert "|" not in here.server.requests[-1].query["filter"]


def test_where_a_listing_leaves_the_evidence_out_the_badge_itself_is_asked(here: Town) -> None:
    credential = here.issue()
    here.server.tells_evidence = False
    assert here.credly().find(order()) == credential
    here.server.serves_single = False
    with pytest.raises(Refused, match="nobody can tell which award it is"):
        here.credly().find(order())


def test_of_two_badges_of_one_award_the_one_that_counts_is_taken(here: Town) -> None:
    here.server.templates[here.template]["allow_duplicate_badges"] = True
    first, second = here.issue(), here.issue()
    here.server.accept(first.backend_ref, "revoked")
    found = here.credly().find(order())
    assert found is not None
    assert found.backend_ref == second.backend_ref


# ── duplicates ───────────────────────────────────────────────────────────────


def test_issuing_again_takes_the_badge_that_is_there(here: Town) -> None:
    first = here.issue()
    assert here.issue() == first
    assert len(here.server.badges) == 1


def test_last_years_badge_in_the_way_is_named_and_left_alone(here: Town) -> None:
    last_year = here.issue(story.OTHER_AWARD, issued_on=story.NOON - timedelta(days=365))
    here.server.accept(last_year.backend_ref)
    with pytest.raises(Refused) as caught:
        here.issue()
    assert "issued on 2025-11-22" in str(caught.value)
    assert f"https://www.credly.com/badges/{last_year.backend_ref})" in str(caught.value)
    assert "badge-bridge retry 41" in str(caught.value)
    assert story.TEACHER not in str(caught.value)
    assert len(here.server.badges) == 1


def test_last_years_badge_is_no_obstacle_once_it_was_revoked(here: Town) -> None:
    last_year = here.issue(story.OTHER_AWARD)
    here.credly().revoke(order(story.OTHER_AWARD), last_year, "Done again.", story.NOON)
    assert here.issue().backend_ref != last_year.backend_ref


def test_a_duplicate_that_no_list_shows_needs_a_person(here: Town) -> None:
    here.issue(story.OTHER_AWARD)
    here.server.badges[0]["recipient_email"] = "maria@home.example"
    with pytest.raises(Refused, match="another address of the same person"):
        here.issue()


# ── what needs fixing ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        ({"given_name": ""}, "the first name of 41-1"),
        ({"family_name": " "}, "the last name of 41-1"),
        ({"given_name": "", "family_name": ""}, "the first and the last name of 41-1"),
    ],
)
def test_without_both_names_nothing_is_sent(here: Town, names: dict[str, str], missing: str) -> None:
    with pytest.raises(Refused, match=f"Needs fix: .*{missing} is missing.*one name only: .*local"):
        here.issue(**names)
    assert here.server.requests == []


@pytest.mark.parametrize(
    ("fault", "field"),
    [("422:issued_to_last_name", "last name"), ("422:recipient_email", "e-mail address"), ("422:evidence", "evidence")],
)
def test_a_422_names_the_field_in_plain_words(here: Town, fault: str, field: str) -> None:
    here.server.faults.next("issue", fault)
    with pytest.raises(Refused, match=f"Needs fix: Credly does not take the {field} of 41-1") as caught:
        here.issue()
    assert "can't be blank" in str(caught.value)
    assert here.server.badges == []
    assert here.issue().backend_ref == here.server.badges[0]["id"]


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ("422:badge_template_id+recipient_email", "e-mail address"),
        ("422:issued_to_first_name+badge_template_id", "first name"),
        ("422:evidence+badge_template", "evidence"),
    ],
)
def test_a_field_of_one_person_closes_the_badge_for_nobody_though_the_template_is_named(
    here: Town, fault: str, field: str
) -> None:
    here.server.faults.next("issue", fault)
    with pytest.raises(Refused, match=f"Needs fix: Credly does not take the {field} of 41-1") as caught:
        here.issue()
    assert not isinstance(caught.value, BadgeClosed)
    assert here.server.badges == []
    other = here.issue(story.OTHER_AWARD, recipient="jo@lakeview.example")
    assert [badge["id"] for badge in here.server.badges] == [other.backend_ref]


def test_an_address_that_credly_does_not_take_is_not_repeated_to_everybody(here: Town) -> None:
    with pytest.raises(Refused, match="Needs fix: Credly does not take the e-mail address") as caught:
        here.issue(recipient="maria@lakeview")
    assert "maria@lakeview" not in str(caught.value)
    assert "(an address)" in str(caught.value)


def test_another_version_of_the_badge_than_the_order_names_is_refused(here: Town) -> None:
    with pytest.raises(Refused, match="another version"):
        here.credly().issue(order(), replace(story.achievement(), version="v2"))
    assert here.server.requests == []


# ── a badge that is closed ───────────────────────────────────────────────────


def test_an_archived_template_closes_the_badge_with_one_sentence_for_all(here: Town) -> None:
    here.server.archive(here.template)
    said = set()
    for recipient in ("maria@lakeview.example", "jo@lakeview.example"):
        with pytest.raises(BadgeClosed, match=r"archived.*\[credly\.badges\]") as caught:
            here.issue(recipient=recipient)
        said.add(str(caught.value))
    assert len(said) == 1
    here.server.templates[here.template]["state"] = "active"
    assert here.issue().award == story.AWARD


def test_a_template_that_is_not_there_closes_the_badge(here: Town) -> None:
    with pytest.raises(BadgeClosed, match="not there"):
        here.credly(badges={"feedback-that-moves": "00000000"}).issue(order(), story.achievement())


def test_a_404_where_the_organization_answers_is_about_the_template(here: Town) -> None:
    here.server.faults.next("issue", "404")
    with pytest.raises(BadgeClosed):
        here.issue()


def test_a_badge_without_a_template_in_the_settings_is_closed(here: Town) -> None:
    with pytest.raises(BadgeClosed, match='feedback-that-moves = "<id of the template>"'):
        here.credly(badges={}).issue(order(), story.achievement())
    assert here.server.requests == []


# ── pictures ─────────────────────────────────────────────────────────────────


def test_the_picture_comes_from_the_other_host_which_never_sees_the_token(here: Town) -> None:
    credential = here.issue()
    assert here.credly().badge(credential) == here.server.picture
    (call,) = here.server.image_requests
    assert {"Authorization", "Cookie"} & set(call.headers) == set()
    assert here.server.token not in str(call)


def test_a_picture_that_moved_is_asked_for_at_credly(here: Town) -> None:
    credential = here.issue()
    here.server.faults.next("image", "404")
    assert here.credly().badge(credential) == here.server.picture
    assert here.server.requests[-1].path.endswith(f"/badges/{credential.backend_ref}")


def test_a_picture_that_is_nowhere_needs_a_person(here: Town) -> None:
    credential = here.issue()
    here.server.faults.next("image", "404", "404")
    with pytest.raises(NoPicture):
        here.credly().badge(credential)


def test_the_picture_of_a_badge_that_was_never_made_is_refused(here: Town) -> None:
    with pytest.raises(Refused, match="no picture for the badge of 41-1"):
        here.credly().badge(story.credential())


# ── revoking ─────────────────────────────────────────────────────────────────


def test_revoking_twice_is_no_error_and_the_award_is_still_found(here: Town) -> None:
    credential = here.issue()
    for _ in range(2):
        here.credly().revoke(order(), credential, "A mix-up.", story.NOON)
    (badge,) = here.server.badges
    assert (badge["state"], badge["revocation_reason"]) == ("revoked", "Withdrawn by the issuer.")
    found = here.credly().find(order())
    assert found is not None
    assert (found.backend_ref, found.acceptance) == (credential.backend_ref, None)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (f"Replaced by {story.PAGE}", f"Replaced by {story.PAGE}"),
        (f"Replaced by {story.PAGE} since Mary copied it", "Withdrawn by the issuer."),
        ("Replaced by another’s work", "Withdrawn by the issuer."),
    ],
)
def test_only_what_took_its_place_is_told_in_any_case(here: Town, reason: str, told: str) -> None:
    here.credly().revoke(order(), here.issue(), reason, story.NOON)
    assert here.server.badges[0]["revocation_reason"] == told


def test_a_reason_is_never_empty_nor_long(here: Town) -> None:
    reasons = []
    for award, reason in ((story.AWARD, " "), (story.OTHER_AWARD, "Because.\n" * 100)):
        talkative = replace(here.credly(), publish_reasons=True)
        talkative.revoke(order(award), here.issue(award), reason, story.NOON)
        reasons.append(here.server.badges[-1]["revocation_reason"])
    assert reasons[0] == "Withdrawn by the issuer."
    assert len(reasons[1]) == 255
    assert "\n" not in reasons[1]


def test_revoking_what_was_never_made_is_refused(here: Town) -> None:
    with pytest.raises(Refused, match="Credly has no badge urn:uuid"):
        here.credly().revoke(order(), story.credential(), "A mix-up.", story.NOON)


def test_a_badge_that_was_replaced_can_t_be_revoked(here: Town) -> None:
    credential = here.issue()
    here.server.badges[0]["replacement_badge_id"] = "another"
    with pytest.raises(Refused, match="replaced by another one"):
        here.credly().revoke(order(), credential, "A mix-up.", story.NOON)
    assert here.server.badges[0]["state"] == "pending"
