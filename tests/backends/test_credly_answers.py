"""What is read out of Credly's answers, of whatever shape."""

from __future__ import annotations

import json

import pytest

from bridge.backends.credly import answers

BLANK = "can't be blank"


@pytest.mark.parametrize(
    ("body", "words", "fields"),
    [
        ({"data": {"message": "Invalid or missing Badge Template ID: "}, "metadata": None}, "Invalid or missing", ()),
        ({"data": {"message": f"Validation failed: Issued to last name {BLANK}"}}, BLANK, ("last name",)),
        ({"data": {"errors": [{"attribute": "issued_to_first_name", "messages": [BLANK]}]}}, BLANK, ("first name",)),
        ({"errors": [{"field": "recipient_email", "message": "is invalid"}]}, "is invalid", ("e-mail address",)),
        ({"errors": {"evidence": ["is too long"], "issued_at": "is odd"}}, "is odd", ("date of issue", "evidence")),
        ({"errors": ["Locale is not included in the list"]}, "Locale is", ("language",)),
        ({"error": "no"}, "no", ()),
        ({"data": ["nothing", 1, None]}, "", ()),
        ({}, "", ()),
    ],
)
def test_a_complaint_is_read_in_every_known_shape(body: object, words: str, fields: tuple[str, ...]) -> None:
    complaint = answers.complaint(json.dumps(body).encode())
    assert words in complaint.words
    assert set(complaint.fields) == set(fields)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"null", b"\xff", b"[" * 100_000])
def test_what_is_no_answer_is_read_as_nothing(body: bytes) -> None:
    assert answers.complaint(body).quoted == "nothing more"
    assert answers.page(body) is None
    assert answers.issued(body) is None


def test_a_complaint_is_one_short_line_without_addresses() -> None:
    told = {"data": {"message": "Recipient email maria@lakeview.example\nis \x1b[31minvalid " + "so " * 500}}
    words = answers.complaint(json.dumps(told).encode()).words
    assert "maria" not in words
    assert "\n" not in words
    assert "\x1b" not in words
    assert 290 < len(words) <= 300


@pytest.mark.parametrize(
    ("message", "duplicate", "template"),
    [
        ("Invalid or missing Badge Template ID: ", False, True),
        ("Validation failed: Badge template is archived", False, True),
        ("User already has a badge of this badge template", True, False),
        ("This badge is a duplicate", True, False),
        ("Validation failed: Issued to last name can't be blank", False, False),
    ],
)
def test_a_duplicate_is_told_from_a_template_that_is_closed(message: str, duplicate: bool, template: bool) -> None:
    complaint = answers.complaint(json.dumps({"data": {"message": message}}).encode())
    assert (complaint.duplicate, complaint.template) == (duplicate, template)


@pytest.mark.parametrize(
    ("metadata", "more"),
    [
        ({"current_page": 1, "total_pages": 2, "next_page_url": "https://api.credly.com/…"}, True),
        ({"current_page": 2, "total_pages": 2, "next_page_url": None}, False),
        ({"next_page_url": "https://api.credly.com/…"}, True),
        ({"next_page_url": None}, False),
        (None, False),
    ],
)
def test_a_page_says_whether_another_one_follows(metadata: object, more: bool) -> None:
    page = answers.page(json.dumps({"data": [{"id": "a"}], "metadata": metadata}).encode())
    assert page is not None
    assert page.more is more
    empty = answers.page(json.dumps({"data": [], "metadata": metadata}).encode())
    assert empty is not None
    assert not empty.more


def test_a_record_that_makes_no_sense_is_no_badge() -> None:
    assert answers.badge({"state": "pending"}) is None
    assert answers.badge("pending") is None
    odd = answers.badge({"id": "a", "evidence": [None, {"value": 3}], "badge_template": [], "state": "new-state"})
    assert odd is not None
    assert (odd.evidence, odd.template, odd.acceptance) == (("", ""), "", None)
