"""The way to Google itself: key files, delegation, tokens, and calls that no library wraps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bridge.drive import DriveEvidence
from bridge.errors import InDoubt, Refused, TryLater
from bridge.forms import FormSettings, GoogleForms
from bridge.google import GMAIL, READ_SCOPES, Errand, connect, exposed_key
from bridge.sandbox.drive_state import new_file, share
from bridge.sheet_keeping import ReviewLook
from bridge.sheets import GoogleSheet
from tests.contract.workspace import Workspace
from tests.fakes.clock import FakeClock

DRAFTS = "https://gmail.googleapis.com/gmail/v1/users/me/drafts"
DRAFT = Errand("lay a mail ready")


@pytest.fixture
def key_file(workspace: Workspace, tmp_path: Path) -> Path:
    return tmp_path / "key.json"


def refusal(file: Path, act_as: str = "", endpoint: str = "") -> str:
    with pytest.raises(Refused) as caught:
        connect(file, act_as, endpoint, READ_SCOPES, clock=FakeClock())
    return str(caught.value)


def rewritten(file: Path, **changes: Any) -> Path:
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    return file


class TestKeyFiles:
    def test_what_is_wrong_is_told_with_the_cure(self, tmp_path: Path) -> None:
        file = tmp_path / "key.json"
        assert f"There is no key file {file}. Make one at" in refusal(file)
        file.write_text("{")
        assert "is not JSON" in refusal(file)
        file.write_bytes(b"\xff\xfe{}")
        assert "is not JSON" in refusal(file)
        file.write_text("[]")
        assert "no credentials file of Google's" in refusal(file)
        file.write_text('{"type": "something"}')
        assert "damaged (The file" in refusal(file)
        file.write_text('{"type": "service_account", "client_email": "a@b"}')
        assert "damaged (Failed to load service account credentials" in refusal(file)
        assert "can't be read (Is a directory)" in refusal(tmp_path)

    def test_a_key_of_letters_is_damaged(self, key_file: Path, workspace: Workspace) -> None:
        assert "is damaged" in refusal(rewritten(key_file, private_key="nonsense"), "", workspace.sandbox.url)

    def test_a_sandboxs_key_is_for_the_sandbox_and_googles_for_google(
        self, key_file: Path, workspace: Workspace
    ) -> None:
        assert "Set [google] endpoint" in refusal(key_file)
        assert "only a sandbox on this computer" in refusal(key_file, endpoint="https://evil.example")
        rewritten(key_file, token_uri="https://oauth2.googleapis.com/token")
        assert "is one of Google's" in refusal(key_file, endpoint=workspace.sandbox.url)
        connect(key_file, "", "", READ_SCOPES, clock=FakeClock()).close()

    def test_credentials_that_can_not_act_for_others(self, tmp_path: Path) -> None:
        file = tmp_path / "user.json"
        file.write_text(
            json.dumps({"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"})
        )
        connect(file, "", "", READ_SCOPES, clock=FakeClock()).close()
        assert "type authorized_user, which can't act for badges@d.example" in refusal(file, "badges@d.example")

    def test_a_key_that_others_can_read_is_told(self, tmp_path: Path) -> None:
        file = tmp_path / "key.json"
        file.touch(0o600)
        assert exposed_key(file) == ""
        file.chmod(0o644)
        assert f"chmod 600 {file}" in exposed_key(file)


class TestSigningIn:
    def test_one_token_serves_all_four_clients(self, workspace: Workspace) -> None:
        google, programme = workspace.reach(), workspace.programme
        with workspace.sandbox.lock:
            file = new_file(workspace.sandbox.world, programme.mailbox, "a.txt", "text/plain", b"hello")
        GoogleForms(google, [FormSettings(programme.form_id, programme.titles)]).read({})
        DriveEvidence(google).fetch([f"https://drive.google.com/file/d/{file.id}/view"])
        GoogleSheet(google, programme.spreadsheet_id, "Review", "Badges", ReviewLook([])).read()
        assert workspace.sandbox.counts()["oauth2.token"] == 1

    def test_delegation_that_the_admin_did_not_allow(self, workspace: Workspace) -> None:
        world, programme = workspace.sandbox.world, workspace.programme
        world.service_accounts[programme.robot].delegated_scopes = [READ_SCOPES[0]]
        with pytest.raises(Refused) as caught:
            self.read(workspace, programme.mailbox)
        assert f"to act for {programme.mailbox}, or not with all scopes" in str(caught.value)
        assert ",".join(READ_SCOPES) in str(caught.value)
        assert world.service_accounts[programme.robot].client_id in str(caught.value)

    def test_nobody_of_that_name(self, workspace: Workspace) -> None:
        with pytest.raises(Refused, match="there is no account nobody@"):
            self.read(workspace, f"nobody@{workspace.sandbox.world.domain}")

    def test_a_deleted_key(self, workspace: Workspace) -> None:
        google = workspace.reach()
        workspace.sandbox.world.service_accounts.clear()
        with pytest.raises(Refused, match="Make a new key"):
            GoogleForms(google, [FormSettings(workspace.programme.form_id, {})]).read({})

    def test_tokens_that_were_thrown_away_are_fetched_again(self, workspace: Workspace) -> None:
        google = workspace.reach()
        forms = GoogleForms(google, [FormSettings(workspace.programme.form_id, workspace.programme.titles)])
        forms.read({})
        with workspace.sandbox.lock:
            workspace.sandbox.workspace.tokens.forget()
        assert forms.read({})[0].verified

    def test_a_stumbling_token_endpoint_is_asked_again(self, workspace: Workspace) -> None:
        workspace.sandbox.fault("oauth2.token", "close-before", nth=1)
        self.read(workspace, workspace.programme.mailbox)
        assert workspace.sandbox.counts()["oauth2.token"] == 2
        assert workspace.sandbox.counts()["forms.forms.get"] == 1

    def read(self, workspace: Workspace, act_as: str) -> None:
        source = GoogleForms(
            workspace.reach(act_as), [FormSettings(workspace.programme.form_id, workspace.programme.titles)]
        )
        source.read({})


class TestCalls:
    @pytest.fixture
    def mailbox(self, workspace: Workspace, key_file: Path) -> Any:
        google = connect(
            key_file,
            workspace.programme.mailbox,
            workspace.sandbox.url,
            GMAIL,
            clock=workspace.clock,
            dice=lambda: 0.0,
            patience=60,
        )
        yield google
        google.close()

    def lay_ready(self, mailbox: Any) -> Any:
        raw = "VG86IGFAcml2ZXJzaWRlLmV4YW1wbGUNClN1YmplY3Q6IHgNCg0KeA=="
        body = {"message": {"raw": raw}}
        return mailbox.request("POST", DRAFTS, json=body, what=DRAFT, idempotent=False, bucket="gmail", units=10)

    def test_json_there_and_back(self, mailbox: Any) -> None:
        assert self.lay_ready(mailbox)["id"]
        listed = mailbox.request(
            "GET", DRAFTS, params={"maxResults": 1}, what=DRAFT, idempotent=True, bucket="gmail", units=5
        )
        assert len(listed["drafts"]) == 1

    def test_a_refusal_is_a_sentence(self, mailbox: Any) -> None:
        with pytest.raises(Refused, match="could not lay a mail ready: it is not there"):
            mailbox.request("GET", f"{DRAFTS}/nothing", what=DRAFT, idempotent=True, bucket="gmail")

    @pytest.mark.parametrize(("kind", "there"), [("503-after", 1), ("close-after", 1), ("close-before", 0), ("500", 0)])
    def test_what_may_have_happened_is_sent_once(
        self, workspace: Workspace, mailbox: Any, kind: str, there: int
    ) -> None:
        workspace.sandbox.fault("gmail.users.drafts.create", kind, nth=1)
        with pytest.raises(InDoubt):
            self.lay_ready(mailbox)
        assert workspace.counts() == {"gmail.users.drafts.create": 1}
        listed = mailbox.request("GET", DRAFTS, what=DRAFT, idempotent=True, bucket="gmail", units=5)
        assert len(listed.get("drafts", ())) == there

    @pytest.mark.parametrize("kind", ["429", "403-rate"])
    def test_what_did_not_happen_is_sent_again(self, workspace: Workspace, mailbox: Any, kind: str) -> None:
        workspace.sandbox.fault("gmail.users.drafts.create", kind, nth=1, retry_after=9)
        assert self.lay_ready(mailbox)["id"]
        assert workspace.clock.slept == [9]

    def test_nobody_at_the_other_end(self, workspace: Workspace, key_file: Path) -> None:
        google = connect(
            rewritten(key_file, token_uri="http://127.0.0.1:9/token"),
            "",
            "http://127.0.0.1:9",
            READ_SCOPES,
            clock=workspace.clock,
            dice=lambda: 0.0,
            patience=5,
        )
        with pytest.raises(TryLater, match="sign-in did not answer"):
            self.lay_ready(google)
        google.close()

    def test_a_download_is_bounded(self, workspace: Workspace) -> None:
        google = workspace.reach()
        with workspace.sandbox.lock:
            file = new_file(workspace.sandbox.world, "x@elsewhere.example", "big", "image/png", b"x" * 200_000)
            share(workspace.sandbox.world, file.id, workspace.programme.mailbox)
        url = f"https://www.googleapis.com/drive/v3/files/{file.id}?alt=media"
        errand = Errand("fetch the picture")
        assert len(google.download(url, 200_000, what=errand, bucket="drive")) == 200_000
        with pytest.raises(Refused, match=r"larger than 0\.1 MB"):
            google.download(url, 100_000, what=errand, bucket="drive")
