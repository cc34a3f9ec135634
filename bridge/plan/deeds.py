"""What each kind of effect is called: while it is to be done, and once it is."""

from __future__ import annotations

from bridge.model import Kind

#: What a backend does.
AT_BACKEND = (Kind.ISSUE, Kind.REISSUE, Kind.REVOKE, Kind.WITHDRAW)

#: What each mail says, in a few words.
_MAILS = {
    Kind.TELL_RECEIVED: "we have your request",
    Kind.TELL_DUPLICATE: "you asked for it before",
    Kind.TELL_LATE_EDIT: "your change came too late",
    Kind.TELL_ISSUED: "your badge is here",
    Kind.TELL_RETURNED: "not yet",
    Kind.TELL_DECLINED: "declined",
    Kind.TELL_REVOKED: "your badge was withdrawn",
    Kind.TELL_REISSUED: "your badge has moved",
}

#: What came of an effect: one of them, several of them.
DONE = {kind: (f"mail sent: {words}", f"mails sent: {words}") for kind, words in _MAILS.items()} | {
    Kind.ISSUE: ("badge issued", "badges issued"),
    Kind.PUBLISH: ("badge published", "badges published"),
    Kind.PUBLISH_ACCEPTED: ("page of an accepted badge renewed", "pages of accepted badges renewed"),
    Kind.REVOKE: ("badge revoked", "badges revoked"),
    Kind.PUBLISH_REVOKED: ("revocation published", "revocations published"),
    Kind.REISSUE: ("badge issued anew", "badges issued anew"),
    Kind.PUBLISH_REISSUED: ("new badge published", "new badges published"),
    Kind.WITHDRAW: ("replaced badge withdrawn", "replaced badges withdrawn"),
    Kind.TELL_DIGEST: ("coach told of what waits", "coaches told of what waits"),
}

#: What an effect does.
DOING = {kind: f"the mail “{words}”" for kind, words in _MAILS.items()} | {
    Kind.ISSUE: "issuing the badge",
    Kind.PUBLISH: "publishing the badge",
    Kind.PUBLISH_ACCEPTED: "renewing the page of the accepted badge",
    Kind.REVOKE: "revoking the badge",
    Kind.PUBLISH_REVOKED: "publishing the revocation",
    Kind.REISSUE: "issuing the badge anew",
    Kind.PUBLISH_REISSUED: "publishing the new badge",
    Kind.WITHDRAW: "withdrawing the badge that was replaced",
    Kind.TELL_DIGEST: "the digest of what waits",
}
