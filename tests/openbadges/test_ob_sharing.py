"""What the credentials of one achievement share is made once; nobody can tell."""

from typing import Any

from hypothesis import given, settings
from ob_samples import ISSUER, as_json, full_award
from test_ob_documents import awards

from bridge.openbadges import open_badges_3
from bridge.openbadges.documents import Award


def fresh(award: Award) -> str:
    """Return the credential of *award* as the first that is made."""
    for made_once in (open_badges_3.issuer_object, open_badges_3.achievement_object, open_badges_3.shared_ids):
        made_once.cache_clear()
    return as_json(open_badges_3.credential(award, ISSUER))


@settings(max_examples=60, deadline=None)
@given(awards(), awards())
def test_a_credential_is_the_same_whatever_was_made_before(before: Award, award: Award) -> None:
    expected = fresh(award)
    fresh(before)
    again = [as_json(open_badges_3.credential(award, ISSUER)) for _ in range(2)]
    assert again == [expected, expected]


def test_a_changed_credential_changes_no_other() -> None:
    expected = as_json(open_badges_3.credential(full_award(), ISSUER))
    spoil(open_badges_3.credential(full_award(), ISSUER))
    assert as_json(open_badges_3.credential(full_award(), ISSUER)) == expected


def spoil(part: Any) -> None:
    """Empty every object and list in *part*, the innermost first."""
    if isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            spoil(inner)
        part.clear()
