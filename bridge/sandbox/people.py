"""The people of the sandbox: what has no Google API, under /_sandbox/.

The acts themselves are registered by the services (`api.act`); here are the frame, and the machinery's own: members,
clock, quotas, faults, calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote

from bridge.sandbox.api import ACTS, Act, ApiError, Json, Media, Route
from bridge.sandbox.assumptions import RULES
from bridge.sandbox.dispatch import Workspace
from bridge.sandbox.documents import load
from bridge.sandbox.oauth import METHOD as OAUTH_METHOD
from bridge.sandbox.pages import index_page, value_page
from bridge.sandbox.state import Person
from bridge.sandbox.uploads import parse_json
from bridge.sandbox.wire import Incoming, Outgoing, json_answer

HTML = "text/html; charset=UTF-8"


class Desk:
    """Answers what people ask: finds the act, hands it its arguments, tells refusals in a sentence."""

    def __init__(self, workspace: Workspace, save: Callable[[], None]) -> None:
        self._workspace = workspace
        self._routes = [*_machinery(workspace, save), *ACTS]
        self._patterns = [(route, _pattern(route.path)) for route in self._routes]

    def answer(self, incoming: Incoming) -> Outgoing:
        """Perform an act; the answer is JSON, or a page or file where the act makes one."""
        path = incoming.path.strip("/")
        if incoming.host == "" or not path:
            return self._index(incoming)
        verbs = []
        for route, pattern in self._patterns:
            if (found := pattern.fullmatch(path)) is None:
                continue
            if route.verb == incoming.verb:
                names = {name: unquote(value) for name, value in found.groupdict().items()}
                return self._perform(route, names, incoming)
            verbs.append(route.verb)
        if verbs:
            return _sorry(ApiError(405, "METHOD_NOT_ALLOWED", f"/_sandbox/{path} takes {', '.join(verbs)}."))
        return _sorry(
            ApiError(404, "NOT_FOUND", f"Nobody can do /_sandbox/{path}; GET /_sandbox/ tells what there is.")
        )

    def _perform(self, route: Route, names: dict[str, str], incoming: Incoming) -> Outgoing:
        try:
            args: Json = dict(parse_qsl(incoming.query, keep_blank_values=True))
            if _is_json(incoming):
                args |= parse_json(incoming.body)
            if route.verb != "GET":
                self._workspace.changes += 1
            answer = route.do(Act(self._workspace.world, args | names, incoming.body))
        except ApiError as error:
            return _sorry(error)
        except KeyError as error:
            return _sorry(ApiError(400, "INVALID_ARGUMENT", f"Missing: {error.args[0]}"))
        if isinstance(answer, Media):
            return Outgoing(200, answer.data, answer.content_type)
        if _in_browser(incoming):
            return Outgoing(200, value_page(incoming.path, answer).encode("utf-8", "replace"), HTML)
        return json_answer(200, answer)

    def _index(self, incoming: Incoming) -> Outgoing:
        if _in_browser(incoming):
            return Outgoing(200, index_page(self._routes).encode(), HTML)
        acts = [{"verb": route.verb, "path": f"/_sandbox/{route.path}", "says": route.says} for route in self._routes]
        return json_answer(200, {"acts": acts})


def _in_browser(incoming: Incoming) -> bool:
    return incoming.verb == "GET" and "text/html" in incoming.headers.get("accept", "")


def _is_json(incoming: Incoming) -> bool:
    kind = incoming.headers.get("content-type", "json")
    # curl -d '{…}' calls everything a form.
    return "json" in kind or ("form-urlencoded" in kind and incoming.body.lstrip().startswith(b"{"))


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    return re.compile(
        "".join(re.escape(part) if index % 2 == 0 else f"(?P<{part}>[^/]+)" for index, part in enumerate(parts))
    )


def _sorry(error: ApiError) -> Outgoing:
    return json_answer(error.status, {"error": {"reason": error.reason, "message": error.message}})


def nothing_to_save_to() -> ApiError:
    return ApiError(400, "FAILED_PRECONDITION", "The sandbox was started without --state: nothing is saved.")


def plannable() -> frozenset[str]:
    """Return the method ids that a fault may name."""
    batches = {f"{name}.batch" for name in load().by_name}
    return frozenset({*load().methods, *batches, OAUTH_METHOD, "*"})


def _machinery(workspace: Workspace, save: Callable[[], None]) -> list[Route]:
    """The acts that concern the sandbox itself."""
    return [
        *_members(),
        Route("GET", "clock", "What time it is here, and whether it runs.", _tell_clock),
        Route(
            "POST", "clock", "{set: RFC 3339} stands still there; {move: seconds}; {run: true} lets it run.", _set_clock
        ),
        Route("GET", "quotas", "The limits per user, and what is left of them.", lambda act: _tell_quotas(workspace)),
        Route(
            "POST",
            "quotas",
            "{kind: units, …} changes limits; null lifts one.",
            lambda act: _set_quotas(workspace, act),
        ),
        *_faults(workspace),
        Route("GET", "calls", "Every API call so far, and counts by method id.", lambda act: workspace.calls.tell()),
        Route("DELETE", "calls", "Forget the calls.", lambda act: _done(workspace.calls.clear)),
        Route(
            "GET",
            "broken",
            "Answers that broke Google's contract, and what Drive let pass.",
            lambda act: _broken(workspace),
        ),
        Route("GET", "assumptions", "What Google's documents can't say, confirmed or assumed.", _assumptions),
        Route("DELETE", "tokens", "Make every access token invalid.", lambda act: _done(workspace.tokens.forget)),
        Route("POST", "save", "Write the world to the state folder now.", lambda act: _done(save)),
    ]


def _done(do: Callable[[], Any]) -> Json:
    do()
    return {}


def _members() -> list[Route]:
    return [
        Route("GET", "people", "The members of the domain.", _tell_people),
        Route("POST", "people", "{email, name}: a new member of the domain.", _add_person),
        Route("DELETE", "people/{email}", "A member leaves the domain.", _drop_person),
    ]


def _tell_people(act: Act) -> Json:
    people = [{"email": person.email, "name": person.name} for person in act.world.people.values()]
    return {"domain": act.world.domain, "people": people}


def _add_person(act: Act) -> Json:
    person = Person(act.args["email"].lower(), act.args["name"])
    if not person.email.endswith("@" + act.world.domain):
        raise ApiError(400, "INVALID_ARGUMENT", f"{person.email} is not in {act.world.domain}.")
    act.world.people[person.email] = person
    return {"email": person.email, "name": person.name}


def _drop_person(act: Act) -> Json:
    if act.world.people.pop(act.args["email"].lower(), None) is None:
        raise ApiError(404, "NOT_FOUND", f"{act.args['email']} is no member of {act.world.domain}.")
    return {}


def _tell_clock(act: Act) -> Json:
    clock = act.world.clock
    return {"now": clock.stamp(), "running": clock.frozen_at is None}


def _set_clock(act: Act) -> Json:
    clock = act.world.clock
    if "set" in act.args:
        clock.set(_moment(act.args["set"]), running=bool(act.args.get("run")))
    if "move" in act.args:
        clock.move(timedelta(seconds=float(act.args["move"])))
    if act.args.get("run") and "set" not in act.args:
        clock.set(clock.now(), running=True)
    return _tell_clock(act)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise ApiError(400, "INVALID_ARGUMENT", f"Not an RFC 3339 time: {text!r}") from error
    if moment.tzinfo is None:
        raise ApiError(400, "INVALID_ARGUMENT", f"The time needs a zone, such as Z: {text!r}")
    return moment


def _tell_quotas(workspace: Workspace) -> Json:
    return {"limits": workspace.quotas.limits, "left": workspace.quotas.left(workspace.world.clock.now())}


def _set_quotas(workspace: Workspace, act: Act) -> Json:
    workspace.quotas.change(act.args)
    return _tell_quotas(workspace)


def _faults(workspace: Workspace) -> list[Route]:
    plan = workspace.faults

    def add(act: Act) -> Json:
        for entry in act.args.get("faults", [act.args]):
            plan.add(entry, plannable())
        return {"faults": plan.tell()}

    return [
        Route(
            "GET", "faults", "The planned misfortunes, and how often each struck.", lambda act: {"faults": plan.tell()}
        ),
        Route("POST", "faults", "{method, kind, nth|every, retry_after, seconds}, or a list of them as {faults}.", add),
        Route("DELETE", "faults", "No more misfortunes.", lambda act: _done(plan.faults.clear)),
    ]


def _broken(workspace: Workspace) -> Json:
    return {"broken": workspace.broken, "warnings": workspace.warnings}


def _assumptions(act: Act) -> Json:
    rules = [{"where": rule.where, "rule": rule.rule, "grade": rule.grade, "source": rule.source} for rule in RULES]
    return {"rules": rules}
