"""Results of Open Badges 3.0: a rubric's criteria as part of the achievement, and what one earner reached in each."""

import re

from .addresses import web_address
from .documents import Achievement, Award, Result, ResultDescription, RubricLevel
from .errors import BadDocument
from .members import Document, each_once, text
from .vocabulary import RESULT_STATUSES, RESULT_TYPES, term

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def result_descriptions(achievement: Achievement) -> list[Document]:
    """Return what awards may be measured by (ResultDescription).

    Raises BadDocument for keys that are not words or stand twice, and for a requirement that can't be met.
    """
    check_keys([described.key for described in achievement.result_descriptions], "results")
    return [description_object(achievement, described) for described in achievement.result_descriptions]


def description_object(achievement: Achievement, described: ResultDescription) -> Document:
    levels = [level.key for level in described.levels]
    check_keys(levels, f"levels of the result {described.key!r}")
    required = described.required_level
    if required is not None and required not in levels:
        raise BadDocument(f"The result {described.key!r} asks for the level {required!r}, which it does not have.")
    check_value(described, described.required_value)
    return {
        "id": result_id(achievement, described.key),
        "type": ["ResultDescription"],
        "name": text(described.name),
        "resultType": term(described.kind, RESULT_TYPES, "a type of result"),
        "rubricCriterionLevel": [level_object(achievement, described, level) for level in described.levels],
        "requiredLevel": result_id(achievement, described.key, required) if required else None,
        "allowedValue": each_once(described.allowed_values),
        "requiredValue": text(described.required_value),
        "valueMin": text(described.lowest),
        "valueMax": text(described.highest),
    }


def level_object(achievement: Achievement, described: ResultDescription, level: RubricLevel) -> Document:
    return {
        "id": result_id(achievement, described.key, level.key),
        "type": ["RubricCriterionLevel"],
        "name": text(level.name),
        "description": text(level.description),
        "level": text(level.level),
        "points": text(level.points),
    }


def results(award: Award) -> list[Document]:
    """Return what the earner reached (Result), one at most for each description, and equal ones never twice.

    Raises BadDocument for a result that the award's achievement does not describe.
    """
    described = {one.key: one for one in award.achievement.result_descriptions}
    check_keys([result.of for result in award.results], "results of the award")
    return [result_object(award.achievement, described.get(result.of), result) for result in award.results]


def result_object(achievement: Achievement, described: ResultDescription | None, result: Result) -> Document:
    if described is None:
        raise BadDocument(f"The achievement does not describe the result {result.of!r} of the award.")
    if result.level is not None and result.level not in [level.key for level in described.levels]:
        raise BadDocument(f"The result {result.of!r} has no level {result.level!r}.")
    if result.status is not None and result.status not in RESULT_STATUSES:
        raise BadDocument(f"{result.status[:80]!r} is not a status of a result; use one of {list(RESULT_STATUSES)}.")
    if described.kind == "Status" and result.status is None:
        raise BadDocument(f"The result {result.of!r} is a status, so the award must say which.")
    if not (text(result.value) or result.level or result.status):
        raise BadDocument(f"The result {result.of!r} of the award has neither a value, nor a level, nor a status.")
    check_value(described, result.value)
    return {
        "type": ["Result"],
        "resultDescription": result_id(achievement, result.of),
        "value": text(result.value),
        "achievedLevel": result_id(achievement, result.of, result.level) if result.level else None,
        "status": result.status,
    }


def result_id(achievement: Achievement, *keys: str) -> str:
    """Return the address of a result's description, or of one of its levels: fixed for a version of an achievement."""
    return f"{web_address(achievement.id)}#result-{'.'.join(keys)}"


def check_keys(keys: list[str], what: str) -> None:
    for key in keys:
        if not _KEY.fullmatch(key):
            raise BadDocument(f"{key[:80]!r} can't name one of the {what}; use a short word of a–z, 0–9 and hyphens.")
    if len(set(keys)) < len(keys):
        raise BadDocument(f"Two of the {what} have the same key.")


def check_value(described: ResultDescription, value: str | None) -> None:
    if value is not None and described.allowed_values and value not in described.allowed_values:
        raise BadDocument(f"The result {described.key!r} does not allow the value {value[:80]!r}.")
