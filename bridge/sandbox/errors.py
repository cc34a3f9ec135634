"""Google's refusals in Google's two shapes.

Newer APIs (Forms, Sheets) answer with a status name; older ones (Drive, Gmail) with a list of domain and reason.
"""

from __future__ import annotations

from typing import Any

from bridge.sandbox.api import ApiError
from bridge.sandbox.contract import Problem

Json = dict[str, Any]

OLDER = frozenset({"drive", "gmail"})

#: HTTP status → google.rpc status name, for errors that bring none of their own.
STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}

#: HTTP status → the older shape's reason, for errors that bring a status name.
REASON = {
    400: "badRequest",
    401: "authError",
    403: "forbidden",
    404: "notFound",
    429: "rateLimitExceeded",
    500: "internalError",
    501: "notImplemented",
    503: "backendError",
}

USAGE_LIMITS = frozenset(
    {
        "userRateLimitExceeded",
        "rateLimitExceeded",
        "dailyLimitExceeded",
        "quotaExceeded",
        "storageQuotaExceeded",
        "sharingRateLimitExceeded",
    }
)


def refusal(service: str, error: ApiError) -> Json:
    """Put *error* into the shape of *service* ("forms", "drive" …)."""
    return _older(error) if service in OLDER else _newer(error)


def _newer(error: ApiError) -> Json:
    name = error.reason if error.reason.isupper() else STATUS.get(error.status, "UNKNOWN")
    details = {"details": error.details} if error.details else {}
    return {"error": {"code": error.status, "message": error.message, "status": name, **details}}


def _older(error: ApiError) -> Json:
    reason = REASON.get(error.status, "unknown") if error.reason.isupper() else error.reason
    domain = "usageLimits" if reason in USAGE_LIMITS else "global"
    one: Json = {"domain": domain, "reason": reason, "message": error.message}
    if error.location:
        one |= {"location": error.location, "locationType": _kind(error.location)}
    body: Json = {"code": error.status, "message": error.message, "errors": [one]}
    if error.details:
        body |= {"status": STATUS.get(error.status, "UNKNOWN"), "details": error.details}
    return {"error": body}


def _kind(location: str) -> str:
    return "header" if location == "Authorization" else "parameter"


def no_credentials(service: str) -> ApiError:
    if service in OLDER:
        return ApiError(401, "authError", "Invalid Credentials", location="Authorization")
    return ApiError(
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
        "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    )


def no_scope(service: str, method: str) -> ApiError:
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
        "metadata": {"method": method, "service": f"{service}.googleapis.com"},
    }
    reason = "insufficientPermissions" if service in OLDER else "PERMISSION_DENIED"
    message = "Insufficient Permission" if service in OLDER else "Request had insufficient authentication scopes."
    return ApiError(403, reason, message, details=[detail])


def not_handled(method: str) -> ApiError:
    return ApiError(501, "UNIMPLEMENTED", f"The sandbox does not do {method} yet.")


def broken(method: str, problems: str) -> ApiError:
    return ApiError(500, "INTERNAL", f"SANDBOX BROKE THE CONTRACT: {method}: {problems}")


def bad_query(service: str, problem: Problem) -> ApiError:
    """Say, as the service would, what is wrong with the query."""
    if problem.where == "fields" and not problem.unknown:
        return _bad_fields(service, problem.what)
    if problem.unknown:
        message = (
            f'Invalid JSON payload received. Unknown name "{problem.unknown}": Cannot bind query parameter. '
            f"Field '{problem.unknown}' could not be found in request message."
        )
    else:
        message = f"Invalid value at '{_snake(problem.where)}': {problem.what}"
    return _invalid(service, problem.unknown or problem.where, message)


def _bad_fields(service: str, path: str) -> ApiError:
    if service == "drive":
        return ApiError(400, "invalidParameter", f"Invalid field selection {path}", location="fields")
    message = f"Request contains an invalid argument. Error expanding 'fields' parameter: no field for path '{path}'."
    return _invalid(service, "fields", message)


def bad_body(service: str, problem: Problem) -> ApiError:
    """Say, as the service would, what is wrong with the body."""
    where = f" at '{_snake(problem.where)}'" if problem.where else ""
    if problem.unknown:
        message = f'Invalid JSON payload received. Unknown name "{problem.unknown}"{where}: Cannot find field.'
    else:
        message = f"Invalid value{where}: {problem.what}"
    return _invalid(service, _snake(problem.where), message)


def _invalid(service: str, field: str, message: str) -> ApiError:
    if service in OLDER:
        return ApiError(400, "badRequest" if service == "drive" else "invalidArgument", message)
    violation = {"description": message} | ({"field": field} if field else {})
    detail = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    return ApiError(400, "INVALID_ARGUMENT", message, details=[detail])


def _snake(where: str) -> str:
    """Write a path the way Google's parser does: proto names, not JSON names."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in where)
