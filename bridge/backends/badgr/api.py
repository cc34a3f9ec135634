"""Calls to a Badgr server as the bridge's account: logged in, judged, and page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from bridge.errors import TryLater

from .account import Account
from .answers import Answer
from .explain import Errand, judge
from .login import Login
from .wire import Wire

MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Api:
    account: Account
    wire: Wire
    login: Login

    def call(self, errand: Errand, verb: str, path: str, json: Mapping[str, object] | None = None) -> Answer:
        """Return a success, or what the server says about this one award (400, 404 …).

        A token that is no longer taken is renewed once. Raise TryLater, or InDoubt for a write that may have happened.
        """
        token = self.login.token()
        answer = self.wire.send(errand, verb, path, token=token, json=json)
        if answer.status == 401 and not answer.is_page:
            token = self.login.instead_of(token)
            answer = self.wire.send(errand, verb, path, token=token, json=json)
        if (trouble := judge(answer, errand, self.account)) is not None:
            raise trouble
        if answer.status == 401:
            raise TryLater(
                f"{self.account.server} does not take the token that it has just given. It will be "
                "tried again; if this goes on, look whether the account is locked there."
            )
        return answer

    def pages(self, errand: Errand, path: str, params: Mapping[str, str]) -> Iterator[Answer]:
        """Yield the pages of a list, at most fifty.

        The first may be what the server says instead (400, 404 …). Where the next page is, the server tells by an
        absolute address, made from whatever name it goes by inside its network: only its query is taken.
        """
        query = urlencode(params)
        for number in range(MOST_PAGES):
            answer = self.call(errand, "GET", f"{path}?{query}")
            if number and not answer.ok:
                raise TryLater(
                    f"{self.account.server} lost the thread when it was asked to {errand.doing} ({answer.status}). It "
                    "will be tried again."
                )
            yield answer
            if not answer.next:
                return
            query = urlsplit(answer.next).query
