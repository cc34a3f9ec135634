"""Other people's verifiers accept our good badges, and refuse what expired, was withdrawn, altered or forged."""

from __future__ import annotations

import pytest

from .court import JUDGES, Court, Judge, names

each_judge = pytest.mark.parametrize("judge", JUDGES, ids=names())


@each_judge
def test_a_judge_says_what_the_table_says(judge: Judge, court: Court) -> None:
    surprises = {}
    for case in court.cases[judge.kind]:
        verdict = judge.ask(court, case)
        if verdict.accepted != judge.expected(case):
            surprises[case.name] = (case.good, verdict)
    assert surprises == {}, "(what is right, what the judge says)"


@each_judge
def test_the_table_speaks_of_cases_that_there_are(judge: Judge, court: Court) -> None:
    assert set(judge.blind) - {"*good", "*bad"} <= {case.name for case in court.cases[judge.kind]}


@pytest.mark.parametrize("kind", ["credential", "token", "assertion"])
def test_each_case_is_judged_rightly_by_somebody(kind: str, court: Court) -> None:
    judges = [judge for judge in JUDGES if judge.kind == kind]
    names = [case.name for case in court.cases[kind]]
    assert len(names) == len(set(names)) > 10
    assert {case.good for case in court.cases[kind]} == {True, False}
    assert [
        case.name for case in court.cases[kind] if not any(judge.expected(case) == case.good for judge in judges)
    ] == []


@each_judge
def test_a_verdict_is_of_the_version_that_is_installed(judge: Judge) -> None:
    assert judge.version() == judge.tried, (
        f"{judge.name} is new here. See that its verdicts still hold, then write its version and the day into "
        "tests/verifiers/court.py, and run: .venv/bin/python -m tests.verifiers.page"
    )
