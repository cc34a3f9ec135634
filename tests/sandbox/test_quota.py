"""Quotas by method and user, on the sandbox's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bridge.sandbox.api import ApiError, Caller
from bridge.sandbox.documents import load
from bridge.sandbox.quota import LIMITS, Quotas, costs

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROBOT = "robot@sandbox.iam.gserviceaccount.com"


def caller(email: str = ROBOT) -> Caller:
    return Caller(email, ROBOT, frozenset())


@pytest.mark.parametrize(
    ("method", "bill"),
    [
        ("sheets.spreadsheets.get", {"sheets.read": 1}),
        ("sheets.spreadsheets.values.batchGetByDataFilter", {"sheets.read": 1}),
        ("sheets.spreadsheets.batchUpdate", {"sheets.write": 1}),
        ("sheets.spreadsheets.values.clear", {"sheets.write": 1}),
        ("forms.forms.get", {"forms.read": 1}),
        ("forms.forms.responses.get", {"forms.read": 1}),
        ("forms.forms.responses.list", {"forms.expensive": 1}),
        ("forms.forms.batchUpdate", {"forms.write": 1}),
        ("drive.files.get", {"drive.units": 5}),
        ("drive.files.list", {"drive.units": 100}),
        ("drive.files.export", {"drive.units": 200}),
        ("drive.permissions.create", {"drive.units": 50}),
        ("gmail.users.drafts.create", {"gmail.units": 10}),
        ("gmail.users.drafts.send", {"gmail.units": 100, "gmail.day": 1}),
    ],
)
def test_what_a_call_costs(method: str, bill: dict[str, int]) -> None:
    assert method in load().methods
    assert costs(method) == bill


def test_a_download_costs_more_than_a_look() -> None:
    assert costs("drive.files.get", download=True) == {"drive.units": 200}


def test_every_method_costs_something_known() -> None:
    for method in load().methods:
        bill = costs(method)
        assert bill
        assert bill.keys() <= LIMITS.keys()


def test_the_sixty_first_read_waits_for_the_next_minute() -> None:
    quotas = Quotas()
    for second in range(60):
        quotas.spend("sheets.spreadsheets.get", caller(), NOON + timedelta(seconds=second / 2))
    with pytest.raises(ApiError) as caught:
        quotas.spend("sheets.spreadsheets.get", caller(), NOON + timedelta(seconds=59))
    assert (caught.value.status, caught.value.reason) == (429, "RESOURCE_EXHAUSTED")
    assert "'Read requests per minute per user' of service 'sheets.googleapis.com'" in caught.value.message
    quotas.spend("sheets.spreadsheets.values.update", caller(), NOON + timedelta(seconds=59))
    quotas.spend("sheets.spreadsheets.get", caller(), NOON + timedelta(seconds=60))


def test_one_service_account_is_one_user_but_each_mailbox_is_its_own() -> None:
    quotas = Quotas()
    quotas.change({"sheets.read": 1, "gmail.units": 100})
    quotas.spend("sheets.spreadsheets.get", caller("ann@district.example"), NOON)
    with pytest.raises(ApiError):
        quotas.spend("sheets.spreadsheets.get", caller("ben@district.example"), NOON)
    quotas.spend("gmail.users.messages.send", caller("ann@district.example"), NOON)
    quotas.spend("gmail.users.messages.send", caller("ben@district.example"), NOON)


def test_a_refused_call_costs_nothing() -> None:
    quotas = Quotas()
    quotas.change({"gmail.day": 0})
    with pytest.raises(ApiError):
        quotas.spend("gmail.users.messages.send", caller(), NOON)
    assert quotas.left(NOON) == {}


def test_limits_are_lifted_and_unknown_ones_refused() -> None:
    quotas = Quotas()
    quotas.change({"sheets.write": None})
    for _ in range(1000):
        quotas.spend("sheets.spreadsheets.batchUpdate", caller(), NOON)
    assert quotas.left(NOON) == {ROBOT: {"sheets.write": None}}
    with pytest.raises(ApiError, match="No quota"):
        quotas.change({"sheets.juggle": 1})


def test_a_clock_set_back_starts_afresh() -> None:
    quotas = Quotas()
    quotas.change({"sheets.read": 1})
    quotas.spend("sheets.spreadsheets.get", caller(), NOON)
    quotas.spend("sheets.spreadsheets.get", caller(), NOON - timedelta(hours=1))
    assert quotas.left(NOON - timedelta(hours=1)) == {ROBOT: {"sheets.read": 0}}
