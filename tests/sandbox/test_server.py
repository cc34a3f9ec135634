"""The server: whose door, Google's two refusals, faults, quotas, the call log, people."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any

import httplib2
import pytest
import requests
from cast import OWNER, ROBOT
from googleapiclient.errors import HttpError

from bridge.sandbox.api import HANDLERS, Call, on
from bridge.sandbox.drive_state import new_file
from bridge.sandbox.saving import StateUnreadable, read_world
from bridge.sandbox.server import SAVE_EVERY, Sandbox, create_app
from bridge.sandbox.state import Person, World


def test_googles_client_reads_a_form(sandbox: Sandbox, form: str, client: Callable[..., Any]) -> None:
    found = client("forms", "v1").forms().get(formId=form).execute()
    assert found["info"]["title"] == "Badge request"
    assert sandbox.counts() == {"oauth2.token": 1, "forms.forms.get": 1}


def test_a_fields_mask_narrows_the_answer(form: str, client: Callable[..., Any]) -> None:
    api = client("forms", "v1").forms()
    assert api.get(formId=form, fields="info(title)").execute() == {"info": {"title": "Badge request"}}
    with pytest.raises(HttpError) as caught:
        api.get(formId=form, fields="info/titel").execute()
    assert caught.value.status_code == 400
    assert "info/titel" in str(caught.value)


def test_the_newer_shape_of_a_refusal(sandbox: Sandbox, session: Callable[..., Any], key: Any) -> None:
    answer = session().get(f"{sandbox.url}/forms.googleapis.com/v1/forms/nothing")
    assert answer.status_code == 404
    assert answer.json() == {
        "error": {"code": 404, "message": "Requested entity was not found.", "status": "NOT_FOUND"}
    }


def test_the_older_shape_of_a_refusal(sandbox: Sandbox, session: Callable[..., Any], key: Any) -> None:
    answer = session().get(f"{sandbox.url}/www.googleapis.com/drive/v3/files/nothing")
    assert answer.status_code == 404
    [one] = answer.json()["error"]["errors"]
    assert (one["domain"], one["reason"], one["location"]) == ("global", "notFound", "fileId")


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("forms.googleapis.com/v1/forms/x", ("UNAUTHENTICATED", None)),
        ("www.googleapis.com/drive/v3/files/x", (None, "authError")),
    ],
)
def test_without_a_token_nobody_is_let_in(sandbox: Sandbox, path: str, shape: tuple[Any, Any]) -> None:
    answer = requests.get(f"{sandbox.url}/{path}", headers={"Authorization": "Bearer made-up"}, timeout=5)
    error = answer.json()["error"]
    assert answer.status_code == 401
    assert "www-authenticate" in answer.headers
    assert (error.get("status"), error.get("errors", [{}])[0].get("reason")) == shape


def test_a_scope_is_needed(sandbox: Sandbox, form: str, session: Callable[..., Any]) -> None:
    narrow = session(scopes=("https://www.googleapis.com/auth/drive.readonly",))
    base = f"{sandbox.url}/forms.googleapis.com/v1/forms/{form}"
    assert narrow.get(base).status_code == 200
    refused = narrow.get(f"{base}/responses")
    assert refused.status_code == 403
    assert refused.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_unknown_parameters_are_refused_by_forms_and_noted_for_drive(
    sandbox: Sandbox, form: str, photo: str, session: Callable[..., Any]
) -> None:
    http = session()
    strict = http.get(f"{sandbox.url}/forms.googleapis.com/v1/forms/{form}", params={"colour": "red"})
    assert strict.status_code == 400
    assert 'Unknown name "colour"' in strict.json()["error"]["message"]
    lenient = http.get(f"{sandbox.url}/www.googleapis.com/drive/v3/files/{photo}", params={"colour": "red"})
    assert lenient.status_code == 200
    assert len(sandbox.warnings) == 1


def test_what_nobody_wrote_says_its_name(sandbox: Sandbox, session: Callable[..., Any], form: str) -> None:
    answer = session().get(f"{sandbox.url}/forms.googleapis.com/v1/forms/{form}/watches")
    assert answer.status_code == 501
    assert "forms.forms.watches.list" in answer.json()["error"]["message"]


def test_what_google_does_not_have_is_a_404_page(sandbox: Sandbox, session: Callable[..., Any]) -> None:
    answer = session().get(f"{sandbox.url}/forms.googleapis.com/v2/forms")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert requests.get(f"{sandbox.url}/maps.googleapis.com/x", timeout=5).status_code == 404


def test_an_invented_method_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HANDLERS, "forms.forms.invent", lambda call: {})
    with pytest.raises(LookupError, match=r"forms\.forms\.invent"):
        create_app(World())
    with pytest.raises(ValueError, match="two handlers"):
        on("forms.forms.get")(lambda call: {})


def test_a_broken_answer_is_a_500_and_remembered(
    world: World, session: Callable[..., Any], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(call: Call) -> dict[str, Any]:
        return {"formId": 7}

    monkeypatch.setitem(HANDLERS, "forms.forms.get", wrong)
    answer = session().get(f"{sandbox.url}/forms.googleapis.com/v1/forms/x")
    assert answer.status_code == 500
    assert "SANDBOX BROKE THE CONTRACT" in answer.json()["error"]["message"]
    assert sandbox.broken == ["forms.forms.get: must be a string, not 7 at 'formId'"]
    sandbox.broken.clear()


# ── quotas, clock, log ────────────────────────────────────────────────────────


def test_a_minutes_quota_comes_back_with_the_clock(sandbox: Sandbox, form: str, session: Callable[..., Any]) -> None:
    requests.post(f"{sandbox.url}/_sandbox/quotas", json={"forms.read": 2}, timeout=5).raise_for_status()
    http, url = session(), f"{sandbox.url}/forms.googleapis.com/v1/forms/{form}"
    assert [http.get(url).status_code for _ in range(3)] == [200, 200, 429]
    requests.post(f"{sandbox.url}/_sandbox/clock", json={"move": 60}, timeout=5).raise_for_status()
    assert http.get(url).status_code == 200
    left = requests.get(f"{sandbox.url}/_sandbox/quotas", timeout=5).json()["left"]
    assert left == {ROBOT: {"forms.read": 1}}


def test_the_clock_stands_still_when_set(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/_sandbox/clock"
    requests.post(url, json={"set": "2027-01-02T03:04:05Z"}, timeout=5)
    assert requests.get(url, timeout=5).json() == {"now": "2027-01-02T03:04:05.000Z", "running": False}
    moved = requests.post(url, json={"move": 3600, "run": True}, timeout=5).json()
    assert moved["running"]
    assert moved["now"].startswith("2027-01-02T04:04:05")
    assert requests.post(url, json={"set": "tomorrow"}, timeout=5).status_code == 400


def test_a_batch_is_one_request_with_its_calls_inside(sandbox: Sandbox, photo: str, client: Callable[..., Any]) -> None:
    drive = client("drive", "v3")
    answers: dict[str, Any] = {}
    batch = drive.new_batch_http_request(callback=lambda key, found, error: answers.update({key: error or found}))
    for n in range(99):
        batch.add(drive.files().get(fileId=photo, fields="name"), request_id=str(n))
    batch.add(drive.files().get(fileId="nothing"), request_id="missing")
    batch.execute()
    assert answers["7"] == {"name": "photo.txt"}
    assert answers["missing"].status_code == 404
    log = requests.get(f"{sandbox.url}/_sandbox/calls", timeout=5).json()
    assert log["counts"] == {"oauth2.token": 1, "drive.batch": 1}
    assert log["inner"] == {"drive.files.get": 100}
    requests.delete(f"{sandbox.url}/_sandbox/calls", timeout=5)
    assert sandbox.counts() == {}


def test_a_fault_inside_a_batch_strikes_one_part_or_cuts_the_line(
    sandbox: Sandbox, photo: str, client: Callable[..., Any]
) -> None:
    drive = client("drive", "v3")

    def run() -> dict[str, Any]:
        answers: dict[str, Any] = {}
        batch = drive.new_batch_http_request(callback=lambda key, found, error: answers.update({key: error or found}))
        for n in range(3):
            batch.add(drive.files().get(fileId=photo, fields="name"), request_id=str(n))
        batch.execute()
        return answers

    sandbox.fault("drive.files.get", "403-rate", nth=2)
    answers = run()
    assert answers["0"] == answers["2"] == {"name": "photo.txt"}
    assert answers["1"].error_details[0]["reason"] == "userRateLimitExceeded"
    sandbox.fault("drive.files.get", "close-after", every=1)
    with pytest.raises((ConnectionError, httplib2.HttpLib2Error, HTTPException)):
        run()


def test_a_batch_of_101_is_refused(sandbox: Sandbox, photo: str, client: Callable[..., Any]) -> None:
    drive = client("drive", "v3")
    batch = drive.new_batch_http_request()
    for _ in range(101):
        batch.add(drive.files().get(fileId=photo))
    with pytest.raises(HttpError, match="soft limit"):
        batch.execute()


def test_a_long_search_comes_as_a_post(sandbox: Sandbox, photo: str, client: Callable[..., Any]) -> None:
    query = " or ".join(["name = 'photo.txt'"] * 200)
    found = client("drive", "v3").files().list(q=query, fields="files(name)").execute()
    assert found["files"] == [{"name": "photo.txt"}]


def test_uploads_by_all_three_ways_and_down_in_pieces(
    sandbox: Sandbox, client: Callable[..., Any], tmp_path: Path
) -> None:
    from io import BytesIO

    from googleapiclient.http import MediaFileUpload, MediaIoBaseDownload

    data = bytes(range(256)) * 4096
    (tmp_path / "a.bin").write_bytes(data)
    files = client("drive", "v3", OWNER).files()
    for resumable, size in ((False, -1), (True, -1), (True, 256 * 1024)):
        media = MediaFileUpload(str(tmp_path / "a.bin"), "application/x-thing", resumable=resumable, chunksize=size)
        made = files.create(body={"name": "a.bin"}, media_body=media, fields="id,size").execute()
        assert made["size"] == str(len(data))
        into = BytesIO()
        load = MediaIoBaseDownload(into, files.get_media(fileId=made["id"]), chunksize=300_000)
        while not load.next_chunk()[1]:
            continue
        assert into.getvalue() == data


# ── people and saving ─────────────────────────────────────────────────────────


def test_people_are_told_what_they_can_do(sandbox: Sandbox) -> None:
    page = requests.get(f"{sandbox.url}/_sandbox/", headers={"Accept": "text/html"}, timeout=5)
    assert "Make every access token invalid" in page.text
    acts = requests.get(f"{sandbox.url}/_sandbox/", timeout=5).json()["acts"]
    assert {"verb": "POST", "path": "/_sandbox/people", "says": "{email, name}: a new member of the domain."} in acts
    assert requests.get(f"{sandbox.url}/_sandbox/juggling", timeout=5).status_code == 404
    assert requests.put(f"{sandbox.url}/_sandbox/clock", timeout=5).status_code == 405


def test_a_browser_gets_pages_and_nothing_in_them_is_code(sandbox: Sandbox, world: World) -> None:
    world.people["x@district.example"] = Person("x@district.example", "<script>alert(1)</script>")
    page = requests.get(f"{sandbox.url}/_sandbox/people", headers={"Accept": "text/html,*/*"}, timeout=5)
    assert page.headers["content-type"].startswith("text/html")
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text


def test_a_new_member(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/_sandbox/people"
    requests.post(url, json={"email": "New@district.example", "name": "New"}, timeout=5).raise_for_status()
    assert sandbox.world.people["new@district.example"] == Person("new@district.example", "New")
    assert requests.post(url, json={"email": "a@b.example", "name": "A"}, timeout=5).status_code == 400
    assert requests.delete(f"{url}/new@district.example", timeout=5).ok
    assert "new@district.example" not in sandbox.world.people


def test_the_world_is_there_again_after_a_stop(tmp_path: Path, world: World, form: str) -> None:
    new_file(world, OWNER, "a.bin", "application/x-thing", bytes(range(256)))
    with Sandbox(world, state_dir=tmp_path):
        pass
    with Sandbox(state_dir=tmp_path) as again:
        assert again.world == world
        assert again.world is not world


def test_changes_are_saved_before_a_kill(tmp_path: Path, world: World) -> None:
    with Sandbox(world, state_dir=tmp_path) as sandbox:
        requests.post(f"{sandbox.url}/_sandbox/people", json={"email": "n@district.example", "name": "N"}, timeout=5)
        requests.post(f"{sandbox.url}/_sandbox/save", timeout=5).raise_for_status()
        saved = read_world(tmp_path)
        assert saved is not None
        assert saved.is_member("n@district.example")
    assert [path.name for path in tmp_path.iterdir()] == ["world.json"]


@pytest.mark.slow
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
def test_a_program_of_its_own_keeps_its_state(tmp_path: Path, by: signal.Signals) -> None:
    told = "import sys, pathlib; from bridge.sandbox.server import run"
    program = f"{told}; run(0, pathlib.Path(sys.argv[1]), ready=lambda url: print(url, flush=True))"
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        added = {"email": "n@district.example", "name": "N"}
        requests.post(f"{url}/_sandbox/people", json=added, timeout=5).raise_for_status()
        if by is signal.SIGKILL:
            time.sleep(SAVE_EVERY + 1)
        process.send_signal(by)
        assert process.wait(10) == (0 if by is signal.SIGTERM else -9)
    saved = read_world(tmp_path)
    assert saved is not None
    assert saved.is_member("n@district.example")


def test_a_damaged_state_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "world.json").write_text(json.dumps([{"people": 7}]))
    with pytest.raises(StateUnreadable, match=r"world\.json"):
        Sandbox(state_dir=tmp_path)


def test_saving_to_nowhere_says_so(sandbox: Sandbox) -> None:
    answer = requests.post(f"{sandbox.url}/_sandbox/save", timeout=5)
    assert "--state" in answer.json()["error"]["message"]


def test_files_get_is_quick(sandbox: Sandbox, photo: str, client: Callable[..., Any]) -> None:
    request = client("drive", "v3").files().get(fileId=photo)
    request.execute()
    times = []
    for _ in range(200):
        begun = time.perf_counter()
        request.execute()
        times.append(time.perf_counter() - begun)
    assert sorted(times)[100] < 0.1  # a millisecond on an idle machine


def test_http_client_is_kept_alive(sandbox: Sandbox) -> None:
    http = httplib2.Http(timeout=5)
    for _ in range(3):
        status, _ = http.request(f"{sandbox.url}/_sandbox/clock")
        assert status.status == 200
    assert len(http.connections) == 1
