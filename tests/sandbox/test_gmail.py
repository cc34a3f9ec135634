"""Gmail v1: what becomes of a draft, who gets a mail, what is changed on the way, how it is found again."""

from __future__ import annotations

import base64
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
import requests
from cast import BADGES, TEACHER
from googleapiclient.errors import HttpError

from bridge.sandbox.gmail_mail import outgoing, parse, texts
from bridge.sandbox.gmail_search import search
from bridge.sandbox.gmail_state import Message
from bridge.sandbox.server import Sandbox
from bridge.sandbox.state import World

STRANGER = "granny@elsewhere.example"


def letter(to: str = TEACHER, subject: str = "Your badge", **headers: str) -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["To"], made["Subject"], made["From"] = to, subject, f"Badge Desk <{BADGES}>"
    made["Message-ID"], made["X-Badge-Bridge"] = "<ours@district.example>", "tell-issued:41-1"
    for name, value in headers.items():
        made[name] = value
    made.set_content("Congratulations, grüße!\n")
    made.add_alternative("<p>Congratulations</p>", subtype="html")
    made.add_attachment(b"\x89PNG" + bytes(range(256)), maintype="image", subtype="png", filename="badge.png")
    return made


def raw(message: EmailMessage) -> str:
    return base64.urlsafe_b64encode(message.as_bytes()).decode()


@pytest.fixture
def api(client: Callable[..., Any]) -> Any:
    return client("gmail", "v1", BADGES).users()


def headers_of(message: dict[str, Any]) -> dict[str, str]:
    return {header["name"]: header["value"] for header in message["payload"]["headers"]}


def test_a_draft_is_consumed_by_sending(world: World, api: Any) -> None:
    draft = api.drafts().create(userId="me", body={"message": {"raw": raw(letter())}}).execute()
    assert draft["message"]["labelIds"] == ["DRAFT"]
    assert api.drafts().list(userId="me").execute()["drafts"][0]["id"] == draft["id"]
    assert world.gmail.mailbox(TEACHER).messages == {}
    sent = api.drafts().send(userId="me", body={"id": draft["id"]}).execute()
    assert sent["labelIds"] == ["SENT"]
    assert sent["id"] != draft["message"]["id"]
    assert "drafts" not in api.drafts().list(userId="me").execute()
    for again in (
        api.drafts().send(userId="me", body={"id": draft["id"]}),
        api.drafts().get(userId="me", id=draft["id"]),
    ):
        with pytest.raises(HttpError) as caught:
            again.execute()
        assert caught.value.status_code == 404
    assert len(world.gmail.mailbox(TEACHER).messages) == 1


def test_gmail_gives_its_own_message_id_and_keeps_the_rest(world: World, api: Any) -> None:
    sent = api.messages().send(userId="me", body={"raw": raw(letter())}).execute()
    found = headers_of(api.messages().get(userId="me", id=sent["id"], format="metadata").execute())
    assert found["Message-ID"].endswith("@mail.gmail.com>")
    assert found["X-Badge-Bridge"] == "tell-issued:41-1"
    assert found["From"] == f"Badge Desk <{BADGES}>"
    assert "Date" in found
    [delivered] = world.gmail.mailbox(TEACHER).messages.values()
    picture = [part for part in parse(delivered.raw).walk() if part.get_filename() == "badge.png"]
    assert picture[0].get_content() == b"\x89PNG" + bytes(range(256))


def test_a_mail_goes_to_everybody_and_bcc_is_not_seen(world: World, api: Any) -> None:
    made = letter(f"Tom <{TEACHER.upper()}>, {STRANGER}", Cc=BADGES, Bcc="hidden@elsewhere.example")
    sent = api.messages().send(userId="me", body={"raw": raw(made)}).execute()
    assert sent["labelIds"] == ["SENT", "INBOX", "UNREAD"]
    for address in (TEACHER, STRANGER, "hidden@elsewhere.example"):
        [delivered] = world.gmail.mailbox(address).messages.values()
        assert delivered.labels == ["INBOX", "UNREAD"]
        assert b"hidden@" not in delivered.raw
    assert len(world.gmail.mailbox(BADGES).messages) == 1


def test_from_is_the_mailbox_whatever_was_written(world: World) -> None:
    made = letter()
    made.replace_header("From", "Boss <boss@district.example>")
    sent = parse(outgoing(world, BADGES, made.as_bytes()))
    assert sent["From"] == f"Badge Desk <{BADGES}>"
    assert texts(sent)[0].strip() == "Congratulations, grüße!"


def test_folded_headers_and_bare_line_feeds_survive(world: World) -> None:
    made = b"To: tom@district.example\nSubject: a\n long\n subject\nMessage-ID:\n <x@y>\nX-Z: 1\n\nbody\n\nmore\n"
    sent = outgoing(world, BADGES, made)
    assert sent.startswith(b"To: tom@district.example\nSubject: a\n long\n subject\nX-Z: 1\nFrom: ")
    assert b"<x@y>" not in sent
    assert sent.endswith(b"\n\nbody\n\nmore\n")


def test_a_service_account_has_no_mailbox(client: Callable[..., Any]) -> None:
    with pytest.raises(HttpError) as caught:
        client("gmail", "v1").users().messages().send(userId="me", body={"raw": raw(letter())}).execute()
    assert caught.value.status_code == 400
    assert caught.value.error_details[0]["reason"] == "failedPrecondition"
    assert "Precondition check failed." in str(caught.value)


def test_nobody_reads_anothers_mail(api: Any) -> None:
    assert api.getProfile(userId=BADGES).execute()["emailAddress"] == BADGES
    with pytest.raises(HttpError, match="Delegation denied"):
        api.messages().list(userId=TEACHER).execute()


def test_compose_may_draft_and_send_but_not_look(client: Callable[..., Any]) -> None:
    compose = client("gmail", "v1", BADGES, scopes=("https://www.googleapis.com/auth/gmail.compose",)).users()
    draft = compose.drafts().create(userId="me", body={"message": {"raw": raw(letter())}}).execute()
    found = compose.drafts().get(userId="me", id=draft["id"], format="full").execute()["message"]
    assert headers_of(found)["X-Badge-Bridge"] == "tell-issued:41-1"
    compose.drafts().send(userId="me", body={"id": draft["id"]}).execute()
    with pytest.raises(HttpError) as caught:
        compose.messages().list(userId="me").execute()
    assert caught.value.status_code == 403
    assert b"ACCESS_TOKEN_SCOPE_INSUFFICIENT" in caught.value.content


def test_metadata_may_not_search(sandbox: Sandbox, key: Any, client: Callable[..., Any]) -> None:
    scope = "https://www.googleapis.com/auth/gmail.metadata"
    for account in sandbox.world.service_accounts.values():
        account.delegated_scopes.append(scope)
    narrow = client("gmail", "v1", BADGES, scopes=(scope,)).users().messages()
    assert narrow.list(userId="me").execute() == {"resultSizeEstimate": 0}
    with pytest.raises(HttpError, match="does not support 'q'"):
        narrow.list(userId="me", q="in:sent").execute()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "required field is missing"),
        ({"raw": ""}, "payload message string"),
        ({"raw": base64.urlsafe_b64encode(b"Subject: to nobody\r\n\r\nhi").decode()}, "Recipient address required"),
        ({"raw": "not base64!"}, "Invalid value"),
    ],
)
def test_what_can_not_be_sent(api: Any, body: dict[str, Any], words: str) -> None:
    with pytest.raises(HttpError, match=words) as caught:
        api.messages().send(userId="me", body=body).execute()
    assert caught.value.status_code == 400


def test_a_hundred_recipients_and_no_more(api: Any) -> None:
    for count, status in ((100, None), (101, 400)):
        to = ", ".join(f"p{n}@elsewhere.example" for n in range(count))
        request = api.messages().send(userId="me", body={"raw": raw(letter(to))})
        if status is None:
            request.execute()
        else:
            with pytest.raises(HttpError, match="Too many recipients"):
                request.execute()


def test_an_upload_is_a_message_too(world: World, session: Callable[..., Any], sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/gmail.googleapis.com/upload/gmail/v1/users/me/messages/send?uploadType=media"
    http = session(BADGES)
    answer = http.post(url, data=letter().as_bytes(), headers={"Content-Type": "message/rfc822"})
    assert answer.status_code == 200
    assert len(world.gmail.mailbox(TEACHER).messages) == 1
    assert http.post(url, data=b"x", headers={"Content-Type": "text/plain"}).status_code == 400


def test_a_message_in_four_shapes(api: Any) -> None:
    sent = api.messages().send(userId="me", body={"raw": raw(letter())}).execute()
    show = api.messages().get
    minimal = show(userId="me", id=sent["id"], format="minimal").execute()
    assert "payload" not in minimal
    assert minimal["snippet"] == "Congratulations, grüße!"
    narrow = show(userId="me", id=sent["id"], format="metadata", metadataHeaders=["Subject"]).execute()
    assert headers_of(narrow) == {"Subject": "Your badge"}
    whole = base64.urlsafe_b64decode(show(userId="me", id=sent["id"], format="raw").execute()["raw"])
    assert parse(whole)["Subject"] == "Your badge"
    full = show(userId="me", id=sent["id"]).execute()["payload"]
    text, picture = full["parts"][0]["parts"][0], full["parts"][1]
    assert (text["partId"], base64.urlsafe_b64decode(text["body"]["data"]).decode().strip()) == (
        "0.0",
        "Congratulations, grüße!",
    )
    assert (picture["filename"], picture["body"]["size"]) == ("badge.png", 260)
    fetched = api.messages().attachments().get(userId="me", messageId=sent["id"], id=picture["body"]["attachmentId"])
    assert base64.urlsafe_b64decode(fetched.execute()["data"]).startswith(b"\x89PNG")


def test_search_and_pages(api: Any) -> None:
    for n in range(7):
        api.messages().send(userId="me", body={"raw": raw(letter(subject=f"Badge BADGE-7F3K-{n}"))}).execute()
    find = api.messages().list
    assert len(find(userId="me", q='in:sent "BADGE-7F3K-3"').execute()["messages"]) == 1
    assert find(userId="me", q="in:inbox").execute()["resultSizeEstimate"] == 0
    seen, token = [], None
    for size in (3, 3, 1):
        page = find(userId="me", q="subject:badge", maxResults=3, pageToken=token).execute()
        assert len(page["messages"]) == size
        seen += [message["id"] for message in page["messages"]]
        token = page.get("nextPageToken")
    assert token is None
    assert len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("grüße", True),
        ("gratulations", False),
        ('"your badge"', True),
        ('"badge your"', False),
        ("subject:badge -in:trash", True),
        ("from:badges to:tom", True),
        ("rfc822msgid:ours@district.example", True),
        ("rfc822msgid:<theirs@district.example>", False),
        ("is:unread", False),
        ("in:anywhere", True),
    ],
)
def test_a_search(query: str, found: bool) -> None:
    assert search(query)(Message("1", "1", letter().as_bytes(), 0, ["SENT"])) is found


@pytest.mark.parametrize("query", ["larger:5M", "a OR b", "{a b}", "in:chats"])
def test_a_search_that_the_sandbox_can_not_do_says_so(api: Any, query: str) -> None:
    with pytest.raises(HttpError) as caught:
        api.messages().list(userId="me", q=query).execute()
    assert caught.value.status_code == 501


def test_a_draft_changed_and_thrown_away(sandbox: Sandbox, api: Any) -> None:
    draft = api.drafts().create(userId="me", body={"message": {"raw": raw(letter())}}).execute()
    other = {"message": {"raw": raw(letter(subject="Other"))}}
    api.drafts().update(userId="me", id=draft["id"], body=other).execute()
    found = api.drafts().list(userId="me", q="subject:other").execute()["drafts"]
    assert [one["id"] for one in found] == [draft["id"]]
    url = f"{sandbox.url}/_sandbox/mailbox/{BADGES}/drafts/{draft['id']}"
    assert requests.delete(url, timeout=5).ok
    assert requests.delete(url, timeout=5).status_code == 404
    second = api.drafts().create(userId="me", body=other).execute()
    api.drafts().delete(userId="me", id=second["id"]).execute()
    assert sandbox.world.gmail.mailbox(BADGES).messages == {}


def test_people_read_any_mailbox(sandbox: Sandbox, api: Any) -> None:
    api.messages().send(userId="me", body={"raw": raw(letter())}).execute()
    base = f"{sandbox.url}/_sandbox"
    [message] = requests.get(f"{base}/mailbox/{TEACHER}", timeout=5).json()["messages"]
    assert (message["n"], message["subject"], message["html"].strip()) == (1, "Your badge", "<p>Congratulations</p>")
    assert message["attachments"] == [{"name": "badge.png", "type": "image/png", "size": 260}]
    eml = requests.get(f"{base}/mailbox/{TEACHER}/1.eml", timeout=5)
    assert eml.headers["content-type"] == "message/rfc822"
    assert parse(eml.content)["Subject"] == "Your badge"
    assert "<p>Congratulations</p>" in requests.get(f"{base}/mailbox/{TEACHER}/1", timeout=5).text
    assert requests.get(f"{base}/mailbox/{TEACHER}/2.eml", timeout=5).status_code == 404
    boxes = requests.get(f"{base}/mailboxes", timeout=5).json()["mailboxes"]
    assert {"email": TEACHER, "messages": 1, "drafts": 0} in boxes


def test_sixty_mails_a_minute(sandbox: Sandbox, world: World, session: Callable[..., Any]) -> None:
    requests.post(f"{sandbox.url}/_sandbox/clock", json={"set": "2026-11-22T12:00:00Z"}, timeout=5)
    http, url = session(BADGES), f"{sandbox.url}/gmail.googleapis.com/gmail/v1/users/me/messages/send"
    answers = [http.post(url, json={"raw": raw(letter())}) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [403]
    assert answers[-1].json()["error"]["errors"][0]["reason"] == "userRateLimitExceeded"
    requests.post(f"{sandbox.url}/_sandbox/quotas", json={"gmail.day": 60}, timeout=5)
    requests.post(f"{sandbox.url}/_sandbox/clock", json={"move": 60}, timeout=5)
    spent = http.post(url, json={"raw": raw(letter())})
    assert (spent.status_code, spent.json()["error"]["errors"][0]["reason"]) == (429, "rateLimitExceeded")
    requests.post(f"{sandbox.url}/_sandbox/clock", json={"move": 86_400}, timeout=5)
    assert http.post(url, json={"raw": raw(letter())}).status_code == 200
    assert len(world.gmail.mailbox(TEACHER).messages) == 61
